//! The module `_sre`: patterns, matches, scanners and replacement templates over the matcher in `algo-sre`.

mod matching;
pub mod module;
mod pattern;
mod replace;
mod scanner;
mod subject;
mod template;

pub use matching::PyMatch;
pub use pattern::PyPattern;
pub use scanner::PyScanner;
pub use template::PyTemplate;
