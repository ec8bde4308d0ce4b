//! From a unit's stream to a code object: place locals, thread jumps, drop dead code, drop needless checks, assemble.

mod assemble;
mod assigned;
mod jumps;

use std::sync::Arc;

use taipan_bytecode::linetable::Location;
use taipan_bytecode::{CodeSpec, Kind, LocalVar, flags, local_kind};
use taipan_text::Wtf8Buf;

use crate::code::{Inst, Item, NO_HANDLER, NO_LABEL};
use crate::error::{Error, ErrorKind, Result};
use crate::symtable::{Comprehension, Scope, ScopeKind, SymbolTable};
use crate::unit::{Unit, UnitKind};

/// Instructions with resolved labels: what the passes work on.
pub(crate) struct Stream {
    /// The instructions.
    pub insts: Vec<Inst>,
    /// For each label the instruction it stands before; `insts.len()` for one at the end or never placed.
    pub labels: Vec<usize>,
    /// Label, depth and lasti of each handler.
    pub handlers: Vec<crate::code::Handler>,
}

impl Stream {
    /// Where an instruction jumps.
    pub fn target(&self, inst: &Inst) -> Option<usize> {
        if inst.target == NO_LABEL { None } else { self.labels.get(inst.target as usize).copied() }
    }

    /// The handler of an instruction that can raise.
    pub fn handler(&self, inst: &Inst) -> Option<usize> {
        if inst.handler == NO_HANDLER || !can_raise(inst) {
            return None;
        }
        let handler = self.handlers.get(inst.handler as usize)?;
        self.labels.get(handler.label as usize).copied()
    }

    /// Keep only the instructions for which `keep` says so.
    pub fn retain(&mut self, keep: &[bool]) {
        let mut new_index = Vec::with_capacity(self.insts.len() + 1);
        let mut count = 0;
        for &kept in keep {
            new_index.push(count);
            count += usize::from(kept);
        }
        new_index.push(count);
        for label in &mut self.labels {
            *label = new_index.get(*label).copied().unwrap_or(count);
        }
        let mut flags = keep.iter();
        self.insts.retain(|_| flags.next().copied().unwrap_or(false));
    }
}

/// Jumps may raise too: backward ones let signals and other threads in.
pub(crate) fn can_raise(inst: &Inst) -> bool {
    inst.target != NO_LABEL || inst.op.info().effects.has(taipan_bytecode::Effect::Raises)
}

/// Finish a unit.
pub(crate) fn finish(
    unit: &mut Unit<'_>,
    table: &SymbolTable,
    filename: Arc<Wtf8Buf>,
    future: u32,
) -> Result<CodeSpec> {
    let items = unit.code.finish();
    let (locals, order) = place_locals(unit);
    let mut stream = resolve(items, unit, &order)?;
    jumps::simplify(&mut stream);
    // A module begins before its first line, as CPython has it.
    let entry = match unit.kind {
        UnitKind::Module => Location { line: 0, end_line: 1, column: 0, end_column: 0 },
        _ => Location { line: unit.firstlineno, end_line: unit.firstlineno, column: 0, end_column: 0 },
    };
    if let Some(first) = stream.insts.first_mut()
        && first.location.line < 0
    {
        // Nothing came before it but the entry.
        first.location = entry;
    }
    jumps::spread_locations(&mut stream);
    assigned::drop_checks(&mut stream, unit, &locals);
    jumps::drop_trivial(&mut stream);
    drop_unused_constants(&mut stream, unit);
    let assembled = assemble::assemble(&stream, unit.firstlineno, entry)?;
    let scope = &table.scopes[unit.scope];
    Ok(CodeSpec {
        name: unit.name.as_str().into(),
        qualname: unit.qualname.as_str().into(),
        filename,
        firstlineno: unit.firstlineno,
        flags: code_flags(unit, scope, future),
        argcount: unit.arg_counts[0],
        posonlyargcount: unit.arg_counts[1],
        kwonlyargcount: unit.arg_counts[2],
        locals,
        ntemps: assembled.ntemps,
        names: unit.names.iter().map(|(name, ())| name.as_str().into()).collect(),
        consts: std::mem::take(&mut unit.consts),
        code: assembled.code,
        ncells: assembled.ncells,
        linetable: assembled.linetable,
        exceptions: assembled.exceptions,
    })
}

