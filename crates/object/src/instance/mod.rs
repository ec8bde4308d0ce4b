//! Where the attributes of instances live. The only place that knows.
//!
//! Three ways, by type:
//! - `MANAGED_DICT | INLINE_VALUES` (plain classes): an [`InlineValues`] block right behind `tp_basicsize`, its keys shared by the class in `ht_cached_keys`. The word at
//!   `obj - 24` is the instance's dict or null. When `__dict__` is asked for, a dict is made that *aliases* the values: both see every change. When the attributes
//!   do not fit any more (another key than the class may share, `__dict__` assigned), the values become invalid for good and the dict has everything.
//! - `MANAGED_DICT` alone (subclasses of variable-sized types): only the word at `obj - 24`, made on first use.
//! - `tp_dictoffset` (built-in and C types): the dict pointer at that offset; negative counts from the end of a variable-sized object.
//!
//! `obj - 32` is the weak reference list of `MANAGED_WEAKREF` types. The two GC words lie between (`gc::header`).
//!
//! Inline caches: an index found by [`index_of`]/[`index_for_store`] belongs to its name for as long as the class lives (shared keys only grow), and is below the capacity of every
//! instance, past and future: the sum of entries and free places in shared keys never grows, and an instance gets that many places. So `type version` + `values.is_valid()` +
//! `!cell(ix).is_null()` suffices for a load. That an instance attribute does *not* exist is guarded by the shared keys' version.

mod cache;
#[cfg(test)]
mod tests;

pub use crate::field::InstDict;
pub use cache::{load_cached, load_hinted, store_cached, value_offset};

use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::field::Visit;
use crate::refs::*;
use crate::typeobj::alloc::DICT_BEFORE;
use crate::typeobj::{PyHeapType, PyType, flags};
use crate::types::dict::{InlineValues, Keys, Kind, PyDict, keys::SPLIT_MAX};
use crate::types::str::PyStr;
use std::cell::Cell;
use std::ptr::null_mut;

/// Where an instance of a type has its attributes.
enum Place<'a> {
    /// Valid inline values, their keys, and the cell of the dict that may alias them.
    Inline(&'a InlineValues, &'a Keys, &'a Cell<*mut PyDict>),
    /// The cell of the dict.
    Dict(&'a Cell<*mut PyDict>),
    /// No `__dict__`.
    Nowhere,
}

/// The inline values of an instance of an `INLINE_VALUES` type.
///
/// # Safety
/// `ty` is the type of `obj` and has the flag.
#[inline(always)]
pub unsafe fn inline_values<'a>(obj: &'a Object, ty: &PyType) -> &'a InlineValues {
    // SAFETY: the block lies behind the fixed part.
    unsafe { &*((obj.as_ptr() as *const u8).offset(ty.tp_basicsize.get()) as *const InlineValues) }
}

/// The cell of the managed dict.
///
/// # Safety
/// The type of `obj` has `MANAGED_DICT`.
#[inline(always)]
pub unsafe fn managed_dict(obj: &Object) -> &Cell<*mut PyDict> {
    // SAFETY: the pre-header.
    unsafe { &*((obj.as_ptr() as *const u8).sub(DICT_BEFORE) as *const Cell<*mut PyDict>) }
}

/// The keys shared by the instances of a type, if it has inline values.
#[inline(always)]
pub fn shared_keys(ty: &PyType) -> Option<&Keys> {
    if ty.tp_flags.get() & flags::INLINE_VALUES == 0 {
        return None;
    }
    // SAFETY: only heap types have the flag; their keys live as long as the type.
    unsafe { ((*(ty as *const PyType as *const PyHeapType)).ht_cached_keys.get() as *const Keys).as_ref() }
}

