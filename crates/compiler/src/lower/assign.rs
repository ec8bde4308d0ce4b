//! Assignment: targets, unpacking, augmented assignment, deletion.

use taipan_bytecode::{Const, Op};
use taipan_syntax::ast::{Expr, ExprContext, ExprKind, Span, expr, stmt};

use super::Lower;
use super::display::is_starred;
use super::operator::inplace_op;
use crate::code::Reg;
use crate::error::{Error, Result};

/// Pairwise assignment of displays up to this length needs no tuple.
const PAIRWISE_MAX: usize = 16;

impl<'a> Lower<'a> {
    pub fn assign(&mut self, a: &'a stmt::Assign) -> Result<()> {
        if let [target] = &a.targets[..] {
            return self.assign_expr(target, &a.value, target.span);
        }
        let base = self.unit.depth;
        let value = self.push(&a.value)?;
        let Some((last, first)) = a.targets.split_last() else { return Ok(()) };
        for target in first {
            let copy = self.unit.depth;
            self.emit(a.value.span, Op::Copy, [copy, value]);
            self.unit.depth = copy + 1;
            self.store_target(target, copy)?;
            self.unit.depth = value + 1;
        }
        self.store_target(last, value)?;
        self.unit.depth = base;
        Ok(())
    }

    /// `target = value`
    pub fn assign_expr(&mut self, target: &'a Expr, value: &'a Expr, _span: Span) -> Result<()> {
        let base = self.unit.depth;
        match &target.kind {
            ExprKind::Name(name) => {
                if let Some(reg) = self.fast_target(&name.id) {
                    self.expr(value, reg)?;
                    self.unit.touch(reg);
                    return Ok(());
                }
            }
            ExprKind::Tuple(t) => {
                if self.pairwise(&t.elts, value)? {
                    return Ok(());
                }
            }
            ExprKind::List(l) => {
                if self.pairwise(&l.elts, value)? {
                    return Ok(());
                }
            }
            _ => {}
        }
        // A name may be borrowed: the target is evaluated after it, but borrowing takes care of rebinding.
        let reg = self.operand(value, false)?;
        self.store_target(target, reg)?;
        self.unit.depth = base;
        Ok(())
    }

    /// `a, b = x, y` without a tuple.
    fn pairwise(&mut self, targets: &'a [Expr], value: &'a Expr) -> Result<bool> {
        let values = match &value.kind {
            ExprKind::Tuple(t) => &t.elts,
            ExprKind::List(l) => &l.elts,
            _ => return Ok(false),
        };
        if targets.len() != values.len()
            || targets.is_empty()
            || targets.len() > PAIRWISE_MAX
            || targets.iter().any(is_starred)
            || values.iter().any(is_starred)
        {
            return Ok(false);
        }
        let base = self.unit.depth;
        let constants: Vec<Option<Const>> = values.iter().map(|v| self.const_of(v)).collect();
        let mut registers = Vec::with_capacity(values.len());
        for (index, (value, constant)) in values.iter().zip(&constants).enumerate() {
            registers.push(match constant {
                Some(_) => None,
                None => Some(match self.unchanged_by(&targets[..index], value) {
                    Some(reg) => {
                        self.check_assigned(reg, value.span);
                        reg
                    }
                    None => self.push(value)?,
                }),
            });
        }
        for ((target, value), (reg, constant)) in targets.iter().zip(values).zip(registers.iter().zip(constants)) {
            match (reg, constant) {
                (Some(reg), _) => self.store_target(target, *reg)?,
                (None, Some(constant)) => {
                    if let ExprKind::Name(name) = &target.kind
                        && let Some(fast) = self.fast_target(&name.id)
                    {
                        self.unit.touch(fast);
                        self.load_const(value.span, constant, fast);
                    } else {
                        let depth = self.unit.depth;
                        let reg = self.push_const(value.span, constant);
                        self.store_target(target, reg)?;
                        self.unit.depth = depth;
                    }
                }
                (None, None) => {}
            }
        }
        self.unit.depth = base;
        Ok(true)
    }

    /// The register of a local that can be read as late as after the stores to `targets`.
    fn unchanged_by(&mut self, targets: &'a [Expr], value: &'a Expr) -> Option<Reg> {
        let ExprKind::Name(name) = &value.kind else { return None };
        let reg = self.borrowable(&name.id, false)?;
        for target in targets {
            match &target.kind {
                ExprKind::Name(other) if self.fast_target(&other.id) != Some(reg) => {}
                ExprKind::Attribute(_) | ExprKind::Subscript(_) => {}
                _ => return None,
            }
        }
        Some(reg)
    }

