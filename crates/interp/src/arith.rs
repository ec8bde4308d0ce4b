//! Arithmetic: tagged ints inline, boxed ints, floats and strings out of line, everything else through the type slots.

use crate::operator::{self, After};
use crate::regs::*;
use taipan_object::abstract_::number;
use taipan_object::frame::Slot;
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::typeobj::{SsizeArgFunc, flags};
use taipan_object::types::float::PyFloat;
use taipan_object::types::{none, not_implemented};

/// The binary operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[rustfmt::skip]
pub enum BinaryOp {
    Add, Sub, Mul, TrueDiv, FloorDiv, Mod, Pow, MatMul, And, Or, Xor, LShift, RShift,
    InplaceAdd, InplaceSub, InplaceMul, InplaceTrueDiv, InplaceFloorDiv, InplaceMod, InplacePow, InplaceMatMul,
    InplaceAnd, InplaceOr, InplaceXor, InplaceLShift, InplaceRShift,
}

impl BinaryOp {
    /// The operator's slots; powers have none of this kind.
    #[inline(always)]
    fn slots(self) -> Option<&'static number::BinOp> {
        use BinaryOp::*;
        Some(match self {
            Add | InplaceAdd => &number::ADD,
            Sub | InplaceSub => &number::SUB,
            Mul | InplaceMul => &number::MUL,
            TrueDiv | InplaceTrueDiv => &number::TRUE_DIV,
            FloorDiv | InplaceFloorDiv => &number::FLOOR_DIV,
            Mod | InplaceMod => &number::MOD,
            MatMul | InplaceMatMul => &number::MATMUL,
            And | InplaceAnd => &number::AND,
            Or | InplaceOr => &number::OR,
            Xor | InplaceXor => &number::XOR,
            LShift | InplaceLShift => &number::LSHIFT,
            RShift | InplaceRShift => &number::RSHIFT,
            Pow | InplacePow => return None,
        })
    }
    /// The slots of the operator with this number, which has some.
    pub fn slots_of(number: u8) -> &'static number::BinOp {
        use BinaryOp::*;
        [Add, Sub, Mul, TrueDiv, FloorDiv, Mod, And, Or, Xor, LShift, RShift].into_iter().find(|o| *o as u8 == number).and_then(BinaryOp::slots).unwrap_or(&number::MATMUL)
    }
    /// The method of a class that answers the operator; powers and the in-place forms are not among them.
    #[inline(always)]
    fn method(self, cx: &Cx) -> &'static PyStr {
        use BinaryOp::*;
        match self {
            Add => name!(cx, "__add__"),
            Sub => name!(cx, "__sub__"),
            Mul => name!(cx, "__mul__"),
            TrueDiv => name!(cx, "__truediv__"),
            FloorDiv => name!(cx, "__floordiv__"),
            Mod => name!(cx, "__mod__"),
            And => name!(cx, "__and__"),
            Or => name!(cx, "__or__"),
            Xor => name!(cx, "__xor__"),
            LShift => name!(cx, "__lshift__"),
            RShift => name!(cx, "__rshift__"),
            _ => name!(cx, "__matmul__"),
        }
    }
    #[inline(always)]
    fn is_inplace(self) -> bool {
        self as u8 >= BinaryOp::InplaceAdd as u8
    }
}