/// Constants of code that was dropped go, except the first, which may be the docstring.
fn drop_unused_constants(stream: &mut Stream, unit: &mut Unit<'_>) {
    let mut new_index = vec![None; unit.consts.len()];
    let is_constant = |kind: Kind| matches!(kind, Kind::Const | Kind::Const16 | Kind::ExtConst);
    for inst in &stream.insts {
        for (&arg, &(_, kind)) in inst.args.iter().zip(inst.op.info().operands) {
            if is_constant(kind)
                && let Some(used) = new_index.get_mut(arg as usize)
            {
                *used = Some(0);
            }
        }
    }
    if let Some(first) = new_index.first_mut() {
        *first = Some(0);
    }
    if new_index.iter().all(Option::is_some) {
        return;
    }
    let mut count = 0;
    for place in new_index.iter_mut().flatten() {
        *place = count;
        count += 1;
    }
    for inst in &mut stream.insts {
        for (arg, &(_, kind)) in inst.args.iter_mut().zip(inst.op.info().operands) {
            if is_constant(kind)
                && let Some(Some(place)) = new_index.get(*arg as usize)
            {
                *arg = *place;
            }
        }
    }
    let mut kept = new_index.iter();
    unit.consts.retain(|_| kept.next().is_some_and(Option::is_some));
}

/// The final order of locals, and for each local number its final index.
fn place_locals(unit: &Unit<'_>) -> (Vec<LocalVar>, Vec<usize>) {
    let rank = |kind: u8| {
        if kind & (local_kind::ARG_POS | local_kind::ARG_KW | local_kind::ARG_VAR) != 0 {
            0
        } else if kind & local_kind::FREE != 0 {
            3
        } else if kind & local_kind::CELL != 0 {
            2
        } else {
            1
        }
    };
    let mut sorted: Vec<usize> = (0..unit.locals.len()).collect();
    sorted.sort_by_key(|&index| (rank(unit.locals[index].kind), unit.locals[index].order));
    let mut order = vec![0; sorted.len()];
    let mut locals = Vec::with_capacity(sorted.len());
    for (place, &index) in sorted.iter().enumerate() {
        order[index] = place;
        let local = &unit.locals[index];
        locals.push(LocalVar { name: local.name.as_str().into(), kind: local.kind });
    }
    (locals, order)
}

fn resolve(items: Vec<Item>, unit: &Unit<'_>, order: &[usize]) -> Result<Stream> {
    let count = order.len() as i32;
    let mut labels = vec![usize::MAX; unit.code.labels as usize];
    let mut insts = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Label(label) => {
                if let Some(place) = labels.get_mut(label as usize) {
                    *place = insts.len();
                }
            }
            Item::Inst(mut inst) => {
                for (arg, &(_, kind)) in inst.args.iter_mut().zip(inst.op.info().operands) {
                    if kind.is_register() && *arg < 0 {
                        let index = (-*arg - 1) as usize;
                        *arg = match order.get(index) {
                            Some(&place) => place as i32 - count,
                            None => return Err(Error::other(ErrorKind::Value, "unknown local")),
                        };
                    }
                }
                insts.push(inst);
            }
        }
    }
    let end = insts.len();
    for label in &mut labels {
        *label = (*label).min(end);
    }
    Ok(Stream { insts, labels, handlers: unit.code.handlers.clone() })
}

fn code_flags(unit: &Unit<'_>, scope: &Scope, future: u32) -> u32 {
    let mut bits = (future & flags::FUTURE_MASK) | unit.extra_flags;
    if scope.kind.is_function_like() {
        bits |= flags::NEWLOCALS | flags::OPTIMIZED;
        if scope.nested {
            bits |= flags::NESTED;
        }
        // An annotation function may share its scope with the function it describes.
        if scope.kind == ScopeKind::Function && unit.kind != UnitKind::Annotation {
            if scope.varargs {
                bits |= flags::VARARGS;
            }
            if scope.varkeywords {
                bits |= flags::VARKEYWORDS;
            }
            if scope.method {
                bits |= flags::METHOD;
            }
        }
    }
    bits |= match (unit.is_generator, unit.is_coroutine) {
        (true, true) => flags::ASYNC_GENERATOR,
        (true, false) => flags::GENERATOR,
        (false, true) => flags::COROUTINE,
        (false, false) => 0,
    };
    debug_assert!(unit.kind != UnitKind::Comprehension || scope.comprehension != Comprehension::No);
    bits
}
