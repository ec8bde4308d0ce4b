//! `_Pointer`: an address with the type of what lies there.

use crate::carg::CArg;
use crate::codec::Code;
use crate::data::{self, CData, Place};
use crate::info::{Kind, StgInfo, flag};
use crate::meta::{self, CType, PointerMeta};
use crate::{array, codec};
use std::ffi::CString;
use taipan_object::abstract_::{self, buffer::Py_buffer, number};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::slice::PySlice;

/// An address with the type of what lies there.
#[pytype(name = "_ctypes._Pointer", heap, gc, basetype, base = CData, doc = "An address with the type of what lies there", flags(IMMUTABLETYPE))]
#[repr(C)]
pub struct Pointer {
    base: CData,
}

/// A new pointer class.
pub fn init_type(t: &CType, cx: &mut Cx) -> PyResult<()> {
    let info = StgInfo::new(Kind::Pointer, Code::native(b'P').ffi(), cx)?;
    info.add(flag::IS_POINTER);
    let proto = t.own_attribute(name!(cx, "_type_"), cx)?;
    if let Some(proto) = &proto {
        set_proto(t, &info, proto, cx)?;
        let Some(item) = StgInfo::of_object(proto) else { return Ok(()) };
        let of = item.format.borrow().to_string_lossy().into_owned();
        let shape = item.shape.borrow();
        let format = if shape.is_empty() {
            format!("&{of}")
        } else {
            let dims = shape.iter().map(isize::to_string).collect::<Vec<_>>().join(",");
            format!("&({dims}){of}")
        };
        info.format.replace(CString::new(format).unwrap_or_default());
    } else {
        info.format.replace(c"&B".to_owned());
    }
    meta::set_info(t, info, cx);
    Ok(())
}

/// What the pointer type `t` points to: a C type with a description, which learns its pointer type.
pub fn set_proto(t: &CType, info: &StgInfo, proto: &Object, cx: &mut Cx) -> PyResult<()> {
    if !proto.is_a::<PyType>() {
        return Err(cx.type_error(format_args!("_type_ must be a type")));
    }
    let Some(item) = StgInfo::of_object(proto) else {
        let shown = abstract_::repr(proto, cx)?;
        return Err(cx.type_error(format_args!("{shown} must have storage info")));
    };
    if item.pointer_type.is_empty() {
        item.pointer_type.set(Some(t.as_object().own()), cx);
    }
    info.proto.set(Some(proto.own()), cx);
    Ok(())
}

/// `from_param` of pointer types: what is pointed to is passed by reference, arrays and other pointers to it as they are.
pub fn from_param(t: &PointerMeta, value: &Object, cx: &mut Cx) -> PyResult {
    if value.is_none() {
        return Ok(none().own());
    }
    let ty: &PyType = t;
    let Some(info) = StgInfo::of(ty) else {
        return Err(cx.type_error(format_args!("abstract class")));
    };
    let Some(proto) = info.proto.own() else {
        return meta::from_param(ty, value, cx);
    };
    if abstract_::is_instance(value, &proto, cx)? {
        if let Some(d) = value.downcast::<CData>() {
            return CArg::pointer(b'P', d.ptr.get(), value.own(), cx).map(Own::into_object);
        }
    }
    if value.is_a::<Pointer>() || value.is_a::<array::Array>() {
        let element = StgInfo::of(value.ty()).and_then(|i| i.proto.own());
        if let Some(e) = element {
            if abstract_::is_subclass(&e, &proto, cx)? {
                return Ok(value.own());
            }
        }
    }
    meta::from_param(ty, value, cx)
}

impl Pointer {
    /// Element type, its description and the address; an error for null.
    fn target(&self, cx: &mut Cx) -> PyResult<(Own<Object>, Own<StgInfo>, *mut u8)> {
        let at = self.base.address();
        if at.is_null() {
            return Err(cx.value_error(format_args!("NULL pointer access")));
        }
        let proto = StgInfo::of(self.as_object().ty()).and_then(|i| i.proto.own());
        let item = proto.as_ref().and_then(|p| StgInfo::of_object(p));
        match (proto, item) {
            (Some(p), Some(i)) => Ok((p, i, at)),
            _ => Err(cx.type_error(format_args!("abstract class"))),
        }
    }

    fn item(&self, index: isize, cx: &mut Cx) -> PyResult {
        let (proto, item, at) = self.target(cx)?;
        let Some(ty) = proto.downcast::<PyType>() else { return Ok(none().own()) };
        let size = item.size.get();
        data::get_value(ty, None, Some(&self.base), index, size, at.wrapping_offset(index.wrapping_mul(size)), cx)
    }

