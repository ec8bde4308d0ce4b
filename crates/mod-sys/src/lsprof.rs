//! `_lsprof`: the profiler behind `cProfile`. It listens to `sys.monitoring` and adds up times per function.
//!
//! Times are ticks: nanoseconds of the monotonic clock, or what an own timer counts. A function's time is that of its outermost activation, so
//! recursion is not counted twice.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use taipan_host::clock;
use taipan_object::prelude::*;
use taipan_object::types::builtin::PyCFunction;
use taipan_object::types::descr::PyMethodDescr;
use taipan_object::types::float::PyFloat;
use taipan_object::types::structseq::StructSeq;
use taipan_object::{abstract_, attr, call, typeobj};

static ENTRY: StructSeq = StructSeq::without_new(
    c"_lsprof.profiler_entry",
    c"",
    &[
        ("code", "code object or built-in function name"),
        ("callcount", "how many times this was called"),
        ("reccallcount", "how many times called recursively"),
        ("totaltime", "total time in this entry"),
        ("inlinetime", "inline time in this entry (not in subcalls)"),
        ("calls", "details of the calls"),
    ],
    6,
);
static SUBENTRY: StructSeq = StructSeq::without_new(
    c"_lsprof.profiler_subentry",
    c"",
    &[
        ("code", "called code object or built-in function name"),
        ("callcount", "how many times this is called"),
        ("reccallcount", "how many times this is called recursively"),
        ("totaltime", "total time spent in this call"),
        ("inlinetime", "inline time (not in further subcalls)"),
    ],
    5,
);

/// `sys.monitoring.PROFILER_ID`.
const TOOL: i64 = 2;
/// Events and the methods that answer them.
const CALLBACKS: [(&str, &str); 9] = [
    ("PY_START", "_pystart_callback"),
    ("PY_RESUME", "_pystart_callback"),
    ("PY_THROW", "_pythrow_callback"),
    ("PY_RETURN", "_pyreturn_callback"),
    ("PY_YIELD", "_pyreturn_callback"),
    ("PY_UNWIND", "_pyreturn_callback"),
    ("CALL", "_ccall_callback"),
    ("C_RETURN", "_creturn_callback"),
    ("C_RAISE", "_creturn_callback"),
];

/// Counts and times of calls.
#[derive(Default)]
struct Tally {
    total: i64,
    own: i64,
    calls: i64,
    recursive: i64,
    level: i64,
}

impl Tally {
    fn add(&mut self, total: i64, own: i64) {
        self.level -= 1;
        if self.level == 0 {
            self.total += total;
        } else {
            self.recursive += 1;
        }
        self.own += own;
        self.calls += 1;
    }
}

/// One function.
struct Entry {
    /// Its code, or the description of a built-in function.
    shown: Own<Object>,
    tally: Tally,
    callees: HashMap<usize, Tally>,
}

/// One activation under way.
struct Context {
    key: usize,
    start: i64,
    /// Time of what it called.
    below: i64,
}

#[derive(Default)]
struct Data {
    entries: HashMap<usize, Entry>,
    /// Keys in the order of their first call.
    order: Vec<usize>,
    stack: Vec<Context>,
}

/// Build a profiler object using the specified timer function.
#[pytype(
    name = "_lsprof.Profiler", heap,
    gc,
    basetype,
    doc = "Profiler(timer=None, timeunit=0.0, subcalls=True, builtins=True)\n--\n\nBuild a profiler object using the specified timer function.\n\nThe default timer is a fast built-in one based on real time.\nFor custom timer functions returning integers, 'timeunit' can\nbe a float specifying a scale (that is, how long each integer unit\nis, in seconds)."
)]
#[repr(C)]
pub struct PyProfiler {
    head: ObjHead,
    #[gc(skip)]
    data: RefCell<Data>,
    timer: FieldCell<Object>,
    unit: Cell<f64>,
    subcalls: Cell<bool>,
    builtins: Cell<bool>,
    active: Cell<bool>,
}

