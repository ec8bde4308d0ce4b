//! Modules that C code defines (`PyModuleDef`): making them, running their slots, their state.
//!
//! Both ways of PEP 489 are here: multi-phase (`create_from_def`, `exec_def`) and single-phase (`create_single`).

use super::PyModule;
use crate::err::result_from_raw;
use crate::field::{GcField, Visit};
use crate::prelude::*;
use crate::typeobj::{METH_CLASS, METH_STATIC, MethodDef};
use crate::types::{builtin, descr};
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use taipan_abi as abi;

/// `PyModuleDef` as an object.
#[repr(transparent)]
pub struct PyModuleDef(pub abi::PyModuleDef);
crate::kernel_type!(PyModuleDef, PyModuleDef_Type, c"moduledef", IMMUTABLETYPE);
crate::kernel_spec!(PyModuleDef, PyModuleDef_Type { basicsize: 104, dealloc: Some(never), doc: None } parts []);

/// Definitions are static data of their library.
unsafe extern "C" fn never(o: *mut Object) {
    // SAFETY: a static object, which extensions may miscount.
    unsafe { (*o).immortalise() }
}

/// The words of a module that belong to its definition.
#[repr(C)]
pub struct Definition {
    /// `md_def`, or null.
    pub def: Cell<*mut abi::PyModuleDef>,
    /// `md_state`, or null. Native modules mark here that their exec ran.
    pub state: Cell<*mut c_void>,
}

impl Definition {
    pub(super) const fn none() -> Definition {
        Definition { def: Cell::new(std::ptr::null_mut()), state: Cell::new(std::ptr::null_mut()) }
    }
    fn get(&self) -> Option<&abi::PyModuleDef> {
        // SAFETY: null, or static data of a library that stays loaded.
        unsafe { self.def.get().as_ref() }
    }
    /// The module that the words lie in.
    fn module(&self) -> *mut Object {
        let at = std::mem::offset_of!(PyModule, definition);
        (self as *const Definition as *mut u8).wrapping_sub(at) as *mut Object
    }
    /// Whether the module's hooks may be called: those of a module with state wait for it.
    fn is_live(&self, d: &abi::PyModuleDef) -> bool {
        d.m_size <= 0 || !self.state.get().is_null()
    }
}

impl GcField for Definition {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        let Some(d) = self.get().filter(|d| self.is_live(d)) else { return Ok(()) };
        match d.m_traverse {
            // SAFETY: the definition's contract; `visitproc` is the same C type.
            Some(f) => match unsafe { f(self.module() as *mut _, std::mem::transmute(v.proc_), v.arg) } {
                0 => Ok(()),
                n => Err(n),
            },
            None => Ok(()),
        }
    }
    fn gc_clear(&self) {
        if let Some(f) = self.get().filter(|d| self.is_live(d)).and_then(|d| d.m_clear) {
            // SAFETY: the definition's contract.
            unsafe { f(self.module() as *mut _) };
        }
    }
}

impl Drop for Definition {
    fn drop(&mut self) {
        let Some(d) = self.get() else { return };
        if let Some(f) = d.m_free.filter(|_| self.is_live(d)) {
            // SAFETY: the definition's contract; the module's memory is still there.
            unsafe { f(self.module() as *mut c_void) };
        }
        // SAFETY: allocated by `make_state`.
        unsafe { crate::alloc::raw_free(self.state.get() as *mut u8) };
    }
}

fn name_of(d: &abi::PyModuleDef) -> String {
    if d.m_name.is_null() {
        return "?".to_owned();
    }
    // SAFETY: a C string.
    unsafe { CStr::from_ptr(d.m_name) }.to_string_lossy().into_owned()
}

/// The slots up to the closing row.
fn slots(d: &abi::PyModuleDef) -> Vec<abi::PyModuleDef_Slot> {
    let mut v = Vec::new();
    let mut p = d.m_slots;
    // SAFETY: null or a table that ends with a zero row.
    unsafe {
        while !p.is_null() && (*p).slot != 0 {
            v.push(*p);
            p = p.add(1);
        }
    }
    v
}

/// Initialise the head of a definition (`PyModuleDef_Init`).
///
/// # Safety
/// `d` is a definition in writable memory.
pub unsafe fn init_def(d: *mut abi::PyModuleDef) -> *mut Object {
    static NEXT: std::sync::atomic::AtomicIsize = std::sync::atomic::AtomicIsize::new(1);
    // SAFETY: the caller's promise.
    unsafe {
        if (*d).m_base.m_index == 0 {
            (*d).m_base.m_index = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            (d as *mut Object).write(Object::new_static(PyModuleDef::ty()));
        }
        d as *mut Object
    }
}

