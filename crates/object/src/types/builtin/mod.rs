//! `builtin_function_or_method`: `PyCFunctionObject` (and `PyCMethodObject`), a row of a method table bound to a self or module.

use crate::args::{Args, Kwargs, call_method_def};
use crate::call::ARGUMENTS_OFFSET;
use crate::cx::Cx;
use crate::err::{PyResult, result_into_raw};
use crate::field::FieldCell;
use crate::name;
use crate::prelude::*;
use crate::typeobj::*;
use crate::types::descr;
use std::cell::Cell;
use taipan_macros::{pymethods, pytype};

/// `PyCFunctionObject`.
#[pytype(name = "builtin_function_or_method", no_clear, gc, flags(HAVE_VECTORCALL), export = "PyCFunction_Type", doc = "", basicsize = 56)]
#[repr(C)]
pub struct PyCFunction {
    head: ObjHead,
    m_ml: Cell<*const MethodDef>,
    m_self: FieldCell<Object>,
    m_module: FieldCell<Object>,
    m_weakreflist: WeakList,
    vectorcall: crate::call::Vectorcall,
}

/// `method_def` row of a built-in `__new__`: recognised by its address.
static NEW_DEF: MethodDef = MethodDef {
    ml_name: c"__new__".as_ptr(),
    // SAFETY: called with METH_VARARGS|METH_KEYWORDS only.
    ml_meth: Some(unsafe { std::mem::transmute::<unsafe extern "C" fn(Ptr, Ptr, Ptr) -> Ptr, CFunction>(tp_new_wrapper) }),
    ml_flags: METH_VARARGS | METH_KEYWORDS,
    ml_doc: c"__new__($type, *args, **kwargs)\n--\n\nCreate and return a new object.  See help(type) for accurate signature.".as_ptr(),
};

unsafe extern "C" fn tp_new_wrapper(slf: Ptr, args: Ptr, kwargs: Ptr) -> Ptr {
    // SAFETY: `m_self` is the type; a tuple, and a dict or null.
    unsafe {
        let cx = &mut Cx::assume();
        let ty = (*slf).cast_unchecked::<PyType>();
        result_into_raw(slots::wrap::call_new(ty, (*args).cast_unchecked(), kwargs.as_ref().map(|d| d.cast_unchecked()), cx))
    }
}

/// The `__new__` of a type with a `tp_new` of its own.
pub fn new_wrapper(ty: &PyType, cx: &mut Cx) -> PyResult {
    new_function(&NEW_DEF, Some(ty.as_object()), None, cx)
}

/// Whether the object is a built-in `__new__`.
pub fn is_new_wrapper(o: &Object) -> bool {
    o.exact::<PyCFunction>().is_some_and(|f| std::ptr::eq(f.m_ml.get(), &NEW_DEF))
}

/// A function object for a row, bound to `slf` (a module for functions, an instance or class for methods).
pub fn new_function(def: &'static MethodDef, slf: Option<&Object>, module: Option<&Object>, cx: &mut Cx) -> PyResult {
    let f = cx.new_object(PyCFunction {
        head: Object::placeholder(),
        m_ml: Cell::new(def),
        m_self: FieldCell::new(slf.map(|s| s.own())),
        m_module: FieldCell::new(module.map(|s| s.own())),
        m_weakreflist: WeakList::new(),
        vectorcall: crate::call::Vectorcall::new(vectorcall_for(def)),
    })?;
    Ok(f.into_object())
}

/// `PyCMethodObject`: a function that gets its defining class (`METH_METHOD`).
#[pytype(name = "builtin_method", no_clear, gc, base = PyCFunction, flags(HAVE_VECTORCALL), export = "PyCMethod_Type", doc = "")]
#[repr(C)]
pub struct PyCMethod {
    func: PyCFunction,
    mm_class: FieldCell<PyType>,
}

#[pymethods]
impl PyCMethod {}

/// As [`new_function`] for a row with `METH_METHOD`: `class` is the class that defines the method.
pub fn new_method(def: &'static MethodDef, slf: Option<&Object>, module: Option<&Object>, class: &PyType, cx: &mut Cx) -> PyResult {
    let f = cx.new_object(PyCMethod {
        func: PyCFunction {
            head: Object::placeholder(),
            m_ml: Cell::new(def),
            m_self: FieldCell::new(slf.map(|s| s.own())),
            m_module: FieldCell::new(module.map(|s| s.own())),
            m_weakreflist: WeakList::new(),
            vectorcall: crate::call::Vectorcall::new(method_vectorcall),
        },
        mm_class: FieldCell::new(Some(class.new_ref())),
    })?;
    Ok(f.into_object())
}

