//! The module `syslog`: messages for the system's log.

use crate::posix::args::{audit, int};
use std::cell::Cell;
use std::ffi::CString;
use taipan_host::consts::syslog::{LOG_INFO, LOG_USER};
use taipan_host::syslog as host;
use taipan_object::args::utf8;
use taipan_object::prelude::*;

/// Whether this interpreter opened the log.
#[derive(Default)]
struct State {
    open: Cell<bool>,
}

fn c_text(s: &PyStr, what: &str, cx: &mut Cx) -> PyResult<CString> {
    let text = utf8(s, cx)?.into_owned();
    CString::new(text).map_err(|_| cx.value_error(format_args!("embedded null {what}")))
}

/// The last part of `sys.argv[0]`, when there is one.
fn program(cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
    let argv = cx.import_attr("sys", "argv")?;
    let Some(first) = argv.downcast::<PyList>().and_then(|l| l.get_own(0)) else { return Ok(None) };
    let Some(s) = first.downcast::<PyStr>() else { return Ok(None) };
    if s.is_empty() {
        return Ok(None);
    }
    let text = utf8(s, cx)?;
    let name = text.rsplit('/').next().unwrap_or_default();
    PyStr::new(name, cx).map(Some)
}

/// `openlog` with the identity or the program's name.
fn open(ident: Option<&PyStr>, option: i64, facility: i64, cx: &mut Cx) -> PyResult<()> {
    let found = match ident {
        Some(s) => Some(s.as_object().own()),
        None => program(cx)?.map(Own::into_object),
    };
    let text = match found.as_ref().and_then(|o| o.downcast::<PyStr>()) {
        Some(s) => Some(c_text(s, "character", cx)?),
        None => None,
    };
    let shown = found.unwrap_or_else(|| none().own());
    audit("syslog.openlog", cx, |cx| Ok(vec![shown, int(option, cx)?, int(facility, cx)?]))?;
    host::open(text, option as i32, facility as i32);
    cx.state::<State>().open.set(true);
    Ok(())
}

#[pymodule(name = "syslog", doc = "")]
pub mod syslog {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        crate::add_constants(m, taipan_host::consts::syslog::TABLE, cx)
    }

    /// Set logging options of subsequent syslog() calls.
    #[function("openlog(ident=<unrepresentable>, logoption=0, facility=LOG_USER)")]
    fn openlog(ident: Option<&PyStr>, logoption: Option<i64>, facility: Option<i64>, cx: &mut Cx) -> PyResult<()> {
        open(ident, logoption.unwrap_or(0), facility.unwrap_or(LOG_USER as i64), cx)
    }

    /// syslog([priority=LOG_INFO,] message)
    /// Send the string message to the system logger.
    #[function("syslog(*args)", nosig)]
    fn syslog(args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        let (priority, message) = match args.0 {
            [m] => (LOG_INFO, *m),
            [p, m] => match taipan_object::abstract_::number::index(p, cx)?.to_i64().map(i32::try_from) {
                Some(Ok(p)) => (p, *m),
                _ => return Err(cx.overflow_error(format_args!("Python int too large to convert to C int"))),
            },
            _ => return Err(cx.type_error(format_args!("syslog.syslog requires 1 to 2 arguments"))),
        };
        let Some(text) = message.downcast::<PyStr>() else {
            let (at, t) = (args.0.len(), message.ty().tp_name_str());
            return Err(cx.type_error(format_args!("syslog() argument {at} must be str, not {t}")));
        };
        audit("syslog.syslog", cx, |cx| Ok(vec![int(priority as i64, cx)?, message.own()]))?;
        if !cx.state::<State>().open.get() {
            open(None, 0, LOG_USER as i64, cx)?;
        }
        let c = c_text(text, "character", cx)?;
        cx.without_gil(|| host::send(priority, &c));
        Ok(())
    }

    /// Reset the syslog module values and call the system library closelog().
    #[function("closelog()")]
    fn closelog(cx: &mut Cx) -> PyResult<()> {
        if cx.state::<State>().open.get() {
            taipan_object::audit::raise("syslog.closelog", &[], cx)?;
            host::close();
            cx.state::<State>().open.set(false);
        }
        Ok(())
    }

    /// Set the priority mask to maskpri and return the previous mask value.
    #[function("setlogmask(maskpri, /)")]
    fn setlogmask(maskpri: i64, cx: &mut Cx) -> PyResult<i32> {
        audit("syslog.setlogmask", cx, |cx| Ok(vec![int(maskpri, cx)?]))?;
        Ok(host::set_mask(maskpri as i32))
    }

    /// Calculates the mask for the individual priority pri.
    #[function("LOG_MASK(pri, /)")]
    fn log_mask(pri: i64) -> i32 {
        1i32.wrapping_shl(pri as u32)
    }

    /// Calculates the mask for all priorities up to and including pri.
    #[function("LOG_UPTO(pri, /)")]
    fn log_upto(pri: i64) -> i32 {
        1i32.wrapping_shl((pri as u32).wrapping_add(1)).wrapping_sub(1)
    }
}
