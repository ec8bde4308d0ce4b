//! `str`: PEP 393 strings in CPython's layout (`PyASCIIObject`, `PyCompactUnicodeObject`).
//!
//! Invariants: a string that we make is compact and canonical (the narrowest kind that holds its largest code point); ASCII data lie at offset 40, other data at 56, followed by a zero
//! unit; `hash` is -1 until computed. Strings of C code may be non-compact (data pointer at 56) and are read through `data()` alike.

mod basic;
mod build;
mod case;
pub mod codec;
mod concat;
pub mod find;
mod format;
pub mod intern;
mod iter;
mod methods;
mod percent;
mod repr;

pub use build::{Pieces, StrBuf};
pub(crate) use format::format_text;
pub use iter::{PyStrAsciiIter, PyStrIter};
pub use methods::join;

use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use std::cell::Cell;

/// `PyASCIIObject` head; the fields behind depend on `state`.
#[repr(C)]
pub struct PyStr {
    head: ObjHead,
    length: Cell<isize>,
    hash: Cell<isize>,
    state: Cell<u32>,
    /// Data of ASCII strings begin here (offset 40).
    tail: [usize; 0],
}

const _: () = assert!(size_of::<PyStr>() == 40);

const COMPACT: u32 = 1 << 5;
const ASCII: u32 = 1 << 6;
const ASCII_DATA: usize = 40;
const COMPACT_DATA: usize = 56;
/// How much earlier ASCII data begin; a power of two below the flag.
const SHORTER: u32 = (COMPACT_DATA - ASCII_DATA) as u32;
const _: () = assert!(SHORTER.is_power_of_two() && SHORTER < ASCII);
pub const INTERNED_MASK: u32 = 3;

