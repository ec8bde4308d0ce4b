//! `Array`: so many values of one type in a row. Rows of characters also have `value` and `raw`.

use crate::codec::{self, Code};
use crate::data::{self, CData, Place};
use crate::info::{Kind, StgInfo, flag};
use crate::meta::{self, CType};
use std::cell::RefCell;
use std::collections::HashMap;
use taipan_object::abstract_::{self, buffer::Py_buffer, number, sequence};
use taipan_object::err::{Raised, result_into_raw};
use taipan_object::prelude::*;
use taipan_object::typeobj::{GetSetDef, add_tables};
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::slice::PySlice;
use taipan_object::{call, weakref};

/// Abstract base class for arrays.
#[pytype(
    name = "_ctypes.Array",
    heap,
    gc,
    basetype,
    base = CData,
    flags(IMMUTABLETYPE),
    doc = "Abstract base class for arrays.\n\nThe recommended way to create concrete array types is by multiplying any\nctypes data type with a non-negative integer. Alternatively, you can subclass\nthis type and define _length_ and _type_ class variables. Array elements can\nbe read and written using standard subscript and slice accesses for slice\nreads, the resulting object is not itself an Array."
)]
#[repr(C)]
pub struct Array {
    base: CData,
}

/// Array types made by multiplication, by element type and length; weak references, so that unused ones go.
#[derive(Default)]
struct Made(RefCell<HashMap<(usize, isize), Own<Object>>>);

/// The type of `length` values of type `item`.
pub fn array_type(item: &Object, length: isize, cx: &mut Cx) -> PyResult {
    let made = cx.state::<Made>();
    let key = (item.as_ptr() as usize, length);
    let found = made.0.borrow().get(&key).and_then(|w| weakref::referent(w));
    if let Some(t) = found {
        // The address may belong to another type by now.
        if StgInfo::of_object(&t).and_then(|i| i.proto.own()).is_some_and(|p| p.is(item)) {
            return Ok(t);
        }
    }
    let Some(ty) = item.downcast::<PyType>() else {
        return Err(cx.type_error(format_args!("Expected a type object")));
    };
    let name = PyStr::new(&format!("{}_Array_{length}", ty.name()), cx)?;
    let bases = PyTuple::from_slice(&[Array::ty().as_object()], cx)?;
    let ns = PyDict::new(cx)?;
    let n = PyInt::new(length as i64, cx)?;
    ns.set(name!(cx, "_length_"), &n, cx)?;
    ns.set(name!(cx, "_type_"), item, cx)?;
    let new = call::call(meta::ArrayMeta::ty().as_object(), &[&name, &bases, &ns], cx)?;
    let weak = cx.import_attr("_weakref", "ref")?;
    let weak = call::call(&weak, &[&new], cx)?;
    let mut table = made.0.borrow_mut();
    // Looking at all of them costs little beside making a class; of many, every doubling pays.
    if table.len() < 256 || table.len().is_power_of_two() {
        table.retain(|_, w| weakref::referent(w).is_some());
    }
    table.insert(key, weak);
    Ok(new)
}

