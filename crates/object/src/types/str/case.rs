//! Methods about letters: case, predicates, padding, tabs, translation.

use super::{PyStr, StrBuf, Units};
use crate::prelude::*;
use taipan_algo_ucd as ucd;

/// Apply a case conversion of the Unicode tables; ASCII has its own way.
macro_rules! convert {
    ($s:expr, $cx:expr, $ascii:ident, $wide:ident) => {{
        match $s.units() {
            Units::Ascii(u) => PyStr::from_latin1(&u.$ascii(), $cx),
            Units::Latin1(u) => wide(|out| ucd::$wide(u, out), $cx),
            Units::Ucs2(u) => wide(|out| ucd::$wide(u, out), $cx),
            Units::Ucs4(u) => wide(|out| ucd::$wide(u, out), $cx),
        }
    }};
}

fn wide(f: impl FnOnce(&mut Vec<u32>), cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let mut out = Vec::new();
    f(&mut out);
    PyStr::from_code_points(&out, cx)
}

fn swap_ascii(u: &[u8]) -> Vec<u8> {
    u.iter().map(|b| if b.is_ascii_alphabetic() { b ^ 0x20 } else { *b }).collect()
}

fn title_ascii(u: &[u8]) -> Vec<u8> {
    let mut inside = false;
    u.iter()
        .map(|b| {
            let c = if inside { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() };
            inside = b.is_ascii_alphabetic();
            c
        })
        .collect()
}

/// All characters satisfy `f`, and there is one.
fn all(s: &PyStr, f: fn(u32) -> bool) -> bool {
    !s.is_empty() && s.code_points().all(f)
}

/// `f` for upper or lower: at least one cased character and none of the other case.
fn cased(s: &PyStr, good: fn(u32) -> bool, bad: &[fn(u32) -> bool]) -> bool {
    let mut any = false;
    for c in s.code_points() {
        if bad.iter().any(|f| f(c)) {
            return false;
        }
        any |= good(c);
    }
    any
}

/// Left and right padding with a fill character.
fn pad(s: &PyStr, left: usize, right: usize, fill: u32, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if left == 0 && right == 0 {
        return s.to_exact(cx);
    }
    if left.checked_add(right).and_then(|n| n.checked_add(s.len())).is_none_or(|n| n > isize::MAX as usize / 4) {
        return Err(cx.overflow_error(format_args!("padded string is too long")));
    }
    let mut b = StrBuf::with_capacity(left + right + s.len());
    (0..left).for_each(|_| b.push(fill));
    b.push_str(s);
    (0..right).for_each(|_| b.push(fill));
    b.finish(cx)
}

fn missing(s: &PyStr, width: isize) -> usize {
    (width.max(0) as usize).saturating_sub(s.len())
}

#[pymethods(CASE)]
impl PyStr {
    /// Return a copy of the string converted to lowercase.
    #[method("lower()")]
    fn lower(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        convert!(self, cx, to_ascii_lowercase, lower_into)
    }
    /// Return a copy of the string converted to uppercase.
    #[method("upper()")]
    fn upper(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        convert!(self, cx, to_ascii_uppercase, upper_into)
    }
    /// Return a version of the string suitable for caseless comparisons.
    #[method("casefold()")]
    fn casefold(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        convert!(self, cx, to_ascii_lowercase, fold_into)
    }
    /// Convert uppercase characters to lowercase and lowercase characters to uppercase.
    #[method("swapcase()")]
    fn swapcase(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match self.units() {
            Units::Ascii(u) => PyStr::from_latin1(&swap_ascii(u), cx),
            Units::Latin1(u) => wide(|o| ucd::swap_into(u, o), cx),
            Units::Ucs2(u) => wide(|o| ucd::swap_into(u, o), cx),
            Units::Ucs4(u) => wide(|o| ucd::swap_into(u, o), cx),
        }
    }
    /// Return a version of the string where each word is titlecased.
    ///
    /// More specifically, words start with uppercased characters and all
    /// remaining cased characters have lower case.
    #[method("title()")]
    fn title(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match self.units() {
            Units::Ascii(u) => PyStr::from_latin1(&title_ascii(u), cx),
            Units::Latin1(u) => wide(|o| ucd::title_into(u, o), cx),
            Units::Ucs2(u) => wide(|o| ucd::title_into(u, o), cx),
            Units::Ucs4(u) => wide(|o| ucd::title_into(u, o), cx),
        }
    }
    /// Return a capitalized version of the string.
    ///
    /// More specifically, make the first character have upper case and the
    /// rest lower case.
    #[method("capitalize()")]
    fn capitalize(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let points = self.to_points();
        let Some(&first) = points.first() else { return Ok(super::intern::empty()) };
        let mut out: Vec<u32> = ucd::title_full(first).to_vec();
        let mut rest = Vec::new();
        ucd::lower_into(&points, &mut rest);
        // The first character's own lower form is replaced; what follows keeps its context (final sigma).
        let skip = ucd::lower_full(first).len();
        out.extend_from_slice(rest.get(skip..).unwrap_or_default());
        PyStr::from_code_points(&out, cx)
    }