/// The code units of a string, by kind.
#[derive(Clone, Copy)]
pub enum Units<'a> {
    /// Kind 1 with every unit below 0x80.
    Ascii(&'a [u8]),
    /// Kind 1.
    Latin1(&'a [u8]),
    /// Kind 2.
    Ucs2(&'a [u16]),
    /// Kind 4.
    Ucs4(&'a [u32]),
}

crate::kernel_type!(PyStr, PyUnicode_Type, c"str", BASETYPE | UNICODE_SUBCLASS | MATCH_SELF, UNICODE_SUBCLASS);

impl PyStr {
    /// Number of code points.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length.get() as usize
    }
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.length.get() == 0
    }
    /// Bytes per unit: 1, 2 or 4.
    #[inline(always)]
    pub fn kind(&self) -> u32 {
        (self.state.get() >> 2) & 7
    }
    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        self.state.get() & ASCII != 0
    }
    /// State of interning: 0 none, 1 mortal, 2 immortal, 3 immortal static.
    #[inline(always)]
    pub fn interned(&self) -> u32 {
        self.state.get() & INTERNED_MASK
    }
    pub fn set_interned(&self, how: u32) {
        self.state.set((self.state.get() & !INTERNED_MASK) | how);
    }

    #[inline(always)]
    fn data(&self) -> *const u8 {
        // Only subtypes have their data elsewhere.
        #[cold]
        #[inline(never)]
        fn elsewhere(s: &PyStr) -> *const u8 {
            // SAFETY: as below.
            unsafe { *((s as *const PyStr as *const u8).add(COMPACT_DATA) as *const *const u8) }
        }
        let s = self.state.get();
        if s & COMPACT == 0 { elsewhere(self) } else { self.compact_data(s) }
    }

    /// Where the units of a compact string lie, whose state is `s`.
    #[inline(always)]
    fn compact_data(&self, s: u32) -> *const u8 {
        let base = self as *const PyStr as *const u8;
        // Written as arithmetic: as a choice it was one more jump.
        // SAFETY: the layouts of the compact forms (Include/cpython/unicodeobject.h).
        unsafe { base.add(COMPACT_DATA - (s / (ASCII / SHORTER) & SHORTER) as usize) }
    }

    /// The code units.
    #[inline]
    pub fn units(&self) -> Units<'_> {
        let (n, p) = (self.len(), self.data());
        // SAFETY: `data` holds `len` units of the stated kind, unchanged while anyone else can see the string.
        unsafe {
            match self.kind() {
                1 if self.is_ascii() => Units::Ascii(std::slice::from_raw_parts(p, n)),
                1 => Units::Latin1(std::slice::from_raw_parts(p, n)),
                2 => Units::Ucs2(std::slice::from_raw_parts(p as *const u16, n)),
                _ => Units::Ucs4(std::slice::from_raw_parts(p as *const u32, n)),
            }
        }
    }

    /// The raw bytes of the units (for hashing and comparing strings of one kind).
    #[inline(always)]
    pub fn raw_bytes(&self) -> &[u8] {
        // SAFETY: as `units`.
        unsafe { std::slice::from_raw_parts(self.data(), self.len() * self.kind() as usize) }
    }

    /// The code point at `i`; `i < len`.
    #[inline(always)]
    pub fn code_point(&self, i: usize) -> u32 {
        if self.kind() == 1 {
            assert!(i < self.len());
            // SAFETY: within the one-byte units.
            return u32::from(unsafe { *self.data().add(i) });
        }
        match self.units() {
            Units::Ascii(s) | Units::Latin1(s) => s[i] as u32,
            Units::Ucs2(s) => s[i] as u32,
            Units::Ucs4(s) => s[i],
        }
    }

    /// The unit at `i` of a compact string of one-byte units; none at the end and of others.
    #[inline(always)]
    pub(super) fn narrow_unit(&self, i: usize) -> Option<u8> {
        let s = self.state.get();
        if i >= self.len() || s & (7 << 2 | COMPACT) != 1 << 2 | COMPACT {
            return None;
        }
        // SAFETY: within the one-byte units.
        Some(unsafe { *self.compact_data(s).add(i) })
    }

    /// Every code point in order.
    pub fn code_points(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        (0..self.len()).map(|i| self.code_point(i))
    }

    /// The text when it is ASCII, without a copy.
    #[inline]
    pub fn as_ascii(&self) -> Option<&str> {
        match self.units() {
            // SAFETY: ASCII is UTF-8.
            Units::Ascii(s) => Some(unsafe { std::str::from_utf8_unchecked(s) }),
            _ => None,
        }
    }

    /// A Rust copy, lone surrogates replaced by U+FFFD. For messages and names.
    pub fn to_string_lossy(&self) -> String {
        match self.as_ascii() {
            Some(s) => s.to_owned(),
            None => self.code_points().map(|c| char::from_u32(c).unwrap_or('\u{fffd}')).collect(),
        }
    }

    /// A Rust copy, or `None` when the string has lone surrogates.
    pub fn to_str_checked(&self) -> Option<String> {
        match self.as_ascii() {
            Some(s) => Some(s.to_owned()),
            None => self.code_points().map(char::from_u32).collect(),
        }
    }

    /// The cached hash, or -1.
    #[inline(always)]
    pub fn cached_hash(&self) -> isize {
        self.hash.get()
    }

    /// The hash, computed once.
    #[inline(always)]
    pub fn hash_value(&self) -> isize {
        let h = self.hash.get();
        if h != -1 { h } else { self.compute_hash() }
    }

    #[cold]
    fn compute_hash(&self) -> isize {
        let h = crate::hash::hash_bytes(self.raw_bytes());
        self.hash.set(h);
        h
    }

    /// Equality of contents.
    #[inline]
    pub fn eq_str(&self, other: &PyStr) -> bool {
        std::ptr::eq(self, other) || (self.length.get() == other.length.get() && (self.state.get() ^ other.state.get()) & 7 << 2 == 0 && self.eq_units(other))
    }

    /// Whether two exact strings have the same contents: 1 or 0; 2 when one of the objects is none. For the interpreter's loop: a leaf, so that the usual way saves no registers.
    #[inline(never)]
    pub fn eq_objects(a: &Object, b: &Object) -> u8 {
        #[cold]
        #[inline(never)]
        fn elsewhere(a: &PyStr, b: &PyStr) -> u8 {
            a.eq_units(b) as u8
        }
        if !(a.is_exact::<PyStr>() && b.is_exact::<PyStr>()) {
            return 2;
        }
        if std::ptr::eq(a, b) {
            return 1;
        }
        // SAFETY: both were just seen to be strings.
        let (a, b) = unsafe { (a.cast_unchecked::<PyStr>(), b.cast_unchecked::<PyStr>()) };
        let (s, t, n) = (a.state.get(), b.state.get(), a.length.get());
        if n != b.length.get() || (s ^ t) & 7 << 2 != 0 {
            return 0;
        }
        if !(s & t) & (COMPACT | ASCII) != 0 {
            return elsewhere(a, b);
        }
        // SAFETY: `n` bytes lie at both, behind the headers.
        unsafe { same_bytes((&raw const *a as *const u8).add(ASCII_DATA), (&raw const *b as *const u8).add(ASCII_DATA), n as usize) as u8 }
    }

    /// Equality of the units of two strings of one length and kind.
    #[inline(always)]
    fn eq_units(&self, other: &PyStr) -> bool {
        let n = self.len() * self.kind() as usize;
        // SAFETY: `n` bytes lie at both.
        unsafe { same_bytes(self.data(), other.data(), n) }
    }

    /// Equality with Rust text.
    #[inline]
    pub fn eq_text(&self, other: &str) -> bool {
        match self.as_ascii() {
            Some(s) => s.len() == other.len() && s == other,
            None => self.code_points().eq(other.chars().map(|c| c as u32)),
        }
    }

    /// A fresh string for `len` units whose largest code point is at most `max`. Contents are uninitialised (the final zero unit is set).
    /// Raises `MemoryError`.
    #[inline]
    pub fn alloc(len: usize, max: u32, cx: &mut Cx) -> PyResult<(Own<PyStr>, *mut u8)> {
        if max < 0x80 { PyStr::alloc_ascii(len, cx) } else { PyStr::alloc_wide(len, max, cx) }
    }

    /// As [`PyStr::alloc`] for ASCII text.
    #[inline(always)]
    pub(crate) fn alloc_ascii(len: usize, cx: &mut Cx) -> PyResult<(Own<PyStr>, *mut u8)> {
        if len > isize::MAX as usize - ASCII_DATA {
            return Err(cx.memory_error());
        }
        let p = alloc::malloc(ASCII_DATA + len + 1);
        if p.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh block of that size.
        unsafe {
            (p as *mut PyStr).write(PyStr {
                head: Object::new_heap(&raw const PyUnicode_Type.ty),
                length: Cell::new(len as isize),
                hash: Cell::new(-1),
                state: Cell::new(1 << 2 | COMPACT | ASCII),
                tail: [],
            });
            let d = p.add(ASCII_DATA);
            *d.add(len) = 0;
            Ok((Own::from_raw(p as *mut Object), d))
        }
    }

    fn alloc_wide(len: usize, max: u32, cx: &mut Cx) -> PyResult<(Own<PyStr>, *mut u8)> {
        let (kind, ascii) = match max {
            0..=0x7f => (1u32, true),
            0x80..=0xff => (1, false),
            0x100..=0xffff => (2, false),
            _ => (4, false),
        };
        let data = if ascii { ASCII_DATA } else { COMPACT_DATA };
        let Some(bytes) = len.checked_add(1).and_then(|n| n.checked_mul(kind as usize)).and_then(|n| n.checked_add(data)) else {
            return Err(cx.memory_error());
        };
        let p = alloc::malloc(bytes);
        if p.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh block of `bytes` bytes.
        unsafe {
            let s = p as *mut PyStr;
            s.write(PyStr {
                head: Object::new_heap(&raw const PyUnicode_Type.ty),
                length: Cell::new(len as isize),
                hash: Cell::new(-1),
                state: Cell::new(kind << 2 | COMPACT | if ascii { ASCII } else { 0 }),
                tail: [],
            });
            if !ascii {
                (p.add(40) as *mut [usize; 2]).write([0, 0]);
            }
            let d = p.add(data);
            match kind {
                1 => *d.add(len) = 0,
                2 => *(d as *mut u16).add(len) = 0,
                _ => *(d as *mut u32).add(len) = 0,
            }
            Ok((Own::from_raw(p as *mut Object), d))
        }
    }

    /// An instance of a subtype with the text of `s`: the data lie in a block of their own (`PyUnicodeObject`).
    pub(crate) fn alloc_subtype(cls: &crate::typeobj::PyType, s: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = match cls.tp_alloc.get() {
            // SAFETY: the slot's contract.
            Some(f) => unsafe { crate::err::result_from_raw(f(cls as *const _ as *mut _, 0))? },
            None => crate::typeobj::alloc_instance(cls, 0, cx)?,
        };
        let unit = s.kind() as usize;
        let bytes = (s.len() + 1) * unit;
        let d = alloc::raw_malloc(bytes);
        if d.is_null() {
            // An empty compact string can be destroyed.
            // SAFETY: a fresh instance.
            unsafe { o.cast_unchecked::<PyStr>() }.state.set(1 << 2 | COMPACT | ASCII);
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh instance of the str layout (64 bytes) and a fresh block.
        unsafe {
            std::ptr::copy_nonoverlapping(s.raw_bytes().as_ptr(), d, s.len() * unit);
            std::ptr::write_bytes(d.add(s.len() * unit), 0, unit);
            let me = o.cast_unchecked::<PyStr>();
            me.length.set(s.len() as isize);
            me.hash.set(s.hash.get());
            me.state.set((unit as u32) << 2 | if s.is_ascii() { ASCII } else { 0 });
            *((o.as_ptr() as *mut u8).add(COMPACT_DATA) as *mut *mut u8) = d;
        }
        Ok(o)
    }

    /// From Rust text.
    pub fn new(s: &str, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if s.is_ascii() {
            return PyStr::from_latin1(s.as_bytes(), cx);
        }
        // The first byte of a character tells how wide it is.
        let (mut n, mut lead) = (0, 0);
        for &b in s.as_bytes() {
            n += usize::from(b & 0xc0 != 0x80);
            lead = lead.max(b);
        }
        if n == 1 {
            return PyStr::from_code_points(&[s.chars().next().map_or(0, u32::from)], cx);
        }
        let max = if lead < 0xc4 { 0xff } else if lead < 0xf0 { 0xffff } else { 0x10ffff };
        let (o, d) = PyStr::alloc_wide(n, max, cx)?;
        // SAFETY: room for `n` units of the chosen width, which holds every character.
        unsafe {
            for (i, c) in s.chars().enumerate() {
                match max {
                    0xff => *d.add(i) = c as u32 as u8,
                    0xffff => *(d as *mut u16).add(i) = c as u32 as u16,
                    _ => *(d as *mut u32).add(i) = c as u32,
                }
            }
        }
        Ok(o)
    }

    /// From Latin-1 bytes (code points 0..=255).
    pub fn from_latin1(s: &[u8], cx: &mut Cx) -> PyResult<Own<PyStr>> {
        PyStr::from_narrow(s, s.is_ascii(), cx)
    }

    /// From bytes below 0x80.
    #[inline]
    pub fn from_ascii(s: &[u8], cx: &mut Cx) -> PyResult<Own<PyStr>> {
        debug_assert!(s.is_ascii());
        PyStr::from_narrow(s, true, cx)
    }

    /// From Latin-1 bytes of which is known whether all are below 0x80.
    #[inline]
    pub(crate) fn from_narrow(s: &[u8], ascii: bool, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if let [b] = s {
            return Ok(intern::latin1_char(*b));
        }
        if s.is_empty() {
            return Ok(intern::empty());
        }
        let (o, d) = if ascii { PyStr::alloc_ascii(s.len(), cx)? } else { PyStr::alloc_wide(s.len(), 0xff, cx)? };
        // SAFETY: room for `len` one-byte units.
        unsafe { copy_bytes(s.as_ptr(), d, s.len()) };
        Ok(o)
    }

    /// From code points (surrogates allowed; each at most 0x10FFFF).
    pub fn from_code_points(s: &[u32], cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let max = s.iter().fold(0, |m, &c| m | c);
        if max <= 0xff {
            let b: Vec<u8> = s.iter().map(|&c| c as u8).collect();
            return PyStr::from_latin1(&b, cx);
        }
        let (o, d) = PyStr::alloc(s.len(), if max > 0xffff { 0x10ffff } else { 0xffff }, cx)?;
        // SAFETY: room for `len` units of the chosen kind.
        unsafe {
            if max > 0xffff {
                std::ptr::copy_nonoverlapping(s.as_ptr(), d as *mut u32, s.len());
            } else {
                for (i, &c) in s.iter().enumerate() {
                    *(d as *mut u16).add(i) = c as u16;
                }
            }
        }
        Ok(o)
    }

    /// An interned string from Rust text. For names known at compile time prefer `intern::name`.
    pub fn new_interned(s: &str, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        intern::intern_text(s, cx)
    }
}

