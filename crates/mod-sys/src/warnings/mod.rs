//! The module `_warnings`: the filters, the registries of places that have warned, and the hooks for warnings of Rust code.
//!
//! Lib's `warnings` replaces part of it once it is imported: filters, default action, once registry and the function that shows a warning are
//! looked up there first, since programs assign to them.

mod context;
mod filter;
mod show;

use context::Place;
use std::cell::Cell;
use taipan_host::futex::Lock;
use taipan_object::prelude::*;
use taipan_object::{abstract_, attr, call, warn as kernel};

/// The state of an interpreter.
pub struct Warnings {
    pub filters: FieldCell<Object>,
    pub once: FieldCell<Object>,
    pub default_action: FieldCell<Object>,
    pub version: Cell<i64>,
    lock: Lock,
    owner: Cell<u64>,
    depth: Cell<usize>,
}

impl Default for Warnings {
    fn default() -> Self {
        Warnings {
            filters: FieldCell::empty(),
            once: FieldCell::empty(),
            default_action: FieldCell::empty(),
            version: Cell::new(1),
            lock: Lock::new(),
            owner: Cell::new(0),
            depth: Cell::new(0),
        }
    }
}

impl Warnings {
    fn is_mine(&self) -> bool {
        self.depth.get() > 0 && self.owner.get() == taipan_host::thread::ident()
    }

    fn acquire(&self, cx: &mut Cx) {
        if self.is_mine() {
            self.depth.set(self.depth.get() + 1);
            return;
        }
        if !self.lock.try_take() {
            cx.without_gil(|| while self.lock.take(None).is_err() {});
        }
        self.owner.set(taipan_host::thread::ident());
        self.depth.set(1);
    }

    fn release(&self) -> bool {
        if !self.is_mine() {
            return false;
        }
        let n = self.depth.get() - 1;
        self.depth.set(n);
        if n == 0 {
            self.owner.set(0);
            self.lock.open();
        }
        true
    }
}

/// In the child of a fork, a lock that another thread held is free.
fn after_fork_child(cx: &mut Cx) {
    let w = cx.state::<Warnings>();
    if w.depth.get() > 0 && !w.is_mine() {
        w.depth.set(0);
        w.owner.set(0);
        w.lock.open();
    }
}

/// What a warning is about.
struct Warning<'a> {
    message: Own<Object>,
    category: Own<Object>,
    text: Own<Object>,
    place: &'a Place,
    source: Option<&'a Object>,
}

/// `registry[key]`, unless the filters have changed since; optionally note it.
fn already_warned(registry: &PyDict, key: &Object, note: bool, cx: &mut Cx) -> PyResult<bool> {
    let now = cx.state::<Warnings>().version.get();
    let version = registry.get_text("version", cx)?;
    let current = version.is_some_and(|v| v.downcast::<PyInt>().and_then(PyInt::to_i64) == Some(now));
    if !current {
        registry.clear_items(cx);
        let v = PyInt::new(now, cx)?;
        registry.set_text("version", v.into_object(), cx)?;
    } else if let Some(v) = registry.get(key, cx)? {
        if abstract_::is_true(&v, cx)? {
            return Ok(true);
        }
    }
    if note {
        registry.set(key, taipan_object::types::boolean::true_(), cx)?;
    }
    Ok(false)
}

/// Ask the filters and do what they say.
fn issue(message: &Object, category: &Object, place: &Place, source: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let is_warning = message.ty().is_subtype(exc::Warning());
    let w = if is_warning {
        let text = abstract_::str(message, cx)?.into_object();
        Warning { message: message.own(), category: message.ty().own(), text, place, source }
    } else {
        let made = call::call(category, &[message], cx)?;
        Warning { message: made, category: category.own(), text: message.own(), place, source }
    };
    let state = cx.state::<Warnings>();
    state.acquire(cx);
    let show = decide(&w, cx);
    state.release();
    if show? {
        show::show(&w, cx)?;
    }
    Ok(())
}

