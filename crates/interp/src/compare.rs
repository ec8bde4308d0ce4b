//! Comparisons, identity, membership, truth, and the jumps that depend on them.

use crate::arith::is_number;
use crate::operator::{self, After};
use crate::regs::*;
use taipan_object::abstract_::{self, CmpOp};
use taipan_object::frame::Slot;
use taipan_object::name;
use taipan_object::prelude::*;
use std::cell::Cell;
use taipan_object::typeobj::{flags, object_type, version_tag};
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::boolean;
use taipan_object::types::float::PyFloat;
use taipan_object::types::set::{PyFrozenSet, PySet, is_any_set_exact};
use taipan_object::types::str::find::occurs;
use taipan_object::types::singletons;

#[inline(always)]
fn holds_int(op: CmpOp, l: Slot, r: Slot) -> bool {
    // Tags keep the order.
    let (l, r) = (l.0 as isize, r.0 as isize);
    match op {
        CmpOp::Lt => l < r,
        CmpOp::Le => l <= r,
        CmpOp::Eq => l == r,
        CmpOp::Ne => l != r,
        CmpOp::Gt => l > r,
        CmpOp::Ge => l >= r,
    }
}

#[inline(always)]
fn holds<T: PartialOrd>(op: CmpOp, l: T, r: T) -> bool {
    match op {
        CmpOp::Lt => l < r,
        CmpOp::Le => l <= r,
        CmpOp::Eq => l == r,
        CmpOp::Ne => l != r,
        CmpOp::Gt => l > r,
        CmpOp::Ge => l >= r,
    }
}

/// `True` or `False` as a slot word.
#[inline(always)]
pub fn bool_slot(b: bool) -> Slot {
    Slot(if b { boolean::true_() } else { boolean::false_() }.as_ptr() as usize)
}

/// The comparison when no Python code can be involved.
#[inline(always)]
unsafe fn quick(op: CmpOp, a: Slot, b: Slot) -> Option<bool> {
    if a.is_object() && b.is_object() {
        let (x, y) = (&*a.as_ptr(), &*b.as_ptr());
        if std::ptr::eq(x.ty(), y.ty()) {
            if matches!(op, CmpOp::Eq | CmpOp::Ne) {
                if let Some(s) = x.exact::<PyStr>() {
                    return Some(s.eq_str(y.cast_unchecked::<PyStr>()) == (op == CmpOp::Eq));
                }
                if let Some(t) = x.exact::<PyTuple>() {
                    return abstract_::quiet_eq_tuples(t, y.cast_unchecked::<PyTuple>()).map(|same| same == (op == CmpOp::Eq));
                }
            }
            if let Some(f) = x.exact::<PyFloat>() {
                return Some(holds(op, f.value(), y.cast_unchecked::<PyFloat>().value()));
            }
            if !x.is_exact::<PyInt>() {
                return None;
            }
        }
    }
    if let (Some(x), Some(y)) = (a.to_i64(), b.to_i64()) {
        return Some(holds(op, x, y));
    }
    // A float and an int that a float holds exactly.
    match (crate::arith::as_float(a), crate::arith::as_float(b)) {
        (Some(x), Some(y)) => Some(holds(op, x, y)),
        _ => None,
    }
}

/// Whether two objects are surely equal (1) or surely not (0); 2: only a comparison can tell.
#[inline(never)]
unsafe fn eq_known(a: *mut Object, b: *mut Object) -> u8 {
    let (x, y) = (&*a, &*b);
    // Objects without a comparison of their own (members of enumerations among them) are equal to themselves only.
    let by_identity = |o: &Object| o.ty().tp_richcompare.get().map(|f| f as usize) == object_type().tp_richcompare.get().map(|f| f as usize);
    if !std::ptr::eq(x.ty(), y.ty()) {
        return if by_identity(x) && by_identity(y) { 0 } else { 2 };
    }
    if let Some(s) = x.exact::<PyStr>() {
        return s.eq_str(y.cast_unchecked::<PyStr>()) as u8;
    }
    if let Some(t) = x.exact::<PyTuple>() {
        return abstract_::quiet_eq_tuples(t, y.cast_unchecked::<PyTuple>()).map_or(2, u8::from);
    }
    match x.exact::<PyFloat>() {
        Some(f) => (f.value() == y.cast_unchecked::<PyFloat>().value()) as u8,
        None if by_identity(x) => x.is(y) as u8,
        None => 2,
    }
}

