//! `try … except* …`.
//!
//! In the handler: R[base] the previous exception, R[base+1] the original one, R[base+2] the list of exceptions raised
//! by clauses (and of what is left), R[base+3] what is not handled yet, R[base+4] the match of the current clause.

use taipan_bytecode::{Intrinsic2, Op};
use taipan_syntax::ast::{Excepthandler, ExcepthandlerKind, Span, stmt};

use super::Lower;
use super::try_::NOWHERE;
use crate::code::{HandlerId, Reg};
use crate::error::{Error, Result};
use crate::unit::Block;

impl<'a> Lower<'a> {
    pub fn try_star_stmt(&mut self, t: &'a stmt::TryStar, span: Span) -> Result<()> {
        if t.finalbody.is_empty() {
            return self.try_star_except(t, span);
        }
        self.try_finally(&t.finalbody, span, |l| {
            if t.handlers.is_empty() { l.conditional(&t.body) } else { l.try_star_except(t, span) }
        })
    }

    fn try_star_except(&mut self, t: &'a stmt::TryStar, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let outer = self.unit.code.handler;
        let handler = self.unit.code.new_handler(base as u32, false);
        let end = self.label();
        self.push_block(Block::Try { outer })?;
        self.unit.code.handler = Some(handler);
        self.keyword_line(span);
        self.conditional(&t.body)?;
        self.unit.blocks.pop();
        self.unit.code.handler = outer;
        self.conditional(&t.orelse)?;
        self.place(end);

        self.unit.code.begin_cold();
        let label = self.unit.code.handler_label(handler);
        self.place(label);
        let cleanup = self.begin_handler(base);
        let (orig, list, rest) = (base + 1, base + 2, base + 3);
        let first = t.handlers.first().map_or(span, |h| h.span);
        self.emit(first, Op::BuildList, [list, list, 0]);
        self.emit(first, Op::Copy, [rest, orig]);
        self.unit.depth = rest + 1;
        for clause in &t.handlers {
            self.star_clause(clause, base, cleanup)?;
        }
        // What no clause took is raised again with the rest.
        self.emit(NOWHERE, Op::ListAppend, [list, rest]);
        let which = Intrinsic2::PrepReraiseStar as i32;
        self.emit(NOWHERE, Op::CallIntrinsic2, [orig, orig, list, which]);
        let raise = self.label();
        let copy = list;
        self.emit(NOWHERE, Op::Copy, [copy, orig]);
        self.emit_jump(NOWHERE, Op::JumpIfNotNone, [copy], raise);
        self.emit(NOWHERE, Op::Pop, [orig]);
        self.unit.code.handler = outer;
        self.emit(NOWHERE, Op::PopExc, [base]);
        self.jump(NOWHERE, end);
        self.place(raise);
        self.emit(NOWHERE, Op::PopExc, [base]);
        self.emit(NOWHERE, Op::Reraise, [orig, 0]);
        self.end_handler(cleanup, base, outer);
        self.unit.code.end_cold();
        self.unit.depth = base;
        Ok(())
    }

    fn star_clause(&mut self, clause: &'a Excepthandler, base: Reg, cleanup: HandlerId) -> Result<()> {
        let ExcepthandlerKind::ExceptHandler(h) = &clause.kind;
        let span = clause.span;
        let (list, rest, matched) = (base + 2, base + 3, base + 4);
        let Some(class) = &h.r#type else {
            return Err(Error::syntax("except* needs a type", span));
        };
        self.unit.depth = rest + 1;
        let (no_match, next) = (self.label(), self.label());
        let class = self.operand(class, true)?;
        // Of the whole clause: it shows in the traceback of a group that is made here.
        self.emit(span, Op::CheckEgMatch, [matched, rest, class]);
        let copy = matched + 1;
        self.emit(span, Op::Copy, [copy, matched]);
        self.emit_jump(span, Op::JumpIfNone, [copy], no_match);
        self.unit.depth = matched + 1;
        match &h.name {
            Some(name) => self.store_name(name, matched, span)?,
            None => self.emit(span, Op::Pop, [matched]),
        }
        self.unit.depth = rest + 1;
        // The body raised: its exception joins the list.
        let raised = self.unit.code.new_handler(rest as u32 + 1, true);
        self.unit.code.handler = Some(raised);
        self.push_block(Block::StarHandler)?;
        self.conditional(&h.body)?;
        self.unit.blocks.pop();
        self.unit.code.handler = Some(cleanup);
        if let Some(name) = &h.name {
            self.unbind_exception(name)?;
        }
        self.jump(NOWHERE, next);
        let label = self.unit.code.handler_label(raised);
        self.place(label);
        // R[rest+1] = position, R[rest+2] = the exception.
        self.unit.depth = rest + 3;
        if let Some(name) = &h.name {
            self.unbind_exception(name)?;
        }
        self.emit(NOWHERE, Op::ListAppend, [list, rest + 2]);
        self.emit(NOWHERE, Op::Pop, [rest + 1]);
        self.jump(NOWHERE, next);
        self.place(no_match);
        self.emit(span, Op::Pop, [matched]);
        self.place(next);
        self.unit.depth = rest + 1;
        Ok(())
    }
}
