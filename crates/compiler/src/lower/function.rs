//! Functions and lambdas: parameters, defaults, decorators, closures.

use std::sync::Arc;

use taipan_bytecode::{CodeSpec, Const, Op, flags, local_kind};
use taipan_syntax::ast::{Arguments, Expr, Identifier, Span, Stmt, TypeParam, expr};

use super::Lower;
use super::call::HEADER;
use crate::code::Reg;
use crate::error::{Error, ErrorKind, Result};
use crate::symtable::{Meaning, Part, ScopeId, ScopeKind};
use crate::unit::UnitKind;

/// Bits of `make_function`'s flags.
pub(crate) mod attribute {
    pub const DEFAULTS: i32 = 1;
    pub const KWDEFAULTS: i32 = 2;
    pub const CLOSURE: i32 = 8;
    pub const ANNOTATE: i32 = 16;
}

/// Decorators in windows of their own, which nest; more are kept in a list.
const DECORATORS_MAX: usize = 255;

/// The parts of a `def`.
pub(crate) struct Def<'a> {
    pub name: &'a Identifier,
    pub args: &'a Arguments,
    pub body: &'a [Stmt],
    pub decorators: &'a [Expr],
    pub returns: Option<&'a Expr>,
    pub type_params: &'a [TypeParam],
    pub is_async: bool,
    pub scope: ScopeId,
    pub type_params_scope: Option<ScopeId>,
    pub span: Span,
}

impl<'a> Lower<'a> {
    pub fn function_def(&mut self, def: Def<'a>) -> Result<()> {
        let base = self.unit.depth;
        let windows = self.decorators(def.decorators, def.span)?;
        let firstlineno = def.decorators.first().map_or(def.span.lineno, |d| d.span.lineno);
        let function = self.unit.depth;
        match def.type_params_scope {
            Some(scope) => self.generic_function(&def, scope, firstlineno, function)?,
            None => {
                let (defaults, run) = self.defaults(def.args, function, def.span)?;
                self.function_object(&def, firstlineno, defaults, function, run)?;
            }
        }
        self.unit.depth = function + 1;
        self.apply_decorators(def.decorators, &windows);
        self.unit.depth = base;
        self.store_name(def.name, base, def.span)
    }

    /// Evaluate decorators, each in a window whose argument comes after it. A very long run is kept in a list, for
    /// which a single window is returned.
    pub fn decorators(&mut self, decorators: &'a [Expr], span: Span) -> Result<Vec<Reg>> {
        let mut windows = Vec::with_capacity(decorators.len());
        if decorators.len() > DECORATORS_MAX {
            let list = self.push_temp();
            self.emit(span, Op::BuildList, [list, list, 0]);
            for decorator in decorators {
                let value = self.push(decorator)?;
                self.emit(decorator.span, Op::ListAppend, [list, value]);
                self.unit.depth = list + 1;
            }
            return Ok(vec![list]);
        }
        for decorator in decorators {
            let w = self.push(decorator)?;
            windows.push(w);
            self.unit.depth = w + HEADER;
        }
        Ok(windows)
    }

    /// Call the decorators on what is in the last window's argument.
    pub fn apply_decorators(&mut self, decorators: &'a [Expr], windows: &[Reg]) {
        if let [list] = *windows
            && decorators.len() > DECORATORS_MAX
        {
            // The list, the decorated object, and the window of the next call.
            let (value, w) = (list + 1, list + 2);
            for (index, decorator) in decorators.iter().enumerate().rev() {
                let span = decorator.span;
                let number = self.unit.constant(Const::Int(index as i64));
                self.emit(span, Op::Copy, [w, list]);
                self.emit(span, Op::LoadConst, [w + 1, number]);
                self.emit(span, Op::LoadSubscr, [w, w, w + 1]);
                self.emit(span, Op::Move, [w + HEADER, value]);
                self.emit(span, Op::Call, [value, w, 1]);
            }
            if let Some(last) = decorators.first() {
                self.emit(last.span, Op::Pop, [list]);
                self.emit(last.span, Op::Move, [list, value]);
            }
            return;
        }
        for (decorator, &w) in decorators.iter().zip(windows).rev() {
            self.emit(decorator.span, Op::Call, [w, w, 1]);
        }
    }

