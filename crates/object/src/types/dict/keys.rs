//! The keys block: one allocation with a head, control bytes, an index table and the entries in insertion order.
//!
//! Small blocks (at most 16 entries) have one group of control bytes in which byte `i` speaks of entry `i`, and no index. Larger ones have `16 * groups`
//! buckets: control byte and index (1, 2 or 4 bytes) per bucket. Entry forms: `General` stores the hash; `Str` (all keys exact strings) reads it from the
//! key; `Split` (shared by the instances of a class) has keys only, the values lie in [`super::values::InlineValues`].
//!
//! Invariants:
//! - entries `0..nentries` are initialised; a deleted one has null key and value; `nentries + usable <= capacity`;
//! - non-`EMPTY` buckets + `usable` <= capacity < buckets (small blocks: <= capacity), so every probe of a large table meets an `EMPTY` byte;
//! - `version` is 0 or unique; adding or removing a key zeroes it (storing a value does not);
//! - a `Split` block only grows: an index, once given to a name, stays its own;
//! - a block with several owners is `Split`, the static empty block, or held by a running comparison (which only keeps the memory alive).

mod moving;
mod plain;

use super::group::*;
use crate::alloc;
use crate::refs::*;
use crate::types::str::PyStr;
use std::cell::Cell;

/// Form of the entries.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Key, value, hash.
    General,
    /// Key, value; every key is an exact `str`.
    Str,
    /// Key only; every key is an exact `str`.
    Split,
}

/// An entry; `Str` entries end before `hash`, `Split` entries before `value`.
#[repr(C)]
pub(super) struct Entry {
    pub key: Cell<*mut Object>,
    pub value: Cell<*mut Object>,
    pub hash: Cell<isize>,
}

/// The head of a keys block.
#[repr(C)]
pub struct Keys {
    refs: Cell<u32>,
    version: Cell<u32>,
    entries: *mut u8,
    /// Groups - 1.
    gmask: u32,
    kind: Kind,
    /// Bytes per index; 0 in a small block.
    width: u8,
    /// Entries of small and split blocks (0 in others: follows from `gmask`).
    small: u16,
    /// Where the reference has `dk_nentries`, which its test modules read.
    nentries: Cell<u32>,
    usable: Cell<u32>,
}

const HEAD: usize = size_of::<Keys>();
const _: () = assert!(HEAD == 32);
/// Most attributes that instances keep in line.
pub const SPLIT_MAX: usize = 30;
/// Most entries without an index.
const SMALL_MAX: usize = 16;
/// Counts from here on never change.
const STATIC_REFS: u32 = 1 << 30;

#[repr(C, align(16))]
struct EmptyKeys(Keys, [u8; GROUP]);
// SAFETY: only the version cell is ever written, with the GIL held.
unsafe impl Sync for EmptyKeys {}
static EMPTY_KEYS: EmptyKeys = EmptyKeys(
    Keys {
        refs: Cell::new(STATIC_REFS),
        version: Cell::new(0),
        nentries: Cell::new(0),
        usable: Cell::new(0),
        gmask: 0,
        kind: Kind::Str,
        width: 0,
        small: 0,
        entries: std::ptr::null_mut(),
    },
    [EMPTY; GROUP],
);

struct NextVersion(Cell<u32>);
// SAFETY: touched with the GIL held.
unsafe impl Sync for NextVersion {}
static NEXT_VERSION: NextVersion = NextVersion(Cell::new(1));

/// A walk over the buckets whose tag fits a hash.
pub(super) struct Probe {
    mixed: u64,
    group: usize,
    step: usize,
    bits: u32,
    last: bool,
}

