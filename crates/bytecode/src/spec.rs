//! Code without objects: what the compiler makes and the interpreter links.
//!
//! Everything is plain data: no references, no interning, sendable. A [`CodeSpec`] of unknown origin must pass
//! [`crate::verify::verify`] before it runs.

use std::sync::Arc;

use taipan_algo_int::BigInt;
use taipan_text::Wtf8Buf;

/// Values of `co_flags` (CPython's `CO_*`).
#[allow(missing_docs)]
pub mod flags {
    pub const OPTIMIZED: u32 = 0x0001;
    pub const NEWLOCALS: u32 = 0x0002;
    pub const VARARGS: u32 = 0x0004;
    pub const VARKEYWORDS: u32 = 0x0008;
    pub const NESTED: u32 = 0x0010;
    pub const GENERATOR: u32 = 0x0020;
    pub const COROUTINE: u32 = 0x0080;
    pub const ITERABLE_COROUTINE: u32 = 0x0100;
    pub const ASYNC_GENERATOR: u32 = 0x0200;
    pub const FUTURE_DIVISION: u32 = 0x2_0000;
    pub const FUTURE_ABSOLUTE_IMPORT: u32 = 0x4_0000;
    pub const FUTURE_WITH_STATEMENT: u32 = 0x8_0000;
    pub const FUTURE_PRINT_FUNCTION: u32 = 0x10_0000;
    pub const FUTURE_UNICODE_LITERALS: u32 = 0x20_0000;
    pub const FUTURE_BARRY_AS_BDFL: u32 = 0x40_0000;
    pub const FUTURE_GENERATOR_STOP: u32 = 0x80_0000;
    pub const FUTURE_ANNOTATIONS: u32 = 0x100_0000;
    pub const NO_MONITORING_EVENTS: u32 = 0x200_0000;
    pub const HAS_DOCSTRING: u32 = 0x400_0000;
    pub const METHOD: u32 = 0x800_0000;
    /// The flags a `from __future__` import sets, which `compile()` inherits and takes.
    pub const FUTURE_MASK: u32 = FUTURE_DIVISION
        | FUTURE_ABSOLUTE_IMPORT
        | FUTURE_WITH_STATEMENT
        | FUTURE_PRINT_FUNCTION
        | FUTURE_UNICODE_LITERALS
        | FUTURE_BARRY_AS_BDFL
        | FUTURE_GENERATOR_STOP
        | FUTURE_ANNOTATIONS;
}

/// Bits of a local's kind (CPython's `CO_FAST_*`, as in `co_localspluskinds`).
#[allow(missing_docs)]
pub mod local_kind {
    pub const ARG_POS: u8 = 0x02;
    pub const ARG_KW: u8 = 0x04;
    pub const ARG_VAR: u8 = 0x08;
    /// Variable of an inlined comprehension that `locals()` of the surrounding scope must not show.
    pub const HIDDEN: u8 = 0x10;
    pub const LOCAL: u8 = 0x20;
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;
}

/// One local of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalVar {
    /// Its name.
    pub name: Box<str>,
    /// Bits of [`local_kind`].
    pub kind: u8,
}

/// A constant.
///
/// `==` is identity of constants as the compiler's pool needs it: `0.0` and `-0.0` differ, so do `1` and `True`.
#[derive(Clone, Debug)]
pub enum Const {
    /// `None`
    None,
    /// `...`
    Ellipsis,
    /// `True`, `False`
    Bool(bool),
    /// An int that fits 64 bits.
    Int(i64),
    /// An int that does not.
    BigInt(Box<BigInt>),
    /// A float.
    Float(f64),
    /// A complex number, real part first.
    Complex(f64, f64),
    /// A string.
    Str(Wtf8Buf),
    /// A bytes object.
    Bytes(Box<[u8]>),
    /// A tuple.
    Tuple(Box<[Const]>),
    /// A frozenset; the order is that of insertion.
    FrozenSet(Box<[Const]>),
    /// A slice: start, stop, step.
    Slice(Box<[Const; 3]>),
    /// Code of a nested scope; shared, so that its linking can wait for its first call.
    Code(Arc<CodeSpec>),
}

