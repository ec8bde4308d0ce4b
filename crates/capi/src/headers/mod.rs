//! One file per C header (small ones share a file).

pub mod bytesobject;
pub mod call;
pub mod clinic;
pub mod containers;
pub mod dictobject;
pub mod floatobject;
pub mod functions;
pub mod initconfig;
pub mod longobject;
pub mod misc;
pub mod moduleobject;
pub mod number;
pub mod object;
pub mod objimpl;
pub mod pybuffer;
pub mod pycapsule;
pub mod pyerrors;
pub mod pymem;
pub mod pystate;
pub mod refcount;
pub mod sequence;
pub mod typeobject;
pub mod unicode_codecs;
pub mod unicode_errors;
pub mod unicode_writer;
pub mod unicodeobject;