    /// Return True if the string is an alphabetic string, False otherwise.
    ///
    /// A string is alphabetic if all characters in the string are
    /// alphabetic and there is at least one character in the string.
    #[method("isalpha()")]
    fn isalpha(&self) -> bool {
        all(self, ucd::is_alpha)
    }
    /// Return True if the string is an alpha-numeric string, False otherwise.
    ///
    /// A string is alpha-numeric if all characters in the string are
    /// alpha-numeric and there is at least one character in the string.
    #[method("isalnum()")]
    fn isalnum(&self) -> bool {
        all(self, ucd::is_alnum)
    }
    /// Return True if all characters in the string are ASCII, False otherwise.
    ///
    /// ASCII characters have code points in the range U+0000-U+007F.
    /// Empty string is ASCII too.
    #[method("isascii()")]
    fn isascii(&self) -> bool {
        self.is_ascii()
    }
    /// Return True if the string is a decimal string, False otherwise.
    ///
    /// A string is a decimal string if all characters in the string are
    /// decimal and there is at least one character in the string.
    #[method("isdecimal()")]
    fn isdecimal(&self) -> bool {
        all(self, ucd::is_decimal)
    }
    /// Return True if the string is a digit string, False otherwise.
    ///
    /// A string is a digit string if all characters in the string are
    /// digits and there is at least one character in the string.
    #[method("isdigit()")]
    fn isdigit(&self) -> bool {
        all(self, ucd::is_digit)
    }
    /// Return True if the string is a numeric string, False otherwise.
    ///
    /// A string is numeric if all characters in the string are numeric and
    /// there is at least one character in the string.
    #[method("isnumeric()")]
    fn isnumeric(&self) -> bool {
        all(self, ucd::is_numeric)
    }
    /// Return True if the string is a valid Python identifier, False otherwise.
    ///
    /// Call keyword.iskeyword(s) to test whether string s is a reserved
    /// identifier, such as "def" or "class".
    #[method("isidentifier()")]
    fn isidentifier(&self) -> bool {
        super::is_identifier(self)
    }
    /// Return True if the string is a lowercase string, False otherwise.
    ///
    /// A string is lowercase if all cased characters in the string are
    /// lowercase and there is at least one cased character in the string.
    #[method("islower()")]
    fn islower(&self) -> bool {
        cased(self, ucd::is_lower, &[ucd::is_upper, ucd::is_title])
    }
    /// Return True if the string is an uppercase string, False otherwise.
    ///
    /// A string is uppercase if all cased characters in the string are
    /// uppercase and there is at least one cased character in the string.
    #[method("isupper()")]
    fn isupper(&self) -> bool {
        cased(self, ucd::is_upper, &[ucd::is_lower, ucd::is_title])
    }
    /// Return True if the string is a title-cased string, False otherwise.
    ///
    /// In a title-cased string, upper- and title-case characters may only
    /// follow uncased characters and lowercase characters only cased ones.
    #[method("istitle()")]
    fn istitle(&self) -> bool {
        let (mut any, mut inside) = (false, false);
        for c in self.code_points() {
            if ucd::is_upper(c) || ucd::is_title(c) {
                if inside {
                    return false;
                }
                (any, inside) = (true, true);
            } else if ucd::is_lower(c) {
                if !inside {
                    return false;
                }
                (any, inside) = (true, true);
            } else {
                inside = false;
            }
        }
        any
    }
    /// Return True if all characters in the string are printable, False otherwise.
    ///
    /// A character is printable if repr() may use it in its output.
    #[method("isprintable()")]
    fn isprintable(&self) -> bool {
        self.code_points().all(ucd::is_printable)
    }
    /// Return True if the string is a whitespace string, False otherwise.
    ///
    /// A string is whitespace if all characters in the string are
    /// whitespace and there is at least one character in the string.
    #[method("isspace()")]
    fn isspace(&self) -> bool {
        all(self, ucd::is_space)
    }

