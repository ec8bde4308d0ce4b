//! The gate against the running system: what can be checked without privileges or network.

use std::ffi::{CStr, CString};

use crate::consts::{fcntl, posix, select, signal as signals, socket as net};
use crate::{AT_FDCWD, Errno, Target, addr, clock, dir, env, epoll, fault, fd, fs, locale, mem, netdb, poll, process, retry};
use crate::{signal, socket, spawn, stat, sysinfo, thread, timezone, users, wait};

/// A directory of its own for one test, removed afterwards.
struct Scratch(CString);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = CString::new(format!("/tmp/taipan-host-{}-{name}", process::getpid())).unwrap();
        fs::mkdir(AT_FDCWD, &path, 0o700).unwrap();
        Scratch(path)
    }

    fn path(&self, name: &str) -> CString {
        CString::new([self.0.as_bytes(), b"/", name.as_bytes()].concat()).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut listing = dir::open(&self.0).unwrap();
        while let Some(entry) = listing.next_entry().unwrap() {
            fs::unlink(AT_FDCWD, &self.path(std::str::from_utf8(&entry.name).unwrap())).unwrap();
        }
        fs::rmdir(AT_FDCWD, &self.0).unwrap();
    }
}

#[test]
fn files_are_written_read_and_described() {
    let scratch = Scratch::new("files");
    let path = scratch.path("a");
    let file = fs::open(AT_FDCWD, &path, libc::O_RDWR | libc::O_CREAT | libc::O_EXCL, 0o640).unwrap();
    assert!(!fd::inheritable(file).unwrap());
    assert_eq!(fd::write(file, b"hello world"), Ok(11));
    assert_eq!(fd::lseek(file, 6, libc::SEEK_SET), Ok(6));
    let mut buffer = [0; 16];
    assert_eq!(fd::read(file, &mut buffer), Ok(5));
    assert_eq!(&buffer[..5], b"world");
    assert_eq!(fd::pread(file, &mut buffer, 1), Ok(10));
    let found = stat::fstat(file).unwrap();
    assert!(found.is_file() && found.size == 11);
    assert_eq!(found, stat::of(Target::Path(AT_FDCWD, &path), true).unwrap());
    fs::utime(Target::Fd(file), Some((time(5, 7), time(9, 11))), true).unwrap();
    let found = stat::stat(&path).unwrap();
    assert_eq!((found.atime, found.atime_nsec, found.mtime, found.mtime_nsec), (5, 7, 9, 11));
    fd::close(file).unwrap();
    // Not the same number once more: another test's thread may have it by now.
    assert_eq!(fd::close(-1), Err(Errno::EBADF));
    assert_eq!(fs::read_file(&path).unwrap(), b"hello world");
    let link = scratch.path("l");
    fs::symlink(c"a", AT_FDCWD, &link).unwrap();
    assert_eq!(fs::readlink(AT_FDCWD, &link).unwrap(), b"a");
    assert!(stat::lstat(&link).unwrap().is_symlink());
    let mut names = Vec::new();
    let mut listing = dir::open(&scratch.0).unwrap();
    while let Some(entry) = listing.next_entry().unwrap() {
        names.push((entry.name, entry.kind));
    }
    names.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(names, [(b"a".to_vec(), dir::EntryKind::File), (b"l".to_vec(), dir::EntryKind::Symlink)]);
    assert_eq!(fs::open(AT_FDCWD, &scratch.path("none"), libc::O_RDONLY, 0), Err(Errno::ENOENT));
    assert_eq!(Errno::ENOENT.to_string(), "[Errno 2] No such file or directory");
    assert_eq!(Errno(99999).message(), "Unknown error 99999");
}

fn time(secs: i64, nanos: i64) -> fs::FileTime {
    fs::FileTime { secs, nanos }
}

