//! Tracebacks of threads as plain text, for a process that is about to die (`faulthandler`).
//!
//! Everything here may run inside a signal handler, without the GIL, while other threads change what is read: nothing is allocated, no reference is
//! taken, no Python code runs, and what is read is read as carefully as can be. Limits keep damaged chains from being followed for ever.

use super::{Interpreter, ThreadState};
use crate::cx::Cx;
use crate::frame::Frame;
use crate::prelude::*;
use crate::types::set::{PySet, any_set};

/// Characters of a name that are shown.
const TEXT_MAX: usize = 500;
/// Frames of a thread that are shown.
const FRAMES_MAX: usize = 100;
/// Threads that are shown.
const THREADS_MAX: usize = 100;

/// Where the text goes, and who knows the names of threads.
pub struct Output<'a> {
    pub write: &'a mut dyn FnMut(&[u8]),
    /// The name that the operating system has for a thread (by `ThreadState::thread_id`), written into the buffer; its length.
    pub name: fn(u64, &mut [u8; 16]) -> usize,
}

impl Output<'_> {
    fn text(&mut self, s: &str) {
        (self.write)(s.as_bytes());
    }

    /// A number of at least so many digits.
    fn number(&mut self, mut n: u64, base: u64, digits: usize) {
        let mut buf = [b'0'; 20];
        let mut at = buf.len();
        while n > 0 || buf.len() - at < digits.max(1) {
            at -= 1;
            buf[at] = b"0123456789abcdef"[(n % base) as usize];
            n /= base;
        }
        (self.write)(&buf[at..]);
    }

    /// A string as ASCII with escapes, cut when long.
    fn string(&mut self, s: &PyStr) {
        for c in s.code_points().take(TEXT_MAX) {
            match c {
                0x20..=0x7e => (self.write)(&[c as u8]),
                0..=0xff => {
                    self.text("\\x");
                    self.number(c.into(), 16, 2);
                }
                0x100..=0xffff => {
                    self.text("\\u");
                    self.number(c.into(), 16, 4);
                }
                _ => {
                    self.text("\\U");
                    self.number(c.into(), 16, 8);
                }
            }
        }
        if s.len() > TEXT_MAX {
            self.text("...");
        }
    }

    fn field(&mut self, o: Option<&Object>) {
        match o.and_then(|o| o.downcast::<PyStr>()) {
            Some(s) => self.string(s),
            None => self.text("???"),
        }
    }

    fn frame(&mut self, f: &Frame) {
        let code = f.code();
        self.text("  File \"");
        // SAFETY: nothing below runs code.
        let cx = &unsafe { Cx::assume() };
        self.field(code.filename_ref(cx));
        self.text("\", line ");
        match f.line() {
            n @ 0.. => self.number(n as u64, 10, 1),
            _ => self.text("???"),
        }
        self.text(" in ");
        self.field(Some(code.name().as_object()));
        self.text("\n");
    }

    fn frames(&mut self, ts: &ThreadState) {
        // SAFETY: the innermost frame of a thread, or null.
        let mut next = unsafe { ts.current_frame.get().as_ref() };
        if next.is_none() {
            self.text("  <no Python frame>\n");
        }
        let mut shown = 0;
        while let Some(f) = next {
            if f.is_shown() {
                if shown == FRAMES_MAX {
                    self.text("  ...\n");
                    return;
                }
                self.frame(f);
                shown += 1;
            }
            next = f.previous();
        }
    }

    /// The frames of one thread under CPython's short heading.
    pub fn thread(&mut self, ts: &ThreadState) {
        self.text("Stack (most recent call first):\n");
        self.frames(ts);
    }

    /// All threads, newest first; `current` is the one that runs this, or null.
    pub fn all_threads(&mut self, interp: &Interpreter, current: *const ThreadState) {
        let mut next = interp.threads.get() as *const ThreadState;
        let mut shown = 0;
        // SAFETY: linked states are alive while their threads are.
        while let Some(ts) = unsafe { next.as_ref() } {
            if shown > 0 {
                self.text("\n");
            }
            if shown == THREADS_MAX {
                self.text("...\n");
                return;
            }
            let is_current = std::ptr::eq(ts, current);
            self.text(if is_current { "Current thread 0x" } else { "Thread 0x" });
            self.number(ts.thread_id.get(), 16, 16);
            let mut name = [0; 16];
            let n = (self.name)(ts.thread_id.get(), &mut name);
            if n > 0 {
                self.text(" [");
                (self.write)(&name[..n.min(16)]);
                self.text("]");
            }
            self.text(" (most recent call first):\n");
            if is_current && interp.gc.collecting.get() {
                self.text("  Garbage-collecting\n");
            }
            self.frames(ts);
            shown += 1;
            next = ts.next.get();
        }
    }

    /// The native modules that were imported, those of the standard library excepted.
    pub fn extension_modules(&mut self, interp: &Interpreter) {
        // SAFETY: the process ends here, and nothing below runs code: the token only lends what it looks at.
        let cx = &unsafe { Cx::assume() };
        let (Some(sys), Some(modules)) = (interp.sysdict.get(cx), interp.modules.get(cx)) else { return };
        let standard = find(sys, "stdlib_module_names", cx).and_then(any_set);
        let builtin = find(sys, "builtin_module_names", cx).and_then(|o| o.downcast::<PyTuple>());
        let (mut count, mut at) = (0, 0);
        while let Some((key, value, _)) = modules.next(&mut at, cx) {
            let (Some(key), Some(module)) = (key.downcast::<PyStr>(), value.downcast::<PyModule>()) else { continue };
            let native = !module.definition.def.get().is_null() || builtin.is_some_and(|t| t.as_slice().iter().any(|o| is_name(o, key)));
            if !native || standard.is_some_and(|s| set_has(s, key, cx)) {
                continue;
            }
            self.text(if count == 0 { "\nExtension modules: " } else { ", " });
            self.string(key);
            count += 1;
        }
        if count > 0 {
            self.text(" (total: ");
            self.number(count, 10, 1);
            self.text(")\n");
        }
    }
}

