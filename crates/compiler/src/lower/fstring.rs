//! f-strings and t-strings.

use taipan_bytecode::{Const, Intrinsic1, Op};
use taipan_syntax::ast::{Expr, ExprKind, Span, expr};
use taipan_text::Wtf8Buf;

use super::Lower;
use crate::code::Reg;
use crate::error::{Error, ErrorKind, Result};
use crate::fold;

/// Pieces joined at a time.
const PIECES_MAX: usize = 200;
/// Interpolations of a t-string that are collected in registers.
const INTERPOLATIONS_MAX: usize = 64;

fn conversion(code: i32) -> Result<i32> {
    match code {
        -1 => Ok(0),
        115 => Ok(1),
        114 => Ok(2),
        97 => Ok(3),
        _ => Err(Error::other(ErrorKind::Value, format!("Unrecognized conversion character {code}"))),
    }
}

impl<'a> Lower<'a> {
    pub fn joined_str(&mut self, values: &'a [Expr], dst: Reg, span: Span) -> Result<()> {
        match values {
            [] => {
                self.load_const(span, Const::str(""), dst);
                return Ok(());
            }
            [one] => return self.expr(one, dst),
            _ => {}
        }
        let base = self.unit.depth;
        for e in values {
            self.push(e)?;
            let count = self.unit.depth - base;
            if count as usize >= PIECES_MAX {
                self.emit(span, Op::BuildString, [base, base, count]);
                self.unit.depth = base + 1;
            }
        }
        let count = self.unit.depth - base;
        self.unit.depth = base;
        self.emit(span, Op::BuildString, [dst, base, count]);
        Ok(())
    }

    pub fn formatted_value(&mut self, f: &'a expr::FormattedValue, dst: Reg, span: Span) -> Result<()> {
        let kind = conversion(f.conversion)?;
        let base = self.unit.depth;
        let value = self.operand(&f.value, f.format_spec.is_none())?;
        let Some(spec) = &f.format_spec else {
            self.unit.depth = base;
            self.emit(span, Op::FormatSimple, [dst, value, kind]);
            return Ok(());
        };
        let mut converted = value;
        if kind != 0 {
            converted = if value >= 0 { value } else { self.push_temp() };
            self.emit(span, Op::ConvertValue, [converted, value, kind]);
        }
        let spec = self.operand(spec, true)?;
        self.unit.depth = base;
        self.emit(span, Op::FormatWithSpec, [dst, converted, spec]);
        Ok(())
    }

    pub fn interpolation(&mut self, i: &'a expr::Interpolation, dst: Reg, span: Span) -> Result<()> {
        let kind = conversion(i.conversion)?;
        let base = self.unit.depth;
        self.push(&i.value)?;
        self.push_const(span, fold::literal(&i.str));
        if let Some(spec) = &i.format_spec {
            self.push(spec)?;
        }
        self.unit.depth = base;
        let flags = i32::from(i.format_spec.is_some()) | kind << 1;
        self.emit(span, Op::BuildInterpolation, [dst, base, flags]);
        Ok(())
    }

    /// Strings and interpolations alternate; there is one string more.
    pub fn template_str(&mut self, values: &'a [Expr], dst: Reg, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let mut strings = Vec::new();
        let mut text = Wtf8Buf::new();
        for e in values {
            match &e.kind {
                ExprKind::Interpolation(_) => strings.push(Const::Str(std::mem::take(&mut text))),
                ExprKind::Constant(c) => {
                    if let Const::Str(s) = fold::literal(&c.value) {
                        text.push_wtf8(s.as_wtf8());
                    }
                }
                _ => {}
            }
        }
        strings.push(Const::Str(text));
        self.push_const(span, Const::Tuple(strings.into()));
        let first = self.unit.depth;
        let interpolations = || values.iter().filter(|e| matches!(e.kind, ExprKind::Interpolation(_)));
        if interpolations().count() > INTERPOLATIONS_MAX {
            self.emit(span, Op::BuildList, [first, first, 0]);
            self.unit.depth = first + 1;
            for e in interpolations() {
                let item = self.push(e)?;
                self.emit(span, Op::ListAppend, [first, item]);
                self.unit.depth = first + 1;
            }
            self.emit(span, Op::CallIntrinsic1, [first, first, Intrinsic1::ListToTuple as i32]);
        } else {
            for e in interpolations() {
                self.push(e)?;
            }
            let count = self.unit.depth - first;
            self.emit(span, Op::BuildTuple, [first, first, count]);
        }
        self.unit.depth = base;
        self.emit(span, Op::BuildTemplate, [dst, base]);
        Ok(())
    }
}
