//! Operators and comparisons.

use taipan_bytecode::{Const, Op};
use taipan_syntax::ast::{Cmpop, Expr, ExprKind, Operator, Span, expr};

use super::Lower;
use crate::code::{Label, Reg};
use crate::error::Result;
use crate::fold;

/// Constants beyond so many have no place in an operand; they are loaded first.
const CONSTANT_OPERANDS_MAX: usize = u16::MAX as usize;

/// The instruction of an operator.
pub(crate) const fn binary_op(op: Operator) -> Op {
    match op {
        Operator::Add => Op::Add,
        Operator::Sub => Op::Sub,
        Operator::Mult => Op::Mul,
        Operator::MatMult => Op::MatMul,
        Operator::Div => Op::TrueDiv,
        Operator::Mod => Op::Mod,
        Operator::Pow => Op::Pow,
        Operator::LShift => Op::LShift,
        Operator::RShift => Op::RShift,
        Operator::BitOr => Op::Or,
        Operator::BitXor => Op::Xor,
        Operator::BitAnd => Op::And,
        Operator::FloorDiv => Op::FloorDiv,
    }
}

/// The instruction of an augmented assignment.
pub(crate) const fn inplace_op(op: Operator) -> Op {
    match op {
        Operator::Add => Op::InplaceAdd,
        Operator::Sub => Op::InplaceSub,
        Operator::Mult => Op::InplaceMul,
        Operator::MatMult => Op::InplaceMatMul,
        Operator::Div => Op::InplaceTrueDiv,
        Operator::Mod => Op::InplaceMod,
        Operator::Pow => Op::InplacePow,
        Operator::LShift => Op::InplaceLShift,
        Operator::RShift => Op::InplaceRShift,
        Operator::BitOr => Op::InplaceOr,
        Operator::BitXor => Op::InplaceXor,
        Operator::BitAnd => Op::InplaceAnd,
        Operator::FloorDiv => Op::InplaceFloorDiv,
    }
}

/// The form with a constant on the right, if there is one.
const fn constant_form(op: Op) -> Option<Op> {
    Some(match op {
        Op::Add => Op::AddK,
        Op::Sub => Op::SubK,
        Op::Mul => Op::MulK,
        Op::TrueDiv => Op::TrueDivK,
        Op::FloorDiv => Op::FloorDivK,
        Op::Mod => Op::ModK,
        Op::Pow => Op::PowK,
        Op::And => Op::AndK,
        Op::LShift => Op::LShiftK,
        Op::RShift => Op::RShiftK,
        Op::InplaceAdd => Op::InplaceAddK,
        Op::InplaceSub => Op::InplaceSubK,
        _ => return None,
    })
}

/// The comparison that is its exact opposite, for those whose result is always a bool.
pub(crate) const fn negated(op: Cmpop) -> Option<Cmpop> {
    Some(match op {
        Cmpop::Is => Cmpop::IsNot,
        Cmpop::IsNot => Cmpop::Is,
        Cmpop::In => Cmpop::NotIn,
        Cmpop::NotIn => Cmpop::In,
        _ => return None,
    })
}

const fn compare_op(op: Cmpop) -> Op {
    match op {
        Cmpop::Eq => Op::Eq,
        Cmpop::NotEq => Op::Ne,
        Cmpop::Lt => Op::Lt,
        Cmpop::LtE => Op::Le,
        Cmpop::Gt => Op::Gt,
        Cmpop::GtE => Op::Ge,
        Cmpop::Is => Op::Is,
        Cmpop::IsNot => Op::IsNot,
        Cmpop::In => Op::In,
        Cmpop::NotIn => Op::NotIn,
    }
}

