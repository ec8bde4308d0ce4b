//! Expressions that are no construct of their own file: constants, names, attributes, items, choices.

use taipan_bytecode::{Const, Op};
use taipan_syntax::ast::{Boolop, Expr, ExprContext, ExprKind, Identifier, Span, Unaryop, expr};

use super::Lower;
use crate::code::{Label, Reg};
use crate::error::{Error, Result};
use crate::fold;

impl<'a> Lower<'a> {
    /// Evaluate `e` into `dst`.
    pub fn expr(&mut self, e: &'a Expr, dst: Reg) -> Result<()> {
        match &e.kind {
            ExprKind::Constant(c) => {
                self.load_const(e.span, fold::literal(&c.value), dst);
                return Ok(());
            }
            ExprKind::Name(name) => {
                if name.id.as_str() == "__debug__" {
                    self.load_const(e.span, Const::Bool(self.optimize == 0), dst);
                    return Ok(());
                }
                return self.load_name(&name.id, dst, e.span);
            }
            _ => {}
        }
        self.nested(|l| l.compound_expr(e, dst))
    }

    fn compound_expr(&mut self, e: &'a Expr, dst: Reg) -> Result<()> {
        let span = e.span;
        match &e.kind {
            ExprKind::BoolOp(b) => self.bool_op(b, dst, span),
            ExprKind::NamedExpr(n) => self.named_expr(n, dst, span),
            ExprKind::BinOp(b) => self.bin_op(e, b, dst),
            ExprKind::UnaryOp(u) => self.unary_op(e, u, dst),
            ExprKind::Lambda(l) => self.lambda(l, dst, span),
            ExprKind::IfExp(i) => {
                let (orelse, end) = (self.label(), self.label());
                self.jump_if(&i.test, orelse, false)?;
                self.expr(&i.body, dst)?;
                self.jump(Span::new(-1, -1, -1, -1), end);
                self.place(orelse);
                self.expr(&i.orelse, dst)?;
                self.place(end);
                Ok(())
            }
            ExprKind::Dict(d) => self.dict(d, dst, span),
            ExprKind::Set(s) => self.set(&s.elts, dst, span),
            ExprKind::List(l) => self.list(&l.elts, dst, span),
            ExprKind::Tuple(t) => match self.const_of(e) {
                Some(value) => {
                    self.load_const(span, value, dst);
                    Ok(())
                }
                None => self.tuple(&t.elts, dst, span),
            },
            ExprKind::ListComp(_) | ExprKind::SetComp(_) | ExprKind::DictComp(_) | ExprKind::GeneratorExp(_) => {
                self.comprehension(e, dst)
            }
            ExprKind::Await(a) => self.await_expr(a, dst, span),
            ExprKind::Yield(y) => self.yield_expr(y, dst, span),
            ExprKind::YieldFrom(y) => self.yield_from_expr(y, dst, span),
            ExprKind::Compare(c) => self.compare(c, dst, span),
            ExprKind::Call(c) => self.call(c, dst, span),
            ExprKind::FormattedValue(f) => self.formatted_value(f, dst, span),
            ExprKind::JoinedStr(j) => self.joined_str(&j.values, dst, span),
            ExprKind::TemplateStr(t) => self.template_str(&t.values, dst, span),
            ExprKind::Interpolation(i) => self.interpolation(i, dst, span),
            ExprKind::Attribute(a) => self.attribute(a, dst, span),
            ExprKind::Subscript(s) => self.subscript(e, s, dst),
            ExprKind::Starred(s) => {
                if s.ctx == ExprContext::Store {
                    return Err(Error::syntax("starred assignment target must be in a list or tuple", span));
                }
                Err(Error::syntax("can't use starred expression here", span))
            }
            ExprKind::Slice(s) => self.slice(e, s, dst),
            ExprKind::Constant(_) | ExprKind::Name(_) => Ok(()),
        }
    }

