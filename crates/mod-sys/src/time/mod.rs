//! The module `time`: clocks and sleeping here; calendars in `calendar`, text in `format`.

mod calendar;
mod format;

pub use calendar::STRUCT_TIME;

use taipan_builtins::timeval::{Round, nanos_from_seconds};
use taipan_builtins::types::namespace;
use taipan_host::clock::{self, ClockId, Time};
use taipan_host::{Errno, consts, timezone};
use taipan_object::prelude::*;
use taipan_object::types::boolean;
use taipan_object::{audit, machine};

fn os_error(e: Errno, cx: &mut Cx) -> Raised {
    taipan_builtins::os_error(e.0, &e.message(), cx)
}

fn seconds(nanos: i64) -> f64 {
    // Exact for the whole part, as dividing an integer by 10^9 at once would not be.
    (nanos / 1_000_000_000) as f64 + (nanos % 1_000_000_000) as f64 / 1e9
}

fn read(id: ClockId, cx: &mut Cx) -> PyResult<i64> {
    clock::get(id).map(Time::as_nanos).map_err(|e| os_error(e, cx))
}

fn clock_id(o: &Object, cx: &mut Cx) -> PyResult<ClockId> {
    match o.downcast::<PyInt>() {
        Some(n) => match n.to_i64().and_then(|n| ClockId::try_from(n).ok()) {
            Some(n) => Ok(n),
            None => Err(cx.overflow_error(format_args!("clk_id is out of range"))),
        },
        None => Err(cx.type_error(format_args!("clk_id should be integer, not {}", o.ty().name()))),
    }
}

fn sleep_for(nanos: i64, cx: &mut Cx) -> PyResult<()> {
    let end = Time::from_nanos(clock::nanos(clock::MONOTONIC).saturating_add(nanos));
    loop {
        match cx.without_gil(|| clock::sleep_until(end)) {
            Ok(()) => return Ok(()),
            Err(Errno::EINTR) => {
                if cx.ts().eval_breaker.load(std::sync::atomic::Ordering::Relaxed) != 0 {
                    (machine::hooks().breaker)(cx)?;
                }
            }
            Err(e) => return Err(os_error(e, cx)),
        }
    }
}

/// What `get_clock_info` tells of a clock: id, C name, monotonic, adjustable.
fn info_of(name: &str) -> Option<(ClockId, &'static str, bool, bool)> {
    Some(match name {
        "time" => (clock::REALTIME, "clock_gettime(CLOCK_REALTIME)", false, true),
        "monotonic" | "perf_counter" => (clock::MONOTONIC, "clock_gettime(CLOCK_MONOTONIC)", true, false),
        "process_time" => (clock::PROCESS_CPUTIME, "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", true, false),
        "thread_time" => (clock::THREAD_CPUTIME, "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", true, false),
        _ => return None,
    })
}

/// `timezone`, `altzone`, `daylight` and `tzname`: from the zone in January and July of this year.
fn add_zone(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
    const YEAR: i64 = (365 * 24 + 6) * 3600;
    let now = clock::nanos(clock::REALTIME) / 1_000_000_000;
    let start = now / YEAR * YEAR;
    let (Ok(jan), Ok(jul)) = (timezone::localtime(start), timezone::localtime(start + YEAR / 2)) else {
        return Ok(());
    };
    // In the southern hemisphere summer is in January.
    let (winter, summer) = if -jan.gmtoff < -jul.gmtoff { (&jul, &jan) } else { (&jan, &jul) };
    let numbers = [("timezone", -winter.gmtoff), ("altzone", -summer.gmtoff), ("daylight", (jan.gmtoff != jul.gmtoff) as i64)];
    for (name, n) in numbers {
        let v = PyInt::new(n, cx)?;
        m.add(name, &v, cx)?;
    }
    let (a, b) = (taipan_object::fspath::decode(&winter.zone, cx)?, taipan_object::fspath::decode(&summer.zone, cx)?);
    let t = PyTuple::from_slice(&[&a, &b], cx)?;
    m.add("tzname", &t, cx)
}