#[inline(always)]
fn place<'a>(obj: &'a Object, ty: &'a PyType) -> Place<'a> {
    let fl = ty.tp_flags.get();
    // SAFETY: the flags say which parts exist.
    unsafe {
        if let Some(k) = shared_keys(ty) {
            let v = inline_values(obj, ty);
            if v.is_valid() {
                return Place::Inline(v, k, managed_dict(obj));
            }
        }
        if fl & flags::MANAGED_DICT != 0 {
            return Place::Dict(managed_dict(obj));
        }
        match ty.tp_dictoffset.get() {
            0 => Place::Nowhere,
            off => Place::Dict(&*((obj.as_ptr() as *const u8).offset(dict_offset(obj, ty, off)) as *const Cell<*mut PyDict>)),
        }
    }
}

/// A negative offset counts from the end of a variable-sized object, rounded up to words.
fn dict_offset(obj: &Object, ty: &PyType, off: isize) -> isize {
    if off > 0 {
        return off;
    }
    // SAFETY: types with a negative offset are variable-sized.
    let n = unsafe { (*(obj.as_ptr() as *const VarHead)).size.get() }.abs();
    let size = ty.tp_basicsize.get() + n * ty.tp_itemsize.get();
    ((size + 7) & !7) + off
}

/// Whether the object can have a `__dict__`.
#[inline]
pub fn has_dict(obj: &Object) -> bool {
    let ty = obj.ty();
    ty.tp_flags.get() & flags::MANAGED_DICT != 0 || ty.tp_dictoffset.get() != 0
}

// ---- classes ----

/// Names that instances may get besides those that the class's methods assign; each instance made while some are unused takes one place away, until one is left.
const SPARE_NAMES: usize = 6;

/// Places for a class none of whose names is known (its `__init__` may be made later, as a dataclass's is).
const UNNAMED: usize = 12;
/// Instances without attributes keep so many places.
const FEWEST: usize = 4;

/// One more instance was made: it has as many places as the keys had, the next one has fewer if not all are used.
#[inline(always)]
pub fn made_one(k: &Keys) {
    if k.nentries() > 0 || k.usable() > FEWEST {
        k.shrink_usable();
    }
}

/// Give a new class with `INLINE_VALUES` its shared keys: those of its base, then `names`, which its methods assign on `self` (`__static_attributes__`), then those of its other bases. Known names have
/// their places in every instance, whenever they are assigned. Raises `MemoryError`.
pub fn init_class(ty: &PyHeapType, names: Option<&crate::types::tuple::PyTuple>, cx: &mut Cx) -> PyResult<()> {
    let base = ty.slots.ty.tp_base.get();
    // SAFETY: null or a live type.
    let inherited = unsafe { base.as_ref() }.and_then(shared_keys);
    // What the methods of other bases assign has its place too.
    let bases = ty.slots.ty.tp_bases.own();
    let others = bases.iter().flat_map(|b| b.as_slice()).filter(|b| !std::ptr::eq(b.as_ptr() as *const PyType, base)).filter_map(|b| shared_keys(b.downcast::<PyType>()?));
    let names = names.map_or(&[][..], |t| t.as_slice());
    let n = match names.len() + inherited.into_iter().chain(others.clone()).map(Keys::nentries).sum::<usize>() {
        0 => UNNAMED,
        known => known + SPARE_NAMES,
    };
    let k = Keys::new_split(n.min(SPLIT_MAX));
    if k.is_null() {
        return Err(cx.memory_error());
    }
    // SAFETY: a fresh block, which the class owns from here on.
    let keys = unsafe { &*k };
    let own = names.iter().filter_map(|o| o.exact::<PyStr>());
    for name in inherited.into_iter().flat_map(Keys::shared_names).chain(own).chain(others.flat_map(Keys::shared_names)) {
        if keys.usable() > 1 && keys.find_str(name, name.hash_value()).is_none() {
            keys.push_shared(name);
        }
    }
    ty.ht_cached_keys.set(k as *mut std::ffi::c_void);
    Ok(())
}

