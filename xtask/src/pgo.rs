//! `cargo xtask pgo`: the profile that release builds are laid out by, and the executable laid out once more.
//!
//! CPython's release builds are made this way too. A build that counts and runs of `bench/*.py` with it give `crates/taipan/profile/release.profdata`, which is kept in the repository:
//! `.cargo/rustc.sh` hands it to every release build. Then LLVM's post-link optimiser (Debian's package `bolt-19`) lays out the finished executable ([`layout`]). `llvm-profdata` must be that
//! of the compiler (`rustup component add llvm-tools`). The loop itself stays out of both: its registers and its order are chosen by hand.

mod layout;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Outcome, interp, root};

const USAGE: &str = "\
usage: cargo xtask pgo [OPTIONS]
  --train-only      the counting build and its runs (crates/taipan/profile/release.profdata)
  --use-only        the layout, with the profile that is there (target/pgo/taipan)";

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
    let built = home.join("release/taipan");
    if train {
        let raw = home.join("raw");
        empty(&raw)?;
        build(&home, &format!("-Cprofile-generate={}", raw.display()))?;
        run_programs(&built)?;
        merge(&raw, &root().join("crates/taipan/profile/release.profdata"))?;
    }
    if apply {
        let tools = layout::Tools::find().ok_or("no llvm-bolt: apt-get install bolt-19")?;
        // Cargo does not see when the profile changes.
        empty(&home.join("release"))?;
        build(&home, "-Clink-arg=-Wl,--emit-relocs")?;
        let done = home.join("taipan");
        tools.lay_out(&built, &home, &done)?;
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

/// A release build with one more flag for the compiler.
fn build(target: &Path, more: &str) -> Outcome {
    let config = fs::read_to_string(root().join(".cargo/config.toml")).map_err(|e| e.to_string())?;
    // The environment's flags replace those of the file, so these come along.
    let usual = config.lines().find_map(|l| l.strip_prefix("rustflags = [\"")?.strip_suffix("\"]")).unwrap_or_default();
    let flags: Vec<&str> = [usual, more].into_iter().filter(|f| !f.is_empty()).collect();
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
        // The micro table alone asks which operations to run.
        if program.ends_with("micro/ops.py") {
            command.arg("--all");
        }
        done(&mut command, &program.display().to_string())?;
    }
    Ok(())
}

/// One profile of all runs, without the interpreter's loop: by counts its registers would change places at every dispatch.
fn merge(raw: &Path, merged: &Path) -> Outcome {
    let all = raw.with_file_name("merged.profdata");
    let mut command = Command::new(profdata()?);
    command.args(["merge", "--sparse", "--failure-mode=all", "-o"]).arg(&all).arg(raw);
    done(&mut command, "llvm-profdata")?;
    let mut command = Command::new(profdata()?);
    command.args(["merge", "--sparse", "--no-function=8dispatch5plain", "-o"]).arg(merged).arg(all);
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
