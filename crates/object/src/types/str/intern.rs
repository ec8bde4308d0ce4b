//! Interned strings: one object per text, so that names compare by address.
//!
//! The table holds borrowed pointers: interned strings made at run time are mortal and leave the table when they die, as in CPython. Names that the runtime itself uses
//! (`names!`) are immortal.

use super::PyStr;
use crate::cx::Cx;
use crate::refs::*;
use std::cell::{OnceCell, UnsafeCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The key's own hash is the table's hash.
#[derive(Default)]
struct PassThrough(u64);
impl Hasher for PassThrough {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

struct Key(*const PyStr);
impl std::hash::Hash for Key {
    fn hash<H: Hasher>(&self, h: &mut H) {
        // SAFETY: keys in the table (and probes) are live strings.
        h.write_u64(unsafe { (*self.0).hash_value() } as u64);
    }
}
impl PartialEq for Key {
    fn eq(&self, o: &Key) -> bool {
        // SAFETY: as above.
        unsafe { (*self.0).eq_str(&*o.0) }
    }
}
impl Eq for Key {}

type Map = HashMap<Key, (), BuildHasherDefault<PassThrough>>;

struct Table(UnsafeCell<Option<Map>>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Table {}
static TABLE: Table = Table(UnsafeCell::new(None));

struct Singles(UnsafeCell<[*mut Object; 257]>);
// SAFETY: filled once at start, then read with the GIL held.
unsafe impl Sync for Singles {}
static SINGLES: Singles = Singles(UnsafeCell::new([std::ptr::null_mut(); 257]));

fn table() -> &'static mut Map {
    // SAFETY: the GIL serialises; no reference outlives a call of this module.
    unsafe { (*TABLE.0.get()).get_or_insert_with(Map::default) }
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
    if let Some((k, ())) = table().get_key_value(&Key(&*s)) {
        // SAFETY: strings in the table are alive.
        return unsafe { &*k.0 }.new_ref();
    }
    table().insert(Key(&*s), ());
    s.set_interned(1);
    s
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
    // SAFETY: strings in the table are alive.
    if immortal { table().keys().filter(|k| unsafe { &*k.0 }.interned() > 1).count() } else { table().len() }
}

/// A dying string leaves the table.
pub(super) fn forget(s: &PyStr) {
    table().remove(&Key(s));
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
