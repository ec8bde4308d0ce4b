//! From code words to a [`Program`]: one pass that checks and translates, with an explicit stack of open constructs. Jumps go
//! forward only, and every construct must end exactly where it says, so nothing malformed gets through.

use crate::case::{ascii_iscased, unicode_tolower};
use crate::charset::{Class, Fold, next_item};
use crate::code::{MAXGROUPS, MAXREPEAT, at, category, info, op};
use crate::program::*;
use taipan_algo_ucd as ucd;

/// The code words are not what a compiler emits ("invalid SRE code").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadCode;

type Checked<T> = Result<T, BadCode>;

/// A construct whose end has not been reached.
struct Frame {
    kind: Kind,
    /// Index of the code word where its content ends.
    end: usize,
    /// Fewest characters matched so far by the content.
    width: usize,
}

enum Kind {
    Pattern,
    /// One alternative; `width` is the narrowest so far, `target` where all join.
    Alternative { id: u32, target: Option<usize>, narrowest: usize },
    Repeat { id: u32, min: u32, max: u32, start: usize },
    Possessive { id: u32 },
    Assert,
    AssertNot { start: usize },
    Atomic,
    /// The yes part of a conditional group.
    Yes,
    /// The no part, with the width of the yes part.
    No { yes: usize },
}

/// The target of a jump, to be filled in: op at `at` leads to code word `target`.
struct Patch {
    at: usize,
    target: usize,
}

pub(crate) struct Compiler<'a> {
    code: &'a [u32],
    at: usize,
    frames: Vec<Frame>,
    patches: Vec<Patch>,
    /// `pc_of[i]`: the op that code word `i` became, or `u32::MAX`.
    pc_of: Vec<u32>,
    pub out: Program,
}

impl Program {
    /// Check and translate `code`, the list that `_sre.compile` gets, for a pattern of `groups` capturing groups.
    pub fn new(code: &[u32], groups: u32) -> Result<Program, BadCode> {
        if groups > MAXGROUPS || code.len() > (u32::MAX / 4) as usize {
            return Err(BadCode);
        }
        let out = Program {
            ops: Vec::with_capacity(code.len() / 2 + 4),
            classes: Vec::new(),
            filters: Vec::new(),
            literals: Vec::new(),
            repeats: Vec::new(),
            loops: Vec::new(),
            branches: Vec::new(),
            groups,
            min_width: 0,
            start: Start::Anywhere,
            uses_locale: false,
            leading_run: None,
        };
        let pc_of = vec![u32::MAX; code.len() + 1];
        let mut compiler = Compiler { code, at: 0, frames: Vec::new(), patches: Vec::new(), pc_of, out };
        compiler.info()?;
        compiler.translate()?;
        compiler.patch()?;
        let mut program = compiler.out;
        crate::first::optimise(&mut program);
        Ok(program)
    }
}

