//! Classes.

use taipan_bytecode::{CodeSpec, Const, Intrinsic1, Op};
use taipan_syntax::ast::{Identifier, Span, stmt};

use super::Lower;
use super::call::{HEADER, needs_unpacking};
use super::try_::NOWHERE;
use crate::code::Reg;
use crate::error::{Error, ErrorKind, Result};
use crate::symtable::{Part, ScopeId};
use crate::unit::UnitKind;

impl<'a> Lower<'a> {
    pub fn class_def(&mut self, c: &'a stmt::ClassDef, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let windows = self.decorators(&c.decorator_list, span)?;
        let firstlineno = c.decorator_list.first().map_or(span.lineno, |d| d.span.lineno);
        let body =
            self.table.lookup(c, Part::Body).ok_or_else(|| Error::other(ErrorKind::Value, "unknown scope"))?;
        let w = self.unit.depth;
        if c.type_params.is_empty() {
            self.build_class(c, body, firstlineno, w, None, span)?;
        } else {
            self.generic_class(c, body, firstlineno, w, span)?;
        }
        self.unit.depth = w + 1;
        self.apply_decorators(&c.decorator_list, &windows);
        self.unit.depth = base;
        self.store_name(&c.name, base, span)
    }

    /// `__build_class__(body, name, *bases, **keywords)` in the window `w`, the class goes to R[w].
    fn build_class(
        &mut self,
        c: &'a stmt::ClassDef,
        body: ScopeId,
        firstlineno: i32,
        w: Reg,
        generic_base: Option<Reg>,
        span: Span,
    ) -> Result<()> {
        self.emit(span, Op::LoadBuildClass, [w]);
        self.unit.depth = w + HEADER;
        let code = self.class_body(c, body, firstlineno)?;
        let function = self.unit.depth;
        self.make_closure(code, body, 0, function, function, span)?;
        self.unit.depth = function + 1;
        let name = self.push_const(span, Const::str(c.name.as_str()));
        self.check_keywords(&c.keywords)?;
        if needs_unpacking(&c.bases, &c.keywords) {
            return self.call_class_unpacked(c, w, function, name, generic_base, span);
        }
        for base in &c.bases {
            self.push(base)?;
        }
        if let Some(generic) = generic_base {
            let dst = self.push_temp();
            self.emit(span, Op::Move, [dst, generic]);
        }
        self.finish_call(w, w, false, &c.keywords, span)
    }

    fn call_class_unpacked(
        &mut self,
        c: &'a stmt::ClassDef,
        w: Reg,
        function: Reg,
        name: Reg,
        generic_base: Option<Reg>,
        span: Span,
    ) -> Result<()> {
        // The arguments' tuple is to stand where the function stands now.
        self.emit(span, Op::BuildList, [function, function, name - function + 1]);
        self.unit.depth = function + 1;
        for e in &c.bases {
            let (op, e) = match &e.kind {
                taipan_syntax::ast::ExprKind::Starred(s) => (Op::ListExtend, &s.value),
                _ => (Op::ListAppend, e),
            };
            let item = self.operand(e, true)?;
            self.unit.depth = function + 1;
            self.emit(span, op, [function, item]);
        }
        if let Some(generic) = generic_base {
            self.emit(span, Op::ListAppend, [function, generic]);
        }
        self.emit(span, Op::CallIntrinsic1, [function, function, Intrinsic1::ListToTuple as i32]);
        self.finish_unpacked(w, w, &c.keywords, span)
    }

