//! `datetime.tzinfo` and `datetime.timezone`, and asking a zone for its answers.

use super::calendar::ORDINAL_EPOCH;
use super::delta::PyDelta;
use super::moment::{self, PyDateTime};
use std::cell::OnceCell;
use taipan_object::prelude::*;
use taipan_object::{abstract_, attr, call};

/// Abstract base class for time zone info objects.
#[pytype(name = "datetime.tzinfo", basetype, layout = "PyDateTime_TZInfo", doc = "Abstract base class for time zone info objects.")]
#[repr(C)]
pub struct PyTzInfo {
    head: ObjHead,
}

/// What the module keeps per interpreter.
#[derive(Default)]
struct State {
    utc: OnceCell<Own<Object>>,
}

/// The zone UTC.
pub fn utc(cx: &mut Cx) -> PyResult<&'static Object> {
    let state = cx.state::<State>();
    if let Some(z) = state.utc.get() {
        return Ok(z);
    }
    let offset = PyDelta::from_micros(0, cx)?;
    let zone = make_unchecked(PyTimeZone::ty(), offset, None, cx)?;
    Ok(state.utc.get_or_init(|| zone.into_object()))
}

/// `None` for no zone; anything but a zone raises.
pub fn checked(tz: Option<&Object>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    match tz {
        None => Ok(None),
        Some(t) if t.is_none() => Ok(None),
        Some(t) if t.is_a::<PyTzInfo>() => Ok(Some(t.own())),
        Some(t) => Err(cx.type_error(format_args!("tzinfo argument must be None or of a tzinfo subclass, not type '{}'", t.ty().tp_name_str()))),
    }
}

fn ask(zone: Option<&Object>, method: &'static str, arg: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyDelta>>> {
    let Some(zone) = zone else { return Ok(None) };
    let name = PyStr::new_interned(method, cx)?;
    let answer = call::call_method(zone, &name, &[arg], cx)?;
    if answer.is_none() {
        return Ok(None);
    }
    match answer.downcast_own::<PyDelta>() {
        Ok(d) if d.is_within_a_day() => Ok(Some(d)),
        Ok(d) => {
            let shown = abstract_::repr(&d, cx)?;
            Err(cx.value_error(format_args!(
                "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {shown}"
            )))
        }
        Err(o) => Err(cx.type_error(format_args!("tzinfo.{method}() must return None or a timedelta, not '{}'", o.ty().tp_name_str()))),
    }
}

