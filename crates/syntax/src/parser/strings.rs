//! String literals, f-strings and t-strings: decoding, fields, and the joining of adjacent ones.

use super::{Fail, P, Parser};
use crate::ast::{ConstantValue, Expr, ExprKind, PyString, Span, expr};
use crate::error::{Category, ErrorKind, SyntaxError, Warning};
use crate::lex::{Tok, Token};
use crate::literal::{self, BadEscape};

/// What follows the expression of a field.
struct Conversion {
    value: i32,
    token: Token,
}

impl Parser<'_> {
    /// One or more adjacent strings.
    pub(super) fn strings(&mut self) -> P<Expr> {
        let start = self.token();
        if start.kind == Tok::TStringStart {
            return self.template_strings(start);
        }
        if start.kind == Tok::String && !matches!(self.kind_at(1), Tok::String | Tok::FStringStart | Tok::TStringStart) {
            self.bump();
            return self.plain_string(start);
        }
        let mut pieces = Vec::new();
        let (mut bytes, mut text, mut formatted) = (false, false, false);
        loop {
            match self.kind() {
                Tok::String => {
                    let token = self.bump();
                    let piece = self.plain_string(token)?;
                    match &piece.kind {
                        ExprKind::Constant(node) if matches!(node.value, ConstantValue::Bytes(_)) => bytes = true,
                        _ => text = true,
                    }
                    pieces.push(piece);
                }
                Tok::FStringStart => {
                    formatted = true;
                    self.fstring(&mut pieces)?;
                }
                Tok::TStringStart => return Err(Fail::Syntax),
                _ => break,
            }
        }
        if bytes && (text || formatted) {
            return Err(Fail::Syntax);
        }
        let span = self.span_from(start);
        if bytes {
            return Ok(Self::join_bytes(pieces, span));
        }
        Self::join_strings(pieces, span, formatted)
    }

    fn template_strings(&mut self, start: Token) -> P<Expr> {
        self.require(14)?;
        let mut pieces = Vec::new();
        while self.at(Tok::TStringStart) {
            self.fstring(&mut pieces)?;
        }
        if matches!(self.kind(), Tok::String | Tok::FStringStart) {
            return Err(Fail::Syntax);
        }
        let values = fold(pieces, true);
        Ok(Expr::new(self.span_from(start), expr::TemplateStr { values }))
    }

    fn plain_string(&mut self, token: Token) -> P<Expr> {
        let parts = literal::split(self.text(token));
        let mut bad = None;
        let value = if parts.bytes {
            literal::decode_bytes(parts.body, parts.raw, &mut bad).map(ConstantValue::Bytes)
        } else {
            literal::decode_str(parts.body, parts.raw, &mut bad).map(ConstantValue::Str)
        };
        let value = value.map_err(|_| Fail::Syntax)?;
        if let Some(bad) = bad {
            let newlines = parts.body[..bad.offset].bytes().filter(|&b| b == b'\n').count();
            let body = parts.body.as_ptr() as usize - self.text(token).as_ptr() as usize;
            self.warn_escape(token, body, bad, token.lineno + newlines as i32);
        }
        let kind = parts.unicode.then(|| PyString::from("u"));
        Ok(Expr::new(Self::token_span(token), expr::Constant { value, kind }))
    }

    /// `body`: where the text stands in the token that the escape's offset counts from.
    fn warn_escape(&mut self, token: Token, body: usize, bad: BadEscape, lineno: i32) {
        let as_error = self.escape_error(token.start as usize + body + bad.offset, lineno, bad.error());
        let category =
            if self.options.feature_version >= 12 { Category::SyntaxWarning } else { Category::DeprecationWarning };
        self.warnings.push(Warning {
            category,
            message: bad.warning(),
            lineno: lineno as u32,
            position: token.start,
            as_error: Some(as_error),
        });
    }

    /// A `SyntaxError` about the two characters at a backslash.
    fn escape_error(&self, at: usize, lineno: i32, message: String) -> Box<SyntaxError> {
        let before = self.src.get(..at).unwrap_or("");
        let line_start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |n| n + 1);
        let line = self.src.get(line_start..).unwrap_or("").split_inclusive('\n').next().unwrap_or("");
        let offset = before.get(line_start..).unwrap_or("").chars().count() as i64 + 1;
        let lineno = i64::from(lineno);
        Box::new(SyntaxError {
            kind: ErrorKind::Syntax,
            message,
            lineno,
            offset,
            end_lineno: lineno,
            end_offset: offset + 2,
            text: Some(line.to_owned()),
            metadata: None,
        })
    }

    /// Literal text of an f-string.
    fn middle(&mut self, raw: bool) -> P<Expr> {
        let token = self.bump();
        let text = self.text(token);
        let mut bad = None;
        let value = literal::decode_str(text, raw, &mut bad).map_err(|_| Fail::Syntax)?;
        if let Some(bad) = bad {
            // The lexer has warned about escaped braces already.
            if !matches!(bad.text[0], b'{' | b'}') {
                let newlines = text[..bad.offset].bytes().filter(|&b| b == b'\n').count();
                self.warn_escape(token, 0, bad, token.lineno + newlines as i32);
            }
        }
        let node = expr::Constant { value: ConstantValue::Str(value), kind: None };
        Ok(Expr::new(Self::token_span(token), node))
    }

    /// The parts of one f-string or t-string, appended to `pieces`.
    fn fstring(&mut self, pieces: &mut Vec<Expr>) -> P<()> {
        let start = self.bump();
        let template = start.kind == Tok::TStringStart;
        let raw = self.text(start).bytes().any(|b| b | 0x20 == b'r');
        // CPython decodes the literal text when the string ends, so its warnings come last.
        let mut late = Vec::new();
        loop {
            match self.kind() {
                Tok::FStringMiddle | Tok::TStringMiddle => {
                    let before = self.warnings.len();
                    let piece = self.middle(raw)?;
                    late.extend(self.warnings.drain(before..));
                    if !is_empty_text(&piece) {
                        pieces.push(piece);
                    }
                }
                Tok::LBrace => self.nested(|p| p.field(pieces, raw, template))?,
                Tok::FStringEnd | Tok::TStringEnd => {
                    let end = self.bump();
                    late.iter_mut().for_each(|warning| warning.position = end.start);
                    self.warnings.append(&mut late);
                    return Ok(());
                }
                _ => return Err(Fail::Syntax),
            }
        }
    }

    /// A replacement field, with the text before it if it ends in `=`.
    fn field(&mut self, pieces: &mut Vec<Expr>, raw: bool, template: bool) -> P<()> {
        let open = self.pos;
        let start = self.bump();
        let value = self.annotated_rhs()?;
        let expression_end = self.pos;
        let debug = self.eat(Tok::Equal);
        let after = self.pos;
        let conversion = self.conversion()?;
        let colon = self.token();
        let format_spec = if self.at(Tok::Colon) { Some(self.format_spec(raw)?) } else { None };
        let close = self.token();
        self.expect(Tok::RBrace)?;
        let span = self.span_from(start);
        let value_of_conversion = match &conversion {
            Some(conversion) => conversion.value,
            None if debug && format_spec.is_none() => i32::from(b'r'),
            None => -1,
        };
        if debug {
            let (end_line, end_col) = match (&conversion, &format_spec) {
                (Some(conversion), _) => (conversion.token.lineno, conversion.token.col - 1),
                (None, Some(_)) => (colon.lineno, colon.col),
                (None, None) => (close.end_lineno, close.end_col - 1),
            };
            let text = self.source_without_comments(open, after);
            let text_span = Span::new(start.lineno, start.col + 1, end_line, end_col);
            let node = expr::Constant { value: ConstantValue::Str(text), kind: None };
            pieces.push(Expr::new(text_span, node));
        }
        pieces.push(if template {
            let str = self.source_without_comments(open, expression_end);
            let node = expr::Interpolation {
                value,
                str: ConstantValue::Str(str),
                conversion: value_of_conversion,
                format_spec,
            };
            Expr::new(span, node)
        } else {
            Expr::new(span, expr::FormattedValue { value, conversion: value_of_conversion, format_spec })
        });
        Ok(())
    }

    /// The source between the tokens `open` and `close` (exclusive), comments left out.
    fn source_without_comments(&self, open: usize, close: usize) -> PyString {
        let mut out = String::new();
        for at in open..close {
            let (token, next) = (self.toks[at], self.toks[at + 1]);
            if at > open {
                out.push_str(self.text(token));
            }
            let mut gap = self.src.get(token.end as usize..next.start as usize).unwrap_or("");
            while let Some(hash) = gap.find('#') {
                out.push_str(&gap[..hash]);
                gap = gap[hash..].find('\n').map_or("", |newline| &gap[hash + newline..]);
            }
            out.push_str(gap);
        }
        out.into()
    }

    fn conversion(&mut self) -> P<Option<Conversion>> {
        if !self.at(Tok::Exclamation) {
            return Ok(None);
        }
        let mark = self.bump();
        let token = self.token();
        // No space may stand between them.
        if token.kind != Tok::Name || token.start != mark.end {
            return Err(Fail::Syntax);
        }
        let value = match self.text(token) {
            "s" => b's',
            "r" => b'r',
            "a" => b'a',
            _ => return Err(Fail::Syntax),
        };
        self.bump();
        Ok(Some(Conversion { value: i32::from(value), token }))
    }

    fn format_spec(&mut self, raw: bool) -> P<Expr> {
        let colon = self.bump();
        let mut items = Vec::new();
        let mut formatted = false;
        loop {
            match self.kind() {
                Tok::FStringMiddle | Tok::TStringMiddle => {
                    let piece = self.middle(raw)?;
                    if !is_empty_text(&piece) {
                        items.push(piece);
                    }
                }
                Tok::LBrace => {
                    formatted = true;
                    self.nested(|p| p.field(&mut items, raw, false))?;
                }
                _ => break,
            }
        }
        let span = self.span_from(colon);
        if items.len() < 2 && !formatted {
            return Ok(Expr::new(span, expr::JoinedStr { values: items }));
        }
        Self::join_strings(items, span, formatted)
    }

    /// Adjacent strings as one expression; `formatted` if there was an f-string among them.
    fn join_strings(pieces: Vec<Expr>, span: Span, formatted: bool) -> P<Expr> {
        let mut values = fold(pieces, formatted);
        if formatted {
            return Ok(Expr::new(span, expr::JoinedStr { values }));
        }
        values.pop().ok_or(Fail::Syntax)
    }

    fn join_bytes(pieces: Vec<Expr>, span: Span) -> Expr {
        let mut joined = Vec::new();
        for piece in &pieces {
            if let ExprKind::Constant(node) = &piece.kind {
                if let ConstantValue::Bytes(bytes) = &node.value {
                    joined.extend_from_slice(bytes);
                }
            }
        }
        Expr::new(span, expr::Constant { value: ConstantValue::Bytes(joined.into()), kind: None })
    }
}

fn is_empty_text(piece: &Expr) -> bool {
    matches!(&piece.kind, ExprKind::Constant(node) if matches!(&node.value, ConstantValue::Str(s) if s.is_empty()))
}

/// Merge neighbouring constants; among f-strings, drop the empty ones.
fn fold(pieces: Vec<Expr>, formatted: bool) -> Vec<Expr> {
    let mut values: Vec<Expr> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        if let ExprKind::Constant(node) = &piece.kind {
            if let Some(last) = values.last_mut() {
                if let (ExprKind::Constant(into), ConstantValue::Str(text)) = (&mut last.kind, &node.value) {
                    if let ConstantValue::Str(joined) = &mut into.value {
                        joined.push_wtf8(text.as_wtf8());
                    }
                    last.span = last.span.to(piece.span);
                    continue;
                }
            }
        }
        values.push(piece);
    }
    if formatted {
        values.retain(|value| !is_empty_text(value));
    }
    values
}
