//! Slots and frames (docs/bytecode.md): a header, the locals, the temps, contiguous on the thread's stack or inside a generator.
//!
//! Invariants: memory of the data stack above the innermost frame holds only empty slots and words with the low bit set, so a frame that is
//! pushed finds its temps clean; borrowed pointers in a header carry the low bit for the same reason. The end of a running stack frame is the top of the stack;
//! while a generator's frame runs (or none), `ThreadState::datastack_top` says where the top is.

use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use crate::thread::ThreadState;
use crate::types::code::PyCode;
use crate::types::function::PyFunction;
use crate::types::int::PyInt;
use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::null_mut;

/// One word of a frame: empty (low bits 11), a tagged 62-bit int (01), or an owned object pointer (00). So one bit tells whether there is anything to release.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot(pub usize);

impl Slot {
    pub const EMPTY: Slot = Slot(3);
    /// A tagged int; `v` must fit 62 bits.
    #[inline(always)]
    pub const fn int(v: i64) -> Slot {
        Slot((v as usize) << 2 | 1)
    }
    /// A tagged int if `v` fits 62 bits.
    #[inline(always)]
    pub const fn try_int(v: i64) -> Option<Slot> {
        if (v << 2) >> 2 == v { Some(Slot::int(v)) } else { None }
    }
    /// Take over an owned reference.
    #[inline(always)]
    pub fn object<T: PyLayout>(o: Own<T>) -> Slot {
        Slot(o.into_raw() as usize)
    }
    /// A new reference to `o`.
    #[inline(always)]
    pub fn new_ref(o: &Object) -> Slot {
        o.incref();
        Slot(o.as_ptr() as usize)
    }
    /// What was read from a container, an attribute or a variable: a new reference, or a tagged int for the ints that exist once. Those need no count, and arithmetic
    /// on them no call; other ints stay objects, which would have to be made again when they are stored back.
    #[inline(always)]
    pub fn loaded(o: &Object) -> Slot {
        match PyInt::small_value(o) {
            Some(v) => Slot::int(v),
            None => Slot::new_ref(o),
        }
    }
    /// As [`Slot::loaded`], taking over a reference.
    #[inline(always)]
    pub fn loaded_own(o: Own<Object>) -> Slot {
        match PyInt::small_value(o.as_ptr()) {
            // The object is immortal.
            Some(v) => {
                std::mem::forget(o);
                Slot::int(v)
            }
            None => Slot::object(o),
        }
    }
    /// Whether a word that is not empty is a tagged int.
    #[inline(always)]
    pub const fn is_int(self) -> bool {
        self.0 & 1 != 0
    }
    #[inline(always)]
    pub const fn as_int(self) -> i64 {
        self.0 as i64 >> 2
    }
    #[inline(always)]
    pub const fn is_object(self) -> bool {
        self.0 & 1 == 0
    }
    #[inline(always)]
    pub const fn is_empty(self) -> bool {
        self.0 == Slot::EMPTY.0
    }
    #[inline(always)]
    pub const fn as_ptr(self) -> *mut Object {
        // SAFETY: no word of a frame is zero. Told here, where it is a number: of a reference that is a parameter the compiler believes it and forgets what it was told, and once the
        // function is inlined every `Option<&T>` made of the word would be tested for null, too.
        unsafe { std::hint::assert_unchecked(self.0 != 0) };
        self.0 as *mut Object
    }
    /// The value of a word that is not empty as an `i64` when it is a tagged int or an exact `int` object that fits.
    #[inline(always)]
    pub fn to_i64(self) -> Option<i64> {
        if self.is_int() {
            return Some(self.as_int());
        }
        // SAFETY: a slot that is neither empty nor an int is an object.
        let o = unsafe { &*self.as_ptr() };
        o.exact::<PyInt>().and_then(PyInt::to_i64)
    }
    /// The value of a word that is not empty when it is a tagged int or an exact `int` object of at most two digits.
    #[inline(always)]
    pub fn to_short(self) -> Option<i64> {
        if self.is_int() {
            return Some(self.as_int());
        }
        // SAFETY: a slot that is neither empty nor an int is an object.
        let o = unsafe { &*self.as_ptr() };
        // SAFETY: checked.
        if o.is_exact::<PyInt>() { unsafe { o.cast_unchecked::<PyInt>() }.short() } else { None }
    }
    /// Another owner of the same value.
    ///
    /// # Safety
    /// The slot is not a stale header word.
    #[inline(always)]
    pub unsafe fn duplicate(self) -> Slot {
        if self.is_object() {
            // SAFETY: an owned, live object.
            unsafe { (*self.as_ptr()).incref() };
        }
        self
    }
    /// Release what the word owns.
    ///
    /// # Safety
    /// The word was taken out of its slot.
    #[inline(always)]
    pub unsafe fn release(self) {
        if self.is_object() {
            // SAFETY: the count was the slot's.
            unsafe { Object::decref(self.as_ptr()) };
        }
    }
    /// Turn the owned word into an owned object. Raises `MemoryError`.
    ///
    /// # Safety
    /// The word is not empty and was taken out of its slot.
    #[inline(always)]
    pub unsafe fn into_own(self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.is_int() {
            return PyInt::new(self.as_int(), cx).map(Own::into_object);
        }
        // SAFETY: an owned object.
        Ok(unsafe { Own::from_raw(self.as_ptr()) })
    }
    /// As [`Slot::into_own`], but none where a box for the int cannot be had; the word is still the caller's then.
    ///
    /// # Safety
    /// As there.
    #[inline(always)]
    pub unsafe fn into_own_quietly(self) -> Option<Own<Object>> {
        if self.is_int() {
            // SAFETY: who has a word of a frame holds the GIL.
            let cx = &mut unsafe { Cx::assume() };
            return match PyInt::new(self.as_int(), cx) {
                Ok(v) => Some(v.into_object()),
                Err(r) => {
                    cx.discard(r);
                    None
                }
            };
        }
        // SAFETY: an owned object.
        Some(unsafe { Own::from_raw(self.as_ptr()) })
    }
    /// Make the word at `at` an object pointer (boxing an int in place) and lend it. Raises `MemoryError`.
    ///
    /// # Safety
    /// `at` is a slot that is not empty.
    #[inline(always)]
    pub unsafe fn boxed<'a>(at: *mut Slot, cx: &mut Cx) -> PyResult<&'a Object> {
        // SAFETY: the caller's promise.
        unsafe {
            if (*at).is_int() {
                *at = Slot::object(PyInt::new((*at).as_int(), cx)?);
            }
            Ok(&*(*at).as_ptr())
        }
    }
}

