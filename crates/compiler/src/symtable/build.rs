//! The walk that records scopes, bindings and uses.

use taipan_bytecode::flags;
use taipan_syntax::ast::{
    Arg, Arguments, Excepthandler, ExcepthandlerKind, Expr, ExprKind, Identifier, Mod, Pattern, PatternKind, Span, Stmt,
    StmtKind, TypeParam, TypeParamKind, stmt,
};

use super::{Comprehension, Part, Scope, ScopeId, ScopeKey, ScopeKind, Symbol, SymbolTable, def};
use crate::error::{DEPTH_MAX, Error, Result};
use crate::future::is_docstring;
use crate::names::{NameMap, QuickMap};

/// What the walk must know besides the tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuildOptions {
    /// `__future__` flags in effect.
    pub future: u32,
    /// Whether `await` is allowed at the top (`PyCF_ALLOW_TOP_LEVEL_AWAIT`).
    pub top_level_await: bool,
}

pub(super) struct Builder {
    pub(super) scopes: Vec<Scope>,
    by_node: QuickMap<ScopeKey, ScopeId>,
    /// Open scopes, innermost last.
    pub(super) stack: Vec<ScopeId>,
    pub(super) private: Option<Identifier>,
    depth: u32,
    /// What the open type variable scopes are, for messages.
    type_variable_whats: Vec<(ScopeId, &'static str)>,
    pub(super) options: BuildOptions,
    /// Names used over and over.
    pub(super) known: Known,
}

pub(super) struct Known {
    pub class_: Identifier,
    pub classdict: Identifier,
    pub conditional_annotations: Identifier,
    pub format: Identifier,
}

pub(super) fn build(module: &Mod, options: BuildOptions) -> Result<SymbolTable> {
    let mut builder = Builder {
        scopes: Vec::new(),
        by_node: QuickMap::default(),
        stack: Vec::new(),
        private: None,
        depth: 0,
        type_variable_whats: Vec::new(),
        options,
        known: Known {
            class_: "__class__".into(),
            classdict: "__classdict__".into(),
            conditional_annotations: "__conditional_annotations__".into(),
            format: ".format".into(),
        },
    };
    let top = Identifier::from("top");
    builder.enter(&top, ScopeKind::Module, None, Span::default())?;
    match module {
        Mod::Module(m) => builder.body(&m.body)?,
        Mod::Interactive(m) => builder.body(&m.body)?,
        Mod::Expression(m) => builder.expr(&m.body)?,
        Mod::FunctionType(_) => {
            return Err(Error::other(crate::error::ErrorKind::Value, "this compiler does not handle FunctionTypes"));
        }
    }
    builder.exit();
    Ok(SymbolTable { scopes: builder.scopes, by_node: builder.by_node })
}

impl Builder {
    pub(super) fn current(&self) -> ScopeId {
        // The stack is empty only before the module is entered and after it is left.
        self.stack.last().copied().unwrap_or(0)
    }

    pub(super) fn scope(&mut self) -> &mut Scope {
        let current = self.current();
        &mut self.scopes[current]
    }