/// `l op r` on ints without objects; `None` when it needs the general way (overflow, division by zero, negative shifts, powers).
#[inline(always)]
pub fn on_ints(op: BinaryOp, l: i64, r: i64) -> Option<i64> {
    use BinaryOp::*;
    match op {
        Add | InplaceAdd => l.checked_add(r),
        Sub | InplaceSub => l.checked_sub(r),
        Mul | InplaceMul => l.checked_mul(r),
        FloorDiv | InplaceFloorDiv if r > 0 => Some(l.div_euclid(r)),
        Mod | InplaceMod if r > 0 => Some(l.rem_euclid(r)),
        FloorDiv | InplaceFloorDiv if r < 0 && l != i64::MIN && r != i64::MIN => Some((-l).div_euclid(-r)),
        Mod | InplaceMod if r < 0 && l != i64::MIN && r != i64::MIN => Some(-((-l).rem_euclid(-r))),
        And | InplaceAnd => Some(l & r),
        Or | InplaceOr => Some(l | r),
        Xor | InplaceXor => Some(l ^ r),
        Pow | InplacePow if r == 2 => l.checked_mul(l),
        Pow | InplacePow if (0..64).contains(&r) => l.checked_pow(r as u32),
        LShift | InplaceLShift if (0..62).contains(&r) => {
            let v = l << r;
            (v >> r == l).then_some(v)
        }
        RShift | InplaceRShift if r >= 0 => Some(l >> r.min(63)),
        _ => None,
    }
}

#[inline(always)]
fn on_floats(op: BinaryOp, l: f64, r: f64) -> Option<f64> {
    use BinaryOp::*;
    Some(match op {
        Add | InplaceAdd => l + r,
        Sub | InplaceSub => l - r,
        Mul | InplaceMul => l * r,
        TrueDiv | InplaceTrueDiv if r != 0.0 => l / r,
        // Without the special cases of signs, zeros and overflow it is C's `pow`, as CPython's.
        Pow | InplacePow if l > 0.0 && l.is_finite() && r.is_finite() => Some(l.powf(r)).filter(|v| v.is_finite())?,
        _ => return None,
    })
}

/// Both operands as floats when they are exact floats, or one is and the other a tagged int that a float holds exactly. Two ints are none of this.
#[inline(always)]
pub unsafe fn floats(l: Slot, r: Slot) -> Option<(f64, f64)> {
    if l.is_int() {
        return if r.is_int() { None } else { Some((int_as_float(l)?, exact_float(r)?)) };
    }
    let x = exact_float(l)?;
    Some((x, if r.is_int() { int_as_float(r)? } else { exact_float(r)? }))
}

/// As [`floats`]; for division also two ints, whose quotient as floats is rounded once.
#[inline(always)]
unsafe fn float_operands(op: BinaryOp, l: Slot, r: Slot) -> Option<(f64, f64)> {
    if op == BinaryOp::TrueDiv && l.0 & r.0 & 1 != 0 {
        return Some((int_as_float(l)?, int_as_float(r)?));
    }
    floats(l, r)
}

#[inline(always)]
unsafe fn exact_float(s: Slot) -> Option<f64> {
    let o = &*s.as_ptr();
    // Not through a reference that may be none: the value is to be loaded behind the branch.
    if o.is_exact::<PyFloat>() { Some(o.cast_unchecked::<PyFloat>().value()) } else { None }
}

#[inline(always)]
fn int_as_float(s: Slot) -> Option<f64> {
    let v = s.as_int();
    if v.unsigned_abs() < 1 << 53 { Some(v as f64) } else { None }
}

/// The value of an exact float or a small enough int, when one of the operands is a float.
#[inline(always)]
pub unsafe fn as_float(s: Slot) -> Option<f64> {
    if s.is_int() {
        let v = s.as_int();
        return (v.unsigned_abs() < 1 << 53).then_some(v as f64);
    }
    let o = &*s.as_ptr();
    match o.exact::<PyFloat>() {
        Some(f) => Some(f.value()),
        // A constant.
        None => o.exact::<PyInt>()?.compact().map(|v| v as f64),
    }
}

