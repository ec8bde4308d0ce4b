//! `_ssl` and `_hashlib`: TLS and digests by the OpenSSL 3 of the machine, which is loaded when one of the modules is imported (ImportError where there is none).
#![deny(unsafe_code)]

mod hashlib;
mod openssl;
mod ssl;

use taipan_object::prelude::*;

/// The modules of this crate.
static MODULES: &[&ModuleSpec] = &[&ssl::module::MODULE, &hashlib::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}

/// Load OpenSSL, or raise `ImportError`.
fn load(cx: &mut Cx) -> PyResult<()> {
    match openssl::table::load() {
        Ok(_) => Ok(()),
        Err(why) => Err(cx.import_error(format_args!("{why}"))),
    }
}
