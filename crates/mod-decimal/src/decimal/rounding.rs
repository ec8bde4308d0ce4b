//! Methods that round to a given mode.

use super::construct::operand_or_raise;
use super::PyDecimal;
use crate::context::attributes::rounding_of;
use crate::context::{PyContext, optional};
use taipan_algo_decimal::Context;
use taipan_algo_decimal::ops::integral::to_integral;
use taipan_algo_decimal::ops::quantize::quantize;
use taipan_object::prelude::*;

/// A context's rules with the rounding mode that an argument asks for.
fn rules_with(context: &PyContext, rounding: &Object, cx: &mut Cx) -> PyResult<Context> {
    let mut rules = context.rules();
    if !rounding.is_none() {
        rules.round = rounding_of(rounding, cx)?;
    }
    Ok(rules)
}

fn integral(a: &PyDecimal, exact: bool, rounding: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
    let c = optional(context, cx)?;
    let rules = rules_with(&c, rounding, cx)?;
    let mut status = 0;
    let r = to_integral(&a.value, exact, &rules, &mut status);
    c.give(r, status, cx)
}

#[pymethods(ROUNDING)]
impl PyDecimal {
    /// Identical to the to_integral_value() method.  The to_integral() name has been
    /// kept for compatibility with older versions.
    #[method("to_integral(rounding=None, context=None)")]
    fn to_integral(&self, rounding: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        integral(self, false, rounding, context, cx)
    }
    /// Round to the nearest integer without signaling Inexact or Rounded.  The
    /// rounding mode is determined by the rounding parameter if given, else by
    /// the given context. If neither parameter is given, then the rounding mode
    /// of the current default context is used.
    #[method("to_integral_value(rounding=None, context=None)")]
    fn to_integral_value(&self, rounding: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        integral(self, false, rounding, context, cx)
    }
    /// Round to the nearest integer, signaling Inexact or Rounded as appropriate if
    /// rounding occurs.  The rounding mode is determined by the rounding parameter
    /// if given, else by the given context. If neither parameter is given, then the
    /// rounding mode of the current default context is used.
    #[method("to_integral_exact(rounding=None, context=None)")]
    fn to_integral_exact(&self, rounding: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        integral(self, true, rounding, context, cx)
    }
    /// Return a value equal to the first operand after rounding and having the
    /// exponent of the second operand.
    ///
    ///     >>> Decimal('1.41421356').quantize(Decimal('1.000'))
    ///     Decimal('1.414')
    ///
    /// Unlike other operations, if the length of the coefficient after the quantize
    /// operation would be greater than precision, then an InvalidOperation is signaled.
    /// This guarantees that, unless there is an error condition, the quantized exponent
    /// is always equal to that of the right-hand operand.
    ///
    /// Also unlike other operations, quantize never signals Underflow, even if the
    /// result is subnormal and inexact.
    ///
    /// If the exponent of the second operand is larger than that of the first, then
    /// rounding may be necessary. In this case, the rounding mode is determined by the
    /// rounding argument if given, else by the given context argument; if neither
    /// argument is given, the rounding mode of the current thread's context is used.
    #[method("quantize(exp, rounding=None, context=None)")]
    fn quantize(&self, exp: &Object, rounding: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let c = optional(context, cx)?;
        let rules = rules_with(&c, rounding, cx)?;
        let b = operand_or_raise(exp, cx)?;
        let mut status = 0;
        let r = quantize(&self.value, &b, &rules, &mut status);
        c.give(r, status, cx)
    }
}
