//! One shared [`Identifier`] per name of the source.

use taipan_text::ident;

use crate::ast::Identifier;

/// An open-addressing table from spelling to identifier; linear probing, at most half full.
pub(super) struct Names<'s> {
    /// Index into `entries` plus one; 0 is free.
    slots: Vec<u32>,
    entries: Vec<(&'s str, u32, Identifier)>,
    /// A constant that a name written in other characters turned out to be.
    pub(super) constant: Option<&'static str>,
}

fn hash(text: &[u8]) -> u32 {
    const K: u64 = 0x517C_C1B7_2722_0A95;
    let mut state = text.len() as u64;
    let mut chunks = text.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        state = (state.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(K);
    }
    let mut word = 0;
    for &byte in chunks.remainder() {
        word = (word << 8) | u64::from(byte);
    }
    state = (state.rotate_left(5) ^ word).wrapping_mul(K);
    (state >> 32) as u32
}

impl<'s> Names<'s> {
    pub(super) fn new() -> Self {
        Names { slots: vec![0; 256], entries: Vec::with_capacity(64), constant: None }
    }

    pub(super) fn intern(&mut self, text: &'s str) -> Identifier {
        let hash = hash(text.as_bytes());
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                0 => break,
                index => {
                    let entry = &self.entries[index as usize - 1];
                    if entry.1 == hash && entry.0 == text {
                        return entry.2.clone();
                    }
                }
            }
            at = (at + 1) & mask;
        }
        let normal = ident::normalize(text);
        if let std::borrow::Cow::Owned(name) = &normal
            && let Some(constant) = ["None", "True", "False"].into_iter().find(|c| c == name)
        {
            self.constant = Some(constant);
        }
        let identifier = Identifier::new(&normal);
        self.entries.push((text, hash, identifier.clone()));
        self.slots[at] = self.entries.len() as u32;
        if self.entries.len() * 2 > self.slots.len() {
            self.enlarge();
        }
        identifier
    }

    fn enlarge(&mut self) {
        let mut slots = vec![0; self.slots.len() * 4];
        let mask = slots.len() - 1;
        for (index, entry) in self.entries.iter().enumerate() {
            let mut at = entry.1 as usize & mask;
            while slots[at] != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = index as u32 + 1;
        }
        self.slots = slots;
    }
}
