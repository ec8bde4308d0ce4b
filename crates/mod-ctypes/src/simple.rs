//! `_SimpleCData`: numbers, characters, addresses and Python objects in C memory.

use crate::carg::CArg;
use crate::codec::{self, Code};
use crate::data::CData;
use crate::info::{Kind, StgInfo, flag, is_simple_subclass};
use crate::meta::{self, CType, SimpleMeta};
use crate::{array, func, pointer};
use std::ffi::CString;
use taipan_object::abstract_::{self, buffer::Py_buffer};
use taipan_object::err::{Raised, result_into_raw};
use taipan_object::prelude::*;
use taipan_object::typeobj::{METH_CLASS, METH_O, MethodDef, add_tables};
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::type_::new_class;
use taipan_object::{attr, call};

/// A number, character, address or Python object in C memory.
#[pytype(name = "_ctypes._SimpleCData", heap, gc, basetype, base = CData, doc = "A number, character, address or Python object in C memory", flags(IMMUTABLETYPE))]
#[repr(C)]
pub struct Simple {
    base: CData,
}

impl Simple {
    fn code(&self) -> Option<Code> {
        StgInfo::of(self.as_object().ty()).and_then(|i| i.code.get())
    }
    fn size(&self) -> usize {
        self.base.size.get().max(0) as usize
    }
    fn value(&self, cx: &mut Cx) -> PyResult {
        match self.code() {
            // SAFETY: own memory.
            Some(code) => unsafe { codec::get(code, self.base.ptr.get(), self.size(), cx) },
            None => Err(cx.type_error(format_args!("abstract class"))),
        }
    }
    fn store(&self, value: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(code) = self.code() else {
            return Err(cx.type_error(format_args!("abstract class")));
        };
        // SAFETY: own memory.
        let keep = unsafe { codec::set(code, self.base.ptr.get(), value, self.size(), cx)? };
        self.base.keep(0, keep, cx)
    }
}

#[pymethods]
impl Simple {
    #[slot(tp_new)]
    fn new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        CData::new(cls, cx).map(Own::into_object)
    }

    #[slot(tp_init)]
    fn init(&self, args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        match args.0 {
            [] => Ok(()),
            [value] => self.store(value, cx),
            more => Err(cx.type_error(format_args!("__init__ expected at most 1 argument, got {}", more.len()))),
        }
    }

    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut Py_buffer, flags: std::ffi::c_int, cx: &mut Cx) -> PyResult<()> {
        crate::data::getbuffer(&self.base, view, flags, cx)
    }

    #[slot(nb_bool)]
    fn truth(&self) -> bool {
        // SAFETY: own memory.
        let bytes = unsafe { std::slice::from_raw_parts(self.base.ptr.get(), self.size()) };
        bytes.iter().any(|b| *b != 0)
    }

    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let ty = self.as_object().ty();
        if is_simple_subclass(ty) {
            return Ok(format!("<{} object at {:p}>", ty.tp_name_str(), self.as_object()));
        }
        let v = self.value(cx)?;
        Ok(format!("{}({})", ty.name(), abstract_::repr(&v, cx)?))
    }

    #[getter("value")]
    fn get_value(&self, cx: &mut Cx) -> PyResult {
        self.value(cx)
    }

    #[setter("value")]
    fn set_value(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v {
            Some(v) => self.store(v, cx),
            None => Err(cx.type_error(format_args!("can't delete attribute"))),
        }
    }

    #[method("__ctypes_from_outparam__()", doc = "")]
    fn from_outparam(&self, cx: &mut Cx) -> PyResult {
        if is_simple_subclass(self.as_object().ty()) { Ok(self.as_object().own()) } else { self.value(cx) }
    }
}

/// The code that `_type_` names.
fn read_code(t: &CType, cx: &mut Cx) -> PyResult<(Own<Object>, Code)> {
    let Some(proto) = t.attribute(name!(cx, "_type_"), cx)? else {
        return Err(crate::no_attribute("class must define a '_type_' attribute", cx));
    };
    let Some(s) = proto.downcast::<PyStr>() else {
        return Err(cx.type_error(format_args!("class must define a '_type_' string attribute")));
    };
    if s.len() != 1 {
        return Err(cx.value_error(format_args!("class must define a '_type_' attribute which must be a string of length 1")));
    }
    match u8::try_from(s.code_point(0)).ok().and_then(Code::of) {
        Some(code) => Ok((proto, code)),
        None => Err(cx.attribute_error(format_args!(
            "class must define a '_type_' attribute which must be\na single character string containing one of the\nsupported types: '{}'.",
            codec::LETTERS
        ))),
    }
}

