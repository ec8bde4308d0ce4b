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
    /// Conditional jumps: (word, where a test that holds leads, where the other way leads). A jump back stays in its loop, so it is the way of a test that holds.
    pub fn branches(&self) -> Vec<(usize, usize, usize)> {
        let words = self.words();
        let (mut out, mut at) = (Vec::new(), 0);
        while let Ok(i) = taipan_bytecode::decode(words, at) {
            at = i.end;
            if matches!(i.op, Op::Jump | Op::JumpBackward) {
                continue;
            }
            let Some(target) = i.jump_target().and_then(|t| usize::try_from(t).ok()) else { continue };
            out.push(if target <= i.start { (i.start, target, i.end) } else { (i.start, i.end, target) });
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
