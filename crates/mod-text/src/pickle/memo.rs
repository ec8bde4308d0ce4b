//! The memo of a pickler: which objects the stream has already, and under which number.

use std::collections::HashMap;
use taipan_object::field::GcField;
use taipan_object::hash::ByNumber;
use taipan_object::prelude::*;

/// Objects by identity. It owns them, so that their addresses stay taken.
pub struct Memo {
    by_address: HashMap<usize, u32, ByNumber>,
    objects: Vec<(u32, Own<Object>)>,
}

impl Default for Memo {
    /// With room for the objects of a small pickle: growing step by step would cost more than they do.
    fn default() -> Memo {
        Memo { by_address: HashMap::with_capacity_and_hasher(56, ByNumber::default()), objects: Vec::with_capacity(32) }
    }
}

impl Memo {
    #[inline]
    fn key(o: &Object) -> usize {
        o.as_ptr() as usize
    }
    /// The number of an object.
    #[inline]
    pub fn get(&self, o: &Object) -> Option<u32> {
        self.by_address.get(&Memo::key(o)).copied()
    }
    /// Add an object under the next number.
    #[inline]
    pub fn add(&mut self, o: &Object) -> u32 {
        let n = self.objects.len() as u32;
        self.put(o, n);
        n
    }
    /// Add an object under a number.
    #[inline]
    pub fn put(&mut self, o: &Object, n: u32) {
        self.by_address.insert(Memo::key(o), n);
        self.objects.push((n, o.own()));
    }
    /// Forget everything; what is returned keeps the objects alive until the borrow of the memo is over.
    #[must_use]
    pub fn clear(&mut self) -> Vec<(u32, Own<Object>)> {
        self.by_address.clear();
        std::mem::take(&mut self.objects)
    }
    /// All objects with their numbers.
    pub fn entries(&self) -> Vec<(u32, Own<Object>)> {
        self.objects.clone()
    }
    pub fn len(&self) -> usize {
        self.objects.len()
    }
}

impl GcField for Memo {
    fn traverse(&self, v: taipan_object::field::Visit) -> Result<(), i32> {
        self.objects.iter().try_for_each(|(_, o)| v.object(o))
    }
}
