//! Strings in PEP 393 kinds: [`Text`] is a borrowed view, [`TextBuf`] one that grows and widens as needed.

use crate::Unit;

/// A borrowed string of one of the three kinds. Values above U+10FFFF do not occur.
#[derive(Clone, Copy, Debug)]
pub enum Text<'a> {
    One(&'a [u8]),
    Two(&'a [u16]),
    Four(&'a [u32]),
}

/// Run one generic body for whichever kind `$text` has.
#[macro_export]
macro_rules! with_units {
    ($text:expr, $units:ident => $body:expr) => {
        match $text {
            $crate::Text::One($units) => $body,
            $crate::Text::Two($units) => $body,
            $crate::Text::Four($units) => $body,
        }
    };
}

impl<'a> Text<'a> {
    /// Number of code points.
    pub fn len(self) -> usize {
        with_units!(self, units => units.len())
    }

    /// Is it the empty string?
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The code point at `at`.
    #[inline]
    pub fn get(self, at: usize) -> Option<u32> {
        with_units!(self, units => units.get(at).map(|&unit| unit.into()))
    }

    /// Call `give` with each code point: faster than `iter`, since the kind is asked once.
    #[inline]
    pub fn for_each(self, mut give: impl FnMut(u32)) {
        with_units!(self, units => units.iter().for_each(|&unit| give(unit.into())));
    }

    /// The code points in order.
    pub fn iter(self) -> impl Iterator<Item = u32> + 'a {
        (0..self.len()).map_while(move |at| self.get(at))
    }
}

/// A string under construction: the narrowest kind that holds what was pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextBuf {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

impl Default for TextBuf {
    fn default() -> Self {
        TextBuf::One(Vec::new())
    }
}

impl TextBuf {
    /// Empty, with room for `len` narrow code points.
    pub fn with_capacity(len: usize) -> Self {
        TextBuf::One(Vec::with_capacity(len))
    }

    /// A view of what is there.
    pub fn as_text(&self) -> Text<'_> {
        match self {
            TextBuf::One(units) => Text::One(units),
            TextBuf::Two(units) => Text::Two(units),
            TextBuf::Four(units) => Text::Four(units),
        }
    }

    /// Number of code points.
    pub fn len(&self) -> usize {
        self.as_text().len()
    }

    /// Nothing pushed yet?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Only ASCII? (One SIMD pass over a narrow buffer; wider ones are not by construction.)
    pub fn is_ascii(&self) -> bool {
        matches!(self, TextBuf::One(units) if units.is_ascii())
    }

    /// Append a code point.
    #[inline]
    pub fn push(&mut self, cp: u32) {
        match self {
            TextBuf::One(units) if cp < 0x100 => units.push(cp as u8),
            TextBuf::Two(units) if cp < 0x10000 => units.push(cp as u16),
            TextBuf::Four(units) => units.push(cp),
            _ => self.push_wide(cp),
        }
    }

    #[cold]
    fn push_wide(&mut self, cp: u32) {
        self.widen(cp);
        self.push(cp);
    }

    /// Make room for code points up to `max`.
    fn widen(&mut self, max: u32) {
        fn convert<A: Unit, B: From<A>>(units: &[A]) -> Vec<B> {
            let mut out = Vec::with_capacity(units.len() + units.len() / 4 + 16);
            out.extend(units.iter().map(|&unit| B::from(unit)));
            out
        }
        *self = match self {
            TextBuf::One(units) if (0x100..0x10000).contains(&max) => TextBuf::Two(convert(units)),
            TextBuf::One(units) if max >= 0x10000 => TextBuf::Four(convert(units)),
            TextBuf::Two(units) if max >= 0x10000 => TextBuf::Four(convert(units)),
            _ => return,
        };
    }

    /// Append Latin-1 bytes.
    pub fn extend_latin1(&mut self, bytes: &[u8]) {
        match self {
            TextBuf::One(units) => units.extend_from_slice(bytes),
            TextBuf::Two(units) => units.extend(bytes.iter().map(|&b| u16::from(b))),
            TextBuf::Four(units) => units.extend(bytes.iter().map(|&b| u32::from(b))),
        }
    }

    /// Append units of two bytes, none of which is half of a pair.
    pub fn extend_ucs2(&mut self, units: &[u16]) {
        let all = units.iter().fold(0, |all, &unit| all | unit);
        if all >= 0x100 {
            self.widen(u32::from(all));
        }
        match self {
            TextBuf::One(out) => out.extend(units.iter().map(|&unit| unit as u8)),
            TextBuf::Two(out) => out.extend_from_slice(units),
            TextBuf::Four(out) => out.extend(units.iter().map(|&unit| u32::from(unit))),
        }
    }

    /// Append a string (such as an error handler's replacement).
    pub fn extend_text(&mut self, text: Text<'_>) {
        match (&mut *self, text) {
            (_, Text::One(bytes)) => self.extend_latin1(bytes),
            (TextBuf::Two(out), Text::Two(units)) => out.extend_from_slice(units),
            (TextBuf::Four(out), Text::Four(units)) => out.extend_from_slice(units),
            _ => text.iter().for_each(|cp| self.push(cp)),
        }
    }

    /// Drop everything behind the first `len` code points (the kind may then be wider than needed: see `narrow`).
    pub fn truncate(&mut self, len: usize) {
        match self {
            TextBuf::One(units) => units.truncate(len),
            TextBuf::Two(units) => units.truncate(len),
            TextBuf::Four(units) => units.truncate(len),
        }
    }

    /// Convert to the narrowest kind; needed only after `truncate`.
    pub fn narrow(&mut self) {
        let max = self.as_text().iter().max().unwrap_or(0);
        let fits = match self {
            TextBuf::One(_) => true,
            TextBuf::Two(_) => max >= 0x100,
            TextBuf::Four(_) => max >= 0x10000,
        };
        if !fits {
            let mut out = TextBuf::default();
            out.extend_text(self.as_text());
            *self = out;
        }
    }
}

/// Length of the ASCII prefix.
#[inline]
pub fn ascii_prefix(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..at + 32) {
        if !chunk.is_ascii() {
            break;
        }
        at += 32;
    }
    at + bytes[at..].iter().position(|b| !b.is_ascii()).unwrap_or(bytes.len() - at)
}
