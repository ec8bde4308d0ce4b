//! Items and slices: exact lists, tuples and dicts with plain keys first.

use crate::regs::*;
use taipan_object::abstract_;
use taipan_object::frame::Slot;
use taipan_object::prelude::*;
use taipan_object::types::slice::new_slice;

/// The position that an int index means in a sequence of `n`, if it is there.
#[inline(always)]
fn position(i: i64, n: usize) -> Option<usize> {
    let i = if i < 0 { i + n as i64 } else { i };
    if (i as u64) < n as u64 { Some(i as usize) } else { None }
}

/// `o[i]` for exact lists and tuples.
#[inline(always)]
unsafe fn quick(o: Slot, i: Slot) -> Option<Slot> {
    if o.is_int() {
        return None;
    }
    let o = &*o.as_ptr();
    let i = i.to_i64()?;
    if let Some(l) = o.exact::<PyList>() {
        let cx = cx();
        return position(i, l.len()).map(|k| Slot::new_ref(*l.items(&cx).get_unchecked(k)));
    }
    if let Some(t) = o.exact::<PyTuple>() {
        return position(i, t.len()).map(|k| Slot::new_ref(*t.as_slice().get_unchecked(k)));
    }
    None
}

#[inline(never)]
unsafe fn load_slow(dst: *mut Slot, o: Opd, i: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let (obj, key) = (o.take(cx)?, i.take(cx)?);
    let v = match obj.exact::<PyDict>() {
        Some(d) => match d.get(&key, cx)? {
            Some(v) => v,
            None => return Err(cx.raise_arg(exc::KeyError(), &key)),
        },
        None => abstract_::get_item(&obj, &key, cx)?,
    };
    drop(obj);
    drop(key);
    store_own(dst, v);
    Ok(())
}

#[inline(always)]
pub unsafe fn load<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    if let Some(v) = quick(m.get(w.b()), m.get(w.c())) {
        m.src(w.b()).consume();
        m.src(w.c()).consume();
        m.set(w.a(), v);
        return Ok(());
    }
    m.save();
    load_slow(m.at(w.a()), m.src(w.b()), m.src(w.c()))
}

#[inline(always)]
pub unsafe fn load_k<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    if let Some(v) = quick(m.get(w.b()), *m.consts.add(w.cu())) {
        m.src(w.b()).consume();
        m.set(w.a(), v);
        return Ok(());
    }
    m.save();
    load_slow(m.at(w.a()), m.src(w.b()), m.konst(w.cu()))
}

#[inline(always)]
pub unsafe fn store_item<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    m.save();
    store_slow(m.src(w.a()), m.src(w.b()), m.src(w.c()))
}

#[inline(never)]
unsafe fn store_slow(o: Opd, i: Opd, v: Opd) -> PyResult<()> {
    let cx = &mut cx();
    if let (Some(obj), Some(k)) = (o.peek().is_object().then(|| &*o.peek().as_ptr()), i.peek().to_i64()) {
        if let Some(l) = obj.exact::<PyList>() {
            if let Some(k) = position(k, l.len()) {
                let val = v.take_slot().into_own(cx)?;
                let old = l.replace(k, val);
                o.consume();
                i.consume();
                drop(old);
                return Ok(());
            }
        }
    }
    let (obj, key) = (o.take(cx)?, i.take(cx)?);
    let val = v.take(cx)?;
    match obj.exact::<PyDict>() {
        Some(d) => d.set_own(&key, val.into_own(), cx),
        None => abstract_::set_item(&obj, &key, Some(&val), cx),
    }
}

#[inline(never)]
pub unsafe fn delete(o: Opd, i: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let (obj, key) = (o.take(cx)?, i.take(cx)?);
    abstract_::set_item(&obj, &key, None, cx)
}

unsafe fn take_slice(base: *mut Slot, cx: &mut Cx) -> PyResult {
    let a = std::mem::replace(&mut *base, Slot::EMPTY).into_own(cx)?;
    let b = std::mem::replace(&mut *base.add(1), Slot::EMPTY).into_own(cx)?;
    new_slice(&a, &b, taipan_object::types::none(), cx)
}

#[inline(never)]
pub unsafe fn load_slice(dst: *mut Slot, o: Opd, base: *mut Slot) -> PyResult<()> {
    let cx = &mut cx();
    let s = take_slice(base, cx)?;
    let obj = o.take(cx)?;
    let v = abstract_::get_item(&obj, &s, cx)?;
    drop(obj);
    store_own(dst, v);
    Ok(())
}

#[inline(never)]
pub unsafe fn store_slice(o: Opd, base: *mut Slot, v: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let s = take_slice(base, cx)?;
    let (obj, val) = (o.take(cx)?, v.take(cx)?);
    abstract_::set_item(&obj, &s, Some(&val), cx)
}
