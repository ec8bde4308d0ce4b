//! `datetime.datetime_CAPI`: the table of types and constructors that C code reaches through a capsule (datetime.h).
//!
//! The only file here with unsafe code: the table's functions are called from C, so they take the GIL's presence and their pointers on trust. The constructors
//! allocate the class they are given without calling it, as CPython's do.
#![allow(unsafe_code)]

use super::date::PyDate;
use super::delta::PyDelta;
use super::fields::{self, Clock, Ymd};
use super::moment::PyDateTime;
use super::time::PyTime;
use super::zone::{self, PyTzInfo};
use std::ffi::{c_int, c_void};
use taipan_object::args::guard;
use taipan_object::err::result_into_raw;
use taipan_object::prelude::*;
use taipan_object::types::capsule::PyCapsule;
use taipan_object::{attr, call};

type Out = *mut Object;
type Class = *const PyType;

/// `PyDateTime_CAPI`.
#[repr(C)]
struct Table {
    date: Class,
    datetime: Class,
    time: Class,
    delta: Class,
    tzinfo: Class,
    utc: *const Object,
    new_date: unsafe extern "C" fn(c_int, c_int, c_int, Class) -> Out,
    new_datetime: unsafe extern "C" fn(c_int, c_int, c_int, c_int, c_int, c_int, c_int, Out, Class) -> Out,
    new_time: unsafe extern "C" fn(c_int, c_int, c_int, c_int, Out, Class) -> Out,
    new_delta: unsafe extern "C" fn(c_int, c_int, c_int, c_int, Class) -> Out,
    new_timezone: unsafe extern "C" fn(Out, Out) -> Out,
    datetime_from_timestamp: unsafe extern "C" fn(Out, Out, Out) -> Out,
    date_from_timestamp: unsafe extern "C" fn(Out, Out) -> Out,
    new_datetime_fold: unsafe extern "C" fn(c_int, c_int, c_int, c_int, c_int, c_int, c_int, Out, c_int, Class) -> Out,
    new_time_fold: unsafe extern "C" fn(c_int, c_int, c_int, c_int, Out, c_int, Class) -> Out,
}
const _: () = assert!(size_of::<Table>() == 120);

unsafe extern "C" fn new_date(y: c_int, m: c_int, d: c_int, cls: Class) -> Out {
    // SAFETY: C calls with the GIL held and a subtype of date.
    unsafe {
        result_into_raw(guard("PyDate_FromDate", |cx| {
            let ymd = Ymd::checked(y, m, d, cx)?;
            cx.new_object_of(&*cls, PyDate::value(ymd, [0; 3], false))
        }))
    }
}

#[allow(clippy::too_many_arguments)]
unsafe extern "C" fn new_datetime_fold(y: c_int, mo: c_int, d: c_int, h: c_int, mi: c_int, s: c_int, us: c_int, tz: Out, fold: c_int, cls: Class) -> Out {
    // SAFETY: C calls with the GIL held, an object or null as the zone and a subtype of datetime.
    unsafe {
        result_into_raw(guard("PyDateTime_FromDateAndTimeAndFold", |cx| {
            let date = Ymd::checked(y, mo, d, cx)?;
            let clock = Clock::checked(h, mi, s, us, cx)?;
            let fold = fields::checked_fold(fold, cx)?;
            let tz = zone::checked(tz.as_ref(), cx)?;
            PyDateTime::of(&*cls, date, clock, tz, fold, cx)
        }))
    }
}

#[allow(clippy::too_many_arguments)]
unsafe extern "C" fn new_datetime(y: c_int, mo: c_int, d: c_int, h: c_int, mi: c_int, s: c_int, us: c_int, tz: Out, cls: Class) -> Out {
    // SAFETY: the same contract.
    unsafe { new_datetime_fold(y, mo, d, h, mi, s, us, tz, 0, cls) }
}

unsafe extern "C" fn new_time_fold(h: c_int, m: c_int, s: c_int, us: c_int, tz: Out, fold: c_int, cls: Class) -> Out {
    // SAFETY: C calls with the GIL held, an object or null as the zone and a subtype of time.
    unsafe {
        result_into_raw(guard("PyTime_FromTimeAndFold", |cx| {
            let clock = Clock::checked(h, m, s, us, cx)?;
            let fold = fields::checked_fold(fold, cx)?;
            let tz = zone::checked(tz.as_ref(), cx)?;
            PyTime::of(&*cls, clock, tz, fold, cx)
        }))
    }
}

unsafe extern "C" fn new_time(h: c_int, m: c_int, s: c_int, us: c_int, tz: Out, cls: Class) -> Out {
    // SAFETY: the same contract.
    unsafe { new_time_fold(h, m, s, us, tz, 0, cls) }
}

unsafe extern "C" fn new_delta(days: c_int, seconds: c_int, us: c_int, normalise: c_int, cls: Class) -> Out {
    // SAFETY: C calls with the GIL held and a subtype of timedelta.
    unsafe {
        result_into_raw(guard("PyDelta_FromDSU", |cx| {
            if normalise == 0 {
                return PyDelta::of_parts(&*cls, days.into(), seconds, us, cx);
            }
            PyDelta::of_normal(&*cls, days.into(), seconds.into(), us.into(), cx)
        }))
    }
}

unsafe extern "C" fn new_timezone(offset: Out, name: Out) -> Out {
    // SAFETY: C calls with the GIL held, a timedelta, and a str or null.
    unsafe {
        result_into_raw(guard("PyTimeZone_FromOffsetAndName", |cx| {
            match (*offset).own().downcast_own::<PyDelta>() {
                Ok(d) => zone::make(d, name.as_ref().map(Object::own), cx),
                Err(o) => Err(cx.type_error(format_args!("offset must be a timedelta, not {}", o.ty().tp_name_str()))),
            }
        }))
    }
}

unsafe extern "C" fn datetime_from_timestamp(cls: Out, args: Out, kwargs: Out) -> Out {
    // SAFETY: C calls with the GIL held, a class, a tuple, and a dict or null.
    unsafe {
        result_into_raw(guard("PyDateTime_FromTimestamp", |cx| {
            let f = attr::get(&*cls, name!(cx, "fromtimestamp"), cx)?;
            let Some(args) = (*args).downcast::<PyTuple>() else { return Err(cx.type_error(format_args!("argument list must be a tuple"))) };
            call::call_tuple_dict(&f, args, kwargs.as_ref().and_then(|k| k.downcast::<PyDict>()), cx)
        }))
    }
}

unsafe extern "C" fn date_from_timestamp(cls: Out, args: Out) -> Out {
    // SAFETY: the same contract.
    unsafe { datetime_from_timestamp(cls, args, std::ptr::null_mut()) }
}

/// A capsule of the table. It lives as long as the process, as C code keeps the address.
pub fn make(cx: &mut Cx) -> PyResult<Own<PyCapsule>> {
    let utc = zone::utc(cx)?;
    let table = Box::leak(Box::new(Table {
        date: PyDate::ty(),
        datetime: PyDateTime::ty(),
        time: PyTime::ty(),
        delta: PyDelta::ty(),
        tzinfo: PyTzInfo::ty(),
        utc,
        new_date,
        new_datetime,
        new_time,
        new_delta,
        new_timezone,
        datetime_from_timestamp,
        date_from_timestamp,
        new_datetime_fold,
        new_time_fold,
    }));
    PyCapsule::new(table as *mut Table as *mut c_void, c"datetime.datetime_CAPI".as_ptr(), None, cx)
}
