//! What can be known of a program beforehand: which characters its parts may begin with. From that follow where a search may
//! start, which repeats need no backtracking, and which alternatives and turns of a loop a character rules out.

use crate::charset::{High, Pages};
use crate::program::*;
use memchr::memmem::Finder;

/// An over-estimate of the characters something may begin with.
#[derive(Clone)]
struct First {
    latin1: [bool; 256],
    /// What is known of those above: enough to tell that two cannot meet.
    high: High,
    /// Exactly: what one of these accepts. Empty with `high` saying `Always` means that there were too many to keep.
    atoms: Vec<Atom>,
}

const ATOMS_MAX: usize = 8;

impl First {
    fn none() -> First {
        First { latin1: [false; 256], high: High::Never, atoms: Vec::new() }
    }

    fn all() -> First {
        First { latin1: [true; 256], high: High::Always, atoms: vec![Atom::AnyAll] }
    }

    fn char(ch: u32) -> First {
        let mut first = First::none();
        match first.latin1.get_mut(ch as usize) {
            Some(entry) => *entry = true,
            None => first.high = High::Code,
        }
        first.atoms.push(Atom::Char(ch));
        first
    }

    fn union(mut self, other: &First) -> First {
        for (entry, &more) in self.latin1.iter_mut().zip(&other.latin1) {
            *entry |= more;
        }
        self.high = match (self.high, other.high) {
            (a, b) if a == b => a,
            (High::Never, high) | (high, High::Never) => high,
            (High::Always, _) | (_, High::Always) => High::Always,
            (High::Word(true), High::Digit(true)) | (High::Digit(true), High::Word(true)) => High::Word(true),
            _ => High::Code,
        };
        let known = |first: &First| first.high == High::Never || !first.atoms.is_empty();
        if known(&self) && known(other) {
            let new: Vec<Atom> = other.atoms.iter().copied().filter(|atom| !self.atoms.contains(atom)).collect();
            self.atoms.extend(new);
        } else {
            self.atoms.clear();
        }
        if self.atoms.len() > ATOMS_MAX || (self.atoms.is_empty() && self.high != High::Never) {
            self.atoms.clear();
            if self.high != High::Never {
                self.high = High::Always;
            }
        }
        self
    }

    /// The characters it consists of, if they are few.
    fn few(&self) -> Option<Vec<u32>> {
        let latin1 = (0..256).filter(|&ch| self.latin1[ch as usize]);
        let mut chars: Vec<u32> = latin1.take(4).collect();
        if self.high != High::Never {
            if self.atoms.is_empty() {
                return None;
            }
            for atom in &self.atoms {
                match *atom {
                    Atom::Char(ch) => chars.push(ch),
                    Atom::Two(a, b) => chars.extend([a, b]),
                    Atom::Never => {}
                    _ => return None,
                }
            }
            chars.sort_unstable();
            chars.dedup();
        }
        (chars.len() <= 3).then_some(chars)
    }

    fn of_atom(program: &Program, atom: Atom) -> Option<First> {
        Some(match atom {
            Atom::Never => First::none(),
            Atom::AnyAll => First::all(),
            Atom::Any => {
                let mut first = First::all();
                first.latin1[10] = false;
                first.atoms = vec![atom];
                first
            }
            Atom::Char(ch) => First::char(ch),
            Atom::NotChar(ch) => {
                let mut first = First::all();
                if let Some(entry) = first.latin1.get_mut(ch as usize) {
                    *entry = false;
                }
                first.atoms = vec![atom];
                first
            }
            Atom::Two(a, b) => First::char(a).union(&First::char(b)),
            Atom::Class(id) => {
                let class = &program.classes[id as usize];
                First { latin1: class.latin1, high: class.high, atoms: vec![atom] }
            }
            Atom::Dynamic(_) => return None,
        })
    }

    fn is_useful(&self) -> bool {
        self.high != High::Always || self.latin1.iter().any(|&yes| !yes)
    }

    fn filter(&self) -> Filter {
        // The summary is only trusted where it is exact.
        let high = match self.high {
            High::Never => High::Never,
            _ if self.atoms.is_empty() => High::Always,
            High::Always => High::Always,
            _ => High::Code,
        };
        Filter { latin1: self.latin1, high, atoms: self.atoms.clone().into(), pages: Pages::default() }
    }
}

