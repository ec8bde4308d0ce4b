//! Control flow: jumps to jumps, unreachable code, jumps to the next instruction, empty instructions.

use taipan_bytecode::Op;
use taipan_bytecode::linetable::Location;

use super::Stream;
use crate::code::{Inst, NO_LABEL};

/// Longest way out of a code object that is copied: the end of a class body.
const EXIT_MAX: usize = 12;
/// Jumps followed in a row; a cycle of jumps ends there.
const THREAD_MAX: usize = 16;

/// Thread jumps and drop what cannot be reached.
pub(super) fn simplify(stream: &mut Stream) {
    thread(stream);
    let live = reachable(stream);
    stream.retain(&live);
    invert(stream);
    let live = reachable(stream);
    stream.retain(&live);
}

fn thread(stream: &mut Stream) {
    for index in 0..stream.insts.len() {
        let mut target = stream.insts[index].target;
        for _ in 0..THREAD_MAX {
            if target == NO_LABEL {
                break;
            }
            let at = stream.labels[target as usize];
            // Empty instructions in between carry at most a line.
            let Some(next) = stream.insts.get(at) else { break };
            if !matches!(next.op, Op::Jump | Op::JumpBackward) || next.target == target || at == index {
                break;
            }
            // `break` and `continue` keep their lines, which debuggers stop at.
            let line = stream.insts[index].location.line;
            let (location, further) = (next.location, next.target);
            if location.line >= 0 && location.line != line {
                if line >= 0 || stream.insts[index].op != Op::Jump {
                    break;
                }
                stream.insts[index].location = location;
            }
            target = further;
        }
        stream.insts[index].target = target;
    }
}

/// The conditional jump that is taken exactly when `op` is not.
pub(super) const fn inverse(op: Op) -> Option<Op> {
    Some(match op {
        Op::JumpIfTrue => Op::JumpIfFalse,
        Op::JumpIfFalse => Op::JumpIfTrue,
        Op::JumpIfNone => Op::JumpIfNotNone,
        Op::JumpIfNotNone => Op::JumpIfNone,
        Op::JumpIfIs => Op::JumpIfIsNot,
        Op::JumpIfIsNot => Op::JumpIfIs,
        Op::JumpIfIn => Op::JumpIfNotIn,
        Op::JumpIfNotIn => Op::JumpIfIn,
        Op::JumpIfLt => Op::JumpIfNotLt,
        Op::JumpIfLe => Op::JumpIfNotLe,
        Op::JumpIfEq => Op::JumpIfNotEq,
        Op::JumpIfNe => Op::JumpIfNotNe,
        Op::JumpIfGt => Op::JumpIfNotGt,
        Op::JumpIfGe => Op::JumpIfNotGe,
        Op::JumpIfNotLt => Op::JumpIfLt,
        Op::JumpIfNotLe => Op::JumpIfLe,
        Op::JumpIfNotEq => Op::JumpIfEq,
        Op::JumpIfNotNe => Op::JumpIfNe,
        Op::JumpIfNotGt => Op::JumpIfGt,
        Op::JumpIfNotGe => Op::JumpIfGe,
        Op::JumpIfLtK => Op::JumpIfNotLtK,
        Op::JumpIfLeK => Op::JumpIfNotLeK,
        Op::JumpIfEqK => Op::JumpIfNotEqK,
        Op::JumpIfNeK => Op::JumpIfNotNeK,
        Op::JumpIfGtK => Op::JumpIfNotGtK,
        Op::JumpIfGeK => Op::JumpIfNotGeK,
        Op::JumpIfNotLtK => Op::JumpIfLtK,
        Op::JumpIfNotLeK => Op::JumpIfLeK,
        Op::JumpIfNotEqK => Op::JumpIfEqK,
        Op::JumpIfNotNeK => Op::JumpIfNeK,
        Op::JumpIfNotGtK => Op::JumpIfGtK,
        Op::JumpIfNotGeK => Op::JumpIfGeK,
        _ => return None,
    })
}

/// A conditional jump over a jump becomes the opposite jump; the jump it steps over is left behind unreachable.
fn invert(stream: &mut Stream) {
    for index in 0..stream.insts.len().saturating_sub(2) {
        let (inst, next) = (stream.insts[index], stream.insts[index + 1]);
        if matches!(next.op, Op::Jump | Op::JumpBackward)
            && stream.target(&inst) == Some(index + 2)
            && (next.location.line < 0 || next.location.line == inst.location.line)
            && let Some(op) = inverse(inst.op)
        {
            // Where the old jump went is now simply what follows.
            let over = stream.insts[index].target;
            stream.insts[index].op = op;
            stream.insts[index].target = next.target;
            stream.insts[index + 1].op = Op::Jump;
            stream.insts[index + 1].target = over;
        }
    }
}

