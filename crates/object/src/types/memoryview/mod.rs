//! `memoryview`: a view of the memory of another object (`PyMemoryViewObject`; shape, strides and suboffsets are its items).
//!
//! Views that derive from one another share a managed buffer, the one real request to the exporter; it is given back when the last of them is released.
//! Invariant: while a view is not released, its pointers are valid. Parts: `item` (formats), `methods`, `subscript`, `iter`.

mod item;
mod iter;
mod methods;
mod subscript;

pub use iter::PyMemoryIter;

use crate::abstract_::buffer::{self, Buffer, FULL_RO};
use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::field::{FieldCell, GcField, Visit};
use crate::gc;
use crate::refs::*;
use crate::typeobj::PyType;
use crate::weakref::WeakList;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::ffi::{CStr, CString, c_char, c_int};
use taipan_abi::Py_buffer;
use taipan_macros::pytype;

/// The type of exporters that stand for memory without an owner; `memoryview.obj` does not show them.
static STAND_IN: std::sync::atomic::AtomicPtr<PyType> = std::sync::atomic::AtomicPtr::new(std::ptr::null_mut());

/// Let `memoryview.obj` be None where an object of this type exports the memory.
pub fn hide_exporters_of(ty: &'static PyType) {
    STAND_IN.store(ty as *const PyType as *mut PyType, std::sync::atomic::Ordering::Relaxed);
}

/// The one request to the exporter behind some views.
#[pytype(name = "managedbuffer", export = "_PyManagedBuffer_Type", gc, no_new, parts(), doc = "")]
#[repr(C)]
pub struct ManagedBuffer {
    head: ObjHead,
    /// Views that are not released.
    views: Cell<isize>,
    master: RefCell<Option<Buffer>>,
}

impl GcField for Buffer {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        // SAFETY: null or the exporter, alive while the buffer is.
        match unsafe { (self.view().obj as *const Object).as_ref() } {
            Some(o) => v.object(o),
            None => Ok(()),
        }
    }
}

/// The view, at the place where C code expects it.
#[repr(transparent)]
struct View(UnsafeCell<Py_buffer>);
impl GcField for View {}

/// Create a new memoryview object which references the given object.
#[pytype(name = "memoryview", export = "PyMemoryView_Type", gc, sequence, itemsize = 8, no_dealloc, parts(PART, SUBSCRIPT))]
#[repr(C)]
pub struct PyMemoryView {
    head: VarHead,
    mbuf: FieldCell<ManagedBuffer>,
    hash: Cell<isize>,
    flags: Cell<c_int>,
    exports: Cell<isize>,
    /// Its format is a `CString` of the view's own, in `internal`.
    view: View,
    weak: WeakList,
    // The items: shape, strides, suboffsets.
}

const _: () = {
    use std::mem::offset_of;
    assert!(offset_of!(PyMemoryView, view) == 56 && offset_of!(PyMemoryView, weak) == 136 && size_of::<PyMemoryView>() == ITEMS_AT);
};

/// Where the items lie (`ob_array`), bytes.
const ITEMS_AT: usize = 144;
/// Items of each dimension.
const PER_DIM: usize = 3;

/// `_Py_MEMORYVIEW_RELEASED`.
const RELEASED: c_int = 1;
/// `_Py_MEMORYVIEW_RESTRICTED`.
const RESTRICTED: c_int = 0x20;
/// Most dimensions (`PyBUF_MAX_NDIM`).
pub const NDIM_MAX: usize = 64;

/// Everything about a view but who owns it.
#[derive(Clone)]
struct Form {
    buf: *mut u8,
    len: isize,
    itemsize: isize,
    readonly: bool,
    format: CString,
    shape: Vec<isize>,
    strides: Vec<isize>,
    suboffsets: Option<Vec<isize>>,
}

impl Form {
    /// The form of a filled buffer request.
    fn of(b: &Py_buffer) -> Form {
        let n = b.ndim.max(0) as usize;
        // SAFETY: an exporter's arrays have `ndim` items, or are null.
        let list = |p: *mut isize| if p.is_null() { None } else { Some(unsafe { std::slice::from_raw_parts(p, n) }.to_vec()) };
        let itemsize = b.itemsize.max(1);
        let shape = list(b.shape).unwrap_or_else(|| if n == 1 { vec![b.len / itemsize] } else { vec![0; n] });
        let strides = list(b.strides).unwrap_or_else(|| c_strides(&shape, b.itemsize));
        // SAFETY: null or a C string.
        let format = if b.format.is_null() { c"B".to_owned() } else { unsafe { CStr::from_ptr(b.format) }.to_owned() };
        Form { buf: b.buf as *mut u8, len: b.len, itemsize: b.itemsize, readonly: b.readonly != 0, format, shape, strides, suboffsets: list(b.suboffsets) }
    }
}