/// A new array class.
pub fn init_type(t: &CType, cx: &mut Cx) -> PyResult<()> {
    let Some(length) = t.attribute(name!(cx, "_length_"), cx)? else {
        return Err(crate::no_attribute("class must define a '_length_' attribute", cx));
    };
    let Some(n) = length.downcast::<PyInt>() else {
        return Err(cx.type_error(format_args!("The '_length_' attribute must be an integer")));
    };
    if n.is_negative() {
        return Err(cx.value_error(format_args!("The '_length_' attribute must not be negative")));
    }
    let Some(length) = n.to_i64() else {
        return Err(cx.overflow_error(format_args!("The '_length_' attribute is too large")));
    };
    let Some(proto) = t.attribute(name!(cx, "_type_"), cx)? else {
        return Err(crate::no_attribute("class must define a '_type_' attribute", cx));
    };
    let Some(item) = StgInfo::of_object(&proto) else {
        return Err(cx.type_error(format_args!("_type_ must have storage info")));
    };
    let length = length as isize;
    let Some(size) = item.size.get().checked_mul(length) else {
        return Err(cx.overflow_error(format_args!("array too large")));
    };
    let info = StgInfo::new(Kind::Array, Code::native(b'P').ffi(), cx)?;
    info.size.set(size);
    info.align.set(item.align.get());
    info.length.set(length);
    info.format.replace(item.format.borrow().clone());
    let mut shape = vec![length];
    shape.extend_from_slice(&item.shape.borrow());
    info.shape.replace(shape);
    if item.holds_pointer() {
        info.add(flag::HAS_POINTER);
    }
    info.proto.set(Some(proto), cx);
    let code = info.element_code();
    meta::set_info(t, info, cx);
    match code {
        Some(b'c') => add_tables(t, &[], &[], &CHAR_ATTRIBUTES.0, cx)?,
        Some(b'u') => add_tables(t, &[], &[], &WIDE_ATTRIBUTES.0, cx)?,
        _ => return Ok(()),
    }
    taipan_object::typeobj::modified(t);
    Ok(())
}

impl Array {
    /// Element type and its description.
    fn element(&self, cx: &mut Cx) -> PyResult<(Own<Object>, Own<StgInfo>)> {
        let proto = StgInfo::of(self.as_object().ty()).and_then(|i| i.proto.own());
        let item = proto.as_ref().and_then(|p| StgInfo::of_object(p));
        match (proto, item) {
            (Some(p), Some(i)) => Ok((p, i)),
            _ => Err(cx.type_error(format_args!("abstract class"))),
        }
    }

    fn check(&self, index: isize, cx: &mut Cx) -> PyResult<()> {
        if index < 0 || index >= self.base.length.get() { Err(cx.index_error(format_args!("invalid index"))) } else { Ok(()) }
    }

    fn item(&self, index: isize, cx: &mut Cx) -> PyResult {
        self.check(index, cx)?;
        let (proto, item) = self.element(cx)?;
        let Some(ty) = proto.downcast::<PyType>() else { return Ok(none().own()) };
        let size = item.size.get();
        data::get_value(ty, None, Some(&self.base), index, size, self.base.ptr.get().wrapping_offset(index * size), cx)
    }

    fn store(&self, index: isize, value: &Object, cx: &mut Cx) -> PyResult<()> {
        self.check(index, cx)?;
        let (proto, item) = self.element(cx)?;
        let Some(ty) = proto.downcast::<PyType>() else { return Ok(()) };
        let size = item.size.get();
        let place = Place { index, size, at: self.base.ptr.get().wrapping_offset(index * size) };
        data::set_value(&self.base, ty, None, value, place, cx)
    }

    /// A key from the end counts back.
    fn index_of(&self, key: &Object, cx: &mut Cx) -> PyResult<isize> {
        let i = number::index_as_isize(key, exc::IndexError(), cx)?;
        Ok(if i < 0 { i + self.base.length.get() } else { i })
    }

    fn slice(&self, s: &PySlice, cx: &mut Cx) -> PyResult {
        let n = self.base.length.get().max(0) as usize;
        let span = s.span(|| n, cx)?;
        let (_, item) = self.element(cx)?;
        let p = self.base.ptr.get();
        match item.code.get() {
            Some(Code { ch: b'c', .. }) => {
                // SAFETY: positions are within the array.
                let bytes: Vec<u8> = span.positions().map(|i| unsafe { codec::read(p.add(i)) }).collect();
                PyBytes::new(&bytes, cx).map(Own::into_object)
            }
            Some(Code { ch: b'u', .. }) => {
                // SAFETY: as above.
                let wide: Vec<u32> = span.positions().map(|i| unsafe { codec::read(p.add(4 * i)) }).collect();
                // SAFETY: the copy.
                unsafe { codec::wide_text(wide.as_ptr().cast(), wide.len(), cx) }
            }
            _ => {
                let out = PyList::new(cx)?;
                for i in span.positions() {
                    let v = self.item(i as isize, cx)?;
                    out.push(v, cx)?;
                }
                Ok(out.into_object())
            }
        }
    }
}

