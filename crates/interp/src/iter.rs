//! Iteration and unpacking.

use crate::{frames, generator};
use crate::regs::*;
use taipan_bytecode::sop;
use taipan_object::abstract_::{self, iter};
use taipan_object::frame::{Slot, frame_flags as ff};
use taipan_object::monitoring::fire;
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::typeobj::{flags, lookup, slots};
use taipan_object::types::function::PyFunction;
use taipan_object::types::dict::iter::{PyDictItemIter, PyDictKeyIter, PyDictValueIter};
use taipan_object::types::exc;
use taipan_object::types::generator::{Gen, PyGenerator};
use taipan_object::types::list::PyListIter;
use taipan_object::types::object_::{NextPair, pair_iterator};
use taipan_object::types::range::PyRangeIter;
use taipan_object::types::set::PySetIter;
use taipan_object::types::str::PyStrAsciiIter;
use taipan_object::types::tuple::PyTupleIter;

#[inline(never)]
pub unsafe fn get_iter(dst: *mut Slot, src: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let v = src.take(cx)?;
    let it = if v.is_exact::<PyGenerator>() { v.into_own() } else { iter_of(&v, cx)? };
    store_own(dst, it);
    Ok(())
}

/// `iter(v)`; a generator function as `__iter__` runs nothing.
#[inline(always)]
pub unsafe fn iter_of(v: &Object, cx: &mut Cx) -> PyResult {
    if !v.ty().has(flags::HEAPTYPE) {
        return iter::get_iter(v, cx);
    }
    match generator::of_method(v, name!(cx, "__iter__"), cx)? {
        None => iter::get_iter(v, cx),
        Some(g) if g.is_exact::<PyGenerator>() => Ok(g),
        Some(g) => Err(cx.type_error(format_args!("iter() returned non-iterator of type '{}'", g.ty().tp_name_str()))),
    }
}

/// The next item, or none at the end.
#[inline(never)]
unsafe fn next(it: *mut Slot) -> PyResult<Option<Own<Object>>> {
    let cx = &mut cx();
    let it = &*(*it).as_ptr();
    let Some(f) = it.ty().tp_iternext.get() else {
        return Err(cx.type_error(format_args!("'{}' object is not an iterator", it.ty().tp_name_str())));
    };
    let p = f(it.as_ptr());
    if !p.is_null() {
        return Ok(Some(Own::from_raw(p)));
    }
    stopped(cx).map(|()| None)
}

/// `tp_iternext` gave null: the end, unless another exception than `StopIteration` is set.
unsafe fn stopped(cx: &mut Cx) -> PyResult<()> {
    if !cx.is_raised() {
        return Ok(());
    }
    if cx.ts().in_traced.get() && cx.raised_is(exc::StopIteration()) {
        fire::raised(&*cx.ts().current_frame.get(), false, cx);
    }
    cx.catch(Raised::assume(), exc::StopIteration())
}

/// Put the next two values of an iterator of pairs at `base`. False: it is exhausted; none: it cannot be asked this way.
#[inline(never)]
unsafe fn next_pair(o: &Object, base: *mut Slot) -> PyResult<Option<bool>> {
    let cx = &mut cx();
    let (a, b) = if let Some(items) = o.exact::<PyDictItemIter>() {
        if let Some((k, v)) = items.advance_quietly(cx) {
            let (k, v) = (Slot::loaded(k), Slot::loaded(v));
            store(base, k);
            store(base.add(1), v);
            return Ok(Some(true));
        }
        match items.advance(cx)? {
            Some((k, v)) => (Slot::object(k), Slot::object(v)),
            None => return Ok(Some(false)),
        }
    } else if let Some(f) = pair_iterator(o.ty()) {
        match f(o, cx)? {
            NextPair::Pair(a, b) => (a, b),
            NextPair::End => return Ok(Some(false)),
            NextPair::Other => return Ok(None),
        }
    } else {
        return Ok(None);
    };
    store(base, a);
    store(base.add(1), b);
    Ok(Some(true))
}