unsafe extern "C" fn method_vectorcall(callee: Ptr, args: *const Ptr, nargsf: usize, kwnames: Ptr) -> Ptr {
    // SAFETY: the vectorcall contract; the object is a PyCMethod.
    unsafe {
        let cx = &mut Cx::assume();
        let m = (*callee).cast_unchecked::<PyCMethod>();
        result_into_raw((|| {
            let _g = cx.enter_call(" while calling a Python object")?;
            let class = m.mm_class.own();
            call_method_def(&*m.func.m_ml.get(), m, m.func.self_ptr(), class.as_deref(), args, nargsf & !ARGUMENTS_OFFSET, kwnames, cx)
        })())
    }
}

/// The function for a row's calling convention: the usual ones have their own.
fn vectorcall_for(def: &MethodDef) -> VectorcallFunc {
    match def.ml_flags & (METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD) {
        METH_O => vectorcall_o,
        METH_FASTCALL => vectorcall_fast,
        m if m == METH_FASTCALL | METH_KEYWORDS => vectorcall_fast_kw,
        _ => vectorcall,
    }
}

/// As `vectorcall` for `METH_O`.
unsafe extern "C" fn vectorcall_o(callee: Ptr, args: *const Ptr, nargsf: usize, kwnames: Ptr) -> Ptr {
    // SAFETY: the vectorcall contract; the object is a PyCFunction.
    unsafe {
        let cx = &mut Cx::assume();
        let f = (*callee).cast_unchecked::<PyCFunction>();
        let def = f.def();
        let Some(meth) = def.ml_meth.filter(|_| nargsf & !ARGUMENTS_OFFSET == 1 && kwnames.is_null() && !cx.ts().stack_is_low()) else {
            return vectorcall(callee, args, nargsf, kwnames);
        };
        crate::rules::calling(def);
        let r = meth(f.self_ptr(), *args);
        crate::rules::after_call(f, args, 1, r);
        checked(r, f, cx)
    }
}

/// As `vectorcall` for `METH_FASTCALL`.
unsafe extern "C" fn vectorcall_fast(callee: Ptr, args: *const Ptr, nargsf: usize, kwnames: Ptr) -> Ptr {
    // SAFETY: the vectorcall contract; the object is a PyCFunction; the transmute gives the function its own type according to the flags.
    unsafe {
        let cx = &mut Cx::assume();
        let f = (*callee).cast_unchecked::<PyCFunction>();
        let def = f.def();
        let Some(meth) = def.ml_meth.filter(|_| kwnames.is_null() && !cx.ts().stack_is_low()) else {
            return vectorcall(callee, args, nargsf, kwnames);
        };
        let meth = std::mem::transmute::<CFunction, unsafe extern "C" fn(Ptr, *const Ptr, isize) -> Ptr>(meth);
        crate::rules::calling(def);
        let r = meth(f.self_ptr(), args, (nargsf & !ARGUMENTS_OFFSET) as isize);
        crate::rules::after_call(f, args, nargsf & !ARGUMENTS_OFFSET, r);
        checked(r, f, cx)
    }
}

/// As `vectorcall` for `METH_FASTCALL | METH_KEYWORDS`.
unsafe extern "C" fn vectorcall_fast_kw(callee: Ptr, args: *const Ptr, nargsf: usize, kwnames: Ptr) -> Ptr {
    // SAFETY: the vectorcall contract; the object is a PyCFunction; the transmute gives the function its own type according to the flags.
    unsafe {
        let cx = &mut Cx::assume();
        let f = (*callee).cast_unchecked::<PyCFunction>();
        let def = f.def();
        let odd = !kwnames.is_null() && (*kwnames).cast_unchecked::<PyTuple>().is_empty();
        let Some(meth) = def.ml_meth.filter(|_| !odd && !cx.ts().stack_is_low()) else {
            return vectorcall(callee, args, nargsf, kwnames);
        };
        let meth = std::mem::transmute::<CFunction, unsafe extern "C" fn(Ptr, *const Ptr, isize, Ptr) -> Ptr>(meth);
        crate::rules::calling(def);
        let r = meth(f.self_ptr(), args, (nargsf & !ARGUMENTS_OFFSET) as isize, kwnames);
        crate::rules::after_call(f, args, nargsf & !ARGUMENTS_OFFSET, r);
        checked(r, f, cx)
    }
}

/// A result for C; what breaks the rules becomes an error.
#[inline(always)]
unsafe fn checked(r: Ptr, f: &PyCFunction, cx: &mut Cx) -> Ptr {
    if r.is_null() != cx.ts().current_exception.as_raw().is_null() {
        return r;
    }
    // SAFETY: the caller's result.
    result_into_raw(unsafe { crate::args::check_result(r, f, cx) })
}

