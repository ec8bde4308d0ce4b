//! Handlers for single builtins: what CPython's specialised instructions do for the commonest ones. Each is for one row (its address lies in the cell) or class, answers the usual
//! operands without a call, and leaves the others to the handler of the calling convention.

use super::*;
use crate::compare::bool_slot;
use crate::subscr::at_hand;
use taipan_object::abstract_;
use taipan_object::frame::Frame;
use taipan_object::types::float::PyFloat;
use taipan_object::types::int::new::from_short_text;
use taipan_object::types::int::text::decimal_i64;
use taipan_object::types::none;
use taipan_object::types::range::PyRange;
use taipan_object::types::str::find::has_affix;
use taipan_object::types::str::intern::latin1_char;

/// The handler of a function of the module `builtins`.
pub(super) fn function(name: &[u8], n: usize) -> Option<Handler> {
    match (name, n) {
        (b"len", 1) => Some(len),
        (b"hash", 1) => Some(hash),
        (b"isinstance", 2) => Some(isinstance),
        (b"abs", 1) => Some(abs),
        (b"ord", 1) => Some(ord),
        (b"chr", 1) => Some(chr),
        (b"min", 2) => Some(least::<false>),
        (b"max", 2) => Some(least::<true>),
        _ => None,
    }
}

/// The handler of a method of an exact built-in type.
pub(super) unsafe fn method(d: &PyMethodDescr, slf: Slot, n: usize) -> Option<Handler> {
    let slf = object_of(slf)?;
    let name = std::ffi::CStr::from_ptr(d.def().ml_name).to_bytes();
    if slf.is_exact::<PyList>() && std::ptr::eq(d.owner(), PyList::ty()) {
        return match (name, n) {
            (b"append", 2) => Some(list_append),
            (b"pop", 1) => Some(list_pop),
            _ => None,
        };
    }
    if slf.is_exact::<PyStr>() && std::ptr::eq(d.owner(), PyStr::ty()) {
        return match (name, n) {
            (b"startswith", 2) => Some(str_affix::<false>),
            (b"endswith", 2) => Some(str_affix::<true>),
            _ => None,
        };
    }
    let dict = slf.is_exact::<PyDict>() && std::ptr::eq(d.owner(), PyDict::ty());
    (dict && name == b"get" && (2..=3).contains(&n)).then_some(dict_get as Handler)
}

/// The handler of a call of a built-in class.
pub(super) fn class(t: &PyType, n: usize) -> Option<Handler> {
    let is = |of: &PyType| std::ptr::eq(t, of);
    if is(PyRange::ty()) && (n == 1 || n == 2) {
        return Some(range);
    }
    if n != 1 {
        return None;
    }
    match () {
        () if is(PyType::ty()) => Some(type_of),
        () if is(PyInt::ty()) => Some(int),
        () if is(PyFloat::ty()) => Some(float),
        () if is(PyStr::ty()) => Some(text),
        () if is(PyTuple::ty()) => Some(same::<PyTuple>),
        () => None,
    }
}

/// `type(x)`.
unsafe extern "C" fn type_of(win: *mut Slot, _: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    if !is_class(win, cell) {
        return MISS;
    }
    let t = class_of(*win.add(FRAME_HEADER));
    instead(win, 1, Slot::new_ref(t.as_object()), ts)
}

/// The type of a word that is not empty.
#[inline(always)]
pub(super) unsafe fn class_of<'a>(x: Slot) -> &'a PyType {
    if x.is_int() { PyInt::ty() } else { (*x.as_ptr()).ty() }
}

/// The function that the site knows is called; deliver what it gives without calling it.
#[inline(always)]
unsafe fn instead(win: *mut Slot, n: usize, v: Slot, ts: &ThreadState) -> Answer {
    for i in 0..n {
        if !give_up(win.add(FRAME_HEADER + i)) {
            return instead_last(win, n, v, ts);
        }
    }
    if give_up(win) { done(v, win, ts) } else { instead_last(win, n, v, ts) }
}

