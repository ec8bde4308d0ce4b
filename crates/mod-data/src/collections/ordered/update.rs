//! `MutableMapping.update`, as `OrderedDict` uses it: everything goes through `self[key] = value`.

use taipan_object::abstract_::{self, iter};
use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// Store what an argument and keywords say.
pub fn update(me: &Object, arg: Option<&Object>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
    if let Some(a) = arg {
        update_from(me, a, cx)?;
    }
    for (k, v) in kw.iter() {
        if !k.is_a::<PyStr>() {
            return Err(cx.type_error(format_args!("keywords must be strings")));
        }
        abstract_::set_item(me, k, Some(v), cx)?;
    }
    Ok(())
}

/// Store the items of a dict, of something with `keys()` or `items()`, or of an iterable of pairs.
pub fn update_from(me: &Object, other: &Object, cx: &mut Cx) -> PyResult<()> {
    if let Some(d) = other.exact::<PyDict>() {
        let mut items = Vec::with_capacity(d.len());
        let mut at = 0;
        while let Some((k, v, _)) = d.next_own(&mut at) {
            items.push((k, v));
        }
        for (k, v) in items {
            abstract_::set_item(me, &k, Some(&v), cx)?;
        }
        return Ok(());
    }
    if let Some(keys) = attr::get_opt(other, name!(cx, "keys"), cx)? {
        let keys = call::call(&keys, &[], cx)?;
        let it = iter::get_iter(&keys, cx)?;
        while let Some(k) = iter::next(&it, cx)? {
            let v = abstract_::get_item(other, &k, cx)?;
            abstract_::set_item(me, &k, Some(&v), cx)?;
        }
        return Ok(());
    }
    if let Some(items) = attr::get_opt(other, name!(cx, "items"), cx)? {
        let items = call::call(&items, &[], cx)?;
        return add_pairs(me, &items, cx);
    }
    add_pairs(me, other, cx)
}

fn add_pairs(me: &Object, pairs: &Object, cx: &mut Cx) -> PyResult<()> {
    let it = iter::get_iter(pairs, cx)?;
    while let Some(pair) = iter::next(&it, cx)? {
        let parts = iter::get_iter(&pair, cx)?;
        let Some(key) = iter::next(&parts, cx)? else {
            return Err(cx.value_error(format_args!("need more than 0 values to unpack")));
        };
        let Some(value) = iter::next(&parts, cx)? else {
            return Err(cx.value_error(format_args!("need more than 1 value to unpack")));
        };
        if iter::next(&parts, cx)?.is_some() {
            return Err(cx.value_error(format_args!("too many values to unpack (expected 2)")));
        }
        abstract_::set_item(me, &key, Some(&value), cx)?;
    }
    Ok(())
}
