//! Functions about numbers.

use taipan_object::abstract_::number::{self, ADD, DIVMOD};
use taipan_object::prelude::*;
use taipan_object::machine::Sink;
use taipan_object::types::boolean;
use taipan_object::types::complex::PyComplex;
use taipan_object::types::float::PyFloat;
use taipan_object::{abstract_, call};

/// `bin`, `oct`, `hex`.
fn in_base(number: &Object, base: u32, prefix: &str, cx: &mut Cx) -> PyResult<String> {
    let i = number::index(number, cx)?;
    let v = i.as_ref_int();
    let mut digits = Vec::new();
    taipan_algo_int::to_radix(v.abs(), base, false, &mut digits);
    let sign = if v.neg { "-" } else { "" };
    Ok(format!("{sign}{prefix}{}", String::from_utf8_lossy(&digits)))
}

/// Add `x` to the sum `hi` and what rounding loses to `lo`.
fn compensate(hi: &mut f64, lo: &mut f64, x: f64) {
    let t = *hi + x;
    *lo += if hi.abs() >= x.abs() { (*hi - t) + x } else { (x - t) + *hi };
    *hi = t;
}

/// The sum of a list or tuple of short ints, as long as it is short itself; none for everything else.
fn short_sum(iterable: &Object, cx: &Cx) -> Option<i64> {
    let items = match (iterable.exact::<PyList>(), iterable.exact::<PyTuple>()) {
        (Some(l), _) => l.items(cx),
        (_, Some(t)) => t.as_slice(),
        _ => return None,
    };
    items.iter().try_fold(0i64, |n, v| n.checked_add(v.exact::<PyInt>()?.to_i64()?))
}

/// A sum so far, with the fast ways of CPython: ints in a machine word, floats and complex numbers with compensation (Neumaier). The ways are only left in this order.
enum Sum {
    Int(i64),
    Float { hi: f64, lo: f64 },
    Complex { re: (f64, f64), im: (f64, f64) },
    Any(Own<Object>),
}

/// A compensated sum of floats.
fn rounded(hi: f64, lo: f64) -> f64 {
    if lo != 0.0 && lo.is_finite() { hi + lo } else { hi }
}

impl Sum {
    fn from_start(v: Own<Object>) -> Sum {
        match v.exact::<PyInt>().and_then(|i| i.to_i64()) {
            Some(n) => Sum::Int(n),
            None => Sum::after_int(v),
        }
    }
    fn after_int(v: Own<Object>) -> Sum {
        match v.exact::<PyFloat>() {
            Some(f) => Sum::Float { hi: f.value(), lo: 0.0 },
            None => Sum::after_float(v),
        }
    }
    fn after_float(v: Own<Object>) -> Sum {
        match v.exact::<PyComplex>() {
            Some(z) => Sum::Complex { re: (z.value().0, 0.0), im: (z.value().1, 0.0) },
            None => Sum::Any(v),
        }
    }
    fn value(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self {
            Sum::Int(n) => PyInt::new(*n, cx).map(Own::into_object),
            Sum::Float { hi, lo } => PyFloat::new(rounded(*hi, *lo), cx).map(Own::into_object),
            Sum::Complex { re, im } => PyComplex::new(rounded(re.0, re.1), rounded(im.0, im.1), cx).map(Own::into_object),
            Sum::Any(v) => Ok(v.clone()),
        }
    }
    /// Add what the present way does not take.
    fn add_other(&mut self, v: &Object, cx: &mut Cx) -> PyResult<()> {
        let so_far = self.value(cx)?;
        let total = number::binary(&ADD, &so_far, v, cx)?;
        *self = match self {
            Sum::Int(_) => Sum::after_int(total),
            Sum::Float { .. } => Sum::after_float(total),
            _ => Sum::Any(total),
        };
        Ok(())
    }
}