/// The jump on a comparison being `when`; with a constant on the right if `constant`.
const fn jump_op(op: Cmpop, when: bool, constant: bool) -> Option<Op> {
    Some(match (op, when, constant) {
        (Cmpop::Is, true, false) | (Cmpop::IsNot, false, false) => Op::JumpIfIs,
        (Cmpop::Is, false, false) | (Cmpop::IsNot, true, false) => Op::JumpIfIsNot,
        (Cmpop::In, true, false) | (Cmpop::NotIn, false, false) => Op::JumpIfIn,
        (Cmpop::In, false, false) | (Cmpop::NotIn, true, false) => Op::JumpIfNotIn,
        (Cmpop::Lt, true, false) => Op::JumpIfLt,
        (Cmpop::LtE, true, false) => Op::JumpIfLe,
        (Cmpop::Eq, true, false) => Op::JumpIfEq,
        (Cmpop::NotEq, true, false) => Op::JumpIfNe,
        (Cmpop::Gt, true, false) => Op::JumpIfGt,
        (Cmpop::GtE, true, false) => Op::JumpIfGe,
        (Cmpop::Lt, false, false) => Op::JumpIfNotLt,
        (Cmpop::LtE, false, false) => Op::JumpIfNotLe,
        (Cmpop::Eq, false, false) => Op::JumpIfNotEq,
        (Cmpop::NotEq, false, false) => Op::JumpIfNotNe,
        (Cmpop::Gt, false, false) => Op::JumpIfNotGt,
        (Cmpop::GtE, false, false) => Op::JumpIfNotGe,
        (Cmpop::Lt, true, true) => Op::JumpIfLtK,
        (Cmpop::LtE, true, true) => Op::JumpIfLeK,
        (Cmpop::Eq, true, true) => Op::JumpIfEqK,
        (Cmpop::NotEq, true, true) => Op::JumpIfNeK,
        (Cmpop::Gt, true, true) => Op::JumpIfGtK,
        (Cmpop::GtE, true, true) => Op::JumpIfGeK,
        (Cmpop::Lt, false, true) => Op::JumpIfNotLtK,
        (Cmpop::LtE, false, true) => Op::JumpIfNotLeK,
        (Cmpop::Eq, false, true) => Op::JumpIfNotEqK,
        (Cmpop::NotEq, false, true) => Op::JumpIfNotNeK,
        (Cmpop::Gt, false, true) => Op::JumpIfNotGtK,
        (Cmpop::GtE, false, true) => Op::JumpIfNotGeK,
        _ => return None,
    })
}

impl<'a> Lower<'a> {
    /// A chain of binary operators; chains lean to the left and may be long.
    pub fn bin_op(&mut self, e: &'a Expr, first: &'a expr::BinOp, dst: Reg) -> Result<()> {
        let base = self.unit.depth;
        let mut spine = vec![(first, e.span)];
        let mut leaf = &first.left;
        while let ExprKind::BinOp(next) = &leaf.kind {
            spine.push((next, leaf.span));
            leaf = &next.left;
        }
        let mut constant = self.const_of(leaf);
        let mut left = None;
        while let Some((b, span)) = spine.pop() {
            if let Some(value) = &constant {
                if let Some(right) = self.const_of(&b.right)
                    && let Some(folded) = fold::binary(b.op, value, &right)
                {
                    constant = Some(folded);
                    continue;
                }
                if let Some(pieces) = super::percent::pieces(b.op, value, &b.right) {
                    constant = None;
                    self.unit.depth = base;
                    let place = if spine.is_empty() { dst } else { base };
                    self.percent_format(pieces, place, span)?;
                    if !spine.is_empty() {
                        self.unit.depth = base + 1;
                        left = Some(base);
                    }
                    continue;
                }
            }
            let lhs = match (constant.take(), left) {
                (Some(value), _) => self.push_const(b.left.span, value),
                (None, Some(reg)) => reg,
                (None, None) => self.operand(leaf, false)?,
            };
            let place = if spine.is_empty() { dst } else { base };
            self.binary_with(binary_op(b.op), place, lhs, &b.right, base, span)?;
            if !spine.is_empty() {
                self.unit.depth = base + 1;
                left = Some(base);
            }
        }
        if let Some(value) = constant {
            self.load_const(e.span, value, dst);
        }
        self.unit.depth = base;
        Ok(())
    }

