//! Helpers of generated argument parsers (`_PyArg_*`), which CPython's own extension modules import; `pytime.h`.

use crate::border::{objects, str_of, text};
use crate::capi;
use std::ffi::{c_char, c_int};
use std::time::Duration;
use taipan_abi::_PyArg_Parser;
use taipan_object::abstract_::number;
use taipan_object::prelude::*;

fn plural(n: isize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// The names of a parser's parameters; the empty ones are positional only.
unsafe fn names(p: &_PyArg_Parser) -> Vec<String> {
    let mut v = Vec::new();
    let mut k = p.keywords;
    // SAFETY: a list that ends with null.
    unsafe {
        while !k.is_null() && !(*k).is_null() {
            v.push(text(*k).into_owned());
            k = k.add(1);
        }
    }
    v
}

unsafe fn title(p: &_PyArg_Parser) -> String {
    // SAFETY: null or a C string.
    if p.fname.is_null() { "function".to_owned() } else { format!("{}()", unsafe { text(p.fname) }) }
}

/// What the caller of `_PyArg_UnpackKeywords` states about the parameters.
struct Limits {
    min: usize,
    max: usize,
    required_keywords: usize,
    varargs: bool,
}

/// Put positional and keyword arguments into `buf`, in the order of the parameters.
unsafe fn unpack(pos: &[&Object], kw: &[(Own<PyStr>, Own<Object>)], p: &_PyArg_Parser, l: &Limits, buf: *mut *mut Object, cx: &mut Cx) -> PyResult<()> {
    // SAFETY: the caller's parser and array, which has room for every parameter.
    unsafe {
        let names = names(p);
        let title = title(p);
        let only = names.iter().take_while(|n| n.is_empty()).count();
        let nargs = if l.varargs { pos.len().min(l.max) } else { pos.len() };
        let total = nargs + kw.len();
        if total > names.len() && !l.varargs {
            let kind = if nargs == 0 { "keyword " } else { "" };
            return Err(cx.type_error(format_args!("{title} takes at most {} {kind}argument{} ({total} given)", names.len(), plural(names.len() as isize))));
        }
        if nargs > l.max {
            if l.max == 0 {
                return Err(cx.type_error(format_args!("{title} takes no positional arguments")));
            }
            let how = if l.min < l.max { "at most" } else { "exactly" };
            return Err(cx.type_error(format_args!("{title} takes {how} {} positional argument{} ({nargs} given)", l.max, plural(l.max as isize))));
        }
        if nargs < l.min.min(only) || (nargs < l.min && only >= l.min) {
            let how = if l.min < l.max { "at least" } else { "exactly" };
            return Err(cx.type_error(format_args!("{title} takes {how} {} positional argument{} ({nargs} given)", l.min, plural(l.min as isize))));
        }
        let mut used = 0;
        for (i, name) in names.iter().enumerate() {
            let value = if i < nargs {
                pos[i].as_ptr()
            } else {
                match kw.iter().find(|(n, _)| i >= only && n.eq_text(name)) {
                    Some((_, v)) => {
                        used += 1;
                        v.as_ptr()
                    }
                    None => std::ptr::null_mut(),
                }
            };
            let required = i < l.min || (i >= l.max && i < l.max + l.required_keywords);
            if value.is_null() && required {
                let what = if i < only { format!("{title} takes at least {} positional argument{} ({nargs} given)", l.min, plural(l.min as isize)) } else { format!("{title} missing required argument '{name}' (pos {})", i + 1) };
                return Err(cx.type_error(format_args!("{what}")));
            }
            *buf.add(i) = value;
        }
        if used < kw.len() {
            for (n, _) in kw {
                match names.iter().position(|x| !x.is_empty() && n.eq_text(x)) {
                    Some(i) if i < nargs => return Err(cx.type_error(format_args!("argument for {title} given by name ('{n}') and position ({})", i + 1))),
                    Some(_) => {}
                    None => return Err(cx.type_error(format_args!("{title} got an unexpected keyword argument '{n}'"))),
                }
            }
        }
        Ok(())
    }
}

/// Keyword arguments of a dict, or of names and values behind the positional ones.
unsafe fn keywords(args: *const *mut Object, nargs: usize, kwargs: Option<&Object>, kwnames: Option<&Object>, cx: &mut Cx) -> PyResult<Vec<(Own<PyStr>, Own<Object>)>> {
    let mut v = Vec::new();
    if let Some(t) = kwnames.and_then(|k| k.downcast::<PyTuple>()) {
        // SAFETY: the vectorcall convention.
        let values = unsafe { objects(args.add(nargs), t.len()) };
        for (n, x) in t.as_slice().iter().zip(values) {
            v.push((crate::border::want_str(n, cx)?.new_ref(), x.own()));
        }
    } else if let Some(d) = kwargs.and_then(|k| k.downcast::<PyDict>()) {
        let mut at = 0;
        while let Some((k, x, _)) = d.next_own(&mut at) {
            match k.downcast_own::<PyStr>() {
                Ok(k) => v.push((k, x)),
                Err(_) => return Err(cx.type_error(format_args!("keywords must be strings"))),
            }
        }
    }
    Ok(v)
}

/// A clock of the system, read by `time.NAME` (the gate to the clock is not this crate's).
fn clock(name: &str, out: *mut i64, cx: &mut Cx) -> PyResult<()> {
    let f = cx.import_attr("time", name)?;
    let n = taipan_object::call::call(&f, &[], cx)?;
    // SAFETY: the caller's variable.
    unsafe { out.write(n.downcast::<PyInt>().and_then(|n| n.to_i64()).unwrap_or(0)) };
    Ok(())
}

/// Run `f` with the GIL, taking it for the moment when the thread does not hold it.
fn with_state<R>(f: impl FnOnce() -> R) -> R {
    // SAFETY: the pair of functions may be called from any thread.
    unsafe {
        let held = super::pystate::PyGILState_Ensure();
        let r = f();
        super::pystate::PyGILState_Release(held);
        r
    }
}

unsafe fn limit(name: *const c_char, n: isize, min: isize, max: isize, cx: &mut Cx) -> bool {
    if (min..=max).contains(&n) {
        return true;
    }
    let (how, bound) = if n < min { ("at least ", min) } else { ("at most ", max) };
    let how = if min == max { "" } else { how };
    // SAFETY: null or a C string.
    let head = if name.is_null() { "unpacked tuple should have ".to_owned() } else { format!("{} expected ", unsafe { text(name) }) };
    let tail = if name.is_null() { format!("element{}, but has {n}", plural(bound)) } else { format!("argument{}, got {n}", plural(bound)) };
    let _raised = cx.type_error(format_args!("{head}{how}{bound} {tail}"));
    false
}

/// An unsigned C integer through a converter (`O&`): 1, or 0 with an exception.
unsafe fn unsigned<T: TryFrom<u64>>(o: &Object, out: *mut T, c_type: &str, cx: &mut Cx) -> c_int {
    let r = number::index(o, cx).and_then(|i| {
        if i.is_negative() {
            return Err(cx.value_error(format_args!("value must be positive")));
        }
        let v = super::longobject::to_u64(&i).and_then(|v| T::try_from(v).ok());
        v.ok_or_else(|| cx.overflow_error(format_args!("Python int too large to convert to C {c_type}")))
    });
    match r {
        Ok(v) => {
            // SAFETY: the caller's variable.
            unsafe { out.write(v) };
            1
        }
        Err(_) => 0,
    }
}

capi! {
    /// Whether the number of arguments is right.
    fn _PyArg_CheckPositional(name: *const c_char, n: isize, min: isize, max: isize) -> bool = |cx| { limit(name, n, min, max, cx) }
    /// An argument of the wrong type.
    fn _PyArg_BadArgument(function: *const c_char, argument: *const c_char, expected: *const c_char, o: &Object) = |cx| {
        let found = if o.is_none() { "None" } else { o.ty().tp_name_str() };
        let _raised = cx.type_error(format_args!("{}() {} must be {}, not {found}", text(function), text(argument), text(expected)));
    }
    /// No keyword arguments, please: whether there are none.
    fn _PyArg_NoKeywords(function: *const c_char, kw: Option<&Object>) -> bool = |cx| {
        if kw.and_then(|k| k.downcast::<PyDict>()).is_none_or(|d| d.is_empty()) { return true; }
        let _raised = cx.type_error(format_args!("{}() takes no keyword arguments", text(function)));
        false
    }
    /// No positional arguments, please: whether there are none.
    fn _PyArg_NoPositional(function: *const c_char, args: Option<&Object>) -> bool = |cx| {
        if args.and_then(|a| a.downcast::<PyTuple>()).is_none_or(|t| t.is_empty()) { return true; }
        let _raised = cx.type_error(format_args!("{}() takes no positional arguments", text(function)));
        false
    }
    /// Arguments in the order of the parameters, in `buf`; null with an exception.
    fn _PyArg_UnpackKeywords(args: *const *mut Object, nargs: isize, kwargs: Option<&Object>, kwnames: Option<&Object>, parser: &_PyArg_Parser, min: c_int, max: c_int, minkw: c_int, varpos: c_int, buf: *mut *mut Object) -> PyResult<*const *mut Object> = |cx| {
        let l = Limits { min: min.max(0) as usize, max: max.max(0) as usize, required_keywords: minkw.max(0) as usize, varargs: varpos != 0 };
        let n = nargs.max(0) as usize;
        let kw = keywords(args, n, kwargs, kwnames, cx)?;
        unpack(objects(args, n), &kw, parser, &l, buf, cx)?;
        Ok(buf as *const *mut Object)
    }
    /// A tuple of an array.
    fn _PyTuple_FromArray(p: *const *mut Object, n: isize) -> PyResult<Own<PyTuple>> = |cx| { PyTuple::from_slice(objects(p, n.max(0) as usize), cx) }
    /// `operator.index(o)`.
    fn _PyNumber_Index(o: &Object) -> PyResult<Own<PyInt>> = |cx| { number::index(o, cx) }
    /// Converter for `unsigned short`.
    fn _PyLong_UnsignedShort_Converter(o: &Object, p: *mut u16) -> c_int = |cx| { unsigned(o, p, "unsigned short", cx) }
    /// Converter for `unsigned int`.
    fn _PyLong_UnsignedInt_Converter(o: &Object, p: *mut u32) -> c_int = |cx| { unsigned(o, p, "unsigned int", cx) }
    /// Converter for `unsigned long`.
    fn _PyLong_UnsignedLong_Converter(o: &Object, p: *mut u64) -> c_int = |cx| { unsigned(o, p, "unsigned long", cx) }
    /// Converter for `unsigned long long`.
    fn _PyLong_UnsignedLongLong_Converter(o: &Object, p: *mut u64) -> c_int = |cx| { unsigned(o, p, "unsigned long long", cx) }
    /// Converter for `size_t`.
    fn _PyLong_Size_t_Converter(o: &Object, p: *mut usize) -> c_int = |cx| { unsigned(o, p, "size_t", cx) }
    /// Converter for an optional `Py_ssize_t`.
    fn _Py_convert_optional_to_ssize_t(o: &Object, p: *mut isize) -> c_int = |cx| {
        if o.is_none() { return 1; }
        if !number::has_index(o) {
            let _raised = cx.type_error(format_args!("argument should be integer or None, not {}", o.ty().tp_name_str()));
            return 0;
        }
        match number::index_as_isize(o, exc::OverflowError(), cx) { Ok(n) => { *p = n; 1 } Err(_) => 0 }
    }
    /// A slice bound that may not be None.
    fn _PyEval_SliceIndexNotNone(o: &Object, p: *mut isize) -> bool = |cx| {
        if !number::has_index(o) {
            let _raised = cx.type_error(format_args!("slice indices must be integers or have an __index__ method"));
            return false;
        }
        match number::index_clipped(o, cx) { Ok(n) => { *p = n; true } Err(_) => false }
    }
    /// An attribute by a static identifier.
    fn _PyObject_GetAttrId(o: &Object, id: *const [*const c_char; 2]) -> PyResult<Own<Object>> = |cx| {
        let n = str_of(if (*id)[0].is_null() { (*id)[1] } else { (*id)[0] }, cx)?;
        taipan_object::attr::get(o, &n, cx)
    }
    /// Make an object immortal.
    fn _Py_SetImmortal(o: &Object) = |_| { o.immortalise() }
    /// Raise `KeyError(key)`.
    fn _PyErr_SetKeyError(key: &Object) = |cx| { let _raised = cx.raise_arg(exc::KeyError(), key); }
    /// The value of the current StopIteration (None without an exception): 0 or -1.
    fn _PyGen_FetchStopIterationValue(out: *mut *mut Object) -> c_int = |cx| {
        *out = std::ptr::null_mut();
        if !cx.is_raised() {
            *out = none().own().into_raw();
            return 0;
        }
        if !cx.raised_is(exc::StopIteration()) { return -1; }
        let e = cx.take_raised(Raised::assume());
        *out = taipan_object::types::generator::stop_iteration_value(&e).into_raw();
        0
    }
    /// A monotonic clock in nanoseconds.
    fn PyTime_Monotonic(p: *mut i64) -> PyResult<()> = |cx| { clock("monotonic_ns", p, cx) }
    /// A clock for measuring.
    fn PyTime_PerfCounter(p: *mut i64) -> PyResult<()> = |cx| { clock("perf_counter_ns", p, cx) }
    /// Nanoseconds since 1970.
    fn PyTime_Time(p: *mut i64) -> PyResult<()> = |cx| { clock("time_ns", p, cx) }
    /// A monotonic clock, also without the GIL.
    fn PyTime_MonotonicRaw(p: *mut i64) -> PyResult<()> = |cx| { with_state(|| clock("monotonic_ns", p, &mut Cx::assume())) }
    /// A clock for measuring, also without the GIL.
    fn PyTime_PerfCounterRaw(p: *mut i64) -> PyResult<()> = |cx| { with_state(|| clock("perf_counter_ns", p, &mut Cx::assume())) }
    /// Nanoseconds since 1970, also without the GIL.
    fn PyTime_TimeRaw(p: *mut i64) -> PyResult<()> = |cx| { with_state(|| clock("time_ns", p, &mut Cx::assume())) }
    /// Whether the interpreter checks assertions: a release build does not.
    fn _Py_GetBuiltWithAssert() -> c_int = |_| { 0 }
    /// Whether the descriptor is open.
    fn _Py_IsValidFD(fd: c_int) -> bool = |_| {
        unsafe extern "C" { fn fcntl(fd: c_int, command: c_int) -> c_int; }
        fd >= 0 && fcntl(fd, 1) >= 0
    }
    /// Nanoseconds as seconds.
    fn PyTime_AsSecondsDouble(t: i64) -> f64 = |_| {
        let whole = Duration::from_nanos(t.unsigned_abs()).as_secs_f64();
        if t < 0 { -whole } else { whole }
    }
    /// A version in one number.
    fn Py_PACK_FULL_VERSION(a: c_int, b: c_int, c: c_int, level: c_int, serial: c_int) -> u32 = |_| {
        ((a & 0xff) << 24 | (b & 0xff) << 16 | (c & 0xff) << 8 | (level & 0xf) << 4 | (serial & 0xf)) as u32
    }
    /// A version in one number.
    fn Py_PACK_VERSION(a: c_int, b: c_int) -> u32 = |_| { ((a & 0xff) << 24 | (b & 0xff) << 16) as u32 }
}
