//! The test kit: programs with recorded output, run by an interpreter and compared.
//!
//! A case is `tests/py/<area>/<name>.py` with `<name>.out` beside it: what the
//! program wrote to standard output, then sections `--- stderr ---` and
//! `--- exit N ---` when there is something to say. The reference implementation
//! records (`UPDATE=1`, or `cargo xtask record`); tests never need it.
//!
//! Rules for the programs: no addresses, no set order, no clock, nothing beyond
//! the standard library; the directory of the file is `<dir>` in the output.

mod diff;
pub mod mutate;
mod run;

pub use diff::first_difference;
pub use run::{GcMode, Observed, run};

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One program with its recorded output.
#[derive(Clone, Debug)]
pub struct Case {
    /// The program.
    pub path: PathBuf,
}

impl Case {
    /// `area/name`, for messages and for choosing cases.
    pub fn name(&self) -> String {
        let area = self.path.parent().and_then(Path::file_name).unwrap_or_default();
        let stem = self.path.file_stem().unwrap_or_default();
        format!("{}/{}", area.to_string_lossy(), stem.to_string_lossy())
    }

    /// The file of the recorded output.
    pub fn expected_path(&self) -> PathBuf {
        self.path.with_extension("out")
    }

    /// Run under an interpreter and render what it did as the `.out` file has it.
    pub fn observe(&self, interpreter: &Path, mode: GcMode) -> std::io::Result<String> {
        run(interpreter, &self.path, mode).map(|observed| observed.render(&self.path))
    }

    /// Compare with the recorded output; the error is fit for printing.
    pub fn check(&self, interpreter: &Path, mode: GcMode) -> Result<(), String> {
        let name = format!("{} [gc {}]", self.name(), mode.word());
        let expected = fs::read_to_string(self.expected_path())
            .map_err(|e| format!("{name}: {}: {e}", self.expected_path().display()))?;
        let found = self.observe(interpreter, mode).map_err(|e| format!("{name}: {e}"))?;
        match first_difference(&expected, &found) {
            None => Ok(()),
            Some(difference) => Err(format!("{name}: {difference}")),
        }
    }

    /// Record the output of the reference.
    pub fn record(&self, reference: &Path) -> std::io::Result<()> {
        fs::write(self.expected_path(), self.observe(reference, GcMode::Normal)?)
    }
}

/// All cases below a directory whose name contains `filter`, in order.
pub fn cases(root: &Path, filter: &str) -> Vec<Case> {
    let mut found = Vec::new();
    for area in sorted(root).into_iter().filter(|p| p.is_dir()) {
        for path in sorted(&area).into_iter().filter(|p| p.extension().is_some_and(|e| e == "py")) {
            // Modules that cases import begin with an underscore.
            if !path.file_name().unwrap_or_default().to_string_lossy().starts_with('_') {
                found.push(Case { path });
            }
        }
    }
    found.retain(|case| case.name().contains(filter));
    found
}

fn sorted(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path()).collect();
    paths.sort();
    paths
}

/// Run `work` for each item on a few threads; the errors in order of the items.
pub fn in_parallel<T: Sync>(items: &[T], work: impl Fn(&T) -> Result<(), String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let errors = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get().min(8));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { return };
                    if let Err(message) = work(item) {
                        errors.lock().unwrap_or_else(|e| e.into_inner()).push((at, message));
                    }
                }
            });
        }
    });
    let mut errors = errors.into_inner().unwrap_or_else(|e| e.into_inner());
    errors.sort();
    errors.into_iter().map(|(_, message)| message).collect()
}
