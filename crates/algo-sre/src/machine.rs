//! The matcher: operations in order, and on failure back to the topmost entry of the stack.

use crate::case::{LocaleTable, ascii_tolower, unicode_tolower};
use crate::charset::is_ascii_word;
use crate::program::*;
use crate::scan::{Subject, run_len};
use crate::search::{Env, Scratch, Stop, UNSET};
use crate::stack::{Entry, Kind};
use taipan_algo_ucd as ucd;

pub(crate) struct Machine<'a, T> {
    pub program: &'a Program,
    /// The subject, cut off at its end.
    pub text: &'a [T],
    pub scratch: &'a mut Scratch,
    /// A match must reach the end.
    pub full: bool,
    /// A match must not be empty if it is here.
    pub refused: usize,
    /// The character before the start, should that lie behind the end.
    pub behind: Option<u32>,
    locale: &'a LocaleTable,
    env: &'a mut dyn Env,
    stack_bytes_max: usize,
    steps: u32,
    /// Did an attempt set marks that the next one must find unset?
    dirty: bool,
    /// Height of the innermost assertion or atomic group.
    barrier: u64,
}

const NO_BARRIER: u64 = u64::MAX;

/// Where matching goes on.
struct Resume {
    pc: usize,
    pos: usize,
}

impl<'a, T: Subject> Machine<'a, T> {
    pub fn new(
        program: &'a Program,
        text: &'a [T],
        locale: &'a LocaleTable,
        scratch: &'a mut Scratch,
        env: &'a mut dyn Env,
    ) -> Self {
        let stack_bytes_max = env.stack_bytes_max();
        let (full, refused, steps, dirty, barrier) = (false, UNSET, 0, false, NO_BARRIER);
        let behind = None;
        Machine { program, text, scratch, full, refused, behind, locale, env, stack_bytes_max, steps, dirty, barrier }
    }

    #[inline]
    fn ch(&self, pos: usize) -> Option<u32> {
        self.text.get(pos).map(|&unit| unit.into())
    }

    #[inline(always)]
    fn test(&self, atom: Atom, ch: u32) -> bool {
        match atom {
            Atom::Dynamic(id) => self.program.classes[id as usize].evaluate(ch, self.locale),
            _ => self.program.test(atom, ch),
        }
    }

    #[inline]
    fn push(&mut self, kind: Kind, arg: u32, count: u32, pos: usize, extra: u64) -> Result<(), Stop> {
        self.scratch.stack.push(Entry { kind, arg, count, pos, extra })
    }

