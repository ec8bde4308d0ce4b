//! `try … except … else … finally`.

use taipan_bytecode::Op;
use taipan_syntax::ast::{ExcepthandlerKind, Excepthandler, Span, Stmt, stmt};

use super::Lower;
use crate::code::{HandlerId, Label, Reg};
use crate::error::{Error, Result};
use crate::unit::Block;

pub(super) const NOWHERE: Span = Span::new(-1, -1, -1, -1);

impl<'a> Lower<'a> {
    pub fn try_stmt(&mut self, t: &'a stmt::Try, span: Span) -> Result<()> {
        if t.finalbody.is_empty() {
            return self.try_except(&t.body, &t.handlers, &t.orelse, span);
        }
        self.try_finally(&t.finalbody, span, |l| {
            if t.handlers.is_empty() { l.conditional(&t.body) } else { l.try_except(&t.body, &t.handlers, &t.orelse, span) }
        })
    }

    /// `try: body finally: finalbody`
    pub fn try_finally(
        &mut self,
        finalbody: &'a [Stmt],
        span: Span,
        body: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let base = self.unit.depth;
        let outer = self.unit.code.handler;
        let handler = self.unit.code.new_handler(base as u32, false);
        self.push_block(Block::FinallyTry { outer, body: finalbody })?;
        self.unit.code.handler = Some(handler);
        self.keyword_line(span);
        body(self)?;
        self.unit.blocks.pop();
        self.unit.code.handler = outer;
        self.conditional(finalbody)?;

        self.unit.code.begin_cold();
        let label = self.unit.code.handler_label(handler);
        self.place(label);
        let cleanup = self.begin_handler(base);
        self.push_block(Block::FinallyEnd { outer, base })?;
        self.conditional(finalbody)?;
        self.unit.blocks.pop();
        self.emit(NOWHERE, Op::Reraise, [base + 1, 0]);
        self.end_handler(cleanup, base, outer);
        self.unit.code.end_cold();
        self.unit.depth = base;
        Ok(())
    }

    /// The line of a keyword that has no code of its own, for tracing.
    pub fn keyword_line(&mut self, span: Span) {
        self.emit(Span::new(span.lineno, span.col_offset, span.lineno, span.col_offset), Op::Nop, []);
    }

    /// At a handler's entry, R[base] = the exception: make it the handled one. Afterwards R[base] is the previous
    /// one and R[base+1] this one, and what raises restores the previous one on its way.
    pub fn begin_handler(&mut self, base: Reg) -> HandlerId {
        let cleanup = self.unit.code.new_handler(base as u32 + 1, true);
        self.unit.code.handler = Some(cleanup);
        self.emit(NOWHERE, Op::PushExc, [base]);
        self.unit.depth = base + 2;
        cleanup
    }

    /// The code that `begin_handler` promised.
    pub fn end_handler(&mut self, cleanup: HandlerId, base: Reg, outer: Option<HandlerId>) {
        let label = self.unit.code.handler_label(cleanup);
        self.place(label);
        self.unit.code.handler = outer;
        self.emit(NOWHERE, Op::PopExc, [base]);
        self.emit(NOWHERE, Op::Reraise, [base + 2, 1]);
    }

    fn try_except(
        &mut self,
        body: &'a [Stmt],
        handlers: &'a [Excepthandler],
        orelse: &'a [Stmt],
        span: Span,
    ) -> Result<()> {
        let base = self.unit.depth;
        let outer = self.unit.code.handler;
        let handler = self.unit.code.new_handler(base as u32, false);
        let end = self.label();
        self.push_block(Block::Try { outer })?;
        self.unit.code.handler = Some(handler);
        self.keyword_line(span);
        self.conditional(body)?;
        self.unit.blocks.pop();
        self.unit.code.handler = outer;
        self.conditional(orelse)?;
        self.place(end);

        self.unit.code.begin_cold();
        let label = self.unit.code.handler_label(handler);
        self.place(label);
        let cleanup = self.begin_handler(base);
        for (index, clause) in handlers.iter().enumerate() {
            let last = index + 1 == handlers.len();
            self.except_clause(clause, last, base, cleanup, outer, end)?;
        }
        self.unit.code.handler = Some(cleanup);
        self.emit(NOWHERE, Op::Reraise, [base + 1, 0]);
        self.end_handler(cleanup, base, outer);
        self.unit.code.end_cold();
        self.unit.depth = base;
        Ok(())
    }

    fn except_clause(
        &mut self,
        clause: &'a Excepthandler,
        last: bool,
        base: Reg,
        cleanup: HandlerId,
        outer: Option<HandlerId>,
        end: Label,
    ) -> Result<()> {
        let ExcepthandlerKind::ExceptHandler(h) = &clause.kind;
        let span = clause.span;
        let next = self.label();
        self.unit.depth = base + 2;
        match &h.r#type {
            Some(class) => {
                let class = self.operand(class, true)?;
                self.emit_jump(h.r#type.as_ref().map_or(span, |t| t.span), Op::JumpIfNotExcMatch, [base + 1, class], next);
            }
            None if !last => return Err(Error::syntax("default 'except:' must be last", span)),
            None => {}
        }
        self.unit.depth = base + 1;
        match &h.name {
            None => {
                self.emit(span, Op::Pop, [base + 1]);
                self.push_block(Block::Handler { outer, prev: base, name: None })?;
                self.conditional(&h.body)?;
                self.unit.blocks.pop();
                self.unit.code.handler = outer;
                self.emit(NOWHERE, Op::PopExc, [base]);
                self.jump(NOWHERE, end);
            }
            Some(name) => {
                self.unit.depth = base + 2;
                self.store_name(name, base + 1, span)?;
                self.unit.depth = base + 1;
                let named = self.unit.code.new_handler(base as u32 + 1, true);
                self.unit.code.handler = Some(named);
                self.push_block(Block::Handler { outer, prev: base, name: Some(name) })?;
                self.conditional(&h.body)?;
                self.unit.blocks.pop();
                self.unit.code.handler = outer;
                self.emit(NOWHERE, Op::PopExc, [base]);
                self.unbind_exception(name)?;
                self.jump(NOWHERE, end);
                // The body raised: unbind the name, then as any handler.
                let label = self.unit.code.handler_label(named);
                self.place(label);
                self.unit.code.handler = Some(cleanup);
                self.unit.depth = base + 3;
                self.unbind_exception(name)?;
                self.emit(NOWHERE, Op::Reraise, [base + 2, 1]);
            }
        }
        self.unit.code.handler = Some(cleanup);
        self.place(next);
        Ok(())
    }
}