/// Put the result `v` of an operation on floats into register a. The common cases are here: into the box of the one operand that is consumed, into that of the variable's old value, or
/// into a block that waits for reuse.
#[inline(always)]
unsafe fn put_float<W: Word>(m: &mut Regs, w: W, r: Opd, v: f64) -> PyResult<()> {
    let l = m.src(w.b());
    if l.owned != r.owned {
        let at = if l.owned { l.at } else { r.at };
        let s = *at;
        // It is an int or an exact float.
        if s.is_object() && (*s.as_ptr()).is_unique() {
            (*s.as_ptr()).cast_unchecked::<PyFloat>().set_value_unshared(v);
            *at = Slot::EMPTY;
            m.put(w, s);
            return Ok(());
        }
    } else if !l.owned {
        if W::A_TEMP || w.a() >= 0 {
            // The temp is empty: no operand is one.
            if let Some(f) = PyFloat::from_waiting(v) {
                *m.at(w.a()) = Slot::object(f);
                return Ok(());
            }
        } else {
            let old = m.get(w.a());
            if old.is_object() && (*old.as_ptr()).is_unique() && (*old.as_ptr()).is_exact::<PyFloat>() {
                (*old.as_ptr()).cast_unchecked::<PyFloat>().set_value_unshared(v);
                return Ok(());
            }
        }
    }
    m.save();
    store_float(m.at(w.a()), l, r, v)
}

/// Put a float into `dst`, into the box of an operand or of the old value when nobody else sees it.
#[inline(never)]
pub unsafe fn store_float(dst: *mut Slot, l: Opd, r: Opd, v: f64) -> PyResult<()> {
    for o in [l, r] {
        if o.owned {
            let s = *o.at;
            if s.is_object() && (*s.as_ptr()).is_unique() {
                if let Some(f) = (*s.as_ptr()).exact::<PyFloat>() {
                    f.set_value_unshared(v);
                    *o.at = Slot::EMPTY;
                    if o.at == l.at {
                        r.consume();
                    } else {
                        l.consume();
                    }
                    store(dst, s);
                    return Ok(());
                }
            }
        }
    }
    let old = *dst;
    if old.is_object() && (*old.as_ptr()).is_unique() {
        if let Some(f) = (*old.as_ptr()).exact::<PyFloat>() {
            f.set_value_unshared(v);
            l.consume();
            r.consume();
            return Ok(());
        }
    }
    let f = PyFloat::new(v, &mut cx())?;
    l.consume();
    r.consume();
    store_own(dst, f);
    Ok(())
}

/// `*dst = l op r`, whatever they are. `kind` is `op` without its in-place half: known at compile time, so that every operator has a body of its own.
#[inline(always)]
unsafe fn binary(dst: *mut Slot, l: Opd, r: Opd, kind: BinaryOp, op: BinaryOp) -> PyResult<()> {
    let (a, b) = (l.peek(), r.peek());
    if a.is_object() && !is_number(a) && !(kind == BinaryOp::Add && (*a.as_ptr()).is_exact::<PyStr>()) {
        if let Some(slots) = kind.slots() {
            return if op.is_inplace() { by_slots(dst, l, r, slots, true) } else { foreign(dst, l, r, slots) };
        }
    }
    if let (Some(x), Some(y)) = (a.to_i64(), b.to_i64()) {
        if kind == BinaryOp::TrueDiv {
            // Exact operands: one rounding, as in the division of big ints.
            if y != 0 && x.unsigned_abs() < 1 << 53 && y.unsigned_abs() < 1 << 53 {
                return store_float(dst, l, r, x as f64 / y as f64);
            }
        } else if let Some(v) = on_ints(kind, x, y).and_then(Slot::try_int) {
            l.consume();
            r.consume();
            store(dst, v);
            return Ok(());
        }
    } else if let (Some(x), Some(y)) = (as_float(a), as_float(b)) {
        if let Some(v) = on_floats(kind, x, y) {
            return store_float(dst, l, r, v);
        }
    }
    general(dst, l, r, op)
}

/// The operators without a form of their own.
#[inline(never)]
unsafe fn binary_other(dst: *mut Slot, l: Opd, r: Opd, op: BinaryOp) -> PyResult<()> {
    match op {
        BinaryOp::Pow | BinaryOp::InplacePow => binary(dst, l, r, BinaryOp::Pow, op),
        _ => general(dst, l, r, op),
    }
}