    /// `and`, `or` as values.
    fn bool_op(&mut self, b: &'a expr::BoolOp, dst: Reg, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let place = if dst >= base { dst } else { base };
        let end = self.label();
        let Some((last, first)) = b.values.split_last() else {
            return Err(Error::other(crate::error::ErrorKind::Value, "empty values on BoolOp"));
        };
        for value in first {
            if let Some(constant) = self.const_of(value) {
                if fold::truth(&constant) == (b.op == Boolop::Or) {
                    self.load_const(value.span, constant, place);
                    self.jump(span, end);
                    break;
                }
                continue;
            }
            self.bool_operand(value, b.op, place, end, span)?;
        }
        self.expr(last, place)?;
        self.place(end);
        if place != dst {
            self.emit(span, Op::Move, [dst, place]);
        }
        self.unit.depth = base;
        Ok(())
    }

    /// Evaluate into `place` and jump to `end` if that decides; an operand that is itself `and` or `or` asks each of its
    /// parts for its truth only once.
    fn bool_operand(&mut self, value: &'a Expr, op: Boolop, place: Reg, end: Label, span: Span) -> Result<()> {
        let jump = match op {
            Boolop::And => Op::JumpIfFalseOrPop,
            Boolop::Or => Op::JumpIfTrueOrPop,
        };
        let inner = match &value.kind {
            ExprKind::BoolOp(inner) if self.const_of(value).is_none() => inner,
            _ => {
                self.expr(value, place)?;
                self.emit_jump(span, jump, [place], end);
                return Ok(());
            }
        };
        let Some((last, first)) = inner.values.split_last() else {
            return Err(Error::other(crate::error::ErrorKind::Value, "empty values on BoolOp"));
        };
        let next = self.label();
        for v in first {
            if inner.op == op {
                self.nested(|l| l.bool_operand(v, op, place, end, value.span))?;
            } else {
                self.jump_if(v, next, inner.op == Boolop::Or)?;
            }
        }
        self.nested(|l| l.bool_operand(last, op, place, end, span))?;
        self.place(next);
        Ok(())
    }

    fn named_expr(&mut self, n: &'a expr::NamedExpr, dst: Reg, span: Span) -> Result<()> {
        let ExprKind::Name(name) = &n.target.kind else {
            return Err(Error::other(crate::error::ErrorKind::Type, "NamedExpr target must be a Name"));
        };
        let base = self.unit.depth;
        if let Some(reg) = self.fast_target(&name.id) {
            self.expr(&n.value, reg)?;
            self.unit.touch(reg);
            self.emit(span, Op::Move, [dst, reg]);
            return Ok(());
        }
        let value = self.push(&n.value)?;
        let copy = self.push_temp();
        self.emit(span, Op::Copy, [copy, value]);
        self.store_name(&name.id, copy, n.target.span)?;
        if value != dst {
            self.emit(span, Op::Move, [dst, value]);
        }
        self.unit.depth = base;
        Ok(())
    }

    fn unary_op(&mut self, e: &'a Expr, u: &'a expr::UnaryOp, dst: Reg) -> Result<()> {
        if let Some(value) = self.const_of(e) {
            self.load_const(e.span, value, dst);
            return Ok(());
        }
        if u.op == Unaryop::Not
            && let ExprKind::Compare(c) = &u.operand.kind
            && let [op] = c.ops[..]
            && let Some(negated) = super::operator::negated(op)
        {
            return self.compare_single(c, negated, dst, u.operand.span);
        }
        let base = self.unit.depth;
        let operand = self.operand(&u.operand, true)?;
        let op = match u.op {
            Unaryop::Not => Op::Not,
            Unaryop::USub => Op::Neg,
            Unaryop::UAdd => Op::Pos,
            Unaryop::Invert => Op::Invert,
        };
        self.unit.depth = base;
        self.emit(e.span, op, [dst, operand]);
        Ok(())
    }

