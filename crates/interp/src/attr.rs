//! Attributes: the general forms; the cached ones are in `spec`.

use crate::regs::*;
use taipan_object::attr;
use taipan_object::frame::Slot;
use taipan_object::prelude::*;

#[inline(never)]
pub unsafe fn load_slow(dst: *mut Slot, o: Opd, name: &PyStr) -> PyResult<()> {
    let cx = &mut cx();
    let obj = o.take(cx)?;
    let v = attr::get(&obj, name, cx)?;
    drop(obj);
    store_own(dst, v);
    Ok(())
}

#[inline(never)]
pub unsafe fn store_slow(o: Opd, v: Opd, name: &PyStr) -> PyResult<()> {
    let cx = &mut cx();
    let (obj, val) = (o.take(cx)?, v.take(cx)?);
    attr::set(&obj, name, Some(&val), cx)
}

#[inline(never)]
pub unsafe fn delete(o: Opd, name: &PyStr) -> PyResult<()> {
    let cx = &mut cx();
    let obj = o.take(cx)?;
    attr::set(&obj, name, None, cx)
}
