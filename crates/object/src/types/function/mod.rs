//! `function`: a code object with globals, defaults and closure (`PyFunctionObject`).
//!
//! Invariants: `version` is 0 or stands for the present code and defaults (inline caches compare it; every change zeroes it); a replaced `__code__` lives
//! as long as the function (`old_code`), because running frames borrow it.

mod attrs;

use crate::machine;
use crate::name;
use crate::field::Kept;
use crate::prelude::*;
use crate::typeobj::VectorcallFunc;
use crate::types::cell::PyCell;
use crate::types::code::PyCode;
use crate::types::singletons;
use crate::watchers::{self, FunctionEvent};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use taipan_macros::pytype;

#[pytype(
    name = "function",
    doc = "function(code, globals, name=None, argdefs=None, closure=None,\n         kwdefaults=None)\n--\n\nCreate a function object.\n\n  code\n    a code object\n  globals\n    the globals dictionary\n  name\n    a string that overrides the name from the code object\n  argdefs\n    a tuple that specifies the default argument values\n  closure\n    a tuple that supplies the bindings for free variables\n  kwdefaults\n    a dictionary that specifies the default keyword argument values",
    gc,
    flags(METHOD_DESCRIPTOR),
    parts(PART),
    export = "PyFunction_Type"
)]
#[repr(C)]
pub struct PyFunction {
    head: ObjHead,
    #[member("__globals__", readonly)]
    func_globals: Field<PyDict>,
    /// Code and builtins stay when the collector clears the function: a callback may still call it.
    func_builtins: Kept<Object>,
    func_name: Kept<PyStr>,
    func_qualname: Kept<PyStr>,
    func_code: Kept<PyCode>,
    func_defaults: FieldCell<PyTuple>,
    func_kwdefaults: FieldCell<PyDict>,
    #[member("__closure__", readonly)]
    func_closure: FieldCell<PyTuple>,
    /// Empty: the code's docstring has not been asked for.
    func_doc: FieldCell<Object>,
    func_dict: InstDict,
    func_weakreflist: WeakList,
    func_module: FieldCell<Object>,
    func_annotations: FieldCell<Object>,
    func_annotate: FieldCell<Object>,
    func_typeparams: FieldCell<Object>,
    vectorcall: Vectorcall,
    func_version: Cell<u32>,
    old_code: OldCode,
}

/// Whether the function's code was ever replaced. The replaced code, which frames may still run, waits beside the functions, by the address of this field.
struct OldCode(Cell<bool>);
impl crate::field::GcField for OldCode {}

#[derive(Default)]
struct Replaced(RefCell<HashMap<usize, Vec<Own<PyCode>>>>);

impl OldCode {
    #[cold]
    fn keep(&self, code: Own<PyCode>, cx: &mut Cx) {
        self.0.set(true);
        cx.state::<Replaced>().0.borrow_mut().entry(std::ptr::from_ref(self) as usize).or_default().push(code);
    }
    #[cold]
    fn release(&self) {
        // SAFETY: functions die with the GIL held.
        let cx = unsafe { &mut Cx::assume() };
        let old = cx.state::<Replaced>().0.borrow_mut().remove(&(std::ptr::from_ref(self) as usize));
        drop(old);
    }
}
impl Drop for OldCode {
    #[inline(always)]
    fn drop(&mut self) {
        if self.0.get() {
            self.release();
        }
    }
}

const _: () = assert!(size_of::<PyFunction>() == 152 && std::mem::offset_of!(PyFunction, func_version) == 144);

/// Where the globals of the functions made last have `__builtins__` and `__name__`.
#[derive(Clone, Copy)]
struct Places {
    /// Keys version of the globals; 0: none.
    version: u32,
    builtins: *const *mut Object,
    name: *const *mut Object,
}
struct PlacesCell(Cell<Places>);
// SAFETY: touched with the GIL held.
unsafe impl Sync for PlacesCell {}
static PLACES: PlacesCell = PlacesCell(Cell::new(Places { version: 0, builtins: std::ptr::null(), name: std::ptr::null() }));

struct NextVersion(Cell<u32>);
// SAFETY: touched with the GIL held.
unsafe impl Sync for NextVersion {}
static NEXT_VERSION: NextVersion = NextVersion(Cell::new(1));

impl PyFunction {
    /// A function of `code` with its name, docstring and module as CPython takes them (`PyFunction_NewWithQualName`). Closure and defaults are empty.
    pub fn new(code: &PyCode, globals: &PyDict, cx: &mut Cx) -> PyResult<Own<PyFunction>> {
        let builtins = builtins_of(globals, cx)?;
        PyFunction::with_builtins(code, globals, builtins, cx)
    }

