//! The command line of `python3.14`: options, what to run, and (in `settings`) the variables and `-X` options behind the configuration.
//!
//! Nothing here needs an interpreter. The program's own words go straight to the descriptors 1 and 2.

mod help;
mod settings;

use std::fmt;
use taipan_object::config::{CheckPycs, Config};

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
}

/// Run, or leave at once (help, version, mistakes).
pub enum Parsed {
    Run(Box<Options>),
    Exit(i32),
}

/// Text for standard output before there is an interpreter.
fn out(text: fmt::Arguments<'_>) {
    // There is nobody to tell about a closed descriptor.
    let _ = taipan_host::fd::write_all(1, text.to_string().as_bytes());
}

/// Text for standard error.
pub fn err(text: fmt::Arguments<'_>) {
    taipan_mod_sys::sys::report_to_stderr(&text.to_string());
}

/// Text of the operating system for messages and option values.
fn lossy(b: &[u8]) -> String {
    String::from_utf8_lossy(b).into_owned()
}

/// The end before the start, as CPython words it.
fn fatal(text: &str, state: &str) -> Parsed {
    err(format_args!("Fatal Python error: {text}\nPython runtime state: {state}\n\n"));
    Parsed::Exit(1)
}

/// Parse `args` (with the program name first).
pub fn parse(args: &[Vec<u8>]) -> Parsed {
    let mut p = Parser { args, at: 1, config: Config::default(), skip_first_line: false, warn: Vec::new(), program: None, help: None, version: 0, random_hash: false };
    p.config.orig_argv = args.to_vec();
    p.config.hash_randomization = true;
    match p.options() {
        Err(done) => done,
        Ok(()) => p.finish(),
    }
}

struct Parser<'a> {
    args: &'a [Vec<u8>],
    at: usize,
    config: Config,
    skip_first_line: bool,
    warn: Vec<String>,
    program: Option<Program>,
    help: Option<fn(&str)>,
    version: u32,
    /// `-R`: random hashes whatever PYTHONHASHSEED says.
    random_hash: bool,
}

impl Parser<'_> {
    fn name(&self) -> String {
        let argv0 = self.args.first().cloned().unwrap_or_default();
        lossy(&crate::paths::executable(&argv0))
    }

    fn mistake(&self, text: fmt::Arguments<'_>) -> Parsed {
        err(format_args!(
            "{text}\nusage: {} [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `python -h' for more information.\n",
            self.name()
        ));
        Parsed::Exit(2)
    }

    /// Read options until the program.
    fn options(&mut self) -> Result<(), Parsed> {
        while let Some(arg) = self.args.get(self.at).cloned() {
            if arg == b"-" || !arg.starts_with(b"-") {
                self.program = Some(if arg == b"-" { Program::Stdin } else { Program::File(arg) });
                return Ok(());
            }
            self.at += 1;
            if arg == b"--" {
                return Ok(());
            }
            match arg.strip_prefix(b"--") {
                Some(long) => self.long(&lossy(long))?,
                None => self.short(&arg[1..])?,
            }
            if self.program.is_some() || self.help.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn long(&mut self, name: &str) -> Result<(), Parsed> {
        match name {
            "help" => self.help = Some(help::usage),
            "help-env" => self.help = Some(help::environment),
            "help-xoptions" => self.help = Some(help::xoptions),
            "help-all" => self.help = Some(help::all),
            "version" => self.version += 1,
            "check-hash-based-pycs" => {
                self.at += 1;
                self.config.check_pycs = match self.args.get(self.at - 1).map(|v| v.as_slice()) {
                    Some(b"always") => CheckPycs::Always,
                    Some(b"never") => CheckPycs::Never,
                    Some(b"default") => CheckPycs::Default,
                    Some(_) => return Err(self.mistake(format_args!("--check-hash-based-pycs must be one of 'default', 'always', or 'never'"))),
                    None => return Err(self.mistake(format_args!("Argument expected for the --check-hash-based-pycs options"))),
                };
            }
            _ => return Err(self.mistake(format_args!("Unknown option: --{name}"))),
        }
        Ok(())
    }

    /// A cluster of short options.
    fn short(&mut self, cluster: &[u8]) -> Result<(), Parsed> {
        for (i, &c) in cluster.iter().enumerate() {
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
                b'R' => self.random_hash = true,
                b's' => cfg.no_user_site = true,
                b'S' => cfg.no_site = true,
                b't' => {}
                b'u' => cfg.unbuffered = true,
                b'v' => cfg.verbose += 1,
                b'x' => self.skip_first_line = true,
                b'V' => self.version += 1,
                b'h' | b'?' => {
                    self.help = Some(help::usage);
                    return Ok(());
                }
                b'c' | b'm' | b'W' | b'X' => return self.with_value(c, &cluster[i + 1..]),
                _ => return Err(self.mistake(format_args!("Unknown option: -{}", c as char))),
            }
        }
        Ok(())
    }

    /// `-c`, `-m`, `-W`, `-X`: the value is the rest of the cluster or the next argument.
    fn with_value(&mut self, c: u8, rest: &[u8]) -> Result<(), Parsed> {
        let value = if rest.is_empty() {
            self.at += 1;
            self.args.get(self.at - 1).cloned()
        } else {
            Some(rest.to_vec())
        };
        let Some(value) = value else {
            return Err(self.mistake(format_args!("Argument expected for the -{} option", c as char)));
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
        Ok(())
    }

    fn finish(mut self) -> Parsed {
        if let Some(show) = self.help {
            show(&self.name());
            return Parsed::Exit(0);
        }
        if self.version > 0 {
            let full = taipan_mod_sys::sys::version_text();
            out(format_args!("Python {}\n", if self.version > 1 { &full } else { full.split(' ').next().unwrap_or_default() }));
            return Parsed::Exit(0);
        }
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
        match settings::apply(&mut self.config, self.warn, self.random_hash) {
            Err(done) => done,
            Ok(()) => Parsed::Run(Box::new(Options { config: self.config, program, skip_first_line: self.skip_first_line })),
        }
    }
}
