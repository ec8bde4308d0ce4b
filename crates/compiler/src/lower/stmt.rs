//! Statements: dispatch and the simple ones.

use taipan_bytecode::{CommonConst, Intrinsic1, Op};
use taipan_syntax::ast::{ExprKind, Span, Stmt, StmtKind, stmt};

use super::Lower;
use super::function::Def;
use crate::error::{Error, ErrorKind, Result};
use crate::symtable::Part;

impl<'a> Lower<'a> {
    pub fn stmts(&mut self, stmts: &'a [Stmt]) -> Result<()> {
        stmts.iter().try_for_each(|s| self.stmt(s))
    }

    /// A block that may not run.
    pub fn conditional(&mut self, stmts: &'a [Stmt]) -> Result<()> {
        let before = std::mem::replace(&mut self.unit.conditional, true);
        self.stmts(stmts)?;
        self.unit.conditional = before;
        Ok(())
    }

    pub fn stmt(&mut self, s: &'a Stmt) -> Result<()> {
        self.nested(|l| l.stmt_inner(s))
    }

    fn stmt_inner(&mut self, s: &'a Stmt) -> Result<()> {
        let span = s.span;
        self.stmt_span = span;
        match &s.kind {
            StmtKind::FunctionDef(f) => {
                let def = Def {
                    name: &f.name,
                    args: &f.args,
                    body: &f.body,
                    decorators: &f.decorator_list,
                    returns: f.returns.as_ref(),
                    type_params: &f.type_params,
                    is_async: false,
                    scope: self.scope_of(self.table.lookup(&**f, Part::Body))?,
                    type_params_scope: self.table.lookup(&**f, Part::TypeParams),
                    span,
                };
                self.function_def(def)
            }
            StmtKind::AsyncFunctionDef(f) => {
                let def = Def {
                    name: &f.name,
                    args: &f.args,
                    body: &f.body,
                    decorators: &f.decorator_list,
                    returns: f.returns.as_ref(),
                    type_params: &f.type_params,
                    is_async: true,
                    scope: self.scope_of(self.table.lookup(&**f, Part::Body))?,
                    type_params_scope: self.table.lookup(&**f, Part::TypeParams),
                    span,
                };
                self.function_def(def)
            }
            StmtKind::ClassDef(c) => self.class_def(c, span),
            StmtKind::TypeAlias(t) => self.type_alias(t, span),
            StmtKind::Return(r) => self.return_stmt(r, span),
            StmtKind::Delete(d) => d.targets.iter().try_for_each(|t| self.delete(t)),
            StmtKind::Assign(a) => self.assign(a),
            StmtKind::AugAssign(a) => self.aug_assign(a, span),
            StmtKind::AnnAssign(a) => self.ann_assign(a, span),
            StmtKind::For(f) => self.for_stmt(f),
            StmtKind::AsyncFor(f) => self.async_for_stmt(f),
            StmtKind::While(w) => self.while_stmt(w),
            StmtKind::If(i) => self.if_stmt(i),
            StmtKind::With(w) => self.with_stmt(&w.items, &w.body, false, span),
            StmtKind::AsyncWith(w) => self.with_stmt(&w.items, &w.body, true, span),
            StmtKind::Match(m) => self.match_stmt(m),
            StmtKind::Raise(r) => self.raise_stmt(r, span),
            StmtKind::Try(t) => self.try_stmt(t, span),
            StmtKind::TryStar(t) => self.try_star_stmt(t, span),
            StmtKind::Assert(a) => self.assert_stmt(a, span),
            StmtKind::Import(i) => self.import(i, span),
            StmtKind::ImportFrom(i) => self.import_from(i, span),
            StmtKind::Global(_) | StmtKind::Nonlocal(_) => Ok(()),
            StmtKind::Expr(e) => self.expr_stmt(e, span),
            StmtKind::Pass(_) => {
                self.emit(span, Op::Nop, []);
                Ok(())
            }
            StmtKind::Break(_) => self.break_stmt(span),
            StmtKind::Continue(_) => self.continue_stmt(span),
        }
    }

    fn scope_of(&self, found: Option<usize>) -> Result<usize> {
        found.ok_or_else(|| Error::other(ErrorKind::Value, "the tree changed while it was compiled"))
    }

    fn expr_stmt(&mut self, e: &'a stmt::Expr, span: Span) -> Result<()> {
        let base = self.unit.depth;
        if self.interactive && self.outer.is_empty() {
            let value = self.push(&e.value)?;
            self.emit(span, Op::CallIntrinsic1, [value, value, Intrinsic1::Print as i32]);
            self.emit(span, Op::Pop, [value]);
        } else if let ExprKind::Constant(_) = e.value.kind {
            self.emit(span, Op::Nop, []);
        } else {
            let value = self.operand(&e.value, true)?;
            // Where the value came from: brackets around it may begin on another line.
            self.discard(value, Span::new(-1, -1, -1, -1));
        }
        self.unit.depth = base;
        Ok(())
    }

    fn raise_stmt(&mut self, r: &'a stmt::Raise, span: Span) -> Result<()> {
        let base = self.unit.depth;
        match (&r.exc, &r.cause) {
            (None, _) => self.emit(span, Op::RaiseCurrent, []),
            (Some(exc), None) => {
                let exc = self.operand(exc, true)?;
                self.emit(span, Op::RaiseExc, [exc]);
            }
            (Some(exc), Some(cause)) => {
                let exc = self.operand(exc, false)?;
                let cause = self.operand(cause, true)?;
                self.emit(span, Op::RaiseFrom, [exc, cause]);
            }
        }
        self.unit.depth = base;
        Ok(())
    }

    fn assert_stmt(&mut self, a: &'a stmt::Assert, span: Span) -> Result<()> {
        if let ExprKind::Tuple(t) = &a.test.kind
            && !t.elts.is_empty()
        {
            self.warn("assertion is always true, perhaps remove parentheses?".to_owned(), span);
        } else if let Some(taipan_bytecode::Const::Tuple(items)) = self.const_of(&a.test)
            && !items.is_empty()
        {
            self.warn("assertion is always true, perhaps remove parentheses?".to_owned(), span);
        }
        if self.optimize > 0 {
            return Ok(());
        }
        let end = self.label();
        self.jump_if(&a.test, end, true)?;
        let base = self.unit.depth;
        let which = CommonConst::AssertionError as i32;
        self.emit(a.test.span, Op::LoadCommonConst, [base, which]);
        if let Some(message) = &a.msg {
            self.unit.depth = base + super::call::HEADER;
            self.push(message)?;
            self.emit(a.test.span, Op::Call, [base, base, 1]);
        }
        self.unit.depth = base;
        self.emit(a.test.span, Op::RaiseExc, [base]);
        self.place(end);
        Ok(())
    }
}
