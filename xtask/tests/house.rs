//! The chores that check the repository, run by `cargo test`.

#[test]
fn generated_headers_are_fresh() {
    let files = xtask::abi_gen::generate().expect("layouts.tsv parses");
    if let Err(message) = xtask::abi_gen::compare(&files) {
        panic!("{message}");
    }
}

#[test]
fn house_rules_hold() {
    let report = xtask::tidy::run().expect("the repository can be read");
    assert!(report.errors.is_empty(), "{} rules broken:\n{}", report.errors.len(), report.errors.join("\n"));
}