/// The next item of a built-in iterator when nothing is unusual, else the empty word.
#[inline(never)]
unsafe fn next_quietly(o: &Object) -> Slot {
    let cx = &cx();
    if let Some(it) = o.exact::<PyDictKeyIter>() {
        return it.advance_quietly(cx).map_or(Slot::EMPTY, |(k, _)| Slot::loaded(k));
    }
    if let Some(it) = o.exact::<PyStrAsciiIter>() {
        return it.advance_quietly(cx).map_or(Slot::EMPTY, Slot::object);
    }
    if let Some(it) = o.exact::<PySetIter>() {
        return it.advance_quietly(cx).map_or(Slot::EMPTY, |k| Slot::loaded(k));
    }
    if let Some(it) = o.exact::<PyDictValueIter>() {
        return it.advance_quietly(cx).map_or(Slot::EMPTY, |(_, v)| Slot::loaded(v));
    }
    Slot::EMPTY
}

/// Whether `tp_iternext` runs a `__next__` of Python's.
#[inline(always)]
fn has_python_next(o: &Object) -> bool {
    o.ty().tp_iternext.get().map(|f| f as usize) == Some(slots::dispatch::slot_tp_iternext as *const () as usize)
}

/// `for_iter` over an object of which [`has_python_next`] holds: run the function in this loop. False: it is none, or somebody listens.
#[inline(never)]
unsafe fn enter_next(ts: &'static ThreadState, o: &Object, dst: isize) -> PyResult<bool> {
    let ty = o.ty();
    if ts.in_traced.get() {
        return Ok(false);
    }
    let cx = &cx();
    let Some(f) = lookup(ty, name!(cx, "__next__"), cx).and_then(|f| f.exact::<PyFunction>()) else { return Ok(false) };
    if f.code().simple_args() != 1 {
        return Ok(false);
    }
    frames::enter_separate(ts, f, [Slot::new_ref(o)], dst)?;
    let fr = &*ts.current_frame.get();
    fr.ret.set(fr.ret.get() | ff::NEXT);
    Ok(true)
}

#[inline(always)]
pub unsafe fn for_iter<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    if !m.get(w.b()).is_object() {
        // The code of a generator expression was called with an int.
        m.save();
        Slot::boxed(m.at(w.b()), &mut cx())?;
        return next(m.at(w.b())).map(|_| ());
    }
    let o = &*m.get(w.b()).as_ptr();
    if o.is_exact::<PyRangeIter>() {
        if let Some(v) = o.cast_unchecked::<PyRangeIter>().advance() {
            let v = match Slot::try_int(v) {
                Some(s) => s,
                None => Slot::object(PyInt::new(v, &mut cx())?),
            };
            if !W::WIDE {
                m.respecialise(1, sop::ForIterRange);
            }
            m.put(w, v);
            return m.jump(w.c());
        }
    } else if o.is_exact::<PyListIter>() {
        if let Some(v) = o.cast_unchecked::<PyListIter>().advance(&mut cx()) {
            if !W::WIDE {
                m.respecialise(1, sop::ForIterList);
            }
            m.put(w, Slot::loaded_own(v));
            return m.jump(w.c());
        }
    } else if o.is_exact::<PyTupleIter>() {
        if let Some(v) = o.cast_unchecked::<PyTupleIter>().advance(&mut cx()) {
            m.put(w, Slot::loaded_own(v));
            return m.jump(w.c());
        }
    } else if !W::WIDE && (o.is_exact::<PyStrAsciiIter>() || o.is_exact::<PySetIter>()) {
        // The next items come by the type's function.
        m.respecialise(1, sop::ForIterSlot);
    }
    m.save();
    if !W::WIDE && o.is_exact::<PyGenerator>() {
        let mut here = true;
        if m.breaker() {
            crate::breaker::before_call(*m, 1)?;
            here = !m.ts.in_traced.get();
        }
        if here && generator::enter_for_iter(m.ts, o.cast_unchecked::<Gen>(), w.a())? {
            m.reload();
            return Ok(());
        }
    }
    // A pair that the next instruction takes apart is not made.
    let mut body = w.c();
    let mut unpack = crate::regs::Narrow(*m.pc.offset(body) as u64);
    if unpack.0 as u8 == crate::dispatch::op::JumpFar {
        body += 1 + unpack.abc();
        unpack = crate::regs::Narrow(*m.pc.offset(body) as u64);
    }
    if unpack.0 as u8 == crate::dispatch::op::UnpackSequence && unpack.a() == w.a() && w.a() >= 0 && unpack.cu() == 2 && !m.ts.in_traced.get() {
        match next_pair(o, m.at(unpack.b()))? {
            Some(true) => return m.jump(body + 1),
            Some(false) => {
                m.src(w.b()).consume();
                return Ok(());
            }
            None => {}
        }
    }
    let v = next_quietly(o);
    if !v.is_empty() {
        m.put(w, v);
            return m.jump(w.c());
    }
    if !W::WIDE && has_python_next(o) && !m.breaker() && enter_next(m.ts, o, w.a())? {
        m.reload();
        return Ok(());
    }
    match next(m.at(w.b()))? {
        Some(v) => {
            if !W::WIDE && !has_python_next(o) {
                m.respecialise(1, sop::ForIterSlot);
            }
            m.put(w, Slot::object(v));
            m.jump(w.c())
        }
        None => {
            m.src(w.b()).consume();
            Ok(())
        }
    }
}