#[pymethods]
impl Array {
    #[slot(tp_new)]
    fn new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        CData::new(cls, cx).map(Own::into_object)
    }

    #[slot(tp_init)]
    fn init(&self, args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        for (i, v) in args.0.iter().enumerate() {
            self.store(i as isize, v, cx)?;
        }
        Ok(())
    }

    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut Py_buffer, flags: std::ffi::c_int, cx: &mut Cx) -> PyResult<()> {
        data::getbuffer(&self.base, view, flags, cx)
    }

    #[slot(sq_length, mp_length)]
    fn len(&self) -> usize {
        self.base.length.get().max(0) as usize
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.item(index, cx)
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if number::has_index(key) {
            let i = self.index_of(key, cx)?;
            return self.item(i, cx);
        }
        match key.downcast::<PySlice>() {
            Some(s) => self.slice(s, cx),
            None => Err(cx.type_error(format_args!("indices must be integers"))),
        }
    }

    #[slot(mp_ass_subscript)]
    fn set_subscript(&self, key: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(value) = value else {
            return Err(cx.type_error(format_args!("Array does not support item deletion")));
        };
        if number::has_index(key) {
            let i = self.index_of(key, cx)?;
            return self.store(i, value, cx);
        }
        let Some(s) = key.downcast::<PySlice>() else {
            return Err(cx.type_error(format_args!("indices must be integer")));
        };
        let n = self.base.length.get().max(0) as usize;
        let span = s.span(|| n, cx)?;
        if abstract_::len(value, cx)? != span.positions().len() {
            return Err(cx.value_error(format_args!("Can only assign sequence of same size")));
        }
        for (i, at) in span.positions().enumerate() {
            let v = sequence::get(value, i as isize, cx)?;
            self.store(at as isize, &v, cx)?;
        }
        Ok(())
    }

    /// Arrays are generic over the type of their elements
    #[classmethod("__class_getitem__(object, /)", doc = "See PEP 585")]
    fn class_getitem(cls: &PyType, item: &Object, cx: &mut Cx) -> PyResult {
        let alias = cx.import_attr("types", "GenericAlias")?;
        call::call(&alias, &[cls.as_object(), item], cx)
    }
}

/// Attributes and the end of the table.
struct Attributes<const N: usize>([GetSetDef; N]);
// SAFETY: constant data.
unsafe impl<const N: usize> Sync for Attributes<N> {}

const END: GetSetDef = GetSetDef { name: std::ptr::null(), get: None, set: None, doc: std::ptr::null(), closure: std::ptr::null_mut() };

macro_rules! attribute {
    ($get:ident, $set:ident, $read:path, $write:path) => {
        unsafe extern "C" fn $get(o: *mut Object, _: *mut std::ffi::c_void) -> *mut Object {
            // SAFETY: called by the attribute's descriptor with an instance of the class.
            let (o, cx) = unsafe { (Object::borrow_raw(o), &mut Cx::assume()) };
            let r: PyResult = match o.downcast::<Array>() {
                Some(a) => $read(a, cx),
                None => Err(cx.type_error(format_args!("not an array"))),
            };
            result_into_raw(r)
        }
        unsafe extern "C" fn $set(o: *mut Object, v: *mut Object, _: *mut std::ffi::c_void) -> std::ffi::c_int {
            // SAFETY: as above; null deletes.
            let (o, v, cx) = unsafe { (Object::borrow_raw(o), v.as_ref(), &mut Cx::assume()) };
            let r: PyResult<()> = match o.downcast::<Array>() {
                Some(a) => $write(a, v, cx),
                None => Err(cx.type_error(format_args!("not an array"))),
            };
            if r.is_ok() { 0 } else { -1 }
        }
    };
}
attribute!(get_raw, set_raw, read_raw, write_raw);
attribute!(get_value, set_value, read_value, write_value);
attribute!(get_wide, set_wide, read_wide, write_wide);

