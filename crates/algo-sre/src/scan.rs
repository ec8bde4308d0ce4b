//! Runs and searches over the units of a subject: memchr for bytes, chunks the compiler can vectorise for wider units.

use crate::program::{Atom, Program, Repeat, Stops};
use taipan_algo_ucd::Unit;

/// A unit that can be searched for fast.
pub trait Subject: Unit + PartialEq {
    /// The first of up to three Latin-1 characters.
    fn find_any(text: &[Self], chars: [u8; 3]) -> Option<usize>;
    /// The first of up to three characters (repeat one to have fewer).
    fn find_few(text: &[Self], chars: [u32; 3]) -> Option<usize>;
    /// The first `ch`.
    fn find_char(text: &[Self], ch: u32) -> Option<usize>;
    /// The last `ch`.
    fn rfind_char(text: &[Self], ch: u32) -> Option<usize>;
    /// The bytes, if that is what units are.
    fn as_bytes(text: &[Self]) -> Option<&[u8]>;
}

impl Subject for u8 {
    #[inline]
    fn find_any(text: &[u8], [a, b, c]: [u8; 3]) -> Option<usize> {
        if a == b && b == c {
            memchr::memchr(a, text)
        } else if b == c {
            memchr::memchr2(a, b, text)
        } else {
            memchr::memchr3(a, b, c, text)
        }
    }

    fn find_few(text: &[u8], chars: [u32; 3]) -> Option<usize> {
        let mut fitting = chars.into_iter().filter_map(|ch| u8::try_from(ch).ok());
        let first = fitting.next()?;
        let second = fitting.next().unwrap_or(first);
        Self::find_any(text, [first, second, fitting.next().unwrap_or(second)])
    }

    #[inline]
    fn find_char(text: &[u8], ch: u32) -> Option<usize> {
        memchr::memchr(u8::try_from(ch).ok()?, text)
    }

    #[inline]
    fn rfind_char(text: &[u8], ch: u32) -> Option<usize> {
        memchr::memrchr(u8::try_from(ch).ok()?, text)
    }

    fn as_bytes(text: &[u8]) -> Option<&[u8]> {
        Some(text)
    }
}

/// Find a unit by testing chunks without a branch inside, then the chunk that has it.
#[inline(always)]
fn find_chunked<T: Copy>(text: &[T], test: impl Fn(T) -> bool) -> Option<usize> {
    let mut at = 0;
    while let Some(chunk) = text.get(at..at + 16) {
        if chunk.iter().fold(false, |any, &unit| any | test(unit)) {
            break;
        }
        at += 16;
    }
    text[at..].iter().position(|&unit| test(unit)).map(|more| at + more)
}

macro_rules! wide_subject {
    ($unit:ty) => {
        impl Subject for $unit {
            fn find_any(text: &[$unit], chars: [u8; 3]) -> Option<usize> {
                let [a, b, c] = chars.map(<$unit>::from);
                find_chunked(text, |unit| (unit == a) | (unit == b) | (unit == c))
            }

            fn find_few(text: &[$unit], chars: [u32; 3]) -> Option<usize> {
                let mut fitting = chars.into_iter().filter_map(|ch| <$unit>::try_from(ch).ok());
                let a = fitting.next()?;
                let b = fitting.next().unwrap_or(a);
                let c = fitting.next().unwrap_or(b);
                find_chunked(text, |unit| (unit == a) | (unit == b) | (unit == c))
            }

            fn find_char(text: &[$unit], ch: u32) -> Option<usize> {
                let wanted = <$unit>::try_from(ch).ok()?;
                find_chunked(text, |unit| unit == wanted)
            }

            fn rfind_char(text: &[$unit], ch: u32) -> Option<usize> {
                let wanted = <$unit>::try_from(ch).ok()?;
                text.iter().rposition(|&unit| unit == wanted)
            }

            fn as_bytes(_: &[$unit]) -> Option<&[u8]> {
                None
            }
        }
    };
}

wide_subject!(u16);
wide_subject!(u32);

#[inline(always)]
fn run_while<T: Unit>(text: &[T], test: impl Fn(u32) -> bool) -> usize {
    text.iter().position(|&unit| !test(unit.into())).unwrap_or(text.len())
}

/// How many units at the start of `text` belong to the repeat's atom; dynamic atoms are the caller's.
#[inline]
pub(crate) fn run_len<T: Subject>(program: &Program, repeat: &Repeat, text: &[T]) -> usize {
    let to_stop = |found: Option<usize>| found.unwrap_or(text.len());
    match repeat.stops {
        Stops::None => return text.len(),
        // Short runs are common: look at a few units before calling a vector search.
        Stops::One(a) => return to_stop(find_any_soon(text, [a, a, a])),
        Stops::Two(a, b) => return to_stop(find_any_soon(text, [a, b, b])),
        Stops::Three(a, b, c) => return to_stop(find_any_soon(text, [a, b, c])),
        Stops::Unknown => {}
    }
    match repeat.atom {
        Atom::Never | Atom::Dynamic(_) => 0,
        Atom::AnyAll => text.len(),
        Atom::Any => run_while(text, |ch| ch != 10),
        Atom::Char(wanted) => run_while(text, |ch| ch == wanted),
        Atom::NotChar(wanted) => run_while(text, |ch| ch != wanted),
        Atom::Two(a, b) => run_while(text, |ch| ch == a || ch == b),
        Atom::Class(id) => {
            let class = &program.classes[id as usize];
            run_while(text, |ch| class.contains(ch))
        }
    }
}

#[inline]
fn find_any_soon<T: Subject>(text: &[T], chars: [u8; 3]) -> Option<usize> {
    let [a, b, c] = chars.map(u32::from);
    let head = text.len().min(8);
    let near = text[..head].iter().position(|&unit| {
        let ch = unit.into();
        ch == a || ch == b || ch == c
    });
    near.or_else(|| T::find_any(&text[head..], chars).map(|at| at + head))
}