/// The stacks that a report shows: all threads', or the calling thread's. The pointers may be null.
pub fn show(out: &mut Output<'_>, all: bool, interp: *const Interpreter, current: *const ThreadState) {
    // SAFETY: an interpreter lives as long as the process, a thread's own state as long as the thread runs.
    let (interp, ts) = unsafe { (interp.as_ref(), current.as_ref()) };
    match (interp.or(ts.map(|t| t.interp())), ts) {
        (Some(i), _) if all => out.all_threads(i, current),
        (_, Some(t)) => out.thread(t),
        _ => {}
    }
}

/// [`Output::extension_modules`] of an interpreter that may be null.
pub fn show_extension_modules(out: &mut Output<'_>, interp: *const Interpreter) {
    // SAFETY: an interpreter lives as long as the process.
    if let Some(i) = unsafe { interp.as_ref() } {
        out.extension_modules(i);
    }
}

fn is_name(o: &Object, name: &PyStr) -> bool {
    o.downcast::<PyStr>().is_some_and(|s| s.eq_str(name))
}

/// A dict's value by walking: look-ups may run code.
fn find<'a>(d: &'a PyDict, name: &str, cx: &'a Cx) -> Option<&'a Object> {
    let mut at = 0;
    while let Some((k, v, _)) = d.next(&mut at, cx) {
        if k.downcast::<PyStr>().is_some_and(|k| k.eq_text(name)) {
            return Some(v);
        }
    }
    None
}

fn set_has(s: &PySet, name: &PyStr, cx: &Cx) -> bool {
    let mut at = 0;
    while let Some((o, _)) = s.next(&mut at, cx) {
        if is_name(o, name) {
            return true;
        }
    }
    false
}