/// `zone.utcoffset(arg)`, checked.
pub fn utcoffset(zone: Option<&Object>, arg: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyDelta>>> {
    ask(zone, "utcoffset", arg, cx)
}

/// `zone.dst(arg)`, checked.
pub fn dst(zone: Option<&Object>, arg: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyDelta>>> {
    ask(zone, "dst", arg, cx)
}

/// `zone.tzname(arg)`, checked.
pub fn tzname(zone: Option<&Object>, arg: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let Some(zone) = zone else { return Ok(none().own()) };
    let answer = call::call_method(zone, name!(cx, "tzname"), &[arg], cx)?;
    if answer.is_none() || answer.is_a::<PyStr>() {
        return Ok(answer);
    }
    Err(cx.type_error(format_args!("tzinfo.tzname() must return None or a string, not '{}'", answer.ty().tp_name_str())))
}

/// `+HH:MM`, with seconds and microseconds where there are some.
pub fn offset_text(offset: &PyDelta, separator: &str) -> String {
    let us = offset.micros();
    let sign = if us < 0 { '-' } else { '+' };
    let (total, us) = (us.unsigned_abs() / 1_000_000, us.unsigned_abs() % 1_000_000);
    let (h, m, s) = (total / 3600, total / 60 % 60, total % 60);
    let mut out = format!("{sign}{h:02}{separator}{m:02}");
    if s != 0 || us != 0 {
        out += &format!("{separator}{s:02}");
    }
    if us != 0 {
        out += &format!(".{us:06}");
    }
    out
}

#[pymethods]
impl PyTzInfo {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyTzInfo>> {
        cx.new_object_of(cls, PyTzInfo { head: Object::placeholder() })
    }
    /// datetime -> string name of time zone.
    #[method("tzname(object, /)")]
    fn tzname(&self, _object: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(cx.not_implemented_error(format_args!("a tzinfo subclass must implement tzname()")))
    }
    /// datetime -> timedelta showing offset from UTC, negative values indicating West of UTC
    #[method("utcoffset(object, /)")]
    fn utcoffset(&self, _object: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(cx.not_implemented_error(format_args!("a tzinfo subclass must implement utcoffset()")))
    }
    /// datetime -> DST offset as timedelta positive east of UTC.
    #[method("dst(object, /)")]
    fn dst(&self, _object: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(cx.not_implemented_error(format_args!("a tzinfo subclass must implement dst()")))
    }
    /// datetime in UTC -> datetime in local time.
    #[method("fromutc(object, /)")]
    fn fromutc(&self, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let dt = moment_of(self, object, cx)?;
        let bad = |msg: &str, cx: &mut Cx| cx.value_error(format_args!("fromutc: {msg}"));
        let Some(offset) = utcoffset(Some(self), object, cx)? else {
            return Err(bad("non-None utcoffset() result required", cx));
        };
        let Some(shift) = dst(Some(self), object, cx)? else {
            return Err(bad("non-None dst() result required", cx));
        };
        let result = dt.shifted(offset.micros() - shift.micros(), cx)?;
        let zone = result.downcast::<PyDateTime>().and_then(|r| r.zone(cx).map(Object::own));
        let Some(shift) = dst(zone.as_deref(), &result, cx)? else {
            return Err(bad("tz.dst() gave inconsistent results; cannot convert", cx));
        };
        match result.downcast::<PyDateTime>() {
            Some(r) if !shift.is_zero() => r.shifted(shift.micros(), cx),
            _ => Ok(result),
        }
    }
    /// -> (cls, state)
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let args = match attr::get_opt(self, name!(cx, "__getinitargs__"), cx)? {
            Some(f) => call::call(&f, &[], cx)?,
            None => PyTuple::empty().into_object(),
        };
        let state = call::call_method(self, name!(cx, "__getstate__"), &[], cx)?;
        PyTuple::from_slice(&[self.ty().as_object(), &args, &state], cx)
    }
}

/// The argument of `fromutc`: a datetime of this very zone.
fn moment_of<'a>(zone: &Object, o: &'a Object, cx: &mut Cx) -> PyResult<&'a PyDateTime> {
    let Some(dt) = o.downcast::<PyDateTime>() else {
        return Err(cx.type_error(format_args!("fromutc: argument must be a datetime")));
    };
    if !dt.zone(cx).is_some_and(|z| z.is(zone)) {
        return Err(cx.value_error(format_args!("fromutc: dt.tzinfo is not self")));
    }
    Ok(dt)
}

/// Fixed offset from UTC implementation of tzinfo.
#[pytype(
    name = "datetime.timezone",
    base = PyTzInfo,
    doc = "Fixed offset from UTC implementation of tzinfo.",
    attrs("utc" => utc_attr, "min" => min, "max" => max)
)]
#[repr(C)]
pub struct PyTimeZone {
    base: PyTzInfo,
    pub offset: Field<PyDelta>,
    pub name: Option<Own<Object>>,
}

fn utc_attr(cx: &mut Cx) -> PyResult<Own<Object>> {
    utc(cx).map(Object::own)
}
fn min(cx: &mut Cx) -> PyResult<Own<Object>> {
    of_seconds(-86_340, cx)
}
fn max(cx: &mut Cx) -> PyResult<Own<Object>> {
    of_seconds(86_340, cx)
}

fn of_seconds(seconds: i64, cx: &mut Cx) -> PyResult<Own<Object>> {
    let d = PyDelta::new_normal(0, seconds, 0, cx)?;
    Ok(make_unchecked(PyTimeZone::ty(), d, None, cx)?.into_object())
}

fn make_unchecked(cls: &PyType, offset: Own<PyDelta>, name: Option<Own<Object>>, cx: &mut Cx) -> PyResult<Own<PyTimeZone>> {
    let base = PyTzInfo { head: Object::placeholder() };
    cx.new_object_of(cls, PyTimeZone { base, offset: Field::new(offset), name })
}

/// A zone of a fixed offset; the one UTC when it is that.
pub fn make(offset: Own<PyDelta>, name: Option<Own<Object>>, cx: &mut Cx) -> PyResult<Own<Object>> {
    if name.is_none() && offset.is_zero() {
        return utc(cx).map(Object::own);
    }
    if !offset.is_within_a_day() {
        let shown = abstract_::repr(&offset, cx)?;
        return Err(cx.value_error(format_args!(
            "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {shown}"
        )));
    }
    Ok(make_unchecked(PyTimeZone::ty(), offset, name, cx)?.into_object())
}

