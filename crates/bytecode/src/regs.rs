//! Which registers an instruction reads, consumes and writes: the table's operand kinds plus the lengths of runs.

use crate::FRAME_HEADER;
use crate::ops::{Kind, Op};

/// How an instruction uses a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read: a local is borrowed, a temp consumed. Must hold a value.
    Read,
    /// As `Read`, but it may be empty.
    ReadMaybe,
    /// Read and kept. Must hold a value.
    Keep,
    /// As `Keep`, but it may be empty.
    KeepMaybe,
    /// Written.
    Write,
    /// Written with a value or left empty.
    WriteMaybe,
    /// Local that may be empty is emptied.
    Clear,
    /// Local that may be empty is tested; from here on it holds a value.
    Check,
    /// Must be free (empty) temp space before; is so again afterwards.
    Scratch,
}

/// Call `f` for each register that `op` touches, reads before writes.
///
/// Registers that overflow `i32` arithmetic are reported as `i32::MAX`, which no frame has.
pub fn for_each_access(op: Op, args: &[i32], mut f: impl FnMut(i32, Access)) {
    let at = |base: i32, offset: i32| base.saturating_add(offset);
    let arg = |index: usize| args.get(index).copied().unwrap_or(0);
    const HEADER: i32 = FRAME_HEADER as i32;
    let mut run = |base: i32, count: i32, access: Access| {
        // A count is at most 16 bits (or an extra word, checked by the verifier before).
        for offset in 0..count.clamp(0, 0x1_0000) {
            f(at(base, offset), access);
        }
    };
    let (a, b, c, d) = (arg(0), arg(1), arg(2), arg(3));
    match op {
        Op::BuildTuple | Op::BuildList | Op::BuildSet | Op::BuildString | Op::BuildSlice => run(b, c, Access::Read),
        Op::BuildMap => run(b, c.saturating_mul(2), Access::Read),
        Op::BuildInterpolation => run(b, 2 + (c & 1), Access::Read),
        Op::BuildTemplate | Op::ImportName => run(b, 2, Access::Read),
        Op::LoadSlice => run(c, 2, Access::Read),
        Op::StoreSlice => run(b, 2, Access::Read),
        Op::LoadSuperAttr | Op::LoadSuperMethod | Op::MatchClass => run(b, 3, Access::Read),
        Op::MakeFunction => run(b, (c & 0x1F).count_ones() as i32, Access::Read),
        Op::WithExit => {
            run(b, 1, Access::Read);
            run(at(b, 1), 1, Access::ReadMaybe);
        }
        Op::WithExceptStart => {
            run(b, 1, Access::Keep);
            run(at(b, 1), 1, Access::KeepMaybe);
            run(at(b, 4), 1, Access::Keep);
        }
        Op::PushExc => run(a, 1, Access::Read),
        Op::Call | Op::CallKw => {
            run(b, 1, Access::Read);
            run(at(b, HEADER), c, Access::Read);
        }
        Op::CallMethod | Op::CallMethodKw => {
            run(b, 1, Access::Read);
            run(at(b, HEADER), 1, Access::ReadMaybe);
            run(at(b, HEADER + 1), c.saturating_sub(1), Access::Read);
        }
        Op::CallEx => {
            run(b, 1, Access::Read);
            run(at(b, HEADER), 1 + i32::from(c != 0), Access::Read);
        }
        Op::Reraise if b != 0 => run(a.saturating_sub(b), 1, Access::Keep),
        _ => {}
    }
    for (index, &(_, kind)) in op.info().operands.iter().enumerate() {
        let access = match kind {
            Kind::Src if op == Op::Pop => Access::ReadMaybe,
            Kind::Src => Access::Read,
            Kind::Keep | Kind::Cell | Kind::InOut => Access::Keep,
            Kind::Local if matches!(op, Op::CheckLocal) => Access::Check,
            Kind::Local if matches!(op, Op::ClearLocal) => Access::Clear,
            _ => continue,
        };
        f(arg(index), access);
    }
    let mut run = |base: i32, count: i32, access: Access| {
        for offset in 0..count.clamp(0, 0x1_0000) {
            f(at(base, offset), access);
        }
    };
    match op {
        Op::WithEnter | Op::AsyncWithEnter => {
            run(c, HEADER + 1, Access::Scratch);
            run(a, 1, Access::Write);
            run(at(a, 1), 1, Access::WriteMaybe);
            run(at(a, 2), 1, Access::Write);
        }
        Op::WithExit | Op::WithExceptStart => run(c, HEADER + 4, Access::Scratch),
        Op::UnpackSequence => run(b, c, Access::Write),
        Op::UnpackEx => run(b, c.saturating_add(d).saturating_add(1), Access::Write),
        Op::PushExc => run(a, 2, Access::Write),
        Op::LoadMethod | Op::LoadSuperMethod => {
            run(a, 1, Access::Write);
            run(at(a, HEADER), 1, Access::WriteMaybe);
        }
        Op::MakeCell => run(a, 1, Access::Write),
        // The free variables are the last locals.
        Op::CopyFreeVars => run(a.saturating_neg(), a, Access::Write),
        _ => {}
    }
    if let Some(&(_, Kind::Dst)) = op.info().operands.first() {
        f(a, Access::Write);
    }
}

/// Highest temp index plus one that an instruction needs (call windows with their header words included).
pub fn temps_needed(op: Op, args: &[i32]) -> i32 {
    let mut needed = 0;
    for_each_access(op, args, |register, _| {
        needed = needed.max(register.saturating_add(1));
    });
    if let Op::Call | Op::CallKw | Op::CallMethod | Op::CallMethodKw | Op::CallEx = op {
        let window = args.get(1).copied().unwrap_or(0);
        needed = needed.max(window.saturating_add(FRAME_HEADER as i32));
    }
    needed
}
