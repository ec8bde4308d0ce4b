//! `cargo xtask record [FILTER]`: write the expected output of `tests/py` from the reference.

use crate::{Outcome, interp, root};
use taipan_testkit::{cases, in_parallel};

/// Record all cases, or those whose name contains the argument.
pub fn main(args: &[String]) -> Outcome {
    let reference = interp::reference().ok_or("the reference (ref-python3.14) is not installed")?;
    let cases = cases(&root().join("tests/py"), args.first().map_or("", String::as_str));
    let errors = in_parallel(&cases, |case| case.record(&reference).map_err(|e| format!("{}: {e}", case.name())));
    println!("{} cases recorded", cases.len() - errors.len());
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
}
