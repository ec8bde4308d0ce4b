//! `datetime.time`.

use super::delta::PyDelta;
use super::fields::{self, Clock, Ymd};
use super::{format, iso, zone};
use std::cell::Cell;
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{abstract_, call};

/// time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object
#[pytype(
    name = "datetime.time",
    basetype,
    layout = "PyDateTime_Time",
    doc = "time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object\n\nAll arguments are optional. tzinfo may be None, or an instance of\na tzinfo subclass. The remaining arguments may be ints.\n",
    attrs("min" => min, "max" => max, "resolution" => resolution)
)]
#[repr(C)]
pub struct PyTime {
    head: ObjHead,
    hash: Cell<isize>,
    hastzinfo: bool,
    #[gc(skip)]
    data: [u8; 6],
    fold: u8,
    tzinfo: Option<Own<Object>>,
}

fn min(cx: &mut Cx) -> PyResult<Own<Object>> {
    Ok(PyTime::of(PyTime::ty(), Clock::default(), None, false, cx)?.into_object())
}
fn max(cx: &mut Cx) -> PyResult<Own<Object>> {
    let last = Clock { hour: 23, minute: 59, second: 59, us: 999_999 };
    Ok(PyTime::of(PyTime::ty(), last, None, false, cx)?.into_object())
}
fn resolution(cx: &mut Cx) -> PyResult<Own<Object>> {
    Ok(PyDelta::from_micros(1, cx)?.into_object())
}

impl PyTime {
    /// A time of the class or a subtype of it, without calling it.
    pub fn of(cls: &PyType, c: Clock, tzinfo: Option<Own<Object>>, fold: bool, cx: &mut Cx) -> PyResult<Own<PyTime>> {
        let us = c.us.to_be_bytes();
        let data = [c.hour as u8, c.minute as u8, c.second as u8, us[1], us[2], us[3]];
        let hastzinfo = tzinfo.is_some();
        cx.new_object_of(cls, PyTime { head: Object::placeholder(), hash: Cell::new(-1), hastzinfo, data, fold: u8::from(fold), tzinfo })
    }

    /// The time of day.
    pub fn clock(&self) -> Clock {
        let [h, m, s, a, b, c] = self.data;
        Clock { hour: i32::from(h), minute: i32::from(m), second: i32::from(s), us: i32::from_be_bytes([0, a, b, c]) }
    }

    /// The zone, if there is one.
    pub fn zone(&self, _cx: &Cx) -> Option<&Object> {
        self.tzinfo.as_deref()
    }

    pub fn fold(&self) -> bool {
        self.fold != 0
    }

    fn offset(&self, cx: &mut Cx) -> PyResult<Option<Own<PyDelta>>> {
        zone::utcoffset(self.tzinfo.as_deref(), none(), cx)
    }

    fn pickled(&self, proto: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let mut state = self.data;
        if proto > 3 && self.fold() {
            state[0] |= 0x80;
        }
        let state = PyBytes::new(&state, cx)?;
        let args = match &self.tzinfo {
            None => PyTuple::from_slice(&[&state], cx)?,
            Some(tz) => PyTuple::from_slice(&[&state, tz], cx)?,
        };
        PyTuple::from_slice(&[self.ty().as_object(), &args], cx)
    }
}

/// A time as the class `cls`, which is called if it is not `time` itself.
fn make(cls: &PyType, c: Clock, tzinfo: Option<Own<Object>>, fold: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    if cls.as_object().is(PyTime::ty().as_object()) {
        return Ok(PyTime::of(cls, c, tzinfo, fold, cx)?.into_object());
    }
    let mut parts = Vec::with_capacity(5);
    for n in [c.hour, c.minute, c.second, c.us] {
        parts.push(PyInt::new(i64::from(n), cx)?.into_object());
    }
    parts.push(tzinfo.unwrap_or_else(|| none().own()));
    let args = PyTuple::from_vec(parts, cx)?;
    let kw = PyDict::new(cx)?;
    let n = PyInt::new(i64::from(fold), cx)?;
    kw.set_text("fold", n.into_object(), cx)?;
    call::call_tuple_dict(cls.as_object(), &args, fold.then_some(&*kw), cx)
}

