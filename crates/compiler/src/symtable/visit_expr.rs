//! The walk's expression part: uses, lambdas, comprehensions, assignment expressions.

use taipan_syntax::ast::{
    Comprehension as Clause, Expr, ExprContext, ExprKind, Identifier, Keyword, Span, expr,
};

use super::build::Builder;
use super::{Comprehension, Part, ScopeKey, ScopeKind, TOP, def};
use crate::error::{Error, Result};

impl Builder {
    pub(super) fn exprs(&mut self, exprs: &[Expr]) -> Result<()> {
        exprs.iter().try_for_each(|e| self.expr(e))
    }

    pub(super) fn optional(&mut self, e: Option<&Expr>) -> Result<()> {
        e.map_or(Ok(()), |e| self.expr(e))
    }

    pub(super) fn keyword(&mut self, keyword: &Keyword) -> Result<()> {
        if let Some(name) = &keyword.arg
            && name.as_str() == "__debug__"
        {
            return Err(Error::syntax("cannot assign to __debug__", keyword.span));
        }
        self.expr(&keyword.value)
    }

    pub(super) fn expr(&mut self, e: &Expr) -> Result<()> {
        // Leaves first: they need no depth check.
        match &e.kind {
            ExprKind::Constant(_) => return Ok(()),
            ExprKind::Name(name) => return self.name(name, e.span),
            _ => {}
        }
        self.deeper()?;
        match &e.kind {
            ExprKind::BoolOp(b) => self.exprs(&b.values)?,
            ExprKind::NamedExpr(n) => self.named_expr(n, e.span)?,
            ExprKind::BinOp(first) => {
                // Long chains lean to the left: walk them without recursion.
                let mut spine = vec![first];
                while let Some(last) = spine.last()
                    && let ExprKind::BinOp(next) = &last.left.kind
                {
                    spine.push(next);
                }
                if let Some(last) = spine.last() {
                    self.expr(&last.left)?;
                }
                spine.iter().rev().try_for_each(|b| self.expr(&b.right))?;
            }
            ExprKind::UnaryOp(u) => self.expr(&u.operand)?,
            ExprKind::Lambda(l) => {
                self.defaults(&l.args)?;
                let in_class = self.scope().kind == ScopeKind::Class;
                self.enter(&"lambda".into(), ScopeKind::Function, Some(ScopeKey::new(&**l, Part::Body)), e.span)?;
                self.scope().method = in_class;
                self.parameters(&l.args)?;
                self.expr(&l.body)?;
                self.exit();
            }
            ExprKind::IfExp(i) => {
                self.expr(&i.test)?;
                self.expr(&i.body)?;
                self.expr(&i.orelse)?;
            }
            ExprKind::Dict(d) => {
                d.keys.iter().flatten().try_for_each(|k| self.expr(k))?;
                self.exprs(&d.values)?;
            }
            ExprKind::Set(s) => self.exprs(&s.elts)?,
            ExprKind::ListComp(c) => {
                let key = ScopeKey::new(&**c, Part::Body);
                self.comprehension(Comprehension::List, key, "listcomp", &c.generators, &c.elt, None, e.span)?;
            }
            ExprKind::SetComp(c) => {
                let key = ScopeKey::new(&**c, Part::Body);
                self.comprehension(Comprehension::Set, key, "setcomp", &c.generators, &c.elt, None, e.span)?;
            }
            ExprKind::DictComp(c) => {
                let key = ScopeKey::new(&**c, Part::Body);
                let value = Some(&c.value);
                self.comprehension(Comprehension::Dict, key, "dictcomp", &c.generators, &c.key, value, e.span)?;
            }
            ExprKind::GeneratorExp(c) => {
                let key = ScopeKey::new(&**c, Part::Body);
                self.comprehension(Comprehension::Generator, key, "genexpr", &c.generators, &c.elt, None, e.span)?;
            }
            ExprKind::Yield(y) => {
                self.forbid_here("yield expression", e.span)?;
                self.optional(y.value.as_ref())?;
                self.note_yield(e.span)?;
            }
            ExprKind::YieldFrom(y) => {
                self.forbid_here("yield expression", e.span)?;
                self.expr(&y.value)?;
                self.note_yield(e.span)?;
            }
            ExprKind::Await(a) => self.await_expr(a, e.span)?,
            ExprKind::Compare(c) => {
                self.expr(&c.left)?;
                self.exprs(&c.comparators)?;
            }
            ExprKind::Call(c) => {
                self.expr(&c.func)?;
                self.exprs(&c.args)?;
                c.keywords.iter().try_for_each(|k| self.keyword(k))?;
            }
            ExprKind::FormattedValue(f) => {
                self.expr(&f.value)?;
                self.optional(f.format_spec.as_ref())?;
            }
            ExprKind::Interpolation(f) => {
                self.expr(&f.value)?;
                self.optional(f.format_spec.as_ref())?;
            }
            ExprKind::JoinedStr(j) => self.exprs(&j.values)?,
            ExprKind::TemplateStr(j) => self.exprs(&j.values)?,
            ExprKind::Attribute(a) => {
                if a.attr.as_str() == "__debug__" {
                    self.check_debug(a.ctx, e.span)?;
                }
                self.expr(&a.value)?;
            }
            ExprKind::Subscript(s) => {
                self.expr(&s.value)?;
                self.expr(&s.slice)?;
            }
            ExprKind::Starred(s) => self.expr(&s.value)?,
            ExprKind::List(l) => self.exprs(&l.elts)?,
            ExprKind::Tuple(t) => self.exprs(&t.elts)?,
            ExprKind::Slice(s) => {
                self.optional(s.lower.as_ref())?;
                self.optional(s.upper.as_ref())?;
                self.optional(s.step.as_ref())?;
            }
            ExprKind::Constant(_) | ExprKind::Name(_) => {}
        }
        self.shallower();
        Ok(())
    }