#[pymodule(
    name = "time",
    doc = "This module provides various functions to manipulate time values.\n\nThere are two standard representations of time.  One is the number\nof seconds since the Epoch, in UTC (a.k.a. GMT).  It may be an integer\nor a floating-point number (to represent fractions of seconds).\nThe epoch is the point where the time starts, the return value of time.gmtime(0).\nIt is January 1, 1970, 00:00:00 (UTC) on all platforms.\n\nThe other representation is a tuple of 9 integers giving local time.\nThe tuple items are:\n  year (including century, e.g. 1998)\n  month (1-12)\n  day (1-31)\n  hours (0-23)\n  minutes (0-59)\n  seconds (0-59)\n  weekday (0-6, Monday is 0)\n  Julian day (day in the year, 1-366)\n  DST (Daylight Savings Time) flag (-1, 0 or 1)\nIf the DST flag is 0, the time is given in the regular time zone;\nif it is 1, the time is given in the DST time zone;\nif it is -1, mktime() should guess based on the date and time.\n",
    parts(calendar::part, format::part)
)]
pub mod time {
    use super::*;

    /// time() -> floating-point number
    ///
    /// Return the current time in seconds since the Epoch.
    /// Fractions of a second may be present if the system clock provides them.
    #[function("time()")]
    fn time_() -> f64 {
        seconds(clock::nanos(clock::REALTIME))
    }
    /// time_ns() -> int
    ///
    /// Return the current time in nanoseconds since the Epoch.
    #[function("time_ns()")]
    fn time_ns() -> i64 {
        clock::nanos(clock::REALTIME)
    }
    /// monotonic() -> float
    ///
    /// Monotonic clock, cannot go backward.
    #[function("monotonic()")]
    fn monotonic() -> f64 {
        seconds(clock::nanos(clock::MONOTONIC))
    }
    /// monotonic_ns() -> int
    ///
    /// Monotonic clock, cannot go backward, as nanoseconds.
    #[function("monotonic_ns()")]
    fn monotonic_ns() -> i64 {
        clock::nanos(clock::MONOTONIC)
    }
    /// perf_counter() -> float
    ///
    /// Performance counter for benchmarking.
    #[function("perf_counter()")]
    fn perf_counter() -> f64 {
        seconds(clock::nanos(clock::MONOTONIC))
    }
    /// perf_counter_ns() -> int
    ///
    /// Performance counter for benchmarking as nanoseconds.
    #[function("perf_counter_ns()")]
    fn perf_counter_ns() -> i64 {
        clock::nanos(clock::MONOTONIC)
    }
    /// process_time() -> float
    ///
    /// Process time for profiling: sum of the kernel and user-space CPU time.
    #[function("process_time()")]
    fn process_time() -> f64 {
        seconds(clock::nanos(clock::PROCESS_CPUTIME))
    }
    /// process_time() -> int
    ///
    /// Process time for profiling as nanoseconds:
    /// sum of the kernel and user-space CPU time.
    #[function("process_time_ns()")]
    fn process_time_ns() -> i64 {
        clock::nanos(clock::PROCESS_CPUTIME)
    }
    /// thread_time() -> float
    ///
    /// Thread time for profiling: sum of the kernel and user-space CPU time.
    #[function("thread_time()")]
    fn thread_time() -> f64 {
        seconds(clock::nanos(clock::THREAD_CPUTIME))
    }
    /// thread_time() -> int
    ///
    /// Thread time for profiling as nanoseconds:
    /// sum of the kernel and user-space CPU time.
    #[function("thread_time_ns()")]
    fn thread_time_ns() -> i64 {
        clock::nanos(clock::THREAD_CPUTIME)
    }

