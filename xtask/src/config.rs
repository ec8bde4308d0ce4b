//! Reading `xtask/deps.toml`: sections of `key = ["item", …]`, the part of TOML that it uses.

use std::collections::BTreeMap;
use std::path::Path;

/// Section, key, items.
#[derive(Debug, Default)]
pub struct Config {
    sections: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Config {
    /// Read and parse the file.
    pub fn read(path: &Path) -> Result<Config, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        Config::parse(&text).map_err(|e| format!("{}: {e}", path.display()))
    }

    fn parse(text: &str) -> Result<Config, String> {
        let mut config = Config::default();
        let mut section = String::new();
        let mut pending: Option<(String, String)> = None;
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let (key, list) = match pending.take() {
                Some((key, list)) => (key, format!("{list} {line}")),
                None if line.starts_with('[') && !line.contains('=') => {
                    section = line.trim_matches(['[', ']']).to_string();
                    continue;
                }
                None => {
                    let (key, list) = line.split_once('=').ok_or(format!("line {}: no `=`", number + 1))?;
                    (key.trim().to_string(), list.trim().to_string())
                }
            };
            if list.ends_with(']') {
                let items = list.trim_matches(['[', ']']).split(',').map(|item| item.trim().trim_matches('"').to_string());
                let items = items.filter(|item| !item.is_empty()).collect();
                config.sections.entry(section.clone()).or_default().insert(key, items);
            } else {
                pending = Some((key, list));
            }
        }
        Ok(config)
    }

    /// The items of a key; nothing when it is absent.
    pub fn items(&self, section: &str, key: &str) -> &[String] {
        self.sections.get(section).and_then(|s| s.get(key)).map_or(&[], Vec::as_slice)
    }

    /// Whether a section has a key.
    pub fn has(&self, section: &str, key: &str) -> bool {
        self.sections.get(section).is_some_and(|s| s.contains_key(key))
    }

    /// Whether a path is one of the section's files, or below one of its directories (ending in `/`).
    pub fn lists_file(&self, section: &str, path: &str) -> bool {
        self.items(section, "files").iter().any(|item| item == path || (item.ends_with('/') && path.starts_with(item.as_str())))
    }
}
