//! `weakref.ProxyType` and `weakref.CallableProxyType`: stand-ins that pass every operation on to their referent.
//!
//! Both have the layout of a weak reference. An operation on a dead referent raises `ReferenceError`.

use super::{PyWeakref, new_of_type};
use crate::abstract_::{self, number, sequence};
use crate::prelude::*;
use crate::typeobj::{StaticType, TypeSpec, flags};
use crate::{attr, call};
use taipan_macros::pymethods;

#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, missing_docs)]
pub static _PyWeakref_ProxyType: StaticType = StaticType::empty();
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, missing_docs)]
pub static _PyWeakref_CallableProxyType: StaticType = StaticType::empty();

/// A proxy; callable ones differ in their type only.
#[repr(transparent)]
pub struct PyProxy(PyWeakref);
// SAFETY: it is a weak reference.
unsafe impl PyLayout for PyProxy {}
// SAFETY: both types have this layout and no subtypes.
unsafe impl PyTyped for PyProxy {
    fn ty() -> &'static PyType {
        &_PyWeakref_ProxyType.ty
    }
    fn check(obj: &Object) -> bool {
        is_proxy(obj)
    }
}

/// Whether `o` is a proxy of either kind.
pub fn is_proxy(o: &Object) -> bool {
    std::ptr::eq(o.ty(), &_PyWeakref_ProxyType.ty) || std::ptr::eq(o.ty(), &_PyWeakref_CallableProxyType.ty)
}

/// `weakref.proxy(obj, callback)` (`PyWeakref_NewProxy`).
pub fn new_proxy(obj: &Object, callback: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyWeakref>> {
    let ty = if cx.is_callable(obj) { &_PyWeakref_CallableProxyType.ty } else { &_PyWeakref_ProxyType.ty };
    new_of_type(ty, obj, callback, cx)
}

#[cold]
fn gone(cx: &mut Cx) -> Raised {
    cx.reference_error(format_args!("weakly-referenced object no longer exists"))
}

/// What a proxy stands for; anything else is itself.
fn target(o: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    match o.downcast::<PyProxy>() {
        Some(p) => p.0.referent().ok_or_else(|| gone(cx)),
        None => Ok(o.own()),
    }
}

unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying weak reference: out of the list first, then as any object.
    unsafe {
        (*obj).cast_unchecked::<PyWeakref>().unlink();
        crate::dealloc::dealloc_of::<PyWeakref>(obj)
    }
}

const fn spec(name: &'static std::ffi::CStr, storage: &'static StaticType, parts: &'static [crate::typeobj::TypePart]) -> TypeSpec {
    let base = PyWeakref::SPEC;
    TypeSpec { dealloc: Some(dealloc), traverse: base.traverse, clear: base.clear, parts, ..TypeSpec::plain(name, flags::HAVE_GC | flags::DISALLOW_INSTANTIATION, size_of::<PyWeakref>() as isize, storage) }
}

/// `weakref.ProxyType`
pub static PROXY_SPEC: TypeSpec = spec(c"weakref.ProxyType", &_PyWeakref_ProxyType, &[PyProxy::PART]);
/// `weakref.CallableProxyType`
pub static CALLABLE_PROXY_SPEC: TypeSpec = spec(c"weakref.CallableProxyType", &_PyWeakref_CallableProxyType, &[PyProxy::PART, PyProxy::CALL]);

#[pymethods(CALL)]
impl PyProxy {
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = target(self.0.as_object(), cx)?;
        let (names, values) = kwargs.split(cx)?;
        call::call_kw(&o, args.0, values, names.as_deref(), cx)
    }
}