    /// Where the instruction that looks an attribute up stands: at the name, when that is on a later line.
    pub fn attr_span(span: Span, attr: &Identifier) -> Span {
        let length = i32::try_from(attr.chars().count()).unwrap_or(0);
        if span.lineno != span.end_lineno {
            let start = span.end_col_offset - length;
            if length <= span.end_col_offset {
                return Span::new(span.end_lineno, start, span.end_lineno, span.end_col_offset);
            }
            return Span::new(span.end_lineno, -1, span.end_lineno, -1);
        }
        span
    }

    fn attribute(&mut self, a: &'a expr::Attribute, dst: Reg, span: Span) -> Result<()> {
        if self.super_attribute(a, dst, span)? {
            return Ok(());
        }
        let base = self.unit.depth;
        let object = self.operand(&a.value, true)?;
        self.unit.depth = base;
        let name = self.attr_name(&a.attr);
        self.emit(Self::attr_span(span, &a.attr), Op::LoadAttr, [dst, object, name]);
        Ok(())
    }

    /// Index of a mangled attribute name.
    pub fn attr_name(&mut self, attr: &Identifier) -> i32 {
        let mangled = self.mangled(attr);
        self.unit.name_index(&mangled)
    }

    fn subscript(&mut self, e: &'a Expr, s: &'a expr::Subscript, dst: Reg) -> Result<()> {
        if let Some(value) = self.const_of(e) {
            self.load_const(e.span, value, dst);
            return Ok(());
        }
        self.check_subscripter(&s.value);
        self.check_index(&s.value, &s.slice);
        let base = self.unit.depth;
        if let Some((lower, upper)) = self.plain_slice(&s.slice) {
            let object = self.operand(&s.value, false)?;
            let start = self.push_bound(lower, s.slice.span)?;
            self.push_bound(upper, s.slice.span)?;
            self.unit.depth = base;
            self.emit(e.span, Op::LoadSlice, [dst, object, start]);
            return Ok(());
        }
        if let Some(index) = self.const_of(&s.slice) {
            let object = self.operand(&s.value, true)?;
            self.unit.depth = base;
            let index = self.unit.constant(index);
            self.emit(e.span, Op::LoadSubscrK, [dst, object, index]);
            return Ok(());
        }
        let object = self.operand(&s.value, false)?;
        let index = self.operand(&s.slice, true)?;
        self.unit.depth = base;
        self.emit(e.span, Op::LoadSubscr, [dst, object, index]);
        Ok(())
    }

    /// The bounds of a slice that has no step and is not constant.
    pub fn plain_slice(&self, slice: &'a Expr) -> Option<(Option<&'a Expr>, Option<&'a Expr>)> {
        let ExprKind::Slice(s) = &slice.kind else { return None };
        if s.step.is_some() || self.const_of(slice).is_some() {
            return None;
        }
        Some((s.lower.as_ref(), s.upper.as_ref()))
    }

    /// A bound in a new temp, None if it is absent.
    pub fn push_bound(&mut self, bound: Option<&'a Expr>, span: Span) -> Result<Reg> {
        match bound {
            Some(e) => self.push(e),
            None => Ok(self.push_const(span, Const::None)),
        }
    }

    fn slice(&mut self, e: &'a Expr, s: &'a expr::Slice, dst: Reg) -> Result<()> {
        if let Some(value) = self.const_of(e) {
            self.load_const(e.span, value, dst);
            return Ok(());
        }
        let base = self.unit.depth;
        self.push_bound(s.lower.as_ref(), e.span)?;
        self.push_bound(s.upper.as_ref(), e.span)?;
        let mut count = 2;
        if let Some(step) = &s.step {
            self.push(step)?;
            count = 3;
        }
        self.unit.depth = base;
        self.emit(e.span, Op::BuildSlice, [dst, base, count]);
        Ok(())
    }

    // ---- warnings about odd code ----