    fn check_debug(&self, ctx: ExprContext, span: Span) -> Result<()> {
        match ctx {
            ExprContext::Load => Ok(()),
            ExprContext::Store => Err(Error::syntax("cannot assign to __debug__", span)),
            ExprContext::Del => Err(Error::syntax("cannot delete __debug__", span)),
        }
    }

    fn name(&mut self, name: &expr::Name, span: Span) -> Result<()> {
        if self.scope().in_unevaluated_annotation {
            return Ok(());
        }
        if name.ctx == ExprContext::Load {
            self.define(&name.id, def::USE, span)?;
            if name.id.as_str() == "super" && self.scope().kind.is_function_like() {
                let class = self.known.class_.clone();
                self.define(&class, def::USE, span)?;
            }
            return Ok(());
        }
        if name.id.as_str() == "__debug__" {
            self.check_debug(name.ctx, span)?;
        }
        self.define(&name.id, def::LOCAL, span)
    }

    /// `yield`, `await` and `:=` may not stand in annotations and type parameters.
    fn forbid_here(&mut self, what: &str, span: Span) -> Result<()> {
        let current = self.current();
        let message = match self.scopes[current].kind {
            ScopeKind::Annotation => format!("{what} cannot be used within an annotation"),
            ScopeKind::TypeVariable => {
                format!("{what} cannot be used within {}", self.type_variable_what(current).unwrap_or("a TypeVar bound"))
            }
            ScopeKind::TypeAlias => format!("{what} cannot be used within a type alias"),
            ScopeKind::TypeParameters => format!("{what} cannot be used within the definition of a generic"),
            _ => return Ok(()),
        };
        Err(Error::syntax(message, span))
    }

    fn note_yield(&mut self, span: Span) -> Result<()> {
        let scope = self.scope();
        scope.generator = true;
        let what = match scope.comprehension {
            Comprehension::No => return Ok(()),
            Comprehension::List => "list comprehension",
            Comprehension::Set => "set comprehension",
            Comprehension::Dict => "dict comprehension",
            Comprehension::Generator => "generator expression",
        };
        Err(Error::syntax(format!("'yield' inside {what}"), span))
    }

    fn await_expr(&mut self, a: &expr::Await, span: Span) -> Result<()> {
        self.forbid_here("await expression", span)?;
        let allowed_at_top = self.options.top_level_await;
        let scope = self.scope();
        if !(allowed_at_top && scope.kind == ScopeKind::Module) {
            if !scope.kind.is_function_like() {
                return Err(Error::syntax("'await' outside function", span));
            }
            if !scope.coroutine && scope.comprehension == Comprehension::No {
                return Err(Error::syntax("'await' outside async function", span));
            }
        }
        self.expr(&a.value)?;
        self.scope().coroutine = true;
        Ok(())
    }

    fn named_expr(&mut self, n: &expr::NamedExpr, span: Span) -> Result<()> {
        self.forbid_here("named expression", span)?;
        let ExprKind::Name(target) = &n.target.kind else {
            return Err(Error::other(crate::error::ErrorKind::Type, "NamedExpr target must be a Name"));
        };
        let scope = self.scope();
        if scope.comp_iter_expr > 0 {
            let message = "assignment expression cannot be used in a comprehension iterable expression";
            return Err(Error::syntax(message, span));
        }
        if scope.comprehension != Comprehension::No {
            self.bind_outside_comprehension(&target.id, n.target.span)?;
        } else {
            let mangled = scope.mangle(&target.id);
            scope.walrus.entry(&mangled, || ());
        }
        self.expr(&n.value)?;
        self.expr(&n.target)
    }

