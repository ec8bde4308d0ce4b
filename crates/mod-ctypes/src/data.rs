//! `_CData`: a piece of C memory, its own or a part of another object's, and what that memory keeps alive.
//!
//! The object that owns the memory (or got its address from outside) is the container of all parts; its `objects` is None, one object, or a dict from
//! the path of a part to what the part refers to.

use crate::codec::{self, Code};
use crate::info::{StgInfo, flag, is_simple_subclass};
use crate::{array, meta};
use std::cell::{Cell, UnsafeCell};
use std::ffi::c_int;
use taipan_object::abstract_;
use taipan_object::abstract_::buffer::Py_buffer;
use taipan_object::call;
use taipan_object::prelude::*;

/// Values up to this size lie in the object.
const INLINE: usize = 24;

unsafe extern "C" {
    fn calloc(n: usize, size: usize) -> *mut u8;
    fn realloc(p: *mut u8, size: usize) -> *mut u8;
    fn free(p: *mut u8);
}

/// A piece of C memory.
#[pytype(name = "_ctypes._CData", heap, gc, basetype, no_new, doc = "A piece of C memory")]
#[repr(C)]
pub struct CData {
    head: ObjHead,
    #[gc(skip)]
    pub ptr: Cell<*mut u8>,
    #[gc(skip)]
    #[member("_b_needsfree_", readonly, ty = Py_T_INT, doc = "whether the object owns the memory or not")]
    pub needs_free: Cell<c_int>,
    pub size: Cell<isize>,
    pub length: Cell<isize>,
    pub index: Cell<isize>,
    #[member("_b_base_", readonly, doc = "the base object")]
    pub base: FieldCell<Object>,
    #[member("_objects", readonly, doc = "internal objects tree (NEVER CHANGE THIS OBJECT!)")]
    pub objects: FieldCell<Object>,
    #[gc(skip)]
    inline: UnsafeCell<[u64; INLINE / 8]>,
}

impl Drop for CData {
    fn drop(&mut self) {
        if self.needs_free.get() != 0 && !self.is_inline() {
            // SAFETY: allocated by `reserve` or `resize`; nobody has the memory any more.
            unsafe { free(self.ptr.get()) }
        }
    }
}

impl CData {
    /// Without memory.
    pub fn blank() -> CData {
        CData {
            head: Object::placeholder(),
            ptr: Cell::new(std::ptr::null_mut()),
            needs_free: Cell::new(0),
            size: Cell::new(0),
            length: Cell::new(0),
            index: Cell::new(0),
            base: FieldCell::empty(),
            objects: FieldCell::empty(),
            inline: UnsafeCell::new([0; INLINE / 8]),
        }
    }

    fn is_inline(&self) -> bool {
        std::ptr::eq(self.ptr.get(), self.inline.get().cast())
    }

    /// An instance of a C type, without memory.
    fn bare(cls: &PyType, cx: &mut Cx) -> PyResult<(Own<CData>, Own<StgInfo>)> {
        let Some(info) = StgInfo::of(cls) else {
            return Err(cx.type_error(format_args!("abstract class")));
        };
        info.add(flag::FINAL);
        let new = cx.new_object_of(cls, CData::blank())?;
        new.length.set(info.length.get());
        new.size.set(info.size.get());
        Ok((new, info))
    }

    /// A new instance with zeroed memory.
    pub fn new(cls: &PyType, cx: &mut Cx) -> PyResult<Own<CData>> {
        let (new, info) = CData::bare(cls, cx)?;
        let size = info.size.get().max(0) as usize;
        let p = if size <= INLINE {
            new.inline.get().cast()
        } else {
            // SAFETY: any size may be asked for.
            unsafe { calloc(size, 1) }
        };
        if p.is_null() {
            return Err(cx.memory_error());
        }
        new.ptr.set(p);
        new.needs_free.set(1);
        Ok(new)
    }

