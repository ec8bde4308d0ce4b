//! The command line of `python3.14`: options, what to run, and the environment variables that stand for options.

mod help;

use std::ffi::CString;
use taipan_object::config::Config;

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// `-c text`
    Command(Vec<u8>),
    /// `-m module`
    Module(Vec<u8>),
    /// A script, directory or zip file.
    File(Vec<u8>),
    /// Standard input (`-` or nothing).
    Stdin,
}

/// A complete command line.
#[derive(Clone, Debug)]
pub struct Options {
    pub config: Config,
    pub program: Program,
    /// `-x`: skip the first line.
    pub skip_first_line: bool,
    /// PYTHONSTARTUP for interactive use.
    pub startup: Option<Vec<u8>>,
}

/// Run, or leave at once (help, version, mistakes).
pub enum Parsed {
    Run(Box<Options>),
    Exit(i32),
}

/// Version as `--version` prints it.
pub const VERSION: &str = "Python 3.14.0";

fn env(name: &str) -> Option<Vec<u8>> {
    CString::new(name).ok().and_then(|n| taipan_host::env::get(&n)).filter(|v| !v.is_empty())
}

fn lossy(b: &[u8]) -> String {
    String::from_utf8_lossy(b).into_owned()
}

fn usage_error(program: &str, text: &str) -> Parsed {
    eprintln!("{text}");
    eprintln!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...");
    eprintln!("Try `python3 -h' for more information.");
    Parsed::Exit(2)
}

/// Parse `args` (with the program name first).
pub fn parse(args: &[Vec<u8>]) -> Parsed {
    let mut p = Parser { args, at: 1, config: Config::default(), skip_first_line: false, warn: Vec::new(), program: None };
    p.config.orig_argv = args.to_vec();
    p.config.int_max_str_digits = -1;
    p.config.hash_randomization = true;
    if let Some(done) = p.options() {
        return done;
    }
    p.finish()
}

struct Parser<'a> {
    args: &'a [Vec<u8>],
    at: usize,
    config: Config,
    skip_first_line: bool,
    warn: Vec<String>,
    program: Option<Program>,
}