impl PartialEq for Const {
    fn eq(&self, other: &Const) -> bool {
        match (self, other) {
            (Const::None, Const::None) | (Const::Ellipsis, Const::Ellipsis) => true,
            (Const::Bool(a), Const::Bool(b)) => a == b,
            (Const::Int(a), Const::Int(b)) => a == b,
            (Const::BigInt(a), Const::BigInt(b)) => a == b,
            (Const::Float(a), Const::Float(b)) => a.to_bits() == b.to_bits(),
            (Const::Complex(a, b), Const::Complex(c, d)) => {
                a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits()
            }
            (Const::Str(a), Const::Str(b)) => a == b,
            (Const::Bytes(a), Const::Bytes(b)) => a == b,
            (Const::Tuple(a), Const::Tuple(b)) | (Const::FrozenSet(a), Const::FrozenSet(b)) => a == b,
            (Const::Slice(a), Const::Slice(b)) => a == b,
            (Const::Code(a), Const::Code(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Const {}

impl std::hash::Hash for Const {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Const::None | Const::Ellipsis => {}
            Const::Bool(value) => value.hash(state),
            Const::Int(value) => value.hash(state),
            Const::BigInt(value) => value.hash(state),
            Const::Float(value) => value.to_bits().hash(state),
            Const::Complex(real, imag) => (real.to_bits(), imag.to_bits()).hash(state),
            Const::Str(text) => text.hash(state),
            Const::Bytes(bytes) => bytes.hash(state),
            Const::Tuple(items) | Const::FrozenSet(items) => items.hash(state),
            Const::Slice(parts) => parts.hash(state),
            Const::Code(code) => (&code.qualname, code.firstlineno, code.code.len()).hash(state),
        }
    }
}

impl Const {
    /// A big integer, brought to the small form when it fits.
    pub fn from_bigint(value: BigInt) -> Const {
        match value.view().to_i64() {
            Some(small) => Const::Int(small),
            None => Const::BigInt(Box::new(value)),
        }
    }

    /// A string constant.
    pub fn str(text: &str) -> Const {
        Const::Str(Wtf8Buf::from(text))
    }
}

/// One row of the exception table: where control goes when an instruction in `start..end` raises.
///
/// Rows are sorted by `start` and do not overlap. Positions are word indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionEntry {
    /// First word of the range.
    pub start: u32,
    /// Word after the range.
    pub end: u32,
    /// First instruction of the handler.
    pub handler: u32,
    /// Temps from here on are released; then R[depth] = the exception (with `lasti`: R[depth] = the position of
    /// the instruction that raised, as a tagged int, and R[depth+1] = the exception).
    pub depth: u16,
    /// Whether the position is saved.
    pub lasti: bool,
}

/// A code object's content. Names are CPython's without `co_`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeSpec {
    /// `co_name`
    pub name: Box<str>,
    /// `co_qualname`
    pub qualname: Box<str>,
    /// `co_filename`, shared by all code of a file.
    pub filename: Arc<Wtf8Buf>,
    /// `co_firstlineno`
    pub firstlineno: i32,
    /// `co_flags`, see [`flags`].
    pub flags: u32,
    /// `co_argcount`: positional parameters, positional-only ones included.
    pub argcount: u32,
    /// `co_posonlyargcount`
    pub posonlyargcount: u32,
    /// `co_kwonlyargcount`
    pub kwonlyargcount: u32,
    /// All locals: parameters, other plain locals, cell variables that are no parameters, free variables.
    pub locals: Vec<LocalVar>,
    /// Number of temps a frame needs.
    pub ntemps: u32,
    /// `co_names`
    pub names: Vec<Box<str>>,
    /// `co_consts`; the first is the docstring if [`flags::HAS_DOCSTRING`] is set.
    pub consts: Vec<Const>,
    /// The instructions.
    pub code: Vec<u32>,
    /// Number of 16-byte cache cells.
    pub ncells: u32,
    /// Positions of the instructions in CPython's `co_linetable` form, one unit a word; see [`crate::linetable`].
    pub linetable: Vec<u8>,
    /// The exception table.
    pub exceptions: Vec<ExceptionEntry>,
}

impl CodeSpec {
    /// `co_varnames`: parameters and plain locals (cell variables only when they are parameters).
    pub fn varnames(&self) -> impl Iterator<Item = &str> {
        // A comprehension's variable that hides one of the same name is not shown twice.
        let plain = self.locals.iter().enumerate().filter(|(_, local)| local.kind & local_kind::LOCAL != 0);
        plain
            .filter(|(index, local)| {
                local.kind & local_kind::HIDDEN == 0
                    || !self.locals.iter().enumerate().any(|(other, l)| {
                        l.name == local.name && (other < *index || l.kind & local_kind::HIDDEN == 0)
                    })
            })
            .map(|(_, local)| &*local.name)
    }

    /// `co_cellvars`
    pub fn cellvars(&self) -> impl Iterator<Item = &str> {
        self.locals_with(local_kind::CELL)
    }

    /// `co_freevars`
    pub fn freevars(&self) -> impl Iterator<Item = &str> {
        self.locals_with(local_kind::FREE)
    }

    /// Number of free variables.
    pub fn nfreevars(&self) -> usize {
        self.freevars().count()
    }

    /// Number of parameters, `*args` and `**kwargs` included.
    pub fn total_args(&self) -> usize {
        let variadic = u32::from(self.flags & flags::VARARGS != 0) + u32::from(self.flags & flags::VARKEYWORDS != 0);
        (self.argcount.saturating_add(self.kwonlyargcount).saturating_add(variadic)) as usize
    }

    /// The row that covers word `pc`, if any.
    pub fn handler_at(&self, pc: u32) -> Option<&ExceptionEntry> {
        let after = self.exceptions.partition_point(|entry| entry.start <= pc);
        self.exceptions[..after].last().filter(|entry| pc < entry.end)
    }

    fn locals_with(&self, bit: u8) -> impl Iterator<Item = &str> {
        self.locals.iter().filter(move |local| local.kind & bit != 0).map(|local| &*local.name)
    }
}
