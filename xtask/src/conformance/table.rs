//! What CPython passes, and the comparison by group.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::results::{ModuleResult, Outcome};
use crate::root;

/// One module in the reference's run.
#[derive(Clone, Debug)]
pub struct Row {
    pub group: String,
    pub passed: usize,
}

/// The reference's results.
#[derive(Debug, Default)]
pub struct Reference {
    /// Modules that CPython passes wholly.
    pub rows: BTreeMap<String, Row>,
    /// Tests that CPython skips (or fails) in the same set-up.
    pub exceptions: BTreeSet<String>,
}

impl Reference {
    /// Read `reference.tsv` and `reference-exceptions.tsv`.
    pub fn read() -> Result<Reference, String> {
        let data = root().join("xtask/data");
        let text = fs::read_to_string(data.join("reference.tsv")).map_err(|e| e.to_string())?;
        let mut reference = Reference::default();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            if let [module, group, "pass", passed, ..] = cells[..] {
                let passed = passed.parse().map_err(|_| format!("reference.tsv: {line}"))?;
                reference.rows.insert(module.into(), Row { group: group.into(), passed });
            }
        }
        let exceptions = fs::read_to_string(data.join("reference-exceptions.tsv")).unwrap_or_default();
        reference.exceptions = exceptions.lines().map(|line| line.split('\t').next().unwrap_or_default().into()).collect();
        Ok(reference)
    }

    /// The modules of some groups.
    pub fn modules_of(&self, groups: &[String]) -> Vec<String> {
        self.rows.iter().filter(|(_, row)| groups.contains(&row.group)).map(|(name, _)| name.clone()).collect()
    }

    /// Write the tests that the reference itself does not pass, from a run of it.
    pub fn record_exceptions(&self, results: &BTreeMap<String, ModuleResult>) -> crate::Outcome {
        let mut lines: BTreeSet<String> = BTreeSet::new();
        let path = root().join("xtask/data/reference-exceptions.tsv");
        let prefixes: Vec<String> = results.keys().map(|m| format!("test.{m}.")).collect();
        for line in fs::read_to_string(&path).unwrap_or_default().lines() {
            if !prefixes.iter().any(|p| line.starts_with(p.as_str())) {
                lines.insert(line.into());
            }
        }
        for result in results.values() {
            for (id, (outcome, _)) in result.tests.iter().filter(|(_, (outcome, _))| !outcome.passed()) {
                lines.insert(format!("{id}\t{}", outcome.word()));
            }
        }
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(path, text).map_err(|e| e.to_string())
    }

    /// What a module's run falls short of: (test id or `*`, outcome, message).
    pub fn shortfalls(&self, module: &str, result: &ModuleResult) -> Vec<(String, String, String)> {
        let mut found = Vec::new();
        for (id, (outcome, message)) in &result.tests {
            if !outcome.passed() && !self.exceptions.contains(id) {
                found.push((id.clone(), outcome.word().to_string(), message.clone()));
            }
        }
        let wanted = self.rows.get(module).map_or(0, |row| row.passed);
        let all_seen = result.passed() + found.iter().filter(|(_, o, _)| o != Outcome::UnexpectedSuccess.word()).count();
        let whole = matches!(result.status.as_str(), "pass" | "fail");
        if !whole && !(result.status == "skip" && wanted == 0) {
            found.push(("*".into(), result.status.clone(), result.note.clone()));
        } else if all_seen < wanted {
            found.push(("*".into(), "missing".into(), format!("{} tests are not there", wanted - all_seen)));
        }
        found
    }
}

#[derive(Default)]
struct Sum {
    modules: usize,
    modules_passed: usize,
    tests: usize,
    passed: usize,
    crashes: usize,
}

/// Print the table by group, and the shortfalls when asked.
pub fn print(reference: &Reference, results: &BTreeMap<String, ModuleResult>, list: bool) {
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    let mut short = Vec::new();
    for (module, result) in results {
        let Some(row) = reference.rows.get(module) else { continue };
        let sum = sums.entry(row.group.as_str()).or_default();
        let passed = result.passed().min(row.passed);
        let whole = passed >= row.passed && (result.status == "pass" || row.passed == 0);
        sum.modules += 1;
        sum.modules_passed += usize::from(whole);
        sum.tests += row.passed;
        sum.passed += passed;
        sum.crashes += usize::from(result.crashed());
        if !whole {
            short.push((row.passed - passed, module, result, row.passed, passed));
        }
    }
    println!("\n| group | modules | of | tests | of | % | crashes, time-outs |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (group, sum) in &sums {
        let percent = 100.0 * sum.passed as f64 / sum.tests.max(1) as f64;
        println!(
            "| {group} | {} | {} | {} | {} | {percent:.1} | {} |",
            sum.modules_passed, sum.modules, sum.passed, sum.tests, sum.crashes
        );
    }
    short.sort_by_key(|item| std::cmp::Reverse(item.0));
    for (missing, module, result, wanted, passed) in short.iter().filter(|_| list) {
        println!("  {module:45} {:14} {passed}/{wanted} (-{missing})  {}", result.status, result.note);
    }
}
