//! `datetime.date`, and the named tuple of `isocalendar`.

use super::calendar::{self, BadIso, DAY_NAMES, MONTH_NAMES};
use super::delta::PyDelta;
use super::fields::{self, Clock, Ymd};
use super::format;
use super::moment::{self, PyDateTime};
use std::cell::Cell;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{abstract_, call};

/// date(year, month, day) --> date object
#[pytype(
    name = "datetime.date",
    basetype,
    layout = "PyDateTime_Date",
    doc = "date(year, month, day) --> date object",
    parts(PART, METHODS),
    attrs("min" => min, "max" => max, "resolution" => resolution)
)]
#[repr(C)]
pub struct PyDate {
    head: ObjHead,
    pub hash: Cell<isize>,
    pub hastzinfo: bool,
    #[gc(skip)]
    year: [u8; 2],
    month: u8,
    day: u8,
    /// Of a `datetime`: hour, minute and second, as C's layout has them.
    #[gc(skip)]
    pub rest: [u8; 3],
}

fn min(cx: &mut Cx) -> PyResult<Own<Object>> {
    make(PyDate::ty(), Ymd { year: 1, month: 1, day: 1 }, cx)
}
fn max(cx: &mut Cx) -> PyResult<Own<Object>> {
    make(PyDate::ty(), Ymd { year: 9999, month: 12, day: 31 }, cx)
}
fn resolution(cx: &mut Cx) -> PyResult<Own<Object>> {
    Ok(PyDelta::new_normal(1, 0, 0, cx)?.into_object())
}

impl PyDate {
    /// The struct, for a date or as the base of a datetime.
    pub fn value(date: Ymd, rest: [u8; 3], hastzinfo: bool) -> PyDate {
        PyDate {
            head: Object::placeholder(),
            hash: Cell::new(-1),
            hastzinfo,
            year: (date.year as u16).to_be_bytes(),
            month: date.month as u8,
            day: date.day as u8,
            rest,
        }
    }

    pub fn ymd(&self) -> Ymd {
        Ymd { year: i32::from(u16::from_be_bytes(self.year)), month: i32::from(self.month), day: i32::from(self.day) }
    }

    /// As pickled.
    pub fn state(&self) -> [u8; 4] {
        [self.year[0], self.year[1], self.month, self.day]
    }
}

/// A date as the class `cls`, which is called if it is not `date` itself.
pub fn make(cls: &PyType, d: Ymd, cx: &mut Cx) -> PyResult<Own<Object>> {
    if cls.as_object().is(PyDate::ty().as_object()) {
        return Ok(cx.new_object(PyDate::value(d, [0; 3], false))?.into_object());
    }
    let mut parts = Vec::with_capacity(3);
    for n in [d.year, d.month, d.day] {
        parts.push(PyInt::new(i64::from(n), cx)?);
    }
    call::call(cls.as_object(), &[&parts[0], &parts[1], &parts[2]], cx)
}

/// `Mon Jan  1 00:00:00 2024`.
pub fn ctime(d: Ymd, c: Clock) -> String {
    let day = DAY_NAMES[d.weekday() as usize % 7];
    let month = MONTH_NAMES[(d.month - 1) as usize % 12];
    format!("{day} {month} {:2} {:02}:{:02}:{:02} {:04}", d.day, c.hour, c.minute, c.second, d.year)
}

/// `date + delta` or `date - delta`: whole days only.
fn shifted(date: &PyDate, delta: &PyDelta, sign: i64, cx: &mut Cx) -> PyResult<Own<Object>> {
    let n = i64::from(date.ymd().ordinal()) + sign * i64::from(delta.days);
    let d = Ymd::from_ordinal(n, cx)?;
    make(date.as_object().ty(), d, cx)
}

fn plain(o: &Object) -> Option<&PyDate> {
    o.downcast::<PyDate>().filter(|_| !o.is_a::<PyDateTime>())
}

#[pymethods]
impl PyDate {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyDate>> {
        if let (&[state], true) = (args.0, kw.is_empty()) {
            if let Some([a, b, month @ 1..=12, day]) = fields::state_bytes::<4>(state) {
                let ymd = Ymd { year: i32::from(a) << 8 | i32::from(b), month: i32::from(month), day: i32::from(day) };
                return cx.new_object_of(cls, PyDate::value(ymd, [0; 3], false));
            }
        }
        let [y, m, d] = fields::bind(["year", "month", "day"], 3, 3, args, kw, cx)?;
        let (y, m, d) = (fields::int_or(y, 0, cx)?, fields::int_or(m, 0, cx)?, fields::int_or(d, 0, cx)?);
        let ymd = Ymd::checked(y, m, d, cx)?;
        cx.new_object_of(cls, PyDate::value(ymd, [0; 3], false))
    }