    /// An instance at an address that somebody else keeps.
    pub fn at(cls: &PyType, address: *mut u8, cx: &mut Cx) -> PyResult<Own<CData>> {
        let (new, _) = CData::bare(cls, cx)?;
        new.ptr.set(address);
        Ok(new)
    }

    /// A part of `base`, or a copy of what lies at `address`.
    pub fn part(cls: &PyType, base: Option<&CData>, index: isize, address: *mut u8, cx: &mut Cx) -> PyResult<Own<CData>> {
        let Some(base) = base else {
            let new = CData::new(cls, cx)?;
            // SAFETY: the caller's value of this type.
            unsafe { std::ptr::copy_nonoverlapping(address, new.ptr.get(), new.size.get().max(0) as usize) };
            return Ok(new);
        };
        let new = CData::at(cls, address, cx)?;
        new.index.set(index);
        new.base.set(Some(base.as_object().own()), cx);
        Ok(new)
    }

    /// Make the memory larger; the contents stay.
    pub fn resize(&self, size: isize, cx: &mut Cx) -> PyResult<()> {
        let least = StgInfo::of(self.as_object().ty()).map_or(0, |i| i.size.get());
        if size < least {
            return Err(cx.value_error(format_args!("minimum size is {least}")));
        }
        if self.needs_free.get() == 0 {
            return Err(cx.value_error(format_args!("Memory cannot be resized because this object doesn't own it")));
        }
        let (old, new) = (self.size.get().max(0) as usize, size as usize);
        if self.is_inline() && new <= INLINE {
            self.size.set(size);
            return Ok(());
        }
        // SAFETY: own memory; what is copied fits both.
        unsafe {
            let p = if self.is_inline() {
                let p = calloc(new, 1);
                if !p.is_null() {
                    std::ptr::copy_nonoverlapping(self.ptr.get(), p, old.min(new));
                }
                p
            } else {
                realloc(self.ptr.get(), new)
            };
            if p.is_null() {
                return Err(cx.memory_error());
            }
            self.ptr.set(p);
        }
        self.size.set(size);
        Ok(())
    }

    /// The object that keeps what parts refer to.
    fn container(&self, cx: &mut Cx) -> PyResult<Own<CData>> {
        let mut at = self.new_ref();
        while let Some(base) = at.base.own().and_then(|b| b.downcast_own::<CData>().ok()) {
            at = base;
        }
        if at.objects.is_empty() {
            let fresh = if at.length.get() != 0 { PyDict::new(cx)?.into_object() } else { none().own() };
            at.objects.set(Some(fresh), cx);
        }
        Ok(at)
    }

    /// All that the container keeps.
    pub fn kept(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        Ok(self.container(cx)?.objects.own().unwrap_or_else(|| none().own()))
    }

    /// The path of part `index` from the container.
    fn path(&self, index: isize) -> String {
        let mut text = format!("{index:x}");
        let mut at = self.new_ref();
        while let Some(base) = at.base.own().and_then(|b| b.downcast_own::<CData>().ok()) {
            text.push_str(&format!(":{:x}", at.index.get()));
            at = base;
        }
        text
    }

    /// Keep `what` alive for part `index`.
    pub fn keep(&self, index: isize, what: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        if what.is_none() {
            return Ok(());
        }
        let c = self.container(cx)?;
        match c.objects.own().and_then(|o| o.downcast_own::<PyDict>().ok()) {
            Some(d) => {
                let key = PyStr::new(&self.path(index), cx)?;
                d.set(&key, &what, cx)
            }
            None => {
                c.objects.set(Some(what), cx);
                Ok(())
            }
        }
    }

    /// The address stored in the value.
    pub fn address(&self) -> *mut u8 {
        // SAFETY: values of pointer types have eight bytes.
        unsafe { codec::read(self.ptr.get()) }
    }

    pub fn set_address(&self, p: *mut u8) {
        // SAFETY: as `address`.
        unsafe { codec::write(self.ptr.get(), p) }
    }
}

