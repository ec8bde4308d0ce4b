//! Generic functions and classes, type parameters, `type` statements (PEP 695, PEP 696).

use taipan_bytecode::{Const, Intrinsic1, Intrinsic2, Op, local_kind};
use taipan_syntax::ast::{Expr, ExprKind, Identifier, Span, TypeParam, TypeParamKind, stmt};

use super::Lower;
use super::call::HEADER;
use super::function::{Def, attribute};
use crate::code::Reg;
use crate::error::{Error, ErrorKind, Result};
use crate::symtable::{Part, ScopeId};
use crate::unit::UnitKind;

/// A format that asks for values, the default of the evaluators.
const FORMAT_VALUE: i64 = 1;

impl<'a> Lower<'a> {
    /// Begin the function in which type parameters live.
    pub fn enter_type_params(&mut self, scope: ScopeId, name: &Identifier, firstlineno: i32) -> Result<()> {
        let name = Identifier::from(format!("<generic parameters of {name}>").as_str());
        self.enter_unit(scope, UnitKind::TypeParams, &name, firstlineno)
    }

    /// Make the type parameters, bind their names, and leave the tuple of them in the temp `dst` (at `depth`).
    pub fn type_params(&mut self, params: &'a [TypeParam], dst: Reg) -> Result<()> {
        let mut seen_default = false;
        for param in params {
            let place = self.unit.depth;
            let span = param.span;
            let (name, default) = match &param.kind {
                TypeParamKind::TypeVar(t) => {
                    self.push_const(span, Const::str(t.name.as_str()));
                    match &t.bound {
                        Some(bound) => {
                            let constraints = matches!(bound.kind, ExprKind::Tuple(_));
                            let function = self.type_evaluator(param, Part::Bound, bound, &t.name)?;
                            let which = if constraints {
                                Intrinsic2::TypeVarWithConstraints
                            } else {
                                Intrinsic2::TypeVarWithBound
                            };
                            self.emit(span, Op::CallIntrinsic2, [place, place, function, which as i32]);
                        }
                        None => self.emit(span, Op::CallIntrinsic1, [place, place, Intrinsic1::TypeVar as i32]),
                    }
                    (&t.name, &t.default_value)
                }
                TypeParamKind::ParamSpec(t) => {
                    self.push_const(span, Const::str(t.name.as_str()));
                    self.emit(span, Op::CallIntrinsic1, [place, place, Intrinsic1::ParamSpec as i32]);
                    (&t.name, &t.default_value)
                }
                TypeParamKind::TypeVarTuple(t) => {
                    self.push_const(span, Const::str(t.name.as_str()));
                    self.emit(span, Op::CallIntrinsic1, [place, place, Intrinsic1::TypeVarTuple as i32]);
                    (&t.name, &t.default_value)
                }
            };
            self.unit.depth = place + 1;
            if let Some(default) = default {
                seen_default = true;
                let function = self.type_evaluator(param, Part::Default, default, name)?;
                let which = Intrinsic2::SetTypeparamDefault as i32;
                self.emit(span, Op::CallIntrinsic2, [place, place, function, which]);
            } else if seen_default {
                let message = format!("non-default type parameter '{name}' follows default type parameter");
                return Err(Error::syntax(message, span));
            }
            let copy = place + 1;
            self.emit(span, Op::Copy, [copy, place]);
            self.unit.depth = copy + 1;
            self.store_name(name, copy, span)?;
            self.unit.depth = place + 1;
        }
        let span = params.first().map_or(Span::default(), |p| p.span);
        self.unit.depth = dst;
        self.emit(span, Op::BuildTuple, [dst, dst, params.len() as i32]);
        Ok(())
    }

    /// Push the function that computes a bound, default or alias value.
    fn type_evaluator(&mut self, node: &'a TypeParam, part: Part, value: &'a Expr, name: &Identifier) -> Result<Reg> {
        let scope = self.table.lookup(node, part).ok_or_else(|| Error::other(ErrorKind::Value, "unknown scope"))?;
        self.evaluator(scope, value, name, value.span)
    }

    fn evaluator(&mut self, scope: ScopeId, value: &'a Expr, name: &Identifier, span: Span) -> Result<Reg> {
        let dst = self.unit.depth;
        let defaults = Const::Tuple(Box::new([Const::Int(FORMAT_VALUE)]));
        self.push_const(span, defaults);
        let run_end = self.unit.depth;
        self.enter_evaluator(scope, name, ".format", span)?;
        let result = match &value.kind {
            // The default of a type variable tuple may be `*Ts`.
            ExprKind::Starred(s) => {
                let value = self.push(&s.value)?;
                self.emit(span, Op::UnpackSequence, [value, value, 1]);
                value
            }
            _ => self.operand(value, true)?,
        };
        self.emit(span, Op::Return, [result]);
        let code = self.leave_unit()?;
        self.unit.depth = run_end;
        self.make_closure(code, scope, attribute::DEFAULTS, dst, dst, span)?;
        self.unit.depth = dst + 1;
        Ok(dst)
    }