impl Probe {
    #[inline(always)]
    pub fn new(k: &Keys, hash: isize) -> Probe {
        let mixed = k.spread(hash);
        let mut p = Probe { mixed, group: mixed as usize & k.gmask as usize, step: 0, bits: 0, last: false };
        p.load(k);
        p
    }
    #[inline(always)]
    fn load(&mut self, k: &Keys) {
        // SAFETY: `group <= gmask`.
        let g = unsafe { Group::load(k.ctrl().add(self.group * GROUP)) };
        self.bits = g.matches(tag_of(self.mixed));
        self.last = k.width == 0 || g.matches(EMPTY) != 0;
    }
    /// The next candidate: (entry index, bucket).
    #[inline(always)]
    pub fn next(&mut self, k: &Keys) -> Option<(usize, usize)> {
        loop {
            if self.bits != 0 {
                let bucket = self.group * GROUP + self.bits.trailing_zeros() as usize;
                self.bits &= self.bits - 1;
                return Some((k.index_at(bucket), bucket));
            }
            if self.last {
                return None;
            }
            self.step += 1;
            if self.step > k.gmask as usize {
                return None; // a comparison changed the block under the walk and no group is free any more
            }
            self.group = (self.group + self.step) & k.gmask as usize;
            self.load(k);
        }
    }
}

impl Keys {
    /// The block of empty dicts.
    pub fn empty() -> *mut Keys {
        &raw const EMPTY_KEYS.0 as *mut Keys
    }

    /// A block with room for at least `n` entries, owned once. Null when memory is exhausted.
    #[inline]
    pub(super) fn new(kind: Kind, n: usize) -> *mut Keys {
        match (kind, n) {
            (Kind::Str, 0..=5) => Keys::new_small::<5>(Kind::Str),
            (Kind::General, 0..=5) => Keys::new_small::<5>(Kind::General),
            (Kind::Str, 6..=10) => Keys::new_small::<10>(Kind::Str),
            (Kind::General, 6..=10) => Keys::new_small::<10>(Kind::General),
            _ => Keys::new_any(kind, n),
        }
    }

    /// A block of `N` entries without an index: its size is known here.
    #[inline(always)]
    fn new_small<const N: usize>(kind: Kind) -> *mut Keys {
        Keys::new_block(kind, N, GROUP, 0, N)
    }

    /// A block of that many entries behind an index of `width` bytes a bucket (none for `small` entries). Null when memory is exhausted.
    #[inline(always)]
    fn new_block(kind: Kind, capacity: usize, buckets: usize, width: u8, small: usize) -> *mut Keys {
        let fixed = HEAD + buckets * (1 + width as usize);
        let p = alloc::malloc(fixed + capacity * stride(kind));
        if p.is_null() {
            return std::ptr::null_mut();
        }
        // SAFETY: a fresh block of that size; `fixed` is a multiple of 16.
        unsafe {
            (p as *mut Keys).write(Keys {
                refs: Cell::new(1),
                version: Cell::new(0),
                nentries: Cell::new(0),
                usable: Cell::new(capacity as u32),
                gmask: (buckets / GROUP - 1) as u32,
                kind,
                width,
                small: small as u16,
                entries: p.add(fixed),
            });
            std::ptr::write_bytes(p.add(HEAD), EMPTY, buckets);
        }
        p as *mut Keys
    }

    fn new_any(kind: Kind, n: usize) -> *mut Keys {
        let (small, buckets) = match n {
            _ if kind == Kind::Split => (n.min(SPLIT_MAX), if n <= SMALL_MAX { GROUP } else { 2 * GROUP }),
            0..=5 => (5, GROUP),
            6..=10 => (10, GROUP),
            11..=SMALL_MAX => (SMALL_MAX, GROUP),
            // Load at most 7/8.
            _ if n > (u32::MAX / 4) as usize => return std::ptr::null_mut(),
            _ => (0, (n * 8).div_ceil(7).next_power_of_two().max(2 * GROUP)),
        };
        let width = match buckets {
            GROUP => 0u8,
            0..=256 => 1,
            0..=65536 => 2,
            _ => 4,
        };
        let capacity = if small != 0 { small } else { buckets / 8 * 7 };
        Keys::new_block(kind, capacity, buckets, width, small)
    }

    /// Hash bits as this block uses them. String hashes are uniform as they are.
    #[inline(always)]
    fn spread(&self, hash: isize) -> u64 {
        match self.kind {
            Kind::General => mix(hash),
            _ => hash as u64,
        }
    }

