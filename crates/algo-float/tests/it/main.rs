//! Floats and formats against answers recorded from CPython 3.14, and properties.
mod edges;
mod ops;

/// `request => answer` lines, written by a random differential run of `examples/float_calc.rs` against the reference.
#[test]
fn recorded_answers() {
    for line in include_str!("recorded.tsv").split('\n').filter(|l| !l.is_empty()) {
        let (request, answer) = line.split_once("\t=>\t").unwrap();
        assert_eq!(ops::run(&request.split('\t').collect::<Vec<_>>()), answer, "{request:?}");
    }
}
