//! What an interpreter is made with and may do (`PyInterpreterConfig`, `Py_RTFLAGS_*`), and the dicts that say so.

use super::Interpreter;
use crate::abstract_;
use crate::prelude::*;
use crate::types::boolean;

/// What an interpreter may do (`Py_RTFLAGS_*`).
pub mod feature {
    pub const MAIN_OBMALLOC: u64 = 1 << 5;
    /// Extension modules must say that they support several interpreters.
    pub const CHECK_EXTENSIONS: u64 = 1 << 8;
    pub const THREADS: u64 = 1 << 10;
    pub const DAEMON_THREADS: u64 = 1 << 11;
    pub const FORK: u64 = 1 << 15;
    pub const EXEC: u64 = 1 << 16;
    /// The main interpreter's.
    pub const ALL: u64 = MAIN_OBMALLOC | THREADS | DAEMON_THREADS | FORK | EXEC;
}

/// `PyInterpreterConfig`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    pub use_main_obmalloc: bool,
    pub allow_fork: bool,
    pub allow_exec: bool,
    pub allow_threads: bool,
    pub allow_daemon_threads: bool,
    pub check_multi_interp_extensions: bool,
    pub gil: Gil,
}

/// Whose GIL an interpreter asks for. It gets the common one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Gil {
    #[default]
    Default,
    Shared,
    Own,
}

impl Gil {
    const NAMES: [(&'static str, Gil); 3] = [("default", Gil::Default), ("shared", Gil::Shared), ("own", Gil::Own)];

    /// Its name in dicts.
    fn name(self) -> &'static str {
        Gil::NAMES.iter().find(|n| n.1 == self).map_or("", |n| n.0)
    }
}

/// The longest text that the reference takes for `gil`.
const GIL_TEXT_MAX: usize = 19;

impl Settings {
    /// What `Py_NewInterpreter` takes.
    pub const LEGACY: Settings = Settings {
        use_main_obmalloc: true,
        allow_fork: true,
        allow_exec: true,
        allow_threads: true,
        allow_daemon_threads: true,
        check_multi_interp_extensions: false,
        gil: Gil::Shared,
    };
    /// What `concurrent.interpreters` takes.
    pub const ISOLATED: Settings = Settings {
        use_main_obmalloc: false,
        allow_fork: false,
        allow_exec: false,
        allow_threads: true,
        allow_daemon_threads: false,
        check_multi_interp_extensions: true,
        gil: Gil::Own,
    };

    pub(super) fn flags(&self) -> u64 {
        let bit = |on: bool, bit: u64| if on { bit } else { 0 };
        bit(self.use_main_obmalloc, feature::MAIN_OBMALLOC)
            | bit(self.check_multi_interp_extensions, feature::CHECK_EXTENSIONS)
            | bit(self.allow_threads, feature::THREADS)
            | bit(self.allow_daemon_threads, feature::DAEMON_THREADS)
            | bit(self.allow_fork, feature::FORK)
            | bit(self.allow_exec, feature::EXEC)
    }

    fn switches(&mut self) -> [(&'static str, &mut bool); 6] {
        [
            ("use_main_obmalloc", &mut self.use_main_obmalloc),
            ("allow_fork", &mut self.allow_fork),
            ("allow_exec", &mut self.allow_exec),
            ("allow_threads", &mut self.allow_threads),
            ("allow_daemon_threads", &mut self.allow_daemon_threads),
            ("check_multi_interp_extensions", &mut self.check_multi_interp_extensions),
        ]
    }

    /// As a dict (`_PyInterpreterConfig_AsDict`).
    pub fn to_dict(mut self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let d = PyDict::new(cx)?;
        for (name, value) in self.switches() {
            d.set_text(name, boolean::from_bool(*value).own(), cx)?;
        }
        let gil = PyStr::new(self.gil.name(), cx)?;
        d.set_text("gil", gil.into_object(), cx)?;
        Ok(d)
    }

    /// Take what a dict has (`_PyInterpreterConfig_UpdateFromDict`); `all`: nothing may be missing (`_PyInterpreterConfig_InitFromDict`).
    pub fn update(&mut self, d: &PyDict, all: bool, cx: &mut Cx) -> PyResult<()> {
        let rest = d.copy(cx)?;
        let take = |name: &str, cx: &mut Cx| {
            let n = PyStr::new(name, cx)?;
            match rest.remove(&n, cx)? {
                None if all => Err(cx.value_error(format_args!("missing config key: {name}"))),
                v => Ok(v),
            }
        };
        for (name, place) in self.switches() {
            let Some(v) = take(name, cx)? else { continue };
            if !v.ty().is(boolean::bool_type()) {
                return Err(cx.type_error(format_args!("invalid config type: {name}")));
            }
            *place = v.is(boolean::true_());
        }
        if let Some(v) = take("gil", cx)? {
            let Some(text) = v.downcast::<PyStr>().map(|s| s.to_string_lossy()) else {
                return Err(cx.type_error(format_args!("invalid config type: gil")));
            };
            let text: String = text.chars().take(GIL_TEXT_MAX).collect();
            let Some(known) = Gil::NAMES.iter().find(|n| n.0 == text) else {
                return Err(cx.value_error(format_args!("unsupported interpreter config .gil value '{text}'")));
            };
            self.gil = known.1;
        }
        let s = match rest.len() {
            0 => return Ok(()),
            1 => "",
            _ => "s",
        };
        let shown = abstract_::str(&rest, cx)?;
        Err(cx.value_error(format_args!("config dict has {} extra item{s} ({shown})", rest.len())))
    }

    /// The settings of an interpreter (`_PyInterpreterConfig_InitFromState`).
    pub fn of(i: &Interpreter) -> Settings {
        let has = |bit: u64| i.features().get() & bit != 0;
        Settings {
            use_main_obmalloc: has(feature::MAIN_OBMALLOC),
            allow_fork: has(feature::FORK),
            allow_exec: has(feature::EXEC),
            allow_threads: has(feature::THREADS),
            allow_daemon_threads: has(feature::DAEMON_THREADS),
            check_multi_interp_extensions: has(feature::CHECK_EXTENSIONS),
            gil: if i.own_gil.get() != 0 { Gil::Own } else { Gil::Shared },
        }
    }
}

impl Cx {
    /// Whether the interpreter has a feature.
    pub fn has_feature(&self, bit: u64) -> bool {
        self.interp().features().get() & bit != 0
    }
}
