//! From a C type as `layouts.tsv` spells it to Rust.

use super::layouts::{Table, wanted};

/// Typedefs of `crates/abi/src/functypes.rs` that fields use.
const FUNCTION_TYPES: &[&str] = &[
    "allocfunc", "binaryfunc", "descrgetfunc", "descrsetfunc", "destructor", "freefunc", "getattrfunc", "getattrofunc",
    "getbufferproc", "getiterfunc", "getter", "hashfunc", "initproc", "inquiry", "iternextfunc", "lenfunc", "newfunc",
    "objobjargproc", "objobjproc", "releasebufferproc", "reprfunc", "richcmpfunc", "sendfunc", "setattrfunc",
    "setattrofunc", "setter", "ssizeargfunc", "ssizeobjargproc", "ternaryfunc", "traverseproc", "unaryfunc",
    "vectorcallfunc", "visitproc", "wrapperfunc", "Py_tracefunc", "PyCFunction",
];

/// Fields that the table calls only `funcptr`, with the type that the header gives them.
const UNNAMED_FUNCTIONS: &[(&str, &str, &str)] = &[
    ("PyModuleDef_Base", "m_init", "PyModInitFunction"),
    ("_inittab", "initfunc", "PyModInitFunction"),
    ("PyObjectArenaAllocator", "alloc", "ArenaAllocFunction"),
    ("PyObjectArenaAllocator", "free", "ArenaFreeFunction"),
    ("PyHash_FuncDef", "hash", "HashBufferFunction"),
    ("PyMemAllocatorEx", "malloc", "MallocFunction"),
    ("PyMemAllocatorEx", "calloc", "CallocFunction"),
    ("PyMemAllocatorEx", "realloc", "ReallocFunction"),
    ("PyMemAllocatorEx", "free", "FreeFunction"),
    ("PyDateTime_CAPI", "Date_FromDate", "DateFromDateFunction"),
    ("PyDateTime_CAPI", "DateTime_FromDateAndTime", "DateTimeFromDateAndTimeFunction"),
    ("PyDateTime_CAPI", "Time_FromTime", "TimeFromTimeFunction"),
    ("PyDateTime_CAPI", "Delta_FromDelta", "DeltaFromDeltaFunction"),
    ("PyDateTime_CAPI", "TimeZone_FromTimeZone", "TimeZoneFromTimeZoneFunction"),
    ("PyDateTime_CAPI", "DateTime_FromTimestamp", "ternaryfunc"),
    ("PyDateTime_CAPI", "Date_FromTimestamp", "binaryfunc"),
    ("PyDateTime_CAPI", "DateTime_FromDateAndTimeAndFold", "DateTimeFromDateAndTimeAndFoldFunction"),
    ("PyDateTime_CAPI", "Time_FromTimeAndFold", "TimeFromTimeAndFoldFunction"),
];

/// The Rust type of field `field` of `owner`.
pub fn rust_type(owner: &str, field: &str, c_type: &str, table: &Table) -> Result<String, String> {
    let c_type = c_type.trim();
    if c_type.ends_with("funcptr") {
        return UNNAMED_FUNCTIONS
            .iter()
            .find(|(o, f, _)| *o == owner && *f == field)
            .map(|(_, _, t)| format!("Option<{t}>"))
            .ok_or_else(|| format!("{owner}.{field}: no signature for this function pointer"));
    }
    if let Some(rest) = c_type.strip_suffix(']') {
        let (element, count) = rest.rsplit_once('[').ok_or_else(|| format!("odd array {c_type}"))?;
        let count = if count.is_empty() { "0" } else { count };
        return Ok(format!("[{}; {count}]", rust_type(owner, field, element, table)?));
    }
    if let Some(target) = c_type.strip_suffix('*') {
        return pointer(owner, field, target.trim(), table);
    }
    let plain = c_type.strip_prefix("const ").unwrap_or(c_type);
    Ok(scalar(plain).map(str::to_string).unwrap_or_else(|| {
        if FUNCTION_TYPES.contains(&plain) { format!("Option<{plain}>") } else { named(plain, table) }
    }))
}

fn pointer(owner: &str, field: &str, target: &str, table: &Table) -> Result<String, String> {
    let (is_const, target) = match target.strip_prefix("const ") {
        Some(rest) => (true, rest),
        None => (false, target),
    };
    let inner = if target == "void" { "c_void".into() } else { rust_type(owner, field, target, table)? };
    Ok(format!("{}{inner}", if is_const { "*const " } else { "*mut " }))
}

fn scalar(c_type: &str) -> Option<&'static str> {
    Some(match c_type {
        "int" | "enum (anonymous)" => "c_int",
        "unsigned int" | "pthread_key_t" => "c_uint",
        "long int" => "c_long",
        "long unsigned int" => "c_ulong",
        "char" => "c_char",
        "unsigned char" => "c_uchar",
        "double" => "f64",
        "size_t" | "uintptr_t" | "Py_uintptr_t" => "usize",
        "int8_t" => "i8",
        "uint8_t" => "u8",
        "uint16_t" => "u16",
        "int32_t" => "i32",
        "uint32_t" => "u32",
        "int64_t" => "i64",
        "uint64_t" => "u64",
        "PyThread_type_lock" => "*mut c_void",
        "FILE" => "FILE",
        "_PyInterpreterFrame" | "struct _PyInterpreterFrame" => "_PyInterpreterFrame",
        _ => return None,
    })
}

/// A struct by its Rust name; one that is not generated is an opaque type in `opaque.rs`.
fn named(c_type: &str, table: &Table) -> String {
    match table.struct_named(c_type) {
        Some(found) => found.name.clone(),
        None => c_type.strip_prefix("struct ").unwrap_or(c_type).to_string(),
    }
}

/// Types that fields point at without their layout being part of the contract.
pub fn opaque_names(table: &Table) -> Vec<String> {
    let mut names: Vec<String> = ["FILE", "_PyInterpreterFrame", "_PyCoMonitoringData", "_PyExecutorObject", "PyHamtObject"]
        .iter()
        .map(|n| n.to_string())
        .collect();
    for (name, _) in &table.opaque {
        let generated = table.struct_named(name).is_some_and(wanted);
        if !generated && name != "PyCapsule" && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names.sort();
    names
}
