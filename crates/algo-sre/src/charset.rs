//! Character classes: a table for Latin-1, and for everything above either a well-known category or the charset code itself.

use crate::case::{LocaleTable, ascii_tolower};
use crate::code::{category, op};
use std::sync::OnceLock;
use taipan_algo_ucd as ucd;

/// How a character is folded before it meets the charset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    None,
    Ascii,
    Unicode,
    /// Depends on the locale at run time: nothing can be tabled.
    Locale,
    /// In neither case of the locale: not what negating inside of the fold would mean.
    LocaleNegated,
}

/// What a class says about characters above U+00FF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum High {
    Never,
    Always,
    Word(bool),
    Space(bool),
    Digit(bool),
    /// Ask the charset code.
    Code,
}

/// Bits for the Basic Multilingual Plane, a page of 256 characters at a time, worked out when first asked for.
#[derive(Default)]
pub(crate) struct Pages(OnceLock<Box<[Page; 256]>>);

/// The bits of one page.
type Page = OnceLock<Box<[u64; 4]>>;

impl Pages {
    /// Is `ch` in the set that `evaluate` describes?
    #[inline]
    pub fn test(&self, ch: u32, evaluate: impl Fn(u32) -> bool) -> bool {
        let pages = self.0.get_or_init(|| Box::new([const { OnceLock::new() }; 256]));
        let Some(page) = pages.get((ch >> 8) as usize) else { return evaluate(ch) };
        let bits = page.get_or_init(|| {
            let mut bits = [0; 4];
            for low in (0..256).filter(|low| evaluate((ch & !0xFF) | low)) {
                bits[(low >> 6) as usize] |= 1 << (low & 63);
            }
            Box::new(bits)
        });
        bits[(ch >> 6 & 3) as usize] >> (ch & 63) & 1 != 0
    }
}

/// A character class, ready to test.
pub(crate) struct Class {
    pub latin1: [bool; 256],
    pub high: High,
    pub fold: Fold,
    /// The charset code, up to and with its FAILURE.
    pub code: Box<[u32]>,
    pages: Pages,
}

impl Class {
    /// From checked charset code.
    pub fn new(code: &[u32], fold: Fold) -> Class {
        let mut class = Class { latin1: [false; 256], high: High::Code, fold, code: code.into(), pages: Pages::default() };
        if !class.is_dynamic() {
            for ch in 0..256 {
                class.latin1[ch as usize] = class.evaluate(ch, &LocaleTable::C);
            }
            class.high = high_summary(code, fold);
        }
        class
    }

    /// A class of a few characters or, negated, of all others.
    pub fn of_chars(chars: &[u32], negate: bool) -> Class {
        let mut code = Vec::with_capacity(chars.len() * 2 + 2);
        code.extend(negate.then_some(op::NEGATE));
        code.extend(chars.iter().flat_map(|&ch| [op::LITERAL, ch]));
        code.push(op::FAILURE);
        Class::new(&code, Fold::None)
    }

    /// Does the answer depend on the locale?
    pub fn is_dynamic(&self) -> bool {
        matches!(self.fold, Fold::Locale | Fold::LocaleNegated) || uses_locale(&self.code)
    }

    /// Does a character belong to the class? (Not for dynamic classes.)
    #[inline(always)]
    pub fn contains(&self, ch: u32) -> bool {
        if ch < 256 { self.latin1[ch as usize] } else { self.contains_high(ch) }
    }

    #[inline]
    fn contains_high(&self, ch: u32) -> bool {
        match self.high {
            High::Never => false,
            High::Always => true,
            High::Word(yes) => ucd::is_alnum(ch) == yes,
            High::Space(yes) => ucd::is_space(ch) == yes,
            High::Digit(yes) => ucd::is_decimal(ch) == yes,
            High::Code => self.pages.test(ch, |ch| self.evaluate(ch, &LocaleTable::C)),
        }
    }