    /// Return the time of the specified clock clk_id as a float.
    #[function("clock_gettime(clk_id, /)")]
    fn clock_gettime(clk_id: &Object, cx: &mut Cx) -> PyResult<f64> {
        let id = super::clock_id(clk_id, cx)?;
        read(id, cx).map(seconds)
    }
    /// Return the time of the specified clock clk_id as nanoseconds (int).
    #[function("clock_gettime_ns(clk_id, /)")]
    fn clock_gettime_ns(clk_id: &Object, cx: &mut Cx) -> PyResult<i64> {
        let id = super::clock_id(clk_id, cx)?;
        read(id, cx)
    }
    #[function("clock_getres(clk_id, /)", nosig, doc = "clock_getres(clk_id) -> floating-point number\n\nReturn the resolution (precision) of the specified clock clk_id.")]
    fn clock_getres(clk_id: i32, cx: &mut Cx) -> PyResult<f64> {
        match clock::resolution(clk_id) {
            Ok(t) => Ok(t.secs as f64 + t.nanos as f64 * 1e-9),
            Err(e) => Err(os_error(e, cx)),
        }
    }
    #[function("clock_settime(clk_id, time, /)", nosig, doc = "clock_settime(clk_id, time)\n\nSet the time of the specified clock clk_id.")]
    fn clock_settime(clk_id: i32, time: &Object, cx: &mut Cx) -> PyResult<()> {
        let n = nanos_from_seconds(time, Round::Floor, cx)?;
        clock::set(clk_id, Time::from_nanos(n)).map_err(|e| os_error(e, cx))
    }
    #[function("clock_settime_ns(clk_id, time, /)", nosig, doc = "clock_settime_ns(clk_id, time)\n\nSet the time of the specified clock clk_id with nanoseconds.")]
    fn clock_settime_ns(clk_id: i32, time: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(n) = time.downcast::<PyInt>() else {
            return Err(cx.type_error(format_args!("expect int, got {}", time.ty().name())));
        };
        let Some(n) = n.to_i64() else {
            return Err(cx.overflow_error(format_args!("Python int too large to convert to C long")));
        };
        clock::set(clk_id, Time::from_nanos(n)).map_err(|e| os_error(e, cx))
    }
    #[function(
        "pthread_getcpuclockid(thread_id, /)",
        nosig,
        doc = "pthread_getcpuclockid(thread_id) -> int\n\nReturn the clk_id of a thread's CPU time clock."
    )]
    fn pthread_getcpuclockid(thread_id: u64, cx: &mut Cx) -> PyResult<i32> {
        if thread_id != taipan_host::thread::ident() && !cx.interp().thread_list(cx).iter().any(|t| t.thread_id.get() == thread_id) {
            // The C library would follow the number as a pointer.
            return Err(os_error(Errno::ESRCH, cx));
        }
        clock::of_thread(thread_id).map_err(|e| os_error(e, cx))
    }
    #[function(
        "get_clock_info(name, /)",
        nosig,
        doc = "get_clock_info(name: str) -> dict\n\nGet information of the specified clock."
    )]
    fn get_clock_info(name: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some((id, implementation, monotonic, adjustable)) = info_of(&name.to_string_lossy()) else {
            return Err(cx.value_error(format_args!("unknown clock")));
        };
        let d = PyDict::new(cx)?;
        let text = PyStr::new(implementation, cx)?;
        d.set_text("implementation", text.into_object(), cx)?;
        d.set_text("monotonic", boolean::from_bool(monotonic), cx)?;
        d.set_text("adjustable", boolean::from_bool(adjustable), cx)?;
        let resolution = match clock::resolution(id) {
            Ok(t) => t.secs as f64 + t.nanos as f64 * 1e-9,
            Err(e) => return Err(os_error(e, cx)),
        };
        let resolution = resolution.into_return(cx)?;
        d.set_text("resolution", resolution, cx)?;
        namespace::new(&d, cx).map(Own::into_object)
    }

    /// sleep(seconds)
    ///
    /// Delay execution for a given number of seconds.  The argument may be
    /// a floating-point number for subsecond precision.
    #[function("sleep(object, /)")]
    fn sleep(object: &Object, cx: &mut Cx) -> PyResult<()> {
        audit::raise("time.sleep", &[object], cx)?;
        let n = nanos_from_seconds(object, Round::Up, cx)?;
        if n < 0 {
            return Err(cx.value_error(format_args!("sleep length must be non-negative")));
        }
        sleep_for(n, cx)
    }

    /// tzset()
    ///
    /// Initialize, or reinitialize, the local timezone to the value stored in
    /// os.environ['TZ']. The TZ environment variable should be specified in
    /// standard Unix timezone format as documented in the tzset man page
    /// (eg. 'US/Eastern', 'Europe/Amsterdam'). Unknown timezones will silently
    /// fall back to UTC. If the TZ environment variable is not set, the local
    /// timezone is set to the systems best guess of wallclock time.
    /// Changing the TZ environment variable without calling tzset *may* change
    /// the local timezone used by methods such as localtime, but this behaviour
    /// should not be relied on.
    #[function("tzset()")]
    fn tzset(cx: &mut Cx) -> PyResult<()> {
        timezone::set_from_environment();
        let m = cx.import("time")?;
        match m.downcast::<PyModule>() {
            Some(m) => add_zone(m, cx),
            None => Ok(()),
        }
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for &(name, n) in consts::time::TABLE {
            let v = PyInt::new(n, cx)?;
            m.add(name, &v, cx)?;
        }
        let n = PyInt::new(11, cx)?;
        m.add("_STRUCT_TM_ITEMS", &n, cx)?;
        let t = STRUCT_TIME.ty(cx)?;
        m.add("struct_time", t, cx)?;
        timezone::set_from_environment();
        add_zone(m, cx)
    }
}
