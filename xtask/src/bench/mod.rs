//! `cargo xtask bench`: our benchmark programs under Taipan and the reference, in turn.
//!
//! What counts is CPU time (user and system) of the best run; runs of the two
//! are interleaved, so that a busy machine disturbs both alike. Only ratios to
//! the reference are worth reading. `--instructions` counts instructions under
//! callgrind instead, which repeats exactly and needs no reference.

mod instructions;
mod micro;
mod pyperformance;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::child::{self, End, Limits};
use crate::{Outcome, interp, root};

const USAGE: &str = "\
usage: cargo xtask bench [OPTIONS] [NAME…]     (names of bench/*.py; all without any)
  --runs N          runs of each (5)
  --interp PATH     instead of the built taipan
  --against PATH    instead of ref-python3.14
  --save            write the table to docs/performance.md
  --pyperformance   the bodies of pyperformance (fetched from PyPI into target/) instead of bench/
  --instructions    count instructions under callgrind and compare with bench/instructions.tsv
  --update          with --instructions: write that file
  --micro           the table of micro-operations instead; NAMEs are parts of their names";

/// A benchmark program.
pub struct Program {
    pub name: String,
    pub path: PathBuf,
}

struct Options {
    names: Vec<String>,
    runs: usize,
    interp: Option<PathBuf>,
    against: Option<PathBuf>,
    save: bool,
    instructions: bool,
    pyperformance: bool,
    update: bool,
    micro: bool,
}

impl Options {
    fn parse(args: &[String]) -> Result<Options, String> {
        let mut options = Options {
            names: Vec::new(),
            runs: 5,
            interp: None,
            against: None,
            save: false,
            instructions: false,
            pyperformance: false,
            update: false,
            micro: false,
        };
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            let mut value = || rest.next().ok_or(format!("{arg} needs a value\n{USAGE}"));
            match arg.as_str() {
                "--runs" => options.runs = value()?.parse().map_err(|_| USAGE)?,
                "--interp" => options.interp = Some(value()?.into()),
                "--against" => options.against = Some(value()?.into()),
                "--save" => options.save = true,
                "--instructions" => options.instructions = true,
                "--pyperformance" => options.pyperformance = true,
                "--update" => options.update = true,
                "--micro" => options.micro = true,
                name if !name.starts_with('-') => options.names.push(name.into()),
                _ => return Err(USAGE.into()),
            }
        }
        Ok(options)
    }
}

/// What one program needed at best.
#[derive(Clone, Copy)]
struct Cost {
    cpu_secs: f64,
    memory_kib: i64,
}

/// One line of the table.
struct Row {
    name: String,
    taipan: Result<Cost, String>,
    reference: Result<Cost, String>,
}

impl Row {
    /// How many times faster Taipan is, when both ran.
    fn speed(&self) -> Option<f64> {
        match (&self.taipan, &self.reference) {
            (Ok(ours), Ok(theirs)) => Some(theirs.cpu_secs / ours.cpu_secs.max(1e-6)),
            _ => None,
        }
    }
}

/// Run the chosen programs and print the table.
pub fn main(args: &[String]) -> Outcome {
    let options = Options::parse(args)?;
    let taipan = options.interp.clone().map_or_else(interp::taipan, Ok)?;
    if options.pyperformance {
        let reference = options.against.clone().or_else(interp::reference).ok_or("the reference is not installed")?;
        let (table, outcome) = pyperformance::main(&taipan, &reference, &options.names, options.runs)?;
        println!("\n{table}");
        if options.save {
            save("pyperformance", &table)?;
        }
        return outcome;
    }
    if options.micro {
        let reference = options.against.clone().or_else(interp::reference).ok_or("the reference is not installed")?;
        return micro::main(&taipan, &reference, &options.names, options.runs, options.save);
    }
    let programs = programs(&options.names)?;
    if options.instructions {
        return instructions::main(&taipan, &programs, options.update);
    }
    let reference = options.against.clone().or_else(interp::reference).ok_or("the reference is not installed")?;
    let mut rows = Vec::new();
    for program in &programs {
        let row = measure(program, &taipan, &reference, options.runs);
        println!("{}", line(&row));
        rows.push(row);
    }
    let table = table(&rows);
    println!("\n{table}");
    if options.save {
        save("table", &table)?;
    }
    match rows.iter().filter(|row| row.taipan.is_err()).count() {
        0 => Ok(()),
        n => Err(format!("{n} programs did not run")),
    }
}

