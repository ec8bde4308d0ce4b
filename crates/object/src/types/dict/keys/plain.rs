//! What is found, or surely new, by a look at one group: no comparison, no call.

use super::*;
use crate::types::dict::hash_i64;
use crate::types::int::PyInt;

impl Keys {
    /// The entry in the first group of a probe for which `is` says yes; null: it may be elsewhere.
    #[inline(always)]
    fn in_first_group(&self, mixed: u64, stride: usize, is: impl Fn(&Entry) -> bool) -> *const Entry {
        let first = (mixed as usize & self.gmask as usize) * GROUP;
        // SAFETY: within the block; full buckets have entries.
        unsafe {
            let mut bits = Group::load(self.ctrl().add(first)).matches(tag_of(mixed));
            while bits != 0 {
                let e = self.entries.add(self.index_at(first + bits.trailing_zeros() as usize) * stride) as *const Entry;
                if is(&*e) {
                    return e;
                }
                bits &= bits - 1;
            }
        }
        std::ptr::null()
    }

    /// Whether there is an entry for which `is` says yes (1), surely none that equals the key (0), or another look is needed (2).
    #[inline(always)]
    fn first_group_says(&self, mixed: u64, stride: usize, is: impl Fn(&Entry) -> bool) -> u8 {
        let first = (mixed as usize & self.gmask as usize) * GROUP;
        // SAFETY: within the block; full buckets have entries.
        unsafe {
            let group = Group::load(self.ctrl().add(first));
            let mut bits = group.matches(tag_of(mixed));
            if bits == 0 {
                // The probe ends here if the group has room.
                return if self.width == 0 || group.matches(EMPTY) != 0 { 0 } else { 2 };
            }
            while bits != 0 {
                if is(&*(self.entries.add(self.index_at(first + bits.trailing_zeros() as usize) * stride) as *const Entry)) {
                    return 1;
                }
                bits &= bits - 1;
            }
        }
        2
    }

    /// Whether this very key is in a combined block: 1 or, surely, 0; 2: look for it the long way.
    #[inline(always)]
    pub(in crate::types::dict) fn has_same(&self, key: *const Object, hash: isize) -> u8 {
        let is = |e: &Entry| std::ptr::eq(e.key.get(), key);
        match self.kind {
            Kind::Str => self.first_group_says(hash as u64, stride(Kind::Str), is),
            Kind::General => self.first_group_says(mix(hash), stride(Kind::General), is),
            Kind::Split => 2,
        }
    }

    /// As [`Keys::has_same`] for an int of one digit.
    #[inline(always)]
    pub(in crate::types::dict) fn has_int(&self, n: i64) -> u8 {
        if self.kind != Kind::General {
            return 2;
        }
        // SAFETY: entries of full buckets have live keys.
        let is = |e: &Entry| unsafe { (*e.key.get()).is_exact::<PyInt>() && (*(e.key.get() as *const PyInt)).compact() == Some(n) };
        self.first_group_says(mix(hash_i64(n)), stride(Kind::General), is)
    }

    /// The entry of this very string in a combined block without an index; null: look for it the long way.
    #[inline(always)]
    pub(in crate::types::dict) fn small_entry_of_same(&self, key: *const Object, hash: isize) -> *const Entry {
        if self.kind != Kind::Str || self.width != 0 {
            return std::ptr::null();
        }
        // SAFETY: within the block; byte `i` speaks of entry `i`.
        unsafe {
            let mut bits = Group::load(self.ctrl()).matches(tag_of(hash as u64));
            while bits != 0 {
                let e = (self.entries as *const [usize; 2]).add(bits.trailing_zeros() as usize);
                if (*e)[0] == key as usize {
                    return e as *const Entry;
                }
                bits &= bits - 1;
            }
        }
        std::ptr::null()
    }

    /// The entry of this very key in a combined block; null: look for it the long way.
    #[inline(always)]
    pub(in crate::types::dict) fn entry_of_same(&self, key: *const Object, hash: isize) -> *const Entry {
        match self.kind {
            Kind::Str => self.in_first_group(hash as u64, stride(Kind::Str), |e| std::ptr::eq(e.key.get(), key)),
            Kind::General => self.in_first_group(mix(hash), stride(Kind::General), |e| std::ptr::eq(e.key.get(), key)),
            Kind::Split => std::ptr::null(),
        }
    }

    /// The entry of an int of one digit in a combined block; null: look for it the long way.
    #[inline(always)]
    pub(in crate::types::dict) fn entry_of_int(&self, n: i64) -> *const Entry {
        if self.kind != Kind::General {
            return std::ptr::null();
        }
        // SAFETY: entries of full buckets have live keys.
        let is = |e: &Entry| unsafe { (*e.key.get()).is_exact::<PyInt>() && (*(e.key.get() as *const PyInt)).compact() == Some(n) };
        self.in_first_group(mix(hash_i64(n)), stride(Kind::General), is)
    }

    /// Add an int of one digit that is a combined block's new key for certain: no entry that its probe meets has its hash. False: nothing has happened.
    #[inline(always)]
    pub(in crate::types::dict) fn push_new_int(&self, hash: isize, key: *mut Object, value: *mut Object) -> bool {
        if self.kind != Kind::General || self.usable.get() == 0 {
            return false;
        }
        let mixed = mix(hash);
        let first = (mixed as usize & self.gmask as usize) * GROUP;
        // SAFETY: within the block; the group has a free bucket.
        unsafe {
            let group = Group::load(self.ctrl().add(first));
            let empty = group.matches(EMPTY);
            if empty == 0 || group.matches(tag_of(mixed)) != 0 {
                return false;
            }
            let ix = self.nentries();
            let bucket = if self.width == 0 { ix } else { first + empty.trailing_zeros() as usize };
            *self.ctrl().add(bucket) = tag_of(mixed);
            self.set_index(bucket, ix);
            *(self.entries as *mut [usize; 3]).add(ix) = [key as usize, value as usize, hash as usize];
            self.nentries.set(ix as u32 + 1);
        }
        self.usable.set(self.usable.get() - 1);
        self.touch();
        true
    }

    /// As [`Keys::push_new_int`] by a whole probe.
    pub(in crate::types::dict) fn push_new_hashed(&self, hash: isize, key: *mut Object, value: *mut Object) -> bool {
        if self.kind != Kind::General || self.usable.get() == 0 {
            return false;
        }
        let mut p = Probe::new(self, hash);
        while let Some((ix, _)) = p.next(self) {
            // What is equal has the same hash.
            if self.hash_at(ix) == hash {
                return false;
            }
        }
        self.push(key, hash, value);
        true
    }

    /// Add a string that is a combined small block's new key for certain: no entry has its tag. False: nothing has happened.
    #[inline(always)]
    pub(in crate::types::dict) fn push_new_str(&self, key: *mut Object, hash: isize, value: *mut Object) -> bool {
        if self.kind != Kind::Str || self.width != 0 || self.usable.get() == 0 {
            return false;
        }
        let tag = tag_of(hash as u64);
        // SAFETY: within the block.
        unsafe {
            if Group::load(self.ctrl()).matches(tag) != 0 {
                return false;
            }
            let ix = self.nentries();
            *self.ctrl().add(ix) = tag;
            *(self.entries as *mut [*mut Object; 2]).add(ix) = [key, value];
            self.nentries.set(ix as u32 + 1);
        }
        self.usable.set(self.usable.get() - 1);
        self.touch();
        true
    }
}
