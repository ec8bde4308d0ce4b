//! From syntax tree to instructions, one file per kind of construct.
//!
//! Conventions. `expr(e, dst)` leaves the value in register `dst`; if `dst` is a temp it is at or above `depth` or a
//! live slot that the caller fills (it may be used as the first scratch place only when it equals `depth`). A method
//! that returns a register has made its value live: a local is only borrowed, a temp counts in `depth`.
//! A method that consumes operands resets `depth` to what it was before they were made.

mod annotation;
mod assign;
mod call;
mod class;
mod comprehension;
mod cond;
mod display;
mod expr;
mod flow;
mod fstring;
mod function;
mod generator;
mod import;
mod matching;
mod name;
mod operator;
pub(crate) mod percent;
mod stmt;
mod try_;
mod try_star;
mod typeparam;
mod with;

use std::sync::Arc;

use taipan_bytecode::{CodeSpec, Const, Op};
use taipan_syntax::ast::{Expr, ExprKind, Identifier, Mod, Span, Stmt};
use taipan_text::Wtf8Buf;

use crate::code::{Label, NO_LABEL, Reg, location};
use crate::error::{DEPTH_MAX, Error, Result, Warning};
use crate::fold;
use crate::symtable::{Scope, ScopeId, ScopeKind, SymbolTable, TOP};
use crate::unit::{Unit, UnitKind};

/// The state of a compilation.
pub(crate) struct Lower<'a> {
    pub table: SymbolTable,
    pub filename: Arc<Wtf8Buf>,
    /// `co_flags` bits from `__future__`.
    pub future: u32,
    /// The statement begun last.
    pub stmt_span: Span,
    /// The first statement of the module.
    pub module_start: Option<Span>,
    /// The last `from __future__` line at the beginning of the file.
    pub future_last: Option<Span>,
    pub optimize: u8,
    pub interactive: bool,
    pub top_level_await: bool,
    pub warnings: Vec<Warning>,
    /// The unit being made.
    pub unit: Unit<'a>,
    /// Units around it.
    pub outer: Vec<Unit<'a>>,
    depth: u32,
}

/// What [`lower`] needs besides the tree.
pub(crate) struct Input<'a> {
    pub module: &'a Mod,
    pub table: SymbolTable,
    pub filename: Arc<Wtf8Buf>,
    pub future: u32,
    pub future_last: Option<Span>,
    pub optimize: u8,
    pub top_level_await: bool,
}

/// Lower a whole module.
pub(crate) fn lower(input: Input<'_>) -> Result<(CodeSpec, Vec<Warning>)> {
    let name = Identifier::from("<module>");
    let unit = Unit::new(TOP, UnitKind::Module, name, "<module>".to_owned(), 1);
    let mut lower = Lower {
        table: input.table,
        filename: input.filename,
        future: input.future,
        future_last: input.future_last,
        module_start: None,
        stmt_span: Span::default(),
        optimize: input.optimize,
        interactive: matches!(input.module, Mod::Interactive(_)),
        top_level_await: input.top_level_await,
        warnings: Vec::new(),
        unit,
        outer: Vec::new(),
        depth: 0,
    };
    lower.unit.is_coroutine = lower.table.scopes[TOP].coroutine && input.top_level_await;
    lower.module(input.module)?;
    let code = lower.finish_unit()?;
    Ok((code, lower.warnings))
}

impl<'a> Lower<'a> {
    fn module(&mut self, module: &'a Mod) -> Result<()> {
        if self.unit.is_coroutine {
            self.emit(Span::new(1, 0, 1, 0), Op::ReturnGenerator, []);
        }
        match module {
            Mod::Module(m) => {
                self.module_body(&m.body)?;
                self.return_none_at_end();
            }
            Mod::Interactive(m) => {
                self.module_body(&m.body)?;
                self.return_none_at_end();
            }
            Mod::Expression(e) => {
                let value = self.operand(&e.body, true)?;
                self.emit(e.body.span, Op::Return, [value]);
            }
            Mod::FunctionType(_) => return Err(Error::other(crate::error::ErrorKind::Value, "no code for FunctionType")),
        }
        Ok(())
    }

