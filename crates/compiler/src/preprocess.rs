//! The tree that `ast.parse(optimize=…)` shows: `__debug__`, `%` formats and numbers in patterns replaced, docstrings dropped.
//!
//! The compiler itself does not need it: lowering folds for itself.

use taipan_syntax::ast::{
    self, ConstantValue, Expr, ExprContext, ExprKind, Identifier, Int, Mod, Operator, Pattern, PatternKind, PyString, Span, Stmt, StmtKind,
    Unaryop, expr, stmt,
};

use crate::lower::percent;
use crate::{fold, future};
use taipan_bytecode::flags;

struct Pass {
    optimize: u8,
    /// Annotations stay as they are under `from __future__ import annotations`.
    keep_annotations: bool,
}

/// Rewrite `module` in place, as compiled with `optimize`; `features`: future flags in effect from outside.
pub fn preprocess(module: &mut Mod, optimize: u8, features: u32) {
    let own = future::scan(module).map_or(0, |f| f.flags);
    let pass = Pass { optimize, keep_annotations: (own | features) & flags::FUTURE_ANNOTATIONS != 0 };
    module.rewrite(&pass);
    if let Mod::Module(m) = module {
        pass.body(&mut m.body);
    }
}

/// Parts first, then the whole.
trait Rewrite {
    fn rewrite(&mut self, pass: &Pass);
}

macro_rules! leaves {
    ($($t:ty),*) => {$(
        impl Rewrite for $t {
            fn rewrite(&mut self, _: &Pass) {}
        }
    )*};
}

leaves!(Identifier, PyString, i32, ConstantValue, ExprContext, ast::Boolop, Operator, Unaryop, ast::Cmpop);

impl<T: Rewrite> Rewrite for Option<T> {
    fn rewrite(&mut self, pass: &Pass) {
        if let Some(item) = self {
            item.rewrite(pass);
        }
    }
}

impl<T: Rewrite> Rewrite for Vec<T> {
    fn rewrite(&mut self, pass: &Pass) {
        self.iter_mut().for_each(|item| item.rewrite(pass));
    }
}

fn is_annotation(field: &str) -> bool {
    matches!(field, "annotation" | "returns")
}

macro_rules! fields {
    ($node:ident $pass:ident $($field:ident)*) => {
        $(if !($pass.keep_annotations && is_annotation(stringify!($field))) {
            $node.$field.rewrite($pass);
        })*
    };
}

macro_rules! items {
    () => {};
    (sum plain $sum:ident $a:literal $m:ident { $($ctor:ident { $($field:ident : $t:tt),* $(,)? })* } $($rest:tt)*) => {
        impl Rewrite for ast::$sum {
            #[allow(unused_variables)]
            fn rewrite(&mut self, pass: &Pass) {
                match self {
                    $(ast::$sum::$ctor(node) => { fields!(node pass $($field)*); })*
                }
            }
        }
        items!($($rest)*);
    };
    (sum located $sum:ident $a:literal $m:ident { $($ctor:ident { $($field:ident : $t:tt),* $(,)? })* } $($rest:tt)*) => {
        kinds! { $sum { $($ctor { $($field)* })* } }
        items!($($rest)*);
    };
    (tags $sum:ident $a:literal $body:tt $($rest:tt)*) => { items!($($rest)*); };
    (product $l:ident $name:ident $a:literal { $($field:ident : $t:tt),* $(,)? } $($rest:tt)*) => {
        impl Rewrite for ast::$name {
            fn rewrite(&mut self, pass: &Pass) {
                fields!(self pass $($field)*);
            }
        }
        items!($($rest)*);
    };
}

macro_rules! kinds {
    (Stmt $body:tt) => { located! { Stmt StmtKind stmt $body } };
    (Expr $body:tt) => { located! { Expr ExprKind expr $body } };
    (Excepthandler $body:tt) => { located! { Excepthandler ExcepthandlerKind nothing $body } };
    (Pattern $body:tt) => { located! { Pattern PatternKind pattern $body } };
    (TypeParam $body:tt) => { located! { TypeParam TypeParamKind nothing $body } };
}

