//! The backtracking stack: alternatives not yet tried, and changes to undo on the way back to them.

use crate::search::Stop;

/// What an entry stands for. `Undo*` restore and fall through to the entry below; the others resume matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Go to `arg` at `pos`.
    Choice,
    /// Branch `arg` at `pos`; `extra` is the mask (or, for wide branches, the number) of alternatives left.
    Branch,
    /// Repeat `arg`, continued at `count`: may give back down to `extra`.
    Greedy,
    /// Repeat `arg`, continued at `count`: may take `extra` more.
    Lazy,
    /// Mark `arg` was `pos`, the last group `count`.
    UndoMark,
    /// Register `arg` was (`count`, `extra`).
    UndoLoop,
    /// The register of loop `arg` was (`count`, `extra`): what `cut` leaves of a `LoopTail`.
    UndoTail,
    /// Loop `arg` had (`count`, `extra`); its tail may go on at `pos`.
    LoopTail,
    /// Loop `arg` may take another turn at `pos`.
    LoopTurn,
    /// Bottom of an atomic group, an assertion, a negated one (go on at `arg`), a turn of the possessive loop `arg` (go on
    /// behind it, at `pos`). `extra` is the barrier outside.
    Atomic,
    Assert,
    AssertNot,
    PossessiveTurn,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub kind: Kind,
    pub arg: u32,
    pub count: u32,
    pub pos: usize,
    pub extra: u64,
}

#[derive(Default)]
pub(crate) struct Stack {
    entries: Vec<Entry>,
    entries_max: usize,
}

impl Stack {
    /// Empty it for a new attempt.
    pub fn reset(&mut self, bytes_max: usize) {
        self.entries.clear();
        self.entries_max = bytes_max / size_of::<Entry>();
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    #[inline]
    pub fn push(&mut self, entry: Entry) -> Result<(), Stop> {
        if self.entries.len() == self.entries.capacity() {
            self.grow()?;
        }
        self.entries.push(entry);
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) -> Result<(), Stop> {
        let len = self.entries.len();
        if len >= self.entries_max {
            return Err(Stop::NoMemory);
        }
        let more = len.max(64).min(self.entries_max - len);
        self.entries.try_reserve_exact(more).map_err(|_| Stop::NoMemory)
    }

    #[inline]
    pub fn pop(&mut self) -> Option<Entry> {
        self.entries.pop()
    }

    /// Forget the alternatives above `height`, but keep what must be undone if an alternative below is taken. Returns the entry
    /// at `height`.
    pub fn cut(&mut self, height: usize) -> Option<Entry> {
        let bottom = *self.entries.get(height)?;
        let mut kept = height;
        if height > 0 {
            for at in height + 1..self.entries.len() {
                let mut entry = self.entries[at];
                match entry.kind {
                    Kind::UndoMark | Kind::UndoLoop | Kind::UndoTail => {}
                    Kind::LoopTail => entry.kind = Kind::UndoTail,
                    _ => continue,
                }
                self.entries[kept] = entry;
                kept += 1;
            }
        }
        self.entries.truncate(kept);
        Some(bottom)
    }

    /// Give memory back after a deep match.
    pub fn trim(&mut self) {
        if self.entries.capacity() > 4096 {
            self.entries.clear();
            self.entries.shrink_to(1024);
        }
    }
}
