//! Constant expressions: what CPython 3.14 folds, with its limits.
//!
//! An operation that would raise, or whose result would be large, is left to run time.

use taipan_algo_int::BigInt;
use taipan_bytecode::Const;
use taipan_syntax::ast::{ConstantValue, Expr, ExprContext, ExprKind, Int, Operator, Unaryop, expr};
use taipan_text::Wtf8Buf;

/// Bits of an int result.
const INT_BITS_MAX: u32 = 128;
/// Items of a repeated tuple.
const COLLECTION_MAX: usize = 256;
/// Length of a repeated string.
const STRING_MAX: usize = 4096;
/// Items of a repeated tuple, nested ones included.
const ITEMS_MAX: usize = 1024;
/// Nesting of constant displays and operators that is looked at.
const DEPTH_MAX: u32 = 150;

/// The constant of a literal.
pub fn literal(value: &ConstantValue) -> Const {
    match value {
        ConstantValue::None => Const::None,
        ConstantValue::Bool(b) => Const::Bool(*b),
        ConstantValue::Ellipsis => Const::Ellipsis,
        ConstantValue::Int(Int::Small(n)) => Const::Int(*n),
        ConstantValue::Int(Int::Big(big)) => Const::from_bigint(big_literal(big)),
        ConstantValue::Float(x) => Const::Float(*x),
        ConstantValue::Complex { real, imag } => Const::Complex(*real, *imag),
        ConstantValue::Str(s) => Const::Str(s.clone()),
        ConstantValue::Bytes(b) => Const::Bytes(b.clone()),
        ConstantValue::Tuple(items) => Const::Tuple(items.iter().map(literal).collect()),
        ConstantValue::FrozenSet(items) => Const::FrozenSet(items.iter().map(literal).collect()),
    }
}

fn big_literal(big: &taipan_syntax::ast::BigLiteral) -> BigInt {
    let mut value = taipan_algo_int::from_str_radix(big.digits.as_bytes(), big.radix, 0).unwrap_or_default();
    if big.negative {
        value.negate();
    }
    value
}

/// The value of `e` if it is constant.
pub fn constant(e: &Expr, optimize: u8) -> Option<Const> {
    fold(e, optimize, 0)
}

fn fold(e: &Expr, optimize: u8, depth: u32) -> Option<Const> {
    if depth > DEPTH_MAX {
        return None;
    }
    match &e.kind {
        ExprKind::Constant(c) => Some(literal(&c.value)),
        ExprKind::Name(name) if name.id.as_str() == "__debug__" && name.ctx == ExprContext::Load => {
            Some(Const::Bool(optimize == 0))
        }
        ExprKind::UnaryOp(u) => unary(u.op, fold(&u.operand, optimize, depth + 1)?),
        ExprKind::BinOp(first) => {
            let mut spine = vec![first];
            let mut leaf = &first.left;
            while let ExprKind::BinOp(next) = &leaf.kind {
                spine.push(next);
                leaf = &next.left;
            }
            let mut value = fold(leaf, optimize, depth + 1)?;
            for b in spine.into_iter().rev() {
                value = binary(b.op, &value, &fold(&b.right, optimize, depth + 1)?)?;
            }
            Some(value)
        }
        ExprKind::Tuple(t) if t.ctx == ExprContext::Load => {
            let items: Option<Vec<Const>> = t.elts.iter().map(|e| fold(e, optimize, depth + 1)).collect();
            Some(Const::Tuple(items?.into()))
        }
        ExprKind::Subscript(s) if s.ctx == ExprContext::Load => subscript(s, optimize, depth),
        ExprKind::Slice(s) => {
            let part = |e: &Option<Expr>| match e {
                None => Some(Const::None),
                Some(e) => fold(e, optimize, depth + 1),
            };
            Some(Const::Slice(Box::new([part(&s.lower)?, part(&s.upper)?, part(&s.step)?])))
        }
        _ => None,
    }
}

/// The truth of a constant.
pub fn truth(value: &Const) -> bool {
    match value {
        Const::None => false,
        Const::Bool(b) => *b,
        Const::Int(n) => *n != 0,
        Const::Float(x) => *x != 0.0,
        Const::Complex(a, b) => *a != 0.0 || *b != 0.0,
        Const::Str(s) => !s.is_empty(),
        Const::Bytes(b) => !b.is_empty(),
        Const::Tuple(t) | Const::FrozenSet(t) => !t.is_empty(),
        Const::Ellipsis | Const::BigInt(_) | Const::Slice(_) | Const::Code(_) => true,
    }
}

