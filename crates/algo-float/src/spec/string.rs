//! Formatting of str by a specification: which code points, how much padding.

use super::layout::padding;
use super::{Align, FormatError, FormatSpec};

/// The layout of a formatted str.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrLayout {
    /// Code points of the value that are shown, from its start.
    pub take: usize,
    /// Padding before.
    pub left: usize,
    /// Padding after.
    pub right: usize,
    /// The padding's code point.
    pub fill: u32,
}

/// Lay out a str of `len` code points.
///
/// # Errors
/// CPython's, in its order.
pub fn format_str(spec: &FormatSpec, len: usize) -> Result<StrLayout, FormatError> {
    if spec.kind != u32::from(b's') {
        return Err(FormatError::UnknownCode(spec.kind));
    }
    match spec.sign {
        0 => {}
        b' ' => return Err(FormatError::SpaceInString),
        _ => return Err(FormatError::SignInString),
    }
    if spec.no_neg_zero {
        return Err(FormatError::NegZeroInString);
    }
    if spec.alternate {
        return Err(FormatError::AlternateInString);
    }
    if spec.align == Align::AfterSign {
        return Err(FormatError::AlignInString);
    }
    let take = spec.precision.map_or(len, |p| p.min(len));
    let (left, right) = padding(take, spec.width, spec.align);
    Ok(StrLayout { take, left, right, fill: spec.fill })
}
