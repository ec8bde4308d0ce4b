//! `frame`: the object that stands for a frame of the data stack, made when somebody looks (`PyFrameObject`).
//!
//! Invariants: while the frame is in use, `words` points at it and the frame holds one reference to this object. When the frame ends and somebody else still
//! holds the object, the frame's words move into a block of this object (`take_over`). Null `words` belong to frames that native code invents.

mod attrs;
mod jump;
mod locals;

pub use locals::{super_arguments, FrameLocalsProxy, locals_of};

use crate::alloc;
use crate::field::GcField;
use crate::frame::{FRAME_HEADER, Frame, Slot, Tagged, frame_flags};
use crate::prelude::*;
use crate::types::code::PyCode;
use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use taipan_macros::pytype;

/// A frame's words in a block of their own, once the frame has ended.
pub struct OwnFrame(Cell<*mut Frame>);

impl OwnFrame {
    fn get(&self) -> Option<&Frame> {
        // SAFETY: null or our block.
        unsafe { self.0.get().as_ref() }
    }
}

impl GcField for OwnFrame {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        match self.get() {
            // SAFETY: our block is a complete frame.
            Some(f) => unsafe { visit_frame(f, v) },
            None => Ok(()),
        }
    }
    fn gc_clear(&self) {
        if let Some(f) = self.get() {
            // SAFETY: the frame has ended.
            unsafe { f.clear_slots() };
        }
    }
}

impl Drop for OwnFrame {
    fn drop(&mut self) {
        let p = self.0.replace(null_mut());
        if p.is_null() {
            return;
        }
        // SAFETY: our block, freed once; the function goes last because the code's size is needed.
        unsafe {
            let f = &*p;
            f.clear_slots();
            f.locals.replace(Slot::EMPTY).release();
            let bytes = (f.code().frame_words() + FRAME_HEADER) * 8;
            f.func.replace(Slot::EMPTY).release();
            alloc::free(p as *mut u8, bytes);
        }
    }
}

/// Report everything a frame owns.
///
/// # Safety
/// The frame is complete: its function is set and its words are slots.
pub unsafe fn visit_frame(f: &Frame, v: Visit) -> Result<(), i32> {
    let n = f.code().frame_words();
    // SAFETY: words of the frame; only object words are followed.
    unsafe {
        for s in [f.func.get(), f.locals.get(), f.frame_obj.get()] {
            if s.is_object() {
                v.object(&*s.as_ptr())?;
            }
        }
        for i in 0..n {
            let s = *f.locals_ptr().add(i);
            if s.is_object() {
                v.object(&*s.as_ptr())?;
            }
        }
    }
    Ok(())
}

/// Values that `f_locals` writes displaced while an instruction may still borrow them.
#[derive(Default)]
pub struct Displaced(Cell<Option<Box<Vec<Own<Object>>>>>);
impl GcField for Displaced {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        // SAFETY: traverse functions run no Python code, so nobody replaces the box meanwhile.
        match unsafe { &*self.0.as_ptr() } {
            Some(all) => all.traverse(v),
            None => Ok(()),
        }
    }
}

/// A `_PyInterpreterFrame` that says "nothing here, and nothing before": one for all frames. greenlet saves a word of it and walks the chain that begins with it;
/// ours is told by `current_frame` and the data stack, which greenlet saves and restores in the thread state.
#[repr(C)]
pub struct CFrame {
    words: [Cell<usize>; 9],
    return_offset: Cell<u16>,
    /// `FRAME_OWNED_BY_INTERPRETER`: never complete.
    owner: Cell<u8>,
    visited: Cell<u8>,
    rest: [Cell<usize>; 2],
}
const _: () = assert!(std::mem::offset_of!(CFrame, owner) == 74);

/// The one frame, and what its `frame_obj` points to: zeros, since a word of it is copied.
#[repr(C)]
struct CFrameStatic(CFrame, [Cell<usize>; 12]);
// SAFETY: C code looks at it with the GIL held and writes back what it read.
unsafe impl Sync for CFrameStatic {}
static C_FRAME: CFrameStatic = CFrameStatic(
    CFrame { words: [const { Cell::new(0) }; 9], return_offset: Cell::new(0), owner: Cell::new(3), visited: Cell::new(0), rest: [const { Cell::new(0) }; 2] },
    [const { Cell::new(0) }; 12],
);

/// `frame_obj` is word 6.
fn c_frame() -> *const CFrame {
    C_FRAME.0.words[6].set(C_FRAME.1.as_ptr() as usize);
    &C_FRAME.0
}

