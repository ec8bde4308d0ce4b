//! Numbers that Python modules show as constants, one file per module.
//!
//! Each file has the constants themselves and a `TABLE` of (name, value) for
//! filling the module's namespace.

/// Declare a module's constants and its table.
macro_rules! constants {
    (libc { $($name:ident)* } fixed { $($own:ident = $value:literal,)* }) => {
        #[allow(unused_imports)]
        pub use libc::{$($name),*};
        $(#[allow(missing_docs)] pub const $own: i64 = $value;)*
        /// All of them by name.
        pub static TABLE: &[(&str, i64)] = &[
            $((stringify!($name), libc::$name as i64),)*
            $((stringify!($own), $value),)*
        ];
    };
}

/// Declare a table whose names lack C's underscore.
macro_rules! names {
    ($(#[$doc:meta])* $table:ident: libc { $($name:ident = $c:ident,)* } fixed { $($own:ident = $value:literal,)* }) => {
        $(#[$doc])*
        pub static $table: &[(&str, i32)] = &[
            $((stringify!($name), libc::$c),)*
            $((stringify!($own), $value),)*
        ];
    };
}

pub mod fcntl;
pub mod locale;
pub mod mmap;
pub mod names;
pub mod posix;
pub mod resource;
pub mod select;
pub mod signal;
pub mod socket;
pub mod syslog;
pub mod termios;
pub mod time;
