//! The module `_thread`: locks, thread-local data, starting and joining threads.

pub mod handle;
pub mod local;
pub mod lock;
pub mod rlock;
pub mod start;

use handle::{PyThreadHandle, Shared};
use lock::PyLock;
use rlock::PyRLock;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use taipan_host::thread as os_thread;
use taipan_object::prelude::*;
use taipan_object::thread::interpreters::{self, feature};
use taipan_object::types::structseq::StructSeq;

static EXCEPT_HOOK_ARGS: StructSeq = StructSeq::new(
    c"_thread._ExceptHookArgs",
    c"ExceptHookArgs\n\nType used to pass arguments to threading.excepthook.",
    &[("exc_type", "Exception type"), ("exc_value", "Exception value"), ("exc_traceback", "Exception traceback"), ("thread", "Thread")],
    4,
);

/// What the interpreter knows of its threads.
#[derive(Default)]
pub struct Threads {
    pub main_ident: Cell<u64>,
    /// Threads started and not yet finished.
    pub count: Cell<usize>,
    pub stack_bytes: Cell<usize>,
    /// Threads that `_shutdown` waits for.
    pub awaited: RefCell<Vec<Arc<Shared>>>,
    /// All started threads that are not done, for the child of a fork.
    pub alive: RefCell<Vec<Arc<Shared>>>,
}

/// The identity of the calling thread.
pub fn ident(cx: &Cx) -> u64 {
    let ts = cx.ts();
    if ts.thread_id.get() == 0 {
        ts.thread_id.set(os_thread::ident());
        ts.native_thread_id.set(os_thread::native_id());
    }
    ts.thread_id.get()
}

/// In the child of a fork: only the calling thread is left.
pub fn after_fork_child(cx: &mut Cx) {
    let threads = cx.state::<Threads>();
    let me = os_thread::ident();
    for h in threads.alive.take() {
        if h.ident() != me {
            h.set_done();
        } else {
            threads.alive.borrow_mut().push(h);
        }
    }
    threads.awaited.borrow_mut().retain(|h| h.ident() == me);
    threads.count.set(threads.alive.borrow().len());
    threads.main_ident.set(me);
    cx.ts().native_thread_id.set(os_thread::native_id());
    taipan_object::thread::spawn::set_main(cx);
    taipan_host::signal::set_main_thread(me);
    local::forked(cx);
}

#[pymodule(
    name = "_thread",
    doc = "This module provides primitive operations to write multi-threaded programs.\nThe 'threading' module provides a more convenient interface.",
    types(PyLock, PyRLock, PyThreadHandle, local::PyLocal),
    parts(start::part)
)]
pub mod thread {
    use super::*;

    #[constant]
    const TIMEOUT_MAX: f64 = crate::wait::TIMEOUT_MAX;
    #[constant]
    const _NAME_MAXLEN: i32 = 15;

    /// Create a new lock object. See help(type(threading.Lock())) for
    /// information about locks.
    #[function("allocate_lock()")]
    fn allocate_lock(cx: &mut Cx) -> PyResult<Own<PyLock>> {
        lock::new(cx)
    }
    /// An obsolete synonym of allocate_lock().
    #[function("allocate()")]
    fn allocate(cx: &mut Cx) -> PyResult<Own<PyLock>> {
        lock::new(cx)
    }

