//! The module `_abc`: registry and caches of abstract base classes.
//!
//! Every ABC has an `_abc_impl` with three sets of weak references. All negative caches share one version: registering anywhere makes them stale.

use std::cell::Cell;
use taipan_object::prelude::*;
use taipan_object::types::set::{PyFrozenSet, PySet};
use taipan_object::types::weakref::{PyWeakref, new_ref};
use taipan_object::types::type_::uses_type_get;
use taipan_object::typeobj::{self, flags};
use taipan_object::{abstract_, attr, call};

/// The shared version of the negative caches.
#[derive(Default)]
struct Version(Cell<u64>);

#[pytype(name = "_abc._abc_data", heap, mutable, gc, doc = "Internal state held by ABC machinery.")]
#[repr(C)]
pub struct AbcData {
    head: ObjHead,
    registry: FieldCell<PySet>,
    cache: FieldCell<PySet>,
    negative: FieldCell<PySet>,
    negative_version: Cell<u64>,
}

#[pymethods]
impl AbcData {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<AbcData>> {
        let data = AbcData {
            head: Object::placeholder(),
            registry: FieldCell::empty(),
            cache: FieldCell::empty(),
            negative: FieldCell::empty(),
            negative_version: Cell::new(cx.state::<Version>().0.get()),
        };
        cx.new_object_of(cls, data)
    }
}

fn data_of(cls: &Object, cx: &mut Cx) -> PyResult<Own<AbcData>> {
    if let Some(t) = cls.downcast::<PyType>().filter(|t| uses_type_get(t.as_object().ty())) {
        let name = name!(cx, "_abc_impl");
        if typeobj::lookup(cls.ty(), name, cx).is_none() {
            if let Some(d) = typeobj::lookup(t, name, cx).and_then(|d| d.exact::<AbcData>()) {
                return Ok(d.new_ref());
            }
        }
    }
    let d = attr::get(cls, name!(cx, "_abc_impl"), cx)?;
    match d.downcast_own::<AbcData>() {
        Ok(d) => Ok(d),
        Err(_) => Err(cx.type_error(format_args!("_abc_impl is set to a wrong type"))),
    }
}

/// Whether `o` is a class whose metaclass leaves comparison and hash to `object`.
fn is_compared_by_identity(o: &Object) -> bool {
    let (meta, plain) = (o.ty(), PyType::ty());
    let same = |a: Option<usize>, b: Option<usize>| a == b;
    std::ptr::eq(meta, plain)
        || meta.has(flags::TYPE_SUBCLASS)
            && same(meta.tp_hash.get().map(|f| f as usize), plain.tp_hash.get().map(|f| f as usize))
            && same(meta.tp_richcompare.get().map(|f| f as usize), plain.tp_richcompare.get().map(|f| f as usize))
}

/// Whether a weak reference to `o` is in the set. Objects without weak references are in none.
fn in_set(set: &FieldCell<PySet>, o: &Object, cx: &mut Cx) -> PyResult<bool> {
    let Some(s) = set.own().filter(|s| s.len() > 0) else { return Ok(false) };
    if is_compared_by_identity(o) {
        // References to such classes are equal when they refer to the same one.
        let hash = abstract_::hash(o, cx)?;
        return Ok(s.has_key(hash, |w| w.downcast::<PyWeakref>().is_some_and(|w| w.refers_to(o))));
    }
    let w = match new_ref(o, None, cx) {
        Ok(w) => w,
        Err(r) => {
            cx.catch(r, exc::TypeError())?;
            return Ok(false);
        }
    };
    s.contains(&w, cx)
}

/// Takes a dead reference out of the set it was made for.
#[pytype(name = "_abc._destroyer", gc, doc = "", no_new)]
#[repr(C)]
pub struct Destroyer {
    head: ObjHead,
    set: Field<PyWeakref>,
}

#[pymethods]
impl Destroyer {
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        if let (Some(s), [w]) = (self.set.referent(), args.0) {
            if let Some(s) = s.downcast::<PySet>() {
                s.discard(w, cx)?;
            }
        }
        Ok(())
    }
}