impl PyProfiler {
    fn now(&self, cx: &mut Cx) -> i64 {
        let Some(timer) = self.timer.own() else { return clock::nanos(clock::MONOTONIC) };
        let ticks = call::call(&timer, &[], cx).and_then(|t| {
            if self.unit.get() > 0.0 {
                let i = abstract_::number::index(&t, cx)?;
                return Ok(i.to_i64().unwrap_or(0));
            }
            Ok((abstract_::number::as_f64(&t, cx)? * 1e9).round() as i64)
        });
        ticks.unwrap_or_else(|_| {
            taipan_object::unraisable::write_while("calling _lsprof timer", &timer, cx);
            0
        })
    }

    fn scale(&self) -> f64 {
        if !self.timer.is_empty() && self.unit.get() > 0.0 { self.unit.get() } else { 1e-9 }
    }

    fn enter(&self, key: usize, shown: impl FnOnce(&mut Cx) -> PyResult<Own<Object>>, cx: &mut Cx) -> PyResult<()> {
        if !self.data.borrow().entries.contains_key(&key) {
            let shown = shown(cx)?;
            let d = &mut *self.data.borrow_mut();
            d.entries.insert(key, Entry { shown, tally: Tally::default(), callees: HashMap::new() });
            d.order.push(key);
        }
        {
            let d = &mut *self.data.borrow_mut();
            if let Some(e) = d.entries.get_mut(&key) {
                e.tally.level += 1;
            }
            let caller = d.stack.last().map(|c| c.key).filter(|_| self.subcalls.get());
            if let Some(caller) = caller.and_then(|k| d.entries.get_mut(&k)) {
                caller.callees.entry(key).or_default().level += 1;
            }
            d.stack.push(Context { key, start: 0, below: 0 });
        }
        let start = self.now(cx);
        if let Some(c) = self.data.borrow_mut().stack.last_mut() {
            c.start = start;
        }
        Ok(())
    }

    /// The innermost activation ends; `key` is its function, or `None` for whatever it is.
    fn leave(&self, key: Option<usize>, cx: &mut Cx) {
        // What began before profiling did has no context.
        if self.data.borrow().stack.last().is_none_or(|c| key.is_some_and(|k| k != c.key)) {
            return;
        }
        let now = self.now(cx);
        let d = &mut *self.data.borrow_mut();
        let Some(c) = d.stack.pop() else { return };
        let total = now - c.start;
        let own = total - c.below;
        let caller = d.stack.last_mut().map(|p| {
            p.below += total;
            p.key
        });
        if let Some(e) = d.entries.get_mut(&c.key) {
            e.tally.add(total, own);
        }
        if let Some(e) = caller.filter(|_| self.subcalls.get()).and_then(|k| d.entries.get_mut(&k)) {
            if let Some(t) = e.callees.get_mut(&c.key) {
                t.add(total, own);
            }
        }
    }

    fn key_of_code(code: &Object) -> usize {
        code.as_ptr() as usize
    }

    fn listen(&self, on: bool, cx: &mut Cx) -> PyResult<()> {
        let monitoring = cx.import_attr("sys", "monitoring")?;
        let events = attr::get(&monitoring, name!(cx, "events"), cx)?;
        let tool = PyInt::new(TOOL, cx)?;
        let mut all = 0;
        for (event, method) in CALLBACKS {
            let event = attr::get_text(&events, event, cx)?;
            all |= event.downcast::<PyInt>().and_then(PyInt::to_i64).unwrap_or(0);
            let f = if on { attr::get_text(self, method, cx)? } else { none().own() };
            call::call_method(&monitoring, name!(cx, "register_callback"), &[&tool, &event, &f], cx)?;
        }
        let all = PyInt::new(if on { all } else { 0 }, cx)?;
        call::call_method(&monitoring, name!(cx, "set_events"), &[&tool, &all], cx).map(drop)
    }
}

/// The key of a function written in Rust or C: its table row, whatever object it is bound to.
fn native_key(f: &Object) -> Option<usize> {
    if let Some(f) = f.downcast::<PyCFunction>() {
        return Some(std::ptr::from_ref(f.def()) as usize);
    }
    f.downcast::<PyMethodDescr>().map(|d| std::ptr::from_ref(d.def()) as usize)
}