/// `for_iter` over a list; the end is told by the type's function, and any other iterator makes the instruction general again.
#[inline(always)]
pub unsafe fn for_iter_list(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let s = m.get(w.b());
    if s.is_object() && (*s.as_ptr()).is_exact::<PyListIter>() {
        if let Some(v) = (*(s.as_ptr() as *const PyListIter)).advance_quietly(&cx()) {
            return m.give(w, Slot::loaded(v));
        }
    }
    elsewhere(m, w, s.is_object() && (*s.as_ptr()).is_exact::<PyListIter>())
}

/// `for_iter` over a range of machine integers, likewise.
#[inline(always)]
pub unsafe fn for_iter_range(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let s = m.get(w.b());
    if s.is_object() && (*s.as_ptr()).is_exact::<PyRangeIter>() {
        if let Some(v) = (*(s.as_ptr() as *const PyRangeIter)).advance_tagged() {
            return m.give(w, v);
        }
    }
    elsewhere(m, w, s.is_object() && (*s.as_ptr()).is_exact::<PyRangeIter>())
}

/// What a specialised `for_iter` does not do: `same` iterator at its end, or another one.
#[inline(always)]
unsafe fn elsewhere(m: &mut Regs, w: Narrow, same: bool) -> PyResult<()> {
    m.save();
    if same {
        return ends(m.at(w.a()), m.at(w.b())).map(|more| if more { m.pc = m.pc.offset(w.c()) });
    }
    anew(m.ts, w)?;
    m.reload();
    Ok(())
}

/// The last step of a built-in iterator, which is let go. True: there was an item after all.
#[inline(never)]
unsafe fn ends(dst: *mut Slot, it: *mut Slot) -> PyResult<bool> {
    match next(it)? {
        Some(v) => {
            store(dst, Slot::loaded_own(v));
            Ok(true)
        }
        None => {
            std::mem::replace(&mut *it, Slot::EMPTY).release();
            Ok(false)
        }
    }
}

/// The instruction in its general form. The innermost frame says where, and where to go on.
#[cold]
#[inline(never)]
unsafe fn anew(ts: &'static ThreadState, w: Narrow) -> PyResult<()> {
    let mut m = Regs::of(ts.current_frame.get(), ts);
    m.respecialise(1, taipan_bytecode::Op::ForIter as u8);
    for_iter(&mut m, w)?;
    m.save();
    Ok(())
}

/// `for_iter` where the type's function gave an item the last time. Whatever comes here, its function may be called; at the end the general form is back.
#[inline(always)]
pub unsafe fn for_iter_slot(m: &mut Regs, w: Narrow) -> PyResult<()> {
    m.save();
    let s = m.get(w.b());
    if s.is_object() {
        let o = s.as_ptr();
        if let Some(f) = (*o).ty().tp_iternext.get() {
            let v = f(o);
            if !v.is_null() {
                return m.give(w, Slot::loaded_own(Own::from_raw(v)));
            }
        }
    }
    slot_ends(*m, w)
}

