//! Times as text.

use super::calendar::{check, from_tuple, instant, local};
use taipan_host::timezone::{self, BrokenTime};
use taipan_object::prelude::*;
use taipan_object::call;

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// As C's `asctime`, for any year.
fn asctime_of(t: &BrokenTime) -> String {
    let name = |names: &[&'static str], i: i32| names.get(i as usize).copied().unwrap_or("???");
    format!(
        "{} {} {:2} {:02}:{:02}:{:02} {}",
        name(&DAYS, t.wday),
        name(&MONTHS, t.mon),
        t.mday,
        t.hour,
        t.min,
        t.sec,
        t.year as i64 + 1900
    )
}

fn time_or_now(arg: Option<&Object>, function: &str, cx: &mut Cx) -> PyResult<BrokenTime> {
    match arg {
        None => {
            let now = instant(None, cx)?;
            local(now, cx)
        }
        Some(o) => {
            let mut b = from_tuple(o, function, cx)?;
            check(&mut b, cx)?;
            Ok(b)
        }
    }
}

/// The format in pieces between NULs, each through C.
fn format_bytes(format: &[u8], t: &BrokenTime, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let mut out = Vec::new();
    for (i, piece) in format.split(|&b| b == 0).enumerate() {
        if i > 0 {
            out.push(0);
        }
        let c = std::ffi::CString::new(piece).unwrap_or_default();
        match timezone::format(&c, t, 1 << 24) {
            Some(text) => out.extend(text),
            None => return Err(cx.memory_error()),
        }
    }
    Ok(out)
}

#[pyfunctions]
pub mod part {
    use super::*;

    #[function(
        "asctime(time_tuple=None, /)",
        nosig,
        doc = "asctime([time_tuple]) -> string\n\nConvert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'.\nWhen the time tuple is not present, current time as returned by localtime()\nis used."
    )]
    fn asctime(#[default(None)] time_tuple: Option<&Object>, cx: &mut Cx) -> PyResult<String> {
        time_or_now(time_tuple, "asctime", cx).map(|t| asctime_of(&t))
    }
    #[function(
        "ctime(seconds=None, /)",
        nosig,
        doc = "ctime([seconds]) -> string\n\nConvert a time in seconds since the Epoch to a string in local time.\nThis is equivalent to asctime(localtime(seconds)). When 'seconds' is not\npassed in, convert the current time instead."
    )]
    fn ctime(seconds: &Object, cx: &mut Cx) -> PyResult<String> {
        let secs = instant(Some(seconds), cx)?;
        local(secs, cx).map(|t| asctime_of(&t))
    }
    #[function(
        "strftime(format, time_tuple=None, /)",
        nosig,
        doc = "strftime(format[, time_tuple]) -> string\n\nConvert a time tuple to a string according to a format specification.\nSee the library reference manual for formatting codes. When the time tuple\nis not present, current time as returned by localtime() is used.\n\nCommonly used format codes:\n\n%Y  Year with century as a decimal number.\n%m  Month as a decimal number [01,12].\n%d  Day of the month as a decimal number [01,31].\n%H  Hour (24-hour clock) as a decimal number [00,23].\n%M  Minute as a decimal number [00,59].\n%S  Second as a decimal number [00,61].\n%z  Time zone offset from UTC.\n%a  Locale's abbreviated weekday name.\n%A  Locale's full weekday name.\n%b  Locale's abbreviated month name.\n%B  Locale's full month name.\n%c  Locale's appropriate date and time representation.\n%I  Hour (12-hour clock) as a decimal number [01,12].\n%p  Locale's equivalent of either AM or PM.\n\nOther codes may be available on your platform.  See documentation for\nthe C library strftime function.\n"
    )]
    fn strftime(format: &PyStr, #[default(None)] time_tuple: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let mut t = time_or_now(time_tuple, "strftime", cx)?;
        // Any value but -1, 0 and 1 would confuse the C library.
        t.isdst = t.isdst.clamp(-1, 1);
        let text = <std::borrow::Cow<'_, str>>::from(format.to_string_lossy());
        let out = format_bytes(text.as_bytes(), &t, cx)?;
        taipan_object::fspath::decode(&out, cx)
    }
    #[function(
        "strptime(string, format='%a %b %d %H:%M:%S %Y', /)",
        nosig,
        doc = "strptime(string[, format]) -> struct_time\n\nParse a string to a time tuple according to a format specification.\nSee the library reference manual for formatting codes (same as\nstrftime()).\n\nCommonly used format codes:\n\n%Y  Year with century as a decimal number.\n%m  Month as a decimal number [01,12].\n%d  Day of the month as a decimal number [01,31].\n%H  Hour (24-hour clock) as a decimal number [00,23].\n%M  Minute as a decimal number [00,59].\n%S  Second as a decimal number [00,61].\n%z  Time zone offset from UTC.\n%a  Locale's abbreviated weekday name.\n%A  Locale's full weekday name.\n%b  Locale's abbreviated month name.\n%B  Locale's full month name.\n%c  Locale's appropriate date and time representation.\n%I  Hour (12-hour clock) as a decimal number [01,12].\n%p  Locale's equivalent of either AM or PM.\n\nOther codes may be available on your platform.  See documentation for\nthe C library strftime function.\n"
    )]
    fn strptime(string: &Object, #[default(None)] format: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let f = cx.import_attr("_strptime", "_strptime_time")?;
        match format {
            Some(fmt) => call::call(&f, &[string, fmt], cx),
            None => call::call(&f, &[string], cx),
        }
    }
}
