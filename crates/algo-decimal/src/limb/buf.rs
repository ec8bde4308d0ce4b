//! The buffer of a magnitude under work: a few limbs in place, more on the heap.
//!
//! Six limbs hold the product or the shifted dividend of operands of the default precision, so that ordinary arithmetic does not allocate.

const INLINE: usize = 6;

/// Limbs, least significant first. Normalised (no zero on top) where a function says so; see [`Limbs::trim`].
#[derive(Clone, Debug)]
pub struct Limbs {
    len: usize,
    small: [u64; INLINE],
    large: Vec<u64>,
}

impl Limbs {
    /// No limbs: zero.
    #[inline]
    pub const fn new() -> Limbs {
        Limbs { len: 0, small: [0; INLINE], large: Vec::new() }
    }

    /// So many zero limbs.
    #[inline]
    pub fn zeroed(len: usize) -> Limbs {
        let large = if len > INLINE { vec![0; len] } else { Vec::new() };
        Limbs { len, small: [0; INLINE], large }
    }

    /// A copy of limbs.
    #[inline]
    pub fn from_slice(limbs: &[u64]) -> Limbs {
        let mut out = Limbs::zeroed(limbs.len());
        out.as_mut_slice().copy_from_slice(limbs);
        out
    }

    /// One word below the base.
    #[inline]
    pub fn from_word(w: u64) -> Limbs {
        let mut small = [0; INLINE];
        small[0] = w;
        Limbs { len: usize::from(w != 0), small, large: Vec::new() }
    }

    /// A double word.
    #[inline]
    pub fn from_wide(x: u128) -> Limbs {
        let (q, r) = (x / u128::from(super::BASE), (x % u128::from(super::BASE)) as u64);
        let (q2, r2) = ((q / u128::from(super::BASE)) as u64, (q % u128::from(super::BASE)) as u64);
        let mut out = Limbs::from_slice(&[r, r2, q2]);
        out.trim();
        out
    }

    /// Take over a vector.
    #[inline]
    pub fn from_vec(v: Vec<u64>) -> Limbs {
        let mut out = if v.len() > INLINE { Limbs { len: v.len(), small: [0; INLINE], large: v } } else { Limbs::from_slice(&v) };
        out.trim();
        out
    }

    /// The limbs.
    #[inline]
    pub fn as_slice(&self) -> &[u64] {
        if self.large.is_empty() { &self.small[..self.len] } else { &self.large[..self.len] }
    }

    /// The limbs, to write.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [u64] {
        if self.large.is_empty() { &mut self.small[..self.len] } else { &mut self.large[..self.len] }
    }

    /// Number of limbs.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// No limbs at all: zero, when normalised.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Drop the upper limbs.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Make it zero.
    #[inline]
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Drop zeros on top.
    #[inline]
    pub fn trim(&mut self) {
        self.len = super::trim(self.as_slice()).len();
    }

    /// Put a limb on top.
    pub fn push(&mut self, limb: u64) {
        if self.large.is_empty() {
            if self.len < INLINE {
                self.small[self.len] = limb;
                self.len += 1;
                return;
            }
            self.large = self.small.to_vec();
        }
        self.large.truncate(self.len);
        self.large.push(limb);
        self.len += 1;
    }

    /// Add a word below the base.
    #[inline]
    pub fn add_word(&mut self, w: u64) {
        let carry = super::add_word(self.as_mut_slice(), w);
        if carry != 0 {
            self.push(carry);
        }
    }

    /// As a vector.
    pub fn into_vec(mut self) -> Vec<u64> {
        if self.large.is_empty() {
            return self.small[..self.len].to_vec();
        }
        self.large.truncate(self.len);
        self.large
    }
}

impl Default for Limbs {
    fn default() -> Self {
        Limbs::new()
    }
}