#[inline(never)]
unsafe fn general(dst: *mut Slot, l: Opd, r: Opd, op: BinaryOp) -> PyResult<()> {
    let cx = &mut cx();
    // Ints beyond the tagged ones.
    if let (true, Some(slots)) = ((*l.at).is_object() && (*r.at).is_object(), op.slots()) {
        if let Some(v) = number::on_ints(slots, &*(*l.at).as_ptr(), &*(*r.at).as_ptr(), cx) {
            let v = v?;
            l.consume();
            r.consume();
            store(dst, unboxed(v));
            return Ok(());
        }
    }
    let (a, b) = (Slot::boxed(l.at, cx)?, Slot::boxed(r.at, cx)?);
    let v = match op.slots() {
        Some(slots) => return by_slots(dst, l, r, slots, op.is_inplace()),
        None => number::power(a, b, none(), op == BinaryOp::InplacePow, cx)?,
    };
    l.consume();
    r.consume();
    store(dst, unboxed(v));
    Ok(())
}

/// The operator through the type slots.
#[inline(never)]
unsafe fn by_slots(dst: *mut Slot, l: Opd, r: Opd, slots: &'static number::BinOp, inplace: bool) -> PyResult<()> {
    let cx = &mut cx();
    let (a, b) = (Slot::boxed(l.at, cx)?, Slot::boxed(r.at, cx)?);
    let v = if inplace { number::inplace(slots, a, b, cx)? } else { number::binary(slots, a, b, cx)? };
    l.consume();
    r.consume();
    store(dst, unboxed(v));
    Ok(())
}

/// As `by_slots` for a left operand that is no number.
#[inline(never)]
unsafe fn foreign(dst: *mut Slot, l: Opd, r: Opd, slots: &'static number::BinOp) -> PyResult<()> {
    let cx = &mut cx();
    let b = Slot::boxed(r.at, cx)?;
    // Two sequences of one type.
    let ty = (*l.peek().as_ptr()).ty();
    if std::ptr::eq(slots, &raw const number::ADD) && std::ptr::eq(ty, b.ty()) && ty.number().is_none_or(|n| n.nb_add.get().is_none()) {
        if let Some(f) = ty.sequence().and_then(|s| s.sq_concat.get()) {
            let v = taipan_object::err::result_from_raw(f(l.peek().as_ptr(), b.as_ptr()))?;
            l.consume();
            r.consume();
            store_own(dst, v);
            return Ok(());
        }
    }
    let v = number::binary_by_slots(slots, &*l.peek().as_ptr(), b, cx)?;
    l.consume();
    r.consume();
    store(dst, unboxed(v));
    Ok(())
}

/// `v` is what the slot that decides `l op r` gave.
#[inline(always)]
unsafe fn decided(dst: *mut Slot, l: Opd, r: Opd, v: *mut Object, slots: &'static number::BinOp) -> PyResult<()> {
    if v.is_null() {
        return Err(Raised::assume());
    }
    if std::ptr::eq(v, not_implemented()) {
        return undecided(dst, l, r, slots);
    }
    l.consume();
    r.consume();
    store(dst, unboxed(Own::from_raw(v)));
    Ok(())
}

#[cold]
#[inline(never)]
unsafe fn undecided(dst: *mut Slot, l: Opd, r: Opd, slots: &'static number::BinOp) -> PyResult<()> {
    let v = number::undecided(slots, &*l.peek().as_ptr(), &*r.peek().as_ptr(), &mut cx())?;
    l.consume();
    r.consume();
    store(dst, unboxed(v));
    Ok(())
}

/// Whether an object is an exact int or float.
#[inline(always)]
pub unsafe fn is_number(s: Slot) -> bool {
    let o = &*s.as_ptr();
    o.is_exact::<PyInt>() || o.is_exact::<PyFloat>()
}