/// A unary operator.
pub fn unary(op: Unaryop, value: Const) -> Option<Const> {
    Some(match (op, value) {
        (Unaryop::Not, value) => Const::Bool(!truth(&value)),
        (Unaryop::UAdd, Const::Bool(b)) => Const::Int(i64::from(b)),
        (Unaryop::UAdd, v @ (Const::Int(_) | Const::BigInt(_) | Const::Float(_) | Const::Complex(..))) => v,
        (Unaryop::USub, Const::Bool(b)) => Const::Int(-i64::from(b)),
        (Unaryop::USub, Const::Int(n)) => int(-i128::from(n)),
        (Unaryop::USub, Const::BigInt(mut n)) => {
            n.negate();
            Const::from_bigint(*n)
        }
        (Unaryop::USub, Const::Float(x)) => Const::Float(-x),
        (Unaryop::USub, Const::Complex(a, b)) => Const::Complex(-a, -b),
        (Unaryop::Invert, Const::Int(n)) => Const::Int(!n),
        _ => return None,
    })
}

/// An int constant of any size.
fn int(value: i128) -> Const {
    match i64::try_from(value) {
        Ok(small) => Const::Int(small),
        Err(_) => Const::from_bigint(BigInt::from_sign_u128(value < 0, value.unsigned_abs())),
    }
}

fn as_int(value: &Const) -> Option<i128> {
    match value {
        Const::Int(n) => Some(i128::from(*n)),
        Const::Bool(b) => Some(i128::from(*b)),
        Const::BigInt(n) => n.view().to_i128(),
        _ => None,
    }
}

/// The value as a float, if the conversion is exact enough to be beyond doubt.
fn as_float(value: &Const) -> Option<f64> {
    match value {
        Const::Float(x) => Some(*x),
        Const::Bool(_) | Const::Int(_) => {
            let n = as_int(value)?;
            (n.unsigned_abs() <= 1 << 53).then_some(n as f64)
        }
        _ => None,
    }
}

/// A binary operator.
pub fn binary(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    if let (Some(a), Some(b)) = (as_int(left), as_int(right)) {
        if let (Const::Bool(x), Const::Bool(y)) = (left, right) {
            match op {
                Operator::BitAnd => return Some(Const::Bool(x & y)),
                Operator::BitOr => return Some(Const::Bool(x | y)),
                Operator::BitXor => return Some(Const::Bool(x ^ y)),
                _ => {}
            }
        }
        return int_binary(op, a, b);
    }
    match (left, right) {
        (Const::Str(a), Const::Str(b)) if op == Operator::Add => {
            let mut joined = a.clone();
            joined.push_wtf8(b.as_wtf8());
            return Some(Const::Str(joined));
        }
        (Const::Bytes(a), Const::Bytes(b)) if op == Operator::Add => {
            return Some(Const::Bytes([&a[..], &b[..]].concat().into()));
        }
        (Const::Tuple(a), Const::Tuple(b)) if op == Operator::Add => {
            return Some(Const::Tuple(a.iter().chain(b.iter()).cloned().collect()));
        }
        _ => {}
    }
    if op == Operator::Mult {
        if let Some(n) = as_int(right)
            && let Some(value) = repeat(left, n)
        {
            return Some(value);
        }
        if let Some(n) = as_int(left)
            && let Some(value) = repeat(right, n)
        {
            return Some(value);
        }
    }
    if let (Some(a), Some(b)) = (as_float(left), as_float(right)) {
        return float_binary(op, a, b);
    }
    complex_binary(op, left, right)
}