/// The comparison of two floats (or a float and an int that a float holds), or `==` or `!=` of two objects, when that is plain to see.
#[inline(always)]
unsafe fn known_result(op: CmpOp, l: Slot, r: Slot) -> Option<bool> {
    let equality = matches!(op, CmpOp::Eq | CmpOp::Ne) && l.is_object() && r.is_object();
    if let Some((x, y)) = crate::arith::floats(l, r) {
        return Some(holds(op, x, y));
    }
    if !equality {
        return None;
    }
    match eq_known(l.as_ptr(), r.as_ptr()) {
        2 => None,
        e => Some((e == 1) == (op == CmpOp::Eq)),
    }
}

/// `==` or `!=` of two texts. A leaf with all there is to it: the handlers keep their registers.
#[inline(always)]
unsafe fn known_texts(op: CmpOp, l: Slot, r: Slot) -> Option<bool> {
    if matches!(op, CmpOp::Eq | CmpOp::Ne) && (l.0 | r.0) & 1 == 0 {
        let e = PyStr::eq_objects(&*l.as_ptr(), &*r.as_ptr());
        if e < 2 {
            return Some((e == 1) == (op == CmpOp::Eq));
        }
    }
    None
}

/// The method of a class that answers a comparison.
fn method(op: CmpOp, cx: &Cx) -> &'static PyStr {
    match op {
        CmpOp::Lt => name!(cx, "__lt__"),
        CmpOp::Le => name!(cx, "__le__"),
        CmpOp::Eq => name!(cx, "__eq__"),
        CmpOp::Ne => name!(cx, "__ne__"),
        CmpOp::Gt => name!(cx, "__gt__"),
        CmpOp::Ge => name!(cx, "__ge__"),
    }
}

/// Push the frame of a Python function that compares the operands. False: the general way must do it.
#[inline(always)]
unsafe fn enter(dst: *mut Slot, l: Opd, r: Opd, op: CmpOp, after: After) -> bool {
    let a = l.peek();
    a.is_object() && (*a.as_ptr()).ty().has(flags::HEAPTYPE) && operator::enter(dst, l, r, method(op, &cx()), after)
}

/// The truth of `l op r`. None: a frame was pushed that will finish the jump, which goes where the truth is `want`. `constant`: the right operand is one.
#[cold]
#[inline(never)]
unsafe fn compare_truth(l: Opd, r: Opd, op: CmpOp, want: bool, constant: bool) -> PyResult<Option<bool>> {
    if enter(std::ptr::null_mut(), l, r, op, After::Jump { op, want, constant }) {
        return Ok(None);
    }
    if let Some(b) = quick(op, l.peek(), r.peek()) {
        l.consume();
        r.consume();
        return Ok(Some(b));
    }
    let cx = &mut cx();
    let (a, b) = (Slot::boxed(l.at, cx)?, Slot::boxed(r.at, cx)?);
    // Sets and what else is neither number nor text has only its slot.
    let v = if a.is_exact::<PyFrozenSet>() || a.is_exact::<PySet>() { abstract_::rich_compare_slots(a, b, op, cx)? } else { abstract_::rich_compare(a, b, op, cx)? };
    l.consume();
    r.consume();
    abstract_::is_true(&v, cx).map(Some)
}

/// `*dst = l op r`. True: a frame was pushed that will do it.
#[cold]
#[inline(never)]
unsafe fn compare_value(dst: *mut Slot, l: Opd, r: Opd, op: CmpOp) -> PyResult<bool> {
    let (a, b) = (l.peek(), r.peek());
    if enter(dst, l, r, op, After::Compare(op)) {
        return Ok(true);
    }
    if a.is_object() && b.is_object() && !std::ptr::eq((*a.as_ptr()).ty(), (*b.as_ptr()).ty()) && !is_number(a) {
        let v = abstract_::rich_compare_slots(&*a.as_ptr(), &*b.as_ptr(), op, &mut cx())?;
        l.consume();
        r.consume();
        store_own(dst, v);
        return Ok(false);
    }
    if let Some(b) = quick(op, l.peek(), r.peek()) {
        l.consume();
        r.consume();
        store(dst, bool_slot(b));
        return Ok(false);
    }
    let cx = &mut cx();
    let v = abstract_::rich_compare(Slot::boxed(l.at, cx)?, Slot::boxed(r.at, cx)?, op, cx)?;
    l.consume();
    r.consume();
    store_own(dst, v);
    Ok(false)
}

