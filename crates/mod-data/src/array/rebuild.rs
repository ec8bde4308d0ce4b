//! `_array_reconstructor`: arrays from pickles, whatever machine wrote them.

use super::PyArray;
use super::item::{self, Descr};
use taipan_object::call;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::float::PyFloat;

/// Size, signedness and byte order of a machine format code; codes from 14 on are floats, from 18 on characters.
fn machine(code: usize) -> (usize, bool, bool) {
    let big = code > 1 && code % 2 == 1;
    let (size, signed) = match code {
        0 => (1, false),
        1 => (1, true),
        2 | 3 => (2, false),
        4 | 5 => (2, true),
        6 | 7 => (4, false),
        8 | 9 => (4, true),
        10 | 11 => (8, false),
        12 | 13 => (8, true),
        14 | 15 | 20 | 21 => (4, false),
        18 | 19 => (2, false),
        _ => (8, false),
    };
    (size, signed, big)
}

/// The item as big-endian bytes in the low end of eight.
fn ordered(b: &[u8], big: bool) -> [u8; 8] {
    let mut out = [0; 8];
    let at = 8 - b.len().min(8);
    for (i, &x) in b.iter().take(8).enumerate() {
        out[at + if big { i } else { b.len() - 1 - i }] = x;
    }
    out
}

fn number(b: &[u8], code: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
    let (size, signed, big) = machine(code);
    let n = u64::from_be_bytes(ordered(b, big));
    match code {
        14 | 15 => PyFloat::new(f32::from_bits(n as u32) as f64, cx).map(Own::into_object),
        16 | 17 => PyFloat::new(f64::from_bits(n), cx).map(Own::into_object),
        _ if signed => {
            let shift = 64 - 8 * size as u32;
            PyInt::new(((n << shift) as i64) >> shift, cx).map(Own::into_object)
        }
        _ => PyInt::from_u64(n, cx).map(Own::into_object),
    }
}

fn make(cls: &Object, code: char, items: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let code = PyStr::new(code.encode_utf8(&mut [0; 4]), cx)?;
    call::call(cls, &[code.as_object(), items], cx)
}

fn from_text(cls: &Object, descr: &Descr, code: usize, items: &PyBytes, cx: &mut Cx) -> PyResult<Own<Object>> {
    let codec = match code {
        18 => "utf-16-le",
        19 => "utf-16-be",
        20 => "utf-32-le",
        _ => "utf-32-be",
    };
    let codec = PyStr::new(codec, cx)?;
    let text = call::call_method(items.as_object(), name!(cx, "decode"), &[codec.as_object()], cx)?;
    make(cls, descr.code, &text, cx)
}

#[pyfunctions]
pub mod functions {
    use super::*;

    /// Internal. Used for pickling support.
    #[function("_array_reconstructor(arraytype, typecode, mformat_code, items, /)")]
    fn _array_reconstructor(arraytype: &Object, typecode: CodePoint, mformat_code: i32, items: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(cls) = arraytype.downcast::<PyType>() else {
            return Err(cx.type_error(format_args!("first argument must be a type object, not {}", arraytype.ty().tp_name_str())));
        };
        if !cls.is_subtype(PyArray::ty()) {
            return Err(cx.type_error(format_args!("{} is not a subtype of {}", cls.tp_name_str(), PyArray::ty().tp_name_str())));
        }
        let Some(descr) = item::find(typecode.0) else {
            return Err(cx.value_error(format_args!("second argument must be a valid type code")));
        };
        let Some(code) = usize::try_from(mformat_code).ok().filter(|&c| c <= 21) else {
            return Err(cx.value_error(format_args!("third argument must be a valid machine format code.")));
        };
        let Some(bytes) = items.downcast::<PyBytes>() else {
            return Err(cx.type_error(format_args!("fourth argument should be bytes, not {}", items.ty().tp_name_str())));
        };
        if code == descr.machine {
            return make(arraytype, descr.code, items, cx);
        }
        if code >= 18 {
            return from_text(arraytype, descr, code, bytes, cx);
        }
        let (size, signed, _) = machine(code);
        if bytes.len() % size != 0 {
            return Err(cx.value_error(format_args!("bytes length not a multiple of item size")));
        }
        let list = PyList::new(cx)?;
        for b in bytes.as_bytes().chunks_exact(size) {
            let v = number(b, code, cx)?;
            list.push(v, cx)?;
        }
        let fits = |d: &Descr| d.is_int() && d.size == size && d.signed == signed;
        let same = if code < 14 && !fits(descr) { item::DESCRS.iter().find(|d| fits(d)).unwrap_or(descr) } else { descr };
        make(arraytype, same.code, list.as_object(), cx)
    }
}