    #[getter("year")]
    fn get_year(&self) -> i32 {
        self.ymd().year
    }
    #[getter("month")]
    fn get_month(&self) -> i32 {
        self.ymd().month
    }
    #[getter("day")]
    fn get_day(&self) -> i32 {
        self.ymd().day
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let d = self.ymd();
        format!("{}({}, {}, {})", self.as_object().ty().tp_name_str(), d.year, d.month, d.day)
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        call::call_method(self.as_object(), name!(cx, "isoformat"), &[], cx)
    }
    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        if self.hash.get() == -1 {
            self.hash.set(taipan_object::hash::hash_bytes(&self.state()));
        }
        self.hash.get()
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp) -> Own<Object> {
        match plain(other) {
            Some(o) => taipan_object::types::boolean::from_bool(op.holds(self.ymd().cmp(&o.ymd()))),
            None => not_implemented().own(),
        }
    }
    #[slot(nb_add)]
    fn add(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if a.is_a::<PyDateTime>() || b.is_a::<PyDateTime>() {
            return Ok(not_implemented().own());
        }
        match (a.downcast::<PyDate>(), b.downcast::<PyDelta>(), b.downcast::<PyDate>(), a.downcast::<PyDelta>()) {
            (Some(date), Some(delta), ..) | (.., Some(date), Some(delta)) => shifted(date, delta, 1, cx),
            _ => Ok(not_implemented().own()),
        }
    }
    #[slot(nb_subtract)]
    fn sub(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if a.is_a::<PyDateTime>() || b.is_a::<PyDateTime>() {
            return Ok(not_implemented().own());
        }
        let Some(date) = a.downcast::<PyDate>() else { return Ok(not_implemented().own()) };
        if let Some(o) = b.downcast::<PyDate>() {
            let days = date.ymd().ordinal() - o.ymd().ordinal();
            return Ok(PyDelta::new_normal(i64::from(days), 0, 0, cx)?.into_object());
        }
        match b.downcast::<PyDelta>() {
            Some(delta) => shifted(date, delta, -1, cx),
            None => Ok(not_implemented().own()),
        }
    }
}