#[inline(always)]
pub unsafe fn value<W: Word>(m: &mut Regs, w: W, op: CmpOp) -> PyResult<()> {
    let (l, r) = (m.get(w.b()), m.get(w.c()));
    if l.0 & r.0 & 1 != 0 {
        m.put(w, bool_slot(holds_int(op, l, r)));
        return Ok(());
    }
    if let Some(b) = known_texts(op, l, r) {
        let w = w.again();
        m.consume(w.b());
        m.consume(w.c());
        m.put(w, bool_slot(b));
        return Ok(());
    }
    m.save();
    if let Some(b) = known_result(op, l, r) {
        m.src(w.b()).consume();
        m.src(w.c()).consume();
        m.put(w, bool_slot(b));
        return Ok(());
    }
    if compare_value(m.at(w.a()), m.src(w.b()), m.src(w.c()), op)? {
        m.reload();
    }
    Ok(())
}

/// `jump_if_<op>`: jump when the comparison is `want`.
#[inline(always)]
pub unsafe fn jump<W: Word>(m: &mut Regs, w: W, op: CmpOp, want: bool) -> PyResult<()> {
    let (l, r) = (m.get(w.a()), m.get(w.b()));
    let b = if l.0 & r.0 & 1 != 0 {
        holds_int(op, l, r)
    } else {
        if w.a() < 0 && w.b() < 0 {
            // Two variables: nothing to release between comparison and jump.
            if let Some((x, y)) = crate::arith::floats(l, r) {
                return m.jump_when(holds(op, x, y) == want, w.c());
            }
        }
        if let Some(b) = known_texts(op, l, r) {
            let w = w.again();
            m.consume(w.a());
            m.consume(w.b());
            return m.jump_when(b == want, w.c());
        }
        m.save();
        match known_result(op, l, r) {
            Some(b) => {
                m.src(w.a()).consume();
                m.src(w.b()).consume();
                b
            }
            None => match compare_truth(m.src(w.a()), m.src(w.b()), op, want, false)? {
                Some(b) => b,
                None => {
                    m.reload();
                    return Ok(());
                }
            },
        }
    };
    m.jump_when(b == want, w.c())
}

#[inline(always)]
pub unsafe fn jump_k<W: Word>(m: &mut Regs, w: W, op: CmpOp, want: bool) -> PyResult<()> {
    let (l, r) = (m.get(w.a()), m.const_slot(w.bu()));
    let b = if l.0 & r.0 & 1 != 0 {
        holds_int(op, l, r)
    } else {
        if let Some(b) = known_texts(op, l, r) {
            let w = w.again();
            m.consume(w.a());
            return m.jump_when(b == want, w.c());
        }
        m.save();
        match known_result(op, l, r) {
            Some(b) => {
                m.src(w.a()).consume();
                b
            }
            None => match compare_truth(m.src(w.a()), m.konst(w.bu()), op, want, true)? {
                Some(b) => b,
                None => {
                    m.reload();
                    return Ok(());
                }
            },
        }
    };
    m.jump_when(b == want, w.c())
}

/// `is`: by address, exact ints by value.
#[inline(always)]
unsafe fn same(l: Slot, r: Slot) -> bool {
    l.0 == r.0 || ((l.is_int() || (*l.as_ptr()).is_exact::<PyInt>()) && same_int(l, r))
}

#[inline(never)]
unsafe fn same_int(l: Slot, r: Slot) -> bool {
    matches!((l.to_i64(), r.to_i64()), (Some(a), Some(b)) if a == b)
}

#[inline(always)]
pub unsafe fn is<W: Word>(m: &mut Regs, w: W, want: bool) -> PyResult<()> {
    let b = same(m.get(w.b()), m.get(w.c())) == want;
    m.src(w.b()).consume();
    m.src(w.c()).consume();
    m.put(w, bool_slot(b));
    Ok(())
}

#[inline(always)]
pub unsafe fn jump_is<W: Word>(m: &mut Regs, w: W, want: bool) -> PyResult<()> {
    let b = same(m.get(w.a()), m.get(w.b())) == want;
    m.src(w.a()).consume();
    m.src(w.b()).consume();
    m.jump_when(b, w.c())
}