/// Whether the warning is to be shown; raises it when the filters make it an error.
fn decide(w: &Warning<'_>, cx: &mut Cx) -> PyResult<bool> {
    let lineno = PyInt::new(w.place.lineno as i64, cx)?;
    let key = PyTuple::from_slice(&[&w.text, &w.category, &lineno], cx)?;
    let registry = w.place.registry.as_ref().and_then(|r| r.downcast::<PyDict>());
    if let Some(r) = registry {
        if already_warned(r, &key, false, cx)? {
            return Ok(false);
        }
    }
    let (action, item) = filter::find(w, cx)?;
    let name = action.to_string();
    match name.as_str() {
        "error" => return Err(cx.raise(w.message.clone())),
        "ignore" => return Ok(false),
        "always" | "all" => return Ok(true),
        _ => {}
    }
    if let Some(r) = registry {
        r.set(&key, taipan_object::types::boolean::true_(), cx)?;
    }
    let seen = match name.as_str() {
        "once" => {
            let alt = PyTuple::from_slice(&[&w.text, &w.category], cx)?;
            let once = match registry {
                Some(r) => r.new_ref(),
                None => filter::once_registry(cx)?,
            };
            already_warned(&once, &alt, true, cx)?
        }
        "module" => match registry {
            Some(r) => {
                let zero = PyInt::new(0, cx)?;
                let alt = PyTuple::from_slice(&[&w.text, &w.category, &zero], cx)?;
                already_warned(r, &alt, true, cx)?
            }
            None => false,
        },
        "default" => false,
        _ => {
            let (a, i) = (abstract_::repr(&action, cx)?, abstract_::repr(&item, cx)?);
            return Err(cx.runtime_error(format_args!("Unrecognized action ({a}) in warnings.filters:\n {i}")));
        }
    };
    Ok(!seen)
}

/// The category of a warning: that of the message if it is one.
fn category_of(message: &Object, category: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    if message.ty().is_subtype(exc::Warning()) {
        return Ok(message.ty().own());
    }
    if category.is_none() {
        return Ok(exc::UserWarning().own());
    }
    match category.downcast::<PyType>() {
        Some(t) if t.is_subtype(exc::Warning()) => Ok(category.own()),
        _ => Err(cx.type_error(format_args!("category must be a Warning subclass, not '{}'", category.ty().name()))),
    }
}

fn hook_warn(cx: &mut Cx, category: &PyType, message: &Object, stack_level: isize, source: Option<&Object>) -> PyResult<()> {
    let place = context::at_level(stack_level, None, cx)?;
    issue(message, category, &place, source, cx)
}

fn hook_warn_explicit(cx: &mut Cx, category: &PyType, message: &Object, filename: &PyStr, lineno: i32, module: Option<&PyStr>) -> PyResult<()> {
    let module = match module {
        Some(m) => m.as_object().own(),
        None => context::module_of_file(filename, cx)?,
    };
    let place = Place { filename: filename.as_object().own(), lineno: lineno as isize, module, registry: None };
    issue(message, category, &place, None, cx)
}

static HOOKS: kernel::Hooks = kernel::Hooks { warn: hook_warn, warn_explicit: hook_warn_explicit };

/// `module_globals` must be a dict.
fn check_globals(globals: &Object, cx: &mut Cx) -> PyResult<()> {
    if globals.is_none() || globals.is_a::<PyDict>() {
        return Ok(());
    }
    Err(cx.type_error(format_args!("module_globals must be a dict, not '{}'", globals.ty().name())))
}

#[pymodule(name = "_warnings", doc = "_warnings provides basic warning filtering support.\nIt is a helper module to speed up interpreter start-up.")]
pub mod warnings {
    use super::*;

    /// Issue a warning, or maybe ignore it or raise an exception.
    ///
    ///   message
    ///     Text of the warning message.
    ///   category
    ///     The Warning category subclass. Defaults to UserWarning.
    ///   stacklevel
    ///     How far up the call stack to make this warning appear. A value of 2 for
    ///     example attributes the warning to the caller of the code calling warn().
    ///   source
    ///     If supplied, the destroyed object which emitted a ResourceWarning
    ///   skip_file_prefixes
    ///     An optional tuple of module filename prefixes indicating frames to skip
    ///     during stacklevel computations for stack frame attribution.
    #[function("warn(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())")]
    fn warn(
        message: &Object,
        category: &Object,
        stacklevel: isize,
        source: &Object,
        #[default(None)] skip_file_prefixes: Option<&PyTuple>,
        cx: &mut Cx,
    ) -> PyResult<()> {
        let category = category_of(message, category, cx)?;
        let mut level = stacklevel;
        if let Some(skip) = skip_file_prefixes.filter(|s| !s.is_empty()) {
            if let Some(bad) = skip.as_slice().iter().find(|s| !s.is_a::<PyStr>()) {
                return Err(cx.type_error(format_args!("Found non-str '{}' in skip_file_prefixes.", bad.ty().name())));
            }
            level = level.max(2);
        }
        let place = context::at_level(level, skip_file_prefixes, cx)?;
        issue(message, &category, &place, Some(source).filter(|s| !s.is_none()), cx)
    }