/// The system's zone at an instant, in seconds since 1970.
pub fn local_at(timestamp: i64, cx: &mut Cx) -> PyResult<Own<Object>> {
    let t = moment::local_time(timestamp, cx)?;
    let offset = PyDelta::new_normal(0, t.gmtoff, 0, cx)?;
    let name = taipan_object::fspath::decode(&t.zone, cx)?;
    make(offset, Some(name.into_object()), cx)
}

/// Seconds from 0001-01-01 (as day 1) to 1970.
pub const EPOCH: i64 = ORDINAL_EPOCH as i64 * 86_400;

fn moment_or_none(func: &str, o: &Object, cx: &mut Cx) -> PyResult<()> {
    if o.is_none() || o.is_a::<PyDateTime>() {
        return Ok(());
    }
    Err(cx.type_error(format_args!("{func}(dt) argument must be a datetime instance or None, not {}", o.ty().tp_name_str())))
}

impl PyTimeZone {
    fn text(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(n) = &self.name {
            return Ok(n.clone());
        }
        let is_utc = self.offset.is_zero();
        let text = if is_utc { "UTC".to_owned() } else { format!("UTC{}", offset_text(&self.offset, ":")) };
        Ok(PyStr::new(&text, cx)?.into_object())
    }
}

#[pymethods]
impl PyTimeZone {
    #[new("timezone(offset, name=None)", nosig)]
    fn new(cls: &PyType, offset: &Object, name: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let _ = cls;
        let Some(offset) = offset.downcast::<PyDelta>() else {
            return Err(cx.type_error(format_args!("timezone() argument 1 must be datetime.timedelta, not {}", offset.ty().tp_name_str())));
        };
        if let Some(n) = name.filter(|n| !n.is_a::<PyStr>()) {
            return Err(cx.type_error(format_args!("timezone() argument 2 must be str, not {}", n.ty().name())));
        }
        make(AsObject::new_ref(offset), name.map(Object::own), cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let utc = utc(cx)?;
        if utc.is(self.as_object()) {
            return Ok("datetime.timezone.utc".to_owned());
        }
        let offset = abstract_::repr((*self.offset).as_object(), cx)?;
        let class = self.as_object().ty().tp_name_str().to_owned();
        Ok(match &self.name {
            None => format!("{class}({offset})"),
            Some(n) => format!("{class}({offset}, {})", abstract_::repr(n, cx)?),
        })
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.text(cx)
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        abstract_::hash((*self.offset).as_object(), cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp) -> Own<Object> {
        match other.downcast::<PyTimeZone>() {
            Some(o) if matches!(op, CmpOp::Eq | CmpOp::Ne) => {
                let same = self.offset.micros() == o.offset.micros();
                taipan_object::types::boolean::from_bool(same == (op == CmpOp::Eq))
            }
            _ => not_implemented().own(),
        }
    }
    /// If name is specified when timezone is created, returns the name.  Otherwise returns offset as 'UTC(+|-)HH:MM'.
    #[method("tzname(object, /)")]
    fn tzname(&self, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        moment_or_none("tzname", object, cx)?;
        self.text(cx)
    }
    /// Return fixed offset.
    #[method("utcoffset(object, /)")]
    fn utcoffset(&self, object: &Object, cx: &mut Cx) -> PyResult<Own<PyDelta>> {
        moment_or_none("utcoffset", object, cx)?;
        Ok(AsObject::new_ref(&*self.offset))
    }
    /// Return None.
    #[method("dst(object, /)")]
    fn dst(&self, object: &Object, cx: &mut Cx) -> PyResult<()> {
        moment_or_none("dst", object, cx)
    }
    /// datetime in UTC -> datetime in local time.
    #[method("fromutc(object, /)")]
    fn fromutc(&self, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        moment_of(self.as_object(), object, cx)?.shifted(self.offset.micros(), cx)
    }
    /// pickle support
    #[method("__getinitargs__()")]
    fn getinitargs(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        match &self.name {
            None => PyTuple::from_slice(&[(*self.offset).as_object()], cx),
            Some(n) => PyTuple::from_slice(&[(*self.offset).as_object(), n], cx),
        }
    }
}
