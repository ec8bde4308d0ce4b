//! The C half: every claimed size, offset and constant as a static assertion of the compiler.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use crate::abi_gen::layouts::{Struct, Table, wanted};
use crate::{interp, root};

/// Compile the probe; one line for each assertion that does not hold.
pub fn check() -> Result<Vec<String>, String> {
    let Some(headers) = interp::headers() else {
        println!("the 3.14 headers are not installed: the C half is left out");
        return Ok(Vec::new());
    };
    let text = fs::read_to_string(root().join("xtask/data/layouts.tsv")).map_err(|e| e.to_string())?;
    let table = Table::parse(&text)?;
    let (source, count) = program(&table);
    let file = std::env::temp_dir().join(format!("taipan-abi-probe-{}.c", std::process::id()));
    fs::write(&file, source).map_err(|e| e.to_string())?;
    let output = Command::new("cc")
        .args(["-std=c11", "-fsyntax-only", "-fmax-errors=0", "-w"])
        .arg("-I")
        .arg(&headers)
        // Debian's pyconfig.h includes the architecture's own by a path from here; last, so that
        // the machine's own C library headers come first.
        .arg("-idirafter")
        .arg(headers.parent().unwrap_or(&headers))
        .arg(&file)
        .output()
        .map_err(|e| format!("cc: {e}"))?;
    fs::remove_file(&file).map_err(|e| e.to_string())?;
    println!("{count} assertions compiled against {}", headers.display());
    let messages = String::from_utf8_lossy(&output.stderr);
    Ok(messages.lines().filter(|line| line.contains("error")).map(String::from).collect())
}

fn program(table: &Table) -> (String, usize) {
    let mut text = String::from(
        "#define PY_SSIZE_T_CLEAN\n#include <stddef.h>\n#include \"Python.h\"\n#include \"structmember.h\"\n\
         #include \"datetime.h\"\n#include \"marshal.h\"\n#include \"osdefs.h\"\n#include \"frameobject.h\"\n\
         #include \"structseq.h\"\n",
    );
    let mut count = 0;
    let mut claim = |condition: String, message: String| {
        writeln!(text, "_Static_assert({condition}, \"{message}\");").ok();
        count += 1;
    };
    for item in table.structs.iter().filter(|item| item.tier != "internal" && wanted(item) && nameable(item)) {
        let name = &item.c_name;
        claim(format!("sizeof({name}) == {}", item.size), format!("size of {}", item.name));
        for field in item.fields.iter().filter(|f| f.bit.is_none() && f.c_type != "anonymous struct") {
            let condition = format!("offsetof({name}, {}) == {}", field.name, field.offset);
            claim(condition, format!("offset of {}.{}", item.name, field.name));
        }
    }
    for group in &table.consts {
        for row in group.rows.iter().filter(|row| row.size > 0 && !row.value.starts_with("0x")) {
            // Values of pointer type and those of conditional macros cannot be asserted as integers.
            if !matches!(row.name.as_str(), "_Py_NULL" | "Py_TP_USE_SPEC") && group.title != "module slot values" {
                let suffix = if row.value.parse::<i64>().is_err() { "ULL" } else { "LL" };
                let value = match row.value.strip_prefix('-') {
                    Some(digits) if row.value == i64::MIN.to_string() => format!("(-{}LL - 1)", &decrement(digits)),
                    _ => format!("{}{suffix}", row.value),
                };
                claim(format!("{} == {value}", row.name), format!("value of {}", row.name));
            }
        }
    }
    (text, count)
}

/// 9223372036854775808 cannot be written as a signed literal.
fn decrement(digits: &str) -> String {
    digits.parse::<u64>().map_or(digits.into(), |n| (n - 1).to_string())
}

/// Types that the public headers can name; members of anonymous types have no name of their own.
fn nameable(item: &Struct) -> bool {
    !matches!(item.name.as_str(), "setentry_internal" | "_opaque" | "_PyUnicodeObject_state")
}