/// As [`same_bytes`], by the library's function: apart, so that a caller of that saves no registers.
///
/// # Safety
/// As [`same_bytes`].
#[inline(never)]
unsafe fn same_long(p: *const u8, q: *const u8, n: usize) -> bool {
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(p, n) == std::slice::from_raw_parts(q, n) }
}

/// Whether the sixteen bytes at each of the offsets are the same.
///
/// # Safety
/// They lie at both places.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn same_sixteens<const N: usize>(p: *const u8, q: *const u8, offsets: [usize; N]) -> bool {
    use core::arch::x86_64::*;
    // SAFETY: SSE2 is part of x86-64; the caller's promise.
    unsafe {
        let load = |p: *const u8, at: usize| _mm_loadu_si128(p.add(at) as *const __m128i);
        let same = offsets.map(|at| _mm_cmpeq_epi8(load(p, at), load(q, at)));
        _mm_movemask_epi8(same.into_iter().fold(_mm_set1_epi8(-1), |a, b| _mm_and_si128(a, b))) == 0xffff
    }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
unsafe fn same_sixteens<const N: usize>(p: *const u8, q: *const u8, offsets: [usize; N]) -> bool {
    // SAFETY: the caller's promise.
    let load = |p: *const u8, at: usize| unsafe { (p.add(at) as *const u128).read_unaligned() };
    offsets.into_iter().all(|at| load(p, at) == load(q, at))
}

