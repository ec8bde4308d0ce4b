//! Conditions: jumps instead of values.

use taipan_bytecode::Op;
use taipan_syntax::ast::{Boolop, Expr, ExprKind, Span, Unaryop};

use super::Lower;
use crate::code::Label;
use crate::error::Result;
use crate::fold;

impl<'a> Lower<'a> {
    /// Jump to `target` if the truth of `e` is `when`, else go on.
    pub fn jump_if(&mut self, e: &'a Expr, target: Label, when: bool) -> Result<()> {
        if let Some(value) = self.const_of(e) {
            if fold::truth(&value) == when {
                self.jump(e.span, target);
            } else {
                self.emit(e.span, Op::Nop, []);
            }
            return Ok(());
        }
        self.nested(|l| l.jump_if_variable(e, target, when))
    }

    fn jump_if_variable(&mut self, e: &'a Expr, target: Label, when: bool) -> Result<()> {
        match &e.kind {
            ExprKind::UnaryOp(u) if u.op == Unaryop::Not => return self.jump_if(&u.operand, target, !when),
            ExprKind::BoolOp(b) => {
                let Some((last, first)) = b.values.split_last() else { return Ok(()) };
                // `a and b` jumps when false as soon as one is false; `or` the other way round.
                let decisive = b.op == Boolop::Or;
                if decisive == when {
                    first.iter().try_for_each(|v| self.jump_if(v, target, when))?;
                    return self.jump_if(last, target, when);
                }
                let end = self.label();
                first.iter().try_for_each(|v| self.jump_if(v, end, decisive))?;
                self.jump_if(last, target, when)?;
                self.place(end);
                return Ok(());
            }
            ExprKind::IfExp(i) => {
                let (orelse, end) = (self.label(), self.label());
                self.jump_if(&i.test, orelse, false)?;
                self.jump_if(&i.body, target, when)?;
                self.jump(Span::new(-1, -1, -1, -1), end);
                self.place(orelse);
                self.jump_if(&i.orelse, target, when)?;
                self.place(end);
                return Ok(());
            }
            ExprKind::Compare(c) => return self.jump_if_compare(c, target, when, e.span),
            _ => {}
        }
        let base = self.unit.depth;
        let value = self.operand(e, true)?;
        self.unit.depth = base;
        self.emit_jump(e.span, if when { Op::JumpIfTrue } else { Op::JumpIfFalse }, [value], target);
        Ok(())
    }
}