#[pytype(name = "frame", gc, itemsize = 8, no_new, flags(), parts(PART), export = "PyFrame_Type")]
#[repr(C)]
pub struct PyFrame {
    head: ObjHead,
    f_back: FieldCell<PyFrame>,
    /// What C code finds where CPython has its frame's words: see [`CFrame`].
    #[gc(skip)]
    f_frame: *const CFrame,
    f_trace: FieldCell<Object>,
    /// Line set by a trace function or by native code; 0: follow the instruction.
    f_lineno: Cell<i32>,
    f_trace_lines: Cell<bool>,
    f_trace_opcodes: Cell<bool>,
    /// Named, because the compiler would copy it along with what follows: through the stack, in pieces wider than they were written.
    #[gc(skip)]
    _gap: Cell<u16>,
    f_extra_locals: FieldCell<PyDict>,
    f_locals_cache: FieldCell<Object>,
    /// `f_overwritten_fast_locals`.
    displaced: Displaced,
    // Where CPython keeps the words of a frame that has ended (`_f_frame_data`); ours lie in a block of their own.
    #[gc(skip)]
    words: Cell<*mut Frame>,
    own: OwnFrame,
    /// Code of a frame that native code invented.
    code_only: FieldCell<PyCode>,
    globals_only: FieldCell<PyDict>,
    /// Word at which a trace function wants the frame to go on; -1: nowhere else.
    f_jump: Cell<i32>,
    #[gc(skip)]
    _unused: MaybeUninit<[usize; 5]>,
}

const _: () = {
    use std::mem::offset_of;
    assert!(size_of::<PyFrame>() == 152 && offset_of!(PyFrame, f_extra_locals) == 48 && offset_of!(PyFrame, words) == 72);
};

impl PyFrame {
    fn make(f: *mut Frame, code: Option<Own<PyCode>>, globals: Option<Own<PyDict>>, cx: &mut Cx) -> PyResult<Own<PyFrame>> {
        cx.new_object_here(|| PyFrame {
            head: Object::placeholder(),
            f_back: FieldCell::empty(),
            f_frame: c_frame(),
            f_trace: FieldCell::empty(),
            f_lineno: Cell::new(0),
            f_trace_lines: Cell::new(true),
            f_trace_opcodes: Cell::new(false),
            _gap: Cell::new(0),
            f_extra_locals: FieldCell::empty(),
            f_locals_cache: FieldCell::empty(),
            displaced: Displaced::default(),
            words: Cell::new(f),
            own: OwnFrame(Cell::new(null_mut())),
            code_only: FieldCell::new(code),
            globals_only: FieldCell::new(globals),
            f_jump: Cell::new(-1),
            _unused: MaybeUninit::uninit(),
        })
    }

    /// The object of a frame in use; made on first use.
    #[inline]
    pub fn of(f: &Frame, cx: &mut Cx) -> PyResult<Own<PyFrame>> {
        let s = f.frame_obj.get();
        if s.is_object() {
            // SAFETY: the frame owns a reference to its object.
            return Ok(unsafe { (*s.as_ptr()).cast_unchecked::<PyFrame>() }.new_ref());
        }
        PyFrame::make_for(f, cx)
    }

    fn make_for(f: &Frame, cx: &mut Cx) -> PyResult<Own<PyFrame>> {
        let o = PyFrame::make(f as *const Frame as *mut Frame, None, None, cx)?;
        f.frame_obj.set(Slot::object(o.clone()));
        Ok(o)
    }

    /// A frame without execution, for tracebacks of native code (`PyFrame_New`).
    pub fn invent(code: &PyCode, globals: &PyDict, cx: &mut Cx) -> PyResult<Own<PyFrame>> {
        let o = PyFrame::make(null_mut(), Some(code.new_ref()), Some(globals.new_ref()), cx)?;
        o.f_lineno.set(code.firstlineno());
        Ok(o)
    }

