//! `_tracemalloc`: the Python side of the allocator's tracer.

use taipan_object::alloc::trace;
use taipan_object::prelude::*;
use taipan_object::typeobj::alloc::block_address;

type Lines = Vec<(Option<Own<Object>>, i32)>;

/// A traceback as a tuple of (file name, line), innermost first.
fn tuple(lines: Lines, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let mut out = Vec::with_capacity(lines.len().max(1));
    for (file, line) in lines {
        let file = match file {
            Some(f) => f,
            None => PyStr::new_interned("<unknown>", cx)?.into_object(),
        };
        let line = PyInt::new(i64::from(line.max(0)), cx)?;
        out.push(PyTuple::from_slice(&[&file, &line], cx)?.into_object());
    }
    if out.is_empty() {
        let (file, line) = (PyStr::new_interned("<unknown>", cx)?, PyInt::new(0, cx)?);
        out.push(PyTuple::from_slice(&[&file, &line], cx)?.into_object());
    }
    PyTuple::from_vec(out, cx)
}

#[pymodule(name = "_tracemalloc", doc = "Debug module to trace memory blocks allocated by Python.")]
pub mod tracemalloc {
    use super::*;

    #[exec]
    fn exec(_m: &PyModule, _cx: &mut Cx) -> PyResult<()> {
        taipan_object::provided::TRACEBACK_OF_BLOCK.set(|domain, address, cx| match trace::of_block(domain, address, cx) {
            Some(lines) => tuple(lines, cx).map(|t| Some(t.into_object())),
            None => Ok(None),
        });
        Ok(())
    }

    /// Return True if the tracemalloc module is tracing Python memory allocations.
    #[function("is_tracing()")]
    fn is_tracing() -> bool {
        trace::limit().is_some()
    }
    /// Clear traces of memory blocks allocated by Python.
    #[function("clear_traces()")]
    fn clear_traces(cx: &mut Cx) {
        trace::clear(cx);
    }
    #[function("_get_traces()", doc = "Get traces of all memory blocks allocated by Python.\n\nReturn a list of (size: int, traceback: tuple) tuples.\ntraceback is a tuple of (filename: str, lineno: int) tuples.\n\nReturn an empty list if the tracemalloc module is disabled.")]
    fn get_traces(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let (traces, tracebacks) = trace::all(cx);
        let mut shown = Vec::with_capacity(tracebacks.len());
        for (lines, total) in tracebacks {
            let total = PyInt::new(total as i64, cx)?;
            shown.push((tuple(lines, cx)?, total));
        }
        let out = PyList::new(cx)?;
        for t in traces {
            let Some((lines, total)) = shown.get(t.traceback as usize) else { continue };
            let (domain, size) = (PyInt::new(t.domain.into(), cx)?, PyInt::new(t.size as i64, cx)?);
            out.push(PyTuple::from_slice(&[&domain, &size, lines, total], cx)?.into_object(), cx)?;
        }
        Ok(out)
    }
    #[function("_get_object_traceback(obj, /)", doc = "Get the traceback where the Python object obj was allocated.\n\nReturn a tuple of (filename: str, lineno: int) tuples.\nReturn None if the tracemalloc module is disabled or did not\ntrace the allocation of the object.")]
    fn get_object_traceback(obj: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        match trace::of_block(0, block_address(obj), cx) {
            Some(lines) => tuple(lines, cx).map(Some),
            None => Ok(None),
        }
    }
    /// Start tracing Python memory allocations.
    ///
    /// Also set the maximum number of frames stored in the traceback of a
    /// trace to nframe.
    #[function("start(nframe=1, /)")]
    fn start(nframe: i32, cx: &mut Cx) -> PyResult<()> {
        if !(1..=i32::from(u16::MAX)).contains(&nframe) {
            return Err(cx.value_error(format_args!("the number of frames must be in range [1; 65535]")));
        }
        trace::start(nframe as usize, cx);
        Ok(())
    }
    /// Stop tracing Python memory allocations.
    ///
    /// Also clear traces of memory blocks allocated by Python.
    #[function("stop()")]
    fn stop(cx: &mut Cx) {
        trace::stop(cx);
    }
    /// Get the maximum number of frames stored in the traceback of a trace.
    ///
    /// By default, a trace of an allocated memory block only stores
    /// the most recent frame: the limit is 1.
    #[function("get_traceback_limit()")]
    fn get_traceback_limit(cx: &mut Cx) -> usize {
        let limit = trace::limit();
        let cell = &cx.state::<LastLimit>().0;
        if let Some(n) = limit {
            cell.set(n);
        }
        limit.unwrap_or(cell.get().max(1))
    }
    /// Get the memory usage in bytes of the tracemalloc module.
    ///
    /// This memory is used internally to trace memory allocations.
    #[function("get_tracemalloc_memory()")]
    fn get_tracemalloc_memory() -> usize {
        trace::memory()
    }
    /// Get the current size and peak size of memory blocks traced by tracemalloc.
    ///
    /// Returns a tuple: (current: int, peak: int).
    #[function("get_traced_memory()")]
    fn get_traced_memory(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (current, peak) = trace::sizes();
        let (current, peak) = (PyInt::new(current as i64, cx)?, PyInt::new(peak as i64, cx)?);
        PyTuple::from_slice(&[&current, &peak], cx)
    }
    /// Set the peak size of memory blocks traced by tracemalloc to the current size.
    ///
    /// Do nothing if the tracemalloc module is not tracing memory allocations.
    #[function("reset_peak()")]
    fn reset_peak() {
        trace::reset_peak();
    }
}

/// The limit that was set last, which is still told after the end of tracing.
#[derive(Default)]
struct LastLimit(std::cell::Cell<usize>);
