//! Control flow: jumps to jumps, unreachable code, jumps to the next instruction, empty instructions.

use taipan_bytecode::Op;

use super::Stream;
use crate::code::NO_LABEL;

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
            target = next.target;
        }
        stream.insts[index].target = target;
    }
}

/// The conditional jump that is taken exactly when `op` is not.
const fn inverse(op: Op) -> Option<Op> {
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

/// Drop jumps to the next instruction and empty instructions whose line the next one has too.
pub(super) fn drop_trivial(stream: &mut Stream) {
    loop {
        let count = stream.insts.len();
        let mut keep = vec![true; count];
        let mut changed = false;
        for (index, inst) in stream.insts.iter().enumerate() {
            let trivial = match inst.op {
                Op::Jump => stream.target(inst) == Some(index + 1),
                Op::Nop => {
                    inst.location.line < 0
                        || stream.insts.get(index + 1).is_some_and(|next| {
                            next.location.line == inst.location.line && next.handler == inst.handler
                        })
                }
                _ => false,
            };
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