/// The last step of an instruction that made `v`: store it, and release what the register held before, for which nothing else needs registers that must be saved.
///
/// # Safety
/// `dst` is a register; `v` an owned reference.
#[inline(always)]
pub(crate) unsafe fn put_last(dst: *mut Slot, v: *mut Object, due: bool) -> PyResult<()> {
    #[inline(never)]
    unsafe fn let_go(old: Slot, due: bool) -> PyResult<()> {
        // SAFETY: the word was taken out of its slot; the caller holds the GIL.
        unsafe {
            if due {
                crate::gc::request(&Cx::assume());
            }
            old.release();
        }
        Ok(())
    }
    // SAFETY: the caller's promise.
    unsafe {
        let old = std::mem::replace(&mut *dst, Slot(v as usize));
        if due || old.is_object() { let_go(old, due) } else { Ok(()) }
    }
}

/// A borrowed pointer in a frame header; the low bit is set so that a stale one looks like an int.
#[repr(transparent)]
pub struct Tagged<T>(usize, PhantomData<*mut T>);

impl<T> Clone for Tagged<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Tagged<T> {}

impl<T> Tagged<T> {
    #[inline(always)]
    pub fn new(p: *const T) -> Self {
        Tagged(p as usize | 1, PhantomData)
    }
    #[inline(always)]
    pub fn get(self) -> *mut T {
        (self.0 - 1) as *mut T
    }
}

/// Words of the header.
pub const FRAME_HEADER: usize = taipan_bytecode::FRAME_HEADER;

/// Bits of [`Frame::ret`]; the register for the result is in its upper half.
pub mod frame_flags {
    /// Always set, so that the word looks like an int.
    pub const TAG: u64 = 1;
    /// The result goes to Rust: leave the loop.
    pub const ENTRY: u64 = 2;
    /// Not in its caller's window; popping it gives its stack memory back.
    pub const SEPARATE: u64 = 4;
    /// The frame lies in a generator.
    pub const GENERATOR: u64 = 8;
    /// `__init__` of a class call: the result must be None, and the caller gets the instance that waits in the word before the frame.
    pub const INIT: u64 = 16;
    /// A generator resumed by `for_iter`.
    pub const FOR_ITER: u64 = 32;
    /// A generator resumed by `yield_from`.
    pub const SEND: u64 = 64;
    /// With `SEND`: an async generator, resumed through the awaitable of its `__anext__()` or `asend()`; what it yields as an item is the result.
    pub const ASEND: u64 = 128;
    /// A Python `__next__` called by `for_iter`: StopIteration ends the loop.
    pub const NEXT: u64 = 256;
    /// A Python function called by an operator or a comparison: the middle bits say what is done with its result.
    pub const OPERATOR: u64 = 512;
    /// With `ENTRY`: a generator that native code walks; the bits above say where its [`crate::machine::Drive`] is.
    pub const DRIVEN: u64 = 1024;
    /// All of them.
    pub const MASK: u64 = 0xFFFF;
}

