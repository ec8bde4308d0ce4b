//! The position table.

use taipan_bytecode::linetable::{Location, Reader, Writer, location_at};

use crate::Numbers;

#[test]
fn locations_survive() {
    let mut numbers = Numbers::new(7);
    for _ in 0..300 {
        let first = numbers.below(100) as i32 + 1;
        let mut expected = Vec::new();
        let mut writer = Writer::new(first);
        for _ in 0..numbers.below(40) {
            let line = numbers.below(300) as i32;
            let column = numbers.below(200) as i32;
            let location = match numbers.below(5) {
                0 => Location::NONE,
                1 => Location::line(line),
                2 => Location { line, end_line: line + 3, column, end_column: 2 },
                _ => Location { line, end_line: line, column, end_column: column + numbers.below(30) as i32 },
            };
            let words = numbers.below(20) as usize + 1;
            writer.push(location, words);
            expected.extend(std::iter::repeat_n(location, words));
        }
        let table = writer.finish();
        let read: Vec<Location> =
            Reader::new(&table, first).flat_map(|(location, words)| std::iter::repeat_n(location, words)).collect();
        assert_eq!(read, expected);
        if let Some(last) = expected.last() {
            assert_eq!(location_at(&table, first, expected.len() - 1), *last);
        }
        for cut in 0..table.len() {
            assert!(Reader::new(&table[..cut], first).count() <= expected.len());
        }
    }
}

/// The bytes from which CPython 3.14 reads these positions (`code.replace(co_linetable=…).co_positions()`).
#[test]
fn table_is_cpythons() {
    let mut writer = Writer::new(1);
    writer.push(Location { line: 1, end_line: 1, column: 4, end_column: 9 }, 2);
    writer.push(Location { line: 2, end_line: 2, column: 90, end_column: 120 }, 1);
    writer.push(Location { line: 2, end_line: 4, column: 0, end_column: 1 }, 9);
    writer.push(Location::NONE, 1);
    writer.push(Location::line(1), 1);
    assert_eq!(
        writer.finish(),
        [0x81, 0x45, 0xD8, 90, 120, 0xF7, 0, 2, 1, 2, 0xF0, 0, 2, 1, 2, 0xF8, 0xE8, 3]
    );
}
