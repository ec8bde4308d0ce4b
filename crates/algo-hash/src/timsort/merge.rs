//! The stack of runs and the merging of two neighbours.

use super::Lanes;
use super::gallop::{gallop_left, gallop_right};

/// Wins in a row of one side before galloping is tried.
const GALLOP_MIN: usize = 7;

/// A run waiting to be merged.
#[derive(Clone, Copy)]
struct Run {
    base: usize,
    len: usize,
    /// Powersort's depth of the boundary between this run and the next.
    power: u32,
}

/// The runs found so far, what merging has learned, and its scratch memory.
pub(super) struct Merger<K, V> {
    list_len: usize,
    runs: Vec<Run>,
    min_gallop: usize,
    keys: Vec<K>,
    values: Vec<V>,
}

impl<K: Copy, V: Copy> Merger<K, V> {
    pub fn new(list_len: usize) -> Self {
        Merger { list_len, runs: Vec::new(), min_gallop: GALLOP_MIN, keys: Vec::new(), values: Vec::new() }
    }

    pub fn push(&mut self, base: usize, len: usize) {
        self.runs.push(Run { base, len, power: 0 });
    }

    /// A new run of `len` items follows the last one: merge what lies deeper than the boundary between them.
    pub fn found_run<E>(
        &mut self,
        lanes: &mut Lanes<K, V>,
        len: usize,
        lt: &mut impl FnMut(K, K) -> Result<bool, E>,
    ) -> Result<(), E> {
        let Some(&last) = self.runs.last() else { return Ok(()) };
        let power = boundary_power(last.base, last.len, len, self.list_len);
        while let [.., before, _] = *self.runs
            && before.power > power
        {
            self.merge_at(self.runs.len() - 2, lanes, lt)?;
        }
        if let Some(last) = self.runs.last_mut() {
            last.power = power;
        }
        Ok(())
    }

    /// Merge all runs into one.
    pub fn merge_all<E>(
        &mut self,
        lanes: &mut Lanes<K, V>,
        lt: &mut impl FnMut(K, K) -> Result<bool, E>,
    ) -> Result<(), E> {
        while self.runs.len() > 1 {
            let mut n = self.runs.len() - 2;
            if n > 0 && self.runs[n - 1].len < self.runs[n + 1].len {
                n -= 1;
            }
            self.merge_at(n, lanes, lt)?;
        }
        Ok(())
    }

    /// Merge runs `i` and `i + 1`.
    fn merge_at<E>(
        &mut self,
        i: usize,
        lanes: &mut Lanes<K, V>,
        lt: &mut impl FnMut(K, K) -> Result<bool, E>,
    ) -> Result<(), E> {
        let (a, b) = (self.runs[i], self.runs[i + 1]);
        self.runs[i].len = a.len + b.len;
        self.runs.remove(i + 1);
        // Items of the first run below the second one's first are in place already, and so at the other end.
        let first = lanes.keys[b.base];
        let skip = gallop_right(first, &lanes.keys[a.base..b.base], 0, lt)?;
        let (a_base, a_len) = (a.base + skip, a.len - skip);
        if a_len == 0 {
            return Ok(());
        }
        let last = lanes.keys[b.base - 1];
        let b_len = gallop_left(last, &lanes.keys[b.base..b.base + b.len], b.len - 1, lt)?;
        if b_len == 0 {
            return Ok(());
        }
        if a_len <= b_len {
            self.merge_low(lanes, a_base, a_len, b_len, lt)
        } else {
            self.merge_high(lanes, a_base, a_len, b_len, lt)
        }
    }

    fn save(&mut self, lanes: &Lanes<K, V>, base: usize, len: usize) {
        self.keys.clear();
        self.values.clear();
        self.keys.extend_from_slice(&lanes.keys[base..base + len]);
        self.values.extend_from_slice(&lanes.values[base..base + len]);
    }

    fn restore(&self, lanes: &mut Lanes<K, V>, to: usize, from: usize, len: usize) {
        lanes.keys[to..to + len].copy_from_slice(&self.keys[from..from + len]);
        lanes.values[to..to + len].copy_from_slice(&self.values[from..from + len]);
    }

    /// The first run is the shorter: it moves to scratch, and merging goes upwards.
    fn merge_low<E>(
        &mut self,
        lanes: &mut Lanes<K, V>,
        base: usize,
        a_len: usize,
        b_len: usize,
        lt: &mut impl FnMut(K, K) -> Result<bool, E>,
    ) -> Result<(), E> {
        self.save(lanes, base, a_len);
        let mut m = Low { a: 0, a_end: a_len, b: base + a_len, b_end: base + a_len + b_len, dest: base };
        let result = self.merge_low_loop(lanes, &mut m, lt);
        // The rest of `a` belongs right before the rest of `b`, whether all went well or not.
        self.restore(lanes, m.dest, m.a, m.a_end - m.a);
        result
    }