/// Can no character be in both?
fn high_disjoint(a: High, b: High) -> bool {
    use High::*;
    let one_way = |a, b| {
        matches!(
            (a, b),
            (Never, _)
                | (Word(true), Word(false))
                | (Word(true), Space(true))
                | (Digit(true), Word(false))
                | (Digit(true), Space(true))
                | (Digit(true), Digit(false))
                | (Space(true), Space(false))
        )
    };
    one_way(a, b) || one_way(b, a)
}

/// Steps that one question may take; beyond, the answer is "unknown".
const BUDGET: usize = 400;
const DEPTH: usize = 12;

struct Walk<'a> {
    program: &'a Program,
    budget: usize,
}

impl Walk<'_> {
    /// What matching from `pc` must begin with; `None` if it need not begin with anything, or that is unknown.
    fn first(&mut self, pc: u32, depth: usize) -> Option<First> {
        let depth = depth.checked_sub(1)?;
        let mut pc = pc;
        loop {
            self.budget = self.budget.checked_sub(1)?;
            let program = self.program;
            pc = match *program.ops.get(pc as usize)? {
                Op::Fail => return Some(First::none()),
                Op::Jump { to } => to,
                Op::Mark { .. } | Op::At(_) | Op::Atomic => pc + 1,
                Op::AssertNot { after, .. } => after,
                // What a lookahead demands, the rest gets.
                Op::Assert { back: 0 } => pc + 1,
                Op::One(atom) => return First::of_atom(program, atom),
                Op::Literal { from, .. } => return Some(First::char(*program.literals.get(from as usize)?)),
                Op::Branch { id } => {
                    let mut all = First::none();
                    for (i, alternative) in program.branches[id as usize].alternatives.iter().enumerate() {
                        let first = self.first(alternative.pc, depth)?;
                        all = if i == 0 { first } else { all.union(&first) };
                    }
                    return Some(all);
                }
                Op::Greedy { id } | Op::Lazy { id } | Op::Possessive { id } => {
                    let repeat = &program.repeats[id as usize];
                    let atom = First::of_atom(program, repeat.atom)?;
                    return if repeat.min > 0 { Some(atom) } else { Some(atom.union(&self.first(pc + 1, depth)?)) };
                }
                Op::Optional { id } | Op::OptionalLazy { id } | Op::Star { id } | Op::StarLazy { id } => {
                    return self.body_or_tail(id, depth);
                }
                Op::LoopInit { id } | Op::PossessiveInit { id } if program.loops[id as usize].min > 0 => {
                    program.loops[id as usize].body
                }
                Op::LoopInit { id }
                | Op::PossessiveInit { id }
                | Op::LoopTest { id }
                | Op::LoopTestLazy { id } => return self.body_or_tail(id, depth),
                Op::IfGroup { otherwise, .. } => {
                    let yes = self.first(pc + 1, depth)?;
                    return Some(yes.union(&self.first(otherwise, depth)?));
                }
                // What follows an atomic part must not influence what the part itself takes, hence no look behind its end.
                Op::AtomicEnd | Op::PossessiveEnd { .. } | Op::AssertEnd | Op::AssertNotEnd => return None,
                Op::Success | Op::Assert { .. } | Op::GroupRef { .. } => return None,
            };
        }
    }

    fn body_or_tail(&mut self, id: u32, depth: usize) -> Option<First> {
        let Loop { body, tail, .. } = self.program.loops[id as usize];
        let body = self.first(body, depth)?;
        Some(body.union(&self.first(tail, depth)?))
    }
}

fn first(program: &Program, pc: u32) -> Option<First> {
    Walk { program, budget: BUDGET }.first(pc, DEPTH)
}

/// Fill in everything that `Program` leaves to this analysis.
pub(crate) fn optimise(program: &mut Program) {
    for pc in 0..program.ops.len() {
        match program.ops[pc] {
            Op::Greedy { id } | Op::Lazy { id } | Op::Possessive { id } => optimise_repeat(program, pc, id),
            Op::Branch { id } => optimise_branch(program, id),
            _ => {}
        }
    }
    for id in 0..program.loops.len() {
        let Loop { body, tail, .. } = program.loops[id];
        program.loops[id].body_first = useful_filter(program, body);
        program.loops[id].tail_first = useful_filter(program, tail);
        program.loops[id].walk = find_walk(program, id);
    }
    program.start = find_start(program);
    program.leading_run = find_leading_run(program);
}

