//! `_remote_debugging`: the stacks of another process.
//!
//! CPython finds its own structures in the other process by the section `PyRuntime` of its executable. A process of Taipan has none, so no
//! process can be looked into: construction fails as it does in CPython for a process that is no Python. What the module defines besides is whole.

use taipan_host::Errno;
use taipan_object::prelude::*;
use taipan_object::types::structseq::StructSeq;

macro_rules! records {
    ($($name:ident $py:literal $doc:literal [$(($field:literal, $text:literal)),*] $n:literal;)*) => {
        $(static $name: StructSeq = StructSeq::new($py, $doc, &[$(($field, $text)),*], $n);)*
        const RECORDS: [(&str, &StructSeq); 5] = [$((stringify!($name), &$name)),*];
    };
}
records! {
    TASK c"_remote_debugging.TaskInfo" c"Information about an asyncio task" [("task_id", "Task ID (memory address)"), ("task_name", "Task name"), ("coroutine_stack", "Coroutine call stack"), ("awaited_by", "Tasks awaiting this task")] 4;
    FRAME c"_remote_debugging.FrameInfo" c"Information about a frame" [("filename", "Source code filename"), ("lineno", "Line number"), ("funcname", "Function name")] 3;
    CORO c"_remote_debugging.CoroInfo" c"Information about a coroutine" [("call_stack", "Coroutine call stack"), ("task_name", "Task name")] 2;
    THREAD c"_remote_debugging.ThreadInfo" c"Information about a thread" [("thread_id", "Thread ID"), ("frame_info", "Frame information")] 2;
    AWAITED c"_remote_debugging.AwaitedInfo" c"Information about what a thread is awaiting" [("thread_id", "Thread ID"), ("awaited_by", "List of tasks awaited by this thread")] 2;
}

/// RemoteUnwinder(pid): Inspect stack of a remote Python process.
#[pytype(name = "_remote_debugging.RemoteUnwinder")]
#[repr(C)]
pub struct PyRemoteUnwinder {
    head: ObjHead,
}

#[pymethods]
impl PyRemoteUnwinder {
    #[new("RemoteUnwinder(pid, *, all_threads=False, only_active_thread=False, debug=False)", nosig)]
    fn new(_cls: &PyType, pid: i32, all_threads: bool, only_active_thread: bool, debug: bool, cx: &mut Cx) -> PyResult<Own<PyRemoteUnwinder>> {
        let _ = debug;
        if all_threads && only_active_thread {
            return Err(cx.value_error(format_args!("all_threads and only_active_thread cannot both be True")));
        }
        let path = std::ffi::CString::new(format!("/proc/{pid}/maps")).unwrap_or_default();
        match taipan_host::fs::read_file(&path) {
            Ok(_) => Err(cx.runtime_error(format_args!("Failed to find the PyRuntime section in process {pid} on Linux platform"))),
            Err(Errno::ENOENT) => {
                let e = Errno::ESRCH;
                Err(cx.os_error(e.0, &e.message(), None, None))
            }
            Err(e) => {
                let shown = PyStr::new(&path.to_string_lossy(), cx)?;
                Err(cx.os_error(e.0, &e.message(), Some(&shown), None))
            }
        }
    }
}

#[pymodule(name = "_remote_debugging", types(PyRemoteUnwinder))]
pub mod remote {
    use super::*;

    #[constant]
    const PROCESS_VM_READV_SUPPORTED: i64 = 1;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for (name, record) in RECORDS {
            let mut py = name[..1].to_owned();
            py.push_str(&name[1..].to_lowercase());
            py.push_str("Info");
            let ty = record.ty(cx)?;
            m.add(&py, ty.as_object(), cx)?;
        }
        Ok(())
    }
}
