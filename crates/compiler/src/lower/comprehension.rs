//! Comprehensions, inlined or as functions, and generator expressions.

use taipan_bytecode::{Op, local_kind};
use taipan_syntax::ast::{Comprehension as Clause, Expr, ExprKind, Identifier, Span};

use super::Lower;
use super::call::HEADER;
use super::display::is_starred;
use crate::code::{Label, Reg};
use crate::error::{Error, ErrorKind, Result};
use crate::symtable::{Comprehension, Meaning, Part, ScopeId};
use crate::unit::UnitKind;

/// The parts of a comprehension.
#[derive(Clone, Copy)]
struct Parts<'a> {
    kind: Comprehension,
    scope: ScopeId,
    clauses: &'a [Clause],
    element: &'a Expr,
    value: Option<&'a Expr>,
    span: Span,
    /// Where the result is collected.
    result: Reg,
}

impl<'a> Lower<'a> {
    pub fn comprehension(&mut self, e: &'a Expr, dst: Reg) -> Result<()> {
        let (kind, scope, clauses, element, value) = match &e.kind {
            ExprKind::ListComp(c) => {
                (Comprehension::List, self.table.lookup(&**c, Part::Body), &c.generators, &c.elt, None)
            }
            ExprKind::SetComp(c) => {
                (Comprehension::Set, self.table.lookup(&**c, Part::Body), &c.generators, &c.elt, None)
            }
            ExprKind::DictComp(c) => {
                let scope = self.table.lookup(&**c, Part::Body);
                (Comprehension::Dict, scope, &c.generators, &c.key, Some(&c.value))
            }
            ExprKind::GeneratorExp(c) => {
                (Comprehension::Generator, self.table.lookup(&**c, Part::Body), &c.generators, &c.elt, None)
            }
            _ => return Ok(()),
        };
        let scope = scope.ok_or_else(|| Error::other(ErrorKind::Value, "unknown scope"))?;
        let parts = Parts { kind, scope, clauses, element, value, span: e.span, result: 0 };
        let is_async = self.table.scopes[scope].coroutine && kind != Comprehension::Generator;
        let allowed = matches!(self.unit.kind, UnitKind::AsyncFunction | UnitKind::Comprehension)
            || (self.top_level_await && self.unit.kind == UnitKind::Module);
        if is_async && !allowed {
            let message = "asynchronous comprehension outside of an asynchronous function";
            return Err(Error::syntax(message, e.span));
        }
        if self.table.scopes[scope].inlined {
            self.inlined_comprehension(parts, dst)
        } else {
            self.comprehension_function(parts, dst, is_async)
        }
    }

    fn build_result(&mut self, kind: Comprehension, place: Reg, span: Span) {
        let op = match kind {
            Comprehension::Set => Op::BuildSet,
            Comprehension::Dict => Op::BuildMap,
            _ => Op::BuildList,
        };
        self.emit(span, op, [place, place, 0]);
    }

    /// Evaluate the outermost iterable and get its iterator, into `dst`.
    fn outermost_iterator(&mut self, clause: &'a Clause, dst: Reg) -> Result<()> {
        let base = self.unit.depth;
        let iterable = self.operand(&clause.iter, true)?;
        self.unit.depth = base;
        let op = if clause.is_async != 0 { Op::GetAiter } else { Op::GetIter };
        self.emit(clause.iter.span, op, [dst, iterable]);
        Ok(())
    }