/// There was no item, and perhaps an exception.
#[cold]
#[inline(never)]
unsafe fn slot_ends(m: Regs, w: Narrow) -> PyResult<()> {
    m.respecialise(1, taipan_bytecode::Op::ForIter as u8);
    let s = m.get(w.b());
    if !s.is_object() || (*s.as_ptr()).ty().tp_iternext.get().is_none() {
        Slot::boxed(m.at(w.b()), &mut cx())?;
        return next(m.at(w.b())).map(drop);
    }
    stopped(&mut cx())?;
    m.src(w.b()).consume();
    Ok(())
}

/// So many items are taken apart on the stack.
const FEW: usize = 16;

/// Put `items`, `n` of them, into consecutive registers.
unsafe fn put(base: *mut Slot, items: &[&Object]) {
    for (i, v) in items.iter().enumerate() {
        store(base.add(i), Slot::loaded(v));
    }
}

#[cold]
fn not_iterable(v: &Object, r: Raised, cx: &mut Cx) -> Raised {
    if cx.raised_is(exc::TypeError()) && v.ty().tp_iter.get().is_none() && !iter::is_sequence(v) {
        cx.discard(r);
        return cx.type_error(format_args!("cannot unpack non-iterable {} object", v.ty().tp_name_str()));
    }
    r
}

#[cold]
fn too_many(n: usize, got: Option<usize>, cx: &mut Cx) -> Raised {
    match got {
        Some(g) => cx.value_error(format_args!("too many values to unpack (expected {n}, got {g})")),
        None => cx.value_error(format_args!("too many values to unpack (expected {n})")),
    }
}

/// Take a sequence apart; a tuple in a temp right here.
#[inline(always)]
pub unsafe fn unpack_sequence<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let s = m.get(w.a());
    if w.a() >= 0 && s.is_object() && (*s.as_ptr()).is_exact::<PyTuple>() {
        let t = (*s.as_ptr()).cast_unchecked::<PyTuple>();
        if t.len() == w.cu() {
            // Out of its register before anything is stored: that may be one of the targets.
            *m.at(w.a()) = Slot::EMPTY;
            let base = m.at(w.b());
            if (*s.as_ptr()).is_unique() {
                // Nobody else sees the tuple: its items are moved.
                let items = PyTuple::begin_emptying(t);
                for i in 0..w.cu() {
                    let old = std::mem::replace(&mut *base.add(i), Slot::loaded_own(Own::from_raw(*items.add(i))));
                    m.release(old);
                }
                PyTuple::free_emptied(t);
                return Ok(());
            }
            for (i, o) in t.as_slice().iter().enumerate() {
                let old = std::mem::replace(&mut *base.add(i), Slot::loaded(o));
                m.release(old);
            }
            m.release(s);
            return Ok(());
        }
    }
    if let (2 | 3, Some(items)) = (w.cu(), items_of(s, w.cu())) {
        // All are read before anything is stored: what is stored over may be the last reference to the sequence, or change it by its death.
        let (a, b) = (Slot::loaded(*items), Slot::loaded(*items.add(1)));
        if w.cu() == 2 {
            m.consume(w.a());
            put_word(m, w.b(), a);
            put_word(m, w.b() + 1, b);
            return Ok(());
        }
        let c = Slot::loaded(*items.add(2));
        m.consume(w.a());
        put_word(m, w.b(), a);
        put_word(m, w.b() + 1, b);
        put_word(m, w.b() + 2, c);
        return Ok(());
    }
    m.save();
    unpack_slow(m.src(w.a()), m.at(w.b()), w.cu())
}

/// The items of an exact tuple or list of the length.
#[inline(always)]
unsafe fn items_of<'a>(s: Slot, n: usize) -> Option<*const &'a Object> {
    if !s.is_object() {
        return None;
    }
    let (o, cx) = (&*s.as_ptr(), &cx());
    let items = if o.is_exact::<PyTuple>() {
        o.cast_unchecked::<PyTuple>().as_slice()
    } else if o.is_exact::<PyList>() {
        (*(o.as_ptr() as *const PyList)).items(cx)
    } else {
        return None;
    };
    if items.len() == n { Some(items.as_ptr() as *const &Object) } else { None }
}