#[pymethods]
impl PyTime {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyTime>> {
        if let ([state, rest @ ..], true) = (args.0, kw.is_empty() && args.len() <= 2) {
            if let Some(data) = fields::state_bytes::<6>(state).filter(|d| d[0] & 0x7F < 24) {
                let tz = match rest.first() {
                    Some(t) if !t.is_none() && !t.is_a::<zone::PyTzInfo>() => {
                        return Err(cx.type_error(format_args!("bad tzinfo state arg")));
                    }
                    t => t.filter(|t| !t.is_none()).map(|t| t.own()),
                };
                let [h, m, s, a, b, c] = data;
                let clock =
                    Clock { hour: i32::from(h & 0x7F), minute: i32::from(m), second: i32::from(s), us: i32::from_be_bytes([0, a, b, c]) };
                return PyTime::of(cls, clock, tz, h & 0x80 != 0, cx);
            }
        }
        let [h, m, s, us, tz, fold] = fields::bind(["hour", "minute", "second", "microsecond", "tzinfo", "fold"], 0, 5, args, kw, cx)?;
        let (h, m) = (fields::int_or(h, 0, cx)?, fields::int_or(m, 0, cx)?);
        let (s, us, fold) = (fields::int_or(s, 0, cx)?, fields::int_or(us, 0, cx)?, fields::int_or(fold, 0, cx)?);
        let clock = Clock::checked(h, m, s, us, cx)?;
        let fold = fields::checked_fold(fold, cx)?;
        let tz = zone::checked(tz, cx)?;
        PyTime::of(cls, clock, tz, fold, cx)
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
        let c = self.clock();
        let mut out = format!("{}({}, {}", self.ty().tp_name_str(), c.hour, c.minute);
        if c.us != 0 {
            out += &format!(", {}, {}", c.second, c.us);
        } else if c.second != 0 {
            out += &format!(", {}", c.second);
        }
        if let Some(tz) = &self.tzinfo {
            out += &format!(", tzinfo={}", abstract_::repr(tz, cx)?);
        }
        if self.fold() {
            out += ", fold=1";
        }
        Ok(out + ")")
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        call::call_method(self, name!(cx, "isoformat"), &[], cx)
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        if self.hash.get() == -1 {
            let offset = if self.fold() {
                let plain = PyTime::of(PyTime::ty(), self.clock(), self.tzinfo.clone(), false, cx)?;
                plain.offset(cx)?
            } else {
                self.offset(cx)?
            };
            let h = match offset {
                None => taipan_object::hash::hash_bytes(&self.data),
                Some(o) => {
                    let us = i128::from(self.clock().micros()) - o.micros();
                    // Such times compare as times of day do only within the day.
                    let d = PyDelta::from_micros(us, cx)?;
                    if (0..86_400_000_000).contains(&us) {
                        let c = Clock::from_micros(us as i64);
                        let plain = PyTime::of(PyTime::ty(), c, None, false, cx)?;
                        taipan_object::hash::hash_bytes(&plain.data)
                    } else {
                        abstract_::hash(&d, cx)?
                    }
                }
            };
            self.hash.set(h);
        }
        Ok(self.hash.get())
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(o) = other.downcast::<PyTime>() else { return Ok(not_implemented().own()) };
        let same_zone = match (&self.tzinfo, &o.tzinfo) {
            (None, None) => true,
            (Some(a), Some(b)) => a.is(b),
            _ => false,
        };
        if same_zone {
            return Ok(from_bool(op.holds(self.data.cmp(&o.data))));
        }
        match (self.offset(cx)?, o.offset(cx)?) {
            (None, None) => Ok(from_bool(op.holds(self.data.cmp(&o.data)))),
            (Some(a), Some(b)) => {
                let (a, b) = (i128::from(self.clock().micros()) - a.micros(), i128::from(o.clock().micros()) - b.micros());
                Ok(from_bool(op.holds(a.cmp(&b))))
            }
            _ => match op {
                CmpOp::Eq => Ok(from_bool(false)),
                CmpOp::Ne => Ok(from_bool(true)),
                _ => Err(cx.type_error(format_args!("can't compare offset-naive and offset-aware times"))),
            },
        }
    }

