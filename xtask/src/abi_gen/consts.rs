//! Constants and enum values.

use std::fmt::Write as _;

use super::layouts::Group;

/// Platform facts and spellings of the C preprocessor that mean nothing to Rust.
const LEFT_OUT: &[&str] = &[
    "_Py_NULL", "HAVE_LONG_LONG", "PY_FORMAT_SIZE_T", "_Py_PARSE_PID", "_Py_PARSE_INTPTR", "_Py_PARSE_UINTPTR",
    "PY_STDIOTEXTMODE", "_Py_USE_GCC_BUILTIN_ATOMICS", "PY_BIG_ENDIAN", "PY_LITTLE_ENDIAN", "SIZEOF_PY_HASH_T",
    "SIZEOF_PY_UHASH_T", "Py_CAN_START_THREADS", "PY_DWORD_MAX",
];

/// The declarations of one group.
pub fn emit(group: &Group) -> String {
    let mut out = String::new();
    writeln!(out, "// {} ({})", group.title, group.header).ok();
    if group.is_enum && group.title.starts_with("Py") {
        writeln!(out, "/// The C enum `{}`.\npub type {} = c_int;", group.title, group.title).ok();
    }
    for row in group.rows.iter().filter(|row| !LEFT_OUT.contains(&row.name.as_str())) {
        if row.size == 0 {
            writeln!(out, "pub const {}: &str = {:?};", row.name, row.value).ok();
        } else {
            writeln!(out, "pub const {}: {} = {};", row.name, rust_type(group, row.size, &row.value), row.value).ok();
        }
    }
    out.push('\n');
    out
}

/// C's own type where it matters to callers, else the smallest that C would choose.
fn rust_type(group: &Group, size: u64, value: &str) -> &'static str {
    match group.title.as_str() {
        "Py_TPFLAGS" => "c_ulong",
        "module slot values" => "usize",
        _ if size == 8 => match value.parse::<i64>() {
            Ok(_) => "isize",
            Err(_) => "usize",
        },
        _ => match value.parse::<i32>() {
            Ok(_) => "c_int",
            Err(_) => "c_uint",
        },
    }
}
