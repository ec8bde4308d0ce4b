//! Int keys that are not objects yet: the interpreter holds small ints as tagged words, and looking one up in a dict or set need not box it.

use super::keys::Probe;
use super::*;
use crate::types::int::PyInt;

/// The answer would need a comparison that may run Python code: box the key and take the general way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsure;

/// Hash of an int (`hash(n)`): the value modulo 2**61 - 1 with its sign, and -2 for -1.
#[inline(always)]
pub fn hash_i64(n: i64) -> isize {
    const MODULUS: u64 = (1 << 61) - 1;
    if n.unsigned_abs() < MODULUS {
        return if n == -1 { -2 } else { n as isize };
    }
    let h = (n.unsigned_abs() % MODULUS) as isize;
    match if n < 0 { -h } else { h } {
        -1 => -2,
        h => h,
    }
}

/// Whether a key of equal hash is the int `n`; `None` when only Python code can tell.
#[inline(always)]
pub(crate) fn is_i64(k: &Object, n: i64) -> Option<bool> {
    match k.exact::<PyInt>() {
        Some(i) => Some(i.to_i64() == Some(n)),
        // A string is never equal to an int.
        None if k.is_exact::<crate::types::str::PyStr>() => Some(false),
        None => None,
    }
}

impl PyDict {
    #[inline(always)]
    fn find_i64(&self, n: i64) -> Result<Option<usize>, Unsure> {
        let k = self.keys();
        if k.kind() != Kind::General {
            return Ok(None);
        }
        let hash = hash_i64(n);
        let mut p = Probe::new(k, hash);
        while let Some((ix, _)) = p.next(k) {
            if k.hash_at(ix) == hash {
                // SAFETY: entries of full buckets have live keys.
                match is_i64(unsafe { &*k.key_at(ix) }, n) {
                    Some(true) => return Ok(Some(ix)),
                    Some(false) => {}
                    None => return Err(Unsure),
                }
            }
        }
        Ok(None)
    }

    /// The value under the int `n`.
    #[inline]
    pub fn get_i64<'a>(&'a self, n: i64, _cx: &'a Cx) -> Result<Option<&'a Object>, Unsure> {
        // SAFETY: a live entry's value; changes need `&mut Cx`.
        Ok(self.find_i64(n)?.map(|ix| unsafe { &*self.keys().entry(ix).value.get() }))
    }

    /// Replace the value under the int `n` if the key is there: the old value comes back. Otherwise (absent or unsure) the new one does.
    #[inline]
    pub fn replace_i64(&self, n: i64, value: Own<Object>) -> Result<Option<Own<Object>>, Own<Object>> {
        match self.find_i64(n) {
            // SAFETY: general tables are combined, and the entry exists.
            Ok(Some(ix)) => Ok(unsafe { self.set_value_at_unchecked(ix as u32, value) }),
            _ => Err(value),
        }
    }
}