fn describe(proto: &Object, code: Code, cx: &mut Cx) -> PyResult<Own<StgInfo>> {
    let info = StgInfo::new(Kind::Simple, code.ffi(), cx)?;
    info.length.set(0);
    info.code.set(Some(code));
    info.proto.set(Some(proto.own()), cx);
    info.format.replace(CString::new(code.format()).unwrap_or_default());
    if matches!(code.ch, b'z' | b'Z' | b'P' | b's' | b'X' | b'O') {
        info.add(flag::IS_POINTER);
    }
    Ok(info)
}

/// A new simple class, and the one with its bytes swapped.
pub fn init_type(t: &CType, args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
    let (proto, code) = read_code(t, cx)?;
    let swapped = std::ptr::eq(t.as_object().ty(), SimpleMeta::ty()) && code.can_swap();
    let given = match args.0 {
        [_, bases, ns] => bases.downcast::<PyTuple>().zip(ns.downcast::<PyDict>()),
        _ => None,
    };
    let parts = match given {
        Some(parts) if swapped => Some(parts),
        None if swapped => return Err(cx.type_error(format_args!("PyCSimpleType.__init__() takes name, bases and namespace"))),
        _ => None,
    };
    let info = describe(&proto, code, cx)?;
    meta::set_info(t, info, cx);
    let direct = t.base().is_some_and(|b| std::ptr::eq(b, Simple::ty()));
    let row: Option<&'static MethodTable> = match code.ch {
        b'z' => Some(&CHAR_P),
        b'Z' => Some(&WCHAR_P),
        b'P' => Some(&VOID_P),
        _ => None,
    };
    if let Some(row) = row.filter(|_| direct) {
        add_tables(t, &row.0, &[], &[], cx)?;
        taipan_object::typeobj::modified(t);
    }
    match parts {
        Some((bases, ns)) => add_swapped(t, &proto, code, bases, ns, cx),
        None => Ok(()),
    }
}

/// Make the class for the other byte order and tell both of each other.
fn add_swapped(t: &CType, proto: &Object, code: Code, bases: &PyTuple, ns: &PyDict, cx: &mut Cx) -> PyResult<()> {
    let name = PyStr::new(&format!("{}_be", t.name()), cx)?;
    let ns = ns.copy(cx)?;
    // The cell is the first class's.
    ns.remove(name!(cx, "__classcell__"), cx)?;
    let root = PyTuple::from_slice(&[taipan_object::typeobj::object_type().as_object()], cx)?;
    let bases = if bases.is_empty() { &*root } else { bases };
    let other = new_class(SimpleMeta::ty(), &name, bases, &ns, Kwargs::from_slices(&[], &[]), cx)?;
    let Some(o) = other.downcast::<CType>() else { return Ok(()) };
    let info = describe(proto, Code { swapped: true, ..code }, cx)?;
    meta::set_info(o, info, cx);
    let (le, be) = (name!(cx, "__ctype_le__"), name!(cx, "__ctype_be__"));
    for class in [t.as_object(), &*other] {
        attr::set(class, le, Some(t.as_object()), cx)?;
        attr::set(class, be, Some(&other), cx)?;
    }
    Ok(())
}

/// `from_param` of simple types: the value, coded.
pub fn from_param(t: &SimpleMeta, value: &Object, cx: &mut Cx) -> PyResult {
    let ty: &PyType = t;
    if abstract_::is_instance(value, ty.as_object(), cx)? {
        return Ok(value.own());
    }
    let Some((info, code)) = StgInfo::of(ty).and_then(|i| i.code.get().map(|c| (i, c))) else {
        return Err(cx.type_error(format_args!("abstract class")));
    };
    let failed = match CArg::coded(code, value, info.size.get().max(0) as usize, cx) {
        Ok(arg) => return Ok(arg.into_object()),
        Err(r) => cx.take_raised(r),
    };
    if let Some(v) = meta::as_parameter(value, cx)? {
        let _deeper = cx.enter_call(" while processing _as_parameter_")?;
        return call::call_method(ty.as_object(), name!(cx, "from_param"), &[&v], cx);
    }
    Err(cx.set_raised(failed))
}

/// One class method `from_param`, and the end of the table.
struct MethodTable([MethodDef; 2]);