/// Release the shared keys of a dying class.
pub fn drop_class(ty: &PyHeapType) {
    let k = ty.ht_cached_keys.replace(null_mut()) as *mut Keys;
    if !k.is_null() {
        // SAFETY: the hold was the type's.
        unsafe { Keys::release(k) };
    }
}

/// Index of `name` among the shared keys of a type: valid for the life of the type.
#[inline]
pub fn index_of(ty: &PyType, name: &PyStr) -> Option<u32> {
    shared_keys(ty)?.find_str(name, name.hash_value()).map(|i| i as u32)
}

/// As `index_of`, adding the name if there is room.
pub fn index_for_store(ty: &PyType, name: &PyStr) -> Option<u32> {
    let k = shared_keys(ty)?;
    index_or_add(k, name).map(|i| i as u32)
}

#[inline(always)]
fn index_or_add(k: &Keys, name: &PyStr) -> Option<usize> {
    let h = name.hash_value();
    if let Some(ix) = k.find_str(name, h) {
        return Some(ix);
    }
    (k.usable() > 0 && name.is_exact::<PyStr>()).then(|| k.push_shared(name))
}

// ---- allocation ----

/// Bytes that `tp_alloc` adds behind `tp_basicsize` for an instance of the type.
#[inline]
pub fn inline_bytes(ty: &PyType) -> usize {
    shared_keys(ty).map_or(0, |k| InlineValues::bytes_for(k.nentries() + k.usable()))
}

/// Bytes behind `tp_basicsize` of an existing instance, for `tp_free`.
#[inline]
pub fn inline_bytes_of(obj: &Object, ty: &PyType) -> usize {
    // SAFETY: types with shared keys give every instance a block.
    shared_keys(ty).map_or(0, |_| InlineValues::bytes_for(unsafe { inline_values(obj, ty) }.capacity()))
}

/// Initialise the inline values of a fresh instance for which [`inline_bytes`] bytes were allocated since the keys last changed.
///
/// # Safety
/// `obj` is a fresh instance of `ty` with that many bytes behind `tp_basicsize`.
#[inline]
pub unsafe fn init_inline(obj: &Object, ty: &PyType) {
    if let Some(k) = shared_keys(ty) {
        // SAFETY: the caller's promise.
        unsafe { InlineValues::init_at((obj.as_ptr() as *mut u8).offset(ty.tp_basicsize.get()), k.nentries() + k.usable(), true) };
        made_one(k);
    }
}

// ---- attributes ----

/// The instance attribute `name`; looks at the instance only. Raises what odd keys in the dict raise.
#[inline]
pub fn get(obj: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    match place(obj, obj.ty()) {
        Place::Inline(v, k, _) if name.is_exact::<PyStr>() => {
            let Some(ix) = k.find_str(name, name.hash_value()) else { return Ok(None) };
            // SAFETY: null or live.
            Ok(unsafe { v.cell(ix).get().as_ref() }.map(|o| o.own()))
        }
        Place::Inline(..) => {
            let Some(d) = dict(obj, cx)? else { return Ok(None) };
            d.get(name, cx)
        }
        Place::Dict(c) => {
            // SAFETY: null or live.
            let Some(d) = (unsafe { c.get().as_ref() }) else { return Ok(None) };
            if d.has_only_strings() && name.is_exact::<PyStr>() {
                return Ok(d.get_str(name, cx).map(|v| v.own()));
            }
            let d = d.new_ref();
            d.get(name, cx)
        }
        Place::Nowhere => Ok(None),
    }
}

/// Set the instance attribute `name` of an object with a `__dict__` (raises `AttributeError` for others).
#[inline]
pub fn set(obj: &Object, name: &PyStr, value: &Object, cx: &mut Cx) -> PyResult<()> {
    if let Place::Inline(v, k, d) = place(obj, obj.ty()) {
        if name.is_exact::<PyStr>() {
            if let Some(ix) = index_or_add(k, name).filter(|&ix| ix < v.capacity()) {
                drop(store_inline(v, ix, value.own(), d));
                return Ok(());
            }
        }
    }
    match dict(obj, cx)? {
        Some(d) => d.set(name, value, cx),
        None => Err(crate::attr::no_attribute(obj, name, cx)),
    }
}

