//! The module `_struct`: values to packed bytes and back.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use taipan_object::abstract_::{self, number};
use taipan_object::call;
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::complex::{PyComplex, as_complex};
use taipan_object::types::float::PyFloat;

#[derive(Default)]
struct State {
    error: OnceCell<Own<Object>>,
    /// Formats that the module's functions took apart lately, by the string object.
    known: RefCell<[Option<(Own<Object>, Rc<Layout>)>; KNOWN]>,
}

/// Places for known formats.
const KNOWN: usize = 32;

/// Where a format is kept.
fn place_of(format: &Object) -> usize {
    let a = format.as_ptr() as usize;
    (a >> 4 ^ a >> 10) % KNOWN
}

#[cold]
fn fail(msg: std::fmt::Arguments<'_>, cx: &mut Cx) -> Raised {
    match cx.state::<State>().error.get().and_then(|c| c.downcast::<PyType>()) {
        Some(t) => cx.raise_msg(t, msg),
        None => cx.value_error(msg),
    }
}

/// One field: `count` values of `size` bytes; for `s` and `p` one value of `size` bytes.
struct Item {
    code: u8,
    at: usize,
    size: usize,
    count: usize,
}

/// A format taken apart.
struct Layout {
    text: Vec<u8>,
    items: Vec<Item>,
    size: usize,
    values: usize,
    big: bool,
}

/// Size of a format character, which is its alignment too, except for complex numbers.
fn width(code: u8, native: bool) -> Option<usize> {
    Some(match code {
        b'x' | b'b' | b'B' | b'c' | b's' | b'p' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' => if native { size_of::<std::ffi::c_long>() } else { 4 },
        b'q' | b'Q' | b'd' | b'F' => 8,
        b'D' => 16,
        b'n' | b'N' | b'P' if native => size_of::<usize>(),
        _ => return None,
    })
}

fn parse(text: Vec<u8>, cx: &mut Cx) -> PyResult<Layout> {
    if text.contains(&0) {
        return Err(fail(format_args!("embedded null character"), cx));
    }
    let (native, aligned, big, skip) = match text.first() {
        Some(b'@') => (true, true, cfg!(target_endian = "big"), 1),
        Some(b'=') => (false, false, cfg!(target_endian = "big"), 1),
        Some(b'<') => (false, false, false, 1),
        Some(b'>' | b'!') => (false, false, true, 1),
        _ => (true, true, cfg!(target_endian = "big"), 0),
    };
    let (mut items, mut size, mut values, mut at) = (Vec::new(), 0usize, 0usize, skip);
    let too_long = |cx: &mut Cx| fail(format_args!("total struct size too long"), cx);
    while let Some(&c) = text.get(at) {
        at += 1;
        if matches!(c, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) {
            continue;
        }
        let (mut code, mut count) = (c, 1usize);
        if c.is_ascii_digit() {
            count = usize::from(c - b'0');
            loop {
                let Some(&d) = text.get(at) else {
                    return Err(fail(format_args!("repeat count given without format specifier"), cx));
                };
                at += 1;
                if !d.is_ascii_digit() {
                    code = d;
                    break;
                }
                let next = count.checked_mul(10).and_then(|n| n.checked_add(usize::from(d - b'0'))).filter(|&n| n <= isize::MAX as usize);
                count = next.ok_or_else(|| too_long(cx))?;
            }
        }
        let Some(w) = width(code, native) else {
            return Err(fail(format_args!("bad char in struct format"), cx));
        };
        if aligned {
            let align = if matches!(code, b'F' | b'D') { w / 2 } else { w };
            size = size.checked_next_multiple_of(align).ok_or_else(|| too_long(cx))?;
        }
        let bytes = count.checked_mul(w).ok_or_else(|| too_long(cx))?;
        match code {
            b'x' => {}
            b's' | b'p' => {
                items.push(Item { code, at: size, size: count, count: 1 });
                values += 1;
            }
            _ if count > 0 => {
                items.push(Item { code, at: size, size: w, count });
                values += count;
            }
            _ => {}
        }
        size = size.checked_add(bytes).filter(|&n| n <= isize::MAX as usize).ok_or_else(|| too_long(cx))?;
    }
    Ok(Layout { text, items, size, values, big })
}