/// How such a function is shown.
fn native_name(f: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let Some(c) = f.downcast::<PyCFunction>() else {
        return Ok(abstract_::repr(f, cx)?.into_object());
    };
    let name = PyStr::new(c.name(), cx)?;
    let owner = attr::get_opt(f, name!(cx, "__self__"), cx)?.filter(|o| !o.is_none() && !o.is_a::<PyModule>());
    if let Some(o) = owner {
        if let Some(d) = typeobj::lookup(o.ty(), &name, cx).map(Object::own) {
            return Ok(abstract_::repr(&d, cx)?.into_object());
        }
    }
    let module = attr::get_opt(f, name!(cx, "__module__"), cx)?.filter(|m| m.is_a::<PyStr>());
    let text = match module {
        Some(m) => format!("<built-in method {}.{name}>", abstract_::str(&m, cx)?),
        None => format!("<built-in method {name}>"),
    };
    Ok(PyStr::new(&text, cx)?.into_object())
}

#[pymethods]
impl PyProfiler {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyProfiler>> {
        let p = PyProfiler {
            head: Object::placeholder(),
            data: RefCell::default(),
            timer: FieldCell::empty(),
            unit: Cell::new(0.0),
            subcalls: Cell::new(true),
            builtins: Cell::new(true),
            active: Cell::new(false),
        };
        cx.new_object_of(cls, p)
    }
    #[init("Profiler(timer=None, timeunit=0.0, subcalls=True, builtins=True)")]
    fn init(&self, timer: &Object, timeunit: Option<f64>, subcalls: bool, builtins: bool, cx: &mut Cx) {
        self.timer.set(Some(timer.own()).filter(|t| !t.is_none()), cx);
        self.unit.set(timeunit.unwrap_or(0.0));
        self.subcalls.set(subcalls);
        self.builtins.set(builtins);
    }
    /// Start collecting profiling information.
    ///
    ///   subcalls
    ///     If True, also records for each function
    ///     statistics separated according to its current caller.
    ///   builtins
    ///     If True, records the time spent in
    ///     built-in functions separately from their caller.
    #[method("enable(subcalls=True, builtins=True)")]
    fn enable(&self, subcalls: bool, builtins: bool, cx: &mut Cx) -> PyResult<()> {
        let monitoring = cx.import_attr("sys", "monitoring")?;
        let (tool, name) = (PyInt::new(TOOL, cx)?, PyStr::new("cProfile", cx)?);
        if let Err(r) = call::call_method(&monitoring, name!(cx, "use_tool_id"), &[&tool, &name], cx) {
            cx.discard(r);
            return Err(cx.value_error(format_args!("Another profiling tool is already active")));
        }
        self.subcalls.set(subcalls);
        self.builtins.set(builtins);
        self.active.set(true);
        self.listen(true, cx)
    }
    /// Stop collecting profiling information.
    #[method("disable()")]
    fn disable(&self, cx: &mut Cx) -> PyResult<()> {
        if self.active.replace(false) {
            self.listen(false, cx)?;
            let monitoring = cx.import_attr("sys", "monitoring")?;
            let tool = PyInt::new(TOOL, cx)?;
            drop(call::call_method(&monitoring, name!(cx, "free_tool_id"), &[&tool], cx)?);
            while !self.data.borrow().stack.is_empty() {
                self.leave(None, cx);
            }
        }
        Ok(())
    }
    /// Clear all profiling information collected so far.
    #[method("clear()")]
    fn clear(&self) {
        let old = std::mem::take(&mut *self.data.borrow_mut());
        drop(old);
    }
    /// list of profiler_entry objects.
    ///
    /// getstats() -> list of profiler_entry objects
    ///
    /// Return all information collected by the profiler.
    /// Each profiler_entry is a tuple-like object with the
    /// following attributes:
    ///
    ///     code          code object
    ///     callcount     how many times this was called
    ///     reccallcount  how many times called recursively
    ///     totaltime     total time in this entry
    ///     inlinetime    inline time in this entry (not in subcalls)
    ///     calls         details of the calls
    ///
    /// The calls attribute is either None or a list of
    /// profiler_subentry objects:
    ///
    ///     code          called code object
    ///     callcount     how many times this is called
    ///     reccallcount  how many times this is called recursively
    ///     totaltime     total time spent in this call
    ///     inlinetime    inline time (not in further subcalls)
    #[method("getstats()")]
    fn getstats(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        // Copied out first: making objects may run code.
        type Row = (Own<Object>, [i64; 4]);
        let rows: Vec<(Row, Vec<Row>)> = {
            let d = self.data.borrow();
            let numbers = |t: &Tally| [t.calls, t.recursive, t.total, t.own];
            let entries = d.order.iter().filter_map(|k| d.entries.get(k)).filter(|e| e.tally.calls > 0);
            let callees = |e: &Entry| {
                let mut keys: Vec<&usize> = e.callees.iter().filter(|(_, t)| t.calls > 0).map(|(k, _)| k).collect();
                keys.sort_unstable();
                keys.iter().filter_map(|k| Some((d.entries.get(k)?.shown.clone(), numbers(e.callees.get(k)?)))).collect()
            };
            entries.map(|e| ((e.shown.clone(), numbers(&e.tally)), callees(e))).collect()
        };
        let scale = self.scale();
        let fields = |(shown, [calls, recursive, total, own]): Row, cx: &mut Cx| -> PyResult<Vec<Own<Object>>> {
            Ok(vec![
                shown,
                PyInt::new(calls, cx)?.into_object(),
                PyInt::new(recursive, cx)?.into_object(),
                PyFloat::new(total as f64 * scale, cx)?.into_object(),
                PyFloat::new(own as f64 * scale, cx)?.into_object(),
            ])
        };
        let out = PyList::new(cx)?;
        for (row, callees) in rows {
            let mut values = fields(row, cx)?;
            if callees.is_empty() {
                values.push(none().own());
            } else {
                let list = PyList::new(cx)?;
                for c in callees {
                    let v = fields(c, cx)?;
                    list.push(SUBENTRY.make(v, cx)?.into_object(), cx)?;
                }
                values.push(list.into_object());
            }
            out.push(ENTRY.make(values, cx)?.into_object(), cx)?;
        }
        Ok(out)
    }
    #[method("_pystart_callback(code, instruction_offset, /)", doc = "")]
    fn pystart(&self, code: &Object, _offset: &Object, cx: &mut Cx) -> PyResult<()> {
        self.enter(PyProfiler::key_of_code(code), |_| Ok(code.own()), cx)
    }
    #[method("_pythrow_callback(code, instruction_offset, exception, /)", doc = "")]
    fn pythrow(&self, code: &Object, _offset: &Object, _exception: &Object, cx: &mut Cx) -> PyResult<()> {
        self.enter(PyProfiler::key_of_code(code), |_| Ok(code.own()), cx)
    }
    #[method("_pyreturn_callback(code, instruction_offset, retval, /)", doc = "")]
    fn pyreturn(&self, code: &Object, _offset: &Object, _retval: &Object, cx: &mut Cx) {
        self.leave(Some(PyProfiler::key_of_code(code)), cx);
    }
    #[method("_ccall_callback(code, instruction_offset, callable, self_arg, /)", doc = "")]
    fn ccall(&self, _code: &Object, _offset: &Object, callable: &Object, _self_arg: &Object, cx: &mut Cx) -> PyResult<()> {
        match native_key(callable).filter(|_| self.builtins.get()) {
            Some(key) => self.enter(key, |cx| native_name(callable, cx), cx),
            None => Ok(()),
        }
    }
    #[method("_creturn_callback(code, instruction_offset, callable, self_arg, /)", doc = "")]
    fn creturn(&self, _code: &Object, _offset: &Object, callable: &Object, _self_arg: &Object, cx: &mut Cx) {
        if let Some(key) = native_key(callable).filter(|_| self.builtins.get()) {
            self.leave(Some(key), cx);
        }
    }
}

/// The module.
#[pymodule(name = "_lsprof", doc = "Fast profiler", types(PyProfiler))]
pub mod lsprof {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let entry = ENTRY.ty(cx)?;
        m.add("profiler_entry", entry.as_object(), cx)?;
        let subentry = SUBENTRY.ty(cx)?;
        m.add("profiler_subentry", subentry.as_object(), cx)
    }
}
