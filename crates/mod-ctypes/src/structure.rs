//! `Structure` and `Union`: layout from `_fields_`, and instances made from values.

use crate::data::CData;
use crate::field::CField;
use crate::info::{Kind, StgInfo, flag};
use crate::meta::{self, CType};
use crate::{codec, layout};
use std::ffi::CString;
use taipan_object::abstract_::{self, buffer::Py_buffer, iter, number, sequence};
use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// Structure base class
#[pytype(name = "_ctypes.Structure", heap, gc, basetype, base = CData, doc = "Structure base class", flags(IMMUTABLETYPE))]
#[repr(C)]
pub struct Structure {
    base: CData,
}

/// Union base class
#[pytype(name = "_ctypes.Union", heap, gc, basetype, base = CData, doc = "Union base class", flags(IMMUTABLETYPE))]
#[repr(C)]
pub struct Union {
    base: CData,
}

macro_rules! instances {
    ($t:ident) => {
        #[pymethods]
        impl $t {
            #[slot(tp_new)]
            fn new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
                CData::new(cls, cx).map(Own::into_object)
            }
            #[slot(tp_init)]
            fn init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
                init(self.as_object(), args, kw, cx)
            }
            #[slot(bf_getbuffer)]
            fn getbuffer(&self, view: *mut Py_buffer, flags: std::ffi::c_int, cx: &mut Cx) -> PyResult<()> {
                crate::data::getbuffer(&self.base, view, flags, cx)
            }
        }
    };
}
instances!(Structure);
instances!(Union);

fn init(this: &Object, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
    if !args.0.is_empty() {
        let used = init_positional(this, this.ty(), args, kw, 0, cx)?;
        if used < args.0.len() {
            return Err(cx.type_error(format_args!("too many initializers")));
        }
    }
    for (k, v) in kw.iter() {
        let k = attr::as_name(k, cx)?;
        attr::set(this, &k, Some(v), cx)?;
    }
    Ok(())
}

/// Set fields of the bases, then of `ty`, from arguments on: how many were used.
fn init_positional(this: &Object, ty: &PyType, args: Args<'_>, kw: Kwargs<'_>, index: usize, cx: &mut Cx) -> PyResult<usize> {
    let mut index = index;
    if let Some(base) = ty.base().filter(|b| StgInfo::of(b).is_some()) {
        index = init_positional(this, base, args, kw, index, cx)?;
    }
    let fields = match ty.tp_dict.own() {
        Some(d) => d.get(name!(cx, "_fields_"), cx)?,
        None => None,
    };
    let Some(fields) = fields else { return Ok(index) };
    let n = abstract_::len(&fields, cx)?;
    for i in 0..n {
        let Some(value) = args.0.get(index) else { break };
        let pair = sequence::get(&fields, i as isize, cx)?;
        let name = sequence::get(&pair, 0, cx)?;
        let name = attr::as_name(&name, cx)?;
        if kw.iter().any(|(k, _)| k.downcast::<PyStr>().is_some_and(|k| k.eq_str(&name))) {
            let shown = abstract_::repr(&name, cx)?;
            return Err(cx.type_error(format_args!("duplicate values for field {shown}")));
        }
        attr::set(this, &name, Some(value), cx)?;
        index += 1;
    }
    Ok(index)
}

/// A new class: its own fields, or its base's description.
pub fn init_type(t: &CType, kind: Kind, cx: &mut Cx) -> PyResult<()> {
    // `_abstract_` in the class's own dict: no instances.
    if t.own_attribute(name!(cx, "_abstract_"), cx)?.is_some() {
        return Ok(());
    }
    let info = StgInfo::new(kind, codec::Code::native(b'B').ffi(), cx)?;
    info.size.set(0);
    info.length.set(0);
    meta::set_info(t, info.clone(), cx);
    if let Some(fields) = t.own_attribute(name!(cx, "_fields_"), cx)? {
        return attr::set(t.as_object(), name!(cx, "_fields_"), Some(&fields), cx);
    }
    match t.base().and_then(StgInfo::of) {
        Some(base) => {
            let copy = base.inherit(cx)?;
            base.add(flag::FINAL);
            meta::set_info(t, copy, cx);
        }
        None => layout::describe(&info, cx),
    }
    Ok(())
}

