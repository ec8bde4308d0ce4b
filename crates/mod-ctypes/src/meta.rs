//! The metatypes of C types: their instances are classes with a [`StgInfo`] behind the type struct.
//!
//! `CType` is the root; each family has one below it. The classes of this module itself (`Structure`, `_SimpleCData` …) are static and abstract: they
//! have no description, and no room for one.

use crate::carg::CArg;
use crate::data::CData;
use crate::info::{Kind, StgInfo};
use crate::{array, func, pointer, simple, structure};
use std::cell::UnsafeCell;
use taipan_object::abstract_;
use taipan_object::abstract_::{buffer, number};
use taipan_object::err::Raised;
use taipan_object::prelude::*;
use taipan_object::typeobj::PyHeapType;
use taipan_object::types::memoryview::PyMemoryView;
use taipan_object::{attr, audit, call};

/// What a heap type has behind `PyType`.
const REST: usize = size_of::<PyHeapType>() - size_of::<PyType>();

#[pytype(name = "_ctypes.CType_Type", heap, gc, basetype, base = PyType, no_dealloc, doc = "", flags(TYPE_SUBCLASS, IMMUTABLETYPE))]
#[repr(C)]
pub struct CType {
    base: PyType,
    #[gc(skip)]
    rest: UnsafeCell<[u8; REST]>,
    pub info: FieldCell<StgInfo>,
}

impl CType {
    /// Raise unless the type has no description yet.
    fn check_fresh(&self, cx: &mut Cx) -> PyResult<()> {
        if self.info.is_empty() { Ok(()) } else { Err(cx.system_error(format_args!("StgInfo of '{}' is already initialized.", self.tp_name_str()))) }
    }

    /// Attribute `name` of the class, its own or inherited.
    pub fn attribute(&self, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        attr::get_opt(self.as_object(), name, cx)
    }

    /// An entry of the class's own dict.
    pub fn own_attribute(&self, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        match self.tp_dict.own() {
            Some(d) => d.get(name, cx),
            None => Ok(None),
        }
    }
}

#[pymethods]
impl CType {
    /// A class dies: its description goes last, because nothing may look at the class any more when that runs code.
    #[slot_raw(tp_dealloc)]
    unsafe extern "C" fn dealloc(obj: *mut Object) {
        // SAFETY: a dying class made by Python code; `type` frees it.
        unsafe {
            let info = (*(obj as *const CType)).info.take();
            if let Some(f) = PyType::ty().tp_dealloc.get() {
                f(obj);
            }
            drop(info);
        }
    }

    #[slot(sq_repeat)]
    fn repeat(&self, n: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        if n < 0 {
            return Err(cx.value_error(format_args!("Array length must be >= 0, not {n}")));
        }
        array::array_type(self.as_object(), n, cx)
    }

    /// pointer type
    #[getter("__pointer_type__")]
    fn get_pointer_type(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let found = StgInfo::of(self).and_then(|i| i.pointer_type.own());
        match found {
            Some(t) => Ok(t),
            None => {
                let shown = abstract_::repr(self.as_object(), cx)?;
                Err(cx.attribute_error(format_args!("{shown} has no attribute '__pointer_type__'")))
            }
        }
    }

    #[setter("__pointer_type__")]
    fn set_pointer_type(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(info) = StgInfo::of(self) else {
            let shown = abstract_::repr(self.as_object(), cx)?;
            return Err(cx.type_error(format_args!("{shown} must have storage info")));
        };
        info.pointer_type.set(v.map(Object::own), cx);
        Ok(())
    }

    /// Return memory consumption of the type object.
    #[method("__sizeof__()")]
    fn sizeof(&self) -> isize {
        (size_of::<CType>() + size_of::<StgInfo>()) as isize
    }
}

/// A type that takes part: `value` is passed as itself, a fitting reference, or through `_as_parameter_`.
pub fn from_param(ty: &PyType, value: &Object, cx: &mut Cx) -> PyResult {
    if abstract_::is_instance(value, ty.as_object(), cx)? {
        return Ok(value.own());
    }
    if let Some(arg) = value.exact::<CArg>() {
        let obj = arg.obj.own();
        let proto = StgInfo::of(ty).and_then(|i| i.proto.own());
        if let (Some(obj), Some(proto)) = (&obj, proto) {
            if proto.is_a::<PyType>() && abstract_::is_instance(obj, &proto, cx)? {
                return Ok(value.own());
            }
        }
        let name = obj.as_ref().map_or("???", |o| o.ty().tp_name_str());
        return Err(cx.type_error(format_args!("expected {} instance instead of pointer to {name}", ty.tp_name_str())));
    }
    if let Some(v) = as_parameter(value, cx)? {
        let _deeper = cx.enter_call(" while processing _as_parameter_")?;
        return call::call_method(ty.as_object(), name!(cx, "from_param"), &[&v], cx);
    }
    Err(cx.type_error(format_args!("expected {} instance instead of {}", ty.tp_name_str(), value.ty().tp_name_str())))
}