macro_rules! located {
    ($sum:ident $kind:ident $after:ident { $($ctor:ident { $($field:ident)* })* }) => {
        impl Rewrite for ast::$sum {
            #[allow(unused_variables)]
            fn rewrite(&mut self, pass: &Pass) {
                match &mut self.kind {
                    $(ast::$kind::$ctor(node) => { fields!(node pass $($field)*); })*
                }
                pass.$after(self);
            }
        }
    };
}

taipan_syntax::ast_table!(items);

impl Pass {
    fn nothing<T>(&self, _: &mut T) {}

    /// A body that may begin with a docstring.
    fn body(&self, body: &mut Vec<Stmt>) {
        let is_docstring = |s: &Stmt| {
            matches!(&s.kind, StmtKind::Expr(e) if matches!(&e.value.kind, ExprKind::Constant(c) if matches!(c.value, ConstantValue::Str(_))))
        };
        if self.optimize < 2 || !body.first().is_some_and(is_docstring) {
            return;
        }
        let first = body.remove(0);
        if body.is_empty() {
            let Span { lineno, col_offset, .. } = first.span;
            body.push(Stmt::new(Span::new(lineno, col_offset, lineno, col_offset + 4), stmt::Pass {}));
        }
    }

    fn stmt(&self, s: &mut Stmt) {
        match &mut s.kind {
            StmtKind::FunctionDef(f) => self.body(&mut f.body),
            StmtKind::AsyncFunctionDef(f) => self.body(&mut f.body),
            StmtKind::ClassDef(c) => self.body(&mut c.body),
            _ => {}
        }
    }

    fn expr(&self, e: &mut Expr) {
        let value = match &e.kind {
            ExprKind::Name(n) if n.ctx == ExprContext::Load && n.id == "__debug__" => ConstantValue::Bool(self.optimize == 0),
            ExprKind::BinOp(b) => {
                if let Some(joined) = format(b) {
                    *e = Expr::new(e.span, joined);
                }
                return;
            }
            _ => return,
        };
        *e = Expr::new(e.span, expr::Constant { value, kind: None });
    }

    fn pattern(&self, p: &mut Pattern) {
        match &mut p.kind {
            PatternKind::MatchValue(v) => number(&mut v.value),
            PatternKind::MatchMapping(m) => m.keys.iter_mut().for_each(number),
            _ => {}
        }
    }
}

/// `"…%s…" % (a, b)` as an f-string.
fn format(b: &expr::BinOp) -> Option<expr::JoinedStr> {
    let ExprKind::Constant(c) = &b.left.kind else { return None };
    let pieces = percent::pieces(b.op, &fold::literal(&c.value), &b.right)?;
    let values = pieces.into_iter().map(|piece| match piece {
        percent::Piece::Text(text) => Expr::new(b.left.span, expr::Constant { value: ConstantValue::Str(text), kind: None }),
        percent::Piece::Value(value, conversion, spec) => {
            let conversion = match conversion {
                1 => 's',
                2 => 'r',
                _ => 'a',
            } as i32;
            let span = value.span;
            let spec = (!spec.is_empty()).then(|| {
                let text = expr::Constant { value: ConstantValue::Str(PyString::from(spec.as_str())), kind: None };
                Expr::new(span, expr::JoinedStr { values: vec![Expr::new(span, text)] })
            });
            Expr::new(span, expr::FormattedValue { value: value.clone(), conversion, format_spec: spec })
        }
    });
    Some(expr::JoinedStr { values: values.collect() })
}

/// Fold `-1` and `1 + 2j` in a pattern.
fn number(e: &mut Expr) {
    let folded = match &e.kind {
        ExprKind::UnaryOp(u) if u.op == Unaryop::USub => fold::constant(e, 0),
        ExprKind::BinOp(b) if matches!(b.op, Operator::Add | Operator::Sub) => fold::constant(e, 0),
        _ => None,
    };
    use taipan_bytecode::Const;
    let value = match folded {
        Some(Const::Int(n)) => ConstantValue::Int(Int::Small(n)),
        Some(Const::Float(x)) => ConstantValue::Float(x),
        Some(Const::Complex(real, imag)) => ConstantValue::Complex { real, imag },
        _ => return,
    };
    *e = Expr::new(e.span, expr::Constant { value, kind: None });
}