/// What `date` and its subtypes answer beyond the slots.
#[pymethods(METHODS)]
impl PyDate {
    /// Create a date from a POSIX timestamp.
    ///
    /// The timestamp is a number, e.g. created via time.time(), that is
    /// interpreted as local time.
    #[classmethod("fromtimestamp(timestamp, /)")]
    fn fromtimestamp(cls: &PyType, timestamp: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let secs = moment::whole_seconds(timestamp, cx)?;
        let t = moment::local_time(secs, cx)?;
        let d = Ymd::checked(t.year.saturating_add(1900), t.mon + 1, t.mday, cx)?;
        make(cls, d, cx)
    }
    /// int -> date corresponding to a proleptic Gregorian ordinal.
    #[classmethod("fromordinal(ordinal, /)", nosig)]
    fn fromordinal(cls: &PyType, ordinal: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = fields::int_of(ordinal, cx)?;
        if n < 1 {
            return Err(cx.value_error(format_args!("ordinal must be >= 1")));
        }
        let (y, m, d) = calendar::from_ordinal(n);
        let ymd = Ymd::checked(y, m, d, cx)?;
        make(cls, ymd, cx)
    }
    /// str -> Construct a date from a string in ISO 8601 format.
    #[classmethod("fromisoformat(object, /)")]
    fn fromisoformat(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (s, bytes) = format::iso_argument(object, cx)?;
        let Some(d) = super::iso::date(&bytes) else { return Err(format::bad_iso(s, cx)) };
        let d = Ymd::checked(d.year, d.month, d.day, cx)?;
        make(cls, d, cx)
    }
    /// int, int, int -> Construct a date from the ISO year, week number and weekday.
    ///
    /// This is the inverse of the date.isocalendar() function
    #[classmethod("fromisocalendar(year, week, day)", nosig)]
    fn fromisocalendar(cls: &PyType, year: &Object, week: &Object, day: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let part = |o: &Object, cx: &mut Cx| {
            fields::int_of(o, cx).map_err(|r| {
                if !cx.raised_is(exc::OverflowError()) {
                    return r;
                }
                cx.discard(r);
                cx.value_error(format_args!("ISO calendar component out of range"))
            })
        };
        let (y, w, d) = (part(year, cx)?, part(week, cx)?, part(day, cx)?);
        match calendar::from_iso(y, w, d) {
            Ok((y, m, d)) => {
                let ymd = Ymd::checked(y, m, d, cx)?;
                make(cls, ymd, cx)
            }
            Err(BadIso::Year) => Err(cx.value_error(format_args!("year must be in 1..9999, not {y}"))),
            Err(BadIso::Week) => Err(cx.value_error(format_args!("Invalid week: {w}"))),
            Err(BadIso::Day) => Err(cx.value_error(format_args!("Invalid weekday: {d} (range is [1, 7])"))),
        }
    }
    /// string, format -> new date parsed from a string (like time.strptime()).
    #[classmethod("strptime(string, format, /)", nosig)]
    fn strptime(cls: &PyType, string: &PyStr, format: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        format::strptime("_strptime_datetime_date", cls, string, format, cx)
    }
    /// Current date or datetime:  same as self.__class__.fromtimestamp(time.time()).
    #[classmethod("today()")]
    fn today(cls: &PyType, cx: &mut Cx) -> PyResult<Own<Object>> {
        let time = cx.import_attr("time", "time")?;
        let now = call::call(&time, &[], cx)?;
        call::call_method(cls.as_object(), name!(cx, "fromtimestamp"), &[&now], cx)
    }
    /// Return ctime() style string.
    #[method("ctime()")]
    fn ctime(&self) -> String {
        ctime(self.ymd(), Clock::default())
    }
    /// format -> strftime() style string.
    #[method("strftime(format)", nosig)]
    fn strftime(&self, format: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let tuple = call::call_method(self.as_object(), name!(cx, "timetuple"), &[], cx)?;
        let us = self.as_object().downcast::<PyDateTime>().map_or(0, |d| d.clock().us);
        format::strftime(self.as_object(), format, &tuple, self.ymd(), us, cx)
    }
    /// Formats self with strftime.
    #[method("__format__(format, /)", nosig)]
    fn format(&self, format: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        format::format(self.as_object(), format, cx)
    }
    /// Return time tuple, compatible with time.localtime().
    #[method("timetuple()")]
    fn timetuple(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        format::time_tuple(self.ymd(), Clock::default(), -1, cx)
    }
    /// Return a named tuple containing ISO year, week number, and weekday.
    #[method("isocalendar()")]
    fn isocalendar(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let d = self.ymd();
        let (y, w, d) = calendar::to_iso(d.year, d.month, d.day);
        let mut parts = Vec::with_capacity(3);
        for n in [y, w, d] {
            parts.push(PyInt::new(i64::from(n), cx)?.into_object());
        }
        let parts = PyTuple::from_vec(parts, cx)?;
        call::call_method(PyTuple::ty().as_object(), name!(cx, "__new__"), &[PyIsoDate::ty().as_object(), &parts], cx)
    }
    /// Return string in ISO 8601 format, YYYY-MM-DD.
    #[method("isoformat()")]
    fn isoformat(&self) -> String {
        self.ymd().iso_text()
    }
    /// Return the day of the week represented by the date.
    /// Monday == 1 ... Sunday == 7
    #[method("isoweekday()")]
    fn isoweekday(&self) -> i32 {
        self.ymd().weekday() + 1
    }
    /// Return proleptic Gregorian ordinal.  January 1 of year 1 is day 1.
    #[method("toordinal()")]
    fn toordinal(&self) -> i32 {
        self.ymd().ordinal()
    }
    /// Return the day of the week represented by the date.
    /// Monday == 0 ... Sunday == 6
    #[method("weekday()")]
    fn weekday(&self) -> i32 {
        self.ymd().weekday()
    }
    /// Return date with new specified fields.
    #[method("replace(year=unchanged, month=unchanged, day=unchanged)", alias = "__replace__")]
    fn replace(&self, year: Option<&Object>, month: Option<&Object>, day: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let d = self.ymd();
        let (y, m, d) = (fields::int_or(year, d.year, cx)?, fields::int_or(month, d.month, cx)?, fields::int_or(day, d.day, cx)?);
        let class = self.as_object().ty();
        if class.as_object().is(PyDate::ty().as_object()) {
            Ymd::checked(y, m, d, cx)?;
        }
        make(class, Ymd { year: y, month: m, day: d }, cx)
    }
    /// __reduce__() -> (cls, state)
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let state = PyBytes::new(&self.state(), cx)?;
        let state = PyTuple::from_slice(&[&state], cx)?;
        PyTuple::from_slice(&[self.as_object().ty().as_object(), &state], cx)
    }
}

/// The result of `isocalendar`.
#[pytype(
    name = "datetime.IsoCalendarDate", heap,
    base = PyTuple,
    itemsize = 8,
    no_dealloc,
    flags(TUPLE_SUBCLASS),
    doc = "The result of date.isocalendar() or datetime.isocalendar()\n\nThis object may be accessed either as a tuple of\n  ((year, week, weekday))\nor via the object attributes as named in the above tuple."
)]
#[repr(C)]
pub struct PyIsoDate {
    base: PyTuple,
}

impl PyIsoDate {
    fn item(&self, i: usize) -> Own<Object> {
        self.base.get(i).unwrap_or(none()).own()
    }
}

#[pymethods]
impl PyIsoDate {
    #[getter("year")]
    fn get_year(&self) -> Own<Object> {
        self.item(0)
    }
    #[getter("week")]
    fn get_week(&self) -> Own<Object> {
        self.item(1)
    }
    #[getter("weekday")]
    fn get_weekday(&self) -> Own<Object> {
        self.item(2)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let mut shown = Vec::new();
        for (i, name) in ["year", "week", "weekday"].iter().enumerate() {
            shown.push(format!("{name}={}", abstract_::repr(&self.item(i), cx)?));
        }
        Ok(format!("{}({})", self.as_object().ty().tp_name_str(), shown.join(", ")))
    }
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let plain = PyTuple::from_slice(self.base.as_slice(), cx)?;
        let args = PyTuple::from_slice(&[&plain], cx)?;
        PyTuple::from_slice(&[PyTuple::ty().as_object(), &args], cx)
    }
}
