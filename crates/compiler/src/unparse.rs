//! Expressions as source text: annotations under `from __future__ import annotations`.
//!
//! The text is what CPython stores (its `ast_unparse.c`): minimal parentheses, normalised spaces, `repr` of constants.

use taipan_bytecode::Const;
use taipan_syntax::ast::{
    Arguments, Boolop, Cmpop, Comprehension, ConstantValue, Expr, ExprKind, Operator, Unaryop, expr,
};
use taipan_text::{Wtf8, Wtf8Buf};

use crate::error::{DEPTH_MAX, Error, Result};
use crate::fold;

/// Binding strength, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    NamedExpr,
    Tuple,
    Test,
    Or,
    And,
    Not,
    Cmp,
    Expr,
    Bor,
    Bxor,
    Band,
    Shift,
    Arith,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

const LEVELS: [Level; 18] = [
    Level::NamedExpr,
    Level::Tuple,
    Level::Test,
    Level::Or,
    Level::And,
    Level::Not,
    Level::Cmp,
    Level::Expr,
    Level::Bor,
    Level::Bxor,
    Level::Band,
    Level::Shift,
    Level::Arith,
    Level::Term,
    Level::Factor,
    Level::Power,
    Level::Await,
    Level::Atom,
];

impl Level {
    fn next(self) -> Level {
        LEVELS[(self as usize + 1).min(LEVELS.len() - 1)]
    }
}

struct Writer {
    out: Wtf8Buf,
    depth: u32,
}

/// The text of an expression.
pub fn expression(e: &Expr) -> Result<Wtf8Buf> {
    let mut writer = Writer { out: Wtf8Buf::new(), depth: 0 };
    writer.expr(e, Level::Test)?;
    Ok(writer.out)
}

/// `repr` of a constant.
pub fn constant(value: &Const) -> String {
    let mut writer = Writer { out: Wtf8Buf::new(), depth: 0 };
    writer.constant(value);
    writer.out.to_string()
}

/// `repr` of a string.
fn repr_str(text: Wtf8<'_>, out: &mut Wtf8Buf) {
    let quote = if text.as_bytes().contains(&b'\'') && !text.as_bytes().contains(&b'"') { '"' } else { '\'' };
    out.push_char(quote);
    for code_point in text.code_points() {
        match code_point {
            c if c == quote as u32 || c == '\\' as u32 => {
                out.push_char('\\');
                out.push(c);
            }
            0x0A => out.push_str("\\n"),
            0x0D => out.push_str("\\r"),
            0x09 => out.push_str("\\t"),
            c @ (0..0x20 | 0x7F..=0xA0 | 0xAD) => out.push_str(&format!("\\x{c:02x}")),
            c @ 0xD800..=0xDFFF => out.push_str(&format!("\\u{c:04x}")),
            c => out.push(c),
        }
    }
    out.push_char(quote);
}

fn repr_bytes(bytes: &[u8], out: &mut Wtf8Buf) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    out.push_char('b');
    out.push_char(char::from(quote));
    for &byte in bytes {
        match byte {
            b if b == quote || b == b'\\' => {
                out.push_char('\\');
                out.push_char(char::from(b));
            }
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b @ 0x20..0x7F => out.push_char(char::from(b)),
            b => out.push_str(&format!("\\x{b:02x}")),
        }
    }
    out.push_char(char::from(quote));
}

const fn operator(op: Operator) -> (&'static str, Level, bool) {
    match op {
        Operator::Add => (" + ", Level::Arith, false),
        Operator::Sub => (" - ", Level::Arith, false),
        Operator::Mult => (" * ", Level::Term, false),
        Operator::MatMult => (" @ ", Level::Term, false),
        Operator::Div => (" / ", Level::Term, false),
        Operator::Mod => (" % ", Level::Term, false),
        Operator::FloorDiv => (" // ", Level::Term, false),
        Operator::LShift => (" << ", Level::Shift, false),
        Operator::RShift => (" >> ", Level::Shift, false),
        Operator::BitOr => (" | ", Level::Bor, false),
        Operator::BitXor => (" ^ ", Level::Bxor, false),
        Operator::BitAnd => (" & ", Level::Band, false),
        Operator::Pow => (" ** ", Level::Power, true),
    }
}

