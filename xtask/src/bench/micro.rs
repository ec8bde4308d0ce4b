//! `cargo xtask bench --micro`: the table of micro-operations (`bench/micro/ops.py`).
//!
//! A process of each interpreter measures every operation and the empty loop. The two are asked in turn, operation by operation, the whole table is gone through
//! several times, and the least figures count: a shared processor is slow for seconds on end, and one run after the other would be wrong by half. Every few runs
//! begin with new processes: where the system happens to lay a process's memory makes single operations up to half slower (`GLOBAL` 2.5 or 3.9 ns).

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::{geometric_mean, save};
use crate::{Outcome, interp, root};

/// How many times the table is gone through with the same processes.
const RUNS_OF_A_PROCESS: usize = 4;
/// Below this ratio an operation counts as much slower.
const MUCH_SLOWER: f64 = 0.8;

/// What an interpreter needs at least for an operation, in nanoseconds.
struct Least {
    /// A turn of the loop around it.
    turn: f64,
    /// A turn of the same loop without it. Kept apart: the two least ones may have been found at different times.
    empty: f64,
    /// How many operations a turn has.
    times: f64,
}

impl Least {
    const UNKNOWN: Least = Least { turn: f64::INFINITY, empty: f64::INFINITY, times: 1.0 };

    fn take(&mut self, other: Least) {
        *self = Least { turn: self.turn.min(other.turn), empty: self.empty.min(other.empty), times: other.times };
    }

    /// Nanoseconds of one operation.
    fn cost(&self) -> f64 {
        (self.turn - self.empty).max(0.01) / self.times
    }
}

/// An operation under both interpreters.
struct Row {
    name: String,
    ours: Least,
    theirs: Least,
}

impl Row {
    /// How many times faster Taipan is.
    fn speed(&self) -> f64 {
        self.theirs.cost() / self.ours.cost().max(1e-3)
    }
}

/// Measure the operations whose names contain one of `names` (all without any), print the table, and write it to docs/performance.md if asked to.
pub fn main(taipan: &Path, reference: &Path, names: &[String], runs: usize, keep: bool) -> Outcome {
    let program = root().join("bench/micro/ops.py");
    let start = || Ok::<_, String>((Server::start(taipan, &program)?, Server::start(reference, &program)?));
    let (mut ours, mut theirs) = start()?;
    let wanted = |name: &String| names.is_empty() || names.iter().any(|part| name.contains(part.as_str()));
    let row = |name| Row { name, ours: Least::UNKNOWN, theirs: Least::UNKNOWN };
    let mut rows: Vec<Row> = operations(reference, &program)?.into_iter().filter(wanted).map(row).collect();
    for run in 1..=runs.max(1) {
        if run > 1 && run % RUNS_OF_A_PROCESS == 1 {
            (ours, theirs) = start()?;
        }
        for row in &mut rows {
            row.ours.take(ours.ask(&row.name)?);
            row.theirs.take(theirs.ask(&row.name)?);
        }
        eprintln!("run {run} of {runs}");
    }
    let table = table(&mut rows);
    println!("{table}");
    if keep {
        return save("micro", &table);
    }
    Ok(())
}

fn command(interpreter: &Path, program: &Path) -> Command {
    let mut command = Command::new(interpreter);
    interp::clean_environment(&mut command);
    command.arg(program).env("PYTHONHASHSEED", "0").stderr(Stdio::inherit());
    command
}

/// The names of all operations.
fn operations(interpreter: &Path, program: &Path) -> Result<Vec<String>, String> {
    let output = command(interpreter, program).stdin(Stdio::null()).output().map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(String::from).collect())
}

/// A process that measures operations on demand.
struct Server {
    shown: String,
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Server {
    fn start(interpreter: &Path, program: &Path) -> Result<Server, String> {
        let shown = interp::shown(interpreter);
        let mut child = command(interpreter, program)
            .arg("--serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("{shown}: {e}"))?;
        let (to, from) = (child.stdin.take(), child.stdout.take().ok_or("no output")?);
        Ok(Server { shown, child, to, from: BufReader::new(from) })
    }

    /// Measure one operation.
    fn ask(&mut self, name: &str) -> Result<Least, String> {
        let mut line = String::new();
        let to = self.to.as_mut().ok_or("no input")?;
        let asked = writeln!(to, "{name}").and_then(|()| to.flush()).and_then(|()| self.from.read_line(&mut line));
        asked.map_err(|e| format!("{}: {e}", self.shown))?;
        let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        match numbers[..] {
            [turn, empty, times] => Ok(Least { turn, empty, times }),
            _ => Err(format!("{}: {name}: {line:?}", self.shown)),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input ends it.
        drop(self.to.take());
        let _ = self.child.wait();
    }
}

/// Markdown: slowest first, then how many are slower and the geometric mean.
fn table(rows: &mut [Row]) -> String {
    rows.sort_by(|a, b| a.speed().total_cmp(&b.speed()));
    let mut text = String::from("| operation | speed | taipan ns | CPython ns |\n| --- | ---: | ---: | ---: |\n");
    for row in rows.iter() {
        text.push_str(&format!("| {} | {:.2} | {:.1} | {:.1} |\n", row.name.replace('|', "\\|"), row.speed(), row.ours.cost(), row.theirs.cost()));
    }
    // What takes no time at all says nothing, and must not carry the mean.
    let speeds: Vec<f64> = rows.iter().map(|row| row.speed().clamp(0.05, 20.0)).collect();
    let below = |limit: f64| speeds.iter().filter(|s| **s < limit).count();
    text.push_str(&format!(
        "\n{} operations: geometric mean {:.2} times as fast as CPython 3.14, {} slower, {} below {MUCH_SLOWER}.\n",
        speeds.len(),
        geometric_mean(&speeds),
        below(1.0),
        below(MUCH_SLOWER)
    ));
    text
}