    fn merge_low_loop<E>(
        &mut self,
        lanes: &mut Lanes<K, V>,
        m: &mut Low,
        lt: &mut impl FnMut(K, K) -> Result<bool, E>,
    ) -> Result<(), E> {
        m.take_b(lanes);
        if m.b == m.b_end {
            return Ok(());
        }
        if m.one_left(lanes) {
            return Ok(());
        }
        loop {
            if self.low_singly(lanes, m, lt)? || self.low_galloping(lanes, m, lt)? {
                return Ok(());
            }
            self.min_gallop += 1;
        }
    }

    /// One item at a time, until one side seems to win consistently; true at the end of the merge.
    fn low_singly<E>(
        &mut self,
        lanes: &mut Lanes<K, V>,
        m: &mut Low,
        lt: &mut impl FnMut(K, K) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let (mut a_wins, mut b_wins) = (0, 0);
        while a_wins < self.min_gallop && b_wins < self.min_gallop {
            if lt(lanes.keys[m.b], self.keys[m.a])? {
                m.take_b(lanes);
                (a_wins, b_wins) = (0, b_wins + 1);
                if m.b == m.b_end {
                    return Ok(true);
                }
            } else {
                self.take_a_low(lanes, m, 1);
                (a_wins, b_wins) = (a_wins + 1, 0);
                if m.one_left(lanes) {
                    return Ok(true);
                }
            }
        }
        self.min_gallop += 1;
        Ok(false)
    }

    /// In stretches, as long as that pays; true at the end of the merge.
    fn low_galloping<E>(
        &mut self,
        lanes: &mut Lanes<K, V>,
        m: &mut Low,
        lt: &mut impl FnMut(K, K) -> Result<bool, E>,
    ) -> Result<bool, E> {
        loop {
            self.min_gallop -= usize::from(self.min_gallop > 1);
            let a_wins = gallop_right(lanes.keys[m.b], &self.keys[m.a..m.a_end], 0, lt)?;
            if a_wins > 0 {
                self.take_a_low(lanes, m, a_wins);
                // Only an inconsistent comparison empties the run.
                if m.one_left(lanes) || m.a == m.a_end {
                    return Ok(true);
                }
            }
            m.take_b(lanes);
            if m.b == m.b_end {
                return Ok(true);
            }
            let b_wins = gallop_left(self.keys[m.a], &lanes.keys[m.b..m.b_end], 0, lt)?;
            if b_wins > 0 {
                m.move_b_down(lanes, b_wins);
                if m.b == m.b_end {
                    return Ok(true);
                }
            }
            self.take_a_low(lanes, m, 1);
            if m.one_left(lanes) {
                return Ok(true);
            }
            if a_wins < GALLOP_MIN && b_wins < GALLOP_MIN {
                return Ok(false);
            }
        }
    }

    /// The next `len` items of the saved `a` go down to the gap.
    fn take_a_low(&self, lanes: &mut Lanes<K, V>, m: &mut Low, len: usize) {
        self.restore(lanes, m.dest, m.a, len);
        m.a += len;
        m.dest += len;
    }

    /// The second run is the shorter: it moves to scratch, and merging goes downwards.
    fn merge_high<E>(
        &mut self,
        lanes: &mut Lanes<K, V>,
        base: usize,
        a_len: usize,
        b_len: usize,
        lt: &mut impl FnMut(K, K) -> Result<bool, E>,
    ) -> Result<(), E> {
        self.save(lanes, base + a_len, b_len);
        let mut m = High { a_start: base, a: base + a_len, b: b_len, dest: base + a_len + b_len };
        let result = self.merge_high_loop(lanes, &mut m, lt);
        // The rest of `b` fills the gap above the rest of `a`.
        self.restore(lanes, m.dest - m.b, 0, m.b);
        result
    }

    fn merge_high_loop<E>(
        &mut self,
        lanes: &mut Lanes<K, V>,
        m: &mut High,
        lt: &mut impl FnMut(K, K) -> Result<bool, E>,
    ) -> Result<(), E> {
        m.take_a(lanes);
        if m.a == m.a_start {
            return Ok(());
        }
        if m.one_left(lanes) {
            return Ok(());
        }
        loop {
            if self.high_singly(lanes, m, lt)? || self.high_galloping(lanes, m, lt)? {
                return Ok(());
            }
            self.min_gallop += 1;
        }
    }

    /// As [`Merger::low_singly`], downwards.
    fn high_singly<E>(
        &mut self,
        lanes: &mut Lanes<K, V>,
        m: &mut High,
        lt: &mut impl FnMut(K, K) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let (mut a_wins, mut b_wins) = (0, 0);
        while a_wins < self.min_gallop && b_wins < self.min_gallop {
            if lt(self.keys[m.b - 1], lanes.keys[m.a - 1])? {
                m.take_a(lanes);
                (a_wins, b_wins) = (a_wins + 1, 0);
                if m.a == m.a_start {
                    return Ok(true);
                }
            } else {
                self.take_b_high(lanes, m, 1);
                (a_wins, b_wins) = (0, b_wins + 1);
                if m.one_left(lanes) {
                    return Ok(true);
                }
            }
        }
        self.min_gallop += 1;
        Ok(false)
    }

