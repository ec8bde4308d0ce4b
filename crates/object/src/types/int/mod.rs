//! `int`: `PyLongObject`, a sign and 30-bit digits (`lv_tag` = count << 3 | sign, where sign 0 = positive, 1 = zero, 2 = negative).

mod arith;
mod basic;
mod methods;
pub mod new;
pub mod ops;
pub mod text;

use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use std::cell::Cell;
use taipan_algo_int::{BigInt, IntRef};

/// `PyLongObject` with one digit; larger values continue behind it.
#[repr(C)]
pub struct PyInt {
    head: ObjHead,
    tag: Cell<usize>,
    digits: [Cell<u32>; 1],
}

const _: () = assert!(size_of::<PyInt>() == 32);
const DIGITS: usize = 24;

crate::kernel_type!(PyInt, PyLong_Type, c"int", BASETYPE | LONG_SUBCLASS | MATCH_SELF, LONG_SUBCLASS);

/// Smallest and largest cached value.
pub const SMALL_MIN: i64 = -5;
pub const SMALL_MAX: i64 = 1024;
const SMALL_COUNT: usize = (SMALL_MAX - SMALL_MIN + 1) as usize;

#[repr(transparent)]
struct Small([PyInt; SMALL_COUNT]);
// SAFETY: immortal and never written after start, except for counts under the GIL.
unsafe impl Sync for Small {}
static SMALL: Small = Small({
    let mut a = [const { PyInt { head: Object::new_static(&raw const PyLong_Type.ty), tag: Cell::new(1), digits: [Cell::new(0)] } }; SMALL_COUNT];
    let mut i = 0;
    while i < SMALL_COUNT {
        let v = i as i64 + SMALL_MIN;
        // Bit 2 marks the ints that CPython keeps for good (`IMMORTALITY_BIT_MASK`), of which there are fewer.
        let kept = if v <= 256 { 4 } else { 0 };
        let sign = if v < 0 { 2 } else if v == 0 { 1 } else { 0 } | kept;
        let count = if v == 0 { 0 } else { 1 };
        a[i] = PyInt {
            head: if v <= 256 { Object::new_static(&raw const PyLong_Type.ty) } else { Object::new_immortal(&raw const PyLong_Type.ty) },
            tag: Cell::new(count << 3 | sign),
            digits: [Cell::new(v.unsigned_abs() as u32)],
        };
        i += 1;
    }
    a
});

/// The numeric hash (modulo 2**61 - 1), never -1.
pub fn hash_value(v: &PyInt) -> isize {
    match v.compact() {
        Some(-1) => -2,
        Some(n) => n as isize,
        // Below the modulus, and far from -1.
        None if v.digit_count() == 2 => v.to_i64().map_or(0, |n| n as isize),
        None => taipan_algo_int::hash(v.as_ref_int()) as isize,
    }
}

