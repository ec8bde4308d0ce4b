//! Seeded damage: the same seed always gives the same hostile inputs.

/// A small generator (xorshift64*), so that tests depend on nothing.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator; any seed will do.
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `limit` (0 for 0).
    pub fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.next_u64() >> 33) as usize % limit }
    }

    /// One of the items.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// Pieces of Python that are interesting where they do not belong.
const TOKENS: &[&str] = &[
    "(", ")", "[", "]", "{", "}", "'", "\"", "'''", "f'", "t\"", "rb'", "\\", "\\\n", "\n", "\n\t", "\n    ", "\n        ", "\t", ":", ":=",
    ";", ",", ".", "...", "*", "**", "/", "@", "=", "==", "->", "!", "!r", "~", "#", "$", "?", "`", "0", "0x", "1e", "1_", "9999999999", "\\x",
    "\\N{", "\\u12", "if ", "else", "elif ", "for ", "in ", "while ", "def ", "class ", "lambda ", "async ", "await ", "yield ", "from ",
    "import ", "return ", "match ", "case ", "type ", "with ", "as ", "try:", "except ", "except* ", "finally:", "raise ", "global ",
    "nonlocal ", "del ", "assert ", "not ", "is ", "None", "True", "_", "__debug__", "é", "\u{feff}", "\u{2028}", "😀", "\0", "\r", "\x0c", "\x1a",
];

/// Make hostile inputs from honest ones.
#[derive(Clone, Debug)]
pub struct Mutator {
    rng: Rng,
}

impl Mutator {
    /// A mutator with its seed.
    pub fn new(seed: u64) -> Mutator {
        Mutator { rng: Rng::new(seed) }
    }

    /// A damaged piece of Python source: a window of `source` with a few changes, spliced perhaps with `other`.
    pub fn source(&mut self, source: &[u8], other: &[u8], size_max: usize) -> Vec<u8> {
        let mut data = self.window(source, size_max);
        if self.rng.below(4) == 0 {
            let piece = self.window(other, size_max / 4);
            let at = self.rng.below(data.len() + 1);
            data.splice(at..at, piece);
        }
        for _ in 0..=self.rng.below(4) {
            self.change(&mut data, true);
        }
        data
    }

    /// Damaged binary data: a few changes anywhere, often a truncation.
    pub fn binary(&mut self, data: &[u8]) -> Vec<u8> {
        let mut data = data.to_vec();
        if self.rng.below(3) == 0 {
            data.truncate(self.rng.below(data.len() + 1));
        }
        for _ in 0..=self.rng.below(3) {
            self.change(&mut data, false);
        }
        data
    }

    /// Some lines of the source, not more than about `size_max` bytes.
    fn window(&mut self, source: &[u8], size_max: usize) -> Vec<u8> {
        if source.len() <= size_max {
            return source.to_vec();
        }
        let start = self.rng.below(source.len() - size_max);
        let line = source[..start].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        source[line..(line + size_max).min(source.len())].to_vec()
    }

    fn change(&mut self, data: &mut Vec<u8>, text: bool) {
        let at = self.rng.below(data.len() + 1);
        let end = (at + 1 + self.rng.below(12)).min(data.len());
        match self.rng.below(8) {
            0 if at < data.len() => data[at] ^= 1 << self.rng.below(8),
            1 if at < data.len() => data[at] = *self.rng.pick(&[0, 1, 0x7f, 0x80, 0xff, b'\n', b'(', b'"']),
            2 => drop(data.drain(at.min(end)..end)),
            3 => {
                let copy = data[at.min(end)..end].to_vec();
                data.splice(at..at, copy);
            }
            4 => data.truncate(at),
            5 | 6 if text => {
                let token = self.rng.pick(TOKENS).as_bytes();
                data.splice(at..at, token.iter().copied());
            }
            _ if text => {
                // Repeat a token: depth and runs.
                let token = self.rng.pick(TOKENS).as_bytes().repeat(1 + self.rng.below(40));
                data.splice(at..at, token);
            }
            _ if at + 4 <= data.len() => {
                // A length field that lies.
                let value = *self.rng.pick(&[0u32, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x10000]);
                data[at..at + 4].copy_from_slice(&value.to_le_bytes());
            }
            _ => {}
        }
    }
}