fn add_to_set(set: &FieldCell<PySet>, o: &Object, cx: &mut Cx) -> PyResult<()> {
    let s = match set.own() {
        Some(s) => s,
        None => {
            let s = PySet::new(cx)?;
            set.set(Some(s.clone()), cx);
            s
        }
    };
    let back = new_ref(&s, None, cx)?;
    let d = cx.new_object(Destroyer { head: Object::placeholder(), set: Field::new(back) })?;
    let w = new_ref(o, Some(&d), cx)?;
    s.add(&w, cx).map(drop)
}

fn is_abstract(v: &Object, cx: &mut Cx) -> PyResult<bool> {
    match attr::get_opt(v, name!(cx, "__isabstractmethod__"), cx)? {
        Some(f) => abstract_::is_true(&f, cx),
        None => Ok(false),
    }
}

/// `__abstractmethods__`: of the class itself, and inherited ones that are still abstract.
fn compute_abstract_methods(cls: &PyType, cx: &mut Cx) -> PyResult<()> {
    let found = PySet::new(cx)?;
    let ns = attr::get(cls, name!(cx, "__dict__"), cx)?;
    let items = call::call_method(&ns, name!(cx, "items"), &[], cx)?;
    for pair in abstract_::iter::collect(&items, cx)? {
        let Some([key, value]) = pair.downcast::<PyTuple>().map(PyTuple::as_slice) else {
            return Err(cx.type_error(format_args!("Iteration over class __dict__ gave no pairs")));
        };
        if is_abstract(value, cx)? {
            found.add(key, cx)?;
        }
    }
    let bases = cls.tp_bases.own().unwrap_or_else(PyTuple::empty);
    for base in bases.as_slice() {
        let Some(inherited) = attr::get_opt(base, name!(cx, "__abstractmethods__"), cx)? else { continue };
        for key in abstract_::iter::collect(&inherited, cx)? {
            let name = attr::as_name(&key, cx)?;
            if let Some(v) = attr::get_opt(cls, &name, cx)? {
                if is_abstract(&v, cx)? {
                    found.add(&key, cx)?;
                }
            }
        }
    }
    let frozen = PyFrozenSet::from_iterable(&found, cx)?;
    attr::set(cls, name!(cx, "__abstractmethods__"), Some(&frozen), cx)
}

/// The pattern flags that a class asks for in `__abc_tpflags__`.
fn take_pattern_flags(cls: &PyType, cx: &mut Cx) -> PyResult<u64> {
    let both = flags::SEQUENCE | flags::MAPPING;
    let Some(d) = cls.tp_dict.own() else { return Ok(0) };
    let key = name!(cx, "__abc_tpflags__");
    let Some(v) = d.get(key, cx)? else { return Ok(0) };
    let Some(n) = v.downcast::<PyInt>().and_then(PyInt::to_i64) else { return Ok(0) };
    let f = n as u64 & both;
    if f == both {
        return Err(cx.type_error(format_args!("__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING")));
    }
    d.remove(key, cx)?;
    typeobj::modified(cls);
    Ok(f)
}

fn set_pattern_flags(cls: &PyType, f: u64) {
    let both = flags::SEQUENCE | flags::MAPPING;
    cls.tp_flags.set(cls.tp_flags.get() & !both | f);
    typeobj::modified(cls);
}

fn set_pattern_flags_recursively(cls: &PyType, f: u64) {
    let both = flags::SEQUENCE | flags::MAPPING;
    if cls.tp_flags.get() & both == f || cls.has(flags::IMMUTABLETYPE) {
        return;
    }
    set_pattern_flags(cls, f);
    for s in typeobj::subclasses(cls) {
        if let Some(s) = s.downcast::<PyType>() {
            set_pattern_flags_recursively(s, f);
        }
    }
}

