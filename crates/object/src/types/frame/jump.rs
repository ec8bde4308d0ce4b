//! Assigning `f_lineno` in a trace function: which instruction is meant, whether the registers there are a part of those that are in use now, and going there.
//!
//! `states` walks the code once and says what each temp holds before each instruction; only the kinds that matter for jumps are told apart.

use super::*;
use crate::monitoring::event;
use crate::types::singletons;
use std::collections::HashMap;
use taipan_bytecode::{Instr, Kind, Op, decode};

/// What a temp holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Holds {
    Nothing,
    Value,
    Iterator,
    /// An exception that is, or is about to be, handled.
    Exception,
    /// The exception handled before.
    Previous,
    /// Where an exception was raised.
    Position,
}
use Holds::*;

/// Temps before the instruction that begins at a word.
type States = HashMap<usize, Box<[Holds]>>;

struct Walk<'a> {
    code: &'a PyCode,
    states: States,
    todo: Vec<usize>,
}

impl Walk<'_> {
    fn reach(&mut self, at: usize, s: &[Holds]) {
        if !self.states.contains_key(&at) {
            self.states.insert(at, s.into());
            self.todo.push(at);
        }
    }
}

fn put(s: &mut [Holds], r: i32, h: Holds) {
    if let Some(x) = usize::try_from(r).ok().and_then(|r| s.get_mut(r)) {
        *x = h;
    }
}
fn clear_from(s: &mut [Holds], r: i32) {
    if let Ok(r) = usize::try_from(r) {
        let n = s.len();
        s[r.min(n)..].fill(Nothing);
    }
}
fn get(s: &[Holds], r: i32) -> Holds {
    usize::try_from(r).ok().and_then(|r| s.get(r)).copied().unwrap_or(Value)
}

/// What an instruction does to the temps when it goes on (`taken`: by its jump).
fn apply(i: &Instr, s: &mut [Holds], taken: bool) {
    let a = i.args;
    match i.op {
        Op::LoadMethod | Op::LoadSuperMethod => {
            if i.op == Op::LoadSuperMethod {
                clear_from(s, a[1]);
            } else {
                put(s, a[1], Nothing);
            }
            put(s, a[0], Value);
            put(s, a[0] + FRAME_HEADER as i32, Value);
        }
        Op::WithEnter | Op::AsyncWithEnter => {
            put(s, a[1], Nothing);
            (0..3).for_each(|k| put(s, a[0] + k, Value));
        }
        Op::WithExit => {
            put(s, a[1], Nothing);
            put(s, a[1] + 1, Nothing);
            put(s, a[0], Value);
        }
        Op::WithExceptStart => put(s, a[0], Value),
        Op::UnpackSequence | Op::UnpackEx => {
            put(s, a[0], Nothing);
            let n = if i.op == Op::UnpackEx { a[2] + 1 + a[3] } else { a[2] };
            if a[1] >= 0 {
                (0..n).for_each(|k| put(s, a[1] + k, Value));
            }
        }
        Op::PushExc => {
            put(s, a[0], Previous);
            put(s, a[0] + 1, Exception);
        }
        Op::ForIter => {
            if taken {
                put(s, a[0], Value);
            } else {
                put(s, a[1], Nothing);
            }
        }
        Op::GetIter | Op::GetAiter | Op::GetYieldFromIter => {
            put(s, a[1], Nothing);
            put(s, a[0], Iterator);
        }
        Op::JumpIfTrueOrPop | Op::JumpIfFalseOrPop => {
            if !taken {
                put(s, a[0], Nothing);
            }
        }
        Op::YieldFrom => put(s, a[1], Nothing),
        Op::Move => {
            let h = get(s, a[1]);
            put(s, a[1], Nothing);
            put(s, a[0], h);
        }
        Op::Copy => {
            let h = get(s, a[1]);
            put(s, a[0], h);
        }
        _ => generic(i, s),
    }
}