#[test]
fn a_child_runs_and_reports() {
    let (out_read, out_write) = fd::pipe().unwrap();
    let (error_read, error_write) = fd::pipe().unwrap();
    let run = |programs: &[CString], cwd: Option<&CStr>| {
        let request = spawn::ForkExec {
            programs,
            args: &[c"sh".into(), c"-c".into(), c"echo $VALUE; exit 7".into()],
            env: Some(&[c"VALUE=42".into()]),
            cwd,
            stdin: -1,
            stdout: out_write,
            stderr: -1,
            parent_ends: [-1; 4],
            error_pipe: error_write,
            close_fds: true,
            keep: &[error_write],
            restore_signals: true,
            new_session: false,
            group: None,
            groups: None,
            gid: None,
            uid: None,
            umask: None,
        };
        let pid = spawn::fork_exec(&request, None).unwrap();
        retry::<_, Errno>(|| wait::waitpid(pid, 0), || Ok(())).unwrap().1
    };
    let status = run(&[c"/nowhere/sh".into(), c"/bin/sh".into()], None);
    assert!(wait::exited(status) && wait::exit_status(status) == 7);
    let mut buffer = [0; 64];
    let n = fd::read(out_read, &mut buffer).unwrap();
    assert_eq!(&buffer[..n], b"42\n");
    run(&[c"/nowhere/sh".into()], None);
    let n = fd::read(error_read, &mut buffer).unwrap();
    assert_eq!(&buffer[..n], b"OSError:2:");
    run(&[c"/bin/sh".into()], Some(c"/nowhere"));
    let n = fd::read(error_read, &mut buffer).unwrap();
    assert_eq!(&buffer[..n], b"OSError:2:noexec:chdir");
    for end in [out_read, out_write, error_read, error_write] {
        fd::close(end).unwrap();
    }
}

#[test]
fn sockets_carry_data_and_descriptors() {
    let (a, b) = socket::socketpair(net::AF_UNIX, net::SOCK_STREAM, 0).unwrap();
    let (read, write) = fd::pipe().unwrap();
    let rights = write.to_ne_bytes();
    let parts: [&[u8]; 2] = [b"he", b"llo"];
    let sent = socket::sendmsg(a, &parts, &[(net::SOL_SOCKET, net::SCM_RIGHTS, &rights)], 0, None);
    assert_eq!(sent, Ok(5));
    let mut buffer = [0; 8];
    let space = socket::cmsg_space(4).unwrap();
    let message = socket::recvmsg(b, &mut [&mut buffer[..]], space, 0).unwrap();
    assert_eq!((message.size, message.ancillary.len()), (5, 1));
    let passed = i32::from_ne_bytes(message.ancillary[0].2[..].try_into().unwrap());
    assert_eq!(fd::write(passed, b"x"), Ok(1));
    assert_eq!(poll::wait_one(read, select::POLLIN, Some(0)), Ok(true));
    assert_eq!(poll::wait_one(b, select::POLLIN, Some(1_000_000)), Ok(false));
    assert_eq!(poll::select(&[read, b], &[a], &[], Some(0)), Ok((vec![read], vec![a], vec![])));
    let watch = epoll::create().unwrap();
    epoll::add(watch, read, select::EPOLLIN as u32).unwrap();
    assert_eq!(epoll::wait(watch, 4, 0), Ok(vec![(read, select::EPOLLIN as u32)]));
    for end in [a, b, read, write, passed, watch] {
        fd::close(end).unwrap();
    }
}

#[test]
fn tcp_on_loopback() {
    let server = socket::socket(net::AF_INET, net::SOCK_STREAM, 0).unwrap();
    socket::bind(server, &addr::Address::v4([127, 0, 0, 1], 0)).unwrap();
    socket::listen(server, 1).unwrap();
    let address = socket::local_address(server).unwrap();
    let client = socket::socket(net::AF_INET, net::SOCK_STREAM, 0).unwrap();
    socket::connect(client, &address).unwrap();
    let (accepted, peer) = socket::accept(server).unwrap();
    assert_eq!(peer.parts(), socket::local_address(client).unwrap().parts());
    assert_eq!(socket::send(client, b"ping", 0), Ok(4));
    let mut buffer = [0; 8];
    assert_eq!(socket::recv(accepted, &mut buffer, 0), Ok(4));
    for end in [server, client, accepted] {
        fd::close(end).unwrap();
    }
}