    /// Return a centered string of length width.
    ///
    /// Padding is done using the specified fill character (default is
    /// a space).
    #[method("center(width, fillchar=' ', /)")]
    fn center(&self, width: isize, fillchar: Option<FillChar>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let n = missing(self, width);
        let left = n / 2 + (n & width as usize & 1);
        pad(self, left, n - left, fillchar.map_or(32, |c| c.0), cx)
    }
    /// Return a left-justified string of length width.
    ///
    /// Padding is done using the specified fill character (default is
    /// a space).
    #[method("ljust(width, fillchar=' ', /)")]
    fn ljust(&self, width: isize, fillchar: Option<FillChar>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        pad(self, 0, missing(self, width), fillchar.map_or(32, |c| c.0), cx)
    }
    /// Return a right-justified string of length width.
    ///
    /// Padding is done using the specified fill character (default is
    /// a space).
    #[method("rjust(width, fillchar=' ', /)")]
    fn rjust(&self, width: isize, fillchar: Option<FillChar>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        pad(self, missing(self, width), 0, fillchar.map_or(32, |c| c.0), cx)
    }
    /// Pad a numeric string with zeros on the left, to fill a field of the given width.
    ///
    /// The string is never truncated.
    #[method("zfill(width, /)")]
    fn zfill(&self, width: isize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let n = missing(self, width);
        if n == 0 {
            return self.to_exact(cx);
        }
        let signed = !self.is_empty() && matches!(self.code_point(0), 0x2b | 0x2d);
        let mut b = StrBuf::with_capacity(width as usize);
        if signed {
            b.push(self.code_point(0));
        }
        (0..n).for_each(|_| b.push(48));
        b.push_part(self, signed as usize, self.len());
        b.finish(cx)
    }
    /// Return a copy where all tab characters are expanded using spaces.
    ///
    /// If tabsize is not given, a tab size of 8 characters is assumed.
    #[method("expandtabs(tabsize=8)")]
    fn expandtabs(&self, tabsize: i32, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if !self.code_points().any(|c| c == 9) {
            return self.to_exact(cx);
        }
        let mut b = StrBuf::with_capacity(self.len());
        let mut column = 0usize;
        for c in self.code_points() {
            match c {
                9 if tabsize > 0 => {
                    let n = tabsize as usize - column % tabsize as usize;
                    if b.len().checked_add(n).is_none_or(|t| t > isize::MAX as usize / 8) {
                        return Err(cx.overflow_error(format_args!("new string is too long")));
                    }
                    (0..n).for_each(|_| b.push(32));
                    column += n;
                }
                9 => {}
                _ => {
                    b.push(c);
                    column = if c == 10 || c == 13 { 0 } else { column + 1 };
                }
            }
        }
        b.finish(cx)
    }
    /// Replace each character in the string using the given translation table.
    ///
    ///   table
    ///     Translation table, which must be a mapping of Unicode ordinals
    ///     to Unicode ordinals, strings, or None.
    ///
    /// The table must implement lookup/indexing via __getitem__, for
    /// instance a dictionary or list.  If this operation raises
    /// LookupError, the character is left untouched.  Characters mapped to
    /// None are deleted.
    #[method("translate(table, /)")]
    fn translate(&self, table: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let mut b = StrBuf::with_capacity(self.len());
        for c in self.code_points() {
            let key = PyInt::new(c as i64, cx)?;
            let v = match crate::abstract_::get_item(table, &key, cx) {
                Ok(v) => v,
                Err(r) => {
                    cx.catch(r, exc::LookupError())?;
                    b.push(c);
                    continue;
                }
            };
            if v.is_none() {
                continue;
            }
            if let Some(s) = v.downcast::<PyStr>() {
                b.push_str(s);
            } else if let Some(i) = v.downcast::<PyInt>() {
                match i.to_i64() {
                    Some(n @ 0..=0x10ffff) => b.push(n as u32),
                    _ => return Err(cx.value_error(format_args!("character mapping must be in range(0x110000)"))),
                }
            } else {
                return Err(cx.type_error(format_args!("character mapping must return integer, None or str")));
            }
        }
        b.finish(cx)
    }
    /// Return a translation table usable for str.translate().
    ///
    /// If there is only one argument, it must be a dictionary mapping Unicode
    /// ordinals (integers) or characters to Unicode ordinals, strings or None.
    /// Character keys will be then converted to ordinals.
    /// If there are two arguments, they must be strings of equal length, and
    /// in the resulting dictionary, each character in x will be mapped to the
    /// character at the same position in y. If there is a third argument, it
    /// must be a string, whose characters will be mapped to None in the result.
    #[staticmethod("maketrans(x, y=<unrepresentable>, z=<unrepresentable>, /)")]
    fn maketrans(x: &Object, y: Option<&PyStr>, z: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let d = PyDict::new(cx)?;
        let put = |k: u32, v: &Object, cx: &mut Cx| -> PyResult<()> {
            let k = PyInt::new(k as i64, cx)?;
            d.set(&k, v, cx)
        };
        let Some(y) = y else {
            let Some(src) = x.downcast::<PyDict>() else {
                return Err(cx.type_error(format_args!("if you give only one argument to maketrans it must be a dict")));
            };
            let mut pos = 0;
            while let Some((k, v, _)) = src.next_own(&mut pos) {
                if let Some(s) = k.downcast::<PyStr>() {
                    if s.len() != 1 {
                        return Err(cx.value_error(format_args!("string keys in translatetable must be of length 1")));
                    }
                    put(s.code_point(0), &v, cx)?;
                } else if k.is_a::<PyInt>() {
                    d.set(&k, &v, cx)?;
                } else {
                    return Err(cx.type_error(format_args!("keys in translate table must be strings or integers")));
                }
            }
            return Ok(d);
        };
        let Some(x) = x.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("first maketrans argument must be a string if there is a second argument")));
        };
        if x.len() != y.len() {
            return Err(cx.value_error(format_args!("the first two maketrans arguments must have equal length")));
        }
        for (a, b) in x.code_points().zip(y.code_points()) {
            let v = PyInt::new(b as i64, cx)?;
            put(a, &v, cx)?;
        }
        for c in z.iter().flat_map(|z| z.code_points()) {
            put(c, none(), cx)?;
        }
        Ok(d)
    }
}

/// The character that `center` and relatives fill up with.
#[derive(Clone, Copy, Debug)]
struct FillChar(u32);

impl<'a> crate::args::FromArg<'a> for FillChar {
    fn from_arg(v: &'a Object, _at: crate::args::ArgAt, cx: &mut Cx) -> PyResult<FillChar> {
        let Some(s) = v.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("The fill character must be a unicode character, not {}", v.ty().tp_name_str())));
        };
        if s.len() != 1 {
            return Err(cx.type_error(format_args!("The fill character must be exactly one character long")));
        }
        Ok(FillChar(s.code_point(0)))
    }
}
