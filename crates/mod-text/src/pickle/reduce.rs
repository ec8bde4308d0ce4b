//! Saving what `__reduce__` says: a callable with arguments, and then state, list items and dict items.

use super::cannot;
use super::op::*;
use super::save::Saver;
use crate::naming::{full_name, noted};
use taipan_object::abstract_::{self, iter};
use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// The parts of a reduction.
struct Parts<'t> {
    func: &'t Object,
    args: &'t PyTuple,
    state: Option<&'t Object>,
    list_items: Option<&'t Object>,
    dict_items: Option<&'t Object>,
    setter: Option<&'t Object>,
}

fn wrong(what: &str, must: &str, o: &Object, cx: &mut Cx) -> Raised {
    match full_name(o.ty(), cx) {
        Ok(name) => cannot(format_args!("{what} must be {must}, not {name}"), cx),
        Err(r) => r,
    }
}

impl<'t> Parts<'t> {
    fn of(rv: &'t PyTuple, cx: &mut Cx) -> PyResult<Parts<'t>> {
        let all = rv.as_slice();
        if !(2..=6).contains(&all.len()) {
            return Err(cannot(format_args!("tuple returned by __reduce__ must contain 2 through 6 elements"), cx));
        }
        let part = |i: usize| all.get(i).copied().filter(|o| !o.is_none());
        let item = |n: &str| format!("{n} item of the tuple returned by __reduce__");
        if !cx.is_callable(all[0]) {
            return Err(wrong(&item("first"), "callable", all[0], cx));
        }
        let Some(args) = all[1].downcast::<PyTuple>() else {
            return Err(wrong(&item("second"), "a tuple", all[1], cx));
        };
        for (i, n) in [(3, "fourth"), (4, "fifth")] {
            if let Some(o) = part(i).filter(|o| !iter::is_iterator(o)) {
                return Err(wrong(&item(n), "an iterator", o, cx));
            }
        }
        if let Some(o) = part(5).filter(|o| !cx.is_callable(o)) {
            return Err(wrong(&item("sixth"), "callable", o, cx));
        }
        Ok(Parts { func: all[0], args, state: part(2), list_items: part(3), dict_items: part(4), setter: part(5) })
    }
}

impl Saver<'_> {
    /// Save a reduction; `obj` is what it makes.
    pub fn reduce(&mut self, rv: &PyTuple, obj: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let p = Parts::of(rv, cx)?;
        self.construction(&p, obj, cx)?;
        let Some(o) = obj else { return Ok(()) };
        // An object that holds itself was saved while its arguments were.
        match self.known(o) {
            Some(n) => {
                self.put(&[POP]);
                self.put_get(n);
            }
            None => self.memoize(o),
        }
        if let Some(it) = p.list_items {
            self.appends(it, o, cx)?;
        }
        if let Some(it) = p.dict_items {
            self.setitems(it, o, cx)?;
        }
        let Some(state) = p.state else { return Ok(()) };
        let note = |what: &'static str| move |_: &mut Cx| Ok(what.to_owned());
        match p.setter {
            None => {
                self.save(state, cx).map_err(|r| noted(r, o, note("state"), cx))?;
                self.put(&[BUILD]);
            }
            Some(setter) => {
                self.save(setter, cx).map_err(|r| noted(r, o, note("state setter"), cx))?;
                self.save(o, cx)?;
                self.save(state, cx).map_err(|r| noted(r, o, note("state"), cx))?;
                // The setter's answer does not matter.
                self.put(&[TUPLE2, REDUCE, POP]);
            }
        }
        Ok(())
    }

