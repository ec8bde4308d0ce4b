//! The C API of CPython 3.14: functions and data that extension modules import, exported from the executable.
//!
//! `border` is what every function goes through, `headers/` holds one file per C header, `format/` the format strings of the variadic functions, which
//! `csrc/variadic.c` defines. Data symbols — types, `None`, `PyExc_*` — are statics of the kernel and of `data`.
//!
//! A new function is one entry in its header's file. `exports()` lists what exists; a test compares it with the reference's headers.

pub mod border;
mod cfile;
pub mod data;
mod debug_alloc;
mod errno;
mod flags;
mod exporter;
pub mod format;
pub mod headers;
pub mod missing;
mod repr_state;
pub mod runtime_image;
mod signals;
mod sync;
pub mod tables;

use border::Export;
use taipan_object::prelude::*;

/// Every exported function that is defined in Rust. Using the lists keeps the functions in the executable.
pub fn exports() -> Vec<&'static Export> {
    use headers::*;
    let lists: &[&'static [Export]] = &[
        object::EXPORTS, refcount::EXPORTS, objimpl::EXPORTS, pymem::EXPORTS, number::EXPORTS, number::OPERATORS, sequence::EXPORTS, call::EXPORTS,
        pyerrors::EXPORTS, longobject::EXPORTS, longobject::digits::EXPORTS, floatobject::EXPORTS, bytesobject::EXPORTS, containers::EXPORTS,
        dictobject::EXPORTS, unicodeobject::EXPORTS, unicode_codecs::EXPORTS, unicode_writer::EXPORTS, typeobject::EXPORTS, moduleobject::EXPORTS,
        pycapsule::EXPORTS, pystate::EXPORTS, interpreters::EXPORTS, functions::EXPORTS, pybuffer::EXPORTS, misc::EXPORTS, format::build::EXPORTS, format::text::EXPORTS,
        format::getargs::EXPORTS, format::keywords::EXPORTS, clinic::EXPORTS, initconfig::EXPORTS, unicode_errors::EXPORTS, watchers::EXPORTS, pythonrun::EXPORTS, fileobject::EXPORTS, marshal::EXPORTS, code::EXPORTS, code_counts::EXPORTS, eval::EXPORTS, ceval::EXPORTS, osmodule::EXPORTS,
        lifecycle::EXPORTS, lifecycle::STATUSES, internal::EXPORTS, pytime::EXPORTS, structseq::EXPORTS, locale::EXPORTS, intrcheck::EXPORTS, lock::EXPORTS, monitoring::EXPORTS, data::VARIADIC,
    ];
    lists.iter().flat_map(|l| l.iter()).collect()
}

/// Make the API ready for use: data symbols filled, the interpreter known to foreign threads. After the built-in types, before any extension loads.
pub fn init(cx: &mut Cx) -> PyResult<()> {
    debug_alloc::init(cx.interp().config.borrow().ignore_environment);
    data::init();
    flags::init(cx);
    runtime_image::init(cx)?;
    headers::pystate::init(cx);
    taipan_object::machine::set_pending_handler(sync::make_pending);
    // The lists are consulted once, so that the linker keeps what they name.
    std::hint::black_box((exports(), missing::MISSING));
    tables::keep();
    Ok(())
}