    /// The same, by interpreting the code: for any class, above all dynamic ones.
    #[inline(never)]
    pub fn evaluate(&self, ch: u32, locale: &LocaleTable) -> bool {
        match self.fold {
            Fold::None => matches(&self.code, ch, locale),
            Fold::Ascii => matches(&self.code, ascii_tolower(ch), locale),
            Fold::Unicode => matches(&self.code, ucd::lower_simple(ch), locale),
            Fold::Locale | Fold::LocaleNegated => {
                // A negated set must contain neither case.
                let (code, negated) = match &self.code[..] {
                    [op::NEGATE, code @ ..] => (code, true),
                    code => (code, self.fold == Fold::LocaleNegated),
                };
                let (lower, upper) = (locale.lower(ch), locale.upper(ch));
                (matches(code, lower, locale) || (upper != lower && matches(code, upper, locale))) != negated
            }
        }
    }
}

/// One item of charset code.
pub(crate) enum Item<'a> {
    Negate,
    Literal(u32),
    Range(u32, u32),
    RangeIgnore(u32, u32),
    Category(u32),
    /// 256 bits.
    Bitmap(&'a [u32]),
    /// 64 words of block numbers, then blocks of 256 bits.
    Big(&'a [u32], &'a [u32]),
}

/// Split the first item off; `None` at FAILURE, at the end, or when the code is malformed.
pub(crate) fn next_item(code: &[u32]) -> Option<(Item<'_>, &[u32])> {
    let (&number, rest) = code.split_first()?;
    Some(match (number, rest) {
        (op::NEGATE, _) => (Item::Negate, rest),
        (op::LITERAL, &[ch, ref rest @ ..]) => (Item::Literal(ch), rest),
        (op::RANGE, &[low, high, ref rest @ ..]) => (Item::Range(low, high), rest),
        (op::RANGE_UNI_IGNORE, &[low, high, ref rest @ ..]) => (Item::RangeIgnore(low, high), rest),
        (op::CATEGORY, &[number, ref rest @ ..]) if number < category::COUNT => (Item::Category(number), rest),
        (op::CHARSET, _) => {
            let (bits, rest) = rest.split_at_checked(8)?;
            (Item::Bitmap(bits), rest)
        }
        (op::BIGCHARSET, &[count, ref rest @ ..]) => {
            let (index, rest) = rest.split_at_checked(64)?;
            let (blocks, rest) = rest.split_at_checked(usize::try_from(count).ok()?.checked_mul(8)?)?;
            (Item::Big(index, blocks), rest)
        }
        _ => return None,
    })
}

fn items(code: &[u32]) -> impl Iterator<Item = Item<'_>> {
    let mut rest = code;
    std::iter::from_fn(move || {
        let (item, tail) = next_item(rest)?;
        rest = tail;
        Some(item)
    })
}

fn uses_locale(code: &[u32]) -> bool {
    items(code).any(|item| matches!(item, Item::Category(category::LOC_WORD | category::LOC_NOT_WORD)))
}

fn bit(words: &[u32], at: u32) -> bool {
    words.get((at >> 5) as usize).is_some_and(|word| word >> (at & 31) & 1 != 0)
}

fn in_item(item: &Item<'_>, ch: u32, locale: &LocaleTable) -> bool {
    match *item {
        Item::Negate => false,
        Item::Literal(literal) => ch == literal,
        Item::Range(low, high) => low <= ch && ch <= high,
        Item::RangeIgnore(low, high) => {
            let upper = ucd::upper_simple(ch);
            (low <= ch && ch <= high) || (low <= upper && upper <= high)
        }
        Item::Category(number) => in_category(number, ch, locale),
        Item::Bitmap(bits) => ch < 256 && bit(bits, ch),
        Item::Big(index, blocks) => {
            if ch > 0xFFFF {
                return false;
            }
            let page = ch >> 8;
            let block = index.get((page >> 2) as usize).map_or(0, |word| word.to_ne_bytes()[(page & 3) as usize]);
            bit(blocks, u32::from(block) << 8 | (ch & 0xFF))
        }
    }
}

/// Interpret charset code: the first item that contains the character decides; NEGATE turns what that means.
fn matches(code: &[u32], ch: u32, locale: &LocaleTable) -> bool {
    let mut answer = true;
    for item in items(code) {
        match item {
            Item::Negate => answer = !answer,
            _ if in_item(&item, ch, locale) => return answer,
            _ => {}
        }
    }
    !answer
}

