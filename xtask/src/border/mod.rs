//! `cargo xtask border`: what crossing between Python and C costs, beside the reference.
//!
//! `xtask/data/border/border.c` is compiled against the reference's headers; the same library is loaded by both. Runs are interleaved and the best counts,
//! since only ratios in one run are worth reading.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::child::{self, End, Limits};
use crate::{Outcome, interp, root};

/// Measure (`--runs N`), print the table and the geometric mean.
pub fn main(args: &[String]) -> Outcome {
    let runs = match args {
        [] => 5,
        [flag, n] if flag == "--runs" => n.parse().map_err(|_| "--runs needs a number")?,
        _ => return Err("usage: cargo xtask border [--runs N]".into()),
    };
    let taipan = interp::taipan()?;
    let reference = interp::reference().ok_or("the reference is not installed")?;
    let place = std::env::temp_dir().join(format!("taipan-border-{}", std::process::id()));
    fs::create_dir_all(&place).map_err(|e| e.to_string())?;
    let measured = compile(&place).and_then(|()| measure(&place, [&taipan, &reference], runs));
    // The library was for this run only.
    let _ = fs::remove_dir_all(&place);
    let rows = measured?;
    println!("| crossing | speed | taipan | CPython 3.14 |\n| --- | ---: | ---: | ---: |");
    let mut logs = 0.0;
    for (name, [ours, theirs]) in &rows {
        let speed = *theirs as f64 / (*ours).max(1) as f64;
        logs += speed.ln();
        println!("| {name} | {speed:.2} | {:.1} us | {:.1} us |", *ours as f64 / 1e3, *theirs as f64 / 1e3);
    }
    println!("geometric mean {:.2}", (logs / rows.len().max(1) as f64).exp());
    Ok(())
}

fn compile(place: &Path) -> Outcome {
    let headers = interp::headers().ok_or("the reference's headers are not installed")?;
    let include = headers.parent().ok_or("headers without a parent")?;
    let mut command = Command::new(std::env::var_os("CC").unwrap_or("cc".into()));
    // Only for `pyconfig.h`: the other headers beside it may not fit this machine.
    command.args(["-O2", "-fPIC", "-shared", "-w", "-I"]).arg(&headers).arg("-idirafter").arg(include).arg("-o");
    command.arg(place.join("border.cpython-314-x86_64-linux-gnu.so")).arg(root().join("xtask/data/border/border.c"));
    let output = command.output().map_err(|e| e.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// The best nanoseconds of each crossing under both.
fn measure(place: &Path, interpreters: [&Path; 2], runs: usize) -> Result<BTreeMap<String, [u64; 2]>, String> {
    let mut rows: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    for _ in 0..runs.max(1) {
        for (side, interpreter) in interpreters.iter().enumerate() {
            for line in once(place, interpreter)?.lines() {
                let (name, ns) = line.split_once('\t').ok_or("broken output")?;
                let ns: u64 = ns.parse().map_err(|_| "broken output")?;
                let best = &mut rows.entry(name.into()).or_insert([u64::MAX; 2])[side];
                *best = (*best).min(ns);
            }
        }
    }
    Ok(rows)
}

fn once(place: &Path, interpreter: &Path) -> Result<String, String> {
    let (out, err) = (place.join("out"), place.join("err"));
    let file = |p: &Path| fs::File::create(p).map_err(|e| e.to_string());
    let mut command = Command::new(interpreter);
    interp::clean_environment(&mut command);
    command.arg(root().join("xtask/data/border/border.py")).arg(place);
    command.stdin(Stdio::null()).stdout(file(&out)?).stderr(file(&err)?);
    let limits = Limits { time: Duration::from_secs(120), memory_bytes: 4 << 30 };
    match child::run(&mut command, limits).map_err(|e| e.to_string())?.end {
        End::Exit(0) => fs::read_to_string(&out).map_err(|e| e.to_string()),
        end => Err(format!("{end:?} {}", fs::read_to_string(&err).unwrap_or_default())),
    }
}
