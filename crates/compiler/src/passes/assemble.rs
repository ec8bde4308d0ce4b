//! Words, jump offsets, position and exception tables.

use taipan_bytecode::encode::{encodable, encode, needs_wide};
use taipan_bytecode::linetable::{Location, Writer};
use taipan_bytecode::regs::temps_needed;
use taipan_bytecode::{ExceptionEntry, Kind, Op};

use super::Stream;
use super::jumps::inverse;
use crate::code::{Inst, NO_HANDLER, NO_LABEL};
use crate::error::{Error, ErrorKind, Result};

/// The assembled parts of a code object.
pub(super) struct Assembled {
    pub code: Vec<u32>,
    pub ncells: u32,
    pub ntemps: u32,
    pub linetable: Vec<u8>,
    pub exceptions: Vec<ExceptionEntry>,
}

/// How a jump is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Short,
    /// With a prefix.
    Wide,
    /// By way of `jump_far` behind the instruction, for what has one byte for its offset. A condition is turned round and skips the jump; where that cannot be, both ways have one.
    Far,
    /// As a jump over a jump to a jump, for offsets that even a prefix does not hold.
    Long,
}

/// Length of the two jumps of the long form: each with a prefix.
const LONG_JUMP: usize = 2;
/// Offsets of `jump_far` without a prefix, and some words to spare.
const FAR_MAX: u32 = (1 << 23) - 16;
/// Words before the first instruction.
const ENTRY_WORDS: usize = 1;

fn too_large() -> Box<Error> {
    Error::other(ErrorKind::Overflow, "code object is too large")
}

/// Every code object begins with a `nop` that stands for entering it: the frame's position until its first instruction runs. It is not executed. What sets the frame up belongs to
/// the same place.
pub(super) fn assemble(stream: &Stream, firstlineno: i32, entry: Location) -> Result<Assembled> {
    let forms = choose_forms(stream)?;
    let starts = positions(stream, &forms);
    let mut out = Assembled { code: Vec::new(), ncells: 0, ntemps: 0, linetable: Vec::new(), exceptions: Vec::new() };
    let mut lines = Writer::new(firstlineno);
    encode(Op::Nop, &[], 0, false, &mut out.code);
    lines.push(entry, ENTRY_WORDS);
    let mut set_up = true;
    for (index, inst) in stream.insts.iter().enumerate() {
        let before = out.code.len();
        emit(stream, index, inst, &forms, &starts, &mut out)?;
        set_up &= matches!(inst.op, Op::CopyFreeVars | Op::MakeCell | Op::ReturnGenerator);
        lines.push(if set_up { entry } else { inst.location }, out.code.len() - before);
        let needed = temps_needed(inst.op, &inst.args);
        out.ntemps = out.ntemps.max(needed.max(0) as u32);
    }
    out.linetable = lines.finish();
    exceptions(stream, &starts, &mut out)?;
    if i32::try_from(out.code.len()).is_err() || out.ntemps > i16::MAX as u32 {
        return Err(too_large());
    }
    Ok(out)
}

fn words(inst: &Inst, form: Form) -> usize {
    let plain = inst.op.info().words();
    match form {
        Form::Short => plain + usize::from(needs_wide_without_jump(inst)),
        Form::Wide => plain + 1,
        Form::Far => plain + usize::from(needs_wide_without_jump(inst)) + far_jumps(inst.op),
        Form::Long => plain + usize::from(needs_wide_without_jump(inst)) + 2 * LONG_JUMP,
    }
}

/// How many `jump_far` follow the far form of `op`.
fn far_jumps(op: Op) -> usize {
    if inverse(op).is_some() { 1 } else { 2 }
}

fn needs_wide_without_jump(inst: &Inst) -> bool {
    let mut args = inst.args;
    if let Some(index) = jump_operand(inst) {
        args[index] = 0;
    }
    needs_wide(inst.op, &args)
}

fn jump_operand(inst: &Inst) -> Option<usize> {
    inst.op.info().operands.iter().position(|(_, kind)| kind.is_jump())
}

fn positions(stream: &Stream, forms: &[Form]) -> Vec<usize> {
    let mut starts = Vec::with_capacity(stream.insts.len() + 1);
    let mut at = ENTRY_WORDS;
    for (inst, &form) in stream.insts.iter().zip(forms) {
        starts.push(at);
        at += words(inst, form);
    }
    starts.push(at);
    starts
}

