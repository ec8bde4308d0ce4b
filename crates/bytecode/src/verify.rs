//! Refuses malformed code.
//!
//! Checked: every instruction decodes; registers, names, constants, cache cells and jump targets are in range; every
//! register that is read holds a value (locals and temps, along every path); consumed temps are empty when paths
//! meet; cells are cells' locals; the exception table is sorted and its handlers start at instructions; code does not
//! run off its end. Nested code is checked too.

use crate::encode::{Instr, decode};
use crate::ops::{CommonConst, Intrinsic1, Intrinsic2, Kind, Op};
use crate::regs::{Access, for_each_access, temps_needed};
use crate::spec::{CodeSpec, Const, flags, local_kind};

/// Why code was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// `co_qualname` of the code.
    pub code: Box<str>,
    /// Word of the instruction.
    pub pc: usize,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for VerifyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "malformed code {} at {}: {}", self.code, self.pc, self.message)
    }
}

impl std::error::Error for VerifyError {}

/// Code nested deeper than this is refused.
const NESTING_MAX: u32 = 2000;

/// Check `code` and all code in its constants.
pub fn verify(code: &CodeSpec) -> Result<(), VerifyError> {
    verify_nested(code, 0)
}

fn verify_nested(code: &CodeSpec, depth: u32) -> Result<(), VerifyError> {
    let fail = |pc: usize, message: String| VerifyError { code: code.qualname.clone(), pc, message };
    if depth > NESTING_MAX {
        return Err(fail(0, "code is nested too deeply".to_owned()));
    }
    Verifier::new(code).and_then(|mut v| v.run()).map_err(|(pc, message)| fail(pc, message))?;
    code.consts.iter().try_for_each(|constant| verify_const(constant, depth))
}

fn verify_const(constant: &Const, depth: u32) -> Result<(), VerifyError> {
    match constant {
        Const::Code(code) => verify_nested(code, depth + 1),
        Const::Tuple(items) | Const::FrozenSet(items) => items.iter().try_for_each(|c| verify_const(c, depth)),
        _ => Ok(()),
    }
}

/// What a register holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Empty,
    Full,
    /// Full on some paths only (locals), or by the nature of the instruction that wrote it (temps).
    Maybe,
}

type Failure = (usize, String);

struct Verifier<'a> {
    code: &'a CodeSpec,
    instrs: Vec<Instr>,
    /// Index into `instrs` of the instruction that starts at a word.
    at_word: Vec<u32>,
    /// State before each instruction that begins a block.
    entry: Vec<Option<Vec<Slot>>>,
    work: Vec<usize>,
    locals: i32,
}

const NO_INSTR: u32 = u32::MAX;

impl<'a> Verifier<'a> {
    fn new(code: &'a CodeSpec) -> Result<Self, Failure> {
        let mut instrs = Vec::new();
        let mut at_word = vec![NO_INSTR; code.code.len()];
        let mut at = 0;
        while at < code.code.len() {
            let instr = decode(&code.code, at).map_err(|e| (at, e.to_string()))?;
            at_word[at] = instrs.len() as u32;
            at = instr.end;
            instrs.push(instr);
        }
        if instrs.is_empty() {
            return Err((0, "no instructions".to_owned()));
        }
        if code.locals.len() > i16::MAX as usize || code.ntemps > i16::MAX as u32 {
            return Err((0, "frame is too large".to_owned()));
        }
        if code.total_args() > code.locals.len() || code.posonlyargcount > code.argcount {
            return Err((0, "argument counts do not fit the locals".to_owned()));
        }
        let entry = vec![None; instrs.len()];
        Ok(Verifier { code, instrs, at_word, entry, work: Vec::new(), locals: code.locals.len() as i32 })
    }

    fn run(&mut self) -> Result<(), Failure> {
        for index in 0..self.instrs.len() {
            self.check_operands(index)?;
        }
        self.check_table()?;
        let mut first = vec![Slot::Empty; self.code.locals.len() + self.code.ntemps as usize];
        let arguments = self.code.total_args();
        for (slot, _) in first.iter_mut().zip(0..arguments) {
            *slot = Slot::Full;
        }
        self.entry[0] = Some(first);
        self.work.push(0);
        while let Some(block) = self.work.pop() {
            self.walk(block)?;
        }
        Ok(())
    }

    fn instr_at(&self, word: i64) -> Option<usize> {
        let index = *self.at_word.get(usize::try_from(word).ok()?)?;
        (index != NO_INSTR).then_some(index as usize)
    }

    fn check_table(&self) -> Result<(), Failure> {
        let mut last_end = 0;
        for entry in &self.code.exceptions {
            let pc = entry.start as usize;
            let boundary = |word: u32| {
                word as usize == self.code.code.len() || self.instr_at(i64::from(word)).is_some()
            };
            if entry.start < last_end || entry.end <= entry.start {
                return Err((pc, "exception table is not sorted".to_owned()));
            }
            if !boundary(entry.start) || !boundary(entry.end) || self.instr_at(i64::from(entry.handler)).is_none() {
                return Err((pc, "exception table does not fit the instructions".to_owned()));
            }
            let needed = u32::from(entry.depth) + 1 + u32::from(entry.lasti);
            if needed > self.code.ntemps {
                return Err((pc, "exception table needs more temps".to_owned()));
            }
            last_end = entry.end;
        }
        Ok(())
    }