/// Whether both are exact strings.
#[inline(always)]
unsafe fn are_texts(a: Slot, b: Slot) -> bool {
    a.is_object() && b.is_object() && (*a.as_ptr()).is_exact::<PyStr>() && (*b.as_ptr()).is_exact::<PyStr>()
}

/// `s + t` and `s += t` on exact strings: the left one grows in place when the variable (or temp) is its only owner.
#[inline(never)]
unsafe fn concat(dst: *mut Slot, l: Opd, r: Opd) -> PyResult<()> {
    let (a, b, cx) = (l.peek(), r.peek(), &mut cx());
    // The left operand's own count, when it is consumed or about to be overwritten, makes it growable.
    if l.owned || l.at == dst {
        let s = std::mem::replace(&mut *l.at, Slot::EMPTY);
        let left = Own::<PyStr>::from_raw(s.as_ptr());
        let right = (*b.as_ptr()).cast_unchecked::<PyStr>().new_ref();
        let v = PyStr::append(left, &right, cx)?;
        drop(right);
        r.consume();
        store_own(dst, v);
        return Ok(());
    }
    let (x, y) = ((*a.as_ptr()).cast_unchecked::<PyStr>(), (*b.as_ptr()).cast_unchecked::<PyStr>());
    let v = PyStr::concat(x, y, cx)?;
    r.consume();
    store_own(dst, v);
    Ok(())
}

/// `l op r` on ints that are not both tagged, or whose result is not. `None`: they are no ints, or the operator has no function for two int objects.
#[inline(always)]
unsafe fn on_int_objects(dst: *mut Slot, l: Opd, r: Opd, kind: BinaryOp) -> Option<PyResult<()>> {
    let (a, b) = (l.peek(), r.peek());
    let v = match (a.to_short(), b.to_short()) {
        (Some(x), Some(y)) => on_ints(kind, x, y).and_then(Slot::try_int)?,
        _ => {
            if a.is_int() || b.is_int() {
                return None;
            }
            match number::on_ints(kind.slots()?, &*a.as_ptr(), &*b.as_ptr(), &mut cx())? {
                Ok(v) => unboxed(v),
                Err(e) => return Some(Err(e)),
            }
        }
    };
    l.consume();
    r.consume();
    store(dst, v);
    Some(Ok(()))
}

/// How an exact string, list or tuple is repeated.
#[inline(always)]
unsafe fn repeat_of(s: Slot) -> Option<SsizeArgFunc> {
    if s.is_int() {
        return None;
    }
    let o = &*s.as_ptr();
    if o.is_exact::<PyStr>() || o.is_exact::<PyList>() || o.is_exact::<PyTuple>() { o.ty().sequence()?.sq_repeat.get() } else { None }
}

/// `sequence * n` for a tagged int.
#[inline(never)]
unsafe fn repeat(dst: *mut Slot, l: Opd, r: Opd, f: SsizeArgFunc) -> PyResult<()> {
    let v = taipan_object::err::result_from_raw(f(l.peek().as_ptr(), r.peek().as_int() as isize))?;
    l.consume();
    store_own(dst, v);
    Ok(())
}

/// An exact int that fits becomes a tagged int again.
#[inline(always)]
pub fn unboxed(v: Own<Object>) -> Slot {
    if let Some(i) = v.exact::<PyInt>() {
        if let Some(s) = i.compact().and_then(Slot::try_int) {
            return s;
        }
    }
    Slot::object(v)
}

