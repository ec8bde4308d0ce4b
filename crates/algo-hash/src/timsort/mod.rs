//! `list.sort`: Tim Peters' merge sort with the powersort merge policy (Munro and Wild, 2018), stable, with a comparison
//! that may fail, in CPython's order of comparisons.
//!
//! Keys move together with values (for `key=` functions). Whatever the comparison answers, also an error halfway, both slices
//! hold a permutation of what they held before, so owned references in them stay owned once. Inconsistent answers give some
//! permutation, never a panic.
//!
//! Parts: `run` finds and extends natural runs, `gallop` searches in runs, `merge` merges two neighbours.

mod gallop;
mod merge;
mod run;

use merge::Merger;

/// Two slices of equal length that are permuted alike. Without values, `V` is `()` and costs nothing.
pub(crate) struct Lanes<'a, K, V> {
    pub keys: &'a mut [K],
    pub values: &'a mut [V],
}

impl<K: Copy, V: Copy> Lanes<'_, K, V> {
    fn reverse(&mut self, from: usize, to: usize) {
        self.keys[from..to].reverse();
        self.values[from..to].reverse();
    }

    /// Move the item at `from` down to `to`, those between one up.
    fn rotate_in(&mut self, to: usize, from: usize) {
        let (key, value) = (self.keys[from], self.values[from]);
        self.keys.copy_within(to..from, to + 1);
        self.values.copy_within(to..from, to + 1);
        self.keys[to] = key;
        self.values[to] = value;
    }

    #[inline(always)]
    fn copy(&mut self, from: usize, to: usize) {
        self.keys[to] = self.keys[from];
        self.values[to] = self.values[from];
    }

    fn copy_within(&mut self, from: usize, to: usize, len: usize) {
        self.keys.copy_within(from..from + len, to);
        self.values.copy_within(from..from + len, to);
    }
}

/// Sort `keys` with `lt`, "is less than".
///
/// # Errors
/// The first error of `lt`; the slice is then partly sorted.
pub fn sort<K: Copy, E>(keys: &mut [K], lt: impl FnMut(K, K) -> Result<bool, E>) -> Result<(), E> {
    let mut none = vec![(); keys.len()];
    sort_with_values(keys, &mut none, lt)
}

/// Sort `keys` with `lt` and move `values` (as many) along.
///
/// # Errors
/// The first error of `lt`; the slices are then partly sorted.
pub fn sort_with_values<K: Copy, V: Copy, E>(
    keys: &mut [K],
    values: &mut [V],
    mut lt: impl FnMut(K, K) -> Result<bool, E>,
) -> Result<(), E> {
    let len = keys.len().min(values.len());
    if len < 2 {
        return Ok(());
    }
    let mut lanes = Lanes { keys: &mut keys[..len], values: &mut values[..len] };
    let mut minrun = run::MinRun::new(len);
    let mut merger = Merger::new(len);
    let mut low = 0;
    while low < len {
        let left = len - low;
        let mut n = run::count_run(&mut lanes, low, len, &mut lt)?;
        let wanted = minrun.next_len();
        if n < wanted {
            let force = wanted.min(left);
            run::binary_sort(&mut lanes, low, low + force, low + n, &mut lt)?;
            n = force;
        }
        if n == len {
            return Ok(());
        }
        merger.found_run(&mut lanes, n, &mut lt)?;
        merger.push(low, n);
        low += n;
    }
    merger.merge_all(&mut lanes, &mut lt)
}