/// Release what a word owns, unless that is an object's last count: false then.
#[inline(always)]
unsafe fn give_up(at: *mut Slot) -> bool {
    let s = *at;
    if s.is_object() && !Object::decref_unless_last(s.as_ptr()) {
        return false;
    }
    *at = Slot::EMPTY;
    true
}

/// [`instead`] where something dies; what was given up already is empty. Out of line, so that handlers that call nothing else save no registers.
#[inline(never)]
unsafe fn instead_last(win: *mut Slot, n: usize, v: Slot, ts: &ThreadState) -> Answer {
    for i in 0..n {
        std::mem::replace(&mut *win.add(FRAME_HEADER + i), Slot::EMPTY).release();
    }
    std::mem::replace(&mut *win, Slot::EMPTY).release();
    done(v, win, ts)
}

#[inline(always)]
pub(super) unsafe fn object_of<'a>(s: Slot) -> Option<&'a Object> {
    if s.is_object() { Some(&*s.as_ptr()) } else { None }
}

#[inline(always)]
unsafe fn is_known(win: *mut Slot, cell: &CacheCell) -> bool {
    !(*win).is_int() && (*(*win).as_ptr()).exact::<PyCFunction>().is_some_and(|f| is_row(cell, f.def()))
}

unsafe extern "C" fn len(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    let x = *win.add(FRAME_HEADER);
    if !is_known(win, cell) || !x.is_object() || ts.stack_is_low() {
        return MISS;
    }
    match len_of(&*x.as_ptr()) {
        Ok(len) => instead(win, n, Slot::int(len as i64), ts),
        Err(_) => odd(std::ptr::null_mut(), win, n),
    }
}

#[inline(always)]
unsafe fn len_of(o: &Object) -> PyResult<usize> {
    match plain_len(o) {
        Some(n) => Ok(n),
        None => abstract_::len(o, &mut cx()),
    }
}

/// Handlers that have a form for one borrowed argument.
pub(super) static BORROWERS: [(Handler, borrowed::Borrower); 4] = [(len, len_borrowed), (hash, hash_borrowed), (ord, ord_borrowed), (type_of, borrowed::miss_always)];
/// Where `len` and `type` stand there: they have a form in the loop itself.
pub(super) const LEN: usize = 0;
pub(super) const TYPE: usize = 3;

/// `len` of an exact list, tuple, string or dict.
#[inline(always)]
pub(super) fn plain_len(o: &Object) -> Option<usize> {
    if let Some(l) = o.exact::<PyList>() {
        Some(l.len())
    } else if let Some(t) = o.exact::<PyTuple>() {
        Some(t.len())
    } else if let Some(s) = o.exact::<PyStr>() {
        Some(s.len())
    } else {
        o.exact::<PyDict>().map(PyDict::len)
    }
}

macro_rules! for_borrowed {
    ($name:ident, |$x:ident| $body:expr) => {
        unsafe extern "C" fn $name(pc: *const u32, fp: *mut Slot, cells: *const CacheCell, frame: *mut Frame, ts: &'static ThreadState) -> Answer {
            borrowed::one_row(pc, fp, cells, frame, ts, |$x: &Object| $body)
        }
    };
}
for_borrowed!(len_borrowed, |x| len_of(x).map_or(FAILURE, |n| Slot::int(n as i64)));
for_borrowed!(hash_borrowed, |x| abstract_::hash(x, &mut cx()).map_or(FAILURE, hash_word));
for_borrowed!(ord_borrowed, |x| x.exact::<PyStr>().filter(|s| s.len() == 1).map_or(MISS, |s| Slot::int(s.code_point(0).into())));

unsafe extern "C" fn hash(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    let x = *win.add(FRAME_HEADER);
    if !is_known(win, cell) || !x.is_object() || ts.stack_is_low() {
        return native::<PLAIN, METH_O>(win, n, cell, ts);
    }
    match abstract_::hash(&*x.as_ptr(), &mut cx()).map_or(FAILURE, hash_word) {
        FAILURE => odd(std::ptr::null_mut(), win, n),
        h => instead(win, n, h, ts),
    }
}

