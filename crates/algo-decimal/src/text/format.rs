//! The format mini-language (PEP 3101) of decimals.

use super::write::{push_digits, push_exponent, push_special};
use crate::context::{Context, MAX_PREC, Rounding};
use crate::limb::{self, Limbs};
use crate::num::Dec;
use crate::round::{affordable, shift_round};

/// A parsed specification.
#[derive(Clone, Debug)]
pub struct Spec {
    fill: char,
    align: char,
    /// `+`, `-` or blank.
    sign: char,
    no_neg_zero: bool,
    alternate: bool,
    zero_pad: bool,
    width: usize,
    /// Separator of thousands.
    pub separator: String,
    /// Sizes of groups from the point on; the last repeats unless `last_group` says that it ends there.
    pub grouping: Vec<usize>,
    /// The last size of `grouping` is not repeated.
    pub grouping_ends: bool,
    /// The point.
    pub point: String,
    precision: Option<usize>,
    fraction_separator: Option<char>,
    /// `e`, `E`, `f`, `F`, `g`, `G`, `%`, `n`, or `N` (set by the caller: `n` with capitals); `None` without one.
    pub kind: Option<char>,
}

/// Why a specification is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecError {
    /// Not of the grammar.
    Invalid,
    /// A width or precision beyond an index.
    TooLarge,
    /// A width or precision that no number of the arithmetic has.
    BeyondLimits,
}

impl Spec {
    /// Read a specification.
    ///
    /// # Errors
    /// [`SpecError`].
    pub fn parse(text: &str) -> Result<Spec, SpecError> {
        let chars: Vec<char> = text.chars().collect();
        let mut at = 0;
        let is_align = |c: Option<&char>| matches!(c, Some('<' | '>' | '=' | '^'));
        let (mut fill, mut align) = (None, None);
        if is_align(chars.get(1)) {
            fill = Some(chars[0]);
            align = Some(chars[1]);
            at = 2;
        } else if is_align(chars.first()) {
            align = Some(chars[0]);
            at = 1;
        }
        let take = |at: &mut usize, set: &[char]| -> Option<char> {
            let c = chars.get(*at).copied().filter(|c| set.contains(c))?;
            *at += 1;
            Some(c)
        };
        let sign = take(&mut at, &['-', '+', ' ']).unwrap_or('-');
        let no_neg_zero = take(&mut at, &['z']).is_some();
        let alternate = take(&mut at, &['#']).is_some();
        let zero_pad = take(&mut at, &['0']).is_some();
        if zero_pad && align.is_some() {
            return Err(SpecError::Invalid);
        }
        let mut too_large = false;
        let mut number = |at: &mut usize| -> Option<usize> {
            let start = *at;
            let mut n = 0usize;
            while let Some(d) = chars.get(*at).and_then(|c| c.to_digit(10)) {
                n = match n.checked_mul(10).and_then(|n| n.checked_add(d as usize)).filter(|&n| n <= isize::MAX as usize) {
                    Some(n) => n,
                    None => {
                        too_large = true;
                        0
                    }
                };
                *at += 1;
            }
            (*at > start).then_some(n)
        };
        let width = number(&mut at).unwrap_or(0);
        let separator = take(&mut at, &[',', '_']);
        let (mut precision, mut fraction_separator) = (None, None);
        if take(&mut at, &['.']).is_some() {
            precision = number(&mut at);
            fraction_separator = take(&mut at, &[',', '_']);
            if precision.is_none() && fraction_separator.is_none() {
                return Err(SpecError::Invalid);
            }
        }
        let kind = take(&mut at, &['e', 'E', 'f', 'F', 'g', 'G', 'n', '%']);
        if at != chars.len() || (kind == Some('n') && separator.is_some()) {
            return Err(SpecError::Invalid);
        }
        if too_large {
            return Err(SpecError::TooLarge);
        }
        if width > MAX_PREC as usize || precision.is_some_and(|p| p > MAX_PREC as usize) {
            return Err(SpecError::BeyondLimits);
        }
        if precision == Some(0) && matches!(kind, None | Some('g' | 'G' | 'n')) {
            precision = Some(1);
        }
        Ok(Spec {
            fill: fill.unwrap_or(' '),
            align: align.unwrap_or('>'),
            sign,
            no_neg_zero,
            alternate,
            zero_pad,
            width,
            separator: separator.map(String::from).unwrap_or_default(),
            grouping: vec![3],
            grouping_ends: false,
            point: ".".into(),
            precision,
            fraction_separator,
            kind,
        })
    }
}