    fn class_body(
        &mut self,
        c: &'a stmt::ClassDef,
        scope: ScopeId,
        firstlineno: i32,
    ) -> Result<CodeSpec> {
        self.enter_unit(scope, UnitKind::Class, &c.name, firstlineno)?;
        let start = Span::new(firstlineno, 0, firstlineno, 0);
        self.prologue(start)?;
        let name = |text: &str| Identifier::from(text);
        self.load_name(&name("__name__"), 0, start)?;
        self.store_name(&name("__module__"), 0, start)?;
        let qualname = Const::str(&self.unit.qualname);
        self.load_const(start, qualname, 0);
        self.store_name(&name("__qualname__"), 0, start)?;
        self.load_const(start, Const::Int(i64::from(firstlineno)), 0);
        self.store_name(&name("__firstlineno__"), 0, start)?;
        if !c.type_params.is_empty() {
            self.load_name(&name(".type_params"), 0, start)?;
            self.store_name(&name("__type_params__"), 0, start)?;
        }
        if let Some(&cell) = self.unit.cells.get(&name("__classdict__"))
            && self.unit_scope().needs_classdict
        {
            self.emit(start, Op::LoadLocals, [0]);
            self.emit(start, Op::StoreDeref, [cell, 0]);
        }
        if let Some(&cell) = self.unit.cells.get(&name("__conditional_annotations__"))
            && self.unit_scope().has_conditional_annotations
        {
            self.emit(start, Op::BuildSet, [0, 0, 0]);
            self.emit(start, Op::StoreDeref, [cell, 0]);
        }
        if self.future_annotations() && self.unit_scope().annotations_used {
            self.emit(start, Op::SetupAnnotations, []);
        }
        let mut body = &c.body[..];
        if let Some((docstring, at)) = self.docstring_of(body) {
            body = &body[1..];
            if self.optimize < 2 {
                self.load_const(at, docstring, 0);
                self.store_name(&name("__doc__"), 0, at)?;
            }
        }
        self.stmts(body)?;
        self.class_end()?;
        self.leave_unit()
    }

    fn class_end(&mut self) -> Result<()> {
        self.deferred_annotations()?;
        let attributes = std::mem::take(&mut self.unit.static_attributes);
        let mut attributes: Vec<Identifier> = attributes.into_entries().into_iter().map(|(name, ())| name).collect();
        attributes.sort();
        let attributes = attributes.iter().map(|name| Const::str(name.as_str())).collect();
        self.load_const(NOWHERE, Const::Tuple(attributes), 0);
        self.store_name(&"__static_attributes__".into(), 0, NOWHERE)?;
        let needs_classdict = self.unit_scope().needs_classdict;
        if let Some(&cell) = self.unit.cells.get(&Identifier::from("__classdict__"))
            && needs_classdict
        {
            self.emit(NOWHERE, Op::Copy, [0, cell]);
            self.store_name(&"__classdictcell__".into(), 0, NOWHERE)?;
        }
        let needs_class = self.unit_scope().needs_class_closure;
        match self.unit.class_cell.or_else(|| self.unit.cells.get(&Identifier::from("__class__")).copied()) {
            Some(cell) if needs_class => {
                self.emit(NOWHERE, Op::Copy, [0, cell]);
                self.emit(NOWHERE, Op::Copy, [1, 0]);
                self.store_name(&"__classcell__".into(), 0, NOWHERE)?;
                self.emit(NOWHERE, Op::Return, [1]);
            }
            _ => self.emit(NOWHERE, Op::ReturnNone, []),
        }
        Ok(())
    }

    fn generic_class(
        &mut self,
        c: &'a stmt::ClassDef,
        body: ScopeId,
        firstlineno: i32,
        w: Reg,
        span: Span,
    ) -> Result<()> {
        let scope =
            self.table.lookup(c, Part::TypeParams).ok_or_else(|| Error::other(ErrorKind::Value, "unknown scope"))?;
        self.enter_type_params(scope, &c.name, firstlineno)?;
        self.prologue(span)?;
        self.type_params(&c.type_params, 0)?;
        let type_params = Identifier::from(".type_params");
        self.store_name(&type_params, 0, span)?;
        self.unit.depth = 0;
        // Generic[*type_params] is evaluated after the body function and before the bases.
        let generic = self.unit.plain_local(&".generic_base".into());
        self.load_name(&type_params, 0, span)?;
        self.emit(span, Op::CallIntrinsic1, [0, 0, Intrinsic1::SubscriptGeneric as i32]);
        self.emit(span, Op::Move, [generic, 0]);
        self.build_class(c, body, firstlineno, 0, Some(generic), span)?;
        self.emit(span, Op::Return, [0]);
        let code = self.leave_unit()?;
        self.unit.depth = w + HEADER;
        self.call_type_params(code, scope, w, 0, span)
    }

    /// In a method: `self.x = …` names a static attribute of the class.
    pub fn note_static_attribute(&mut self, object: &taipan_syntax::ast::Expr, attr: &Identifier) {
        let taipan_syntax::ast::ExprKind::Name(name) = &object.kind else { return };
        if name.id.as_str() != "self" {
            return;
        }
        // The nearest class around, through functions.
        for unit in self.outer.iter_mut().rev() {
            match unit.kind {
                UnitKind::Class => {
                    unit.static_attributes.entry(attr, || ());
                    return;
                }
                UnitKind::Module => return,
                _ => {}
            }
        }
    }
}
