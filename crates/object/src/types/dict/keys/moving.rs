//! Entries into another block: growth, and dicts that change their form.

use super::*;
use std::mem::MaybeUninit;

/// Tables of at most so many groups are filled with a count for each beside them.
const GROUPS_COUNTED: usize = 1024;

impl Keys {
    /// Move all live entries, `live` of them, into `to`, which is empty and large enough; this block is left empty (its memory may still be held).
    pub(in crate::types::dict) fn move_into(&self, to: &Keys, live: usize) {
        debug_assert!(self.kind != Kind::Split && to.nentries() == 0);
        if self.kind == Kind::General && to.kind == Kind::General && to.width != 0 {
            match to.width {
                1 => self.move_hashed(to, live, |ix| ix as u8),
                2 => self.move_hashed(to, live, |ix| ix as u16),
                _ => self.move_hashed(to, live, |ix| ix as u32),
            }
        } else {
            self.move_far(to);
        }
        if self.refs.get() == 1 || self.entries.is_null() {
            self.nentries.set(0);
            return;
        }
        // Held by a running comparison: leave a consistent empty block behind.
        self.nentries.set(0);
        self.usable.set(0);
        self.touch();
        // SAFETY: the control bytes of this block.
        unsafe { std::ptr::write_bytes(self.ctrl(), EMPTY, self.buckets()) };
    }

    /// The entries' part of [`Keys::move_into`], one by one.
    fn move_far(&self, to: &Keys) {
        for ix in 0..self.nentries() {
            let e = self.entry(ix);
            let key = e.key.get();
            if !key.is_null() {
                to.push(key, self.hash_at(ix), e.value.get());
            }
        }
    }

    /// As [`Keys::move_far`] between blocks that keep the hashes, the new one with an index of `T`.
    fn move_hashed<T>(&self, to: &Keys, live: usize, index: impl Fn(usize) -> T) {
        // In variables: the compiler would think that the stores below change them.
        let (ctrl, gmask) = (to.ctrl(), to.gmask as usize);
        // SAFETY: the index lies behind the control bytes.
        let table = unsafe { ctrl.add(to.buckets()) as *mut T };
        // So many entries each group has got: none is deleted, so they lie in front. Looking at the control bytes would wait for the stores of single bytes just made.
        let mut fill = [MaybeUninit::<u8>::uninit(); GROUPS_COUNTED];
        if gmask >= GROUPS_COUNTED {
            return self.move_far(to);
        }
        fill[..=gmask].fill(MaybeUninit::new(0));
        let count = fill.as_mut_ptr() as *mut u8;
        // SAFETY: the new block has a free bucket for each entry.
        let place = |ix: usize, hash: usize| unsafe {
            let mixed = mix(hash as isize);
            let (mut g, mut step) = (mixed as usize & gmask, 0);
            while *count.add(g) as usize == GROUP {
                step += 1;
                g = (g + step) & gmask;
            }
            let bucket = g * GROUP + *count.add(g) as usize;
            *count.add(g) += 1;
            *ctrl.add(bucket) = tag_of(mixed);
            *table.add(bucket) = index(ix);
        };
        let (first, old, new) = (self.entries as *const [usize; 3], self.nentries(), to.entries as *mut [usize; 3]);
        // SAFETY: entries of both blocks, of the same form; the new one has room for them all.
        unsafe {
            if live == old {
                // None is missing.
                std::ptr::copy_nonoverlapping(first, new, old);
                for at in 0..old {
                    place(at, (*first.add(at))[2]);
                }
            } else {
                let mut ix = 0;
                for at in 0..old {
                    let words = *first.add(at);
                    if words[0] != 0 {
                        *new.add(ix) = words;
                        place(ix, words[2]);
                        ix += 1;
                    }
                }
                debug_assert_eq!(ix, live);
            }
        }
        to.nentries.set(live as u32);
        to.usable.set(to.usable.get() - live as u32);
        to.touch();
    }
}
