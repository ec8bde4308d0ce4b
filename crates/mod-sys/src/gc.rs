//! The module `gc`: the collector's switches and windows.

use taipan_object::gc::{self as kernel, GENERATIONS, inspect};
use taipan_host::clock;
use taipan_object::call;
use taipan_object::prelude::*;

/// Debugging information goes to `sys.stderr`; what goes wrong there is nobody's business.
fn write(text: &str, cx: &mut Cx) {
    let Some(sys) = cx.interp().sysdict.own() else { return };
    let done = (|| {
        let Some(file) = sys.get_text("stderr", cx)?.filter(|f| !f.is_none()) else { return Ok(()) };
        let text = PyStr::new(text, cx)?;
        call::call_method(&file, name!(cx, "write"), &[&text], cx).map(drop)
    })();
    if let Err(r) = done {
        cx.discard(r);
    }
}

fn list_of(v: Vec<Own<Object>>, cx: &mut Cx) -> PyResult<Own<PyList>> {
    PyList::from_vec(v, cx)
}

#[pymodule(
    name = "gc",
    doc = "This module provides access to the garbage collector for reference cycles.\n\nenable() -- Enable automatic garbage collection.\ndisable() -- Disable automatic garbage collection.\nisenabled() -- Returns true if automatic collection is enabled.\ncollect() -- Do a full collection right now.\nget_count() -- Return the current collection counts.\nget_stats() -- Return list of dictionaries containing per-generation stats.\nset_debug() -- Set debugging flags.\nget_debug() -- Get debugging flags.\nset_threshold() -- Set the collection thresholds.\nget_threshold() -- Return the current collection thresholds.\nget_objects() -- Return a list of all objects tracked by the collector.\nis_tracked() -- Returns true if a given object is tracked.\nis_finalized() -- Returns true if a given object has been already finalized.\nget_referrers() -- Return the list of objects that refer to an object.\nget_referents() -- Return the list of objects that an object refers to.\nfreeze() -- Freeze all tracked objects and ignore them for future collections.\nunfreeze() -- Unfreeze all objects in the permanent generation.\nget_freeze_count() -- Return the number of objects in the permanent generation.\n"
)]
pub mod gc {
    use super::*;

    #[constant]
    const DEBUG_STATS: i32 = 1;
    #[constant]
    const DEBUG_COLLECTABLE: i32 = 2;
    #[constant]
    const DEBUG_UNCOLLECTABLE: i32 = 4;
    #[constant]
    const DEBUG_SAVEALL: i32 = 32;
    #[constant]
    const DEBUG_LEAK: i32 = 38;