impl Compiler<'_> {
    fn word(&self, at: usize) -> Checked<u32> {
        self.code.get(at).copied().ok_or(BadCode)
    }

    fn next(&mut self) -> Checked<u32> {
        let word = self.word(self.at)?;
        self.at += 1;
        Ok(word)
    }

    /// Read a skip word: the code word it leads to, which lies inside the innermost construct.
    fn skip(&mut self) -> Checked<usize> {
        let from = self.at;
        let target = from + self.next()? as usize;
        let limit = self.frames.last().map_or(self.code.len(), |frame| frame.end);
        if target <= from || target > limit {
            return Err(BadCode);
        }
        Ok(target)
    }

    fn emit(&mut self, op: Op) {
        self.out.ops.push(op);
    }

    fn pc(&self) -> u32 {
        self.out.ops.len() as u32
    }

    fn emit_to(&mut self, op: Op, target: usize) {
        self.patches.push(Patch { at: self.out.ops.len(), target });
        self.emit(op);
    }

    fn widen(&mut self, chars: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.width = frame.width.saturating_add(chars);
        }
    }

    /// The INFO block, if there is one. Its hints are checked but not needed: `first` finds the same and more.
    fn info(&mut self) -> Checked<()> {
        if self.code.first() != Some(&op::INFO) {
            return Ok(());
        }
        self.at = 1;
        let end = self.skip()?;
        let flags = self.next()?;
        let (_min, _max) = (self.next()?, self.next()?);
        if flags & !(info::PREFIX | info::LITERAL | info::CHARSET) != 0
            || flags & info::PREFIX != 0 && flags & info::CHARSET != 0
            || flags & info::LITERAL != 0 && flags & info::PREFIX == 0
        {
            return Err(BadCode);
        }
        if flags & info::PREFIX != 0 {
            let (len, prefix_skip) = (self.next()? as usize, self.next()? as usize);
            if prefix_skip > len || self.at + 2 * len > end {
                return Err(BadCode);
            }
        }
        if flags & info::CHARSET != 0 {
            self.check_charset(self.at, end)?;
        }
        self.at = end;
        Ok(())
    }

    /// Charset code in `from..end`, closed by FAILURE.
    fn check_charset(&self, from: usize, end: usize) -> Checked<&[u32]> {
        let code = self.code.get(from..end).ok_or(BadCode)?;
        let mut rest = code;
        while let Some((item, tail)) = next_item(rest) {
            if let crate::charset::Item::Big(index, blocks) = item {
                let count = blocks.len() / 8;
                if index.iter().flat_map(|word| word.to_ne_bytes()).any(|block| usize::from(block) >= count) {
                    return Err(BadCode);
                }
            }
            rest = tail;
        }
        if rest == [op::FAILURE] { Ok(code) } else { Err(BadCode) }
    }

    fn translate(&mut self) -> Checked<()> {
        self.frames.push(Frame { kind: Kind::Pattern, end: self.code.len().checked_sub(1).ok_or(BadCode)?, width: 0 });
        loop {
            // Where a construct ends others may too, and jumps may lead there: whatever closing emits has read a word first.
            *self.pc_of.get_mut(self.at).ok_or(BadCode)? = self.out.ops.len() as u32;
            if self.frames.last().is_some_and(|frame| frame.end == self.at) {
                if self.close()? {
                    return Ok(());
                }
                continue;
            }
            if self.frames.last().is_some_and(|frame| frame.end < self.at) {
                return Err(BadCode);
            }
            self.step()?;
        }
    }

    /// Translate one operation.
    fn step(&mut self) -> Checked<()> {
        let number = self.next()?;
        match number {
            op::LITERAL => self.literals()?,
            op::NOT_LITERAL
            | op::ANY
            | op::ANY_ALL
            | op::IN
            | op::IN_IGNORE
            | op::IN_UNI_IGNORE
            | op::IN_LOC_IGNORE
            | op::LITERAL_IGNORE
            | op::LITERAL_UNI_IGNORE
            | op::LITERAL_LOC_IGNORE
            | op::NOT_LITERAL_IGNORE
            | op::NOT_LITERAL_UNI_IGNORE
            | op::NOT_LITERAL_LOC_IGNORE => {
                let atom = self.atom(number)?;
                self.emit(Op::One(atom));
                self.widen(1);
            }
            op::CATEGORY => {
                let category = self.next()?;
                if category >= category::COUNT {
                    return Err(BadCode);
                }
                let atom = self.class(&[op::CATEGORY, category, op::FAILURE], Fold::None);
                self.emit(Op::One(atom));
                self.widen(1);
            }
            op::FAILURE => self.emit(Op::Fail),
            op::MARK => {
                let index = self.next()?;
                if index / 2 >= self.out.groups {
                    return Err(BadCode);
                }
                self.emit(Op::Mark { index });
            }
            op::AT => {
                let at = position(self.next()?)?;
                self.out.uses_locale |= matches!(at, At::Boundary(Words::Locale, _));
                self.emit(Op::At(at));
            }
            op::BRANCH => self.branch()?,
            op::REPEAT => self.repeat()?,
            op::POSSESSIVE_REPEAT => self.possessive()?,
            op::REPEAT_ONE | op::MIN_REPEAT_ONE | op::POSSESSIVE_REPEAT_ONE => self.repeat_one(number)?,
            op::ASSERT | op::ASSERT_NOT => self.assertion(number)?,
            op::ATOMIC_GROUP => {
                let end = self.skip()?;
                self.emit(Op::Atomic);
                self.open(Kind::Atomic, end.checked_sub(1))?;
            }
            op::GROUPREF => self.group_ref(RefFold::None)?,
            op::GROUPREF_IGNORE => self.group_ref(RefFold::Ascii)?,
            op::GROUPREF_UNI_IGNORE => self.group_ref(RefFold::Unicode)?,
            op::GROUPREF_LOC_IGNORE => self.group_ref(RefFold::Locale)?,
            op::GROUPREF_EXISTS => {
                let group = self.group()?;
                let end = self.at - 1 + self.next()? as usize;
                if end < self.at || end > self.frames.last().ok_or(BadCode)?.end {
                    return Err(BadCode);
                }
                self.emit_to(Op::IfGroup { group, otherwise: 0 }, end);
                self.open(Kind::Yes, Some(end))?;
            }
            op::JUMP => self.jump_over_no()?,
            _ => return Err(BadCode),
        }
        Ok(())
    }

    fn open(&mut self, kind: Kind, end: Option<usize>) -> Checked<()> {
        let end = end.filter(|&end| end >= self.at).ok_or(BadCode)?;
        self.frames.push(Frame { kind, end, width: 0 });
        Ok(())
    }

    /// JUMP inside of a construct occurs in one place only: between the yes and the no part of a conditional group.
    fn jump_over_no(&mut self) -> Checked<()> {
        let frame = self.frames.pop().ok_or(BadCode)?;
        if !matches!(frame.kind, Kind::Yes) || self.at + 1 != frame.end {
            return Err(BadCode);
        }
        let end = self.skip()?;
        self.emit_to(Op::Jump { to: 0 }, end);
        self.open(Kind::No { yes: frame.width }, Some(end))
    }

    /// Close the innermost construct, whose end is here. True when that was the whole pattern.
    fn close(&mut self) -> Checked<bool> {
        let Some(frame) = self.frames.pop() else { return Err(BadCode) };
        let mut width = frame.width;
        match frame.kind {
            Kind::Pattern => {
                self.expect(op::SUCCESS)?;
                self.emit(Op::Success);
                self.out.min_width = width;
                return Ok(true);
            }
            Kind::Alternative { id, target, narrowest } => {
                return self.close_alternative(id, target, narrowest.min(width)).map(|()| false);
            }
            Kind::Repeat { id, min, max, start } => {
                width = self.close_repeat(id, min, max, start, width)?;
            }
            Kind::Possessive { id } => {
                self.expect(op::SUCCESS)?;
                self.emit(Op::PossessiveEnd { id });
                let tail = self.pc();
                let l = self.out.loops.get_mut(id as usize).ok_or(BadCode)?;
                l.tail = tail;
                width = width.saturating_mul(l.min as usize);
            }
            Kind::Assert => {
                self.expect(op::SUCCESS)?;
                self.emit(Op::AssertEnd);
                width = 0;
            }
            Kind::AssertNot { start } => {
                self.expect(op::SUCCESS)?;
                self.emit(Op::AssertNotEnd);
                let to = self.pc();
                if let Some(Op::AssertNot { after, .. }) = self.out.ops.get_mut(start) {
                    *after = to;
                }
                width = 0;
            }
            Kind::Atomic => {
                self.expect(op::SUCCESS)?;
                self.emit(Op::AtomicEnd);
            }
            Kind::Yes => width = 0,
            Kind::No { yes } => width = width.min(yes),
        }
        self.widen(width);
        Ok(false)
    }

    fn expect(&mut self, number: u32) -> Checked<()> {
        if self.next()? == number { Ok(()) } else { Err(BadCode) }
    }

    /// A run of LITERALs becomes one op.
    fn literals(&mut self) -> Checked<()> {
        let limit = self.frames.last().map_or(0, |frame| frame.end);
        let from = self.out.literals.len();
        let first = self.next()?;
        self.out.literals.push(first);
        while self.at < limit && self.code.get(self.at) == Some(&op::LITERAL) {
            self.at += 1;
            let ch = self.next()?;
            self.out.literals.push(ch);
        }
        let len = self.out.literals.len() - from;
        if len == 1 {
            self.out.literals.truncate(from);
            self.emit(Op::One(Atom::Char(first)));
        } else {
            self.emit(Op::Literal { from: from as u32, len: len as u32 });
        }
        self.widen(len);
        Ok(())
    }

    /// The operand of a single-character operator.
    fn atom(&mut self, number: u32) -> Checked<Atom> {
        Ok(match number {
            op::LITERAL => Atom::Char(self.next()?),
            op::NOT_LITERAL => Atom::NotChar(self.next()?),
            op::ANY => Atom::Any,
            op::ANY_ALL => Atom::AnyAll,
            op::FAILURE => Atom::Never,
            op::IN => self.charset(Fold::None)?,
            op::IN_IGNORE => self.charset(Fold::Ascii)?,
            op::IN_UNI_IGNORE => self.charset(Fold::Unicode)?,
            op::IN_LOC_IGNORE => self.charset(Fold::Locale)?,
            op::LITERAL_IGNORE | op::NOT_LITERAL_IGNORE => {
                let ch = self.next()?;
                // The subject is folded, the pattern is not: an upper-case letter here matches nothing.
                let chars = match u8::try_from(ch) {
                    Ok(byte) if byte.is_ascii_uppercase() => vec![],
                    Ok(byte) if ascii_iscased(ch) => vec![ch, u32::from(byte.to_ascii_uppercase())],
                    _ => vec![ch],
                };
                self.any_of(chars, number == op::NOT_LITERAL_IGNORE)
            }
            op::LITERAL_UNI_IGNORE | op::NOT_LITERAL_UNI_IGNORE => {
                let ch = self.next()?;
                let mut chars: Vec<u32> = ucd::lower_preimages(ch).collect();
                if unicode_tolower(ch) == ch {
                    chars.insert(0, ch);
                }
                self.any_of(chars, number == op::NOT_LITERAL_UNI_IGNORE)
            }
            op::LITERAL_LOC_IGNORE | op::NOT_LITERAL_LOC_IGNORE => {
                let ch = self.next()?;
                let fold = if number == op::LITERAL_LOC_IGNORE { Fold::Locale } else { Fold::LocaleNegated };
                self.class(&[op::LITERAL, ch, op::FAILURE], fold)
            }
            _ => return Err(BadCode),
        })
    }

    fn any_of(&mut self, chars: Vec<u32>, negate: bool) -> Atom {
        match (chars.as_slice(), negate) {
            ([], false) => Atom::Never,
            ([], true) => Atom::AnyAll,
            (&[ch], false) => Atom::Char(ch),
            (&[ch], true) => Atom::NotChar(ch),
            (&[a, b], false) => Atom::Two(a, b),
            (chars, negate) => {
                self.out.classes.push(Class::of_chars(chars, negate));
                Atom::Class(self.out.classes.len() as u32 - 1)
            }
        }
    }

    fn class(&mut self, code: &[u32], fold: Fold) -> Atom {
        let class = Class::new(code, fold);
        let dynamic = class.is_dynamic();
        self.out.classes.push(class);
        let id = self.out.classes.len() as u32 - 1;
        self.out.uses_locale |= dynamic;
        if dynamic { Atom::Dynamic(id) } else { Atom::Class(id) }
    }

    fn charset(&mut self, fold: Fold) -> Checked<Atom> {
        let end = self.skip()?;
        let code = self.check_charset(self.at, end)?.to_vec();
        self.at = end;
        // `[^x]` and `[x]` need no table.
        Ok(match (&code[..], fold) {
            (&[op::LITERAL, ch, _], Fold::None) => Atom::Char(ch),
            (&[op::NEGATE, op::LITERAL, ch, _], Fold::None) => Atom::NotChar(ch),
            _ => self.class(&code, fold),
        })
    }

    fn branch(&mut self) -> Checked<()> {
        let id = self.out.branches.len() as u32;
        self.out.branches.push(Branch { alternatives: Vec::new(), masks: None, high_mask: 0, end_mask: 0 });
        self.emit(Op::Branch { id });
        let end = self.skip()?;
        self.alternative(id, end, None, usize::MAX)
    }

    fn alternative(&mut self, id: u32, end: usize, target: Option<usize>, narrowest: usize) -> Checked<()> {
        let pc = self.pc();
        let branch = self.out.branches.get_mut(id as usize).ok_or(BadCode)?;
        branch.alternatives.push(Alternative { pc, first: None });
        self.open(Kind::Alternative { id, target, narrowest }, end.checked_sub(2))
    }

    /// At the JUMP that ends an alternative.
    fn close_alternative(&mut self, id: u32, target: Option<usize>, narrowest: usize) -> Checked<()> {
        self.expect(op::JUMP)?;
        let to = self.skip()?;
        if target.is_some_and(|target| target != to) {
            return Err(BadCode);
        }
        self.emit_to(Op::Jump { to: 0 }, to);
        if self.word(self.at)? != 0 {
            let end = self.skip()?;
            return self.alternative(id, end, Some(to), narrowest);
        }
        self.at += 1;
        if self.at != to {
            return Err(BadCode);
        }
        self.widen(narrowest);
        Ok(())
    }

    fn bounds(&mut self) -> Checked<(u32, u32)> {
        let (min, max) = (self.next()?, self.next()?);
        if min > max { Err(BadCode) } else { Ok((min, max)) }
    }

    fn new_loop(&mut self, min: u32, max: u32) -> u32 {
        let (body, register) = (0, u32::MAX);
        self.out.loops.push(Loop { min, max, body, tail: 0, register, body_first: None, tail_first: None, walk: None });
        self.out.loops.len() as u32 - 1
    }

    fn repeat(&mut self) -> Checked<()> {
        let end = self.skip()?;
        let (min, max) = self.bounds()?;
        let id = self.new_loop(min, max);
        let start = self.out.ops.len();
        // What opens the loop depends on its body; `close_repeat` settles it.
        self.emit(Op::LoopInit { id });
        self.open(Kind::Repeat { id, min, max, start }, Some(end))
    }

    fn close_repeat(&mut self, id: u32, min: u32, max: u32, start: usize, width: usize) -> Checked<usize> {
        let lazy = match self.next()? {
            op::MAX_UNTIL => false,
            op::MIN_UNTIL => true,
            _ => return Err(BadCode),
        };
        let registers = self.out.registers() as u32;
        let l = self.out.loops.get_mut(id as usize).ok_or(BadCode)?;
        l.body = start as u32 + 1;
        let opening;
        if max == 1 && min == 0 {
            opening = if lazy { Op::OptionalLazy { id } } else { Op::Optional { id } };
        } else if max == MAXREPEAT && min <= 1 && width > 0 {
            // One obligatory turn needs no test at the start.
            opening = match (min, lazy) {
                (1, _) => Op::Jump { to: l.body },
                (_, false) => Op::Optional { id },
                (_, true) => Op::OptionalLazy { id },
            };
            self.emit(if lazy { Op::StarLazy { id } } else { Op::Star { id } });
        } else {
            l.register = registers;
            opening = Op::LoopInit { id };
            self.emit(if lazy { Op::LoopTestLazy { id } } else { Op::LoopTest { id } });
        }
        let tail = self.pc();
        self.out.loops[id as usize].tail = tail;
        self.out.ops[start] = opening;
        Ok(width.saturating_mul(min as usize))
    }

    fn possessive(&mut self) -> Checked<()> {
        let end = self.skip()?;
        let (min, max) = self.bounds()?;
        let registers = self.out.registers() as u32;
        let id = self.new_loop(min, max);
        self.emit(Op::PossessiveInit { id });
        let body = self.pc();
        let l = &mut self.out.loops[id as usize];
        l.body = body;
        l.register = registers;
        self.open(Kind::Possessive { id }, Some(end))
    }

    fn repeat_one(&mut self, number: u32) -> Checked<()> {
        let end = self.skip()?;
        let (min, max) = self.bounds()?;
        let unit = self.next()?;
        let atom = self.atom(unit)?;
        self.expect(op::SUCCESS)?;
        if self.at != end {
            return Err(BadCode);
        }
        let max = if max == MAXREPEAT { usize::MAX } else { max as usize };
        let id = self.out.repeats.len() as u32;
        let min = min as usize;
        self.out.repeats.push(Repeat { atom, min, max, follow: Follow::Unknown, stops: Stops::Unknown });
        self.emit(match number {
            op::REPEAT_ONE => Op::Greedy { id },
            op::MIN_REPEAT_ONE => Op::Lazy { id },
            _ => Op::Possessive { id },
        });
        self.widen(min);
        Ok(())
    }

    fn assertion(&mut self, number: u32) -> Checked<()> {
        let end = self.skip()?;
        let back = self.next()?;
        let start = self.out.ops.len();
        if number == op::ASSERT {
            self.emit(Op::Assert { back });
            self.open(Kind::Assert, end.checked_sub(1))
        } else {
            self.emit(Op::AssertNot { back, after: 0 });
            self.open(Kind::AssertNot { start }, end.checked_sub(1))
        }
    }

    fn group(&mut self) -> Checked<u32> {
        let group = self.next()?;
        if group < self.out.groups { Ok(group) } else { Err(BadCode) }
    }

    fn group_ref(&mut self, fold: RefFold) -> Checked<()> {
        let group = self.group()?;
        self.out.uses_locale |= fold == RefFold::Locale;
        self.emit(Op::GroupRef { group, fold });
        Ok(())
    }

    fn patch(&mut self) -> Checked<()> {
        for patch in &self.patches {
            let pc = self.pc_of.get(patch.target).copied().filter(|&pc| pc != u32::MAX).ok_or(BadCode)?;
            match self.out.ops.get_mut(patch.at) {
                Some(Op::Jump { to }) => *to = pc,
                Some(Op::IfGroup { otherwise, .. }) => *otherwise = pc,
                _ => return Err(BadCode),
            }
        }
        Ok(())
    }
}

fn position(number: u32) -> Checked<At> {
    Ok(match number {
        at::BEGINNING | at::BEGINNING_STRING => At::Beginning,
        at::BEGINNING_LINE => At::BeginningLine,
        at::END => At::End,
        at::END_LINE => At::EndLine,
        at::END_STRING => At::EndString,
        at::BOUNDARY => At::Boundary(Words::Ascii, true),
        at::NON_BOUNDARY => At::Boundary(Words::Ascii, false),
        at::LOC_BOUNDARY => At::Boundary(Words::Locale, true),
        at::LOC_NON_BOUNDARY => At::Boundary(Words::Locale, false),
        at::UNI_BOUNDARY => At::Boundary(Words::Unicode, true),
        at::UNI_NON_BOUNDARY => At::Boundary(Words::Unicode, false),
        _ => return Err(BadCode),
    })
}