    fn inlined_comprehension(&mut self, mut parts: Parts<'a>, dst: Reg) -> Result<()> {
        let span = parts.span;
        let Some(first) = parts.clauses.first() else { return Ok(()) };
        let base = self.unit.depth;
        let place = if dst >= base { dst } else { base };
        parts.result = place;
        self.build_result(parts.kind, place, span);
        self.unit.depth = place + 1;
        let iter = self.unit.depth;
        self.outermost_iterator(first, iter)?;
        self.unit.depth = iter + 1;

        // Whatever happens, the comprehension's variables are gone afterwards.
        let names: Vec<(Identifier, bool)> = self.table.scopes[parts.scope]
            .symbols
            .iter()
            .filter(|(_, s)| matches!(s.meaning, Meaning::Local | Meaning::Cell))
            .filter(|(name, _)| name.as_str() != ".0")
            .map(|(name, s)| (name.clone(), s.meaning == Meaning::Cell))
            .collect();
        if !names.is_empty() {
            self.check_block_depth(self.unit.blocks.len())?;
        }
        self.unit.inlined.push(parts.scope);
        let outer = self.unit.code.handler;
        let mut registers = Vec::with_capacity(names.len());
        for (name, cell) in names {
            let reg = self.inlined_local(parts.scope, &name, cell);
            if cell {
                self.emit(span, Op::MakeCell, [reg]);
            }
            registers.push(reg);
        }
        let handler = (!registers.is_empty()).then(|| self.unit.code.new_handler(place as u32, false));
        if handler.is_some() {
            self.unit.code.handler = handler;
        }
        self.clauses(parts, 0, Some(iter))?;
        self.unit.code.handler = outer;
        self.unit.inlined.pop();
        for &reg in &registers {
            self.emit(span, Op::ClearLocal, [reg]);
        }
        if let Some(handler) = handler {
            self.unit.code.begin_cold();
            let label = self.unit.code.handler_label(handler);
            self.place(label);
            for &reg in &registers {
                self.emit(span, Op::ClearLocal, [reg]);
            }
            self.emit(span, Op::Reraise, [place, 0]);
            self.unit.code.end_cold();
        }
        if place != dst {
            self.emit(span, Op::Move, [dst, place]);
        }
        self.unit.depth = base;
        Ok(())
    }

    fn comprehension_function(&mut self, mut parts: Parts<'a>, dst: Reg, is_async: bool) -> Result<()> {
        let span = parts.span;
        let Some(first) = parts.clauses.first() else { return Ok(()) };
        let base = self.unit.depth;
        let name = match parts.kind {
            Comprehension::Dict => "<dictcomp>",
            Comprehension::Set => "<setcomp>",
            Comprehension::Generator => "<genexpr>",
            _ => "<listcomp>",
        };
        self.enter_unit(parts.scope, UnitKind::Comprehension, &name.into(), span.lineno)?;
        self.unit.arg_counts[0] = 1;
        let argument = self.unit.parameter(&".0".into(), local_kind::ARG_POS | local_kind::ARG_KW);
        self.unit.is_generator = parts.kind == Comprehension::Generator;
        self.unit.is_coroutine = self.table.scopes[parts.scope].coroutine;
        self.prologue(span)?;
        let mut iter = 0;
        if parts.kind != Comprehension::Generator {
            self.build_result(parts.kind, 0, span);
            iter = 1;
        }
        parts.result = 0;
        self.emit(first.iter.span, Op::Move, [iter, argument]);
        self.unit.depth = iter + 1;
        self.clauses(parts, 0, Some(iter))?;
        if parts.kind == Comprehension::Generator {
            self.emit(Span::new(-1, -1, -1, -1), Op::ReturnNone, []);
        } else {
            self.emit(span, Op::Return, [0]);
        }
        let code = self.leave_unit()?;

        let w = base;
        self.make_closure(code, parts.scope, 0, w, w, span)?;
        self.unit.depth = w + HEADER;
        self.outermost_iterator(first, w + HEADER)?;
        self.unit.depth = base;
        if is_async {
            let place = if dst >= base { dst } else { base };
            self.emit(span, Op::Call, [place, w, 1]);
            self.emit_await(place, place, 0, span);
            if place != dst {
                self.emit(span, Op::Move, [dst, place]);
            }
        } else {
            self.emit(span, Op::Call, [dst, w, 1]);
        }
        Ok(())
    }

    /// The loops from clause `index` on. `iter`: the iterator of this clause if it is there already.
    fn clauses(&mut self, parts: Parts<'a>, index: usize, iter: Option<Reg>) -> Result<()> {
        let Some(clause) = parts.clauses.get(index) else { return self.element(parts) };
        let span = clause.iter.span;
        let base = iter.unwrap_or(self.unit.depth);
        if clause.is_async != 0 {
            return self.async_clause(parts, index, base, iter.is_some());
        }
        if iter.is_none()
            && let Some(item) = single_item(&clause.iter)
        {
            // `for y in [f(x)]` is an assignment.
            let skip = self.label();
            self.assign_expr(&clause.target, item, clause.target.span)?;
            self.conditions_and_rest(parts, index, skip)?;
            self.place(skip);
            return Ok(());
        }
        if iter.is_none() {
            self.iterator_of(&clause.iter, base)?;
            self.unit.depth = base + 1;
        }
        let (body, next) = (self.label(), self.label());
        self.jump(span, next);
        self.place(body);
        let (item, direct) = self.loop_item(&clause.target);
        if direct && clause.target.span.lineno != span.lineno {
            self.emit(clause.target.span, Op::Nop, []);
        }
        if !direct {
            self.unit.depth = item + 1;
            self.store_target(&clause.target, item)?;
        }
        self.conditions_and_rest(parts, index, next)?;
        self.place(next);
        self.emit_jump(span, Op::ForIter, [item, base], body);
        self.unit.depth = base;
        Ok(())
    }