/// Grow jumps until all offsets fit; forms only grow, so this ends.
fn choose_forms(stream: &Stream) -> Result<Vec<Form>> {
    let mut forms = vec![Form::Short; stream.insts.len()];
    loop {
        let starts = positions(stream, &forms);
        let mut changed = false;
        for (index, inst) in stream.insts.iter().enumerate() {
            if inst.target == NO_LABEL || forms[index] == Form::Long {
                continue;
            }
            let Some(operand) = jump_operand(inst) else { continue };
            let target = stream.target(inst).ok_or_else(too_large)?;
            let offset = starts[target] as i64 - starts[index + 1] as i64;
            let offset = i32::try_from(offset).map_err(|_| too_large())?;
            let mut args = inst.args;
            args[operand] = offset;
            let kind = inst.op.info().operands[operand].1;
            let wanted = if kind == Kind::Jump && i8::try_from(offset).is_err() {
                if offset.unsigned_abs() < FAR_MAX { Form::Far } else { Form::Long }
            } else if kind != Kind::Jump && needs_wide(inst.op, &args) {
                Form::Wide
            } else {
                Form::Short
            };
            let grown = match (forms[index], wanted) {
                (Form::Short, Form::Wide | Form::Far) | (_, Form::Long) => wanted,
                (old, _) => old,
            };
            if grown != forms[index] {
                forms[index] = grown;
                changed = true;
            }
        }
        if !changed {
            return Ok(forms);
        }
    }
}

fn emit(
    stream: &Stream,
    index: usize,
    inst: &Inst,
    forms: &[Form],
    starts: &[usize],
    out: &mut Assembled,
) -> Result<()> {
    let mut args = inst.args;
    let mut op = inst.op;
    let mut wide = false;
    let (mut long_target, mut far_target) = (None, None);
    if inst.target != NO_LABEL
        && let Some(operand) = jump_operand(inst)
    {
        let target = stream.target(inst).ok_or_else(too_large)?;
        let offset = starts[target] as i64 - starts[index + 1] as i64;
        wide = forms[index] == Form::Wide;
        if forms[index] == Form::Far {
            args[operand] = 1;
            far_target = Some(offset);
            op = inverse(op).unwrap_or(op);
        } else if forms[index] == Form::Long {
            args[operand] = LONG_JUMP as i32;
            long_target = Some(offset);
        } else {
            args[operand] = i32::try_from(offset).map_err(|_| too_large())?;
        }
        // Any way back lets signals and other threads in.
        if op == Op::Jump && offset < 0 {
            op = Op::JumpBackward;
        }
    }
    if !encodable(op, &args) {
        return Err(too_large());
    }
    let cells = u32::from(op.info().cells);
    encode(op, &args, out.ncells, wide, &mut out.code);
    out.ncells += cells;
    if let Some(offset) = far_target {
        let offset = i32::try_from(offset).map_err(|_| too_large())?;
        // The offset is from behind the last jump.
        if far_jumps(inst.op) == 2 {
            encode(Op::JumpFar, &[1], 0, false, &mut out.code);
        }
        encode(Op::JumpFar, &[offset], 0, false, &mut out.code);
    }
    if let Some(offset) = long_target {
        // Not taken: over the next jump. Taken: here, to the target.
        encode(Op::Jump, &[LONG_JUMP as i32], 0, true, &mut out.code);
        let op = if offset < 0 { Op::JumpBackward } else { Op::Jump };
        let offset = i32::try_from(offset).map_err(|_| too_large())?;
        encode(op, &[offset], 0, true, &mut out.code);
    }
    Ok(())
}

fn exceptions(stream: &Stream, starts: &[usize], out: &mut Assembled) -> Result<()> {
    let mut index = 0;
    while let Some(inst) = stream.insts.get(index) {
        let handler = inst.handler;
        let mut end = index + 1;
        while stream.insts.get(end).is_some_and(|next| next.handler == handler) {
            end += 1;
        }
        if handler != NO_HANDLER
            && let Some(entry) = stream.handlers.get(handler as usize)
            && let Some(&target) = stream.labels.get(entry.label as usize)
            && target < stream.insts.len()
            // A handler that nothing can reach was dropped with its code.
            && stream.insts[index..end].iter().any(|i| stream.handler(i).is_some())
        {
            out.exceptions.push(ExceptionEntry {
                start: starts[index] as u32,
                end: starts[end] as u32,
                handler: starts[target] as u32,
                depth: u16::try_from(entry.depth).map_err(|_| too_large())?,
                lasti: entry.lasti,
            });
            out.ntemps = out.ntemps.max(entry.depth + 1 + u32::from(entry.lasti));
        }
        index = end;
    }
    Ok(())
}
