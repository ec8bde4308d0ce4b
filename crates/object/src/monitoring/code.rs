//! What is known about one code object that was watched: local events, disabled places, the line of every word.

use super::{Monitoring, TOOLS};
use crate::types::code::PyCode;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;

/// Hangs off `co_monitoring`, made when needed.
#[derive(Default)]
pub struct CodeMonitoring {
    local: [Cell<u32>; TOOLS],
    /// `Monitoring::tool_version` when the local set was made; an older set does not count.
    versions: [Cell<u32>; TOOLS],
    /// (word, event) to tools that do not want it any more.
    disabled: RefCell<HashMap<(u32, u8), u8>>,
    disabled_since: Cell<u32>,
    lines: OnceCell<Box<[i32]>>,
}

impl CodeMonitoring {
    /// A tool's local events.
    pub fn local(&self, tool: usize, m: &Monitoring) -> u32 {
        if self.versions[tool].get() == m.tool_version(tool) { self.local[tool].get() } else { 0 }
    }
    pub(super) fn set_local(&self, tool: usize, set: u32, m: &Monitoring) {
        self.local[tool].set(set);
        self.versions[tool].set(m.tool_version(tool));
    }
    /// Tools for which the event at this word is disabled.
    pub fn disabled(&self, at: u32, ev: usize, m: &Monitoring) -> u8 {
        if self.disabled_since.get() != m.restarts() {
            self.disabled.borrow_mut().clear();
            self.disabled_since.set(m.restarts());
            return 0;
        }
        self.disabled.borrow().get(&(at, ev as u8)).copied().unwrap_or(0)
    }
    /// A tool's callback returned `DISABLE`.
    pub fn disable(&self, at: u32, ev: usize, tool: usize, m: &Monitoring) {
        self.disabled(at, ev, m);
        *self.disabled.borrow_mut().entry((at, ev as u8)).or_insert(0) |= 1 << tool;
    }
    /// The line of every word, -1 where there is none.
    pub fn lines(&self, code: &PyCode) -> &[i32] {
        self.lines.get_or_init(|| {
            let mut v = vec![-1; code.words().len()];
            for (from, to, line) in code.line_ranges() {
                let n = v.len();
                v[from.min(n)..to.min(n)].fill(line);
            }
            v.into_boxed_slice()
        })
    }
}

impl Drop for CodeMonitoring {
    fn drop(&mut self) {
        // SAFETY: null, or the state of this thread.
        if let Some(ts) = unsafe { crate::cx::current().as_ref() } {
            let m = &ts.interp().monitoring;
            for t in 0..TOOLS {
                if self.local(t, m) != 0 {
                    m.local_code_gone(t);
                }
            }
        }
    }
}
