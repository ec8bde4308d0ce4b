//! Running a program under limits: own session, time, memory of the whole session, CPU time used.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use taipan_host::{process, resource::Usage, wait};

/// When to stop a program.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub time: Duration,
    pub memory_bytes: u64,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Exit(i32),
    Signal(i32),
    Timeout,
    Memory,
}

/// What a program did.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    pub end: End,
    /// CPU time and peak memory of the program and the children it waited for.
    pub usage: Usage,
    pub wall: Duration,
}

impl Ended {
    /// User and system CPU time in seconds.
    pub fn cpu_secs(&self) -> f64 {
        self.usage.utime + self.usage.stime
    }
}

/// Run to the end or to a limit; whatever the session left behind is killed.
pub fn run(command: &mut Command, limits: Limits) -> io::Result<Ended> {
    // SAFETY: setsid is async-signal-safe and touches no memory.
    unsafe {
        command.pre_exec(|| process::setsid().map(drop).map_err(|e| io::Error::from_raw_os_error(e.0)));
    }
    let start = Instant::now();
    let child = command.spawn()?;
    let pid = child.id() as i32;
    let mut limit_hit = None;
    let mut next_memory_check = Duration::from_millis(300);
    let (status, usage) = loop {
        match wait::wait4(pid, libc_wnohang()) {
            Ok((0, ..)) => {}
            Ok((_, status, usage)) => break (status, usage),
            Err(error) => return Err(io::Error::from_raw_os_error(error.0)),
        }
        let passed = start.elapsed();
        if limit_hit.is_none() {
            if passed > limits.time {
                limit_hit = Some(End::Timeout);
            } else if passed > next_memory_check {
                next_memory_check = passed + Duration::from_millis(500);
                if session(pid).1 > limits.memory_bytes {
                    limit_hit = Some(End::Memory);
                }
            }
            if limit_hit.is_some() {
                kill_session(pid);
            }
        }
        // Short programs are noticed at once, long ones cost little.
        std::thread::sleep(Duration::from_millis(if passed.as_millis() < 500 { 2 } else { 20 }));
    };
    kill_session(pid);
    let end = limit_hit.unwrap_or(if wait::signaled(status) {
        End::Signal(wait::term_signal(status))
    } else {
        End::Exit(wait::exit_status(status))
    });
    Ok(Ended { end, usage, wall: start.elapsed() })
}

fn libc_wnohang() -> i32 {
    taipan_host::consts::posix::WNOHANG
}

/// The processes of a session, and the memory that they occupy together.
fn session(id: i32) -> (Vec<i32>, u64) {
    let mut pids = Vec::new();
    let mut bytes = 0;
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        // The name in parentheses may hold anything: count fields from the last one.
        let Some((_, rest)) = stat.rsplit_once(") ") else { continue };
        let fields: Vec<&str> = rest.split(' ').collect();
        if fields.get(3).and_then(|f| f.parse::<i32>().ok()) == Some(id) {
            pids.push(pid);
            let pages: u64 = fields.get(21).and_then(|f| f.parse().ok()).unwrap_or(0);
            bytes += pages * taipan_host::sysinfo::page_size() as u64;
        }
    }
    (pids, bytes)
}

fn kill_session(id: i32) {
    // Killed parents may leave children that were being made.
    for _ in 0..3 {
        let (pids, _) = session(id);
        for pid in &pids {
            // It may have ended by itself.
            let _ = process::kill(*pid, 9);
        }
        if pids.is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