/// Is `ch` in the category?
pub(crate) fn in_category(number: u32, ch: u32, locale: &LocaleTable) -> bool {
    let ascii = |test: fn(&u8) -> bool| u8::try_from(ch).is_ok_and(|byte| test(&byte));
    let space = |byte: &u8| matches!(byte, b' ' | 9..=13);
    match number {
        category::DIGIT => ascii(u8::is_ascii_digit),
        category::NOT_DIGIT => !ascii(u8::is_ascii_digit),
        category::SPACE => ascii(space),
        category::NOT_SPACE => !ascii(space),
        category::WORD => is_ascii_word(ch),
        category::NOT_WORD => !is_ascii_word(ch),
        category::LINEBREAK => ch == 10,
        category::NOT_LINEBREAK => ch != 10,
        category::LOC_WORD => locale.is_word(ch),
        category::LOC_NOT_WORD => !locale.is_word(ch),
        category::UNI_DIGIT => ucd::is_decimal(ch),
        category::UNI_NOT_DIGIT => !ucd::is_decimal(ch),
        category::UNI_SPACE => ucd::is_space(ch),
        category::UNI_NOT_SPACE => !ucd::is_space(ch),
        category::UNI_WORD => ucd::is_word(ch),
        category::UNI_NOT_WORD => !ucd::is_word(ch),
        category::UNI_LINEBREAK => ucd::is_linebreak(ch),
        category::UNI_NOT_LINEBREAK => !ucd::is_linebreak(ch),
        _ => false,
    }
}

pub(crate) fn is_ascii_word(ch: u32) -> bool {
    ch == u32::from(b'_') || u8::try_from(ch).is_ok_and(|byte| byte.is_ascii_alphanumeric())
}

/// Reduce the code to what matters above U+00FF, if that is simple. Folding can bring characters down (U+212A to `k`), so only
/// unfolded classes are summarised, and folded ones whose summary folding cannot change.
fn high_summary(code: &[u32], fold: Fold) -> High {
    let folded = fold == Fold::Unicode;
    let (mut negated, mut found) = (false, None);
    for (place, item) in items(code).enumerate() {
        let summary = match item {
            Item::Negate if place == 0 => {
                negated = true;
                continue;
            }
            Item::Literal(ch) if ch < 256 && !folded => continue,
            Item::Range(_, high) if high < 256 && !folded => continue,
            Item::Bitmap(_) if !folded => continue,
            Item::Category(category::DIGIT | category::SPACE | category::WORD | category::LINEBREAK) if !folded => continue,
            Item::Category(
                category::NOT_DIGIT | category::NOT_SPACE | category::NOT_WORD | category::NOT_LINEBREAK,
            ) if !folded => High::Always,
            Item::Category(category::UNI_WORD) => High::Word(true),
            Item::Category(category::UNI_NOT_WORD) => High::Word(false),
            Item::Category(category::UNI_SPACE) if !folded => High::Space(true),
            Item::Category(category::UNI_NOT_SPACE) if !folded => High::Space(false),
            Item::Category(category::UNI_DIGIT) if !folded => High::Digit(true),
            Item::Category(category::UNI_NOT_DIGIT) if !folded => High::Digit(false),
            _ => return High::Code,
        };
        found = match found {
            None => Some(summary),
            Some(before) if before == summary => Some(summary),
            Some(High::Word(true)) if summary == High::Digit(true) => Some(High::Word(true)),
            Some(High::Digit(true)) if summary == High::Word(true) => Some(High::Word(true)),
            Some(_) => return High::Code,
        };
    }
    match (found.unwrap_or(High::Never), negated) {
        (summary, false) => summary,
        (High::Never, true) => High::Always,
        (High::Always, true) => High::Never,
        (High::Word(yes), true) => High::Word(!yes),
        (High::Space(yes), true) => High::Space(!yes),
        (High::Digit(yes), true) => High::Digit(!yes),
        (High::Code, true) => High::Code,
    }
}
