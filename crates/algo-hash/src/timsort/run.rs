//! Natural runs: finding one at the front, turning it round if it descends, extending it by insertion.

use super::Lanes;

/// Arrays shorter than this are sorted by insertion alone.
const MERGE_MIN: usize = 64;

/// Length to which short runs are extended: such that their number is a power of two or a little less.
pub(super) struct MinRun(usize);

impl MinRun {
    pub fn new(mut n: usize) -> Self {
        let mut rest = 0;
        while n >= MERGE_MIN {
            rest |= n & 1;
            n >>= 1;
        }
        MinRun(n + rest)
    }

    pub fn next_len(&mut self) -> usize {
        self.0
    }
}

/// Length of the run at `low`. A descending run, possibly with equal neighbours, is reversed in place so that equal items keep
/// their order, and what follows may then extend it.
pub(super) fn count_run<K: Copy, V: Copy, E>(
    lanes: &mut Lanes<K, V>,
    low: usize,
    high: usize,
    lt: &mut impl FnMut(K, K) -> Result<bool, E>,
) -> Result<usize, E> {
    let mut at = low + 1;
    while at < high && !lt(lanes.keys[at], lanes.keys[at - 1])? {
        at += 1;
    }
    if at == high {
        return Ok(at - low);
    }
    // The item at `at` is smaller than its predecessor. If what came before was not all equal, the run ends here.
    if at - low > 1 {
        if lt(lanes.keys[low], lanes.keys[at - 1])? {
            return Ok(at - low);
        }
        // Equal items that begin a descending run: turned now, turned back with the whole.
        lanes.reverse(low, at);
    }
    at += 1;
    let mut equal = 0;
    while at < high {
        if lt(lanes.keys[at], lanes.keys[at - 1])? {
            if equal > 0 {
                lanes.reverse(at - equal - 1, at);
                equal = 0;
            }
        } else if lt(lanes.keys[at - 1], lanes.keys[at])? {
            break;
        } else {
            equal += 1;
        }
        at += 1;
    }
    if equal > 0 {
        lanes.reverse(at - equal - 1, at);
    }
    lanes.reverse(low, at);
    while at < high && !lt(lanes.keys[at], lanes.keys[at - 1])? {
        at += 1;
    }
    Ok(at - low)
}

/// Sort `low..high`, of which `low..start` is sorted, by binary insertion.
pub(super) fn binary_sort<K: Copy, V: Copy, E>(
    lanes: &mut Lanes<K, V>,
    low: usize,
    high: usize,
    start: usize,
    lt: &mut impl FnMut(K, K) -> Result<bool, E>,
) -> Result<(), E> {
    for at in start.max(low + 1)..high {
        let pivot = lanes.keys[at];
        let (mut l, mut r) = (low, at);
        while l < r {
            let middle = l + (r - l) / 2;
            if lt(pivot, lanes.keys[middle])? {
                r = middle;
            } else {
                l = middle + 1;
            }
        }
        lanes.rotate_in(l, at);
    }
    Ok(())
}