fn int_binary(op: Operator, a: i128, b: i128) -> Option<Const> {
    let bits = |n: i128| 128 - n.unsigned_abs().leading_zeros();
    let result = match op {
        Operator::Add => a.checked_add(b)?,
        Operator::Sub => a.checked_sub(b)?,
        Operator::Mult => {
            if a != 0 && b != 0 && bits(a) + bits(b) > INT_BITS_MAX {
                return None;
            }
            a.checked_mul(b)?
        }
        Operator::FloorDiv | Operator::Mod => {
            if b == 0 {
                return None;
            }
            let (mut quotient, mut rest) = (a.checked_div(b)?, a.checked_rem(b)?);
            if rest != 0 && (rest < 0) != (b < 0) {
                quotient -= 1;
                rest += b;
            }
            if op == Operator::Mod { rest } else { quotient }
        }
        Operator::Div => {
            let exact = |n: i128| n.unsigned_abs() <= 1 << 53;
            return (b != 0 && exact(a) && exact(b)).then(|| Const::Float(a as f64 / b as f64));
        }
        Operator::Pow => {
            let exponent = u32::try_from(b).ok()?;
            if a != 0 && exponent != 0 && bits(a).checked_mul(exponent)? > INT_BITS_MAX {
                return None;
            }
            a.checked_pow(exponent)?
        }
        Operator::LShift => {
            let count = u32::try_from(b).ok()?;
            if a != 0 && (count > INT_BITS_MAX || bits(a) > INT_BITS_MAX - count) {
                return None;
            }
            if a == 0 { 0 } else { a.checked_mul(1i128.checked_shl(count)?)? }
        }
        Operator::RShift => a >> u32::try_from(b).ok()?.min(127),
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        Operator::BitAnd => a & b,
        Operator::MatMult => return None,
    };
    Some(int(result))
}

fn float_binary(op: Operator, a: f64, b: f64) -> Option<Const> {
    let value = match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        Operator::Pow if a > 0.0 => {
            let value = a.powf(b);
            if !value.is_finite() {
                return None;
            }
            value
        }
        _ => return None,
    };
    Some(Const::Float(value))
}

/// Sums with an imaginary literal, as in `1 + 2j`. A real operand leaves the imaginary part alone.
fn complex_binary(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    let (real, imag) = match (left, right, op) {
        (Const::Complex(a, b), Const::Complex(c, d), Operator::Add) => (a + c, b + d),
        (Const::Complex(a, b), Const::Complex(c, d), Operator::Sub) => (a - c, b - d),
        (Const::Complex(a, b), _, Operator::Add) => (a + as_float(right)?, *b),
        (Const::Complex(a, b), _, Operator::Sub) => (a - as_float(right)?, *b),
        (_, Const::Complex(c, d), Operator::Add) => (as_float(left)? + c, *d),
        (_, Const::Complex(c, d), Operator::Sub) => (as_float(left)? - c, -d),
        _ => return None,
    };
    Some(Const::Complex(real, imag))
}

fn items_of(value: &Const) -> usize {
    match value {
        Const::Tuple(items) => items.iter().map(items_of).fold(items.len(), usize::saturating_add),
        _ => 0,
    }
}

fn repeat(value: &Const, count: i128) -> Option<Const> {
    let count = usize::try_from(count.max(0)).ok()?;
    Some(match value {
        Const::Str(s) => {
            let length = s.code_points().count();
            if length != 0 && count > STRING_MAX / length {
                return None;
            }
            let mut out = Wtf8Buf::with_capacity(s.len() * count);
            (0..count).for_each(|_| out.push_wtf8(s.as_wtf8()));
            Const::Str(out)
        }
        Const::Bytes(b) => {
            if !b.is_empty() && count > STRING_MAX / b.len() {
                return None;
            }
            Const::Bytes(b.repeat(count).into())
        }
        Const::Tuple(t) => {
            if !t.is_empty() && (count > COLLECTION_MAX / t.len() || count * items_of(value) > ITEMS_MAX) {
                return None;
            }
            Const::Tuple(std::iter::repeat_n(&t[..], count).flatten().cloned().collect())
        }
        _ => return None,
    })
}

fn subscript(s: &expr::Subscript, optimize: u8, depth: u32) -> Option<Const> {
    let index = as_int(&fold(&s.slice, optimize, depth + 1)?)?;
    let at = |length: usize| {
        let index = if index < 0 { index + length as i128 } else { index };
        usize::try_from(index).ok().filter(|&i| i < length)
    };
    match fold(&s.value, optimize, depth + 1)? {
        Const::Tuple(t) => t.get(at(t.len())?).cloned(),
        Const::Bytes(b) => b.get(at(b.len())?).map(|&byte| Const::Int(i64::from(byte))),
        Const::Str(text) => {
            let length = text.code_points().count();
            let code_point = text.code_points().nth(at(length)?)?;
            let mut out = Wtf8Buf::new();
            out.push(code_point);
            Some(Const::Str(out))
        }
        _ => None,
    }
}
