//! Putting arguments into parameters, in CPython's order of checks.

use super::errors;
use taipan_bytecode::flags;
use taipan_object::frame::Slot;
use taipan_object::prelude::*;
use taipan_object::types::code::PyCode;
use taipan_object::types::function::PyFunction;

/// Release the words of a moved-out argument array.
#[inline]
pub unsafe fn release_all(args: &mut [Slot]) {
    for a in args {
        std::mem::replace(a, Slot::EMPTY).release();
    }
}

/// Make every word an object pointer.
#[inline]
pub unsafe fn box_all(args: &mut [Slot], cx: &mut Cx) -> PyResult<()> {
    for a in args {
        if a.is_int() {
            *a = Slot::object(PyInt::new(a.as_int(), cx)?);
        }
    }
    Ok(())
}

/// Put defaults into the empty parameters from `given` on of a function without keyword-only parameters. False: there are not enough.
#[inline]
pub unsafe fn fill_defaults(f: &PyFunction, code: &PyCode, locals: *mut Slot, given: usize) -> bool {
    let cx = Cx::assume();
    let Some(d) = f.defaults(&cx) else { return false };
    let (argc, values) = (code.argcount(), d.as_slice());
    let Some(first) = (values.len() + given).checked_sub(argc) else { return false };
    for (i, v) in (given..argc).zip(values.iter().skip(first)) {
        *locals.add(i) = Slot::loaded(v);
    }
    true
}

/// Most keyword-only parameters left to their defaults that [`quick`] takes.
const FEW: usize = 8;

/// The usual cases of [`bind`]: keywords name the parameters right behind those with positional arguments, and what is not given has a default. `args` are the locals themselves, or lie
/// elsewhere; the locals need not be empty. False, or an error: nothing was consumed.
#[inline(never)]
pub unsafe fn quick(f: &PyFunction, code: &PyCode, locals: *mut Slot, args: *mut Slot, nargs: usize, kwnames: Option<&PyTuple>) -> PyResult<bool> {
    let cx = &mut Cx::assume();
    let nkw = kwnames.map_or(0, |k| k.len());
    let npos = nargs - nkw;
    let argc = code.argcount();
    let total = argc + code.kwonlyargcount();
    let rest = code.has_flag(flags::VARARGS);
    let placed = npos.min(argc);
    let given = placed + nkw;
    if given > total || (npos > argc && !rest) || !named_in_order(code, placed, kwnames) {
        return Ok(false);
    }
    if given < argc && f.defaults(cx).is_none_or(|d| given + d.len() < argc) {
        return Ok(false);
    }
    let first_only = given.max(argc);
    let mut only = [const { std::mem::MaybeUninit::<*const Object>::uninit() }; FEW];
    if first_only < total && !keyword_only(f, code, first_only, &mut only[..(total - first_only).min(FEW)], total, cx) {
        return Ok(false);
    }
    let kwdict = if code.has_flag(flags::VARKEYWORDS) { Slot::object(PyDict::new(cx)?) } else { Slot::EMPTY };
    let mut tuple = Slot::EMPTY;
    if rest {
        match rest_tuple(args.add(argc), npos.saturating_sub(argc), cx) {
            Ok(t) => tuple = Slot::object(t),
            Err(r) => {
                kwdict.release();
                return Err(r);
            }
        }
    }
    let apart = args != locals;
    if apart {
        for i in 0..placed {
            *locals.add(i) = std::mem::replace(&mut *args.add(i), Slot::EMPTY);
        }
    }
    if nkw != 0 && (apart || npos != placed) {
        for i in 0..nkw {
            *locals.add(placed + i) = std::mem::replace(&mut *args.add(npos + i), Slot::EMPTY);
        }
    }
    let n = code.nlocals();
    for i in given..if apart { n } else { n.max(nargs) } {
        // Volatile, or it becomes a call of `memset`, which costs more than the few words.
        locals.add(i).write_volatile(Slot::EMPTY);
    }
    if given < argc
        && let Some(d) = f.defaults(cx)
    {
        let skipped = given + d.len() - argc;
        for (i, v) in d.as_slice().iter().skip(skipped).enumerate() {
            *locals.add(given + i) = Slot::loaded(v);
        }
    }
    for i in first_only..total {
        *locals.add(i) = Slot::loaded(&*only[i - first_only].assume_init());
    }
    if rest {
        *locals.add(total) = tuple;
    }
    if !kwdict.is_empty() {
        *locals.add(total + rest as usize) = kwdict;
    }
    Ok(true)
}

/// The tuple of `*args`.
#[inline(never)]
unsafe fn rest_tuple(base: *mut Slot, n: usize, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    PyTuple::take_slots(base, n, cx)
}

/// Whether the keywords are the parameters from `first` on, in this order. Names in code are interned.
#[inline(always)]
unsafe fn named_in_order(code: &PyCode, first: usize, kwnames: Option<&PyTuple>) -> bool {
    let Some(names) = kwnames.map(|k| k.as_slice()).filter(|k| !k.is_empty()) else { return true };
    let params = code.local_names().as_slice();
    first >= code.posonlyargcount() && params.len() >= first + names.len() && params[first..].iter().zip(names).all(|(p, name)| p.is(name))
}

/// The defaults of the keyword-only parameters from `first` on, borrowed. False: one has none, or there are more than places.
#[inline(never)]
unsafe fn keyword_only(f: &PyFunction, code: &PyCode, first: usize, out: &mut [std::mem::MaybeUninit<*const Object>], total: usize, cx: &Cx) -> bool {
    let Some(d) = f.kwdefaults_in(cx).filter(|_| out.len() == total - first) else { return false };
    for (i, o) in out.iter_mut().enumerate() {
        let Some(v) = d.get_str(code.local_name(first + i), cx) else { return false };
        o.write(v);
    }
    true
}