    /// Store R[src] (consumed if it is a temp) to a target. `depth` counts `src`; the caller resets it.
    pub fn store_target(&mut self, target: &'a Expr, src: Reg) -> Result<()> {
        let span = target.span;
        match &target.kind {
            ExprKind::Name(name) => self.store_name(&name.id, src, span),
            ExprKind::Attribute(a) => {
                self.note_static_attribute(&a.value, &a.attr);
                let depth = self.unit.depth;
                let object = self.operand(&a.value, true)?;
                self.unit.depth = depth;
                let name = self.attr_name(&a.attr);
                self.emit(Self::attr_span(span, &a.attr), Op::StoreAttr, [object, src, name]);
                Ok(())
            }
            ExprKind::Subscript(s) => self.store_subscript(s, src, span),
            ExprKind::Tuple(t) => self.nested(|l| l.unpack(&t.elts, src, span)),
            ExprKind::List(l) => {
                let elts = &l.elts;
                self.nested(|l| l.unpack(elts, src, span))
            }
            ExprKind::Starred(_) => {
                Err(Error::syntax("starred assignment target must be in a list or tuple", span))
            }
            _ => Err(Error::syntax("cannot assign to expression", span)),
        }
    }

    fn store_subscript(&mut self, s: &'a expr::Subscript, src: Reg, span: Span) -> Result<()> {
        let depth = self.unit.depth;
        let object = self.operand(&s.value, false)?;
        if let Some((lower, upper)) = self.plain_slice(&s.slice) {
            let bounds = self.push_bound(lower, s.slice.span)?;
            self.push_bound(upper, s.slice.span)?;
            self.unit.depth = depth;
            self.emit(span, Op::StoreSlice, [object, bounds, src]);
            return Ok(());
        }
        let index = self.operand(&s.slice, true)?;
        self.unit.depth = depth;
        self.emit(span, Op::StoreSubscr, [object, index, src]);
        Ok(())
    }

    /// Unpack R[src] into targets.
    fn unpack(&mut self, targets: &'a [Expr], src: Reg, span: Span) -> Result<()> {
        let depth = self.unit.depth;
        let mut star = None;
        for (index, target) in targets.iter().enumerate() {
            if is_starred(target) {
                if star.is_some() {
                    return Err(Error::syntax("multiple starred expressions in assignment", span));
                }
                star = Some(index);
            }
        }
        let base = if src >= 0 && src + 1 == depth { src } else { depth };
        match star {
            Some(before) => {
                let after = targets.len() - before - 1;
                if before >= 1 << 8 || after >= i32::MAX as usize >> 8 {
                    return Err(Error::syntax("too many expressions in star-unpacking assignment", span));
                }
                self.emit(span, Op::UnpackEx, [src, base, before as i32, after as i32]);
            }
            None => {
                if let Some(first) = self.consecutive_locals(targets) {
                    self.emit(span, Op::UnpackSequence, [src, first, targets.len() as i32]);
                    return Ok(());
                }
                self.emit(span, Op::UnpackSequence, [src, base, targets.len() as i32]);
            }
        }
        self.unit.depth = base + targets.len() as Reg;
        for (reg, target) in (base..).zip(targets) {
            let target = match &target.kind {
                ExprKind::Starred(s) => &s.value,
                _ => target,
            };
            self.store_target(target, reg)?;
        }
        self.unit.depth = depth;
        Ok(())
    }

    /// The first register, if the targets are plain locals whose registers follow one another.
    fn consecutive_locals(&mut self, targets: &'a [Expr]) -> Option<Reg> {
        let mut registers = Vec::with_capacity(targets.len());
        for target in targets {
            let ExprKind::Name(name) = &target.kind else { return None };
            registers.push(self.fast_target(&name.id)?);
        }
        // Only plain locals keep their order; new ones take theirs now.
        let first = *registers.first()?;
        for &reg in &registers {
            self.unit.touch(reg);
        }
        let order = self.unit.order_of(first)?;
        let ordered = (order..).zip(&registers).all(|(place, &reg)| self.unit.order_of(reg) == Some(place));
        ordered.then_some(first)
    }

    // ---- augmented assignment ----

