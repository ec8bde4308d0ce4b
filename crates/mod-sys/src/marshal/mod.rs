//! The module `marshal`: values of the simple types and code objects as bytes. The format is CPython's, version 5; code objects are our own (`bytecode::serial`).

mod read;
mod write;

use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{attr, call};

/// Version of the format.
pub const VERSION: i32 = 5;
/// How deep values may nest.
const DEPTH_MAX: u32 = 2000;

/// Type codes.
mod code {
    pub const NULL: u8 = b'0';
    pub const NONE: u8 = b'N';
    pub const FALSE: u8 = b'F';
    pub const TRUE: u8 = b'T';
    pub const STOP_ITERATION: u8 = b'S';
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
    pub const SMALL_TUPLE: u8 = b')';
    pub const LIST: u8 = b'[';
    pub const DICT: u8 = b'{';
    pub const CODE: u8 = b'c';
    pub const UNICODE: u8 = b'u';
    pub const SET: u8 = b'<';
    pub const FROZENSET: u8 = b'>';
    pub const SLICE: u8 = b':';
    pub const ASCII: u8 = b'a';
    pub const ASCII_INTERNED: u8 = b'A';
    pub const SHORT_ASCII: u8 = b'z';
    pub const SHORT_ASCII_INTERNED: u8 = b'Z';
    /// With a type code: the object gets a number for later references.
    pub const FLAG_REF: u8 = 0x80;
}

#[pymodule(
    name = "marshal",
    doc = "This module contains functions that can read and write Python values in\na binary format. The format is specific to Python, but independent of\nmachine architecture issues.\n\nNot all Python object types are supported; in general, only objects\nwhose value is independent from a particular invocation of Python can be\nwritten and read by this module. The following types are supported:\nNone, integers, floating-point numbers, strings, bytes, bytearrays,\ntuples, lists, sets, dictionaries, and code objects, where it\nshould be understood that tuples, lists and dictionaries are only\nsupported as long as the values contained therein are themselves\nsupported; and recursive lists and dictionaries should not be written\n(they will cause infinite loops).\n\nVariables:\n\nversion -- indicates the format that the module uses. Version 0 is the\n    historical format, version 1 shares interned strings and version 2\n    uses a binary format for floating-point numbers.\n    Version 3 shares common object references (New in version 3.4).\n\nFunctions:\n\ndump() -- write value to a file\nload() -- read value from a file\ndumps() -- marshal value as a bytes object\nloads() -- read value from a bytes-like object"
)]
pub mod marshal {
    use super::*;

    #[constant("version")]
    fn version() -> i32 {
        VERSION
    }

    /// Write the value on the open file.
    ///
    ///   value
    ///     Must be a supported type.
    ///   file
    ///     Must be a writeable binary file.
    ///   version
    ///     Indicates the data format that dump should use.
    ///   allow_code
    ///     Allow to write code objects.
    ///
    /// If the value has (or contains an object that has) an unsupported type, a
    /// ValueError exception is raised - but garbage data will also be written
    /// to the file. The object will not be properly read back by load().
    #[function("dump(value, file, version=version, /, *, allow_code=True)")]
    fn dump(value: &Object, file: &Object, #[default(VERSION)] version: i32, allow_code: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        let bytes = write::dumps(value, version, allow_code, cx)?;
        let b = PyBytes::new(&bytes, cx)?;
        call::call_method(file, name!(cx, "write"), &[&b], cx)
    }
    /// Read one value from the open file and return it.
    ///
    ///   file
    ///     Must be readable binary file.
    ///   allow_code
    ///     Allow to load code objects.
    ///
    /// If no valid value is read (e.g. because the data has a different Python
    /// version's incompatible marshal format), raise EOFError, ValueError or
    /// TypeError.
    ///
    /// Note: If an object containing an unsupported type was marshalled with
    /// dump(), load() will substitute None for the unmarshallable type.
    #[function("load(file, /, *, allow_code=True)")]
    fn load(file: &Object, allow_code: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        // Whether the file gives bytes at all.
        let zero = PyInt::new(0, cx)?;
        let probe = call::call_method(file, name!(cx, "read"), &[&zero], cx)?;
        if !probe.is_a::<PyBytes>() {
            return Err(cx.type_error(format_args!("file.read() returned not bytes but {}", probe.ty().name())));
        }
        let read = attr::get(file, name!(cx, "read"), cx)?;
        read::load(read::Source::File(&read), allow_code, cx)
    }
    /// Return the bytes object that would be written to a file by dump(value, file).
    ///
    ///   value
    ///     Must be a supported type.
    ///   version
    ///     Indicates the data format that dumps should use.
    ///   allow_code
    ///     Allow to write code objects.
    ///
    /// Raise a ValueError exception if value has (or contains an object that
    /// has) an unsupported type.
    #[function("dumps(value, version=version, /, *, allow_code=True)")]
    fn dumps(value: &Object, #[default(VERSION)] version: i32, allow_code: bool, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let bytes = write::dumps(value, version, allow_code, cx)?;
        PyBytes::new(&bytes, cx)
    }
    /// Convert the bytes-like object to a value.
    ///
    ///   allow_code
    ///     Allow to load code objects.
    ///
    /// If no valid value is found, raise EOFError, ValueError or TypeError.
    /// Extra bytes in the input are ignored.
    #[function("loads(bytes, /, *, allow_code=True)")]
    fn loads(bytes: Buffer, allow_code: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        read::load(read::Source::Bytes(bytes.bytes()), allow_code, cx)
    }
}
