//! Items and slices: exact lists, tuples and dicts with plain keys first.

use crate::frames::enter_separate;
use crate::regs::*;
use taipan_object::abstract_;
use taipan_object::frame::Slot;
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::typeobj::{BinaryFunc, lookup, slots};
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::function::PyFunction;
use taipan_object::types::slice::{PySlice, new_slice};
use taipan_object::types::str::intern::latin1_char;

/// The position that an int index means in a sequence of `n`, if it is there.
#[inline(always)]
fn position(i: i64, n: usize) -> Option<usize> {
    let i = if i < 0 { i + n as i64 } else { i };
    if (i as u64) < n as u64 { Some(i as usize) } else { None }
}

/// `o[i]` for exact lists, tuples and strings of one-byte characters; else empty. Written out: adapters of `Option` are not always inlined into the loop.
#[inline(always)]
unsafe fn quick(o: Slot, i: Slot) -> Slot {
    if o.is_int() {
        return Slot::EMPTY;
    }
    let o = &*o.as_ptr();
    let i = if i.is_int() {
        i.as_int()
    } else {
        // An int that came out of a container.
        match (*i.as_ptr()).exact::<PyInt>() {
            Some(i) => match i.compact() {
                Some(i) => i,
                None => return Slot::EMPTY,
            },
            None => return Slot::EMPTY,
        }
    };
    if let Some(l) = o.exact::<PyList>() {
        let cx = cx();
        return match position(i, l.len()) {
            Some(k) => Slot::loaded(*l.items(&cx).get_unchecked(k)),
            None => Slot::EMPTY,
        };
    }
    if let Some(t) = o.exact::<PyTuple>() {
        return match position(i, t.len()) {
            Some(k) => Slot::loaded(*t.as_slice().get_unchecked(k)),
            None => Slot::EMPTY,
        };
    }
    match o.exact::<PyStr>() {
        Some(s) if s.kind() == 1 => match position(i, s.len()) {
            Some(k) => Slot::object(latin1_char(s.code_point(k) as u8)),
            None => Slot::EMPTY,
        },
        _ => Slot::EMPTY,
    }
}

/// What [`known`] gives when an exception is set.
const RAISED: Slot = Slot(7);

/// Dicts with plain keys, and slices, when that needs no Python code: nothing is boxed for it; then types whose slot is a C function, with a key that is an object. Empty:
/// another way must do it.
#[inline(never)]
unsafe fn known(o: *mut Object, i: Slot) -> Slot {
    let (obj, cx) = (&*o, &cx());
    if let Some(d) = obj.exact::<PyDict>() {
        let v = if i.is_int() { d.get_i64(i.as_int(), cx).ok().flatten() } else { d.get_quietly(&*i.as_ptr(), cx).flatten() };
        return v.map_or(Slot::EMPTY, Slot::loaded);
    }
    if i.is_int() {
        let bytes = match obj.exact::<PyBytes>() {
            Some(b) => b.as_bytes(),
            None => match obj.exact::<PyByteArray>() {
                Some(b) => b.data(),
                None => return Slot::EMPTY,
            },
        };
        return position(i.as_int(), bytes.len()).map_or(Slot::EMPTY, |k| Slot::int(bytes[k].into()));
    }
    if let Some(slice) = (*i.as_ptr()).exact::<PySlice>() {
        let v = known_slice(obj, slice);
        if !v.is_empty() {
            return v;
        }
    }
    match native_subscript(Slot(o as usize)) {
        Some(f) => {
            let v = f(o, i.as_ptr());
            if v.is_null() { RAISED } else { crate::arith::unboxed(Own::from_raw(v)) }
        }
        None => Slot::EMPTY,
    }
}

/// A slice with plain bounds of an exact list, tuple or string; else empty.
unsafe fn known_slice(obj: &Object, slice: &PySlice) -> Slot {
    let cx = &mut cx();
    let made = if let Some(l) = obj.exact::<PyList>() {
        slice.plain_range(l.len()).map(|(lo, hi)| l.slice(lo, hi, cx).map(Own::into_object))
    } else if let Some(s) = obj.exact::<PyStr>() {
        slice.plain_range(s.len()).map(|(lo, hi)| s.slice(lo, hi, cx).map(Own::into_object))
    } else if let Some(t) = obj.exact::<PyTuple>() {
        slice.plain_range(t.len()).map(|(lo, hi)| t.slice(lo, hi, cx).map(Own::into_object))
    } else {
        None
    };
    match made {
        Some(Ok(v)) => Slot::object(v),
        // No memory: the general way raises it again.
        Some(Err(r)) => {
            cx.discard(r);
            Slot::EMPTY
        }
        None => Slot::EMPTY,
    }
}

