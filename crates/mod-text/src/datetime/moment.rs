//! `datetime.datetime`: the type, its arithmetic and comparison. Constructors from the clock are in `clock`, other methods in `methods`.

use super::calendar;
use super::date::PyDate;
use super::delta::PyDelta;
use super::fields::{self, Clock, Ymd};
use super::{time, zone};
use taipan_host::timezone::{self as host_zone, BrokenTime};
use taipan_object::abstract_::{self, number};
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::float::PyFloat;
use taipan_object::call;

/// datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])
#[pytype(
    name = "datetime.datetime",
    base = PyDate,
    basetype,
    layout = "PyDateTime_DateTime",
    doc = "datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])\n\nThe year, month and day arguments are required. tzinfo may be None, or an\ninstance of a tzinfo subclass. The remaining arguments may be ints.\n",
    parts(PART, METHODS, MAKERS),
    attrs("min" => min, "max" => max, "resolution" => resolution)
)]
#[repr(C)]
pub struct PyDateTime {
    base: PyDate,
    #[gc(skip)]
    us: [u8; 3],
    fold: u8,
    tzinfo: Option<Own<Object>>,
}

fn min(cx: &mut Cx) -> PyResult<Own<Object>> {
    let first = Ymd { year: 1, month: 1, day: 1 };
    Ok(PyDateTime::of(PyDateTime::ty(), first, Clock::default(), None, false, cx)?.into_object())
}
fn max(cx: &mut Cx) -> PyResult<Own<Object>> {
    let (date, clock) = (Ymd { year: 9999, month: 12, day: 31 }, Clock { hour: 23, minute: 59, second: 59, us: 999_999 });
    Ok(PyDateTime::of(PyDateTime::ty(), date, clock, None, false, cx)?.into_object())
}
fn resolution(cx: &mut Cx) -> PyResult<Own<Object>> {
    Ok(PyDelta::from_micros(1, cx)?.into_object())
}

/// Local time of an instant.
pub fn local_time(secs: i64, cx: &mut Cx) -> PyResult<BrokenTime> {
    host_zone::localtime(secs).map_err(|e| cx.os_error(e.0, &e.to_string(), None, None))
}

/// UTC of an instant.
pub fn utc_time(secs: i64, cx: &mut Cx) -> PyResult<BrokenTime> {
    host_zone::gmtime(secs).map_err(|e| cx.os_error(e.0, &e.to_string(), None, None))
}

#[cold]
fn timestamp_range(cx: &mut Cx) -> Raised {
    cx.overflow_error(format_args!("timestamp out of range for platform time_t"))
}

fn finite(x: f64, cx: &mut Cx) -> PyResult<()> {
    if x.is_nan() {
        return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
    }
    if x.abs() >= 9.223372036854775e18 {
        return Err(timestamp_range(cx));
    }
    Ok(())
}

/// A timestamp in whole seconds, rounded down.
pub fn whole_seconds(o: &Object, cx: &mut Cx) -> PyResult<i64> {
    if let Some(f) = o.downcast::<PyFloat>() {
        finite(f.value(), cx)?;
        return Ok(f.value().floor() as i64);
    }
    let i = number::index(o, cx)?;
    i.to_i64().ok_or_else(|| timestamp_range(cx))
}

/// A timestamp in seconds and microseconds, rounded to even.
pub fn seconds_and_micros(o: &Object, cx: &mut Cx) -> PyResult<(i64, i32)> {
    let Some(f) = o.downcast::<PyFloat>() else {
        return Ok((whole_seconds(o, cx)?, 0));
    };
    let x = f.value();
    finite(x, cx)?;
    let (mut whole, frac) = (x.trunc(), x - x.trunc());
    let mut us = (frac * 1e6).round_ties_even();
    if us >= 1e6 {
        us -= 1e6;
        whole += 1.0;
    } else if us < 0.0 {
        us += 1e6;
        whole -= 1.0;
    }
    finite(whole, cx)?;
    Ok((whole as i64, us as i32))
}

/// Local time of an instant counted from 0001-01-01, likewise counted.
fn local(u: i64, cx: &mut Cx) -> PyResult<i64> {
    let t = local_time(u - zone::EPOCH, cx)?;
    let year = t.year.saturating_add(1900);
    if !(calendar::YEAR_MIN..=calendar::YEAR_MAX).contains(&year) {
        // One year more may be asked about around the end of time.
        if year != calendar::YEAR_MAX + 1 {
            return Err(cx.value_error(format_args!("year must be in 1..9999, not {year}")));
        }
    }
    Ok(calendar::to_seconds(year, t.mon + 1, t.mday, t.hour, t.min, t.sec))
}

