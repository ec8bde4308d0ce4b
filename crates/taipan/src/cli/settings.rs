//! From environment variables and `-X` options to the configuration. Options win over variables; `-E` and `-I` ignore the variables.

use super::{Parsed, fatal, lossy};
use crate::locale;
use std::ffi::CString;
use taipan_object::config::{Config, FsEncoding};

/// `sys.int_info.str_digits_check_threshold`
const DIGITS_THRESHOLD: i32 = 640;
const DIGITS_DEFAULT: i32 = 4300;

/// What CPython's fatal errors call the moment.
const EARLY: &str = "preinitializing";
const LATE: &str = "preinitialized";

/// A variable that is set and not empty, whatever `-E` says.
fn raw_env(name: &str) -> Option<Vec<u8>> {
    CString::new(name).ok().and_then(|n| taipan_host::env::get(&n)).filter(|v| !v.is_empty())
}

/// A positive number of bytes, with `K`, `M` or `G` behind it for the powers of 1024.
fn bytes(text: &str) -> Option<usize> {
    let (number, shift) = match text.as_bytes().last()? {
        b'k' | b'K' => (&text[..text.len() - 1], 10),
        b'm' | b'M' => (&text[..text.len() - 1], 20),
        b'g' | b'G' => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    number.parse::<usize>().ok()?.checked_mul(1 << shift).filter(|n| *n > 0)
}

struct Settings<'a> {
    cfg: &'a mut Config,
}

/// Complete the configuration. `warn`: the `-W` options.
pub fn apply(cfg: &mut Config, warn: Vec<String>, random_hash: bool) -> Result<(), Parsed> {
    let mut s = Settings { cfg };
    s.encoding()?;
    s.flags();
    s.paths();
    s.streams();
    s.numbers()?;
    s.hash_seed(random_hash)?;
    s.switches()?;
    s.warnings(warn);
    Ok(())
}

