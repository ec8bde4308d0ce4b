//! Specialisation in place: a general instruction that has run a few times looks at its operands, fills its cache cell and rewrites its opcode in the code object's private copy.
//!
//! A specialised handler checks its guard; when that fails it takes the general way and turns back into the general instruction, with a pause before it tries again. In the general form of
//! an instruction `cell.a` counts down to the next attempt. Prefixed instructions are never specialised. Guards are type versions, keys versions and the `valid` byte of
//! inline values; see `taipan_object::instance` for why they suffice.

mod any;
mod load;
mod method;
mod store;

pub use any::{load_attr_any, load_method_any, store_attr_any};
pub use load::*;
pub use method::*;
pub use store::*;

use crate::regs::*;
use taipan_bytecode::{Op, decode, sop};
use taipan_object::attr::uses_generic_get;
use taipan_object::instance;
use taipan_object::prelude::*;
use taipan_object::typeobj::flags;
use taipan_object::types::code::{CacheCell, PyCode};

/// Runs before the first attempt, after a failed attempt, after a guard that failed.
const FIRST: u32 = 2;
const FAILED: u32 = 400;
const MISSED: u32 = 30;

/// The form of the table that a specialised call came from; other codes stay.
pub fn general_call(code: u8) -> u8 {
    match code {
        sop::CallKnown | sop::CallKnownT => Op::Call as u8,
        sop::CallMethodKnown | sop::CallMethodKnownT => Op::CallMethod as u8,
        c => c,
    }
}

/// Whether word `at` begins an instruction.
pub fn starts_instruction(code: &PyCode, at: usize) -> bool {
    let words = code.words();
    let mut i = 0;
    while i < at {
        match decode(words, i) {
            Ok(x) => i = x.end,
            Err(_) => return false,
        }
    }
    i == at
}

/// Whether the general form of a specialisable instruction should try now; `pc` stands behind the instruction.
#[inline(always)]
unsafe fn due(cell: *mut CacheCell) -> bool {
    let c = &mut *cell;
    if c.a == 0 {
        c.a = FIRST;
    }
    c.a -= 1;
    c.a == 0
}

/// Turn back into the general form.
#[cold]
#[inline(never)]
unsafe fn despecialise(m: &Regs, cell: *mut CacheCell, op: Op) {
    m.respecialise(2, op as u8);
    (*cell).a = MISSED;
}

/// No specialised form fits.
unsafe fn give_up(cell: *mut CacheCell) {
    (*cell).a = FAILED;
}

/// How the absence of an instance attribute can be guarded.
enum Absence {
    /// There is no place for instance attributes.
    NoDict,
    /// The shared keys have no such name while they have this version.
    KeysVersion(u32),
    /// The word at this offset from the object is null as long as there is no `__dict__`.
    NoDictYet(i32),
    Unknown,
}

fn absence(ty: &PyType, name: &PyStr) -> Absence {
    if ty.has(flags::INLINE_VALUES) {
        return match instance::shared_keys(ty) {
            Some(k) if instance::index_of(ty, name).is_none() && k.version() != 0 => Absence::KeysVersion(k.version()),
            _ => Absence::Unknown,
        };
    }
    if ty.has(flags::MANAGED_DICT) {
        return Absence::NoDictYet(-(taipan_object::typeobj::alloc::DICT_BEFORE as i32));
    }
    match ty.tp_dictoffset.get() {
        0 => Absence::NoDict,
        at if at > 0 => i32::try_from(at).map_or(Absence::Unknown, Absence::NoDictYet),
        _ => Absence::Unknown,
    }
}

