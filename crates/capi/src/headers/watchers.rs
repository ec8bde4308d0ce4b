//! Watchers of functions, code, types and contexts (`cpython/funcobject.h`, `code.h`, `object.h`, `context.h`). Dict watchers are in `dictobject`.

use crate::capi;
use std::ffi::c_int;
use taipan_object::prelude::*;
use taipan_object::watchers::{self as w, Registry, WATCHERS_MAX};

/// Take a place for a callback; `kind` is the word of the message.
fn add<F: Copy>(all: &Registry<F>, first: usize, f: F, kind: &str, cx: &mut Cx) -> PyResult<c_int> {
    match all.add(first, f) {
        Some(i) => Ok(i as c_int),
        None => Err(cx.runtime_error(format_args!("no more {kind} watcher IDs available"))),
    }
}

/// The number of a registered watcher. The messages of function watchers begin in lower case.
fn known<F: Copy>(all: &Registry<F>, id: c_int, kind: &str, cx: &mut Cx) -> PyResult<usize> {
    let (invalid, no) = if kind == "func" { ("invalid", "no") } else { ("Invalid", "No") };
    match usize::try_from(id).ok().filter(|i| *i < WATCHERS_MAX) {
        None => Err(cx.value_error(format_args!("{invalid} {kind} watcher ID {id}"))),
        Some(i) if !all.is_set(i) => Err(cx.value_error(format_args!("{no} {kind} watcher set for ID {id}"))),
        Some(i) => Ok(i),
    }
}

fn watched<'a>(id: c_int, o: &'a Object, cx: &mut Cx) -> PyResult<(u8, &'a PyType)> {
    let Some(t) = o.downcast::<PyType>() else { return Err(cx.value_error(format_args!("Cannot watch non-type"))) };
    known(&w::TYPES, id, "type", cx).map(|i| (1 << i, t))
}

capi! {
    /// Have `f` called for what happens to functions: its number.
    fn PyFunction_AddWatcher(f: w::FunctionCallback) -> PyResult<c_int> = |cx| {
        w::hook_functions();
        add(&w::FUNCTIONS, 0, f, "func", cx)
    }
    /// Forget a watcher.
    fn PyFunction_ClearWatcher(id: c_int) -> PyResult<()> = |cx| { known(&w::FUNCTIONS, id, "func", cx).map(|i| w::FUNCTIONS.remove(i)) }
    /// Have `f` called when code objects come and go: its number.
    fn PyCode_AddWatcher(f: w::CodeCallback) -> PyResult<c_int> = |cx| {
        w::hook_code();
        add(&w::CODE, 0, f, "code", cx)
    }
    /// Forget a watcher.
    fn PyCode_ClearWatcher(id: c_int) -> PyResult<()> = |cx| { known(&w::CODE, id, "code", cx).map(|i| w::CODE.remove(i)) }
    /// Have `f` called when the thread's context changes: its number.
    fn PyContext_AddWatcher(f: w::ContextCallback) -> PyResult<c_int> = |cx| { add(&w::CONTEXTS, 0, f, "context", cx) }
    /// Forget a watcher.
    fn PyContext_ClearWatcher(id: c_int) -> PyResult<()> = |cx| { known(&w::CONTEXTS, id, "context", cx).map(|i| w::CONTEXTS.remove(i)) }
    /// Have `f` called when types that it watches change: its number. Number 0 is the reference's own.
    fn PyType_AddWatcher(f: w::TypeCallback) -> PyResult<c_int> = |cx| { add(&w::TYPES, 1, f, "type", cx) }
    /// Forget a watcher.
    fn PyType_ClearWatcher(id: c_int) -> PyResult<()> = |cx| { known(&w::TYPES, id, "type", cx).map(|i| w::TYPES.remove(i)) }
    /// Have a watcher look at a type.
    fn PyType_Watch(id: c_int, o: &Object) -> PyResult<()> = |cx| {
        let (bit, t) = watched(id, o, cx)?;
        // Only a change of a type with a version is reported.
        taipan_object::typeobj::version_tag(t);
        t.tp_watched.set(t.tp_watched.get() | bit);
        Ok(())
    }
    /// Have a watcher look away.
    fn PyType_Unwatch(id: c_int, o: &Object) -> PyResult<()> = |cx| {
        let (bit, t) = watched(id, o, cx)?;
        t.tp_watched.set(t.tp_watched.get() & !bit);
        Ok(())
    }
}
