//! Padding, grouping and the order of a number's parts.

use super::{Align, FormatError, FormatSpec, Grouping};

/// A formatted value: text with padding before it, after it, and possibly within it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Padded {
    /// The padding's code point; may be a surrogate.
    pub fill: u32,
    /// Padding before the text.
    pub left: usize,
    /// The text itself.
    pub text: String,
    /// Code points of `text`.
    pub chars: usize,
    /// Where in `text` (in bytes, before it only ASCII) `inner` goes.
    pub split: usize,
    /// Padding within.
    pub inner: usize,
    /// Padding after.
    pub right: usize,
}

impl Padded {
    /// Length in code points.
    pub fn len(&self) -> usize {
        self.left.saturating_add(self.inner).saturating_add(self.right).saturating_add(self.chars)
    }

    /// Is it the empty text?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Is everything ASCII?
    pub fn is_ascii(&self) -> bool {
        self.chars == self.text.len() && (self.fill < 128 || self.left + self.inner + self.right == 0)
    }

    /// The text if there is no padding at all.
    pub fn unpadded(&self) -> Option<&str> {
        (self.left + self.inner + self.right == 0).then_some(self.text.as_str())
    }

    /// Hand every code point to `push`.
    pub fn for_each(&self, mut push: impl FnMut(u32)) {
        let (head, tail) = self.text.split_at(self.split);
        (0..self.left).for_each(|_| push(self.fill));
        head.chars().for_each(|c| push(c.into()));
        (0..self.inner).for_each(|_| push(self.fill));
        tail.chars().for_each(|c| push(c.into()));
        (0..self.right).for_each(|_| push(self.fill));
    }

    /// Append to ASCII bytes; only for results that are [`Padded::is_ascii`].
    pub fn push_ascii(&self, out: &mut Vec<u8>) {
        let fill = self.fill as u8;
        let pad = |out: &mut Vec<u8>, n: usize| out.resize(out.len() + n, fill);
        pad(out, self.left);
        out.extend_from_slice(&self.text.as_bytes()[..self.split]);
        pad(out, self.inner);
        out.extend_from_slice(&self.text.as_bytes()[self.split..]);
        pad(out, self.right);
    }

    /// As a string; `None` if the fill is a surrogate.
    pub fn to_text(&self) -> Option<String> {
        let mut out = String::with_capacity(self.len());
        let mut valid = true;
        self.for_each(|c| match char::from_u32(c) {
            Some(c) => out.push(c),
            None => valid = false,
        });
        valid.then_some(out)
    }

    /// Put padding around a text of so many code points.
    pub(crate) fn around(text: String, chars: usize, spec: &FormatSpec) -> Padded {
        let (left, right) = padding(chars, spec.width, spec.align);
        Padded { fill: spec.fill, left, text, chars, split: 0, inner: 0, right }
    }
}

/// Padding before and after; `=` pads nowhere here.
pub(crate) fn padding(chars: usize, width: Option<usize>, align: Align) -> (usize, usize) {
    let free = width.unwrap_or(0).saturating_sub(chars);
    match align {
        Align::Left => (0, free),
        Align::Right => (free, 0),
        Align::Center => (free / 2, free - free / 2),
        Align::AfterSign => (0, 0),
    }
}

/// What type `n` takes from the process's locale (`localeconv`).
#[derive(Clone, Copy, Debug)]
pub struct Locale<'a> {
    /// Between whole and fraction.
    pub decimal_point: &'a str,
    /// Between groups.
    pub thousands_sep: &'a str,
    /// Group sizes from the right: 0 repeats the one before for ever, 127 ends grouping.
    pub grouping: &'a [u8],
}

impl Locale<'_> {
    /// The C locale.
    pub const C: Locale<'static> = Locale { decimal_point: ".", thousands_sep: "", grouping: &[] };

    pub(crate) fn of(grouping: Grouping) -> Locale<'static> {
        let (thousands_sep, grouping): (_, &[u8]) = match grouping {
            Grouping::Plain => return Locale::C,
            Grouping::Comma => (",", &[3, 0]),
            Grouping::Underscore => ("_", &[3, 0]),
            Grouping::UnderscoreFour => ("_", &[4, 0]),
        };
        Locale { decimal_point: ".", thousands_sep, grouping }
    }
}

/// A number before layout.
pub(crate) struct NumberParts<'a> {
    pub neg: bool,
    /// `0x` and the like.
    pub prefix: &'static str,
    /// ASCII digits, perhaps a point and more digits, perhaps anything after that (exponent, `%`); or `inf`, `nan`.
    pub body: &'a [u8],
    /// All of the body is digits, perhaps of a base above ten.
    pub radix: bool,
}

