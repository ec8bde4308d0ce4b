//! What `sys.monitoring`, `sys.settrace` and `sys.setprofile` have asked for (PEP 669), and telling them (`fire`).
//!
//! The machine asks `tools_at` where an event happens. The bit `breaker::TRACE` of a thread says whether anybody listens to it at all: only then does it run in the
//! traced loop. `refresh` derives the bit; everything that changes what is listened to calls it. While a callback runs the thread is deaf (`tracing` > 0).

pub mod code;
pub mod fire;

pub use code::CodeMonitoring;

use crate::cx::Cx;
use crate::err::PyResult;
use crate::field::FieldCell;
use crate::refs::*;
use crate::thread::{Interpreter, ThreadState, breaker};
use crate::types::code::PyCode;
use std::cell::Cell;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};

/// Event numbers (`PY_MONITORING_EVENT_*`).
#[allow(missing_docs)]
pub mod event {
    pub const PY_START: usize = 0;
    pub const PY_RESUME: usize = 1;
    pub const PY_RETURN: usize = 2;
    pub const PY_YIELD: usize = 3;
    pub const CALL: usize = 4;
    pub const LINE: usize = 5;
    pub const INSTRUCTION: usize = 6;
    pub const JUMP: usize = 7;
    pub const BRANCH_LEFT: usize = 8;
    pub const BRANCH_RIGHT: usize = 9;
    pub const STOP_ITERATION: usize = 10;
    pub const RAISE: usize = 11;
    pub const EXCEPTION_HANDLED: usize = 12;
    pub const PY_UNWIND: usize = 13;
    pub const PY_THROW: usize = 14;
    pub const RERAISE: usize = 15;
    pub const C_RETURN: usize = 16;
    pub const C_RAISE: usize = 17;
    /// Deprecated: both branches.
    pub const BRANCH: usize = 18;
    /// Events below this number belong to an instruction and can be local and disabled.
    pub const LOCAL: usize = 11;
    /// Events below this number can be asked for on their own.
    pub const UNGROUPED: usize = 16;
    /// How many there are.
    pub const COUNT: usize = 19;
    pub const NAMES: [&str; COUNT] = [
        "PY_START", "PY_RESUME", "PY_RETURN", "PY_YIELD", "CALL", "LINE", "INSTRUCTION", "JUMP", "BRANCH_LEFT", "BRANCH_RIGHT", "STOP_ITERATION", "RAISE",
        "EXCEPTION_HANDLED", "PY_UNWIND", "PY_THROW", "RERAISE", "C_RETURN", "C_RAISE", "BRANCH",
    ];
}

/// Tools that programs can use.
pub const TOOLS: usize = 6;

/// The state of an interpreter.
pub struct Monitoring {
    names: [FieldCell<Object>; TOOLS],
    callbacks: [[FieldCell<Object>; event::COUNT]; TOOLS],
    /// Global event sets, by tool.
    sets: [Cell<u32>; TOOLS],
    /// Bumped when a tool's local events are forgotten.
    tool_versions: [Cell<u32>; TOOLS],
    /// Code objects with local events, by tool.
    local_codes: [Cell<usize>; TOOLS],
    /// Changes with everything that may change what is listened to.
    version: Cell<u32>,
    /// `restart_events` bumps it: what was disabled before does not count any more.
    restarts: Cell<u32>,
    pub disable: FieldCell<Object>,
    pub missing: FieldCell<Object>,
}

impl Default for Monitoring {
    fn default() -> Self {
        Monitoring {
            names: Default::default(),
            callbacks: std::array::from_fn(|_| std::array::from_fn(|_| FieldCell::empty())),
            sets: Default::default(),
            tool_versions: Default::default(),
            local_codes: Default::default(),
            version: Cell::new(1),
            restarts: Cell::new(0),
            disable: FieldCell::empty(),
            missing: FieldCell::empty(),
        }
    }
}

