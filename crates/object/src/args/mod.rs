//! The border between calls and Rust functions: binding, conversion, results, panics. Generated code calls it through [`rt`].
//!
//! Everything that does not depend on a parameter's type is an ordinary function here, so that an entry point is a few calls. The messages follow
//! CPython's argument parsers; which one a function has follows from the shape of its signature (see `taipan-macros`).

mod bind;
mod call_def;
mod entry;
pub mod errors;
mod from_arg;
mod into_return;
mod kwargs;
mod module_spec;
pub(crate) mod needs;
pub mod rt;
mod spec;
mod suggest;

pub use bind::bind;
pub use call_def::{call_method_def, check_result};
pub use entry::guard;
pub use from_arg::{CodePoint, FromArg, NoneOr, SliceIndex, WritableBuffer, index, utf8};
pub use into_return::{IntoReturn, SendResult};
pub use kwargs::{Args, KwBuf, Kwargs};
pub use module_spec::{ConstSpec, ModuleSpec};
pub use spec::{ArgAt, FnSpec, shown_type};
pub use needs::function_str;
pub use suggest::suggest;
