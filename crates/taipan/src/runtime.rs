//! Bringing an interpreter up: kernel, types, machine, modules, imports, streams.

use crate::paths::{self, Paths};
use crate::{modules, streams};
use taipan_import::imp::{self, ImportState};
use taipan_import::{compile, start};
use taipan_object::config::Config;
use taipan_object::fspath;
use taipan_object::prelude::*;
use std::sync::OnceLock;
use taipan_object::thread::interpreters::{self, Lifecycle};
use taipan_object::thread::{Interpreter, ThreadState, gil};

/// A running interpreter and the calling thread's state in it.
pub struct Runtime {
    pub ts: &'static ThreadState,
}

impl Runtime {
    /// Start the process's interpreter. The calling thread holds the GIL afterwards.
    ///
    /// # Errors
    /// `Err` carries the text of what went wrong; nothing can run then.
    pub fn new(mut config: Config) -> Result<Runtime, String> {
        seed_hashes(&config);
        let paths = paths::compute(&mut config);
        let ts = ThreadState::new(Interpreter::new(config));
        gil::take(ts);
        let stack = taipan_host::thread::stack_bounds().map_or(8 << 20, |(_, bytes)| bytes);
        // Twice of what CPython's main thread has. More is of no use: what recurses deeper in native code should get its RecursionError soon.
        ts.set_stack_size(stack.min(16 << 20));
        // SAFETY: the GIL was just taken by this thread.
        let cx = &mut unsafe { Cx::assume() };
        match start_all(paths, cx) {
            Ok(()) => {
                let limit = cx.interp().config.borrow().memory_limit;
                let rt = Runtime { ts };
                rt.set_memory_limit(limit);
                Ok(rt)
            }
            Err(r) => {
                let e = cx.take_raised(r);
                Err(describe(&e, cx))
            }
        }
    }

    /// Limit the bytes that objects may take together; beyond it allocations raise `MemoryError`. What is in use already counts. `None`: no limit.
    pub fn set_memory_limit(&self, bytes: Option<usize>) {
        taipan_object::alloc::set_limit(bytes.unwrap_or(usize::MAX));
    }

    /// The bytes that objects take at present.
    pub fn memory_in_use(&self) -> usize {
        taipan_object::alloc::bytes_in_use()
    }

    /// Run Rust code with the interpreter.
    pub fn with<R>(&self, f: impl FnOnce(&mut Cx) -> R) -> R {
        // SAFETY: the thread that made the runtime holds the GIL whenever it is outside of `without_gil`.
        f(&mut unsafe { Cx::assume() })
    }
}

/// The exception with its traceback lines, without any help of Lib.
fn describe(e: &Object, cx: &mut Cx) -> String {
    let mut out = String::new();
    let tb = e.downcast::<exc::PyBaseException>().and_then(|b| b.traceback.own());
    let mut next = tb;
    while let Some(t) = next {
        let get = |o: &Object, n: &str, cx: &mut Cx| match taipan_object::attr::get_text(o, n, cx) {
            Ok(v) => Some(v),
            Err(r) => {
                cx.discard(r);
                None
            }
        };
        let line = get(&t, "tb_lineno", cx).and_then(|l| l.downcast::<PyInt>().and_then(|i| i.to_i64()));
        let code = get(&t, "tb_frame", cx).and_then(|f| get(&f, "f_code", cx));
        let show = |n: &str, cx: &mut Cx| code.as_ref().and_then(|c| get(c, n, cx)).and_then(|s| s.downcast::<PyStr>().map(|s| s.to_string())).unwrap_or_default();
        let (file, name) = (show("co_filename", cx), show("co_qualname", cx));
        out.push_str(&format!("  File \"{file}\", line {}, in {name}\n", line.unwrap_or(0)));
        next = get(&t, "tb_next", cx).filter(|t| !t.is_none());
    }
    let text = match taipan_object::abstract_::str(e, cx) {
        Ok(s) => s.to_string(),
        Err(r) => {
            cx.discard(r);
            "?".into()
        }
    };
    format!("{out}{}: {text}", e.ty().name())
}

