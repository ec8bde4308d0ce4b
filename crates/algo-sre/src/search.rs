//! Running a program: where attempts start, what a run takes and gives.

use crate::case::LocaleTable;
use crate::machine::Machine;
use crate::program::{Program, Start};
use crate::scan::Subject;
use crate::stack::Stack;

/// Why a run was broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The environment said so ([`Env::interrupted`]): a signal handler raised.
    Interrupted,
    /// The backtracking stack would outgrow [`Env::stack_bytes_max`]: a `MemoryError`.
    NoMemory,
}

/// What a run needs from outside.
pub trait Env {
    /// Asked every few ten thousand steps; `true` breaks the run off.
    fn interrupted(&mut self) -> bool {
        false
    }

    /// The current locale, for patterns with `re.LOCALE`.
    fn locale(&self) -> &LocaleTable {
        &C_LOCALE
    }

    /// How much memory backtracking may take.
    fn stack_bytes_max(&self) -> usize {
        1 << 32
    }
}

/// No signals, the "C" locale, four gigabytes.
pub struct NoEnv;

impl Env for NoEnv {}

/// `Pattern.match`, `fullmatch`, `search`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Match,
    FullMatch,
    Search,
}

/// What to match where.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub mode: Mode,
    /// Where to start; clamped to the subject.
    pub pos: usize,
    /// Where the subject ends; clamped to its length.
    pub end: usize,
    /// An empty match at `pos` does not count (iteration after an empty match).
    pub must_advance: bool,
}

/// Working memory, and the result of the last successful run. Reuse it from run to run.
#[derive(Default)]
pub struct Scratch {
    pub(crate) stack: Stack,
    /// Two marks a group; `usize::MAX` is "not set".
    pub(crate) marks: Vec<usize>,
    /// Count and last position of each counting loop.
    pub(crate) registers: Vec<(u32, usize)>,
    pub(crate) last_group: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

static C_LOCALE: LocaleTable = LocaleTable::C;

pub(crate) const UNSET: usize = usize::MAX;

impl Scratch {
    /// Span of the whole match.
    pub fn span(&self) -> (usize, usize) {
        (self.start, self.end)
    }

    /// Span of group `group` (from 1), if it took part.
    pub fn group(&self, group: usize) -> Option<(usize, usize)> {
        let at = group.checked_sub(1)?.checked_mul(2)?;
        let (&start, &end) = (self.marks.get(at)?, self.marks.get(at + 1)?);
        (start != UNSET && end != UNSET).then_some((start, end))
    }

    /// `Match.lastindex`: the group closed last.
    pub fn last_index(&self) -> Option<usize> {
        (self.last_group != 0).then_some(self.last_group as usize)
    }

    /// Forget large buffers that one run may have needed.
    pub fn trim(&mut self) {
        self.stack.trim();
    }
}

/// Match `program` against `text`. On `Ok(true)`, `scratch` holds the spans.
pub fn run<T: Subject>(
    program: &Program,
    text: &[T],
    request: Request,
    scratch: &mut Scratch,
    env: &mut dyn Env,
) -> Result<bool, Stop> {
    let end = request.end.min(text.len());
    let pos = request.pos.min(text.len());
    let behind = if pos > end { text.get(pos - 1).map(|&unit| unit.into()) } else { None };
    let text = &text[..end];
    // Behind the end, the reference still lets `match` (not `search`) find what needs no characters.
    if pos > end && request.mode != Mode::Match {
        return Ok(false);
    }
    let copied;
    let locale = if program.uses_locale() {
        copied = *env.locale();
        &copied
    } else {
        &C_LOCALE
    };
    scratch.prepare(program);
    let mut machine = Machine::new(program, text, locale, scratch, env);
    machine.behind = behind;
    machine.full = request.mode == Mode::FullMatch;
    machine.refused = if request.must_advance { pos } else { UNSET };
    if request.mode != Mode::Search {
        if end.saturating_sub(pos) < program.min_width {
            return Ok(false);
        }
        return machine.attempt(pos);
    }
    search(&mut machine, pos)
}

impl Scratch {
    fn prepare(&mut self, program: &Program) {
        self.marks.clear();
        self.marks.resize(program.groups() * 2, UNSET);
        self.registers.clear();
        self.registers.resize(program.registers(), (0, UNSET));
        self.last_group = 0;
    }
}

/// Try each place where the program may start.
fn search<T: Subject>(machine: &mut Machine<'_, T>, pos: usize) -> Result<bool, Stop> {
    let (program, text) = (machine.program, machine.text);
    let Some(last) = text.len().checked_sub(program.min_width) else { return Ok(false) };
    let mut at = pos;
    while at <= last {
        let Some(start) = next_start(program, text, at) else { return Ok(false) };
        if start > last {
            return Ok(false);
        }
        if let Start::Literal { text: literal, whole: true, .. } = &program.start {
            machine.scratch.start = start;
            machine.scratch.end = start + literal.len();
            return Ok(true);
        }
        if machine.attempt(start)? {
            return Ok(true);
        }
        machine.refused = UNSET;
        at = start + 1 + machine.leading_run(start);
    }
    Ok(false)
}

/// The first place from `at` where a match may start.
#[inline]
fn next_start<T: Subject>(program: &Program, text: &[T], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let found = match &program.start {
        Start::Anywhere => Some(0),
        Start::Beginning => (at == 0).then_some(0),
        Start::Line if at == 0 => Some(0),
        Start::Line => {
            let before = text.get(at - 1..)?;
            T::find_char(before, 10)
        }
        Start::Literal { text: literal, bytes, .. } => match (T::as_bytes(rest), bytes) {
            (Some(rest), Some(finder)) => finder.find(rest),
            (Some(_), None) => None,
            (None, _) => find_literal(rest, literal),
        },
        Start::Few(chars) => T::find_few(rest, *chars),
        Start::Filter(id) => {
            let filter = &program.filters[*id as usize];
            rest.iter().position(|&unit| filter.admits(program, unit.into()))
        }
    };
    found.map(|more| at + more)
}

fn find_literal<T: Subject>(text: &[T], literal: &[u32]) -> Option<usize> {
    let (&first, others) = literal.split_first()?;
    let mut at = 0;
    loop {
        at += T::find_char(text.get(at..)?, first)?;
        let behind = text.get(at + 1..)?;
        if behind.len() < others.len() {
            return None;
        }
        if behind.iter().zip(others).all(|(&unit, &ch)| unit.into() == ch) {
            return Some(at);
        }
        at += 1;
    }
}
