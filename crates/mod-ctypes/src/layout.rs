//! How aggregates look to libffi: the x86-64 convention asks for the class of each eight bytes, so unions, bit fields and arrays are described by
//! elements that give the same classes.

use crate::codec::Code;
use crate::info::{Kind, StgInfo};
use libffi_sys::{FFI_TYPE_STRUCT, ffi_type};
use taipan_object::prelude::*;

/// Larger aggregates always go through memory, whatever they hold.
const REGISTERS_MAX: isize = 16;

/// A scalar inside an aggregate.
struct Scalar {
    offset: isize,
    size: isize,
    /// The letter of its code; `P` for addresses.
    ch: u8,
}

fn flatten(info: &StgInfo, offset: isize, out: &mut Vec<Scalar>, cx: &mut Cx) {
    match info.kind {
        Kind::Struct | Kind::Union => {
            let Some(fields) = info.fields.own() else { return };
            for f in fields.as_slice() {
                let Some(f) = f.downcast::<crate::field::CField>() else { continue };
                if let Some(part) = StgInfo::of_object(f.proto()) {
                    flatten(&part, offset + f.offset(), out, cx);
                }
            }
            // The fields of a base lie at the same offsets.
        }
        Kind::Array => {
            let Some(item) = info.proto.own().and_then(|p| StgInfo::of_object(&p)) else { return };
            for i in 0..info.length.get().min(REGISTERS_MAX) {
                flatten(&item, offset + i * item.size.get(), out, cx);
            }
        }
        _ => {
            let ch = info.code.get().map_or(b'P', |c| c.ch);
            out.push(Scalar { offset, size: info.size.get(), ch });
        }
    }
}

/// Set libffi's description of an aggregate whose fields, size and alignment are set.
pub fn describe(info: &StgInfo, cx: &mut Cx) {
    let (size, align) = (info.size.get(), info.align.get());
    let ty = ffi_type { size: size as usize, alignment: align.clamp(1, 1 << 15) as u16, type_: FFI_TYPE_STRUCT, elements: std::ptr::null_mut() };
    let mut scalars = Vec::new();
    if size <= 2 * REGISTERS_MAX {
        flatten(info, 0, &mut scalars, cx);
    }
    let mut elements: Vec<*mut ffi_type> = Vec::new();
    if size > REGISTERS_MAX || scalars.iter().any(|s| s.ch == b'g' || s.ch == b'G') {
        // In memory, or x87 registers: the scalars as they are.
        scalars.sort_by_key(|s| s.offset);
        elements.extend(scalars.iter().map(|s| Code::native(s.ch).ffi()));
    } else {
        for start in (0..size).step_by(8) {
            eightbyte(&scalars, start, (size - start).min(8), &mut elements);
        }
    }
    if elements.is_empty() && size > 0 {
        elements.push(Code::native(b'B').ffi());
    }
    elements.push(std::ptr::null_mut());
    info.set_ffi(ty, elements);
}

/// Elements that give the eight bytes at `start`, `len` of them used, their class: floating point only if nothing else overlaps.
fn eightbyte(scalars: &[Scalar], start: isize, len: isize, out: &mut Vec<*mut ffi_type>) {
    let inside: Vec<&Scalar> = scalars.iter().filter(|s| s.offset < start + 8 && s.offset + s.size > start).collect();
    let is_float = |s: &&Scalar| matches!(s.ch, b'f' | b'd' | b'F' | b'D');
    if !inside.is_empty() && inside.iter().all(is_float) {
        if len == 8 && inside.iter().any(|s| matches!(s.ch, b'd' | b'D')) {
            out.push(Code::native(b'd').ffi());
        } else {
            for _ in 0..len / 4 {
                out.push(Code::native(b'f').ffi());
            }
        }
        return;
    }
    let mut left = len;
    for (n, ch) in [(8, b'Q'), (4, b'I'), (2, b'H'), (1, b'B')] {
        while left >= n {
            out.push(Code::native(ch).ffi());
            left -= n;
        }
    }
}
