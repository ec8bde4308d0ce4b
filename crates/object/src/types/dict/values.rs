//! `InlineValues`: the values of one instance whose keys are shared by its class (see `crate::instance` for where they live).
//!
//! Layout: 8 bytes of head, `capacity` value pointers, `capacity` bytes of insertion order. Value `i` belongs to key `i` of the class's `Split` keys block. Invariants:
//! `order[0..size]` lists exactly the indices whose value is not null, in insertion order; when `valid` is 0 the values are all null and the instance's
//! attributes are in its dict.

use crate::refs::*;
use std::cell::Cell;

/// Head of the block.
#[repr(C)]
pub struct InlineValues {
    capacity: u8,
    size: Cell<u8>,
    /// 1: part of an instance; 0: a block of its own, owned by a dict.
    embedded: u8,
    valid: Cell<u8>,
    pad: u32,
}

const HEAD: usize = size_of::<InlineValues>();
/// Offset of value 0 from the head, for inline caches: value `i` is at `VALUES_OFFSET + 8 * i`.
pub const VALUES_OFFSET: usize = HEAD;

impl InlineValues {
    /// Bytes of a block for `capacity` values.
    #[inline(always)]
    pub const fn bytes_for(capacity: usize) -> usize {
        HEAD + capacity * 8 + capacity.next_multiple_of(8)
    }

    /// Initialise a block.
    ///
    /// # Safety
    /// `p` points at `bytes_for(capacity)` writable bytes, 8-aligned; `capacity <= SPLIT_MAX`.
    #[inline]
    pub unsafe fn init_at(p: *mut u8, capacity: usize, embedded: bool) {
        // SAFETY: the caller's promise.
        unsafe {
            (p as *mut InlineValues).write(InlineValues {
                capacity: capacity as u8,
                size: Cell::new(0),
                embedded: embedded as u8,
                valid: Cell::new(1),
                pad: 0,
            });
            std::ptr::write_bytes(p.add(HEAD), 0, capacity * 8);
        }
    }

    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.capacity as usize
    }
    /// Number of values present.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.size.get() as usize
    }
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.size.get() == 0
    }
    #[inline(always)]
    pub fn is_embedded(&self) -> bool {
        self.embedded != 0
    }
    /// Whether the values hold the attributes (else the dict does).
    #[inline(always)]
    pub fn is_valid(&self) -> bool {
        self.valid.get() != 0
    }
    pub(crate) fn invalidate(&self) {
        debug_assert!(self.size.get() == 0);
        self.valid.set(0);
    }

    /// The cell of value `ix < capacity`; null = absent. Write through [`InlineValues::store`] unless a value is replaced by a value.
    #[inline(always)]
    pub fn cell(&self, ix: usize) -> &Cell<*mut Object> {
        debug_assert!(ix < self.capacity());
        // SAFETY: within the block.
        unsafe { &*((self as *const InlineValues as *const u8).add(HEAD + ix * 8) as *const Cell<*mut Object>) }
    }
    #[inline(always)]
    fn order_cell(&self, i: usize) -> &Cell<u8> {
        debug_assert!(i < self.capacity());
        // SAFETY: within the block.
        unsafe { &*((self as *const InlineValues as *const u8).add(HEAD + self.capacity() * 8 + i) as *const Cell<u8>) }
    }
    /// Index of the `i`-th value in insertion order, `i < len`.
    #[inline(always)]
    pub fn order(&self, i: usize) -> usize {
        self.order_cell(i).get() as usize
    }

    /// Store an owned value; gives the old one with its count, or null when the value is new.
    #[inline(always)]
    pub fn store(&self, ix: usize, value: *mut Object) -> *mut Object {
        let old = self.cell(ix).replace(value);
        if old.is_null() {
            let n = self.size.get();
            self.order_cell(n as usize).set(ix as u8);
            self.size.set(n + 1);
        }
        old
    }

    /// Take a value out with its count; null when absent.
    pub fn take(&self, ix: usize) -> *mut Object {
        let old = self.cell(ix).replace(std::ptr::null_mut());
        if !old.is_null() {
            let n = self.len();
            let at = (0..n).find(|&i| self.order(i) == ix).unwrap_or(n - 1);
            for i in at + 1..n {
                self.order_cell(i - 1).set(self.order(i) as u8);
            }
            self.size.set(n as u8 - 1);
        }
        old
    }

    /// The values have moved elsewhere with their counts: empty the block; one inside an instance becomes invalid, a separate one is freed.
    pub(super) fn forget_all(&self) {
        for i in 0..self.len() {
            self.cell(self.order(i)).set(std::ptr::null_mut());
        }
        self.size.set(0);
        self.valid.set(0);
        if !self.is_embedded() {
            // SAFETY: a block of its own, allocated with this size; nobody uses it any more.
            unsafe { crate::alloc::free(self as *const InlineValues as *mut u8, InlineValues::bytes_for(self.capacity())) };
        }
    }

    /// Release every value, after the block is empty. May run code, which may store values again.
    pub fn clear(&self) {
        let mut old = [const { std::mem::MaybeUninit::<*mut Object>::uninit() }; super::keys::SPLIT_MAX];
        let n = self.len();
        for (i, slot) in old.iter_mut().enumerate().take(n) {
            slot.write(self.cell(self.order(i)).replace(std::ptr::null_mut()));
        }
        self.size.set(0);
        for p in &old[..n] {
            // SAFETY: written above; the count was the block's.
            unsafe { Object::decref(p.assume_init()) };
        }
    }

    /// Release every value of a dying instance, whose block nobody will look at again.
    ///
    /// # Safety
    /// The block is freed next.
    #[inline]
    pub(crate) unsafe fn release_all(&self) {
        for i in 0..self.len() {
            // SAFETY: present values come with the block's counts.
            unsafe { Object::decref(self.cell(self.order(i)).get()) };
        }
    }
    /// Bytes of the block.
    #[inline(always)]
    pub fn bytes(&self) -> usize {
        InlineValues::bytes_for(self.capacity())
    }

    /// Every present value, in no order.
    #[inline(always)]
    pub(crate) fn each(&self, f: impl Fn(*mut Object)) {
        (0..self.len()).for_each(|i| f(self.cell(self.order(i)).get()));
    }

    /// Call `f` with every value present, in insertion order, until it fails.
    pub fn try_each<E>(&self, mut f: impl FnMut(&Object) -> Result<(), E>) -> Result<(), E> {
        // SAFETY: present values are live.
        (0..self.len()).try_for_each(|i| f(unsafe { &*self.cell(self.order(i)).get() }))
    }

    /// Move every value with its order into an empty block of the same capacity.
    pub(crate) fn move_to(&self, to: &InlineValues) {
        for i in 0..self.len() {
            let ix = self.order(i);
            to.store(ix, self.cell(ix).replace(std::ptr::null_mut()));
        }
        self.size.set(0);
    }

    /// Take every value out.
    pub(crate) fn drain(&self) -> Vec<Own<Object>> {
        if self.is_empty() {
            return Vec::new();
        }
        // SAFETY: present values come with the block's counts.
        let out = (0..self.len()).map(|i| unsafe { Own::from_raw(self.cell(self.order(i)).replace(std::ptr::null_mut())) }).collect();
        self.size.set(0);
        out
    }
}
