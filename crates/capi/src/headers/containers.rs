//! `listobject.h` and `tupleobject.h`.

use crate::border::{Borrowed, bad_internal_call, steal, want};
use crate::capi;
use taipan_object::prelude::*;

/// A list of `n` null items, for the caller to fill.
fn null_list(n: usize, cx: &mut Cx) -> PyResult<Own<PyList>> {
    let l = PyList::with_capacity(n, cx)?;
    let (items, size, _) = l.raw_parts();
    if n > 0 {
        // SAFETY: room for `n` items was made; null items are what `PyList_New` promises.
        unsafe { std::ptr::write_bytes(items.get(), 0, n) };
    }
    size.set(n as isize);
    Ok(l)
}

fn out_of_range(what: &str, cx: &mut Cx) -> Raised {
    cx.index_error(format_args!("{what} out of range"))
}

/// The item at `i` (may be null in a list under construction).
fn list_item(l: &PyList, i: isize, cx: &mut Cx) -> PyResult<*mut Object> {
    let (items, size, _) = l.raw_parts();
    if i < 0 || i >= size.get() {
        return Err(out_of_range("list index", cx));
    }
    // SAFETY: within bounds.
    Ok(unsafe { *items.get().offset(i) })
}

/// Slice bounds of the C functions: clipped to the length.
fn clip(a: isize, b: isize, n: usize) -> (usize, usize) {
    let lo = a.clamp(0, n as isize) as usize;
    (lo, b.clamp(lo as isize, n as isize) as usize)
}

