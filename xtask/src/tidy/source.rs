//! A source file as the rules see it: its tokens, its crate, and which lines are tests.

use super::lex::{Kind, Token, lex};

/// One file.
pub struct Source<'a> {
    /// Path from the root of the repository.
    pub path: String,
    /// The crate's directory name, such as `object` or `xtask`.
    pub krate: String,
    /// The text.
    pub text: &'a str,
    /// Tokens without comments.
    pub code: Vec<Token<'a>>,
    /// Comments.
    pub comments: Vec<Token<'a>>,
    /// Line ranges (inclusive) of `#[cfg(test)]` modules and `#[test]` functions.
    pub test_ranges: Vec<(usize, usize)>,
    /// The whole file is test code (examples are for people at work here, so they count as such).
    pub is_test: bool,
}

impl<'a> Source<'a> {
    /// Look at one file.
    pub fn new(path: String, text: &'a str) -> Source<'a> {
        let (comments, code): (Vec<_>, Vec<_>) = lex(text).into_iter().partition(|t| t.kind == Kind::Comment);
        let parts: Vec<&str> = path.split('/').collect();
        let krate = if parts[0] == "crates" { parts.get(1).copied().unwrap_or_default() } else { parts[0] };
        let is_test = ["tests", "benches", "examples"].iter().any(|dir| parts.contains(dir)) || path.ends_with("/tests.rs");
        let krate = krate.to_string();
        let mut source = Source { path, krate, text, code, comments, test_ranges: Vec::new(), is_test };
        source.test_ranges = source.find_tests();
        source
    }

    /// Whether a line is test code.
    pub fn in_test(&self, line: usize) -> bool {
        self.is_test || self.test_ranges.iter().any(|(from, to)| (*from..=*to).contains(&line))
    }

    /// The text of the token at an index, or nothing.
    pub fn word(&self, at: usize) -> &'a str {
        self.code.get(at).map_or("", |t| t.text)
    }

    /// Whether the tokens from an index on are these.
    pub fn at(&self, at: usize, texts: &[&str]) -> bool {
        texts.iter().enumerate().all(|(i, text)| self.word(at + i) == *text)
    }

    /// The index of the bracket that closes the one at `open`.
    pub fn closing(&self, open: usize) -> usize {
        let mut depth = 0usize;
        for (at, token) in self.code.iter().enumerate().skip(open) {
            if token.kind != Kind::Punct {
                continue;
            }
            match token.text {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at;
                    }
                }
                _ => {}
            }
        }
        self.code.len().saturating_sub(1)
    }

    fn find_tests(&self) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for at in 0..self.code.len() {
            let is_test = self.at(at, &["#", "[", "cfg", "(", "test", ")", "]"]) || self.at(at, &["#", "[", "test", "]"]);
            if !is_test {
                continue;
            }
            let item = self.closing(at + 1) + 1;
            // The item's body, or its `;` when it has none.
            let end = (item..self.code.len()).find(|i| matches!(self.word(*i), "{" | ";")).unwrap_or(item);
            let end = if self.word(end) == "{" { self.closing(end) } else { end };
            if let (Some(from), Some(to)) = (self.code.get(at), self.code.get(end)) {
                found.push((from.line, to.line));
            }
        }
        found
    }
}
