//! `CodePoints`: the text of a `StringIO`, one byte for each code point until one needs more.

use taipan_object::prelude::*;
use taipan_object::types::str::Units;

/// Latin-1 bytes until something wider comes, code points from then on.
pub enum CodePoints {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

impl Default for CodePoints {
    fn default() -> Self {
        CodePoints::Narrow(Vec::new())
    }
}

/// Put `new` at `pos`: over what is there, NULs before it when it begins past the end. False, and nothing done, without memory for it.
fn overwrite<T: Copy + Default>(all: &mut Vec<T>, pos: usize, new: &[T]) -> bool {
    let room = pos.checked_add(new.len()).map(|end| end.saturating_sub(all.len()));
    if !room.is_some_and(|n| all.try_reserve(n).is_ok()) {
        return false;
    }
    if pos > all.len() {
        all.resize(pos, T::default());
    }
    let covered = new.len().min(all.len() - pos);
    all[pos..pos + covered].copy_from_slice(&new[..covered]);
    all.extend_from_slice(&new[covered..]);
    true
}

impl CodePoints {
    /// How many code points there are.
    pub fn len(&self) -> usize {
        match self {
            CodePoints::Narrow(v) => v.len(),
            CodePoints::Wide(v) => v.len(),
        }
    }

    fn widen(&mut self) -> &mut Vec<u32> {
        if let CodePoints::Narrow(v) = self {
            *self = CodePoints::Wide(v.iter().map(|&b| u32::from(b)).collect());
        }
        match self {
            CodePoints::Wide(v) => v,
            CodePoints::Narrow(_) => unreachable!("just widened"),
        }
    }

    /// Write a string at `pos`; what lies between the end and `pos` becomes NUL. Raises `MemoryError`.
    pub fn put(&mut self, pos: usize, s: &PyStr, cx: &mut Cx) -> PyResult<()> {
        let done = match (&mut *self, s.units()) {
            (CodePoints::Narrow(v), Units::Ascii(u) | Units::Latin1(u)) => overwrite(v, pos, u),
            _ => {
                let new: Vec<u32> = s.code_points().collect();
                overwrite(self.widen(), pos, &new)
            }
        };
        if done { Ok(()) } else { Err(cx.memory_error()) }
    }

    /// The code points `from..to`, cut to what there is.
    pub fn text(&self, from: usize, to: usize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let to = to.min(self.len());
        let from = from.min(to);
        match self {
            CodePoints::Narrow(v) => PyStr::from_latin1(v.get(from..to).unwrap_or_default(), cx),
            CodePoints::Wide(v) => PyStr::from_code_points(v.get(from..to).unwrap_or_default(), cx),
        }
    }

    /// Where in `from..to` the first of the code points `a` or `b` is.
    pub fn find(&self, from: usize, to: usize, a: u8, b: u8) -> Option<usize> {
        let to = to.min(self.len());
        let found = match self {
            CodePoints::Narrow(v) => memchr::memchr2(a, b, v.get(from..to)?),
            CodePoints::Wide(v) => v.get(from..to)?.iter().position(|&c| c == u32::from(a) || c == u32::from(b)),
        };
        found.map(|i| from + i)
    }

    /// The code point at `i`.
    pub fn at(&self, i: usize) -> Option<u32> {
        match self {
            CodePoints::Narrow(v) => v.get(i).map(|&b| u32::from(b)),
            CodePoints::Wide(v) => v.get(i).copied(),
        }
    }

    /// Drop what lies past `n`.
    pub fn truncate(&mut self, n: usize) {
        match self {
            CodePoints::Narrow(v) => v.truncate(n),
            CodePoints::Wide(v) => v.truncate(n),
        }
    }
}