#[test]
fn addresses_keep_their_parts() {
    use addr::{Address, Parts};
    assert_eq!(Address::v4([1, 2, 3, 4], 80).parts(), Parts::V4([1, 2, 3, 4], 80));
    let six = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    assert_eq!(Address::v6(six, 80, 7, 9).parts(), Parts::V6(six, 80, 7, 9));
    assert_eq!(Address::unix(b"/tmp/x").unwrap().parts(), Parts::Unix(b"/tmp/x".to_vec()));
    assert_eq!(Address::unix(b"\0name").unwrap().parts(), Parts::Unix(b"\0name".to_vec()));
    assert_eq!(Address::unix(&[b'a'; 108]).unwrap_err(), Errno::ENAMETOOLONG);
    assert_eq!(Address::unix(b"").unwrap().parts(), Parts::Unix(vec![]));
    assert_eq!(netdb::aton(c"127.1"), Some([127, 0, 0, 1]));
    assert_eq!(netdb::pton(net::AF_INET6, c"::1").unwrap().unwrap()[15], 1);
    assert_eq!(netdb::ntop(net::AF_INET, &[8, 8, 4, 4]).unwrap(), b"8.8.4.4");
    let hints = netdb::Hints { flags: net::AI_NUMERICHOST, kind: net::SOCK_STREAM, ..Default::default() };
    let found = netdb::getaddrinfo(Some(c"127.0.0.1"), Some(c"80"), hints).unwrap();
    assert_eq!(found[0].address.parts(), Parts::V4([127, 0, 0, 1], 80));
    let error = netdb::getaddrinfo(Some(c"not numeric"), None, hints).unwrap_err();
    assert!(matches!(error, netdb::LookupError::Gai(code, _) if code == net::EAI_NONAME));
}

#[test]
fn signals_are_noted_in_order() {
    assert_eq!(signal::install(signals::SIGUSR2, signal::Action::Note), Ok(signal::Action::Default));
    assert_eq!(signal::install(signals::SIGUSR1, signal::Action::Note), Ok(signal::Action::Default));
    let (read, write) = fd::pipe().unwrap();
    assert_eq!(signal::set_wakeup_fd(write, true), -1);
    signal::raise(signals::SIGUSR2).unwrap();
    signal::raise(signals::SIGUSR1).unwrap();
    assert!(signal::any_pending());
    assert_eq!(signal::pending(), [signals::SIGUSR1, signals::SIGUSR2]);
    assert!(signal::pending().is_empty());
    let mut buffer = [0; 8];
    assert_eq!(fd::read(read, &mut buffer), Ok(2));
    assert_eq!(buffer[..2], [signals::SIGUSR2 as u8, signals::SIGUSR1 as u8]);
    assert_eq!(signal::set_wakeup_fd(-1, true), write);
    assert_eq!(signal::install(signals::SIGUSR1, signal::Action::Default), Ok(signal::Action::Note));
    assert_eq!(signal::install(signals::SIGUSR2, signal::Action::Default), Ok(signal::Action::Note));
    let old = signal::mask(signals::SIG_BLOCK, &[signals::SIGUSR1]).unwrap();
    signal::to_thread(thread::ident(), signals::SIGUSR1).unwrap();
    assert_eq!(signal::wait(&[signals::SIGUSR1]), Ok(signals::SIGUSR1));
    signal::mask(signals::SIG_SETMASK, &old).unwrap();
}

#[test]
fn interrupted_calls_are_retried_until_a_handler_objects() {
    let mut left = 3;
    let mut call = || {
        left -= 1;
        if left == 0 { Ok("done") } else { Err(Errno::EINTR) }
    };
    assert_eq!(retry::<_, Errno>(&mut call, || Ok(())), Ok("done"));
    assert_eq!(retry::<(), Errno>(|| Err(Errno::EINTR), || Err(Errno::ECANCELED)), Err(Errno::ECANCELED));
    assert_eq!(retry::<(), Errno>(|| Err(Errno::EIO), || Ok(())), Err(Errno::EIO));
}