    fn slice(&self, s: &PySlice, cx: &mut Cx) -> PyResult {
        let (start, stop, step) = s.parts();
        let step_n = if step.is_none() { 1 } else { number::index_as_isize(step, exc::ValueError(), cx)? };
        if step_n == 0 {
            return Err(cx.value_error(format_args!("slice step cannot be zero")));
        }
        if start.is_none() && step_n < 0 {
            return Err(cx.value_error(format_args!("slice start is required for step < 0")));
        }
        let start = if start.is_none() { 0 } else { number::index_as_isize(start, exc::ValueError(), cx)? };
        if stop.is_none() {
            return Err(cx.value_error(format_args!("slice stop is required")));
        }
        let stop = number::index_as_isize(stop, exc::ValueError(), cx)?;
        let span = (stop as i128 - start as i128) * step_n.signum() as i128;
        let len = if span <= 0 { 0 } else { ((span - 1) / (step_n as i128).abs() + 1) as usize };
        let (_, item, at) = self.target(cx)?;
        match item.code.get() {
            Some(Code { ch: b'c', .. }) => {
                // SAFETY: the program's own address, as with any pointer.
                let bytes: Vec<u8> = (0..len as isize).map(|i| unsafe { codec::read(at.wrapping_offset(start + i * step_n)) }).collect();
                PyBytes::new(&bytes, cx).map(Own::into_object)
            }
            Some(Code { ch: b'u', .. }) => {
                let mut wide: Vec<u8> = Vec::new();
                for i in 0..len as isize {
                    // SAFETY: as above.
                    let c: u32 = unsafe { codec::read(at.wrapping_offset(4 * (start + i * step_n))) };
                    wide.extend_from_slice(&c.to_ne_bytes());
                }
                // SAFETY: the copy.
                unsafe { codec::wide_text(wide.as_ptr(), len, cx) }
            }
            _ => {
                let out = PyList::new(cx)?;
                for i in 0..len as isize {
                    let v = self.item(start + i * step_n, cx)?;
                    out.push(v, cx)?;
                }
                Ok(out.into_object())
            }
        }
    }

    /// Point at `value`, which stays alive with the pointer.
    fn point_at(&self, value: &Object, cx: &mut Cx) -> PyResult<()> {
        let proto = StgInfo::of(self.as_object().ty()).and_then(|i| i.proto.own());
        let Some(proto) = proto else {
            return Err(cx.type_error(format_args!("abstract class")));
        };
        let fits = abstract_::is_instance(value, &proto, cx)?;
        let target = value.downcast::<CData>().filter(|_| fits);
        let Some(target) = target else {
            let name = proto.downcast::<PyType>().map_or("?", |t| t.tp_name_str()).to_owned();
            return Err(cx.type_error(format_args!("expected {name} instead of {}", value.ty().tp_name_str())));
        };
        self.base.set_address(target.ptr.get());
        // The value itself, and what it keeps.
        self.base.keep(1, value.own(), cx)?;
        let kept = target.kept(cx)?;
        self.base.keep(0, kept, cx)
    }
}

#[pymethods]
impl Pointer {
    #[slot(tp_new)]
    fn new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if StgInfo::of(cls).is_none_or(|i| i.proto.is_empty()) {
            return Err(cx.type_error(format_args!("Cannot create instance: has no _type_")));
        }
        CData::new(cls, cx).map(Own::into_object)
    }

    #[slot(tp_init)]
    fn init(&self, args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        match args.0 {
            [] => Ok(()),
            [value] => self.point_at(value, cx),
            more => Err(cx.type_error(format_args!("POINTER expected at most 1 argument, got {}", more.len()))),
        }
    }

    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut Py_buffer, flags: std::ffi::c_int, cx: &mut Cx) -> PyResult<()> {
        data::getbuffer(&self.base, view, flags, cx)
    }

    #[slot(nb_bool)]
    fn truth(&self) -> bool {
        !self.base.address().is_null()
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if number::has_index(key) {
            let i = number::index_as_isize(key, exc::IndexError(), cx)?;
            return self.item(i, cx);
        }
        match key.downcast::<PySlice>() {
            Some(s) => self.slice(s, cx),
            None => Err(cx.type_error(format_args!("Pointer indices must be integer"))),
        }
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.item(index, cx)
    }

    #[slot(sq_ass_item)]
    fn set_item(&self, index: isize, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(value) = value else {
            return Err(cx.type_error(format_args!("Pointer does not support item deletion")));
        };
        let (proto, item, at) = self.target(cx)?;
        let Some(ty) = proto.downcast::<PyType>() else { return Ok(()) };
        let size = item.size.get();
        let place = Place { index, size, at: at.wrapping_offset(index.wrapping_mul(size)) };
        data::set_value(&self.base, ty, None, value, place, cx)
    }

    /// the object this pointer points to (read-write)
    #[getter("contents")]
    fn get_contents(&self, cx: &mut Cx) -> PyResult {
        let (proto, _, at) = self.target(cx)?;
        match proto.downcast::<PyType>() {
            Some(ty) => CData::part(ty, Some(&self.base), 0, at, cx).map(Own::into_object),
            None => Ok(none().own()),
        }
    }

    #[setter("contents")]
    fn set_contents(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match value {
            Some(v) => self.point_at(v, cx),
            None => Err(cx.type_error(format_args!("Pointer does not support item deletion"))),
        }
    }
}