fn put(out: &mut [u8], le: &[u8], big: bool) {
    for (i, slot) in out.iter_mut().enumerate() {
        let from = if big { le.len().wrapping_sub(1 + i) } else { i };
        *slot = le.get(from).copied().unwrap_or(0);
    }
}

fn integer(code: u8, size: usize, v: &Object, cx: &mut Cx) -> PyResult<[u8; 8]> {
    if !number::has_index(v) {
        return Err(fail(format_args!("required argument is not an integer"), cx));
    }
    let n = number::index(v, cx)?;
    let n = n.to_i64().map(i128::from).or_else(|| n.as_ref_int().to_u64().map(i128::from));
    if code == b'P' {
        return match n {
            Some(n) => Ok((n as u64).to_le_bytes()),
            None => Err(fail(format_args!("int too large to convert"), cx)),
        };
    }
    let bits = 8 * size as u32;
    let (low, high) = if code.is_ascii_lowercase() { (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1) } else { (0, (1i128 << bits) - 1) };
    match n.filter(|n| (low..=high).contains(n)) {
        Some(n) => Ok((n as u64).to_le_bytes()),
        None => Err(fail(format_args!("'{}' format requires {low} <= number <= {high}", code as char), cx)),
    }
}

/// IEEE half precision, rounded to even; None when too large.
fn to_half(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000u16 } else { 0 };
    let a = x.abs();
    if x.is_nan() {
        return Some(sign | 0x7E00);
    }
    if a.is_infinite() {
        return Some(sign | 0x7C00);
    }
    if a < 2f64.powi(-14) {
        // Multiples of 2**-24; 1024 of them is the smallest normal number.
        return Some(sign | (a * 2f64.powi(24)).round_ties_even() as u16);
    }
    let exponent = ((a.to_bits() >> 52) as i32) - 1023;
    let mantissa = (a / 2f64.powi(exponent) * 1024.0).round_ties_even() as u32 - 1024;
    let bits = (((exponent + 15) as u32) << 10) + mantissa;
    (bits < 0x7C00).then_some(sign | bits as u16)
}

fn from_half(h: u16) -> f64 {
    let (exponent, mantissa) = (i32::from(h >> 10 & 0x1F), f64::from(h & 0x3FF));
    let a = match exponent {
        0 => mantissa * 2f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        e => (1.0 + mantissa / 1024.0) * 2f64.powi(e - 15),
    };
    if h & 0x8000 != 0 { -a } else { a }
}

fn real(code: u8, v: &Object, out: &mut [u8], big: bool, cx: &mut Cx) -> PyResult<()> {
    let x = match number::as_f64(v, cx) {
        Ok(x) => x,
        Err(r) => {
            cx.discard(r);
            return Err(fail(format_args!("required argument is not a float"), cx));
        }
    };
    let too_large = |cx: &mut Cx| cx.overflow_error(format_args!("float too large to pack with {} format", code as char));
    match code {
        b'd' => put(out, &x.to_le_bytes(), big),
        b'f' => {
            let y = x as f32;
            if y.is_infinite() && x.is_finite() {
                return Err(too_large(cx));
            }
            put(out, &y.to_le_bytes(), big);
        }
        _ => match to_half(x) {
            Some(h) => put(out, &h.to_le_bytes(), big),
            None => return Err(too_large(cx)),
        },
    }
    Ok(())
}

fn bytes_value(v: &Object, msg: &str, cx: &mut Cx) -> PyResult<Vec<u8>> {
    if let Some(b) = v.downcast::<PyBytes>() {
        return Ok(b.as_bytes().to_vec());
    }
    if v.ty().name() == "bytearray" {
        return Ok(Buffer::get(v, 0, cx)?.bytes().to_vec());
    }
    Err(fail(format_args!("{msg}"), cx))
}

