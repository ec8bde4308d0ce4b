//! Objects by name: finding the module that has them, and writing module and name.

use super::op::*;
use super::save::Saver;
use super::{cannot, names};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::str::codec;
use taipan_object::{abstract_, attr, import};

/// A dotted name in parts.
fn split(name: &PyStr, cx: &mut Cx) -> PyResult<Vec<Own<PyStr>>> {
    let points = name.to_points();
    let mut out = Vec::new();
    for part in points.split(|&c| c == u32::from(b'.')) {
        out.push(PyStr::from_code_points(part, cx)?);
    }
    Ok(out)
}

/// The object at a path of attributes; `None` if one is missing.
fn at_path(o: &Object, path: &[Own<PyStr>], cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let mut o = o.own();
    for name in path {
        match attr::get_opt(&o, name, cx)? {
            Some(next) => o = next,
            None => return Ok(None),
        }
    }
    Ok(Some(o))
}

/// The name of the module in which `o` is found under `name` (`pickle.whichmodule`).
fn which_module(o: &Object, name: &PyStr, path: &[Own<PyStr>], cx: &mut Cx) -> PyResult<Own<Object>> {
    let shown = |cx: &mut Cx| abstract_::repr(o, cx);
    if path.iter().any(|p| p.eq_text("<locals>")) {
        let o = shown(cx)?;
        return Err(cannot(format_args!("Can't pickle local object {o}"), cx));
    }
    let mut module_name = attr::get_opt(o, name!(cx, "__module__"), cx)?.filter(|m| !m.is_none());
    if module_name.is_none() {
        let modules = import::modules(cx)?.copy(cx)?;
        let mut pos = 0;
        while let Some((key, m, _)) = modules.next_own(&mut pos) {
            let skipped = m.is_none() || key.downcast::<PyStr>().is_some_and(|k| k.eq_text("__main__") || k.eq_text("__mp_main__"));
            if !skipped && at_path(&m, path, cx)?.is_some_and(|found| found.is(o)) {
                return Ok(key);
            }
        }
        module_name = Some(PyStr::new("__main__", cx)?.into_object());
    }
    let Some(module_name) = module_name else { return Ok(none().own()) };
    let found = import::import(&module_name, None, None, 0, cx).and_then(|_| {
        let modules = import::modules(cx)?;
        match modules.get(&module_name, cx)? {
            Some(m) => Ok(m),
            None => Err(cx.raise_arg(exc::KeyError(), &module_name)),
        }
    });
    let module = match found {
        Ok(m) => m,
        Err(r) => {
            if !(cx.raised_is(exc::ImportError()) || cx.raised_is(exc::ValueError()) || cx.raised_is(exc::KeyError())) {
                return Err(r);
            }
            let e = cx.take_raised(r);
            let (o, text) = (shown(cx)?, abstract_::str(&e, cx)?);
            let r = cannot(format_args!("Can't pickle {o}: {text}"), cx);
            return Err(with_context(r, &e, cx));
        }
    };
    let place = format!("{}.{}", abstract_::str(&module_name, cx)?, name);
    let mut found = module;
    for part in path {
        found = match attr::get(&found, part, cx) {
            Ok(next) => next,
            Err(r) if cx.raised_is(exc::AttributeError()) => {
                let e = cx.take_raised(r);
                let o = shown(cx)?;
                let r = cannot(format_args!("Can't pickle {o}: it's not found as {place}"), cx);
                return Err(with_context(r, &e, cx));
            }
            Err(r) => return Err(r),
        };
    }
    if found.is(o) {
        return Ok(module_name);
    }
    let o = shown(cx)?;
    Err(cannot(format_args!("Can't pickle {o}: it's not the same object as {place}"), cx))
}

/// Say that one exception came up while another was handled.
fn with_context(r: Raised, earlier: &Object, cx: &mut Cx) -> Raised {
    let new = cx.take_raised(r);
    match attr::set(&new, name!(cx, "__context__"), Some(earlier), cx) {
        Ok(()) => cx.set_raised(new),
        Err(r) => r,
    }
}

