//! The methods and class methods of `datetime.datetime`.

use super::date;
use super::delta::PyDelta;
use super::fields::{self, Clock, Ymd};
use super::moment::{self, PyDateTime};
use super::time::{self, PyTime};
use super::{calendar, format, iso, zone};
use taipan_host::clock;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::int::ops;
use taipan_object::warn;

/// The instant of now, in seconds and microseconds.
fn now_instant() -> (i64, i32) {
    let ns = clock::nanos(clock::REALTIME);
    (ns.div_euclid(1_000_000_000), (ns.rem_euclid(1_000_000_000) / 1000) as i32)
}

fn in_zone(cls: &PyType, secs: i64, us: i32, tz: Option<Own<Object>>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let made = moment::from_instant(cls, secs, us, tz.is_none(), tz.clone(), cx)?;
    match tz {
        Some(tz) => moment::from_utc(&tz, &made, cx),
        None => Ok(made),
    }
}

fn deprecated(method: &str, instead: &str, cx: &mut Cx) -> PyResult<()> {
    warn::warn(
        exc::DeprecationWarning(),
        format_args!(
            "datetime.datetime.{method}() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.{instead}."
        ),
        1,
        cx,
    )
}

/// Class methods that make datetimes.
#[pymethods(MAKERS)]
impl PyDateTime {
    /// Returns new datetime object representing current time local to tz.
    ///
    ///   tz
    ///     Timezone object.
    ///
    /// If no tz is specified, uses local timezone.
    #[classmethod("now(tz=None)")]
    fn now(cls: &PyType, tz: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let tz = zone::checked(tz, cx)?;
        let (secs, us) = now_instant();
        in_zone(cls, secs, us, tz, cx)
    }
    /// Return a new datetime representing UTC day and time.
    #[classmethod("utcnow()")]
    fn utcnow(cls: &PyType, cx: &mut Cx) -> PyResult<Own<Object>> {
        deprecated("utcnow", "now(datetime.UTC)", cx)?;
        let (secs, us) = now_instant();
        moment::from_instant(cls, secs, us, false, None, cx)
    }
    /// timestamp[, tz] -> tz's local time from POSIX timestamp.
    #[classmethod("fromtimestamp(timestamp, tz=None)", nosig)]
    fn fromtimestamp(cls: &PyType, timestamp: &Object, tz: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let tz = zone::checked(tz, cx)?;
        let (secs, us) = moment::seconds_and_micros(timestamp, cx)?;
        in_zone(cls, secs, us, tz, cx)
    }
    /// Construct a naive UTC datetime from a POSIX timestamp.
    #[classmethod("utcfromtimestamp(timestamp, /)", nosig)]
    fn utcfromtimestamp(cls: &PyType, timestamp: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        deprecated("utcfromtimestamp", "fromtimestamp(timestamp, datetime.UTC)", cx)?;
        let (secs, us) = moment::seconds_and_micros(timestamp, cx)?;
        moment::from_instant(cls, secs, us, false, None, cx)
    }
    /// string, format -> new datetime parsed from a string (like time.strptime()).
    #[classmethod("strptime(string, format, /)", nosig)]
    fn strptime(cls: &PyType, string: &PyStr, format: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        format::strptime("_strptime_datetime_datetime", cls, string, format, cx)
    }
    /// date, time -> datetime with same date and time fields
    #[classmethod("combine(date, time, tzinfo=None)", nosig)]
    fn combine(cls: &PyType, date: &Object, time: &Object, tzinfo: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let bad = |pos: u32, wanted: &str, o: &Object, cx: &mut Cx| {
            cx.type_error(format_args!("combine() argument {pos} must be datetime.{wanted}, not {}", o.ty().name()))
        };
        let Some(d) = date.downcast::<date::PyDate>() else { return Err(bad(1, "date", date, cx)) };
        let Some(t) = time.downcast::<PyTime>() else { return Err(bad(2, "time", time, cx)) };
        let tz = match tzinfo {
            None => t.zone(cx).map(Object::own),
            tz => zone::checked(tz, cx)?,
        };
        moment::combine(cls, d, t, tz, cx)
    }
    /// string -> datetime from a string in most ISO 8601 formats
    #[classmethod("fromisoformat(object, /)")]
    fn fromisoformat(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (s, mut bytes) = format::iso_argument(object, cx)?;
        let split = if bytes.len() < 7 { None } else { iso::separator(&bytes) };
        let Some(at) = split.filter(|&at| at <= bytes.len()) else { return Err(format::bad_iso(s, cx)) };
        if let Some(b) = bytes.get_mut(at) {
            // Any character may separate the parts.
            *b = b'T';
        }
        let parsed = iso::date(&bytes[..at]).and_then(|d| {
            let rest = bytes.get(at + 1..).unwrap_or_default();
            if bytes.len() > at { iso::time(rest).map(|(c, o)| (d, c, o)) } else { Some((d, Clock::default(), None)) }
        });
        let Some((mut d, mut c, offset)) = parsed else { return Err(format::bad_iso(s, cx)) };
        let tz = time::parsed_zone(offset, cx)?;
        if c.hour == 24 && (1..=12).contains(&d.month) && d.day <= calendar::days_in_month(d.year, d.month) {
            if (c.minute, c.second, c.us) != (0, 0, 0) {
                return Err(cx.value_error(format_args!("minute, second, and microsecond must be 0 when hour is 24")));
            }
            c.hour = 0;
            d.day += 1;
            if d.day > calendar::days_in_month(d.year, d.month) {
                d = if d.month == 12 { Ymd { year: d.year + 1, month: 1, day: 1 } } else { Ymd { month: d.month + 1, day: 1, ..d } };
            }
        }
        let d = Ymd::checked(d.year, d.month, d.day, cx)?;
        let c = Clock::checked(c.hour, c.minute, c.second, c.us, cx)?;
        moment::make(cls, d, c, tz, false, cx)
    }
}