/// Can a text of so many characters be had?
fn affordable_text(n: i64) -> bool {
    n < 1 << 20 || (n < 1 << 33 && Vec::<u8>::new().try_reserve_exact(n as usize * 4).is_ok())
}

/// Round a finite number that is not zero to so many digits.
fn to_digits(a: &Dec, digits: i64, mode: Rounding) -> Dec {
    let drop = a.digits() - digits;
    if drop <= 0 {
        return a.clone();
    }
    let mut limbs = Limbs::from_slice(a.limbs());
    shift_round(&mut limbs, drop as usize, a.neg, mode);
    let mut exp = a.exp + drop;
    if limb::digits(limbs.as_slice()) as i64 > digits {
        limb::shr(&mut limbs, 1);
        exp += 1;
    }
    Dec::finite(a.neg, limbs, exp)
}

/// Give a finite number an exponent. `None`: it would need too many digits.
fn to_exponent(a: &Dec, exp: i64, mode: Rounding) -> Option<Dec> {
    if a.no_coeff() {
        return Some(Dec::zero(a.neg, exp));
    }
    let diff = a.exp - exp;
    let limbs = if diff >= 0 {
        if !affordable(diff.saturating_add(a.digits())) {
            return None;
        }
        limb::shl(a.limbs(), diff as usize)
    } else {
        let mut l = Limbs::from_slice(a.limbs());
        shift_round(&mut l, diff.unsigned_abs() as usize, a.neg, mode);
        l
    };
    Some(Dec::finite(a.neg, limbs, exp))
}

/// A number in the form that a specification asks for. `None`: there is no memory for it.
pub fn format(a: &Dec, spec: &Spec, ctx: &Context, capitals: bool) -> Option<String> {
    if !affordable_text(i64::try_from(spec.width).ok()?) {
        return None;
    }
    let sign = |neg: bool| match spec.sign {
        _ if neg => "-",
        '+' => "+",
        ' ' => " ",
        _ => "",
    };
    if a.is_special() {
        let mut body = Vec::new();
        push_special(&mut body, a);
        if spec.kind == Some('%') {
            body.push(b'%');
        }
        return Some(align(sign(a.neg), &String::from_utf8(body).unwrap_or_default(), spec));
    }
    let kind = match spec.kind {
        None => if capitals { 'G' } else { 'g' },
        Some('n') => 'g',
        Some('N') => 'G',
        Some(k) => k,
    };
    let mut v = a.clone();
    if kind == '%' {
        v.exp = v.exp.checked_add(2)?;
    }
    let precision = match spec.precision {
        Some(p) => Some(i64::try_from(p).ok()?),
        None => None,
    };
    if let Some(p) = precision {
        v = match kind {
            'e' | 'E' if v.no_coeff() => v,
            'e' | 'E' => {
                let short = to_digits(&v, p.saturating_add(1), ctx.round);
                to_exponent(&short, short.adjusted() - p, ctx.round)?
            }
            'f' | 'F' | '%' => to_exponent(&v, -p, ctx.round)?,
            _ => if v.no_coeff() { v } else { to_digits(&v, p, ctx.round) },
        };
    }
    if v.no_coeff() && v.exp > 0 && matches!(kind, 'f' | 'F' | '%') {
        v.exp = 0;
    }
    let neg = v.neg && !(spec.no_neg_zero && v.no_coeff());
    let mut digits = Vec::new();
    push_digits(&mut digits, v.limbs());
    let len = digits.len() as i64;
    let left = v.exp + len;
    let point = match kind {
        'e' | 'E' => match precision {
            Some(p) if v.no_coeff() => 1 - p,
            _ => 1,
        },
        'f' | 'F' | '%' => left,
        _ if v.exp <= 0 && left > -6 => left,
        _ => 1,
    };
    if !affordable_text((point - len).abs().max(point.abs())) {
        return None;
    }
    let (whole, fraction) = if point < 0 {
        let mut f = vec![b'0'; (-point) as usize];
        f.extend_from_slice(&digits);
        (b"0".to_vec(), f)
    } else if point > len {
        digits.resize(point as usize, b'0');
        (digits, Vec::new())
    } else {
        let fraction = digits.split_off(point as usize);
        (if digits.is_empty() { b"0".to_vec() } else { digits }, fraction)
    };
    Some(assemble(sign(neg), &whole, &fraction, left - point, kind, spec))
}

