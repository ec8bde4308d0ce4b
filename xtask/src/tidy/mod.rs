//! `cargo xtask tidy`: the house rules as a program, run by `cargo test` too.
//!
//! A rule here must be exact: what it reports is wrong. Advice goes to
//! [`Report::warn`] and never fails.

mod edges;
mod lex;
mod rules;
mod sizes;
mod source;

use std::fs;
use std::path::Path;

use crate::config::Config;
use crate::{Outcome, root};

pub use source::Source;

/// What the rules found.
#[derive(Default)]
pub struct Report {
    pub errors: Vec<String>,
    pub warnings: Vec<String>,
}

impl Report {
    /// Something that must be mended.
    pub fn fail(&mut self, place: impl std::fmt::Display, message: impl std::fmt::Display) {
        self.errors.push(format!("{place}: {message}"));
    }

    /// Something worth a look.
    pub fn warn(&mut self, place: impl std::fmt::Display, message: impl std::fmt::Display) {
        self.warnings.push(format!("{place}: {message}"));
    }
}

/// Run all rules and print what they find.
pub fn main(_args: &[String]) -> Outcome {
    let report = run()?;
    for line in &report.warnings {
        println!("warning: {line}");
    }
    for line in &report.errors {
        println!("error: {line}");
    }
    if report.errors.is_empty() { Ok(()) } else { Err(format!("{} rules broken", report.errors.len())) }
}

/// Run all rules.
pub fn run() -> Result<Report, String> {
    let config = Config::read(&root().join("xtask/deps.toml"))?;
    let mut report = Report::default();
    edges::check(&config, &mut report)?;
    let mut files = Vec::new();
    for top in ["crates", "xtask", "fuzz"] {
        collect(&root().join(top), "rs", &mut files)?;
    }
    for path in &files {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let source = Source::new(relative(path), &text);
        rules::check(&source, &config, &mut report);
        sizes::check(&source, &config, &mut report);
    }
    links(&mut report)?;
    Ok(report)
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().into_owned()
}

/// All files with an extension below a directory, without build output.
pub fn collect(dir: &Path, extension: &str, found: &mut Vec<std::path::PathBuf>) -> Result<(), String> {
    let Ok(entries) = fs::read_dir(dir) else { return Ok(()) };
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                collect(&path, extension, found)?;
            }
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    Ok(())
}

/// Relative links of the documentation lead somewhere.
fn links(report: &mut Report) -> Outcome {
    let mut pages = Vec::new();
    collect(&root().join("docs"), "md", &mut pages)?;
    for name in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"] {
        pages.push(root().join(name));
    }
    for page in pages {
        let text = fs::read_to_string(&page).map_err(|e| format!("{}: {e}", page.display()))?;
        for part in text.split("](").skip(1) {
            let Some((target, _)) = part.split_once(')') else { continue };
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || target.contains("://") || target.contains(' ') {
                continue;
            }
            if !page.parent().unwrap_or(Path::new("")).join(file).exists() {
                report.fail(relative(&page), format!("the link {target} leads nowhere"));
            }
        }
    }
    Ok(())
}