    /// In a comprehension `:=` binds in the scope around all comprehensions.
    fn bind_outside_comprehension(&mut self, target: &Identifier, span: Span) -> Result<()> {
        for level in (0..self.stack.len()).rev() {
            let id = self.stack[level];
            let scope = &self.scopes[id];
            let mangled = scope.mangle(target);
            let flags = scope.symbols.get(&mangled).map_or(0, |s| s.flags);
            if scope.comprehension != Comprehension::No {
                if flags & def::COMP_ITER != 0 && flags & (def::LOCAL | def::GLOBAL) != 0 {
                    let message =
                        format!("assignment expression cannot rebind comprehension iteration variable '{target}'");
                    return Err(Error::syntax(message, span));
                }
                continue;
            }
            let place = match scope.kind {
                ScopeKind::Function => {
                    let flag = if flags & def::GLOBAL != 0 { def::GLOBAL } else { def::NONLOCAL };
                    self.define(target, flag, span)?;
                    self.record_directive(target, span);
                    self.scopes[id].walrus.entry(&mangled, || ());
                    return self.define_in(id, target, def::LOCAL, span);
                }
                ScopeKind::Module => {
                    self.define(target, def::GLOBAL, span)?;
                    self.record_directive(target, span);
                    return self.define_in(TOP, target, def::GLOBAL, span);
                }
                ScopeKind::Class => "in a class body",
                ScopeKind::TypeParameters => "within the definition of a generic",
                ScopeKind::TypeAlias => "in a type alias",
                ScopeKind::TypeVariable => "in a TypeVar bound",
                ScopeKind::Annotation => "within an annotation",
            };
            let message = format!("assignment expression within a comprehension cannot be used {place}");
            return Err(Error::syntax(message, span));
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn comprehension(
        &mut self,
        kind: Comprehension,
        key: ScopeKey,
        name: &str,
        clauses: &[Clause],
        element: &Expr,
        value: Option<&Expr>,
        span: Span,
    ) -> Result<()> {
        let Some((first, rest)) = clauses.split_first() else {
            return Err(Error::other(crate::error::ErrorKind::Value, "comprehension with no generators"));
        };
        // The outermost iterable is evaluated outside.
        self.scope().comp_iter_expr += 1;
        self.expr(&first.iter)?;
        self.scope().comp_iter_expr -= 1;
        let parent = self.current();
        self.enter(&name.into(), ScopeKind::Function, Some(key), span)?;
        let method = self.scopes[parent].kind == ScopeKind::Class;
        let inlined = kind != Comprehension::Generator && !self.scopes[parent].can_see_class_scope;
        let unevaluated = self.scopes[parent].in_unevaluated_annotation;
        let scope = self.scope();
        scope.comprehension = kind;
        scope.inlined = inlined;
        scope.method = method;
        scope.coroutine |= first.is_async != 0;
        scope.in_unevaluated_annotation = unevaluated;
        self.define(&".0".into(), def::PARAM, span)?;
        self.target(&first.target)?;
        self.exprs(&first.ifs)?;
        for clause in rest {
            self.target(&clause.target)?;
            self.scope().comp_iter_expr += 1;
            self.expr(&clause.iter)?;
            self.scope().comp_iter_expr -= 1;
            self.exprs(&clause.ifs)?;
            if clause.is_async != 0 {
                self.scope().coroutine = true;
            }
        }
        self.optional(value)?;
        self.expr(element)?;
        let scope = self.scope();
        scope.generator = kind == Comprehension::Generator;
        let is_async = scope.coroutine && kind != Comprehension::Generator;
        self.exit();
        if is_async {
            // Here, because no code may be made of it.
            let at_top = self.options.top_level_await;
            let scope = self.scope();
            let allowed = scope.comprehension != Comprehension::No
                || scope.kind == ScopeKind::Function && scope.coroutine
                || at_top && scope.kind == ScopeKind::Module;
            if !allowed {
                let message = "asynchronous comprehension outside of an asynchronous function";
                return Err(Error::syntax(message, span));
            }
            self.scope().coroutine = true;
        }
        Ok(())
    }

    fn target(&mut self, target: &Expr) -> Result<()> {
        self.scope().comp_iter_target = true;
        self.expr(target)?;
        self.scope().comp_iter_target = false;
        Ok(())
    }
}
