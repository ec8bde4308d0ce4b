//! Leaves of the tree: spans, identifiers, strings, integers and constant values.

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use taipan_text::Wtf8Buf;

/// Where a node stands in the source. Lines count from 1, columns from 0 in bytes of UTF-8.
///
/// Signed, because a tree built by a program may carry any C int.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First line.
    pub lineno: i32,
    /// Column of the first byte.
    pub col_offset: i32,
    /// Last line.
    pub end_lineno: i32,
    /// Column after the last byte.
    pub end_col_offset: i32,
}

impl Span {
    /// A span from its four numbers, in the order of CPython's node constructors.
    pub const fn new(lineno: i32, col_offset: i32, end_lineno: i32, end_col_offset: i32) -> Self {
        Span { lineno, col_offset, end_lineno, end_col_offset }
    }

    /// From the start of `self` to the end of `last`.
    pub const fn to(self, last: Span) -> Self {
        Span { end_lineno: last.end_lineno, end_col_offset: last.end_col_offset, ..self }
    }
}

/// A name: NFKC-normalised, shared (cloning is a counter increment).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identifier(Rc<str>);

impl Identifier {
    /// Copy `text` into a new identifier.
    pub fn new(text: &str) -> Self {
        Identifier(Rc::from(text))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Identifier {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Identifier {
    fn from(text: &str) -> Self {
        Identifier::new(text)
    }
}

impl PartialEq<str> for Identifier {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Identifier {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A Python string in the tree; lone surrogates survive.
pub type PyString = Wtf8Buf;

/// An integer constant: a machine word, or the digits of a larger one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Int {
    /// Fits in 64 bits.
    Small(i64),
    /// Does not.
    Big(Box<BigLiteral>),
}

/// An integer too large for `i64`, as digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BigLiteral {
    /// True for a negative number (only trees built by programs have those).
    pub negative: bool,
    /// 2, 8, 10 or 16.
    pub radix: u32,
    /// Digits of that radix, most significant first, without prefix, underscores or leading zeros.
    pub digits: Box<str>,
}

impl Int {
    /// Read digits of `radix` (underscores allowed and skipped); `None` if a byte is no digit or there is none.
    pub fn from_digits(digits: &str, radix: u32) -> Option<Int> {
        let mut small: Option<i64> = Some(0);
        let mut count = 0;
        for byte in digits.bytes().filter(|&b| b != b'_') {
            let digit = char::from(byte).to_digit(radix)?;
            small = small.and_then(|v| v.checked_mul(i64::from(radix))?.checked_add(i64::from(digit)));
            count += 1;
        }
        if count == 0 {
            return None;
        }
        Some(match small {
            Some(value) => Int::Small(value),
            None => {
                let digits: String = digits.chars().filter(|&c| c != '_').collect();
                let digits = digits.trim_start_matches('0').into();
                Int::Big(Box::new(BigLiteral { negative: false, radix, digits }))
            }
        })
    }

    /// The value if it fits in 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Int::Small(value) => Some(*value),
            Int::Big(_) => None,
        }
    }
}

/// The value of an `ast.Constant` (also of `MatchSingleton` and `Interpolation.str`).
///
/// The parser makes no `Tuple` and no `FrozenSet`; programs and the optimiser do.
#[derive(Clone, Debug, PartialEq)]
pub enum ConstantValue {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// `...`
    Ellipsis,
    /// An integer.
    Int(Int),
    /// A float.
    Float(f64),
    /// A complex number; literals have a zero real part.
    Complex {
        /// Real part.
        real: f64,
        /// Imaginary part.
        imag: f64,
    },
    /// Text.
    Str(PyString),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// A tuple of constants.
    Tuple(Vec<ConstantValue>),
    /// A frozenset of constants.
    FrozenSet(Vec<ConstantValue>),
}