fn pickled(d: &PyDateTime, proto: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let mut state = d.state();
    if proto > 3 && d.fold() {
        state[2] |= 0x80;
    }
    let state = PyBytes::new(&state, cx)?;
    let args = match d.own_zone() {
        None => PyTuple::from_slice(&[&state], cx)?,
        Some(tz) => PyTuple::from_slice(&[&state, &tz], cx)?,
    };
    PyTuple::from_slice(&[d.object().ty().as_object(), &args], cx)
}

/// The system's zone at a local time.
fn local_zone_of(d: &PyDateTime, cx: &mut Cx) -> PyResult<Own<Object>> {
    let u = moment::from_local(d.date(), d.clock(), d.fold(), cx)?;
    zone::local_at(u - zone::EPOCH, cx)
}

/// The methods.
#[pymethods(METHODS)]
impl PyDateTime {
    /// Return date object with same year, month and day.
    #[method("date()")]
    fn to_date(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        date::make(date::PyDate::ty(), self.date(), cx)
    }
    /// Return time object with same time but with tzinfo=None.
    #[method("time()")]
    fn time(&self, cx: &mut Cx) -> PyResult<Own<PyTime>> {
        PyTime::of(PyTime::ty(), self.clock(), None, self.fold(), cx)
    }
    /// Return time object with same time and tzinfo.
    #[method("timetz()")]
    fn timetz(&self, cx: &mut Cx) -> PyResult<Own<PyTime>> {
        PyTime::of(PyTime::ty(), self.clock(), self.own_zone(), self.fold(), cx)
    }
    /// Return ctime() style string.
    #[method("ctime()")]
    fn ctime(&self) -> String {
        date::ctime(self.date(), self.clock())
    }
    /// Return time tuple, compatible with time.localtime().
    #[method("timetuple()")]
    fn timetuple(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let zone = self.own_zone();
        let dst = match zone::dst(zone.as_deref(), self.object(), cx)? {
            None => -1,
            Some(d) => i32::from(!d.is_zero()),
        };
        format::time_tuple(self.date(), self.clock(), dst, cx)
    }
    /// Return POSIX timestamp as float.
    #[method("timestamp()")]
    fn timestamp(&self, cx: &mut Cx) -> PyResult<f64> {
        if self.own_zone().is_some() {
            let offset = self.offset(cx)?.map_or(0, |o| o.micros());
            let us = self.micros() - offset - i128::from(zone::EPOCH) * 1_000_000;
            let us = super::delta::int_from_i128(us, cx)?;
            let million = PyInt::new(1_000_000, cx)?;
            return ops::true_div(&us, &million, cx);
        }
        let u = moment::from_local(self.date(), self.clock(), self.fold(), cx)?;
        Ok((u - zone::EPOCH) as f64 + f64::from(self.clock().us) / 1e6)
    }
    /// Return UTC time tuple, compatible with time.localtime().
    #[method("utctimetuple()")]
    fn utctimetuple(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let us = self.micros() - self.offset(cx)?.map_or(0, |o| o.micros());
        let day = 86_400_000_000;
        let date = Ymd::from_ordinal(us.div_euclid(day) as i64, cx)?;
        format::time_tuple(date, Clock::from_micros(us.rem_euclid(day) as i64), 0, cx)
    }
    /// [sep] -> string in ISO 8601 format, YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].
    /// sep is used to separate the year from the time, and defaults to 'T'.
    /// The optional argument timespec specifies the number of additional terms
    /// of the time to include. Valid options are 'auto', 'hours', 'minutes',
    /// 'seconds', 'milliseconds' and 'microseconds'.
    #[method("isoformat(sep='T', timespec=None)", nosig)]
    fn isoformat(&self, sep: Option<CodePoint>, timespec: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let mut out = taipan_object::types::str::StrBuf::with_capacity(32);
        out.push_text(&self.date().iso_text());
        out.push(sep.map_or(u32::from(b'T'), |s| s.0));
        out.push_text(&self.clock().iso_text(timespec, cx)?);
        if let Some(o) = self.offset(cx)? {
            out.push_text(&zone::offset_text(&o, ":"));
        }
        out.finish(cx)
    }
    /// Return self.tzinfo.utcoffset(self).
    #[method("utcoffset()")]
    fn utcoffset(&self, cx: &mut Cx) -> PyResult<Option<Own<PyDelta>>> {
        self.offset(cx)
    }
    /// Return self.tzinfo.tzname(self).
    #[method("tzname()")]
    fn tzname(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let zone = self.own_zone();
        zone::tzname(zone.as_deref(), self.object(), cx)
    }
    /// Return self.tzinfo.dst(self).
    #[method("dst()")]
    fn dst(&self, cx: &mut Cx) -> PyResult<Option<Own<PyDelta>>> {
        let zone = self.own_zone();
        zone::dst(zone.as_deref(), self.object(), cx)
    }
    /// Return datetime with new specified fields.
    #[method(
        "replace(year=unchanged, month=unchanged, day=unchanged, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)",
        alias = "__replace__"
    )]
    #[allow(clippy::too_many_arguments)]
    fn replace(
        &self,
        year: Option<&Object>,
        month: Option<&Object>,
        day: Option<&Object>,
        hour: Option<&Object>,
        minute: Option<&Object>,
        second: Option<&Object>,
        microsecond: Option<&Object>,
        tzinfo: Option<&Object>,
        fold: Option<&Object>,
        cx: &mut Cx,
    ) -> PyResult<Own<Object>> {
        let (d, c) = (self.date(), self.clock());
        let (y, mo, d) = (fields::int_or(year, d.year, cx)?, fields::int_or(month, d.month, cx)?, fields::int_or(day, d.day, cx)?);
        let (h, mi) = (fields::int_or(hour, c.hour, cx)?, fields::int_or(minute, c.minute, cx)?);
        let (s, us) = (fields::int_or(second, c.second, cx)?, fields::int_or(microsecond, c.us, cx)?);
        let fold = fields::int_or(fold, i32::from(self.fold()), cx)?;
        let date = Ymd::checked(y, mo, d, cx)?;
        let clock = Clock::checked(h, mi, s, us, cx)?;
        let fold = fields::checked_fold(fold, cx)?;
        let tz = match tzinfo {
            None => self.own_zone(),
            t => zone::checked(t, cx)?,
        };
        moment::make(self.object().ty(), date, clock, tz, fold, cx)
    }
    /// tz -> convert to local time in new timezone tz
    #[method("astimezone(tz=None)", nosig)]
    fn astimezone(&self, tz: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let target = zone::checked(tz, cx)?;
        let mut own = match self.own_zone() {
            Some(z) => z,
            None => local_zone_of(self, cx)?,
        };
        if target.as_ref().is_some_and(|t| t.is(&own)) {
            return Ok(self.object().own());
        }
        let offset = match zone::utcoffset(Some(&own), self.object(), cx)? {
            Some(o) => o,
            None => {
                // A zone that does not know: as if there were none.
                own = local_zone_of(self, cx)?;
                if target.as_ref().is_some_and(|t| t.is(&own)) {
                    return Ok(self.object().own());
                }
                match zone::utcoffset(Some(&own), self.object(), cx)? {
                    Some(o) => o,
                    None => PyDelta::from_micros(0, cx)?,
                }
            }
        };
        let us = self.micros() - offset.micros();
        let day = 86_400_000_000;
        let date = Ymd::from_ordinal(us.div_euclid(day) as i64, cx)?;
        let clock = Clock::from_micros(us.rem_euclid(day) as i64);
        let target = match target {
            Some(t) => t,
            None => {
                let secs = calendar::to_seconds(date.year, date.month, date.day, clock.hour, clock.minute, clock.second);
                zone::local_at(secs - zone::EPOCH, cx)?
            }
        };
        let moved = moment::make(self.object().ty(), date, clock, Some(target.clone()), false, cx)?;
        moment::from_utc(&target, &moved, cx)
    }
    /// __reduce_ex__(proto) -> (cls, state)
    #[method("__reduce_ex__(proto, /)", nosig)]
    fn reduce_ex(&self, proto: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        pickled(self, proto, cx)
    }
    /// __reduce__() -> (cls, state)
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        pickled(self, 2, cx)
    }
}