const FOLD_MAX: i64 = 24 * 3600;

/// The instant, counted from 0001-01-01, of a local time (PEP 495).
pub fn from_local(date: Ymd, c: Clock, fold: bool, cx: &mut Cx) -> PyResult<i64> {
    let t = calendar::to_seconds(date.year, date.month, date.day, c.hour, c.minute, c.second);
    let a = local(t, cx)? - t;
    let u1 = t - a;
    let t1 = local(u1, cx)?;
    let b = if t1 == t {
        // One solution: there may be an earlier one, or a later.
        let u2 = if fold { u1 + FOLD_MAX } else { u1 - FOLD_MAX };
        let b = local(u2, cx)? - u2;
        if a == b {
            return Ok(u1);
        }
        b
    } else {
        t1 - u1
    };
    let u2 = t - b;
    if local(u2, cx)? == t {
        return Ok(u2);
    }
    if t1 == t {
        return Ok(u1);
    }
    // In a gap.
    Ok(if fold { u1.min(u2) } else { u1.max(u2) })
}

/// From an instant by the local or the universal clock; the fold of a local time is found out.
pub fn from_instant(cls: &PyType, secs: i64, us: i32, is_local: bool, tz: Option<Own<Object>>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let t = if is_local { local_time(secs, cx)? } else { utc_time(secs, cx)? };
    let date = Ymd::checked(t.year.saturating_add(1900), t.mon + 1, t.mday, cx)?;
    let clock = Clock { hour: t.hour, minute: t.min, second: t.sec.min(59), us };
    let mut fold = false;
    if is_local && tz.is_none() {
        let here = calendar::to_seconds(date.year, date.month, date.day, clock.hour, clock.minute, clock.second);
        if let Ok(before) = probe(secs - FOLD_MAX, cx) {
            let transition = here - before - FOLD_MAX;
            if transition < 0 && probe(secs + transition, cx).is_ok_and(|t| t == here) {
                fold = true;
            }
        }
    }
    make(cls, date, clock, tz, fold, cx)
}

/// As [`local`], without raising.
fn probe(secs: i64, cx: &mut Cx) -> Result<i64, ()> {
    local(secs + zone::EPOCH, cx).map_err(|r| cx.discard(r))
}

/// A datetime as the class `cls`, which is called if it is not `datetime` itself.
pub fn make(cls: &PyType, date: Ymd, c: Clock, tz: Option<Own<Object>>, fold: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    if cls.as_object().is(PyDateTime::ty().as_object()) {
        return Ok(PyDateTime::of(cls, date, c, tz, fold, cx)?.into_object());
    }
    let mut parts = Vec::with_capacity(8);
    for n in [date.year, date.month, date.day, c.hour, c.minute, c.second, c.us] {
        parts.push(PyInt::new(i64::from(n), cx)?.into_object());
    }
    parts.push(tz.unwrap_or_else(|| none().own()));
    let args = PyTuple::from_vec(parts, cx)?;
    let kw = PyDict::new(cx)?;
    let n = PyInt::new(i64::from(fold), cx)?;
    kw.set_text("fold", n.into_object(), cx)?;
    call::call_tuple_dict(cls.as_object(), &args, fold.then_some(&*kw), cx)
}

impl PyDateTime {
    /// A datetime of the class or a subtype, without calling it.
    pub fn of(cls: &PyType, date: Ymd, c: Clock, tzinfo: Option<Own<Object>>, fold: bool, cx: &mut Cx) -> PyResult<Own<PyDateTime>> {
        let base = PyDate::value(date, [c.hour as u8, c.minute as u8, c.second as u8], tzinfo.is_some());
        let [_, a, b, d] = c.us.to_be_bytes();
        cx.new_object_of(cls, PyDateTime { base, us: [a, b, d], fold: u8::from(fold), tzinfo })
    }

    pub fn date(&self) -> Ymd {
        self.base.ymd()
    }
    /// The time of day.
    pub fn clock(&self) -> Clock {
        let ([h, m, s], [a, b, c]) = (self.base.rest, self.us);
        Clock { hour: i32::from(h), minute: i32::from(m), second: i32::from(s), us: i32::from_be_bytes([0, a, b, c]) }
    }
    /// The zone, if there is one.
    pub fn zone(&self, _cx: &Cx) -> Option<&Object> {
        self.tzinfo.as_deref()
    }
    pub fn own_zone(&self) -> Option<Own<Object>> {
        self.tzinfo.clone()
    }
    pub fn fold(&self) -> bool {
        self.fold != 0
    }
    pub fn object(&self) -> &Object {
        AsObject::as_object(self)
    }
    pub fn offset(&self, cx: &mut Cx) -> PyResult<Option<Own<PyDelta>>> {
        zone::utcoffset(self.tzinfo.as_deref(), self.object(), cx)
    }