    /// As [`PyFunction::new`] with the globals of the function that runs; `__builtins__` is looked up only if somebody may have changed it since.
    #[inline]
    pub fn new_like(code: &PyCode, maker: &PyFunction, cx: &mut Cx) -> PyResult<Own<PyFunction>> {
        let globals = maker.globals();
        let known = PLACES.0.get();
        if known.version != 0 && globals.keys().current_version() == known.version && globals.split_values().is_none() {
            // SAFETY: while a keys version stays, its entries keep their places.
            let (b, module) = unsafe { (&**known.builtins, (**known.name).own()) };
            if b.is(maker.builtins()) || b.exact::<crate::types::module::PyModule>().is_some_and(|m| m.md_dict.as_raw() == maker.builtins().as_ptr()) {
                return PyFunction::make(code, globals, maker.builtins().own(), Some(module), cx);
            }
        }
        PyFunction::new_like_slow(code, maker, cx)
    }

    #[inline(never)]
    fn new_like_slow(code: &PyCode, maker: &PyFunction, cx: &mut Cx) -> PyResult<Own<PyFunction>> {
        let globals = maker.globals();
        if globals.is_exact::<PyDict>() && globals.is_str_only() && globals.split_values().is_none() {
            let (b, n) = (globals.lookup_index_str(name!(cx, "__builtins__")), globals.lookup_index_str(name!(cx, "__name__")));
            if let (Some(b), Some(n)) = (b, n) {
                PLACES.0.set(Places { version: globals.keys_version(), builtins: globals.value_place(b), name: globals.value_place(n) });
            }
        }
        let found = globals.get_str(name!(cx, "__builtins__"), cx);
        let same = found.is_some_and(|b| match b.exact::<crate::types::module::PyModule>() {
            Some(m) => m.md_dict.as_raw() == maker.builtins().as_ptr(),
            None => b.is(maker.builtins()),
        });
        if same { PyFunction::with_builtins(code, globals, maker.builtins().own(), cx) } else { PyFunction::new(code, globals, cx) }
    }

    fn with_builtins(code: &PyCode, globals: &PyDict, builtins: Own<Object>, cx: &mut Cx) -> PyResult<Own<PyFunction>> {
        let module = globals.get_str(name!(cx, "__name__"), cx).map(|m| m.own());
        PyFunction::make(code, globals, builtins, module, cx)
    }

    #[inline]
    fn make(code: &PyCode, globals: &PyDict, builtins: Own<Object>, module: Option<Own<Object>>, cx: &mut Cx) -> PyResult<Own<PyFunction>> {
        // The docstring is among the constants, which are not made before somebody wants them.
        let doc = if code.has_flag(taipan_bytecode::flags::HAS_DOCSTRING) { None } else { Some(singletons::none().own()) };
        let f = cx.new_object_here(|| PyFunction {
            head: Object::placeholder(),
            func_globals: Field::new(globals.new_ref()),
            func_builtins: Kept::new(Some(builtins)),
            func_name: Kept::new(Some(code.name().new_ref())),
            func_qualname: Kept::new(Some(code.qualname().new_ref())),
            func_code: Kept::new(Some(code.new_ref())),
            func_defaults: FieldCell::empty(),
            func_kwdefaults: FieldCell::empty(),
            func_closure: FieldCell::empty(),
            func_doc: FieldCell::new(doc),
            func_dict: InstDict::empty(),
            func_weakreflist: WeakList::new(),
            func_module: FieldCell::new(module),
            func_annotations: FieldCell::empty(),
            func_annotate: FieldCell::empty(),
            func_typeparams: FieldCell::empty(),
            vectorcall: Vectorcall::new(machine::hooks().function_vectorcall),
            func_version: Cell::new(0),
            old_code: OldCode(Cell::new(false)),
        })?;
        if watchers::FUNCTIONS.any() {
            watchers::function_event(FunctionEvent::Create, &f, None, cx);
        }
        Ok(f)
    }

