//! Slots and frames (docs/bytecode.md): a header, the locals, the temps, contiguous on the thread's stack or inside a generator.

use crate::refs::*;
use std::cell::Cell;

/// One word of a frame: empty, a tagged 63-bit int, or an owned object pointer.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Slot(pub usize);

impl Slot {
    pub const EMPTY: Slot = Slot(0);
    /// A tagged int; `v` must fit 63 bits.
    #[inline(always)]
    pub fn int(v: i64) -> Slot {
        Slot((v as usize) << 1 | 1)
    }
    #[inline(always)]
    pub fn is_int(self) -> bool {
        self.0 & 1 != 0
    }
    #[inline(always)]
    pub fn as_int(self) -> i64 {
        self.0 as i64 >> 1
    }
    #[inline(always)]
    pub fn is_object(self) -> bool {
        self.0 & 1 == 0 && self.0 != 0
    }
    #[inline(always)]
    pub fn as_ptr(self) -> *mut Object {
        self.0 as *mut Object
    }
}

/// Words of the header (see `Frame`).
pub const FRAME_HEADER: usize = size_of::<Frame>() / 8;

/// The header of a frame. Its fields belong to `interp`; everybody else sees frames through `PyFrame`.
#[repr(C)]
pub struct Frame {
    /// The function being run, owned (word 0 of the call window); may be the code's namespace holder for `exec`.
    pub func: Cell<Slot>,
    /// The calling frame, or null.
    pub previous: Cell<*mut Frame>,
    /// Code object, borrowed from `func` or owned, see `flags`.
    pub code: Cell<*const Object>,
    pub globals: Cell<*mut Object>,
    pub builtins: Cell<*mut Object>,
    /// Namespace of module and class bodies, owned or null.
    pub locals: Cell<*mut Object>,
    /// The lazily made `PyFrame`, owned or null.
    pub frame_obj: Cell<*mut Object>,
    /// Index of the instruction being executed (of the call, when a callee runs).
    pub pc: Cell<u32>,
    pub flags: Cell<u32>,
    /// Where the caller wants the result (register), and its window base.
    pub return_to: Cell<u32>,
    pub depth: Cell<u32>,
}

const _: () = assert!(size_of::<Frame>() % 8 == 0);

impl Frame {
    /// The global namespace.
    pub fn globals(&self) -> &crate::types::dict::PyDict {
        // SAFETY: a running frame holds its globals, which are a dict.
        unsafe { (*self.globals.get()).cast_unchecked() }
    }
}