    /// Ranges that do not depend on the path.
    fn check_operands(&self, index: usize) -> Result<(), Failure> {
        let instr = &self.instrs[index];
        let fail = |message: String| Err((instr.start, format!("{}: {message}", instr.op.name())));
        for (name, kind, value) in instr.operands() {
            let in_range = match kind {
                Kind::Name | Kind::Name16 => (value as u32 as usize) < self.code.names.len(),
                Kind::Const | Kind::Const16 | Kind::ExtConst => (value as u32 as usize) < self.code.consts.len(),
                Kind::Jump | Kind::Jump16 | Kind::Jump24 => {
                    self.instr_at(instr.end as i64 + i64::from(value)).is_some()
                }
                Kind::Local => (-self.locals..0).contains(&value),
                Kind::Cell => (-self.locals..0).contains(&value) && self.is_cell(value),
                Kind::InOut | Kind::Window => value >= 0,
                Kind::Run => value >= 0 || matches!(instr.op, Op::UnpackSequence | Op::MakeFunction | Op::BuildMap),
                Kind::ExtCount => (value as u32) < 1 << 24,
                Kind::Dst | Kind::Src | Kind::Keep | Kind::Count | Kind::Imm16 => true,
            };
            if !in_range {
                return fail(format!("operand {name} = {value} is out of range"));
            }
        }
        let args = &instr.args;
        let constant_code = |at: i32| matches!(self.code.consts.get(at as usize), Some(Const::Code(_)));
        let known = match instr.op {
            Op::LoadCommonConst => CommonConst::from_u32(args[1] as u32).is_some(),
            Op::CallIntrinsic1 => Intrinsic1::from_u32(args[2] as u32).is_some(),
            Op::CallIntrinsic2 => Intrinsic2::from_u32(args[3] as u32).is_some(),
            Op::MakeFunction => constant_code(args[3]) && args[2] & !0x1F == 0 && self.closure_fits(args),
            Op::CallKw | Op::CallMethodKw => self.keyword_names_fit(instr),
            Op::CallMethod => args[2] >= 1,
            Op::CopyFreeVars => (index == 0 || index == 1 && self.instrs[0].op == Op::Nop) && args[0] as usize == self.code.nfreevars(),
            Op::BuildSlice => matches!(args[2], 2 | 3),
            Op::FormatSimple | Op::ConvertValue => (0..=3).contains(&args[2]),
            Op::BuildInterpolation => (0..8).contains(&args[2]),
            Op::GetAwaitable => (0..=2).contains(&args[2]),
            Op::ReturnGenerator => {
                self.code.flags & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) != 0
            }
            Op::MakeCell => self.is_cell(args[0]),
            Op::Jump => args[0] >= 0,
            _ => true,
        };
        if !known {
            return fail("operands make no sense".to_owned());
        }
        let cells = u32::from(instr.op.info().cells);
        if let Some(cell) = instr.cell
            && cell.checked_add(cells).is_none_or(|end| end > self.code.ncells)
        {
            return fail("cache cell is out of range".to_owned());
        }
        if temps_needed(instr.op, args) > self.code.ntemps as i32 {
            return fail("needs more temps than the frame has".to_owned());
        }
        Ok(())
    }

    fn is_cell(&self, register: i32) -> bool {
        let index = (register + self.locals) as usize;
        self.code.locals.get(index).is_some_and(|l| l.kind & (local_kind::CELL | local_kind::FREE) != 0)
    }

    fn closure_fits(&self, args: &[i32]) -> bool {
        match self.code.consts.get(args[3] as usize) {
            Some(Const::Code(inner)) => (inner.nfreevars() != 0) == (args[2] & 8 != 0),
            _ => false,
        }
    }

    fn keyword_names_fit(&self, instr: &Instr) -> bool {
        let count = instr.args[2];
        match self.code.consts.get(instr.args[3] as usize) {
            Some(Const::Tuple(names)) => {
                let own = i32::from(instr.op == Op::CallMethodKw);
                names.iter().all(|n| matches!(n, Const::Str(_))) && names.len() as i64 + i64::from(own) <= i64::from(count)
            }
            _ => false,
        }
    }

    // ---- data flow ----

    fn slot(&self, register: i32) -> Option<usize> {
        let index = register.checked_add(self.locals)?;
        let index = usize::try_from(index).ok()?;
        (index < self.code.locals.len() + self.code.ntemps as usize).then_some(index)
    }

    fn walk(&mut self, block: usize) -> Result<(), Failure> {
        let Some(mut state) = self.entry[block].clone() else { return Ok(()) };
        let mut index = block;
        loop {
            let Some(&instr) = self.instrs.get(index) else {
                return Err((self.code.code.len(), "control runs off the end".to_owned()));
            };
            if index != block && self.entry[index].is_some() {
                return self.merge(index, &state, instr.start);
            }
            self.to_handler(&instr, &state)?;
            let before = state.clone();
            self.step(&instr, &mut state)?;
            if let Some(word) = instr.jump_target() {
                let Some(target) = self.instr_at(word) else {
                    return Err((instr.start, "jumps into an instruction".to_owned()));
                };
                let mut taken = state.clone();
                match instr.op {
                    Op::ForIter => {
                        // The jump has the item, the fall-through has no iterator and no item.
                        self.set(&mut state, instr.args[1], Slot::Empty);
                        if let Some(slot) = self.slot(instr.args[0]) {
                            state[slot] = before[slot];
                        }
                    }
                    Op::JumpIfTrueOrPop | Op::JumpIfFalseOrPop => self.set(&mut state, instr.args[0], Slot::Empty),
                    _ => {}
                }
                if instr.op == Op::ForIter {
                    self.set(&mut taken, instr.args[0], Slot::Full);
                }
                self.merge(target, &taken, instr.start)?;
            }
            if instr.op.ends() {
                return Ok(());
            }
            index += 1;
        }
    }

    fn to_handler(&mut self, instr: &Instr, state: &[Slot]) -> Result<(), Failure> {
        let Some(entry) = self.code.handler_at(instr.start as u32).copied() else { return Ok(()) };
        let raises = instr.op.info().effects.has(crate::ops::Effect::Raises) || instr.jump_target().is_some();
        if !raises {
            return Ok(());
        }
        let mut state = state.to_vec();
        let first = self.code.locals.len() + usize::from(entry.depth);
        for slot in &mut state[first..] {
            *slot = Slot::Empty;
        }
        // What the instruction consumes may be gone when it raises.
        for_each_access(instr.op, &instr.args, |register, access| {
            if register >= 0
                && matches!(access, Access::Read | Access::ReadMaybe)
                && let Some(slot) = self.slot(register)
            {
                state[slot] = Slot::Empty;
            }
        });
        state[first] = Slot::Full;
        if entry.lasti {
            state[first + 1] = Slot::Full;
        }
        let Some(handler) = self.instr_at(i64::from(entry.handler)) else { return Ok(()) };
        self.merge(handler, &state, instr.start)
    }

    fn set(&self, state: &mut [Slot], register: i32, value: Slot) {
        if let Some(slot) = self.slot(register) {
            state[slot] = value;
        }
    }

    fn step(&self, instr: &Instr, state: &mut [Slot]) -> Result<(), Failure> {
        let mut failure = None;
        for_each_access(instr.op, &instr.args, |register, access| {
            let Some(slot) = self.slot(register) else {
                failure = Some(format!("register {register} is out of range"));
                return;
            };
            let held = state[slot];
            let is_temp = register >= 0;
            match access {
                Access::Read | Access::Keep if held != Slot::Full => {
                    failure = Some(format!("register {register} may be empty"));
                }
                Access::Read | Access::ReadMaybe => {
                    if is_temp {
                        state[slot] = Slot::Empty;
                    }
                }
                Access::Keep | Access::KeepMaybe => {}
                Access::Write | Access::WriteMaybe => {
                    if is_temp && held != Slot::Empty {
                        failure = Some(format!("temp {register} is written while it holds a value"));
                    }
                    state[slot] = if access == Access::Write { Slot::Full } else { Slot::Maybe };
                }
                Access::Clear => state[slot] = Slot::Empty,
                Access::Check => state[slot] = Slot::Full,
                Access::Scratch => {
                    if held != Slot::Empty {
                        failure = Some(format!("temp {register} is not free"));
                    }
                }
            }
        });
        // Instructions that read and write one temp report it as kept.
        if failure.is_none() {
            match instr.op {
                Op::YieldFrom => self.set(state, instr.args[1], Slot::Empty),
                Op::Return if self.live_temps(state) => failure = Some("temps are live at return".to_owned()),
                Op::ReturnNone if self.live_temps(state) => failure = Some("temps are live at return".to_owned()),
                _ => {}
            }
        }
        match failure {
            Some(message) => Err((instr.start, format!("{}: {message}", instr.op.name()))),
            None => Ok(()),
        }
    }

    fn live_temps(&self, state: &[Slot]) -> bool {
        state[self.code.locals.len()..].iter().any(|&slot| slot != Slot::Empty)
    }

    /// Let a path flow into the instruction `index`.
    fn merge(&mut self, index: usize, state: &[Slot], from: usize) -> Result<(), Failure> {
        let locals = self.code.locals.len();
        let start = self.instrs[index].start;
        match &mut self.entry[index] {
            entry @ None => {
                *entry = Some(state.to_vec());
                self.work.push(index);
            }
            Some(old) => {
                let mut changed = false;
                for (register, (old, &new)) in old.iter_mut().zip(state).enumerate() {
                    if *old == new || *old == Slot::Maybe {
                        continue;
                    }
                    if register >= locals && new != Slot::Maybe {
                        let temp = register - locals;
                        return Err((start, format!("temp {temp} differs between paths (from {from})")));
                    }
                    *old = Slot::Maybe;
                    changed = true;
                }
                if changed {
                    self.work.push(index);
                }
            }
        }
        Ok(())
    }
}