/// The programs of bench/, or those named.
fn programs(names: &[String]) -> Result<Vec<Program>, String> {
    let mut paths = Vec::new();
    crate::tidy::collect(&root().join("bench"), "py", &mut paths)?;
    let bench = root().join("bench");
    let all = paths.into_iter().filter(|path| path.parent() == Some(&bench)).map(|path| Program {
        name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        path,
    });
    let chosen: Vec<Program> = all.filter(|p| names.is_empty() || names.contains(&p.name)).collect();
    if chosen.is_empty() { Err("no such program in bench/".into()) } else { Ok(chosen) }
}

fn measure(program: &Program, taipan: &Path, reference: &Path, runs: usize) -> Row {
    let mut best: [Result<Cost, String>; 2] = [Err("not run".into()), Err("not run".into())];
    let mut printed: [Option<String>; 2] = [None, None];
    for _ in 0..runs.max(1) {
        for (side, interpreter) in [taipan, reference].into_iter().enumerate() {
            match run_once(interpreter, program) {
                Ok((cost, output)) => {
                    printed[side] = Some(output);
                    best[side] = match best[side] {
                        Ok(old) if old.cpu_secs <= cost.cpu_secs => Ok(old),
                        _ => Ok(cost),
                    };
                }
                Err(message) => best[side] = Err(message),
            }
        }
        if best.iter().any(Result::is_err) {
            break;
        }
    }
    let [mut ours, theirs] = best;
    if let [Some(a), Some(b)] = &printed {
        if a != b {
            ours = Err(format!("prints {:?}, not {:?}", a.trim(), b.trim()));
        }
    }
    Row { name: program.name.clone(), taipan: ours, reference: theirs }
}

fn run_once(interpreter: &Path, program: &Program) -> Result<(Cost, String), String> {
    let out = std::env::temp_dir().join(format!("taipan-bench-{}.out", std::process::id()));
    let file = fs::File::create(&out).map_err(|e| e.to_string())?;
    let mut command = Command::new(interpreter);
    interp::clean_environment(&mut command);
    command.arg(&program.path).env("PYTHONHASHSEED", "0").stdin(Stdio::null()).stdout(file).stderr(Stdio::null());
    let limits = Limits { time: Duration::from_secs(60), memory_bytes: 4 << 30 };
    let ended = child::run(&mut command, limits).map_err(|e| e.to_string())?;
    let output = fs::read_to_string(&out).map_err(|e| e.to_string())?;
    match ended.end {
        End::Exit(0) => Ok((Cost { cpu_secs: ended.cpu_secs(), memory_kib: ended.usage.maxrss }, output)),
        other => Err(format!("{other:?}")),
    }
}

fn line(row: &Row) -> String {
    let side = |cost: &Result<Cost, String>| match cost {
        Ok(cost) => format!("{:.0} ms, {} MiB", cost.cpu_secs * 1e3, cost.memory_kib / 1024),
        Err(message) => message.clone(),
    };
    let speed = row.speed().map_or("-".into(), |s| format!("{s:.2}"));
    format!("| {} | {speed} | {} | {} |", row.name, side(&row.taipan), side(&row.reference))
}

/// Markdown: a line per program, sorted by name, then the geometric means.
fn table(rows: &[Row]) -> String {
    let mut text = String::from("| program | speed | taipan | CPython 3.14 |\n| --- | ---: | ---: | ---: |\n");
    for row in rows {
        text.push_str(&line(row));
        text.push('\n');
    }
    let speeds: Vec<f64> = rows.iter().filter_map(Row::speed).collect();
    let memory: Vec<f64> = rows
        .iter()
        .filter_map(|row| match (&row.taipan, &row.reference) {
            (Ok(a), Ok(b)) => Some(a.memory_kib as f64 / b.memory_kib.max(1) as f64),
            _ => None,
        })
        .collect();
    text.push_str(&format!(
        "\nGeometric mean of {} programs: {:.2} times as fast as CPython 3.14, peak memory {:.2} times its.\n",
        speeds.len(),
        geometric_mean(&speeds),
        geometric_mean(&memory)
    ));
    text
}

fn geometric_mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    (values.iter().map(|v| v.ln()).sum::<f64>() / values.len() as f64).exp()
}

/// Replace the part of docs/performance.md between the two marks of a name.
fn save(name: &str, table: &str) -> Outcome {
    let path = root().join("docs/performance.md");
    let text = fs::read_to_string(&path).map_err(|e| e.to_string())?;
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let (Some(from), Some(to)) = (text.find(&begin), text.find(&end)) else {
        return Err("docs/performance.md lacks the marks of the table".into());
    };
    let new = format!("{}{table}{}", &text[..from + begin.len()], &text[to..]);
    fs::write(&path, new).map_err(|e| e.to_string())
}
