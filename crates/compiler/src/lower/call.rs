//! Calls: plain, of methods, through `super()`, with unpacking.

use taipan_bytecode::{CommonConst, Const, FRAME_HEADER, Intrinsic1, Op};
use taipan_syntax::ast::{Expr, ExprContext, ExprKind, Identifier, Keyword, Span, expr};

use super::Lower;
use super::display::is_starred;
use super::name::Place;
use crate::code::Reg;
use crate::error::{Error, Result};
use crate::names::QuickMap;
use crate::symtable::{Meaning, Part, TOP, def};
use crate::unit::UnitKind;

/// More arguments go through a tuple and a dict.
const ARGS_MAX: usize = 100;

pub(crate) const HEADER: Reg = FRAME_HEADER as Reg;

impl<'a> Lower<'a> {
    pub fn call(&mut self, c: &'a expr::Call, dst: Reg, span: Span) -> Result<()> {
        self.check_caller(&c.func);
        self.check_keywords(&c.keywords)?;
        if self.call_over_generator(c, dst, span)? {
            return Ok(());
        }
        let base = self.unit.depth;
        let w = base;
        if needs_unpacking(&c.args, &c.keywords) {
            self.push(&c.func)?;
            return self.call_unpacked(dst, w, &c.args, &c.keywords, span);
        }
        let mut call_span = span;
        let is_method = match &c.func.kind {
            ExprKind::Attribute(a) if a.ctx == ExprContext::Load && !self.is_module_name(&a.value) => {
                call_span = Self::method_span(span, c.func.span, &a.attr);
                self.method(a, w, c.func.span)?;
                true
            }
            _ => {
                self.expr(&c.func, w)?;
                false
            }
        };
        self.unit.depth = w + HEADER + Reg::from(is_method);
        for arg in &c.args {
            self.push(arg)?;
        }
        self.finish_call(dst, w, is_method, &c.keywords, call_span)
    }

    /// `any`, `all` or `tuple` of a generator expression: when the name still means the built-in, its loop runs here.
    fn call_over_generator(&mut self, c: &'a expr::Call, dst: Reg, span: Span) -> Result<bool> {
        let (ExprKind::Name(name), [generator], []) = (&c.func.kind, &c.args[..], &c.keywords[..]) else {
            return Ok(false);
        };
        let which = match name.id.as_str() {
            "any" => CommonConst::Any,
            "all" => CommonConst::All,
            "tuple" => CommonConst::Tuple,
            _ => return Ok(false),
        };
        let ExprKind::GeneratorExp(g) = &generator.kind else { return Ok(false) };
        let is_async = self.table.lookup(&**g, Part::Body).is_none_or(|scope| self.table.scopes[scope].coroutine);
        if is_async {
            return Ok(false);
        }
        let w = self.unit.depth;
        let iter = w + HEADER;
        self.expr(&c.func, w)?;
        self.unit.depth = iter;
        self.expr(generator, iter)?;
        let (item, scratch) = (iter + 1, iter + 2);
        self.emit(span, Op::Copy, [item, w]);
        self.emit(span, Op::LoadCommonConst, [scratch, which as i32]);
        let (end, body, next) = (self.label(), self.label(), self.label());
        // Another function of that name is simply called.
        self.unit.code.begin_cold();
        let replaced = self.unit.code.here();
        self.emit(span, Op::Call, [dst, w, 1]);
        self.jump(span, end);
        self.unit.code.end_cold();
        self.emit_jump(span, Op::JumpIfIsNot, [item, scratch], replaced);
        self.emit(span, Op::Pop, [w]);
        if which == CommonConst::Tuple {
            self.emit(span, Op::BuildList, [w, w, 0]);
        }
        self.jump(span, next);
        self.place(body);
        if which == CommonConst::Tuple {
            self.emit(span, Op::ListAppend, [w, item]);
        } else {
            let decisive = which == CommonConst::Any;
            self.unit.code.begin_cold();
            let found = self.unit.code.here();
            self.emit(span, Op::Pop, [iter]);
            self.load_const(span, Const::Bool(decisive), dst);
            self.jump(span, end);
            self.unit.code.end_cold();
            self.emit_jump(span, if decisive { Op::JumpIfTrue } else { Op::JumpIfFalse }, [item], found);
        }
        self.place(next);
        self.emit_jump(span, Op::ForIter, [item, iter], body);
        if which == CommonConst::Tuple {
            self.emit(span, Op::CallIntrinsic1, [dst, w, Intrinsic1::ListToTuple as i32]);
        } else {
            self.load_const(span, Const::Bool(which == CommonConst::All), dst);
        }
        self.place(end);
        self.unit.depth = w;
        Ok(true)
    }

