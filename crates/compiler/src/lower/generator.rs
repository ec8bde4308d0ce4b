//! `yield`, `yield from`, `await`.

use taipan_bytecode::{Const, Intrinsic1, Op};
use taipan_syntax::ast::{Span, expr};

use super::Lower;
use crate::code::Reg;
use crate::error::{Error, Result};

impl<'a> Lower<'a> {
    pub fn yield_expr(&mut self, y: &'a expr::Yield, dst: Reg, span: Span) -> Result<()> {
        if !self.unit_scope().kind.is_function_like() {
            return Err(Error::syntax("'yield' outside function", span));
        }
        let base = self.unit.depth;
        let value = match &y.value {
            Some(e) => self.operand(e, true)?,
            None => self.push_const(span, Const::None),
        };
        self.unit.depth = base;
        self.emit_yield(value, dst, span);
        Ok(())
    }

    /// Yield R[value] (consumed); what is sent goes to `dst`.
    pub fn emit_yield(&mut self, mut value: Reg, dst: Reg, span: Span) {
        if self.unit.is_coroutine {
            let wrapped = if value >= 0 { value } else { self.unit.depth };
            self.emit(span, Op::CallIntrinsic1, [wrapped, value, Intrinsic1::AsyncGenWrap as i32]);
            value = wrapped;
        }
        self.emit(span, Op::YieldValue, [dst, value]);
    }

    pub fn yield_from_expr(&mut self, y: &'a expr::YieldFrom, dst: Reg, span: Span) -> Result<()> {
        if !self.unit_scope().kind.is_function_like() {
            return Err(Error::syntax("'yield from' outside function", span));
        }
        if self.unit.kind == crate::unit::UnitKind::AsyncFunction {
            return Err(Error::syntax("'yield from' inside async function", span));
        }
        let base = self.unit.depth;
        let place = if dst >= base { dst } else { base };
        let value = self.operand(&y.value, true)?;
        self.emit(span, Op::GetYieldFromIter, [place + 1, value]);
        self.delegate(place, span);
        if place != dst {
            self.emit(span, Op::Move, [dst, place]);
        }
        self.unit.depth = base;
        Ok(())
    }

    pub fn await_expr(&mut self, a: &'a expr::Await, dst: Reg, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let place = if dst >= base { dst } else { base };
        let value = self.operand(&a.value, true)?;
        self.emit_await(place, value, 0, span);
        if place != dst {
            self.emit(span, Op::Move, [dst, place]);
        }
        self.unit.depth = base;
        Ok(())
    }

    /// Await R[value] (consumed): the result goes to the temp `place`; `place + 1` is used.
    pub fn emit_await(&mut self, place: Reg, value: Reg, whence: i32, span: Span) {
        self.emit(span, Op::GetAwaitable, [place + 1, value, whence]);
        self.delegate(place, span);
    }

    /// Delegate to the iterator in `place + 1`; the result goes to `place`.
    pub fn delegate(&mut self, place: Reg, span: Span) {
        self.load_const(span, Const::None, place);
        self.emit(span, Op::YieldFrom, [place, place + 1]);
    }
}
