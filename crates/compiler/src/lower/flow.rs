//! Choices, loops, and leaving them: `if`, `while`, `for`, `break`, `continue`, `return`.

use taipan_bytecode::{Const, Op};
use taipan_syntax::ast::{Identifier, Span, Stmt, StmtKind, stmt};

use super::Lower;
use crate::code::{Label, Reg};
use crate::error::{Error, Result};
use crate::fold;
use crate::unit::{Block, UnitKind};

const NOWHERE: Span = Span::new(-1, -1, -1, -1);

/// Blocks in one another.
const BLOCKS_MAX: usize = 21;

/// How far to leave blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leave {
    /// All blocks (`return`).
    All,
    /// Up to the innermost loop, which stays.
    ToLoop,
}

impl<'a> Lower<'a> {
    pub fn if_stmt(&mut self, first: &'a stmt::If) -> Result<()> {
        let end = self.label();
        let mut node = first;
        loop {
            let next = self.label();
            self.jump_if(&node.test, next, false)?;
            self.conditional(&node.body)?;
            if node.orelse.is_empty() {
                self.place(next);
                break;
            }
            self.jump(NOWHERE, end);
            self.place(next);
            match &node.orelse[..] {
                [Stmt { kind: StmtKind::If(elif), .. }] => node = elif,
                orelse => {
                    self.conditional(orelse)?;
                    break;
                }
            }
        }
        self.place(end);
        Ok(())
    }

    pub fn while_stmt(&mut self, w: &'a stmt::While) -> Result<()> {
        let (body, test, end) = (self.label(), self.label(), self.label());
        let constant = self.const_of(&w.test).map(|c| fold::truth(&c));
        match constant {
            Some(false) => self.emit(w.test.span, Op::Nop, []),
            Some(true) => self.emit(w.test.span, Op::Nop, []),
            None => self.jump(w.test.span, test),
        }
        if constant == Some(false) {
            // The body is compiled for its errors and thrown away as unreachable.
            self.jump(w.test.span, test);
        }
        self.place(body);
        self.push_block(Block::Loop { on_break: end, on_continue: test, iter: None })?;
        self.conditional(&w.body)?;
        self.unit.blocks.pop();
        match constant {
            // The way back is at the line of the test, as if it were made again.
            Some(true) => {
                self.place(test);
                self.emit_jump(w.test.span, Op::JumpBackward, [], body);
            }
            Some(false) => self.place(test),
            None => {
                self.place(test);
                self.jump_if(&w.test, body, true)?;
            }
        }
        self.conditional(&w.orelse)?;
        self.place(end);
        Ok(())
    }

    pub fn for_stmt(&mut self, f: &'a stmt::For) -> Result<()> {
        let iter = self.unit.depth;
        let (body, next, end) = (self.label(), self.label(), self.label());
        self.iterator_of(&f.iter, iter)?;
        self.unit.depth = iter + 1;
        self.jump(f.iter.span, next);
        self.place(body);
        let (item, direct) = self.loop_item(&f.target);
        if direct && f.target.span.lineno != f.iter.span.lineno {
            // The line of the assignment, which debuggers stop at.
            self.emit(f.target.span, Op::Nop, []);
        }
        if !direct {
            self.unit.depth = item + 1;
            self.store_target(&f.target, item)?;
            self.unit.depth = iter + 1;
        }
        self.push_block(Block::Loop { on_break: end, on_continue: next, iter: Some(iter) })?;
        self.conditional(&f.body)?;
        self.unit.blocks.pop();
        self.place(next);
        self.emit_jump(f.iter.span, Op::ForIter, [item, iter], body);
        self.unit.depth = iter;
        self.conditional(&f.orelse)?;
        self.place(end);
        Ok(())
    }