    /// Bytes of the whole block (`sys.getsizeof`).
    pub fn bytes(&self) -> usize {
        if self.entries.is_null() {
            return 0;
        }
        HEAD + self.buckets() * (1 + self.width as usize) + self.capacity() * stride(self.kind)
    }
    #[inline(always)]
    fn buckets(&self) -> usize {
        (self.gmask as usize + 1) * GROUP
    }
    /// Most entries the block can hold.
    #[inline]
    pub fn capacity(&self) -> usize {
        if self.width == 0 || self.small != 0 { self.small as usize } else { self.buckets() / 8 * 7 }
    }
    #[inline(always)]
    fn ctrl(&self) -> *mut u8 {
        (self as *const Keys as *mut u8).wrapping_add(HEAD)
    }
    #[inline(always)]
    pub fn kind(&self) -> Kind {
        self.kind
    }
    /// Entries in use, deleted ones included.
    #[inline(always)]
    pub fn nentries(&self) -> usize {
        self.nentries.get() as usize
    }
    /// Entries that can still be added.
    #[inline(always)]
    pub fn usable(&self) -> usize {
        self.usable.get() as usize
    }
    /// Give up one unused place (instances of a class with too generous shared keys).
    pub(crate) fn shrink_usable(&self) {
        if self.usable.get() > 1 {
            self.usable.set(self.usable.get() - 1);
        }
    }

    /// The version that stands for the present set of keys and their indices; assigned on demand. 0 when versions have run out.
    #[inline]
    pub fn version(&self) -> u32 {
        match self.version.get() {
            0 => self.assign_version(),
            v => v,
        }
    }
    /// The version if one is assigned, else 0. What inline caches compare.
    #[inline(always)]
    pub fn current_version(&self) -> u32 {
        self.version.get()
    }
    #[cold]
    fn assign_version(&self) -> u32 {
        let v = NEXT_VERSION.0.get();
        if v != 0 {
            NEXT_VERSION.0.set(v.wrapping_add(1));
            self.version.set(v);
        }
        v
    }
    /// Forget the version: the set of keys changed.
    #[inline(always)]
    pub(super) fn touch(&self) {
        self.version.set(0);
    }

    #[inline(always)]
    fn index_at(&self, bucket: usize) -> usize {
        let table = self.ctrl().wrapping_add(self.buckets());
        // SAFETY: `bucket < buckets`, and the table has `width` bytes for each.
        unsafe {
            match self.width {
                0 => bucket,
                1 => *table.add(bucket) as usize,
                2 => *(table as *const u16).add(bucket) as usize,
                _ => *(table as *const u32).add(bucket) as usize,
            }
        }
    }
    #[inline(always)]
    fn set_index(&self, bucket: usize, ix: usize) {
        let table = self.ctrl().wrapping_add(self.buckets());
        // SAFETY: as `index_at`.
        unsafe {
            match self.width {
                0 => debug_assert!(bucket == ix),
                1 => *table.add(bucket) = ix as u8,
                2 => *(table as *mut u16).add(bucket) = ix as u16,
                _ => *(table as *mut u32).add(bucket) = ix as u32,
            }
        }
    }

    /// The entry at `ix < capacity`. Fields beyond the form's end must not be touched.
    #[inline(always)]
    pub(super) fn entry(&self, ix: usize) -> &Entry {
        debug_assert!(ix < self.capacity());
        // SAFETY: within the block; the fields are cells.
        unsafe { &*(self.entries.add(ix * stride(self.kind)) as *const Entry) }
    }
    /// Key of an entry; null when deleted.
    #[inline(always)]
    pub(super) fn key_at(&self, ix: usize) -> *mut Object {
        self.entry(ix).key.get()
    }
    /// Whether entry `ix` exists and its key is this very string.
    #[inline(always)]
    pub(crate) fn is_at(&self, ix: u32, name: &PyStr) -> bool {
        ix < self.nentries.get() && std::ptr::eq(self.key_at(ix as usize) as *const PyStr, name)
    }
    /// Hash of the entry's key, which is not null.
    #[inline(always)]
    pub(super) fn hash_at(&self, ix: usize) -> isize {
        let e = self.entry(ix);
        match self.kind {
            Kind::General => e.hash.get(),
            // SAFETY: keys of the other forms are exact strings with their hash computed.
            _ => unsafe { (*(e.key.get() as *const PyStr)).cached_hash() },
        }
    }

