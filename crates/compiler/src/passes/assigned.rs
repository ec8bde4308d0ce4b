//! Which locals surely hold a value, to drop `check_local` where it cannot fail.
//!
//! A forward analysis over basic blocks. A handler is entered with what is assigned before any instruction it covers.

use taipan_bytecode::regs::{Access, for_each_access};
use taipan_bytecode::{LocalVar, Op, local_kind};

use super::{Stream, can_raise};
use crate::code::NO_HANDLER;
use crate::unit::Unit;

type Bits = Vec<u64>;

struct Analysis<'a> {
    stream: &'a Stream,
    /// Bit of each local that is checked somewhere, by final index.
    bit_of: Vec<Option<usize>>,
    locals: i32,
    /// State before each block (by index of its first instruction); `None` until reached.
    entry: Vec<Option<Bits>>,
    is_leader: Vec<bool>,
    work: Vec<usize>,
}

/// Remove the checks that cannot fail.
pub(super) fn drop_checks(stream: &mut Stream, _unit: &Unit<'_>, locals: &[LocalVar]) {
    let count = locals.len();
    let mut bit_of = vec![None; count];
    let mut bits: usize = 0;
    for inst in &stream.insts {
        if inst.op == Op::CheckLocal {
            let index = (inst.args[0] + count as i32) as usize;
            if let Some(bit @ None) = bit_of.get_mut(index) {
                *bit = Some(bits);
                bits += 1;
            }
        }
    }
    if bits == 0 {
        return;
    }
    let mut first: Bits = vec![0; bits.div_ceil(64)];
    for (index, bit) in bit_of.iter().enumerate() {
        let argument = local_kind::ARG_POS | local_kind::ARG_KW | local_kind::ARG_VAR;
        if let Some(bit) = bit
            && locals[index].kind & argument != 0
        {
            first[bit / 64] |= 1 << (bit % 64);
        }
    }
    let len = stream.insts.len();
    let mut is_leader = vec![false; len + 1];
    is_leader[0] = true;
    for (index, inst) in stream.insts.iter().enumerate() {
        if let Some(target) = stream.target(inst) {
            is_leader[target] = true;
            is_leader[index + 1] = true;
        }
        if let Some(handler) = stream.handler(inst) {
            is_leader[handler] = true;
        }
    }
    let mut analysis = Analysis {
        stream,
        bit_of,
        locals: count as i32,
        entry: vec![None; len + 1],
        is_leader,
        work: vec![0],
    };
    analysis.entry[0] = Some(first);
    while let Some(block) = analysis.work.pop() {
        analysis.walk(block, None);
    }
    let mut keep = vec![true; len];
    for block in 0..len {
        if analysis.is_leader[block] {
            analysis.walk(block, Some(&mut keep));
        }
    }
    stream.retain(&keep);
}

impl Analysis<'_> {
    /// Follow a block; hand its states on, or mark needless checks in `keep`.
    fn walk(&mut self, block: usize, mut keep: Option<&mut Vec<bool>>) {
        let Some(mut state) = self.entry[block].clone() else { return };
        let mut index = block;
        let mut handed = NO_HANDLER;
        while let Some(inst) = self.stream.insts.get(index) {
            if index != block && self.is_leader[index] {
                if keep.is_none() {
                    self.merge(index, &state);
                }
                return;
            }
            // Within a run of one handler the state only grows, so its first state says it all.
            if keep.is_none() && inst.handler != handed && can_raise(inst) {
                if let Some(handler) = self.stream.handler(inst) {
                    self.merge(handler, &state);
                }
                handed = inst.handler;
            }
            if let (Op::CheckLocal, Some(keep)) = (inst.op, keep.as_deref_mut())
                && let Some(bit) = self.bit(inst.args[0])
                && state[bit / 64] >> (bit % 64) & 1 == 1
            {
                keep[index] = false;
            }
            let mut cleared = false;
            let (bit_of, locals) = (&self.bit_of, self.locals);
            for_each_access(inst.op, &inst.args, |register, access| {
                if register >= 0 {
                    return;
                }
                let Some(Some(bit)) = bit_of.get((register + locals) as usize) else { return };
                match access {
                    Access::Write | Access::Check => state[bit / 64] |= 1 << (bit % 64),
                    Access::Clear => {
                        state[bit / 64] &= !(1 << (bit % 64));
                        cleared = true;
                    }
                    _ => {}
                }
            });
            if cleared {
                handed = NO_HANDLER;
            }
            if keep.is_none()
                && let Some(target) = self.stream.target(inst)
            {
                let mut taken = state.clone();
                // `for_iter` writes its item only when it jumps.
                if inst.op == Op::ForIter {
                    self.unwrite_on_exit(inst.args[0], block, index, &mut state);
                    if let Some(bit) = self.bit(inst.args[0]) {
                        taken[bit / 64] |= 1 << (bit % 64);
                    }
                }
                self.merge(target, &taken);
            } else if inst.op == Op::ForIter {
                self.unwrite_on_exit(inst.args[0], block, index, &mut state);
            }
            if inst.op.ends() {
                return;
            }
            index += 1;
        }
    }

    /// On exhaustion the item register is what it was before the instruction.
    fn unwrite_on_exit(&self, register: i32, block: usize, at: usize, state: &mut Bits) {
        let Some(bit) = self.bit(register) else { return };
        let Some(entry) = &self.entry[block] else { return };
        // Written earlier in the same block, or assigned at its start and not cleared since.
        let mut assigned = entry[bit / 64] >> (bit % 64) & 1 == 1;
        for inst in &self.stream.insts[block..at] {
            for_each_access(inst.op, &inst.args, |r, access| {
                if r == register {
                    match access {
                        Access::Write | Access::Check => assigned = true,
                        Access::Clear => assigned = false,
                        _ => {}
                    }
                }
            });
        }
        if !assigned {
            state[bit / 64] &= !(1 << (bit % 64));
        }
    }

    fn bit(&self, register: i32) -> Option<usize> {
        if register >= 0 {
            return None;
        }
        self.bit_of.get((register + self.locals) as usize).copied().flatten()
    }

    fn merge(&mut self, block: usize, state: &Bits) {
        let Some(entry) = self.entry.get_mut(block) else { return };
        match entry {
            None => {
                *entry = Some(state.clone());
                self.work.push(block);
            }
            Some(old) => {
                let mut changed = false;
                for (old, new) in old.iter_mut().zip(state) {
                    let both = *old & new;
                    changed |= both != *old;
                    *old = both;
                }
                if changed {
                    self.work.push(block);
                }
            }
        }
    }
}
