//! `memoryview` as Python sees it: methods, attributes, comparison, and the buffer it offers itself.

use super::item::{native_char, size_of_format, unpack};
use super::{Form, NDIM_MAX, PyMemoryIter, PyMemoryView, c_strides};
use crate::abstract_::buffer::{self, has_buffer};
use crate::abstract_::{self, CmpOp, number};
use crate::prelude::*;
use crate::types::boolean::from_bool;
use crate::types::bytes::{PyBytes, args::to_hex};
use crate::types::list::clip;
use std::ffi::{CString, c_int};
use taipan_abi::Py_buffer;

/// A tuple of sizes.
fn sizes(v: &[isize], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let mut out = Vec::with_capacity(v.len());
    for n in v {
        out.push(PyInt::new(*n as i64, cx)?.into_object());
    }
    PyTuple::from_vec(out, cx)
}

impl PyMemoryView {
    /// Run code that must not release the view: trying raises `BufferError`.
    fn hold<R>(&self, f: impl FnOnce() -> R) -> R {
        self.exports.set(self.exports.get() + 1);
        let r = f();
        self.exports.set(self.exports.get() - 1);
        r
    }

    /// The items of dimension `dim` at `p`, nested.
    fn list_at(&self, p: *mut u8, dim: usize, f: u8, cx: &mut Cx) -> PyResult<Own<Object>> {
        if dim == self.ndim() {
            return unpack(f, self.item_bytes(p), cx);
        }
        let mut out = Vec::new();
        for i in 0..self.shape()[dim] {
            out.push(self.list_at(self.step(p, dim, i), dim + 1, f, cx)?);
        }
        PyList::from_vec(out, cx).map(Own::into_object)
    }