    /// Write entry `ix`, the next one, whose bucket is taken.
    #[inline(always)]
    fn append(&self, ix: usize, key: *mut Object, hash: isize, value: *mut Object) {
        let e = self.entry(ix);
        e.key.set(key);
        if self.kind != Kind::Split {
            e.value.set(value);
        }
        if self.kind == Kind::General {
            e.hash.set(hash);
        }
        self.nentries.set(ix as u32 + 1);
        self.usable.set(self.usable.get() - 1);
        self.touch();
    }

    /// Index of a string key, comparing with exact string keys only (runs no Python code).
    #[inline(always)]
    pub fn find_str(&self, key: &PyStr, hash: isize) -> Option<usize> {
        if self.kind == Kind::General {
            return self.find_str_general(key, hash);
        }
        let mut p = Probe::new(self, hash);
        while let Some((ix, _)) = p.next(self) {
            let k = self.key_at(ix) as *const PyStr;
            // SAFETY: entries of full buckets have live keys; string forms hold exact strings with their hash computed.
            if std::ptr::eq(k, key) || unsafe { (*k).cached_hash() == hash && (*k).eq_str(key) } {
                return Some(ix);
            }
        }
        None
    }

    fn find_str_general(&self, key: &PyStr, hash: isize) -> Option<usize> {
        let mut p = Probe::new(self, hash);
        while let Some((ix, _)) = p.next(self) {
            let e = self.entry(ix);
            let k = e.key.get() as *const PyStr;
            // SAFETY: entries of full buckets have live keys.
            if std::ptr::eq(k, key) || (e.hash.get() == hash && unsafe { (*k).as_object().is_exact::<PyStr>() && (*k).eq_str(key) }) {
                return Some(ix);
            }
        }
        None
    }

    /// Append an entry for a key that is not there. Steals nothing by itself: the caller hands over the counts of key and value (no value in a `Split` block).
    #[inline]
    pub(super) fn push(&self, key: *mut Object, hash: isize, value: *mut Object) -> usize {
        debug_assert!(self.usable.get() > 0);
        let ix = self.nentries();
        self.claim(ix, hash);
        self.append(ix, key, hash, value);
        ix
    }

    /// Add a name to the shared keys of a class; there is room, and the name is an exact string that is not there.
    pub(crate) fn push_shared(&self, name: &PyStr) -> usize {
        debug_assert!(self.kind == Kind::Split);
        self.push(name.own().into_raw(), name.hash_value(), std::ptr::null_mut())
    }

    /// The names of shared keys, in order.
    pub(crate) fn shared_names(&self) -> impl Iterator<Item = &PyStr> {
        debug_assert!(self.kind == Kind::Split);
        // SAFETY: keys of a `Split` block are exact strings and never removed.
        (0..self.nentries()).map(|ix| unsafe { &*(self.key_at(ix) as *const PyStr) })
    }

    /// Shared keys for a class. Null when memory is exhausted.
    pub(crate) fn new_split(n: usize) -> *mut Keys {
        Keys::new(Kind::Split, n)
    }

    /// Take a bucket for entry `ix`.
    #[inline(always)]
    fn claim(&self, ix: usize, hash: isize) {
        let x = self.spread(hash);
        // SAFETY: group and bucket numbers stay below the bucket count; a large table has a free bucket.
        unsafe {
            if self.width == 0 {
                *self.ctrl().add(ix) = tag_of(x);
                return;
            }
            let gmask = self.gmask as usize;
            let (mut g, mut step) = (x as usize & gmask, 0);
            loop {
                let free = Group::load(self.ctrl().add(g * GROUP)).free();
                if free != 0 {
                    let bucket = g * GROUP + free.trailing_zeros() as usize;
                    *self.ctrl().add(bucket) = tag_of(x);
                    self.set_index(bucket, ix);
                    return;
                }
                step += 1;
                g = (g + step) & gmask;
            }
        }
    }

