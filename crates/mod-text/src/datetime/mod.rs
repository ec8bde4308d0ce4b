//! `_datetime`: dates, times, durations and zones, with the struct layouts of `datetime.h`.
//!
//! Objects are immutable; subclasses are made by calling them wherever CPython does so. The clock and the system's zone are read through `host`.

mod calendar;
mod capsule;
mod date;
mod delta;
mod fields;
mod format;
mod iso;
mod methods;
mod moment;
mod time;
mod zone;

use taipan_object::prelude::*;
use taipan_object::typeobj;

/// The module.
#[pymodule(
    name = "_datetime",
    doc = "Fast implementation of the datetime module.",
    types(delta::PyDelta, zone::PyTzInfo, zone::PyTimeZone, date::PyDate, moment::PyDateTime, time::PyTime)
)]
mod functions {
    use super::*;

    #[constant]
    const MINYEAR: i32 = calendar::YEAR_MIN;
    #[constant]
    const MAXYEAR: i32 = calendar::YEAR_MAX;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        typeobj::ready_static(date::PyIsoDate::SPEC, cx)?;
        let utc = zone::utc(cx)?;
        m.add("UTC", utc, cx)?;
        let api = capsule::make(cx)?;
        m.add("datetime_CAPI", &api, cx)
    }
}

pub use functions::MODULE;
