//! `_bisect`: binary search in sorted sequences.

use taipan_object::abstract_::{self, sequence};
use taipan_object::call;
use taipan_object::prelude::*;

/// Which side of equal items.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
}

/// The place of `x`, which is compared with `key(item)`.
fn search(a: &Object, x: &Object, lo: isize, hi: Option<isize>, key: &Object, side: Side, cx: &mut Cx) -> PyResult<isize> {
    if lo < 0 {
        return Err(cx.value_error(format_args!("lo must be non-negative")));
    }
    let mut hi = match hi {
        Some(h) => h,
        None => abstract_::len(a, cx)? as isize,
    };
    let mut lo = lo;
    while lo < hi {
        let mid = lo + (hi - lo) / 2;
        let mut item = sequence::get(a, mid, cx)?;
        if !key.is_none() {
            item = call::call(key, &[&item], cx)?;
        }
        let before = match side {
            Side::Left => abstract_::rich_compare_bool(&item, x, CmpOp::Lt, cx)?,
            Side::Right => !abstract_::rich_compare_bool(x, &item, CmpOp::Lt, cx)?,
        };
        if before {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    Ok(lo)
}

/// Search for `key(x)` and insert `x`.
fn insert(a: &Object, x: &Object, lo: isize, hi: Option<isize>, key: &Object, side: Side, cx: &mut Cx) -> PyResult<()> {
    let i = if key.is_none() {
        search(a, x, lo, hi, key, side, cx)?
    } else {
        let k = call::call(key, &[x], cx)?;
        search(a, &k, lo, hi, key, side, cx)?
    };
    let i = PyInt::new(i as i64, cx)?;
    call::call_method(a, name!(cx, "insert"), &[&i, x], cx)?;
    Ok(())
}

#[pymodule(
    name = "_bisect",
    doc = "Bisection algorithms.\n\nThis module provides support for maintaining a list in sorted order without\nhaving to sort the list after each insertion. For long lists of items with\nexpensive comparison operations, this can be an improvement over the more\ncommon approach.\n"
)]
pub mod module {
    use super::*;

    /// Return the index where to insert item x in list a, assuming a is sorted.
    ///
    /// The return value i is such that all e in a[:i] have e <= x, and all e in
    /// a[i:] have e > x.  So if x already appears in the list, a.insert(i, x)
    /// will insert just after the rightmost x already there.
    ///
    /// Optional args lo (default 0) and hi (default len(a)) bound the
    /// slice of a to be searched.
    ///
    /// A custom key function can be supplied to customize the sort order.
    #[function("bisect_right(a, x, lo=0, hi=None, *, key=None)")]
    fn bisect_right(a: &Object, x: &Object, lo: isize, hi: NoneOr<isize>, key: &Object, cx: &mut Cx) -> PyResult<isize> {
        search(a, x, lo, hi.0, key, Side::Right, cx)
    }

    /// Insert item x in list a, and keep it sorted assuming a is sorted.
    ///
    /// If x is already in a, insert it to the right of the rightmost x.
    ///
    /// Optional args lo (default 0) and hi (default len(a)) bound the
    /// slice of a to be searched.
    ///
    /// A custom key function can be supplied to customize the sort order.
    #[function("insort_right(a, x, lo=0, hi=None, *, key=None)")]
    fn insort_right(a: &Object, x: &Object, lo: isize, hi: NoneOr<isize>, key: &Object, cx: &mut Cx) -> PyResult<()> {
        insert(a, x, lo, hi.0, key, Side::Right, cx)
    }

    /// Return the index where to insert item x in list a, assuming a is sorted.
    ///
    /// The return value i is such that all e in a[:i] have e < x, and all e in
    /// a[i:] have e >= x.  So if x already appears in the list, a.insert(i, x)
    /// will insert just before the leftmost x already there.
    ///
    /// Optional args lo (default 0) and hi (default len(a)) bound the
    /// slice of a to be searched.
    ///
    /// A custom key function can be supplied to customize the sort order.
    #[function("bisect_left(a, x, lo=0, hi=None, *, key=None)")]
    fn bisect_left(a: &Object, x: &Object, lo: isize, hi: NoneOr<isize>, key: &Object, cx: &mut Cx) -> PyResult<isize> {
        search(a, x, lo, hi.0, key, Side::Left, cx)
    }

    /// Insert item x in list a, and keep it sorted assuming a is sorted.
    ///
    /// If x is already in a, insert it to the left of the leftmost x.
    ///
    /// Optional args lo (default 0) and hi (default len(a)) bound the
    /// slice of a to be searched.
    ///
    /// A custom key function can be supplied to customize the sort order.
    #[function("insort_left(a, x, lo=0, hi=None, *, key=None)")]
    fn insort_left(a: &Object, x: &Object, lo: isize, hi: NoneOr<isize>, key: &Object, cx: &mut Cx) -> PyResult<()> {
        insert(a, x, lo, hi.0, key, Side::Left, cx)
    }

}
