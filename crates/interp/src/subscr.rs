//! Items and slices: exact lists, tuples and dicts with plain keys first.

use crate::frames::{Behind, enter_separate};
use crate::regs::*;
use std::cell::Cell;
use taipan_object::abstract_;
use taipan_object::frame::Slot;
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::typeobj::{BinaryFunc, PyHeapType, flags, lookup, slots};
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::float::PyFloat;
use taipan_object::types::function::PyFunction;
use taipan_object::types::object_::{Plain, plain_rows};
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
/// What [`known`] gives when the frame of a Python `__getitem__` was pushed. (Ints have another tag.)
const ENTERED: Slot = Slot(11);

/// The item at an int index of rows of machine values, of strings of wider characters and of bytes; else empty.
#[inline(always)]
unsafe fn by_position(obj: &Object, i: i64) -> Slot {
    let cx = &mut cx();
    if let Some(rows) = plain_rows(obj.ty()) {
        return match (rows.load)(obj, i, cx) {
            Some(Plain::Int(v)) => Slot::try_int(v).unwrap_or(Slot::EMPTY),
            Some(Plain::Float(v)) => made(PyFloat::new(v, cx).map(Own::into_object), cx),
            None => Slot::EMPTY,
        };
    }
    if let Some(s) = obj.exact::<PyStr>() {
        return match position(i, s.len()) {
            Some(k) => made(s.char_at(k, cx).map(Own::into_object), cx),
            None => Slot::EMPTY,
        };
    }
    let bytes = match (obj.exact::<PyBytes>(), obj.exact::<PyByteArray>()) {
        (Some(b), _) => b.as_bytes(),
        (_, Some(b)) => b.data(),
        _ => return Slot::EMPTY,
    };
    match position(i, bytes.len()) {
        Some(k) => Slot::int(i64::from(*bytes.get_unchecked(k))),
        None => Slot::EMPTY,
    }
}

/// A result; empty without memory: the general way raises it again.
#[inline(always)]
fn made(v: PyResult, cx: &mut Cx) -> Slot {
    match v {
        Ok(v) => Slot::object(v),
        Err(r) => {
            cx.discard(r);
            Slot::EMPTY
        }
    }
}