/// String hashing needs its key before the first string.
fn seed_hashes(config: &Config) {
    let secret = match config.hash_seed {
        Some(n) => taipan_algo_hash::HashSecret::from_seed(n),
        None => {
            let mut b = [0u8; 24];
            // Without entropy hashes are predictable, which is better than not starting.
            let _ = taipan_host::entropy::fill_nonblocking(&mut b);
            taipan_algo_hash::HashSecret(b)
        }
    };
    taipan_object::hash::set_secret(secret.keys());
}

/// The process's start: everything that is common to all interpreters, then the main one.
fn start_all(paths: Paths, cx: &mut Cx) -> PyResult<()> {
    taipan_interp::init();
    taipan_object::typelist::init(cx)?;
    taipan_builtins::init(cx)?;
    compile::install();
    taipan_mod_ast::install();
    taipan_capi::init(cx)?;
    taipan_capi::headers::lifecycle::set_ending(taipan_capi::headers::lifecycle::Ending { status_of: crate::finish::exit_status, finish: crate::finish::finish });
    gc_mode(cx);
    crate::import_time::install(cx);
    let paths = PATHS.get_or_init(|| paths);
    start_interpreter(paths, cx)?;
    interpreters::set_lifecycle(Lifecycle { start: crate::sub::start, stop: crate::sub::stop, describe });
    taipan_mod_concurrency::faulthandler::start(cx)?;
    taipan_mod_concurrency::signal::install_defaults(cx)
}

/// What the start found out about directories, for later interpreters.
static PATHS: OnceLock<Paths> = OnceLock::new();

/// Where the library is.
pub fn paths() -> Option<&'static Paths> {
    PATHS.get()
}

/// `sys`, `builtins`, imports and the standard streams of an interpreter.
pub fn start_interpreter(paths: &Paths, cx: &mut Cx) -> PyResult<()> {
    let all = modules::all();
    imp::add_natives(&all, cx);
    let st = cx.state::<ImportState>();
    st.use_frozen.set(paths.use_frozen);
    *st.stdlib_dir.borrow_mut() = String::from_utf8_lossy(&paths.stdlib_dir).into_owned();
    let Some(sys_spec) = imp::native("sys", cx) else {
        return Err(cx.import_error(format_args!("the module sys is missing")));
    };
    let sys = start::bootstrap(sys_spec, cx)?;
    set_paths(&sys, paths, cx)?;
    start::install_external(cx)?;
    crate::repl::install(cx);
    streams::install(&sys, cx)
}

/// `TAIPAN_GC=never|always` for tests.
fn gc_mode(cx: &mut Cx) {
    match taipan_host::env::get(c"TAIPAN_GC").as_deref() {
        Some(b"never") => cx.interp().gc.suspended.set(true),
        Some(b"always") => {
            cx.interp().gc.generations[0].threshold.set(1);
            cx.interp().gc.tune();
        }
        _ => {}
    }
}

fn set_paths(sys: &PyModule, p: &Paths, cx: &mut Cx) -> PyResult<()> {
    cx.interp().config.borrow_mut().executable = p.executable.clone();
    let one = |name: &str, v: &[u8], cx: &mut Cx| -> PyResult<()> {
        let s = fspath::decode(v, cx)?;
        sys.add(name, &s, cx)
    };
    one("executable", &p.executable, cx)?;
    one("_base_executable", &p.base_executable, cx)?;
    one("prefix", &p.prefix, cx)?;
    one("exec_prefix", &p.prefix, cx)?;
    one("base_prefix", &p.base_prefix, cx)?;
    one("base_exec_prefix", &p.base_prefix, cx)?;
    one("_stdlib_dir", &p.stdlib_dir, cx)?;
    let path = PyList::new(cx)?;
    for d in &p.search {
        let s = fspath::decode(d, cx)?;
        path.push(s.into_object(), cx)?;
    }
    sys.add("path", &path, cx)
}