/// One part of a packed complex number.
fn half_of_complex(raw: &[u8], big: bool) -> f64 {
    let mut le = [0u8; 8];
    put(le.get_mut(..raw.len()).unwrap_or_default(), raw, big);
    if raw.len() == 4 { f64::from(f32::from_bits(u64::from_le_bytes(le) as u32)) } else { f64::from_bits(u64::from_le_bytes(le)) }
}

impl Layout {
    fn pack_one(&self, item: &Item, v: &Object, out: &mut [u8], cx: &mut Cx) -> PyResult<()> {
        match item.code {
            b'c' => match v.downcast::<PyBytes>().map(PyBytes::as_bytes) {
                Some(&[b]) => put(out, &[b], false),
                _ => return Err(fail(format_args!("char format requires a bytes object of length 1"), cx)),
            },
            b'?' => put(out, &[u8::from(abstract_::is_true(v, cx)?)], false),
            b'e' | b'f' | b'd' => return real(item.code, v, out, self.big, cx),
            b'F' | b'D' => return self.pack_complex(item, v, out, cx),
            b's' => put(out, &bytes_value(v, "argument for 's' must be a bytes object", cx)?, false),
            b'p' => {
                let b = bytes_value(v, "argument for 'p' must be a bytes object", cx)?;
                if let Some((first, rest)) = out.split_first_mut() {
                    *first = b.len().min(rest.len()).min(255) as u8;
                    put(rest, &b, false);
                }
            }
            code => {
                let b = integer(code, item.size, v, cx)?;
                put(out, b.get(..item.size).unwrap_or(&b), self.big);
            }
        }
        Ok(())
    }

    fn pack_complex(&self, item: &Item, v: &Object, out: &mut [u8], cx: &mut Cx) -> PyResult<()> {
        let (re, im) = match as_complex(v, cx) {
            Ok(z) => z,
            Err(r) => {
                cx.discard(r);
                return Err(fail(format_args!("required argument is not a complex"), cx));
            }
        };
        let (first, second) = out.split_at_mut(item.size / 2);
        for (x, place) in [(re, first), (im, second)] {
            if item.code == b'D' {
                put(place, &x.to_le_bytes(), self.big);
                continue;
            }
            let y = x as f32;
            if y.is_infinite() && x.is_finite() {
                return Err(cx.overflow_error(format_args!("float too large to pack with f format")));
            }
            put(place, &y.to_le_bytes(), self.big);
        }
        Ok(())
    }

    /// Write the values into `out`, which has the layout's size and is all zeros.
    fn pack_to(&self, values: &[&Object], out: &mut [u8], cx: &mut Cx) -> PyResult<()> {
        let mut values = values.iter();
        for item in &self.items {
            for i in 0..item.count {
                let at = item.at + i * item.size;
                if let (Some(v), Some(place)) = (values.next(), out.get_mut(at..at + item.size)) {
                    self.pack_one(item, v, place, cx)?;
                }
            }
        }
        Ok(())
    }

    fn pack(&self, name: &str, values: &[&Object], cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        if values.len() != self.values {
            return Err(fail(format_args!("{name} expected {} items for packing (got {})", self.values, values.len()), cx));
        }
        let mut small = [0u8; 64];
        if let Some(out) = small.get_mut(..self.size) {
            self.pack_to(values, out, cx)?;
            return PyBytes::new(out, cx);
        }
        let mut out = Vec::new();
        if out.try_reserve_exact(self.size).is_err() {
            return Err(cx.memory_error());
        }
        out.resize(self.size, 0);
        self.pack_to(values, &mut out, cx)?;
        PyBytes::new(&out, cx)
    }

