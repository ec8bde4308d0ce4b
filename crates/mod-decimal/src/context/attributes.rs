//! The attributes of a context, each with its range; names that do not exist are refused, and nothing can be deleted.

use super::PyContext;
use super::signal_dict::PySignalDict;
use crate::signals;
use taipan_algo_decimal::Rounding;
use taipan_algo_decimal::context::{MAX_EMAX, MAX_PREC, MIN_EMIN};
use taipan_algo_decimal::Status;
use taipan_object::attr;
use taipan_object::prelude::*;

/// A C integer: an int, whose size is looked at later.
fn integer(v: &Object, cx: &mut Cx) -> PyResult<i64> {
    let Some(i) = v.downcast::<PyInt>() else { return Err(cx.type_error(format_args!("an integer is required"))) };
    match i.to_i64() {
        Some(n) => Ok(n),
        None => Err(cx.overflow_error(format_args!("Python int too large to convert to C ssize_t"))),
    }
}

/// The rounding mode that a name means.
pub fn rounding_of(v: &Object, cx: &mut Cx) -> PyResult<Rounding> {
    if let Some(s) = v.downcast::<PyStr>()
        && let Some(i) = Rounding::NAMES.iter().position(|n| s.eq_text(n))
    {
        return Ok(Rounding::ALL[i]);
    }
    Err(cx.type_error(format_args!(
        "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]"
    )))
}

impl PyContext {
    fn set_in_range(&self, v: &Object, low: i64, high: i64, what: &str, range: &str, cx: &mut Cx) -> PyResult<i64> {
        let n = integer(v, cx)?;
        if n < low || n > high {
            return Err(cx.value_error(format_args!("valid {what} {range}")));
        }
        Ok(n)
    }

    /// Set an attribute by its name; `false` for other names.
    pub fn set_by_name(&self, name: &str, v: &Object, cx: &mut Cx) -> PyResult<bool> {
        let mut r = self.rules();
        match name {
            "prec" => r.prec = self.set_in_range(v, 1, MAX_PREC, "range for prec is", "[1, MAX_PREC]", cx)?,
            "Emin" => r.emin = self.set_in_range(v, MIN_EMIN, 0, "range for Emin is", "[MIN_EMIN, 0]", cx)?,
            "Emax" => r.emax = self.set_in_range(v, 0, MAX_EMAX, "range for Emax is", "[0, MAX_EMAX]", cx)?,
            "rounding" => r.round = rounding_of(v, cx)?,
            "clamp" => r.clamp = self.set_in_range(v, 0, 1, "values for clamp are", "0 or 1", cx)? == 1,
            "capitals" => {
                let n = self.set_in_range(v, 0, 1, "values for capitals are", "0 or 1", cx)?;
                self.capitals.set(n == 1);
            }
            "flags" => {
                let set = self.dict_set(v, cx)?;
                self.status.set(set);
            }
            "traps" => {
                let set = self.dict_set(v, cx)?;
                self.trapped.set(set);
            }
            _ => return Ok(false),
        }
        self.rules.set(r);
        Ok(true)
    }

    /// The set of a signal dict or dict.
    fn dict_set(&self, v: &Object, cx: &mut Cx) -> PyResult<Status> {
        if let Some(s) = v.downcast::<PySignalDict>() {
            return s.set(cx);
        }
        match v.downcast::<PyDict>() {
            Some(d) => signals::set_of_dict(d, cx),
            None => Err(cx.type_error(format_args!("argument must be a signal dict"))),
        }
    }

    /// Set what the constructor is given: flags and traps also by a list.
    pub fn set_given(&self, name: &str, v: &Object, cx: &mut Cx) -> PyResult<()> {
        if let (Some(l), "flags" | "traps") = (v.downcast::<PyList>(), name) {
            let set = signals::set_of_list(l, cx)?;
            let cell = if name == "flags" { &self.status } else { &self.trapped };
            cell.set(set);
            return Ok(());
        }
        self.set_by_name(name, v, cx).map(|_| ())
    }
}

#[pymethods(ATTRIBUTES)]
impl PyContext {
    #[getter("prec")]
    fn prec(&self) -> i64 {
        self.rules().prec
    }
    #[setter("prec")]
    fn set_prec(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.set_member("prec", v, cx)
    }
    #[getter("Emax")]
    fn emax(&self) -> i64 {
        self.rules().emax
    }
    #[setter("Emax")]
    fn set_emax(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.set_member("Emax", v, cx)
    }
    #[getter("Emin")]
    fn emin(&self) -> i64 {
        self.rules().emin
    }
    #[setter("Emin")]
    fn set_emin(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.set_member("Emin", v, cx)
    }
    #[getter("rounding")]
    fn rounding(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        PyStr::new_interned(Rounding::NAMES[self.rules().round as usize], cx)
    }
    #[setter("rounding")]
    fn set_rounding(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.set_member("rounding", v, cx)
    }
    #[getter("capitals")]
    fn get_capitals(&self) -> i64 {
        i64::from(self.capitals())
    }
    #[setter("capitals")]
    fn set_capitals(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.set_member("capitals", v, cx)
    }
    #[getter("clamp")]
    fn clamp(&self) -> i64 {
        i64::from(self.rules().clamp)
    }
    #[setter("clamp")]
    fn set_clamp(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.set_member("clamp", v, cx)
    }
    #[slot(tp_getattro)]
    fn get_attribute(&self, name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(s) = name.downcast::<PyStr>() {
            let dict = if s.eq_text("flags") {
                self.flags_dict.own()
            } else if s.eq_text("traps") {
                self.traps_dict.own()
            } else {
                None
            };
            if let Some(d) = dict {
                return Ok(d);
            }
        }
        let name = attr::as_name(name, cx)?;
        attr::generic_get(self, &name, cx)
    }
    #[slot(tp_setattro)]
    fn set_attribute(&self, name: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = value else {
            return Err(cx.attribute_error(format_args!("context attributes cannot be deleted")));
        };
        if let Some(s) = name.downcast::<PyStr>()
            && (s.eq_text("flags") || s.eq_text("traps"))
        {
            self.set_by_name(&s.to_string_lossy(), v, cx)?;
            return Ok(());
        }
        let name = attr::as_name(name, cx)?;
        attr::generic_set(self, &name, value, cx)
    }
}

impl PyContext {
    fn set_member(&self, name: &str, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v {
            Some(v) => self.set_by_name(name, v, cx).map(|_| ()),
            None => Err(cx.attribute_error(format_args!("context attributes cannot be deleted"))),
        }
    }
}