/// By operand kinds: sources are consumed, windows and runs with all above them, destinations hold a value.
fn generic(i: &Instr, s: &mut [Holds]) {
    for (_, kind, r) in i.operands() {
        match kind {
            Kind::Src => put(s, r, Nothing),
            Kind::Window | Kind::Run => clear_from(s, r),
            _ => {}
        }
    }
    for (_, kind, r) in i.operands() {
        if kind == Kind::Dst {
            put(s, r, Value);
        }
    }
}

fn states(code: &PyCode) -> States {
    let words = code.words();
    let mut w = Walk { code, states: HashMap::new(), todo: Vec::new() };
    w.reach(0, &vec![Nothing; code.ntemps()]);
    while let Some(at) = w.todo.pop() {
        let Ok(i) = decode(words, at) else { continue };
        let before = w.states[&at].clone();
        if let Some(h) = w.code.handler_at(at as u32) {
            let (handler, depth, lasti) = (h.handler as usize, h.depth as i32, h.lasti);
            let mut s = before.clone();
            clear_from(&mut s, depth);
            if lasti {
                put(&mut s, depth, Position);
            }
            put(&mut s, depth + lasti as i32, Exception);
            w.reach(handler, &s);
        }
        if let Some(t) = i.jump_target() {
            let mut s = before.clone();
            apply(&i, &mut s, true);
            w.reach(t.max(0) as usize, &s);
        }
        if !i.op.ends() && !matches!(i.op, Op::Jump | Op::JumpBackward) {
            let mut s = before;
            apply(&i, &mut s, false);
            w.reach(i.end, &s);
        }
    }
    w.states
}

/// Whether the temps of `to` are among those of `from`.
fn fits(from: &[Holds], to: &[Holds]) -> bool {
    from.iter().zip(to).all(|(f, t)| *t == Nothing || f == t)
}

fn depth(s: &[Holds]) -> usize {
    s.iter().rposition(|h| *h != Nothing).map_or(0, |i| i + 1)
}

fn explain(to: Option<&[Holds]>) -> &'static str {
    let Some(to) = to else { return "can't jump into an exception handler, or code may be unreachable" };
    match depth(to).checked_sub(1).map_or(Value, |i| to[i]) {
        Exception | Previous => "can't jump into an 'except' block as there's no exception",
        Position => "can't jump into a re-raising block as there's no location",
        Iterator => "can't jump into the body of a for loop",
        _ => "incompatible stacks",
    }
}

/// Words where a line begins: (word, line). The test of a loop, which is at its bottom, is no place to jump to: its line begins above.
fn line_starts(code: &PyCode) -> Vec<(usize, i32)> {
    let words = code.words();
    let mut tests = Vec::new();
    let mut at = 0;
    while let Ok(i) = decode(words, at) {
        if i.op == Op::Jump {
            if let Some(t) = i.jump_target().filter(|&t| t > at as i64) {
                if code.line_at(at as i32) == code.line_at(t as i32) {
                    tests.push(t as usize);
                }
            }
        }
        at = i.end;
    }
    code.line_ranges().into_iter().filter(|r| r.2 >= 0 && !tests.contains(&r.0)).map(|r| (r.0, r.2)).collect()
}

fn check_event(cx: &mut Cx) -> PyResult<()> {
    let what = cx.ts().what_event.get();
    if what < 0 {
        return Err(cx.value_error(format_args!("f_lineno can only be set in a trace function")));
    }
    match what as usize {
        event::LINE | event::JUMP | event::BRANCH_LEFT | event::BRANCH_RIGHT | event::PY_YIELD | event::PY_RESUME => Ok(()),
        event::PY_START => Err(cx.value_error(format_args!("can't jump from the 'call' trace event of a new frame"))),
        event::CALL | event::C_RETURN => Err(cx.value_error(format_args!("can't jump during a call"))),
        _ => Err(cx.value_error(format_args!("can only jump from a 'line' trace event"))),
    }
}