#[test]
fn clocks_and_calendars_agree() {
    let first = clock::nanos(clock::MONOTONIC);
    assert!(clock::nanos(clock::MONOTONIC) >= first);
    assert!(clock::get(clock::REALTIME).unwrap().secs > 1_600_000_000);
    let utc = timezone::gmtime(86_400 * 365).unwrap();
    assert_eq!((utc.year, utc.mon, utc.mday, utc.wday, utc.yday), (71, 0, 1, 5, 0));
    let local = timezone::localtime(1_000_000_000).unwrap();
    assert_eq!(timezone::mktime(&local), Some(1_000_000_000));
    assert_eq!(timezone::format(c"%Y-%m-%d", &utc, 1 << 16).unwrap(), b"1971-01-01");
    assert!(timezone::gmtime(i64::MAX).is_err());
}

#[test]
fn facts_about_the_machine() {
    assert_eq!(users::user_by_id(0).unwrap().unwrap().name, b"root");
    assert_eq!(users::user_by_name(c"no such user").unwrap(), None);
    assert!(users::all_users().iter().any(|user| user.uid == 0));
    assert!(users::all_groups().iter().any(|group| group.gid == 0));
    assert_eq!(sysinfo::uname().unwrap()[0], b"Linux");
    assert!(sysinfo::cpu_count().unwrap() >= 1);
    let (low, size) = thread::stack_bounds().unwrap();
    let here = &low as *const usize as usize;
    assert!(low < here && here < low + size);
    env::set(c"TAIPAN_HOST_TEST", c"a=b").unwrap();
    assert_eq!(env::get(c"TAIPAN_HOST_TEST").unwrap(), b"a=b");
    assert!(env::vars().contains(&(b"TAIPAN_HOST_TEST".to_vec(), b"a=b".to_vec())));
    env::unset(c"TAIPAN_HOST_TEST").unwrap();
    assert_eq!(env::get(c"TAIPAN_HOST_TEST"), None);
    let mut map = mem::map(-1, 0, 8192, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANON).unwrap();
    map.resize(1 << 20).unwrap();
    assert_eq!(map.flush(1 << 20, 1), Err(Errno::EINVAL));
    assert!(posix::TABLE.contains(&("O_CREAT", 0o100)));
    assert!(fcntl::TABLE.contains(&("F_SETFL", 4)));
}

#[test]
fn faults_are_reported_before_the_process_dies() {
    fn report(signal: i32) {
        // A failed write shows as a missing line.
        let _ = fd::write_all(2, if signal == libc::SIGSEGV { b"fault" } else { b"asked" });
    }
    let (read, write) = fd::pipe().unwrap();
    let pid = process::fork().unwrap();
    if pid == 0 {
        // Only what a forked child of a threaded process may do.
        let _ = fd::dup2(write, 2, true);
        let ready = fault::enable(report).is_ok() && fault::register(signals::SIGUSR1, report, false).is_ok();
        let asked = signal::raise(signals::SIGUSR1).is_ok() && fault::unregister(signals::SIGUSR1);
        if ready && asked {
            let _ = signal::raise(libc::SIGSEGV);
        }
        process::exit_now(3);
    }
    let status = wait::waitpid(pid, 0).unwrap().1;
    let mut buffer = [0; 64];
    let n = fd::read(read, &mut buffer).unwrap();
    assert_eq!(std::str::from_utf8(&buffer[..n]), Ok("askedfault"));
    assert!(wait::signaled(status) && wait::term_signal(status) == libc::SIGSEGV, "status {status}");
    assert!(!fault::is_enabled() && !fault::disable());
    assert_eq!(fault::register(libc::SIGSEGV, report, false), Err(Errno::EINVAL));
    assert_eq!(locale::translate(None, c"no such message", libc::LC_MESSAGES), b"no such message");
    assert_eq!(locale::text_domain(None).unwrap(), b"messages");
    fd::close(read).unwrap();
    fd::close(write).unwrap();
}
