//! Annotations: `__annotate__` functions (PEP 649, PEP 749), or strings under `from __future__ import annotations`.

use std::sync::Arc;

use taipan_bytecode::{CommonConst, Const, Op, local_kind};
use taipan_syntax::ast::{Arg, Expr, ExprKind, Identifier, Span, stmt};

use super::Lower;
use super::function::{Def, attribute};
use crate::code::Reg;
use crate::error::{Error, ErrorKind, Result};
use crate::symtable::{Meaning, ScopeId, ScopeKind};
use crate::unit::{DeferredAnnotation, UnitKind};

/// `annotationlib.Format.VALUE_WITH_FAKE_GLOBALS`: the highest format the functions know.
const FORMAT_MAX: i64 = 2;
/// Pairs built at once.
const PAIRS_MAX: usize = 24;

impl<'a> Lower<'a> {
    /// Push the `__annotate__` function of a `def` if it has annotations; its bit of `make_function`'s flags.
    pub fn function_annotations(&mut self, def: &Def<'a>) -> Result<i32> {
        let args = def.args;
        let groups = args.args.iter().chain(&args.posonlyargs).chain(&args.vararg).chain(&args.kwonlyargs);
        let named: Vec<(Identifier, &'a Expr)> = groups
            .chain(&args.kwarg)
            .filter_map(|a: &'a Arg| Some((a.arg.clone(), a.annotation.as_ref()?)))
            .chain(def.returns.map(|r| (Identifier::from("return"), r)))
            .collect();
        if named.is_empty() {
            return Ok(0);
        }
        let scope = self.table.scopes[def.scope].annotation_block.unwrap_or(def.scope);
        let future = self.future_annotations();
        let span = def.span;
        let kind = if def.is_async { UnitKind::AsyncFunction } else { UnitKind::Function };
        let qualname = self.qualname_of(def.scope, kind, def.name);
        self.enter_evaluator(scope, &"__annotate__".into(), "format", span)?;
        self.unit.qualname = format!("{qualname}.__annotate__");
        let mut map = None;
        for chunk in named.chunks(PAIRS_MAX) {
            let base = self.unit.depth;
            for (name, annotation) in chunk {
                let mangled = self.table.scopes[def.scope].mangle(name);
                self.push_const(span, Const::str(mangled.as_str()));
                if future {
                    let text = crate::unparse::expression(annotation)?;
                    self.push_const(annotation.span, Const::Str(text));
                } else {
                    self.push_annotation(annotation)?;
                }
            }
            self.emit(span, Op::BuildMap, [base, base, chunk.len() as i32]);
            match map {
                None => map = Some(base),
                Some(map) => self.emit(span, Op::DictUpdate, [map, base]),
            }
            self.unit.depth = 1;
        }
        self.emit(span, Op::Return, [0]);
        let code = self.leave_unit()?;
        let dst = self.unit.depth;
        if future {
            let code = self.unit.constant(Const::Code(Arc::new(code)));
            self.emit(span, Op::MakeFunction, [dst, dst, 0, code]);
        } else {
            self.make_closure(code, scope, 0, dst, dst, span)?;
        }
        self.unit.depth = dst + 1;
        Ok(attribute::ANNOTATE)
    }

    fn push_annotation(&mut self, annotation: &'a Expr) -> Result<Reg> {
        // `*args: *Ts` stands for the item of a sequence of one.
        if let ExprKind::Starred(s) = &annotation.kind {
            let value = self.push(&s.value)?;
            self.emit(annotation.span, Op::UnpackSequence, [value, value, 1]);
            return Ok(value);
        }
        self.push(annotation)
    }

    /// Begin a function that the compiler makes, with one parameter, the format wanted; other formats than values
    /// raise NotImplementedError.
    pub fn enter_evaluator(&mut self, scope: ScopeId, name: &Identifier, parameter: &str, span: Span) -> Result<()> {
        self.enter_unit(scope, UnitKind::Annotation, name, span.lineno)?;
        self.unit.arg_counts = [1, 1, 0];
        let format = self.unit.new_local(&Identifier::from(parameter), local_kind::ARG_POS | local_kind::LOCAL);
        if self.table.scopes[scope].kind == ScopeKind::Function {
            // Only strings are computed, so the function needs no scope of its own.
            self.unit.is_generator = false;
        } else {
            self.prologue(span)?;
        }
        let value = self.label();
        let most = self.unit.constant(Const::Int(FORMAT_MAX));
        self.emit_jump(span, Op::JumpIfNotGtK, [format, most], value);
        self.emit(span, Op::LoadCommonConst, [0, CommonConst::NotImplementedError as i32]);
        self.emit(span, Op::RaiseExc, [0]);
        self.place(value);
        Ok(())
    }

    /// An annotated assignment.
    pub fn ann_assign(&mut self, a: &'a stmt::AnnAssign, span: Span) -> Result<()> {
        if let Some(value) = &a.value {
            self.assign_expr(&a.target, value, span)?;
        }
        match &a.target.kind {
            ExprKind::Name(name) => {
                let at_scope_level = matches!(self.unit.kind, UnitKind::Module | UnitKind::Class);
                if a.simple == 0 || !at_scope_level {
                    return Ok(());
                }
                if self.future_annotations() {
                    return self.annotation_as_string(&name.id, &a.annotation, span);
                }
                self.defer_annotation(&name.id, &a.annotation, span)
            }
            // Without a value only the parts of the target are evaluated.
            ExprKind::Attribute(t) if a.value.is_none() => self.evaluate_and_drop(&t.value),
            ExprKind::Subscript(t) if a.value.is_none() => {
                self.evaluate_and_drop(&t.value)?;
                self.evaluate_and_drop(&t.slice)
            }
            ExprKind::Attribute(_) | ExprKind::Subscript(_) => Ok(()),
            _ => Err(Error::other(
                ErrorKind::Value,
                format!("invalid node type ({}) for annotated assignment", a.target.info().name),
            )),
        }
    }

    fn evaluate_and_drop(&mut self, e: &'a Expr) -> Result<()> {
        let base = self.unit.depth;
        let value = self.operand(e, true)?;
        self.discard(value, e.span);
        self.unit.depth = base;
        Ok(())
    }

    fn annotation_as_string(&mut self, name: &Identifier, annotation: &'a Expr, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let text = crate::unparse::expression(annotation)?;
        let value = self.push_const(span, Const::Str(text));
        let dict = self.push_temp();
        self.load_name(&"__annotations__".into(), dict, span)?;
        let key = Const::str(self.mangled(name).as_str());
        let key = self.push_const(span, key);
        self.unit.depth = base;
        self.emit(span, Op::StoreSubscr, [dict, key, value]);
        Ok(())
    }

    fn defer_annotation(&mut self, name: &'a Identifier, annotation: &'a Expr, span: Span) -> Result<()> {
        let in_class = self.unit.kind == UnitKind::Class;
        let conditional = match in_class {
            true => self.unit_scope().has_conditional_annotations && self.unit.conditional,
            false => true,
        };
        let mut mark = None;
        if conditional {
            let index = self.unit.next_conditional;
            self.unit.next_conditional += 1;
            mark = Some(index);
            let base = self.unit.depth;
            let set_name = Identifier::from("__conditional_annotations__");
            match self.unit.cells.get(&set_name) {
                Some(&cell) => self.emit(span, Op::LoadDeref, [base, cell]),
                None => self.load_name(&set_name, base, span)?,
            }
            self.unit.depth = base + 1;
            let number = self.push_const(span, Const::Int(i64::from(index)));
            self.emit(span, Op::SetAdd, [base, number]);
            self.emit(span, Op::Pop, [base]);
            self.unit.depth = base;
        }
        self.unit.annotations.push(DeferredAnnotation { name, annotation, span, conditional: mark });
        Ok(())
    }

    /// At the end of a class or module: the `__annotate__` function of its variables.
    pub fn deferred_annotations(&mut self) -> Result<()> {
        let annotations = std::mem::take(&mut self.unit.annotations);
        let Some(first) = annotations.first() else { return Ok(()) };
        let Some(scope) = self.unit_scope().annotation_block else { return Ok(()) };
        let in_class = self.unit.kind == UnitKind::Class;
        let span = if in_class {
            Span::new(self.unit.firstlineno, 0, self.unit.firstlineno, 0)
        } else {
            self.module_start.unwrap_or(first.span)
        };
        let owner = self.unit.scope;
        self.enter_evaluator(scope, &"__annotate__".into(), "format", span)?;
        self.emit(span, Op::BuildMap, [0, 0, 0]);
        self.unit.depth = 1;
        for a in &annotations {
            let skip = self.label();
            if let Some(index) = a.conditional {
                let number = self.push_const(a.span, Const::Int(i64::from(index)));
                let set = self.push_temp();
                let set_name = Identifier::from("__conditional_annotations__");
                let meaning = self.unit_scope().meaning(&set_name);
                match self.unit.cells.get(&set_name) {
                    Some(&cell) if meaning == Meaning::Free => self.emit(a.span, Op::LoadDeref, [set, cell]),
                    _ => {
                        let name = self.unit.name_index(&set_name);
                        self.emit(a.span, Op::LoadGlobal, [set, name]);
                    }
                }
                self.emit_jump(a.span, Op::JumpIfNotIn, [number, set], skip);
                self.unit.depth = 1;
            }
            let name = self.table.scopes[owner].mangle(a.name);
            let key = self.push_const(a.span, Const::str(name.as_str()));
            let value = self.push(a.annotation)?;
            self.emit(span, Op::MapAdd, [0, key, value]);
            self.unit.depth = 1;
            self.place(skip);
        }
        self.emit(span, Op::Return, [0]);
        let code = self.leave_unit()?;
        let dst = self.unit.depth;
        self.make_closure(code, scope, 0, dst, dst, span)?;
        let name = if in_class { "__annotate_func__" } else { "__annotate__" };
        self.store_name(&name.into(), dst, span)
    }
}