    /// As pickled.
    pub fn state(&self) -> [u8; 10] {
        let (d, [h, m, s], [a, b, c]) = (self.base.state(), self.base.rest, self.us);
        [d[0], d[1], d[2], d[3], h, m, s, a, b, c]
    }

    /// Microseconds since 0001-01-01 (as day 1), as the clock shows.
    pub fn micros(&self) -> i128 {
        i128::from(self.date().ordinal()) * 86_400_000_000 + i128::from(self.clock().micros())
    }

    /// The datetime so many microseconds later, of the same class and zone.
    pub fn shifted(&self, us: i128, cx: &mut Cx) -> PyResult<Own<Object>> {
        let total = self.micros() + us;
        let day = 86_400_000_000;
        let date = Ymd::from_ordinal(total.div_euclid(day) as i64, cx)?;
        let clock = Clock::from_micros(total.rem_euclid(day) as i64);
        make(self.object().ty(), date, clock, self.tzinfo.clone(), false, cx)
    }

    /// Whether `utcoffset` depends on the fold: such a time equals none of another zone (PEP 495).
    fn depends_on_fold(&self, offset: &PyDelta, cx: &mut Cx) -> PyResult<bool> {
        let flipped = PyDateTime::of(PyDateTime::ty(), self.date(), self.clock(), self.tzinfo.clone(), !self.fold(), cx)?;
        Ok(flipped.offset(cx)?.is_none_or(|o| o.micros() != offset.micros()))
    }

    fn same_zone(&self, o: &PyDateTime) -> bool {
        match (&self.tzinfo, &o.tzinfo) {
            (None, None) => true,
            (Some(a), Some(b)) => a.is(b),
            _ => false,
        }
    }
}

#[pymethods]
impl PyDateTime {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyDateTime>> {
        if let ([state, rest @ ..], true) = (args.0, kw.is_empty() && args.len() <= 2) {
            if let Some(d) = fields::state_bytes::<10>(state).filter(|d| (1..=12).contains(&(d[2] & 0x7F))) {
                let tz = match rest.first() {
                    Some(t) if !t.is_none() && !t.is_a::<zone::PyTzInfo>() => {
                        return Err(cx.type_error(format_args!("bad tzinfo state arg")));
                    }
                    t => t.filter(|t| !t.is_none()).map(|t| t.own()),
                };
                let date = Ymd { year: i32::from(d[0]) << 8 | i32::from(d[1]), month: i32::from(d[2] & 0x7F), day: i32::from(d[3]) };
                let us = i32::from_be_bytes([0, d[7], d[8], d[9]]);
                let clock = Clock { hour: i32::from(d[4]), minute: i32::from(d[5]), second: i32::from(d[6]), us };
                return PyDateTime::of(cls, date, clock, tz, d[2] & 0x80 != 0, cx);
            }
        }
        let names = ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"];
        let [y, mo, d, h, mi, s, us, tz, fold] = fields::bind(names, 3, 8, args, kw, cx)?;
        let (y, mo, d) = (fields::int_or(y, 0, cx)?, fields::int_or(mo, 0, cx)?, fields::int_or(d, 0, cx)?);
        let (h, mi, s) = (fields::int_or(h, 0, cx)?, fields::int_or(mi, 0, cx)?, fields::int_or(s, 0, cx)?);
        let (us, fold) = (fields::int_or(us, 0, cx)?, fields::int_or(fold, 0, cx)?);
        let date = Ymd::checked(y, mo, d, cx)?;
        let clock = Clock::checked(h, mi, s, us, cx)?;
        let fold = fields::checked_fold(fold, cx)?;
        let tz = zone::checked(tz, cx)?;
        PyDateTime::of(cls, date, clock, tz, fold, cx)
    }