    /// The code.
    #[inline(always)]
    pub fn code(&self) -> &PyCode {
        // SAFETY: never empty; a replaced code object lives as long as the function.
        unsafe { &*(self.func_code.as_raw() as *const PyCode) }
    }
    #[inline(always)]
    pub fn globals(&self) -> &PyDict {
        &self.func_globals
    }
    /// The builtins mapping (nearly always a dict).
    #[inline(always)]
    pub fn builtins(&self) -> &Object {
        // SAFETY: set at construction and never replaced.
        unsafe { &*self.func_builtins.as_raw() }
    }
    /// Positional defaults, borrowed while nothing runs.
    #[inline]
    pub fn defaults<'a>(&'a self, cx: &'a Cx) -> Option<&'a PyTuple> {
        self.func_defaults.get(cx)
    }
    /// [`PyFunction::kwdefaults`], borrowed.
    #[inline]
    pub fn kwdefaults_in<'a>(&'a self, cx: &'a Cx) -> Option<&'a PyDict> {
        self.func_kwdefaults.get(cx)
    }
    #[inline]
    pub fn kwdefaults(&self) -> Option<Own<PyDict>> {
        self.func_kwdefaults.own()
    }
    #[inline]
    pub fn closure<'a>(&'a self, cx: &'a Cx) -> Option<&'a PyTuple> {
        self.func_closure.get(cx)
    }
    /// Cell `i` of the closure.
    #[inline]
    pub fn closure_cell(&self, i: usize, cx: &Cx) -> Option<Own<PyCell>> {
        // SAFETY: a closure consists of cells.
        self.func_closure.get(cx)?.get(i).map(|c| unsafe { c.cast_unchecked::<PyCell>().new_ref() })
    }
    /// `__qualname__`
    #[inline]
    pub fn qualname(&self) -> Option<Own<PyStr>> {
        self.func_qualname.own()
    }
    /// `__name__`
    #[inline]
    pub fn name_str(&self) -> Option<Own<PyStr>> {
        self.func_name.own()
    }
    /// What inline caches compare; assigned on demand, 0 when versions have run out.
    pub fn version(&self) -> u32 {
        if self.func_version.get() == 0 {
            let v = NEXT_VERSION.0.get();
            if v != 0 {
                NEXT_VERSION.0.set(v.wrapping_add(1));
                self.func_version.set(v);
            }
        }
        self.func_version.get()
    }
    #[inline(always)]
    pub fn current_version(&self) -> u32 {
        self.func_version.get()
    }
    /// Something that a call depends on has changed.
    fn touch(&self) {
        self.func_version.set(0);
    }

    // ---- setters for `make_function` and native code; the Python-visible ones check types ----

    pub fn set_defaults(&self, v: Option<Own<PyTuple>>) {
        self.touch();
        drop(self.func_defaults.swap(v));
    }
    pub fn set_kwdefaults(&self, v: Option<Own<PyDict>>) {
        self.touch();
        drop(self.func_kwdefaults.swap(v));
    }
    /// The cells of the free variables; as many as the code wants.
    pub fn set_closure(&self, v: Option<Own<PyTuple>>) {
        drop(self.func_closure.swap(v));
    }
    /// Annotations: a dict, or a tuple of names and values that becomes one when asked for.
    pub fn set_annotations(&self, v: Option<Own<Object>>) {
        drop(self.func_annotations.swap(v));
    }
    /// Whether there are annotations, made already or to be made when asked for.
    pub fn is_annotated(&self) -> bool {
        !self.func_annotations.is_empty() || self.func_annotate.own().is_some_and(|a| !a.is_none())
    }
    pub fn set_annotate(&self, v: Option<Own<Object>>) {
        drop(self.func_annotate.swap(v));
    }
    pub fn set_type_params(&self, v: Option<Own<Object>>) {
        drop(self.func_typeparams.swap(v));
    }
    /// Replace the builtins of a fresh function (`types.FunctionType(..., {"__builtins__": …})` does it through the globals).
    pub fn set_vectorcall(&self, f: VectorcallFunc) {
        self.touch();
        self.vectorcall.0.set(Some(f));
    }
    /// `__doc__`
    pub(crate) fn doc(&self, cx: &mut Cx) -> Own<Object> {
        match self.func_doc.own() {
            Some(d) => d,
            None => {
                let d = self.code().docstring().unwrap_or_else(|| singletons::none()).own();
                self.func_doc.set(Some(d.clone()), cx);
                d
            }
        }
    }
    /// Replace the code; the old one is kept for running frames.
    pub fn set_code(&self, code: Own<PyCode>, cx: &mut Cx) -> PyResult<()> {
        self.touch();
        self.doc(cx);
        let Some(old) = self.func_code.swap(Some(code)) else { return Ok(()) };
        self.old_code.keep(old, cx);
        Ok(())
    }
}

/// The builtins that code with these globals sees: `__builtins__` (a module's dict or a mapping), else those of the running frame, else the interpreter's.
pub fn builtins_of(globals: &PyDict, cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(b) = globals.get_str(name!(cx, "__builtins__"), cx).map(|b| b.own()) {
        if let Some(m) = b.downcast::<crate::types::module::PyModule>() {
            return m.dict(cx).map(Own::into_object);
        }
        return Ok(b);
    }
    if let Some(f) = crate::machine::current_frame(cx.ts()) {
        return Ok(f.func().builtins().own());
    }
    if let Some(b) = cx.interp().builtins.own() {
        return Ok(b.into_object());
    }
    Ok(PyDict::new(cx)?.into_object())
}