    /// `R[dst] = R[lhs] op right`; afterwards `depth` is `base`.
    pub fn binary_with(
        &mut self,
        op: Op,
        dst: Reg,
        lhs: Reg,
        right: &'a Expr,
        base: Reg,
        span: Span,
    ) -> Result<()> {
        if let Some(constant_op) = constant_form(op)
            && self.unit.consts.len() < CONSTANT_OPERANDS_MAX
            && let Some(value) = self.const_of(right)
        {
            let index = self.unit.constant(value);
            self.unit.depth = base;
            self.emit(span, constant_op, [dst, lhs, index]);
            return Ok(());
        }
        let rhs = self.operand(right, true)?;
        self.unit.depth = base;
        self.emit(span, op, [dst, lhs, rhs]);
        Ok(())
    }

    // ---- comparisons ----

    /// A comparison as a value.
    pub fn compare(&mut self, c: &'a expr::Compare, dst: Reg, span: Span) -> Result<()> {
        self.check_compare(c, span);
        if let [op] = c.ops[..] {
            return self.compare_single(c, op, dst, span);
        }
        let base = self.unit.depth;
        let place = if dst >= base { dst } else { base };
        // The place of the result, then the operand that two comparisons share.
        self.unit.depth = place + 1;
        let end = self.label();
        let mut left = self.operand(&c.left, false)?;
        for (index, (op, right)) in c.ops.iter().zip(&c.comparators).enumerate() {
            if index + 1 == c.ops.len() {
                let rhs = self.compare_right(*op, right)?;
                self.emit(span, compare_op(*op), [place, left, rhs]);
                break;
            }
            let rhs = self.shared_operand(right, left, place + 1)?;
            if rhs < 0 {
                self.emit(span, compare_op(*op), [place, left, rhs]);
                self.emit_jump(span, Op::JumpIfFalseOrPop, [place], end);
            } else {
                let copy = self.unit.depth;
                self.emit(span, Op::Copy, [copy, rhs]);
                self.emit(span, compare_op(*op), [place, left, copy]);
                let cleanup = self.release_out_of_line(rhs, end, span);
                self.emit_jump(span, Op::JumpIfFalseOrPop, [place], cleanup);
            }
            left = rhs;
        }
        self.place(end);
        if place != dst {
            self.emit(span, Op::Move, [dst, place]);
        }
        self.unit.depth = base;
        Ok(())
    }

    /// An operand that two comparisons of a chain share. Temps alternate between `first` and the one above it,
    /// however long the chain: `left` is gone when the operand becomes the left one.
    fn shared_operand(&mut self, e: &'a Expr, left: Reg, first: Reg) -> Result<Reg> {
        if let ExprKind::Name(name) = &e.kind
            && let Some(reg) = self.borrowable(&name.id, false)
        {
            self.check_assigned(reg, e.span);
            return Ok(reg);
        }
        let slot = if left == first { first + 1 } else { first };
        self.unit.depth = slot.max(left + 1);
        self.expr(e, slot)?;
        self.unit.depth = left.max(slot) + 1;
        Ok(slot)
    }

    /// A comparison with one operator, as a value.
    pub fn compare_single(&mut self, c: &'a expr::Compare, op: Cmpop, dst: Reg, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let left = self.operand(&c.left, false)?;
        let Some(right) = c.comparators.first() else { return Ok(()) };
        let rhs = self.compare_right(op, right)?;
        self.unit.depth = base;
        self.emit(span, compare_op(op), [dst, left, rhs]);
        Ok(())
    }

    /// The right operand of a comparison: a constant display after `in` becomes a tuple or frozenset.
    fn compare_right(&mut self, op: Cmpop, right: &'a Expr) -> Result<Reg> {
        if matches!(op, Cmpop::In | Cmpop::NotIn)
            && let Some(value) = self.const_display(right)
        {
            return Ok(self.push_const(right.span, value));
        }
        self.operand(right, true)
    }

