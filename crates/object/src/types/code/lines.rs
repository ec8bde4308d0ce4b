//! Lines and positions of instructions.

use super::*;
use taipan_bytecode::Op;
use taipan_bytecode::linetable::{Location, Reader, location_at};

impl PyCode {
    /// The line of word `pc`; -1 when it belongs to none. A negative `pc` (not started) is the first line.
    pub fn line_at(&self, pc: i32) -> i32 {
        if pc < 0 { self.co_firstlineno } else { self.location_at(pc as usize).line }
    }
    /// The location of word `pc`.
    pub fn location_at(&self, pc: usize) -> Location {
        location_at(self.linetable(), self.co_firstlineno, pc)
    }
    /// Ranges of words with one line: (start, end, line or -1), adjacent ranges of one line joined (`co_lines`).
    pub fn line_ranges(&self) -> Vec<(usize, usize, i32)> {
        let mut out: Vec<(usize, usize, i32)> = Vec::new();
        let mut at = 0;
        for (loc, words) in Reader::new(self.linetable(), self.co_firstlineno) {
            match out.last_mut() {
                Some(last) if last.2 == loc.line => last.1 = at + words,
                _ => out.push((at, at + words, loc.line)),
            }
            at += words;
        }
        out
    }
}

impl PyCode {
    /// The table of lines in the form that was CPython's before 3.10: pairs of an unsigned and a signed byte, added to offset and line.
    pub(super) fn lnotab(&self) -> Vec<u8> {
        let (mut out, mut offset, mut line) = (Vec::new(), 0, self.co_firstlineno);
        for (start, _, at) in self.line_ranges() {
            if at == line {
                continue;
            }
            let (mut step, mut lines) = (2 * start - offset, at - line);
            while step > 255 {
                out.extend([255, 0]);
                step -= 255;
            }
            while !(-128..=127).contains(&lines) {
                let part = lines.clamp(-128, 127);
                out.extend([step as u8, part as i8 as u8]);
                step = 0;
                lines -= part;
            }
            out.extend([step as u8, lines as i8 as u8]);
            (offset, line) = (2 * start, at);
        }
        out
    }
    /// Conditional jumps: (word, where a test that holds leads, where the other way leads). A jump back stays in its loop, so it is the way of a test that holds.
    pub fn branches(&self) -> Vec<(usize, usize, usize)> {
        let words = self.words();
        let (mut out, mut at) = (Vec::new(), 0);
        while let Ok(i) = taipan_bytecode::decode(words, at) {
            at = i.end;
            if matches!(i.op, Op::Jump | Op::JumpBackward | Op::JumpFar) {
                continue;
            }
            let Some((target, next)) = taipan_bytecode::encode::ways(words, &i) else { continue };
            let (Ok(target), Ok(next)) = (usize::try_from(target), usize::try_from(next)) else { continue };
            out.push(if target <= i.start { (i.start, target, next) } else { (i.start, next, target) });
        }
        out
    }
}

/// `co_positions()`: an iterator state over words.
pub struct Positions {
    pub items: Vec<(Location, usize)>,
}

impl Positions {
    /// All locations with their number of words.
    pub fn of(code: &PyCode) -> Positions {
        Positions { items: Reader::new(code.linetable(), code.co_firstlineno).collect() }
    }
}

/// An operand as `dis` shows it.
#[derive(Clone, Copy, Debug)]
pub enum Shown {
    /// A temp (not negative), or a local counted from behind the last one.
    Register(i32),
    /// Index into `co_names`.
    Name(i32),
    /// Index into `co_consts`.
    Const(i32),
    /// The word that a jump goes to.
    Target(i64),
    /// A number.
    Number(i32),
}

/// An instruction as `dis` shows it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its first word, a prefix included.
    pub start: usize,
    /// The word behind it.
    pub end: usize,
    /// Its number.
    pub opcode: u8,
    /// Its name.
    pub name: &'static str,
    /// Its operands.
    pub operands: Vec<Shown>,
}

/// The instructions in the bytes of `co_code`; ends where they make no sense.
pub fn listing(code: &[u8]) -> Vec<Listed> {
    use taipan_bytecode::Kind;
    let words: Vec<u32> = code.chunks_exact(4).map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]])).collect();
    let (mut out, mut at) = (Vec::new(), 0);
    while let Ok(i) = taipan_bytecode::decode(&words, at) {
        at = i.end;
        let shown = |(_, kind, value): (&'static str, Kind, i32)| match kind {
            _ if kind.is_register() => Shown::Register(value),
            Kind::Name | Kind::Name16 => Shown::Name(value),
            Kind::Const | Kind::Const16 | Kind::ExtConst => Shown::Const(value),
            _ if kind.is_jump() => Shown::Target(i.end as i64 + i64::from(value)),
            _ => Shown::Number(value),
        };
        let operands = i.operands().map(shown).collect();
        out.push(Listed { start: i.start, end: i.end, opcode: i.op as u8, name: i.op.name(), operands });
    }
    out
}
