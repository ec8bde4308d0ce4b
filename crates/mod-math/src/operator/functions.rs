//! The functions of `_operator`: each is one operator.

use taipan_object::abstract_::{self, buffer, iter, number};
use taipan_object::prelude::*;
use taipan_object::{abstract_::buffer::Buffer, call};

/// The iterator of a container in which to search; the message names the type.
fn searchable(a: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    match iter::get_iter(a, cx) {
        Ok(it) => Ok(it),
        Err(r) if cx.raised_is(exc::TypeError()) => {
            cx.discard(r);
            Err(cx.type_error(format_args!("argument of type '{}' is not iterable", a.ty().name())))
        }
        Err(r) => Err(r),
    }
}

/// Whether the type concatenates as a sequence does.
fn is_sequence_like(o: &Object) -> bool {
    let has = |o: &Object| o.ty().sequence().is_some_and(|s| s.sq_concat.get().is_some() || s.sq_inplace_concat.get().is_some());
    has(o) || iter::is_sequence(o)
}

fn no_concat(a: &Object, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("'{}' object can't be concatenated", a.ty().name()))
}

/// Equality in a time that does not depend on where the bytes differ.
fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    let other = if a.len() == b.len() { a } else { b };
    let start = u8::from(a.len() != b.len());
    std::hint::black_box(b.iter().zip(other).fold(start, |acc, (x, y)| std::hint::black_box(acc | (x ^ y)))) == 0
}

#[pyfunctions]
pub mod functions {
    use super::*;

