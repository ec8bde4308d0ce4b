//! The kernel of Taipan: references, allocation, the collector, thread states, exceptions, calls, attributes, types and the core types.
//!
//! See `docs/objects.md`. Nothing here knows the compiler, the interpreter loop or the operating system.

extern crate self as taipan_object;

pub mod abstract_;
pub mod args;
pub mod alloc;
pub mod attr;
pub mod audit;
pub mod block;
pub mod call;
pub mod config;
pub mod cx;
pub mod dealloc;
pub mod err;
pub mod field;
pub mod frame;
pub mod fspath;
pub mod gc;
pub mod hash;
pub mod import;
pub mod instance;
pub mod kernel_type;
pub mod machine;
pub mod monitoring;
pub mod provided;
pub mod refs;
pub mod registry;
pub mod rules;
#[cfg(test)]
pub mod testing;
pub mod thread;
pub mod typelist;
pub mod typeobj;
pub mod types;
pub mod unraisable;
pub mod warn;
pub mod watchers;
pub mod weakref;

/// What nearly every file of a type or module needs.
pub mod prelude {
    pub use crate::abstract_::CmpOp;
    pub use crate::abstract_::buffer::Buffer;
    pub use crate::args::{Args, CodePoint, FromArg, IntoReturn, Kwargs, ModuleSpec, NoneOr, SendResult, SliceIndex, WritableBuffer};
    pub use crate::call::Vectorcall;
    pub use crate::cx::Cx;
    pub use crate::err::{PyResult, Raised};
    pub use crate::field::{Field, FieldCell, GcField, InstDict, Visit};
    pub use crate::name;
    pub use crate::refs::{AsObject, ObjHead, Object, Own, PyLayout, PyTyped, VarHead};
    pub use crate::typeobj::PyType;
    pub use crate::types::{dict::PyDict, exc, int::PyInt, list::PyList, str::PyStr, tuple::PyTuple};
    pub use crate::types::{module::PyModule, none, not_implemented};
    pub use crate::weakref::WeakList;
    pub use taipan_macros::{pyfunctions, pymethods, pymodule, pytype};
}

/// Stop the process: the runtime itself is broken (`Py_FatalError`).
#[cold]
pub fn fatal(msg: &str) -> ! {
    eprintln!("Fatal Python error: {msg}");
    std::process::abort()
}
