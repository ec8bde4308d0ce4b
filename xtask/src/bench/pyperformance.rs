//! `cargo xtask bench --pyperformance`: the bodies of pyperformance under Taipan and the reference.
//!
//! The suite and the pure-Python packages that some bodies want come from PyPI into
//! `target/pyperformance` and never into the repository. `pyperf` itself is replaced by
//! `xtask/data/pyperf/pyperf.py`, which measures in one process: the first call of a body and its
//! best call, both in CPU time. Here the two interpreters run a body at the same time on one
//! processor, so that the kernel changes between them every few milliseconds: what other tenants of a
//! shared machine do to it (its speed varies by a factor of 1.8 within seconds) meets both alike. Those with
//! threads, processes or sockets take turns. Of each figure the best counts, and of a process's peak memory
//! the least.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use taipan_host::sched;

use super::geometric_mean;
use crate::child::{self, End, Limits};
use crate::{Outcome, interp, root};

/// The release whose bodies are run.
const SUITE: &str = "pyperformance==1.14.0";

/// Packages that bodies import, in the versions that the suite pins (newer where those do not build any more).
const PACKAGES: &[&str] = &[
    "pyaes==1.6.1", "mako==1.1.4", "chameleon==4.6.0", "html5lib==1.1", "six==1.16.0", "webencodings==0.5.1", "tomli==2.0.1",
    "sqlglot==4.6.0", "sympy==1.8", "mpmath==1.2.1", "networkx==3.4.2", "docutils==0.18.1", "genshi==0.7.7", "django==3.2.4",
    "asgiref==3.3.4", "pytz==2021.1", "sqlparse==0.4.1", "legacy-cgi==2.6", "tornado", "xdsl==0.54.3", "immutabledict",
    "ordered-set", "typing-extensions",
];

/// A body: its name, its directory when that is another one, its arguments. Left out are those that measure
/// start-up by commands (bench/startup.py does) and those that want compiled packages.
const BODIES: &[(&str, &str, &[&str])] = &[
    ("argparse", "", &["many_optionals"]),
    ("argparse_subparsers", "argparse", &["subparsers"]),
    ("async_generators", "", &[]),
    ("async_tree", "", &["none"]),
    ("async_tree_io", "async_tree", &["io"]),
    ("async_tree_cpu_io_mixed", "async_tree", &["cpu_io_mixed"]),
    ("async_tree_memoization", "async_tree", &["memoization"]),
    ("async_tree_eager", "async_tree", &["eager"]),
    ("async_tree_eager_io", "async_tree", &["eager_io"]),
    ("async_tree_eager_cpu_io_mixed", "async_tree", &["eager_cpu_io_mixed"]),
    ("async_tree_eager_memoization", "async_tree", &["eager_memoization"]),
    ("async_tree_tg", "async_tree", &["none", "--task-groups"]),
    ("async_tree_io_tg", "async_tree", &["io", "--task-groups"]),
    ("async_tree_eager_tg", "async_tree", &["eager", "--task-groups"]),
    ("asyncio_tcp", "", &[]),
    ("barnes_hut", "", &[]),
    ("base64", "", &[]),
    ("bpe_tokeniser", "", &[]),
    ("chameleon", "", &[]),
    ("chaos", "", &[]),
    ("comprehensions", "", &[]),
    ("concurrent_imap", "", &[]),
    ("coroutines", "", &[]),
    ("crypto_pyaes", "", &[]),
    ("decimal_factorial", "", &[]),
    ("decimal_pi", "", &[]),
    ("deepcopy", "", &[]),
    ("deltablue", "", &[]),
    ("django_template", "", &[]),
    ("docutils", "", &[]),
    ("fannkuch", "", &[]),
    ("float", "", &[]),
    ("gc_collect", "", &[]),
    ("gc_traversal", "", &[]),
    ("generators", "", &[]),
    ("genshi", "", &[]),
    ("go", "", &[]),
    ("hexiom", "", &[]),
    ("html5lib", "", &[]),
    ("json_dumps", "", &[]),
    ("json_loads", "", &[]),
    ("logging", "", &[]),
    ("mako", "", &[]),
    ("mdp", "", &[]),
    ("meteor_contest", "", &[]),
    ("nbody", "", &[]),
    ("networkx", "", &["shortest_path"]),
    ("networkx_connected_components", "networkx", &["connected_components"]),
    ("networkx_k_core", "networkx", &["k_core"]),
    ("nqueens", "", &[]),
    ("pathlib", "", &[]),
    ("pickle", "", &["pickle"]),
    ("pickle_dict", "pickle", &["pickle_dict"]),
    ("pickle_list", "pickle", &["pickle_list"]),
    ("pickle_pure_python", "pickle", &["--pure-python", "pickle"]),
    ("pidigits", "", &[]),
    ("pprint", "", &[]),
    ("pyflate", "", &[]),
    ("raytrace", "", &[]),
    ("regex_compile", "", &[]),
    ("regex_dna", "", &[]),
    ("regex_effbot", "", &[]),
    ("regex_v8", "", &[]),
    ("richards", "", &[]),
    ("richards_super", "", &[]),
    ("scimark", "", &[]),
    ("spectral_norm", "", &[]),
    ("sqlglot_normalize", "sqlglot_v2", &["normalize"]),
    ("sqlglot_optimize", "sqlglot_v2", &["optimize"]),
    ("sqlglot_parse", "sqlglot_v2", &["parse"]),
    ("sqlglot_transpile", "sqlglot_v2", &["transpile"]),
    ("sqlite_synth", "", &[]),
    ("sympy", "", &[]),
    ("telco", "", &[]),
    ("tomli_loads", "", &[]),
    ("tornado_http", "", &[]),
    ("typing_runtime_protocols", "", &[]),
    ("unpack_sequence", "", &[]),
    ("unpickle", "pickle", &["unpickle"]),
    ("unpickle_list", "pickle", &["unpickle_list"]),
    ("unpickle_pure_python", "pickle", &["--pure-python", "unpickle"]),
    ("xdsl", "", &[]),
    ("xml_etree", "", &[]),
];