    /// The frame's words, wherever they lie now.
    #[inline]
    pub fn frame(&self) -> Option<&Frame> {
        // SAFETY: null, or the frame in use, or our block.
        unsafe { self.words.get().as_ref() }
    }
    /// Whether the frame is over (its words are this object's own).
    #[inline]
    pub fn is_over(&self) -> bool {
        self.own.get().is_some() || self.words.get().is_null()
    }
    pub fn code(&self) -> &PyCode {
        match self.frame() {
            Some(f) => f.code(),
            // SAFETY: invented frames have it, and it is never replaced.
            None => unsafe { &*(self.code_only.as_raw() as *const PyCode) },
        }
    }
    pub fn globals(&self) -> Own<PyDict> {
        match self.frame() {
            Some(f) => f.globals().new_ref(),
            None => self.globals_only.own().expect("an invented frame has globals"),
        }
    }
    /// The line being executed, -1 when the code says none.
    pub fn line(&self) -> i32 {
        match (self.f_lineno.get(), self.frame()) {
            (0, Some(f)) => f.line(),
            (n, _) => n,
        }
    }
    /// Word index of the instruction, -1 before the first.
    pub fn lasti_word(&self) -> i32 {
        self.frame().map_or(-1, Frame::lasti_word)
    }
    /// Overrides the line (trace functions, native code); 0 follows the instruction again.
    pub fn set_line(&self, line: i32) {
        self.f_lineno.set(line);
    }
    pub fn trace(&self) -> Option<Own<Object>> {
        self.f_trace.own()
    }
    pub fn set_trace(&self, f: Option<Own<Object>>, cx: &mut Cx) {
        self.f_trace.set(f, cx);
    }
    /// The word that an assignment to `f_lineno` chose, once.
    pub fn take_jump(&self) -> Option<usize> {
        usize::try_from(self.f_jump.replace(-1)).ok()
    }
    pub fn traces_lines(&self) -> bool {
        self.f_trace_lines.get()
    }
    pub fn traces_opcodes(&self) -> bool {
        self.f_trace_opcodes.get()
    }

    /// The calling frame's object.
    pub fn back(&self, cx: &mut Cx) -> PyResult<Option<Own<PyFrame>>> {
        if let Some(b) = self.f_back.own() {
            return Ok(Some(b));
        }
        if self.is_over() {
            return Ok(None);
        }
        let mut f = self.frame().and_then(Frame::previous);
        while let Some(x) = f {
            if x.is_shown() {
                return PyFrame::of(x, cx).map(Some);
            }
            f = x.previous();
        }
        Ok(None)
    }

    /// The frame ends: release its reference to this object; if others hold it, move the frame's words here. The locals are empty afterwards
    /// (`func` and the namespace stay with the frame when nobody took them).
    ///
    /// # Safety
    /// `f` is the frame of `this`, which gives up its reference; it does not run any more. `keep_back`: link the calling frame's object.
    pub unsafe fn leave(this: Own<PyFrame>, f: &Frame, cx: &mut Cx) {
        f.frame_obj.set(Slot::EMPTY);
        if this.is_unique() {
            return;
        }
        this.release_displaced();
        let words = f.code().frame_words() + FRAME_HEADER;
        let block = alloc::malloc(words * 8) as *mut Frame;
        if block.is_null() {
            // Without memory the object loses its locals, nothing else.
            this.words.set(null_mut());
            drop(this.code_only.swap(Some(f.code().new_ref())));
            drop(this.globals_only.swap(Some(f.globals().new_ref())));
            return;
        }
        // SAFETY: the words move; the frame's are emptied.
        unsafe {
            let (from, to) = (f as *const Frame as *mut Slot, block as *mut Slot);
            for i in 0..words {
                // Word by word: the header was written a moment ago, and wider reads would wait until that has reached the cache.
                let word = from.add(i).read_volatile();
                *to.add(i) = word;
                if i >= FRAME_HEADER {
                    *from.add(i) = Slot::EMPTY;
                }
            }
            f.locals.set(Slot::EMPTY);
            let own = &*block;
            own.frame_obj.set(Slot::EMPTY);
            own.func.set(Slot::new_ref(f.func().as_object()));
            own.ret.set(frame_flags::TAG);
            // A generator that has ended was called by nobody.
            let back = if f.has(frame_flags::GENERATOR) { None } else { f.previous() };
            own.previous.set(Tagged::new(std::ptr::null()));
            this.own.0.set(block);
            this.words.set(block);
            let mut b = back;
            while let Some(x) = b {
                if x.is_shown() {
                    if let Ok(o) = PyFrame::of(x, cx) {
                        this.f_back.set(Some(o), cx);
                    }
                    break;
                }
                b = x.previous();
            }
        }
    }

    /// Keep a displaced local alive until the frame goes on.
    fn displace(&self, old: Own<Object>) {
        if self.is_over() {
            return;
        }
        let mut v = self.displaced.0.take().unwrap_or_default();
        v.push(old);
        self.displaced.0.set(Some(v));
    }
    /// Let go what `f_locals` writes displaced, once the borrowing instruction is over.
    pub fn release_displaced(&self) {
        drop(self.displaced.0.take());
    }
}