/// The header of a frame. Its fields belong to `interp`; everybody else sees frames through `PyFrame`.
#[repr(C)]
pub struct Frame {
    /// The function being run, owned (word 0 of the call window).
    pub func: Cell<Slot>,
    /// The calling frame, or null.
    pub previous: Cell<Tagged<Frame>>,
    /// The code, kept alive by `func` (which keeps replaced code, too).
    pub code: Cell<Tagged<PyCode>>,
    /// The function's globals.
    pub globals: Cell<Tagged<Object>>,
    /// Namespace of module and class bodies, owned, or empty.
    pub locals: Cell<Slot>,
    /// The lazily made `PyFrame`, owned, or empty.
    pub frame_obj: Cell<Slot>,
    /// Behind (a word of) the instruction that runs; the return address while a callee runs.
    pub pc: Cell<Tagged<u32>>,
    /// [`frame_flags`] and, in the upper half, the register of the caller that gets the result.
    pub ret: Cell<u64>,
}

const _: () = assert!(size_of::<Frame>() == 8 * FRAME_HEADER);

impl Frame {
    /// The code.
    #[inline(always)]
    pub fn code(&self) -> &PyCode {
        // SAFETY: kept alive by `func`.
        unsafe { &*self.code.get().get() }
    }
    /// The function.
    #[inline(always)]
    pub fn func(&self) -> &PyFunction {
        // SAFETY: `func` is set as long as the frame is in use.
        unsafe { &*(self.func.get().as_ptr() as *const PyFunction) }
    }
    /// First local.
    #[inline(always)]
    pub fn locals_ptr(&self) -> *mut Slot {
        (self as *const Frame).wrapping_add(1) as *mut Slot
    }
    /// First temp: what register operands are relative to.
    #[inline(always)]
    pub fn fp(&self) -> *mut Slot {
        self.locals_ptr().wrapping_add(self.code().nlocals())
    }
    /// The word after the frame.
    #[inline(always)]
    pub fn end(&self) -> *mut Slot {
        self.locals_ptr().wrapping_add(self.code().frame_words())
    }
    /// Index of the word before `pc`: within the instruction that runs.
    #[inline]
    pub fn lasti_word(&self) -> i32 {
        // SAFETY: `pc` points into (or just behind) the code's words.
        (unsafe { (self.pc.get().get() as *const u32).offset_from(self.code().exec_ptr()) } as i32) - 1
    }
    #[inline(always)]
    pub fn has(&self, flag: u64) -> bool {
        self.ret.get() & flag != 0
    }
    #[inline(always)]
    pub fn previous(&self) -> Option<&Frame> {
        // SAFETY: null or the live calling frame.
        unsafe { self.previous.get().get().as_ref() }
    }
    /// The line being executed; -1 when the code says none.
    pub fn line(&self) -> i32 {
        self.code().line_at(self.lasti_word())
    }
    /// Whether the frame is complete enough to be shown: its cells are made, and it is not being released.
    pub fn is_shown(&self) -> bool {
        self.lasti_word() + 1 >= self.code().first_traceable() as i32
    }
    /// The globals dict, borrowed.
    #[inline(always)]
    pub fn globals(&self) -> &crate::types::dict::PyDict {
        // SAFETY: a function's globals are a dict that lives as long as the function.
        unsafe { &*(self.globals.get().get() as *const crate::types::dict::PyDict) }
    }
    /// Whether the frame's locals are a namespace of their own kept in a mapping (module and class bodies).
    #[inline]
    pub fn namespace(&self) -> Option<&Object> {
        let s = self.locals.get();
        // SAFETY: an owned object.
        s.is_object().then(|| unsafe { &*s.as_ptr() })
    }
    /// Release the locals and temps.
    ///
    /// # Safety
    /// Nobody runs or resumes the frame afterwards.
    pub unsafe fn clear_slots(&self) {
        let n = self.code().frame_words();
        for i in 0..n {
            // SAFETY: within the frame; each word is taken before it is released.
            unsafe {
                let p = self.locals_ptr().add(i);
                let v = std::mem::replace(&mut *p, Slot::EMPTY);
                v.release();
            }
        }
    }
}