static CHAR_ATTRIBUTES: Attributes<3> = Attributes([
    GetSetDef { name: c"raw".as_ptr(), get: Some(get_raw), set: Some(set_raw), doc: c"value".as_ptr(), closure: std::ptr::null_mut() },
    GetSetDef { name: c"value".as_ptr(), get: Some(get_value), set: Some(set_value), doc: c"string value".as_ptr(), closure: std::ptr::null_mut() },
    END,
]);
static WIDE_ATTRIBUTES: Attributes<2> =
    Attributes([GetSetDef { name: c"value".as_ptr(), get: Some(get_wide), set: Some(set_wide), doc: c"string value".as_ptr(), closure: std::ptr::null_mut() }, END]);

fn bytes_of(a: &Array) -> &[u8] {
    // SAFETY: the array's memory.
    unsafe { std::slice::from_raw_parts(a.base.ptr.get(), a.base.size.get().max(0) as usize) }
}

fn read_raw(a: &Array, cx: &mut Cx) -> PyResult {
    PyBytes::new(bytes_of(a), cx).map(Own::into_object)
}

fn write_raw(a: &Array, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let Some(v) = v else { return Err(undeletable(cx)) };
    let b = Buffer::get(v, 0, cx)?;
    let bytes = b.bytes();
    if bytes.len() > a.base.size.get().max(0) as usize {
        return Err(cx.value_error(format_args!("byte string too long")));
    }
    // SAFETY: measured; the buffer may be the array's own.
    unsafe { std::ptr::copy(bytes.as_ptr(), a.base.ptr.get(), bytes.len()) };
    Ok(())
}

fn undeletable(cx: &mut Cx) -> Raised {
    cx.attribute_error(format_args!("cannot delete attribute"))
}

fn read_value(a: &Array, cx: &mut Cx) -> PyResult {
    PyBytes::new(bytes_of(a).split(|b| *b == 0).next().unwrap_or(&[]), cx).map(Own::into_object)
}

fn write_value(a: &Array, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let Some(v) = v else {
        return Err(cx.type_error(format_args!("can't delete attribute")));
    };
    let Some(b) = v.downcast::<PyBytes>() else {
        return Err(cx.type_error(format_args!("bytes expected instead of {} instance", v.ty().tp_name_str())));
    };
    let (bytes, room) = (b.as_bytes(), a.base.size.get().max(0) as usize);
    if bytes.len() > room {
        return Err(cx.value_error(format_args!("byte string too long")));
    }
    let p = a.base.ptr.get();
    // SAFETY: measured.
    unsafe {
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), p, bytes.len());
        if bytes.len() < room {
            *p.add(bytes.len()) = 0;
        }
    }
    Ok(())
}

fn read_wide(a: &Array, cx: &mut Cx) -> PyResult {
    let (p, max) = (a.base.ptr.get(), a.base.size.get().max(0) as usize / 4);
    // SAFETY: the array's memory.
    unsafe { codec::wide_text(p, codec::wide_len(p, max), cx) }
}

fn write_wide(a: &Array, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let Some(v) = v else {
        return Err(cx.type_error(format_args!("can't delete attribute")));
    };
    let max = a.base.size.get().max(0) as usize / 4;
    if let Some(s) = v.downcast::<PyStr>().filter(|s| s.len() > max) {
        let _ = s;
        return Err(cx.value_error(format_args!("string too long")));
    }
    // SAFETY: the array's memory.
    unsafe { codec::set_wide(a.base.ptr.get(), v, max, cx) }
}
