//! Exponential, then binary search in a sorted slice, starting from a hint.

/// Number of items of `a` that are less than `key` (the leftmost place for it); `hint` is below `a.len()`.
pub(super) fn gallop_left<K: Copy, E>(
    key: K,
    a: &[K],
    hint: usize,
    lt: &mut impl FnMut(K, K) -> Result<bool, E>,
) -> Result<usize, E> {
    let (mut last, mut ofs) = (0, 1);
    let (mut low, mut high);
    if lt(a[hint], key)? {
        let max = a.len() - hint;
        while ofs < max && lt(a[hint + ofs], key)? {
            last = ofs;
            ofs = ofs * 2 + 1;
        }
        (low, high) = (hint + last + 1, hint + ofs.min(max));
    } else {
        let max = hint + 1;
        while ofs < max && !lt(a[hint - ofs], key)? {
            last = ofs;
            ofs = ofs * 2 + 1;
        }
        (low, high) = (hint + 1 - ofs.min(max), hint - last);
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if lt(a[middle], key)? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(high)
}

/// Number of items of `a` that are not greater than `key` (the rightmost place for it); `hint` is below `a.len()`.
pub(super) fn gallop_right<K: Copy, E>(
    key: K,
    a: &[K],
    hint: usize,
    lt: &mut impl FnMut(K, K) -> Result<bool, E>,
) -> Result<usize, E> {
    let (mut last, mut ofs) = (0, 1);
    let (mut low, mut high);
    if lt(key, a[hint])? {
        let max = hint + 1;
        while ofs < max && lt(key, a[hint - ofs])? {
            last = ofs;
            ofs = ofs * 2 + 1;
        }
        (low, high) = (hint + 1 - ofs.min(max), hint - last);
    } else {
        let max = a.len() - hint;
        while ofs < max && !lt(key, a[hint + ofs])? {
            last = ofs;
            ofs = ofs * 2 + 1;
        }
        (low, high) = (hint + last + 1, hint + ofs.min(max));
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if lt(key, a[middle])? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(high)
}