/// `value._as_parameter_`, if there.
pub fn as_parameter(value: &Object, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    attr::get_opt(value, name!(cx, "_as_parameter_"), cx)
}

fn from_address(ty: &PyType, value: &Object, cx: &mut Cx) -> PyResult<Own<CData>> {
    if !value.is_a::<PyInt>() {
        return Err(cx.type_error(format_args!("integer expected")));
    }
    let p = address(value, cx)?;
    audit::raise("ctypes.cdata", &[value], cx)?;
    CData::at(ty, p as *mut u8, cx)
}

/// An int as an address (`PyLong_AsVoidPtr`).
pub fn address(value: &Object, cx: &mut Cx) -> PyResult<usize> {
    let i = number::index(value, cx)?;
    let v = i.as_ref_int();
    match v.to_i64().map(|v| v as u64).or_else(|| v.to_u64()) {
        Some(v) => Ok(v as usize),
        None => Err(cx.overflow_error(format_args!("int too large to convert to C long"))),
    }
}

fn check_buffer(ty: &PyType, len: usize, offset: isize, cx: &mut Cx) -> PyResult<()> {
    let Some(info) = StgInfo::of(ty) else {
        return Err(cx.type_error(format_args!("abstract class")));
    };
    if offset < 0 {
        return Err(cx.value_error(format_args!("offset cannot be negative")));
    }
    let size = info.size.get();
    if size > len as isize - offset {
        return Err(cx.value_error(format_args!("Buffer size too small ({len} instead of at least {} bytes)", size.saturating_add(offset))));
    }
    Ok(())
}

fn from_buffer(ty: &PyType, obj: &Object, offset: isize, cx: &mut Cx) -> PyResult<Own<CData>> {
    if StgInfo::of(ty).is_none() {
        return Err(cx.type_error(format_args!("abstract class")));
    }
    let view = PyMemoryView::from_object(obj, cx)?;
    let b = buffer::Buffer::get(view.as_object(), buffer::INDIRECT | buffer::FORMAT, cx)?;
    if b.view().readonly != 0 {
        return Err(cx.type_error(format_args!("underlying buffer is not writable")));
    }
    if buffer::Buffer::get(view.as_object(), buffer::C_CONTIGUOUS, cx).map_err(|r| cx.discard(r)).is_err() {
        return Err(cx.type_error(format_args!("underlying buffer is not C contiguous")));
    }
    check_buffer(ty, b.view().len as usize, offset, cx)?;
    let p = b.view().buf as *mut u8;
    audit_buffer("ctypes.cdata/buffer", p, b.view().len, offset, cx)?;
    let new = CData::at(ty, p.wrapping_offset(offset), cx)?;
    drop(b);
    new.keep(-1, view.into_object(), cx)?;
    Ok(new)
}

fn audit_buffer(event: &str, p: *const u8, len: isize, offset: isize, cx: &mut Cx) -> PyResult<()> {
    if !audit::is_active() {
        return Ok(());
    }
    let (p, len, offset) = (PyInt::from_u64(p as u64, cx)?, PyInt::new(len as i64, cx)?, PyInt::new(offset as i64, cx)?);
    audit::raise(event, &[&p, &len, &offset], cx)
}

fn from_buffer_copy(ty: &PyType, b: &Buffer, offset: isize, cx: &mut Cx) -> PyResult<Own<CData>> {
    let bytes = b.bytes();
    check_buffer(ty, bytes.len(), offset, cx)?;
    audit_buffer("ctypes.cdata/buffer", bytes.as_ptr(), bytes.len() as isize, offset, cx)?;
    let new = CData::new(ty, cx)?;
    let n = new.size.get() as usize;
    // SAFETY: both were measured.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr().add(offset as usize), new.ptr.get(), n) };
    Ok(new)
}

fn in_dll(ty: &PyType, dll: &Object, symbol: &PyStr, cx: &mut Cx) -> PyResult<Own<CData>> {
    audit::raise("ctypes.dlsym", &[dll, symbol], cx)?;
    let handle = func::handle_of(dll, cx)?;
    let name = func::c_string(symbol, cx)?;
    match taipan_host::dl::symbol_in(handle, &name) {
        Ok(p) => CData::at(ty, p as *mut u8, cx),
        Err(text) => Err(func::symbol_error(exc::ValueError(), text, symbol, cx)),
    }
}

