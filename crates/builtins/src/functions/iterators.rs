//! Functions about iterables.

use taipan_object::abstract_::{self, CmpOp, iter as itr};
use taipan_object::machine::Sink;
use taipan_object::prelude::*;
use taipan_object::types::boolean;
use taipan_object::{attr, call};

/// The value of an exact int of one digit.
#[inline(always)]
fn small(o: &Object) -> Option<i64> {
    o.exact::<PyInt>()?.compact()
}

/// `min` and `max`.
fn extreme(args: Args<'_>, kw: Kwargs<'_>, name: &str, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
    if args.0.is_empty() {
        return Err(cx.type_error(format_args!("{name} expected at least 1 argument, got 0")));
    }
    if let (&[a, b], true) = (args.0, kw.is_empty()) {
        return Ok(if abstract_::rich_compare_bool(b, a, op, cx)? { b.own() } else { a.own() });
    }
    if let (all, true) = (args.0, kw.is_empty() && args.0.len() > 1) {
        let mut best = all[0];
        for v in &all[1..] {
            if abstract_::rich_compare_bool(v, best, op, cx)? {
                best = v;
            }
        }
        return Ok(best.own());
    }
    kw.only(name, &["key", "default"], cx)?;
    let key = kw.get("key").filter(|k| !k.is_none());
    let default = kw.get("default");
    if args.0.len() > 1 && default.is_some() {
        return Err(cx.type_error(format_args!("Cannot specify a default for {name}() with multiple positional arguments")));
    }
    if let (&[it], None) = (args.0, key) {
        let mut best: Option<Own<Object>> = None;
        itr::for_each(it, cx, |v, cx| {
            let better = match &best {
                None => true,
                Some(b) => match (small(&v), small(b)) {
                    (Some(x), Some(y)) => op.holds(x.cmp(&y)),
                    _ => abstract_::rich_compare_bool(&v, b, op, cx)?,
                },
            };
            if better {
                best = Some(v);
            }
            Ok(true)
        })?;
        return match best.or_else(|| default.map(|d| d.own())) {
            Some(v) => Ok(v),
            None => Err(cx.value_error(format_args!("{name}() iterable argument is empty"))),
        };
    }
    let mut best: Option<(Own<Object>, Own<Object>)> = None;
    let mut consider = |v: Own<Object>, cx: &mut Cx| -> PyResult<bool> {
        let k = match key {
            Some(f) => call::call(f, &[&v], cx)?,
            None => v.clone(),
        };
        let better = match &best {
            None => true,
            Some((_, b)) => abstract_::rich_compare_bool(&k, b, op, cx)?,
        };
        if better {
            best = Some((v, k));
        }
        Ok(true)
    };
    match args.0 {
        [it] => itr::for_each(it, cx, &mut consider)?,
        all => {
            for v in all {
                consider(v.own(), cx)?;
            }
        }
    }
    match (best, default) {
        (Some((v, _)), _) => Ok(v),
        (None, Some(d)) => Ok(d.own()),
        (None, None) => Err(cx.value_error(format_args!("{name}() iterable argument is empty"))),
    }
}

/// Whether an item was met whose truth is `stop`.
struct Truth {
    stop: bool,
    met: bool,
}

impl Sink for Truth {
    #[inline]
    fn take(&mut self, v: Own<Object>, cx: &mut Cx) -> PyResult<bool> {
        self.met = abstract_::is_true(&v, cx)? == self.stop;
        Ok(!self.met)
    }
    // The item that decides ends the walk: `take` says so.
    #[inline]
    fn see_int(&mut self, v: i64) -> bool {
        (v != 0) != self.stop
    }
    #[inline]
    fn see(&mut self, v: &Object) -> bool {
        if self.stop { v.is(boolean::false_()) || v.is_none() } else { v.is(boolean::true_()) }
    }
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Return True if bool(x) is True for all values x in the iterable.
    ///
    /// If the iterable is empty, return True.
    #[function("all(iterable, /)")]
    fn all(iterable: &Object, cx: &mut Cx) -> PyResult<bool> {
        let mut truth = Truth { stop: false, met: false };
        itr::walk(iterable, &mut truth, cx)?;
        Ok(!truth.met)
    }
    /// Return True if bool(x) is True for any x in the iterable.
    ///
    /// If the iterable is empty, return False.
    #[function("any(iterable, /)")]
    fn any(iterable: &Object, cx: &mut Cx) -> PyResult<bool> {
        let mut truth = Truth { stop: true, met: false };
        itr::walk(iterable, &mut truth, cx)?;
        Ok(truth.met)
    }