    pub fn async_for_stmt(&mut self, f: &'a stmt::AsyncFor) -> Result<()> {
        let iter = self.unit.depth;
        let (exhausted, end) = (self.label(), self.label());
        let iterable = self.operand(&f.iter, true)?;
        self.emit(f.iter.span, Op::GetAiter, [iter, iterable]);
        self.unit.depth = iter + 1;
        let top = self.async_next(iter, exhausted, f.iter.span);
        let item = self.push_temp();
        self.store_target(&f.target, item)?;
        self.unit.depth = iter + 1;
        self.push_block(Block::Loop { on_break: end, on_continue: top, iter: Some(iter) })?;
        self.conditional(&f.body)?;
        self.unit.blocks.pop();
        self.emit_jump(NOWHERE, Op::JumpBackward, [], top);
        self.place(exhausted);
        self.unit.depth = iter;
        self.conditional(&f.orelse)?;
        self.place(end);
        Ok(())
    }

    /// Open a block. CPython limits their nesting.
    pub fn push_block(&mut self, block: Block<'a>) -> Result<()> {
        let weight = |block: &Block<'_>| match block {
            Block::Handler { .. } | Block::StarHandler => 2,
            _ => 1,
        };
        let depth: usize = self.unit.blocks.iter().map(weight).sum();
        self.check_block_depth(depth)?;
        self.unit.blocks.push(block);
        Ok(())
    }

    /// Inlined comprehensions count as blocks, and generators have one around their body.
    pub fn check_block_depth(&self, blocks: usize) -> Result<()> {
        let around = usize::from(self.unit.is_generator || self.unit.is_coroutine);
        if blocks + self.unit.inlined.len() + around >= BLOCKS_MAX {
            return Err(Error::syntax("too many statically nested blocks", self.stmt_span));
        }
        Ok(())
    }

    // ---- leaving ----

    pub fn break_stmt(&mut self, span: Span) -> Result<()> {
        self.check_finally("break", span, true);
        let saved = self.unit.code.handler;
        self.emit(span, Op::Nop, []);
        let mut at = span;
        let Some((label, _, iter)) = self.leave(Leave::ToLoop, &mut at, None)? else {
            return Err(Error::syntax("'break' outside loop", span));
        };
        if let Some(iter) = iter {
            self.emit(at, Op::Pop, [iter]);
        }
        self.jump(at, label);
        self.unit.code.handler = saved;
        Ok(())
    }

    pub fn continue_stmt(&mut self, span: Span) -> Result<()> {
        self.check_finally("continue", span, true);
        let saved = self.unit.code.handler;
        self.emit(span, Op::Nop, []);
        let mut at = span;
        let Some((_, label, _)) = self.leave(Leave::ToLoop, &mut at, None)? else {
            return Err(Error::syntax("'continue' not properly in loop", span));
        };
        self.jump(at, label);
        self.unit.code.handler = saved;
        Ok(())
    }

    pub fn return_stmt(&mut self, r: &'a stmt::Return, span: Span) -> Result<()> {
        let function = self.unit_scope().kind == crate::symtable::ScopeKind::Function;
        if !function || self.unit.kind == UnitKind::Comprehension {
            return Err(Error::syntax("'return' outside function", span));
        }
        if r.value.is_some() && self.unit.is_coroutine && self.unit.is_generator {
            return Err(Error::syntax("'return' with value in async generator", span));
        }
        self.check_finally("return", span, false);
        let base = self.unit.depth;
        let saved = self.unit.code.handler;
        let must_run = self.unit.blocks.iter().any(|b| !matches!(b, Block::Loop { iter: None, .. } | Block::Try { .. }));
        let mut at = span;
        match &r.value {
            None => {
                self.emit(span, Op::Nop, []);
                self.leave(Leave::All, &mut at, None)?;
                self.emit(at, Op::ReturnNone, []);
            }
            Some(e) if !must_run => {
                let value = self.operand(e, true)?;
                self.leave(Leave::All, &mut at, None)?;
                self.emit(at, Op::Return, [value]);
            }
            Some(e) => match self.const_of(e) {
                Some(constant) => {
                    self.emit(e.span, Op::Nop, []);
                    if e.span.lineno == span.lineno {
                        at = e.span;
                    } else {
                        self.emit(span, Op::Nop, []);
                    }
                    self.leave(Leave::All, &mut at, None)?;
                    if constant == Const::None {
                        self.emit(at, Op::ReturnNone, []);
                    } else {
                        self.load_const(at, constant, base);
                        self.emit(at, Op::Return, [base]);
                    }
                }
                None => {
                    // The value waits in a temp while the blocks are left.
                    let value = self.push(e)?;
                    self.leave(Leave::All, &mut at, Some(Block::Value(value)))?;
                    self.emit(at, Op::Return, [value]);
                }
            },
        }
        self.unit.code.handler = saved;
        self.unit.depth = base;
        Ok(())
    }

    /// Leave blocks from the innermost outwards. While code of the program runs (`finally`), `keep` is an open block. What follows such code belongs to its last line, not to the
    /// statement's any more: then `at` becomes nowhere.
    fn leave(
        &mut self,
        how: Leave,
        at: &mut Span,
        keep: Option<Block<'a>>,
    ) -> Result<Option<(Label, Label, Option<Reg>)>> {
        let depth = self.unit.depth;
        let mut left = Vec::new();
        let mut found = None;
        while let Some(&block) = self.unit.blocks.last() {
            if let Block::Loop { on_break, on_continue, iter } = block
                && how == Leave::ToLoop
            {
                found = Some((on_break, on_continue, iter));
                break;
            }
            if let Block::StarHandler = block {
                let message = "'break', 'continue' and 'return' cannot appear in an except* block";
                return Err(Error::syntax(message, *at));
            }
            self.unit.blocks.pop();
            left.push(block);
            self.leave_block(block, *at, keep)?;
            if matches!(block, Block::FinallyTry { .. } | Block::With { .. }) {
                *at = NOWHERE;
            }
        }
        self.unit.blocks.extend(left.into_iter().rev());
        self.unit.depth = depth;
        Ok(found)
    }

    fn leave_block(&mut self, block: Block<'a>, span: Span, keep: Option<Block<'a>>) -> Result<()> {
        match block {
            Block::Loop { iter: Some(iter), .. } => self.emit(span, Op::Pop, [iter]),
            Block::Loop { iter: None, .. } | Block::StarHandler => {}
            Block::Value(reg) => self.emit(span, Op::Pop, [reg]),
            Block::Try { outer } => self.unit.code.handler = outer,
            Block::FinallyTry { outer, body } => {
                self.unit.code.handler = outer;
                if let Some(keep) = keep {
                    self.unit.blocks.push(keep);
                }
                self.stmts(body)?;
                if keep.is_some() {
                    self.unit.blocks.pop();
                }
                self.unit.code.handler = outer;
            }
            Block::FinallyEnd { outer, base } => {
                self.emit(span, Op::Pop, [base + 1]);
                self.unit.code.handler = outer;
                self.emit(span, Op::PopExc, [base]);
            }
            Block::With { outer, base, is_async, span: with_span } => {
                self.unit.code.handler = outer;
                self.exit_with(base, is_async, with_span)?;
            }
            Block::Handler { outer, prev, name } => {
                self.unit.code.handler = outer;
                self.emit(span, Op::PopExc, [prev]);
                if let Some(name) = name {
                    self.unbind_exception(name)?;
                }
            }
        }
        Ok(())
    }

    /// `name = None; del name`
    pub fn unbind_exception(&mut self, name: &Identifier) -> Result<()> {
        let none = self.unit.depth;
        if let Some(reg) = self.fast_target(name) {
            self.emit(NOWHERE, Op::ClearLocal, [reg]);
            return Ok(());
        }
        self.load_const(NOWHERE, Const::None, none);
        self.store_name(name, none, NOWHERE)?;
        self.delete_name(name, NOWHERE)
    }

    /// PEP 765: leaving a `finally` block by a jump.
    fn check_finally(&mut self, what: &str, span: Span, stops_at_loop: bool) {
        for block in self.unit.blocks.iter().rev() {
            match block {
                Block::FinallyEnd { .. } => {
                    self.warn(format!("'{what}' in a 'finally' block"), span);
                    return;
                }
                Block::Loop { .. } if stops_at_loop => return,
                _ => {}
            }
        }
    }
}