/// `PyModule_AddFunctions`: the rows of a method table as functions of the module.
///
/// # Safety
/// `rows` is null or a table that ends with a null name and lives for good.
pub unsafe fn add_functions(m: &Object, name: &Object, rows: *const MethodDef, cx: &mut Cx) -> PyResult<()> {
    let mut p = rows;
    // SAFETY: the caller's promise.
    unsafe {
        while !p.is_null() && !(*p).ml_name.is_null() {
            let row: &'static MethodDef = &*p;
            if row.ml_flags & (METH_CLASS | METH_STATIC) != 0 {
                return Err(cx.value_error(format_args!("module functions cannot set METH_CLASS or METH_STATIC")));
            }
            let f = builtin::new_function(row, Some(m), Some(name), cx)?;
            let n = descr::c_name(row.ml_name, cx)?;
            crate::attr::set(m, &n, Some(&f), cx)?;
            p = p.add(1);
        }
    }
    Ok(())
}

/// `PyModule_SetDocString`.
///
/// # Safety
/// `doc` is a C string.
pub unsafe fn set_doc(m: &Object, doc: *const c_char, cx: &mut Cx) -> PyResult<()> {
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(doc) }.to_string_lossy().into_owned();
    let s = PyStr::new(&text, cx)?;
    crate::attr::set(m, name!(cx, "__doc__"), Some(&s), cx)
}

/// Memory for the state, once.
fn make_state(m: &PyModule, d: &abi::PyModuleDef, cx: &mut Cx) -> PyResult<()> {
    if d.m_size > 0 && m.definition.state.get().is_null() {
        let p = crate::alloc::raw_calloc((d.m_size as usize).div_ceil(16) * 16);
        if p.is_null() {
            return Err(cx.memory_error());
        }
        m.definition.state.set(p as *mut c_void);
    }
    Ok(())
}

/// The first phase: the module of a definition for `spec` (`PyModule_FromDefAndSpec`).
///
/// # Safety
/// `d` is a definition that was initialised and stays.
pub unsafe fn create_from_def(d: *mut abi::PyModuleDef, spec: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    // SAFETY: the caller's promise.
    let def = unsafe { &*d };
    let name = crate::attr::get(spec, name!(cx, "name"), cx)?;
    let Some(shown) = name.downcast::<PyStr>().map(|s| s.to_string_lossy()) else {
        return Err(cx.type_error(format_args!("name must be str")));
    };
    if def.m_size < 0 {
        return Err(cx.system_error(format_args!("module {shown}: m_size may not be negative for multi-phase initialization")));
    }
    let (mut create, mut execs) = (None, 0);
    let mut support = abi::Py_MOD_MULTIPLE_INTERPRETERS_SUPPORTED;
    let (mut interpreters, mut gil) = (false, false);
    for s in slots(def) {
        match s.slot {
            abi::Py_mod_create if create.is_some() => return Err(cx.system_error(format_args!("module {shown} has multiple create slots"))),
            abi::Py_mod_create => create = Some(s.value),
            abi::Py_mod_exec => execs += 1,
            abi::Py_mod_multiple_interpreters if std::mem::replace(&mut interpreters, true) => {
                return Err(cx.system_error(format_args!("module {shown} has more than one 'multiple interpreters' slots")));
            }
            abi::Py_mod_gil if std::mem::replace(&mut gil, true) => return Err(cx.system_error(format_args!("module {shown} has more than one 'gil' slot"))),
            abi::Py_mod_multiple_interpreters => support = s.value as usize,
            abi::Py_mod_gil => {}
            n => return Err(cx.system_error(format_args!("module {shown} uses unknown slot ID {n}"))),
        }
    }
    // An interpreter with a GIL of its own takes only modules that say they can live with that.
    let i = cx.interp();
    if !i.is_main() && (support == abi::Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED || (support != abi::Py_MOD_PER_INTERPRETER_GIL_SUPPORTED && i.own_gil.get() != 0)) {
        crate::thread::interpreters::check_extension(&shown, cx)?;
    }
    let m = match create {
        Some(f) => {
            // SAFETY: the slot's contract.
            let made = unsafe {
                let f: unsafe extern "C" fn(*mut Object, *mut abi::PyModuleDef) -> *mut Object = std::mem::transmute(f);
                f(spec.as_ptr(), d)
            };
            created(made, &shown, cx)?
        }
        None => PyModule::new_named(&name, cx)?.into_object(),
    };
    match m.downcast::<PyModule>() {
        Some(pm) => pm.definition.def.set(d),
        None if def.m_size > 0 || def.m_traverse.is_some() || def.m_clear.is_some() || def.m_free.is_some() => {
            return Err(cx.system_error(format_args!("module {shown} is not a module object, but requests module state")));
        }
        None if execs > 0 => {
            return Err(cx.system_error(format_args!("module {shown} specifies execution slots, but did not create a ModuleType instance")));
        }
        None => {}
    }
    // SAFETY: the definition's tables.
    unsafe {
        add_functions(&m, &name, def.m_methods as *const MethodDef, cx)?;
        if !def.m_doc.is_null() {
            set_doc(&m, def.m_doc, cx)?;
        }
    }
    Ok(m)
}

