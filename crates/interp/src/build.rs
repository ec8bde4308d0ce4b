//! Building containers and adding to them.

use crate::call::bind::box_all;
use crate::regs::*;
use crate::subscr::at_hand;
use taipan_object::abstract_;
use taipan_object::frame::Slot;
use taipan_object::prelude::*;
use taipan_object::types::dict::Clash;
use taipan_object::types::list::PyListIter;
use taipan_object::types::none;
use taipan_object::types::set::PySet;
use taipan_object::types::slice::new_slice;

/// The run of `n` temps, boxed.
unsafe fn run<'a>(base: *mut Slot, n: usize, cx: &mut Cx) -> PyResult<&'a mut [Slot]> {
    let s = std::slice::from_raw_parts_mut(base, n);
    box_all(s, cx)?;
    Ok(s)
}

#[inline(always)]
unsafe fn take(s: &mut Slot) -> Own<Object> {
    Own::from_raw(std::mem::replace(s, Slot::EMPTY).as_ptr())
}

#[inline(never)]
pub unsafe fn set(dst: *mut Slot, base: *mut Slot, n: usize) -> PyResult<()> {
    let cx = &mut cx();
    let out = PySet::new(cx)?;
    for i in 0..n {
        let v = std::mem::replace(&mut *base.add(i), Slot::EMPTY).into_own(cx)?;
        out.add_own(v, cx)?;
    }
    store_own(dst, out);
    Ok(())
}

/// Whether the keys of `n` pairs are exact strings.
#[inline(always)]
unsafe fn only_strings(base: *const Slot, n: usize) -> bool {
    for i in 0..n {
        let k = *base.add(2 * i);
        if !k.is_object() || !(*k.as_ptr()).is_exact::<PyStr>() {
            return false;
        }
    }
    true
}

#[inline(never)]
pub unsafe fn map(dst: *mut Slot, base: *mut Slot, n: usize) -> PyResult<()> {
    let cx = &mut cx();
    if n == 0 {
        store_own(dst, PyDict::new(cx)?);
        return Ok(());
    }
    if only_strings(base, n) {
        let d = PyDict::with_capacity(n, true, cx)?;
        for i in 0..n {
            let (k, v) = (base.add(2 * i), base.add(2 * i + 1));
            // The dict comes before its items: without memory they stay where they are.
            let v = std::mem::replace(&mut *v, Slot::EMPTY).into_own(cx)?;
            d.put_fresh(take(&mut *k), v);
        }
        store_own(dst, d);
        return Ok(());
    }
    let items = run(base, 2 * n, cx)?;
    let d = PyDict::with_capacity(n, false, cx)?;
    for p in items.chunks_mut(2) {
        let (k, v) = (take(&mut p[0]), take(&mut p[1]));
        d.set_own(&k, v, cx)?;
    }
    store_own(dst, d);
    Ok(())
}

#[inline(never)]
pub unsafe fn string(dst: *mut Slot, base: *mut Slot, n: usize) -> PyResult<()> {
    let cx = &mut cx();
    // Strings, all of them: what `format` instructions made, and constants.
    let items = std::slice::from_raw_parts_mut(base, n);
    let parts: &[&PyStr] = std::slice::from_raw_parts(items.as_ptr() as *const &PyStr, n);
    let s = PyStr::concat_all(parts, cx)?;
    for i in items {
        drop(take(i));
    }
    store_own(dst, s);
    Ok(())
}

#[inline(never)]
pub unsafe fn slice(dst: *mut Slot, base: *mut Slot, n: usize) -> PyResult<()> {
    let cx = &mut cx();
    let items = run(base, n, cx)?;
    let at = |i: usize| &*items[i].as_ptr();
    let v = new_slice(at(0), at(1), if n > 2 { at(2) } else { none() }, cx)?;
    for i in items {
        drop(take(i));
    }
    store_own(dst, v);
    Ok(())
}

#[inline(never)]
pub unsafe fn interpolation(dst: *mut Slot, base: *mut Slot, flags: usize) -> PyResult<()> {
    let cx = &mut cx();
    let n = 2 + (flags & 1);
    let items = run(base, n, cx)?;
    let conv: Own<Object> = match flags >> 1 {
        1 => PyStr::new_interned("s", cx)?.into_object(),
        2 => PyStr::new_interned("r", cx)?.into_object(),
        3 => PyStr::new_interned("a", cx)?.into_object(),
        _ => none().own(),
    };
    let value = take(&mut items[0]);
    let text = take(&mut items[1]);
    let spec = if n > 2 { take(&mut items[2]) } else { PyStr::new("", cx)?.into_object() };
    let v = (taipan_object::types::object_::template_hooks().interpolation)(&value, &text, &conv, &spec, cx)?;
    store_own(dst, v);
    Ok(())
}