    /// string, format -> new time parsed from a string (like time.strptime()).
    #[classmethod("strptime(string, format, /)", nosig)]
    fn strptime(cls: &PyType, string: &PyStr, format: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        format::strptime("_strptime_datetime_time", cls, string, format, cx)
    }
    /// Return string in ISO 8601 format, [HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].
    ///
    /// The optional argument timespec specifies the number of additional terms
    /// of the time to include. Valid options are 'auto', 'hours', 'minutes',
    /// 'seconds', 'milliseconds' and 'microseconds'.
    #[method("isoformat(timespec=None)", nosig)]
    fn isoformat(&self, timespec: Option<&PyStr>, cx: &mut Cx) -> PyResult<String> {
        let mut out = self.clock().iso_text(timespec, cx)?;
        if let Some(o) = self.offset(cx)? {
            out += &zone::offset_text(&o, ":");
        }
        Ok(out)
    }
    /// format -> strftime() style string.
    #[method("strftime(format)", nosig)]
    fn strftime(&self, format: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        // Any date will do; 1900 is what the C library can show.
        let date = Ymd { year: 1900, month: 1, day: 1 };
        let mut parts = Vec::with_capacity(9);
        let c = self.clock();
        for n in [1900, 1, 1, c.hour, c.minute, c.second, 0, 1, -1] {
            parts.push(PyInt::new(i64::from(n), cx)?.into_object());
        }
        let tuple = PyTuple::from_vec(parts, cx)?;
        format::strftime(self, format, &tuple, date, c.us, cx)
    }
    /// Formats self with strftime.
    #[method("__format__(format, /)", nosig)]
    fn format(&self, format: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        format::format(self, format, cx)
    }
    /// Return self.tzinfo.utcoffset(self).
    #[method("utcoffset()")]
    fn utcoffset(&self, cx: &mut Cx) -> PyResult<Option<Own<PyDelta>>> {
        self.offset(cx)
    }
    /// Return self.tzinfo.tzname(self).
    #[method("tzname()")]
    fn tzname(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        zone::tzname(self.tzinfo.as_deref(), none(), cx)
    }
    /// Return self.tzinfo.dst(self).
    #[method("dst()")]
    fn dst(&self, cx: &mut Cx) -> PyResult<Option<Own<PyDelta>>> {
        zone::dst(self.tzinfo.as_deref(), none(), cx)
    }
    /// Return time with new specified fields.
    #[method("replace(hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)", alias = "__replace__")]
    #[allow(clippy::too_many_arguments)]
    fn replace(
        &self,
        hour: Option<&Object>,
        minute: Option<&Object>,
        second: Option<&Object>,
        microsecond: Option<&Object>,
        tzinfo: Option<&Object>,
        fold: Option<&Object>,
        cx: &mut Cx,
    ) -> PyResult<Own<Object>> {
        let c = self.clock();
        let (h, m) = (fields::int_or(hour, c.hour, cx)?, fields::int_or(minute, c.minute, cx)?);
        let (s, us) = (fields::int_or(second, c.second, cx)?, fields::int_or(microsecond, c.us, cx)?);
        let fold = fields::int_or(fold, i32::from(self.fold), cx)?;
        let clock = Clock::checked(h, m, s, us, cx)?;
        let fold = fields::checked_fold(fold, cx)?;
        let tz = match tzinfo {
            None => self.tzinfo.clone(),
            t => zone::checked(t, cx)?,
        };
        make(self.ty(), clock, tz, fold, cx)
    }
    /// string -> time from a string in ISO 8601 format
    #[classmethod("fromisoformat(object, /)")]
    fn fromisoformat(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (s, bytes) = format::iso_argument(object, cx)?;
        let rest = bytes.strip_prefix(b"T").unwrap_or(&bytes);
        let Some((mut c, offset)) = iso::time(rest) else { return Err(format::bad_iso(s, cx)) };
        if c.hour == 24 {
            if (c.minute, c.second, c.us) != (0, 0, 0) {
                return Err(cx.value_error(format_args!("minute, second, and microsecond must be 0 when hour is 24")));
            }
            c.hour = 0;
        }
        let tz = parsed_zone(offset, cx)?;
        let c = Clock::checked(c.hour, c.minute, c.second, c.us, cx)?;
        make(cls, c, tz, false, cx)
    }
    /// __reduce_ex__(proto) -> (cls, state)
    #[method("__reduce_ex__(proto, /)", nosig)]
    fn reduce_ex(&self, proto: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.pickled(proto, cx)
    }
    /// __reduce__() -> (cls, state)
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.pickled(2, cx)
    }
}

/// The zone of an offset that was read, in microseconds.
pub fn parsed_zone(offset: Option<i64>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let Some(us) = offset else { return Ok(None) };
    let d = PyDelta::from_micros(i128::from(us), cx)?;
    zone::make(d, None, cx).map(Some)
}