impl Monitoring {
    /// A tool's name, if the id is in use.
    pub fn name(&self, tool: usize) -> Option<Own<Object>> {
        self.names[tool].own()
    }
    /// Take an id. The caller has checked that it is free.
    pub fn set_name(&self, tool: usize, name: Own<Object>, cx: &mut Cx) {
        self.names[tool].set(Some(name), cx);
    }
    /// Nobody listens any more: the interpreter ends.
    pub(crate) fn forget(&self, cx: &mut Cx) {
        self.sets.iter().for_each(|s| s.set(0));
        let cells = self.names.iter().chain(self.callbacks.iter().flatten()).chain([&self.disable, &self.missing]);
        for c in cells {
            c.set(None, cx);
        }
    }
    pub fn version(&self) -> u32 {
        self.version.get()
    }
    pub(crate) fn restarts(&self) -> u32 {
        self.restarts.get()
    }
    pub(crate) fn tool_version(&self, tool: usize) -> u32 {
        self.tool_versions[tool].get()
    }
    fn changed(&self, cx: &mut Cx) {
        self.version.set(self.version.get().wrapping_add(1));
        for t in cx.interp().thread_list(cx) {
            refresh(t);
        }
    }
    /// Forget what a tool registered and asked for.
    pub fn clear_tool(&self, tool: usize, cx: &mut Cx) {
        self.sets[tool].set(0);
        self.tool_versions[tool].set(self.tool_versions[tool].get().wrapping_add(1));
        self.local_codes[tool].set(0);
        self.changed(cx);
        let old: Vec<_> = self.callbacks[tool].iter().map(FieldCell::take).collect();
        drop(old);
    }
    /// `clear_tool`, and the id is free again.
    pub fn free_tool(&self, tool: usize, cx: &mut Cx) {
        self.clear_tool(tool, cx);
        self.names[tool].set(None, cx);
    }
    /// Register a callback; gives the earlier one. `BRANCH` stands for both branches.
    #[must_use]
    pub fn set_callback(&self, tool: usize, ev: usize, f: Option<Own<Object>>) -> Option<Own<Object>> {
        if ev == event::BRANCH {
            drop(self.callbacks[tool][event::BRANCH_LEFT].swap(f.clone()));
            drop(self.callbacks[tool][event::BRANCH_RIGHT].swap(f.clone()));
        }
        self.callbacks[tool][ev].swap(f)
    }
    pub fn callback(&self, tool: usize, ev: usize) -> Option<Own<Object>> {
        self.callbacks[tool][ev].own()
    }
    /// A tool's global events.
    pub fn events(&self, tool: usize) -> u32 {
        self.sets[tool].get()
    }
    pub fn set_events(&self, tool: usize, set: u32, cx: &mut Cx) {
        if self.sets[tool].replace(set) != set {
            self.changed(cx);
        }
    }
    /// A tool's events for one code object.
    pub fn local_events(&self, tool: usize, code: &PyCode) -> u32 {
        code.monitoring().map_or(0, |c| c.local(tool, self))
    }
    pub fn set_local_events(&self, tool: usize, code: &PyCode, set: u32, cx: &mut Cx) {
        let c = code.monitoring_or_new();
        let old = c.local(tool, self);
        if old == set {
            return;
        }
        c.set_local(tool, set, self);
        let n = &self.local_codes[tool];
        match (old, set) {
            (0, _) => n.set(n.get() + 1),
            (_, 0) => n.set(n.get().saturating_sub(1)),
            _ => {}
        }
        self.changed(cx);
    }
    /// A code object with local events of this tool is gone.
    pub(crate) fn local_code_gone(&self, tool: usize) {
        let n = &self.local_codes[tool];
        n.set(n.get().saturating_sub(1));
    }
    pub fn restart(&self, cx: &mut Cx) {
        self.restarts.set(self.restarts.get().wrapping_add(1));
        self.changed(cx);
    }
    /// Whether any tool listens to anything.
    pub fn is_active(&self) -> bool {
        (0..TOOLS).any(|t| self.sets[t].get() != 0 || self.local_codes[t].get() != 0)
    }
    /// Events that any tool listens to in `code`.
    pub fn events_of(&self, code: &PyCode) -> u32 {
        let local = code.monitoring();
        (0..TOOLS).fold(0, |all, t| all | self.sets[t].get() | local.map_or(0, |c| c.local(t, self)))
    }
    /// The tools (bits) that listen to an event at word `at` of `code`.
    pub fn tools_at(&self, code: &PyCode, at: u32, ev: usize) -> u8 {
        // The results of native calls go to those who watch the call.
        let ev = if ev >= event::UNGROUPED { event::CALL } else { ev };
        let bit = 1 << ev;
        if ev >= event::LOCAL {
            return (0..TOOLS).fold(0, |all, t| all | (u8::from(self.sets[t].get() & bit != 0) << t));
        }
        let local = code.monitoring();
        let tools = (0..TOOLS).fold(0u8, |all, t| {
            let set = self.sets[t].get() | local.map_or(0, |c| c.local(t, self));
            all | (u8::from(set & bit != 0) << t)
        });
        match local {
            Some(c) if tools != 0 => tools & !c.disabled(at, ev, self),
            _ => tools,
        }
    }
}