    /// Jump to `target` if the comparison is `when`.
    pub fn jump_if_compare(
        &mut self,
        c: &'a expr::Compare,
        target: Label,
        when: bool,
        span: Span,
    ) -> Result<()> {
        self.check_compare(c, span);
        let base = self.unit.depth;
        if let [op] = c.ops[..]
            && let [right] = &c.comparators[..]
        {
            let left = self.operand(&c.left, false)?;
            return self.jump_on(op, left, right, target, when, base, span);
        }
        // One comparison after the other; an operand that two share stays live between them.
        let end = self.label();
        let fails = if when { end } else { target };
        let mut left = self.operand(&c.left, false)?;
        for (index, (op, right)) in c.ops.iter().zip(&c.comparators).enumerate() {
            if index + 1 == c.ops.len() {
                self.jump_on(*op, left, right, target, when, base, span)?;
                break;
            }
            let rhs = self.shared_operand(right, left, base)?;
            let Some(jump) = jump_op(*op, false, false) else { break };
            if rhs < 0 {
                self.emit_jump(span, jump, [left, rhs], fails);
            } else {
                let copy = self.unit.depth;
                self.emit(span, Op::Copy, [copy, rhs]);
                let cleanup = self.release_out_of_line(rhs, fails, span);
                self.emit_jump(span, jump, [left, copy], cleanup);
            }
            left = rhs;
        }
        self.unit.depth = base;
        self.place(end);
        Ok(())
    }

    /// A label of code out of line that releases a temp and jumps on to `target`.
    pub fn release_out_of_line(&mut self, temp: Reg, target: Label, span: Span) -> Label {
        self.unit.code.begin_cold();
        let label = self.unit.code.here();
        self.emit(span, Op::Pop, [temp]);
        self.jump(span, target);
        self.unit.code.end_cold();
        label
    }

    #[allow(clippy::too_many_arguments)]
    fn jump_on(
        &mut self,
        op: Cmpop,
        left: Reg,
        right: &'a Expr,
        target: Label,
        when: bool,
        base: Reg,
        span: Span,
    ) -> Result<()> {
        if let Some(value) = self.const_of(right) {
            if value == Const::None && matches!(op, Cmpop::Is | Cmpop::IsNot) {
                let none = (op == Cmpop::Is) == when;
                self.unit.depth = base;
                self.emit_jump(span, if none { Op::JumpIfNone } else { Op::JumpIfNotNone }, [left], target);
                return Ok(());
            }
            if let Some(jump) = jump_op(op, when, true)
                && self.unit.consts.len() < CONSTANT_OPERANDS_MAX
            {
                let index = self.unit.constant(value);
                self.unit.depth = base;
                self.emit_jump(span, jump, [left, index], target);
                return Ok(());
            }
        }
        let rhs = self.compare_right(op, right)?;
        self.unit.depth = base;
        if let Some(jump) = jump_op(op, when, false) {
            self.emit_jump(span, jump, [left, rhs], target);
        }
        Ok(())
    }

    /// `is` with a literal is a mistake.
    fn check_compare(&mut self, c: &expr::Compare, span: Span) {
        let literal = |e: &Expr| match &e.kind {
            ExprKind::Constant(k) => match fold::literal(&k.value) {
                Const::None | Const::Bool(_) | Const::Ellipsis => None,
                Const::Int(_) | Const::BigInt(_) => Some("int"),
                Const::Float(_) => Some("float"),
                Const::Complex(..) => Some("complex"),
                Const::Str(_) => Some("str"),
                Const::Bytes(_) => Some("bytes"),
                Const::FrozenSet(_) => Some("frozenset"),
                _ => Some("tuple"),
            },
            ExprKind::Tuple(_) if fold::constant(e, 0).is_some() => Some("tuple"),
            _ => None,
        };
        let mut left = literal(&c.left);
        for (op, right) in c.ops.iter().zip(&c.comparators) {
            let right = literal(right);
            if matches!(op, Cmpop::Is | Cmpop::IsNot)
                && let Some(name) = left.or(right)
            {
                let message = if *op == Cmpop::Is {
                    format!("\"is\" with '{name}' literal. Did you mean \"==\"?")
                } else {
                    format!("\"is not\" with '{name}' literal. Did you mean \"!=\"?")
                };
                self.warn(message, span);
                return;
            }
            left = right;
        }
    }
}