    fn module_body(&mut self, body: &'a [Stmt]) -> Result<()> {
        let start = self.unit.code.items.len();
        self.module_start = body.first().map(|s| s.span);
        if self.table.scopes[TOP].has_conditional_annotations && !self.future_annotations() {
            let span = body.first().map_or(Span::new(1, 0, 1, 0), |s| s.span);
            let set = self.unit.depth;
            self.emit(span, Op::BuildSet, [set, set, 0]);
            self.store_name(&"__conditional_annotations__".into(), set, span)?;
        }
        if self.future_annotations() && self.table.scopes[TOP].annotations_used {
            let span = body.first().map_or(Span::new(1, 0, 1, 0), |s| s.span);
            self.emit(span, Op::SetupAnnotations, []);
        }
        let mut rest = body;
        if let Some((docstring, span)) = self.docstring_of(body) {
            rest = &body[1..];
            if self.optimize < 2 && !self.interactive {
                let reg = self.push_const(span, docstring);
                self.unit.depth -= 1;
                self.store_name(&"__doc__".into(), reg, span)?;
            } else if self.interactive {
                rest = body;
            }
        }
        self.stmts(rest)?;
        if !self.unit.annotations.is_empty() {
            // The function that computes them comes first, since the module may be left halfway.
            let main = self.unit.code.items.split_off(start);
            self.deferred_annotations()?;
            self.unit.code.items.extend(main);
        }
        Ok(())
    }

    /// The docstring constant of a body, cleaned, and its place.
    pub fn docstring_of(&self, body: &'a [Stmt]) -> Option<(Const, Span)> {
        let first = body.first()?;
        if !crate::future::is_docstring(first) {
            return None;
        }
        let taipan_syntax::ast::StmtKind::Expr(e) = &first.kind else { return None };
        let ExprKind::Constant(c) = &e.value.kind else { return None };
        let taipan_syntax::ast::ConstantValue::Str(text) = &c.value else { return None };
        Some((Const::Str(crate::docstring::clean(text)), e.value.span))
    }

    fn return_none_at_end(&mut self) {
        let span = Span::new(-1, -1, -1, -1);
        self.emit(span, Op::ReturnNone, []);
    }

    // ---- units ----

