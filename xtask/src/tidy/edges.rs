//! Rules about the workspace: who imports whom, and which outside crates are used.

use std::fs;

use super::Report;
use crate::config::Config;
use crate::{Outcome, root};

/// Check every crate's manifest.
pub fn check(config: &Config, report: &mut Report) -> Outcome {
    let reasons = fs::read_to_string(root().join("docs/dependencies.md")).map_err(|e| e.to_string())?;
    let entries = fs::read_dir(root().join("crates")).map_err(|e| e.to_string())?;
    let mut names: Vec<String> =
        entries.filter_map(|e| e.ok()).map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names {
        let place = format!("crates/{name}/Cargo.toml");
        let Ok(text) = fs::read_to_string(root().join(&place)) else { continue };
        if !config.has("edges", &name) {
            report.fail(&place, "the crate has no row in xtask/deps.toml");
        }
        if !text.contains("[lints]\nworkspace = true") {
            report.fail(&place, "does not take the workspace's lints");
        }
        let allowed = config.items("edges", &name);
        for (section, dependency) in dependencies(&text) {
            match dependency.strip_prefix("taipan-") {
                // Tests may use the kit; everything else follows the edges.
                Some("testkit") if section == "dev-dependencies" => {}
                Some(other) => {
                    if !allowed.iter().any(|a| a == other || a == "*") {
                        report.fail(&place, format!("may not import {other} (xtask/deps.toml)"));
                    }
                }
                None if !reasons.contains(&format!("| {dependency} |")) => {
                    report.fail(&place, format!("{dependency} has no line in docs/dependencies.md"));
                }
                None => {}
            }
        }
    }
    Ok(())
}

/// (section, name) of every dependency of a manifest.
fn dependencies(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut section = String::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some(head) = line.strip_prefix('[') {
            section = head.trim_end_matches(']').rsplit('.').next().unwrap_or_default().to_string();
            // `[dependencies.name]` spells the name in the section.
            if let Some((_, name)) = head.trim_end_matches(']').split_once("dependencies.") {
                found.push(("dependencies".into(), name.into()));
            }
        } else if section.ends_with("dependencies") {
            if let Some((name, _)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
                let name = name.trim().trim_end_matches(".workspace").trim_matches('"');
                found.push((section.clone(), name.to_string()));
            }
        }
    }
    found
}
