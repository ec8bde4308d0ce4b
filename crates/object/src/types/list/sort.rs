//! `list.sort`: the list is empty while it is sorted; keys of one plain type are compared without calls.

use super::PyList;
use crate::abstract_::{self, CmpOp};
use crate::call::call;
use crate::prelude::*;
use crate::types::float::PyFloat;
use std::mem::MaybeUninit;
use taipan_algo_hash::timsort;

/// How all the keys can be compared.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Int,
    Float,
    Text,
    Any,
}

fn kind_of(keys: &[&Object]) -> Kind {
    let one = |o: &Object| {
        if o.exact::<PyInt>().is_some_and(|i| i.to_i64().is_some()) {
            Kind::Int
        } else if o.is_exact::<PyFloat>() {
            Kind::Float
        } else if o.exact::<PyStr>().is_some_and(|s| s.kind() == 1) {
            Kind::Text
        } else {
            Kind::Any
        }
    };
    let Some(first) = keys.first() else { return Kind::Any };
    let k = one(first);
    if k != Kind::Any && keys.iter().skip(1).all(|o| one(o) == k) { k } else { Kind::Any }
}

/// As `tuple.__lt__`: the first items that differ decide.
fn less_tuples(a: &PyTuple, b: &PyTuple, cx: &mut Cx) -> PyResult<bool> {
    for (x, y) in a.as_slice().iter().zip(b.as_slice()) {
        // Two values that can be told apart without calls need not be compared twice.
        if let Some(true) = abstract_::compare_plain(x, y, CmpOp::Lt) {
            return Ok(true);
        }
        if !x.is(y) && !abstract_::eq(x, y, cx)? {
            return less(x, y, cx);
        }
    }
    Ok(a.len() < b.len())
}

fn less(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<bool> {
    if let Some(v) = abstract_::compare_plain(a, b, CmpOp::Lt) {
        return Ok(v);
    }
    if let (Some(x), Some(y)) = (a.exact::<PyTuple>(), b.exact::<PyTuple>()) {
        // Tuples in tuples go as deep as the program made them.
        let _deeper = cx.enter_call(" in comparison")?;
        return less_tuples(x, y, cx);
    }
    let r = abstract_::rich_compare(a, b, CmpOp::Lt, cx)?;
    abstract_::is_true(&r, cx)
}

/// Most values that are kept on the stack.
const FEW: usize = 64;

/// What `of` makes of every key, in memory for the time of `f`.
fn with_values<T: Copy, R>(keys: &[&Object], of: impl Fn(&Object) -> T, f: impl FnOnce(&mut [T]) -> R) -> R {
    if keys.len() > FEW {
        return f(&mut keys.iter().map(|k| of(k)).collect::<Vec<T>>());
    }
    let mut few = [const { MaybeUninit::<T>::uninit() }; FEW];
    for (place, k) in few.iter_mut().zip(keys) {
        place.write(of(k));
    }
    // SAFETY: as many were written as there are keys, at most `FEW`.
    f(unsafe { std::slice::from_raw_parts_mut(few.as_mut_ptr() as *mut T, keys.len()) })
}

type Place = *mut Object;

/// Sort `items` by `keys`, which are as many. Whatever happens, `items` is permuted.
fn sort_by(keys: &[&Object], items: &mut [Place], cx: &mut Cx) -> PyResult<()> {
    match kind_of(keys) {
        Kind::Int => with_values(
            keys,
            |k| k.exact::<PyInt>().and_then(PyInt::to_i64).unwrap_or(0),
            |v| timsort::sort_with_values(v, items, |a, b| Ok(a < b)),
        ),
        Kind::Float => {
            with_values(keys, |k| k.exact::<PyFloat>().map_or(0.0, |f| f.value()), |v| timsort::sort_with_values(v, items, |a, b| Ok(a < b)))
        }
        Kind::Text => {
            // The texts live as long as their strings, which the keys hold.
            let text = |k: &Object| k.exact::<PyStr>().map_or((std::ptr::null(), 0), |s| (s.raw_bytes().as_ptr(), s.raw_bytes().len()));
            // SAFETY: as above.
            let bytes = |(p, n): (*const u8, usize)| if p.is_null() { &b""[..] } else { unsafe { std::slice::from_raw_parts(p, n) } };
            with_values(keys, text, |v| timsort::sort_with_values(v, items, |a, b| Ok(bytes(a) < bytes(b))))
        }
        Kind::Any => {
            // SAFETY: the keys are held by the caller while code runs.
            let lt = |a: Place, b: Place| unsafe { less(&*a, &*b, cx) };
            with_values(keys, |k| k.as_ptr(), |v| timsort::sort_with_values(v, items, lt))
        }
    }
}

impl PyList {
    /// Sort in place. Raises `ValueError` when the list changes meanwhile; whatever happens, it holds a permutation of its items.
    pub fn sort(&self, key: Option<&Object>, reverse: bool, cx: &mut Cx) -> PyResult<()> {
        let block = (self.items.replace(std::ptr::null_mut()), self.allocated.replace(-1), self.head.size.replace(0));
        let n = block.2 as usize;
        // SAFETY: the block holds `n` owned references, which nobody else sees until it is put back; their number never changes.
        let result = if n == 0 { Ok(()) } else { sort_items(unsafe { std::slice::from_raw_parts_mut(block.0, n) }, key, reverse, cx) };
        let changed = self.allocated.get() != -1;
        let later = (self.items.get(), self.head.size.get());
        self.items.set(block.0);
        self.allocated.set(block.1);
        self.head.size.set(block.2);
        if !changed {
            return result;
        }
        // SAFETY: what the list got meanwhile is ours now.
        unsafe {
            for i in (0..later.1 as usize).rev() {
                Object::decref(*later.0.add(i));
            }
            crate::alloc::raw_free(later.0 as *mut u8);
        }
        result?;
        Err(cx.value_error(format_args!("list modified during sort")))
    }
}

/// `Own` and a raw word as borrowed objects.
fn lend(at: *const Place, n: usize) -> &'static [&'static Object] {
    // SAFETY: `n` live objects; the callers hold them longer than they use the slice.
    unsafe { std::slice::from_raw_parts(at as *const &Object, n) }
}