#[inline(never)]
pub unsafe fn template(dst: *mut Slot, base: *mut Slot) -> PyResult<()> {
    let cx = &mut cx();
    let items = run(base, 2, cx)?;
    let (strings, inner) = (take(&mut items[0]), take(&mut items[1]));
    let (Some(s), Some(i)) = (strings.downcast::<PyTuple>(), inner.downcast::<PyTuple>()) else {
        return Err(cx.system_error(format_args!("bad template parts")));
    };
    let v = (taipan_object::types::object_::template_hooks().template)(s, i, cx)?;
    store_own(dst, v);
    Ok(())
}

#[inline(always)]
unsafe fn container<T: PyTyped>(o: Opd) -> &'static T {
    (*o.peek().as_ptr()).cast_unchecked::<T>()
}

#[inline(always)]
pub unsafe fn list_append<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cx = &mut cx();
    let v = m.src(w.b()).take_slot();
    let v = match if v.is_int() { PyInt::small(v.as_int()) } else { None } {
        Some(i) => i.new_ref().into_object(),
        None => v.into_own(cx)?,
    };
    container::<PyList>(m.keep(w.a())).push(v, cx)
}

/// `list_append` of a variable to which the `for_iter` behind it gives the next item: both at once when that comes from a list, and the variable's reference is the list's. Else the append.
#[inline(always)]
pub unsafe fn append_next(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let next = Narrow(*m.pc as u64);
    let (v, it) = (at_hand(m.get(w.b())), m.get(next.b()));
    let walks_list = it.is_object() && (*it.as_ptr()).is_exact::<PyListIter>();
    if !walks_list || v.is_null() || !container::<PyList>(m.keep(w.a())).push_at_hand(v) {
        return list_append(m, w);
    }
    match (*(it.as_ptr() as *const PyListIter)).advance_quietly(&cx()) {
        Some(item) => {
            *m.at(w.b()) = Slot::loaded(item);
            m.pc = m.pc.add(1);
            m.jump(next.c())
        }
        None => {
            (*v).incref();
            Ok(())
        }
    }
}

#[inline(never)]
pub unsafe fn set_add(set: Opd, v: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let v = v.take(cx)?;
    // A program may have rebound `__conditional_annotations__`.
    let s = set.peek();
    match if s.is_object() { (*s.as_ptr()).downcast::<PySet>() } else { None } {
        Some(s) => s.add(&v, cx).map(drop),
        None => Err(cx.type_error(format_args!("__conditional_annotations__ is not a set"))),
    }
}

/// The operand's object `p` was put somewhere.
#[inline(always)]
unsafe fn given(o: Opd, p: *mut Object) {
    if o.owned {
        *o.at = Slot::EMPTY;
    } else {
        (*p).incref();
    }
}

#[inline(always)]
pub unsafe fn map_add<W: Word>(m: &mut Regs, w: W, word: u64) -> PyResult<()> {
    if W::WIDE { map_add_slow(m.keep(w.a()), m.src(w.b()), m.src(w.c())) } else { map_add_int(m.fp, word) }
}

/// `map_add` of a short int as a key, as a rule without a register that must be saved.
#[inline(never)]
unsafe fn map_add_int(fp: *mut Slot, word: u64) -> PyResult<()> {
    let w = Narrow(word);
    let (k, v) = (*fp.offset(w.b()), *fp.offset(w.c()));
    let (key, value) = (at_hand(k), at_hand(v));
    // A tagged int's object is not looked at.
    let n = if k.is_int() { Some(k.as_int()) } else { (*key).exact::<PyInt>().and_then(PyInt::compact) };
    let (Some(n), false, false) = (n, key.is_null(), value.is_null()) else { return map_add_any(fp, word) };
    let hash = if n == -1 { -2 } else { n as isize };
    if !container::<PyDict>(Opd { at: fp.offset(w.a()), owned: false }).insert_plain(hash, key, value) {
        return map_add_further(fp, word, hash, key, value);
    }
    map_given(fp, w.b(), k);
    map_given(fp, w.c(), v);
    Ok(())
}

/// The operand was put into a dict. What is at hand for a tagged int never dies, and the int may stay in a temp.
#[inline(always)]
unsafe fn map_given(fp: *mut Slot, r: isize, s: Slot) {
    if s.is_object() {
        given(Opd { at: fp.offset(r), owned: r >= 0 }, s.as_ptr());
    }
}