/// Put the parts together.
fn assemble(sign: &str, whole: &[u8], fraction: &[u8], exp: i64, kind: char, spec: &Spec) -> String {
    let mut tail = String::new();
    if !fraction.is_empty() || spec.alternate {
        tail.push_str(&spec.point);
    }
    for (i, chunk) in fraction.chunks(3).enumerate() {
        if let Some(sep) = spec.fraction_separator
            && i > 0
        {
            tail.push(sep);
        }
        tail.extend(chunk.iter().map(|&c| c as char));
    }
    if exp != 0 || matches!(kind, 'e' | 'E') {
        tail.push(if matches!(kind, 'E' | 'G') { 'E' } else { 'e' });
        let mut e = Vec::new();
        push_exponent(&mut e, exp);
        tail.extend(e.iter().map(|&c| c as char));
    }
    if kind == '%' {
        tail.push('%');
    }
    let min_width = if spec.zero_pad { spec.width.saturating_sub(tail.chars().count() + sign.len()) } else { 0 };
    let mut body = group(whole, min_width, spec);
    body.push_str(&tail);
    align(sign, &body, spec)
}

/// Separators between groups of digits, and zeros in front up to a width.
fn group(digits: &[u8], min_width: usize, spec: &Spec) -> String {
    let sep_len = spec.separator.chars().count();
    let mut groups: Vec<(usize, &[u8])> = Vec::new();
    let (mut rest, mut width) = (digits, min_width as i64);
    let mut sizes = spec.grouping.iter().copied();
    let mut last = 0;
    loop {
        let size = match sizes.next() {
            Some(n) => n,
            None if last > 0 && !spec.grouping_ends => last,
            None => 0,
        };
        last = size;
        let want = (rest.len() as i64).max(width).max(1) as usize;
        let l = if size == 0 || sep_len == 0 { want } else { want.min(size) };
        let cut = rest.len().saturating_sub(l);
        groups.push((l.saturating_sub(rest.len()), &rest[cut..]));
        rest = &rest[..cut];
        width -= l as i64;
        if rest.is_empty() && width <= 0 || size == 0 {
            break;
        }
        width -= sep_len as i64;
    }
    let mut out = String::with_capacity(digits.len() + min_width);
    for (i, (zeros, part)) in groups.iter().rev().enumerate() {
        if i > 0 {
            out.push_str(&spec.separator);
        }
        out.extend(std::iter::repeat_n('0', *zeros));
        out.extend(part.iter().map(|&c| c as char));
    }
    out
}

/// Pad to the width.
fn align(sign: &str, body: &str, spec: &Spec) -> String {
    let len = sign.len() + body.chars().count();
    let pad = spec.width.saturating_sub(len);
    let fill = |n: usize| std::iter::repeat_n(spec.fill, n).collect::<String>();
    match spec.align {
        '<' => [sign, body, &fill(pad)].concat(),
        '=' => [sign, &fill(pad), body].concat(),
        '^' => [&fill(pad / 2), sign, body, &fill(pad - pad / 2)].concat(),
        _ => [&fill(pad), sign, body].concat(),
    }
}
