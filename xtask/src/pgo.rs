//! `cargo xtask pgo`: the release build laid out by profiles of our benchmark programs.
//!
//! CPython's release builds are made this way too. Below `target/pgo`: a build that counts, runs of `bench/*.py` with it, a build that uses the counts; then the same once more on the
//! finished executable, with LLVM's post-link optimiser where it is installed ([`layout`]). `llvm-profdata` must be that of the compiler (`rustup component add llvm-tools`). The loop
//! itself stays out of both: its registers and its order are chosen by hand.

mod layout;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Outcome, interp, root};

const USAGE: &str = "\
usage: cargo xtask pgo [OPTIONS]
  --train-only      the counting build and its runs (target/pgo/merged.profdata)
  --use-only        the rest, with the profile that is there";

/// Run the steps; the result is target/pgo/taipan.
pub fn main(args: &[String]) -> Outcome {
    let (mut train, mut apply) = (true, true);
    for arg in args {
        match arg.as_str() {
            "--train-only" => apply = false,
            "--use-only" => train = false,
            _ => return Err(USAGE.into()),
        }
    }
    let home = root().join("target/pgo");
    let merged = home.join("merged.profdata");
    let built = home.join("release/taipan");
    if train {
        let raw = home.join("raw");
        empty(&raw)?;
        build(&home, &[&format!("-Cprofile-generate={}", raw.display())])?;
        run_programs(&built)?;
        merge(&raw, &merged)?;
    }
    if apply {
        let done = home.join("taipan");
        let profile = format!("-Cprofile-use={}", merged.display());
        match layout::Tools::find() {
            Some(tools) => {
                build(&home, &[&profile, "-Clink-arg=-Wl,--emit-relocs"])?;
                tools.lay_out(&built, &home, &done)?;
            }
            None => {
                eprintln!("no llvm-bolt: the layout stays as the linker made it");
                build(&home, &[&profile])?;
                fs::copy(&built, &done).map_err(|e| e.to_string())?;
            }
        }
        println!("{}", done.display());
    }
    Ok(())
}

/// A directory with nothing in it.
fn empty(dir: &Path) -> Outcome {
    // Absent at the first time.
    let _ = fs::remove_dir_all(dir);
    fs::create_dir_all(dir).map_err(|e| format!("{}: {e}", dir.display()))
}

/// A release build with more flags for the compiler.
fn build(target: &Path, more: &[&str]) -> Outcome {
    let config = fs::read_to_string(root().join(".cargo/config.toml")).map_err(|e| e.to_string())?;
    // The environment's flags replace those of the file, so these come along.
    let usual = config.lines().find_map(|l| l.strip_prefix("rustflags = [\"")?.strip_suffix("\"]")).unwrap_or_default();
    let flags: Vec<&str> = [usual].iter().chain(more).copied().filter(|f| !f.is_empty()).collect();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["build", "--release", "-p", "taipan", "--target-dir"]).arg(target).current_dir(root());
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f")).env_remove("RUSTFLAGS");
    done(&mut cargo, "cargo build")
}

/// Every program of bench/ once, so that the counts say what is hot.
fn run_programs(taipan: &Path) -> Outcome {
    let mut programs = Vec::new();
    crate::tidy::collect(&root().join("bench"), "py", &mut programs)?;
    programs.sort();
    for program in &programs {
        let mut command = Command::new(taipan);
        interp::clean_environment(&mut command);
        command.arg(program).env("PYTHONHASHSEED", "0").stdin(Stdio::null()).stdout(Stdio::null());
        done(&mut command, &program.display().to_string())?;
    }
    Ok(())
}

fn merge(raw: &Path, merged: &Path) -> Outcome {
    let mut command = Command::new(profdata()?);
    command.args(["merge", "--sparse", "--failure-mode=all", "-o"]).arg(merged).arg(raw);
    done(&mut command, "llvm-profdata")?;
    // The loop's crate is compiled with a profile that knows nothing of the loop (`.cargo/rustc.sh`): by counts its registers would change places at every dispatch.
    let mut command = Command::new(profdata()?);
    command.args(["merge", "--sparse", "--no-function=8dispatch5plain", "-o"]).arg(merged.with_file_name("loop.profdata")).arg(merged);
    done(&mut command, "llvm-profdata")
}

/// The compiler's own `llvm-profdata`.
fn profdata() -> Result<PathBuf, String> {
    let ask = |args: &[&str]| {
        let out = Command::new("rustc").args(args).output().map_err(|e| format!("rustc: {e}"))?;
        Ok::<String, String>(String::from_utf8_lossy(&out.stdout).into_owned())
    };
    let sysroot = ask(&["--print", "sysroot"])?;
    let about = ask(&["-vV"])?;
    let host = about.lines().find_map(|l| l.strip_prefix("host: ")).unwrap_or_default();
    let tool = Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin/llvm-profdata");
    if tool.exists() { Ok(tool) } else { Err("no llvm-profdata: rustup component add llvm-tools".into()) }
}

fn done(command: &mut Command, what: &str) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{what}: {status}")),
        Err(error) => Err(format!("{what}: {error}")),
    }
}