    #[getter("hour")]
    fn get_hour(&self) -> i32 {
        self.clock().hour
    }
    #[getter("minute")]
    fn get_minute(&self) -> i32 {
        self.clock().minute
    }
    #[getter("second")]
    fn get_second(&self) -> i32 {
        self.clock().second
    }
    #[getter("microsecond")]
    fn get_microsecond(&self) -> i32 {
        self.clock().us
    }
    #[getter("tzinfo")]
    fn get_tzinfo(&self) -> Option<Own<Object>> {
        self.tzinfo.clone()
    }
    #[getter("fold")]
    fn get_fold(&self) -> i32 {
        i32::from(self.fold)
    }

    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let (d, c) = (self.date(), self.clock());
        let class = self.object().ty().tp_name_str();
        let mut out = format!("{class}({}, {}, {}, {}, {}", d.year, d.month, d.day, c.hour, c.minute);
        if c.us != 0 {
            out += &format!(", {}, {}", c.second, c.us);
        } else if c.second != 0 {
            out += &format!(", {}", c.second);
        }
        if self.fold() {
            out += ", fold=1";
        }
        if let Some(tz) = &self.tzinfo {
            out += &format!(", tzinfo={}", abstract_::repr(tz, cx)?);
        }
        Ok(out + ")")
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let space = PyStr::new(" ", cx)?;
        call::call_method(self.object(), name!(cx, "isoformat"), &[&space], cx)
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        if self.base.hash.get() == -1 {
            let offset = if self.fold() {
                let plain = PyDateTime::of(PyDateTime::ty(), self.date(), self.clock(), self.tzinfo.clone(), false, cx)?;
                plain.offset(cx)?
            } else {
                self.offset(cx)?
            };
            let h = match offset {
                None => taipan_object::hash::hash_bytes(&self.state()),
                Some(o) => {
                    let d = PyDelta::from_micros(self.micros() - o.micros(), cx)?;
                    abstract_::hash(&d, cx)?
                }
            };
            self.base.hash.set(h);
        }
        Ok(self.base.hash.get())
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(o) = other.downcast::<PyDateTime>() else { return Ok(not_implemented().own()) };
        if self.same_zone(o) {
            return Ok(from_bool(op.holds(self.state().cmp(&o.state()))));
        }
        let (a, b) = (self.offset(cx)?, o.offset(cx)?);
        let order = match (&a, &b) {
            (None, None) => self.state().cmp(&o.state()),
            (Some(a), Some(b)) => {
                let order = (self.micros() - a.micros()).cmp(&(o.micros() - b.micros()));
                if matches!(op, CmpOp::Eq | CmpOp::Ne) && order.is_eq() && (self.depends_on_fold(a, cx)? || o.depends_on_fold(b, cx)?) {
                    return Ok(from_bool(op == CmpOp::Ne));
                }
                order
            }
            _ => match op {
                CmpOp::Eq => return Ok(from_bool(false)),
                CmpOp::Ne => return Ok(from_bool(true)),
                _ => return Err(cx.type_error(format_args!("can't compare offset-naive and offset-aware datetimes"))),
            },
        };
        Ok(from_bool(op.holds(order)))
    }
    #[slot(nb_add)]
    fn add(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        match (a.downcast::<PyDateTime>(), b.downcast::<PyDelta>(), b.downcast::<PyDateTime>(), a.downcast::<PyDelta>()) {
            (Some(d), Some(delta), ..) | (.., Some(d), Some(delta)) => d.shifted(delta.micros(), cx),
            _ => Ok(not_implemented().own()),
        }
    }
    #[slot(nb_subtract)]
    fn sub(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(d) = a.downcast::<PyDateTime>() else { return Ok(not_implemented().own()) };
        if let Some(delta) = b.downcast::<PyDelta>() {
            return d.shifted(-delta.micros(), cx);
        }
        let Some(o) = b.downcast::<PyDateTime>() else { return Ok(not_implemented().own()) };
        let mut us = d.micros() - o.micros();
        if !d.same_zone(o) {
            match (d.offset(cx)?, o.offset(cx)?) {
                (None, None) => {}
                (Some(a), Some(b)) => us -= a.micros() - b.micros(),
                _ => return Err(cx.type_error(format_args!("can't subtract offset-naive and offset-aware datetimes"))),
            }
        }
        Ok(PyDelta::from_micros(us, cx)?.into_object())
    }
}

/// `zone.fromutc(moment)`.
pub fn from_utc(tz: &Object, moment: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    call::call_method(tz, name!(cx, "fromutc"), &[moment], cx)
}

/// The `date` and `time` of `combine`.
pub fn combine(cls: &PyType, date: &PyDate, time: &time::PyTime, tz: Option<Own<Object>>, cx: &mut Cx) -> PyResult<Own<Object>> {
    make(cls, date.ymd(), time.clock(), tz, time.fold(), cx)
}