capi! {
    /// A list of `n` null items.
    fn PyList_New(n: isize) -> PyResult<Own<PyList>> = |cx| {
        if n < 0 {
            return Err(bad_internal_call(cx));
        }
        null_list(n as usize, cx)
    }
    /// `len(o)`.
    fn PyList_Size(o: Option<&Object>) -> PyResult<isize> = direct |cx| { want::<PyList>(o, cx).map(|l| l.len() as isize) }
    /// `o[i]`, borrowed.
    fn PyList_GetItem(o: Option<&Object>, i: isize) -> PyResult<Borrowed> = |cx| {
        let l: &PyList = want(o, cx)?;
        list_item(l, i, cx).map(Borrowed)
    }
    /// `o[i]`.
    fn PyList_GetItemRef(o: Option<&Object>, i: isize) -> PyResult<Own<Object>> = |cx| {
        let Some(l) = o.and_then(|o| o.downcast::<PyList>()) else { return Err(cx.type_error(format_args!("expected a list"))) };
        list_item(l, i, cx).map(|p| (*p).own())
    }
    /// `o[i] = v` (steals `v`).
    fn PyList_SetItem(o: Option<&Object>, i: isize, v: *mut Object) -> PyResult<()> = |cx| {
        let v = steal(v);
        let l: &PyList = want(o, cx)?;
        let (items, size, _) = l.raw_parts();
        if i < 0 || i >= size.get() {
            return Err(out_of_range("list assignment index", cx));
        }
        let old = std::mem::replace(&mut *items.get().offset(i), v.map_or(std::ptr::null_mut(), Own::into_raw));
        drop(steal(old));
        Ok(())
    }
    /// `o.insert(i, v)`.
    fn PyList_Insert(o: Option<&Object>, i: isize, v: Option<&Object>) -> PyResult<()> = |cx| {
        let l: &PyList = want(o, cx)?;
        let Some(v) = v else { return Err(bad_internal_call(cx)) };
        let n = l.len() as isize;
        let at = if i < 0 { (i + n).max(0) } else { i.min(n) };
        l.insert(at as usize, v.own(), cx)
    }
    /// `o.append(v)`.
    fn PyList_Append(o: Option<&Object>, v: Option<&Object>) -> PyResult<()> = |cx| {
        match (o.and_then(|o| o.downcast::<PyList>()), v) {
            (Some(l), Some(v)) => l.push(v.own(), cx),
            _ => Err(bad_internal_call(cx)),
        }
    }
    /// `o[a:b]`.
    fn PyList_GetSlice(o: Option<&Object>, a: isize, b: isize) -> PyResult<Own<PyList>> = |cx| {
        let l: &PyList = want(o, cx)?;
        let (lo, hi) = clip(a, b, l.len());
        l.slice(lo, hi, cx)
    }
    /// `o[a:b] = v`; null deletes.
    fn PyList_SetSlice(o: Option<&Object>, a: isize, b: isize, v: Option<&Object>) -> PyResult<()> = |cx| {
        let l: &PyList = want(o, cx)?;
        let new = match v { Some(v) => taipan_object::abstract_::iter::collect(v, cx)?, None => Vec::new() };
        let (lo, hi) = clip(a, b, l.len());
        l.splice(lo, hi, new, cx).map(drop)
    }
    /// `o.extend(items)`.
    fn PyList_Extend(o: Option<&Object>, items: &Object) -> PyResult<()> = |cx| {
        let l: &PyList = want(o, cx)?;
        l.extend(items, cx)
    }
    /// `o.clear()`.
    fn PyList_Clear(o: Option<&Object>) -> PyResult<()> = |cx| {
        let l: &PyList = want(o, cx)?;
        drop(l.take_all());
        Ok(())
    }
    /// `o.sort()`.
    fn PyList_Sort(o: Option<&Object>) -> PyResult<()> = |cx| {
        let l: &PyList = want(o, cx)?;
        l.sort(None, false, cx)
    }
    /// `o.reverse()`.
    fn PyList_Reverse(o: Option<&Object>) -> PyResult<()> = |cx| {
        let l: &PyList = want(o, cx)?;
        l.reverse();
        Ok(())
    }
    /// `tuple(o)`.
    fn PyList_AsTuple(o: Option<&Object>) -> PyResult<Own<PyTuple>> = |cx| {
        let l: &PyList = want(o, cx)?;
        let v = l.range_own(0, l.len());
        PyTuple::from_vec(v, cx)
    }

    /// A tuple of `n` null items.
    fn PyTuple_New(n: isize) -> PyResult<Own<PyTuple>> = |cx| {
        match n {
            0 => Ok(PyTuple::empty()),
            n if n < 0 => Err(bad_internal_call(cx)),
            n => PyTuple::alloc(n as usize, cx).map(|t| PyTuple::publish_unfilled(t)),
        }
    }
    /// `len(o)`.
    fn PyTuple_Size(o: Option<&Object>) -> PyResult<isize> = |cx| { want::<PyTuple>(o, cx).map(|t| t.len() as isize) }
    /// `o[i]`, borrowed.
    fn PyTuple_GetItem(o: Option<&Object>, i: isize) -> PyResult<Borrowed> = |cx| {
        let t: &PyTuple = want(o, cx)?;
        if i < 0 || i as usize >= t.len() {
            return Err(out_of_range("tuple index", cx));
        }
        Ok(Borrowed(*(t.as_slice().as_ptr() as *const *mut Object).offset(i)))
    }
    /// Set an item of a new tuple (steals `v`).
    fn PyTuple_SetItem(o: Option<&Object>, i: isize, v: *mut Object) -> PyResult<()> = |cx| {
        let v = steal(v);
        let Some(t) = o.and_then(|o| o.downcast::<PyTuple>()).filter(|t| t.as_object().is_unique()) else { return Err(bad_internal_call(cx)) };
        if i < 0 || i as usize >= t.len() {
            return Err(out_of_range("tuple assignment index", cx));
        }
        let slot = (t.as_slice().as_ptr() as *mut *mut Object).offset(i);
        let old = std::mem::replace(&mut *slot, v.map_or(std::ptr::null_mut(), Own::into_raw));
        drop(steal(old));
        Ok(())
    }
    /// `o[a:b]`.
    fn PyTuple_GetSlice(o: Option<&Object>, a: isize, b: isize) -> PyResult<Own<PyTuple>> = |cx| {
        let t: &PyTuple = want(o, cx)?;
        let (lo, hi) = clip(a, b, t.len());
        t.slice(lo, hi, cx)
    }
    /// Change the length of an unshared tuple; null in `*o` on failure.
    fn _PyTuple_Resize(o: *mut *mut Object, n: isize) -> PyResult<()> = |cx| {
        let Some(old) = steal(*o) else { return Err(bad_internal_call(cx)) };
        *o = std::ptr::null_mut();
        let Some(t) = old.exact::<PyTuple>() else { return Err(bad_internal_call(cx)) };
        if n < 0 || (!t.is_empty() && !old.is_unique()) {
            return Err(bad_internal_call(cx));
        }
        if t.len() == n as usize {
            *o = old.into_raw();
            return Ok(());
        }
        if n == 0 {
            *o = PyTuple::empty().into_raw();
            return Ok(());
        }
        let new = PyTuple::publish_unfilled(PyTuple::alloc(n as usize, cx)?);
        let (from, to) = (t.as_slice().as_ptr() as *mut *mut Object, new.as_slice().as_ptr() as *mut *mut Object);
        for i in 0..t.len().min(n as usize) {
            *to.add(i) = std::mem::replace(&mut *from.add(i), std::ptr::null_mut());
        }
        *o = new.into_raw();
        Ok(())
    }
}