fn find_leading_run(program: &Program) -> Option<u32> {
    if program.ops.iter().any(|op| matches!(op, Op::GroupRef { .. } | Op::IfGroup { .. })) {
        return None;
    }
    let first = program.ops.iter().find(|op| !matches!(op, Op::Mark { .. }))?;
    let (Op::Greedy { id } | Op::Lazy { id } | Op::Possessive { id }) = *first else { return None };
    (program.repeats[id as usize].max == usize::MAX).then_some(id)
}

/// For `(?:[^x\\]|\\.)*` and its like: what a turn does without leaving a choice behind.
fn find_walk(program: &Program, id: usize) -> Option<Box<[bool; 256]>> {
    let Loop { body, tail, tail_first, .. } = program.loops[id];
    let star = tail.checked_sub(1)?;
    let Some(Op::Star { .. }) = program.ops.get(star as usize) else { return None };
    let Some(&Op::Branch { id: branch }) = program.ops.get(body as usize) else { return None };
    let tail_first = program.filters.get(tail_first? as usize)?;
    let branch = &program.branches[branch as usize];
    let masks = branch.masks.as_ref()?;
    let single = |mask: u64| {
        let pc = branch.alternatives.get(mask.trailing_zeros() as usize).map(|alternative| alternative.pc as usize)?;
        let after = program.ops.get(pc + 1)?;
        match program.ops.get(pc)? {
            Op::One(atom) if *after == (Op::Jump { to: star }) => Some(*atom),
            _ => None,
        }
    };
    let mut walk = Box::new([false; 256]);
    for (ch, &mask) in masks.iter().enumerate().filter(|(ch, mask)| mask.is_power_of_two() && !tail_first.latin1[*ch]) {
        walk[ch] = single(mask).is_some_and(|atom| program.test(atom, ch as u32));
    }
    walk.contains(&true).then_some(walk)
}

fn useful_filter(program: &mut Program, pc: u32) -> Option<u32> {
    let first = first(program, pc).filter(First::is_useful)?;
    Some(add_filter(program, first.filter()))
}

fn add_filter(program: &mut Program, filter: Filter) -> u32 {
    let recent = program.filters.len().saturating_sub(4);
    let same = |old: &Filter| old.latin1 == filter.latin1 && old.high == filter.high && old.atoms == filter.atoms;
    if let Some(at) = program.filters[recent..].iter().position(same) {
        return (recent + at) as u32;
    }
    program.filters.push(filter);
    program.filters.len() as u32 - 1
}

fn optimise_repeat(program: &mut Program, pc: usize, id: u32) {
    let atom = program.repeats[id as usize].atom;
    let follow = first(program, pc as u32 + 1);
    let atom_first = First::of_atom(program, atom);
    if let (Op::Greedy { id }, Some(atom_first)) = (program.ops[pc], &atom_first)
        && giving_back_is_futile(program, pc as u32 + 1, atom_first, follow.as_ref())
    {
        program.ops[pc] = Op::Possessive { id };
    }
    let few = follow.as_ref().and_then(First::few).unwrap_or_default();
    let follow = match follow {
        Some(_) if few.len() == 1 => Follow::Char(few[0]),
        Some(first) if first.is_useful() => Follow::Filter(add_filter(program, first.filter())),
        _ => Follow::Unknown,
    };
    let stops = atom_first.map_or(Stops::Unknown, |first| find_stops(atom, &first));
    let repeat = &mut program.repeats[id as usize];
    repeat.follow = follow;
    repeat.stops = stops;
}

/// After a greedy run of `atom`, every shorter run stops before a character of `atom`. If what follows cannot begin with one,
/// only the longest run can succeed.
fn giving_back_is_futile(program: &Program, pc: u32, atom: &First, follow: Option<&First>) -> bool {
    if let Some(follow) = follow {
        let low = (0..256).all(|ch| !(atom.latin1[ch] && follow.latin1[ch]));
        // A few characters above Latin-1 can be asked one by one.
        let disjoint = || match (follow.few(), &atom.atoms[..]) {
            (Some(chars), &[tested]) => !chars.into_iter().any(|ch| ch > 255 && program.test(tested, ch)),
            _ => false,
        };
        return low && (high_disjoint(atom.high, follow.high) || disjoint());
    }
    let mut pc = pc;
    loop {
        pc = match program.ops.get(pc as usize) {
            Some(Op::Mark { .. }) => pc + 1,
            // A full match wants the longest run, any other takes the first.
            Some(Op::Success) => return true,
            Some(Op::At(At::EndString)) => return true,
            Some(Op::At(At::End | At::EndLine)) => return !atom.latin1[10],
            _ => return false,
        };
    }
}