/// Whether `n` bytes are the same: short texts without a call, by two reads that may overlap at the end of each.
///
/// # Safety
/// They lie at both places.
#[inline(always)]
pub(crate) unsafe fn same_bytes(p: *const u8, q: *const u8, n: usize) -> bool {
    // SAFETY: every read is within the `n` bytes.
    unsafe {
        if n >= 8 {
            if n > 64 {
                return same_long(p, q, n);
            }
            if n <= 16 {
                let word = |p: *const u8, at: usize| (p.add(at) as *const u64).read_unaligned();
                return (word(p, 0) ^ word(q, 0)) | (word(p, n - 8) ^ word(q, n - 8)) == 0;
            }
            if n <= 32 {
                return same_sixteens(p, q, [0, n - 16]);
            }
            return same_sixteens(p, q, [0, 16, n - 32, n - 16]);
        }
        if n >= 4 {
            let half = |p: *const u8, at: usize| (p.add(at) as *const u32).read_unaligned();
            return (half(p, 0) ^ half(q, 0)) | (half(p, n - 4) ^ half(q, n - 4)) == 0;
        }
        // The first, a middle and the last of up to three bytes.
        n == 0 || (*p ^ *q) | (*p.add(n / 2) ^ *q.add(n / 2)) | (*p.add(n - 1) ^ *q.add(n - 1)) == 0
    }
}

