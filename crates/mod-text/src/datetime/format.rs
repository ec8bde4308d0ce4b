//! `strftime` and `strptime` by way of the modules `time` and `_strptime`.

use super::fields::Ymd;
use super::moment::PyDateTime;
use super::time::PyTime;
use super::zone;
use taipan_object::prelude::*;
use taipan_object::types::str::StrBuf;
use taipan_object::{abstract_, call};

/// `object.utcoffset()` as text, empty without one.
fn offset(object: &Object, separator: &str, cx: &mut Cx) -> PyResult<String> {
    let found = if let Some(d) = object.downcast::<PyDateTime>() {
        let zone = d.zone(cx).map(Object::own);
        zone::utcoffset(zone.as_deref(), object, cx)?
    } else if let Some(t) = object.downcast::<PyTime>() {
        let zone = t.zone(cx).map(Object::own);
        zone::utcoffset(zone.as_deref(), none(), cx)?
    } else {
        None
    };
    Ok(found.map_or(String::new(), |d| zone::offset_text(&d, separator)))
}

fn name(object: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
    if !object.is_a::<PyDateTime>() && !object.is_a::<PyTime>() {
        return Ok(None);
    }
    let answer = call::call_method(object, name!(cx, "tzname"), &[], cx)?;
    if answer.is_none() {
        return Ok(None);
    }
    match answer.downcast_own::<PyStr>() {
        Ok(s) => Ok(Some(s)),
        Err(o) => Err(cx.type_error(format_args!("tzname.replace() did not return a string, but '{}'", o.ty().tp_name_str()))),
    }
}

/// `strftime(format)` of an object whose time tuple is `tuple`.
pub fn strftime(object: &Object, format: &PyStr, tuple: &Object, date: Ymd, us: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
    let strftime = cx.import_attr("time", "strftime")?;
    let points = format.to_points();
    let mut out = StrBuf::with_capacity(points.len());
    let mut i = 0;
    while let Some(&c) = points.get(i) {
        i += 1;
        let escape = points.get(i).and_then(|&c| u8::try_from(c).ok());
        let (b'%', Some(escape)) = (u8::try_from(c).unwrap_or(0), escape) else {
            out.push(c);
            continue;
        };
        i += 1;
        match escape {
            b'z' => out.push_text(&offset(object, "", cx)?),
            b':' if points.get(i) == Some(&u32::from(b'z')) => {
                i += 1;
                out.push_text(&offset(object, ":", cx)?);
            }
            b'Z' => {
                if let Some(n) = name(object, cx)? {
                    for c in n.code_points() {
                        out.push(c);
                        if c == u32::from(b'%') {
                            out.push(c);
                        }
                    }
                }
            }
            b'f' => out.push_text(&format!("{us:06}")),
            // The C library does not pad years below 1000.
            b'G' if date.year < 1000 => {
                let spec = PyStr::new("%G", cx)?;
                let year = call::call(&strftime, &[&spec, tuple], cx)?;
                let year = abstract_::str(&year, cx)?;
                out.push_text(&format!("{:0>4}", year.to_string_lossy()));
            }
            b'Y' if date.year < 1000 => out.push_text(&format!("{:04}", date.year)),
            b'C' if date.year < 1000 => out.push_text(&format!("{:02}", date.year / 100)),
            b'F' if date.year < 1000 => out.push_text(&date.iso_text()),
            other => {
                out.push(c);
                out.push(u32::from(other));
            }
        }
    }
    let spec = out.finish(cx)?;
    call::call(&strftime, &[&spec, tuple], cx)
}

/// `format(object, spec)`: `str` for an empty one, else the object's `strftime`.
pub fn format(object: &Object, spec: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    if spec.is_empty() {
        return Ok(abstract_::str(object, cx)?.into_object());
    }
    call::call_method(object, name!(cx, "strftime"), &[spec], cx)
}

/// A `time.struct_time`.
pub fn time_tuple(date: Ymd, clock: super::fields::Clock, dst: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
    let class = cx.import_attr("time", "struct_time")?;
    let yday = super::calendar::days_before_month(date.year, date.month) + date.day;
    let mut parts = Vec::with_capacity(9);
    for n in [date.year, date.month, date.day, clock.hour, clock.minute, clock.second, date.weekday(), yday, dst] {
        parts.push(PyInt::new(i64::from(n), cx)?.into_object());
    }
    let parts = PyTuple::from_vec(parts, cx)?;
    call::call(&class, &[&parts], cx)
}

/// `_strptime.<function>(cls, string, format)`.
pub fn strptime(function: &str, cls: &PyType, string: &PyStr, format: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    let f = cx.import_attr("_strptime", function)?;
    call::call(&f, &[cls.as_object(), string, format], cx)
}

/// Raise `ValueError` "Invalid isoformat string".
#[cold]
pub fn bad_iso(s: &PyStr, cx: &mut Cx) -> Raised {
    match abstract_::repr(s, cx) {
        Ok(shown) => cx.value_error(format_args!("Invalid isoformat string: {shown}")),
        Err(r) => r,
    }
}

/// The argument of a `fromisoformat`, which must be ASCII to be anything; other characters become NUL, which is never valid.
pub fn iso_argument<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<(&'a PyStr, Vec<u8>)> {
    let Some(s) = o.downcast::<PyStr>() else {
        return Err(cx.type_error(format_args!("fromisoformat: argument must be str")));
    };
    Ok((s, s.code_points().map(|c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(0)).collect()))
}