    fn unpack_one(&self, item: &Item, raw: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
        let mut le = [0u8; 8];
        if item.size <= 8 && !matches!(item.code, b's' | b'p') {
            for (i, &b) in raw.iter().enumerate() {
                le[if self.big { raw.len() - 1 - i } else { i }] = b;
            }
        }
        let word = u64::from_le_bytes(le);
        Ok(match item.code {
            b's' | b'c' => PyBytes::new(raw, cx)?.into_object(),
            b'p' => {
                let n = raw.first().map_or(0, |&n| usize::from(n)).min(raw.len().saturating_sub(1));
                PyBytes::new(raw.get(1..1 + n).unwrap_or_default(), cx)?.into_object()
            }
            b'F' | b'D' => {
                let (a, b) = raw.split_at(raw.len() / 2);
                PyComplex::new(half_of_complex(a, self.big), half_of_complex(b, self.big), cx)?.into_object()
            }
            b'?' => from_bool(word != 0),
            b'd' => PyFloat::new(f64::from_bits(word), cx)?.into_object(),
            b'f' => PyFloat::new(f64::from(f32::from_bits(word as u32)), cx)?.into_object(),
            b'e' => PyFloat::new(from_half(word as u16), cx)?.into_object(),
            code if code.is_ascii_lowercase() => {
                let shift = 64 - 8 * item.size as u32;
                PyInt::new((word << shift) as i64 >> shift, cx)?.into_object()
            }
            _ => PyInt::from_u64(word, cx)?.into_object(),
        })
    }

    fn unpack(&self, raw: &[u8], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if let ([item], 1) = (&*self.items, self.values) {
            let v = self.unpack_one(item, raw.get(item.at..item.at + item.size).unwrap_or_default(), cx)?;
            return PyTuple::from_exact([v].into_iter(), cx);
        }
        let mut out = Vec::with_capacity(self.values);
        for item in &self.items {
            for i in 0..item.count {
                let at = item.at + i * item.size;
                out.push(self.unpack_one(item, raw.get(at..at + item.size).unwrap_or_default(), cx)?);
            }
        }
        PyTuple::from_vec(out, cx)
    }

    fn unpack_all(&self, buffer: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if let Some(b) = buffer.exact::<PyBytes>() {
            return self.unpack_exactly(b.as_bytes(), cx);
        }
        let b = bytes_of(buffer, cx)?;
        self.unpack_exactly(&b, cx)
    }

    fn unpack_exactly(&self, raw: &[u8], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if raw.len() != self.size {
            return Err(fail(format_args!("unpack requires a buffer of {} bytes", self.size), cx));
        }
        self.unpack(raw, cx)
    }

    /// Where `offset` lies in a buffer of `len` bytes, when `size` bytes fit there.
    fn place(&self, offset: isize, len: usize, unpacking: bool, cx: &mut Cx) -> PyResult<usize> {
        let size = self.size;
        let mut at = offset;
        if at < 0 {
            if at + size as isize > 0 {
                let what = if unpacking { "not enough data to unpack" } else { "no space to pack" };
                return Err(fail(format_args!("{what} {size} bytes at offset {offset}"), cx));
            }
            if at + (len as isize) < 0 {
                return Err(fail(format_args!("offset {offset} out of range for {len}-byte buffer"), cx));
            }
            at += len as isize;
        }
        let at = at as usize;
        if len < at || len - at < size {
            let (f, g) = if unpacking { ("unpack_from", "unpacking") } else { ("pack_into", "packing") };
            let need = at as u128 + size as u128;
            return Err(fail(format_args!("{f} requires a buffer of at least {need} bytes for {g} {size} bytes at offset {at} (actual buffer size is {len})"), cx));
        }
        Ok(at)
    }

    fn unpack_from(&self, buffer: &Object, offset: isize, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let b = bytes_of(buffer, cx)?;
        let at = self.place(offset, b.len(), true, cx)?;
        self.unpack(b.get(at..at + self.size).unwrap_or_default(), cx)
    }

    fn pack_into(&self, args: &[&Object], cx: &mut Cx) -> PyResult<()> {
        let Some((buffer, rest)) = args.split_first() else {
            return Err(fail(format_args!("pack_into expected buffer argument"), cx));
        };
        let Some((offset, values)) = rest.split_first() else {
            return Err(fail(format_args!("pack_into expected offset argument"), cx));
        };
        if values.len() != self.values {
            return Err(fail(format_args!("pack_into expected {} items for packing (got {})", self.values, values.len()), cx));
        }
        let mut b = match Buffer::get(buffer, 1, cx) {
            Ok(b) => b,
            Err(r) => {
                cx.discard(r);
                return Err(cx.type_error(format_args!("argument must be read-write bytes-like object, not {}", buffer.ty().tp_name_str())));
            }
        };
        let offset = number::index_as_isize(offset, exc::IndexError(), cx)?;
        let at = self.place(offset, b.bytes().len(), false, cx)?;
        let packed = self.pack("pack_into", values, cx)?;
        if let Some(place) = b.bytes_mut().get_mut(at..at + self.size) {
            place.copy_from_slice(packed.as_bytes());
        }
        Ok(())
    }
}