    pub(super) fn deeper(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Error::recursion()) } else { Ok(()) }
    }

    pub(super) fn shallower(&mut self) {
        self.depth -= 1;
    }

    /// Open a new scope inside the current one.
    pub(super) fn enter(
        &mut self,
        name: &Identifier,
        kind: ScopeKind,
        key: Option<ScopeKey>,
        span: Span,
    ) -> Result<ScopeId> {
        let id = self.new_scope(name, kind, key, span);
        self.stack.push(id);
        if matches!(kind, ScopeKind::Annotation | ScopeKind::TypeAlias | ScopeKind::TypeVariable) {
            let format = self.known.format.clone();
            self.define(&format, def::PARAM, span)?;
            self.define(&format, def::USE, span)?;
        }
        Ok(id)
    }

    fn new_scope(&mut self, name: &Identifier, kind: ScopeKind, key: Option<ScopeKey>, span: Span) -> ScopeId {
        let id = self.scopes.len();
        let parent = self.stack.last().copied();
        let comp_iter_expr = parent.map_or(0, |p| self.scopes[p].comp_iter_expr);
        let nested = parent.is_some_and(|p| self.scopes[p].nested || self.scopes[p].kind.is_function_like());
        let mangled_only = match parent {
            Some(p) if kind != ScopeKind::Class => self.scopes[p].mangled_only.clone(),
            _ => None,
        };
        self.scopes.push(Scope {
            kind,
            name: name.clone(),
            symbols: NameMap::default(),
            params: Vec::new(),
            children: Vec::new(),
            parent,
            directives: Vec::new(),
            nested,
            generator: false,
            coroutine: false,
            comprehension: Comprehension::No,
            inlined: false,
            varargs: false,
            varkeywords: false,
            returns_value: false,
            needs_class_closure: false,
            needs_classdict: false,
            has_conditional_annotations: false,
            can_see_class_scope: false,
            method: false,
            has_docstring: false,
            annotations_used: false,
            annotation_block: None,
            walrus: NameMap::default(),
            span,
            private: self.private.clone(),
            mangled_only,
            in_conditional_block: false,
            in_unevaluated_annotation: false,
            comp_iter_target: false,
            comp_iter_expr,
        });
        if let Some(parent) = parent {
            self.scopes[parent].children.push(id);
        }
        if let Some(key) = key {
            self.by_node.insert(key, id);
        }
        id
    }

    pub(super) fn exit(&mut self) {
        self.stack.pop();
    }

    /// Flags of `name` (mangled here) in the current scope; 0 if unknown.
    fn flags_of(&mut self, name: &Identifier) -> u32 {
        let scope = self.scope();
        let mangled = scope.mangle(name);
        scope.symbols.get(&mangled).map_or(0, |s| s.flags)
    }

    /// Note that the current scope binds or uses `name`.
    pub(super) fn define(&mut self, name: &Identifier, flag: u32, span: Span) -> Result<()> {
        let current = self.current();
        if flag & def::TYPE_PARAM != 0
            && let Some(only) = &mut self.scopes[current].mangled_only
        {
            only.entry(name, || ());
        }
        self.define_in(current, name, flag, span)
    }

    pub(super) fn define_in(&mut self, id: ScopeId, name: &Identifier, flag: u32, span: Span) -> Result<()> {
        let scope = &mut self.scopes[id];
        let name = scope.mangle(name);
        let in_target = scope.comp_iter_target;
        let (_, symbol) = scope.symbols.entry(&name, Symbol::default);
        if flag & def::PARAM != 0 && symbol.flags & def::PARAM != 0 {
            return Err(Error::syntax(format!("duplicate argument '{name}' in function definition"), span));
        }
        if flag & def::TYPE_PARAM != 0 && symbol.flags & def::TYPE_PARAM != 0 {
            return Err(Error::syntax(format!("duplicate type parameter '{name}'"), span));
        }
        symbol.flags |= flag;
        if in_target {
            if symbol.flags & (def::GLOBAL | def::NONLOCAL) != 0 {
                let message =
                    format!("comprehension inner loop cannot rebind assignment expression target '{name}'");
                return Err(Error::syntax(message, span));
            }
            symbol.flags |= def::COMP_ITER;
        }
        if flag & def::PARAM != 0 {
            scope.params.push(name);
        } else if flag & def::GLOBAL != 0 && id != super::TOP {
            let (_, symbol) = self.scopes[super::TOP].symbols.entry(&name, Symbol::default);
            symbol.flags |= flag;
        }
        Ok(())
    }

    fn forbid_debug(&self, name: &Identifier, span: Span) -> Result<()> {
        if name.as_str() == "__debug__" {
            return Err(Error::syntax("cannot assign to __debug__", span));
        }
        Ok(())
    }

    /// Bind `name`.
    pub(super) fn bind(&mut self, name: &Identifier, flag: u32, span: Span) -> Result<()> {
        self.forbid_debug(name, span)?;
        self.define(name, flag, span)
    }

    // ---- statements ----

    pub(super) fn body(&mut self, body: &[Stmt]) -> Result<()> {
        if body.first().is_some_and(is_docstring) {
            self.scope().has_docstring = true;
        }
        self.stmts(body)
    }

    fn stmts(&mut self, stmts: &[Stmt]) -> Result<()> {
        stmts.iter().try_for_each(|s| self.stmt(s))
    }

    /// A block that may not run.
    fn conditional(&mut self, stmts: &[Stmt]) -> Result<()> {
        let before = std::mem::replace(&mut self.scope().in_conditional_block, true);
        self.stmts(stmts)?;
        self.scope().in_conditional_block = before;
        Ok(())
    }

    fn stmt(&mut self, s: &Stmt) -> Result<()> {
        self.deeper()?;
        let span = s.span;
        match &s.kind {
            StmtKind::FunctionDef(f) => self.function(
                FunctionParts {
                    key: ScopeKey::new(&**f, Part::Body),
                    type_params_key: ScopeKey::new(&**f, Part::TypeParams),
                    name: &f.name,
                    args: &f.args,
                    body: &f.body,
                    decorators: &f.decorator_list,
                    returns: f.returns.as_ref(),
                    type_params: &f.type_params,
                    is_async: false,
                },
                span,
            )?,
            StmtKind::AsyncFunctionDef(f) => self.function(
                FunctionParts {
                    key: ScopeKey::new(&**f, Part::Body),
                    type_params_key: ScopeKey::new(&**f, Part::TypeParams),
                    name: &f.name,
                    args: &f.args,
                    body: &f.body,
                    decorators: &f.decorator_list,
                    returns: f.returns.as_ref(),
                    type_params: &f.type_params,
                    is_async: true,
                },
                span,
            )?,
            StmtKind::ClassDef(c) => self.class(c, span)?,
            StmtKind::TypeAlias(t) => self.type_alias(t, span)?,
            StmtKind::Return(r) => {
                if let Some(value) = &r.value {
                    self.expr(value)?;
                    self.scope().returns_value = true;
                }
            }
            StmtKind::Delete(d) => self.exprs(&d.targets)?,
            StmtKind::Assign(a) => {
                self.exprs(&a.targets)?;
                self.expr(&a.value)?;
            }
            StmtKind::AugAssign(a) => {
                self.expr(&a.target)?;
                self.expr(&a.value)?;
            }
            StmtKind::AnnAssign(a) => self.ann_assign(a, span)?,
            StmtKind::For(f) => {
                self.expr(&f.target)?;
                self.expr(&f.iter)?;
                self.conditional(&f.body)?;
                self.conditional(&f.orelse)?;
            }
            StmtKind::AsyncFor(f) => {
                self.require_async("'async for' outside async function", span)?;
                self.expr(&f.target)?;
                self.expr(&f.iter)?;
                self.conditional(&f.body)?;
                self.conditional(&f.orelse)?;
            }
            StmtKind::While(w) => {
                self.expr(&w.test)?;
                self.conditional(&w.body)?;
                self.conditional(&w.orelse)?;
            }
            StmtKind::If(first) => {
                // A chain of `elif` is one level, however long.
                let mut node = first;
                loop {
                    self.expr(&node.test)?;
                    self.conditional(&node.body)?;
                    match &node.orelse[..] {
                        [Stmt { kind: StmtKind::If(next), .. }] => node = next,
                        orelse => break self.conditional(orelse)?,
                    }
                }
            }
            StmtKind::With(w) => {
                self.with_items(&w.items)?;
                self.conditional(&w.body)?;
            }
            StmtKind::AsyncWith(w) => {
                self.require_async("'async with' outside async function", span)?;
                self.with_items(&w.items)?;
                self.conditional(&w.body)?;
            }
            StmtKind::Match(m) => {
                self.expr(&m.subject)?;
                for case in &m.cases {
                    self.pattern(&case.pattern)?;
                    if let Some(guard) = &case.guard {
                        self.expr(guard)?;
                    }
                    self.conditional(&case.body)?;
                }
            }
            StmtKind::Raise(r) => {
                self.optional(r.exc.as_ref())?;
                self.optional(r.cause.as_ref())?;
            }
            StmtKind::Try(t) => self.try_parts(&t.body, &t.handlers, &t.orelse, &t.finalbody)?,
            StmtKind::TryStar(t) => self.try_parts(&t.body, &t.handlers, &t.orelse, &t.finalbody)?,
            StmtKind::Assert(a) => {
                self.expr(&a.test)?;
                self.optional(a.msg.as_ref())?;
            }
            StmtKind::Import(i) => {
                for alias in &i.names {
                    self.alias(alias)?;
                }
            }
            StmtKind::ImportFrom(i) => {
                for alias in &i.names {
                    self.alias(alias)?;
                }
            }
            StmtKind::Global(g) => {
                for name in &g.names {
                    self.directive(name, def::GLOBAL, span)?;
                }
            }
            StmtKind::Nonlocal(n) => {
                for name in &n.names {
                    self.directive(name, def::NONLOCAL, span)?;
                }
            }
            StmtKind::Expr(e) => self.expr(&e.value)?,
            StmtKind::Pass(_) | StmtKind::Break(_) | StmtKind::Continue(_) => {}
        }
        self.shallower();
        Ok(())
    }

    fn require_async(&mut self, message: &str, span: Span) -> Result<()> {
        let top_level_await = self.options.top_level_await;
        let scope = self.scope();
        if top_level_await && scope.kind == ScopeKind::Module {
            scope.coroutine = true;
        }
        if !scope.coroutine {
            return Err(Error::syntax(message, span));
        }
        Ok(())
    }

    fn with_items(&mut self, items: &[taipan_syntax::ast::Withitem]) -> Result<()> {
        for item in items {
            self.expr(&item.context_expr)?;
            self.optional(item.optional_vars.as_ref())?;
        }
        Ok(())
    }

    fn try_parts(
        &mut self,
        body: &[Stmt],
        handlers: &[Excepthandler],
        orelse: &[Stmt],
        finalbody: &[Stmt],
    ) -> Result<()> {
        self.conditional(body)?;
        for handler in handlers {
            let ExcepthandlerKind::ExceptHandler(h) = &handler.kind;
            self.optional(h.r#type.as_ref())?;
            if let Some(name) = &h.name {
                self.bind(name, def::LOCAL, handler.span)?;
            }
            self.conditional(&h.body)?;
        }
        self.conditional(orelse)?;
        self.conditional(finalbody)
    }

    fn alias(&mut self, alias: &taipan_syntax::ast::Alias) -> Result<()> {
        let full = alias.asname.as_ref().unwrap_or(&alias.name);
        if full.as_str() == "*" {
            if self.scope().kind != ScopeKind::Module {
                return Err(Error::syntax("import * only allowed at module level", alias.span));
            }
            return Ok(());
        }
        match (&alias.asname, full.split_once('.')) {
            (None, Some((first, _))) => self.bind(&Identifier::new(first), def::IMPORT, alias.span),
            _ => self.bind(full, def::IMPORT, alias.span),
        }
    }

    fn directive(&mut self, name: &Identifier, flag: u32, span: Span) -> Result<()> {
        let word = if flag == def::GLOBAL { "global" } else { "nonlocal" };
        let flags = self.flags_of(name);
        if flags & (def::PARAM | def::LOCAL | def::USE | def::ANNOT) != 0 {
            let message = if flags & def::PARAM != 0 {
                format!("name '{name}' is parameter and {word}")
            } else if flags & def::USE != 0 {
                format!("name '{name}' is used prior to {word} declaration")
            } else if flags & def::ANNOT != 0 {
                format!("annotated name '{name}' can't be {word}")
            } else {
                format!("name '{name}' is assigned to before {word} declaration")
            };
            return Err(Error::syntax(message, span));
        }
        self.define(name, flag, span)?;
        self.record_directive(name, span);
        Ok(())
    }

    pub(super) fn record_directive(&mut self, name: &Identifier, span: Span) {
        let scope = self.scope();
        let mangled = scope.mangle(name);
        scope.directives.push((mangled, span));
    }

    fn ann_assign(&mut self, a: &stmt::AnnAssign, span: Span) -> Result<()> {
        self.scope().annotations_used = true;
        match &a.target.kind {
            ExprKind::Name(name) => {
                let flags = self.flags_of(&name.id);
                let at_module = self.current() == super::TOP;
                if flags & (def::GLOBAL | def::NONLOCAL) != 0 && !at_module && a.simple != 0 {
                    let word = if flags & def::GLOBAL != 0 { "global" } else { "nonlocal" };
                    return Err(Error::syntax(format!("annotated name '{}' can't be {word}", name.id), span));
                }
                if a.simple != 0 {
                    self.bind(&name.id, def::ANNOT | def::LOCAL, a.target.span)?;
                } else if a.value.is_some() {
                    self.bind(&name.id, def::LOCAL, a.target.span)?;
                }
            }
            _ => self.expr(&a.target)?,
        }
        self.variable_annotation(&a.annotation)?;
        self.optional(a.value.as_ref())
    }

    // ---- annotations ----

    fn future_annotations(&self) -> bool {
        self.options.future & flags::FUTURE_ANNOTATIONS != 0
    }

    /// Enter the annotation scope of the current one.
    fn enter_annotations(&mut self, span: Span) -> Result<()> {
        let parent = self.current();
        if let Some(block) = self.scopes[parent].annotation_block {
            self.stack.push(block);
            return Ok(());
        }
        let kind = self.scopes[parent].kind;
        let id = self.enter(&"__annotate__".into(), ScopeKind::Annotation, None, span)?;
        self.scopes[parent].annotation_block = Some(id);
        if kind == ScopeKind::Class && !self.future_annotations() { self.see_class(span) } else { Ok(()) }
    }

    fn variable_annotation(&mut self, annotation: &Expr) -> Result<()> {
        let conditional_name = self.known.conditional_annotations.clone();
        let scope = self.scope();
        let unevaluated = scope.kind == ScopeKind::Function;
        let conditional = match scope.kind {
            ScopeKind::Class => scope.in_conditional_block,
            ScopeKind::Module => true,
            _ => false,
        };
        if conditional && !scope.has_conditional_annotations {
            scope.has_conditional_annotations = true;
            self.define(&conditional_name, def::USE, annotation.span)?;
        }
        let conditional = self.scope().has_conditional_annotations && self.scope().kind == ScopeKind::Class;
        self.enter_annotations(annotation.span)?;
        if conditional {
            self.define(&conditional_name, def::USE, annotation.span)?;
        }
        let block = self.current();
        let future = self.future_annotations();
        let before = std::mem::replace(&mut self.scope().in_unevaluated_annotation, unevaluated || future);
        self.expr(annotation)?;
        self.scope().in_unevaluated_annotation = before;
        self.exit();
        if future && !unevaluated {
            self.scope().children.retain(|&child| child != block);
        }
        Ok(())
    }

    fn function_annotations(&mut self, function: ScopeId, parts: &FunctionParts<'_>, span: Span) -> Result<()> {
        let args = parts.args;
        let all = args.posonlyargs.iter().chain(&args.args).chain(&args.kwonlyargs).chain(&args.vararg).chain(&args.kwarg);
        let annotations: Vec<&Expr> = all.filter_map(|a| a.annotation.as_ref()).chain(parts.returns).collect();
        let future = self.future_annotations();
        let in_class = self.scope().can_see_class_scope;
        let kind = self.scope().kind;
        let id = self.enter(&"__annotate__".into(), ScopeKind::Annotation, None, span)?;
        self.scopes[function].annotation_block = Some(id);
        // Under the future import only strings come of them: errors are reported, names are not recorded.
        self.scope().in_unevaluated_annotation = future;
        if !future && (in_class || kind == ScopeKind::Class) {
            self.see_class(span)?;
        }
        for annotation in &annotations {
            self.scope().annotations_used = true;
            self.expr(annotation)?;
        }
        self.exit();
        if future {
            self.scope().children.retain(|&child| child != id);
        }
        Ok(())
    }

    // ---- functions and classes ----

    fn function(&mut self, parts: FunctionParts<'_>, span: Span) -> Result<()> {
        self.bind(parts.name, def::LOCAL, span)?;
        self.defaults(parts.args)?;
        self.exprs(parts.decorators)?;
        let generic = !parts.type_params.is_empty();
        if generic {
            let args = parts.args;
            let kw_defaults = args.kw_defaults.iter().any(Option::is_some);
            self.enter_type_params(parts.name, parts.type_params_key, span)?;
            self.define(&".defaults".into(), def::PARAM, span)?;
            if kw_defaults {
                self.define(&".kwdefaults".into(), def::PARAM, span)?;
            }
            self.type_params(parts.type_params)?;
        }
        let id = self.new_scope(parts.name, ScopeKind::Function, Some(parts.key), span);
        let parent = self.current();
        let method = self.scopes[parent].kind == ScopeKind::Class;
        self.scopes[id].method = method;
        self.function_annotations(id, &parts, span)?;
        // Among the children the annotations come before the function.
        let children = &mut self.scopes[parent].children;
        if let Some(at) = children.iter().position(|&child| child == id) {
            children.remove(at);
            children.push(id);
        }
        self.scopes[id].coroutine = parts.is_async;
        self.stack.push(id);
        self.parameters(parts.args)?;
        self.body(parts.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    pub(super) fn defaults(&mut self, args: &Arguments) -> Result<()> {
        self.exprs(&args.defaults)?;
        args.kw_defaults.iter().flatten().try_for_each(|e| self.expr(e))
    }

    pub(super) fn parameters(&mut self, args: &Arguments) -> Result<()> {
        let mut plain = args.posonlyargs.iter().chain(&args.args).chain(&args.kwonlyargs);
        plain.try_for_each(|a: &Arg| self.bind(&a.arg, def::PARAM, a.span))?;
        if let Some(a) = &args.vararg {
            self.bind(&a.arg, def::PARAM, a.span)?;
            self.scope().varargs = true;
        }
        if let Some(a) = &args.kwarg {
            self.bind(&a.arg, def::PARAM, a.span)?;
            self.scope().varkeywords = true;
        }
        Ok(())
    }

    fn class(&mut self, c: &stmt::ClassDef, span: Span) -> Result<()> {
        self.bind(&c.name, def::LOCAL, span)?;
        self.exprs(&c.decorator_list)?;
        let outer_private = self.private.clone();
        let generic = !c.type_params.is_empty();
        if generic {
            let id = self.enter_type_params(&c.name, ScopeKey::new(c, Part::TypeParams), span)?;
            self.private = Some(c.name.clone());
            let scope = &mut self.scopes[id];
            scope.private = Some(c.name.clone());
            scope.mangled_only = Some(NameMap::default());
            for name in [".type_params", ".generic_base"] {
                self.define(&name.into(), def::LOCAL, span)?;
                self.define(&name.into(), def::USE, span)?;
            }
            self.type_params(&c.type_params)?;
        }
        self.exprs(&c.bases)?;
        for keyword in &c.keywords {
            self.keyword(keyword)?;
        }
        self.private = Some(c.name.clone());
        self.enter(&c.name, ScopeKind::Class, Some(ScopeKey::new(c, Part::Body)), span)?;
        if generic {
            self.define(&"__type_params__".into(), def::LOCAL, span)?;
            self.define(&".type_params".into(), def::USE, span)?;
        }
        self.body(&c.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        self.private = outer_private;
        Ok(())
    }

    fn enter_type_params(&mut self, name: &Identifier, key: ScopeKey, span: Span) -> Result<ScopeId> {
        let in_class = self.scope().kind == ScopeKind::Class;
        let id = self.enter(name, ScopeKind::TypeParameters, Some(key), span)?;
        if in_class {
            self.see_class(span)?;
        }
        Ok(id)
    }

    fn type_alias(&mut self, t: &stmt::TypeAlias, span: Span) -> Result<()> {
        self.expr(&t.name)?;
        let ExprKind::Name(name) = &t.name.kind else {
            return Err(Error::other(crate::error::ErrorKind::Type, "TypeAlias with non-Name name"));
        };
        let outer = self.scope();
        let in_class = outer.kind == ScopeKind::Class || outer.can_see_class_scope;
        let generic = !t.type_params.is_empty();
        if generic {
            self.enter_type_params(&name.id, ScopeKey::new(t, Part::TypeParams), span)?;
            self.type_params(&t.type_params)?;
        }
        self.enter(&name.id, ScopeKind::TypeAlias, Some(ScopeKey::new(t, Part::Body)), span)?;
        if in_class {
            self.see_class(span)?;
        }
        self.expr(&t.value)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    fn see_class(&mut self, span: Span) -> Result<()> {
        self.scope().can_see_class_scope = true;
        let classdict = self.known.classdict.clone();
        self.define(&classdict, def::USE, span)
    }

    fn type_params(&mut self, params: &[TypeParam]) -> Result<()> {
        params.iter().try_for_each(|p| self.type_param(p))
    }

    fn type_param(&mut self, param: &TypeParam) -> Result<()> {
        let (name, default, what) = match &param.kind {
            TypeParamKind::TypeVar(t) => (&t.name, &t.default_value, "a TypeVar default"),
            TypeParamKind::ParamSpec(t) => (&t.name, &t.default_value, "a ParamSpec default"),
            TypeParamKind::TypeVarTuple(t) => (&t.name, &t.default_value, "a TypeVarTuple default"),
        };
        if matches!(name.as_str(), "__classdict__" | "__conditional_annotations__") {
            let message = format!("reserved name '{name}' cannot be used for type parameter");
            return Err(Error::syntax(message, param.span));
        }
        self.bind(name, def::TYPE_PARAM | def::LOCAL, param.span)?;
        if let TypeParamKind::TypeVar(t) = &param.kind
            && let Some(bound) = &t.bound
        {
            let what = if matches!(bound.kind, ExprKind::Tuple(_)) { "a TypeVar constraint" } else { "a TypeVar bound" };
            self.type_variable(bound, name, ScopeKey::new(param, Part::Bound), what)?;
        }
        if let Some(default) = default {
            self.type_variable(default, name, ScopeKey::new(param, Part::Default), what)?;
        }
        Ok(())
    }

    fn type_variable(&mut self, value: &Expr, name: &Identifier, key: ScopeKey, what: &'static str) -> Result<()> {
        let in_class = self.scope().can_see_class_scope;
        let id = self.enter(name, ScopeKind::TypeVariable, Some(key), value.span)?;
        self.type_variable_whats.push((id, what));
        if in_class {
            self.see_class(value.span)?;
        }
        self.expr(value)?;
        self.exit();
        Ok(())
    }

    // ---- patterns ----

    fn pattern(&mut self, p: &Pattern) -> Result<()> {
        self.deeper()?;
        match &p.kind {
            PatternKind::MatchValue(v) => self.expr(&v.value)?,
            PatternKind::MatchSingleton(_) => {}
            PatternKind::MatchSequence(s) => s.patterns.iter().try_for_each(|p| self.pattern(p))?,
            PatternKind::MatchStar(s) => {
                if let Some(name) = &s.name {
                    self.bind(name, def::LOCAL, p.span)?;
                }
            }
            PatternKind::MatchMapping(m) => {
                self.exprs(&m.keys)?;
                m.patterns.iter().try_for_each(|p| self.pattern(p))?;
                if let Some(name) = &m.rest {
                    self.bind(name, def::LOCAL, p.span)?;
                }
            }
            PatternKind::MatchClass(c) => {
                self.expr(&c.cls)?;
                c.patterns.iter().try_for_each(|p| self.pattern(p))?;
                for (name, pattern) in c.kwd_attrs.iter().zip(&c.kwd_patterns) {
                    self.forbid_debug(name, pattern.span)?;
                }
                c.kwd_patterns.iter().try_for_each(|p| self.pattern(p))?;
            }
            PatternKind::MatchAs(a) => {
                if let Some(pattern) = &a.pattern {
                    self.pattern(pattern)?;
                }
                if let Some(name) = &a.name {
                    self.bind(name, def::LOCAL, p.span)?;
                }
            }
            PatternKind::MatchOr(o) => o.patterns.iter().try_for_each(|p| self.pattern(p))?,
        }
        self.shallower();
        Ok(())
    }

    /// How messages call the type variable scope `id`.
    pub(super) fn type_variable_what(&self, id: ScopeId) -> Option<&'static str> {
        self.type_variable_whats.iter().rev().find(|(scope, _)| *scope == id).map(|(_, what)| *what)
    }
}

struct FunctionParts<'a> {
    key: ScopeKey,
    type_params_key: ScopeKey,
    name: &'a Identifier,
    args: &'a Arguments,
    body: &'a [Stmt],
    decorators: &'a [Expr],
    returns: Option<&'a Expr>,
    type_params: &'a [TypeParam],
    is_async: bool,
}