/// The word to go to, and the temps there.
fn choose(code: &PyCode, now: usize, line: i32, cx: &mut Cx) -> PyResult<(usize, Vec<Holds>, Vec<Holds>)> {
    if line < code.firstlineno() {
        return Err(cx.value_error(format_args!("line {line} comes before the current code block")));
    }
    let starts = line_starts(code);
    let Some(target) = starts.iter().map(|s| s.1).filter(|&l| l >= line).min() else {
        return Err(cx.value_error(format_args!("line {line} comes after the current code block")));
    };
    let states = states(code);
    let from = states.iter().filter(|s| *s.0 <= now).max_by_key(|s| *s.0).map(|s| s.1.to_vec()).unwrap_or_default();
    let mut best: Option<(usize, Vec<Holds>)> = None;
    let mut message = "cannot find bytecode for specified line";
    for (at, _) in starts.iter().filter(|s| s.1 == target) {
        match states.get(at) {
            Some(to) if fits(&from, to) => {
                if best.as_ref().is_none_or(|b| depth(to) > depth(&b.1)) {
                    best = Some((*at, to.to_vec()));
                }
            }
            to => message = explain(to.map(|t| &**t)),
        }
    }
    match best {
        Some((at, to)) => Ok((at, from, to)),
        None => Err(cx.value_error(format_args!("{message}"))),
    }
}

/// `frame.f_lineno = v`.
pub(super) fn set_lineno(this: &PyFrame, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let Some(v) = v else { return Err(cx.attribute_error(format_args!("cannot delete attribute"))) };
    let Some(n) = v.exact::<PyInt>() else { return Err(cx.value_error(format_args!("lineno must be an integer"))) };
    check_event(cx)?;
    let Some(line) = n.to_i64().and_then(|n| i32::try_from(n).ok()) else {
        return Err(cx.value_error(format_args!("lineno out of range")));
    };
    let Some(f) = this.frame().filter(|_| !this.is_over()) else {
        return Err(cx.value_error(format_args!("f_lineno can only be set in a trace function")));
    };
    let code = f.code().new_ref();
    let (at, from, to) = choose(&code, f.lasti_word().max(0) as usize, line, cx)?;
    bind_locals(f, &code, cx)?;
    for r in (0..from.len()).rev() {
        if from[r] == Nothing || to[r] != Nothing {
            continue;
        }
        // SAFETY: a temp of the frame, which stands between instructions; the word is taken before it is released.
        let old = unsafe { std::mem::replace(&mut *f.fp().add(r), Slot::EMPTY) };
        if from[r] == Previous {
            // SAFETY: an owned object.
            let e = unsafe { old.into_own(cx) }?;
            let e = (!e.is(singletons::none())).then_some(e);
            drop(cx.ts().exc_top().exc_value.swap(e));
        } else {
            // SAFETY: taken above.
            unsafe { old.release() };
        }
    }
    this.f_lineno.set(0);
    this.f_jump.set(at as i32);
    f.pc.set(Tagged::new(code.exec_ptr().wrapping_add(at + 1)));
    Ok(())
}

/// The compiler has proven some locals to be assigned; where control goes now that need not be so.
fn bind_locals(f: &Frame, code: &PyCode, cx: &mut Cx) -> PyResult<()> {
    // SAFETY: locals of the frame.
    let empty = |i: usize| unsafe { (*f.locals_ptr().add(i)).is_empty() };
    let n = (0..code.nlocals()).filter(|&i| empty(i)).count();
    if n == 0 {
        return Ok(());
    }
    let s = if n == 1 { "" } else { "s" };
    crate::warn::warn(exc::RuntimeWarning(), format_args!("assigning None to {n} unbound local{s}"), 0, cx)?;
    for i in (0..code.nlocals()).filter(|&i| empty(i)) {
        // SAFETY: an empty local.
        unsafe { *f.locals_ptr().add(i) = Slot::new_ref(singletons::none()) };
    }
    Ok(())
}
