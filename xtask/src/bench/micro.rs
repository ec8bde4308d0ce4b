//! `cargo xtask bench --micro`: the table of micro-operations (`bench/micro/ops.py`).
//!
//! One process per interpreter measures every operation with its loop overhead subtracted; processes of the two take turns and the least figure
//! of each operation counts, so that a busy machine disturbs both alike.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{geometric_mean, save};
use crate::{Outcome, interp, root};

/// Nanoseconds by operation.
type Figures = BTreeMap<String, f64>;

/// Below this ratio an operation counts as much slower.
const MUCH_SLOWER: f64 = 0.8;

/// Measure the operations whose names contain one of `names` (all without any), print the table, and write it to docs/performance.md if asked to.
pub fn main(taipan: &Path, reference: &Path, names: &[String], runs: usize, keep: bool) -> Outcome {
    let program = root().join("bench/micro/ops.py");
    let (mut ours, mut theirs) = (Figures::new(), Figures::new());
    for turn in 0..runs.max(1) {
        measure(taipan, &program, names, &mut ours)?;
        measure(reference, &program, names, &mut theirs)?;
        eprintln!("run {} of {runs}", turn + 1);
    }
    let table = table(&ours, &theirs);
    println!("{table}");
    if keep {
        return save("micro", &table);
    }
    Ok(())
}

/// Run the program once; the least figures stay.
fn measure(interpreter: &Path, program: &Path, names: &[String], best: &mut Figures) -> Outcome {
    let mut command = Command::new(interpreter);
    interp::clean_environment(&mut command);
    let output = command
        .arg(program)
        .args(names)
        .env("PYTHONHASHSEED", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("{}: {e}", interp::shown(interpreter)))?;
    if !output.status.success() {
        return Err(format!("{} failed: {}", interp::shown(interpreter), output.status));
    }
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let (name, ns) = line.split_once('\t').ok_or_else(|| format!("odd line {line:?}"))?;
        let ns: f64 = ns.parse().map_err(|e| format!("{line:?}: {e}"))?;
        let least = best.entry(name.into()).or_insert(ns);
        *least = least.min(ns);
    }
    Ok(())
}

/// Markdown: slowest first, then how many are slower and the geometric mean.
fn table(ours: &Figures, theirs: &Figures) -> String {
    let mut rows: Vec<(f64, &str, f64, f64)> =
        ours.iter().filter_map(|(name, a)| theirs.get(name).map(|b| (b / a.max(1e-3), name.as_str(), *a, *b))).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut text = String::from("| operation | speed | taipan ns | CPython ns |\n| --- | ---: | ---: | ---: |\n");
    for (speed, name, a, b) in &rows {
        text.push_str(&format!("| {} | {speed:.2} | {a:.1} | {b:.1} |\n", name.replace('|', "\\|")));
    }
    // What both do in no time says nothing, and must not carry the mean.
    let speeds: Vec<f64> = rows.iter().map(|row| row.0.min(20.0)).collect();
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
