//! Tables keyed by names, and private name mangling.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use taipan_syntax::ast::Identifier;

/// A fast hasher for short keys from the source (multiply and rotate, as rustc's).
#[derive(Clone, Default)]
pub struct QuickHasher(u64);

impl QuickHasher {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for QuickHasher {
    fn finish(&self) -> u64 {
        // The map uses the top and the bottom bits; bring the mixed top down.
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.mix(u64::from_le_bytes([
                chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
            ]));
        }
        let mut tail = 0;
        for &byte in chunks.remainder() {
            tail = tail << 8 | u64::from(byte);
        }
        self.mix(tail);
    }

    fn write_u8(&mut self, n: u8) {
        self.mix(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.mix(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.mix(n);
    }

    fn write_usize(&mut self, n: usize) {
        self.mix(n as u64);
    }
}

/// A hash map with [`QuickHasher`].
pub type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<QuickHasher>>;

/// A map from names that remembers the order of insertion.
#[derive(Clone, Debug)]
pub struct NameMap<V> {
    entries: Vec<(Identifier, V)>,
    index: QuickMap<Identifier, usize>,
}

impl<V> Default for NameMap<V> {
    fn default() -> Self {
        NameMap { entries: Vec::new(), index: QuickMap::default() }
    }
}

/// Up to so many entries a scan beats the hash.
const SCAN_MAX: usize = 8;

impl<V> NameMap<V> {
    /// Position of `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        if self.entries.len() <= SCAN_MAX {
            return self.entries.iter().position(|(key, _)| key.as_str() == name);
        }
        self.index.get(&Identifier::new(name)).copied()
    }

    /// Position of `name` (no allocation).
    pub fn find(&self, name: &Identifier) -> Option<usize> {
        if self.entries.len() <= SCAN_MAX {
            return self.entries.iter().position(|(key, _)| key == name);
        }
        self.index.get(name).copied()
    }

    /// The value of `name`.
    pub fn get(&self, name: &Identifier) -> Option<&V> {
        self.find(name).map(|at| &self.entries[at].1)
    }

    /// The value of `name`.
    pub fn get_mut(&mut self, name: &Identifier) -> Option<&mut V> {
        self.find(name).map(|at| &mut self.entries[at].1)
    }

    /// Is `name` there?
    pub fn contains(&self, name: &Identifier) -> bool {
        self.find(name).is_some()
    }

    /// The value of `name`, inserted by `make` if absent, and its position.
    pub fn entry(&mut self, name: &Identifier, make: impl FnOnce() -> V) -> (usize, &mut V) {
        let at = match self.find(name) {
            Some(at) => at,
            None => {
                let at = self.entries.len();
                self.entries.push((name.clone(), make()));
                if at == SCAN_MAX {
                    self.index = self.entries.iter().enumerate().map(|(i, (key, _))| (key.clone(), i)).collect();
                } else if at > SCAN_MAX {
                    self.index.insert(name.clone(), at);
                }
                at
            }
        };
        (at, &mut self.entries[at].1)
    }

    /// Entries in order of insertion.
    pub fn iter(&self) -> impl Iterator<Item = (&Identifier, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// Entries in order of insertion.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Identifier, &mut V)> {
        self.entries.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// No entries?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries, in order.
    pub fn into_entries(self) -> Vec<(Identifier, V)> {
        self.entries
    }
}

/// The name as seen inside the class `private` (`__x` becomes `_Class__x`).
pub fn mangle(private: Option<&Identifier>, name: &Identifier) -> Identifier {
    let Some(class) = private else { return name.clone() };
    let text = name.as_str();
    if !text.starts_with("__") || text.ends_with("__") || text.contains('.') {
        return name.clone();
    }
    let class = class.as_str().trim_start_matches('_');
    if class.is_empty() {
        return name.clone();
    }
    let mut mangled = String::with_capacity(class.len() + text.len() + 1);
    mangled.push('_');
    mangled.push_str(class);
    mangled.push_str(text);
    Identifier::from(mangled.as_str())
}