// ---- the data stack ----

/// Head of a chunk of the data stack; the words follow.
#[repr(C)]
struct Chunk {
    previous: *mut Chunk,
    words: usize,
}
const CHUNK_HEAD: usize = size_of::<Chunk>() / 8;
/// Words of the first chunk.
const FIRST_CHUNK: usize = 4096;

/// Where the next frame of the thread may begin.
#[inline(always)]
pub fn stack_top(ts: &ThreadState) -> *mut Slot {
    // SAFETY: the current frame is alive.
    match unsafe { ts.current_frame.get().as_ref() } {
        Some(f) if !f.has(frame_flags::GENERATOR) => f.end(),
        _ => ts.datastack_top.get() as *mut Slot,
    }
}

/// Reserve `words` words (header included) on top of the stack for a frame that is not in a window. Null when memory is exhausted.
#[inline]
pub fn push_separate(ts: &ThreadState, words: usize) -> *mut Frame {
    let top = stack_top(ts);
    let room = (ts.datastack_limit.get() as usize).wrapping_sub(top as usize) / 8;
    if !top.is_null() && room >= words {
        return top as *mut Frame;
    }
    grow(ts, words)
}

#[cold]
fn grow(ts: &ThreadState, words: usize) -> *mut Frame {
    let old = ts.datastack_chunk.get() as *mut Chunk;
    // SAFETY: chunks are alive while they are linked.
    unsafe {
        let cached = ts.datastack_cached_chunk.get() as *mut Chunk;
        let chunk = if !cached.is_null() && (*cached).words >= words {
            ts.datastack_cached_chunk.set(null_mut());
            cached
        } else {
            let before = if old.is_null() { FIRST_CHUNK / 2 } else { (*old).words.min(1 << 20) };
            let n = (before * 2).max(words + 512);
            let c = alloc::raw_malloc((n + CHUNK_HEAD) * 8) as *mut Chunk;
            if c.is_null() {
                return null_mut();
            }
            (*c).words = n;
            let words = (c as *mut Slot).add(CHUNK_HEAD);
            std::slice::from_raw_parts_mut(words, n).fill(Slot::EMPTY);
            c
        };
        (*chunk).previous = old;
        ts.datastack_chunk.set(chunk as *mut _);
        let base = (chunk as *mut usize).add(CHUNK_HEAD);
        ts.datastack_limit.set(base.add((*chunk).words));
        if ts.datastack_top.get().is_null() {
            ts.datastack_top.set(base);
        }
        base as *mut Frame
    }
}

/// Give back the chunk that `frame`, the innermost separate frame, was the first of, if it was.
#[inline]
pub fn pop_separate(ts: &ThreadState, frame: *mut Frame) {
    let chunk = ts.datastack_chunk.get() as *mut Chunk;
    // SAFETY: the newest chunk is alive; the frame was pushed by `push_separate`.
    unsafe {
        if (chunk as *mut usize).add(CHUNK_HEAD) == frame as *mut usize && !(*chunk).previous.is_null() {
            drop_chunk(ts, chunk);
        }
    }
}

#[cold]
unsafe fn drop_chunk(ts: &ThreadState, chunk: *mut Chunk) {
    // SAFETY: the chunk is unused and its words are clean.
    unsafe {
        let p = (*chunk).previous;
        ts.datastack_chunk.set(p as *mut _);
        ts.datastack_limit.set((p as *mut usize).add(CHUNK_HEAD + (*p).words));
        let cached = ts.datastack_cached_chunk.replace(chunk as *mut _) as *mut u8;
        alloc::raw_free(cached);
    }
}

/// Free the thread's stack; no frame is on it.
pub fn free_stack(ts: &ThreadState) {
    // SAFETY: unlinked before they are freed.
    unsafe {
        let mut c = ts.datastack_chunk.replace(null_mut()) as *mut Chunk;
        while !c.is_null() {
            let p = (*c).previous;
            alloc::raw_free(c as *mut u8);
            c = p;
        }
        alloc::raw_free(ts.datastack_cached_chunk.replace(null_mut()) as *mut u8);
    }
    ts.datastack_top.set(null_mut());
    ts.datastack_limit.set(null_mut());
}
