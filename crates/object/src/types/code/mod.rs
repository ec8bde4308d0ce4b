//! `code`: `PyCodeObject` over a linked [`CodeSpec`].
//!
//! The public head has CPython's layout; what the interpreter needs lies behind it. Invariants: `entry` is null until the body is linked ([`linked`]), and no frame of the code
//! exists before; `exec` is this object's private copy of the instructions, which the interpreter rewrites to specialised forms; the words in front of the cache cells are the
//! constants as slot words: tagged ints, or pointers borrowed from `co_consts`.

mod attrs;
pub mod foreign;
pub mod image;
mod lines;
mod link;
mod linked;
mod rebuild;
mod replace;
mod scan;

pub use lines::{Listed, Positions, Shown, listing};
pub use link::{link, link_in};
use linked::{Body, Linked};

use crate::frame::{FRAME_HEADER, Slot};
use crate::monitoring::CodeMonitoring;
use crate::prelude::*;
use std::cell::Cell;
use std::ffi::c_void;
use taipan_bytecode::{CodeSpec, ExceptionEntry, flags, local_kind};
use taipan_macros::pytype;

/// One inline cache cell of an instruction; its meaning belongs to the interpreter.
#[repr(C, align(16))]
#[derive(Clone, Copy, Default)]
pub struct CacheCell {
    pub a: u32,
    pub b: u32,
    pub c: u64,
}

/// Bytes of the struct that C code knows.
const PUBLIC_BYTES: usize = 208;

/// `simple_args` of code that needs the full argument binding.
pub const NOT_SIMPLE: u32 = u32::MAX;

/// `co_monitoring`: null, or an owned box.
#[repr(transparent)]
pub struct MonitoringBox(Cell<*mut CodeMonitoring>);
impl crate::field::GcField for MonitoringBox {}
impl MonitoringBox {
    const fn new() -> Self {
        MonitoringBox(Cell::new(std::ptr::null_mut()))
    }
}
impl Drop for MonitoringBox {
    fn drop(&mut self) {
        let p = self.0.get();
        if !p.is_null() {
            // SAFETY: made by `Box::into_raw`, freed once.
            drop(unsafe { Box::from_raw(p) });
        }
    }
}

/// Bytecode with everything it needs to run, apart from its globals.
#[pytype(name = "code", doc = "code(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n     flags, codestring, constants, names, varnames, filename, name,\n     qualname, firstlineno, linetable, exceptiontable, freevars=(),\n     cellvars=(), /)\n--\n\nCreate a code object.  Not for the faint of heart.", export = "PyCode_Type", basicsize = PUBLIC_BYTES, itemsize = 2)]
#[repr(C)]
pub struct PyCode {
    head: VarHead,
    co_consts: Field<PyTuple>,
    co_names: Field<PyTuple>,
    /// Made on demand.
    co_exceptiontable: FieldCell<Object>,
    co_flags: Cell<i32>,
    co_argcount: i32,
    co_posonlyargcount: i32,
    co_kwonlyargcount: i32,
    co_stacksize: i32,
    co_firstlineno: i32,
    co_nlocalsplus: i32,
    co_framesize: i32,
    co_nlocals: i32,
    co_ncellvars: i32,
    co_nfreevars: i32,
    co_version: Cell<u32>,
    co_localsplusnames: Field<PyTuple>,
    co_localspluskinds: FieldCell<Object>,
    co_filename: FieldCell<Object>,
    co_name: Field<PyStr>,
    co_qualname: Field<PyStr>,
    co_linetable: FieldCell<Object>,
    co_weakreflist: WeakList,
    co_executors: Cell<*mut c_void>,
    co_cached: Cell<*mut c_void>,
    co_instrumentation_version: Cell<usize>,
    co_monitoring: MonitoringBox,
    co_unique_id: Cell<isize>,
    co_firsttraceable: Cell<i32>,
    co_extra: Cell<*mut c_void>,
    // ---- ours from here on: what CPython calls the items (`co_code_adaptive`) ----
    /// Number of positional arguments when exactly these make a frame (no defaults, keywords, `*`, and no generator), else [`NOT_SIMPLE`].
    /// `NOT_SIMPLE` as long as the body is not linked, so that the first call goes the general way.
    simple_args: Cell<u32>,
    /// All parameters, `*args` and `**kwargs` included.
    total_args: u32,
    exec: Cell<*const u32>,
    /// Where execution begins: behind the `nop` that stands for entering. Null until the body is linked.
    entry: Cell<*const u32>,
    cells: Cell<*mut CacheCell>,
    body: Body,
}

