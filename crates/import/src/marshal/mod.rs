//! The module `marshal`: values in CPython's format (version 5), code objects as our own serialised form (`bytecode::serial`).
//!
//! Reading trusts nothing: every length is checked against what is left, nesting is bounded, references must exist.

mod read;
mod write;

use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{audit, call};

/// Type codes (Python/marshal.c names them `TYPE_*`).
mod code {
    pub const NONE: u8 = b'N';
    pub const FALSE: u8 = b'F';
    pub const TRUE: u8 = b'T';
    pub const STOP_ITER: u8 = b'S';
    pub const ELLIPSIS: u8 = b'.';
    pub const INT: u8 = b'i';
    pub const INT64: u8 = b'I';
    pub const FLOAT: u8 = b'f';
    pub const BINARY_FLOAT: u8 = b'g';
    pub const COMPLEX: u8 = b'x';
    pub const BINARY_COMPLEX: u8 = b'y';
    pub const LONG: u8 = b'l';
    pub const STRING: u8 = b's';
    pub const INTERNED: u8 = b't';
    pub const REF: u8 = b'r';
    pub const TUPLE: u8 = b'(';
    pub const LIST: u8 = b'[';
    pub const DICT: u8 = b'{';
    pub const CODE: u8 = b'c';
    pub const UNICODE: u8 = b'u';
    pub const SET: u8 = b'<';
    pub const FROZENSET: u8 = b'>';
    pub const SLICE: u8 = b':';
    pub const ASCII: u8 = b'a';
    pub const ASCII_INTERNED: u8 = b'A';
    pub const SMALL_TUPLE: u8 = b')';
    pub const SHORT_ASCII: u8 = b'z';
    pub const SHORT_ASCII_INTERNED: u8 = b'Z';
    pub const NULL: u8 = b'0';
    /// Set in the code of objects that later references name.
    pub const FLAG_REF: u8 = 0x80;
}

/// Nesting of containers that is read or written.
const DEPTH_MAX: u32 = 2000;
/// `marshal.version`.
const VERSION: i32 = 5;

fn audit_dump(value: &Object, version: i32, cx: &mut Cx) -> PyResult<()> {
    if !audit::is_active() {
        return Ok(());
    }
    let v = PyInt::new(version as i64, cx)?;
    audit::raise("marshal.dumps", &[value, &v], cx)
}

#[pymodule(name = "marshal", doc = "This module contains functions that can read and write Python values in\na binary format. The format is specific to Python, but independent of\nmachine architecture issues.")]
pub mod marshal {
    use super::*;

    #[constant("version")]
    fn format_version() -> i32 {
        VERSION
    }

    /// dumps($module, value, version=version, /, *, allow_code=True)
    /// --
    ///
    /// Return the bytes object that would be written to a file by dump(value, file).
    ///
    ///   value
    ///     Must be a supported type.
    ///   version
    ///     Indicates the data format that dumps should use.
    ///   allow_code
    ///     Allow to write code objects.
    ///
    /// Raise a ValueError exception if value has (or contains an object that has) an
    /// unsupported type.
    #[function("dumps(value, version=version, /, *, allow_code=True)", nosig)]
    fn dumps(value: &Object, #[default(VERSION)] version: i32, allow_code: bool, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        audit_dump(value, version, cx)?;
        let b = write::to_bytes(value, version, allow_code, cx)?;
        PyBytes::new(&b, cx)
    }
    /// dump($module, value, file, version=version, /, *, allow_code=True)
    /// --
    ///
    /// Write the value on the open file.
    #[function("dump(value, file, version=version, /, *, allow_code=True)", nosig)]
    fn dump(value: &Object, file: &Object, #[default(VERSION)] version: i32, allow_code: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        audit_dump(value, version, cx)?;
        let b = write::to_bytes(value, version, allow_code, cx)?;
        let b = PyBytes::new(&b, cx)?;
        call::call_method(file, name!(cx, "write"), &[&b], cx)
    }
    /// Convert the bytes-like object to a value.
    ///
    /// If no valid value is found, raise EOFError, ValueError or TypeError.  Extra
    /// bytes in the input are ignored.
    #[function("loads(bytes, /, *, allow_code=True)")]
    fn loads(bytes: Buffer, allow_code: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        if audit::is_active() {
            let b = PyBytes::new(bytes.bytes(), cx)?;
            audit::raise("marshal.loads", &[&b], cx)?;
        }
        read::from_bytes(bytes.bytes(), allow_code, cx).map(|(v, _)| v)
    }
    /// Read one value from the open file and return it.
    ///
    /// If no valid value is read (e.g. because the data has a different Python
    /// version's incompatible marshal format), raise EOFError, ValueError or
    /// TypeError.
    #[function("load(file, /, *, allow_code=True)")]
    fn load(file: &Object, allow_code: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        // What is no binary file is refused before anything is read.
        let nothing = PyInt::new(0, cx)?;
        let probe = call::call_method(file, name!(cx, "read"), &[&nothing], cx)?;
        if !probe.is_a::<PyBytes>() {
            return Err(cx.type_error(format_args!("file.read() returned not bytes but {}", probe.ty().tp_name_str())));
        }
        audit::raise("marshal.load", &[], cx)?;
        read::from_file(file, allow_code, cx)
    }
}

pub use marshal::MODULE;