    /// Equality of shape and items.
    fn equals(&self, other: &Object, cx: &mut Cx) -> PyResult<Option<bool>> {
        if self.is_released() {
            return Ok(Some(self.is(other)));
        }
        let o = match other.downcast::<PyMemoryView>() {
            Some(m) if m.is_released() => return Ok(Some(self.is(other))),
            Some(m) => m.new_ref(),
            None if has_buffer(other) => match PyMemoryView::from_object(other, cx) {
                Ok(m) => m,
                Err(r) => {
                    cx.discard(r);
                    return Ok(None);
                }
            },
            None => return Ok(None),
        };
        // A dimension without items ends the comparison of shapes.
        let (a, b) = (self.shape(), o.shape());
        if a.len() != b.len() {
            return Ok(Some(false));
        }
        for (x, y) in a.iter().zip(b) {
            if x != y {
                return Ok(Some(false));
            }
            if *x == 0 {
                return Ok(Some(true));
            }
        }
        let mut unpack_a = Unpacker::new(self, cx)?;
        let mut unpack_b = Unpacker::new(&o, cx)?;
        let same_int_format = unpack_a.kind.is_some_and(|k| b"bBhHiIlLqQnNc".contains(&k)) && unpack_a.kind == unpack_b.kind;
        if same_int_format {
            return Ok(Some(self.to_vec(false) == o.to_vec(false)));
        }
        let (mut pa, mut pb) = (Vec::new(), Vec::new());
        self.walk(false, &mut |p| pa.push(p));
        o.walk(false, &mut |p| pb.push(p));
        for (p, q) in pa.into_iter().zip(pb) {
            let (Some(x), Some(y)) = (unpack_a.get(self, p, cx)?, unpack_b.get(&o, q, cx)?) else { return Ok(Some(false)) };
            if !abstract_::eq_value(&x, &y, cx)? {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }
}

/// Reads items of any format, through `struct` where the format is not a plain native one.
struct Unpacker {
    kind: Option<u8>,
    slow: Option<Own<Object>>,
}

impl Unpacker {
    fn new(m: &PyMemoryView, cx: &mut Cx) -> PyResult<Unpacker> {
        let kind = native_char(m.format());
        if kind.is_some() {
            return Ok(Unpacker { kind, slow: None });
        }
        let ty = cx.import_attr("struct", "Struct")?;
        let f = PyStr::new(m.format(), cx)?;
        // A format that `struct` does not know makes views unequal.
        match crate::call::call(&ty, &[&f], cx) {
            Ok(s) => Ok(Unpacker { kind: None, slow: Some(s) }),
            Err(r) => {
                let err = cx.take_raised(r);
                let wanted = cx.import_attr("struct", "error")?;
                if abstract_::is_instance(&err, &wanted, cx)? { Ok(Unpacker { kind: None, slow: None }) } else { Err(cx.set_raised(err)) }
            }
        }
    }
    fn get(&mut self, m: &PyMemoryView, p: *mut u8, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if let Some(k) = self.kind {
            return unpack(k, m.item_bytes(p), cx).map(Some);
        }
        let Some(s) = &self.slow else { return Ok(None) };
        let b = PyBytes::new(m.item_bytes(p), cx)?;
        let t = crate::call::call_method(s, name!(cx, "unpack"), &[b.as_object()], cx)?;
        match t.downcast::<PyTuple>().map(|t| t.as_slice()) {
            Some([one]) => Ok(Some(one.own())),
            _ => Ok(Some(t)),
        }
    }
}

#[pymethods]
impl PyMemoryView {
    #[new("memoryview(object)")]
    fn py_new(_cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        PyMemoryView::from_object(object, cx)
    }
    #[slot_raw(tp_dealloc)]
    unsafe extern "C" fn dealloc(o: *mut Object) {
        // SAFETY: as a slot.
        unsafe { super::dealloc(o) }
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let p = self.as_object().as_ptr();
        if self.is_released() { format!("<released memory at {p:p}>") } else { format!("<memory at {p:p}>") }
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        if self.hash.get() != -1 {
            return Ok(self.hash.get());
        }
        self.check(cx)?;
        if self.raw().readonly == 0 {
            return Err(cx.value_error(format_args!("cannot hash writable memoryview object")));
        }
        if !matches!(native_char(self.format()), Some(b'B' | b'b' | b'c')) {
            return Err(cx.value_error(format_args!("memoryview: hashing is restricted to formats 'B', 'b' or 'c'")));
        }
        // SAFETY: null or the exporter.
        if let Some(o) = unsafe { (self.raw().obj as *const Object).as_ref() } {
            // The exporter itself must be hashable.
            let o = o.own();
            self.hold(|| abstract_::hash(&o, cx))?;
        }
        self.check(cx)?;
        let h = crate::hash::hash_bytes(&self.to_vec(false));
        self.hash.set(h);
        Ok(h)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(not_implemented().own());
        }
        Ok(match self.equals(other, cx)? {
            Some(same) => from_bool(same == (op == CmpOp::Eq)),
            None => not_implemented().own(),
        })
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<PyMemoryIter>> {
        self.check(cx)?;
        match self.ndim() {
            0 => Err(cx.type_error(format_args!("invalid indexing of 0-dim memory"))),
            1 => {
                self.native(cx)?;
                PyMemoryIter::of(self, cx)
            }
            _ => Err(cx.not_implemented_error(format_args!("multi-dimensional sub-views are not implemented"))),
        }
    }
    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut Py_buffer, flags: c_int, cx: &mut Cx) -> PyResult<()> {
        self.check(cx)?;
        self.check_restricted(cx)?;
        let asks = |f: c_int| flags & f == f;
        if asks(buffer::WRITABLE) && self.raw().readonly != 0 {
            return Err(cx.buffer_error(format_args!("memoryview: underlying buffer is not writable")));
        }
        let (c, f) = (self.is_c_contiguous(), self.is_f_contiguous());
        if asks(buffer::C_CONTIGUOUS) && !c {
            return Err(cx.buffer_error(format_args!("memoryview: underlying buffer is not C-contiguous")));
        }
        if asks(buffer::F_CONTIGUOUS) && !f {
            return Err(cx.buffer_error(format_args!("memoryview: underlying buffer is not Fortran contiguous")));
        }
        if asks(buffer::ANY_CONTIGUOUS) && !c && !f {
            return Err(cx.buffer_error(format_args!("memoryview: underlying buffer is not contiguous")));
        }
        if !asks(buffer::INDIRECT) && self.suboffsets().is_some() {
            return Err(cx.buffer_error(format_args!("memoryview: underlying buffer requires suboffsets")));
        }
        if !asks(buffer::STRIDES) && !c {
            return Err(cx.buffer_error(format_args!("memoryview: underlying buffer is not C-contiguous")));
        }
        if !asks(buffer::ND) && asks(buffer::FORMAT) {
            return Err(cx.buffer_error(format_args!("memoryview: cannot cast to unsigned bytes if the format flag is present")));
        }
        // SAFETY: slot contract; shape, strides and format lie in this object, which the view owns.
        unsafe {
            let v = &mut *view;
            let r = self.raw();
            v.buf = r.buf;
            v.obj = self.own().into_raw() as *mut _;
            v.len = r.len;
            v.itemsize = r.itemsize;
            v.readonly = r.readonly;
            v.ndim = r.ndim;
            v.format = if asks(buffer::FORMAT) { r.format } else { std::ptr::null_mut() };
            v.shape = r.shape;
            v.strides = if asks(buffer::STRIDES) { r.strides } else { std::ptr::null_mut() };
            v.suboffsets = r.suboffsets;
            v.internal = std::ptr::null_mut();
            if r.ndim == 0 {
                v.shape = std::ptr::null_mut();
                v.strides = std::ptr::null_mut();
            }
            if !asks(buffer::ND) {
                v.ndim = 1;
                v.shape = std::ptr::null_mut();
            }
        }
        self.exports.set(self.exports.get() + 1);
        Ok(())
    }
    #[slot(bf_releasebuffer)]
    fn releasebuffer(&self, _view: *mut Py_buffer) {
        self.exports.set(self.exports.get() - 1);
    }

    /// Release the underlying buffer exposed by the memoryview object.
    #[method("release()")]
    fn py_release(&self, cx: &mut Cx) -> PyResult<()> {
        self.release(cx)
    }
    #[method("__enter__()", doc = "")]
    fn enter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.check(cx)?;
        Ok(self.own())
    }
    /// Release the underlying buffer exposed by the memoryview object.
    #[method("__exit__(*exc_info)")]
    fn exit(&self, exc_info: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        let _ = exc_info;
        self.release(cx)
    }
    /// Return the data in the buffer as a byte string.
    ///
    /// Order can be {'C', 'F', 'A'}.  When order is 'C' or 'F', the data of
    /// the original array is converted to C or Fortran order.  For
    /// contiguous views, 'A' returns an exact copy of the physical memory.
    /// In particular, in-memory Fortran order is preserved.  For
    /// non-contiguous views, the data is converted to C first.  order=None
    /// is the same as order='C'.
    #[method("tobytes(order='C')")]
    fn tobytes(&self, order: NoneOr<&PyStr>, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        self.check(cx)?;
        let fortran = match order.0 {
            None => false,
            Some(o) if o.eq_text("C") => false,
            Some(o) if o.eq_text("F") => true,
            Some(o) if o.eq_text("A") => self.is_f_contiguous() && !self.is_c_contiguous(),
            Some(_) => return Err(cx.value_error(format_args!("order must be 'C', 'F' or 'A'"))),
        };
        PyBytes::new(&self.to_vec(fortran), cx)
    }
    /// Return the data in the buffer as a str of hexadecimal numbers.
    ///
    ///   sep
    ///     An optional single character or byte to separate hex bytes.
    ///   bytes_per_sep
    ///     How many bytes between separators.  Positive values count from
    ///     the right, negative values count from the left.
    ///
    /// Example:
    /// >>> value = memoryview(b'\xb9\x01\xef')
    /// >>> value.hex()
    /// 'b901ef'
    /// >>> value.hex(':')
    /// 'b9:01:ef'
    /// >>> value.hex(':', 2)
    /// 'b9:01ef'
    /// >>> value.hex(':', -2)
    /// 'b901:ef'
    #[method("hex(sep=<unrepresentable>, bytes_per_sep=1)")]
    fn hex(&self, sep: Option<&Object>, bytes_per_sep: isize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.check(cx)?;
        self.hold(|| to_hex(&self.to_vec(false), sep, bytes_per_sep, cx))
    }
    /// Return the data in the buffer as a list of elements.
    #[method("tolist()")]
    fn tolist(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.check(cx)?;
        let f = self.native(cx)?;
        self.list_at(self.raw().buf as *mut u8, 0, f, cx)
    }
    /// Return a readonly version of the memoryview.
    #[method("toreadonly()")]
    fn toreadonly(&self, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        self.check(cx)?;
        let f = Form { readonly: true, ..self.form() };
        self.with_form(f, cx)
    }
    /// Cast a memoryview to a new format or shape.
    #[method("cast(format, shape=<unrepresentable>)")]
    fn cast(&self, format: &PyStr, shape: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        self.check(cx)?;
        if !self.is_c_contiguous() {
            return Err(cx.type_error(format_args!("memoryview: casts are restricted to C-contiguous views")));
        }
        if (shape.is_some() || self.ndim() != 1) && self.shape().contains(&0) {
            return Err(cx.type_error(format_args!("memoryview: cannot cast view with zeros in shape or strides")));
        }
        let shape = match shape {
            None => None,
            Some(s) => Some(dimensions(s, cx)?),
        };
        if shape.as_ref().is_some_and(|s| s.len() != 1) && self.ndim() != 1 {
            return Err(cx.type_error(format_args!("memoryview: cast must be 1D -> ND or ND -> 1D")));
        }
        let text = format.to_string_lossy();
        let (Some(to), Ok(format)) = (native_char(&text), CString::new(text.clone())) else {
            return Err(cx.value_error(format_args!("memoryview: destination format must be a native single character format prefixed with an optional '@'")));
        };
        let bytes = |c: Option<u8>| matches!(c, Some(b'B' | b'b' | b'c'));
        let from = native_char(self.format());
        if !bytes(from) && !bytes(Some(to)) {
            return Err(cx.type_error(format_args!("memoryview: cannot cast between two non-byte formats")));
        }
        let size = size_of_format(to).unwrap_or(1) as isize;
        let len = self.raw().len;
        if len % size != 0 {
            return Err(cx.type_error(format_args!("memoryview: length is not a multiple of itemsize")));
        }
        let mut f = self.form();
        (f.format, f.itemsize, f.suboffsets) = (format, size, None);
        f.shape = vec![len / size];
        if let Some(s) = shape {
            // The elements are looked at last.
            let s = shape_of(&s, cx)?;
            let Some(n) = s.iter().try_fold(size, |n, d| n.checked_mul(*d)) else {
                return Err(cx.value_error(format_args!("memoryview.cast(): product(shape) > SSIZE_MAX")));
            };
            if n != len {
                return Err(cx.type_error(format_args!("memoryview: product(shape) * itemsize != buffer size")));
            }
            f.shape = s;
        }
        f.strides = c_strides(&f.shape, size);
        self.with_form(f, cx)
    }
    /// Create a new memoryview object which references the given object.
    #[classmethod("_from_flags(object, flags)")]
    fn from_flags(_cls: &PyType, object: &Object, flags: i32, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        PyMemoryView::of(object, flags, cx)
    }
    /// Count the number of occurrences of a value.
    #[method("count(value, /)")]
    fn count(&self, value: &Object, cx: &mut Cx) -> PyResult<isize> {
        let it = self.iter(cx)?;
        let mut n = 0;
        while let Some(v) = abstract_::iter::next(&it, cx)? {
            n += abstract_::eq(&v, value, cx)? as isize;
        }
        Ok(n)
    }
    /// Return the index of the first occurrence of a value.
    ///
    /// Raises ValueError if the value is not present.
    #[method("index(value, start=0, stop=sys.maxsize, /)")]
    fn index(&self, value: &Object, start: Option<SliceIndex>, stop: Option<SliceIndex>, cx: &mut Cx) -> PyResult<isize> {
        self.check(cx)?;
        match self.ndim() {
            0 => return Err(cx.type_error(format_args!("invalid lookup on 0-dim memory"))),
            1 => {}
            _ => return Err(cx.not_implemented_error(format_args!("multi-dimensional lookup is not implemented"))),
        }
        let n = self.first_len() as usize;
        let (lo, hi) = (clip(start.map_or(0, |s| s.0), n), clip(stop.map_or(isize::MAX, |s| s.0), n).min(n));
        for i in lo..hi {
            self.check(cx)?;
            let v = self.get_one(i as isize, cx)?;
            if abstract_::eq(&v, value, cx)? {
                return Ok(i as isize);
            }
        }
        Err(cx.value_error(format_args!("memoryview.index(x): x not found")))
    }
    /// memoryviews are generic over the type of their underlying data
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        crate::types::object_::generic_alias_hook(cls, object, cx)
    }

    /// The underlying object of the memoryview.
    #[getter("obj")]
    fn obj(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.check(cx)?;
        // SAFETY: null or the exporter, alive while the view is not released.
        let exporter = unsafe { (self.raw().obj as *const Object).as_ref() };
        let stand_in = super::STAND_IN.load(std::sync::atomic::Ordering::Relaxed);
        Ok(exporter.filter(|o| !std::ptr::eq(o.ty(), stand_in)).unwrap_or(none()).own())
    }
    /// The amount of space in bytes that the array would use in
    ///  a contiguous representation.
    #[getter("nbytes")]
    fn nbytes(&self, cx: &mut Cx) -> PyResult<isize> {
        self.check(cx)?;
        Ok(self.raw().len)
    }
    /// A bool indicating whether the memory is read only.
    #[getter("readonly")]
    fn readonly(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx)?;
        Ok(self.raw().readonly != 0)
    }
    /// The size in bytes of each element of the memoryview.
    #[getter("itemsize")]
    fn itemsize(&self, cx: &mut Cx) -> PyResult<isize> {
        self.check(cx)?;
        Ok(self.raw().itemsize)
    }
    /// A string containing the format (in struct module style)
    ///  for each element in the view.
    #[getter("format")]
    fn get_format(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.check(cx)?;
        PyStr::new(self.format(), cx)
    }
    /// An integer indicating how many dimensions of a multi-dimensional
    ///  array the memory represents.
    #[getter("ndim")]
    fn get_ndim(&self, cx: &mut Cx) -> PyResult<usize> {
        self.check(cx)?;
        Ok(self.ndim())
    }
    /// A tuple of ndim integers giving the shape of the memory
    ///  as an N-dimensional array.
    #[getter("shape")]
    fn get_shape(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.check(cx)?;
        sizes(self.shape(), cx)
    }
    /// A tuple of ndim integers giving the size in bytes to access
    ///  each element for each dimension of the array.
    #[getter("strides")]
    fn get_strides(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.check(cx)?;
        sizes(self.strides(), cx)
    }
    /// A tuple of integers used internally for PIL-style arrays.
    #[getter("suboffsets")]
    fn get_suboffsets(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.check(cx)?;
        sizes(self.suboffsets().unwrap_or(&[]), cx)
    }
    /// A bool indicating whether the memory is C contiguous.
    #[getter("c_contiguous")]
    fn c_contiguous(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx)?;
        Ok(self.is_c_contiguous())
    }
    /// A bool indicating whether the memory is Fortran contiguous.
    #[getter("f_contiguous")]
    fn f_contiguous(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx)?;
        Ok(self.is_f_contiguous())
    }
    /// A bool indicating whether the memory is contiguous.
    #[getter("contiguous")]
    fn contiguous(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx)?;
        Ok(self.is_c_contiguous() || self.is_f_contiguous())
    }
}

/// The argument `shape` of `cast`: a list or tuple with an element per dimension.
fn dimensions(s: &Object, cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
    if !s.is_a::<PyList>() && !s.is_a::<PyTuple>() {
        return Err(cx.type_error(format_args!("shape must be a list or a tuple")));
    }
    let items = abstract_::iter::collect(s, cx)?;
    if items.len() > NDIM_MAX {
        return Err(cx.value_error(format_args!("memoryview: number of dimensions must not exceed {NDIM_MAX}")));
    }
    Ok(items)
}

/// The elements of a shape.
fn shape_of(items: &[Own<Object>], cx: &mut Cx) -> PyResult<Vec<isize>> {
    let mut out = Vec::with_capacity(items.len());
    for o in items {
        let Some(i) = o.downcast::<PyInt>() else {
            return Err(cx.type_error(format_args!("memoryview.cast(): elements of shape must be integers")));
        };
        let n = number::int_as_isize(i, exc::OverflowError(), cx)?;
        if n <= 0 {
            return Err(cx.value_error(format_args!("memoryview.cast(): elements of shape must be integers > 0")));
        }
        out.push(n);
    }
    Ok(out)
}