impl Sink for Sum {
    #[inline]
    fn take(&mut self, v: Own<Object>, cx: &mut Cx) -> PyResult<bool> {
        if self.see(&v) {
            return Ok(true);
        }
        match self {
            Sum::Float { hi, lo } if v.is_a::<PyInt>() => compensate(hi, lo, number::as_f64(&v, cx)?),
            Sum::Complex { re, .. } if v.is_a::<PyInt>() || v.is_a::<PyFloat>() => compensate(&mut re.0, &mut re.1, number::as_f64(&v, cx)?),
            Sum::Any(total) => *total = number::binary(&ADD, total, &v, cx)?,
            _ => self.add_other(&v, cx)?,
        }
        Ok(true)
    }
    #[inline]
    fn see_int(&mut self, v: i64) -> bool {
        match self {
            Sum::Int(n) => n.checked_add(v).map(|s| *n = s).is_some(),
            Sum::Float { hi, lo } => {
                compensate(hi, lo, v as f64);
                true
            }
            _ => false,
        }
    }
    #[inline]
    fn see(&mut self, v: &Object) -> bool {
        match self {
            Sum::Int(n) if v.is_exact::<PyInt>() || boolean::is_bool(v) => {
                v.downcast::<PyInt>().and_then(|i| i.to_i64()).and_then(|x| n.checked_add(x)).map(|s| *n = s).is_some()
            }
            Sum::Float { hi, lo } => v.exact::<PyFloat>().map(|f| compensate(hi, lo, f.value())).is_some(),
            Sum::Complex { re, im } => v
                .exact::<PyComplex>()
                .map(|z| {
                    compensate(&mut re.0, &mut re.1, z.value().0);
                    compensate(&mut im.0, &mut im.1, z.value().1);
                })
                .is_some(),
            _ => false,
        }
    }
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Return the absolute value of the argument.
    #[function("abs(number, /)")]
    fn abs(number: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::absolute(number, cx)
    }
    /// Return the tuple (x//y, x%y).  Invariant: div*y + mod == x.
    #[function("divmod(x, y, /)")]
    fn divmod(x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&DIVMOD, x, y, cx)
    }
    /// Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.
    ///
    /// Some types, such as ints, are able to use a more efficient algorithm when
    /// invoked using the three argument form.
    #[function("pow(base, exp, mod=None)")]
    fn pow(base: &Object, exp: &Object, modulus: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::power(base, exp, modulus, false, cx)
    }
    /// Round a number to a given precision in decimal digits.
    ///
    /// The return value is an integer if ndigits is omitted or None.  Otherwise
    /// the return value has the same type as the number.  ndigits may be negative.
    #[function("round(number, ndigits=None)")]
    fn round(number: &Object, ndigits: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = name!(cx, "__round__");
        let r = if ndigits.is_none() { call::call_special(number, n, &[], cx)? } else { call::call_special(number, n, &[ndigits], cx)? };
        r.ok_or_else(|| cx.type_error(format_args!("type {} doesn't define __round__ method", number.ty().tp_name_str())))
    }
    /// Return the binary representation of an integer.
    ///
    ///    >>> bin(2796202)
    ///    '0b1010101010101010101010'
    #[function("bin(number, /)")]
    fn bin(number: &Object, cx: &mut Cx) -> PyResult<String> {
        in_base(number, 2, "0b", cx)
    }
    /// Return the octal representation of an integer.
    ///
    ///    >>> oct(342391)
    ///    '0o1234567'
    #[function("oct(number, /)")]
    fn oct(number: &Object, cx: &mut Cx) -> PyResult<String> {
        in_base(number, 8, "0o", cx)
    }
    /// Return the hexadecimal representation of an integer.
    ///
    ///    >>> hex(12648430)
    ///    '0xc0ffee'
    #[function("hex(number, /)")]
    fn hex(number: &Object, cx: &mut Cx) -> PyResult<String> {
        in_base(number, 16, "0x", cx)
    }
    /// Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff.
    #[function("chr(i, /)")]
    fn chr(i: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let n = number::index(i, cx)?;
        match n.to_i64() {
            Some(c @ 0..=0xff) => Ok(taipan_object::types::str::intern::latin1_char(c as u8)),
            Some(c @ 0..=0x10ffff) => PyStr::from_code_points(&[c as u32], cx),
            _ => Err(cx.value_error(format_args!("chr() arg not in range(0x110000)"))),
        }
    }
    /// Return the ordinal value of a character.
    ///
    /// If the argument is a one-character string, return the Unicode code
    /// point of that character.
    ///
    /// If the argument is a bytes or bytearray object of length 1, return its
    /// single byte value.
    #[function("ord(character, /)")]
    fn ord(character: &Object, cx: &mut Cx) -> PyResult<u32> {
        if let Some(s) = character.downcast::<PyStr>() {
            if s.len() == 1 {
                return Ok(s.code_point(0));
            }
            return Err(cx.type_error(format_args!("ord() expected a character, but string of length {} found", s.len())));
        }
        if abstract_::buffer::has_buffer(character) && matches!(character.ty().tp_name_str(), "bytes" | "bytearray") {
            let b = Buffer::get(character, 0, cx)?;
            if let [x] = b.bytes() {
                return Ok(*x as u32);
            }
            return Err(cx.type_error(format_args!("ord() expected a character, but string of length {} found", b.bytes().len())));
        }
        Err(cx.type_error(format_args!("ord() expected string of length 1, but {} found", character.ty().tp_name_str())))
    }
    /// Return the sum of a 'start' value (default: 0) plus an iterable of numbers
    ///
    /// When the iterable is empty, return the start value.
    /// This function is intended specifically for use with numeric values and may
    /// reject non-numeric types.
    #[function("sum(iterable, /, start=0)")]
    fn sum(iterable: &Object, start: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let (Some(n), None) = (short_sum(iterable, cx), start) {
            return PyInt::new(n, cx).map(Own::into_object);
        }
        let it = abstract_::iter::get_iter(iterable, cx)?;
        let start = match start {
            None => PyInt::new(0, cx)?.into_object(),
            Some(s) => {
                let hint = match s.ty() {
                    t if s.is_a::<PyStr>() && t.name() != "" => Some(("strings", "''")),
                    t if t.name() == "bytes" => Some(("bytes", "b''")),
                    t if t.name() == "bytearray" => Some(("bytearray", "b''")),
                    _ => None,
                };
                if let Some((what, join)) = hint {
                    return Err(cx.type_error(format_args!("sum() can't sum {what} [use {join}.join(seq) instead]")));
                }
                s.own()
            }
        };
        let mut sum = Sum::from_start(start);
        abstract_::iter::walk_iterator(&it, &mut sum, cx)?;
        sum.value(cx)
    }
}
