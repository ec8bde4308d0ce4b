//! Checks of trees that a program built: what the parser guarantees and the later stages rely on.
//!
//! Messages are those of CPython's `ast.c` validator: `ValueError`, or `TypeError` for a node of the wrong class.

use taipan_syntax::ast::{
    Alias, Arg, Arguments, Comprehension, ConstantValue, Excepthandler, ExcepthandlerKind, Expr, ExprContext, ExprKind, Mod,
    Pattern, PatternKind, Span, Stmt, StmtKind, TypeParam, TypeParamKind, Unaryop,
};

use crate::error::{DEPTH_MAX, Error, ErrorKind, Result};

struct Validator {
    depth: u32,
}

fn value_error<T>(message: impl Into<String>) -> Result<T> {
    Err(Error::other(ErrorKind::Value, message))
}

fn type_error<T>(message: impl Into<String>) -> Result<T> {
    Err(Error::other(ErrorKind::Type, message))
}

/// Check a tree.
pub fn validate(module: &Mod) -> Result<()> {
    let mut v = Validator { depth: 0 };
    match module {
        Mod::Module(m) => v.stmts(&m.body),
        Mod::Interactive(m) => v.stmts(&m.body),
        Mod::Expression(e) => v.expr(&e.body, ExprContext::Load),
        Mod::FunctionType(f) => {
            v.exprs(&f.argtypes, ExprContext::Load)?;
            v.expr(&f.returns, ExprContext::Load)
        }
    }
}

fn positions(s: Span) -> Result<()> {
    if s.lineno > s.end_lineno {
        return value_error(format!("AST node line range ({}, {}) is not valid", s.lineno, s.end_lineno));
    }
    if (s.lineno < 0 && s.end_lineno != s.lineno) || (s.col_offset < 0 && s.col_offset != s.end_col_offset) {
        return value_error(format!(
            "AST node column range ({}, {}) for line range ({}, {}) is not valid",
            s.col_offset, s.end_col_offset, s.lineno, s.end_lineno
        ));
    }
    if s.lineno == s.end_lineno && s.col_offset > s.end_col_offset {
        return value_error(format!(
            "line {}, column {}-{} is not a valid range",
            s.lineno, s.col_offset, s.end_col_offset
        ));
    }
    Ok(())
}

fn identifier(name: &str) -> Result<()> {
    match name {
        "None" | "True" | "False" => value_error(format!("identifier field can't represent '{name}' constant")),
        _ => Ok(()),
    }
}

fn aliases(names: &[Alias]) -> Result<()> {
    names.iter().try_for_each(|a| {
        identifier(&a.name)?;
        a.asname.as_ref().map_or(Ok(()), |name| identifier(name))
    })
}

fn nonempty<T>(items: &[T], what: &str, owner: &str) -> Result<()> {
    if items.is_empty() { value_error(format!("empty {what} on {owner}")) } else { Ok(()) }
}

fn context_name(ctx: ExprContext) -> &'static str {
    ctx.info().name
}