macro_rules! int_ops {
    // The slow functions give whether they have pushed a frame that will finish the instruction.
    ($($name:ident $name_k:ident $slow:ident $op:ident $float:expr, |$l:ident, $r:ident| $fast:expr;)*) => { $(
        #[cold]
        #[inline(never)]
        unsafe fn $slow(dst: *mut Slot, l: Opd, r: Opd, op: BinaryOp, constant: bool) -> PyResult<bool> {
            let (a, b) = (l.peek(), r.peek());
            if BinaryOp::$op == BinaryOp::Add && are_texts(a, b) {
                return concat(dst, l, r).map(|()| false);
            }
            if BinaryOp::$op == BinaryOp::Mul && !op.is_inplace() && b.is_int() {
                if let Some(f) = repeat_of(a) {
                    return repeat(dst, l, r, f).map(|()| false);
                }
            }
            if BinaryOp::$op != BinaryOp::TrueDiv {
                if let Some(done) = on_int_objects(dst, l, r, BinaryOp::$op) {
                    return done.map(|()| false);
                }
            }
            if !op.is_inplace() && a.is_object() && !is_number(a) {
                if (*a.as_ptr()).ty().has(flags::HEAPTYPE) {
                    let after = After::Binary { op: BinaryOp::$op, constant };
                    if operator::enter(dst, l, r, BinaryOp::$op.method(&cx()), after) {
                        return Ok(true);
                    }
                }
                if let Some(slots) = BinaryOp::$op.slots().filter(|_| b.is_object()) {
                    if let Some(f) = number::deciding_slot(slots, (*a.as_ptr()).ty(), (*b.as_ptr()).ty()) {
                        return decided(dst, l, r, f(a.as_ptr(), b.as_ptr()), slots).map(|()| false);
                    }
                }
            }
            binary(dst, l, r, BinaryOp::$op, op).map(|()| false)
        }
        #[inline(always)]
        pub unsafe fn $name<W: Word>(m: &mut Regs, w: W, op: BinaryOp) -> PyResult<()> {
            let ($l, $r) = (m.get(w.b()), m.get(w.c()));
            if $l.0 & $r.0 & 1 != 0 {
                if let Some(v) = $fast {
                    m.put(w, v);
                    return Ok(());
                }
            }
            if $float {
                if let Some(v) = float_operands(BinaryOp::$op, $l, $r).and_then(|(x, y)| on_floats(BinaryOp::$op, x, y)) {
                    return put_float(m, w, m.src(w.c()), v);
                }
            }
            m.save();
            if $slow(m.at(w.a()), m.src(w.b()), m.src(w.c()), op, false)? {
                m.reload();
            }
            Ok(())
        }
        // The table gives every operator both forms; not every one has an instruction with a constant.
        #[allow(dead_code)]
        #[inline(always)]
        pub unsafe fn $name_k<W: Word>(m: &mut Regs, w: W, op: BinaryOp) -> PyResult<()> {
            let ($l, $r) = (m.get(w.b()), m.const_slot(w.cu()));
            if $l.0 & $r.0 & 1 != 0 {
                if let Some(v) = $fast {
                    m.put(w, v);
                    return Ok(());
                }
            }
            if $float {
                if let Some(v) = float_operands(BinaryOp::$op, $l, $r).and_then(|(x, y)| on_floats(BinaryOp::$op, x, y)) {
                    // The operand is looked at only to be consumed, which a constant is not.
                    return put_float(m, w, m.konst_word(w.cu()), v);
                }
            }
            m.save();
            if BinaryOp::$op != BinaryOp::TrueDiv && $l.is_object() && $r.is_int() {
                // An int that came out of a container.
                if let Some(v) = $l.to_short().and_then(|l| on_ints(BinaryOp::$op, l, $r.as_int())).and_then(Slot::try_int) {
                    m.src(w.b()).consume();
                    m.put(w, v);
                    return Ok(());
                }
            }
            if $slow(m.at(w.a()), m.src(w.b()), if $r.is_int() { m.konst(w.cu()) } else { m.konst_word(w.cu()) }, op, true)? {
                m.reload();
            }
            Ok(())
        }
    )* };
}
int_ops! {
    add add_k add_slow Add true, |l, r| (l.0 as isize).checked_add(r.0 as isize - 1).map(|v| Slot(v as usize));
    sub sub_k sub_slow Sub true, |l, r| (l.0 as isize).checked_sub(r.0 as isize - 1).map(|v| Slot(v as usize));
    mul mul_k mul_slow Mul true, |l, r| (l.0 as isize - 1).checked_mul(r.0 as isize >> 2).map(|v| Slot(v as usize | 1));
    truediv truediv_k truediv_slow TrueDiv true, |l, r| None::<Slot>;
    floordiv floordiv_k floordiv_slow FloorDiv false, |l, r| if r.as_int() > 0 { Some(Slot::int(div(l.as_int(), r.as_int()))) } else { None };
    modulo modulo_k modulo_slow Mod false, |l, r| if r.as_int() > 0 { Some(Slot::int(rem(l.as_int(), r.as_int()))) } else { None };
    and and_k and_slow And false, |l, r| Some(Slot(l.0 & r.0));
    or or_k or_slow Or false, |l, r| Some(Slot(l.0 | r.0));
    xor xor_k xor_slow Xor false, |l, r| Some(Slot((l.0 ^ r.0) | 1));
    lshift lshift_k lshift_slow LShift false, |l, r| on_ints(BinaryOp::LShift, l.as_int(), r.as_int()).and_then(Slot::try_int);
    rshift rshift_k rshift_slow RShift false, |l, r| if r.as_int() >= 0 { Some(Slot::int(l.as_int() >> r.as_int().min(63))) } else { None };
}