impl PyInt {
    /// A static 0 or 1 of the given type (`bool`).
    pub(crate) const fn new_static(ty: *const crate::typeobj::PyType, one: bool) -> PyInt {
        PyInt { head: Object::new_static(ty), tag: Cell::new(if one { 1 << 3 } else { 1 }), digits: [Cell::new(one as u32)] }
    }
    /// Number of digits.
    #[inline(always)]
    pub fn digit_count(&self) -> usize {
        self.tag.get() >> 3
    }
    #[inline(always)]
    pub fn is_negative(&self) -> bool {
        self.tag.get() & 3 == 2
    }
    #[inline(always)]
    pub fn is_zero(&self) -> bool {
        self.tag.get() & 3 == 1
    }
    /// -1, 0 or 1.
    #[inline(always)]
    pub fn sign(&self) -> i32 {
        1 - (self.tag.get() & 3) as i32
    }
    /// Sign and digits, borrowed.
    #[inline]
    pub fn as_ref_int(&self) -> IntRef<'_> {
        // SAFETY: `digit_count` digits lie from offset 24.
        let d = unsafe { std::slice::from_raw_parts((self as *const PyInt as *const u8).add(DIGITS) as *const u32, self.digit_count()) };
        IntRef { neg: self.is_negative(), digits: d }
    }
    /// The value when it has at most one digit ("compact").
    #[inline(always)]
    pub fn compact(&self) -> Option<i64> {
        if self.tag.get() < 16 { Some(self.sign() as i64 * self.digits[0].get() as i64) } else { None }
    }
    /// The value when it has at most two digits: what a frame's word holds.
    #[inline(always)]
    pub fn short(&self) -> Option<i64> {
        let tag = self.tag.get();
        if tag >= 3 << 3 {
            return None;
        }
        // SAFETY: two digits lie there.
        let high = if tag >> 3 == 2 { i64::from(unsafe { *((self as *const PyInt as *const u8).add(DIGITS) as *const u32).add(1) }) << 30 } else { 0 };
        Some(self.sign() as i64 * (high | i64::from(self.digits[0].get())))
    }
    /// Overwrite the value of an int that nobody else can see: false when `v` is none for a box of two digits, or this is no such box.
    #[inline(always)]
    pub fn set_short_unshared(&self, v: i64) -> bool {
        let m = v.unsigned_abs();
        // Ints that exist once stay so.
        if m <= SMALL_MAX as u64 || m >= 1 << 60 || !matches!(self.digit_count(), 1 | 2) {
            return false;
        }
        self.tag.set(if m < 1 << 30 { 1 } else { 2 } << 3 | if v < 0 { 2 } else { 0 });
        // SAFETY: exact ints of at most two digits lie in blocks with room for two.
        unsafe { *((self as *const PyInt as *mut u8).add(DIGITS) as *mut u64) = (m & 0x3fff_ffff) | (m >> 30) << 32 };
        true
    }
    /// The value as `i64`, if it fits.
    #[inline]
    pub fn to_i64(&self) -> Option<i64> {
        match self.tag.get() >> 3 {
            0 | 1 => self.compact(),
            2 => {
                let d = self.as_ref_int().digits;
                let m = i64::from(d[0]) | i64::from(d[1]) << 30;
                Some(if self.is_negative() { -m } else { m })
            }
            3 => self.as_ref_int().to_i64(),
            _ => None,
        }
    }

    /// The cached object of a small value.
    #[inline(always)]
    pub fn small(v: i64) -> Option<&'static PyInt> {
        if (SMALL_MIN..=SMALL_MAX).contains(&v) { Some(&SMALL.0[(v - SMALL_MIN) as usize]) } else { None }
    }

    /// The value of a cached object, told by its address alone.
    #[inline(always)]
    pub fn small_value(o: *const Object) -> Option<i64> {
        let distance = (o as usize).wrapping_sub(SMALL.0.as_ptr() as usize);
        if distance < size_of_val(&SMALL.0) { Some((distance / size_of::<PyInt>()) as i64 + SMALL_MIN) } else { None }
    }

    /// An int object.
    #[inline]
    pub fn new(v: i64, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        if let Some(s) = PyInt::small(v) {
            return Ok(s.new_ref());
        }
        let (neg, m) = (v < 0, v.unsigned_abs());
        if m < 1 << 60 {
            return PyInt::new_two(m, neg, cx);
        }
        let n = if m < 1 << 30 { 1 } else if m < 1 << 60 { 2 } else { 3 };
        let (o, d) = PyInt::alloc(n, neg, cx)?;
        // SAFETY: room for `n` digits.
        unsafe {
            *d = (m & 0x3fff_ffff) as u32;
            if n > 1 {
                *d.add(1) = (m >> 30 & 0x3fff_ffff) as u32;
            }
            if n > 2 {
                *d.add(2) = (m >> 60) as u32;
            }
        }
        Ok(o)
    }
    /// An int object of at most two digits, not zero.
    #[inline]
    fn new_two(m: u64, neg: bool, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        let p = alloc::malloc(size_of::<PyInt>()) as *mut PyInt;
        if p.is_null() {
            return Err(cx.memory_error());
        }
        let n = if m < 1 << 30 { 1 } else { 2 };
        // SAFETY: a fresh block of 32 bytes: the head and two digits, the second of which is zero when there is one.
        unsafe {
            (p as *mut Object).write(Object::new_heap(&raw const PyLong_Type.ty));
            *(&raw mut (*p).tag as *mut usize) = n << 3 | if neg { 2 } else { 0 };
            *((p as *mut u8).add(DIGITS) as *mut u64) = (m & 0x3fff_ffff) | (m >> 30) << 32;
            Ok(Own::from_raw(p as *mut Object))
        }
    }
    /// The magnitude of an int of two to four digits, two digits a word.
    #[inline(always)]
    pub(super) fn two_words(&self) -> Option<[u64; 2]> {
        let n = self.digit_count();
        if !(2..=4).contains(&n) {
            return None;
        }
        let word = |d: *const u32| {
            // SAFETY: two digits lie there.
            let w = unsafe { (d as *const u64).read_unaligned() };
            (w & 0xffff_ffff) | (w >> 32) << 30
        };
        // SAFETY: `n` digits lie from offset 24.
        unsafe {
            let d = (self as *const PyInt as *const u8).add(DIGITS) as *const u32;
            Some([word(d), match n {
                2 => 0,
                3 => u64::from(*d.add(2)),
                _ => word(d.add(2)),
            }])
        }
    }
    /// An int object of a sign and a magnitude of two words of two digits each; the upper one is not zero and may have one bit more.
    #[inline(always)]
    pub(super) fn from_two_words(w: [u64; 2], neg: bool, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        // A block of five digits has the size of one of three.
        let p = alloc::malloc(DIGITS + 5 * 4) as *mut PyInt;
        if p.is_null() {
            return Err(cx.memory_error());
        }
        let n = if w[1] >> 60 != 0 { 5 } else if w[1] >> 30 != 0 { 4 } else { 3 };
        let digits = |w: u64| (w & 0x3fff_ffff) | (w >> 30 & 0x3fff_ffff) << 32;
        // SAFETY: a fresh block with room for five digits.
        unsafe {
            (p as *mut Object).write(Object::new_heap(&raw const PyLong_Type.ty));
            *(&raw mut (*p).tag as *mut usize) = n << 3 | if neg { 2 } else { 0 };
            let d = (p as *mut u8).add(DIGITS) as *mut u32;
            (d as *mut u64).write_unaligned(digits(w[0]));
            (d.add(2) as *mut u64).write_unaligned(digits(w[1]));
            *d.add(4) = (w[1] >> 60) as u32;
            Ok(Own::from_raw(p as *mut Object))
        }
    }
    /// An int object of a sign and a magnitude beyond 2**30.
    #[inline]
    pub(crate) fn from_magnitude(m: u128, neg: bool, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        debug_assert!(m >> 30 != 0);
        let n = (128 - m.leading_zeros() as usize).div_ceil(30);
        let (o, d) = PyInt::alloc(n, neg, cx)?;
        let mut rest = m;
        for i in 0..n {
            // SAFETY: room for `n` digits.
            unsafe { *d.add(i) = rest as u32 & taipan_algo_int::DIGIT_MASK };
            rest >>= 30;
        }
        Ok(o)
    }
    /// An int object of an unsigned value.
    pub fn from_u64(v: u64, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        match i64::try_from(v) {
            Ok(v) => PyInt::new(v, cx),
            Err(_) => PyInt::from_digits(false, &[(v & 0x3fff_ffff) as u32, (v >> 30 & 0x3fff_ffff) as u32, (v >> 60) as u32], cx),
        }
    }
    /// An int object of a big integer.
    pub fn from_big(v: &BigInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        PyInt::from_digits(v.neg, &v.digits, cx)
    }
    /// An int object of a sign and digits (leading zeros allowed).
    pub fn from_digits(neg: bool, digits: &[u32], cx: &mut Cx) -> PyResult<Own<PyInt>> {
        let n = digits.iter().rposition(|&d| d != 0).map_or(0, |i| i + 1);
        if n <= 1 {
            let m = digits.first().copied().unwrap_or(0) as i64;
            let v = if neg { -m } else { m };
            if let Some(s) = PyInt::small(v) {
                return Ok(s.new_ref());
            }
        }
        let (o, d) = PyInt::alloc(n, neg, cx)?;
        // SAFETY: room for `n` digits.
        unsafe { std::ptr::copy_nonoverlapping(digits.as_ptr(), d, n) };
        Ok(o)
    }

    /// An int object that is computed where it stays: `f` writes at most `room` digits, which are zero, and gives the sign and how many are used (none of them zeros at the top).
    ///
    /// # Errors
    /// `MemoryError`.
    pub(super) fn build(room: usize, cx: &mut Cx, f: impl FnOnce(&mut [u32]) -> (bool, usize)) -> PyResult<Own<PyInt>> {
        const SHORT: usize = 32;
        if room <= SHORT {
            let mut digits = [0; SHORT];
            let (neg, used) = f(&mut digits[..room]);
            return PyInt::from_digits(neg, &digits[..used], cx);
        }
        // Small blocks are freed by their size, so they have to be of the right one.
        if room <= alloc::SMALL_MAX / size_of::<u32>() {
            let mut digits = vec![0; room];
            let (neg, used) = f(&mut digits);
            return PyInt::from_digits(neg, &digits[..used], cx);
        }
        let (o, d) = PyInt::alloc(room, false, cx)?;
        // SAFETY: room for so many digits, which nobody else sees.
        let digits = unsafe {
            std::ptr::write_bytes(d, 0, room);
            std::slice::from_raw_parts_mut(d, room)
        };
        let (neg, used) = f(digits);
        // What is much shorter than it might have been is not worth the memory.
        if used < room - room / 8 || used * size_of::<u32>() <= alloc::SMALL_MAX {
            let digits = &digits[..used];
            let short = PyInt::from_digits(neg, digits, cx);
            o.tag.set(room << 3);
            return short;
        }
        o.tag.set(used << 3 | if neg { 2 } else { 0 });
        Ok(o)
    }

    /// Write sign and digits into a fresh instance of a subtype.
    ///
    /// # Safety
    /// Nobody else sees the object; it has room for the digits (for one if there are none).
    unsafe fn fill(&self, v: IntRef<'_>) {
        let sign = if v.digits.is_empty() { 1 } else if v.neg { 2 } else { 0 };
        self.tag.set(v.digits.len() << 3 | sign);
        // SAFETY: the caller's promise.
        unsafe {
            let d = (self as *const PyInt as *mut u8).add(DIGITS) as *mut u32;
            *d = 0;
            std::ptr::copy_nonoverlapping(v.digits.as_ptr(), d, v.digits.len());
        }
    }

    /// Room for `n >= 1` digits, uninitialised.
    #[inline(always)]
    fn alloc(n: usize, neg: bool, cx: &mut Cx) -> PyResult<(Own<PyInt>, *mut u32)> {
        let Some(bytes) = n.checked_mul(4).and_then(|b| b.checked_add(DIGITS)).filter(|&b| b < isize::MAX as usize) else {
            return Err(cx.memory_error());
        };
        let p = alloc::malloc(bytes.max(32));
        if p.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh block of at least 32 bytes.
        unsafe {
            (p as *mut Object).write(Object::new_heap(&raw const PyLong_Type.ty));
            *(&raw mut (*(p as *mut PyInt)).tag as *mut usize) = n << 3 | if neg { 2 } else { 0 };
            Ok((Own::from_raw(p as *mut Object), p.add(DIGITS) as *mut u32))
        }
    }
}