    /// Return a non-zero integer that uniquely identifies the current thread
    /// amongst other threads that exist simultaneously.
    /// This may be used to identify per-thread resources.
    /// Even though on some platforms threads identities may appear to be
    /// allocated consecutive numbers starting at 1, this behavior should not
    /// be relied upon, and the number should be seen purely as a magic cookie.
    /// A thread's identity may be reused for another thread after it exits.
    #[function("get_ident()")]
    fn get_ident(cx: &mut Cx) -> u64 {
        ident(cx)
    }
    /// Internal only. Return a non-zero integer that uniquely identifies the main thread
    /// of the main interpreter.
    #[function("_get_main_thread_ident()")]
    fn get_main_thread_ident(cx: &mut Cx) -> u64 {
        cx.state::<Threads>().main_ident.get()
    }
    /// Return a non-negative integer identifying the thread as reported
    /// by the OS (kernel). This may be used to uniquely identify a
    /// particular thread within a system.
    #[function("get_native_id()")]
    fn get_native_id() -> u64 {
        os_thread::native_id()
    }
    /// Return the number of currently running Python threads, excluding
    /// the main thread. The returned number comprises all threads created
    /// through `start_new_thread()` as well as `threading.Thread`, and not
    /// yet finished.
    ///
    /// This function is meant for internal and specialized purposes only.
    /// In most applications `threading.enumerate()` should be used instead.
    #[function("_count()")]
    fn count(cx: &mut Cx) -> usize {
        cx.state::<Threads>().count.get()
    }
    /// Return the thread stack size used when creating new threads.  The
    /// optional size argument specifies the stack size (in bytes) to be used
    /// for subsequently created threads, and must be 0 (use platform or
    /// configured default) or a positive integer value of at least 32,768 (32k).
    /// If changing the thread stack size is unsupported, a ThreadError
    /// exception is raised.  If the specified size is invalid, a ValueError
    /// exception is raised, and the stack size is unmodified.  32k bytes
    ///  currently the minimum supported stack size value to guarantee
    /// sufficient stack space for the interpreter itself.
    ///
    /// Note that some platforms may have particular restrictions on values for
    /// the stack size, such as requiring a minimum stack size larger than 32 KiB or
    /// requiring allocation in multiples of the system memory page size
    /// - platform documentation should be referred to for more information
    /// (4 KiB pages are common; using multiples of 4096 for the stack size is
    /// the suggested approach in the absence of more specific information).
    #[function("stack_size(size=0, /)")]
    fn stack_size(size: isize, cx: &mut Cx) -> PyResult<usize> {
        if size < 0 {
            return Err(cx.value_error(format_args!("size must be 0 or a positive value")));
        }
        if size != 0 && size < 32768 {
            return Err(cx.value_error(format_args!("size not valid: {size} bytes")));
        }
        Ok(cx.state::<Threads>().stack_bytes.replace(size as usize))
    }
    /// This is synonymous to ``raise SystemExit''.  It will cause the current
    /// thread to exit silently unless the exception is caught.
    #[function("exit()")]
    fn exit(cx: &mut Cx) -> PyResult<()> {
        Err(cx.raise_empty(exc::SystemExit()))
    }
    /// An obsolete synonym of exit().
    #[function("exit_thread()")]
    fn exit_thread(cx: &mut Cx) -> PyResult<()> {
        Err(cx.raise_empty(exc::SystemExit()))
    }
    /// Simulate the arrival of the given signal in the main thread,
    /// where the corresponding signal handler will be executed.
    /// If *signum* is omitted, SIGINT is assumed.
    /// A subthread can use this function to interrupt the main thread.
    ///
    /// Note: the default signal handler for SIGINT raises ``KeyboardInterrupt``.
    #[function("interrupt_main(signum=signal.SIGINT, /)")]
    fn interrupt_main(#[default(2)] signum: i32, cx: &mut Cx) -> PyResult<()> {
        crate::signal::simulate(signum, cx)?;
        // The main thread handles it before the call returns.
        crate::wait::run_pending(cx)
    }
    /// Return True if the current interpreter is the main Python interpreter.
    #[function("_is_main_interpreter()")]
    fn is_main_interpreter(cx: &mut Cx) -> bool {
        cx.interp().is_main()
    }
    /// Return True if daemon threads are allowed in the current interpreter,
    /// and False otherwise.
    #[function("daemon_threads_allowed()")]
    fn daemon_threads_allowed(cx: &mut Cx) -> bool {
        cx.has_feature(feature::DAEMON_THREADS)
    }
    /// Set the name of the current thread.
    #[function("set_name(name)")]
    fn set_name(name: &PyStr) {
        let mut bytes: Vec<u8> = name.to_string_lossy().into_bytes();
        bytes.retain(|&b| b != 0);
        bytes.truncate(15);
        let text = std::ffi::CString::new(bytes).unwrap_or_default();
        os_thread::set_name(&text);
    }

    /// Handle uncaught Thread.run() exception.
    #[function("_excepthook(args, /)")]
    fn excepthook(args: &Object, cx: &mut Cx) -> PyResult<()> {
        start::uncaught(args, &EXCEPT_HOOK_ARGS, cx)
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let me = ident(cx);
        if cx.interp().is_main() {
            cx.state::<Threads>().main_ident.set(me);
            taipan_object::thread::spawn::set_main(cx);
            taipan_host::signal::set_main_thread(me);
            taipan_object::thread::fork::on_child(after_fork_child);
            interpreters::on_state_end(local::thread_ends);
        } else if let Some(main) = interpreters::find(0, cx) {
            // The process's main thread is the same one for all.
            cx.state::<Threads>().main_ident.set(main.state::<Threads>().main_ident.get());
        }
        m.add("error", exc::RuntimeError(), cx)?;
        m.add("LockType", PyLock::ty(), cx)?;
        let t = EXCEPT_HOOK_ARGS.ty(cx)?;
        m.add("_ExceptHookArgs", t, cx)?;
        Ok(())
    }
}