fn check_subclass(cls: &Object, subclass: &Object, cx: &mut Cx) -> PyResult<bool> {
    let Some(sub) = subclass.downcast::<PyType>() else {
        return Err(cx.type_error(format_args!("issubclass() arg 1 must be a class")));
    };
    let data = data_of(cls, cx)?;
    if in_set(&data.cache, sub, cx)? {
        return Ok(true);
    }
    let version = cx.state::<Version>().0.get();
    if data.negative_version.get() < version {
        data.negative.set(None, cx);
        data.negative_version.set(version);
    } else if in_set(&data.negative, sub, cx)? {
        return Ok(false);
    }
    let ok = call::call_method(cls, name!(cx, "__subclasshook__"), &[sub], cx)?;
    if !ok.is(not_implemented()) {
        let yes = abstract_::is_true(&ok, cx)?;
        if !ok.is_a::<taipan_object::types::boolean::PyBool>() {
            return Err(cx.assertion_error(format_args!("__subclasshook__ must return either False, True, or NotImplemented")));
        }
        add_to_set(if yes { &data.cache } else { &data.negative }, sub, cx)?;
        return Ok(yes);
    }
    // A direct subclass?
    let mro = sub.tp_mro.own();
    if mro.is_some_and(|m| m.as_slice().iter().any(|t| t.is(cls))) {
        add_to_set(&data.cache, sub, cx)?;
        return Ok(true);
    }
    if in_registry(&data, sub, cx)? {
        return Ok(true);
    }
    let subs = call::call_method(cls, name!(cx, "__subclasses__"), &[], cx)?;
    let Some(list) = subs.downcast::<PyList>() else {
        return Err(cx.type_error(format_args!("__subclasses__() must return a list")));
    };
    let mut i = 0;
    while let Some(s) = list.get_own(i) {
        i += 1;
        if abstract_::is_subclass(sub, &s, cx)? {
            add_to_set(&data.cache, sub, cx)?;
            return Ok(true);
        }
    }
    add_to_set(&data.negative, sub, cx)?;
    Ok(false)
}

/// Whether `sub` is a subclass of a registered class.
fn in_registry(data: &AbcData, sub: &PyType, cx: &mut Cx) -> PyResult<bool> {
    if in_set(&data.registry, sub, cx)? {
        return Ok(true);
    }
    let Some(registry) = data.registry.own() else { return Ok(false) };
    // A copy: the checks run code that may register more.
    let mut all = Vec::new();
    let mut at = 0;
    while let Some((w, _)) = registry.next_own(&mut at) {
        all.push(w);
    }
    for w in all {
        let Some(r) = w.downcast::<PyWeakref>().and_then(PyWeakref::referent) else { continue };
        if abstract_::is_subclass(sub, &r, cx)? {
            add_to_set(&data.cache, sub, cx)?;
            return Ok(true);
        }
    }
    Ok(false)
}

fn check_instance(cls: &Object, instance: &Object, cx: &mut Cx) -> PyResult<bool> {
    let data = data_of(cls, cx)?;
    // Objects without `__class__` are instances of their type, as for `isinstance`.
    let sub = match abstract_::class_is_type(instance, cx) {
        true => instance.ty().own(),
        false => attr::get_opt(instance, name!(cx, "__class__"), cx)?.unwrap_or_else(|| instance.ty().own()),
    };
    if in_set(&data.cache, &sub, cx)? {
        return Ok(true);
    }
    let subtype = instance.ty().own();
    let check = name!(cx, "__subclasscheck__");
    if subtype.is(&sub) {
        if data.negative_version.get() == cx.state::<Version>().0.get() && in_set(&data.negative, &sub, cx)? {
            return Ok(false);
        }
        let r = call::call_method(cls, check, &[&sub], cx)?;
        return abstract_::is_true(&r, cx);
    }
    let r = call::call_method(cls, check, &[&sub], cx)?;
    if abstract_::is_true(&r, cx)? {
        return Ok(true);
    }
    let r = call::call_method(cls, check, &[&subtype], cx)?;
    abstract_::is_true(&r, cx)
}

#[pymodule(name = "_abc", doc = "Module contains faster C implementation of abc.ABCMeta")]
pub mod abc {
    use super::*;