/// The methods that every metatype shows, on the metatype `$t`.
macro_rules! family {
    ($(#[$doc:meta])* $t:ident, $name:literal, $doctext:literal, $init:path, $from_param:path $(, $extra:ident)*) => {
        $(#[$doc])*
        #[pytype(name = $name, heap, gc, basetype, base = CType, no_dealloc, doc = $doctext, flags(TYPE_SUBCLASS, IMMUTABLETYPE), parts(PART $(, $extra)*))]
        #[repr(C)]
        pub struct $t {
            pub base: CType,
        }

        #[pymethods]
        impl $t {
            #[init]
            fn init(&self, args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
                self.base.check_fresh(cx)?;
                $init(self, args, cx)
            }

            /// Convert a Python object into a function call parameter.
            #[method("from_param(value, /)")]
            fn from_param(&self, value: &Object, cx: &mut Cx) -> PyResult {
                $from_param(self, value, cx)
            }

            /// C.from_address(integer) -> C instance
            ///
            /// Access a C instance at the specified address.
            #[method("from_address(value, /)")]
            fn from_address(&self, value: &Object, cx: &mut Cx) -> PyResult<Own<CData>> {
                from_address(self, value, cx)
            }

            /// C.from_buffer(object, offset=0) -> C instance
            ///
            /// Create a C instance from a writeable buffer.
            #[method("from_buffer(obj, offset=0, /)")]
            fn from_buffer(&self, obj: &Object, offset: isize, cx: &mut Cx) -> PyResult<Own<CData>> {
                from_buffer(self, obj, offset, cx)
            }

            /// C.from_buffer_copy(object, offset=0) -> C instance
            ///
            /// Create a C instance from a readable buffer.
            #[method("from_buffer_copy(buffer, offset=0, /)")]
            fn from_buffer_copy(&self, buffer: Buffer, offset: isize, cx: &mut Cx) -> PyResult<Own<CData>> {
                from_buffer_copy(self, &buffer, offset, cx)
            }

            /// C.in_dll(dll, name) -> C instance
            ///
            /// Access a C instance in a dll.
            #[method("in_dll(dll, name, /)")]
            fn in_dll(&self, dll: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<Own<CData>> {
                in_dll(self, dll, name, cx)
            }
        }
    };
}

fn init_struct(t: &StructMeta, _args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
    structure::init_type(&t.base, Kind::Struct, cx)
}
fn init_union(t: &UnionMeta, _args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
    structure::init_type(&t.base, Kind::Union, cx)
}
fn init_pointer(t: &PointerMeta, _args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
    pointer::init_type(&t.base, cx)
}
fn init_array(t: &ArrayMeta, _args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
    array::init_type(&t.base, cx)
}
fn init_simple(t: &SimpleMeta, args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
    simple::init_type(&t.base, args, cx)
}
fn init_func(t: &FuncMeta, _args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
    func::init_type(&t.base, cx)
}

family!(StructMeta, "_ctypes.PyCStructType", "metatype for the CData Objects", init_struct, from_param, ATTRS);
family!(UnionMeta, "_ctypes.UnionType", "metatype for the Union Objects", init_union, from_param, ATTRS);
family!(PointerMeta, "_ctypes.PyCPointerType", "metatype for the Pointer Objects", init_pointer, pointer::from_param, ATTRS);
family!(ArrayMeta, "_ctypes.PyCArrayType", "metatype for the Array Objects", init_array, from_param);
family!(SimpleMeta, "_ctypes.PyCSimpleType", "metatype for the PyCSimpleType Objects", init_simple, simple::from_param);
family!(FuncMeta, "_ctypes.PyCFuncPtrType", "metatype for C function pointers", init_func, from_param);

/// Set an attribute of a class as `type` does.
fn type_setattr(ty: &PyType, name: &Object, value: Option<&Object>) -> PyResult<()> {
    let Some(f) = PyType::ty().tp_setattro.get() else { return Ok(()) };
    // SAFETY: the slot's contract.
    match unsafe { f(ty.as_object().as_ptr(), name.as_ptr(), value.map_or(std::ptr::null_mut(), Object::as_ptr)) } {
        0 => Ok(()),
        // SAFETY: the slot raised.
        _ => Err(unsafe { Raised::assume() }),
    }
}

/// Setting `_fields_` lays the class out.
fn struct_setattr(t: &CType, name: &Object, value: Option<&Object>, kind: Kind, cx: &mut Cx) -> PyResult<()> {
    if name.downcast::<PyStr>().is_some_and(|n| n.eq_text("_fields_")) {
        structure::set_fields(t, value, kind, cx)?;
    }
    type_setattr(t, name, value)
}

#[pymethods(ATTRS)]
impl StructMeta {
    #[slot(tp_setattro)]
    fn setattr(&self, name: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        struct_setattr(&self.base, name, value, Kind::Struct, cx)
    }
}

#[pymethods(ATTRS)]
impl UnionMeta {
    #[slot(tp_setattro)]
    fn setattr(&self, name: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        struct_setattr(&self.base, name, value, Kind::Union, cx)
    }
}

#[pymethods(ATTRS)]
impl PointerMeta {
    #[method("set_type(type, /)", doc = "")]
    fn set_type(&self, ty: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(info) = StgInfo::of(&self.base) else {
            return Err(cx.type_error(format_args!("abstract class")));
        };
        pointer::set_proto(&self.base, &info, ty, cx)?;
        attr::set(self.base.as_object(), name!(cx, "_type_"), Some(ty), cx)
    }
}

/// Give a class its description; it is final for what builds on it.
pub fn set_info(t: &CType, info: Own<StgInfo>, cx: &mut Cx) {
    t.info.set(Some(info), cx);
}
