//! The built-in iterators: `enumerate`, `zip`, `map`, `filter`, `reversed`.

mod enumerate;
mod filter;
mod map;
mod reversed;
mod zip;

pub use enumerate::PyEnumerate;
pub use filter::PyFilter;
pub use map::PyMap;
pub use reversed::PyReversed;
pub use zip::PyZip;

use taipan_object::prelude::*;

/// How `for a, b in …` gets bare pairs from the iterators of this folder.
pub(super) fn pair_functions() -> [(&'static PyType, taipan_object::types::object_::PairFn); 2] {
    [(PyEnumerate::ty(), enumerate::next_pair), (PyZip::ty(), zip::next_pair)]
}

/// The iterators over some objects.
fn iterators(of: &[&Object], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let mut v = Vec::with_capacity(of.len());
    for o in of {
        v.push(taipan_object::abstract_::iter::get_iter(o, cx)?);
    }
    PyTuple::from_vec(v, cx)
}

/// One item of each iterator; `None` when one is exhausted. With `strict`, all must be exhausted together.
fn advance_all(func: &str, its: &PyTuple, strict: bool, cx: &mut Cx) -> PyResult<Option<Vec<Own<Object>>>> {
    use taipan_object::abstract_::iter::next;
    let mut out = Vec::with_capacity(its.len());
    for (i, it) in its.as_slice().iter().enumerate() {
        match next(it, cx)? {
            Some(v) => out.push(v),
            None if !strict => return Ok(None),
            None if i > 0 => {
                let plural = if i == 1 { " " } else { "s 1-" };
                return Err(cx.value_error(format_args!("{func}() argument {} is shorter than argument{plural}{i}", i + 1)));
            }
            None => {
                for (i, it) in its.as_slice().iter().enumerate().skip(1) {
                    if next(it, cx)?.is_some() {
                        let plural = if i == 1 { " " } else { "s 1-" };
                        return Err(cx.value_error(format_args!("{func}() argument {} is longer than argument{plural}{i}", i + 1)));
                    }
                }
                return Ok(None);
            }
        }
    }
    Ok(Some(out))
}

/// The keyword `strict`.
fn strict_of(func: &str, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<bool> {
    if kw.is_empty() {
        return Ok(false);
    }
    kw.only(func, &["strict"], cx)?;
    match kw.get("strict") {
        Some(v) => taipan_object::abstract_::is_true(v, cx),
        None => Ok(false),
    }
}

/// Whether a class takes part in the constructor's checks of keywords: it has no `__init__` of its own.
fn checks_keywords(cls: &PyType, base: &PyType) -> bool {
    std::ptr::eq(cls, base) || cls.tp_init.get().map(|f| f as usize) == base.tp_init.get().map(|f| f as usize)
}
