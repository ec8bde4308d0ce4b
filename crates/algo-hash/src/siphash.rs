//! SipHash-1-3 as CPython hashes the memory of str (in the width it is stored in), bytes and other buffers, and the secret
//! that keys it.
//!
//! Sources: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012); `Py_HashBuffer`; PEP 456.

/// The 24 secret bytes of a process: the SipHash keys and the salt for expat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashSecret(pub [u8; 24]);

impl HashSecret {
    /// Secret for a decimal `PYTHONHASHSEED`: zeros for 0, else bytes of a linear congruential generator.
    pub fn from_seed(seed: u32) -> Self {
        let mut bytes = [0; 24];
        if seed != 0 {
            let mut x = seed;
            for byte in &mut bytes {
                x = x.wrapping_mul(214_013).wrapping_add(2_531_011);
                *byte = (x >> 16) as u8;
            }
        }
        HashSecret(bytes)
    }

    /// The keys for str and bytes.
    pub fn keys(&self) -> SipKeys {
        let word = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&self.0[at..at + 8]);
            u64::from_le_bytes(word)
        };
        SipKeys { k0: word(0), k1: word(8) }
    }
}

/// The two keys of SipHash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SipKeys {
    /// First key.
    pub k0: u64,
    /// Second key.
    pub k1: u64,
}

impl SipKeys {
    /// `Py_HashBuffer`: 0 for the empty buffer, never -1.
    #[inline]
    pub fn hash(self, bytes: &[u8]) -> i64 {
        if bytes.is_empty() {
            return 0;
        }
        match self.siphash13(bytes) as i64 {
            -1 => -2,
            h => h,
        }
    }

    /// Plain SipHash-1-3.
    #[inline]
    pub fn siphash13(self, bytes: &[u8]) -> u64 {
        let mut s = State {
            v0: self.k0 ^ 0x736f_6d65_7073_6575,
            v1: self.k1 ^ 0x646f_7261_6e64_6f6d,
            v2: self.k0 ^ 0x6c79_6765_6e65_7261,
            v3: self.k1 ^ 0x7465_6462_7974_6573,
        };
        let (words, tail) = bytes.as_chunks::<8>();
        for word in words {
            s.absorb(u64::from_le_bytes(*word));
        }
        let last = match *tail {
            [a, b, c, d, ref rest @ ..] => {
                let high = rest.iter().rev().fold(0u64, |acc, &x| acc << 8 | u64::from(x));
                u64::from(u32::from_le_bytes([a, b, c, d])) | high << 32
            }
            ref rest => rest.iter().rev().fold(0u64, |acc, &x| acc << 8 | u64::from(x)),
        };
        s.absorb(last | (bytes.len() as u64) << 56);
        s.v2 ^= 0xff;
        s.round();
        s.round();
        s.round();
        s.v0 ^ s.v1 ^ s.v2 ^ s.v3
    }
}

struct State {
    v0: u64,
    v1: u64,
    v2: u64,
    v3: u64,
}

impl State {
    #[inline(always)]
    fn absorb(&mut self, word: u64) {
        self.v3 ^= word;
        self.round();
        self.v0 ^= word;
    }

    #[inline(always)]
    fn round(&mut self) {
        self.v0 = self.v0.wrapping_add(self.v1);
        self.v2 = self.v2.wrapping_add(self.v3);
        self.v1 = self.v1.rotate_left(13) ^ self.v0;
        self.v3 = self.v3.rotate_left(16) ^ self.v2;
        self.v0 = self.v0.rotate_left(32);
        self.v2 = self.v2.wrapping_add(self.v1);
        self.v0 = self.v0.wrapping_add(self.v3);
        self.v1 = self.v1.rotate_left(17) ^ self.v2;
        self.v3 = self.v3.rotate_left(21) ^ self.v0;
        self.v2 = self.v2.rotate_left(32);
    }
}
