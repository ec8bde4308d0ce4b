//! Broken-down times: `struct_time`, and the way to and from seconds.

use taipan_builtins::timeval::{Round, time_t};
use taipan_host::timezone::{self, BrokenTime};
use taipan_host::clock;
use taipan_object::abstract_;
use taipan_object::prelude::*;
use taipan_object::types::structseq::StructSeq;

/// `time.struct_time`
pub static STRUCT_TIME: StructSeq = StructSeq::new(
    c"time.struct_time",
    c"The time value as returned by gmtime(), localtime(), and strptime(), and\n accepted by asctime(), mktime() and strftime().  May be considered as a\n sequence of 9 integers.\n\n Note that several fields' values are not the same as those defined by\n the C language standard for struct tm.  For example, the value of the\n field tm_year is the actual year, not year - 1900.  See individual\n fields' descriptions for details.",
    &[
        ("tm_year", "year, for example, 1993"),
        ("tm_mon", "month of year, range [1, 12]"),
        ("tm_mday", "day of month, range [1, 31]"),
        ("tm_hour", "hours, range [0, 23]"),
        ("tm_min", "minutes, range [0, 59]"),
        ("tm_sec", "seconds, range [0, 61])"),
        ("tm_wday", "day of week, range [0, 6], Monday is 0"),
        ("tm_yday", "day of year, range [1, 366]"),
        ("tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"),
        ("tm_zone", "abbreviation of timezone name"),
        ("tm_gmtoff", "offset from UTC in seconds"),
    ],
    9,
);

