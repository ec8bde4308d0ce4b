//! The bytecode of Taipan: the instruction table, its encoding, and code without objects.
//!
//! `docs/bytecode.md` is the contract between the compiler, which makes [`CodeSpec`]s, and the interpreter, which
//! links and runs them. Nothing here knows Python objects.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod dis;
pub mod encode;
pub mod linetable;
pub mod ops;
pub mod regs;
pub mod running;
pub mod serial;
pub mod spec;
pub mod verify;

pub use encode::{DecodeError, Instr, decode};
pub use ops::{CommonConst, Effect, Effects, Intrinsic1, Intrinsic2, Kind, Op, OpInfo, Place};
pub use running::sop;
pub use spec::{CodeSpec, Const, ExceptionEntry, LocalVar, flags, local_kind};

/// Words of a frame before its first local; the first of them is the callable of the call window.
///
/// The last one is the vectorcall "writable word" when the callee is C.
pub const FRAME_HEADER: usize = 8;