/// Floor remainder for a positive divisor; 32-bit division where both fit.
#[inline(always)]
fn rem(l: i64, r: i64) -> i64 {
    if (l | r) as u64 >> 32 == 0 {
        return (l as u32 % r as u32) as i64;
    }
    let v = l % r;
    if v < 0 { v + r } else { v }
}

/// Floor quotient for a positive divisor, likewise.
#[inline(always)]
fn div(l: i64, r: i64) -> i64 {
    if (l | r) as u64 >> 32 == 0 {
        return (l as u32 / r as u32) as i64;
    }
    l / r - (l % r < 0) as i64
}

/// An operator without an inline form.
#[inline(always)]
pub unsafe fn other<W: Word>(m: &mut Regs, w: W, op: BinaryOp) -> PyResult<()> {
    m.save();
    binary_other(m.at(w.a()), m.src(w.b()), m.src(w.c()), op)
}
#[inline(always)]
pub unsafe fn other_k<W: Word>(m: &mut Regs, w: W, op: BinaryOp) -> PyResult<()> {
    m.save();
    binary_other(m.at(w.a()), m.src(w.b()), m.konst(w.cu()), op)
}

/// Unary operators.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    Neg,
    Pos,
    Invert,
}

#[inline(always)]
pub unsafe fn unary<W: Word>(m: &mut Regs, w: W, op: Unary) -> PyResult<()> {
    let s = m.get(w.b());
    if s.is_int() {
        let v = s.as_int();
        let v = match op {
            Unary::Neg => Slot::try_int(-v),
            Unary::Pos => Some(s),
            Unary::Invert => Some(Slot::int(!v)),
        };
        if let Some(v) = v {
            m.put(w, v);
            return Ok(());
        }
    }
    m.save();
    unary_slow(m.at(w.a()), m.src(w.b()), op)
}

#[inline(never)]
unsafe fn unary_slow(dst: *mut Slot, o: Opd, op: Unary) -> PyResult<()> {
    let cx = &mut cx();
    let x = o.take(cx)?;
    let v = match op {
        Unary::Neg => number::negative(&x, cx)?,
        Unary::Pos => number::positive(&x, cx)?,
        Unary::Invert => number::invert(&x, cx)?,
    };
    drop(x);
    store(dst, unboxed(v));
    Ok(())
}
