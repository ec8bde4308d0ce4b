//! Where blocks were allocated (`tracemalloc`): size and traceback of every block since tracing began.
//!
//! The tables live in memory of Rust's own allocator, which is not traced. Nothing here runs Python code or allocates from the parent module
//! while the lock is held; references are dropped after it is released, because that may free blocks.

use crate::cx::{self, Cx};
use crate::refs::{Object, Own};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

/// A frame: its file (an index into the tracer's files) and line.
type Line = (usize, i32);

struct Tracer {
    /// Frames kept per block.
    limit: usize,
    /// Size and traceback of each block, by domain (0: Python's own) and address.
    blocks: HashMap<(u32, usize), (usize, u32)>,
    /// The different tracebacks, each with the number of frames there were in all.
    tracebacks: Vec<(Box<[Line]>, usize)>,
    known: HashMap<(Box<[Line]>, usize), u32>,
    /// File names by their address; kept alive.
    files: HashMap<usize, Own<Object>>,
    current: usize,
    peak: usize,
}

struct Shared(Option<Tracer>);
// SAFETY: the references inside are only cloned and dropped by holders of the GIL.
unsafe impl Send for Shared {}

static TRACER: Mutex<Shared> = Mutex::new(Shared(None));

fn lock() -> MutexGuard<'static, Shared> {
    TRACER.lock().unwrap_or_else(|e| e.into_inner())
}

impl Tracer {
    fn new(limit: usize) -> Tracer {
        Tracer { limit, blocks: HashMap::new(), tracebacks: Vec::new(), known: HashMap::new(), files: HashMap::new(), current: 0, peak: 0 }
    }

    /// The number of this thread's traceback.
    fn here(&mut self, cx: &Cx) -> u32 {
        let mut lines = Vec::with_capacity(self.limit.min(64));
        let mut total = 0;
        // SAFETY: null or a live frame of this thread.
        let mut frame = unsafe { cx.ts().current_frame.get().as_ref() };
        while let Some(f) = frame {
            if f.is_shown() {
                total += 1;
                if lines.len() < self.limit {
                    let file = match f.code().filename_ref(cx) {
                        Some(name) => {
                            let at = name.as_ptr() as usize;
                            self.files.entry(at).or_insert_with(|| name.own());
                            at
                        }
                        None => 0,
                    };
                    lines.push((file, f.line()));
                }
            }
            frame = f.previous();
        }
        let key = (lines.into_boxed_slice(), total.min(usize::from(u16::MAX)));
        if let Some(&n) = self.known.get(&key) {
            return n;
        }
        let n = self.tracebacks.len() as u32;
        self.tracebacks.push(key.clone());
        self.known.insert(key, n);
        n
    }

    fn forget(&mut self, domain: u32, p: usize) {
        if let Some((size, _)) = self.blocks.remove(&(domain, p)) {
            self.current -= size;
        }
    }
}

/// A new block. Those that threads without the GIL allocate are not traced.
#[cold]
pub(super) fn track(p: *mut u8, size: usize) {
    if p.is_null() || cx::current().is_null() {
        return;
    }
    // SAFETY: the thread has its state, hence the GIL.
    let cx = unsafe { Cx::assume() };
    track_in(0, p as usize, size, &cx);
}

/// A new block of a domain, in place of what is known of its address (`PyTraceMalloc_Track`). False: blocks are not traced.
pub fn track_in(domain: u32, p: usize, size: usize, cx: &Cx) -> bool {
    let mut shared = lock();
    let Some(t) = &mut shared.0 else { return false };
    let traceback = t.here(cx);
    t.forget(domain, p);
    t.blocks.insert((domain, p), (size, traceback));
    t.current += size;
    t.peak = t.peak.max(t.current);
    true
}

/// A block of a domain is gone (`PyTraceMalloc_Untrack`). False: blocks are not traced.
pub fn untrack_in(domain: u32, p: usize) -> bool {
    let mut shared = lock();
    let Some(t) = &mut shared.0 else { return false };
    t.forget(domain, p);
    true
}

/// A block is gone.
#[cold]
pub(super) fn untrack(p: *mut u8) {
    untrack_in(0, p as usize);
}

/// Begin to trace, with up to `limit` frames per block. Nothing happens when blocks are traced already.
pub fn start(limit: usize, _cx: &mut Cx) {
    {
        let mut shared = lock();
        if shared.0.is_some() {
            return;
        }
        shared.0 = Some(Tracer::new(limit));
    }
    super::set_tracing(true);
}

/// End tracing and forget everything.
pub fn stop(_cx: &mut Cx) {
    super::set_tracing(false);
    let old = lock().0.take();
    drop(old);
}

/// Forget the blocks seen so far.
pub fn clear(_cx: &mut Cx) {
    let old = {
        let mut shared = lock();
        let limit = shared.0.as_ref().map(|t| t.limit);
        limit.and_then(|limit| shared.0.replace(Tracer::new(limit)))
    };
    drop(old);
}

/// Frames kept per block, if blocks are traced.
pub fn limit() -> Option<usize> {
    lock().0.as_ref().map(|t| t.limit)
}

/// Bytes in traced blocks now, and at most so far.
pub fn sizes() -> (usize, usize) {
    lock().0.as_ref().map_or((0, 0), |t| (t.current, t.peak))
}

/// Let the most so far be what is now.
pub fn reset_peak() {
    if let Some(t) = &mut lock().0 {
        t.peak = t.current;
    }
}

/// Bytes that the tables take, about.
pub fn memory() -> usize {
    let shared = lock();
    let Some(t) = &shared.0 else { return 0 };
    let lines: usize = t.tracebacks.iter().map(|(l, _)| 2 * size_of_val::<[Line]>(l) + 48).sum();
    t.blocks.capacity() * 32 + t.files.capacity() * 24 + lines
}

/// A block as `tracemalloc` shows it.
pub struct Trace {
    pub domain: u32,
    pub size: usize,
    /// Number of its traceback, the same for equal ones.
    pub traceback: u32,
}

/// All traced blocks, and the tracebacks by number: file names (`None` where unknown) with lines, and how many frames there were.
pub type Tracebacks = Vec<(Vec<(Option<Own<Object>>, i32)>, usize)>;

fn shown(t: &Tracer, n: u32) -> (Vec<(Option<Own<Object>>, i32)>, usize) {
    let Some((lines, total)) = t.tracebacks.get(n as usize) else { return (Vec::new(), 0) };
    (lines.iter().map(|(file, line)| (t.files.get(file).cloned(), *line)).collect(), *total)
}

pub fn all(_cx: &mut Cx) -> (Vec<Trace>, Tracebacks) {
    let shared = lock();
    let Some(t) = &shared.0 else { return (Vec::new(), Vec::new()) };
    let traces = t.blocks.iter().map(|(&(domain, _), &(size, traceback))| Trace { domain, size, traceback }).collect();
    (traces, (0..t.tracebacks.len() as u32).map(|n| shown(t, n)).collect())
}

/// Where a block was allocated.
pub fn of_block(domain: u32, address: usize, _cx: &mut Cx) -> Option<Vec<(Option<Own<Object>>, i32)>> {
    let shared = lock();
    let t = shared.0.as_ref()?;
    let (_, n) = t.blocks.get(&(domain, address))?;
    Some(shown(t, *n).0)
}