const fn comparison(op: Cmpop) -> &'static str {
    match op {
        Cmpop::Eq => " == ",
        Cmpop::NotEq => " != ",
        Cmpop::Lt => " < ",
        Cmpop::LtE => " <= ",
        Cmpop::Gt => " > ",
        Cmpop::GtE => " >= ",
        Cmpop::Is => " is ",
        Cmpop::IsNot => " is not ",
        Cmpop::In => " in ",
        Cmpop::NotIn => " not in ",
    }
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn constant(&mut self, value: &Const) {
        match value {
            Const::None => self.text("None"),
            Const::Ellipsis => self.text("..."),
            Const::Bool(true) => self.text("True"),
            Const::Bool(false) => self.text("False"),
            Const::Int(n) => self.text(&n.to_string()),
            Const::BigInt(n) => {
                let mut digits = Vec::new();
                taipan_algo_int::to_decimal(n.view(), &mut digits);
                self.text(&String::from_utf8_lossy(&digits));
            }
            // An infinite literal was too large to be anything else.
            Const::Float(x) => {
                let mut text = Vec::new();
                taipan_algo_float::repr(*x, &mut text);
                self.text(&String::from_utf8_lossy(&text).replace("inf", "1e309"));
            }
            Const::Complex(real, imag) => {
                let mut text = Vec::new();
                taipan_algo_float::complex_repr(*real, *imag, &mut text);
                self.text(&String::from_utf8_lossy(&text).replace("inf", "1e309"));
            }
            Const::Str(s) => repr_str(s.as_wtf8(), &mut self.out),
            Const::Bytes(b) => repr_bytes(b, &mut self.out),
            Const::Tuple(items) => {
                self.text("(");
                self.constants(items);
                self.text(if items.len() == 1 { ",)" } else { ")" });
            }
            Const::FrozenSet(items) => {
                self.text("frozenset({");
                self.constants(items);
                self.text("})");
            }
            Const::Slice(parts) => {
                self.text("slice(");
                self.constants(&parts[..]);
                self.text(")");
            }
            Const::Code(code) => self.text(&format!("<code object {}>", code.name)),
        }
    }

    fn constants(&mut self, items: &[Const]) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            self.constant(item);
        }
    }

    fn list(&mut self, items: &[Expr], level: Level) -> Result<()> {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            self.expr(item, level)?;
        }
        Ok(())
    }

    fn parens(&mut self, needed: bool, body: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        if needed {
            self.text("(");
        }
        body(self)?;
        if needed {
            self.text(")");
        }
        Ok(())
    }

    fn expr(&mut self, e: &Expr, level: Level) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Error::recursion());
        }
        self.expr_inner(e, level)?;
        self.depth -= 1;
        Ok(())
    }

    fn expr_inner(&mut self, e: &Expr, level: Level) -> Result<()> {
        match &e.kind {
            ExprKind::BoolOp(b) => {
                let (op, own) = match b.op {
                    Boolop::And => (" and ", Level::And),
                    Boolop::Or => (" or ", Level::Or),
                };
                self.parens(level > own, |w| {
                    for (index, value) in b.values.iter().enumerate() {
                        if index > 0 {
                            w.text(op);
                        }
                        w.expr(value, own.next())?;
                    }
                    Ok(())
                })
            }
            ExprKind::NamedExpr(n) => self.parens(level > Level::NamedExpr, |w| {
                w.expr(&n.target, Level::Atom)?;
                w.text(" := ");
                w.expr(&n.value, Level::Atom)
            }),
            ExprKind::BinOp(b) => {
                let (op, own, right_assoc) = operator(b.op);
                self.parens(level > own, |w| {
                    w.expr(&b.left, if right_assoc { own.next() } else { own })?;
                    w.text(op);
                    w.expr(&b.right, if right_assoc { own } else { own.next() })
                })
            }
            ExprKind::UnaryOp(u) => {
                let (op, own) = match u.op {
                    Unaryop::Invert => ("~", Level::Factor),
                    Unaryop::Not => ("not ", Level::Not),
                    Unaryop::UAdd => ("+", Level::Factor),
                    Unaryop::USub => ("-", Level::Factor),
                };
                self.parens(level > own, |w| {
                    w.text(op);
                    w.expr(&u.operand, own)
                })
            }
            ExprKind::Lambda(l) => self.parens(level > Level::Test, |w| {
                w.text("lambda");
                w.arguments(&l.args)?;
                w.text(": ");
                w.expr(&l.body, Level::Test)
            }),
            ExprKind::IfExp(i) => self.parens(level > Level::Test, |w| {
                w.expr(&i.body, Level::Test.next())?;
                w.text(" if ");
                w.expr(&i.test, Level::Test.next())?;
                w.text(" else ");
                w.expr(&i.orelse, Level::Test)
            }),
            ExprKind::Dict(d) => {
                self.text("{");
                for (index, (key, value)) in d.keys.iter().zip(&d.values).enumerate() {
                    if index > 0 {
                        self.text(", ");
                    }
                    match key {
                        Some(key) => {
                            self.expr(key, Level::Test)?;
                            self.text(": ");
                            self.expr(value, Level::Test)?;
                        }
                        None => {
                            self.text("**");
                            self.expr(value, Level::Expr)?;
                        }
                    }
                }
                self.text("}");
                Ok(())
            }
            ExprKind::Set(s) => {
                self.text("{");
                self.list(&s.elts, Level::Test)?;
                self.text("}");
                Ok(())
            }
            ExprKind::ListComp(c) => self.comprehension("[", &c.elt, None, &c.generators, "]"),
            ExprKind::SetComp(c) => self.comprehension("{", &c.elt, None, &c.generators, "}"),
            ExprKind::DictComp(c) => self.comprehension("{", &c.key, Some(&c.value), &c.generators, "}"),
            ExprKind::GeneratorExp(c) => self.comprehension("(", &c.elt, None, &c.generators, ")"),
            ExprKind::Await(a) => self.parens(level > Level::Await, |w| {
                w.text("await ");
                w.expr(&a.value, Level::Atom)
            }),
            ExprKind::Yield(y) => {
                self.text("(yield");
                if let Some(value) = &y.value {
                    self.text(" ");
                    self.expr(value, Level::Test)?;
                }
                self.text(")");
                Ok(())
            }
            ExprKind::YieldFrom(y) => {
                self.text("(yield from ");
                self.expr(&y.value, Level::Test)?;
                self.text(")");
                Ok(())
            }
            ExprKind::Compare(c) => self.parens(level > Level::Cmp, |w| {
                w.expr(&c.left, Level::Cmp.next())?;
                for (op, right) in c.ops.iter().zip(&c.comparators) {
                    w.text(comparison(*op));
                    w.expr(right, Level::Cmp.next())?;
                }
                Ok(())
            }),
            ExprKind::Call(c) => self.call(c),
            ExprKind::JoinedStr(j) => self.quoted("f", &j.values),
            ExprKind::TemplateStr(t) => self.quoted("t", &t.values),
            ExprKind::FormattedValue(_) | ExprKind::Interpolation(_) => {
                self.quoted("f", std::slice::from_ref(e))
            }
            ExprKind::Constant(c) => {
                if c.kind.is_some() {
                    self.text("u");
                }
                self.constant(&fold::literal(&c.value));
                Ok(())
            }
            ExprKind::Attribute(a) => {
                self.expr(&a.value, Level::Atom)?;
                // `1.x` would be a float.
                let int = matches!(&a.value.kind, ExprKind::Constant(c) if matches!(c.value, ConstantValue::Int(_)));
                self.text(if int { " ." } else { "." });
                self.text(&a.attr);
                Ok(())
            }
            ExprKind::Subscript(s) => {
                self.expr(&s.value, Level::Atom)?;
                self.text("[");
                self.expr(&s.slice, Level::Tuple)?;
                self.text("]");
                Ok(())
            }
            ExprKind::Starred(s) => {
                self.text("*");
                self.expr(&s.value, Level::Expr)
            }
            ExprKind::Name(n) => {
                self.text(&n.id);
                Ok(())
            }
            ExprKind::List(l) => {
                self.text("[");
                self.list(&l.elts, Level::Test)?;
                self.text("]");
                Ok(())
            }
            ExprKind::Tuple(t) if t.elts.is_empty() => {
                self.text("()");
                Ok(())
            }
            ExprKind::Tuple(t) => self.parens(level > Level::Tuple, |w| {
                w.list(&t.elts, Level::Test)?;
                if t.elts.len() == 1 {
                    w.text(",");
                }
                Ok(())
            }),
            ExprKind::Slice(s) => {
                if let Some(lower) = &s.lower {
                    self.expr(lower, Level::Test)?;
                }
                self.text(":");
                if let Some(upper) = &s.upper {
                    self.expr(upper, Level::Test)?;
                }
                if let Some(step) = &s.step {
                    self.text(":");
                    self.expr(step, Level::Test)?;
                }
                Ok(())
            }
        }
    }

    fn call(&mut self, c: &expr::Call) -> Result<()> {
        self.expr(&c.func, Level::Atom)?;
        if let ([one], []) = (&c.args[..], &c.keywords[..])
            && matches!(one.kind, ExprKind::GeneratorExp(_))
        {
            return self.expr(one, Level::Test);
        }
        self.text("(");
        let mut first = true;
        for arg in &c.args {
            if !std::mem::take(&mut first) {
                self.text(", ");
            }
            self.expr(arg, Level::Test)?;
        }
        for keyword in &c.keywords {
            if !std::mem::take(&mut first) {
                self.text(", ");
            }
            match &keyword.arg {
                Some(name) => {
                    self.text(name);
                    self.text("=");
                }
                None => self.text("**"),
            }
            self.expr(&keyword.value, Level::Test)?;
        }
        self.text(")");
        Ok(())
    }

    fn comprehension(
        &mut self,
        open: &str,
        element: &Expr,
        value: Option<&Expr>,
        clauses: &[Comprehension],
        close: &str,
    ) -> Result<()> {
        self.text(open);
        self.expr(element, Level::Test)?;
        if let Some(value) = value {
            self.text(": ");
            self.expr(value, Level::Test)?;
        }
        for clause in clauses {
            self.text(if clause.is_async != 0 { " async for " } else { " for " });
            self.expr(&clause.target, Level::Tuple)?;
            self.text(" in ");
            self.expr(&clause.iter, Level::Test.next())?;
            for condition in &clause.ifs {
                self.text(" if ");
                self.expr(condition, Level::Test.next())?;
            }
        }
        self.text(close);
        Ok(())
    }

    fn arguments(&mut self, args: &Arguments) -> Result<()> {
        let mut first = true;
        let mut separate = |w: &mut Self| w.text(if std::mem::take(&mut first) { " " } else { ", " });
        let positional: Vec<_> = args.posonlyargs.iter().chain(&args.args).collect();
        let required = positional.len().saturating_sub(args.defaults.len());
        for (index, arg) in positional.iter().enumerate() {
            separate(self);
            self.text(&arg.arg);
            if let Some(default) = index.checked_sub(required).and_then(|i| args.defaults.get(i)) {
                self.text("=");
                self.expr(default, Level::Test)?;
            }
            if index + 1 == args.posonlyargs.len() {
                self.text(", /");
            }
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            separate(self);
            self.text("*");
            if let Some(arg) = &args.vararg {
                self.text(&arg.arg);
            }
        }
        for (arg, default) in args.kwonlyargs.iter().zip(&args.kw_defaults) {
            separate(self);
            self.text(&arg.arg);
            if let Some(default) = default {
                self.text("=");
                self.expr(default, Level::Test)?;
            }
        }
        if let Some(arg) = &args.kwarg {
            separate(self);
            self.text("**");
            self.text(&arg.arg);
        }
        Ok(())
    }

    /// An f-string or t-string: its text with the values in braces, then quoted as a whole.
    fn quoted(&mut self, prefix: &str, values: &[Expr]) -> Result<()> {
        let mut body = Writer { out: Wtf8Buf::new(), depth: self.depth };
        body.pieces(values)?;
        self.text(prefix);
        repr_str(body.out.as_wtf8(), &mut self.out);
        Ok(())
    }

    fn pieces(&mut self, values: &[Expr]) -> Result<()> {
        for e in values {
            let mut source = None;
            let (value, conversion, spec) = match &e.kind {
                ExprKind::Constant(c) => {
                    if let ConstantValue::Str(s) = &c.value {
                        for code_point in s.code_points() {
                            self.out.push(code_point);
                            if code_point == '{' as u32 || code_point == '}' as u32 {
                                self.out.push(code_point);
                            }
                        }
                    }
                    continue;
                }
                ExprKind::JoinedStr(j) => {
                    self.pieces(&j.values)?;
                    continue;
                }
                ExprKind::FormattedValue(f) => (&f.value, f.conversion, &f.format_spec),
                ExprKind::Interpolation(i) => {
                    source = match &i.str {
                        ConstantValue::Str(s) => Some(s),
                        _ => None,
                    };
                    (&i.value, i.conversion, &i.format_spec)
                }
                _ => continue,
            };
            let mut inner = Writer { out: Wtf8Buf::new(), depth: self.depth };
            match source {
                Some(text) => inner.out.push_wtf8(text.as_wtf8()),
                None => inner.expr(value, Level::Test.next())?,
            }
            // A brace at the start would be an escape.
            self.text(if inner.out.as_bytes().first() == Some(&b'{') { "{ " } else { "{" });
            self.out.push_wtf8(inner.out.as_wtf8());
            if let Some(c) = u32::try_from(conversion).ok().and_then(char::from_u32) {
                self.text("!");
                self.out.push_char(c);
            }
            if let Some(spec) = spec {
                self.text(":");
                self.pieces(std::slice::from_ref(spec))?;
            }
            self.text("}");
        }
        Ok(())
    }
}