#[inline(never)]
unsafe fn map_add_further(fp: *mut Slot, word: u64, hash: isize, key: *mut Object, value: *mut Object) -> PyResult<()> {
    let w = Narrow(word);
    if !container::<PyDict>(Opd { at: fp.offset(w.a()), owned: false }).insert_further(hash, key, value) {
        return map_add_any(fp, word);
    }
    map_given(fp, w.b(), *fp.offset(w.b()));
    map_given(fp, w.c(), *fp.offset(w.c()));
    Ok(())
}

#[inline(never)]
unsafe fn map_add_any(fp: *mut Slot, word: u64) -> PyResult<()> {
    let w = Narrow(word);
    let at = |r: isize| Opd { at: fp.offset(r), owned: r >= 0 };
    map_add_slow(at(w.a()), at(w.b()), at(w.c()))
}

#[inline(never)]
unsafe fn map_add_slow(map: Opd, k: Opd, v: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let (k, v) = (k.take(cx)?, v.take(cx)?);
    container::<PyDict>(map).set_own(&k, v.into_own(), cx)
}

/// Append every item of an iterable.
fn extend(l: &PyList, v: &Object, cx: &mut Cx) -> PyResult<()> {
    if let Some(t) = v.exact::<PyTuple>() {
        return l.extend_refs(t.as_slice(), cx);
    }
    if let Some(other) = v.exact::<PyList>() {
        let n = other.len();
        l.reserve(l.len() + n, cx)?;
        for i in 0..n {
            let Some(x) = other.get_own(i) else { break };
            l.push(x, cx)?;
        }
        return Ok(());
    }
    let it = abstract_::iter::get_iter(v, cx)?;
    abstract_::iter::walk_iterator(&it, &mut abstract_::iter::Each(|x, cx: &mut Cx| l.push(x, cx).map(|()| true)), cx)
}

#[inline(never)]
pub unsafe fn list_extend(list: Opd, it: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let v = it.take(cx)?;
    match extend(container::<PyList>(list), &v, cx) {
        Ok(()) => Ok(()),
        Err(r) if cx.raised_is(exc::TypeError()) && v.ty().tp_iter.get().is_none() && !abstract_::iter::is_sequence(&v) => {
            cx.discard(r);
            Err(cx.type_error(format_args!("Value after * must be an iterable, not {}", v.ty().tp_name_str())))
        }
        Err(r) => Err(r),
    }
}

#[inline(never)]
pub unsafe fn set_update(set: Opd, it: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let v = it.take(cx)?;
    container::<PySet>(set).update(&v, cx)
}

#[inline(never)]
pub unsafe fn dict_update(dict: Opd, mapping: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let v = mapping.take(cx)?;
    match container::<PyDict>(dict).update(&v, cx) {
        Ok(()) => Ok(()),
        Err(r) if cx.raised_is(exc::AttributeError()) => {
            cx.discard(r);
            Err(cx.type_error(format_args!("'{}' object is not a mapping", v.ty().tp_name_str())))
        }
        Err(r) => Err(r),
    }
}

/// Merge keyword arguments; a repeated key names the callable.
#[inline(never)]
pub unsafe fn dict_merge(dict: Opd, mapping: Opd, callable: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let v = mapping.take(cx)?;
    if v.exact::<PyDict>().is_some_and(|more| more.is_empty()) {
        return Ok(());
    }
    let d = container::<PyDict>(dict);
    let r = d.merge_any(&v, Clash::Raise, cx);
    let Err(r) = r else { return Ok(()) };
    if cx.raised_is(exc::AttributeError()) {
        let f = callable.take(cx)?;
        cx.discard(r);
        let name = taipan_object::args::function_str(&f, cx)?;
        return Err(cx.type_error(format_args!("{name} argument after ** must be a mapping, not {}", v.ty().tp_name_str())));
    }
    if cx.raised_is(exc::KeyError()) {
        let e = cx.take_raised(r);
        let key = e.downcast::<exc::PyBaseException>().and_then(|b| b.args.own()).and_then(|a| a.get(0).map(|k| k.own()));
        let f = callable.take(cx)?;
        let name = taipan_object::args::function_str(&f, cx)?;
        return Err(match key {
            Some(k) => {
                let k = abstract_::str(&k, cx)?;
                cx.type_error(format_args!("{name} got multiple values for keyword argument '{k}'"))
            }
            None => cx.type_error(format_args!("{name} keywords must be strings")),
        });
    }
    Err(r)
}