    /// `def f[T](…)`: the function is made inside the scope of its type parameters, in `dst`.
    pub fn generic_function(&mut self, def: &Def<'a>, scope: ScopeId, firstlineno: i32, dst: Reg) -> Result<()> {
        // Defaults are evaluated outside and handed in as arguments.
        let w = dst;
        let first_argument = w + HEADER;
        let (bits, end) = self.defaults(def.args, first_argument, def.span)?;
        let count = end - first_argument;
        self.enter_type_params(scope, def.name, firstlineno)?;
        self.unit.arg_counts = [count as u32, 0, 0];
        let mut arguments = Vec::new();
        for (bit, name) in [(attribute::DEFAULTS, ".defaults"), (attribute::KWDEFAULTS, ".kwdefaults")] {
            if bits & bit != 0 {
                arguments.push(self.unit.parameter(&name.into(), local_kind::ARG_POS | local_kind::ARG_KW));
            }
        }
        self.prologue(def.span)?;
        self.type_params(def.type_params, 0)?;
        self.unit.depth = 1;
        for &argument in &arguments {
            let copy = self.push_temp();
            self.emit(def.span, Op::Move, [copy, argument]);
        }
        let run_end = self.unit.depth;
        self.function_object(def, firstlineno, bits, 1, run_end)?;
        let which = Intrinsic2::SetFunctionTypeParams as i32;
        self.emit(def.span, Op::CallIntrinsic2, [0, 1, 0, which]);
        self.emit(def.span, Op::Return, [0]);
        let code = self.leave_unit()?;
        self.unit.depth = end;
        self.call_type_params(code, scope, w, count, def.span)
    }

    /// Call the type parameter function of `code` in the window `w`, whose arguments end at `depth`.
    pub fn call_type_params(
        &mut self,
        code: taipan_bytecode::CodeSpec,
        scope: ScopeId,
        w: Reg,
        count: i32,
        span: Span,
    ) -> Result<()> {
        let scratch = self.unit.depth;
        self.make_closure(code, scope, 0, scratch, w, span)?;
        self.unit.depth = w;
        self.emit(span, Op::Call, [w, w, count]);
        Ok(())
    }

    /// `type X[T] = …`
    pub fn type_alias(&mut self, t: &'a stmt::TypeAlias, span: Span) -> Result<()> {
        let ExprKind::Name(name) = &t.name.kind else {
            return Err(Error::other(ErrorKind::Type, "TypeAlias with non-Name name"));
        };
        let base = self.unit.depth;
        if t.type_params.is_empty() {
            self.type_alias_value(t, &name.id, span, false)?;
        } else {
            let scope = self
                .table
                .lookup(t, Part::TypeParams)
                .ok_or_else(|| Error::other(ErrorKind::Value, "unknown scope"))?;
            self.enter_type_params(scope, &name.id, span.lineno)?;
            self.prologue(span)?;
            self.type_alias_value(t, &name.id, span, true)?;
            self.emit(span, Op::Return, [0]);
            let code = self.leave_unit()?;
            self.unit.depth = base + HEADER;
            self.call_type_params(code, scope, base, 0, span)?;
        }
        self.unit.depth = base;
        self.store_name(&name.id, base, t.name.span)
    }

    fn type_alias_value(
        &mut self,
        t: &'a stmt::TypeAlias,
        name: &Identifier,
        span: Span,
        generic: bool,
    ) -> Result<()> {
        let base = self.unit.depth;
        self.push_const(span, Const::str(name.as_str()));
        let params = self.unit.depth;
        if generic {
            self.type_params(&t.type_params, params)?;
        } else {
            self.load_const(span, Const::None, params);
        }
        self.unit.depth = params + 1;
        let scope =
            self.table.lookup(t, Part::Body).ok_or_else(|| Error::other(ErrorKind::Value, "unknown scope"))?;
        self.evaluator(scope, &t.value, name, span)?;
        self.unit.depth = base;
        self.emit(span, Op::BuildTuple, [base, base, 3]);
        self.emit(span, Op::CallIntrinsic1, [base, base, Intrinsic1::TypeAlias as i32]);
        Ok(())
    }
}
