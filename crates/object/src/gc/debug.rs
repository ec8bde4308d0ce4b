//! What `gc.set_debug` prints. The clock and the stream belong to others, who install them here.

use super::{GENERATIONS, collect::Outcome};
use crate::cx::Cx;
use crate::refs::*;
use std::cell::Cell;

/// Print statistics.
pub const STATS: i32 = 1;
/// Print what is collected.
pub const COLLECTABLE: i32 = 2;
/// Print what cannot be collected.
pub const UNCOLLECTABLE: i32 = 4;
/// Keep what is found in `gc.garbage`.
pub const SAVEALL: i32 = 32;

/// A monotonic clock in nanoseconds, and `sys.stderr`.
#[derive(Clone, Copy)]
pub struct Hooks {
    pub clock: fn() -> i64,
    pub write: fn(&str, &mut Cx),
}

struct Installed(Cell<Option<Hooks>>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Installed {}
static HOOKS: Installed = Installed(Cell::new(None));

/// Install clock and stream (the module `gc`).
pub fn install(h: Hooks) {
    HOOKS.0.set(Some(h));
}

fn asked(flag: i32, cx: &Cx) -> Option<Hooks> {
    if cx.interp().gc.debug.get() & flag == 0 { None } else { HOOKS.0.get() }
}

/// A collection starts; when it did.
pub(super) fn start(generation: usize, cx: &mut Cx) -> i64 {
    let Some(h) = asked(STATS, cx) else { return 0 };
    let gc = &cx.interp().gc;
    let count = |i: usize| gc.generations.get(i).map_or(0, |g| super::inspect::ring_len(&g.ring));
    let counts: Vec<String> = (0..GENERATIONS).map(|i| count(i).to_string()).collect();
    let frozen = super::inspect::ring_len(&gc.permanent);
    let text = format!(
        "gc: collecting generation {generation}...\ngc: objects in each generation: {}\ngc: objects in permanent generation: {frozen}\n",
        counts.join(" ")
    );
    (h.write)(&text, cx);
    (h.clock)()
}

/// A collection is over.
pub(super) fn end(out: Outcome, started: i64, cx: &mut Cx) {
    let Some(h) = asked(STATS, cx) else { return };
    let seconds = (h.clock)().saturating_sub(started) as f64 / 1e9;
    let text = format!("gc: done, {} unreachable, {} uncollectable, {seconds:.4}s elapsed\n", out.collected + out.uncollectable, out.uncollectable);
    (h.write)(&text, cx);
}

/// Name objects that were found.
pub(super) fn name_all(flag: i32, word: &str, objs: &[Own<Object>], cx: &mut Cx) {
    let Some(h) = asked(flag, cx) else { return };
    for o in objs {
        let text = format!("gc: {word} <{} {:#x}>\n", o.ty().tp_name_str(), o.as_ptr() as usize);
        (h.write)(&text, cx);
    }
}

/// At the end of the program: say how many objects `gc.garbage` still has, and with `DEBUG_UNCOLLECTABLE` which (`_PyGC_DumpShutdownStats`).
pub fn at_shutdown(cx: &mut Cx) {
    let flags = cx.interp().gc.debug.get();
    let Some(garbage) = cx.interp().gc.garbage.own() else { return };
    let n = garbage.downcast::<crate::types::list::PyList>().map_or(0, |l| l.len());
    if n == 0 || flags & SAVEALL != 0 {
        return;
    }
    let advice = if flags & UNCOLLECTABLE != 0 { "" } else { "; use gc.set_debug(gc.DEBUG_UNCOLLECTABLE) to list them" };
    let warned = crate::types::str::PyStr::new_interned("gc", cx).and_then(|name| {
        let category = crate::types::exc::ResourceWarning();
        crate::warn::warn_explicit(category, format_args!("gc: {n} uncollectable objects at shutdown{advice}"), &name, 0, Some(&name), cx)
    });
    if warned.is_err() {
        crate::unraisable::write(cx, None, None);
    }
    if let Some(h) = asked(UNCOLLECTABLE, cx) {
        match crate::abstract_::repr(&garbage, cx) {
            Ok(text) => (h.write)(&format!("      {text}\n"), cx),
            Err(_) => crate::unraisable::write(cx, None, Some(&garbage)),
        }
    }
}