impl Settings<'_> {
    fn env(&self, name: &str) -> Option<Vec<u8>> {
        if self.cfg.ignore_environment { None } else { raw_env(name) }
    }

    fn env_text(&self, name: &str) -> Option<String> {
        self.env(name).map(|v| lossy(&v))
    }

    /// The last `-X name[=value]`: the outer option says whether it is there.
    fn x(&self, name: &str) -> Option<Option<String>> {
        self.cfg.xoptions.iter().rev().find(|o| o.0 == name).map(|o| o.1.clone())
    }

    /// A number in a variable; text and negative numbers count as 1.
    fn level(&self, name: &str) -> i32 {
        self.env_text(name).map_or(0, |v| v.trim().parse::<i32>().ok().filter(|n| *n >= 0).unwrap_or(1))
    }

    /// The locale, UTF-8 mode (PEP 540) and coercion of the C locale (PEP 538).
    fn encoding(&mut self) -> Result<(), Parsed> {
        let legacy = locale::adopt_environment();
        let mode = match self.x("utf8") {
            Some(None) => Some(true),
            Some(Some(v)) if v == "1" => Some(true),
            Some(Some(v)) if v == "0" => Some(false),
            Some(_) => return Err(fatal("preconfig_init_utf8_mode: invalid -X utf8 option value", EARLY)),
            None => match self.env("PYTHONUTF8").as_deref() {
                None => None,
                Some(b"1") => Some(true),
                Some(b"0") => Some(false),
                Some(_) => return Err(fatal("preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value", EARLY)),
            },
        };
        self.cfg.utf8_mode = mode.unwrap_or(legacy);
        if legacy {
            let wish = self.env("PYTHONCOERCECLOCALE");
            locale::coerce(wish.as_deref());
        }
        self.cfg.fs_encoding = if self.cfg.utf8_mode { FsEncoding::Utf8 } else { locale::fs_encoding() };
        let allocator = self.env_text("PYTHONMALLOC");
        let known = ["default", "debug", "malloc", "malloc_debug", "pymalloc", "pymalloc_debug", "mimalloc", "mimalloc_debug"];
        match allocator {
            Some(a) if !known.contains(&a.as_str()) => Err(fatal("preconfig_init_allocator: PYTHONMALLOC: unknown allocator", EARLY)),
            _ => Ok(()),
        }
    }

    fn flags(&mut self) {
        let (optimize, verbose, debug) = (self.level("PYTHONOPTIMIZE"), self.level("PYTHONVERBOSE"), self.level("PYTHONDEBUG"));
        let inspect = self.level("PYTHONINSPECT") > 0;
        let unbuffered = self.level("PYTHONUNBUFFERED") > 0;
        let no_bytecode = self.level("PYTHONDONTWRITEBYTECODE") > 0;
        let no_user = self.level("PYTHONNOUSERSITE") > 0;
        let safe = self.env("PYTHONSAFEPATH").is_some();
        let dev = self.x("dev").is_some() || self.env("PYTHONDEVMODE").is_some();
        let encoding = self.x("warn_default_encoding").is_some() || self.env("PYTHONWARNDEFAULTENCODING").is_some();
        let fault = self.x("faulthandler").is_some() || self.env("PYTHONFAULTHANDLER").is_some();
        let no_ranges = self.x("no_debug_ranges").is_some() || self.env("PYTHONNODEBUGRANGES").is_some();
        let c = &mut *self.cfg;
        c.optimize = c.optimize.max(optimize);
        c.verbose = c.verbose.max(verbose);
        c.debug = c.debug.max(debug).min(1);
        c.inspect |= inspect;
        c.unbuffered |= unbuffered;
        c.dont_write_bytecode |= no_bytecode;
        c.no_user_site |= no_user;
        c.safe_path |= safe;
        c.dev_mode = dev;
        c.warn_default_encoding = encoding;
        c.faulthandler = fault || dev;
        c.no_debug_ranges = no_ranges;
    }

    fn paths(&mut self) {
        let prefix = match self.x("pycache_prefix") {
            Some(v) => v.filter(|v| !v.is_empty()),
            None => self.env_text("PYTHONPYCACHEPREFIX"),
        };
        let (home, path, lib) = (self.env("PYTHONHOME"), self.env("PYTHONPATH"), self.env_text("PYTHONPLATLIBDIR"));
        let c = &mut *self.cfg;
        c.pycache_prefix = prefix;
        c.home = home;
        c.platlibdir = lib;
        if let Some(p) = path {
            c.pythonpath = p.split(|&b| b == b':').map(|s| s.to_vec()).collect();
        }
    }

    /// PYTHONIOENCODING, then UTF-8 mode; what stays open follows the locale.
    fn streams(&mut self) {
        let mut encoding = None;
        let mut errors = None;
        if let Some(v) = self.env_text("PYTHONIOENCODING") {
            let (e, h) = v.split_once(':').map_or((v.as_str(), ""), |(e, h)| (e, h));
            errors = Some(h).filter(|h| !h.is_empty()).map(str::to_owned);
            if !e.is_empty() {
                encoding = Some(e.to_owned());
                errors = errors.or_else(|| Some("strict".into()));
            }
        }
        if self.cfg.utf8_mode {
            encoding = encoding.or_else(|| Some("utf-8".into()));
            errors = errors.or_else(|| Some("surrogateescape".into()));
        }
        self.cfg.stdio_encoding = encoding;
        self.cfg.stdio_errors = errors;
    }

    /// A number from `-X name=N`, else from the variable; `bad` makes the fatal text from where the value came.
    fn number(&self, x: &str, variable: &str, valid: fn(&str) -> Option<i32>, bad: &str) -> Result<Option<i32>, Parsed> {
        let (text, place) = match self.x(x) {
            Some(v) => (v.unwrap_or_default(), format!("-X {x}")),
            None => match self.env_text(variable) {
                Some(v) => (v, variable.to_owned()),
                None => return Ok(None),
            },
        };
        match valid(&text) {
            Some(n) => Ok(Some(n)),
            None => Err(fatal(&bad.replace('@', &place), LATE)),
        }
    }

    fn numbers(&mut self) -> Result<(), Parsed> {
        let digits = |t: &str| t.parse::<i32>().ok().filter(|n| *n == 0 || *n >= DIGITS_THRESHOLD);
        let bad = "config_init_int_max_str_digits: @: invalid limit; must be >= 640 or 0 for unlimited.";
        self.cfg.int_max_str_digits = self.number("int_max_str_digits", "PYTHONINTMAXSTRDIGITS", digits, bad)?.unwrap_or(DIGITS_DEFAULT);
        // 0 stands for "default" in the configuration.
        let cpus = |t: &str| if t == "default" { Some(0) } else { t.parse::<i32>().ok().filter(|n| *n > 0) };
        let bad = "config_init_cpu_count: -X cpu_count=n option: n is missing or an invalid number, n must be greater than 0";
        self.cfg.cpu_count = self.number("cpu_count", "PYTHON_CPU_COUNT", cpus, bad)?.unwrap_or(0);
        let bit = |t: &str| t.parse::<i32>().ok().filter(|n| (0..=1).contains(n));
        let bad = "config_init_thread_inherit_context: -X thread_inherit_context=n: n is missing or invalid";
        self.cfg.thread_inherit_context = self.number("thread_inherit_context", "PYTHON_THREAD_INHERIT_CONTEXT", bit, bad)? == Some(1);
        let bad = "config_init_context_aware_warnings: -X context_aware_warnings=n: n is missing or invalid";
        self.cfg.context_aware_warnings = self.number("context_aware_warnings", "PYTHON_CONTEXT_AWARE_WARNINGS", bit, bad)? == Some(1);
        let frames = |t: &str| t.parse::<i32>().ok().filter(|n| (0..=0xffff).contains(n));
        self.cfg.tracemalloc = match self.x("tracemalloc") {
            Some(None) => 1,
            Some(Some(v)) => match frames(&v) {
                Some(n) => n,
                None => return Err(fatal("config_init_tracemalloc: -X tracemalloc=NFRAME: invalid number of frames", LATE)),
            },
            None => self.number("tracemalloc", "PYTHONTRACEMALLOC", frames, "config_init_tracemalloc: @: invalid number of frames")?.unwrap_or(0),
        };
        self.cfg.memory_limit = match self.x("memory_limit").map_or_else(|| self.env_text("TAIPAN_MEMORY_LIMIT"), |v| Some(v.unwrap_or_default())) {
            None => None,
            Some(text) => match bytes(&text) {
                Some(n) => Some(n),
                None => return Err(fatal("config_init_memory_limit: -X memory_limit=BYTES: missing or invalid number (K, M and G may follow it)", LATE)),
            },
        };
        Ok(())
    }

    fn hash_seed(&mut self, random: bool) -> Result<(), Parsed> {
        let Some(v) = self.env_text("PYTHONHASHSEED").filter(|v| v != "random") else { return Ok(()) };
        let Ok(seed) = v.parse::<u32>() else {
            return Err(fatal("config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]", LATE));
        };
        if !random {
            self.cfg.hash_seed = Some(seed);
            self.cfg.hash_randomization = seed != 0;
        }
        Ok(())
    }

    /// The remaining `-X` options that have a fixed set of values.
    fn switches(&mut self) -> Result<(), Parsed> {
        let time = match self.x("importtime") {
            None => self.level("PYTHONPROFILEIMPORTTIME"),
            Some(v) => match v.as_deref().unwrap_or("1").parse::<i32>() {
                Ok(n @ 1..=2) => n,
                Ok(_) => return Err(fatal("config_init_import_time: -X importtime: values other than 1 and 2 are reserved for future use.", LATE)),
                Err(_) => 1,
            },
        };
        self.cfg.import_time = time;
        let frozen = match self.x("frozen_modules") {
            Some(v) => v,
            None => self.env_text("PYTHON_FROZEN_MODULES"),
        };
        match frozen.as_deref() {
            None | Some("" | "on") => {}
            Some("off") => self.cfg.frozen_modules_off = true,
            Some(_) => return Err(fatal("bad value for option -X frozen_modules (expected \"on\" or \"off\")", LATE)),
        }
        let gil = match self.x("gil") {
            Some(v) => Some(v.unwrap_or_default()),
            None => self.env_text("PYTHON_GIL"),
        };
        match gil.as_deref() {
            None | Some("1") => Ok(()),
            Some("0") => Err(fatal("config_read_gil: Disabling the GIL is not supported by this build", LATE)),
            Some(_) => Err(fatal("config_read_gil: PYTHON_GIL / -X gil must be \"0\" or \"1\"", LATE)),
        }
    }

    /// Filters from low to high precedence: development mode, PYTHONWARNINGS, `-W`, `-b`.
    fn warnings(&mut self, mut options: Vec<String>) {
        let mut all: Vec<String> = Vec::new();
        if self.cfg.dev_mode {
            all.push("default".into());
        }
        if let Some(w) = self.env_text("PYTHONWARNINGS") {
            all.extend(w.split(',').filter(|s| !s.is_empty()).map(str::to_owned));
        }
        all.append(&mut options);
        match self.cfg.bytes_warning {
            n if n > 1 => all.push("error::BytesWarning".into()),
            1 => all.push("default::BytesWarning".into()),
            _ => {}
        }
        self.cfg.warnoptions = all;
    }
}