/// Dicts with plain keys, positions and slices, when that needs no Python code: nothing is boxed for it; then a Python `__getitem__`, whose frame is pushed with its result for
/// register `to`; then types whose slot is a C function, with a key that is an object. Empty: another way must do it.
#[inline(never)]
unsafe fn known(ts: &'static ThreadState, object: Opd, key: Opd, to: isize) -> Slot {
    let (o, i) = (object.peek().as_ptr(), key.peek());
    let (obj, cx) = (&*o, &cx());
    if let Some(d) = obj.exact::<PyDict>() {
        let v = if i.is_int() { d.get_i64(i.as_int(), cx).ok() } else { d.get_quietly(&*i.as_ptr(), cx) };
        return match v {
            Some(Some(v)) => Slot::loaded(v),
            Some(None) => missing(object, key),
            None => Slot::EMPTY,
        };
    }
    if let Some(f) = obj.ty().mapping().and_then(|t| t.mp_subscript.get()) {
        if f as usize == slots::dispatch::slot_mp_subscript as *const () as usize {
            return enter_getitem(ts, object, key, to);
        }
    }
    if let Some(k) = i.to_i64() {
        let v = by_position(obj, k);
        if !v.is_empty() || i.is_int() {
            return v;
        }
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

/// A dict surely has no such key.
#[inline(never)]
unsafe fn missing(o: Opd, key: Opd) -> Slot {
    let cx = &mut cx();
    // Whoever holds the dict does not matter any more, but the key is the exception's.
    if let Ok(k) = key.take(cx) {
        drop(cx.raise_arg(exc::KeyError(), &k));
    }
    o.consume();
    RAISED
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
    } else if let Some(b) = obj.exact::<PyBytes>() {
        slice.plain_range(b.len()).map(|(lo, hi)| b.slice(lo, hi, cx).map(Own::into_object))
    } else {
        None
    };
    match made {
        Some(v) => self::made(v, cx),
        None => Slot::EMPTY,
    }
}

/// The Python `__getitem__` of an object's class, if that takes the usual arguments; else null.
#[inline(always)]
unsafe fn getitem_of(o: *mut Object) -> *const PyFunction {
    let ty = (*o).ty();
    if !ty.has(flags::HEAPTYPE) {
        return std::ptr::null();
    }
    let known = *ty.cast_unchecked::<PyHeapType>().spec_cache.get();
    let version = ty.tp_version_tag.get();
    // The class, or one of its bases, holds the function as long as the version stands.
    let f = if version != 0 && known[1] as usize == version as usize { known[0] as *const PyFunction } else { find_getitem(ty) };
    if !f.is_null() && (*f).code().simple_args() == 2 { f } else { std::ptr::null() }
}

/// As [`getitem_of`], by the class's dict; what is found is kept.
#[cold]
#[inline(never)]
unsafe fn find_getitem(ty: &PyType) -> *const PyFunction {
    let cx = cx();
    let Some(f) = lookup(ty, name!(&cx, "__getitem__"), &cx).and_then(|f| f.exact::<PyFunction>()) else { return std::ptr::null() };
    let version = ty.tp_version_tag.get();
    if version != 0 {
        let known = &mut *ty.cast_unchecked::<PyHeapType>().spec_cache.get();
        (known[0], known[1]) = (f as *const PyFunction as *mut _, version as usize as *mut _);
    }
    f
}

/// A key as a Python function gets it. A small int that is a constant is immortal.
#[inline(always)]
unsafe fn key_for_python(i: Opd) -> Slot {
    let i = i.take_slot();
    if i.is_object() { PyInt::small_value(i.as_ptr()).map_or(i, Slot::int) } else { i }
}

/// Push the frame of a Python `__getitem__`, unless somebody wants attention or it takes other arguments: then empty.
unsafe fn enter_getitem(ts: &'static ThreadState, o: Opd, i: Opd, to: isize) -> Slot {
    if ts.eval_breaker.load(std::sync::atomic::Ordering::Relaxed) != 0 {
        return Slot::EMPTY;
    }
    let f = getitem_of(o.peek().as_ptr());
    if f.is_null() {
        return Slot::EMPTY;
    }
    let (o, i) = (o.take_slot(), key_for_python(i));
    if enter_separate(ts, &*f, [o, i], to).is_ok() { ENTERED } else { RAISED }
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

#[cold]
#[inline(never)]
unsafe fn load_slow(dst: *mut Slot, o: Opd, i: Opd) -> PyResult<()> {
    let cx = &mut cx();
    if let Some(f) = native_subscript(o.peek()) {
        let obj = o.peek().as_ptr();
        let key = Slot::boxed(i.at, cx)?.as_ptr();
        let v = taipan_object::err::result_from_raw(f(obj, key))?;
        o.consume();
        i.consume();
        store(dst, crate::arith::unboxed(v));
        return Ok(());
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
    Ok(())
}

/// Where the value of an exact dict under a key lies, if that is plain to see; else null.
#[inline(never)]
unsafe fn dict_place(d: *mut Object, key: Slot) -> *const Cell<*mut Object> {
    (*(d as *const PyDict)).plain_place(key)
}

#[inline(always)]
unsafe fn is_dict(o: Slot) -> bool {
    o.is_object() && (*o.as_ptr()).is_exact::<PyDict>()
}

/// `o[i]` where [`quick`] does not know it.
#[inline(always)]
unsafe fn load_rest<W: Word>(m: &mut Regs, w: W, i: Opd) -> PyResult<()> {
    let o = m.src(w.b());
    if is_dict(o.peek()) {
        let place = dict_place(o.peek().as_ptr(), i.peek());
        if !place.is_null() {
            let v = Slot::loaded(&*(*place).get());
            m.consume(w.b());
            if i.owned {
                m.consume(w.c());
            }
            m.put(w, v);
            return Ok(());
        }
    }
    if o.peek().is_object() && (*o.peek().as_ptr()).ty().has(flags::HEAPTYPE) && !m.breaker() {
        let f = getitem_of(o.peek().as_ptr());
        let call = if f.is_null() { None } else { Behind::of(m, &*f) };
        if let Some(call) = call {
            *call.args = o.take_slot();
            *call.args.add(1) = key_for_python(i);
            call.enter(m, &*f, 2, w.a());
            return Ok(());
        }
    }
    m.save();
    if o.peek().is_object() {
        let v = known(m.ts, o, i, w.a());
        if !v.is_empty() {
            if v == RAISED {
                return Err(Raised::assume());
            }
            if v == ENTERED {
                m.reload();
                return Ok(());
            }
            o.consume();
            i.consume();
            m.put(w, v);
            return Ok(());
        }
    }
    load_slow(m.at(w.a()), o, i)
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
    load_rest(m, w, m.src(w.c()))
}

#[inline(always)]
pub unsafe fn load_k<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let v = quick(m.get(w.b()), m.const_slot(w.cu()));
    if !v.is_empty() {
        m.consume(w.b());
        m.put(w, v);
        return Ok(());
    }
    load_rest(m, w, m.konst(w.cu()))
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
                // An int that only the list holds takes the new value.
                if v.is_int() {
                    let cx = cx();
                    let old = *l.items(&cx).get_unchecked(k);
                    if old.is_unique() && old.is_exact::<PyInt>() && old.cast_unchecked::<PyInt>().set_short_unshared(v.as_int()) {
                        m.consume(w.a());
                        return Ok(());
                    }
                }
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
    if is_dict(o) && !(*(o.as_ptr() as *const PyDict)).is_watched() {
        let place = dict_place(o.as_ptr(), i);
        let v = at_hand(v);
        if !place.is_null() && !v.is_null() {
            if w.c() >= 0 {
                *m.at(w.c()) = Slot::EMPTY;
            } else {
                (*v).incref();
            }
            let old = (*place).replace(v);
            m.consume(w.a());
            m.consume(w.b());
            m.release(Slot(old as usize));
            return Ok(());
        }
    }
    m.save();
    store_slow(m.src(w.a()), m.src(w.b()), m.src(w.c()))
}

/// The object of a word, borrowed; null for ints that have none at hand.
#[inline(always)]
pub unsafe fn at_hand(v: Slot) -> *mut Object {
    if v.is_object() {
        return v.as_ptr();
    }
    PyInt::small(v.as_int()).map_or(std::ptr::null_mut(), |i| i.as_object().as_ptr())
}

#[cold]
#[inline(never)]
unsafe fn store_slow(o: Opd, i: Opd, v: Opd) -> PyResult<()> {
    let cx = &mut cx();
    if !o.peek().is_object() {
        return store_any(o, i, v, cx);
    }
    let obj = &*o.peek().as_ptr();
    if i.peek().is_int() && v.peek().is_int() {
        if let Some(b) = obj.exact::<PyByteArray>() {
            let bytes = b.data_mut(cx);
            if let (Some(k), Ok(byte)) = (position(i.peek().as_int(), bytes.len()), u8::try_from(v.peek().as_int())) {
                bytes[k] = byte;
                o.consume();
                return Ok(());
            }
        }
    }
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
    if let Some(rows) = plain_rows(obj.ty()) {
        let item = v.peek();
        let item = match item.to_i64() {
            Some(n) => Some(Plain::Int(n)),
            None => (*item.as_ptr()).exact::<PyFloat>().map(|f| Plain::Float(f.value())),
        };
        if let (Some(k), Some(item)) = (i.peek().to_i64(), item) {
            if (rows.store)(obj, k, item, cx) {
                v.consume();
                i.consume();
                o.consume();
                return Ok(());
            }
        }
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

/// Slices of exact lists, tuples, strings and bytes without a slice object.
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
    if let Some(t) = obj.exact::<PyTuple>() {
        let (lo, hi) = plain_bounds(a, b, t.len())?;
        return Some(t.slice(lo, hi, cx).map(Own::into_object));
    }
    let t = obj.exact::<PyBytes>()?;
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
