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

/// Whether all that binding has to do is to make the tuple of `*args`.
#[inline]
pub fn only_rest(code: &PyCode, kwnames: Option<&PyTuple>, nargs: usize) -> bool {
    kwnames.is_none()
        && code.has_flag(flags::VARARGS)
        && !code.has_flag(flags::VARKEYWORDS)
        && code.kwonlyargcount() == 0
        && nargs >= code.argcount()
}

/// The arguments lie in the locals already: those behind the parameters move into the tuple, the other locals are emptied. On an error the arguments are as they were.
pub unsafe fn rest_in_place(code: &PyCode, locals: *mut Slot, nargs: usize) -> PyResult<()> {
    let cx = &mut Cx::assume();
    let argc = code.argcount();
    let t = PyTuple::take_slots(locals.add(argc), nargs - argc, cx)?;
    *locals.add(argc) = Slot::object(t);
    for i in argc + 1..code.nlocals().max(nargs) {
        locals.add(i).write_volatile(Slot::EMPTY);
    }
    Ok(())
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
