//! Running one program and what was observed.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a program may take; the whole corpus takes a few seconds.
const TIME_MAX: Duration = Duration::from_secs(120);

/// When the cycle collector runs (`TAIPAN_GC`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GcMode {
    /// Only when the program asks.
    Never,
    /// By its thresholds.
    Normal,
    /// At every allocation of a container.
    Always,
}

impl GcMode {
    /// All modes.
    pub const ALL: [GcMode; 3] = [GcMode::Never, GcMode::Normal, GcMode::Always];

    /// The variable's value.
    pub fn word(self) -> &'static str {
        match self {
            GcMode::Never => "never",
            GcMode::Normal => "normal",
            GcMode::Always => "always",
        }
    }
}

/// What a program did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    pub stdout: String,
    pub stderr: String,
    /// Exit status, or the negative number of the signal that ended it.
    pub status: i32,
    pub timed_out: bool,
}

impl Observed {
    /// The form of `.out` files, with the program's directory replaced by `<dir>`.
    pub fn render(&self, program: &Path) -> String {
        let dir = program.parent().unwrap_or(Path::new("")).to_string_lossy().into_owned();
        let shorten = |text: &str| if dir.is_empty() { text.to_string() } else { text.replace(&dir, "<dir>") };
        let mut text = shorten(&self.stdout);
        let section = |text: &mut String, title: &str| {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push_str("\n--- no newline ---\n");
            }
            text.push_str(title);
        };
        if !self.stderr.is_empty() {
            section(&mut text, "--- stderr ---\n");
            text.push_str(&shorten(&self.stderr));
        }
        if self.timed_out {
            section(&mut text, "--- timed out ---\n");
        } else if self.status != 0 {
            section(&mut text, &format!("--- exit {} ---\n", self.status));
        }
        text
    }
}

/// Run a program file in its own directory, with a clean environment and no input.
pub fn run(interpreter: &Path, program: &Path, mode: GcMode) -> io::Result<Observed> {
    let mut command = Command::new(interpreter);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("PYTHON") || text.starts_with("TAIPAN") || text == "COLUMNS" || text.ends_with("_COLOR") {
            command.env_remove(&name);
        }
    }
    command
        .arg(program)
        .current_dir(program.parent().unwrap_or(Path::new(".")))
        .env("TAIPAN_GC", mode.word())
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "dumb")
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let start = Instant::now();
    let mut timed_out = false;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > TIME_MAX && !timed_out {
            timed_out = true;
            child.kill()?;
        }
        std::thread::sleep(Duration::from_millis(if start.elapsed().as_millis() < 100 { 1 } else { 10 }));
    };
    let text = |reader: std::thread::JoinHandle<Vec<u8>>| {
        String::from_utf8_lossy(&reader.join().unwrap_or_default()).into_owned()
    };
    Ok(Observed { stdout: text(stdout), stderr: text(stderr), status: code(status), timed_out })
}

fn code(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| -status.signal().unwrap_or(0))
}

/// Read a pipe to its end on a thread, so that the other pipe cannot fill up meanwhile.
fn drain(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut data = Vec::new();
        if let Some(mut pipe) = pipe {
            // A read error ends the output; the comparison shows what is missing.
            let _ = pipe.read_to_end(&mut data);
        }
        data
    })
}
