//! `with` and `async with`.

use taipan_bytecode::Op;
use taipan_syntax::ast::{Span, Stmt, Withitem};

use super::Lower;
use super::try_::NOWHERE;
use crate::code::Reg;
use crate::error::Result;
use crate::unit::Block;

/// Where messages say an awaitable came from.
const FROM_AENTER: i32 = 1;
const FROM_AEXIT: i32 = 2;

impl<'a> Lower<'a> {
    pub fn with_stmt(&mut self, items: &'a [Withitem], body: &'a [Stmt], is_async: bool, span: Span) -> Result<()> {
        let Some((item, rest)) = items.split_first() else { return self.conditional(body) };
        self.nested(|l| l.with_item(item, rest, body, is_async, span))
    }

    /// The exit pair is at `base`; the body runs with those two temps live.
    fn with_item(
        &mut self,
        item: &'a Withitem,
        rest: &'a [Withitem],
        body: &'a [Stmt],
        is_async: bool,
        span: Span,
    ) -> Result<()> {
        let base = self.unit.depth;
        let at = item.context_expr.span;
        let manager = self.operand(&item.context_expr, true)?;
        let entered = base + 2;
        let op = if is_async { Op::AsyncWithEnter } else { Op::WithEnter };
        self.emit(at, op, [base, manager, base + 3]);
        self.unit.depth = entered + 1;
        if is_async {
            self.emit_await(entered, entered, FROM_AENTER, at);
        }
        let outer = self.unit.code.handler;
        let handler = self.unit.code.new_handler(base as u32 + 2, true);
        self.unit.code.handler = Some(handler);
        self.push_block(Block::With { outer, base, is_async, span: at })?;
        match &item.optional_vars {
            Some(target) => self.store_target(target, entered)?,
            None => self.emit(at, Op::Pop, [entered]),
        }
        self.unit.depth = base + 2;
        self.with_stmt(rest, body, is_async, span)?;
        self.unit.blocks.pop();
        self.unit.code.handler = outer;
        self.unit.depth = base + 2;
        self.exit_with(base, is_async, at)?;
        let end = self.label();
        self.place(end);

        // R[base+2] = position, R[base+3] = the exception.
        self.unit.code.begin_cold();
        let label = self.unit.code.handler_label(handler);
        self.place(label);
        let cleanup = self.begin_handler(base + 3);
        let result = base + 5;
        self.emit(at, Op::WithExceptStart, [result, base, result]);
        self.unit.depth = result + 1;
        if is_async {
            self.emit_await(result, result, FROM_AEXIT, at);
        }
        let suppress = self.label();
        self.emit_jump(at, Op::JumpIfTrue, [result], suppress);
        self.emit(at, Op::Reraise, [base + 4, 2]);
        self.place(suppress);
        self.unit.code.handler = outer;
        self.emit(NOWHERE, Op::Pop, [base + 4]);
        self.emit(NOWHERE, Op::PopExc, [base + 3]);
        self.emit(NOWHERE, Op::Pop, [base + 2]);
        self.emit(NOWHERE, Op::Pop, [base + 1]);
        self.emit(NOWHERE, Op::Pop, [base]);
        self.jump(NOWHERE, end);
        self.end_handler(cleanup, base + 3, outer);
        self.unit.code.end_cold();
        self.unit.depth = base;
        Ok(())
    }

    /// Call the exit pair at `base` with three Nones and drop the result. Temps at `depth` and above are free.
    pub fn exit_with(&mut self, base: Reg, is_async: bool, span: Span) -> Result<()> {
        let result = self.unit.depth;
        self.emit(span, Op::WithExit, [result, base, result]);
        if is_async {
            self.unit.depth = result + 1;
            self.emit_await(result, result, FROM_AEXIT, span);
            self.unit.depth = result;
        }
        self.emit(span, Op::Pop, [result]);
        Ok(())
    }
}