/// Strides of items that lie row by row.
fn c_strides(shape: &[isize], itemsize: isize) -> Vec<isize> {
    let mut out = vec![itemsize; shape.len()];
    for i in (0..shape.len().saturating_sub(1)).rev() {
        out[i] = out[i + 1].wrapping_mul(shape[i + 1]);
    }
    out
}

/// Strides of items that lie column by column.
fn fortran_strides(shape: &[isize], itemsize: isize) -> Vec<isize> {
    let mut out = vec![itemsize; shape.len()];
    for i in 1..shape.len() {
        out[i] = out[i - 1].wrapping_mul(shape[i - 1]);
    }
    out
}

impl PyMemoryView {
    /// A view of a copy of the items, row by row or column by column, with the same format and shape.
    pub fn contiguous_copy(&self, fortran: bool, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        self.check(cx)?;
        let b = crate::types::bytes::PyBytes::new(&self.to_vec(fortran), cx)?;
        let base = PyMemoryView::from_object(b.as_object(), cx)?;
        let (mine, mut f) = (self.form(), base.form());
        f.itemsize = mine.itemsize;
        f.strides = if fortran { fortran_strides(&mine.shape, mine.itemsize) } else { c_strides(&mine.shape, mine.itemsize) };
        f.shape = mine.shape;
        f.format = mine.format;
        f.suboffsets = None;
        base.with_form(f, cx)
    }
    /// The memory of a contiguous view as a row of bytes.
    pub fn flat_bytes(&self, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        self.check(cx)?;
        let mut f = self.form();
        (f.itemsize, f.format, f.shape, f.strides, f.suboffsets) = (1, c"B".to_owned(), vec![f.len], vec![1], None);
        self.with_form(f, cx)
    }
    /// `memoryview(obj)` (`PyMemoryView_FromObject`).
    pub fn of(obj: &Object, flags: c_int, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        if let Some(m) = obj.downcast::<PyMemoryView>() {
            m.check(cx)?;
            let Some(mb) = m.mbuf.own() else { return Err(m.released_error(cx)) };
            return PyMemoryView::derive(&mb, m.form(), cx);
        }
        if !buffer::has_buffer(obj) {
            return Err(cx.type_error(format_args!("memoryview: a bytes-like object is required, not '{}'", obj.ty().tp_name_str())));
        }
        let b = Buffer::get(obj, flags, cx)?;
        PyMemoryView::over(b, cx)
    }

    /// A view of a filled buffer.
    pub(crate) fn over(b: Buffer, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        if b.view().ndim as usize > NDIM_MAX {
            return Err(cx.value_error(format_args!("memoryview: number of dimensions must not exceed {NDIM_MAX}")));
        }
        let form = Form::of(b.view());
        let mb = cx.new_object(ManagedBuffer { head: Object::placeholder(), views: Cell::new(0), master: RefCell::new(Some(b)) })?;
        PyMemoryView::derive(&mb, form, cx)
    }

    /// A view for `__release_buffer__`: of memory that somebody else gives back, and nothing can be derived from it.
    pub(crate) fn lent(view: &Py_buffer, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        let m = PyMemoryView::over(Buffer::lent(view), cx)?;
        m.flags.set(m.flags.get() | RESTRICTED);
        Ok(m)
    }

    /// The object behind the view, unless it is released.
    pub(crate) fn exporter(&self) -> Option<&Object> {
        if self.is_released() || self.mbuf.is_empty() {
            return None;
        }
        // SAFETY: null or alive while the view is not released.
        unsafe { (self.raw().obj as *const Object).as_ref() }
    }

    /// Raise when new views must not be made of this one.
    fn check_restricted(&self, cx: &mut Cx) -> PyResult<()> {
        if self.flags.get() & RESTRICTED != 0 {
            return Err(cx.value_error(format_args!("cannot create new view on restricted memoryview")));
        }
        Ok(())
    }

    /// A view of an object, writable or not as the exporter wants.
    pub fn from_object(obj: &Object, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        PyMemoryView::of(obj, FULL_RO, cx)
    }