/// The Python `__getitem__` of an object, if it takes exactly self and the key.
unsafe fn getitem_function<'a>(o: &'a Object, cx: &'a Cx) -> Option<&'a PyFunction> {
    let ty = o.ty();
    let f = ty.mapping()?.mp_subscript.get()?;
    if f as usize != slots::dispatch::slot_mp_subscript as *const () as usize {
        return None;
    }
    lookup(ty, name!(cx, "__getitem__"), cx)?.exact::<PyFunction>().filter(|f| f.code().simple_args() == 2)
}

/// The `mp_subscript` of a type whose slot is not a Python function's. Dicts have their own way.
#[inline(always)]
unsafe fn native_subscript(o: Slot) -> Option<BinaryFunc> {
    if o.is_int() || (*o.as_ptr()).is_exact::<PyDict>() {
        return None;
    }
    let f = (*o.as_ptr()).ty().mapping()?.mp_subscript.get()?;
    (f as usize != slots::dispatch::slot_mp_subscript as *const () as usize).then_some(f)
}

/// True: the frame of a Python `__getitem__` was pushed, its result goes to register `to`.
#[cold]
#[inline(never)]
unsafe fn load_slow(ts: &'static ThreadState, dst: *mut Slot, o: Opd, i: Opd, to: isize) -> PyResult<bool> {
    let cx = &mut cx();
    let native = native_subscript(o.peek());
    if native.is_none() && !o.peek().is_int() && ts.eval_breaker.load(std::sync::atomic::Ordering::Relaxed) == 0 {
        let obj = &*o.peek().as_ptr();
        if let Some(f) = getitem_function(obj, cx).map(|f| f.new_ref()) {
            let args = [o.take_slot(), i.take_slot()];
            enter_separate(ts, &f, args, to)?;
            return Ok(true);
        }
    }
    if let Some(f) = native {
        let obj = o.peek().as_ptr();
        let key = Slot::boxed(i.at, cx)?.as_ptr();
        let v = taipan_object::err::result_from_raw(f(obj, key))?;
        o.consume();
        i.consume();
        store(dst, crate::arith::unboxed(v));
        return Ok(false);
    }
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
    Ok(false)
}

#[inline(always)]
pub unsafe fn load<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let v = quick(m.get(w.b()), m.get(w.c()));
    if !v.is_empty() {
        m.consume(w.b());
        m.consume(w.c());
        m.put(w, v);
        return Ok(());
    }
    m.save();
    if m.get(w.b()).is_object() {
        let v = known(m.get(w.b()).as_ptr(), m.get(w.c()));
        if !v.is_empty() {
            if v == RAISED {
                return Err(Raised::assume());
            }
            m.src(w.b()).consume();
            m.src(w.c()).consume();
            m.put(w, v);
            return Ok(());
        }
    }
    if load_slow(m.ts, m.at(w.a()), m.src(w.b()), m.src(w.c()), w.a())? {
        m.reload();
    }
    Ok(())
}

#[inline(always)]
pub unsafe fn load_k<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let v = quick(m.get(w.b()), m.const_slot(w.cu()));
    if !v.is_empty() {
        m.consume(w.b());
        m.put(w, v);
        return Ok(());
    }
    m.save();
    if m.get(w.b()).is_object() {
        let v = known(m.get(w.b()).as_ptr(), m.const_slot(w.cu()));
        if !v.is_empty() {
            if v == RAISED {
                return Err(Raised::assume());
            }
            m.src(w.b()).consume();
            m.put(w, v);
            return Ok(());
        }
    }
    if load_slow(m.ts, m.at(w.a()), m.src(w.b()), m.konst(w.cu()), w.a())? {
        m.reload();
    }
    Ok(())
}

/// The object of a tagged int, owned; null without memory (the slow way will raise).
#[inline(always)]
unsafe fn boxed_int(v: Slot) -> *mut Object {
    #[inline(never)]
    unsafe fn make(v: i64) -> *mut Object {
        let cx = &mut cx();
        match PyInt::new(v, cx) {
            Ok(o) => o.into_raw(),
            Err(r) => {
                cx.discard(r);
                std::ptr::null_mut()
            }
        }
    }
    match PyInt::small(v.as_int()) {
        Some(s) => s.as_object().as_ptr(),
        None => make(v.as_int()),
    }
}

#[inline(always)]
pub unsafe fn store_item<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let (o, i, v) = (m.get(w.a()), m.get(w.b()), m.get(w.c()));
    if o.is_object() && i.is_int() {
        if let Some(l) = (*o.as_ptr()).exact::<PyList>() {
            if let Some(k) = position(i.as_int(), l.len()) {
                let v = if v.is_object() { m.src(w.c()).take_slot().as_ptr() } else { boxed_int(v) };
                if !v.is_null() {
                    let old = l.replace(k, Own::from_raw(v));
                    m.consume(w.a());
                    m.release(Slot::object(old));
                    return Ok(());
                }
            }
        }
    }
    m.save();
    store_slow(m.src(w.a()), m.src(w.b()), m.src(w.c()))
}