macro_rules! class_method {
    ($table:ident, $entry:ident, $f:path) => {
        unsafe extern "C" fn $entry(cls: *mut Object, value: *mut Object) -> *mut Object {
            // SAFETY: called as a class method, with the GIL held.
            let (cls, value, cx) = unsafe { (Object::borrow_raw(cls), Object::borrow_raw(value), &mut Cx::assume()) };
            let r = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match cls.downcast::<PyType>() {
                Some(ty) => $f(ty, value, cx),
                None => Err(cx.type_error(format_args!("from_param() needs a type"))),
            }));
            // SAFETY: as above.
            let cx = unsafe { &mut Cx::assume() };
            result_into_raw(r.unwrap_or_else(|_| Err(cx.system_error(format_args!("panic in from_param()")))))
        }
        static $table: MethodTable = MethodTable([
            MethodDef { ml_name: c"from_param".as_ptr(), ml_meth: Some($entry), ml_flags: METH_O | METH_CLASS, ml_doc: std::ptr::null() },
            MethodDef { ml_name: std::ptr::null(), ml_meth: None, ml_flags: 0, ml_doc: std::ptr::null() },
        ]);
    };
}
class_method!(CHAR_P, char_p_entry, char_p_from_param);
class_method!(WCHAR_P, wchar_p_entry, wchar_p_from_param);
class_method!(VOID_P, void_p_entry, void_p_from_param);

fn through_as_parameter(ty: &PyType, value: &Object, what: &str, cx: &mut Cx) -> PyResult {
    if let Some(v) = meta::as_parameter(value, cx)? {
        let _deeper = cx.enter_call(" while processing _as_parameter_")?;
        return call::call_method(ty.as_object(), name!(cx, "from_param"), &[&v], cx);
    }
    Err(refusal(value, what, cx))
}

fn refusal(value: &Object, what: &str, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("'{}' object cannot be interpreted as ctypes.{what}", value.ty().tp_name_str()))
}

/// Whether `value` is an array of or pointer to `ch`, or a reference to such a character.
fn refers_to(value: &Object, ch: u8) -> bool {
    if value.is_a::<array::Array>() || value.is_a::<pointer::Pointer>() {
        return StgInfo::of(value.ty()).and_then(|i| i.element_code()) == Some(ch);
    }
    let Some(obj) = value.exact::<CArg>().and_then(|a| a.obj.own()) else { return false };
    obj.is_a::<CData>() && StgInfo::of(obj.ty()).and_then(|i| i.code.get()).is_some_and(|c| c == Code::native(ch))
}

fn char_p_from_param(ty: &PyType, value: &Object, cx: &mut Cx) -> PyResult {
    text_p_from_param(ty, value, (value.is_a::<PyBytes>(), b'z', b'c'), "c_char_p", cx)
}

fn wchar_p_from_param(ty: &PyType, value: &Object, cx: &mut Cx) -> PyResult {
    text_p_from_param(ty, value, (value.is_a::<PyStr>(), b'Z', b'u'), "c_wchar_p", cx)
}

/// `fits`: the value is a text of the right kind; `code` is that of the pointer, `element` that of a character.
fn text_p_from_param(ty: &PyType, value: &Object, (fits, code, element): (bool, u8, u8), name: &str, cx: &mut Cx) -> PyResult {
    if value.is_none() {
        return Ok(none().own());
    }
    if fits {
        return CArg::coded(Code::native(code), value, 8, cx).map(Own::into_object);
    }
    if abstract_::is_instance(value, ty.as_object(), cx)? || refers_to(value, element) {
        return Ok(value.own());
    }
    through_as_parameter(ty, value, name, cx)
}

fn void_p_from_param(ty: &PyType, value: &Object, cx: &mut Cx) -> PyResult {
    if value.is_none() {
        return Ok(none().own());
    }
    for (fits, ch) in [(value.is_a::<PyInt>(), b'P'), (value.is_a::<PyBytes>(), b'z'), (value.is_a::<PyStr>(), b'Z')] {
        if fits {
            return CArg::coded(Code::native(ch), value, 8, cx).map(Own::into_object);
        }
    }
    if abstract_::is_instance(value, ty.as_object(), cx)? || value.is_a::<array::Array>() || value.is_a::<pointer::Pointer>() {
        return Ok(value.own());
    }
    if value.exact::<CArg>().is_some_and(|a| a.tag.get() == b'P') {
        return Ok(value.own());
    }
    if let Some(f) = value.downcast::<func::CFuncPtr>() {
        return CArg::pointer(b'P', f.data().address(), value.own(), cx).map(Own::into_object);
    }
    if let Some(d) = value.downcast::<CData>() {
        if StgInfo::of(value.ty()).and_then(|i| i.code.get()).is_some_and(|c| matches!(c.ch, b'z' | b'Z')) {
            return CArg::pointer(b'Z', d.address(), value.own(), cx).map(Own::into_object);
        }
    }
    through_as_parameter(ty, value, "c_void_p", cx)
}