/// `_fields_` was assigned: lay the class out.
pub fn set_fields(t: &CType, fields: Option<&Object>, kind: Kind, cx: &mut Cx) -> PyResult<()> {
    let Some(fields) = fields else { return Ok(()) };
    let Some(info) = StgInfo::of(t) else {
        return Err(cx.type_error(format_args!("ctypes state is not initialized")));
    };
    if info.has(flag::FINAL) {
        return Err(cx.attribute_error(format_args!("_fields_ is final")));
    }
    let base = t.base().and_then(|b| StgInfo::of(b).map(|i| (b.as_object().own(), i)));
    let described = call_layout(t, fields, kind, base.as_ref().map(|b| &*b.0), cx)?;
    let number_of = |o: &Object, name: &'static str, cx: &mut Cx| -> PyResult<isize> {
        let v = attr::get_text(o, name, cx)?;
        number::index_as_isize(&v, exc::ValueError(), cx)
    };
    let align = number_of(&described, "align", cx)?;
    if align < 0 {
        return Err(cx.value_error(format_args!("align must be a non-negative integer")));
    }
    let size = number_of(&described, "size", cx)?;
    if size < 0 {
        return Err(cx.value_error(format_args!("size must be a non-negative integer")));
    }
    let format = attr::get_text(&described, "format_spec", cx)?;
    let format = attr::as_name(&format, cx)?.to_string_lossy();
    let listed = attr::get_text(&described, "fields", cx)?;
    let mut all: Vec<Own<Object>> = Vec::new();
    if let Some((_, b)) = &base {
        all.extend(b.fields.own().iter().flat_map(|f| f.as_slice().iter().map(|o| o.own()).collect::<Vec<_>>()));
        info.add(b.flags.get() & flag::HAS_POINTER);
        b.add(flag::FINAL);
    }
    for f in iter::collect(&listed, cx)? {
        let Some(field) = f.downcast::<CField>() else {
            return Err(cx.type_error(format_args!("fields must be CField objects")));
        };
        if let Some(part) = StgInfo::of_object(field.proto()) {
            if part.is(&info) {
                return Err(cx.attribute_error(format_args!("Structure or union cannot contain itself")));
            }
            if part.holds_pointer() {
                info.add(flag::HAS_POINTER);
            }
            part.add(flag::FINAL);
        }
        attr::set(t.as_object(), field.name(), Some(&f), cx)?;
        all.push(f);
    }
    if info.has(flag::FINAL) {
        // Code that ran meanwhile used the class.
        return Err(cx.attribute_error(format_args!("_fields_ is final")));
    }
    info.size.set(size);
    info.align.set(align);
    info.length.set(all.len() as isize);
    info.format.replace(CString::new(format).unwrap_or_default());
    let all = PyTuple::from_vec(all, cx)?;
    info.fields.set(Some(all), cx);
    layout::describe(&info, cx);
    info.add(flag::FINAL);
    anonymous_fields(t, cx)
}

fn call_layout(t: &CType, fields: &Object, kind: Kind, base: Option<&Object>, cx: &mut Cx) -> PyResult {
    let f = cx.import_attr("ctypes._layout", "get_layout")?;
    let names = PyTuple::from_slice(&[name!(cx, "is_struct").as_object(), name!(cx, "base").as_object()], cx)?;
    let is_struct = taipan_object::types::boolean::from_bool(kind == Kind::Struct);
    call::call_kw(&f, &[t.as_object(), fields], &[&is_struct, base.unwrap_or(none())], Some(&names), cx)
}

/// The fields of the members that `_anonymous_` names become the class's own.
fn anonymous_fields(t: &CType, cx: &mut Cx) -> PyResult<()> {
    let Some(names) = t.attribute(name!(cx, "_anonymous_"), cx)? else { return Ok(()) };
    if !iter::is_sequence(&names) && !iter::is_iterable(&names) {
        return Err(cx.type_error(format_args!("_anonymous_ must be a sequence")));
    }
    for name in iter::collect(&names, cx)? {
        let name = attr::as_name(&name, cx)?;
        let found = attr::get(t.as_object(), &name, cx)?;
        let Some(field) = found.downcast::<CField>() else {
            return Err(cx.attribute_error(format_args!("'{name}' is specified in _anonymous_ but not in _fields_")));
        };
        field.anonymous.set(true);
        lift_fields(t, field, field.index(), field.offset(), cx)?;
    }
    Ok(())
}

fn lift_fields(t: &CType, from: &CField, index: isize, offset: isize, cx: &mut Cx) -> PyResult<()> {
    let _deeper = cx.enter_call(" while lifting anonymous fields")?;
    let fields = attr::get(from.proto(), name!(cx, "_fields_"), cx)?;
    if !iter::is_sequence(&fields) {
        return Err(cx.type_error(format_args!("_fields_ must be a sequence")));
    }
    for pair in iter::collect(&fields, cx)? {
        let name = sequence::get(&pair, 0, cx)?;
        let name = attr::as_name(&name, cx)?;
        let found = attr::get(from.proto(), &name, cx)?;
        let Some(field) = found.downcast::<CField>() else {
            return Err(cx.type_error(format_args!("unexpected type")));
        };
        if field.anonymous.get() {
            lift_fields(t, field, index + field.index(), offset + field.offset(), cx)?;
            continue;
        }
        let moved = field.moved(index, offset, cx)?;
        attr::set(t.as_object(), &name, Some(&moved), cx)?;
    }
    Ok(())
}
