//! `method`: a function bound to an instance (`PyMethodObject`).

pub mod instance;

use crate::args::{Args, Kwargs};
use crate::call::{ARGUMENTS_OFFSET, Vectorcall, vectorcall_raw};
use crate::err::{result_from_raw, result_into_raw};
use crate::prelude::*;
use crate::typeobj::Ptr;
use taipan_macros::{pymethods, pytype};

/// Create a bound instance method object.
#[pytype(name = "method", no_clear, layout = "PyMethodObject", gc, flags(HAVE_VECTORCALL), export = "PyMethod_Type")]
#[repr(C)]
pub struct PyMethod {
    head: ObjHead,
    im_func: Field<Object>,
    im_self: Field<Object>,
    im_weakreflist: WeakList,
    vectorcall: Vectorcall,
}

/// `f` bound to `slf` (`PyMethod_New`).
pub fn new_method(f: &Object, slf: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let m = PyMethod {
        head: Object::placeholder(),
        im_func: Field::new(f.own()),
        im_self: Field::new(slf.own()),
        im_weakreflist: WeakList::new(),
        vectorcall: Vectorcall::new(vectorcall),
    };
    cx.new_object(m).map(Own::into_object)
}

/// Call the function with `self` in front. With the offset bit the word before the arguments takes `self`; otherwise the arguments are copied.
unsafe extern "C" fn vectorcall(callee: Ptr, args: *const Ptr, nargsf: usize, kwnames: Ptr) -> Ptr {
    // SAFETY: the vectorcall contract; the object is a PyMethod.
    unsafe {
        let cx = &mut Cx::assume();
        let m = (*callee).cast_unchecked::<PyMethod>();
        let n = nargsf & !ARGUMENTS_OFFSET;
        let slf = m.im_self.as_ptr();
        if nargsf & ARGUMENTS_OFFSET != 0 {
            let base = (args as *mut Ptr).sub(1);
            let saved = base.replace(slf);
            let r = vectorcall_raw(&m.im_func, base, n + 1, kwnames, cx);
            base.write(saved);
            return result_into_raw(r);
        }
        let total = n + if kwnames.is_null() { 0 } else { (*kwnames).cast_unchecked::<PyTuple>().len() };
        let mut buf: Vec<Ptr> = Vec::with_capacity(total + 2);
        buf.push(std::ptr::null_mut());
        buf.push(slf);
        buf.extend((0..total).map(|i| *args.add(i)));
        result_into_raw(vectorcall_raw(&m.im_func, buf.as_ptr().add(1), (n + 1) | ARGUMENTS_OFFSET, kwnames, cx))
    }
}

impl PyMethod {
    /// The function.
    #[inline(always)]
    pub fn func(&self) -> &Object {
        &self.im_func
    }
    /// The instance.
    #[inline(always)]
    pub fn receiver(&self) -> &Object {
        &self.im_self
    }
    /// Whether anything weakly refers to it: its end may then run code.
    #[inline(always)]
    pub fn is_watched(&self) -> bool {
        !self.im_weakreflist.0.get().is_null()
    }
}

#[pymethods]
impl PyMethod {
    #[new("method(function, instance, /)")]
    fn py_new(_cls: &PyType, function: &Object, instance: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !cx.is_callable(function) {
            return Err(cx.type_error(format_args!("first argument must be callable")));
        }
        if instance.is_none() {
            return Err(cx.type_error(format_args!("instance must not be None")));
        }
        new_method(function, instance, cx)
    }
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (names, vals) = kw.split(cx)?;
        crate::call::call_kw(self, args.0, vals, names.as_deref(), cx)
    }
    /// Attributes that the method does not have are the function's.
    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = crate::attr::as_name(name, cx)?;
        if let Some(d) = crate::typeobj::lookup(PyMethod::ty(), &n, cx).map(|d| d.own()) {
            return match d.ty().tp_descr_get.get() {
                // SAFETY: the slot's contract.
                Some(get) => unsafe { result_from_raw(get(d.as_ptr(), self.as_ptr(), self.ty().as_object().as_ptr())) },
                None => Ok(d),
            };
        }
        crate::attr::get(&self.im_func, &n, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let mut n = crate::attr::get_opt(&self.im_func, name!(cx, "__qualname__"), cx)?;
        if n.is_none() {
            n = crate::attr::get_opt(&self.im_func, name!(cx, "__name__"), cx)?;
        }
        let n = n.and_then(|n| n.downcast_own::<PyStr>().ok()).map_or("?".to_owned(), |n| n.to_string());
        Ok(format!("<bound method {n} of {}>", crate::abstract_::repr(&self.im_self, cx)?))
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        let a = crate::hash::hash_pointer(self.im_self.as_ptr());
        let h = a ^ crate::abstract_::hash(&self.im_func, cx)?;
        Ok(if h == -1 { -2 } else { h })
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: crate::abstract_::CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        use crate::abstract_::CmpOp;
        let (CmpOp::Eq | CmpOp::Ne, Some(o)) = (op, other.downcast::<PyMethod>()) else {
            return Ok(crate::types::not_implemented().own());
        };
        let same = self.im_self.is(&o.im_self) && crate::abstract_::eq(&self.im_func, &o.im_func, cx)?;
        Ok(crate::types::boolean::from_bool(same == (op == CmpOp::Eq)))
    }
    #[slot(tp_descr_get)]
    fn get(&self, _obj: Option<&Object>, _ty: Option<&Object>) -> Own<Object> {
        self.own()
    }
    /// the function (or other callable) implementing a method
    #[getter("__func__")]
    fn get_func(&self) -> Own<Object> {
        self.im_func.own()
    }
    /// the instance to which a method is bound
    #[getter("__self__")]
    fn get_self(&self) -> Own<Object> {
        self.im_self.own()
    }
    #[getter("__doc__")]
    fn get_doc(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = name!(cx, "__doc__");
        Ok(crate::attr::get_opt(&self.im_func, n, cx)?.unwrap_or_else(|| crate::types::none().own()))
    }
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let getattr = cx.builtin("getattr")?;
        let n = crate::attr::get(&self.im_func, name!(cx, "__name__"), cx)?;
        let args = PyTuple::from_slice(&[&self.im_self, &n], cx)?;
        PyTuple::from_slice(&[&getattr, &args], cx)
    }
}