/// Bodies that do not share a processor: they have threads, processes or a port of their own. Their processes take turns, several times as often.
const IN_TURN: &[&str] = &["asyncio_tcp", "concurrent_imap", "tornado_http"];
const TURNS: usize = 3;

/// Best figures of one measured function.
#[derive(Clone, Copy)]
struct Figures {
    first_secs: f64,
    best_secs: f64,
}

/// What the processes of one side showed.
#[derive(Default)]
struct Side {
    figures: BTreeMap<String, Figures>,
    memory_kib: Option<i64>,
    failure: Option<String>,
}

/// Ratios of one measured function: above 1 is better in the first two, below 1 in memory.
struct Ratios {
    name: String,
    best: f64,
    first: f64,
    memory: f64,
    ours_secs: f64,
    theirs_secs: f64,
}

/// Where the suite and the stand-in lie.
struct Places {
    bodies: PathBuf,
    python_path: String,
    scratch: PathBuf,
}

/// Run the chosen bodies (all without names); the table as Markdown, or an error when one of them failed under Taipan.
pub fn main(taipan: &Path, reference: &Path, names: &[String], runs: usize) -> Result<(String, Outcome), String> {
    let places = fetch()?;
    let chosen: Vec<_> = BODIES.iter().filter(|b| names.is_empty() || names.iter().any(|n| n == b.0)).collect();
    if chosen.is_empty() {
        return Err("no such body in pyperformance".into());
    }
    let allowed = sched::affinity(0).map_err(|e| e.to_string())?;
    let (mut all, mut failures) = (Vec::new(), Vec::new());
    for (name, directory, args) in chosen {
        let script = places.bodies.join(format!("bm_{}", if directory.is_empty() { name } else { directory })).join("run_benchmark.py");
        let mut sides = [Side::default(), Side::default()];
        let in_turn = IN_TURN.contains(name);
        let processors = if in_turn { &allowed[..] } else { &allowed[allowed.len().saturating_sub(1)..] };
        // What is started here inherits them.
        sched::set_affinity(0, processors).map_err(|e| e.to_string())?;
        let (script, places) = (&script, &places);
        for _ in 0..runs.max(1) * if in_turn { TURNS } else { 1 } {
            let (ours, theirs) = sides.split_at_mut(1);
            let mut ours = move || run_once(&mut ours[0], taipan, script, args, places, "ours");
            let mut theirs = move || run_once(&mut theirs[0], reference, script, args, places, "theirs");
            if in_turn {
                ours().and_then(|()| theirs())?;
            } else {
                std::thread::scope(|both| {
                    let other = both.spawn(theirs);
                    ours().and(other.join().map_err(|_| "a thread panicked")?)
                })?;
            }
            if sides.iter().any(|side| side.failure.is_some()) {
                break;
            }
        }
        if let Some(message) = &sides[1].failure {
            println!("{name}: the reference cannot run it ({message})");
        } else if let Some(message) = &sides[0].failure {
            println!("{name}: FAILED, {message}");
            failures.push(format!("{name} ({message})"));
        } else {
            for ratios in compare(name, &sides) {
                println!("{}", line(&ratios));
                all.push(ratios);
            }
        }
    }
    let outcome = if failures.is_empty() { Ok(()) } else { Err(format!("did not run: {}", failures.join(", "))) };
    Ok((table(&all, &failures), outcome))
}