impl Parser<'_> {
    fn name(&self) -> String {
        self.args.first().map_or("python3".into(), |a| lossy(a))
    }

    /// Read options until the program; `Some` ends the process.
    fn options(&mut self) -> Option<Parsed> {
        while let Some(arg) = self.args.get(self.at).cloned() {
            if arg == b"-" || !arg.starts_with(b"-") {
                self.program = Some(if arg == b"-" { Program::Stdin } else { Program::File(arg) });
                return None;
            }
            self.at += 1;
            if let Some(long) = arg.strip_prefix(b"--") {
                if let Some(done) = self.long(&lossy(long)) {
                    return Some(done);
                }
                continue;
            }
            if let Some(done) = self.short(&arg[1..]) {
                return Some(done);
            }
            if self.program.is_some() {
                return None;
            }
        }
        None
    }

    fn long(&mut self, name: &str) -> Option<Parsed> {
        match name {
            "help" => help::usage(&self.name()),
            "help-env" => help::environment(),
            "help-xoptions" => help::xoptions(),
            "help-all" => {
                help::usage(&self.name());
                help::environment();
                help::xoptions();
            }
            "version" => println!("{VERSION}"),
            "check-hash-based-pycs" => {
                self.at += 1;
                return match self.args.get(self.at - 1).map(|v| lossy(v)).as_deref() {
                    Some("always" | "default" | "never") => None,
                    Some(_) => Some(usage_error(&self.name(), "--check-hash-based-pycs must be one of 'default', 'always', or 'never'")),
                    None => Some(usage_error(&self.name(), "Argument expected for the --check-hash-based-pycs option")),
                };
            }
            _ => return Some(usage_error(&self.name(), &format!("unknown option --{name}"))),
        }
        Some(Parsed::Exit(0))
    }

    /// A cluster of short options.
    fn short(&mut self, cluster: &[u8]) -> Option<Parsed> {
        let mut version = 0;
        for (i, &c) in cluster.iter().enumerate() {
            let rest = &cluster[i + 1..];
            let cfg = &mut self.config;
            match c {
                b'b' => cfg.bytes_warning += 1,
                b'B' => cfg.dont_write_bytecode = true,
                b'd' => cfg.debug += 1,
                b'E' => cfg.ignore_environment = true,
                b'i' => {
                    cfg.inspect = true;
                    cfg.interactive = true;
                }
                b'I' => {
                    cfg.isolated = true;
                    cfg.ignore_environment = true;
                    cfg.no_user_site = true;
                    cfg.safe_path = true;
                }
                b'O' => cfg.optimize += 1,
                b'P' => cfg.safe_path = true,
                b'q' => cfg.quiet = true,
                b'R' => {}
                b's' => cfg.no_user_site = true,
                b'S' => cfg.no_site = true,
                b't' => {}
                b'u' => cfg.unbuffered = true,
                b'v' => cfg.verbose += 1,
                b'x' => self.skip_first_line = true,
                b'V' => version += 1,
                b'h' | b'?' => {
                    help::usage(&self.name());
                    return Some(Parsed::Exit(0));
                }
                b'c' | b'm' | b'W' | b'X' => return self.with_value(c, rest),
                _ => return Some(usage_error(&self.name(), &format!("Unknown option: -{}", c as char))),
            }
        }
        if version > 0 {
            println!("{VERSION}");
            return Some(Parsed::Exit(0));
        }
        None
    }

    /// `-c`, `-m`, `-W`, `-X`: the value is the rest of the cluster or the next argument.
    fn with_value(&mut self, c: u8, rest: &[u8]) -> Option<Parsed> {
        let value = if rest.is_empty() {
            self.at += 1;
            self.args.get(self.at - 1).cloned()
        } else {
            Some(rest.to_vec())
        };
        let Some(value) = value else {
            return Some(usage_error(&self.name(), &format!("Argument expected for the -{} option", c as char)));
        };
        match c {
            b'c' => self.program = Some(Program::Command(value)),
            b'm' => self.program = Some(Program::Module(value)),
            b'W' => self.warn.push(lossy(&value)),
            _ => {
                let text = lossy(&value);
                let (k, v) = match text.split_once('=') {
                    Some((k, v)) => (k.to_owned(), Some(v.to_owned())),
                    None => (text, None),
                };
                self.config.xoptions.push((k, v));
            }
        }
        None
    }

    fn finish(mut self) -> Parsed {
        let program = self.program.take().unwrap_or(Program::Stdin);
        let first: Vec<u8> = match &program {
            Program::Command(_) => b"-c".to_vec(),
            Program::Module(_) => b"-m".to_vec(),
            Program::File(f) => {
                self.at += 1;
                f.clone()
            }
            Program::Stdin => {
                let dash = self.args.get(self.at).is_some_and(|a| a == b"-");
                self.at += dash as usize;
                if dash { b"-".to_vec() } else { Vec::new() }
            }
        };
        self.config.argv = std::iter::once(first).chain(self.args.iter().skip(self.at).cloned()).collect();
        let startup = self.environment();
        if let Some(bad) = self.check_values() {
            return bad;
        }
        Parsed::Run(Box::new(Options { config: self.config, program, skip_first_line: self.skip_first_line, startup }))
    }

    /// Environment variables, unless `-E`; options win.
    fn environment(&mut self) -> Option<Vec<u8>> {
        let mut warn: Vec<String> = Vec::new();
        let mut startup = None;
        if !self.config.ignore_environment {
            let number = |n: &str| env(n).map(|v| lossy(&v).trim().parse::<i32>().unwrap_or(1));
            let cfg = &mut self.config;
            cfg.optimize = cfg.optimize.max(number("PYTHONOPTIMIZE").unwrap_or(0));
            cfg.verbose = cfg.verbose.max(number("PYTHONVERBOSE").unwrap_or(0));
            cfg.debug = cfg.debug.max(number("PYTHONDEBUG").unwrap_or(0));
            cfg.inspect |= env("PYTHONINSPECT").is_some();
            cfg.unbuffered |= env("PYTHONUNBUFFERED").is_some();
            cfg.dont_write_bytecode |= env("PYTHONDONTWRITEBYTECODE").is_some();
            cfg.no_user_site |= env("PYTHONNOUSERSITE").is_some();
            cfg.safe_path |= env("PYTHONSAFEPATH").is_some();
            cfg.dev_mode |= env("PYTHONDEVMODE").is_some();
            cfg.warn_default_encoding |= env("PYTHONWARNDEFAULTENCODING").is_some();
            cfg.utf8_mode = env("PYTHONUTF8").is_some_and(|v| v == b"1");
            cfg.pycache_prefix = env("PYTHONPYCACHEPREFIX").map(|v| lossy(&v));
            cfg.home = env("PYTHONHOME");
            if let Some(p) = env("PYTHONPATH") {
                cfg.pythonpath = p.split(|&b| b == b':').map(|s| s.to_vec()).collect();
            }
            if let Some(w) = env("PYTHONWARNINGS") {
                warn.extend(lossy(&w).split(',').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()));
            }
            if let Some(n) = env("PYTHONINTMAXSTRDIGITS").and_then(|v| lossy(&v).parse().ok()) {
                cfg.int_max_str_digits = n;
            }
            if let Some(s) = env("PYTHONHASHSEED").filter(|s| s != b"random") {
                cfg.hash_seed = lossy(&s).parse::<u32>().ok();
                cfg.hash_randomization = cfg.hash_seed != Some(0);
            }
            startup = env("PYTHONSTARTUP");
        }
        self.xoptions();
        warn.append(&mut self.warn);
        if self.config.dev_mode && !warn.iter().any(|w| w == "default") {
            warn.insert(0, "default".into());
        }
        if self.config.bytes_warning > 0 {
            warn.push(if self.config.bytes_warning > 1 { "error::BytesWarning".into() } else { "default::BytesWarning".into() });
        }
        self.config.warnoptions = warn;
        startup
    }

    fn xoptions(&mut self) {
        let cfg = &mut self.config;
        for (k, v) in cfg.xoptions.clone() {
            match (k.as_str(), v.as_deref()) {
                ("dev", _) => cfg.dev_mode = true,
                ("utf8", None | Some("1")) => cfg.utf8_mode = true,
                ("utf8", Some("0")) => cfg.utf8_mode = false,
                ("warn_default_encoding", _) => cfg.warn_default_encoding = true,
                ("pycache_prefix", Some(p)) => cfg.pycache_prefix = Some(p.to_owned()),
                ("int_max_str_digits", Some(n)) => cfg.int_max_str_digits = n.parse().unwrap_or(-2),
                _ => {}
            }
        }
    }

    fn check_values(&mut self) -> Option<Parsed> {
        let n = self.config.int_max_str_digits;
        if n == -1 {
            self.config.int_max_str_digits = 4300;
        } else if n != 0 && n < 640 {
            eprintln!("Fatal Python error: config_init_int_max_str_digits: -X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.");
            eprintln!("Python runtime state: preinitialized\n\nCurrent thread 0x0000000000000000 (most recent call first):\n  <no Python frame>");
            return Some(Parsed::Exit(1));
        }
        let bad_seed = !self.config.ignore_environment && env("PYTHONHASHSEED").is_some_and(|s| s != b"random" && lossy(&s).parse::<u32>().is_err());
        if bad_seed {
            eprintln!("Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]");
            eprintln!("Python runtime state: preinitialized\n\nCurrent thread 0x0000000000000000 (most recent call first):\n  <no Python frame>");
            return Some(Parsed::Exit(1));
        }
        None
    }
}