/// Whether one of the items is surely the value: the same object, or an equal exact int or str. `None`: only a comparison can tell.
#[inline(always)]
unsafe fn among(items: &[&Object], x: Slot) -> Option<bool> {
    if x.is_int() {
        if let Some(i) = PyInt::small(x.as_int()) {
            if let Some(found) = among_small(items, i) {
                return Some(found);
            }
        }
    }
    among_plain(items, x)
}

/// [`among`] for an int that exists once: others that do are equal only if they are the same. `None`: there are other items.
#[inline(always)]
unsafe fn among_small(items: &[&Object], x: &PyInt) -> Option<bool> {
    for i in items {
        if i.is(x.as_object()) {
            return Some(true);
        }
        PyInt::small_value(i.as_ptr())?;
    }
    Some(false)
}

#[inline(never)]
unsafe fn among_plain(items: &[&Object], x: Slot) -> Option<bool> {
    let int = x.to_i64();
    let text = if x.is_object() { (*x.as_ptr()).exact::<PyStr>() } else { None };
    if int.is_none() && text.is_none() {
        return None;
    }
    for i in items {
        if let (Some(a), Some(b)) = (int, i.exact::<PyInt>()) {
            if b.to_i64() == Some(a) {
                return Some(true);
            }
        } else if let (Some(a), Some(b)) = (text, i.exact::<PyStr>()) {
            if std::ptr::eq(a, b) || a.eq_str(b) {
                return Some(true);
            }
        } else if !i.is_exact::<PyInt>() && !i.is_exact::<PyStr>() && !i.is_none() {
            return None;
        }
    }
    Some(false)
}

/// What [`contains_known`] gives when only a comparison can tell.
const UNKNOWN: u8 = 2;

/// `item in container`, when no Python code can be involved; texts have been seen to.
#[inline(never)]
unsafe fn contains_known(c: &Object, item: Slot) -> u8 {
    let cx = &mut cx();
    let known = if let Some(d) = c.exact::<PyDict>() {
        if item.is_int() { d.get_i64(item.as_int(), cx).ok().map(|v| v.is_some()) } else { d.get_quietly(&*item.as_ptr(), cx).map(|v| v.is_some()) }
    } else if let Some(l) = c.exact::<PyList>() {
        among(l.items(cx), item)
    } else if let Some(t) = c.exact::<PyTuple>() {
        among(t.as_slice(), item)
    } else if is_any_set_exact(c) {
        let s = c.cast_unchecked::<PySet>();
        if item.is_int() { s.contains_i64(item.as_int()).ok() } else { s.contains_quietly(&*item.as_ptr()) }
    } else {
        None
    };
    known.map_or(UNKNOWN, u8::from)
}

#[inline(never)]
unsafe fn contains(item: Opd, container: Opd) -> PyResult<bool> {
    let (x, c) = (item.peek(), container.peek());
    let known = if c.is_object() { contains_known(&*c.as_ptr(), x) } else { UNKNOWN };
    if known == UNKNOWN {
        return contains_slow(item, container);
    }
    item.consume();
    container.consume();
    Ok(known != 0)
}

#[cold]
#[inline(never)]
unsafe fn contains_slow(item: Opd, container: Opd) -> PyResult<bool> {
    let cx = &mut cx();
    let (x, c) = (item.take(cx)?, container.take(cx)?);
    match c.exact::<PyDict>() {
        Some(d) => d.contains(&x, cx),
        None => abstract_::sequence::contains(&c, &x, cx),
    }
}

/// `item in container`: in strings, and in dicts where that is plain to see, at once.
#[inline(always)]
unsafe fn is_in(item: Opd, container: Opd) -> PyResult<bool> {
    let (x, c) = (item.peek(), container.peek());
    if x.is_object() && c.is_object() && (*c.as_ptr()).is_exact::<PyStr>() && (*x.as_ptr()).is_exact::<PyStr>() {
        let b = occurs((*c.as_ptr()).cast_unchecked(), (*x.as_ptr()).cast_unchecked());
        item.consume();
        container.consume();
        return Ok(b);
    }
    if c.is_object() {
        if let Some(d) = (*c.as_ptr()).exact::<PyDict>() {
            let known = d.plain_has(x);
            if known < UNKNOWN {
                item.consume();
                container.consume();
                return Ok(known == 1);
            }
        }
    }
    contains(item, container)
}

#[inline(always)]
pub unsafe fn in_<W: Word>(m: &mut Regs, w: W, want: bool) -> PyResult<()> {
    m.save();
    let b = is_in(m.src(w.b()), m.src(w.c()))? == want;
    m.put(w, bool_slot(b));
    Ok(())
}