impl Saver<'_> {
    /// Save an object as module and name.
    pub fn global(&mut self, o: &Object, name: Option<&PyStr>, cx: &mut Cx) -> PyResult<()> {
        let name = match name {
            Some(n) => n.as_object().own(),
            None => match attr::get_opt(o, name!(cx, "__qualname__"), cx)? {
                Some(n) => n,
                None => attr::get(o, name!(cx, "__name__"), cx)?,
            },
        };
        let Ok(name) = name.downcast_own::<PyStr>() else {
            return Err(cx.type_error(format_args!("__qualname__ must be a string")));
        };
        let path = split(&name, cx)?;
        let module_name = which_module(o, &name, &path, cx)?;
        if self.with.proto >= 2 {
            let key = PyTuple::from_slice(&[&module_name, &name], cx)?;
            let registry = &names(cx)?.extension_registry;
            let code = match registry.downcast::<PyDict>() {
                Some(d) => d.get(&key, cx)?,
                None => None,
            };
            if let Some(code) = code {
                return self.extension(&code, cx);
            }
        }
        if self.with.proto >= 4 {
            self.save(&module_name, cx)?;
            self.save(&name, cx)?;
            self.put(&[STACK_GLOBAL]);
        } else {
            let Some((first, rest)) = path.split_first() else { return Ok(()) };
            let getattr = if rest.is_empty() { None } else { Some(cx.import_attr("builtins", "getattr")?) };
            for _ in rest {
                if let Some(g) = &getattr {
                    self.save(g, cx)?;
                }
                if self.with.proto < 2 {
                    self.put(&[MARK]);
                }
            }
            self.by_name(&module_name, first, cx)?;
            for part in rest {
                self.save(part, cx)?;
                self.put(&[if self.with.proto < 2 { TUPLE } else { TUPLE2 }, REDUCE]);
            }
        }
        self.memoize(o);
        Ok(())
    }

    fn extension(&mut self, code: &Object, cx: &mut Cx) -> PyResult<()> {
        let n = taipan_object::abstract_::number::index(code, cx)?;
        let Some(n) = n.to_i64() else {
            return Err(cx.overflow_error(format_args!("Python int too large to convert to C long")));
        };
        if !(1..=0x7FFF_FFFF).contains(&n) {
            return Err(cx.runtime_error(format_args!("extension code {n} is out of range")));
        }
        let [a, b, c, d] = (n as u32).to_le_bytes();
        match n {
            0..=0xFF => self.put(&[EXT1, a]),
            0x100..=0xFFFF => self.put(&[EXT2, a, b]),
            _ => self.put(&[EXT4, a, b, c, d]),
        }
        Ok(())
    }

    /// `GLOBAL`, with the names of Python 2 where they are asked for.
    fn by_name(&mut self, module: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<()> {
        let (mut module, mut name) = (module.own(), name.as_object().own());
        if self.with.proto < 3 && self.with.fix_imports {
            let n = names(cx)?;
            let key = PyTuple::from_slice(&[&module, &name], cx)?;
            let renamed = match n.reverse_name_mapping.downcast::<PyDict>() {
                Some(d) => d.get(&key, cx)?,
                None => None,
            };
            if let Some(t) = renamed {
                if let Some(&[m, n]) = t.downcast::<PyTuple>().map(PyTuple::as_slice) {
                    (module, name) = (m.own(), n.own());
                }
            } else if let Some(d) = n.reverse_import_mapping.downcast::<PyDict>() {
                if let Some(m) = d.get(&module, cx)? {
                    module = m;
                }
            }
        }
        self.put(&[GLOBAL]);
        for (part, what) in [(&module, "module"), (&name, "global")] {
            let Some(s) = part.downcast::<PyStr>() else {
                return Err(cx.type_error(format_args!("{what} name must be a string")));
            };
            let encoding = if self.with.proto >= 3 { "utf-8" } else { "ascii" };
            match codec::encode(s, encoding, "strict", cx) {
                Ok(b) => self.put(b.downcast::<PyBytes>().map_or(&[], PyBytes::as_bytes)),
                Err(r) => {
                    if !cx.raised_is(exc::UnicodeEncodeError()) {
                        return Err(r);
                    }
                    let e = cx.take_raised(r);
                    let shown = abstract_::repr(s, cx)?;
                    let proto = self.with.proto;
                    let r = cannot(format_args!("can't pickle {what} identifier {shown} using pickle protocol {proto}"), cx);
                    return Err(with_context(r, &e, cx));
                }
            }
            self.put(b"\n");
        }
        Ok(())
    }
}

/// `find_class(module, name)` of an unpickler.
pub fn find_class(module: &PyStr, name: &PyStr, proto: i32, fix_imports: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    taipan_object::audit::raise("pickle.find_class", &[module.as_object(), name.as_object()], cx)?;
    let (mut module, mut name) = (AsObject::new_ref(module), AsObject::new_ref(name));
    if proto < 3 && fix_imports {
        let n = names(cx)?;
        let key = PyTuple::from_slice(&[&module, &name], cx)?;
        let renamed = match n.name_mapping.downcast::<PyDict>() {
            Some(d) => d.get(&key, cx)?,
            None => None,
        };
        if let Some(t) = renamed {
            if let Some(&[m, n]) = t.downcast::<PyTuple>().map(PyTuple::as_slice) {
                if let (Some(m), Some(n)) = (m.downcast::<PyStr>(), n.downcast::<PyStr>()) {
                    (module, name) = (AsObject::new_ref(m), AsObject::new_ref(n));
                }
            }
        } else if let Some(d) = n.import_mapping.downcast::<PyDict>() {
            if let Some(Ok(m)) = d.get(&module, cx)?.map(|m| m.downcast_own::<PyStr>()) {
                module = m;
            }
        }
    }
    if module.is_empty() {
        return Err(cx.value_error(format_args!("Empty module name")));
    }
    let m = import::import_absolute(&module, cx)?;
    if proto < 4 {
        return attr::get(&m, &name, cx);
    }
    let path = split(&name, cx)?;
    let mut o = m;
    for part in &path {
        o = match attr::get(&o, part, cx) {
            Ok(next) => next,
            Err(r) if path.len() > 1 && cx.raised_is(exc::AttributeError()) => {
                let e = cx.take_raised(r);
                let (name, module) = (abstract_::repr(&name, cx)?, abstract_::repr(&module, cx)?);
                let r = cx.attribute_error(format_args!("Can't resolve path {name} on module {module}"));
                return Err(with_context(r, &e, cx));
            }
            Err(r) => return Err(r),
        };
    }
    Ok(o)
}
