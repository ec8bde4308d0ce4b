//! `"…%s…" % (a, b)` as an f-string, when the format is constant and holds only `%s`, `%r` and `%a`.

use taipan_bytecode::{Const, Op};
use taipan_syntax::ast::{Expr, ExprKind, Operator, Span};
use taipan_text::Wtf8Buf;

use super::Lower;
use super::display::is_starred;
use crate::code::Reg;
use crate::error::Result;

/// Longest width or precision that is looked at.
const DIGITS_MAX: usize = 3;
/// More arguments are left to the operator.
const ARGS_MAX: usize = 60;

/// A part of the result.
pub(crate) enum Piece<'a> {
    /// Text as it is.
    Text(Wtf8Buf),
    /// A converted value (1 str, 2 repr, 3 ascii) with a format spec, which may be empty.
    Value(&'a Expr, i32, String),
}

/// The parts of `left % right`, if it is such a format.
pub(crate) fn pieces<'a>(op: Operator, left: &Const, right: &'a Expr) -> Option<Vec<Piece<'a>>> {
    let (Operator::Mod, Const::Str(format), ExprKind::Tuple(t)) = (op, left, &right.kind) else { return None };
    if t.elts.iter().any(is_starred) || t.elts.len() > ARGS_MAX {
        return None;
    }
    let mut values = t.elts.iter();
    let mut pieces = Vec::new();
    let mut text = Wtf8Buf::new();
    let mut rest = format.code_points().peekable();
    while let Some(c) = rest.next() {
        if c != u32::from(b'%') {
            text.push(c);
            continue;
        }
        if rest.next_if_eq(&u32::from(b'%')).is_some() {
            text.push(u32::from(b'%'));
            continue;
        }
        let left_aligned = rest.next_if_eq(&u32::from(b'-')).is_some();
        let width = digits(&mut rest)?;
        let mut spec = String::new();
        if !width.is_empty() {
            // A leading zero is a flag.
            if width.starts_with('0') {
                return None;
            }
            if !left_aligned {
                spec.push('>');
            }
            spec.push_str(&width);
        }
        if rest.next_if_eq(&u32::from(b'.')).is_some() {
            let precision = digits(&mut rest)?;
            spec.push('.');
            spec.push_str(if precision.is_empty() { "0" } else { &precision });
        }
        let conversion = match u8::try_from(rest.next()?).ok()? {
            b's' => 1,
            b'r' => 2,
            b'a' => 3,
            _ => return None,
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(Piece::Value(values.next()?, conversion, spec));
    }
    if values.next().is_some() {
        return None;
    }
    if !text.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Some(pieces)
}

fn digits(rest: &mut std::iter::Peekable<taipan_text::wtf8::CodePoints<'_>>) -> Option<String> {
    let mut out = String::new();
    while let Some(c) = rest.next_if(|c| (u32::from(b'0')..=u32::from(b'9')).contains(c)) {
        out.push(char::from_u32(c)?);
        if out.len() > DIGITS_MAX {
            return None;
        }
    }
    Some(out)
}

impl<'a> Lower<'a> {
    /// Evaluate the parts and join them into `dst`.
    pub(crate) fn percent_format(&mut self, pieces: Vec<Piece<'a>>, dst: Reg, span: Span) -> Result<()> {
        let base = self.unit.depth;
        let count = pieces.len() as i32;
        for piece in pieces {
            let place = self.unit.depth;
            match piece {
                Piece::Text(text) => self.load_const(span, Const::Str(text), place),
                Piece::Value(e, conversion, spec) => {
                    let value = self.operand(e, true)?;
                    if spec.is_empty() {
                        self.emit(e.span, Op::FormatSimple, [place, value, conversion]);
                    } else {
                        self.emit(e.span, Op::ConvertValue, [place, value, conversion]);
                        self.load_const(e.span, Const::str(&spec), place + 1);
                        self.emit(e.span, Op::FormatWithSpec, [place, place, place + 1]);
                    }
                }
            }
            self.unit.depth = place + 1;
        }
        self.unit.depth = base;
        self.emit(span, Op::BuildString, [dst, base, count]);
        Ok(())
    }
}