/// Of a C time.
pub fn to_python(t: &BrokenTime, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let numbers = [
        t.year as i64 + 1900,
        t.mon as i64 + 1,
        t.mday as i64,
        t.hour as i64,
        t.min as i64,
        t.sec as i64,
        (t.wday as i64 + 6) % 7,
        t.yday as i64 + 1,
        t.isdst as i64,
    ];
    let mut v = numbers.into_iter().map(|n| PyInt::new(n, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
    v.push(taipan_object::fspath::decode(&t.zone, cx)?.into_object());
    v.push(PyInt::new(t.gmtoff, cx)?.into_object());
    STRUCT_TIME.make(v, cx)
}

/// The instant that an optional argument means.
pub fn instant(arg: Option<&Object>, cx: &mut Cx) -> PyResult<i64> {
    match arg.filter(|a| !a.is_none()) {
        None => Ok(clock::nanos(clock::REALTIME).div_euclid(1_000_000_000)),
        Some(o) => time_t(o, Round::Floor, cx),
    }
}

/// Local time of an instant.
pub fn local(secs: i64, cx: &mut Cx) -> PyResult<BrokenTime> {
    timezone::localtime(secs).map_err(|e| super::os_error(e, cx))
}

/// A time tuple as C has it; nothing is checked but the types.
pub fn from_tuple(o: &Object, function: &str, cx: &mut Cx) -> PyResult<BrokenTime> {
    let Some(t) = o.downcast::<PyTuple>() else {
        return Err(cx.type_error(format_args!("Tuple or struct_time argument required")));
    };
    if t.len() != 9 {
        return Err(cx.type_error(format_args!("{function}(): illegal time tuple argument")));
    }
    let mut n = [0i32; 9];
    for (slot, item) in n.iter_mut().zip(t.as_slice()) {
        let i = abstract_::number::index(item, cx)?;
        *slot = match i.to_i64().map(i32::try_from) {
            Some(Ok(n)) => n,
            _ if i.is_negative() => return Err(cx.overflow_error(format_args!("signed integer is less than minimum"))),
            _ => return Err(cx.overflow_error(format_args!("signed integer is greater than maximum"))),
        };
    }
    let Some(year) = n[0].checked_sub(1900) else {
        return Err(cx.overflow_error(format_args!("year out of range")));
    };
    let mut b = BrokenTime {
        year,
        mon: n[1].wrapping_sub(1),
        mday: n[2],
        hour: n[3],
        min: n[4],
        sec: n[5],
        wday: n[6].wrapping_add(1) % 7,
        yday: n[7].wrapping_sub(1),
        isdst: n[8],
        ..BrokenTime::default()
    };
    if StructSeq::of(o).is_some_and(|s| std::ptr::eq(s, &STRUCT_TIME)) {
        if let Some(z) = StructSeq::field(o, 9).and_then(|z| z.downcast::<PyStr>().map(|z| z.to_string_lossy())) {
            b.zone = z.into_bytes();
        }
        if let Some(off) = StructSeq::field(o, 10).and_then(|x| x.downcast::<PyInt>().and_then(PyInt::to_i64)) {
            b.gmtoff = off;
        }
    }
    Ok(b)
}

/// What `asctime` and `strftime` demand; month, day and day of year 0 count as 1.
pub fn check(b: &mut BrokenTime, cx: &mut Cx) -> PyResult<()> {
    if b.mon == -1 {
        b.mon = 0;
    }
    if b.mday == 0 {
        b.mday = 1;
    }
    if b.yday == -1 {
        b.yday = 0;
    }
    let problem = if !(0..=11).contains(&b.mon) {
        "month out of range"
    } else if !(0..=31).contains(&b.mday) {
        "day of month out of range"
    } else if !(0..=23).contains(&b.hour) {
        "hour out of range"
    } else if !(0..=59).contains(&b.min) {
        "minute out of range"
    } else if !(0..=61).contains(&b.sec) {
        "seconds out of range"
    } else if b.wday < 0 {
        "day of week out of range"
    } else if !(0..=365).contains(&b.yday) {
        "day of year out of range"
    } else {
        return Ok(());
    };
    Err(cx.value_error(format_args!("{problem}")))
}

#[pyfunctions]
pub mod part {
    use super::*;

    #[function(
        "gmtime(seconds=None, /)",
        nosig,
        doc = "gmtime([seconds]) -> (tm_year, tm_mon, tm_mday, tm_hour, tm_min,\n                       tm_sec, tm_wday, tm_yday, tm_isdst)\n\nConvert seconds since the Epoch to a time tuple expressing UTC (a.k.a.\nGMT).  When 'seconds' is not passed in, convert the current time instead.\n\nIf the platform supports the tm_gmtoff and tm_zone, they are available as\nattributes only."
    )]
    fn gmtime(seconds: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let secs = instant(Some(seconds), cx)?;
        match timezone::gmtime(secs) {
            Ok(t) => to_python(&t, cx),
            Err(e) => Err(super::super::os_error(e, cx)),
        }
    }
    #[function(
        "localtime(seconds=None, /)",
        nosig,
        doc = "localtime([seconds]) -> (tm_year,tm_mon,tm_mday,tm_hour,tm_min,\n                          tm_sec,tm_wday,tm_yday,tm_isdst)\n\nConvert seconds since the Epoch to a time tuple expressing local time.\nWhen 'seconds' is not passed in, convert the current time instead."
    )]
    fn localtime(seconds: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let secs = instant(Some(seconds), cx)?;
        let t = local(secs, cx)?;
        to_python(&t, cx)
    }
    /// mktime(time_tuple) -> floating-point number
    ///
    /// Convert a time tuple in local time to seconds since the Epoch.
    /// Note that mktime(gmtime(0)) will not generally return zero for most
    /// time zones; instead the returned value will either be equal to that
    /// of the timezone or altzone attributes on the time module.
    #[function("mktime(object, /)")]
    fn mktime(object: &Object, cx: &mut Cx) -> PyResult<f64> {
        let b = from_tuple(object, "mktime", cx)?;
        match timezone::mktime(&b) {
            Some(n) => Ok(n as f64),
            None => Err(cx.overflow_error(format_args!("mktime argument out of range"))),
        }
    }
}
