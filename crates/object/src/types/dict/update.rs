//! Filling dicts from anything: mappings, sequences of pairs, keyword arguments.

use super::*;
use crate::abstract_::{self, iter};
use crate::args::Kwargs;
use crate::name;
use crate::types::str::PyStr;

impl PyDict {
    /// Whether the fast way through a dict's table shows what iterating it would show: its `__iter__` is the dict's own.
    #[inline]
    pub(crate) fn as_plain(o: &Object) -> Option<&PyDict> {
        let d = o.downcast::<PyDict>()?;
        let same = |a: Option<crate::typeobj::UnaryFunc>, b: Option<crate::typeobj::UnaryFunc>| a.map(|f| f as usize) == b.map(|f| f as usize);
        (o.is_exact::<PyDict>() || same(o.ty().tp_iter.get(), PyDict::ty().tp_iter.get())).then_some(d)
    }

    /// Take over the items of any mapping (`PyDict_Update`). Raises `AttributeError` when it has no `keys`.
    pub fn update(&self, other: &Object, cx: &mut Cx) -> PyResult<()> {
        self.merge_any(other, Clash::Replace, cx)
    }

    /// Merge any mapping (`PyDict_Merge`): dicts directly, others through `keys()` and `[]`.
    pub fn merge_any(&self, other: &Object, clash: Clash, cx: &mut Cx) -> PyResult<()> {
        if let Some(d) = PyDict::as_plain(other) {
            let d = d.new_ref();
            return self.merge(&d, clash, cx);
        }
        let keys = mapping_keys(other, cx)?;
        let it = iter::get_iter(&keys, cx)?;
        while let Some(key) = iter::next(&it, cx)? {
            if clash != Clash::Replace && self.contains(&key, cx)? {
                if clash == Clash::Raise {
                    return Err(cx.raise_arg(crate::types::exc::KeyError(), &key));
                }
                continue;
            }
            let value = abstract_::get_item(other, &key, cx)?;
            self.set_own(&key, value, cx)?;
        }
        Ok(())
    }

    /// Merge pairs from an iterable (`PyDict_MergeFromSeq2`).
    pub fn merge_pairs(&self, pairs: &Object, clash: Clash, cx: &mut Cx) -> PyResult<()> {
        let it = iter::get_iter(pairs, cx)?;
        let mut i = 0usize;
        iter::walk_iterator(&it, &mut iter::Each(|pair: Own<Object>, cx: &mut Cx| {
            let items = match pair_items(&pair, cx) {
                Ok(v) => v,
                Err(r) => return Err(bad_pair(i, r, cx)),
            };
            let [key, value] = items.as_slice() else {
                let n = items.len();
                return Err(cx.value_error(format_args!("dictionary update sequence element #{i} has length {n}; 2 is required")));
            };
            if clash == Clash::Replace {
                self.set(key, value, cx)?;
            } else {
                self.setdefault(key, value, cx)?;
            }
            i += 1;
            Ok(true)
        }), cx)
    }

    /// `update(arg)`: a dict, something with `keys()`, or pairs.
    pub fn update_from(&self, arg: &Object, cx: &mut Cx) -> PyResult<()> {
        if let Some(d) = arg.exact::<PyDict>() {
            let d = d.new_ref();
            return self.merge(&d, Clash::Replace, cx);
        }
        if crate::attr::get_opt(arg, name!(cx, "keys"), cx)?.is_some() {
            self.merge_any(arg, Clash::Replace, cx)
        } else {
            self.merge_pairs(arg, Clash::Replace, cx)
        }
    }

    /// The arguments of `dict(…)` and `update(…)`.
    pub(super) fn update_args(&self, name: &str, args: &[&Object], kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        match args {
            [] => {}
            [arg] => self.update_from(arg, cx)?,
            _ => return Err(cx.type_error(format_args!("{name} expected at most 1 argument, got {}", args.len()))),
        }
        for (key, value) in kwargs.iter() {
            if !key.is_a::<PyStr>() {
                return Err(cx.type_error(format_args!("keywords must be strings")));
            }
            self.set(key, value, cx)?;
        }
        Ok(())
    }
}

/// `other.keys()` as something to iterate (`PyMapping_Keys`): collected first, since `other` may change while its items are read.
fn mapping_keys(other: &Object, cx: &mut Cx) -> PyResult {
    let keys = crate::call::call_method(other, name!(cx, "keys"), &[], cx)?;
    if keys.ty().tp_iter.get().is_none() && !iter::is_sequence(&keys) {
        return Err(cx.type_error(format_args!("{}.keys() returned a non-iterable (type {})", other.ty().tp_name_str(), keys.ty().tp_name_str())));
    }
    iter::to_list(&keys, cx).map(Own::into_object)
}

/// The items of a pair.
fn pair_items(pair: &Object, cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
    use crate::types::{list::PyList, tuple::PyTuple};
    if let Some(t) = pair.downcast::<PyTuple>() {
        return Ok(t.as_slice().iter().map(|o| o.own()).collect());
    }
    if let Some(l) = pair.downcast::<PyList>() {
        return Ok(l.items(cx).iter().map(|o| o.own()).collect());
    }
    match iter::get_iter(pair, cx) {
        Ok(it) => iter::collect(&it, cx),
        Err(r) => {
            cx.catch(r, crate::types::exc::TypeError())?;
            Err(cx.type_error(format_args!("object is not iterable")))
        }
    }
}

/// Add the note that names the element to a `TypeError`.
#[cold]
fn bad_pair(i: usize, r: crate::err::Raised, cx: &mut Cx) -> crate::err::Raised {
    if !cx.raised_is(crate::types::exc::TypeError()) {
        return r;
    }
    let e = cx.take_raised(r);
    let note = PyStr::new(&format!("Cannot convert dictionary update sequence element #{i} to a sequence"), cx);
    match note.and_then(|n| crate::call::call_method(&e, name!(cx, "add_note"), &[&n], cx)) {
        Ok(_) => cx.set_raised(e),
        Err(r) => r,
    }
}