/// A hash as a word; `FAILURE` without memory.
#[inline(always)]
fn hash_word(h: isize) -> Answer {
    match Slot::try_int(h as i64) {
        Some(h) => h,
        None => PyInt::new(h as i64, &mut cx()).map_or(FAILURE, Slot::object),
    }
}

/// `isinstance(x, c)` where the type of `x` decides: `c` is an ordinary class, or a tuple of them up to the one that fits.
#[inline(always)]
unsafe fn by_type(x: Slot, c: Slot) -> Option<bool> {
    let ty = class_of(x);
    let c = object_of(c)?;
    let fits = |c: &Object| {
        let t = c.exact::<PyType>()?;
        // Objects that are none may have a `__class__` of their own.
        if ty.is_subtype(t) { Some(true) } else { x.is_int().then_some(false) }
    };
    if c.is_exact::<PyType>() {
        return fits(c);
    }
    // Only ordinary classes may be passed over: others may have a say. And what is no int may have a `__class__` to be compared with each.
    let mut passed = false;
    let sure = |passed: bool| !passed || abstract_::class_is_known(&*x.as_ptr());
    for t in c.exact::<PyTuple>()?.as_slice() {
        match fits(t) {
            Some(true) => return sure(passed).then_some(true),
            Some(false) => {}
            None if t.is_exact::<PyType>() => passed = true,
            None => return None,
        }
    }
    sure(passed).then_some(false)
}

/// `isinstance` of an exact class where the type decides; the rest without the detour of a call.
unsafe extern "C" fn isinstance(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    let args = win.add(FRAME_HEADER);
    if !is_known(win, cell) {
        return MISS;
    }
    if (*args.add(1)).0 == class_of(*args) as *const PyType as usize {
        return instead(win, 2, bool_slot(true), ts);
    }
    isinstance_other(win, n, ts)
}

/// `isinstance` of what is of another class. Out of line, so that the commonest way saves no registers.
#[inline(never)]
unsafe fn isinstance_other(win: *mut Slot, n: usize, ts: &'static ThreadState) -> Answer {
    let args = win.add(FRAME_HEADER);
    match by_type(*args, *args.add(1)) {
        Some(b) => instead(win, 2, bool_slot(b), ts),
        None => isinstance_slow(win, n, ts),
    }
}

#[inline(never)]
unsafe fn isinstance_slow(win: *mut Slot, n: usize, ts: &'static ThreadState) -> Answer {
    let args = win.add(FRAME_HEADER);
    if ts.stack_is_low() {
        return MISS;
    }
    if !box_words(args, n) {
        return FAILURE;
    }
    match abstract_::is_instance(&*(*args).as_ptr(), &*(*args.add(1)).as_ptr(), &mut cx()) {
        Ok(b) => instead(win, n, bool_slot(b), ts),
        Err(_) => odd(std::ptr::null_mut(), win, n),
    }
}

unsafe extern "C" fn abs(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    let x = *win.add(FRAME_HEADER);
    if x.is_int() && is_known(win, cell) {
        if let Some(v) = Slot::try_int(x.as_int().wrapping_abs()) {
            return instead(win, n, v, ts);
        }
    }
    native::<PLAIN, METH_O>(win, n, cell, ts)
}

/// `list.append` of an exact list. What cannot be done without a call is left to the convention's handler.
unsafe extern "C" fn list_append(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    let args = win.add(FRAME_HEADER);
    if !is_known_method(win, cell) || !(*args).is_object() {
        return MISS;
    }
    let (l, v) = ((*args).as_ptr(), at_hand(*args.add(1)));
    if (*l).is_exact::<PyList>() && !v.is_null() && !(*l).is_unique() && !(*(*win).as_ptr()).is_unique() && (*(l as *const PyList)).push_at_hand(v) {
        *args.add(1) = Slot::EMPTY;
        release_shared(args);
        release_shared(win);
        return done(Slot(none().as_ptr() as usize), win, ts);
    }
    native::<METHOD, METH_O>(win, n, cell, ts)
}