#[inline(always)]
pub unsafe fn jump_in<W: Word>(m: &mut Regs, w: W, want: bool) -> PyResult<()> {
    m.save();
    let b = is_in(m.src(w.a()), m.src(w.b()))? == want;
    m.jump_when(b, w.c())
}

/// Truth of a word, when it is plain to see.
#[inline(always)]
unsafe fn quick_truth(s: Slot) -> Option<bool> {
    if s.is_int() {
        return Some(s.as_int() != 0);
    }
    let p = s.as_ptr();
    if p == boolean::true_().as_ptr() {
        Some(true)
    } else if p == boolean::false_().as_ptr() || p == singletons::none().as_ptr() {
        Some(false)
    } else {
        None
    }
}

/// Truth of exact objects of the commonest types.
#[inline(always)]
fn truth_of_known(o: &Object) -> Option<bool> {
    if let Some(l) = o.exact::<PyList>() {
        Some(!l.is_empty())
    } else if let Some(s) = o.exact::<PyStr>() {
        Some(!s.is_empty())
    } else if let Some(d) = o.exact::<PyDict>() {
        Some(!d.is_empty())
    } else if let Some(t) = o.exact::<PyTuple>() {
        Some(!t.is_empty())
    } else if let Some(b) = o.exact::<PyBytes>() {
        Some(!b.is_empty())
    } else {
        let version = o.ty().tp_version_tag.get();
        (version != 0 && ALWAYS_TRUE.0[version as usize % ALWAYS_TRUE.0.len()].get() == version).then_some(true)
    }
}

/// Versions of types without a truth of their own, whose instances are all true. A version that was used never means another type.
struct Versions([Cell<u32>; 256]);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Versions {}
static ALWAYS_TRUE: Versions = Versions([const { Cell::new(0) }; 256]);

fn learn_truth(ty: &PyType) {
    let own = ty.number().is_some_and(|n| n.nb_bool.get().is_some())
        || ty.mapping().is_some_and(|m| m.mp_length.get().is_some())
        || ty.sequence().is_some_and(|s| s.sq_length.get().is_some());
    if !own {
        let version = version_tag(ty);
        ALWAYS_TRUE.0[version as usize % ALWAYS_TRUE.0.len()].set(version);
    }
}

#[inline(never)]
unsafe fn truth_slow(o: Opd) -> PyResult<bool> {
    if let Some(b) = truth_of_known(&*o.peek().as_ptr()) {
        o.consume();
        return Ok(b);
    }
    learn_truth((*o.peek().as_ptr()).ty());
    let truth = abstract_::is_true(&*o.peek().as_ptr(), &mut cx())?;
    o.consume();
    Ok(truth)
}

/// Truth of a `Src` operand.
#[inline(always)]
pub unsafe fn truth(m: &mut Regs, r: isize) -> PyResult<bool> {
    match quick_truth(m.get(r)) {
        // Bools and None are immortal: nothing to release.
        Some(b) => {
            if r >= 0 {
                *m.at(r) = Slot::EMPTY;
            }
            Ok(b)
        }
        None => {
            m.save();
            truth_slow(m.src(r))
        }
    }
}

#[inline(always)]
pub unsafe fn jump_truth<W: Word>(m: &mut Regs, w: W, want: bool) -> PyResult<()> {
    let b = truth(m, w.a())?;
    m.jump_when(b == want, w.bc())
}

#[inline(always)]
pub unsafe fn jump_truth_or_pop<W: Word>(m: &mut Regs, w: W, want: bool) -> PyResult<()> {
    let b = match quick_truth(m.get(w.a())) {
        Some(b) => b,
        None => {
            m.save();
            truth_slow(m.keep(w.a()))?
        }
    };
    if b == want {
        m.jump(w.bc())
    } else {
        m.src(w.a()).consume();
        Ok(())
    }
}

#[inline(always)]
pub unsafe fn jump_none<W: Word>(m: &mut Regs, w: W, want: bool) -> PyResult<()> {
    let b = m.get(w.a()).as_ptr() == singletons::none().as_ptr();
    m.src(w.a()).consume();
    m.jump_when(b == want, w.bc())
}

#[inline(always)]
pub unsafe fn not<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let b = truth(m, w.b())?;
    m.put(w, bool_slot(!b));
    Ok(())
}
