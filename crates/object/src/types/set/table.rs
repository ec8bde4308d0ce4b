//! The hash table of sets. Slot order decides iteration order, which programs see (`print({3, 1, 2})`), so the probe sequence is CPython's: start at `hash & mask`, look at nine
//! neighbours, then jump by the perturbed recurrence; grow when three fifths are filled.
//!
//! Invariants: `table` has `mask + 1` entries, a power of two, and is either the eight built-in ones or a block of its own; `fill` counts entries that are not empty, `used` those with a
//! key; a deleted entry holds the marker key and hash -1, and is not used again before the table is rebuilt; there is always an empty entry.

use super::PySet;
use crate::abstract_;
use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use crate::types::dict::{Unsure, hash_i64, is_i64, quiet_eq};
use std::cell::Cell;

/// `setentry`.
#[repr(C)]
pub struct Entry {
    pub(super) key: Cell<*mut Object>,
    pub(super) hash: Cell<isize>,
}

/// Entries inside the object.
pub const SMALL: usize = 8;
/// Neighbours looked at before jumping.
const NEIGHBOURS: usize = 9;
const PERTURB_SHIFT: u32 = 5;

static MARKER: u8 = 0;

/// The key of a deleted entry: an address that is no object.
#[inline(always)]
pub(super) fn marker() -> *mut Object {
    &raw const MARKER as *mut Object
}

/// What a search ends at.
pub(super) enum Spot {
    /// The entry of the key.
    Found(usize),
    /// The key is not there; this empty entry would be its own.
    Free(usize),
}

/// What a search without Python code ends at.
enum Seen {
    Found(usize),
    Free(usize),
    /// Only a comparison can tell whether the key of this entry is the one.
    Unsure(usize),
}

/// `quiet_eq` out of line: keys with the same hash are most often the same object.
#[inline(never)]
fn same_far(a: &Object, b: &Object) -> Option<bool> {
    quiet_eq(a, b)
}

impl PySet {
    #[inline(always)]
    pub(super) fn entry(&self, i: usize) -> &Entry {
        debug_assert!(i <= self.mask.get() as usize);
        // SAFETY: within the table.
        unsafe { &*self.table.get().add(i) }
    }
    #[inline(always)]
    pub(super) fn mask(&self) -> usize {
        self.mask.get() as usize
    }
    #[inline(always)]
    fn small_table(&self) -> *mut Entry {
        &raw const self.small as *mut Entry
    }
    #[inline(always)]
    pub(super) fn is_small(&self) -> bool {
        std::ptr::eq(self.table.get(), self.small_table())
    }
    /// Make the built-in table, all empty, the table.
    pub(super) fn init_table(&self) {
        self.small.iter().for_each(|e| {
            e.key.set(std::ptr::null_mut());
            e.hash.set(0);
        });
        self.fill.set(0);
        self.used.set(0);
        self.mask.set(SMALL as isize - 1);
        self.table.set(self.small_table());
        self.hash.set(-1);
    }

    /// Look at entries in the order of a hash until `look` decides.
    #[inline(always)]
    fn probe<R>(&self, hash: isize, mut look: impl FnMut(usize, &Entry) -> Option<R>) -> R {
        let mask = self.mask();
        let (mut at, mut perturb) = (hash as usize & mask, hash as usize);
        loop {
            let last = if at + NEIGHBOURS <= mask { at + NEIGHBOURS } else { at };
            for i in at..=last {
                if let Some(r) = look(i, self.entry(i)) {
                    return r;
                }
            }
            perturb >>= PERTURB_SHIFT;
            at = at.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
        }
    }