/// What a create slot gave.
fn created(made: *mut Object, shown: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let raised = cx.is_raised();
    // SAFETY: the slot's result: an owned reference or null.
    match unsafe { Own::<Object>::from_raw_opt(made) } {
        Some(m) if !raised => Ok(m),
        Some(m) => {
            drop(m);
            Err(chained(format!("creation of module {shown} raised unreported exception"), cx))
        }
        None if raised => {
            // SAFETY: just looked.
            Err(unsafe { Raised::assume() })
        }
        None => Err(cx.system_error(format_args!("creation of module {shown} failed without setting an exception"))),
    }
}

/// `SystemError(msg)` caused by the current exception.
fn chained(msg: String, cx: &mut Cx) -> Raised {
    let cause = cx.ts().current_exception.take();
    let r = cx.system_error(format_args!("{msg}"));
    let e = cx.take_raised(r);
    if let Some(b) = e.downcast::<crate::types::exc::PyBaseException>() {
        b.context.set(cause.clone(), cx);
        b.set_cause(cause, cx);
    }
    cx.set_raised(e)
}

/// The second phase: state and exec slots (`PyModule_ExecDef`).
///
/// # Safety
/// `d` is the module's definition.
pub unsafe fn exec_def(m: &Object, d: *mut abi::PyModuleDef, cx: &mut Cx) -> PyResult<()> {
    // SAFETY: the caller's promise.
    let def = unsafe { &*d };
    let shown = match m.downcast::<PyModule>() {
        Some(pm) => {
            make_state(pm, def, cx)?;
            pm.md_name.own().and_then(|n| n.downcast::<PyStr>().map(|s| s.to_string_lossy())).unwrap_or_else(|| name_of(def))
        }
        None => name_of(def),
    };
    for s in slots(def).into_iter().filter(|s| s.slot == abi::Py_mod_exec) {
        // SAFETY: the slot's contract.
        let r: c_int = unsafe {
            let f: unsafe extern "C" fn(*mut Object) -> c_int = std::mem::transmute(s.value);
            f(m.as_ptr())
        };
        match (r, cx.is_raised()) {
            (0, false) => {}
            (0, true) => return Err(chained(format!("execution of module {shown} raised unreported exception"), cx)),
            // SAFETY: just looked.
            (_, true) => return Err(unsafe { Raised::assume() }),
            (_, false) => return Err(cx.system_error(format_args!("execution of module {shown} failed without setting an exception"))),
        }
    }
    Ok(())
}

/// A module of single-phase initialisation (`PyModule_Create2`); `full_name` is the name under which it is being imported.
///
/// # Safety
/// `d` is a definition that stays.
pub unsafe fn create_single(d: *mut abi::PyModuleDef, full_name: Option<&str>, cx: &mut Cx) -> PyResult<Own<PyModule>> {
    // SAFETY: the caller's promise.
    unsafe {
        init_def(d);
        let def = &*d;
        if !def.m_slots.is_null() {
            return Err(cx.system_error(format_args!("module {}: PyModule_Create is incompatible with m_slots", name_of(def))));
        }
        let short = name_of(def);
        let name = match full_name {
            Some(f) if f.rsplit('.').next() == Some(&short) => f.to_owned(),
            _ => short,
        };
        let name = PyStr::new(&name, cx)?;
        let m = PyModule::new_named(&name, cx)?;
        make_state(&m, def, cx)?;
        add_functions(m.as_object(), &name, def.m_methods as *const MethodDef, cx)?;
        if !def.m_doc.is_null() {
            set_doc(m.as_object(), def.m_doc, cx)?;
        }
        m.definition.def.set(d);
        Ok(m)
    }
}

/// Call a library's `PyInit_` function; what it gave, checked.
///
/// # Safety
/// `f` is such a function.
pub unsafe fn call_init(f: *const c_void, shown: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    // SAFETY: the caller's promise.
    let p = unsafe {
        let f: unsafe extern "C" fn() -> *mut Object = std::mem::transmute(f);
        f()
    };
    if p.is_null() {
        if !cx.is_raised() {
            return Err(cx.system_error(format_args!("initialization of {shown} failed without raising an exception")));
        }
        // SAFETY: null with an exception set.
        return unsafe { result_from_raw(p) };
    }
    if cx.is_raised() {
        return Err(chained(format!("initialization of {shown} raised unreported exception"), cx));
    }
    // SAFETY: an owned reference, or a definition (immortal).
    unsafe {
        if (*p).has_no_type() {
            return Err(cx.system_error(format_args!("init function of {shown} returned uninitialized object")));
        }
        result_from_raw(p)
    }
}