/// As [`release`], of an object that somebody else holds too.
#[inline(always)]
unsafe fn release_shared(at: *mut Slot) {
    let o = &*std::mem::replace(&mut *at, Slot::EMPTY).as_ptr();
    if !o.is_immortal() {
        o.set_refcount(o.refcount() - 1);
    }
}

#[inline(always)]
unsafe fn is_known_method(win: *mut Slot, cell: &CacheCell) -> bool {
    (*win).is_object() && (*(*win).as_ptr()).is_exact::<PyMethodDescr>() && is_row(cell, (*(*win).as_ptr()).cast_unchecked::<PyMethodDescr>().def())
}

unsafe extern "C" fn list_pop(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    if !is_known_method(win, cell) {
        return MISS;
    }
    let args = win.add(FRAME_HEADER);
    if !(*args).is_object() || !(*(*args).as_ptr()).is_exact::<PyList>() {
        return MISS;
    }
    let l = (*args).as_ptr();
    if !(*l).is_unique() && !(*(*win).as_ptr()).is_unique() {
        let v = (*(l as *const PyList)).pop_at_hand();
        if !v.is_null() {
            release_shared(args);
            release_shared(win);
            return done(Slot::loaded_own(Own::from_raw(v)), win, ts);
        }
    }
    native::<METHOD, METH_FASTCALL>(win, n, cell, ts)
}

/// `d.get(key)` and `d.get(key, default)` where no Python code has to compare keys.
unsafe extern "C" fn dict_get(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    if !is_known_method(win, cell) {
        return MISS;
    }
    let args = win.add(FRAME_HEADER);
    let Some(d) = object_of(*args).and_then(|o| o.exact::<PyDict>()) else { return MISS };
    let (key, cx) = (*args.add(1), &cx());
    let found = if key.is_int() {
        d.get_i64(key.as_int(), cx).ok()
    } else {
        match (*key.as_ptr()).exact::<PyStr>().filter(|_| d.is_str_only()) {
            Some(key) => Some(d.get_str(key, cx)),
            None => d.get_quietly(&*key.as_ptr(), cx),
        }
    };
    let Some(found) = found else { return native::<METHOD, METH_FASTCALL>(win, n, cell, ts) };
    let v = match found {
        Some(v) => Slot::loaded(v),
        None if n == 3 => std::mem::replace(&mut *args.add(2), Slot::EMPTY),
        None => Slot(none().as_ptr() as usize),
    };
    instead(win, n, v, ts)
}

/// `s.startswith(t)` or, with `TAIL`, `s.endswith(t)` of exact strings.
unsafe extern "C" fn str_affix<const TAIL: bool>(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    if !is_known_method(win, cell) {
        return MISS;
    }
    let args = win.add(FRAME_HEADER);
    let (Some(s), Some(t)) = (object_of(*args), object_of(*args.add(1))) else { return native::<METHOD, METH_FASTCALL>(win, n, cell, ts) };
    if !s.is_exact::<PyStr>() || !t.is_exact::<PyStr>() {
        return native::<METHOD, METH_FASTCALL>(win, n, cell, ts);
    }
    let b = has_affix::<TAIL>(s.cast_unchecked(), t.cast_unchecked());
    instead(win, 2, bool_slot(b), ts)
}

unsafe extern "C" fn ord(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    if is_known(win, cell) {
        if let Some(s) = object_of(*win.add(FRAME_HEADER)).and_then(|s| s.exact::<PyStr>()).filter(|s| s.len() == 1) {
            return instead(win, n, Slot::int(s.code_point(0).into()), ts);
        }
    }
    native::<PLAIN, METH_O>(win, n, cell, ts)
}