const _: () = {
    use std::mem::offset_of;
    assert!(offset_of!(PyCode, co_flags) == 48 && offset_of!(PyCode, co_nfreevars) == 88 && offset_of!(PyCode, co_nlocalsplus) == 72);
    assert!(offset_of!(PyCode, simple_args) == PUBLIC_BYTES);
    assert!(offset_of!(PyCode, co_filename) == 112 && offset_of!(PyCode, co_firsttraceable) == 192 && offset_of!(PyCode, co_extra) == 200);
};

impl PyCode {
    /// What C code has attached (`co_extra`).
    pub fn extra(&self) -> &Cell<*mut c_void> {
        &self.co_extra
    }
    /// The instructions as they were compiled.
    #[inline]
    pub fn words(&self) -> &[u32] {
        &self.linked().words
    }
    /// `co_linetable`
    #[inline]
    pub fn linetable(&self) -> &[u8] {
        &self.linked().linetable
    }
    /// The exception table.
    pub fn exceptions(&self) -> &[ExceptionEntry] {
        &self.linked().exceptions
    }
    /// First instruction word of the private copy.
    #[inline(always)]
    pub fn exec_ptr(&self) -> *const u32 {
        self.exec.get()
    }
    /// Where execution begins.
    #[inline(always)]
    pub fn entry_ptr(&self) -> *const u32 {
        self.entry.get()
    }
    /// The words of the private copy.
    #[inline]
    pub fn exec_words(&self) -> &[Cell<u32>] {
        self.linked().exec_words()
    }
    /// Inline cache cells. In front of them lie the words of the constants (borrowed), from the last to the first: one address reaches both.
    #[inline(always)]
    pub fn cells_ptr(&self) -> *mut CacheCell {
        self.cells.get()
    }
    /// Locals of a frame, cells and free variables included.
    #[inline(always)]
    pub fn nlocals(&self) -> usize {
        self.co_nlocalsplus as usize
    }
    /// Temps of a frame.
    #[inline(always)]
    pub fn ntemps(&self) -> usize {
        self.co_stacksize as usize
    }
    /// Words of a frame, its header included.
    #[inline(always)]
    pub fn frame_size(&self) -> usize {
        self.co_framesize as usize
    }
    /// Locals and temps of a frame.
    #[inline(always)]
    pub fn frame_words(&self) -> usize {
        self.co_framesize as usize - FRAME_HEADER
    }
    /// See [`NOT_SIMPLE`].
    #[inline(always)]
    pub fn simple_args(&self) -> u32 {
        self.simple_args.get()
    }
    #[inline(always)]
    pub fn flags(&self) -> u32 {
        self.co_flags.get() as u32
    }
    #[inline(always)]
    pub fn has_flag(&self, f: u32) -> bool {
        self.flags() & f != 0
    }
    /// Set or clear `CO_ITERABLE_COROUTINE`-like flags on a fresh object.
    pub fn set_flags(&self, f: u32) {
        self.co_flags.set(f as i32);
    }
    /// Whether calling makes a generator, coroutine or async generator.
    #[inline]
    pub fn is_generator_like(&self) -> bool {
        self.has_flag(flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR)
    }
    #[inline(always)]
    pub fn argcount(&self) -> usize {
        self.co_argcount as usize
    }
    #[inline(always)]
    pub fn posonlyargcount(&self) -> usize {
        self.co_posonlyargcount as usize
    }
    #[inline(always)]
    pub fn kwonlyargcount(&self) -> usize {
        self.co_kwonlyargcount as usize
    }
    /// Parameters, `*args` and `**kwargs` included.
    #[inline(always)]
    pub fn total_args(&self) -> usize {
        self.total_args as usize
    }
    pub fn ncellvars(&self) -> usize {
        self.co_ncellvars as usize
    }
    #[inline(always)]
    pub fn nfreevars(&self) -> usize {
        self.co_nfreevars as usize
    }
    pub fn firstlineno(&self) -> i32 {
        self.co_firstlineno
    }
    pub fn first_traceable(&self) -> u32 {
        self.linked();
        self.co_firsttraceable.get() as u32
    }
    /// `co_names`.
    #[inline]
    pub fn names(&self) -> &PyTuple {
        self.linked();
        &self.co_names
    }
    /// Name `i` of `co_names`; of code that runs, so it is linked.
    #[inline(always)]
    pub fn name_at(&self, i: usize) -> &PyStr {
        // SAFETY: `link` makes a tuple of str; the verifier (or the compiler) vouches for the index.
        unsafe { self.co_names.as_slice()[i].cast_unchecked::<PyStr>() }
    }
    /// `co_consts`.
    #[inline]
    pub fn consts(&self) -> &PyTuple {
        self.linked();
        &self.co_consts
    }
    /// The name of local `i`.
    #[inline]
    pub fn local_name(&self, i: usize) -> &PyStr {
        self.linked();
        // SAFETY: `link` makes a tuple of str.
        unsafe { self.co_localsplusnames.as_slice()[i].cast_unchecked::<PyStr>() }
    }
    /// Names of all locals.
    #[inline]
    pub fn local_names(&self) -> &PyTuple {
        self.linked();
        &self.co_localsplusnames
    }
    /// Bits of [`local_kind`] of local `i`.
    #[inline]
    pub fn local_kind(&self, i: usize) -> u8 {
        self.linked().kinds().get(i).copied().unwrap_or(0)
    }
    /// `co_name`
    pub fn name(&self) -> &PyStr {
        &self.co_name
    }
    /// `co_qualname`
    pub fn qualname(&self) -> &PyStr {
        &self.co_qualname
    }
    /// `co_filename`, borrowed.
    pub fn filename_ref<'a>(&'a self, cx: &'a Cx) -> Option<&'a Object> {
        self.co_filename.get(cx)
    }
    /// `co_filename`
    pub fn filename(&self) -> Own<Object> {
        match self.co_filename.own() {
            Some(f) => f,
            None => crate::types::str::intern::empty().into_object(),
        }
    }
    /// Give this code and all code in its constants another file name (`_imp._fix_co_filename`).
    pub fn set_filename_deep(&self, name: &PyStr, cx: &mut Cx) {
        self.co_filename.set(Some(name.own()), cx);
        // What is not linked yet takes the name from here.
        for c in self.co_consts.as_slice() {
            if let Some(c) = c.exact::<PyCode>() {
                c.set_filename_deep(name, cx);
            }
        }
    }
    /// The exception handler for an instruction that contains word `pc`.
    #[inline]
    pub fn handler_at(&self, pc: u32) -> Option<&ExceptionEntry> {
        let rows = &self.linked().exceptions;
        // By hand: a generic `partition_point` is compiled elsewhere and called.
        let (mut low, mut high) = (0, rows.len());
        while low < high {
            let middle = (low + high) / 2;
            if rows[middle].start <= pc {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        rows.get(low.wrapping_sub(1)).filter(|entry| pc < entry.end)
    }
    /// Index of a free variable (from the front of the closure), by name.
    pub fn free_index(&self, name: &str) -> Option<usize> {
        (0..self.nlocals()).filter(|&i| self.local_kind(i) & local_kind::FREE != 0).position(|i| self.local_name(i).eq_text(name))
    }
    /// Whether `local i` is a cell or free variable.
    pub fn is_cell_local(&self, i: usize) -> bool {
        self.local_kind(i) & (local_kind::CELL | local_kind::FREE) != 0
    }
    /// What monitoring knows about this code, if it was ever watched.
    #[inline]
    pub fn monitoring(&self) -> Option<&CodeMonitoring> {
        // SAFETY: null or our box, which lives as long as the code.
        unsafe { self.co_monitoring.0.get().as_ref() }
    }
    /// As [`PyCode::monitoring`]; made if need be.
    pub fn monitoring_or_new(&self) -> &CodeMonitoring {
        if self.co_monitoring.0.get().is_null() {
            self.co_monitoring.0.set(Box::into_raw(Box::default()));
        }
        // SAFETY: as above.
        unsafe { &*self.co_monitoring.0.get() }
    }
    /// Replace a constant slot by a pointer (no slot owns its word).
    pub fn docstring(&self) -> Option<&Object> {
        if self.has_flag(flags::HAS_DOCSTRING) { self.consts().get(0) } else { None }
    }
}