fn sort_items(items: &mut [Place], key: Option<&Object>, reverse: bool, cx: &mut Cx) -> PyResult<()> {
    let keys: Option<Vec<Own<Object>>> = match key {
        Some(f) => {
            let mut v = Vec::with_capacity(items.len());
            for o in items.iter() {
                // SAFETY: a live item.
                v.push(call(f, &[unsafe { &**o }], cx)?);
            }
            Some(v)
        }
        None => None,
    };
    // Reversing before and after keeps equal items in their order.
    let mut keys = keys;
    if reverse {
        items.reverse();
        if let Some(k) = &mut keys {
            k.reverse();
        }
    }
    let r = match &keys {
        Some(k) => sort_by(lend(k.as_ptr() as *const Place, k.len()), items, cx),
        None if items.len() < 2 => Ok(()),
        None => {
            // The values are taken out of the keys before anything moves; objects are sorted in a copy, so that `keys` stays as it is.
            let n = items.len();
            with_values(lend(items.as_ptr(), n), |k| k.as_ptr(), |copy| sort_by(lend(copy.as_ptr(), n), items, cx))
        }
    };
    if reverse {
        items.reverse();
    }
    r
}

#[pymethods(SORT)]
impl PyList {
    /// Sort the list in ascending order and return None.
    ///
    /// The sort is in-place (i.e. the list itself is modified) and stable
    /// (i.e. the order of two equal elements is maintained).
    ///
    /// If a key function is given, apply it once to each list item and sort
    /// them, ascending or descending, according to their function values.
    ///
    /// The reverse flag can be set to sort in descending order.
    #[method("sort(*, key=None, reverse=False)")]
    fn py_sort(&self, key: &Object, reverse: bool, cx: &mut Cx) -> PyResult<()> {
        self.sort(if key.is_none() { None } else { Some(key) }, reverse, cx)
    }
}