fn reachable(stream: &Stream) -> Vec<bool> {
    let mut live = vec![false; stream.insts.len()];
    let mut work = vec![0];
    while let Some(mut index) = work.pop() {
        while let Some(inst) = stream.insts.get(index) {
            if live[index] {
                break;
            }
            live[index] = true;
            if let Some(target) = stream.target(inst)
                && live.get(target) == Some(&false)
            {
                work.push(target);
            }
            if let Some(handler) = stream.handler(inst)
                && live.get(handler) == Some(&false)
            {
                work.push(handler);
            }
            if inst.op.ends() {
                break;
            }
            index += 1;
        }
    }
    live
}

/// Length of the straight run of instructions without a place that begins at `at` and leaves the code; 0 if there is
/// none, or a long one.
fn exit_length(stream: &Stream, at: usize) -> usize {
    let rest = stream.insts.get(at..).unwrap_or_default();
    for (index, inst) in rest.iter().take(EXIT_MAX).enumerate() {
        if inst.location.line >= 0 || inst.target != NO_LABEL {
            return 0;
        }
        if matches!(inst.op, Op::ReturnNone | Op::Return) {
            return index + 1;
        }
    }
    0
}

/// Give instructions without a place the one of the instruction before, where control comes only from there, and a
/// copy of the implicit `return None` to every place that jumps to it: so a debugger sees the line that came last.
pub(super) fn spread_locations(stream: &mut Stream) {
    let count = stream.insts.len();
    let mut joined = vec![false; count + 1];
    for inst in &stream.insts {
        if let Some(handler) = stream.handler(inst) {
            joined[handler] = true;
        }
    }
    let mut copies: Vec<(Location, usize, u32)> = Vec::new();
    let mut copied: Vec<Inst> = Vec::new();
    for index in 0..count {
        let inst = stream.insts[index];
        let Some(target) = stream.target(&inst) else { continue };
        let mut exit = exit_length(stream, target);
        if inst.op == Op::Jump && target == index + 1 && exit > 1 {
            // What follows anyway needs no copy.
            exit = 0;
        }
        if exit == 0 {
            joined[target] = true;
            continue;
        }
        let mut location = inst.location;
        if location.line < 0
            && let Some(before) = index.checked_sub(1).map(|i| &stream.insts[i])
            && !before.op.ends()
        {
            location = before.location;
        }
        if inst.op == Op::Jump && exit == 1 && stream.insts[target].op == Op::ReturnNone {
            let end = &mut stream.insts[index];
            (end.op, end.target, end.location) = (Op::ReturnNone, NO_LABEL, location);
            continue;
        }
        let label = match copies.iter().find(|(other, at, _)| *other == location && *at == target) {
            Some(&(_, _, label)) => label,
            None => {
                let label = stream.labels.len() as u32;
                stream.labels.push(count + copied.len());
                copies.push((location, target, label));
                let block = &stream.insts[target..target + exit];
                copied.extend(block.iter().map(|inst| Inst { location, ..*inst }));
                label
            }
        };
        stream.insts[index].target = label;
    }
    let mut jumps_here = vec![(0u32, 0usize); count + 1];
    let mut handles = vec![false; count + 1];
    for (index, inst) in stream.insts.iter().enumerate() {
        if let Some(target) = stream.target(inst).filter(|&t| t < count) {
            jumps_here[target] = (jumps_here[target].0 + 1, index);
        }
        if let Some(handler) = stream.handler(inst) {
            handles[handler] = true;
        }
    }
    for index in 1..count {
        if stream.insts[index].location.line >= 0 {
            continue;
        }
        // Where control comes from one jump only, its place is the place before.
        if let (1, from) = jumps_here[index]
            && !handles[index]
            && stream.insts[index - 1].op.ends()
        {
            stream.insts[index].location = stream.insts[from].location;
            continue;
        }
        if joined[index] {
            continue;
        }
        let before = stream.insts[index - 1];
        if !before.op.ends() {
            stream.insts[index].location = before.location;
        }
    }
    stream.insts.extend(copied);
    let live = reachable(stream);
    stream.retain(&live);
}

/// Drop jumps to the next instruction, and empty instructions whose line the next one has too, or the one before, when control comes only from there.
pub(super) fn drop_trivial(stream: &mut Stream) {
    loop {
        let count = stream.insts.len();
        let mut keep = vec![true; count];
        let mut changed = false;
        for index in 0..count {
            let inst = &stream.insts[index];
            if inst.op == Op::Jump && stream.target(inst) == Some(index + 1) {
                stream.insts[index].op = Op::Nop;
                stream.insts[index].target = NO_LABEL;
            }
        }
        let mut entered = vec![false; count + 1];
        for inst in &stream.insts {
            for place in [stream.target(inst), stream.handler(inst)].into_iter().flatten() {
                entered[place] = true;
            }
        }
        for (index, inst) in stream.insts.iter().enumerate() {
            let line = inst.location.line;
            let comes_from = |before: &Inst| !before.op.ends() && before.location.line == line && !entered[index];
            let trivial = inst.op == Op::Nop
                && (line < 0
                    || stream.insts.get(index + 1).is_some_and(|next| next.location.line == line)
                    || index > 0 && keep[index - 1] && comes_from(&stream.insts[index - 1]));
            if trivial {
                keep[index] = false;
                changed = true;
            }
        }
        if !changed {
            return;
        }
        stream.retain(&keep);
    }
}