    /// Begin a unit inside the current one.
    pub fn enter_unit(&mut self, scope: ScopeId, kind: UnitKind, name: &Identifier, firstlineno: i32) -> Result<()> {
        let qualname = self.qualname_of(scope, kind, name);
        let unit = Unit::new(scope, kind, name.clone(), qualname, firstlineno);
        let outer = std::mem::replace(&mut self.unit, unit);
        self.outer.push(outer);
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Error::recursion()) } else { Ok(()) }
    }

    /// `co_qualname` of what is defined here.
    pub fn qualname_of(&self, scope: ScopeId, kind: UnitKind, name: &Identifier) -> String {
        // Type parameter scopes are transparent.
        let mut parent = &self.unit;
        if parent.kind == UnitKind::TypeParams {
            match self.outer.last() {
                Some(outer) => parent = outer,
                None => return name.to_string(),
            }
        }
        let at_top = parent.kind == UnitKind::Module;
        if matches!(kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class) {
            let mangled = self.table.scopes[parent.scope].mangle(name);
            let defined_in = self.table.scopes[scope].parent.map_or(TOP, |p| self.skip_type_params(p));
            if self.table.scopes[defined_in].meaning(&mangled) == crate::symtable::Meaning::GlobalExplicit {
                return name.to_string();
            }
        }
        if at_top {
            return name.to_string();
        }
        match parent.kind {
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda => {
                format!("{}.<locals>.{}", parent.qualname, name)
            }
            _ => format!("{}.{}", parent.qualname, name),
        }
    }

    fn skip_type_params(&self, scope: ScopeId) -> ScopeId {
        let s = &self.table.scopes[scope];
        match s.parent {
            Some(parent) if s.kind == ScopeKind::TypeParameters => parent,
            _ => scope,
        }
    }

    /// End the unit: its code.
    pub fn leave_unit(&mut self) -> Result<CodeSpec> {
        let code = self.finish_unit()?;
        self.depth -= 1;
        if let Some(outer) = self.outer.pop() {
            self.unit = outer;
        }
        Ok(code)
    }

    fn finish_unit(&mut self) -> Result<CodeSpec> {
        crate::passes::finish(&mut self.unit, &self.table, self.filename.clone(), self.future)
    }

    /// The scope of the unit.
    pub fn unit_scope(&self) -> &Scope {
        &self.table.scopes[self.unit.scope]
    }

    /// The innermost scope: an inlined comprehension, or the unit's.
    pub fn scope_id(&self) -> ScopeId {
        self.unit.inlined.last().copied().unwrap_or(self.unit.scope)
    }

    pub fn future_annotations(&self) -> bool {
        self.future & taipan_bytecode::flags::FUTURE_ANNOTATIONS != 0
    }

    // ---- emission ----

    pub fn emit<const N: usize>(&mut self, span: Span, op: Op, args: [i32; N]) {
        self.unit.code.push(op, args, NO_LABEL, location(span));
    }

    pub fn emit_jump<const N: usize>(&mut self, span: Span, op: Op, args: [i32; N], target: Label) {
        self.unit.code.push(op, args, target, location(span));
    }

    pub fn jump(&mut self, span: Span, target: Label) {
        self.emit_jump(span, Op::Jump, [], target);
    }

    pub fn label(&mut self) -> Label {
        self.unit.code.new_label()
    }

    pub fn place(&mut self, label: Label) {
        self.unit.code.place(label);
    }

    /// Note a `SyntaxWarning`.
    pub fn warn(&mut self, message: String, span: Span) {
        // `finally` bodies are lowered more than once.
        let warning = Warning { message, span };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Run `body` one level deeper.
    pub fn nested<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Error::recursion());
        }
        let value = body(self)?;
        self.depth -= 1;
        Ok(value)
    }

    // ---- constants ----

    /// Load a constant into `dst`.
    pub fn load_const(&mut self, span: Span, value: Const, dst: Reg) {
        if let Const::Int(n) = value
            && let Ok(small) = i16::try_from(n)
        {
            return self.emit(span, Op::LoadInt, [dst, i32::from(small)]);
        }
        let index = self.unit.constant(value);
        self.emit(span, Op::LoadConst, [dst, index]);
    }

    /// Load a constant into a new temp.
    pub fn push_const(&mut self, span: Span, value: Const) -> Reg {
        let dst = self.unit.depth;
        self.load_const(span, value, dst);
        self.unit.depth += 1;
        dst
    }

    /// A new live temp (its value is written by what the caller emits).
    pub fn push_temp(&mut self) -> Reg {
        self.unit.depth += 1;
        self.unit.depth - 1
    }

    /// The constant value of an expression, if it has one.
    pub fn const_of(&self, e: &Expr) -> Option<Const> {
        fold::constant(e, self.optimize)
    }

    // ---- operands ----

    /// Evaluate into a new temp.
    pub fn push(&mut self, e: &'a Expr) -> Result<Reg> {
        let dst = self.unit.depth;
        self.expr(e, dst)?;
        self.unit.depth = dst + 1;
        Ok(dst)
    }

    /// Evaluate as an operand: a plain local is borrowed, anything else goes to a new temp.
    ///
    /// `last`: nothing else is evaluated before the value is used, so even a local that an assignment expression
    /// may rebind can be borrowed.
    pub fn operand(&mut self, e: &'a Expr, last: bool) -> Result<Reg> {
        match &e.kind {
            ExprKind::Name(name) => {
                if let Some(reg) = self.borrowable(&name.id, last) {
                    self.check_assigned(reg, e.span);
                    return Ok(reg);
                }
            }
            ExprKind::NamedExpr(named) if last => {
                if let ExprKind::Name(name) = &named.target.kind
                    && let Some(reg) = self.borrowable(&name.id, true)
                {
                    self.nested(|l| l.expr(&named.value, reg))?;
                    return Ok(reg);
                }
            }
            _ => {}
        }
        self.push(e)
    }

    /// Release an operand that is a temp.
    pub fn discard(&mut self, reg: Reg, span: Span) {
        if reg >= 0 {
            self.emit(span, Op::Pop, [reg]);
        }
    }
}