/// The death of an exact int.
///
/// # Safety
/// The count is zero and nobody else holds the int.
#[inline(always)]
pub(crate) unsafe fn dealloc_exact(obj: *mut Object) {
    // SAFETY: a dying int of known size.
    unsafe {
        let n = (*(obj as *const PyInt)).digit_count();
        if n <= 2 {
            alloc::free(obj as *mut u8, 32);
        } else {
            alloc::free(obj as *mut u8, DIGITS + n * 4);
        }
    }
}

pub(crate) unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying int.
    unsafe {
        let ty = (*obj).ty();
        let n = (*(obj as *const PyInt)).digit_count();
        match ty.tp_free.get() {
            Some(f) if !std::ptr::eq(ty, &raw const PyLong_Type.ty) => f(obj as *mut std::ffi::c_void),
            _ => alloc::free(obj as *mut u8, (DIGITS + n * 4).max(32)),
        }
    }
}

crate::kernel_spec!(PyInt, PyLong_Type {
    basicsize: 24,
    itemsize: 4,
    dealloc: Some(dealloc),
    doc: Some(
        c"int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer, or return 0 if no arguments\nare given.  If x is a number, return x.__int__().  For floating-point\nnumbers, this truncates towards zero.\n\nIf x is not a number or if base is given, then x must be a string,\nbytes, or bytearray instance representing an integer literal in the\ngiven base.  The literal can be preceded by '+' or '-' and be surrounded\nby whitespace.  The base defaults to 10.  Valid bases are 0 and 2-36.\nBase 0 means to interpret the base from the string as an integer\niteral.\n>>> int('0b100', base=0)\n4",
    ),
} parts [PyInt::BASIC, PyInt::NUMBER, PyInt::NEW, PyInt::METHODS]);