    #[function("iter(*args)", nosig, doc = "iter(iterable) -> iterator\niter(callable, sentinel) -> iterator\n\nGet an iterator from an object.\n\nIn the first form, the argument must supply its own iterator, or be a sequence.\nIn the second form, the callable is called until it returns the sentinel.")]
    fn iter(args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match args.0 {
            [o] => itr::get_iter(o, cx),
            [f, s] => {
                if !cx.is_callable(f) {
                    return Err(cx.type_error(format_args!("iter(v, w): v must be callable")));
                }
                crate::types::call_iter::new(f, s, cx)
            }
            a if a.is_empty() => Err(cx.type_error(format_args!("iter expected at least 1 argument, got 0"))),
            a => Err(cx.type_error(format_args!("iter expected at most 2 arguments, got {}", a.len()))),
        }
    }

    #[function("next(*args)", nosig, doc = "next(iterator[, default])\n\nReturn the next item from the iterator. If default is given and the iterator\nis exhausted, it is returned instead of raising StopIteration.")]
    fn next(args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (it, default) = match args.0 {
            [it] => (*it, None),
            [it, d] => (*it, Some(*d)),
            [] => return Err(cx.type_error(format_args!("next expected at least 1 argument, got 0"))),
            a => return Err(cx.type_error(format_args!("next expected at most 2 arguments, got {}", a.len()))),
        };
        itr::next_or_raise(it, default, cx)
    }

    /// Return an AsyncIterator for an AsyncIterable object.
    #[function("aiter(async_iterable, /)")]
    fn aiter(async_iterable: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let t = async_iterable.ty().tp_name_str().to_owned();
        let Some(it) = call::call_special(async_iterable, name!(cx, "__aiter__"), &[], cx)? else {
            return Err(cx.type_error(format_args!("'{t}' object is not an async iterable")));
        };
        if it.ty().asynch().is_none_or(|a| a.am_anext.get().is_none()) {
            return Err(cx.type_error(format_args!("aiter() returned not an async iterator of type '{}'", it.ty().tp_name_str())));
        }
        Ok(it)
    }
    /// Return the next item from the async iterator.
    ///
    /// If default is given and the async iterator is exhausted,
    /// it is returned instead of raising StopAsyncIteration.
    #[function("anext(async_iterator, default=<unrepresentable>, /)")]
    fn anext(async_iterator: &Object, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let t = async_iterator.ty().tp_name_str().to_owned();
        let Some(aw) = call::call_special(async_iterator, name!(cx, "__anext__"), &[], cx)? else {
            return Err(cx.type_error(format_args!("'{t}' object is not an async iterator")));
        };
        match default {
            None => Ok(aw),
            Some(d) => crate::types::anext::new(&aw, d, cx),
        }
    }

    #[function("max(*args, **kwargs)", nosig, doc = "max(iterable, *[, default=obj, key=func]) -> value\nmax(arg1, arg2, *args, *[, key=func]) -> value\n\nWith a single iterable argument, return its biggest item. The\ndefault keyword-only argument specifies an object to return if\nthe provided iterable is empty.\nWith two or more positional arguments, return the largest argument.")]
    fn max(args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        extreme(args, kwargs, "max", CmpOp::Gt, cx)
    }
    #[function("min(*args, **kwargs)", nosig, doc = "min(iterable, *[, default=obj, key=func]) -> value\nmin(arg1, arg2, *args, *[, key=func]) -> value\n\nWith a single iterable argument, return its smallest item. The\ndefault keyword-only argument specifies an object to return if\nthe provided iterable is empty.\nWith two or more positional arguments, return the smallest argument.")]
    fn min(args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        extreme(args, kwargs, "min", CmpOp::Lt, cx)
    }
    /// Return a new list containing all items from the iterable in ascending order.
    ///
    /// A custom key function can be supplied to customize the sort order, and the
    /// reverse flag can be set to request the result in descending order.
    #[function("sorted(*args, **kwargs)", nosig, doc = "sorted($module, iterable, /, *, key=None, reverse=False)\n--\n\nReturn a new list containing all items from the iterable in ascending order.\n\nA custom key function can be supplied to customize the sort order, and the\nreverse flag can be set to request the result in descending order.")]
    fn sorted(args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let [it] = args.0 else {
            return Err(cx.type_error(format_args!("sorted expected 1 argument, got {}", args.0.len())));
        };
        let l = itr::to_list(it, cx)?;
        if kwargs.is_empty() {
            l.sort(None, false, cx)?;
            return Ok(l.into_object());
        }
        if let Some(key) = kwargs.get("key").filter(|_| kwargs.len() == 1) {
            l.sort(Some(key).filter(|k| !k.is_none()), false, cx)?;
            return Ok(l.into_object());
        }
        let sort = attr::get(&l, name!(cx, "sort"), cx)?;
        let (names, vals) = kwargs.split(cx)?;
        call::call_kw(&sort, &[], vals, names.as_deref(), cx)?;
        Ok(l.into_object())
    }
}