unsafe extern "C" fn chr(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    let x = *win.add(FRAME_HEADER);
    if x.is_int() && is_known(win, cell) {
        if let Ok(b) = u8::try_from(x.as_int()) {
            return instead(win, n, Slot::object(latin1_char(b)), ts);
        }
    }
    native::<PLAIN, METH_O>(win, n, cell, ts)
}

/// `min` or `max` of two ints.
unsafe extern "C" fn least<const MAX: bool>(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    let (a, b) = (*win.add(FRAME_HEADER), *win.add(FRAME_HEADER + 1));
    if a.is_int() && b.is_int() && is_known(win, cell) {
        let first = if MAX { a.as_int() >= b.as_int() } else { a.as_int() <= b.as_int() };
        return instead(win, n, if first { a } else { b }, ts);
    }
    native::<PLAIN, FAST_KW>(win, n, cell, ts)
}

#[inline(always)]
unsafe fn is_class(win: *mut Slot, cell: &CacheCell) -> bool {
    object_of(*win).and_then(|o| o.exact::<PyType>()).is_some_and(|t| t.tp_version_tag.get() == cell.a)
}

/// `str(x)`, `tuple(x)` of what is one already.
unsafe extern "C" fn same<T: PyTyped>(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    let x = win.add(FRAME_HEADER);
    if is_class(win, cell) && object_of(*x).is_some_and(|o| o.is_exact::<T>()) {
        let v = std::mem::replace(&mut *x, Slot::EMPTY);
        return instead(win, n, v, ts);
    }
    class_by_vector::<0>(win, n, cell, ts)
}

/// `range(stop)` and `range(start, stop)` of tagged ints.
unsafe extern "C" fn range(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    let args = win.add(FRAME_HEADER);
    let (start, stop) = if n == 1 { (Slot::int(0), *args) } else { (*args, *args.add(1)) };
    if !is_class(win, cell) || !start.is_int() || !stop.is_int() {
        return class_by_vector::<0>(win, n, cell, ts);
    }
    match PyRange::between(start.as_int(), stop.as_int(), &mut cx()) {
        Ok(r) => instead(win, n, Slot::object(r), ts),
        Err(_) => FAILURE,
    }
}

/// `str(x)` of what is one already, and of ints.
unsafe extern "C" fn text(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    let x = *win.add(FRAME_HEADER);
    if is_class(win, cell) {
        if let Some(v) = x.to_short() {
            return match decimal_i64(v, &mut cx()) {
                Ok(s) => instead(win, n, Slot::object(s), ts),
                Err(_) => FAILURE,
            };
        }
    }
    same::<PyStr>(win, n, cell, ts)
}

/// `int(x)` of ints, short floats and short decimal numbers.
unsafe extern "C" fn int(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    let x = *win.add(FRAME_HEADER);
    if is_class(win, cell) {
        if x.is_int() {
            return instead(win, n, x, ts);
        }
        const LIMIT: f64 = (1i64 << 53) as f64;
        if let Some(f) = (*x.as_ptr()).exact::<PyFloat>().map(|f| f.value()).filter(|f| f.abs() < LIMIT) {
            return instead(win, n, Slot::int(f as i64), ts);
        }
        if let Some(v) = (*x.as_ptr()).exact::<PyStr>().and_then(from_short_text) {
            return instead(win, n, Slot::int(v), ts);
        }
    }
    class_by_vector::<0>(win, n, cell, ts)
}

/// `float(x)` of floats and ints.
unsafe extern "C" fn float(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    let x = *win.add(FRAME_HEADER);
    if is_class(win, cell) {
        if x.is_object() {
            return same::<PyFloat>(win, n, cell, ts);
        }
        return match PyFloat::new(x.as_int() as f64, &mut cx()) {
            Ok(f) => instead(win, n, Slot::object(f), ts),
            Err(_) => FAILURE,
        };
    }
    class_by_vector::<0>(win, n, cell, ts)
}
