//! `decimal.Decimal`: an immutable number.

mod compare;
pub mod construct;
mod convert;
mod digits;
mod methods;
mod numbers;
mod queries;
mod rounding;
mod text;

pub use numbers::divmod;
use std::cell::Cell;
use taipan_algo_decimal::Dec;
use taipan_object::prelude::*;

/// A decimal number.
#[pytype(
    name = "decimal.Decimal",
    heap,
    basetype,
    doc = "Decimal(value=\"0\", context=None)\n--\n\nConstruct a new Decimal object. 'value' can be an integer, string, tuple,\nor another Decimal object. If no value is given, return Decimal('0'). The\ncontext does not affect the conversion and is only passed to determine if\nthe InvalidOperation trap is active.\n\n",
    parts(PART, NUMBERS, COMPARE, METHODS, DIGITS, QUERIES, ROUNDING, CONVERT, TEXT)
)]
#[repr(C)]
pub struct PyDecimal {
    head: ObjHead,
    /// The hash, -1 when it is not known yet.
    hash: Cell<isize>,
    /// The value.
    pub value: Dec,
}

impl PyDecimal {
    /// A plain decimal.
    #[inline]
    pub fn new(value: Dec, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        cx.new_object(PyDecimal { head: Object::placeholder(), hash: Cell::new(-1), value })
    }

    /// A decimal of a class: of subclasses without calling their constructor.
    pub fn of_class(cls: &PyType, value: Dec, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        cx.new_object_of(cls, PyDecimal { head: Object::placeholder(), hash: Cell::new(-1), value })
    }
}
