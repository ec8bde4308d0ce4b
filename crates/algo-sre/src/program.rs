//! The compiled program: a flat list of operations with side tables for what is bulky.

use crate::charset::{Class, High, Pages};
use memchr::memmem::Finder;

/// A checked and translated pattern. Immutable; share it between threads as you like.
pub struct Program {
    pub(crate) ops: Vec<Op>,
    pub(crate) classes: Vec<Class>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) literals: Vec<u32>,
    pub(crate) repeats: Vec<Repeat>,
    pub(crate) loops: Vec<Loop>,
    pub(crate) branches: Vec<Branch>,
    /// Capturing groups, group 0 not counted.
    pub(crate) groups: u32,
    /// Shortest subject that can match.
    pub(crate) min_width: usize,
    pub(crate) start: Start,
    pub(crate) uses_locale: bool,
    /// The unbounded repeat that the pattern begins with, if what follows depends only on where it ends. When an attempt fails,
    /// so would attempts from within the run, since they could only end in the same places.
    pub(crate) leading_run: Option<u32>,
}

/// What a search may use to find where a match can begin.
pub(crate) enum Start {
    /// Nothing is known: try everywhere.
    Anywhere,
    /// Only at the very beginning of the subject.
    Beginning,
    /// At the beginning of a line.
    Line,
    /// With this literal; `whole` if the literal is the entire pattern and there are no groups.
    Literal { text: Vec<u32>, bytes: Option<Box<Finder<'static>>>, whole: bool },
    /// With one of up to three characters.
    Few([u32; 3]),
    /// With a character of the filter.
    Filter(u32),
}

/// Which characters may come next: an over-estimate of the truth.
pub(crate) struct Filter {
    pub latin1: [bool; 256],
    /// Above Latin-1: none, all, or (anything else) what one of the atoms accepts.
    pub high: High,
    pub atoms: Box<[Atom]>,
    pub pages: Pages,
}

impl Filter {
    #[inline(always)]
    pub fn admits(&self, program: &Program, ch: u32) -> bool {
        if ch < 256 { self.latin1[ch as usize] } else { self.admits_high(program, ch) }
    }

    #[inline]
    fn admits_high(&self, program: &Program, ch: u32) -> bool {
        match self.high {
            High::Never => false,
            High::Always => true,
            _ => self.pages.test(ch, |ch| self.atoms.iter().any(|&atom| program.test(atom, ch))),
        }
    }
}

/// One operation. Indices lead into the program's tables; `pc`s into `ops`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// The end of the pattern.
    Success,
    Fail,
    Jump { to: u32 },
    Mark { index: u32 },
    At(At),
    /// A test of one character.
    One(Atom),
    /// Characters `from..from + len` of `literals`.
    Literal { from: u32, len: u32 },
    /// Try alternatives of `branches[id]`.
    Branch { id: u32 },
    /// A repeated single character, `repeats[id]`.
    Greedy { id: u32 },
    Lazy { id: u32 },
    Possessive { id: u32 },
    /// An optional body follows; `loops[id].tail` skips it.
    Optional { id: u32 },
    OptionalLazy { id: u32 },
    /// The end of a body that cannot be empty, has no upper bound and at most one obligatory turn: no counting.
    Star { id: u32 },
    StarLazy { id: u32 },
    /// Start of a counted loop: set up its registers and go to the test.
    LoopInit { id: u32 },
    LoopTest { id: u32 },
    LoopTestLazy { id: u32 },
    /// Start of a possessive loop; `PossessiveEnd` closes each turn.
    PossessiveInit { id: u32 },
    PossessiveEnd { id: u32 },
    /// Look `back` characters behind (0: ahead), then run what follows up to `AssertEnd`.
    Assert { back: u32 },
    AssertEnd,
    /// The same, negated; `after` is where matching goes on.
    AssertNot { back: u32, after: u32 },
    AssertNotEnd,
    Atomic,
    AtomicEnd,
    GroupRef { group: u32, fold: RefFold },
    /// Go to `otherwise` unless the group took part.
    IfGroup { group: u32, otherwise: u32 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefFold {
    None,
    Ascii,
    Unicode,
    Locale,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Beginning,
    BeginningLine,
    End,
    EndLine,
    EndString,
    Boundary(Words, bool),
}

/// Whose idea of a word character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    Ascii,
    Unicode,
    Locale,
}

/// A test of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Atom {
    Never,
    AnyAll,
    /// Anything but a newline.
    Any,
    Char(u32),
    NotChar(u32),
    /// One of two, as a letter in both cases.
    Two(u32, u32),
    /// A class without locale.
    Class(u32),
    /// A class that asks the locale each time.
    Dynamic(u32),
}

