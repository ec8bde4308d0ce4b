//! Positions of instructions in the form of CPython's `co_linetable` (its "locations table", PEP 626 and 657).
//!
//! One code unit of that form is one word of ours, and `f_lasti`/`tb_lasti` count two per word, so that
//! `co_positions()` and what the library does with it work unchanged.

/// Where an instruction comes from. Lines count from 1, columns from 0 in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// First line; -1: the instruction is no one's.
    pub line: i32,
    /// Last line.
    pub end_line: i32,
    /// First column; -1: unknown.
    pub column: i32,
    /// Column after the last byte; -1: unknown.
    pub end_column: i32,
}

impl Location {
    /// Artificial code.
    pub const NONE: Location = Location { line: -1, end_line: -1, column: -1, end_column: -1 };

    /// A line without columns.
    pub const fn line(line: i32) -> Location {
        Location { line, end_line: line, column: -1, end_column: -1 }
    }
}

const SHORT_FORMS: i32 = 10;
const NO_COLUMNS: u8 = 13;
const LONG: u8 = 14;
const NO_LOCATION: u8 = 15;

/// Writer of a table.
pub struct Writer {
    out: Vec<u8>,
    line: i32,
    pending: Option<(Location, usize)>,
}

impl Writer {
    /// A table of code that starts at line `firstlineno`.
    pub fn new(firstlineno: i32) -> Self {
        Writer { out: Vec::new(), line: firstlineno, pending: None }
    }

    /// The next `words` words are of `location`.
    pub fn push(&mut self, location: Location, words: usize) {
        match &mut self.pending {
            Some((last, count)) if *last == location => *count += words,
            _ => {
                self.flush();
                self.pending = Some((location, words));
            }
        }
    }

    /// The table.
    pub fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.out
    }

    fn flush(&mut self) {
        let Some((location, mut words)) = self.pending.take() else { return };
        while words > 0 {
            let length = words.min(8);
            self.entry(location, length as u8);
            words -= length;
        }
    }

    fn entry(&mut self, at: Location, length: u8) {
        let first = |code: u8| 0x80 | (code << 3) | (length - 1);
        if at.line < 0 {
            self.out.push(first(NO_LOCATION));
            return;
        }
        let delta = at.line - self.line;
        self.line = at.line;
        if at.column < 0 || at.end_column < 0 {
            self.out.push(first(NO_COLUMNS));
            self.signed(delta);
            return;
        }
        let (column, end) = (at.column, at.end_column);
        if at.end_line == at.line {
            if delta == 0 && column < 80 && end >= column && end - column < 16 {
                self.out.push(first((column / 8) as u8));
                self.out.push((((column & 7) << 4) | (end - column)) as u8);
                return;
            }
            if (0..3).contains(&delta) && column < 128 && end < 128 {
                self.out.push(first((SHORT_FORMS + delta) as u8));
                self.out.push(column as u8);
                self.out.push(end as u8);
                return;
            }
        }
        self.out.push(first(LONG));
        self.signed(delta);
        self.unsigned((at.end_line - at.line).max(0) as u32);
        self.unsigned(column as u32 + 1);
        self.unsigned(end as u32 + 1);
    }

    fn unsigned(&mut self, mut value: u32) {
        while value >= 64 {
            self.out.push(0x40 | (value & 0x3F) as u8);
            value >>= 6;
        }
        self.out.push(value as u8);
    }

    fn signed(&mut self, value: i32) {
        let magnitude = value.unsigned_abs();
        self.unsigned(if value < 0 { (magnitude << 1) | 1 } else { magnitude << 1 });
    }
}

/// Reader of a table: ranges of words with their location. Ends early when the table is malformed.
#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    line: i32,
}

impl<'a> Reader<'a> {
    /// Read `table` of code that starts at line `firstlineno`.
    pub fn new(table: &'a [u8], firstlineno: i32) -> Self {
        Reader { rest: table, line: firstlineno }
    }

    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn unsigned(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for shift in (0..32).step_by(6) {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x3F).checked_shl(shift)?;
            if byte & 0x40 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i32> {
        let value = self.unsigned()?;
        let magnitude = (value >> 1) as i32;
        Some(if value & 1 == 1 { -magnitude } else { magnitude })
    }
}

impl Iterator for Reader<'_> {
    /// Location and number of words.
    type Item = (Location, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.byte()?;
        let length = usize::from(first & 7) + 1;
        let code = (first >> 3) & 15;
        let location = match code {
            0..10 => {
                let second = i32::from(self.byte()?);
                let column = (i32::from(code) << 3) | (second >> 4);
                Location { line: self.line, end_line: self.line, column, end_column: column + (second & 15) }
            }
            10..NO_COLUMNS => {
                self.line = self.line.wrapping_add(i32::from(code) - SHORT_FORMS);
                let (column, end_column) = (i32::from(self.byte()?), i32::from(self.byte()?));
                Location { line: self.line, end_line: self.line, column, end_column }
            }
            NO_COLUMNS => {
                self.line = self.line.wrapping_add(self.signed()?);
                Location::line(self.line)
            }
            LONG => {
                self.line = self.line.wrapping_add(self.signed()?);
                let end_line = self.line.wrapping_add(self.unsigned()? as i32);
                let column = (self.unsigned()? as i32).wrapping_sub(1);
                let end_column = (self.unsigned()? as i32).wrapping_sub(1);
                Location { line: self.line, end_line, column, end_column }
            }
            _ => Location::NONE,
        };
        Some((location, length))
    }
}

/// The location of word `pc`.
pub fn location_at(table: &[u8], firstlineno: i32, pc: usize) -> Location {
    let mut start = 0;
    for (location, words) in Reader::new(table, firstlineno) {
        if pc < start + words {
            return location;
        }
        start += words;
    }
    Location::NONE
}
