//! What one module's run came to, from the lines that `inner.py` wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::child::{End, Ended};

/// The outcome of one test; later ones are worse.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Outcome {
    Ok,
    ExpectedFailure,
    Skip,
    UnexpectedSuccess,
    Fail,
    Error,
}

impl Outcome {
    fn parse(kind: &str) -> Option<Outcome> {
        Some(match kind {
            "ok" => Outcome::Ok,
            "xfail" => Outcome::ExpectedFailure,
            "skip" => Outcome::Skip,
            "uxsuccess" => Outcome::UnexpectedSuccess,
            "FAIL" => Outcome::Fail,
            "ERROR" => Outcome::Error,
            _ => return None,
        })
    }

    /// The word used in files.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::ExpectedFailure => "xfail",
            Outcome::Skip => "skip",
            Outcome::UnexpectedSuccess => "uxsuccess",
            Outcome::Fail => "fail",
            Outcome::Error => "error",
        }
    }

    /// Whether it counts as passed.
    pub fn passed(self) -> bool {
        matches!(self, Outcome::Ok | Outcome::ExpectedFailure)
    }
}

/// One module's run.
#[derive(Clone, Debug)]
pub struct ModuleResult {
    /// Worst outcome and message of each test.
    pub tests: BTreeMap<String, (Outcome, String)>,
    /// `pass`, `fail`, `skip`, `importerror`, `abort`, `timeout`, `memory`, `crash(…)`.
    pub status: String,
    /// What the module as a whole says: an import error, the test that was running.
    pub note: String,
    pub secs: f64,
}

impl ModuleResult {
    /// A module whose process could not be started.
    pub fn not_run(note: String) -> ModuleResult {
        ModuleResult { tests: BTreeMap::new(), status: "not run".into(), note, secs: 0.0 }
    }

    /// Read the lines of a run.
    pub fn read(path: &Path, ended: Ended) -> ModuleResult {
        let bytes = fs::read(path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let mut tests: BTreeMap<String, (Outcome, String)> = BTreeMap::new();
        let mut whole: BTreeMap<&str, &str> = BTreeMap::new();
        let mut running = "";
        for line in text.lines() {
            let (kind, rest) = line.split_once('\t').unwrap_or((line, ""));
            let Some(outcome) = Outcome::parse(kind) else {
                if kind == "START" {
                    running = rest;
                }
                whole.insert(kind, rest);
                continue;
            };
            let (id, message) = rest.split_once("  # ").unwrap_or((rest, ""));
            if id == running {
                running = "";
            }
            let slot = tests.entry(id.to_string()).or_insert((outcome, message.to_string()));
            if outcome > slot.0 {
                *slot = (outcome, message.to_string());
            }
        }
        let (status, mut note) = status_of(&tests, &whole, ended.end);
        if !running.is_empty() && !matches!(status.as_str(), "pass" | "fail" | "skip") {
            note = format!("{note} in {running}").trim().to_string();
        }
        ModuleResult { tests, status, note, secs: ended.wall.as_secs_f64() }
    }

    /// How many tests passed.
    pub fn passed(&self) -> usize {
        self.tests.values().filter(|(outcome, _)| outcome.passed()).count()
    }

    /// Whether the process itself failed: no outcome but a crash, a hang or too much memory.
    pub fn crashed(&self) -> bool {
        ["crash", "timeout", "memory", "abort"].iter().any(|s| self.status.starts_with(s))
    }

    /// One line for the progress display.
    pub fn summary(&self) -> String {
        format!("{:14} {}/{} passed {:5.1}s  {}", self.status, self.passed(), self.tests.len(), self.secs, self.note)
    }
}

fn status_of(
    tests: &BTreeMap<String, (Outcome, String)>,
    whole: &BTreeMap<&str, &str>,
    end: End,
) -> (String, String) {
    let (status, note) = match end {
        End::Timeout => ("timeout".into(), ""),
        End::Memory => ("memory".into(), ""),
        _ if whole.contains_key("MODSKIP") => ("skip".into(), whole["MODSKIP"]),
        _ if whole.contains_key("IMPORTERROR") => ("importerror".into(), whole["IMPORTERROR"]),
        _ if whole.contains_key("ABORT") => ("abort".into(), whole["ABORT"]),
        End::Exit(code) if whole.contains_key("DONE") => {
            let bad = tests.values().any(|(outcome, _)| *outcome > Outcome::Skip);
            (if bad || code != 0 { "fail" } else { "pass" }.to_string(), "")
        }
        End::Exit(code) => (format!("crash(exit {code})"), ""),
        End::Signal(signal) => (format!("crash(signal {signal})"), ""),
    };
    (status, note.to_string())
}