    fn derive(mb: &Own<ManagedBuffer>, f: Form, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        let n = f.shape.len();
        gc::before_alloc(cx);
        let block = alloc::malloc(block_bytes(n));
        if block.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh block: header, struct, items. `obj` is borrowed from the managed buffer.
        unsafe {
            (block as *mut [usize; 2]).write([0, 0]);
            let m = block.add(gc::GC_HEAD_BYTES) as *mut PyMemoryView;
            let dims = (m as *mut u8).add(ITEMS_AT) as *mut isize;
            for i in 0..n {
                *dims.add(i) = f.shape[i];
                *dims.add(n + i) = f.strides[i];
                *dims.add(2 * n + i) = f.suboffsets.as_ref().map_or(-1, |s| s[i]);
            }
            let mut v: Py_buffer = std::mem::zeroed();
            v.buf = f.buf as *mut _;
            v.obj = mb.master.borrow().as_ref().map_or(std::ptr::null_mut(), |b| b.view().obj);
            v.len = f.len;
            v.itemsize = f.itemsize;
            v.readonly = f.readonly as c_int;
            v.ndim = n as c_int;
            v.format = f.format.into_raw();
            v.internal = v.format as *mut _;
            v.shape = dims;
            v.strides = dims.add(n);
            v.suboffsets = if f.suboffsets.is_some() { dims.add(2 * n) } else { std::ptr::null_mut() };
            m.write(PyMemoryView {
                head: VarHead { head: Object::new_heap(PyMemoryView::ty()), size: Cell::new((PER_DIM * n) as isize) },
                mbuf: FieldCell::new(Some(mb.clone())),
                hash: Cell::new(-1),
                flags: Cell::new(0),
                exports: Cell::new(0),
                view: View(UnsafeCell::new(v)),
                weak: WeakList::new(),
            });
            mb.views.set(mb.views.get() + 1);
            gc::track(m as *mut Object);
            Ok(Own::from_raw(m as *mut Object))
        }
    }

    #[inline(always)]
    fn raw(&self) -> &Py_buffer {
        // SAFETY: written only at construction.
        unsafe { &*self.view.0.get() }
    }
    /// The shape (0), strides (1) or suboffsets (2).
    fn items(&self, which: usize) -> &[isize] {
        let n = self.head.size.get() as usize / PER_DIM;
        // SAFETY: `derive` made room for this many and filled them.
        unsafe { std::slice::from_raw_parts((std::ptr::from_ref(self) as *const u8).add(ITEMS_AT).cast::<isize>().add(which * n), n) }
    }
    fn format_c(&self) -> &CStr {
        // SAFETY: made by `derive`, freed by `drop`.
        unsafe { CStr::from_ptr(self.raw().internal as *const c_char) }
    }
    fn ndim(&self) -> usize {
        self.raw().ndim as usize
    }
    fn shape(&self) -> &[isize] {
        self.items(0)
    }
    fn strides(&self) -> &[isize] {
        self.items(1)
    }
    fn suboffsets(&self) -> Option<&[isize]> {
        if self.raw().suboffsets.is_null() { None } else { Some(self.items(2)) }
    }
    fn format(&self) -> &str {
        self.format_c().to_str().unwrap_or("?")
    }
    fn form(&self) -> Form {
        let r = self.raw();
        Form {
            buf: r.buf as *mut u8,
            len: r.len,
            itemsize: r.itemsize,
            readonly: r.readonly != 0,
            format: self.format_c().to_owned(),
            shape: self.shape().to_vec(),
            strides: self.strides().to_vec(),
            suboffsets: self.suboffsets().map(<[isize]>::to_vec),
        }
    }
    fn is_released(&self) -> bool {
        self.flags.get() & RELEASED != 0
    }
    fn released_error(&self, cx: &mut Cx) -> crate::err::Raised {
        cx.value_error(format_args!("operation forbidden on released memoryview object"))
    }
    /// Raise unless the view can be used.
    fn check(&self, cx: &mut Cx) -> PyResult<()> {
        if self.is_released() || self.mbuf.is_empty() { Err(self.released_error(cx)) } else { Ok(()) }
    }

    /// Give the buffer back. Raises `BufferError` while others use this view.
    pub fn release(&self, cx: &mut Cx) -> PyResult<()> {
        if self.is_released() {
            return Ok(());
        }
        let n = self.exports.get();
        if n > 0 {
            return Err(cx.buffer_error(format_args!("memoryview has {n} exported buffer{}", if n == 1 { "" } else { "s" })));
        }
        self.flags.set(self.flags.get() | RELEASED);
        self.let_go();
        Ok(())
    }

    /// Whether somebody holds a buffer of this view.
    pub(crate) fn is_exported(&self) -> bool {
        self.exports.get() > 0
    }

