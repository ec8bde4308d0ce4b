//! Interned strings: one object per text, so that names compare by address.
//!
//! The table holds borrowed pointers: interned strings made at run time are mortal and leave the table when they die, as in CPython. Names that the runtime itself uses
//! (`names!`) are immortal.

use super::PyStr;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use std::cell::{OnceCell, UnsafeCell};

/// Open addressing with linear probing; at most three quarters full. Entries keep a part of the hash, so that a probe touches a string only when it is likely to match.
struct Map {
    entries: Vec<Entry>,
    len: usize,
}

#[derive(Clone, Copy)]
struct Entry {
    hash: usize,
    /// Null: free.
    text: *const PyStr,
}

const FREE: Entry = Entry { hash: 0, text: std::ptr::null() };
/// A program that imports a few modules interns some thousand names.
const ENTRIES_MIN: usize = 4096;

impl Map {
    /// The string with that hash that `same` accepts.
    fn find(&self, hash: isize, same: impl Fn(&PyStr) -> bool) -> Option<&'static PyStr> {
        let mask = self.entries.len().checked_sub(1)?;
        let mut i = hash as usize & mask;
        loop {
            let e = self.entries[i];
            // SAFETY: strings in the table are alive.
            let s = unsafe { e.text.as_ref() }?;
            if e.hash == hash as usize && same(s) {
                return Some(s);
            }
            i = (i + 1) & mask;
        }
    }

    /// Add a string that is not there.
    fn insert(&mut self, s: &PyStr) {
        if (self.len + 1) * 4 > self.entries.len() * 3 {
            let larger = vec![FREE; (self.entries.len() * 2).max(ENTRIES_MIN)];
            let old = std::mem::replace(&mut self.entries, larger);
            old.into_iter().filter(|e| !e.text.is_null()).for_each(|e| self.place(e));
        }
        self.place(Entry { hash: s.hash_value() as usize, text: s });
        self.len += 1;
    }

    fn place(&mut self, e: Entry) {
        let mask = self.entries.len() - 1;
        let mut i = e.hash & mask;
        while !self.entries[i].text.is_null() {
            i = (i + 1) & mask;
        }
        self.entries[i] = e;
    }

    /// Remove this very string, and close the gap.
    fn remove(&mut self, s: &PyStr) {
        let Some(mask) = self.entries.len().checked_sub(1) else { return };
        let mut i = s.hash_value() as usize & mask;
        while !std::ptr::eq(self.entries[i].text, s) {
            if self.entries[i].text.is_null() {
                return;
            }
            i = (i + 1) & mask;
        }
        self.len -= 1;
        let mut next = i;
        loop {
            next = (next + 1) & mask;
            let e = self.entries[next];
            if e.text.is_null() {
                break;
            }
            // What lies behind the gap moves into it unless it would come before its own place.
            if next.wrapping_sub(e.hash & mask) & mask >= next.wrapping_sub(i) & mask {
                self.entries[i] = e;
                i = next;
            }
        }
        self.entries[i] = FREE;
    }

    fn strings(&self) -> impl Iterator<Item = &'static PyStr> {
        // SAFETY: strings in the table are alive.
        self.entries.iter().filter_map(|e| unsafe { e.text.as_ref() })
    }
}

struct Table(UnsafeCell<Map>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Table {}
static TABLE: Table = Table(UnsafeCell::new(Map { entries: Vec::new(), len: 0 }));

struct Singles(UnsafeCell<[*mut Object; 257]>);
// SAFETY: filled once at start, then read with the GIL held.
unsafe impl Sync for Singles {}
static SINGLES: Singles = Singles(UnsafeCell::new([std::ptr::null_mut(); 257]));

fn table() -> &'static mut Map {
    // SAFETY: the GIL serialises; no reference outlives a call of this module.
    unsafe { &mut *TABLE.0.get() }
}

/// Make the one-character and the empty string. Called once, before any string is needed.
pub fn init(cx: &mut Cx) {
    for i in 0..257u32 {
        let (len, max) = if i == 256 { (0, 0) } else { (1, i) };
        let Ok((o, d)) = PyStr::alloc(len, max, cx) else { crate::fatal("no memory at start") };
        if i < 256 {
            // SAFETY: one byte of room.
            unsafe { *d = i as u8 };
        }
        let o = intern_immortal(o, cx);
        // SAFETY: single-threaded start.
        unsafe { (*SINGLES.0.get())[i as usize] = o.into_raw() };
    }
}

/// The one-character string of a Latin-1 code point.
#[inline]
pub fn latin1_char(b: u8) -> Own<PyStr> {
    // SAFETY: immortal, filled at start.
    unsafe { Own::from_raw((*SINGLES.0.get())[b as usize]) }
}

/// The empty string.
#[inline]
pub fn empty() -> Own<PyStr> {
    // SAFETY: immortal, filled at start.
    unsafe { Own::from_raw((*SINGLES.0.get())[256]) }
}

/// The interned string of the same text (`PyUnicode_InternInPlace`). Subclass instances come back as they are.
pub fn intern(s: Own<PyStr>, _cx: &mut Cx) -> Own<PyStr> {
    if s.interned() != 0 || !s.as_object().is_exact::<PyStr>() {
        return s;
    }
    if let Some(k) = table().find(s.hash_value(), |k| k.eq_str(&s)) {
        return k.new_ref();
    }
    table().insert(&s);
    s.set_interned(1);
    s
}

/// The interned string of a text. Raises `MemoryError`.
pub fn intern_text(text: &str, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if text.len() < 2 || !text.is_ascii() {
        let s = PyStr::new(text, cx)?;
        return Ok(intern(s, cx));
    }
    let hash = crate::hash::hash_bytes(text.as_bytes());
    if let Some(k) = table().find(hash, |k| k.as_ascii() == Some(text)) {
        return Ok(k.new_ref());
    }
    let s = PyStr::from_latin1(text.as_bytes(), cx)?;
    s.hash.set(hash);
    table().insert(&s);
    s.set_interned(1);
    Ok(s)
}

/// As `intern`, and the result never dies.
pub fn intern_immortal(s: Own<PyStr>, cx: &mut Cx) -> Own<PyStr> {
    let s = intern(s, cx);
    s.set_interned(2);
    s.as_object().immortalise();
    s
}

/// How many strings are interned; with `immortal`, only those that never die.
pub fn count(immortal: bool) -> usize {
    if immortal { table().strings().filter(|k| k.interned() > 1).count() } else { table().len }
}

/// A dying string leaves the table.
pub(super) fn forget(s: &PyStr) {
    table().remove(s);
}

/// A name of the runtime: made on first use, immortal.
pub struct Name(&'static str, OnceCell<usize>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Name {}

impl Name {
    pub const fn new(s: &'static str) -> Name {
        Name(s, OnceCell::new())
    }
    /// The interned string.
    #[inline]
    pub fn get(&self, _cx: &Cx) -> &'static PyStr {
        let p = *self.1.get_or_init(|| {
            // SAFETY: `_cx` proves the GIL; interning runs no Python code.
            let cx = &mut unsafe { Cx::assume() };
            let Ok(s) = PyStr::new(self.0, cx) else { crate::fatal("no memory for a name") };
            intern_immortal(s, cx).into_raw() as usize
        });
        // SAFETY: immortal.
        unsafe { &*(p as *const PyStr) }
    }
}

/// Interned names: `name!(cx, "__init__")` gives `&'static PyStr`.
#[macro_export]
macro_rules! name {
    ($cx:expr, $s:literal) => {{
        static N: $crate::types::str::intern::Name = $crate::types::str::intern::Name::new($s);
        N.get($cx)
    }};
}
