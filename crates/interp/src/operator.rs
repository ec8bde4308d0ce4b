//! Operators and comparisons whose left operand's class has a Python function for them: its frame is pushed, and the result is looked at when it returns.
//!
//! Only where that function has the first say. Operands in temps stay there until it returns, because `NotImplemented` needs them again. What is to be done then is in the middle bits of the
//! frame's `ret` word ([`After`]; `frame_flags::OPERATOR`).

use crate::arith::{BinaryOp, unboxed};
use crate::frames::ret_word;
use crate::regs::*;
use std::sync::atomic::Ordering::Relaxed;
use taipan_bytecode::Op;
use taipan_object::abstract_::{CmpOp, is_true, number};
use taipan_object::frame::{FRAME_HEADER, Frame, Slot, frame_flags as ff, push_separate};
use taipan_object::prelude::*;
use taipan_object::typeobj::{flags, lookup};
use taipan_object::types::function::PyFunction;
use taipan_object::types::{boolean, not_implemented};

/// What an instruction does with the result of the function it has called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum After {
    /// `R[a] = R[b] op R[c]`; with a constant on the right, `K[c]`.
    Binary { op: BinaryOp, constant: bool },
    /// `R[a] = R[b] op R[c]`, a comparison.
    Compare(CmpOp),
    /// Jump by `c` when `R[a] op R[b]` has this truth; with a constant on the right, `K[b]`.
    Jump { op: CmpOp, want: bool, constant: bool },
}

impl After {
    #[inline(always)]
    const fn bits(self) -> u64 {
        (match self {
            After::Binary { op, constant } => op as u64 | (constant as u64) << 8,
            After::Compare(op) => op as u64 | 1 << 9,
            After::Jump { op, want, constant } => op as u64 | (constant as u64) << 8 | 1 << 10 | (want as u64) << 11,
        }) << 16
    }
}

/// What is in the middle bits.
#[derive(Clone, Copy)]
struct Bits(u64);
impl Bits {
    fn has(self, bit: u32) -> bool {
        self.0 >> (16 + bit) & 1 != 0
    }
    fn constant(self) -> bool {
        self.has(8)
    }
    fn is_jump(self) -> bool {
        self.has(10)
    }
    fn wants(self) -> bool {
        self.has(11)
    }
    fn number(self) -> u8 {
        (self.0 >> 16) as u8
    }
}

/// Call `l.name(r)` as a frame of the loop; the result is for the register at `dst` of the innermost frame (none: null), whose `pc` is saved. False: the general way must do it, nothing has happened.
#[inline(never)]
pub unsafe fn enter(dst: *mut Slot, l: Opd, r: Opd, name: &PyStr, after: After) -> bool {
    let cx = &cx();
    let ts = cx.ts();
    let (a, b) = (&*l.peek().as_ptr(), r.peek());
    let ty = a.ty();
    if !ty.has(flags::HEAPTYPE) || ts.eval_breaker.load(Relaxed) != 0 || ts.py_recursion_remaining.get() <= 0 {
        return false;
    }
    // A built-in type derives from no class, so it has no say before the left operand's.
    if b.is_object() && !std::ptr::eq((*b.as_ptr()).ty(), ty) && (*b.as_ptr()).ty().has(flags::HEAPTYPE) {
        return false;
    }
    let Some(f) = lookup(ty, name, cx).and_then(|f| f.exact::<PyFunction>()) else { return false };
    let (code, caller) = (f.code(), ts.current_frame.get());
    // The instruction is read again when the function returns; what looks like a prefix may be the word of the instruction before, which does no harm.
    let pc = (*caller).pc.get().get();
    if code.simple_args() != 2 || *pc.sub(2) as u8 == Op::Wide as u8 {
        return false;
    }
    let fr: *mut Frame = push_separate(ts, FRAME_HEADER + code.frame_words());
    if fr.is_null() {
        return false;
    }
    let locals = (*fr).locals_ptr();
    *locals = Slot::new_ref(a);
    *locals.add(1) = if b.is_object() { Slot::loaded(&*b.as_ptr()) } else { b };
    for i in 2..code.nlocals() {
        locals.add(i).write_volatile(Slot::EMPTY);
    }
    ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() - 1);
    let to = if dst.is_null() { 0 } else { dst.offset_from((*caller).fp()) };
    crate::frames::write_header(fr, caller, f, code, ret_word(ff::SEPARATE | ff::OPERATOR | after.bits(), to));
    (*fr).func.set(Slot::new_ref(f));
    ts.current_frame.set(fr);
    true
}

/// The function has returned `v` to the caller, whose first temp is `fp` and whose `pc` stands behind the operator: finish the instruction. Gives where to go on.
#[inline(never)]
pub unsafe fn finish(fp: *mut Slot, pc: *const u32, ret: u64, v: Slot) -> PyResult<*const u32> {
    let (w, bits) = (Narrow(*pc.sub(1) as u64), Bits(ret));
    let (l, r) = if bits.is_jump() { (w.a(), w.b()) } else { (w.b(), w.c()) };
    let v = if v.as_ptr() == not_implemented().as_ptr() { Slot::object(undecided(fp, l, r, bits)?) } else { v };
    let consume = |reg: isize| {
        if reg >= 0 {
            Opd { at: fp.offset(reg), owned: true }.consume();
        }
    };
    consume(l);
    if !bits.constant() {
        consume(r);
    }
    if bits.is_jump() {
        let truth = if v.as_ptr() == boolean::true_().as_ptr() {
            true
        } else if v.as_ptr() == boolean::false_().as_ptr() {
            false
        } else {
            let o = v.into_own(&mut cx())?;
            is_true(&o, &mut cx())?
        };
        return Ok(if truth == bits.wants() { pc.offset(w.c()) } else { pc });
    }
    store(fp.offset(crate::frames::ret_dst(ret)), if v.is_object() { unboxed(Own::from_raw(v.as_ptr())) } else { v });
    Ok(pc)
}

/// What the operator gives when the left operand's function gave NotImplemented.
#[cold]
#[inline(never)]
unsafe fn undecided(fp: *mut Slot, l: isize, r: isize, bits: Bits) -> PyResult {
    let cx = &mut cx();
    let a = Slot::boxed(fp.offset(l), cx)?.own();
    let b = if bits.constant() {
        let caller = &*cx.ts().current_frame.get();
        caller.code().consts().as_slice()[r as u8 as usize].own()
    } else {
        Slot::boxed(fp.offset(r), cx)?.own()
    };
    if !bits.is_jump() && !bits.has(9) {
        let slots = BinaryOp::slots_of(bits.number());
        if !std::ptr::eq(a.ty(), b.ty()) {
            let v = slots.call_slot_of(b.ty(), &a, &b, cx)?;
            if !v.is(not_implemented()) {
                return Ok(v);
            }
        }
        return number::undecided(slots, &a, &b, cx);
    }
    let op = CmpOp::from_int(i32::from(bits.number()));
    if let Some(f) = b.ty().tp_richcompare.get() {
        let v = taipan_object::err::result_from_raw(f(b.as_ptr(), a.as_ptr(), op.swapped() as i32))?;
        if !v.is(not_implemented()) {
            return Ok(v);
        }
    }
    match op {
        CmpOp::Eq => Ok(boolean::from_bool(a.is(&b))),
        CmpOp::Ne => Ok(boolean::from_bool(!a.is(&b))),
        _ => Err(cx.type_error(format_args!("'{}' not supported between instances of '{}' and '{}'", op.symbol(), a.ty().tp_name_str(), b.ty().tp_name_str()))),
    }
}