    /// The call that makes the object.
    fn construction(&mut self, p: &Parts<'_>, obj: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let mut kind = "";
        if self.with.proto >= 2 {
            let name = attr::get_opt(p.func, name!(cx, "__name__"), cx)?;
            if let Some(n) = name.as_deref().and_then(|n| n.downcast::<PyStr>()) {
                kind = ["__newobj__", "__newobj_ex__"].into_iter().find(|k| n.eq_text(k)).unwrap_or("");
            }
        }
        match kind {
            "__newobj_ex__" => self.new_with_keywords(p.args, obj, cx),
            "__newobj__" => self.new_plain(p.args, obj, cx),
            _ => {
                let note = |r: Raised, what: &str, cx: &mut Cx| match obj {
                    Some(o) => noted(r, o, |_| Ok(what.to_owned()), cx),
                    None => r,
                };
                self.save(p.func, cx).map_err(|r| note(r, "reconstructor", cx))?;
                self.save(p.args, cx).map_err(|r| note(r, "reconstructor arguments", cx))?;
                self.put(&[REDUCE]);
                Ok(())
            }
        }
    }

    fn class_of(&mut self, function: &str, cls: &Object, obj: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        if !cls.is_a::<PyType>() {
            return Err(wrong(&format!("first argument to {function}()"), "a class", cls, cx));
        }
        if let Some(o) = obj {
            let class = attr::get(o, name!(cx, "__class__"), cx)?;
            if !class.is(cls) {
                let (a, b) = (abstract_::repr(&class, cx)?, abstract_::repr(cls, cx)?);
                return Err(cannot(format_args!("first argument to {function}() must be {a}, not {b}"), cx));
            }
        }
        Ok(())
    }

    fn new_with_keywords(&mut self, args: &PyTuple, obj: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let &[cls, new_args, kwargs] = args.as_slice() else {
            return Err(cannot(format_args!("__newobj_ex__ expected 3 arguments, got {}", args.len()), cx));
        };
        self.class_of("__newobj_ex__", cls, obj, cx)?;
        let Some(positional) = new_args.downcast::<PyTuple>() else {
            return Err(wrong("second argument to __newobj_ex__()", "a tuple", new_args, cx));
        };
        let Some(keywords) = kwargs.downcast::<PyDict>() else {
            return Err(wrong("third argument to __newobj_ex__()", "a dict", kwargs, cx));
        };
        let note = |r: Raised, what: &str, cx: &mut Cx| match obj {
            Some(o) => noted(r, o, |_| Ok(what.to_owned()), cx),
            None => r,
        };
        if self.with.proto >= 4 {
            self.save(cls, cx).map_err(|r| note(r, "class", cx))?;
            self.save(new_args, cx).map_err(|r| note(r, "__new__ arguments", cx))?;
            self.save(kwargs, cx).map_err(|r| note(r, "__new__ arguments", cx))?;
            self.put(&[NEWOBJ_EX]);
            return Ok(());
        }
        // Older protocols: partial(cls.__new__, cls, *args, **kwargs) called without arguments.
        let partial = cx.import_attr("functools", "partial")?;
        let new = attr::get(cls, name!(cx, "__new__"), cx)?;
        let mut all = vec![&*new, cls];
        all.extend_from_slice(positional.as_slice());
        let all = PyTuple::from_slice(&all, cx)?;
        let f = call::call_tuple_dict(&partial, &all, Some(keywords), cx)?;
        self.save(&f, cx).map_err(|r| note(r, "reconstructor", cx))?;
        let empty = PyTuple::empty();
        self.save(&empty, cx)?;
        self.put(&[REDUCE]);
        Ok(())
    }

    fn new_plain(&mut self, args: &PyTuple, obj: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let [cls, rest @ ..] = args.as_slice() else {
            return Err(cannot(format_args!("__newobj__ expected at least 1 argument, got 0"), cx));
        };
        self.class_of("__newobj__", cls, obj, cx)?;
        let note = |r: Raised, what: &str, cx: &mut Cx| match obj {
            Some(o) => noted(r, o, |_| Ok(what.to_owned()), cx),
            None => r,
        };
        self.save(cls, cx).map_err(|r| note(r, "class", cx))?;
        let rest = PyTuple::from_slice(rest, cx)?;
        self.save(&rest, cx).map_err(|r| note(r, "__new__ arguments", cx))?;
        self.put(&[NEWOBJ]);
        Ok(())
    }
}
