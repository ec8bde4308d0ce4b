//! `cargo xtask wheels`: packages from the index, as they are, used by Taipan and by the reference.
//!
//! `tests/wheels/*.py` are the programs; the first line of each names the packages (`# wheels: name==version …`). They are fetched once into `target/wheels`,
//! unpacked onto `PYTHONPATH`, never into the repository. Equal output is a pass. `--repeat N` runs each program so often in one process and asks whether memory
//! stays flat.

mod fetch;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::child::{self, End, Limits};
use crate::{Outcome, interp, root};

/// A program and the packages it uses.
struct Case {
    name: String,
    path: PathBuf,
    packages: Vec<String>,
}

/// What a program did under one interpreter.
struct Ran {
    end: End,
    out: Vec<u8>,
    last_error: String,
    seconds: f64,
}

/// Run the programs whose name contains one of the words (all without words).
pub fn main(args: &[String]) -> Outcome {
    let mut rounds = None;
    let mut words = Vec::new();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "--repeat" => rounds = Some(rest.next().and_then(|n| n.parse::<u32>().ok()).ok_or("--repeat needs a number")?),
            word => words.push(word),
        }
    }
    let cases: Vec<Case> = cases()?.into_iter().filter(|c| words.is_empty() || words.iter().any(|w| c.name.contains(w))).collect();
    let taipan = interp::taipan()?;
    let reference = interp::reference().ok_or("the reference is not installed")?;
    let mut bad = 0;
    for case in &cases {
        let paths = fetch::unpacked(&reference, &case.packages)?;
        let (passed, row) = match rounds {
            None => compare(case, &paths, &taipan, &reference)?,
            Some(n) => repeat(case, &paths, n, &taipan, &reference)?,
        };
        bad += usize::from(!passed);
        println!("| {} | {} | {} | {row} |", case.name, case.packages.join(" "), if passed { "pass" } else { "FAIL" });
    }
    println!("{} passed, {bad} failed", cases.len() - bad);
    if bad == 0 { Ok(()) } else { Err(format!("{bad} of {} programs differ from the reference", cases.len())) }
}

fn cases() -> Result<Vec<Case>, String> {
    let mut out = Vec::new();
    for entry in fs::read_dir(root().join("tests/wheels")).map_err(|e| e.to_string())?.flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|e| e != "py") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|e| e.to_string())?;
        let first = text.lines().next().and_then(|l| l.strip_prefix("# wheels: ")).ok_or(format!("{}: no `# wheels:` line", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        out.push(Case { name, packages: first.split_whitespace().map(str::to_owned).collect(), path });
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(out)
}

fn run(interpreter: &Path, args: &[&Path], paths: &[PathBuf], rounds: Option<u32>) -> Result<Ran, String> {
    let work = std::env::temp_dir().join(format!("taipan-wheels-{}", std::process::id()));
    fs::create_dir_all(&work).map_err(|e| e.to_string())?;
    let (out, err) = (work.join("out"), work.join("err"));
    let file = |p: &Path| fs::File::create(p).map_err(|e| e.to_string());
    let mut command = Command::new(interpreter);
    interp::clean_environment(&mut command);
    let joined = std::env::join_paths(paths).map_err(|e| e.to_string())?;
    command.args(args).env("PYTHONPATH", joined).env("PYTHONDONTWRITEBYTECODE", "1").current_dir(&work);
    if let Some(n) = rounds {
        command.arg(n.to_string());
    }
    command.stdin(Stdio::null()).stdout(file(&out)?).stderr(file(&err)?);
    let limits = Limits { time: Duration::from_secs(if rounds.is_some() { 1200 } else { 120 }), memory_bytes: 4 << 30 };
    let ended = child::run(&mut command, limits).map_err(|e| e.to_string())?;
    let said = fs::read_to_string(&err).unwrap_or_default();
    let ran = Ran {
        end: ended.end,
        out: fs::read(&out).unwrap_or_default(),
        last_error: said.lines().last().unwrap_or_default().to_owned(),
        seconds: ended.cpu_secs(),
    };
    // Scratch files of this run only.
    let _ = fs::remove_dir_all(&work);
    Ok(ran)
}

/// Whether the outputs are equal, and what to say about it.
fn compare(case: &Case, paths: &[PathBuf], taipan: &Path, reference: &Path) -> Result<(bool, String), String> {
    let theirs = run(reference, &[&case.path], paths, None)?;
    if theirs.end != End::Exit(0) {
        return Err(format!("{} fails under the reference: {}", case.name, theirs.last_error));
    }
    let ours = run(taipan, &[&case.path], paths, None)?;
    if ours.end == theirs.end && ours.out == theirs.out {
        return Ok((true, format!("{:.2} s, reference {:.2} s", ours.seconds, theirs.seconds)));
    }
    if ours.end != End::Exit(0) {
        return Ok((false, format!("{:?} {}", ours.end, ours.last_error)));
    }
    let (a, b) = (String::from_utf8_lossy(&ours.out), String::from_utf8_lossy(&theirs.out));
    let differing = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    Ok((false, match differing {
        Some((a, b)) => format!("`{a}` instead of `{b}`"),
        None => "output of another length".to_owned(),
    }))
}

/// Whether memory stays flat over many rounds; a program that is not flat under the reference either passes.
fn repeat(case: &Case, paths: &[PathBuf], rounds: u32, taipan: &Path, reference: &Path) -> Result<(bool, String), String> {
    let driver = root().join("tests/repeat/repeat.py");
    let said = |r: &Ran| match r.end {
        End::Exit(0) => String::from_utf8_lossy(&r.out).lines().last().unwrap_or_default().to_owned(),
        other => format!("{other:?} {}", r.last_error),
    };
    let ours = said(&run(taipan, &[&driver, &case.path], paths, Some(rounds))?);
    if ours == "flat" {
        return Ok((true, ours));
    }
    let theirs = said(&run(reference, &[&driver, &case.path], paths, Some(rounds))?);
    Ok((theirs != "flat", format!("{ours}; reference: {theirs}")))
}