    /// Same as a + b.
    #[function("add(a, b, /)")]
    fn add(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&number::ADD, a, b, cx)
    }

    /// Same as a - b.
    #[function("sub(a, b, /)")]
    fn sub(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&number::SUB, a, b, cx)
    }

    /// Same as a * b.
    #[function("mul(a, b, /)")]
    fn mul(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&number::MUL, a, b, cx)
    }

    /// Same as a @ b.
    #[function("matmul(a, b, /)")]
    fn matmul(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&number::MATMUL, a, b, cx)
    }

    /// Same as a // b.
    #[function("floordiv(a, b, /)")]
    fn floordiv(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&number::FLOOR_DIV, a, b, cx)
    }

    /// Same as a / b.
    #[function("truediv(a, b, /)")]
    fn truediv(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&number::TRUE_DIV, a, b, cx)
    }

    /// Same as a % b.
    #[function("mod(a, b, /)")]
    fn mod_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&number::MOD, a, b, cx)
    }

    /// Same as a << b.
    #[function("lshift(a, b, /)")]
    fn lshift(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&number::LSHIFT, a, b, cx)
    }

    /// Same as a >> b.
    #[function("rshift(a, b, /)")]
    fn rshift(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&number::RSHIFT, a, b, cx)
    }

    /// Same as a & b.
    #[function("and_(a, b, /)")]
    fn and_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&number::AND, a, b, cx)
    }

    /// Same as a ^ b.
    #[function("xor(a, b, /)")]
    fn xor(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&number::XOR, a, b, cx)
    }

    /// Same as a | b.
    #[function("or_(a, b, /)")]
    fn or_(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::binary(&number::OR, a, b, cx)
    }

    /// Same as a += b.
    #[function("iadd(a, b, /)")]
    fn iadd(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::inplace(&number::ADD, a, b, cx)
    }

    /// Same as a -= b.
    #[function("isub(a, b, /)")]
    fn isub(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::inplace(&number::SUB, a, b, cx)
    }

    /// Same as a *= b.
    #[function("imul(a, b, /)")]
    fn imul(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::inplace(&number::MUL, a, b, cx)
    }

    /// Same as a @= b.
    #[function("imatmul(a, b, /)")]
    fn imatmul(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::inplace(&number::MATMUL, a, b, cx)
    }

    /// Same as a //= b.
    #[function("ifloordiv(a, b, /)")]
    fn ifloordiv(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::inplace(&number::FLOOR_DIV, a, b, cx)
    }

    /// Same as a /= b.
    #[function("itruediv(a, b, /)")]
    fn itruediv(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::inplace(&number::TRUE_DIV, a, b, cx)
    }

    /// Same as a %= b.
    #[function("imod(a, b, /)")]
    fn imod(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::inplace(&number::MOD, a, b, cx)
    }

    /// Same as a <<= b.
    #[function("ilshift(a, b, /)")]
    fn ilshift(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::inplace(&number::LSHIFT, a, b, cx)
    }

    /// Same as a >>= b.
    #[function("irshift(a, b, /)")]
    fn irshift(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::inplace(&number::RSHIFT, a, b, cx)
    }

    /// Same as a &= b.
    #[function("iand(a, b, /)")]
    fn iand(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::inplace(&number::AND, a, b, cx)
    }

    /// Same as a ^= b.
    #[function("ixor(a, b, /)")]
    fn ixor(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::inplace(&number::XOR, a, b, cx)
    }

    /// Same as a |= b.
    #[function("ior(a, b, /)")]
    fn ior(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::inplace(&number::OR, a, b, cx)
    }

    /// Same as -a.
    #[function("neg(a, /)")]
    fn neg(a: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::negative(a, cx)
    }

    /// Same as +a.
    #[function("pos(a, /)")]
    fn pos(a: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::positive(a, cx)
    }

    /// Same as abs(a).
    #[function("abs(a, /)")]
    fn abs(a: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::absolute(a, cx)
    }

    /// Same as ~a.
    #[function("inv(a, /)")]
    fn inv(a: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::invert(a, cx)
    }

    /// Same as ~a.
    #[function("invert(a, /)")]
    fn invert(a: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::invert(a, cx)
    }

    /// Same as a == b.
    #[function("eq(a, b, /)")]
    fn eq(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        abstract_::rich_compare(a, b, CmpOp::Eq, cx)
    }

    /// Same as a != b.
    #[function("ne(a, b, /)")]
    fn ne(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        abstract_::rich_compare(a, b, CmpOp::Ne, cx)
    }

    /// Same as a < b.
    #[function("lt(a, b, /)")]
    fn lt(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        abstract_::rich_compare(a, b, CmpOp::Lt, cx)
    }

    /// Same as a <= b.
    #[function("le(a, b, /)")]
    fn le(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        abstract_::rich_compare(a, b, CmpOp::Le, cx)
    }

    /// Same as a > b.
    #[function("gt(a, b, /)")]
    fn gt(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        abstract_::rich_compare(a, b, CmpOp::Gt, cx)
    }

    /// Same as a >= b.
    #[function("ge(a, b, /)")]
    fn ge(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        abstract_::rich_compare(a, b, CmpOp::Ge, cx)
    }

    /// Same as a ** b.
    #[function("pow(a, b, /)")]
    fn pow(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::power(a, b, none(), false, cx)
    }

    /// Same as a **= b.
    #[function("ipow(a, b, /)")]
    fn ipow(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        number::power(a, b, none(), true, cx)
    }

    /// Return True if a is true, False otherwise.
    #[function("truth(a, /)")]
    fn truth(a: &Object, cx: &mut Cx) -> PyResult<bool> {
        abstract_::is_true(a, cx)
    }

    /// Same as not a.
    #[function("not_(a, /)")]
    fn not_(a: &Object, cx: &mut Cx) -> PyResult<bool> {
        abstract_::is_true(a, cx).map(|t| !t)
    }

    /// Same as b in a (note reversed operands).
    #[function("contains(a, b, /)")]
    fn contains(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<bool> {
        abstract_::sequence::contains(a, b, cx)
    }

    /// Same as a.__index__()
    #[function("index(a, /)")]
    fn index(a: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        let i = number::index(a, cx)?;
        taipan_object::types::int::ops::exact(&i, cx)
    }

    /// Return the first index of b in a.
    #[function("indexOf(a, b, /)")]
    fn index_of(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<i64> {
        let it = searchable(a, cx)?;
        let mut n = 0i64;
        while let Some(x) = iter::next(&it, cx)? {
            if abstract_::rich_compare_bool(&x, b, CmpOp::Eq, cx)? {
                return Ok(n);
            }
            n += 1;
        }
        Err(cx.value_error(format_args!("sequence.index(x): x not in sequence")))
    }

    /// Return the number of items in a which are, or which equal, b.
    #[function("countOf(a, b, /)")]
    fn count_of(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<i64> {
        let it = searchable(a, cx)?;
        let mut n = 0i64;
        while let Some(x) = iter::next(&it, cx)? {
            n += i64::from(abstract_::rich_compare_bool(&x, b, CmpOp::Eq, cx)?);
        }
        Ok(n)
    }

    /// Same as a + b, for a and b sequences.
    #[function("concat(a, b, /)")]
    fn concat(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(r) = abstract_::sequence::own_concat(a, b, cx) {
            return r;
        }
        if !is_sequence_like(a) {
            return Err(no_concat(a, cx));
        }
        number::binary(&number::ADD, a, b, cx)
    }

    /// Same as a += b, for a and b sequences.
    #[function("iconcat(a, b, /)")]
    fn iconcat(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !is_sequence_like(a) {
            return Err(no_concat(a, cx));
        }
        number::inplace(&number::ADD, a, b, cx)
    }

    /// Same as a[b].
    #[function("getitem(a, b, /)")]
    fn getitem(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        abstract_::get_item(a, b, cx)
    }

    /// Same as a[b] = c.
    #[function("setitem(a, b, c, /)")]
    fn setitem(a: &Object, b: &Object, c: &Object, cx: &mut Cx) -> PyResult<()> {
        abstract_::set_item(a, b, Some(c), cx)
    }

    /// Same as del a[b].
    #[function("delitem(a, b, /)")]
    fn delitem(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<()> {
        abstract_::set_item(a, b, None, cx)
    }

    /// Same as a is b.
    #[function("is_(a, b, /)")]
    fn is_(a: &Object, b: &Object) -> bool {
        a.is(b)
    }

    /// Same as a is not b.
    #[function("is_not(a, b, /)")]
    fn is_not(a: &Object, b: &Object) -> bool {
        !a.is(b)
    }

    /// Same as a is None.
    #[function("is_none(a, /)")]
    fn is_none(a: &Object) -> bool {
        a.is_none()
    }

    /// Same as a is not None.
    #[function("is_not_none(a, /)")]
    fn is_not_none(a: &Object) -> bool {
        !a.is_none()
    }

    /// Return an estimate of the number of items in obj.
    ///
    /// This is useful for presizing containers when building from an iterable.
    ///
    /// If the object supports len(), the result will be exact.
    /// Otherwise, it may over- or under-estimate by an arbitrary amount.
    /// The result will be an integer >= 0.
    #[function("length_hint(obj, default=0, /)")]
    fn length_hint(obj: &Object, default: isize, cx: &mut Cx) -> PyResult<isize> {
        // A default below zero comes back as it is.
        match usize::try_from(default) {
            Ok(d) => abstract_::length_hint(obj, d, cx).map(|n| n as isize),
            Err(_) => abstract_::length_hint(obj, usize::MAX, cx).map(|n| if n == usize::MAX { default } else { n as isize }),
        }
    }

    /// Same as obj(*args, **kwargs).
    #[function("call(obj, /, *args, **kwargs)")]
    fn call(obj: &Object, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (names, values) = kwargs.split(cx)?;
        call::call_kw(obj, args.0, values, names.as_deref(), cx)
    }

    /// Return 'a == b'.
    ///
    /// This function uses an approach designed to prevent
    /// timing analysis, making it appropriate for cryptography.
    ///
    /// a and b must both be of the same type: either str (ASCII only),
    /// or any bytes-like object.
    ///
    /// Note: If a and b are of different lengths, or if an error occurs,
    /// a timing attack could theoretically reveal information about the
    /// types and lengths of a and b--but not their values.
    #[function("_compare_digest(a, b, /)")]
    fn compare_digest(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<bool> {
        if let (Some(x), Some(y)) = (a.downcast::<PyStr>(), b.downcast::<PyStr>()) {
            let (Some(x), Some(y)) = (x.as_ascii(), y.as_ascii()) else {
                return Err(cx.type_error(format_args!("comparing strings with non-ASCII characters is not supported")));
            };
            return Ok(same_bytes(x.as_bytes(), y.as_bytes()));
        }
        if !buffer::has_buffer(a) && !buffer::has_buffer(b) {
            return Err(cx.type_error(format_args!(
                "unsupported operand types(s) or combination of types: '{}' and '{}'",
                a.ty().name(),
                b.ty().name()
            )));
        }
        let (x, y) = (Buffer::get(a, buffer::SIMPLE, cx)?, Buffer::get(b, buffer::SIMPLE, cx)?);
        if x.view().ndim > 1 || y.view().ndim > 1 {
            return Err(cx.buffer_error(format_args!("Buffer must be single dimension")));
        }
        Ok(same_bytes(x.bytes(), y.bytes()))
    }
}