/// Sign, prefix, grouped digits, fraction, rest, with padding.
///
/// # Errors
/// [`FormatError::OutOfMemory`] if zero padding asks for too much.
pub(crate) fn lay_out_number(spec: &FormatSpec, locale: &Locale, n: &NumberParts) -> Result<Padded, FormatError> {
    if spec.grouping == Grouping::Plain
        && spec.fraction_grouping == Grouping::Plain
        && (n.radix || locale.decimal_point == ".")
        && locale.thousands_sep.is_empty()
    {
        return Ok(lay_out_plain(spec, n));
    }
    let digits = |text: &[u8]| {
        if n.radix { text.len() } else { text.iter().take_while(|c| c.is_ascii_digit()).count() }
    };
    let (whole, rest) = n.body.split_at(digits(n.body));
    let (point, fraction, rest) = match rest {
        [b'.', tail @ ..] => {
            let (fraction, rest) = tail.split_at(digits(tail));
            (locale.decimal_point, fraction, rest)
        }
        _ => ("", &[][..], rest),
    };
    let mut text = String::new();
    match (n.neg, spec.sign) {
        (true, _) => text.push('-'),
        (false, sign @ (b'+' | b' ')) => text.push(sign.into()),
        _ => {}
    }
    text.push_str(n.prefix);
    let split = text.len();
    let mut tail = String::from(point);
    push_fraction(fraction, spec.fraction_grouping, &mut tail);
    tail.push_str(&String::from_utf8_lossy(rest));
    let tail_chars = tail.chars().count();
    let zero_padded = spec.fill == u32::from(b'0') && spec.align == Align::AfterSign;
    let least = if zero_padded { spec.width.unwrap_or(0).saturating_sub(split + tail_chars) } else { 0 };
    let mut inner = 0;
    let mut chars = split + tail_chars;
    if whole.is_empty() {
        // inf and nan: zeros here are plain padding.
        inner = least;
    } else if locale.thousands_sep.is_empty() || locale.grouping.is_empty() {
        inner = least.saturating_sub(whole.len());
        text.push_str(&String::from_utf8_lossy(whole));
        chars += whole.len();
    } else {
        chars += push_grouped(whole, least, locale, &mut text)?;
    }
    text.push_str(&tail);
    if spec.align == Align::AfterSign {
        inner = inner.max(spec.width.unwrap_or(0).saturating_sub(chars));
    }
    let (left, right) = padding(chars, spec.width, spec.align);
    Ok(Padded { fill: spec.fill, left, text, chars, split, inner, right })
}

/// Without grouping the body stays in one piece.
fn lay_out_plain(spec: &FormatSpec, n: &NumberParts) -> Padded {
    let mut text = Vec::with_capacity(n.body.len() + 3);
    match (n.neg, spec.sign) {
        (true, _) => text.push(b'-'),
        (false, sign @ (b'+' | b' ')) => text.push(sign),
        _ => {}
    }
    text.extend_from_slice(n.prefix.as_bytes());
    let split = text.len();
    text.extend_from_slice(n.body);
    let chars = text.len();
    let (left, right) = padding(chars, spec.width, spec.align);
    let inner = if spec.align == Align::AfterSign { spec.width.unwrap_or(0).saturating_sub(chars) } else { 0 };
    Padded { fill: spec.fill, left, text: ascii(text), chars, split, inner, right }
}

/// Numbers are ASCII.
fn ascii(text: Vec<u8>) -> String {
    String::from_utf8(text).unwrap_or_default()
}

/// Groups of three from the point on.
fn push_fraction(fraction: &[u8], grouping: Grouping, out: &mut String) {
    let sep = Locale::of(grouping).thousands_sep;
    let size = if sep.is_empty() { usize::MAX } else { 3 };
    for (i, group) in fraction.chunks(size).enumerate() {
        if i > 0 {
            out.push_str(sep);
        }
        out.push_str(&String::from_utf8_lossy(group));
    }
}

/// Append `digits` in groups, with zeros in front up to `least` code points (one more where a group would begin with its
/// separator). Returns the number of code points.
fn push_grouped(digits: &[u8], least: usize, locale: &Locale, out: &mut String) -> Result<usize, FormatError> {
    let sep_chars = locale.thousands_sep.chars().count();
    if least > 1 << 24 {
        Vec::<u8>::new().try_reserve_exact(least.saturating_mul(3)).map_err(|_| FormatError::OutOfMemory)?;
    }
    // Sizes of groups from the right, until digits and width are served.
    let mut groups: Vec<usize> = Vec::new();
    let mut sizes = locale.grouping.iter();
    let mut size = usize::MAX;
    let (mut taken, mut chars) = (0usize, 0usize);
    loop {
        match sizes.next() {
            Some(0) => sizes = [].iter(),
            Some(&g) if g >= 127 => {
                size = usize::MAX;
                sizes = [].iter();
            }
            Some(&g) => size = g.into(),
            None => {}
        }
        let sep = if groups.is_empty() { 0 } else { sep_chars };
        let wanted = (digits.len() - taken.min(digits.len())).max(least.saturating_sub(chars + sep)).max(1);
        let group = size.min(wanted);
        groups.push(group);
        taken += group;
        chars += group + sep;
        if taken >= digits.len() && chars >= least {
            break;
        }
    }
    let mut zeros = taken - digits.len();
    let mut rest = digits;
    for (i, &group) in groups.iter().rev().enumerate() {
        if i > 0 {
            out.push_str(locale.thousands_sep);
        }
        let z = zeros.min(group);
        zeros -= z;
        out.extend(std::iter::repeat_n('0', z));
        let (now, later) = rest.split_at(group - z);
        out.push_str(&String::from_utf8_lossy(now));
        rest = later;
    }
    Ok(chars)
}