    /// Delete live entry `ix`. Gives (key, value) with their counts. With `give_back`, a last entry's place can be used again (`popitem` only: an
    /// iterator must notice a new item behind the deleted one).
    pub(super) fn delete(&self, ix: usize, give_back: bool) -> (*mut Object, *mut Object) {
        let mut p = Probe::new(self, self.hash_at(ix));
        let bucket = loop {
            match p.next(self) {
                Some((i, b)) if i == ix => break b,
                Some(_) => {}
                None => unreachable!("an entry without a bucket"),
            }
        };
        let last = give_back && ix + 1 == self.nentries();
        // A bucket may become EMPTY when no probe has ever gone past its group, that is when the group still has an EMPTY byte. In a small block only the last entry's may,
        // since the byte's place is the entry's.
        // SAFETY: `bucket` is within the table.
        let empty = unsafe {
            let g = Group::load(self.ctrl().add(bucket / GROUP * GROUP));
            let empty = if self.width == 0 { last } else { g.matches(EMPTY) != 0 };
            *self.ctrl().add(bucket) = if empty { EMPTY } else { DELETED };
            empty
        };
        let e = self.entry(ix);
        let out = (e.key.replace(std::ptr::null_mut()), e.value.replace(std::ptr::null_mut()));
        if last {
            // Give the entry back, and holes before it, so that repeated `popitem` need not search. A place in the table is won only with the bucket.
            let mut n = ix;
            while n > 0 && self.key_at(n - 1).is_null() {
                n -= 1;
            }
            self.nentries.set(n as u32);
            self.usable.set(self.usable.get() + empty as u32);
        }
        self.touch();
        out
    }

    /// A copy of the block with every reference counted again. Null when memory is exhausted. Not for `Split`.
    pub(super) fn duplicate(&self) -> *mut Keys {
        let n = self.bytes();
        let p = alloc::malloc(n);
        if p.is_null() {
            return std::ptr::null_mut();
        }
        // SAFETY: same size and shape; only initialised entries are read.
        unsafe {
            std::ptr::copy_nonoverlapping(self as *const Keys as *const u8, p, n);
            let k = p as *mut Keys;
            (*k).refs.set(1);
            (*k).version.set(0);
            (*k).entries = p.add(self.entries as usize - self as *const Keys as usize);
            for ix in 0..(*k).nentries() {
                let e = (*k).entry(ix);
                if !e.key.get().is_null() {
                    (*e.key.get()).incref();
                    (*e.value.get()).incref();
                }
            }
            k
        }
    }

    /// Take one more hold of the block.
    #[inline(always)]
    pub(crate) fn retain(&self) {
        if self.refs.get() < STATIC_REFS {
            self.refs.set(self.refs.get() + 1);
        }
    }

    /// Give a hold back; the last one releases the entries and frees the block. May run code.
    ///
    /// # Safety
    /// The caller owns a hold and does not use the block afterwards.
    #[inline]
    pub(crate) unsafe fn release(this: *mut Keys) {
        // SAFETY: alive as long as a hold exists.
        unsafe {
            let n = (*this).refs.get();
            if n >= STATIC_REFS {
                return;
            }
            (*this).refs.set(n - 1);
            if n == 1 {
                Keys::destroy(this);
            }
        }
    }

    unsafe fn destroy(this: *mut Keys) {
        // SAFETY: nobody else knows the block; each reference is released once.
        unsafe {
            let k = &*this;
            let (step, with_values) = (stride(k.kind), k.kind != Kind::Split);
            let mut at = k.entries;
            for _ in 0..k.nentries() {
                let e = &*(at as *const Entry);
                let key = e.key.get();
                if !key.is_null() {
                    let value = if with_values { e.value.get() } else { std::ptr::null_mut() };
                    Object::decref(key);
                    if !value.is_null() {
                        Object::decref(value);
                    }
                }
                at = at.add(step);
            }
            let n = if k.width == 0 { HEAD + GROUP + k.small as usize * step } else { k.bytes() };
            alloc::free(this as *mut u8, n);
        }
    }
}

/// Bytes of an entry.
#[inline(always)]
const fn stride(kind: Kind) -> usize {
    match kind {
        Kind::General => 24,
        Kind::Str => 16,
        Kind::Split => 8,
    }
}