    /// As [`Merger::low_galloping`], downwards.
    fn high_galloping<E>(
        &mut self,
        lanes: &mut Lanes<K, V>,
        m: &mut High,
        lt: &mut impl FnMut(K, K) -> Result<bool, E>,
    ) -> Result<bool, E> {
        loop {
            self.min_gallop -= usize::from(self.min_gallop > 1);
            let a_len = m.a - m.a_start;
            let keep = gallop_right(self.keys[m.b - 1], &lanes.keys[m.a_start..m.a], a_len - 1, lt)?;
            let a_wins = a_len - keep;
            if a_wins > 0 {
                m.move_a_up(lanes, a_wins);
                if m.a == m.a_start {
                    return Ok(true);
                }
            }
            self.take_b_high(lanes, m, 1);
            if m.one_left(lanes) {
                return Ok(true);
            }
            let keep = gallop_left(lanes.keys[m.a - 1], &self.keys[..m.b], m.b - 1, lt)?;
            let b_wins = m.b - keep;
            if b_wins > 0 {
                self.take_b_high(lanes, m, b_wins);
                // Only an inconsistent comparison empties the run.
                if m.one_left(lanes) || m.b == 0 {
                    return Ok(true);
                }
            }
            m.take_a(lanes);
            if m.a == m.a_start {
                return Ok(true);
            }
            if a_wins < GALLOP_MIN && b_wins < GALLOP_MIN {
                return Ok(false);
            }
        }
    }

    /// The last `len` items of the saved `b` go to the top of the gap.
    fn take_b_high(&self, lanes: &mut Lanes<K, V>, m: &mut High, len: usize) {
        m.b -= len;
        m.dest -= len;
        self.restore(lanes, m.dest, m.b, len);
    }
}

/// Positions of an upward merge: `a` in scratch, `b` and `dest` in the list.
struct Low {
    a: usize,
    a_end: usize,
    b: usize,
    b_end: usize,
    dest: usize,
}

impl Low {
    #[inline(always)]
    fn take_b<K: Copy, V: Copy>(&mut self, lanes: &mut Lanes<K, V>) {
        lanes.copy(self.b, self.dest);
        self.b += 1;
        self.dest += 1;
    }

    /// The last item of `a` is the greatest of all: then `b` moves down at once.
    fn one_left<K: Copy, V: Copy>(&mut self, lanes: &mut Lanes<K, V>) -> bool {
        let one = self.a_end - self.a == 1;
        if one {
            self.move_b_down(lanes, self.b_end - self.b);
        }
        one
    }

    fn move_b_down<K: Copy, V: Copy>(&mut self, lanes: &mut Lanes<K, V>, len: usize) {
        lanes.copy_within(self.b, self.dest, len);
        self.b += len;
        self.dest += len;
    }
}

/// Positions of a downward merge: `a` (its end) and `dest` (the end of the gap) in the list, `b` items left in scratch.
struct High {
    a_start: usize,
    a: usize,
    b: usize,
    dest: usize,
}

impl High {
    #[inline(always)]
    fn take_a<K: Copy, V: Copy>(&mut self, lanes: &mut Lanes<K, V>) {
        self.a -= 1;
        self.dest -= 1;
        lanes.copy(self.a, self.dest);
    }

    /// The last item of `b` is the least of all: then `a` moves up at once.
    fn one_left<K: Copy, V: Copy>(&mut self, lanes: &mut Lanes<K, V>) -> bool {
        let one = self.b == 1;
        if one {
            self.move_a_up(lanes, self.a - self.a_start);
        }
        one
    }

    fn move_a_up<K: Copy, V: Copy>(&mut self, lanes: &mut Lanes<K, V>, len: usize) {
        self.a -= len;
        self.dest -= len;
        lanes.copy_within(self.a, self.dest, len);
    }
}

/// Depth at which the midpoints of two neighbouring runs part in a perfectly balanced tree over the whole list.
fn boundary_power(base: usize, len1: usize, len2: usize, list_len: usize) -> u32 {
    // Twice the midpoints, as fractions of twice the list.
    let (mut a, mut n) = (2 * base as u128 + len1 as u128, list_len as u128);
    let mut b = a + len1 as u128 + len2 as u128;
    n *= 2;
    let mut power = 0;
    loop {
        power += 1;
        (a, b) = (a * 2, b * 2);
        if a >= n {
            a -= n;
            b -= n;
        } else if b >= n {
            return power;
        }
    }
}