    /// Evaluate default values into a run from `base`: the flags of `make_function`, and the end of the run.
    pub fn defaults(&mut self, args: &'a Arguments, base: Reg, span: Span) -> Result<(i32, Reg)> {
        let mut bits = 0;
        self.unit.depth = base;
        if !args.defaults.is_empty() {
            bits |= attribute::DEFAULTS;
            let values: Option<Box<[Const]>> = args.defaults.iter().map(|e| self.const_of(e)).collect();
            match values {
                Some(values) => self.load_const(span, Const::Tuple(values), base),
                None => self.tuple(&args.defaults, base, span)?,
            }
            self.unit.depth = base + 1;
        }
        let dict = self.unit.depth;
        let mut count = 0;
        for (arg, default) in args.kwonlyargs.iter().zip(&args.kw_defaults) {
            let Some(default) = default else { continue };
            let name = Const::str(self.mangled(&arg.arg).as_str());
            self.push_const(span, name);
            self.push(default)?;
            count += 1;
        }
        if count > 0 {
            bits |= attribute::KWDEFAULTS;
            self.emit(span, Op::BuildMap, [dict, dict, count]);
            self.unit.depth = dict + 1;
        }
        Ok((bits, self.unit.depth))
    }

    /// Make the function object in `dst`; `bits` tells which attributes are in the run that ends at `depth`.
    pub fn function_object(
        &mut self,
        def: &Def<'a>,
        firstlineno: i32,
        mut bits: i32,
        dst: Reg,
        run_end: Reg,
    ) -> Result<()> {
        let base = run_end - (bits as u32).count_ones() as Reg;
        self.unit.depth = run_end;
        bits |= self.function_annotations(def)?;
        let code = self.function_code(def, firstlineno)?;
        self.make_closure(code, def.scope, bits, base, dst, def.span)
    }

    fn function_code(&mut self, def: &Def<'a>, firstlineno: i32) -> Result<CodeSpec> {
        let kind = if def.is_async { UnitKind::AsyncFunction } else { UnitKind::Function };
        self.enter_unit(def.scope, kind, def.name, firstlineno)?;
        self.declare_parameters(def.args);
        self.unit.is_generator = self.unit_scope().generator;
        self.unit.is_coroutine = def.is_async;
        let start = Span::new(firstlineno, 0, firstlineno, 0);
        let mut body = def.body;
        if let Some((docstring, _)) = self.docstring_of(def.body) {
            body = &def.body[1..];
            if self.optimize < 2 {
                self.unit.consts.push(docstring);
                self.unit.extra_flags |= flags::HAS_DOCSTRING;
            }
        }
        self.prologue(start)?;
        self.stmts(body)?;
        self.emit(Span::new(-1, -1, -1, -1), Op::ReturnNone, []);
        self.leave_unit()
    }

    fn declare_parameters(&mut self, args: &'a Arguments) {
        self.unit.arg_counts = [
            (args.posonlyargs.len() + args.args.len()) as u32,
            args.posonlyargs.len() as u32,
            args.kwonlyargs.len() as u32,
        ];
        let groups = [
            (&args.posonlyargs, local_kind::ARG_POS),
            (&args.args, local_kind::ARG_POS | local_kind::ARG_KW),
            (&args.kwonlyargs, local_kind::ARG_KW),
        ];
        for (group, kind) in groups {
            for arg in group {
                let name = self.unit_scope().mangle(&arg.arg);
                self.unit.parameter(&name, kind);
            }
        }
        if let Some(arg) = &args.vararg {
            let name = self.unit_scope().mangle(&arg.arg);
            self.unit.parameter(&name, local_kind::ARG_POS | local_kind::ARG_VAR);
        }
        if let Some(arg) = &args.kwarg {
            let name = self.unit_scope().mangle(&arg.arg);
            self.unit.parameter(&name, local_kind::ARG_KW | local_kind::ARG_VAR);
        }
    }