/// The value of type `ty` at `p`, a part of `src`: a Python value where the type has one.
pub fn get_value(ty: &PyType, code: Option<Code>, src: Option<&CData>, index: isize, size: isize, p: *mut u8, cx: &mut Cx) -> PyResult {
    if let Some(code) = code {
        // SAFETY: the part lies in its object's memory.
        return unsafe { codec::get(code, p, size.max(0) as usize, cx) };
    }
    if let Some(info) = StgInfo::of(ty) {
        if let Some(code) = info.code.get().filter(|_| !is_simple_subclass(ty)) {
            // SAFETY: as above.
            return unsafe { codec::get(code, p, info.size.get().max(0) as usize, cx) };
        }
    }
    CData::part(ty, src, index, p, cx).map(Own::into_object)
}

fn incompatible(value: &Object, ty: &PyType, cx: &mut Cx) -> taipan_object::err::Raised {
    cx.type_error(format_args!("incompatible types, {} instance instead of {} instance", value.ty().tp_name_str(), ty.tp_name_str()))
}

/// Store a value of type `ty` at `p`: what it needs alive.
fn store(ty: &PyType, code: Option<Code>, value: &Object, size: isize, p: *mut u8, cx: &mut Cx) -> PyResult {
    let room = size.max(0) as usize;
    if let Some(code) = code {
        // SAFETY: the part lies in its object's memory.
        return unsafe { codec::set(code, p, value, room, cx) };
    }
    let is_pointer = ty.as_object().is_a::<meta::PointerMeta>();
    let Some(src) = value.downcast::<CData>() else {
        if let Some(code) = StgInfo::of(ty).and_then(|i| i.code.get()) {
            // SAFETY: as above.
            return unsafe { codec::set(code, p, value, room, cx) };
        }
        if let Some(args) = value.downcast::<PyTuple>() {
            let made = call::call(ty.as_object(), args.as_slice(), cx);
            let made = made.map_err(|r| crate::call::prefix_error(r, exc::RuntimeError().as_object(), &format!("({}) ", ty.tp_name_str()), cx))?;
            return store(ty, None, &made, size, p, cx);
        }
        if is_pointer && value.is_none() {
            // SAFETY: a pointer's eight bytes.
            unsafe { codec::write(p, 0usize) };
            return Ok(none().own());
        }
        return Err(cx.type_error(format_args!("expected {} instance, got {}", ty.tp_name_str(), value.ty().tp_name_str())));
    };
    if abstract_::is_instance(value, ty.as_object(), cx)? {
        // SAFETY: an instance has at least as much memory as the type says; overlapping parts are possible.
        unsafe { std::ptr::copy(src.ptr.get(), p, room) };
        return src.kept(cx);
    }
    if is_pointer && value.is_a::<array::Array>() {
        let element = |t: &PyType| StgInfo::of(t).and_then(|i| i.proto.own());
        let same = matches!((element(value.ty()), element(ty)), (Some(a), Some(b)) if a.is(&b));
        if !same {
            return Err(incompatible(value, ty, cx));
        }
        // SAFETY: a pointer's eight bytes.
        unsafe { codec::write(p, src.ptr.get()) };
        // The array itself has to stay, and what it keeps.
        let keep = src.kept(cx)?;
        return PyTuple::from_slice(&[&keep, value], cx).map(Own::into_object);
    }
    Err(incompatible(value, ty, cx))
}

/// Where a value of a C type lies in an object.
#[derive(Clone, Copy)]
pub struct Place {
    pub index: isize,
    pub size: isize,
    pub at: *mut u8,
}

/// Set a part of `dst`.
pub fn set_value(dst: &CData, ty: &PyType, code: Option<Code>, value: &Object, place: Place, cx: &mut Cx) -> PyResult<()> {
    let keep = store(ty, code, value, place.size, place.at, cx)?;
    dst.keep(place.index, keep, cx)
}