/// A repeated single character.
pub(crate) struct Repeat {
    pub atom: Atom,
    pub min: usize,
    pub max: usize,
    pub follow: Follow,
    /// For scanning bytes: all bytes but these belong to the atom (so memchr finds the end of a run).
    pub stops: Stops,
}

/// Bytes that end a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stops {
    Unknown,
    None,
    One(u8),
    Two(u8, u8),
    Three(u8, u8, u8),
}

/// What must stand behind a repeat for the rest to have a chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    Unknown,
    Char(u32),
    Filter(u32),
}

/// A repeated group.
pub(crate) struct Loop {
    pub min: u32,
    pub max: u32,
    pub body: u32,
    pub tail: u32,
    /// Register number, for those that count.
    pub register: u32,
    /// What a turn must begin with, and what the rest must begin with (both over-estimates).
    pub body_first: Option<u32>,
    pub tail_first: Option<u32>,
    /// Latin-1 characters that are a whole turn by themselves, without an alternative: the loop just walks over them.
    pub walk: Option<Box<[bool; 256]>>,
}

/// Alternatives.
pub(crate) struct Branch {
    pub alternatives: Vec<Alternative>,
    /// For each Latin-1 character the alternatives it leaves open (absent when there are more than 64).
    pub masks: Option<Box<[u64; 256]>>,
    /// The alternatives that may be left open above Latin-1 (their filters tell), and those left at the end of the subject.
    pub high_mask: u64,
    pub end_mask: u64,
}

pub(crate) struct Alternative {
    pub pc: u32,
    pub first: Option<u32>,
}

impl Program {
    /// Does the atom, which must not depend on the locale, accept the character?
    #[inline(always)]
    pub(crate) fn test(&self, atom: Atom, ch: u32) -> bool {
        match atom {
            Atom::Never | Atom::Dynamic(_) => false,
            Atom::AnyAll => true,
            Atom::Any => ch != 10,
            Atom::Char(wanted) => ch == wanted,
            Atom::NotChar(wanted) => ch != wanted,
            Atom::Two(a, b) => ch == a || ch == b,
            Atom::Class(id) => self.classes[id as usize].contains(ch),
        }
    }

    /// Number of capturing groups.
    pub fn groups(&self) -> usize {
        self.groups as usize
    }

    /// Number of counting registers that a run needs.
    pub(crate) fn registers(&self) -> usize {
        self.loops.iter().filter(|l| l.register != u32::MAX).count()
    }

    /// Rough size of the tables, for `__sizeof__`.
    pub fn heap_bytes(&self) -> usize {
        self.ops.len() * size_of::<Op>()
            + self.classes.len() * size_of::<Class>()
            + self.filters.len() * size_of::<Filter>()
            + self.literals.len() * 4
            + self.branches.iter().map(|b| b.alternatives.len() * 8 + 2048 * usize::from(b.masks.is_some())).sum::<usize>()
    }
}

impl Program {
    /// Does any part ask the locale?
    pub(crate) fn uses_locale(&self) -> bool {
        self.uses_locale
    }
}