    /// Search for a key as far as no Python code is needed.
    #[inline(always)]
    fn see(&self, key: &Object, hash: isize) -> Seen {
        self.probe(hash, |i, e| {
            let k = e.key.get();
            if k.is_null() {
                return Some(Seen::Free(i));
            }
            if e.hash.get() != hash {
                return None;
            }
            if std::ptr::eq(k, key) {
                return Some(Seen::Found(i));
            }
            if std::ptr::eq(k, marker()) {
                return None;
            }
            // SAFETY: a live key.
            match same_far(unsafe { &*k }, key) {
                Some(true) => Some(Seen::Found(i)),
                Some(false) => None,
                None => Some(Seen::Unsure(i)),
            }
        })
    }

    /// Search for a key. Comparisons may run code; when that changed the table here, the search starts again.
    #[inline]
    pub(super) fn find(&self, key: &Object, hash: isize, cx: &mut Cx) -> PyResult<Spot> {
        match self.see(key, hash) {
            Seen::Found(at) => Ok(Spot::Found(at)),
            Seen::Free(at) => Ok(Spot::Free(at)),
            Seen::Unsure(_) => self.find_slowly(key, hash, cx),
        }
    }

    #[cold]
    #[inline(never)]
    fn find_slowly(&self, key: &Object, hash: isize, cx: &mut Cx) -> PyResult<Spot> {
        'again: loop {
            // Entries that were found to be different, in the order in which they are met.
            let mut passed = 0;
            loop {
                let mut met = 0;
                let seen = self.probe(hash, |i, e| {
                    let k = e.key.get();
                    if k.is_null() {
                        return Some(Seen::Free(i));
                    }
                    if e.hash.get() != hash || std::ptr::eq(k, marker()) {
                        return None;
                    }
                    met += 1;
                    if met <= passed {
                        return None;
                    }
                    if std::ptr::eq(k, key) { Some(Seen::Found(i)) } else { Some(Seen::Unsure(i)) }
                });
                match seen {
                    Seen::Found(at) => return Ok(Spot::Found(at)),
                    Seen::Free(at) => return Ok(Spot::Free(at)),
                    Seen::Unsure(at) => {
                        let (same, changed) = self.compare_entry(at, key, cx)?;
                        if changed {
                            continue 'again;
                        }
                        if same {
                            return Ok(Spot::Found(at));
                        }
                        passed += 1;
                    }
                }
            }
        }
    }

    /// Whether a key with a known hash is in the set, when that needs no Python code.
    #[inline(always)]
    pub(super) fn contains_known(&self, key: &Object, hash: isize) -> Option<bool> {
        match self.see(key, hash) {
            Seen::Found(_) => Some(true),
            Seen::Free(_) => Some(false),
            Seen::Unsure(_) => None,
        }
    }

    /// Whether a key is in the set, when that needs no Python code.
    #[inline]
    pub fn contains_quietly(&self, key: &Object) -> Option<bool> {
        self.contains_known(key, crate::types::dict::quick_hash(key)?)
    }

    /// Whether the int `n` is in the set, without an object for it.
    pub fn contains_i64(&self, n: i64) -> Result<bool, Unsure> {
        let hash = hash_i64(n);
        self.probe(hash, |_, e| {
            let k = e.key.get();
            if k.is_null() {
                return Some(Ok(false));
            }
            if e.hash.get() != hash || std::ptr::eq(k, marker()) {
                return None;
            }
            // SAFETY: a live key.
            match is_i64(unsafe { &*k }, n) {
                Some(true) => Some(Ok(true)),
                Some(false) => None,
                None => Some(Err(Unsure)),
            }
        })
    }

    /// Whether `is` holds for a key with this hash. Nothing is compared, no code runs.
    pub fn has_key(&self, hash: isize, is: impl Fn(&Object) -> bool) -> bool {
        self.probe(hash, |_, e| {
            let k = e.key.get();
            if k.is_null() {
                return Some(false);
            }
            // SAFETY: a live key.
            (e.hash.get() == hash && !std::ptr::eq(k, marker()) && is(unsafe { &*k })).then_some(true)
        })
    }

    /// Compare the key of entry `at` with `key` by Python's `==`: (equal, whether the table changed there meanwhile).
    #[cold]
    fn compare_entry(&self, at: usize, key: &Object, cx: &mut Cx) -> PyResult<(bool, bool)> {
        let (table, mask) = (self.table.get(), self.mask.get());
        // SAFETY: a live key.
        let mine = unsafe { (*self.entry(at).key.get()).own() };
        let same = abstract_::eq(&mine, key, cx)?;
        let changed = self.table.get() != table || self.mask.get() != mask || !std::ptr::eq(self.entry(at).key.get(), &*mine);
        Ok((same, changed))
    }

    /// The first empty entry for a hash.
    #[inline(always)]
    fn find_free(&self, hash: isize) -> usize {
        self.probe(hash, |i, e| e.key.get().is_null().then_some(i))
    }

    /// Put an owned key that is surely not there into a table without deleted entries, and grow if it is time.
    #[inline]
    pub(super) fn add_new(&self, key: Own<Object>, hash: isize, cx: &mut Cx) -> PyResult<()> {
        self.occupy(self.find_free(hash), key, hash, cx)
    }

    /// Put an owned key that is not there into the empty entry `at`, and grow if it is time.
    #[inline]
    pub(super) fn occupy(&self, at: usize, key: Own<Object>, hash: isize, cx: &mut Cx) -> PyResult<()> {
        let e = self.entry(at);
        e.key.set(key.into_raw());
        e.hash.set(hash);
        self.used.set(self.used.get() + 1);
        self.fill.set(self.fill.get() + 1);
        if (self.fill.get() as usize) * 5 < self.mask() * 3 {
            return Ok(());
        }
        self.resize(self.growth(), cx)
    }

    /// How many entries a grown table should have room for.
    pub(super) fn growth(&self) -> usize {
        let n = self.used.get() as usize;
        if n > 50_000 { n * 2 } else { n * 4 }
    }

    /// Put an owned key that is not there into a table without deleted entries and with room; counts are the caller's business.
    #[inline]
    pub(super) fn place(&self, key: *mut Object, hash: isize) {
        let e = self.entry(self.find_free(hash));
        e.key.set(key);
        e.hash.set(hash);
    }

    /// Rebuild with more than `min_used` entries, without deleted ones.
    pub(super) fn resize(&self, min_used: usize, cx: &mut Cx) -> PyResult<()> {
        let Some(n) = (min_used + 1).checked_next_power_of_two().filter(|n| n.checked_mul(size_of::<Entry>()).is_some()) else {
            return Err(cx.memory_error());
        };
        let n = n.max(SMALL);
        let was_small = self.is_small();
        let (old_n, old) = (self.mask() + 1, self.table.get());
        if n == SMALL && was_small && self.fill.get() == self.used.get() {
            return Ok(());
        }
        let new = if n == SMALL {
            self.small_table()
        } else {
            let p = alloc::malloc(n * size_of::<Entry>()) as *mut Entry;
            if p.is_null() {
                return Err(cx.memory_error());
            }
            p
        };
        let mut copy = [const { (std::ptr::null_mut(), 0isize) }; SMALL];
        if was_small {
            for (c, e) in copy.iter_mut().zip(&self.small) {
                *c = (e.key.get(), e.hash.get());
            }
        }
        // SAFETY: `new` has room for `n` entries.
        unsafe { std::ptr::write_bytes(new, 0, n) };
        self.table.set(new);
        self.mask.set(n as isize - 1);
        let mut left = self.used.get();
        self.fill.set(left);
        let mut i = 0;
        while left > 0 && i < old_n {
            // SAFETY: the old block is alive until the end of this function; the built-in entries were copied.
            let (key, hash) = if was_small { copy[i] } else { unsafe { ((*old.add(i)).key.get(), (*old.add(i)).hash.get()) } };
            if !key.is_null() && !std::ptr::eq(key, marker()) {
                self.place(key, hash);
                left -= 1;
            }
            i += 1;
        }
        if !was_small {
            // SAFETY: a block of its own of that size, not used any more.
            unsafe { alloc::free(old as *mut u8, old_n * size_of::<Entry>()) };
        }
        Ok(())
    }

    /// Empty the entry `at` and give its key.
    pub(super) fn vacate(&self, at: usize) -> Own<Object> {
        let e = self.entry(at);
        let k = e.key.replace(marker());
        e.hash.set(-1);
        self.used.set(self.used.get() - 1);
        // SAFETY: the count was the table's.
        unsafe { Own::from_raw(k) }
    }

    /// The next key at or after `*at`; moves `*at` behind it. Borrowed while no code can run.
    #[inline(always)]
    pub fn next<'a>(&'a self, at: &mut usize, _cx: &'a Cx) -> Option<(&'a Object, isize)> {
        // SAFETY: live keys; changes need `&mut Cx`.
        self.walk(at).map(|(k, h)| unsafe { (&*k, h) })
    }

    /// As `next`, with a new reference: for loops that run code.
    #[inline(always)]
    pub fn next_own(&self, at: &mut usize) -> Option<(Own<Object>, isize)> {
        // SAFETY: live keys.
        self.walk(at).map(|(k, h)| unsafe { ((*k).own(), h) })
    }

    #[inline(always)]
    pub(super) fn walk(&self, at: &mut usize) -> Option<(*mut Object, isize)> {
        let mask = self.mask();
        let mut i = *at;
        while i <= mask {
            let e = self.entry(i);
            i += 1;
            let k = e.key.get();
            if !k.is_null() && !std::ptr::eq(k, marker()) {
                *at = i;
                return Some((k, e.hash.get()));
            }
        }
        *at = i;
        None
    }

    /// Release the keys of a dying set, which nobody sees any more, and its table.
    ///
    /// # Safety
    /// The set is not used afterwards.
    pub(super) unsafe fn release_keys(&self) {
        if self.is_small() {
            for e in &self.small {
                let k = e.key.get();
                if !k.is_null() && !std::ptr::eq(k, marker()) {
                    // SAFETY: each count is given back once.
                    unsafe { Object::decref(k) };
                }
            }
            return;
        }
        let (n, table) = (self.mask() + 1, self.table.get());
        let mut left = self.used.get();
        let mut i = 0;
        while left > 0 && i < n {
            // SAFETY: within the table; each count is given back once.
            unsafe {
                let k = (*table.add(i)).key.get();
                if !k.is_null() && !std::ptr::eq(k, marker()) {
                    Object::decref(k);
                    left -= 1;
                }
            }
            i += 1;
        }
        // SAFETY: a block of its own of that size.
        unsafe { alloc::free(table as *mut u8, n * size_of::<Entry>()) };
    }

    /// Drop every key. Keys die after the set is empty.
    pub fn clear_items(&self) {
        if self.fill.get() == 0 {
            return;
        }
        let (n, used) = (self.mask() + 1, self.used.get() as usize);
        let small = self.is_small();
        let mut keys = [std::ptr::null_mut(); SMALL];
        let old = self.table.get();
        if small {
            for (k, e) in keys.iter_mut().zip(&self.small) {
                *k = e.key.get();
            }
        }
        self.init_table();
        let release = |k: *mut Object| {
            if !k.is_null() && !std::ptr::eq(k, marker()) {
                // SAFETY: the count was the table's.
                unsafe { Object::decref(k) };
            }
        };
        if used > 0 && small {
            keys.into_iter().for_each(release);
        }
        if !small {
            for i in 0..n {
                // SAFETY: the old block, which nobody else knows any more.
                release(unsafe { (*old.add(i)).key.get() });
            }
            // SAFETY: as above.
            unsafe { alloc::free(old as *mut u8, n * size_of::<Entry>()) };
        }
    }
}