fn find_stops(atom: Atom, first: &First) -> Stops {
    if first.high != High::Always || !matches!(atom, Atom::Any | Atom::AnyAll | Atom::NotChar(_) | Atom::Class(_)) {
        return Stops::Unknown;
    }
    if matches!(atom, Atom::NotChar(ch) if ch > 255) {
        return Stops::Unknown;
    }
    let outside: Vec<u8> = (0..=255).filter(|&byte| !first.latin1[usize::from(byte)]).collect();
    match *outside {
        [] => Stops::None,
        [a] => Stops::One(a),
        [a, b] => Stops::Two(a, b),
        [a, b, c] => Stops::Three(a, b, c),
        _ => Stops::Unknown,
    }
}

fn optimise_branch(program: &mut Program, id: u32) {
    let pcs: Vec<u32> = program.branches[id as usize].alternatives.iter().map(|alternative| alternative.pc).collect();
    let firsts: Vec<Option<First>> = pcs.iter().map(|&pc| first(program, pc)).collect();
    if pcs.len() > 64 {
        for (i, first) in firsts.into_iter().enumerate() {
            let filter = first.map(|first| add_filter(program, first.filter()));
            program.branches[id as usize].alternatives[i].first = filter;
        }
        return;
    }
    let mut masks = Box::new([0u64; 256]);
    let (mut high_mask, mut end_mask) = (0, 0);
    for (i, first) in firsts.iter().enumerate() {
        let bit = 1 << i;
        match first {
            None => {
                masks.iter_mut().for_each(|mask| *mask |= bit);
                high_mask |= bit;
                end_mask |= bit;
            }
            Some(first) => {
                let filter = (first.high != High::Never).then(|| add_filter(program, first.filter()));
                program.branches[id as usize].alternatives[i].first = filter;
                let open = masks.iter_mut().zip(&first.latin1).filter(|(_, yes)| **yes);
                open.for_each(|(mask, _)| *mask |= bit);
                if first.high != High::Never {
                    high_mask |= bit;
                }
            }
        }
    }
    let branch = &mut program.branches[id as usize];
    (branch.masks, branch.high_mask, branch.end_mask) = (Some(masks), high_mask, end_mask);
}

fn find_start(program: &mut Program) -> Start {
    let (mut text, mut pc) = (Vec::new(), 0usize);
    loop {
        match program.ops.get(pc) {
            Some(Op::Mark { .. }) => {}
            Some(Op::One(Atom::Char(ch))) => text.push(*ch),
            Some(&Op::Literal { from, len }) => {
                let (from, len) = (from as usize, len as usize);
                text.extend_from_slice(&program.literals[from..from + len]);
            }
            Some(Op::At(At::Beginning)) if text.is_empty() => return Start::Beginning,
            Some(Op::At(At::BeginningLine)) if text.is_empty() => return Start::Line,
            _ => break,
        }
        pc += 1;
    }
    if !text.is_empty() {
        let whole = program.groups == 0 && program.ops.get(pc) == Some(&Op::Success);
        let bytes: Option<Vec<u8>> = text.iter().map(|&ch| u8::try_from(ch).ok()).collect();
        let bytes = bytes.map(|bytes| Box::new(Finder::new(&bytes).into_owned()));
        return Start::Literal { text, bytes, whole };
    }
    let Some(first) = first(program, 0) else { return Start::Anywhere };
    match first.few().as_deref() {
        Some(&[a]) => Start::Few([a, a, a]),
        Some(&[a, b]) => Start::Few([a, b, b]),
        Some(&[a, b, c]) => Start::Few([a, b, c]),
        _ if first.is_useful() => Start::Filter(add_filter(program, first.filter())),
        _ => Start::Anywhere,
    }
}
