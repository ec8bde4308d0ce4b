//! Memory that holds nothing yet, which calls fill from its start. What they wrote may be read, nothing else.

use crate::Result;
use core::mem::MaybeUninit;

/// A piece of memory and how many bytes of it have been written.
pub struct Fresh<'a> {
    room: &'a mut [MaybeUninit<u8>],
    filled: usize,
}

impl<'a> Fresh<'a> {
    /// Nothing is written yet.
    pub fn new(room: &'a mut [MaybeUninit<u8>]) -> Fresh<'a> {
        Fresh { room, filled: 0 }
    }
    /// Let a call write from the start; it says how much it wrote.
    pub(crate) fn fill(&mut self, call: impl FnOnce(&mut [MaybeUninit<u8>]) -> Result<usize>) -> Result<usize> {
        self.filled = call(self.room)?.min(self.room.len());
        Ok(self.filled)
    }
    /// What the last call wrote.
    pub fn filled(self) -> &'a mut [u8] {
        // SAFETY: `fill` is for calls of this crate, whose count is the kernel's: so many bytes are initialised.
        unsafe { &mut *(self.room.get_unchecked_mut(..self.filled) as *mut [MaybeUninit<u8>] as *mut [u8]) }
    }
}
