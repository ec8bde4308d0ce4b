//! The three types over [`Gen`]: allocation, destruction, methods and attributes.

use super::core::*;
use crate::alloc;
use crate::frame::{Frame, Slot, Tagged, frame_flags};
use crate::gc;
use crate::machine::Resumed;
use crate::prelude::*;
use crate::thread::ErrStackItem;
use crate::types::code::PyCode;
use crate::types::frame::PyFrame;
use crate::types::function::PyFunction;
use std::cell::Cell;
use taipan_bytecode::flags;

macro_rules! gen_type {
    ($(#[$m:meta])* $t:ident) => {
        $(#[$m])*
        #[repr(C)]
        pub struct $t {
            head: ObjHead,
            weakrefs: WeakList,
            core: GenCore,
        }
        impl $t {
            /// As any of the three.
            #[inline(always)]
            pub fn body(&self) -> &Gen {
                // SAFETY: the same layout.
                unsafe { self.as_object().cast_unchecked::<Gen>() }
            }
        }
        const _: () = assert!(size_of::<$t>() == size_of::<Gen>() && size_of::<Gen>() == 152);
    };
}
gen_type! {
    #[pytype(name = "generator", no_clear, doc = "", gc, itemsize = 8, no_new, no_dealloc, parts(PART), export = "PyGen_Type")]
    PyGenerator
}
gen_type! {
    #[pytype(name = "coroutine", no_clear, doc = "", gc, itemsize = 8, no_new, no_dealloc, parts(PART), export = "PyCoro_Type")]
    PyCoroutine
}
gen_type! {
    #[pytype(name = "async_generator", no_clear, doc = "", gc, itemsize = 8, no_new, no_dealloc, parts(PART, ASYNC), export = "PyAsyncGen_Type")]
    PyAsyncGen
}

/// The body of a generator, coroutine or async generator object.
#[inline]
pub fn gen_of(o: &Object) -> Option<&Gen> {
    if o.is_exact::<PyGenerator>() || o.is_exact::<PyCoroutine>() || o.is_exact::<PyAsyncGen>() {
        // SAFETY: the three types have this layout.
        return Some(unsafe { o.cast_unchecked::<Gen>() });
    }
    None
}

#[inline(always)]
fn block_bytes(words: usize) -> usize {
    gc::GC_HEAD_BYTES + size_of::<Gen>() + words * 8
}

/// A generator of the kind that the code's flags say, about to run at `pc`. The first `given` words at `locals` become its first locals and are left empty; its frame's function is still
/// missing. Raises `MemoryError`; then the locals are as they were.
///
/// # Safety
/// `locals` are `given` words, at most as many as the code has locals; the caller sets the frame's function before anything else runs.
#[inline]
pub unsafe fn new_generator<'a>(code: &PyCode, func: &PyFunction, pc: *const u32, locals: *mut Slot, given: usize, cx: &mut Cx) -> PyResult<&'a Gen> {
    let ty = if !code.has_flag(flags::COROUTINE | flags::ASYNC_GENERATOR) {
        PyGenerator::ty()
    } else if code.has_flag(flags::COROUTINE) {
        PyCoroutine::ty()
    } else {
        PyAsyncGen::ty()
    };
    let words = code.frame_words();
    let bytes = block_bytes(words);
    let depth = cx.ts().coroutine_origin_tracking_depth.get();
    let origin = if depth > 0 && code.has_flag(flags::COROUTINE) { Some(origin_tuple(depth as usize, cx)?) } else { None };
    gc::before_alloc(cx);
    let p = alloc::malloc(bytes);
    if p.is_null() {
        return Err(cx.memory_error());
    }
    // SAFETY: a fresh block; every field is written before the object is tracked.
    unsafe {
        (p as *mut [usize; 2]).write([0, 0]);
        let g = p.add(gc::GC_HEAD_BYTES) as *mut Gen;
        let none = Tagged::new(std::ptr::null::<Frame>());
        g.write(Gen {
            head: Object::new_heap(ty),
            weakrefs: WeakList::new(),
            core: GenCore {
                name: FieldCell::new(func.name_str()),
                qualname: FieldCell::new(func.qualname()),
                exc: ErrStackItem::empty(),
                origin: FieldCell::new(origin),
                state: Cell::new(GenState::Created),
                hooks_done: Cell::new(false),
                closed: Cell::new(false),
                running_async: Cell::new(false),
                delegate: Cell::new(NO_DELEGATE),
                words: words as u32,
                saved_top: Cell::new(std::ptr::null_mut()),
                frame: Frame {
                    func: Cell::new(Slot::EMPTY),
                    previous: Cell::new(none),
                    code: Cell::new(Tagged::new(code)),
                    globals: Cell::new(Tagged::new(func.globals().as_object())),
                    locals: Cell::new(Slot::EMPTY),
                    frame_obj: Cell::new(Slot::EMPTY),
                    pc: Cell::new(Tagged::new(pc)),
                    ret: Cell::new(frame_flags::TAG | frame_flags::GENERATOR),
                },
            },
        });
        let to = (*g).frame().locals_ptr();
        let mut i = 0;
        while i < given {
            *to.add(i) = std::mem::replace(&mut *locals.add(i), Slot::EMPTY);
            i += 1;
        }
        while i < words {
            *to.add(i) = Slot::EMPTY;
            i += 1;
        }
        gc::track(g as *mut Object);
        Ok(&*g)
    }
}

/// `cr_origin`: (filename, line, function) of the innermost `depth` frames.
fn origin_tuple(depth: usize, cx: &mut Cx) -> PyResult {
    let mut out = Vec::new();
    let mut f = crate::machine::current_frame(cx.ts());
    // The frame that is becoming the coroutine is not shown.
    while let (Some(x), true) = (f, out.len() < depth) {
        if x.is_shown() {
            let line = PyInt::new(x.line() as i64, cx)?.into_object();
            out.push(PyTuple::from_vec(vec![x.code().filename(), line, x.code().name().new_ref().into_object()], cx)?.into_object());
        }
        f = x.previous();
    }
    Ok(PyTuple::from_vec(out, cx)?.into_object())
}

/// `tp_dealloc` of the three types.
unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying generator; it is revived while its finaliser runs.
    unsafe {
        let cx = &mut Cx::assume();
        let g = (*obj).cast_unchecked::<Gen>();
        gc::untrack(obj);
        if !g.weakrefs.0.get().is_null() {
            crate::weakref::clear_refs_of(obj);
        }
        let at_rest = match g.state() {
            GenState::Created => (*obj).is_exact::<PyGenerator>(),
            state => state != GenState::Suspended,
        };
        if !at_rest && is_revived(obj, g, cx) {
            return;
        }
        let words = g.core.words as usize;
        g.die(cx);
        alloc::free((obj as *mut u8).sub(gc::GC_HEAD_BYTES), block_bytes(words));
    }
}

/// The finaliser of a dying generator that waits, or of a coroutine that has not begun. True: somebody has taken a reference.
///
/// # Safety
/// As `tp_dealloc`; the collector does not see the object.
#[inline(never)]
unsafe fn is_revived(obj: *mut Object, g: &Gen, cx: &mut Cx) -> bool {
    // SAFETY: the caller's promise; the object is alive for the time of its finaliser.
    unsafe {
        let quiet = (*obj).is_exact::<PyGenerator>() && g.ends_quietly(cx);
        if quiet || gc::is_finalized(&*obj) {
            return false;
        }
        (*obj).set_refcount(1);
        gc::track(obj);
        gc::set_finalized(obj);
        g.finalize(cx);
        let n = (*obj).refcount();
        if n > 1 {
            (*obj).set_refcount(n - 1);
            return true;
        }
        gc::untrack(obj);
        (*obj).set_refcount(0);
        false
    }
}

unsafe extern "C" fn finalize(obj: *mut Object) {
    // SAFETY: called as a slot.
    unsafe { (*obj).cast_unchecked::<Gen>().finalize(&mut Cx::assume()) }
}

fn set_text(cell: &FieldCell<PyStr>, v: Option<&Object>, what: &str, cx: &mut Cx) -> PyResult<()> {
    match v.and_then(|v| v.downcast::<PyStr>()) {
        Some(s) => {
            cell.set(Some(s.new_ref()), cx);
            Ok(())
        }
        None => Err(cx.type_error(format_args!("{what} must be set to a string object"))),
    }
}

impl Gen {
    fn bytes(&self) -> usize {
        size_of::<Gen>() + self.core.words as usize * size_of::<Slot>()
    }
    fn frame_object(&self, cx: &mut Cx) -> PyResult {
        if self.state() == GenState::Finished {
            return Ok(none().own());
        }
        PyFrame::of(self.frame(), cx).map(Own::into_object)
    }
    fn code_object(&self) -> Own<Object> {
        // SAFETY: the code of a finished generator may be gone; then None.
        match self.code() {
            Some(c) => c.as_object().own(),
            None => self.last_code().map_or_else(|| none().own(), |c| c.as_object().own()),
        }
    }
    fn text_repr(&self, what: &str, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let q = self.core.qualname.own().map_or_else(String::new, |q| q.to_string_lossy());
        PyStr::new(&format!("<{what} object {q} at {:p}>", self), cx)
    }
}

fn yielded(r: PyResult<Resumed>, g: &Gen, cx: &mut Cx) -> PyResult {
    match r? {
        Resumed::Yield(v) => Ok(v),
        Resumed::Return(v) => Err(g.raise_stop(&v, cx)),
    }
}

/// PEP 479's sibling: the three-argument `throw` is deprecated.
fn deprecate_throw(more: bool, cx: &mut Cx) -> PyResult<()> {
    if !more {
        return Ok(());
    }
    crate::warn::warn(
        exc::DeprecationWarning(),
        format_args!("the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead."),
        1,
        cx,
    )
}

#[pymethods]
impl PyGenerator {
    #[slot_raw(tp_dealloc)]
    unsafe extern "C" fn dealloc_slot(o: *mut Object) {
        // SAFETY: as a slot.
        unsafe { dealloc(o) }
    }
    #[slot_raw(tp_finalize)]
    unsafe extern "C" fn finalize_slot(o: *mut Object) {
        // SAFETY: as a slot.
        unsafe { finalize(o) }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.body().text_repr("generator", cx)
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.as_object().own()
    }
    #[slot_raw(tp_iternext)]
    unsafe extern "C" fn next_slot(o: *mut Object) -> *mut Object {
        // SAFETY: as a slot.
        unsafe { (crate::machine::hooks().next)(o) }
    }
    #[slot(am_send)]
    fn am_send(&self, v: &Object, cx: &mut Cx) -> PyResult<SendResult> {
        send_result(self.body(), v, cx)
    }
    /// send(value) -> send 'value' into generator,
    /// return next yielded value or raise StopIteration.
    #[method("send(value, /)", nosig)]
    fn send(&self, value: &Object, cx: &mut Cx) -> PyResult {
        self.body().send_or_stop(value, cx)
    }
    /// throw(value)
    /// throw(type[,value[,tb]])
    ///
    /// Raise exception in generator, return next yielded value or raise
    /// StopIteration.
    /// the (type, val, tb) signature is deprecated,
    /// and may be removed in a future version of Python.
    #[method("throw(type, value=None, traceback=None, /)", nosig)]
    fn throw(&self, typ: &Object, value: Option<&Object>, tb: Option<&Object>, cx: &mut Cx) -> PyResult {
        deprecate_throw(value.is_some(), cx)?;
        yielded(self.body().throw(typ, value, tb, cx), self.body(), cx)
    }
    /// close() -> raise GeneratorExit inside generator.
    #[method("close()", nosig)]
    fn close(&self, cx: &mut Cx) -> PyResult {
        self.body().close(cx)
    }
    #[classmethod("__class_getitem__(item, /)", doc = "See PEP 585")]
    fn class_getitem(cls: &PyType, item: &Object, cx: &mut Cx) -> PyResult {
        generic_alias(cls, item, cx)
    }
    /// name of the generator
    #[getter("__name__")]
    fn name(&self) -> Option<Own<PyStr>> {
        self.core.name.own()
    }
    #[setter("__name__")]
    fn set_name(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        set_text(&self.core.name, v, "__name__", cx)
    }
    /// qualified name of the generator
    #[getter("__qualname__")]
    fn qualname(&self) -> Option<Own<PyStr>> {
        self.core.qualname.own()
    }
    #[setter("__qualname__")]
    fn set_qualname(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        set_text(&self.core.qualname, v, "__qualname__", cx)
    }
    /// object being iterated by yield from, or None
    #[getter("gi_yieldfrom")]
    fn yieldfrom(&self) -> Option<Own<Object>> {
        self.body().delegate()
    }
    #[method("__sizeof__()", doc = "gen.__sizeof__() -> size of gen in memory, in bytes")]
    fn sizeof(&self) -> usize {
        self.body().bytes()
    }
    #[getter("gi_running")]
    fn running(&self) -> bool {
        self.body().state() == GenState::Running
    }
    #[getter("gi_frame")]
    fn frame(&self, cx: &mut Cx) -> PyResult {
        self.body().frame_object(cx)
    }
    #[getter("gi_suspended")]
    fn suspended(&self) -> bool {
        self.body().state() == GenState::Suspended
    }
    #[getter("gi_code")]
    fn code(&self) -> Own<Object> {
        self.body().code_object()
    }
}

#[pymethods]
impl PyCoroutine {
    #[slot_raw(tp_dealloc)]
    unsafe extern "C" fn dealloc_slot(o: *mut Object) {
        // SAFETY: as a slot.
        unsafe { dealloc(o) }
    }
    #[slot_raw(tp_finalize)]
    unsafe extern "C" fn finalize_slot(o: *mut Object) {
        // SAFETY: as a slot.
        unsafe { finalize(o) }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.body().text_repr("coroutine", cx)
    }
    #[slot(am_await)]
    fn am_await(&self, cx: &mut Cx) -> PyResult<Own<super::CoroWrapper>> {
        super::CoroWrapper::new(self, cx)
    }
    #[slot(am_send)]
    fn am_send(&self, v: &Object, cx: &mut Cx) -> PyResult<SendResult> {
        send_result(self.body(), v, cx)
    }
    /// send(arg) -> send 'arg' into coroutine,
    /// return next iterated value or raise StopIteration.
    #[method("send(value, /)", nosig)]
    fn send(&self, value: &Object, cx: &mut Cx) -> PyResult {
        self.body().send_or_stop(value, cx)
    }
    /// throw(value)
    /// throw(type[,value[,traceback]])
    ///
    /// Raise exception in coroutine, return next iterated value or raise
    /// StopIteration.
    /// the (type, val, tb) signature is deprecated,
    /// and may be removed in a future version of Python.
    #[method("throw(type, value=None, traceback=None, /)", nosig)]
    fn throw(&self, typ: &Object, value: Option<&Object>, tb: Option<&Object>, cx: &mut Cx) -> PyResult {
        deprecate_throw(value.is_some(), cx)?;
        yielded(self.body().throw(typ, value, tb, cx), self.body(), cx)
    }
    /// close() -> raise GeneratorExit inside coroutine.
    #[method("close()", nosig)]
    fn close(&self, cx: &mut Cx) -> PyResult {
        self.body().close(cx)
    }
    #[classmethod("__class_getitem__(item, /)", doc = "See PEP 585")]
    fn class_getitem(cls: &PyType, item: &Object, cx: &mut Cx) -> PyResult {
        generic_alias(cls, item, cx)
    }
    /// name of the coroutine
    #[getter("__name__")]
    fn name(&self) -> Option<Own<PyStr>> {
        self.core.name.own()
    }
    #[setter("__name__")]
    fn set_name(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        set_text(&self.core.name, v, "__name__", cx)
    }
    /// qualified name of the coroutine
    #[getter("__qualname__")]
    fn qualname(&self) -> Option<Own<PyStr>> {
        self.core.qualname.own()
    }
    #[setter("__qualname__")]
    fn set_qualname(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        set_text(&self.core.qualname, v, "__qualname__", cx)
    }
    /// object being awaited on, or None
    #[getter("cr_await")]
    fn awaited(&self) -> Option<Own<Object>> {
        self.body().delegate()
    }
    #[method("__sizeof__()", doc = "gen.__sizeof__() -> size of gen in memory, in bytes")]
    fn sizeof(&self) -> usize {
        self.body().bytes()
    }
    #[getter("cr_running")]
    fn running(&self) -> bool {
        self.body().state() == GenState::Running
    }
    #[getter("cr_frame")]
    fn frame(&self, cx: &mut Cx) -> PyResult {
        self.body().frame_object(cx)
    }
    #[getter("cr_suspended")]
    fn suspended(&self) -> bool {
        self.body().state() == GenState::Suspended
    }
    #[getter("cr_code")]
    fn code(&self) -> Own<Object> {
        self.body().code_object()
    }
    #[getter("cr_origin")]
    fn origin(&self) -> Option<Own<Object>> {
        self.core.origin.own()
    }
}

#[pymethods]
impl PyAsyncGen {
    #[slot_raw(tp_dealloc)]
    unsafe extern "C" fn dealloc_slot(o: *mut Object) {
        // SAFETY: as a slot.
        unsafe { dealloc(o) }
    }
    #[slot_raw(tp_finalize)]
    unsafe extern "C" fn finalize_slot(o: *mut Object) {
        // SAFETY: as a slot.
        unsafe { finalize(o) }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.body().text_repr("async_generator", cx)
    }
    #[classmethod("__class_getitem__(item, /)", doc = "See PEP 585")]
    fn class_getitem(cls: &PyType, item: &Object, cx: &mut Cx) -> PyResult {
        generic_alias(cls, item, cx)
    }
    /// name of the async generator
    #[getter("__name__")]
    fn name(&self) -> Option<Own<PyStr>> {
        self.core.name.own()
    }
    #[setter("__name__")]
    fn set_name(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        set_text(&self.core.name, v, "__name__", cx)
    }
    /// qualified name of the async generator
    #[getter("__qualname__")]
    fn qualname(&self) -> Option<Own<PyStr>> {
        self.core.qualname.own()
    }
    #[setter("__qualname__")]
    fn set_qualname(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        set_text(&self.core.qualname, v, "__qualname__", cx)
    }
    /// object being awaited on, or None
    #[getter("ag_await")]
    fn awaited(&self) -> Option<Own<Object>> {
        self.body().delegate()
    }
    #[slot(am_send)]
    fn send_slot(&self, v: &Object, cx: &mut Cx) -> PyResult<SendResult> {
        send_result(self.body(), v, cx)
    }
    #[getter("ag_frame")]
    fn frame(&self, cx: &mut Cx) -> PyResult {
        self.body().frame_object(cx)
    }
    #[method("__sizeof__()", doc = "gen.__sizeof__() -> size of gen in memory, in bytes")]
    fn sizeof(&self) -> usize {
        self.body().bytes()
    }
    #[getter("ag_running")]
    fn running(&self) -> bool {
        self.core.running_async.get()
    }
    #[getter("ag_suspended")]
    fn suspended(&self) -> bool {
        self.body().state() == GenState::Suspended
    }
    #[getter("ag_code")]
    fn code(&self) -> Own<Object> {
        self.body().code_object()
    }
}

fn send_result(g: &Gen, v: &Object, cx: &mut Cx) -> PyResult<SendResult> {
    Ok(match g.send(v, cx)? {
        Some(Resumed::Yield(v)) => SendResult::Yield(v),
        Some(Resumed::Return(v)) => SendResult::Return(v),
        None => SendResult::Return(none().own()),
    })
}

/// `types.GenericAlias(cls, item)`.
fn generic_alias(cls: &PyType, item: &Object, cx: &mut Cx) -> PyResult {
    let f = cx.import_attr("types", "GenericAlias")?;
    crate::call::call(&f, &[cls.as_object(), item], cx)
}