    fn let_go(&self) {
        if let Some(mb) = self.mbuf.take() {
            mb.views.set(mb.views.get() - 1);
            if mb.views.get() == 0 {
                drop(mb.master.take());
            }
        }
    }

    fn is_c_contiguous(&self) -> bool {
        if self.suboffsets().is_some() {
            return false;
        }
        let mut want = self.raw().itemsize;
        for (n, s) in self.shape().iter().zip(self.strides()).rev() {
            if *n > 1 && *s != want {
                return self.raw().len == 0;
            }
            want = want.wrapping_mul(*n);
        }
        true
    }
    fn is_f_contiguous(&self) -> bool {
        if self.suboffsets().is_some() {
            return false;
        }
        let mut want = self.raw().itemsize;
        for (n, s) in self.shape().iter().zip(self.strides()) {
            if *n > 1 && *s != want {
                return self.raw().len == 0;
            }
            want = want.wrapping_mul(*n);
        }
        true
    }

    /// The address of the item at a position along dimension `dim`, from `p`.
    fn step(&self, p: *mut u8, dim: usize, i: isize) -> *mut u8 {
        let q = p.wrapping_offset(self.strides()[dim].wrapping_mul(i));
        match self.suboffsets() {
            // SAFETY: the exporter's contract: a pointer lies there.
            Some(s) if s[dim] >= 0 => unsafe { (*(q as *mut *mut u8)).wrapping_offset(s[dim]) },
            _ => q,
        }
    }

    /// The bytes of one item.
    fn item_bytes(&self, p: *mut u8) -> &[u8] {
        // SAFETY: `p` is the address of an item of a view that is not released.
        unsafe { std::slice::from_raw_parts(p, self.raw().itemsize as usize) }
    }

    /// Call `f` with the address of every item, row by row.
    fn walk(&self, fortran: bool, f: &mut dyn FnMut(*mut u8)) {
        let n = self.ndim();
        if self.shape().contains(&0) {
            return;
        }
        let mut at = vec![0isize; n];
        loop {
            let p = (0..n).fold(self.raw().buf as *mut u8, |p, d| self.step(p, d, at[d]));
            f(p);
            // Count up, the last dimension first (or the first one).
            let mut k = 0;
            loop {
                if k == n {
                    return;
                }
                let d = if fortran { k } else { n - 1 - k };
                at[d] += 1;
                if at[d] < self.shape()[d] {
                    break;
                }
                at[d] = 0;
                k += 1;
            }
        }
    }

    /// A copy of the items, row by row.
    fn to_vec(&self, fortran: bool) -> Vec<u8> {
        let n = self.raw().len.max(0) as usize;
        if n == 0 {
            return Vec::new();
        }
        if if fortran { self.is_f_contiguous() } else { self.is_c_contiguous() } {
            // SAFETY: `len` contiguous bytes.
            return unsafe { std::slice::from_raw_parts(self.raw().buf as *const u8, n) }.to_vec();
        }
        let mut out = Vec::with_capacity(n);
        self.walk(fortran, &mut |p| out.extend_from_slice(self.item_bytes(p)));
        out
    }
}

/// A view that dies gives its share of the buffer back.
impl Drop for PyMemoryView {
    fn drop(&mut self) {
        if !self.is_released() {
            self.let_go();
        }
        // SAFETY: from `into_raw`, freed once.
        drop(unsafe { CString::from_raw(self.raw().internal as *mut c_char) });
    }
}

fn block_bytes(ndim: usize) -> usize {
    gc::GC_HEAD_BYTES + ITEMS_AT + PER_DIM * ndim * size_of::<isize>()
}

/// `tp_dealloc`: the size follows from the number of items.
unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying view; its fields are dropped once.
    unsafe {
        gc::untrack(obj);
        crate::weakref::clear_refs_of(obj);
        let bytes = block_bytes((*(obj as *const PyMemoryView)).head.size.get() as usize / PER_DIM);
        std::ptr::drop_in_place(obj as *mut PyMemoryView);
        alloc::free((obj as *mut u8).sub(gc::GC_HEAD_BYTES), bytes);
    }
}

/// A copy of a buffer's items, row by row, whatever their strides.
pub(crate) fn copy_of(b: Buffer, cx: &mut Cx) -> PyResult<Vec<u8>> {
    Ok(PyMemoryView::over(b, cx)?.to_vec(false))
}

/// The type.
pub fn memoryview_type() -> &'static PyType {
    PyMemoryView::ty()
}