/// A copy of what a bytes-like object holds (unpacking runs no code of the program, but makes objects).
fn bytes_of(o: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    match o.downcast::<PyBytes>() {
        Some(b) => Ok(b.as_bytes().to_vec()),
        None => Ok(Buffer::get(o, 0, cx)?.bytes().to_vec()),
    }
}

fn layout_of(format: &Object, cx: &mut Cx) -> PyResult<Rc<Layout>> {
    if let Some(s) = format.downcast::<PyStruct>() {
        return s.layout(cx);
    }
    let place = place_of(format);
    if let Some((f, l)) = &cx.state::<State>().known.borrow()[place] {
        if f.is(format) {
            return Ok(l.clone());
        }
    }
    let text = match (format.downcast::<PyStr>(), format.downcast::<PyBytes>()) {
        (Some(s), _) => match s.as_ascii() {
            Some(t) => t.as_bytes().to_vec(),
            None => {
                let at = s.code_points().position(|c| c > 0x7F).unwrap_or(0);
                let end = at + s.code_points().skip(at).take_while(|&c| c > 0x7F).count();
                let e = exc::unicode::new_encode("ascii", s, at, end, "ordinal not in range(128)", cx)?;
                return Err(cx.raise(e));
            }
        },
        (_, Some(b)) => b.as_bytes().to_vec(),
        _ => return Err(cx.type_error(format_args!("Struct() argument 1 must be a str or bytes object, not {}", format.ty().tp_name_str()))),
    };
    let layout = Rc::new(parse(text, cx)?);
    if format.is_exact::<PyStr>() {
        let old = cx.state::<State>().known.borrow_mut()[place].replace((format.own(), layout.clone()));
        drop(old);
    }
    Ok(layout)
}

/// A compiled format.
#[pytype(name = "_struct.Struct", heap, basetype, doc = "Struct(fmt) --> compiled struct object\n\n")]
#[repr(C)]
pub struct PyStruct {
    head: ObjHead,
    // Size in bytes and number of values, where CPython's struct has them: `_testbuffer` reads them.
    #[gc(skip)]
    size: Cell<isize>,
    #[gc(skip)]
    values: Cell<isize>,
    #[gc(skip)]
    layout: RefCell<Option<Rc<Layout>>>,
    weak: WeakList,
}

impl PyStruct {
    fn layout(&self, cx: &mut Cx) -> PyResult<Rc<Layout>> {
        match self.layout.borrow().clone() {
            Some(l) => Ok(l),
            None => Err(cx.runtime_error(format_args!("Struct object is not initialized"))),
        }
    }
}