    /// Cells, free variables and the generator object. Parameters are declared.
    pub fn prologue(&mut self, span: Span) -> Result<()> {
        let free = self.table.free_names(self.unit.scope);
        if !free.is_empty() {
            self.emit(span, Op::CopyFreeVars, [free.len() as i32]);
        }
        let mut cells: Vec<Identifier> = self
            .unit_scope()
            .symbols
            .iter()
            .filter(|(_, s)| s.meaning == Meaning::Cell)
            .map(|(name, _)| name.clone())
            .collect();
        let scope = self.unit_scope();
        if scope.kind == ScopeKind::Class {
            let implicit = [
                (scope.needs_class_closure, "__class__"),
                (scope.needs_classdict, "__classdict__"),
                (scope.has_conditional_annotations, "__conditional_annotations__"),
            ];
            cells.extend(implicit.iter().filter(|(needed, _)| *needed).map(|(_, name)| Identifier::from(*name)));
        }
        cells.sort();
        for name in cells {
            let is_parameter = self.unit.has_plain_local(&name);
            let reg = if is_parameter {
                let reg = self.unit.plain_local(&name);
                let index = (-reg - 1) as usize;
                self.unit.locals[index].kind |= local_kind::CELL;
                reg
            } else {
                self.unit.new_local(&name, local_kind::CELL)
            };
            self.emit(span, Op::MakeCell, [reg]);
            self.unit.cells.insert(name, reg);
        }
        for name in free {
            let reg = self.unit.new_local(&name, local_kind::FREE);
            let is_class = name.as_str() == "__class__";
            let own = self.unit.cells.insert(name, reg);
            if is_class {
                self.unit.class_cell = own;
            }
        }
        if self.unit.is_generator || self.unit.is_coroutine {
            self.emit(span, Op::ReturnGenerator, []);
        }
        Ok(())
    }

    /// Make a function of `code` in `dst`. The attributes of `bits` are in the run from `base` up to `depth`.
    pub fn make_closure(
        &mut self,
        code: CodeSpec,
        scope: ScopeId,
        mut bits: i32,
        base: Reg,
        dst: Reg,
        span: Span,
    ) -> Result<()> {
        let free = self.table.free_names(scope);
        if !free.is_empty() {
            let tuple = self.unit.depth;
            for name in &free {
                let Some(cell) = self.cell_register(name) else {
                    let message = format!("no cell for {name} in {}", self.unit.qualname);
                    return Err(Error::other(ErrorKind::Value, message));
                };
                let dst = self.push_temp();
                self.emit(span, Op::Copy, [dst, cell]);
            }
            self.emit(span, Op::BuildTuple, [tuple, tuple, free.len() as i32]);
            self.unit.depth = tuple + 1;
            bits |= attribute::CLOSURE;
        }
        let code = self.unit.constant(Const::Code(Arc::new(code)));
        self.unit.depth = base;
        self.emit(span, Op::MakeFunction, [dst, base, bits, code]);
        Ok(())
    }

    pub fn lambda(&mut self, l: &'a expr::Lambda, dst: Reg, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let scope = self
            .table
            .lookup(l, Part::Body)
            .ok_or_else(|| Error::other(ErrorKind::Value, "unknown scope"))?;
        let (bits, run_end) = self.defaults(&l.args, base, span)?;
        self.enter_unit(scope, UnitKind::Lambda, &"<lambda>".into(), span.lineno)?;
        self.declare_parameters(&l.args);
        self.unit.is_generator = self.unit_scope().generator;
        self.prologue(Span::new(span.lineno, 0, span.lineno, 0))?;
        let value = self.operand(&l.body, true)?;
        self.emit(l.body.span, Op::Return, [value]);
        let code = self.leave_unit()?;
        self.unit.depth = run_end;
        self.make_closure(code, scope, bits, base, dst, span)?;
        self.unit.depth = base;
        Ok(())
    }
}
