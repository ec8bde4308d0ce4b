//! f-strings.

use crate::regs::*;
use taipan_object::abstract_;
use taipan_object::frame::Slot;
use taipan_object::prelude::*;
use taipan_object::types::int::text::decimal_i64;

fn convert(v: &Object, kind: usize, cx: &mut Cx) -> PyResult {
    Ok(match kind {
        1 => abstract_::str(v, cx)?.into_object(),
        2 => abstract_::repr(v, cx)?.into_object(),
        3 => abstract_::ascii(v, cx)?.into_object(),
        _ => v.own(),
    })
}

#[inline(never)]
pub unsafe fn convert_value(dst: *mut Slot, src: Opd, kind: usize) -> PyResult<()> {
    let cx = &mut cx();
    let v = src.take(cx)?;
    let s = convert(&v, kind, cx)?;
    drop(v);
    store_own(dst, s);
    Ok(())
}

#[inline(never)]
pub unsafe fn simple(dst: *mut Slot, src: Opd, kind: usize) -> PyResult<()> {
    let cx = &mut cx();
    if let (true, Some(v)) = (kind < 3, src.peek().to_short()) {
        // `str` and `repr` of an int.
        let s = decimal_i64(v, cx)?;
        src.consume();
        store_own(dst, s);
        return Ok(());
    }
    let v = src.take(cx)?;
    let v = if kind == 0 { v.into_own() } else { convert(&v, kind, cx)? };
    let s = if v.is_exact::<PyStr>() {
        v
    } else if v.is_exact::<PyInt>() {
        abstract_::str(&v, cx)?.into_object()
    } else {
        let empty = taipan_object::types::str::intern::empty();
        abstract_::format(&v, &empty, cx)?.into_object()
    };
    store_own(dst, s);
    Ok(())
}

#[inline(never)]
pub unsafe fn with_spec(dst: *mut Slot, src: Opd, spec: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let (v, spec) = (src.take(cx)?, spec.take(cx)?);
    let Some(text) = spec.downcast::<PyStr>() else {
        return Err(cx.type_error(format_args!("Format specifier must be a string, not {}", spec.ty().tp_name_str())));
    };
    let s = abstract_::format(&v, text, cx)?;
    store_own(dst, s);
    Ok(())
}