/// Copy `n` bytes: short texts without a call.
///
/// # Safety
/// As `copy_nonoverlapping`.
#[inline(always)]
pub(crate) unsafe fn copy_bytes(from: *const u8, to: *mut u8, n: usize) {
    // SAFETY: every read and write is within the `n` bytes.
    unsafe {
        let word = |at: usize| (to.add(at) as *mut u64).write_unaligned((from.add(at) as *const u64).read_unaligned());
        let half = |at: usize| (to.add(at) as *mut u32).write_unaligned((from.add(at) as *const u32).read_unaligned());
        let byte = |at: usize| *to.add(at) = *from.add(at);
        if n >= 8 {
            if n > 32 {
                return std::ptr::copy_nonoverlapping(from, to, n);
            }
            let mut at = 0;
            while at < n - 8 {
                word(at);
                at += 8;
            }
            word(n - 8);
        } else if n >= 4 {
            half(0);
            half(n - 4);
        } else if n != 0 {
            byte(0);
            byte(n / 2);
            byte(n - 1);
        }
    }
}

impl std::fmt::Display for PyStr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.as_ascii() {
            Some(s) => f.write_str(s),
            None => f.write_str(&self.to_string_lossy()),
        }
    }
}

/// `str.isidentifier`.
pub fn is_identifier(s: &PyStr) -> bool {
    let mut it = s.code_points();
    match it.next() {
        Some(c) if c == '_' as u32 || taipan_algo_ucd::is_xid_start(c) => it.all(taipan_algo_ucd::is_xid_continue),
        _ => false,
    }
}

