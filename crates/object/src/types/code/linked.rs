//! The two states of a code object's body: still to be linked, and linked.
//!
//! A code object is born with its name, flags and counts only. Constants, names and the instructions follow when it is first called or asked about: most functions
//! of a module never are.

use super::image::Image;
use super::{CacheCell, PyCode};
use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::field::FieldCell;
use crate::frame::Slot;
use crate::types::bytes::PyBytes;
use crate::types::tuple::PyTuple;
use std::borrow::Cow;
use std::cell::{Cell, UnsafeCell};
use std::rc::Rc;
use std::sync::Arc;
use taipan_bytecode::{CodeSpec, ExceptionEntry};

/// Where the rest of the code is.
pub(super) enum Source {
    /// In serialised code that lives as long as the process: where its body is, and what of its header is not in the object.
    Image { image: Rc<Image>, at: u32, nconsts: u32, ncells: u32 },
    /// Fresh from the compiler or a `.pyc` file.
    Spec(Arc<CodeSpec>),
    Linked(Box<Linked>),
}

/// The state; it changes once, from one of the first two to `Linked`.
pub struct Body(UnsafeCell<Source>);
impl crate::field::GcField for Body {}

impl Body {
    pub(super) fn new(s: Source) -> Body {
        Body(UnsafeCell::new(s))
    }
    #[inline(always)]
    pub(super) fn get(&self) -> &Source {
        // SAFETY: `set_linked` runs while nobody borrows; what is linked stays.
        unsafe { &*self.0.get() }
    }
    /// Replace what was pending.
    ///
    /// # Safety
    /// Not linked yet, and nobody borrows from the body.
    pub(super) unsafe fn set_linked(&self, l: Linked) {
        // SAFETY: the caller's promise.
        drop(unsafe { std::mem::replace(&mut *self.0.get(), Source::Linked(Box::new(l))) });
    }
}

/// What the interpreter needs. The arrays that it reads lie in one block: constants (the first one last), cache cells, instructions, kinds of locals.
pub(super) struct Linked {
    /// The instructions as they were compiled.
    pub words: Cow<'static, [u32]>,
    pub linetable: Cow<'static, [u8]>,
    pub exceptions: Box<[ExceptionEntry]>,
    block: *mut u8,
    block_bytes: usize,
    ncells: usize,
    nslots: usize,
    nlocals: usize,
    /// What `co_stacksize` says, if not the number of temps.
    pub shown_stacksize: Cell<Option<i32>>,
    /// What `co_code` says, where the instructions that were given are not run.
    pub shown_code: FieldCell<PyBytes>,
    /// Made on demand.
    pub varnames: FieldCell<PyTuple>,
    pub cellvars: FieldCell<PyTuple>,
    pub freevars: FieldCell<PyTuple>,
}

/// Words in front of the cells: the constants, and one more where the cells' alignment wants it.
fn before_cells(nslots: usize) -> usize {
    nslots.next_multiple_of(align_of::<CacheCell>() / size_of::<Slot>())
}

impl Linked {
    /// Take the parts over; `slots` are borrowed words. Raises `MemoryError`.
    pub fn new(
        words: Cow<'static, [u32]>,
        linetable: Cow<'static, [u8]>,
        exceptions: Vec<ExceptionEntry>,
        kinds: &[u8],
        ncells: usize,
        slots: impl ExactSizeIterator<Item = Slot>,
        cx: &mut Cx,
    ) -> PyResult<Linked> {
        let nslots = slots.len();
        // Four bytes more: the loop fetches two words at a time, also at the last one.
        let block_bytes = ncells * size_of::<CacheCell>() + before_cells(nslots) * size_of::<Slot>() + words.len() * 4 + kinds.len() + 4;
        let block = alloc::malloc(block_bytes.max(1));
        if block.is_null() {
            return Err(cx.memory_error());
        }
        let l = Linked {
            words,
            linetable,
            exceptions: exceptions.into(),
            block,
            block_bytes: block_bytes.max(1),
            ncells,
            nslots,
            nlocals: kinds.len(),
            shown_stacksize: Cell::new(None),
            shown_code: FieldCell::empty(),
            varnames: FieldCell::empty(),
            cellvars: FieldCell::empty(),
            freevars: FieldCell::empty(),
        };
        // SAFETY: the block has room for the four arrays, in order of falling alignment.
        unsafe {
            std::ptr::write_bytes(l.cells(), 0, ncells);
            for (i, s) in slots.enumerate().take(nslots) {
                *(l.cells() as *mut Slot).offset(!(i as isize)) = s;
            }
            std::ptr::copy_nonoverlapping(l.words.as_ptr(), l.exec(), l.words.len());
            taipan_bytecode::running::shape(std::slice::from_raw_parts_mut(l.exec(), l.words.len()));
            std::ptr::copy_nonoverlapping(kinds.as_ptr(), l.exec().add(l.words.len()) as *mut u8, kinds.len());
        }
        Ok(l)
    }
    /// What the body takes beside the constants.
    pub fn bytes(&self) -> usize {
        size_of::<Linked>() + self.block_bytes + size_of_val(&*self.exceptions)
    }
    /// Number of cache cells.
    pub fn ncells(&self) -> usize {
        self.ncells
    }
    pub fn cells(&self) -> *mut CacheCell {
        (self.block as *mut Slot).wrapping_add(before_cells(self.nslots)) as *mut CacheCell
    }
    pub fn exec(&self) -> *mut u32 {
        self.cells().wrapping_add(self.ncells) as *mut u32
    }
    /// The private copy of the instructions.
    pub fn exec_words(&self) -> &[Cell<u32>] {
        // SAFETY: as many words as the original has.
        unsafe { std::slice::from_raw_parts(self.exec() as *const Cell<u32>, self.words.len()) }
    }
    /// Bits of `local_kind` of all locals.
    pub fn kinds(&self) -> &[u8] {
        // SAFETY: behind the words.
        unsafe { std::slice::from_raw_parts(self.exec().add(self.words.len()) as *const u8, self.nlocals) }
    }
}

impl Drop for Linked {
    fn drop(&mut self) {
        // SAFETY: allocated by `new` with this size, freed once, with the GIL held as always when objects die.
        unsafe { alloc::free(self.block, self.block_bytes) }
    }
}

impl PyCode {
    /// The linked body; links it now if need be.
    #[inline]
    pub(super) fn linked(&self) -> &Linked {
        if self.entry.get().is_null() {
            self.link_or_die();
        }
        match self.body.get() {
            Source::Linked(l) => l,
            _ => crate::fatal("code without a body"),
        }
    }

    /// Link if that has not happened. Raises `MemoryError`.
    #[inline(always)]
    pub fn ensure_linked(&self, cx: &mut Cx) -> PyResult<()> {
        if self.entry.get().is_null() { super::link::link_now(self, cx) } else { Ok(()) }
    }

    /// For questions that cannot raise: a limit on memory does not count.
    #[cold]
    fn link_or_die(&self) {
        // SAFETY: objects are used with the GIL held; linking runs no Python code.
        let cx = &mut unsafe { Cx::assume() };
        if alloc::without_limit(|| super::link::link_now(self, cx)).is_err() {
            crate::fatal("no memory for code");
        }
    }
}