#[cold]
#[inline(never)]
unsafe fn store_slow(o: Opd, i: Opd, v: Opd) -> PyResult<()> {
    let cx = &mut cx();
    if !o.peek().is_object() {
        return store_any(o, i, v, cx);
    }
    let obj = &*o.peek().as_ptr();
    if let Some(l) = obj.exact::<PyList>() {
        if let Some(k) = i.peek().to_i64().and_then(|k| position(k, l.len())) {
            let val = v.take_slot().into_own(cx)?;
            let old = l.replace(k, val);
            o.consume();
            i.consume();
            drop(old);
            return Ok(());
        }
    } else if let Some(d) = obj.exact::<PyDict>() {
        let val = v.take_slot().into_own(cx)?;
        let key = i.peek();
        if key.is_int() {
            // An int key that is there already need not be boxed.
            match d.replace_i64(key.as_int(), val) {
                Ok(old) => {
                    o.consume();
                    i.consume();
                    drop(old);
                    return Ok(());
                }
                Err(val) => {
                    let (d, key) = (o.take(cx)?, i.take(cx)?);
                    return d.cast_unchecked::<PyDict>().set_own(&key, val, cx);
                }
            }
        }
        let r = d.set_own(&*key.as_ptr(), val, cx);
        o.consume();
        i.consume();
        return r;
    }
    if let Some(f) = obj.ty().mapping().and_then(|t| t.mp_ass_subscript.get()).filter(|_| !obj.is_exact::<PyDict>()) {
        let (key, val) = (Slot::boxed(i.at, cx)?.as_ptr(), Slot::boxed(v.at, cx)?.as_ptr());
        let r = f(o.peek().as_ptr(), key, val);
        v.consume();
        i.consume();
        o.consume();
        return if r == 0 { Ok(()) } else { Err(Raised::assume()) };
    }
    store_any(o, i, v, cx)
}

#[cold]
unsafe fn store_any(o: Opd, i: Opd, v: Opd, cx: &mut Cx) -> PyResult<()> {
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

/// `[a:b]` of a sequence of `n` items, when the bounds are ints or None: first and last position, clamped.
#[inline(always)]
fn plain_bounds(a: Slot, b: Slot, n: usize) -> Option<(usize, usize)> {
    let none = taipan_object::types::none().as_ptr();
    let clamp = |i: i64| if i < 0 { (i + n as i64).max(0) as usize } else { (i as u64).min(n as u64) as usize };
    let of = |s: Slot, default: usize| {
        if s.is_int() {
            Some(clamp(s.as_int()))
        } else {
            (s.as_ptr() == none).then_some(default)
        }
    };
    let (lo, hi) = (of(a, 0)?, of(b, n)?);
    Some((lo, hi.max(lo)))
}

/// Slices of exact lists, tuples and strings without a slice object.
unsafe fn slice_of(o: Slot, a: Slot, b: Slot, cx: &mut Cx) -> Option<PyResult> {
    if o.is_int() {
        return None;
    }
    let obj = &*o.as_ptr();
    if let Some(l) = obj.exact::<PyList>() {
        let (lo, hi) = plain_bounds(a, b, l.len())?;
        return Some(l.slice(lo, hi, cx).map(Own::into_object));
    }
    if let Some(s) = obj.exact::<PyStr>() {
        let (lo, hi) = plain_bounds(a, b, s.len())?;
        return Some(s.slice(lo, hi, cx).map(Own::into_object));
    }
    let t = obj.exact::<PyTuple>()?;
    let (lo, hi) = plain_bounds(a, b, t.len())?;
    Some(t.slice(lo, hi, cx).map(Own::into_object))
}

#[inline(never)]
pub unsafe fn load_slice(dst: *mut Slot, o: Opd, base: *mut Slot) -> PyResult<()> {
    let cx = &mut cx();
    if let Some(v) = slice_of(o.peek(), *base, *base.add(1), cx) {
        // Ints and None own nothing.
        *base = Slot::EMPTY;
        *base.add(1) = Slot::EMPTY;
        o.consume();
        store_own(dst, v?);
        return Ok(());
    }
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
    if o.peek().is_object() && v.peek().is_object() {
        if let Some(l) = (*o.peek().as_ptr()).exact::<PyList>() {
            if let Some((lo, hi)) = plain_bounds(*base, *base.add(1), l.len()) {
                if let Some(r) = l.assign_range(lo, hi, &*v.peek().as_ptr(), cx) {
                    // Ints and None own nothing.
                    *base = Slot::EMPTY;
                    *base.add(1) = Slot::EMPTY;
                    o.consume();
                    v.consume();
                    return r;
                }
            }
        }
    }
    let s = take_slice(base, cx)?;
    let (obj, val) = (o.take(cx)?, v.take(cx)?);
    abstract_::set_item(&obj, &s, Some(&val), cx)
}