    pub fn aug_assign(&mut self, a: &'a stmt::AugAssign, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let op = inplace_op(a.op);
        match &a.target.kind {
            ExprKind::Name(name) => {
                if let Some(reg) = self.fast_target(&name.id) {
                    let lhs = self.operand(&a.target, false)?;
                    return self.binary_with(op, reg, lhs, &a.value, base, span);
                }
                self.load_name(&name.id, base, a.target.span)?;
                self.unit.depth = base + 1;
                self.binary_with(op, base, base, &a.value, base, span)?;
                self.store_name(&name.id, base, a.target.span)
            }
            ExprKind::Attribute(t) => {
                self.note_static_attribute(&t.value, &t.attr);
                let object = self.operand(&t.value, false)?;
                let copy = self.keep(object, a.target.span);
                let place = self.unit.depth;
                let name = self.attr_name(&t.attr);
                let at = Self::attr_span(a.target.span, &t.attr);
                self.emit(at, Op::LoadAttr, [place, copy, name]);
                self.unit.depth = place + 1;
                self.binary_with(op, place, place, &a.value, base, span)?;
                self.emit(at, Op::StoreAttr, [object, place, name]);
                Ok(())
            }
            ExprKind::Subscript(t) => self.aug_subscript(a, t, op, span),
            _ => Err(Error::syntax(
                format!("invalid node type ({}) for augmented assignment", a.target.info().name),
                a.target.span,
            )),
        }
    }

    /// A register with the same value that may be consumed.
    fn keep(&mut self, reg: Reg, span: Span) -> Reg {
        if reg < 0 {
            return reg;
        }
        // At `depth`, not counted: the next instruction consumes it.
        let copy = self.unit.depth;
        self.emit(span, Op::Copy, [copy, reg]);
        copy
    }

    fn aug_subscript(&mut self, a: &'a stmt::AugAssign, t: &'a expr::Subscript, op: Op, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let at = a.target.span;
        let object = self.operand(&t.value, false)?;
        if let Some((lower, upper)) = self.plain_slice(&t.slice) {
            let bounds = self.push_bound(lower, t.slice.span)?;
            self.push_bound(upper, t.slice.span)?;
            let place = self.unit.depth;
            self.emit(at, Op::Copy, [place, bounds]);
            self.emit(at, Op::Copy, [place + 1, bounds + 1]);
            self.unit.depth = place + 2;
            let copy = self.keep(object, at);
            self.emit(at, Op::LoadSlice, [place, copy, place]);
            self.unit.depth = place + 1;
            self.binary_with(op, place, place, &a.value, base, span)?;
            self.emit(at, Op::StoreSlice, [object, bounds, place]);
            return Ok(());
        }
        let place;
        let index = match self.const_of(&t.slice) {
            Some(index) => {
                let k = self.unit.constant(index.clone());
                let copy = self.keep(object, at);
                place = self.unit.depth;
                self.emit(at, Op::LoadSubscrK, [place, copy, k]);
                self.unit.depth = place + 1;
                Err(index)
            }
            None => {
                let index = self.operand(&t.slice, false)?;
                let object_copy = self.keep(object, at);
                place = self.unit.depth;
                self.unit.depth += Reg::from(object_copy >= 0);
                let index_copy = self.keep(index, at);
                self.emit(at, Op::LoadSubscr, [place, object_copy, index_copy]);
                self.unit.depth = place + 1;
                Ok(index)
            }
        };
        self.binary_with(op, place, place, &a.value, base, span)?;
        let index = match index {
            Ok(reg) => reg,
            Err(constant) => {
                self.load_const(t.slice.span, constant, place + 1);
                place + 1
            }
        };
        self.unit.depth = base;
        self.emit(at, Op::StoreSubscr, [object, index, place]);
        Ok(())
    }

    // ---- deletion ----

    pub fn delete(&mut self, target: &'a Expr) -> Result<()> {
        let span = target.span;
        let base = self.unit.depth;
        match &target.kind {
            ExprKind::Name(name) => self.delete_name(&name.id, span),
            ExprKind::Attribute(a) => {
                let object = self.operand(&a.value, true)?;
                self.unit.depth = base;
                let name = self.attr_name(&a.attr);
                self.emit(Self::attr_span(span, &a.attr), Op::DeleteAttr, [object, name]);
                Ok(())
            }
            ExprKind::Subscript(s) => {
                let object = self.operand(&s.value, false)?;
                let index = self.operand(&s.slice, true)?;
                self.unit.depth = base;
                self.emit(span, Op::DeleteSubscr, [object, index]);
                Ok(())
            }
            ExprKind::Tuple(t) if t.ctx == ExprContext::Del => {
                self.nested(|l| t.elts.iter().try_for_each(|e| l.delete(e)))
            }
            ExprKind::List(l) if l.ctx == ExprContext::Del => {
                let elts = &l.elts;
                self.nested(|l| elts.iter().try_for_each(|e| l.delete(e)))
            }
            _ => Err(Error::syntax("cannot delete expression", span)),
        }
    }
}