#[pymethods]
impl PyProxy {
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let at = self.0.as_object().as_ptr() as usize;
        Ok(match self.0.referent() {
            Some(o) => format!("<weakproxy at {at:#x}; to '{}' at {:#x}>", crate::types::object_::full_name(o.ty(), cx)?, o.as_ptr() as usize),
            None => format!("<weakproxy at {at:#x}; dead>"),
        })
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let o = target(self.0.as_object(), cx)?;
        abstract_::str(&o, cx)
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        abstract_::hash_not_implemented(self.0.as_object(), cx)
    }
    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = target(self.0.as_object(), cx)?;
        let n = attr::as_name(name, cx)?;
        attr::get(&o, &n, cx)
    }
    #[slot(tp_setattro)]
    fn setattro(&self, name: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let o = target(self.0.as_object(), cx)?;
        let n = attr::as_name(name, cx)?;
        attr::set(&o, &n, value, cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(self.0.as_object(), cx)?, target(other, cx)?);
        abstract_::rich_compare(&a, &b, op, cx)
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = target(self.0.as_object(), cx)?;
        abstract_::iter::get_iter(&o, cx)
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let o = target(self.0.as_object(), cx)?;
        if !abstract_::iter::is_iterator(&o) {
            return Err(cx.type_error(format_args!("Weakref proxy referenced a non-iterator '{}' object", o.ty().tp_name_str())));
        }
        abstract_::iter::next(&o, cx)
    }
    #[slot(sq_length, mp_length)]
    fn len(&self, cx: &mut Cx) -> PyResult<usize> {
        let o = target(self.0.as_object(), cx)?;
        abstract_::len(&o, cx)
    }
    #[slot(sq_contains)]
    fn contains(&self, v: &Object, cx: &mut Cx) -> PyResult<bool> {
        let o = target(self.0.as_object(), cx)?;
        sequence::contains(&o, v, cx)
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = target(self.0.as_object(), cx)?;
        abstract_::get_item(&o, key, cx)
    }
    #[slot(mp_ass_subscript)]
    fn ass_subscript(&self, key: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let o = target(self.0.as_object(), cx)?;
        abstract_::set_item(&o, key, value, cx)
    }
    #[slot(nb_bool)]
    fn bool(&self, cx: &mut Cx) -> PyResult<bool> {
        let o = target(self.0.as_object(), cx)?;
        abstract_::is_true(&o, cx)
    }
    #[slot(nb_index)]
    fn index(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        let o = target(self.0.as_object(), cx)?;
        number::index(&o, cx)
    }
    #[slot(nb_int)]
    fn int(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = target(self.0.as_object(), cx)?;
        call::call(PyInt::ty().as_object(), &[&o], cx)
    }
    #[slot(nb_float)]
    fn float(&self, cx: &mut Cx) -> PyResult<f64> {
        let o = target(self.0.as_object(), cx)?;
        number::as_f64(&o, cx)
    }
    #[slot(nb_power)]
    fn power(a: &Object, b: &Object, m: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b, m) = (target(a, cx)?, target(b, cx)?, target(m, cx)?);
        number::power(&a, &b, &m, false, cx)
    }
    #[slot(nb_inplace_power)]
    fn inplace_power(a: &Object, b: &Object, m: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b, m) = (target(a, cx)?, target(b, cx)?, target(m, cx)?);
        number::power(&a, &b, &m, true, cx)
    }
    #[method("__bytes__()", nosig)]
    fn bytes(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = target(self.0.as_object(), cx)?;
        call::call_method(&o, name!(cx, "__bytes__"), &[], cx)
    }
    #[method("__reversed__()", nosig)]
    fn reversed(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = target(self.0.as_object(), cx)?;
        call::call_method(&o, name!(cx, "__reversed__"), &[], cx)
    }
    #[slot(nb_negative)]
    fn negative(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = target(self.0.as_object(), cx)?;
        number::negative(&o, cx)
    }
    #[slot(nb_positive)]
    fn positive(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = target(self.0.as_object(), cx)?;
        number::positive(&o, cx)
    }
    #[slot(nb_absolute)]
    fn absolute(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = target(self.0.as_object(), cx)?;
        number::absolute(&o, cx)
    }
    #[slot(nb_invert)]
    fn invert(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = target(self.0.as_object(), cx)?;
        number::invert(&o, cx)
    }
    #[slot(nb_add)]
    fn add_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::ADD, &a, &b, cx)
    }
    #[slot(nb_subtract)]
    fn sub_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::SUB, &a, &b, cx)
    }
    #[slot(nb_multiply)]
    fn mul_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::MUL, &a, &b, cx)
    }
    #[slot(nb_remainder)]
    fn rem_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::MOD, &a, &b, cx)
    }
    #[slot(nb_divmod)]
    fn divmod_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::DIVMOD, &a, &b, cx)
    }
    #[slot(nb_lshift)]
    fn lshift_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::LSHIFT, &a, &b, cx)
    }
    #[slot(nb_rshift)]
    fn rshift_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::RSHIFT, &a, &b, cx)
    }
    #[slot(nb_and)]
    fn and_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::AND, &a, &b, cx)
    }
    #[slot(nb_xor)]
    fn xor_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::XOR, &a, &b, cx)
    }
    #[slot(nb_or)]
    fn or_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::OR, &a, &b, cx)
    }
    #[slot(nb_floor_divide)]
    fn floordiv_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::FLOOR_DIV, &a, &b, cx)
    }
    #[slot(nb_true_divide)]
    fn truediv_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::TRUE_DIV, &a, &b, cx)
    }
    #[slot(nb_matrix_multiply)]
    fn matmul_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::binary(&number::MATMUL, &a, &b, cx)
    }
    #[slot(nb_inplace_add)]
    fn iadd(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::inplace(&number::ADD, &a, &b, cx)
    }
    #[slot(nb_inplace_subtract)]
    fn isub(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::inplace(&number::SUB, &a, &b, cx)
    }
    #[slot(nb_inplace_multiply)]
    fn imul(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::inplace(&number::MUL, &a, &b, cx)
    }
    #[slot(nb_inplace_remainder)]
    fn irem(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::inplace(&number::MOD, &a, &b, cx)
    }
    #[slot(nb_inplace_lshift)]
    fn ilshift(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::inplace(&number::LSHIFT, &a, &b, cx)
    }
    #[slot(nb_inplace_rshift)]
    fn irshift(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::inplace(&number::RSHIFT, &a, &b, cx)
    }
    #[slot(nb_inplace_and)]
    fn iand(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::inplace(&number::AND, &a, &b, cx)
    }
    #[slot(nb_inplace_xor)]
    fn ixor(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::inplace(&number::XOR, &a, &b, cx)
    }
    #[slot(nb_inplace_or)]
    fn ior(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::inplace(&number::OR, &a, &b, cx)
    }
    #[slot(nb_inplace_floor_divide)]
    fn ifloordiv(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::inplace(&number::FLOOR_DIV, &a, &b, cx)
    }
    #[slot(nb_inplace_true_divide)]
    fn itruediv(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::inplace(&number::TRUE_DIV, &a, &b, cx)
    }
    #[slot(nb_inplace_matrix_multiply)]
    fn imatmul(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (target(a, cx)?, target(b, cx)?);
        number::inplace(&number::MATMUL, &a, &b, cx)
    }
}