/// Whether a dying exact string is one block of ASCII text that nothing else knows; gives its bytes.
#[inline(always)]
pub(crate) fn plain_block_bytes(s: &PyStr) -> Option<usize> {
    (s.state.get() & (ASCII | COMPACT | INTERNED_MASK) == ASCII | COMPACT).then(|| ASCII_DATA + s.len() + 1)
}

/// `tp_dealloc` of exact and derived strings.
pub(crate) unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying string; compact data lie in the same block.
    unsafe {
        let s = &*(obj as *const PyStr);
        if s.interned() != 0 {
            intern::forget(s);
        }
        let st = s.state.get();
        let base = obj as *mut u8;
        if st & ASCII == 0 || st & COMPACT == 0 {
            let utf8 = *(base.add(48) as *const *mut u8);
            if !utf8.is_null() && utf8 as *const u8 != s.data() {
                alloc::raw_free(utf8);
            }
        }
        if st & COMPACT == 0 {
            alloc::raw_free(s.data() as *mut u8);
        }
        let ty = (*obj).ty();
        if std::ptr::eq(ty, &raw const PyUnicode_Type.ty) {
            let data = if st & ASCII != 0 { ASCII_DATA } else { COMPACT_DATA };
            if st & COMPACT != 0 {
                return alloc::free(base, data + (s.len() + 1) * s.kind() as usize);
            }
        }
        match ty.tp_free.get() {
            Some(f) => f(obj as *mut std::ffi::c_void),
            None => alloc::raw_free(base),
        }
    }
}

crate::kernel_spec!(PyStr, PyUnicode_Type {
    basicsize: 64,
    dealloc: Some(dealloc),
    doc: Some(c"str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nCreate a new string object from the given object. If encoding or\nerrors is specified, then the object must expose a data buffer\nthat will be decoded using the given encoding and error handler.\nOtherwise, returns the result of object.__str__() (if defined)\nor repr(object).\nencoding defaults to 'utf-8'.\nerrors defaults to 'strict'."),
} parts [PyStr::BASIC, PyStr::SEARCH, PyStr::CASE, PyStr::FORMAT]);