    fn conditions_and_rest(&mut self, parts: Parts<'a>, index: usize, skip: Label) -> Result<()> {
        for condition in &parts.clauses[index].ifs {
            self.jump_if(condition, skip, false)?;
        }
        self.nested(|l| l.clauses(parts, index + 1, None))
    }

    fn async_clause(&mut self, parts: Parts<'a>, index: usize, iter: Reg, have_iter: bool) -> Result<()> {
        let clause = &parts.clauses[index];
        let span = clause.iter.span;
        if !have_iter {
            let iterable = self.operand(&clause.iter, true)?;
            self.emit(span, Op::GetAiter, [iter, iterable]);
            self.unit.depth = iter + 1;
        }
        let end = self.label();
        let top = self.async_next(iter, end, span);
        let item = self.push_temp();
        self.store_target(&clause.target, item)?;
        self.conditions_and_rest(parts, index, top)?;
        self.emit_jump(span, Op::JumpBackward, [], top);
        self.place(end);
        self.unit.depth = iter;
        Ok(())
    }

    /// The head of an `async for`: the label to go on with; the next item is in the temp above `iter`.
    /// When there is none, control goes to `end`, with the iterator released.
    pub fn async_next(&mut self, iter: Reg, end: Label, span: Span) -> Label {
        let outer = self.unit.code.handler;
        let handler = self.unit.code.new_handler(iter as u32 + 1, false);
        let top = self.unit.code.here();
        self.unit.code.handler = Some(handler);
        self.emit(span, Op::GetAnext, [iter + 2, iter]);
        self.delegate(iter + 1, span);
        self.unit.code.handler = outer;
        self.unit.code.begin_cold();
        let label = self.unit.code.handler_label(handler);
        self.place(label);
        self.emit(span, Op::EndAsyncFor, [iter, iter + 1]);
        self.jump(span, end);
        self.unit.code.end_cold();
        top
    }

    fn element(&mut self, parts: Parts<'a>) -> Result<()> {
        let base = self.unit.depth;
        let span = parts.element.span;
        match parts.kind {
            Comprehension::Generator => {
                let value = self.operand(parts.element, true)?;
                self.emit_yield(value, base, span);
                self.emit(span, Op::Pop, [base]);
            }
            Comprehension::Dict => {
                let Some(value) = parts.value else { return Ok(()) };
                let key = self.operand(parts.element, false)?;
                let reg = self.operand(value, true)?;
                self.emit(span.to(value.span), Op::MapAdd, [parts.result, key, reg]);
            }
            kind => {
                let value = self.operand(parts.element, true)?;
                let op = if kind == Comprehension::Set { Op::SetAdd } else { Op::ListAppend };
                self.emit(span, op, [parts.result, value]);
            }
        }
        self.unit.depth = base;
        Ok(())
    }

    // ---- loops in general ----

    /// Evaluate an iterable and leave its iterator in the temp `dst`, which is at `depth`.
    pub fn iterator_of(&mut self, e: &'a Expr, dst: Reg) -> Result<()> {
        let base = self.unit.depth;
        let iterable = match self.const_display(e) {
            Some(value) => self.push_const(e.span, value),
            None => self.operand(e, true)?,
        };
        self.unit.depth = base;
        self.emit(e.span, Op::GetIter, [dst, iterable]);
        Ok(())
    }

    /// Where a loop puts its items: the target itself if it is a plain local, else a temp at `depth`.
    pub fn loop_item(&mut self, target: &'a Expr) -> (Reg, bool) {
        if let ExprKind::Name(name) = &target.kind
            && let Some(reg) = self.fast_target(&name.id)
        {
            self.unit.touch(reg);
            return (reg, true);
        }
        (self.unit.depth, false)
    }
}

/// The item of a display with exactly one.
fn single_item(e: &Expr) -> Option<&Expr> {
    let elts = match &e.kind {
        ExprKind::List(l) => &l.elts,
        ExprKind::Tuple(t) => &t.elts,
        _ => return None,
    };
    match &elts[..] {
        [one] if !is_starred(one) => Some(one),
        _ => None,
    }
}

