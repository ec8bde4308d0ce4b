//! Instructions to words and back.
//!
//! `op | a<<8 | b<<16 | c<<24`, after an optional `wide` prefix of the same form with the higher bits, before an
//! optional extra operand word and an optional cache index word (in this order).

use crate::ops::{Kind, Op, Place};

/// At most so many operands.
pub const OPERANDS_MAX: usize = 4;

/// A decoded instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instr {
    /// Which one.
    pub op: Op,
    /// Operands in the table's order; registers are relative to FP, jumps to [`Instr::end`].
    pub args: [i32; OPERANDS_MAX],
    /// First cache cell, if it has any.
    pub cell: Option<u32>,
    /// Index of its first word (the prefix, if there is one).
    pub start: usize,
    /// Index of the word after it.
    pub end: usize,
}

/// Why words are no instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The words end within an instruction.
    Truncated(usize),
    /// No instruction has this number.
    UnknownOp(usize, u8),
    /// A prefix before a prefix.
    DoubleWide(usize),
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DecodeError::Truncated(at) => write!(f, "code ends within the instruction at {at}"),
            DecodeError::UnknownOp(at, byte) => write!(f, "unknown opcode {byte} at {at}"),
            DecodeError::DoubleWide(at) => write!(f, "two wide prefixes at {at}"),
        }
    }
}

impl std::error::Error for DecodeError {}

impl Instr {
    /// The target of a jump.
    pub fn jump_target(&self) -> Option<i64> {
        let index = self.op.info().operands.iter().position(|(_, kind)| kind.is_jump())?;
        Some(self.end as i64 + i64::from(self.args[index]))
    }

    /// Operands with names and kinds.
    pub fn operands(&self) -> impl Iterator<Item = (&'static str, Kind, i32)> {
        self.op.info().operands.iter().zip(self.args).map(|(&(name, kind), value)| (name, kind, value))
    }
}

/// Decode the instruction at word `at`.
pub fn decode(code: &[u32], at: usize) -> Result<Instr, DecodeError> {
    let mut next = at;
    let mut word = *code.get(next).ok_or(DecodeError::Truncated(at))?;
    next += 1;
    let mut high = 0;
    let wide = word as u8 == Op::Wide as u8;
    if wide {
        high = word >> 8;
        word = *code.get(next).ok_or(DecodeError::Truncated(at))?;
        next += 1;
    }
    let op = Op::from_u8(word as u8).ok_or(DecodeError::UnknownOp(at, word as u8))?;
    if op == Op::Wide {
        return Err(DecodeError::DoubleWide(at));
    }
    let info = op.info();
    let mut extra = 0;
    if info.has_extra() {
        extra = *code.get(next).ok_or(DecodeError::Truncated(at))?;
        next += 1;
    }
    let mut cell = None;
    if info.cells != 0 {
        cell = Some(*code.get(next).ok_or(DecodeError::Truncated(at))?);
        next += 1;
    }
    let low = word >> 8;
    let mut args = [0; OPERANDS_MAX];
    for (index, &(_, kind)) in info.operands.iter().enumerate() {
        let (bits, width) = match info.place(index) {
            Place::Byte(n) => {
                let shift = 8 * u32::from(n);
                (((low >> shift) & 0xFF) | (((high >> shift) & 0xFF) << 8), if wide { 16 } else { 8 })
            }
            Place::Pair => ((low >> 8) | ((high >> 8) << 16), if wide { 32 } else { 16 }),
            Place::Triple => (low | (high << 24), if wide { 32 } else { 24 }),
            Place::Extra => (extra, 32),
        };
        args[index] = if kind.is_signed() { ((bits << (32 - width)) as i32) >> (32 - width) } else { bits as i32 };
    }
    Ok(Instr { op, args, cell, start: at, end: next })
}

/// Where a conditional jump leads: jumping, and going on. What `jump_far` does on its behalf is followed, and a condition that was turned round for it is turned back.
pub fn ways(words: &[u32], jump: &Instr) -> Option<(i64, i64)> {
    let (target, next) = (jump.jump_target()?, jump.end as i64);
    let far = |at: i64| {
        let i = decode(words, usize::try_from(at).ok()?).ok()?;
        if i.op == Op::JumpFar { i.jump_target() } else { None }
    };
    Some(match (far(target), far(next)) {
        (Some(target), Some(next)) => (target, next),
        (None, Some(target_of_inverse)) => (target_of_inverse, target),
        _ => (target, next),
    })
}

/// Does this instruction need a `wide` prefix?
pub fn needs_wide(op: Op, args: &[i32]) -> bool {
    let info = op.info();
    info.operands.iter().zip(args).enumerate().any(|(index, (&(_, kind), &value))| {
        let width = match info.place(index) {
            Place::Byte(_) => 8,
            Place::Pair => 16,
            Place::Triple => 24,
            Place::Extra => return false,
        };
        !fits(value, width, kind.is_signed())
    })
}

/// Can the instruction be encoded at all (with a prefix)?
pub fn encodable(op: Op, args: &[i32]) -> bool {
    let info = op.info();
    info.operands.iter().zip(args).enumerate().all(|(index, (&(_, kind), &value))| match info.place(index) {
        Place::Byte(_) => fits(value, 16, kind.is_signed()),
        _ => true,
    })
}

fn fits(value: i32, width: u32, signed: bool) -> bool {
    if signed {
        let half = 1i64 << (width - 1);
        (-half..half).contains(&i64::from(value))
    } else {
        i64::from(value as u32) < 1i64 << width
    }
}

/// Append an instruction; `wide` forces the prefix (which is added anyway when an operand needs it).
///
/// The caller has checked [`encodable`]; higher bits are cut off otherwise.
pub fn encode(op: Op, args: &[i32], cell: u32, wide: bool, out: &mut Vec<u32>) {
    let info = op.info();
    let (mut low, mut high, mut extra) = (0u32, 0u32, 0u32);
    for (index, &value) in args.iter().enumerate().take(info.operands.len()) {
        let value = value as u32;
        match info.place(index) {
            Place::Byte(n) => {
                let shift = 8 * u32::from(n);
                low |= (value & 0xFF) << shift;
                high |= ((value >> 8) & 0xFF) << shift;
            }
            Place::Pair => {
                low |= (value & 0xFFFF) << 8;
                high |= (value >> 16) << 8;
            }
            Place::Triple => {
                low |= value & 0xFF_FFFF;
                high |= value >> 24;
            }
            Place::Extra => extra = value,
        }
    }
    if wide || needs_wide(op, args) {
        out.push(Op::Wide as u32 | high << 8);
    }
    out.push(op as u32 | low << 8);
    if info.has_extra() {
        out.push(extra);
    }
    if info.cells != 0 {
        out.push(cell);
    }
}