/// Store an owned word in a register that may be a temp or a local.
#[inline(always)]
unsafe fn put_word(m: &Regs, r: isize, v: Slot) {
    let old = std::mem::replace(&mut *m.at(r), v);
    m.release(old);
}

#[inline(never)]
unsafe fn unpack_slow(src: Opd, base: *mut Slot, n: usize) -> PyResult<()> {
    let cx = &mut cx();
    // Owned: the local that lends the sequence may be one of the targets: `a, b = a`.
    let v = src.take(cx)?.into_own();
    if let Some(t) = v.exact::<PyTuple>().filter(|t| t.len() == n) {
        put(base, t.as_slice());
        return Ok(());
    }
    if let Some(l) = v.exact::<PyList>().filter(|l| l.len() == n) {
        // Storing may release old values that change the list.
        if let &[a, b] = l.items(cx) {
            let (a, b) = (Slot::loaded(a), Slot::loaded(b));
            store(base, a);
            store(base.add(1), b);
            return Ok(());
        }
        if n <= FEW {
            let mut words = [Slot::EMPTY; FEW];
            for (w, o) in words.iter_mut().zip(l.items(cx)) {
                *w = Slot::loaded(o);
            }
            for (i, w) in words.into_iter().take(n).enumerate() {
                store(base.add(i), w);
            }
            return Ok(());
        }
        let items: Vec<Slot> = l.items(cx).iter().map(|o| Slot::loaded(o)).collect();
        for (i, w) in items.into_iter().enumerate() {
            store(base.add(i), w);
        }
        return Ok(());
    }
    let it = iter::get_iter(&v, cx).map_err(|r| not_iterable(&v, r, cx))?;
    let mut items = Vec::with_capacity(n.min(64));
    while items.len() < n {
        match iter::next(&it, cx)? {
            Some(x) => items.push(x),
            None => {
                let got = items.len();
                return Err(cx.value_error(format_args!("not enough values to unpack (expected {n}, got {got})")));
            }
        }
    }
    if iter::next(&it, cx)?.is_some() {
        let exact = v.is_exact::<PyTuple>() || v.is_exact::<PyList>() || v.is_exact::<PyDict>();
        let got = if exact { Some(abstract_::len(&v, cx)?) } else { None };
        return Err(too_many(n, got, cx));
    }
    for (i, o) in items.into_iter().enumerate() {
        store(base.add(i), Slot::object(o));
    }
    Ok(())
}

#[inline(never)]
pub unsafe fn unpack_ex(src: Opd, base: *mut Slot, before: usize, after: usize) -> PyResult<()> {
    let cx = &mut cx();
    // Owned: the local that lends the sequence may be one of the targets.
    let v = src.take(cx)?.into_own();
    let t = match v.exact::<PyTuple>() {
        Some(t) => t.new_ref(),
        None => match v.exact::<PyList>() {
            Some(l) => {
                let items: Vec<Own<Object>> = l.items(cx).iter().map(|o| o.own()).collect();
                PyTuple::from_vec(items, cx)?
            }
            None => {
                let it = iter::get_iter(&v, cx).map_err(|r| not_iterable(&v, r, cx))?;
                let mut items = Vec::new();
                while let Some(x) = iter::next(&it, cx)? {
                    items.push(x);
                }
                PyTuple::from_vec(items, cx)?
            }
        },
    };
    if t.len() < before + after {
        let (need, got) = (before + after, t.len());
        return Err(cx.value_error(format_args!("not enough values to unpack (expected at least {need}, got {got})")));
    }
    spread(base, t.as_slice(), before, after, cx)
}

/// `items`, at least `before + after` of them, into registers, those in the middle as a list.
unsafe fn spread(base: *mut Slot, items: &[&Object], before: usize, after: usize, cx: &mut Cx) -> PyResult<()> {
    let end = items.len() - after;
    let l = PyList::from_exact(items[before..end].iter().map(|o| o.own()), cx)?;
    put(base, &items[..before]);
    store(base.add(before), Slot::object(l));
    put(base.add(before + 1), &items[end..]);
    Ok(())
}
