//! Text of a tree as CPython's `ast.dump(tree, include_attributes=True)` prints it.

use std::convert::Infallible;
use std::fmt::Write as _;

use crate::ast::{
    BigLiteral, Build, ConstantValue, Identifier, Int, Mod, NodeInfo, PyString, Quantifier, Span, Tree,
};

/// Text in the form of `ast.dump`.
pub fn dump(tree: &Mod, include_attributes: bool) -> String {
    match tree.build(&mut Dump { include_attributes }) {
        Ok(piece) => piece.text,
        Err(never) => match never {},
    }
}

struct Dump {
    include_attributes: bool,
}

/// A value's text, and whether `ast.dump` leaves the field out when it holds it.
struct Piece {
    text: String,
    absent: bool,
    empty_list: bool,
}

impl Piece {
    fn new(text: String) -> Self {
        Piece { text, absent: false, empty_list: false }
    }
}

impl Build for Dump {
    type Value = Piece;
    type Error = Infallible;

    fn enter(&mut self, _: &'static NodeInfo) -> Result<(), Infallible> {
        Ok(())
    }

    fn node(&mut self, info: &'static NodeInfo, fields: Vec<Piece>, span: Option<Span>) -> Result<Piece, Infallible> {
        let mut text = String::from(info.name);
        text.push('(');
        let mut first = true;
        let mut separate = |text: &mut String| {
            if !std::mem::take(&mut first) {
                text.push_str(", ");
            }
        };
        for (field, piece) in info.fields.iter().zip(&fields) {
            let omit = match field.quantifier {
                Quantifier::Optional => piece.absent,
                Quantifier::Sequence | Quantifier::OptionalSequence => piece.empty_list,
                Quantifier::One => false,
            };
            if !omit {
                separate(&mut text);
                let _ = write!(text, "{}={}", field.name, piece.text);
            }
        }
        if let (Some(span), true) = (span, self.include_attributes) {
            separate(&mut text);
            let _ = write!(
                text,
                "lineno={}, col_offset={}, end_lineno={}, end_col_offset={}",
                span.lineno, span.col_offset, span.end_lineno, span.end_col_offset
            );
        }
        text.push(')');
        Ok(Piece::new(text))
    }

    fn tag(&mut self, info: &'static NodeInfo) -> Result<Piece, Infallible> {
        Ok(Piece::new(format!("{}()", info.name)))
    }

    fn list(&mut self, items: Vec<Piece>) -> Result<Piece, Infallible> {
        let mut text = String::from("[");
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                text.push_str(", ");
            }
            text.push_str(&item.text);
        }
        text.push(']');
        Ok(Piece { text, absent: false, empty_list: items.is_empty() })
    }

    fn none(&mut self) -> Result<Piece, Infallible> {
        Ok(Piece { text: "None".into(), absent: true, empty_list: false })
    }

    fn identifier(&mut self, value: &Identifier) -> Result<Piece, Infallible> {
        Ok(Piece::new(repr_str(&PyString::from(value.as_str()))))
    }

    fn string(&mut self, value: &PyString) -> Result<Piece, Infallible> {
        Ok(Piece::new(repr_str(value)))
    }

    fn int(&mut self, value: i32) -> Result<Piece, Infallible> {
        Ok(Piece::new(value.to_string()))
    }

    fn constant(&mut self, value: &ConstantValue) -> Result<Piece, Infallible> {
        Ok(Piece::new(repr(value)))
    }
}

/// `repr` of a constant.
pub fn repr(value: &ConstantValue) -> String {
    match value {
        ConstantValue::None => "None".into(),
        ConstantValue::Bool(true) => "True".into(),
        ConstantValue::Bool(false) => "False".into(),
        ConstantValue::Ellipsis => "Ellipsis".into(),
        ConstantValue::Int(Int::Small(value)) => value.to_string(),
        ConstantValue::Int(Int::Big(big)) => big_decimal(big),
        ConstantValue::Float(value) => repr_float(*value),
        ConstantValue::Complex { real, imag } => repr_complex(*real, *imag),
        ConstantValue::Str(text) => repr_str(text),
        ConstantValue::Bytes(bytes) => repr_bytes(bytes),
        ConstantValue::Tuple(items) => match items.as_slice() {
            [one] => format!("({},)", repr(one)),
            _ => format!("({})", items.iter().map(repr).collect::<Vec<_>>().join(", ")),
        },
        ConstantValue::FrozenSet(items) if items.is_empty() => "frozenset()".into(),
        ConstantValue::FrozenSet(items) => {
            format!("frozenset({{{}}})", items.iter().map(repr).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Decimal digits of a large literal.
fn big_decimal(big: &BigLiteral) -> String {
    let sign = if big.negative { "-" } else { "" };
    if big.radix == 10 {
        return format!("{sign}{}", big.digits);
    }
    // Little-endian limbs of nine decimal digits.
    const LIMB: u64 = 1_000_000_000;
    let mut limbs: Vec<u64> = vec![0];
    for digit in big.digits.chars().filter_map(|c| c.to_digit(big.radix)) {
        let mut carry = u64::from(digit);
        for limb in &mut limbs {
            let value = *limb * u64::from(big.radix) + carry;
            *limb = value % LIMB;
            carry = value / LIMB;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut out = String::from(sign);
    let mut limbs = limbs.iter().rev();
    if let Some(first) = limbs.next() {
        let _ = write!(out, "{first}");
    }
    for limb in limbs {
        let _ = write!(out, "{limb:09}");
    }
    out
}

/// `float.__repr__`
pub fn repr_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf".into() } else { "inf".into() };
    }
    // Rust's exponent form has the shortest digits that round-trip, as Python's repr does.
    let shortest = format!("{value:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn repr_complex(real: f64, imag: f64) -> String {
    let part = |value: f64| {
        let text = repr_float(value);
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    };
    if real == 0.0 && real.is_sign_positive() {
        return format!("{}j", part(imag));
    }
    let sign = if imag.is_sign_negative() && !imag.is_nan() { "" } else { "+" };
    format!("({}{sign}{}j)", part(real), part(imag))
}

/// `bytes.__repr__`
pub fn repr_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut out = format!("b{quote}");
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ if byte == quote as u8 => {
                out.push('\\');
                out.push(quote);
            }
            0x20..=0x7E => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote);
    out
}

/// `str.__repr__`
pub fn repr_str(text: &PyString) -> String {
    let bytes = text.as_bytes();
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push(quote);
    for point in text.code_points() {
        match char::from_u32(point) {
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c) if c == quote => {
                out.push('\\');
                out.push(c);
            }
            Some(c) if taipan_text::ident::is_printable(c) => out.push(c),
            _ => {
                let _ = match point {
                    0..=0xFF => write!(out, "\\x{point:02x}"),
                    0x100..=0xFFFF => write!(out, "\\u{point:04x}"),
                    _ => write!(out, "\\U{point:08x}"),
                };
            }
        }
    }
    out.push(quote);
    out
}