/// Set or clear the thread's `TRACE` bit according to what is listened to.
pub fn refresh(ts: &ThreadState) {
    let legacy = !ts.c_traceobj.is_empty() || !ts.c_profileobj.is_empty();
    if ts.tracing.get() == 0 && (legacy || ts.interp().monitoring.is_active()) {
        ts.eval_breaker.fetch_or(breaker::TRACE, AcqRel);
    } else {
        ts.eval_breaker.fetch_and(!breaker::TRACE, AcqRel);
        ts.in_traced.set(false);
    }
}

/// Whether somebody listens to this thread.
#[inline(always)]
pub fn is_traced(ts: &ThreadState) -> bool {
    ts.eval_breaker.load(Relaxed) & breaker::TRACE != 0
}

/// Install or remove (none) the thread's trace function.
pub fn set_trace(ts: &ThreadState, f: Option<Own<Object>>, cx: &mut Cx) {
    ts.c_tracefunc.set(std::ptr::null_mut());
    let old = ts.c_traceobj.swap(f);
    refresh(ts);
    drop(old);
    let _ = cx;
}

/// Install or remove (none) the thread's profile function.
pub fn set_profile(ts: &ThreadState, f: Option<Own<Object>>, cx: &mut Cx) {
    ts.c_profilefunc.set(std::ptr::null_mut());
    let old = ts.c_profileobj.swap(f);
    refresh(ts);
    drop(old);
    let _ = cx;
}

/// Install a C function with its object as the trace function (`PyEval_SetTrace`); none for both removes.
pub fn set_c_trace(ts: &ThreadState, f: Option<fire::TraceFunc>, object: Option<&Object>, cx: &mut Cx) {
    set_trace(ts, f.map(|_| object.unwrap_or(crate::types::none()).own()), cx);
    ts.c_tracefunc.set(f.map_or(std::ptr::null_mut(), |f| f as *mut std::ffi::c_void));
}

/// As [`set_c_trace`] for the profile function (`PyEval_SetProfile`).
pub fn set_c_profile(ts: &ThreadState, f: Option<fire::TraceFunc>, object: Option<&Object>, cx: &mut Cx) {
    set_profile(ts, f.map(|_| object.unwrap_or(crate::types::none()).own()), cx);
    ts.c_profilefunc.set(f.map_or(std::ptr::null_mut(), |f| f as *mut std::ffi::c_void));
}

/// While it lives, the thread hears no events.
pub struct Deaf(&'static ThreadState, bool);

impl Deaf {
    pub fn new(ts: &'static ThreadState) -> Deaf {
        let was = ts.in_traced.get();
        ts.tracing.set(ts.tracing.get() + 1);
        refresh(ts);
        Deaf(ts, was)
    }
}
impl Drop for Deaf {
    fn drop(&mut self) {
        self.0.tracing.set(self.0.tracing.get() - 1);
        refresh(self.0);
        self.0.in_traced.set(self.1 && is_traced(self.0));
    }
}

/// `sys.call_tracing`: run `f` as if no callback were running.
pub fn call_tracing<R>(ts: &'static ThreadState, f: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    let saved = ts.tracing.replace(0);
    refresh(ts);
    ts.in_traced.set(false);
    let r = f();
    ts.tracing.set(saved);
    refresh(ts);
    r
}

/// Give a new thread what its interpreter listens to.
pub(crate) fn start_thread(ts: &ThreadState, interp: &Interpreter) {
    if interp.monitoring.is_active() {
        ts.eval_breaker.fetch_or(breaker::TRACE, AcqRel);
    }
}
