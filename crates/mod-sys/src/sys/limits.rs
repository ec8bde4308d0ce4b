//! Limits, intervals, encodings and other knobs of the interpreter.

use super::fields::ASYNCGEN_HOOKS;
use taipan_object::prelude::*;
use taipan_object::thread::gil;

/// `sys.int_info.str_digits_check_threshold`
const DIGITS_THRESHOLD: i32 = 640;

/// A hook for asynchronous generators: callable, None to remove it, or not given.
fn hook<'a>(v: Option<&'a Object>, what: &str, cx: &mut Cx) -> PyResult<Option<Option<&'a Object>>> {
    match v {
        None => Ok(None),
        Some(h) if h.is_none() => Ok(Some(None)),
        Some(h) if cx.is_callable(h) => Ok(Some(Some(h))),
        Some(h) => Err(cx.type_error(format_args!("callable {what} expected, got {}", h.ty().name()))),
    }
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Return the current value of the recursion limit.
    ///
    /// The recursion limit is the maximum depth of the Python interpreter
    /// stack.  This limit prevents infinite recursion from causing an overflow
    /// of the C stack and crashing Python.
    #[function("getrecursionlimit()")]
    fn getrecursionlimit(cx: &mut Cx) -> i32 {
        cx.interp().recursion_limit.get()
    }

    /// Set the maximum depth of the Python interpreter stack to n.
    ///
    /// This limit prevents infinite recursion from causing an overflow of the C
    /// stack and crashing Python.  The highest possible limit is platform-
    /// dependent.
    #[function("setrecursionlimit(limit, /)")]
    fn setrecursionlimit(limit: i32, cx: &mut Cx) -> PyResult<()> {
        if limit < 1 {
            return Err(cx.value_error(format_args!("recursion limit must be greater or equal than 1")));
        }
        let ts = cx.ts();
        let depth = ts.py_recursion_limit.get() - ts.py_recursion_remaining.get();
        if depth >= limit {
            return Err(cx.recursion_error(format_args!(
                "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
            )));
        }
        cx.interp().recursion_limit.set(limit);
        for t in cx.interp().thread_list(cx) {
            let depth = t.py_recursion_limit.get() - t.py_recursion_remaining.get();
            t.py_recursion_limit.set(limit);
            t.py_recursion_remaining.set(limit - depth);
        }
        Ok(())
    }

    /// Return the current thread switch interval; see sys.setswitchinterval().
    #[function("getswitchinterval()")]
    fn getswitchinterval() -> f64 {
        gil::switch_interval_us() as f64 * 1e-6
    }

    /// Set the ideal thread switching delay inside the Python interpreter.
    ///
    /// The actual frequency of switching threads can be lower if the
    /// interpreter executes long sequences of uninterruptible code
    /// (this is implementation-specific and workload-dependent).
    ///
    /// The parameter must represent the desired switching delay in seconds
    /// A typical value is 0.005 (5 milliseconds).
    #[function("setswitchinterval(interval, /)")]
    fn setswitchinterval(interval: f64, cx: &mut Cx) -> PyResult<()> {
        if interval <= 0.0 {
            return Err(cx.value_error(format_args!("switch interval must be strictly positive")));
        }
        gil::set_switch_interval_us((interval * 1e6) as u64);
        Ok(())
    }

    /// Return the current default encoding used by the Unicode implementation.
    #[function("getdefaultencoding()")]
    fn getdefaultencoding() -> &'static str {
        "utf-8"
    }

    /// Return the encoding used to convert Unicode filenames to OS filenames.
    #[function("getfilesystemencoding()")]
    fn getfilesystemencoding(cx: &mut Cx) -> &'static str {
        cx.interp().config.borrow().fs_encoding.name()
    }

    /// Return the error mode used Unicode to OS filename conversion.
    #[function("getfilesystemencodeerrors()")]
    fn getfilesystemencodeerrors() -> &'static str {
        "surrogateescape"
    }

    /// Return the maximum string digits limit for non-binary int<->str conversions.
    #[function("get_int_max_str_digits()")]
    fn get_int_max_str_digits(cx: &mut Cx) -> i32 {
        cx.interp().config.borrow().int_max_str_digits
    }

    /// Set the maximum string digits limit for non-binary int<->str conversions.
    #[function("set_int_max_str_digits(maxdigits)")]
    fn set_int_max_str_digits(maxdigits: i32, cx: &mut Cx) -> PyResult<()> {
        if maxdigits != 0 && maxdigits < DIGITS_THRESHOLD {
            return Err(cx.value_error(format_args!("maxdigits must be >= {DIGITS_THRESHOLD} or 0 for unlimited")));
        }
        cx.interp().config.borrow_mut().int_max_str_digits = maxdigits;
        Ok(())
    }

    #[function(
        "set_asyncgen_hooks(firstiter=None, finalizer=None)",
        nosig,
        doc = "set_asyncgen_hooks([firstiter] [, finalizer])\n\nSet a finalizer for async generators objects."
    )]
    fn set_asyncgen_hooks(
        #[default(None)] firstiter: Option<&Object>,
        #[default(None)] finalizer: Option<&Object>,
        cx: &mut Cx,
    ) -> PyResult<()> {
        // Both are checked before either is set.
        let finalizer = hook(finalizer, "finalizer", cx)?;
        let firstiter = hook(firstiter, "firstiter", cx)?;
        if let Some(f) = finalizer {
            taipan_object::audit::raise("sys.set_asyncgen_hook_finalizer", &[], cx)?;
            cx.ts().async_gen_finalizer.set(f.map(|f| f.own()), cx);
        }
        if let Some(f) = firstiter {
            taipan_object::audit::raise("sys.set_asyncgen_hook_firstiter", &[], cx)?;
            cx.ts().async_gen_firstiter.set(f.map(|f| f.own()), cx);
        }
        Ok(())
    }

    /// Return the installed asynchronous generators hooks.
    ///
    /// This returns a namedtuple of the form (firstiter, finalizer).
    #[function("get_asyncgen_hooks()")]
    fn get_asyncgen_hooks(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let or_none = |o: Option<Own<Object>>| o.unwrap_or_else(|| none().own());
        let v = vec![or_none(cx.ts().async_gen_firstiter.own()), or_none(cx.ts().async_gen_finalizer.own())];
        ASYNCGEN_HOOKS.make(v, cx)
    }

    /// Check status of origin tracking for coroutine objects in this thread.
    #[function("get_coroutine_origin_tracking_depth()")]
    fn get_coroutine_origin_tracking_depth(cx: &mut Cx) -> i32 {
        cx.ts().coroutine_origin_tracking_depth.get()
    }

    /// Enable or disable origin tracking for coroutine objects in this thread.
    ///
    /// Coroutine objects will track 'depth' frames of traceback information
    /// about where they came from, available in their cr_origin attribute.
    ///
    /// Set a depth of 0 to disable.
    #[function("set_coroutine_origin_tracking_depth(depth)")]
    fn set_coroutine_origin_tracking_depth(depth: i32, cx: &mut Cx) -> PyResult<()> {
        if depth < 0 {
            return Err(cx.value_error(format_args!("depth must be >= 0")));
        }
        cx.ts().coroutine_origin_tracking_depth.set(depth);
        Ok(())
    }

    /// Return the current value of the flags that are used for dlopen calls.
    ///
    /// The flag constants are defined in the os module.
    #[function("getdlopenflags()")]
    fn getdlopenflags(cx: &mut Cx) -> i32 {
        cx.interp().dlopen_flags.get()
    }

    /// Set the flags used by the interpreter for dlopen calls.
    ///
    /// This is used, for example, when the interpreter loads extension
    /// modules. Among other things, this will enable a lazy resolving of
    /// symbols when importing a module, if called as sys.setdlopenflags(0).
    /// To share symbols across extension modules, call as
    /// sys.setdlopenflags(os.RTLD_GLOBAL).  Symbolic names for the flag
    /// modules can be found in the os module (RTLD_xxx constants, e.g.
    /// os.RTLD_LAZY).
    #[function("setdlopenflags(flags, /)")]
    fn setdlopenflags(flags: i32, cx: &mut Cx) {
        cx.interp().dlopen_flags.set(flags);
    }

    /// Return True if Python is exiting.
    #[function("is_finalizing()")]
    fn is_finalizing(cx: &mut Cx) -> bool {
        cx.interp().finalizing.get()
    }

    /// Private function for getting PyConfig.cpu_count
    #[function("_get_cpu_count_config()")]
    fn get_cpu_count_config(cx: &mut Cx) -> i32 {
        match cx.interp().config.borrow().cpu_count {
            0 => -1,
            n => n,
        }
    }
}