    /// Issue a warning, or maybe ignore it or raise an exception.
    #[function("warn_explicit(message, category, filename, lineno, module=<unrepresentable>, registry=None, module_globals=None, source=None)")]
    fn warn_explicit(
        message: &Object,
        category: &Object,
        filename: &PyStr,
        lineno: i32,
        #[default(None)] module: Option<&Object>,
        registry: &Object,
        module_globals: &Object,
        source: &Object,
        cx: &mut Cx,
    ) -> PyResult<()> {
        let category = category_of(message, category, cx)?;
        check_globals(module_globals, cx)?;
        if !registry.is_none() && !registry.is_a::<PyDict>() {
            return Err(cx.type_error(format_args!("'registry' must be a dict or None")));
        }
        let module = match module {
            Some(m) => m.own(),
            None => context::module_of_file(filename, cx)?,
        };
        if module.is_none() {
            return Ok(());
        }
        if !module_globals.is_none() {
            let bless = cx.import_attr("_frozen_importlib_external", "_bless_my_loader")?;
            taipan_object::call::call(&bless, &[module_globals], cx)?;
            show::prime_linecache(filename, module_globals, cx)?;
        }
        let registry = (!registry.is_none()).then(|| registry.own());
        let place = Place { filename: filename.as_object().own(), lineno: lineno as isize, module, registry };
        issue(message, &category, &place, Some(source).filter(|s| !s.is_none()), cx)
    }

    #[function("_filters_mutated_lock_held()")]
    fn filters_mutated_lock_held(cx: &mut Cx) -> PyResult<()> {
        let s = cx.state::<Warnings>();
        if !s.is_mine() {
            return Err(cx.runtime_error(format_args!("warnings mutex is not held")));
        }
        s.version.set(s.version.get() + 1);
        Ok(())
    }
    #[function("_acquire_lock()")]
    fn acquire_lock(cx: &mut Cx) {
        cx.state::<Warnings>().acquire(cx);
    }
    #[function("_release_lock()")]
    fn release_lock(cx: &mut Cx) -> PyResult<()> {
        if cx.state::<Warnings>().release() {
            return Ok(());
        }
        Err(cx.runtime_error(format_args!("cannot release un-acquired lock")))
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        crate::contextvars::ready(cx)?;
        taipan_object::thread::fork::on_child_first(after_fork_child);
        let s = cx.state::<Warnings>();
        if s.filters.is_empty() {
            let filters = filter::defaults(cx)?;
            s.filters.set(Some(filters.into_object()), cx);
            let once = PyDict::new(cx)?;
            s.once.set(Some(once.into_object()), cx);
            let action = PyStr::new_interned("default", cx)?;
            s.default_action.set(Some(action.into_object()), cx);
        }
        for (name, field) in [("filters", &s.filters), ("_onceregistry", &s.once), ("_defaultaction", &s.default_action)] {
            if let Some(v) = field.own() {
                m.add(name, &v, cx)?;
            }
        }
        let var = crate::contextvars::new_var(name!(cx, "_warnings_context"), None, cx)?;
        m.add("_warnings_context", &var, cx)?;
        kernel::set_hooks(&HOOKS);
        Ok(())
    }
}

/// `warnings.NAME`, when Lib's module has been imported (or can be, if that is asked for).
fn lib_attr(name: &str, import: bool, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let module = if import && !cx.interp().finalizing.get() {
        match cx.import("warnings") {
            Ok(m) => Some(m),
            Err(r) => {
                cx.catch(r, exc::ImportError())?;
                None
            }
        }
    } else {
        match cx.interp().modules.own() {
            Some(d) => d.get_text("warnings", cx)?,
            None => None,
        }
    };
    match module {
        Some(m) => {
            let n = PyStr::new_interned(name, cx)?;
            attr::get_opt(&m, &n, cx)
        }
        None => Ok(None),
    }
}