unsafe extern "C" fn vectorcall(callee: Ptr, args: *const Ptr, nargsf: usize, kwnames: Ptr) -> Ptr {
    // SAFETY: the vectorcall contract; the object is a PyCFunction.
    unsafe {
        let cx = &mut Cx::assume();
        let f = (*callee).cast_unchecked::<PyCFunction>();
        result_into_raw((|| {
            let _g = cx.enter_call(" while calling a Python object")?;
            call_method_def(&*f.m_ml.get(), f, f.self_ptr(), None, args, nargsf & !ARGUMENTS_OFFSET, kwnames, cx)
        })())
    }
}

impl PyCFunction {
    /// The row.
    #[inline(always)]
    pub fn def(&self) -> &'static MethodDef {
        // SAFETY: rows live as long as the process or their extension.
        unsafe { &*self.m_ml.get() }
    }
    /// `m_self` as the C function gets it: null for static ones, for which it is only the type they belong to.
    #[inline(always)]
    pub fn self_ptr(&self) -> Ptr {
        if self.def().ml_flags & METH_STATIC != 0 { std::ptr::null_mut() } else { self.m_self.as_raw() }
    }
    /// `m_self` as it is.
    #[inline(always)]
    pub fn bound_ptr(&self) -> Ptr {
        self.m_self.as_raw()
    }
    /// The function's name.
    pub fn name(&self) -> &str {
        // SAFETY: a C string of the row.
        unsafe { std::ffi::CStr::from_ptr(self.def().ml_name) }.to_str().unwrap_or("?")
    }
    fn self_obj(&self) -> Option<Own<Object>> {
        self.m_self.own()
    }
}

#[pymethods]
impl PyCFunction {
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (names, vals) = kw.split(cx)?;
        crate::call::call_kw(self, args.0, vals, names.as_deref(), cx)
    }

    #[getter("__name__")]
    fn get_name(&self) -> &str {
        self.name()
    }
    #[getter("__qualname__")]
    fn get_qualname(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let n = self.name().to_owned();
        let Some(s) = self.self_obj().filter(|s| !s.is_a::<crate::types::module::PyModule>()) else {
            return PyStr::new(&n, cx);
        };
        let ty = match s.downcast::<PyType>() {
            Some(t) => t.as_object().own(),
            None => s.ty().as_object().own(),
        };
        let q = crate::attr::get(&ty, name!(cx, "__qualname__"), cx)?;
        let q = crate::abstract_::str(&q, cx)?;
        PyStr::new(&format!("{q}.{n}"), cx)
    }
    #[getter("__doc__")]
    fn get_doc(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        descr::doc_object(self.name(), self.def().ml_doc, cx)
    }
    #[getter("__text_signature__")]
    fn get_text_signature(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        descr::text_signature(self.name(), self.def().ml_doc, self.def().ml_flags, cx)
    }
    #[getter("__self__")]
    fn get_self(&self) -> Own<Object> {
        if self.self_ptr().is_null() {
            return crate::types::none().own();
        }
        self.self_obj().unwrap_or_else(|| crate::types::none().own())
    }
    #[getter("__module__")]
    fn get_module(&self) -> Own<Object> {
        self.m_module.own().unwrap_or_else(|| crate::types::none().own())
    }
    #[setter("__module__")]
    fn set_module(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.m_module.set(v.map(|v| v.own()), cx);
        Ok(())
    }
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = PyStr::new(self.name(), cx)?;
        match self.self_obj().filter(|s| !s.is_a::<crate::types::module::PyModule>()) {
            None => Ok(n.into_object()),
            Some(s) => {
                let getattr = cx.builtin("getattr")?;
                let args = PyTuple::from_slice(&[&s, &n], cx)?;
                PyTuple::from_slice(&[&getattr, &args], cx).map(Own::into_object)
            }
        }
    }

    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let n = self.name();
        match self.self_obj().filter(|s| !s.is_a::<crate::types::module::PyModule>()) {
            None => PyStr::new(&format!("<built-in function {n}>"), cx),
            Some(s) => PyStr::new(&format!("<built-in method {n} of {} object at {:#x}>", s.ty().tp_name_str(), s.as_ptr() as usize), cx),
        }
    }
    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        let a = crate::hash::hash_pointer(self.m_self.as_raw());
        let b = crate::hash::hash_pointer(self.def().ml_meth.map_or(std::ptr::null(), |f| f as *const ()));
        match a ^ b {
            -1 => -2,
            h => h,
        }
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: crate::abstract_::CmpOp) -> Own<Object> {
        use crate::abstract_::CmpOp;
        let (CmpOp::Eq | CmpOp::Ne, Some(o)) = (op, other.downcast::<PyCFunction>()) else {
            return crate::types::not_implemented().own();
        };
        let same = self.m_self.as_raw() == o.m_self.as_raw()
            && self.def().ml_meth.map(|f| f as usize) == o.def().ml_meth.map(|f| f as usize);
        crate::types::boolean::from_bool(same == (op == CmpOp::Eq))
    }
}