    /// May the filter's part begin at `pos`?
    #[inline]
    fn admits(&self, filter: Option<u32>, pos: usize) -> bool {
        match (filter, self.text.get(pos)) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(id), Some(&unit)) => self.program.filters[id as usize].admits(self.program, unit.into()),
        }
    }

    #[inline]
    fn follows(&self, follow: Follow, pos: usize) -> bool {
        match follow {
            Follow::Unknown => true,
            Follow::Char(ch) => self.ch(pos) == Some(ch),
            Follow::Filter(id) => self.admits(Some(id), pos),
        }
    }

    /// One attempt to match at `start`.
    pub fn attempt(&mut self, start: usize) -> Result<bool, Stop> {
        if self.dirty {
            self.scratch.marks.fill(UNSET);
            self.scratch.last_group = 0;
            self.dirty = false;
        }
        self.scratch.stack.reset(self.stack_bytes_max);
        self.barrier = NO_BARRIER;
        match self.go(start)? {
            Some(end) => {
                (self.scratch.start, self.scratch.end) = (start, end);
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn go(&mut self, start: usize) -> Result<Option<usize>, Stop> {
        let program = self.program;
        let ops = &program.ops[..];
        let (mut pc, mut pos) = (0, start);
        loop {
            // Each arm either goes on (`continue`) or falls through to failure.
            match ops[pc] {
                Op::One(atom) => {
                    if self.ch(pos).is_some_and(|ch| self.test(atom, ch)) {
                        (pc, pos) = (pc + 1, pos + 1);
                        continue;
                    }
                }
                Op::Literal { from, len } => {
                    let literal = &program.literals[from as usize..(from + len) as usize];
                    let here = self.text.get(pos..).unwrap_or_default();
                    if here.len() >= literal.len() && here.iter().zip(literal).all(|(&unit, &ch)| unit.into() == ch) {
                        (pc, pos) = (pc + 1, pos + literal.len());
                        continue;
                    }
                }
                Op::Mark { index } => {
                    self.mark(index, pos)?;
                    pc += 1;
                    continue;
                }
                Op::Greedy { id } => {
                    if let Some(to) = self.greedy(id, pc, pos)? {
                        (pc, pos) = (pc + 1, to);
                        continue;
                    }
                }
                Op::Possessive { id } => {
                    let repeat = &program.repeats[id as usize];
                    if let Some(run) = self.run(repeat, pos, repeat.max) {
                        (pc, pos) = (pc + 1, pos + run);
                        continue;
                    }
                }
                Op::Lazy { id } => {
                    let repeat = &program.repeats[id as usize];
                    if self.run(repeat, pos, repeat.min).is_some()
                        && let Some(to) = self.lazy(id, pc, pos + repeat.min, repeat.max - repeat.min)?
                    {
                        (pc, pos) = (pc + 1, to);
                        continue;
                    }
                }
                Op::Branch { id } => {
                    if let Some(to) = self.branch(id, pos)? {
                        pc = to;
                        continue;
                    }
                }
                Op::Jump { to } => {
                    pc = to as usize;
                    continue;
                }
                Op::At(at) => {
                    if self.is_at(at, pos) {
                        pc += 1;
                        continue;
                    }
                }
                Op::Optional { id } | Op::Star { id } => {
                    if let Some(walk) = &program.loops[id as usize].walk {
                        while self.ch(pos).is_some_and(|ch| ch < 256 && walk[ch as usize]) {
                            pos += 1;
                        }
                    }
                    pc = self.turn_or_tail(id, pos)?;
                    continue;
                }
                Op::OptionalLazy { id } | Op::StarLazy { id } => {
                    pc = self.tail_or_turn(id, pos)?;
                    continue;
                }
                Op::LoopInit { id } => {
                    self.save_register(program.loops[id as usize].register)?;
                    pc = self.enter_loop(id, pos)?;
                    continue;
                }
                Op::LoopTest { id } => {
                    pc = self.loop_test(id, pos)?;
                    continue;
                }
                Op::LoopTestLazy { id } => {
                    pc = self.loop_test_lazy(id, pos)?;
                    continue;
                }
                Op::PossessiveInit { id } => {
                    let register = program.loops[id as usize].register;
                    self.save_register(register)?;
                    self.scratch.registers[register as usize] = (0, UNSET);
                    pc = self.possessive_turn(id, pos)?;
                    continue;
                }
                Op::PossessiveEnd { id } => {
                    self.leave_barrier();
                    let count = &mut self.scratch.registers[program.loops[id as usize].register as usize].0;
                    *count = count.saturating_add(1);
                    pc = self.possessive_turn(id, pos)?;
                    continue;
                }
                Op::Assert { back } => {
                    if let Some(behind) = pos.checked_sub(back as usize) {
                        self.enter_barrier(Kind::Assert, 0, pos)?;
                        (pc, pos) = (pc + 1, behind);
                        continue;
                    }
                }
                Op::AssertEnd => {
                    pos = self.leave_barrier();
                    pc += 1;
                    continue;
                }
                Op::AssertNot { back, after } => match pos.checked_sub(back as usize) {
                    Some(behind) => {
                        self.enter_barrier(Kind::AssertNot, after, pos)?;
                        (pc, pos) = (pc + 1, behind);
                        continue;
                    }
                    None => {
                        pc = after as usize;
                        continue;
                    }
                },
                Op::AssertNotEnd => self.abandon_barrier(),
                Op::Atomic => {
                    self.enter_barrier(Kind::Atomic, 0, pos)?;
                    pc += 1;
                    continue;
                }
                Op::AtomicEnd => {
                    self.leave_barrier();
                    pc += 1;
                    continue;
                }
                Op::GroupRef { group, fold } => {
                    if let Some(to) = self.group_ref(group, fold, pos) {
                        (pc, pos) = (pc + 1, to);
                        continue;
                    }
                }
                Op::IfGroup { group, otherwise } => {
                    pc = if self.group_span(group).is_some() { pc + 1 } else { otherwise as usize };
                    continue;
                }
                Op::Fail => {}
                Op::Success => {
                    if !(self.full && pos != self.text.len() || pos == start && pos == self.refused) {
                        return Ok(Some(pos));
                    }
                }
            }
            match self.backtrack()? {
                Some(resume) => (pc, pos) = (resume.pc, resume.pos),
                None => return Ok(None),
            }
        }
    }

    /// Ask now and then whether to break off. Called wherever work is not bounded by the subject's length.
    #[inline]
    fn tick(&mut self) -> Result<(), Stop> {
        self.steps = self.steps.wrapping_add(1);
        if self.steps & 0xFFFF == 0 && self.env.interrupted() {
            return Err(Stop::Interrupted);
        }
        Ok(())
    }

    /// Pop entries until one says where to go on.
    fn backtrack(&mut self) -> Result<Option<Resume>, Stop> {
        self.tick()?;
        let program = self.program;
        while let Some(entry) = self.scratch.stack.pop() {
            let Entry { arg, count, pos, extra, .. } = entry;
            match entry.kind {
                Kind::Choice => return Ok(Some(Resume { pc: arg as usize, pos })),
                Kind::Branch => {
                    if let Some(pc) = self.branch_rest(arg, pos, extra)? {
                        return Ok(Some(Resume { pc, pos }));
                    }
                }
                Kind::Greedy => {
                    let low = extra as usize;
                    if let Some(to) = self.give_back(program.repeats[arg as usize].follow, low, pos) {
                        if to > low {
                            self.push(Kind::Greedy, arg, count, to, extra)?;
                        }
                        return Ok(Some(Resume { pc: count as usize, pos: to }));
                    }
                }
                Kind::Lazy => {
                    let atom = program.repeats[arg as usize].atom;
                    if self.ch(pos).is_some_and(|ch| self.test(atom, ch))
                        && let Some(to) = self.lazy(arg, count as usize - 1, pos + 1, extra as usize - 1)?
                    {
                        return Ok(Some(Resume { pc: count as usize, pos: to }));
                    }
                }
                Kind::UndoMark => {
                    self.scratch.marks[arg as usize] = pos;
                    self.scratch.last_group = count;
                }
                Kind::UndoLoop => self.scratch.registers[arg as usize] = (count, extra as usize),
                Kind::UndoTail => {
                    let register = program.loops[arg as usize].register;
                    self.scratch.registers[register as usize] = (count, extra as usize);
                }
                Kind::LoopTail => {
                    let l = &program.loops[arg as usize];
                    self.scratch.registers[l.register as usize] = (count, extra as usize);
                    return Ok(Some(Resume { pc: l.tail as usize, pos }));
                }
                Kind::LoopTurn => {
                    if let Some(pc) = self.lazy_turn(arg, pos)? {
                        return Ok(Some(Resume { pc, pos }));
                    }
                }
                Kind::Atomic | Kind::Assert => self.barrier = extra,
                Kind::AssertNot => {
                    self.barrier = extra;
                    return Ok(Some(Resume { pc: arg as usize, pos }));
                }
                Kind::PossessiveTurn => {
                    self.barrier = extra;
                    return Ok(Some(Resume { pc: program.loops[arg as usize].tail as usize, pos }));
                }
            }
        }
        Ok(None)
    }

    #[inline]
    fn mark(&mut self, index: u32, pos: usize) -> Result<(), Stop> {
        let at = index as usize;
        // With nothing to go back to, failure ends the attempt, and the next one starts afresh.
        if !self.scratch.stack.is_empty() {
            let (old, last) = (self.scratch.marks[at], self.scratch.last_group);
            self.push(Kind::UndoMark, index, last, old, 0)?;
        }
        self.dirty = true;
        self.scratch.marks[at] = pos;
        if index & 1 == 1 {
            self.scratch.last_group = index / 2 + 1;
        }
        Ok(())
    }

    /// An attempt at `start` failed: from how many places behind it would fail likewise?
    pub fn leading_run(&self, start: usize) -> usize {
        let Some(id) = self.program.leading_run else { return 0 };
        self.run_any(&self.program.repeats[id as usize], start, usize::MAX).unwrap_or(0)
    }

    /// The longest run of the repeat from `pos`, up to `max`; `None` if it is shorter than the repeat's minimum.
    #[inline]
    fn run(&self, repeat: &Repeat, pos: usize, max: usize) -> Option<usize> {
        self.run_any(repeat, pos, max).filter(|&len| len >= repeat.min)
    }

    #[inline]
    fn run_any(&self, repeat: &Repeat, pos: usize, max: usize) -> Option<usize> {
        let rest = self.text.get(pos..)?;
        let rest = &rest[..rest.len().min(max)];
        Some(if let Atom::Dynamic(_) = repeat.atom {
            rest.iter().position(|&unit| !self.test(repeat.atom, unit.into())).unwrap_or(rest.len())
        } else {
            run_len(self.program, repeat, rest)
        })
    }

    #[inline]
    fn greedy(&mut self, id: u32, pc: usize, pos: usize) -> Result<Option<usize>, Stop> {
        let repeat = &self.program.repeats[id as usize];
        let Some(run) = self.run(repeat, pos, repeat.max) else { return Ok(None) };
        let (low, top) = (pos + repeat.min, pos + run);
        let to = if self.follows(repeat.follow, top) {
            top
        } else {
            match self.give_back(repeat.follow, low, top) {
                Some(to) => to,
                None => return Ok(None),
            }
        };
        if to > low {
            self.push(Kind::Greedy, id, pc as u32 + 1, to, low as u64)?;
        }
        Ok(Some(to))
    }

    /// The last place in `low..top` where what follows may begin.
    #[inline]
    fn give_back(&self, follow: Follow, low: usize, top: usize) -> Option<usize> {
        if top <= low {
            return None;
        }
        let room = self.text.get(low..top)?;
        match follow {
            Follow::Unknown => Some(top - 1),
            Follow::Char(ch) => T::rfind_char(room, ch).map(|at| low + at),
            Follow::Filter(id) => {
                let filter = &self.program.filters[id as usize];
                room.iter().rposition(|&unit| filter.admits(self.program, unit.into())).map(|at| low + at)
            }
        }
    }

    /// From `pos`, where up to `more` further characters may be taken: the first place where what follows may begin.
    fn lazy(&mut self, id: u32, pc: usize, pos: usize, more: usize) -> Result<Option<usize>, Stop> {
        let repeat = &self.program.repeats[id as usize];
        let (mut pos, mut more) = (pos, more);
        if let Some(to) = self.lazy_skip(repeat, pos, more) {
            more -= to - pos;
            pos = to;
        }
        while !self.follows(repeat.follow, pos) {
            if more == 0 || !self.ch(pos).is_some_and(|ch| self.test(repeat.atom, ch)) {
                return Ok(None);
            }
            (pos, more) = (pos + 1, more - 1);
        }
        if more > 0 && pos < self.text.len() {
            self.push(Kind::Lazy, id, pc as u32 + 1, pos, more as u64)?;
        }
        Ok(Some(pos))
    }

    /// If one Latin-1 character must follow and all but one or two belong to the repeat: search for whichever comes first.
    #[inline]
    fn lazy_skip(&self, repeat: &Repeat, pos: usize, more: usize) -> Option<usize> {
        let Follow::Char(ch) = repeat.follow else { return None };
        let ch = u8::try_from(ch).ok()?;
        let chars = match repeat.stops {
            Stops::None => [ch, ch, ch],
            Stops::One(a) => [ch, a, a],
            Stops::Two(a, b) => [ch, a, b],
            _ => return None,
        };
        let rest = self.text.get(pos..)?;
        let rest = &rest[..rest.len().min(more)];
        Some(pos + T::find_any(rest, chars).unwrap_or(rest.len()))
    }

    #[inline]
    fn branch(&mut self, id: u32, pos: usize) -> Result<Option<usize>, Stop> {
        let branch = &self.program.branches[id as usize];
        let open = match &branch.masks {
            Some(masks) => match self.ch(pos) {
                None => branch.end_mask,
                Some(ch) if ch < 256 => masks[ch as usize],
                Some(ch) => self.high_mask(branch, ch),
            },
            None => 0,
        };
        self.branch_rest(id, pos, open)
    }

    /// The alternatives that a character above Latin-1 leaves open.
    fn high_mask(&self, branch: &Branch, ch: u32) -> u64 {
        let (mut left, mut mask) = (branch.high_mask, 0);
        while left != 0 {
            let bit = left & left.wrapping_neg();
            left ^= bit;
            let first = branch.alternatives[bit.trailing_zeros() as usize].first;
            if first.is_none_or(|id| self.program.filters[id as usize].admits(self.program, ch)) {
                mask |= bit;
            }
        }
        mask
    }

    /// Take the next alternative; `open` is a mask of those left, or the number of the next one for wide branches.
    #[inline]
    fn branch_rest(&mut self, id: u32, pos: usize, open: u64) -> Result<Option<usize>, Stop> {
        let branch = &self.program.branches[id as usize];
        if branch.masks.is_some() {
            if open == 0 {
                return Ok(None);
            }
            let taken = open.trailing_zeros() as usize;
            let left = open & (open - 1);
            let pc = branch.alternatives[taken].pc;
            if left != 0 {
                self.push(Kind::Branch, id, 0, pos, left)?;
            }
            return Ok(Some(pc as usize));
        }
        let from = open as usize;
        let found = branch.alternatives[from..].iter().position(|alternative| self.admits(alternative.first, pos));
        let Some(taken) = found.map(|more| from + more) else { return Ok(None) };
        if taken + 1 < branch.alternatives.len() {
            self.push(Kind::Branch, id, 0, pos, taken as u64 + 1)?;
        }
        Ok(Some(branch.alternatives[taken].pc as usize))
    }

    /// An uncounted loop or an option: body first.
    #[inline]
    fn turn_or_tail(&mut self, id: u32, pos: usize) -> Result<usize, Stop> {
        let l = &self.program.loops[id as usize];
        if !self.admits(l.body_first, pos) {
            return Ok(l.tail as usize);
        }
        if self.admits(l.tail_first, pos) {
            self.push(Kind::Choice, l.tail, 0, pos, 0)?;
        }
        Ok(l.body as usize)
    }

    /// The same, tail first.
    #[inline]
    fn tail_or_turn(&mut self, id: u32, pos: usize) -> Result<usize, Stop> {
        let l = &self.program.loops[id as usize];
        if !self.admits(l.tail_first, pos) {
            return Ok(l.body as usize);
        }
        if self.admits(l.body_first, pos) {
            self.push(Kind::Choice, l.body, 0, pos, 0)?;
        }
        Ok(l.tail as usize)
    }

    fn save_register(&mut self, register: u32) -> Result<(), Stop> {
        if self.scratch.stack.is_empty() {
            return Ok(());
        }
        let (count, last) = self.scratch.registers[register as usize];
        self.push(Kind::UndoLoop, register, count, 0, last as u64)
    }

    fn enter_loop(&mut self, id: u32, pos: usize) -> Result<usize, Stop> {
        let l = &self.program.loops[id as usize];
        self.scratch.registers[l.register as usize] = (0, UNSET);
        // The test op stands right before the tail.
        match self.program.ops[l.tail as usize - 1] {
            Op::LoopTestLazy { .. } => self.loop_test_lazy(id, pos),
            _ => self.loop_test(id, pos),
        }
    }

    /// Take another turn of the loop from the test on, with registers set.
    #[inline]
    fn loop_test(&mut self, id: u32, pos: usize) -> Result<usize, Stop> {
        let l = &self.program.loops[id as usize];
        let (count, last) = self.scratch.registers[l.register as usize];
        if count < l.min {
            self.tick()?;
            self.save_register(l.register)?;
            self.scratch.registers[l.register as usize].0 = count + 1;
            return Ok(l.body as usize);
        }
        let more = count < l.max || l.max == crate::code::MAXREPEAT;
        if !more || pos == last || !self.admits(l.body_first, pos) {
            return Ok(l.tail as usize);
        }
        self.push(Kind::LoopTail, id, count, pos, last as u64)?;
        self.scratch.registers[l.register as usize] = (count.saturating_add(1), pos);
        Ok(l.body as usize)
    }

    #[inline]
    fn loop_test_lazy(&mut self, id: u32, pos: usize) -> Result<usize, Stop> {
        let l = &self.program.loops[id as usize];
        let (count, _) = self.scratch.registers[l.register as usize];
        if count < l.min {
            self.tick()?;
            self.save_register(l.register)?;
            self.scratch.registers[l.register as usize].0 = count + 1;
            return Ok(l.body as usize);
        }
        self.push(Kind::LoopTurn, id, 0, pos, 0)?;
        Ok(l.tail as usize)
    }

    /// The tail of a lazy loop failed at `pos`: another turn, if the loop allows it.
    fn lazy_turn(&mut self, id: u32, pos: usize) -> Result<Option<usize>, Stop> {
        let l = &self.program.loops[id as usize];
        let (count, last) = self.scratch.registers[l.register as usize];
        let more = count < l.max || l.max == crate::code::MAXREPEAT;
        if !more || pos == last {
            return Ok(None);
        }
        self.save_register(l.register)?;
        self.scratch.registers[l.register as usize] = (count.saturating_add(1), pos);
        Ok(Some(l.body as usize))
    }

    /// Another turn of a possessive loop, or its tail. Turns are never taken back one by one, so only the first saves.
    fn possessive_turn(&mut self, id: u32, pos: usize) -> Result<usize, Stop> {
        let l = &self.program.loops[id as usize];
        let (count, last) = self.scratch.registers[l.register as usize];
        if count < l.min {
            self.tick()?;
            self.enter_barrier(Kind::Atomic, 0, pos)?;
            return Ok(l.body as usize);
        }
        let more = count < l.max || l.max == crate::code::MAXREPEAT;
        if !more || pos == last {
            return Ok(l.tail as usize);
        }
        self.enter_barrier(Kind::PossessiveTurn, id, pos)?;
        self.scratch.registers[l.register as usize].1 = pos;
        Ok(l.body as usize)
    }

    fn enter_barrier(&mut self, kind: Kind, arg: u32, pos: usize) -> Result<(), Stop> {
        let outside = self.barrier;
        self.barrier = self.scratch.stack.len() as u64;
        self.push(kind, arg, 0, pos, outside)
    }

    /// The part above the barrier matched: keep its marks, forget its alternatives. Returns where it was entered.
    fn leave_barrier(&mut self) -> usize {
        match self.scratch.stack.cut(self.barrier as usize) {
            Some(entry) => {
                self.barrier = entry.extra;
                entry.pos
            }
            None => 0,
        }
    }

    /// A negated assertion matched: undo all it did, and let it fail.
    fn abandon_barrier(&mut self) {
        let height = self.barrier as usize;
        while self.scratch.stack.len() > height {
            let Some(entry) = self.scratch.stack.pop() else { break };
            let Entry { arg, count, pos, extra, .. } = entry;
            match entry.kind {
                Kind::UndoMark => {
                    self.scratch.marks[arg as usize] = pos;
                    self.scratch.last_group = count;
                }
                Kind::UndoLoop => self.scratch.registers[arg as usize] = (count, extra as usize),
                Kind::LoopTail | Kind::UndoTail => {
                    let register = self.program.loops[arg as usize].register;
                    self.scratch.registers[register as usize] = (count, extra as usize);
                }
                _ if self.scratch.stack.len() == height => self.barrier = extra,
                _ => {}
            }
        }
    }

    fn group_span(&self, group: u32) -> Option<(usize, usize)> {
        let at = group as usize * 2;
        let (start, end) = (self.scratch.marks[at], self.scratch.marks[at + 1]);
        (start != UNSET && end != UNSET && start <= end).then_some((start, end))
    }

    fn group_ref(&self, group: u32, fold: RefFold, pos: usize) -> Option<usize> {
        let (start, end) = self.group_span(group)?;
        if start == end {
            return Some(pos);
        }
        let referred = self.text.get(start..end)?;
        let here = self.text.get(pos..pos.checked_add(referred.len())?)?;
        let same = |fold: &dyn Fn(u32) -> u32| {
            let pairs = referred.iter().zip(here);
            pairs.into_iter().all(|(&a, &b)| fold(a.into()) == fold(b.into()))
        };
        let equal = match fold {
            RefFold::None => referred == here,
            RefFold::Ascii => same(&ascii_tolower),
            RefFold::Unicode => same(&unicode_tolower),
            RefFold::Locale => same(&|ch| self.locale.lower(ch)),
        };
        equal.then_some(pos + referred.len())
    }

    #[inline]
    fn is_at(&self, at: At, pos: usize) -> bool {
        let len = self.text.len();
        match at {
            At::Beginning => pos == 0,
            At::BeginningLine if pos > len => self.behind == Some(10),
            At::BeginningLine => pos == 0 || self.ch(pos - 1) == Some(10),
            At::End => pos == len || (pos + 1 == len && self.ch(pos) == Some(10)),
            At::EndLine => pos == len || self.ch(pos) == Some(10),
            At::EndString => pos == len,
            At::Boundary(words, wanted) => {
                let before = pos.checked_sub(1).and_then(|before| if pos > len { self.behind } else { self.ch(before) });
                let before = before.is_some_and(|ch| self.is_word(words, ch));
                let after = self.ch(pos).is_some_and(|ch| self.is_word(words, ch));
                (before != after) == wanted
            }
        }
    }

    #[inline]
    fn is_word(&self, words: Words, ch: u32) -> bool {
        match words {
            Words::Ascii => is_ascii_word(ch),
            Words::Unicode => ucd::is_word(ch),
            Words::Locale => self.locale.is_word(ch),
        }
    }
}
