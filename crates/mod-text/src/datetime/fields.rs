//! The fields of dates and times: taking them from arguments, checking them, and showing them.

use super::calendar::{self, YEAR_MAX, YEAR_MIN};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;

/// Year, month and day, within their ranges.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Ymd {
    pub year: i32,
    pub month: i32,
    pub day: i32,
}

/// A time of day, within its ranges.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Clock {
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    pub us: i32,
}

impl Ymd {
    /// Check the ranges; `ValueError` tells which is exceeded.
    pub fn checked(year: i32, month: i32, day: i32, cx: &mut Cx) -> PyResult<Ymd> {
        if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
            return Err(cx.value_error(format_args!("year must be in {YEAR_MIN}..{YEAR_MAX}, not {year}")));
        }
        if !(1..=12).contains(&month) {
            return Err(cx.value_error(format_args!("month must be in 1..12, not {month}")));
        }
        let days = calendar::days_in_month(year, month);
        if !(1..=days).contains(&day) {
            return Err(cx.value_error(format_args!("day {day} must be in range 1..{days} for month {month} in year {year}")));
        }
        Ok(Ymd { year, month, day })
    }

    pub fn ordinal(self) -> i32 {
        calendar::to_ordinal(self.year, self.month, self.day)
    }

    /// Monday is 0.
    pub fn weekday(self) -> i32 {
        calendar::weekday(self.year, self.month, self.day)
    }

    /// The date of an ordinal. Raises `OverflowError` out of range.
    pub fn from_ordinal(n: i64, cx: &mut Cx) -> PyResult<Ymd> {
        if !(1..=i64::from(calendar::ORDINAL_MAX)).contains(&n) {
            return Err(cx.overflow_error(format_args!("date value out of range")));
        }
        let (year, month, day) = calendar::from_ordinal(n as i32);
        Ok(Ymd { year, month, day })
    }

    pub fn iso_text(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Clock {
    /// Check the ranges.
    pub fn checked(hour: i32, minute: i32, second: i32, us: i32, cx: &mut Cx) -> PyResult<Clock> {
        for (name, v, max) in [("hour", hour, 23), ("minute", minute, 59), ("second", second, 59), ("microsecond", us, 999_999)] {
            if !(0..=max).contains(&v) {
                return Err(cx.value_error(format_args!("{name} must be in 0..{max}, not {v}")));
            }
        }
        Ok(Clock { hour, minute, second, us })
    }

    /// Since midnight.
    pub fn seconds(self) -> i32 {
        self.hour * 3600 + self.minute * 60 + self.second
    }

    /// From microseconds since midnight.
    pub fn from_micros(us: i64) -> Clock {
        let s = us / 1_000_000;
        Clock { hour: (s / 3600) as i32, minute: (s / 60 % 60) as i32, second: (s % 60) as i32, us: (us % 1_000_000) as i32 }
    }

    pub fn micros(self) -> i64 {
        i64::from(self.seconds()) * 1_000_000 + i64::from(self.us)
    }

    /// `HH:MM:SS.ffffff` as far as `timespec` says.
    pub fn iso_text(self, timespec: Option<&PyStr>, cx: &mut Cx) -> PyResult<String> {
        let (h, m, s, us) = (self.hour, self.minute, self.second, self.us);
        let mut word = timespec.map_or("auto".to_owned(), PyStr::to_string_lossy);
        if word == "auto" {
            word = if us != 0 { "microseconds" } else { "seconds" }.to_owned();
        }
        Ok(match word.as_str() {
            "hours" => format!("{h:02}"),
            "minutes" => format!("{h:02}:{m:02}"),
            "seconds" => format!("{h:02}:{m:02}:{s:02}"),
            "milliseconds" => format!("{h:02}:{m:02}:{s:02}.{:03}", us / 1000),
            "microseconds" => format!("{h:02}:{m:02}:{s:02}.{us:06}"),
            _ => return Err(cx.value_error(format_args!("Unknown timespec value"))),
        })
    }
}

pub fn checked_fold(fold: i32, cx: &mut Cx) -> PyResult<bool> {
    match fold {
        0 => Ok(false),
        1 => Ok(true),
        n => Err(cx.value_error(format_args!("fold must be either 0 or 1, not {n}"))),
    }
}

/// An argument as a C `int`.
pub fn int_of(o: &Object, cx: &mut Cx) -> PyResult<i32> {
    let i = number::index(o, cx)?;
    match i.to_i64() {
        Some(n) => match i32::try_from(n) {
            Ok(n) => Ok(n),
            Err(_) => {
                let bound = if n < 0 { "less than minimum" } else { "greater than maximum" };
                Err(cx.overflow_error(format_args!("signed integer is {bound}")))
            }
        },
        None => Err(cx.overflow_error(format_args!("Python int too large to convert to C long"))),
    }
}

/// Match arguments with parameters as the nameless keyword parser of C does: the first `needed` are required, `positional` may come by position.
pub fn bind<'a, const N: usize>(
    names: [&str; N],
    needed: usize,
    positional: usize,
    args: Args<'a>,
    kw: Kwargs<'a>,
    cx: &mut Cx,
) -> PyResult<[Option<&'a Object>; N]> {
    let mut out = [None; N];
    if args.len() + kw.len() > N {
        return Err(cx.type_error(format_args!("function takes at most {N} arguments ({} given)", args.len() + kw.len())));
    }
    if args.len() > positional {
        return Err(cx.type_error(format_args!("function takes at most {positional} positional arguments ({} given)", args.len())));
    }
    for (slot, a) in out.iter_mut().zip(args.0) {
        *slot = Some(*a);
    }
    for (name, v) in kw.iter() {
        let at = name.downcast::<PyStr>().and_then(|n| names.iter().position(|known| n.eq_text(known)));
        match at {
            Some(i) if out[i].is_none() => out[i] = Some(v),
            Some(i) => {
                return Err(cx.type_error(format_args!("argument for function given by name ('{}') and position ({})", names[i], i + 1)));
            }
            None => {
                let name = taipan_object::abstract_::str(name, cx)?;
                return Err(cx.type_error(format_args!("this function got an unexpected keyword argument '{name}'")));
            }
        }
    }
    if let Some(i) = out.iter().take(needed).position(Option::is_none) {
        return Err(cx.type_error(format_args!("function missing required argument '{}' (pos {})", names[i], i + 1)));
    }
    Ok(out)
}

/// An optional argument as a C `int`.
pub fn int_or(o: Option<&Object>, default: i32, cx: &mut Cx) -> PyResult<i32> {
    o.map_or(Ok(default), |o| int_of(o, cx))
}

/// The bytes of a pickled state: given as bytes, or as Latin-1 text by pickles of Python 2. Only if it is of that length.
pub fn state_bytes<const N: usize>(o: &Object) -> Option<[u8; N]> {
    if let Some(b) = o.downcast::<taipan_object::types::bytes::PyBytes>() {
        return b.as_bytes().try_into().ok();
    }
    let s = o.downcast::<PyStr>()?;
    if s.len() != N {
        return None;
    }
    let mut out = [0; N];
    for (slot, c) in out.iter_mut().zip(s.code_points()) {
        *slot = u8::try_from(c).ok()?;
    }
    Some(out)
}
