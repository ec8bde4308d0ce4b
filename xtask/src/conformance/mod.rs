//! `cargo xtask conformance`: CPython's own tests, unmodified, under Taipan.
//!
//! Each module of the `test` package runs in a process of its own (60 s, 3 GiB,
//! no network or other resources). What CPython passes in the same set-up is
//! `xtask/data/reference.tsv`; each shortfall must be listed with its reason in
//! `tests/conformance/expected.tsv`, which may only shrink.

mod expected;
mod install;
mod results;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::child::{self, Limits};
use crate::{Outcome, interp, root};
use results::ModuleResult;
use table::Reference;

const USAGE: &str = "\
usage: cargo xtask conformance [OPTIONS]
  --group NAME[,NAME…]   language, types, runtime, core library, … (default: the first three)
  --modules A[,B…]       only these modules (test_int, test_import.test_lazy …)
  --jobs N               modules at a time (2)     --timeout SECS   per module (60)
  --interp PATH          another interpreter       --lib DIR        directory that holds `test`
  --list                 name every shortfall      --no-check       do not compare with the expectations
  --update               drop expectations that are met now; with --accept REASON also add new ones";

/// Parsed options.
struct Options {
    groups: Vec<String>,
    modules: Vec<String>,
    jobs: usize,
    timeout: Duration,
    interp: Option<PathBuf>,
    lib: Option<PathBuf>,
    list: bool,
    check: bool,
    update: bool,
    accept: Option<String>,
    record: bool,
}

impl Options {
    fn parse(args: &[String]) -> Result<Options, String> {
        let mut options = Options {
            groups: ["language", "types", "runtime"].map(String::from).to_vec(),
            modules: Vec::new(),
            jobs: 2,
            timeout: Duration::from_secs(60),
            interp: None,
            lib: None,
            list: false,
            check: true,
            update: false,
            accept: None,
            record: false,
        };
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            let mut value = || rest.next().cloned().ok_or(format!("{arg} needs a value\n{USAGE}"));
            let split = |text: String| text.split(',').map(String::from).collect::<Vec<_>>();
            match arg.as_str() {
                "--group" => options.groups = split(value()?),
                "--modules" => options.modules = split(value()?),
                "--jobs" => options.jobs = value()?.parse().map_err(|_| USAGE)?,
                "--timeout" => options.timeout = Duration::from_secs(value()?.parse().map_err(|_| USAGE)?),
                "--interp" => options.interp = Some(value()?.into()),
                "--lib" => options.lib = Some(value()?.into()),
                "--list" => options.list = true,
                "--no-check" => options.check = false,
                "--update" => options.update = true,
                "--accept" => options.accept = Some(value()?),
                "--record-reference" => options.record = true,
                "--help" => {
                    println!("{USAGE}");
                    std::process::exit(0);
                }
                _ => return Err(USAGE.into()),
            }
        }
        Ok(options)
    }
}

/// Run the modules, print the table, compare with the expectations.
pub fn main(args: &[String]) -> Outcome {
    let options = Options::parse(args)?;
    let reference = Reference::read()?;
    let lib = suite_dir(options.lib.as_deref())?;
    let program = match (&options.interp, options.record) {
        (Some(path), _) => path.clone(),
        (None, true) => interp::reference().ok_or("the reference is not installed")?,
        (None, false) => install::installation(&interp::taipan()?, &lib)?,
    };
    let modules = if options.modules.is_empty() { reference.modules_of(&options.groups) } else { options.modules.clone() };
    let label = if options.interp.is_some() || options.record { program.file_name().unwrap_or_default().to_string_lossy().into_owned() } else { "taipan".to_owned() };
    let out = root().join("results").join(&label);
    fs::create_dir_all(&out).map_err(|e| e.to_string())?;
    let results = run_all(&options, &program, &lib, &out, &modules);
    if options.record {
        return reference.record_exceptions(&results);
    }
    table::print(&reference, &results, options.list);
    if options.check || options.update {
        return expected::settle(&reference, &results, options.update, options.accept.as_deref());
    }
    Ok(())
}

/// The directory for PYTHONPATH: links to the installed suite and CPython's C test extensions, made when absent.
fn suite_dir(given: Option<&Path>) -> Result<PathBuf, String> {
    if let Some(dir) = given {
        return dir.canonicalize().map_err(|e| format!("{}: {e}", dir.display()));
    }
    let dir = root().join("suite");
    if !dir.join("test").exists() {
        let lib = interp::test_suite().ok_or("CPython's test suite is not installed; give its directory with --lib")?;
        fs::create_dir_all(&dir).map_err(|e| e.to_string())?;
        symlink(lib.join("test"), dir.join("test")).map_err(|e| e.to_string())?;
        for entry in fs::read_dir(lib.join("lib-dynload")).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if (name.starts_with("_test") || name.starts_with("_ctypes_test")) && name.ends_with(".so") {
                symlink(entry.path(), dir.join(&name)).map_err(|e| e.to_string())?;
            }
        }
    }
    Ok(dir)
}

fn run_all(
    options: &Options,
    program: &Path,
    lib: &Path,
    out: &Path,
    modules: &[String],
) -> BTreeMap<String, ModuleResult> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.max(1) {
            scope.spawn(|| {
                while let Some(module) = modules.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = run_module(options, program, lib, out, module);
                    let mut results = results.lock().unwrap_or_else(|e| e.into_inner());
                    println!("[{}/{}] {module:45} {}", results.len() + 1, modules.len(), result.summary());
                    results.insert(module.clone(), result);
                }
            });
        }
    });
    results.into_inner().unwrap_or_else(|e| e.into_inner())
}

fn run_module(options: &Options, program: &Path, lib: &Path, out: &Path, module: &str) -> ModuleResult {
    match try_module(options, program, lib, out, module) {
        Ok(result) => result,
        Err(error) => ModuleResult::not_run(error.to_string()),
    }
}

fn try_module(
    options: &Options,
    program: &Path,
    lib: &Path,
    out: &Path,
    module: &str,
) -> std::io::Result<ModuleResult> {
    let lines = out.join(format!("{module}.res"));
    let log = fs::File::create(out.join(format!("{module}.log")))?;
    // A result of an earlier run must not count.
    if lines.exists() {
        fs::remove_file(&lines)?;
    }
    let cwd = std::env::temp_dir().join(format!("taipan-suite-{}-{module}", std::process::id()));
    fs::create_dir_all(&cwd)?;
    let mut command = Command::new(program.canonicalize().unwrap_or_else(|_| program.to_path_buf()));
    interp::clean_environment(&mut command);
    command
        .arg(root().join("xtask/src/conformance/inner.py"))
        .arg(format!("test.{module}"))
        .arg(&lines)
        .env("PYTHONPATH", lib)
        .env("TMPDIR", &cwd)
        .current_dir(&cwd)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    let limits = Limits { time: options.timeout, memory_bytes: 3 << 30 };
    let ended = child::run(&mut command, limits)?;
    // Tests may leave directories without permissions; leftovers in the temporary directory harm nobody.
    let _ = fs::remove_dir_all(&cwd);
    Ok(ModuleResult::read(&lines, ended))
}