    /// Name of the type that a display or literal surely has.
    fn literal_type(e: &Expr) -> Option<&'static str> {
        Some(match &e.kind {
            ExprKind::Constant(c) => match fold::literal(&c.value) {
                Const::None => "NoneType",
                Const::Ellipsis => "ellipsis",
                Const::Bool(_) => "bool",
                Const::Int(_) | Const::BigInt(_) => "int",
                Const::Float(_) => "float",
                Const::Complex(..) => "complex",
                Const::Str(_) => "str",
                Const::Bytes(_) => "bytes",
                Const::Tuple(_) => "tuple",
                Const::FrozenSet(_) => "frozenset",
                Const::Slice(_) => "slice",
                Const::Code(_) => "code",
            },
            ExprKind::Tuple(_) => "tuple",
            ExprKind::List(_) | ExprKind::ListComp(_) => "list",
            ExprKind::Dict(_) | ExprKind::DictComp(_) => "dict",
            ExprKind::Set(_) | ExprKind::SetComp(_) => "set",
            ExprKind::GeneratorExp(_) => "generator",
            ExprKind::Lambda(_) => "function",
            ExprKind::JoinedStr(_) | ExprKind::FormattedValue(_) => "str",
            ExprKind::TemplateStr(_) | ExprKind::Interpolation(_) => "string.templatelib.Template",
            _ => return None,
        })
    }

    /// `"text"(…)`
    pub fn check_caller(&mut self, e: &Expr) {
        let odd = matches!(
            e.kind,
            ExprKind::Constant(_)
                | ExprKind::Tuple(_)
                | ExprKind::List(_)
                | ExprKind::ListComp(_)
                | ExprKind::Dict(_)
                | ExprKind::DictComp(_)
                | ExprKind::Set(_)
                | ExprKind::SetComp(_)
                | ExprKind::GeneratorExp(_)
                | ExprKind::JoinedStr(_)
                | ExprKind::TemplateStr(_)
                | ExprKind::FormattedValue(_)
                | ExprKind::Interpolation(_)
        );
        if let Some(name) = Self::literal_type(e).filter(|_| odd) {
            self.warn(format!("'{name}' object is not callable; perhaps you missed a comma?"), e.span);
        }
    }

    /// `1[…]`
    pub fn check_subscripter(&mut self, e: &Expr) {
        let odd = match &e.kind {
            ExprKind::Constant(c) => matches!(
                fold::literal(&c.value),
                Const::None
                    | Const::Ellipsis
                    | Const::Bool(_)
                    | Const::Int(_)
                    | Const::BigInt(_)
                    | Const::Float(_)
                    | Const::Complex(..)
                    | Const::FrozenSet(_)
            ),
            ExprKind::Set(_)
            | ExprKind::SetComp(_)
            | ExprKind::GeneratorExp(_)
            | ExprKind::TemplateStr(_)
            | ExprKind::Interpolation(_)
            | ExprKind::Lambda(_) => true,
            _ => false,
        };
        if let Some(name) = Self::literal_type(e).filter(|_| odd) {
            self.warn(format!("'{name}' object is not subscriptable; perhaps you missed a comma?"), e.span);
        }
    }

    /// `[…]["a"]`
    pub fn check_index(&mut self, e: &Expr, index: &Expr) {
        let sequence = match &e.kind {
            ExprKind::Constant(c) => matches!(fold::literal(&c.value), Const::Str(_) | Const::Bytes(_) | Const::Tuple(_)),
            ExprKind::Tuple(_)
            | ExprKind::List(_)
            | ExprKind::ListComp(_)
            | ExprKind::JoinedStr(_)
            | ExprKind::FormattedValue(_) => true,
            _ => false,
        };
        if !sequence {
            return;
        }
        let (Some(what), Some(by)) = (Self::literal_type(e), Self::literal_type(index)) else { return };
        if matches!(by, "int" | "bool") {
            return;
        }
        self.warn(
            format!("{what} indices must be integers or slices, not {by}; perhaps you missed a comma?"),
            e.span,
        );
    }
}
