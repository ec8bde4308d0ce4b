//! The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), as `random.Random` sees it.

/// Words of state.
pub const N: usize = 624;
const M: usize = 397;

/// The generator's state. `index` is at most [`N`].
#[derive(Clone, Debug)]
pub struct Mt19937 {
    state: [u32; N],
    index: usize,
}

impl Mt19937 {
    /// Seeded with one word.
    pub fn from_word(seed: u32) -> Self {
        let mut state = [0; N];
        let mut previous = seed;
        state[0] = seed;
        for (i, slot) in state.iter_mut().enumerate().skip(1) {
            previous = 1_812_433_253u32.wrapping_mul(previous ^ (previous >> 30)).wrapping_add(i as u32);
            *slot = previous;
        }
        Mt19937 { state, index: N }
    }

    /// Seeded with an array of words, `random.seed(int)`: the magnitude of the number in 32-bit words, least significant
    /// first, at least one. An empty key counts as one zero.
    pub fn from_key(key: &[u32]) -> Self {
        let key = if key.is_empty() { &[0][..] } else { key };
        let mut mt = Self::from_word(19_650_218);
        let state = &mut mt.state;
        let (mut i, mut j) = (1, 0);
        for _ in 0..N.max(key.len()) {
            let before = state[i - 1];
            state[i] = (state[i] ^ (before ^ (before >> 30)).wrapping_mul(1_664_525))
                .wrapping_add(key[j])
                .wrapping_add(j as u32);
            i += 1;
            j += 1;
            if i >= N {
                state[0] = state[N - 1];
                i = 1;
            }
            if j >= key.len() {
                j = 0;
            }
        }
        for _ in 0..N - 1 {
            let before = state[i - 1];
            state[i] = (state[i] ^ (before ^ (before >> 30)).wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            i += 1;
            if i >= N {
                state[0] = state[N - 1];
                i = 1;
            }
        }
        state[0] = 0x8000_0000;
        mt
    }

    /// The state words and the index, as `getstate` shows them.
    pub fn state(&self) -> (&[u32; N], usize) {
        (&self.state, self.index)
    }

    /// Restore a state; `None` if the index is beyond [`N`] (`invalid state`).
    pub fn from_state(state: [u32; N], index: usize) -> Option<Self> {
        (index <= N).then_some(Mt19937 { state, index })
    }

    fn refill(&mut self) {
        let twist = |y: u32| (y >> 1) ^ if y & 1 == 1 { 0x9908_b0df } else { 0 };
        let s = &mut self.state;
        for k in 0..N {
            let y = s[k] & 0x8000_0000 | s[(k + 1) % N] & 0x7fff_ffff;
            s[k] = s[(k + M) % N] ^ twist(y);
        }
        self.index = 0;
    }

    /// The next 32 random bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.index >= N {
            self.refill();
        }
        let mut y = self.state[self.index];
        self.index += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// `random()`: a double in [0, 1) with 53 random bits.
    #[inline]
    pub fn random(&mut self) -> f64 {
        let (a, b) = (self.next_u32() >> 5, self.next_u32() >> 6);
        (f64::from(a) * 67_108_864.0 + f64::from(b)) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// `getrandbits(k)` for `k` up to 64.
    #[inline]
    pub fn bits_u64(&mut self, k: u32) -> u64 {
        match k {
            0 => 0,
            1..=32 => u64::from(self.next_u32() >> (32 - k)),
            _ => {
                let low = u64::from(self.next_u32());
                low | u64::from(self.next_u32() >> 64u32.saturating_sub(k)) << 32
            }
        }
    }

    /// `getrandbits(k)` as 32-bit words, least significant first.
    pub fn bits(&mut self, k: usize) -> Vec<u32> {
        let mut words = Vec::with_capacity(k.div_ceil(32));
        let mut left = k;
        while left > 0 {
            let word = self.next_u32();
            words.push(if left < 32 { word >> (32 - left) } else { word });
            left = left.saturating_sub(32);
        }
        words
    }
}
