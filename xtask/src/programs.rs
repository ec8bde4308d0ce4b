//! `cargo xtask programs [FILTER]`: run `tests/py` under the built binary and list what differs.

use crate::{Outcome, interp, root};
use taipan_testkit::{GcMode, cases, in_parallel};

/// Run the cases whose name contains the argument, with the collector as `--gc` says (normal).
pub fn main(args: &[String]) -> Outcome {
    let mut filter = "";
    let mut mode = GcMode::Normal;
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "--gc" => {
                let word = rest.next().ok_or("--gc needs never, normal or always")?;
                mode = *GcMode::ALL.iter().find(|m| m.word() == word).ok_or("--gc needs never, normal or always")?;
            }
            name => filter = name,
        }
    }
    let taipan = interp::taipan()?;
    let cases = cases(&root().join("tests/py"), filter);
    let errors = in_parallel(&cases, |case| case.check(&taipan, mode));
    for error in &errors {
        println!("{error}");
    }
    println!("{} passed, {} failed", cases.len() - errors.len(), errors.len());
    if errors.is_empty() { Ok(()) } else { Err("output differs from the recorded one".into()) }
}