/// Bind `args` (positional, then one value per name in `kwnames`) to the empty `locals` of a frame of `f`. The arguments are taken over in any case; what was bound
/// before an error stays in the locals.
pub unsafe fn bind(f: &PyFunction, code: &PyCode, locals: *mut Slot, args: &mut [Slot], kwnames: Option<&PyTuple>, cx: &mut Cx) -> PyResult<()> {
    let r = bind_in(f, code, locals, args, kwnames, cx);
    if r.is_err() {
        // The error is set: releasing the rest must not disturb it.
        let e = cx.ts().current_exception.take();
        release_all(args);
        cx.ts().current_exception.set(e, cx);
    }
    r
}

unsafe fn bind_in(f: &PyFunction, code: &PyCode, locals: *mut Slot, args: &mut [Slot], kwnames: Option<&PyTuple>, cx: &mut Cx) -> PyResult<()> {
    let npos = args.len() - kwnames.map_or(0, |k| k.len());
    let (argcount, total) = (code.argcount(), code.argcount() + code.kwonlyargcount());
    let n = npos.min(argcount);
    for i in 0..n {
        *locals.add(i) = std::mem::replace(&mut args[i], Slot::EMPTY);
    }
    let mut next = total;
    if code.has_flag(flags::VARARGS) {
        let rest = &mut args[n..npos];
        box_all(rest, cx)?;
        let t = PyTuple::from_exact(rest.iter_mut().map(|s| Own::from_raw(std::mem::replace(s, Slot::EMPTY).as_ptr())), cx)?;
        *locals.add(next) = Slot::object(t);
        next += 1;
    }
    let kwdict = if code.has_flag(flags::VARKEYWORDS) {
        let d = PyDict::new(cx)?;
        *locals.add(next) = Slot::object(d.clone());
        Some(d)
    } else {
        None
    };
    if let Some(names) = kwnames {
        keywords(f, code, locals, &mut args[npos..], names, kwdict.as_deref(), cx)?;
    }
    if npos > argcount && !code.has_flag(flags::VARARGS) {
        return Err(errors::too_many_positional(f, code, npos, locals, cx));
    }
    if npos < argcount {
        let defaults = f.defaults(cx).map(|d| d.new_ref());
        let ndef = defaults.as_ref().map_or(0, |d| d.len());
        let required = argcount.saturating_sub(ndef);
        if (npos..required).any(|i| (*locals.add(i)).is_empty()) {
            return Err(errors::missing(f, code, 0..required, "positional", locals, cx));
        }
        if let Some(d) = defaults {
            for i in npos.max(required)..argcount {
                if (*locals.add(i)).is_empty() {
                    *locals.add(i) = Slot::loaded(d.as_slice()[i + ndef - argcount]);
                }
            }
        }
    }
    if total > argcount {
        keyword_defaults(f, code, locals, cx)?;
    }
    Ok(())
}

unsafe fn keyword_defaults(f: &PyFunction, code: &PyCode, locals: *mut Slot, cx: &mut Cx) -> PyResult<()> {
    let (argcount, total) = (code.argcount(), code.argcount() + code.kwonlyargcount());
    let mut missing = false;
    let defaults = f.kwdefaults();
    for i in argcount..total {
        if !(*locals.add(i)).is_empty() {
            continue;
        }
        let v = match &defaults {
            Some(d) => d.get(code.local_name(i), cx)?,
            None => None,
        };
        match v {
            Some(v) => *locals.add(i) = Slot::object(v),
            None => missing = true,
        }
    }
    if missing {
        return Err(errors::missing(f, code, argcount..total, "keyword-only", locals, cx));
    }
    Ok(())
}

unsafe fn keywords(
    f: &PyFunction,
    code: &PyCode,
    locals: *mut Slot,
    values: &mut [Slot],
    names: &PyTuple,
    kwdict: Option<&PyDict>,
    cx: &mut Cx,
) -> PyResult<()> {
    let (posonly, total) = (code.posonlyargcount(), code.argcount() + code.kwonlyargcount());
    let params = code.local_names().as_slice();
    for (name, value) in names.as_slice().iter().zip(values) {
        let Some(name) = name.downcast::<PyStr>() else {
            return Err(errors::keywords_must_be_strings(f, cx));
        };
        let found = (posonly..total)
            .find(|&i| params[i].is(name))
            // Parameters are interned: another name that is so too is none of them.
            .or_else(|| if name.interned() != 0 { None } else { (posonly..total).find(|&i| params[i].cast_unchecked::<PyStr>().eq_str(name)) });
        match (found, kwdict) {
            (Some(i), _) => {
                if !(*locals.add(i)).is_empty() {
                    return Err(errors::multiple_values(f, name, cx));
                }
                *locals.add(i) = std::mem::replace(value, Slot::EMPTY);
            }
            (None, Some(d)) => {
                let v = std::mem::replace(value, Slot::EMPTY).into_own(cx)?;
                if d.is_empty() {
                    d.reserve(1, cx)?;
                }
                d.set_own(name, v, cx)?;
            }
            (None, None) => {
                if let Some(r) = errors::positional_only_given(f, code, names, cx) {
                    return Err(r);
                }
                return Err(errors::unexpected_keyword(f, code, name, cx));
            }
        }
    }
    Ok(())
}