#[pymethods]
impl CData {
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        Err(cx.type_error(format_args!("unhashable type")))
    }

    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut Py_buffer, _flags: c_int, cx: &mut Cx) -> PyResult<()> {
        fill_view(self, view, cx)
    }

    /// default __ctypes_from_outparam__ method returns self.
    #[method("__ctypes_from_outparam__()")]
    fn from_outparam(&self) -> Own<Object> {
        self.as_object().own()
    }

    #[method("__reduce__()", doc = "")]
    fn reduce(&self, cx: &mut Cx) -> PyResult {
        let info = StgInfo::of(self.as_object().ty());
        if info.is_some_and(|i| i.holds_pointer()) {
            return Err(cx.value_error(format_args!("ctypes objects containing pointers cannot be pickled")));
        }
        let dict = match attr_dict(self.as_object(), cx)? {
            Some(d) => d,
            None => PyDict::new(cx)?.into_object(),
        };
        // SAFETY: own memory.
        let bytes = unsafe { std::slice::from_raw_parts(self.ptr.get(), self.size.get().max(0) as usize) };
        let bytes = taipan_object::types::bytes::PyBytes::new(bytes, cx)?;
        let unpickle = cx.import_attr("_ctypes", "_unpickle")?;
        let state = PyTuple::from_slice(&[&dict, &bytes], cx)?;
        let args = PyTuple::from_slice(&[self.as_object().ty().as_object(), &state], cx)?;
        PyTuple::from_slice(&[&unpickle, &args], cx).map(Own::into_object)
    }

    #[method("__setstate__(dict, data, /)", doc = "")]
    fn setstate(&self, dict: &PyDict, data: &taipan_object::types::bytes::PyBytes, cx: &mut Cx) -> PyResult<()> {
        let n = data.len().min(self.size.get().max(0) as usize);
        // SAFETY: own memory.
        unsafe { std::ptr::copy_nonoverlapping(data.as_bytes().as_ptr(), self.ptr.get(), n) };
        let Some(own) = attr_dict(self.as_object(), cx)? else { return Ok(()) };
        match own.downcast::<PyDict>() {
            Some(d) => d.update(dict, cx),
            None => {
                let (ty, found) = (self.as_object().ty().tp_name_str(), own.ty().tp_name_str());
                Err(cx.type_error(format_args!("{ty}.__dict__ must be a dictionary, not {found}")))
            }
        }
    }
}

fn attr_dict(o: &Object, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    taipan_object::attr::get_opt(o, name!(cx, "__dict__"), cx)
}

/// A view of the whole value: format and shape are the type's, which the object keeps.
fn fill_view(this: &CData, view: *mut Py_buffer, cx: &mut Cx) -> PyResult<()> {
    let Some(info) = StgInfo::of(this.as_object().ty()) else {
        return Err(cx.type_error(format_args!("abstract class")));
    };
    let item = StgInfo::item(&info);
    // SAFETY: the caller's view; what it points to belongs to the type, which lives as long as the object.
    unsafe {
        let Some(v) = view.as_mut() else { return Ok(()) };
        let mut shape = info.shape.borrow_mut();
        v.obj = this.as_object().own().into_raw() as *mut _;
        v.buf = this.ptr.get() as *mut _;
        v.len = this.size.get();
        v.readonly = 0;
        v.itemsize = item.size.get();
        v.format = info.format.borrow().as_ptr() as *mut _;
        v.ndim = shape.len() as c_int;
        v.shape = if shape.is_empty() { std::ptr::null_mut() } else { shape.as_mut_ptr() };
        v.strides = std::ptr::null_mut();
        v.suboffsets = std::ptr::null_mut();
        v.internal = std::ptr::null_mut();
    }
    Ok(())
}

/// `bf_getbuffer` of the families, each of which shows the slot as its own.
pub fn getbuffer(this: &CData, view: *mut Py_buffer, _flags: c_int, cx: &mut Cx) -> PyResult<()> {
    fill_view(this, view, cx)
}