    /// Enable automatic garbage collection.
    #[function("enable()")]
    fn enable(cx: &mut Cx) {
        cx.interp().gc.enabled.set(true);
    }
    /// Disable automatic garbage collection.
    #[function("disable()")]
    fn disable(cx: &mut Cx) {
        cx.interp().gc.enabled.set(false);
    }
    /// Returns true if automatic garbage collection is enabled.
    #[function("isenabled()")]
    fn isenabled(cx: &mut Cx) -> bool {
        cx.interp().gc.enabled.get()
    }
    /// Run the garbage collector.
    ///
    /// With no arguments, run a full collection.  The optional argument
    /// may be an integer specifying which generation to collect.  A ValueError
    /// is raised if the generation number is invalid.
    ///
    /// The number of unreachable objects is returned.
    #[function("collect(generation=2)")]
    fn collect(generation: i32, cx: &mut Cx) -> PyResult<usize> {
        match usize::try_from(generation) {
            Ok(n) if n < GENERATIONS => {
                let out = kernel::collect(n, cx);
                Ok(out.collected + out.uncollectable)
            }
            _ => Err(cx.value_error(format_args!("invalid generation"))),
        }
    }
    /// Return a three-tuple of the current collection counts.
    #[function("get_count()")]
    fn get_count(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let v = cx.interp().gc.generations.iter().map(|g| PyInt::new(g.count.get() as i64, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
        PyTuple::from_vec(v, cx)
    }
    /// Return the current collection thresholds.
    #[function("get_threshold()")]
    fn get_threshold(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let v = cx.interp().gc.generations.iter().map(|g| PyInt::new(g.threshold.get() as i64, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
        PyTuple::from_vec(v, cx)
    }
    #[function(
        "set_threshold(threshold0, threshold1=0, threshold2=0, /)",
        nosig,
        doc = "set_threshold(threshold0, [threshold1, [threshold2]])\nSet the collection thresholds (the collection frequency).\n\nSetting 'threshold0' to zero disables collection."
    )]
    fn set_threshold(threshold0: i32, #[default(None)] threshold1: Option<i32>, #[default(None)] threshold2: Option<i32>, cx: &mut Cx) {
        let g = &cx.interp().gc.generations;
        for (g, t) in g.iter().zip([Some(threshold0), threshold1, threshold2]) {
            if let Some(t) = t {
                g.threshold.set(t);
            }
        }
        cx.interp().gc.tune();
    }
    /// Return list of dictionaries containing per-generation statistics.
    #[function("get_stats()")]
    fn get_stats(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let l = PyList::new(cx)?;
        for g in &cx.interp().gc.generations {
            let d = PyDict::new(cx)?;
            for (name, n) in [("collections", &g.collections), ("collected", &g.collected), ("uncollectable", &g.uncollectable)] {
                let v = PyInt::new(n.get() as i64, cx)?;
                d.set_text(name, v.into_object(), cx)?;
            }
            l.push(d.into_object(), cx)?;
        }
        Ok(l)
    }
    /// Set the garbage collection debugging flags.
    ///
    ///   flags
    ///     An integer that can have the following bits turned on:
    ///       DEBUG_STATS - Print statistics during collection.
    ///       DEBUG_COLLECTABLE - Print collectable objects found.
    ///       DEBUG_UNCOLLECTABLE - Print unreachable but uncollectable objects
    ///         found.
    ///       DEBUG_SAVEALL - Save objects to gc.garbage rather than freeing them.
    ///       DEBUG_LEAK - Debug leaking programs (everything but STATS).
    ///
    /// Debugging information is written to sys.stderr.
    #[function("set_debug(flags, /)")]
    fn set_debug(flags: i32, cx: &mut Cx) {
        cx.interp().gc.debug.set(flags);
    }
    /// Get the garbage collection debugging flags.
    #[function("get_debug()")]
    fn get_debug(cx: &mut Cx) -> i32 {
        cx.interp().gc.debug.get()
    }
    /// Return a list of objects tracked by the collector (excluding the list returned).
    ///
    ///   generation
    ///     Generation to extract the objects from.
    ///
    /// If generation is not None, return only the objects tracked by the
    /// collector that are in that generation.
    #[function("get_objects(generation=None)")]
    fn get_objects(generation: NoneOr<isize>, cx: &mut Cx) -> PyResult<Own<PyList>> {
        taipan_object::audit::raise("gc.get_objects", &[], cx)?;
        let which = match generation.0 {
            None => None,
            Some(n) if n >= GENERATIONS as isize => {
                return Err(cx.value_error(format_args!("generation parameter must be less than the number of available generations (3)")));
            }
            Some(n) if n < 0 => return Err(cx.value_error(format_args!("generation parameter cannot be negative"))),
            Some(n) => Some(n as usize),
        };
        let v = inspect::objects(which, cx);
        list_of(v, cx)
    }
    /// Return the list of objects that directly refer to any of 'objs'.
    #[function("get_referrers(*objs)")]
    fn get_referrers(objs: Args<'_>, cx: &mut Cx) -> PyResult<Own<PyList>> {
        audit_objects("gc.get_referrers", objs.0, cx)?;
        let v = inspect::referrers(objs.0, cx);
        list_of(v, cx)
    }
    /// Return the list of objects that are directly referred to by 'objs'.
    #[function("get_referents(*objs)")]
    fn get_referents(objs: Args<'_>, cx: &mut Cx) -> PyResult<Own<PyList>> {
        audit_objects("gc.get_referents", objs.0, cx)?;
        let v = objs.0.iter().flat_map(|o| inspect::referents(o)).collect();
        list_of(v, cx)
    }
    /// Returns true if the object is tracked by the garbage collector.
    ///
    /// Simple atomic objects will return false.
    #[function("is_tracked(obj, /)")]
    fn is_tracked(obj: &Object) -> bool {
        kernel::is_tracked(obj)
    }
    /// Returns true if the object has been already finalized by the GC.
    #[function("is_finalized(obj, /)")]
    fn is_finalized(obj: &Object) -> bool {
        kernel::is_finalized(obj)
    }
    /// Freeze all current tracked objects and ignore them for future collections.
    ///
    /// This can be used before a POSIX fork() call to make the gc copy-on-write
    /// friendly.
    /// Note: collection before a POSIX fork() call may free pages for future
    /// allocation which can cause copy-on-write.
    #[function("freeze()")]
    fn freeze(cx: &mut Cx) {
        inspect::freeze(cx);
    }
    /// Unfreeze all objects in the permanent generation.
    ///
    /// Put all objects in the permanent generation back into oldest generation.
    #[function("unfreeze()")]
    fn unfreeze(cx: &mut Cx) {
        inspect::unfreeze(cx);
    }
    /// Return the number of objects in the permanent generation.
    #[function("get_freeze_count()")]
    fn get_freeze_count(cx: &mut Cx) -> usize {
        inspect::frozen_count(cx)
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        kernel::debug::install(kernel::debug::Hooks { clock: || clock::nanos(clock::MONOTONIC), write });
        let gc = &cx.interp().gc;
        for (name, field) in [("garbage", &gc.garbage), ("callbacks", &gc.callbacks)] {
            let l = match field.own() {
                Some(l) => l,
                None => {
                    let l = PyList::new(cx)?.into_object();
                    field.set(Some(l.clone()), cx);
                    l
                }
            };
            m.add(name, &l, cx)?;
        }
        Ok(())
    }
}

/// The audit event of the functions that look into objects. Its tuple is gone again when they look: it must not be among the referrers.
fn audit_objects(event: &'static str, objs: &[&Object], cx: &mut Cx) -> PyResult<()> {
    if !taipan_object::audit::is_active() {
        return Ok(());
    }
    let all = PyTuple::from_slice(objs, cx)?;
    taipan_object::audit::raise(event, &[&all], cx)
}
