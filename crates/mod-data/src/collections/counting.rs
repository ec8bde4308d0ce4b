//! `_count_elements`: the inner loop of `Counter`.

use taipan_object::abstract_::{self, iter, number};
use taipan_object::prelude::*;
use taipan_object::{attr, call, typeobj};

/// Whether the mapping stores and reads as a dict does, so that its table can be used directly.
fn acts_as_dict(mapping: &Object, cx: &mut Cx) -> bool {
    let same = |n: &PyStr, cx: &Cx| {
        let (a, b) = (typeobj::lookup(mapping.ty(), n, cx), typeobj::lookup(PyDict::ty(), n, cx));
        matches!((a, b), (Some(a), Some(b)) if a.is(b))
    };
    let (get, set) = (name!(cx, "get"), name!(cx, "__setitem__"));
    mapping.is_a::<PyDict>() && same(get, cx) && same(set, cx)
}

fn plus_one(old: Option<Own<Object>>, one: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    match old {
        None => Ok(one.own()),
        Some(v) => match v.exact::<PyInt>().and_then(PyInt::compact) {
            Some(n) => PyInt::new(n + 1, cx).map(Own::into_object),
            None => number::binary(&number::ADD, &v, one, cx),
        },
    }
}

#[pyfunctions]
pub mod functions {
    use super::*;

    /// Count elements in the iterable, updating the mapping
    #[function("_count_elements(mapping, iterable, /)")]
    fn _count_elements(mapping: &Object, iterable: &Object, cx: &mut Cx) -> PyResult<()> {
        let it = iter::get_iter(iterable, cx)?;
        let one = PyInt::new(1, cx)?;
        if let Some(d) = mapping.downcast::<PyDict>().filter(|_| acts_as_dict(mapping, cx)) {
            while let Some(key) = iter::next(&it, cx)? {
                let h = abstract_::hash(&key, cx)?;
                let old = d.get_with_hash(&key, h, cx)?;
                let new = plus_one(old, &one, cx)?;
                d.set_with_hash(&key, h, new, cx)?;
            }
            return Ok(());
        }
        let get = attr::get(mapping, name!(cx, "get"), cx)?;
        let zero = PyInt::new(0, cx)?;
        while let Some(key) = iter::next(&it, cx)? {
            let old = call::call(&get, &[&key, &zero], cx)?;
            let new = number::binary(&number::ADD, &old, &one, cx)?;
            abstract_::set_item(mapping, &key, Some(&new), cx)?;
        }
        Ok(())
    }
}