    /// Returns the current ABC cache token.
    ///
    /// The token is an opaque object (supporting equality testing) identifying
    /// the current version of the ABC cache for virtual subclasses.  The token
    /// changes with every call to register() on any ABC.
    #[function("get_cache_token()")]
    fn get_cache_token(cx: &mut Cx) -> u64 {
        cx.state::<Version>().0.get()
    }
    /// Internal ABC helper for class set-up. Should be never used outside abc module.
    #[function("_abc_init(self, /)")]
    fn abc_init(cls: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(t) = cls.downcast::<PyType>() else {
            return Err(cx.type_error(format_args!("_abc_init() argument must be a type")));
        };
        compute_abstract_methods(t, cx)?;
        let data = cx.instantiate(AbcData::ty())?;
        attr::set(cls, name!(cx, "_abc_impl"), Some(&data), cx)?;
        let f = take_pattern_flags(t, cx)?;
        if f != 0 {
            set_pattern_flags(t, f);
        }
        Ok(())
    }
    /// Internal ABC helper for subclasss registration. Should be never used outside abc module.
    #[function("_abc_register(self, subclass, /)")]
    fn abc_register(cls: &Object, subclass: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(sub) = subclass.downcast::<PyType>() else {
            return Err(cx.type_error(format_args!("Can only register classes")));
        };
        if abstract_::is_subclass(sub, cls, cx)? {
            return Ok(subclass.own());
        }
        // That would make a cycle.
        if abstract_::is_subclass(cls, sub, cx)? {
            return Err(cx.runtime_error(format_args!("Refusing to create an inheritance cycle")));
        }
        let data = data_of(cls, cx)?;
        add_to_set(&data.registry, sub, cx)?;
        let v = cx.state::<Version>();
        v.0.set(v.0.get() + 1);
        if let Some(t) = cls.downcast::<PyType>() {
            let f = t.tp_flags.get() & (flags::SEQUENCE | flags::MAPPING);
            if f != 0 {
                set_pattern_flags_recursively(sub, f);
            }
        }
        Ok(subclass.own())
    }
    /// Internal ABC helper for instance checks. Should be never used outside abc module.
    #[function("_abc_instancecheck(self, instance, /)")]
    fn abc_instancecheck(cls: &Object, instance: &Object, cx: &mut Cx) -> PyResult<bool> {
        check_instance(cls, instance, cx)
    }
    /// Internal ABC helper for subclasss checks. Should be never used outside abc module.
    #[function("_abc_subclasscheck(self, subclass, /)")]
    fn abc_subclasscheck(cls: &Object, subclass: &Object, cx: &mut Cx) -> PyResult<bool> {
        check_subclass(cls, subclass, cx)
    }
    /// Internal ABC helper to reset registry of a given class.
    ///
    /// Should be only used by refleak.py
    #[function("_reset_registry(self, /)")]
    fn reset_registry(cls: &Object, cx: &mut Cx) -> PyResult<()> {
        data_of(cls, cx)?.registry.set(None, cx);
        Ok(())
    }
    /// Internal ABC helper to reset both caches of a given class.
    ///
    /// Should be only used by refleak.py
    #[function("_reset_caches(self, /)")]
    fn reset_caches(cls: &Object, cx: &mut Cx) -> PyResult<()> {
        let d = data_of(cls, cx)?;
        d.cache.set(None, cx);
        d.negative.set(None, cx);
        Ok(())
    }
    /// Internal ABC helper for cache and registry debugging.
    ///
    /// Return shallow copies of registry, of both caches, and
    /// negative cache version. Don't call this function directly,
    /// instead use ABC._dump_registry() for a nice repr.
    #[function("_get_dump(self, /)")]
    fn get_dump(cls: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let d = data_of(cls, cx)?;
        let mut v = Vec::new();
        for f in [&d.registry, &d.cache, &d.negative] {
            let copy = match f.own() {
                Some(s) => PySet::from_iterable(&s, cx)?,
                None => PySet::new(cx)?,
            };
            v.push(copy.into_object());
        }
        v.push(PyInt::from_u64(d.negative_version.get(), cx)?.into_object());
        PyTuple::from_vec(v, cx)
    }

    #[exec]
    fn exec(_m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(AbcData::SPEC, cx)?;
        taipan_object::typeobj::ready_static(Destroyer::SPEC, cx)
    }
}