    /// Evaluate keyword arguments and emit the call; the window is open and the positional arguments are there.
    pub fn finish_call(
        &mut self,
        dst: Reg,
        w: Reg,
        is_method: bool,
        keywords: &'a [Keyword],
        span: Span,
    ) -> Result<()> {
        for keyword in keywords {
            self.push(&keyword.value)?;
        }
        let count = self.unit.depth - w - HEADER;
        self.unit.depth = w;
        if keywords.is_empty() {
            self.emit(span, if is_method { Op::CallMethod } else { Op::Call }, [dst, w, count]);
            return Ok(());
        }
        let names = keywords.iter().filter_map(|k| k.arg.as_ref());
        let names = names.map(|name| Const::str(name.as_str())).collect();
        let names = self.unit.constant(Const::Tuple(names));
        self.emit(span, if is_method { Op::CallMethodKw } else { Op::CallKw }, [dst, w, count, names]);
        Ok(())
    }

    /// Where a method call stands: from the name on, when that is on a later line.
    fn method_span(span: Span, func: Span, attr: &Identifier) -> Span {
        if func.lineno == func.end_lineno {
            return span;
        }
        let start = Self::attr_span(func, attr);
        if start.col_offset < 0 {
            return Span::new(start.lineno, -1, span.end_lineno, -1);
        }
        Span::new(start.lineno, start.col_offset, span.end_lineno, span.end_col_offset)
    }

    /// Put a method into the window `w`.
    fn method(&mut self, a: &'a expr::Attribute, w: Reg, span: Span) -> Result<()> {
        if self.super_method(a, w, span)? {
            return Ok(());
        }
        let object = self.operand(&a.value, true)?;
        self.unit.depth = w;
        let name = self.attr_name(&a.attr);
        self.emit(Self::attr_span(span, &a.attr), Op::LoadMethod, [w, object, name]);
        Ok(())
    }

    /// A name that an import binds: its attributes are functions rather than methods.
    fn is_module_name(&self, e: &Expr) -> bool {
        let ExprKind::Name(name) = &e.kind else { return false };
        let flags = self.table.scopes[TOP].symbols.get(&name.id).map_or(0, |s| s.flags);
        flags & def::IMPORT != 0
    }

    pub fn check_keywords(&self, keywords: &'a [Keyword]) -> Result<()> {
        if keywords.len() < 2 {
            return Ok(());
        }
        // Of several the one whose first mention comes first is reported.
        let mut mentioned: QuickMap<&Identifier, usize> = QuickMap::default();
        let mut worst: Option<(usize, &Keyword)> = None;
        for (index, keyword) in keywords.iter().enumerate() {
            let Some(name) = &keyword.arg else { continue };
            match mentioned.get(name) {
                None => drop(mentioned.insert(name, index)),
                Some(&first) if worst.is_none_or(|(at, _)| first < at) => worst = Some((first, keyword)),
                Some(_) => {}
            }
        }
        match worst {
            Some((_, keyword)) => {
                let name = keyword.arg.as_ref().map_or("", |name| name.as_str());
                Err(Error::syntax(format!("keyword argument repeated: {name}"), keyword.span))
            }
            None => Ok(()),
        }
    }

    /// Call R[w] with unpacked or many arguments.
    fn call_unpacked(
        &mut self,
        dst: Reg,
        w: Reg,
        args: &'a [Expr],
        keywords: &'a [Keyword],
        span: Span,
    ) -> Result<()> {
        let args_reg = w + HEADER;
        self.unit.depth = args_reg;
        match args {
            [Expr { kind: ExprKind::Starred(s), .. }] => self.expr(&s.value, args_reg)?,
            _ => match args.iter().map(|e| self.const_of(e)).collect() {
                Some(items) => self.load_const(span, Const::Tuple(items), args_reg),
                None => self.tuple(args, args_reg, span)?,
            },
        }
        self.finish_unpacked(dst, w, keywords, span)
    }

    /// As `call_unpacked`, when the tuple of positional arguments is in its place.
    pub fn finish_unpacked(&mut self, dst: Reg, w: Reg, keywords: &'a [Keyword], span: Span) -> Result<()> {
        self.unit.depth = w + HEADER + 1;
        let has_kwargs = !keywords.is_empty();
        if has_kwargs {
            self.keyword_dict(w, keywords, span)?;
        }
        self.unit.depth = w;
        self.emit(span, Op::CallEx, [dst, w, i32::from(has_kwargs)]);
        Ok(())
    }

