//! The list of all native modules: one line per crate.

use taipan_object::args::ModuleSpec;

/// Every native module of the runtime.
pub fn all() -> Vec<&'static ModuleSpec> {
    let crates: &[&[&'static ModuleSpec]] = &[
        taipan_import::modules(),
        taipan_mod_sys::modules(),
        taipan_mod_io::modules(),
        taipan_mod_os::modules(),
        taipan_mod_math::modules(),
        taipan_mod_decimal::modules(),
        taipan_mod_text::modules(),
        taipan_mod_codec::modules(),
        taipan_mod_net::modules(),
        taipan_mod_concurrency::modules(),
        taipan_mod_data::modules(),
        taipan_mod_ctypes::modules(),
        taipan_mod_db::modules(),
        taipan_mod_ssl::modules(),
        taipan_mod_xml::modules(),
        taipan_mod_ast::modules(),
    ];
    crates.iter().flat_map(|c| c.iter().copied()).chain([&taipan_builtins::MODULE]).collect()
}
