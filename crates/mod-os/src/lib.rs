//! Native modules of the operating system: posix and its smaller relatives.
#![deny(unsafe_code)]

pub mod fcntl;
pub mod mmap;
pub mod posix;
pub mod resource;
pub mod select;
pub mod shm;
pub mod subprocess;
pub mod syslog;
pub mod termios;
pub mod users;

use taipan_object::prelude::*;

/// The modules of this crate; a new one is its file and one line here.
static MODULES: &[&ModuleSpec] = &[
    &posix::posix::MODULE,
    &fcntl::fcntl::MODULE,
    &mmap::module::MODULE,
    &users::pwd::MODULE,
    &users::grp::MODULE,
    &subprocess::module::MODULE,
    &termios::termios::MODULE,
    &resource::resource::MODULE,
    &syslog::syslog::MODULE,
    &select::select::MODULE,
    &shm::module::MODULE,
];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}

/// Put a table of constants into a module.
fn add_constants(m: &PyModule, table: &[(&str, i64)], cx: &mut Cx) -> PyResult<()> {
    for (name, value) in table {
        let v = PyInt::new(*value, cx)?;
        m.add(name, &v, cx)?;
    }
    Ok(())
}
