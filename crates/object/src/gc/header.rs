//! The GC header: two words in front of every object whose type has `HAVE_GC`, linking tracked objects into generation lists.
//!
//! Word 0 `next`: address of the next header, 0 = untracked. Word 1 `prev`: address of the previous header, low bits: FINALIZED (bit 0),
//! COLLECTING (bit 1); during a collection the upper bits hold the count of references from outside. Same scheme, sizes and meaning as CPython's
//! `PyGC_Head` (16 bytes), since `sys.getsizeof` and extensions' expectations depend on it.

use crate::refs::Object;
use std::cell::Cell;

/// Two words before the object.
#[repr(C)]
pub struct GcHead {
    pub next: Cell<usize>,
    pub prev: Cell<usize>,
}

/// Bytes of the header.
pub const GC_HEAD_BYTES: usize = size_of::<GcHead>();
pub const PREV_FINALIZED: usize = 1;
pub const PREV_COLLECTING: usize = 2;
pub const PREV_SHIFT: u32 = 2;
pub const PREV_MASK: usize = !0 << PREV_SHIFT;
/// In `next`, during a collection: tentatively unreachable.
pub const NEXT_UNREACHABLE: usize = 1;

impl GcHead {
    /// The header of an object whose type has GC.
    ///
    /// # Safety
    /// The object was allocated with a header.
    #[inline(always)]
    pub unsafe fn of<'a>(obj: *const Object) -> &'a GcHead {
        // SAFETY: the caller's promise.
        unsafe { &*(obj as *const u8).sub(GC_HEAD_BYTES).cast::<GcHead>() }
    }
    /// The object behind the header.
    #[inline(always)]
    pub fn object(&self) -> *mut Object {
        // The object follows the header in the same allocation.
        (self as *const GcHead).wrapping_add(1) as *mut Object
    }
    #[inline(always)]
    pub fn is_tracked(&self) -> bool {
        self.next.get() != 0
    }
    #[inline(always)]
    pub fn addr(&self) -> usize {
        self as *const GcHead as usize
    }
    /// # Safety
    /// `a` is the address of a live header.
    #[inline(always)]
    pub unsafe fn at<'a>(a: usize) -> &'a GcHead {
        // SAFETY: the caller's promise.
        unsafe { &*(a as *const GcHead) }
    }
    #[inline(always)]
    pub fn prev_addr(&self) -> usize {
        self.prev.get() & PREV_MASK
    }
    #[inline(always)]
    pub fn set_prev_addr(&self, a: usize) {
        self.prev.set((self.prev.get() & !PREV_MASK) | a);
    }
    /// Link before `list` (that is: at the end of the ring whose sentinel it is).
    #[inline(always)]
    pub fn append_to(&self, list: &GcHead) {
        let last = list.prev_addr();
        self.set_prev_addr(last);
        self.next.set(list.addr());
        // SAFETY: neighbours of a ring are alive.
        unsafe { GcHead::at(last) }.next.set(self.addr());
        list.set_prev_addr(self.addr());
    }
    /// Take out of the ring.
    #[inline(always)]
    pub fn unlink(&self) {
        let (p, n) = (self.prev_addr(), self.next.get());
        // SAFETY: neighbours of a ring are alive.
        unsafe {
            GcHead::at(p).next.set(n);
            GcHead::at(n).set_prev_addr(p);
        }
        self.next.set(0);
        self.prev.set(self.prev.get() & PREV_FINALIZED);
    }
    /// Make an empty ring of a sentinel.
    pub fn init_ring(&self) {
        self.next.set(self.addr());
        self.prev.set(self.addr());
    }
}