/// Bring the suite and its packages from PyPI, once.
fn fetch() -> Result<Places, String> {
    let home = root().join("target/pyperformance");
    let (suite, packages, scratch) = (home.join("suite"), home.join("packages"), home.join("scratch"));
    fs::create_dir_all(&scratch).map_err(|e| e.to_string())?;
    let bodies = suite.join("pyperformance/data-files/benchmarks");
    if !bodies.exists() {
        install(&suite, SUITE)?;
    }
    if !packages.exists() {
        let unfinished = home.join("packages.new");
        for package in PACKAGES {
            // A package that cannot be had only takes its body away.
            if let Err(message) = install(&unfinished, package) {
                eprintln!("{message}");
            }
        }
        fs::rename(&unfinished, &packages).map_err(|e| e.to_string())?;
    }
    let python_path = format!("{}:{}", root().join("xtask/data/pyperf").display(), packages.display());
    Ok(Places { bodies, python_path, scratch })
}

fn install(target: &Path, package: &str) -> Outcome {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--target"]).arg(target).arg(package);
    match pip.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("pip could not install {package}")),
        Err(error) => Err(format!("python3 -m pip: {error}")),
    }
}

/// Run a body in a process of its own; `name` names its files.
fn run_once(side: &mut Side, interpreter: &Path, script: &Path, args: &[&str], places: &Places, name: &str) -> Outcome {
    // A directory of its own: bodies write files.
    let home = places.scratch.join(name);
    fs::create_dir_all(&home).map_err(|e| e.to_string())?;
    let (out, log) = (home.join("figures"), home.join("log"));
    // Absent before the first run.
    let _ = fs::remove_file(&out);
    let file = fs::File::create(&log).map_err(|e| e.to_string())?;
    let mut command = Command::new(interpreter);
    interp::clean_environment(&mut command);
    command.arg(script).args(args).current_dir(&home);
    command.env("PYTHONHASHSEED", "0").env("PYTHONPATH", &places.python_path).env("PYTHONPYCACHEPREFIX", places.scratch.join("pyc"));
    command.env("TAIPAN_BENCH_OUT", &out).stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
    let limits = Limits { time: Duration::from_secs(360), memory_bytes: 4 << 30 };
    let ended = child::run(&mut command, limits).map_err(|e| e.to_string())?;
    if ended.end != End::Exit(0) {
        let text = fs::read_to_string(&log).unwrap_or_default();
        side.failure = Some(format!("{:?}: {}", ended.end, text.lines().last().unwrap_or_default()));
        return Ok(());
    }
    let kib = ended.usage.maxrss;
    side.memory_kib = Some(side.memory_kib.map_or(kib, |old| old.min(kib)));
    for line in fs::read_to_string(&out).unwrap_or_default().lines() {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let mut number = || words.next().and_then(|w| w.parse::<f64>().ok()).ok_or(format!("bad figures: {line}"));
        let new = Figures { first_secs: number()?, best_secs: number()? };
        let kept = side.figures.entry(name.into()).or_insert(new);
        kept.first_secs = kept.first_secs.min(new.first_secs);
        kept.best_secs = kept.best_secs.min(new.best_secs);
    }
    Ok(())
}

fn compare(body: &str, [ours, theirs]: &[Side; 2]) -> Vec<Ratios> {
    let memory = ours.memory_kib.unwrap_or(1) as f64 / theirs.memory_kib.unwrap_or(1).max(1) as f64;
    let one = theirs.figures.len() == 1;
    let pairs = theirs.figures.iter().filter_map(|(name, b)| ours.figures.get(name).map(|a| (name, a, b)));
    pairs
        .map(|(name, a, b)| Ratios {
            name: if one { body.into() } else { format!("{body}: {name}") },
            best: b.best_secs / a.best_secs.max(1e-9),
            first: b.first_secs / a.first_secs.max(1e-9),
            memory,
            ours_secs: a.best_secs,
            theirs_secs: b.best_secs,
        })
        .collect()
}

fn line(ratios: &Ratios) -> String {
    let Ratios { name, best, first, memory, ours_secs, theirs_secs } = ratios;
    format!("| {name} | {best:.2} | {first:.2} | {memory:.2} | {} | {} |", shown(*ours_secs), shown(*theirs_secs))
}

fn shown(secs: f64) -> String {
    match secs {
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.2} µs", s * 1e6),
    }
}

fn table(all: &[Ratios], failures: &[String]) -> String {
    let mut text = String::from(
        "| body | speed | first | memory | taipan | CPython 3.14 |\n| --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for ratios in all {
        text.push_str(&line(ratios));
        text.push('\n');
    }
    let mean = |of: fn(&Ratios) -> f64| geometric_mean(&all.iter().map(of).collect::<Vec<_>>());
    let slow = all.iter().filter(|r| r.best < 0.9).count();
    text.push_str(&format!(
        "\nGeometric means of {}: {:.2} times as fast as CPython 3.14, {:.2} in the first call, {:.2} times its peak memory; {slow} below 0.9.\n",
        all.len(),
        mean(|r| r.best),
        mean(|r| r.first),
        mean(|r| r.memory),
    ));
    if !failures.is_empty() {
        text.push_str(&format!("Did not run: {}.\n", failures.join(", ")));
    }
    text
}