/// Store value `ix < capacity` of valid inline values; the old value comes back.
#[inline(always)]
#[must_use]
pub fn store_inline(v: &InlineValues, ix: usize, value: Own<Object>, d: &Cell<*mut PyDict>) -> Option<Own<Object>> {
    // SAFETY: null or the live aliasing dict.
    if let Some(d) = unsafe { d.get().as_ref() } {
        return d.store_split(ix, value);
    }
    // SAFETY: the count was the block's.
    unsafe { Own::from_raw_opt(v.store(ix, value.into_raw())) }
}

/// Delete the instance attribute `name`; `false` when it is not there.
pub fn delete(obj: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<bool> {
    match place(obj, obj.ty()) {
        Place::Inline(v, k, d) if name.is_exact::<PyStr>() && d.get().is_null() => {
            let Some(ix) = k.find_str(name, name.hash_value()) else { return Ok(false) };
            // SAFETY: the count was the block's.
            Ok(unsafe { Own::<Object>::from_raw_opt(v.take(ix)) }.is_some())
        }
        Place::Inline(..) => match dict(obj, cx)? {
            Some(d) => Ok(d.remove(name, cx)?.is_some()),
            None => Ok(false),
        },
        Place::Dict(c) => {
            // SAFETY: null or live.
            let Some(d) = (unsafe { c.get().as_ref() }) else { return Ok(false) };
            let d = d.new_ref();
            Ok(d.remove(name, cx)?.is_some())
        }
        Place::Nowhere => Ok(false),
    }
}

// ---- __dict__ ----

/// The instance's dict, made if there is none yet; `None` when the type has no `__dict__`.
pub fn dict(obj: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyDict>>> {
    let cell = match place(obj, obj.ty()) {
        Place::Nowhere => return Ok(None),
        Place::Dict(c) | Place::Inline(_, _, c) => c,
    };
    // SAFETY: null or live.
    if let Some(d) = unsafe { cell.get().as_ref() } {
        return Ok(Some(d.new_ref()));
    }
    // Making an object may run the collector, hence code: look again afterwards.
    let d = PyDict::new(cx)?;
    // SAFETY: null or live.
    if let Some(d) = unsafe { cell.get().as_ref() } {
        return Ok(Some(d.new_ref()));
    }
    if let Place::Inline(v, k, _) = place(obj, obj.ty()) {
        k.retain();
        d.alias(k, v);
    }
    cell.set(d.clone().into_raw() as *mut PyDict);
    Ok(Some(d))
}

/// The instance's dict if it exists already.
pub fn existing_dict(obj: &Object) -> Option<Own<PyDict>> {
    match place(obj, obj.ty()) {
        // SAFETY: null or live.
        Place::Dict(c) | Place::Inline(_, _, c) => unsafe { c.get().as_ref() }.map(|d| d.new_ref()),
        Place::Nowhere => None,
    }
}

/// Replace the instance's dict (`obj.__dict__ = d`), or drop it (a new empty one is made on demand). `false`: the type has no `__dict__`.
pub fn set_dict(obj: &Object, d: Option<Own<PyDict>>) -> bool {
    match place(obj, obj.ty()) {
        Place::Nowhere => return false,
        Place::Inline(v, _, c) => {
            let rest = detach(v, c);
            v.invalidate();
            c.set(d.map_or(null_mut(), |d| d.into_raw() as *mut PyDict));
            drop(rest);
        }
        Place::Dict(c) => {
            let old = c.replace(d.map_or(null_mut(), |d| d.into_raw() as *mut PyDict));
            // SAFETY: the count was the instance's.
            drop(unsafe { Own::<PyDict>::from_raw_opt(old as *mut Object) });
        }
    }
    true
}

/// `obj.__class__` is about to become `_new`, whose shared keys are others: the attributes move into the instance's dict. Raises `MemoryError`.
pub fn before_class_change(obj: &Object, _new: &PyType, cx: &mut Cx) -> PyResult<()> {
    if let Place::Inline(v, ..) = place(obj, obj.ty()) {
        if let Some(d) = dict(obj, cx)? {
            d.combine(Kind::Str, v.len(), cx)?;
        }
        v.invalidate();
    }
    Ok(())
}

/// What an instance let go of; dropping it may run code.
struct Rest {
    _dict: Option<Own<PyDict>>,
    _values: Vec<Own<Object>>,
}

/// Separate the values from the instance: a dict that others hold keeps them in a block of its own. Afterwards the values are empty and the dict cell is null.
fn detach(v: &InlineValues, cell: &Cell<*mut PyDict>) -> Rest {
    // SAFETY: null or a live dict whose count the instance gives up.
    let dict = unsafe { Own::<PyDict>::from_raw_opt(cell.replace(null_mut()) as *mut Object) };
    if let Some(d) = &dict {
        if d.split_values().is_some_and(|mine| std::ptr::eq(mine, v)) {
            if d.is_unique() {
                d.unalias();
            } else {
                let bytes = InlineValues::bytes_for(v.capacity());
                let p = alloc::malloc(bytes);
                if p.is_null() {
                    d.unalias(); // no memory: the dict comes out empty, as the values die
                } else {
                    // SAFETY: same shape; the values move with their counts.
                    unsafe {
                        InlineValues::init_at(p, v.capacity(), false);
                        let to = &*(p as *const InlineValues);
                        v.move_to(to);
                    }
                    d.set_split_values(p as *mut InlineValues);
                }
            }
        }
    }
    Rest { _dict: dict, _values: v.drain() }
}

// ---- life and death ----

/// Let go of all attributes (`tp_clear`, deallocation). A dict that others hold keeps its items. May run code.
pub fn clear(obj: &Object) {
    match place(obj, obj.ty()) {
        Place::Inline(v, _, c) if c.get().is_null() => v.clear(),
        Place::Inline(v, _, c) => {
            let rest = detach(v, c);
            drop(rest);
        }
        Place::Dict(c) => {
            // SAFETY: null or a live dict whose count the instance gives up.
            drop(unsafe { Own::<PyDict>::from_raw_opt(c.replace(null_mut()) as *mut Object) });
        }
        Place::Nowhere => {}
    }
}

/// As [`traverse`], for a walk that does not end early.
#[inline(always)]
pub(crate) fn each_referent(obj: &Object, f: impl Fn(*mut Object)) {
    let cell = match place(obj, obj.ty()) {
        Place::Nowhere => return,
        Place::Dict(c) => c,
        Place::Inline(v, _, c) if c.get().is_null() => return v.each(|o| f(o)),
        Place::Inline(_, _, c) => c,
    };
    if !cell.get().is_null() {
        f(cell.get() as *mut Object);
    }
}

/// Report what the instance holds here (`tp_traverse`).
pub fn traverse(obj: &Object, visit: Visit) -> Result<(), i32> {
    let cell = match place(obj, obj.ty()) {
        Place::Nowhere => return Ok(()),
        Place::Dict(c) => c,
        // Values that a dict aliases are reported by the dict alone: it may be held from elsewhere and keeps them alive then.
        Place::Inline(v, _, c) if c.get().is_null() => return v.try_each(|o| visit.object(o)),
        Place::Inline(_, _, c) => c,
    };
    // SAFETY: null or live.
    match unsafe { cell.get().as_ref() } {
        Some(d) => visit.object(d),
        None => Ok(()),
    }
}