#[pymethods]
impl PyStruct {
    #[slot(tp_new)]
    fn new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        Ok(cx.new_object_of(cls, PyStruct { head: Object::placeholder(), size: Cell::new(-1), values: Cell::new(-1), layout: RefCell::new(None), weak: WeakList::default() })?.into_object())
    }
    #[init("Struct(format)")]
    fn init(&self, format: &Object, cx: &mut Cx) -> PyResult<()> {
        let l = layout_of(format, cx)?;
        self.size.set(l.size as isize);
        self.values.set(l.values as isize);
        *self.layout.borrow_mut() = Some(l);
        Ok(())
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let l = self.layout(cx)?;
        Ok(format!("{}('{}')", self.ty().name(), String::from_utf8_lossy(&l.text)))
    }
    /// S.__sizeof__() -> size of S in memory, in bytes
    #[method("__sizeof__()", nosig)]
    fn sizeof(&self, cx: &mut Cx) -> PyResult<usize> {
        let l = self.layout(cx)?;
        Ok(size_of::<PyStruct>() + size_of::<Layout>() + l.text.capacity() + l.items.capacity() * size_of::<Item>())
    }
    /// S.pack(v1, v2, ...) -> bytes
    ///
    /// Return a bytes object containing values v1, v2, ... packed according
    /// to the format string S.format.  See help(struct) for more on format
    /// strings.
    #[method("pack(*args)", nosig)]
    fn pack(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        self.layout(cx)?.pack("pack", args.0, cx)
    }
    /// S.pack_into(buffer, offset, v1, v2, ...)
    ///
    /// Pack the values v1, v2, ... according to the format string S.format
    /// and write the packed bytes into the writable buffer buf starting at
    /// offset.  Note that the offset is a required argument.  A negative
    /// offset counts from the end of the buffer.  See help(struct) for more
    /// on format strings.
    #[method("pack_into(*args)", nosig)]
    fn pack_into(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        self.layout(cx)?.pack_into(args.0, cx)
    }
    /// Return a tuple containing unpacked values.
    ///
    /// Unpack according to the format string Struct.format. The buffer's size
    /// in bytes must be Struct.size.
    ///
    /// See help(struct) for more on format strings.
    #[method("unpack(buffer, /)")]
    fn unpack(&self, buffer: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.layout(cx)?.unpack_all(buffer, cx)
    }
    /// Return a tuple containing unpacked values.
    ///
    /// Values are unpacked according to the format string Struct.format.
    ///
    /// The buffer's size in bytes, starting at position offset, must be
    /// at least Struct.size.  A negative offset counts from the end of the
    /// buffer.
    ///
    /// See help(struct) for more on format strings.
    #[method("unpack_from(buffer, offset=0)")]
    fn unpack_from(&self, buffer: &Object, offset: Option<isize>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.layout(cx)?.unpack_from(buffer, offset.unwrap_or(0), cx)
    }
    /// Return an iterator yielding tuples.
    ///
    /// Tuples are unpacked from the given bytes source, like a repeated
    /// invocation of unpack_from().
    ///
    /// Requires that the bytes length be a multiple of the struct size.
    #[method("iter_unpack(buffer, /)")]
    fn iter_unpack(&self, buffer: &Object, cx: &mut Cx) -> PyResult<Own<PyUnpackIter>> {
        let l = self.layout(cx)?;
        iterate(l, buffer, cx)
    }
    /// struct format string
    #[getter("format")]
    fn get_format(&self, cx: &mut Cx) -> PyResult<String> {
        Ok(String::from_utf8_lossy(&self.layout(cx)?.text).into_owned())
    }
    /// struct size in bytes
    #[getter("size")]
    fn get_size(&self) -> isize {
        // -1 before `__init__`.
        self.layout.borrow().as_ref().map_or(-1, |l| l.size as isize)
    }
}

fn iterate(layout: Rc<Layout>, buffer: &Object, cx: &mut Cx) -> PyResult<Own<PyUnpackIter>> {
    if layout.size == 0 {
        return Err(fail(format_args!("cannot iteratively unpack with a struct of length 0"), cx));
    }
    let view = Buffer::get(buffer, 0, cx)?;
    if view.bytes().len() % layout.size != 0 {
        return Err(fail(format_args!("iterative unpacking requires a buffer of a multiple of {} bytes", layout.size), cx));
    }
    cx.new_object(PyUnpackIter { head: Object::placeholder(), layout, view: RefCell::new(Some((view, 0))) })
}

/// What `iter_unpack` gives; it lets the buffer go when it is through.
#[pytype(name = "_struct.unpack_iterator", heap, no_new)]
#[repr(C)]
pub struct PyUnpackIter {
    head: ObjHead,
    #[gc(skip)]
    layout: Rc<Layout>,
    #[gc(skip)]
    view: RefCell<Option<(Buffer, usize)>>,
}

#[pymethods]
impl PyUnpackIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        let raw = match &mut *self.view.borrow_mut() {
            Some((b, at)) => b.bytes().get(*at..*at + self.layout.size).map(|raw| {
                *at += self.layout.size;
                raw.to_vec()
            }),
            None => None,
        };
        match raw {
            Some(raw) => self.layout.unpack(&raw, cx).map(Some),
            None => {
                let gone = self.view.borrow_mut().take();
                drop(gone);
                Ok(None)
            }
        }
    }
    #[method("__length_hint__()", nosig)]
    fn length_hint(&self) -> usize {
        self.view.borrow().as_ref().map_or(0, |(b, at)| (b.bytes().len() - at) / self.layout.size)
    }
}