    /// The dict of keyword arguments, in a new temp.
    fn keyword_dict(&mut self, w: Reg, keywords: &'a [Keyword], span: Span) -> Result<()> {
        let dict = self.unit.depth;
        let mut rest = keywords;
        let mut started = false;
        while let Some(keyword) = rest.first() {
            let run = rest.iter().take(ARGS_MAX / 2).take_while(|k| k.arg.is_some()).count();
            if run == 0 {
                if !started {
                    self.emit(span, Op::BuildMap, [dict, dict, 0]);
                    self.unit.depth = dict + 1;
                }
                let mapping = self.operand(&keyword.value, true)?;
                self.emit(span, Op::DictMerge, [dict, mapping, w]);
                rest = &rest[1..];
            } else {
                let at = self.unit.depth;
                for keyword in &rest[..run] {
                    if let Some(name) = &keyword.arg {
                        self.push_const(span, Const::str(name.as_str()));
                    }
                    self.push(&keyword.value)?;
                }
                self.emit(span, Op::BuildMap, [at, at, run as i32]);
                if started {
                    self.emit(span, Op::DictMerge, [dict, at, w]);
                }
                rest = &rest[run..];
            }
            started = true;
            self.unit.depth = dict + 1;
        }
        Ok(())
    }

    // ---- super ----

    /// Load the three operands of a `super()` access if `e` is one that may be fused; whether it had two arguments.
    fn super_operands(&mut self, a: &'a expr::Attribute, base: Reg) -> Result<Option<bool>> {
        let ExprKind::Call(call) = &a.value.kind else { return Ok(None) };
        let ExprKind::Name(name) = &call.func.kind else { return Ok(None) };
        if name.id.as_str() != "super"
            || a.attr.as_str() == "__class__"
            || a.ctx != ExprContext::Load
            || !call.keywords.is_empty()
            || call.args.iter().any(is_starred)
            || !self.unit.inlined.is_empty()
        {
            return Ok(None);
        }
        if self.find(&name.id) != Place::Global || self.table.scopes[TOP].symbols.get(&name.id).is_some_and(|s| {
            s.flags & def::BOUND != 0
        }) {
            return Ok(None);
        }
        let span = call.func.span;
        self.unit.depth = base;
        match &call.args[..] {
            [cls, object] => {
                self.expr(&call.func, base)?;
                self.unit.depth = base + 1;
                self.push(cls)?;
                self.push(object)?;
                Ok(Some(true))
            }
            [] => {
                let class = Identifier::from("__class__");
                if !matches!(self.unit.kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda)
                    || self.unit_scope().meaning(&class) != Meaning::Free
                {
                    return Ok(None);
                }
                let Some(first) = self.unit_scope().params.first().cloned() else { return Ok(None) };
                if self.unit.arg_counts[0] == 0 {
                    return Ok(None);
                }
                self.expr(&call.func, base)?;
                self.load_name(&class, base + 1, span)?;
                self.unit.depth = base + 2;
                let place = self.find(&first);
                self.load_place(place, &first, base + 2, span);
                self.unit.depth = base + 3;
                Ok(Some(false))
            }
            _ => Ok(None),
        }
    }

    /// `super().attr`
    pub fn super_attribute(&mut self, a: &'a expr::Attribute, dst: Reg, span: Span) -> Result<bool> {
        let base = self.unit.depth;
        let Some(two) = self.super_operands(a, base)? else { return Ok(false) };
        self.unit.depth = base;
        let name = self.attr_name(&a.attr);
        self.emit(Self::attr_span(span, &a.attr), Op::LoadSuperAttr, [dst, base, name, i32::from(two)]);
        Ok(true)
    }

    fn super_method(&mut self, a: &'a expr::Attribute, w: Reg, span: Span) -> Result<bool> {
        let Some(two) = self.super_operands(a, w)? else { return Ok(false) };
        self.unit.depth = w;
        let name = self.attr_name(&a.attr);
        self.emit(Self::attr_span(span, &a.attr), Op::LoadSuperMethod, [w, w, name, i32::from(two)]);
        Ok(true)
    }
}

pub(crate) fn needs_unpacking(args: &[Expr], keywords: &[Keyword]) -> bool {
    args.iter().any(is_starred) || keywords.iter().any(|k| k.arg.is_none()) || args.len() + keywords.len() > ARGS_MAX
}