impl Validator {
    fn nested(&mut self, f: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Error::other(ErrorKind::Recursion, "maximum recursion depth exceeded during ast construction"));
        }
        f(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn stmts(&mut self, stmts: &[Stmt]) -> Result<()> {
        stmts.iter().try_for_each(|s| self.stmt(s))
    }

    fn body(&mut self, stmts: &[Stmt], owner: &str) -> Result<()> {
        nonempty(stmts, "body", owner)?;
        self.stmts(stmts)
    }

    fn exprs(&mut self, exprs: &[Expr], ctx: ExprContext) -> Result<()> {
        exprs.iter().try_for_each(|e| self.expr(e, ctx))
    }

    fn optional(&mut self, e: Option<&Expr>) -> Result<()> {
        e.map_or(Ok(()), |e| self.expr(e, ExprContext::Load))
    }

    fn args(&mut self, args: &Arguments) -> Result<()> {
        let plain = args.posonlyargs.iter().chain(&args.args).chain(&args.vararg).chain(&args.kwonlyargs);
        plain.chain(&args.kwarg).try_for_each(|a: &Arg| {
            positions(a.span)?;
            identifier(&a.arg)?;
            self.optional(a.annotation.as_ref())
        })?;
        if args.defaults.len() > args.posonlyargs.len() + args.args.len() {
            return value_error("more positional defaults than args on arguments");
        }
        if args.kw_defaults.len() != args.kwonlyargs.len() {
            return value_error("length of kwonlyargs is not the same as kw_defaults on arguments");
        }
        self.exprs(&args.defaults, ExprContext::Load)?;
        args.kw_defaults.iter().flatten().try_for_each(|e| self.expr(e, ExprContext::Load))
    }

    fn type_params(&mut self, params: &[TypeParam]) -> Result<()> {
        params.iter().try_for_each(|p| {
            positions(p.span)?;
            let (name, bound, default) = match &p.kind {
                TypeParamKind::TypeVar(t) => (&t.name, t.bound.as_ref(), t.default_value.as_ref()),
                TypeParamKind::ParamSpec(t) => (&t.name, None, t.default_value.as_ref()),
                TypeParamKind::TypeVarTuple(t) => (&t.name, None, t.default_value.as_ref()),
            };
            identifier(name)?;
            self.optional(bound)?;
            self.optional(default)
        })
    }

    fn stmt(&mut self, s: &Stmt) -> Result<()> {
        positions(s.span)?;
        self.nested(|v| v.stmt_inner(s))
    }

    fn stmt_inner(&mut self, s: &Stmt) -> Result<()> {
        let load = ExprContext::Load;
        match &s.kind {
            StmtKind::FunctionDef(f) => {
                identifier(&f.name)?;
                self.body(&f.body, "FunctionDef")?;
                self.type_params(&f.type_params)?;
                self.args(&f.args)?;
                self.exprs(&f.decorator_list, load)?;
                self.optional(f.returns.as_ref())
            }
            StmtKind::AsyncFunctionDef(f) => {
                identifier(&f.name)?;
                self.body(&f.body, "AsyncFunctionDef")?;
                self.type_params(&f.type_params)?;
                self.args(&f.args)?;
                self.exprs(&f.decorator_list, load)?;
                self.optional(f.returns.as_ref())
            }
            StmtKind::ClassDef(c) => {
                identifier(&c.name)?;
                self.body(&c.body, "ClassDef")?;
                self.type_params(&c.type_params)?;
                self.exprs(&c.bases, load)?;
                c.keywords.iter().try_for_each(|k| self.expr(&k.value, load))?;
                self.exprs(&c.decorator_list, load)
            }
            StmtKind::Return(r) => self.optional(r.value.as_ref()),
            StmtKind::Delete(d) => {
                nonempty(&d.targets, "targets", "Delete")?;
                self.exprs(&d.targets, ExprContext::Del)
            }
            StmtKind::Assign(a) => {
                nonempty(&a.targets, "targets", "Assign")?;
                self.exprs(&a.targets, ExprContext::Store)?;
                self.expr(&a.value, load)
            }
            StmtKind::TypeAlias(t) => {
                if !matches!(t.name.kind, ExprKind::Name(_)) {
                    return type_error("TypeAlias with non-Name name");
                }
                self.expr(&t.name, ExprContext::Store)?;
                self.type_params(&t.type_params)?;
                self.expr(&t.value, load)
            }
            StmtKind::AugAssign(a) => {
                self.expr(&a.target, ExprContext::Store)?;
                self.expr(&a.value, load)
            }
            StmtKind::AnnAssign(a) => {
                if a.simple != 0 && !matches!(a.target.kind, ExprKind::Name(_)) {
                    return type_error("AnnAssign with simple non-Name target");
                }
                self.expr(&a.target, ExprContext::Store)?;
                self.optional(a.value.as_ref())?;
                self.expr(&a.annotation, load)
            }
            StmtKind::For(f) => self.for_parts(&f.target, &f.iter, &f.body, &f.orelse, "For"),
            StmtKind::AsyncFor(f) => self.for_parts(&f.target, &f.iter, &f.body, &f.orelse, "AsyncFor"),
            StmtKind::While(w) => {
                self.expr(&w.test, load)?;
                self.body(&w.body, "While")?;
                self.stmts(&w.orelse)
            }
            StmtKind::If(i) => {
                self.expr(&i.test, load)?;
                self.body(&i.body, "If")?;
                self.stmts(&i.orelse)
            }
            StmtKind::With(w) => self.with_parts(&w.items, &w.body, "With"),
            StmtKind::AsyncWith(w) => self.with_parts(&w.items, &w.body, "AsyncWith"),
            StmtKind::Match(m) => {
                self.expr(&m.subject, load)?;
                nonempty(&m.cases, "cases", "Match")?;
                m.cases.iter().try_for_each(|case| {
                    self.pattern(&case.pattern, false)?;
                    self.optional(case.guard.as_ref())?;
                    self.body(&case.body, "match_case")
                })
            }
            StmtKind::Raise(r) => {
                if r.exc.is_none() && r.cause.is_some() {
                    return value_error("Raise with cause but no exception");
                }
                self.optional(r.exc.as_ref())?;
                self.optional(r.cause.as_ref())
            }
            StmtKind::Try(t) => self.try_parts(&t.body, &t.handlers, &t.orelse, &t.finalbody, "Try"),
            StmtKind::TryStar(t) => self.try_parts(&t.body, &t.handlers, &t.orelse, &t.finalbody, "TryStar"),
            StmtKind::Assert(a) => {
                self.expr(&a.test, load)?;
                self.optional(a.msg.as_ref())
            }
            StmtKind::Import(i) => {
                nonempty(&i.names, "names", "Import")?;
                aliases(&i.names)
            }
            StmtKind::ImportFrom(i) => {
                if i.level.is_some_and(|level| level < 0) {
                    return value_error("Negative ImportFrom level");
                }
                nonempty(&i.names, "names", "ImportFrom")?;
                aliases(&i.names)
            }
            StmtKind::Global(g) => nonempty(&g.names, "names", "Global"),
            StmtKind::Nonlocal(n) => nonempty(&n.names, "names", "Nonlocal"),
            StmtKind::Expr(e) => self.expr(&e.value, load),
            StmtKind::Pass(_) | StmtKind::Break(_) | StmtKind::Continue(_) => Ok(()),
        }
    }

    fn for_parts(&mut self, target: &Expr, iter: &Expr, body: &[Stmt], orelse: &[Stmt], owner: &str) -> Result<()> {
        self.expr(target, ExprContext::Store)?;
        self.expr(iter, ExprContext::Load)?;
        self.body(body, owner)?;
        self.stmts(orelse)
    }

    fn with_parts(&mut self, items: &[taipan_syntax::ast::Withitem], body: &[Stmt], owner: &str) -> Result<()> {
        nonempty(items, "items", owner)?;
        for item in items {
            self.expr(&item.context_expr, ExprContext::Load)?;
            if let Some(target) = &item.optional_vars {
                self.expr(target, ExprContext::Store)?;
            }
        }
        self.body(body, owner)
    }

    fn try_parts(
        &mut self,
        body: &[Stmt],
        handlers: &[Excepthandler],
        orelse: &[Stmt],
        finalbody: &[Stmt],
        owner: &str,
    ) -> Result<()> {
        self.body(body, owner)?;
        if handlers.is_empty() && finalbody.is_empty() {
            return value_error(format!("{owner} has neither except handlers nor finalbody"));
        }
        if handlers.is_empty() && !orelse.is_empty() {
            return value_error(format!("{owner} has orelse but no except handlers"));
        }
        for handler in handlers {
            positions(handler.span)?;
            let ExcepthandlerKind::ExceptHandler(h) = &handler.kind;
            h.name.as_ref().map_or(Ok(()), |name| identifier(name))?;
            self.optional(h.r#type.as_ref())?;
            self.body(&h.body, "ExceptHandler")?;
        }
        self.stmts(finalbody)?;
        self.stmts(orelse)
    }

    // ---- expressions ----

    fn expr(&mut self, e: &Expr, ctx: ExprContext) -> Result<()> {
        positions(e.span)?;
        let actual = match &e.kind {
            ExprKind::Attribute(x) => Some(x.ctx),
            ExprKind::Subscript(x) => Some(x.ctx),
            ExprKind::Starred(x) => Some(x.ctx),
            ExprKind::Name(x) => {
                identifier(&x.id)?;
                Some(x.ctx)
            }
            ExprKind::List(x) => Some(x.ctx),
            ExprKind::Tuple(x) => Some(x.ctx),
            _ => None,
        };
        match actual {
            None if ctx != ExprContext::Load => {
                return value_error(format!("expression which can't be assigned to in {} context", context_name(ctx)));
            }
            Some(actual) if actual != ctx => {
                return value_error(format!(
                    "expression must have {} context but has {} instead",
                    context_name(ctx),
                    context_name(actual)
                ));
            }
            _ => {}
        }
        self.nested(|v| v.expr_inner(e, ctx))
    }

    fn expr_inner(&mut self, e: &Expr, ctx: ExprContext) -> Result<()> {
        let load = ExprContext::Load;
        match &e.kind {
            ExprKind::BoolOp(b) => {
                if b.values.len() < 2 {
                    return value_error("BoolOp with less than 2 values");
                }
                self.exprs(&b.values, load)
            }
            ExprKind::BinOp(b) => {
                self.expr(&b.left, load)?;
                self.expr(&b.right, load)
            }
            ExprKind::UnaryOp(u) => self.expr(&u.operand, load),
            ExprKind::Lambda(l) => {
                self.args(&l.args)?;
                self.expr(&l.body, load)
            }
            ExprKind::IfExp(i) => {
                self.expr(&i.test, load)?;
                self.expr(&i.body, load)?;
                self.expr(&i.orelse, load)
            }
            ExprKind::Dict(d) => {
                if d.keys.len() != d.values.len() {
                    return value_error("Dict doesn't have the same number of keys as values");
                }
                d.keys.iter().flatten().try_for_each(|k| self.expr(k, load))?;
                self.exprs(&d.values, load)
            }
            ExprKind::Set(s) => self.exprs(&s.elts, load),
            ExprKind::ListComp(c) => self.comprehension(&c.generators, &c.elt, None),
            ExprKind::SetComp(c) => self.comprehension(&c.generators, &c.elt, None),
            ExprKind::GeneratorExp(c) => self.comprehension(&c.generators, &c.elt, None),
            ExprKind::DictComp(c) => self.comprehension(&c.generators, &c.key, Some(&c.value)),
            ExprKind::Yield(y) => self.optional(y.value.as_ref()),
            ExprKind::YieldFrom(y) => self.expr(&y.value, load),
            ExprKind::Await(a) => self.expr(&a.value, load),
            ExprKind::Compare(c) => {
                if c.comparators.is_empty() {
                    return value_error("Compare has no comparators");
                }
                if c.comparators.len() != c.ops.len() {
                    return value_error("Compare has a different number of comparators and operands");
                }
                self.exprs(&c.comparators, load)?;
                self.expr(&c.left, load)
            }
            ExprKind::Call(c) => {
                self.expr(&c.func, load)?;
                self.exprs(&c.args, load)?;
                c.keywords.iter().try_for_each(|k| self.expr(&k.value, load))
            }
            ExprKind::Constant(_) | ExprKind::Name(_) => Ok(()),
            ExprKind::JoinedStr(j) => self.exprs(&j.values, load),
            ExprKind::TemplateStr(j) => self.exprs(&j.values, load),
            ExprKind::FormattedValue(f) => {
                self.expr(&f.value, load)?;
                self.optional(f.format_spec.as_ref())
            }
            ExprKind::Interpolation(i) => {
                self.expr(&i.value, load)?;
                self.optional(i.format_spec.as_ref())
            }
            ExprKind::Attribute(a) => self.expr(&a.value, load),
            ExprKind::Subscript(s) => {
                self.expr(&s.slice, load)?;
                self.expr(&s.value, load)
            }
            ExprKind::Starred(s) => self.expr(&s.value, ctx),
            ExprKind::List(l) => self.exprs(&l.elts, ctx),
            ExprKind::Tuple(t) => self.exprs(&t.elts, ctx),
            ExprKind::Slice(s) => {
                self.optional(s.lower.as_ref())?;
                self.optional(s.upper.as_ref())?;
                self.optional(s.step.as_ref())
            }
            ExprKind::NamedExpr(n) => {
                if !matches!(n.target.kind, ExprKind::Name(_)) {
                    return type_error("NamedExpr target must be a Name");
                }
                self.expr(&n.target, ExprContext::Store)?;
                self.expr(&n.value, load)
            }
        }
    }

    fn comprehension(&mut self, clauses: &[Comprehension], element: &Expr, value: Option<&Expr>) -> Result<()> {
        if clauses.is_empty() {
            return value_error("comprehension with no generators");
        }
        for clause in clauses {
            self.expr(&clause.target, ExprContext::Store)?;
            self.expr(&clause.iter, ExprContext::Load)?;
            self.exprs(&clause.ifs, ExprContext::Load)?;
        }
        self.expr(element, ExprContext::Load)?;
        self.optional(value)
    }

    // ---- patterns ----

    fn patterns(&mut self, patterns: &[Pattern], star_ok: bool) -> Result<()> {
        patterns.iter().try_for_each(|p| self.pattern(p, star_ok))
    }

    fn capture(&mut self, name: &str) -> Result<()> {
        if name == "_" {
            return value_error("can't capture name '_' in patterns");
        }
        identifier(name)
    }

    fn pattern(&mut self, p: &Pattern, star_ok: bool) -> Result<()> {
        positions(p.span)?;
        self.nested(|v| v.pattern_inner(p, star_ok))
    }

    fn pattern_inner(&mut self, p: &Pattern, star_ok: bool) -> Result<()> {
        match &p.kind {
            PatternKind::MatchValue(m) => self.pattern_value(&m.value),
            PatternKind::MatchSingleton(m) => match m.value {
                ConstantValue::None | ConstantValue::Bool(_) => Ok(()),
                _ => value_error("MatchSingleton can only contain True, False and None"),
            },
            PatternKind::MatchSequence(m) => self.patterns(&m.patterns, true),
            PatternKind::MatchMapping(m) => {
                if m.keys.len() != m.patterns.len() {
                    return value_error("MatchMapping doesn't have the same number of keys as patterns");
                }
                if let Some(rest) = &m.rest {
                    self.capture(rest)?;
                }
                for key in &m.keys {
                    if let ExprKind::Constant(c) = &key.kind
                        && matches!(c.value, ConstantValue::None | ConstantValue::Bool(_))
                    {
                        continue;
                    }
                    self.pattern_value(key)?;
                }
                self.patterns(&m.patterns, false)
            }
            PatternKind::MatchClass(m) => {
                if m.kwd_attrs.len() != m.kwd_patterns.len() {
                    return value_error("MatchClass doesn't have the same number of keyword attributes as patterns");
                }
                self.expr(&m.cls, ExprContext::Load)?;
                let mut cls = &m.cls;
                loop {
                    match &cls.kind {
                        ExprKind::Name(_) => break,
                        ExprKind::Attribute(a) => cls = &a.value,
                        _ => return value_error("MatchClass cls field can only contain Name or Attribute nodes."),
                    }
                }
                m.kwd_attrs.iter().try_for_each(|name| identifier(name))?;
                self.patterns(&m.patterns, false)?;
                self.patterns(&m.kwd_patterns, false)
            }
            PatternKind::MatchStar(m) => {
                if !star_ok {
                    return value_error("can't use MatchStar here");
                }
                m.name.as_ref().map_or(Ok(()), |name| self.capture(name))
            }
            PatternKind::MatchAs(m) => {
                if let Some(name) = &m.name {
                    self.capture(name)?;
                }
                match &m.pattern {
                    None => Ok(()),
                    Some(_) if m.name.is_none() => {
                        value_error("MatchAs must specify a target name if a pattern is given")
                    }
                    Some(inner) => self.pattern(inner, false),
                }
            }
            PatternKind::MatchOr(m) => {
                if m.patterns.len() < 2 {
                    return value_error("MatchOr requires at least 2 patterns");
                }
                self.patterns(&m.patterns, false)
            }
        }
    }

    fn pattern_value(&mut self, e: &Expr) -> Result<()> {
        self.expr(e, ExprContext::Load)?;
        let number = |e: &Expr, complex_only: bool| match &e.kind {
            ExprKind::Constant(c) => match c.value {
                ConstantValue::Complex { .. } => true,
                ConstantValue::Int(_) | ConstantValue::Float(_) => !complex_only,
                _ => false,
            },
            _ => false,
        };
        let signed = |e: &Expr| match &e.kind {
            ExprKind::UnaryOp(u) => u.op == Unaryop::USub && number(&u.operand, false),
            _ => number(e, false),
        };
        let fits = match &e.kind {
            ExprKind::Constant(c) => {
                return match c.value {
                    ConstantValue::Int(_)
                    | ConstantValue::Float(_)
                    | ConstantValue::Complex { .. }
                    | ConstantValue::Str(_)
                    | ConstantValue::Bytes(_) => Ok(()),
                    _ => value_error("unexpected constant inside of a literal pattern"),
                };
            }
            ExprKind::Attribute(_) | ExprKind::JoinedStr(_) | ExprKind::TemplateStr(_) => true,
            ExprKind::UnaryOp(_) => signed(e),
            ExprKind::BinOp(b) => signed(&b.left) && number(&b.right, true),
            _ => false,
        };
        if fits { Ok(()) } else { value_error("patterns may only match literals and attribute lookups") }
    }
}