/// The module.
#[pymodule(
    name = "_struct",
    doc = "Functions to convert between Python values and C structs.\nPython bytes objects are used to hold the data representing the C struct.",
    types(PyStruct)
)]
mod functions {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(PyUnpackIter::SPEC, cx)?;
        let ns = PyDict::new(cx)?;
        let module = PyStr::new("struct", cx)?;
        ns.set(name!(cx, "__module__"), &module, cx)?;
        let bases = PyTuple::from_slice(&[exc::Exception().as_object()], cx)?;
        let name = PyStr::new("error", cx)?;
        let error = call::call(exc::Exception().ty().as_object(), &[&name, &bases, &ns], cx)?;
        m.add("error", &error, cx)?;
        let _ = cx.state::<State>().error.set(error);
        Ok(())
    }

    /// Clear the internal cache.
    #[function("_clearcache()")]
    fn clearcache(cx: &mut Cx) {
        let old = std::mem::take(&mut *cx.state::<State>().known.borrow_mut());
        drop(old);
    }
    /// Return size in bytes of the struct described by the format string.
    #[function("calcsize(format, /)")]
    fn calcsize(format: &Object, cx: &mut Cx) -> PyResult<usize> {
        Ok(layout_of(format, cx)?.size)
    }
    /// pack(format, v1, v2, ...) -> bytes
    ///
    /// Return a bytes object containing the values v1, v2, ... packed according
    /// to the format string.  See help(struct) for more on format strings.
    #[function("pack(*args)", nosig)]
    fn pack(args: Args<'_>, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let Some((format, values)) = args.0.split_first() else {
            return Err(cx.type_error(format_args!("missing format argument")));
        };
        layout_of(format, cx)?.pack("pack", values, cx)
    }
    /// pack_into(format, buffer, offset, v1, v2, ...)
    ///
    /// Pack the values v1, v2, ... according to the format string and write
    /// the packed bytes into the writable buffer buf starting at offset.  Note
    /// that the offset is a required argument.  A negative offset counts from
    /// the end of the buffer.  See help(struct) for more on format strings.
    #[function("pack_into(*args)", nosig)]
    fn pack_into(args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        let Some((format, rest)) = args.0.split_first() else {
            return Err(cx.type_error(format_args!("missing format argument")));
        };
        layout_of(format, cx)?.pack_into(rest, cx)
    }
    /// Return a tuple containing values unpacked according to the format string.
    ///
    /// The buffer's size in bytes must be calcsize(format).
    ///
    /// See help(struct) for more on format strings.
    #[function("unpack(format, buffer, /)")]
    fn unpack(format: &Object, buffer: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        layout_of(format, cx)?.unpack_all(buffer, cx)
    }
    /// Return a tuple containing values unpacked according to the format string.
    ///
    /// The buffer's size, minus offset, must be at least calcsize(format).
    /// A negative offset counts from the end of the buffer.
    ///
    /// See help(struct) for more on format strings.
    #[function("unpack_from(format, /, buffer, offset=0)")]
    fn unpack_from(format: &Object, buffer: &Object, offset: Option<isize>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        layout_of(format, cx)?.unpack_from(buffer, offset.unwrap_or(0), cx)
    }
    /// Return an iterator yielding tuples unpacked from the given bytes.
    ///
    /// The bytes are unpacked according to the format string, like
    /// a repeated invocation of unpack_from().
    ///
    /// Requires that the bytes length be a multiple of the format struct size.
    #[function("iter_unpack(format, buffer, /)")]
    fn iter_unpack(format: &Object, buffer: &Object, cx: &mut Cx) -> PyResult<Own<PyUnpackIter>> {
        let l = layout_of(format, cx)?;
        iterate(l, buffer, cx)
    }
}

pub use functions::MODULE;
