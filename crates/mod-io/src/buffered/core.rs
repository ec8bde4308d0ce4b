//! The buffers and algorithms of buffered streams.
//!
//! Invariants: at most one of "unread bytes" (`rbuf[rpos..]`) and "unwritten bytes" (`wbuf`) is non-empty; a buffer is taken out of its cell while
//! the raw stream works with it; everything that touches them holds `lock`. The raw stream stands at the end of `rbuf`.

use crate::common::*;
use crate::fileio::PyFileIo;
use std::cell::{Cell, RefCell};
use taipan_host::Errno;
use taipan_object::abstract_::buffer;
use taipan_object::field::Visit;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{attr, call};

/// State of a buffered stream.
#[derive(Default)]
pub struct Core {
    pub raw: FieldCell<Object>,
    ok: Cell<bool>,
    freed: Cell<bool>,
    detached: Cell<bool>,
    readable: Cell<bool>,
    writable: Cell<bool>,
    pub finalizing: Cell<bool>,
    size: Cell<usize>,
    rbuf: RefCell<Vec<u8>>,
    rpos: Cell<usize>,
    wbuf: RefCell<Vec<u8>>,
    lock: Lock,
}

impl GcField for Core {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        self.raw.traverse(v)
    }
    fn gc_clear(&self) {
        self.ok.set(false);
        self.raw.gc_clear();
    }
}

impl Core {
    /// As before `__init__`.
    pub fn forget(&self) {
        self.ok.set(false);
        self.detached.set(false);
    }

    /// Begin with a raw stream.
    pub fn start(&self, raw: &Object, size: usize, readable: bool, writable: bool, cx: &mut Cx) {
        self.raw.set(Some(raw.own()), cx);
        self.size.set(size);
        self.freed.set(false);
        self.readable.set(readable);
        self.writable.set(writable);
        self.rbuf.take();
        self.wbuf.take();
        self.rpos.set(0);
        self.ok.set(true);
    }

    /// What the buffer takes: nothing once the stream is closed.
    pub fn held_bytes(&self) -> usize {
        if self.freed.get() { 0 } else { self.size.get() }
    }

    /// The raw stream; raises when there is none.
    pub fn stream(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.raw.own() {
            Some(r) if self.ok.get() => Ok(r),
            _ if self.detached.get() => Err(cx.value_error(format_args!("raw stream has been detached"))),
            _ => Err(cx.value_error(format_args!("I/O operation on uninitialized object"))),
        }
    }

    /// Call a method of the raw stream.
    pub fn forward(&self, name: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let raw = self.stream(cx)?;
        call::call_method(&raw, name, &[], cx)
    }

    /// An attribute of the raw stream.
    pub fn raw_attr(&self, name: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let raw = self.stream(cx)?;
        attr::get(&raw, name, cx)
    }

    /// Whether the raw stream is closed.
    pub fn is_closed(&self, cx: &mut Cx) -> PyResult<bool> {
        let raw = self.stream(cx)?;
        match raw.exact::<PyFileIo>() {
            Some(f) => Ok(f.fd.get() < 0),
            None => flag(&raw, name!(cx, "closed"), cx),
        }
    }

    fn check_open(&self, what: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
        let raw = self.stream(cx)?;
        let ahead = self.readable.get() && self.ahead() > 0 && raw.exact::<PyFileIo>().is_none_or(|f| f.fd.get() >= 0);
        if !(ahead && raw.is_exact::<PyFileIo>()) && self.is_closed(cx)? {
            return Err(cx.value_error(format_args!("{what} of closed file")));
        }
        Ok(raw)
    }

    fn ahead(&self) -> usize {
        self.rbuf.borrow().len().saturating_sub(self.rpos.get())
    }

    /// Up to `n` unread bytes, consumed.
    fn take_ahead(&self, n: usize, out: &mut Vec<u8>) -> usize {
        let b = self.rbuf.borrow();
        let rest = b.get(self.rpos.get()..).unwrap_or_default();
        let n = n.min(rest.len());
        out.extend_from_slice(rest.get(..n).unwrap_or_default());
        self.rpos.set(self.rpos.get() + n);
        n
    }

    fn drop_ahead(&self) {
        self.rbuf.borrow_mut().clear();
        self.rpos.set(0);
    }

    /// One read of the raw stream into `b`; `None` when it would block.
    fn raw_read(&self, raw: &Object, b: &mut [u8], cx: &mut Cx) -> PyResult<Option<usize>> {
        if let Some(f) = raw.exact::<PyFileIo>() {
            return f.read_some(b, cx);
        }
        let make = cx.import_attr("builtins", "bytearray")?;
        let view = cx.import_attr("builtins", "memoryview")?;
        let n = PyInt::new(b.len() as i64, cx)?;
        let array = call::call(&make, &[&n], cx)?;
        let target = call::call(&view, &[&array], cx)?;
        let r = call::call_method(raw, name!(cx, "readinto"), &[&target], cx)?;
        if r.is_none() {
            return Ok(None);
        }
        let got = as_i64(&r, cx);
        let got = match got {
            Ok(n) => n,
            Err(r) => {
                let cause = cx.take_raised(r);
                let r = cx.raise_msg(exc::OSError(), format_args!("raw readinto() failed"));
                let e = cx.take_raised(r);
                if let Some(x) = e.downcast::<exc::PyBaseException>() {
                    x.set_cause(Some(cause), cx);
                }
                return Err(cx.set_raised(e));
            }
        };
        if got < 0 || got > b.len() as i64 {
            return Err(cx.raise_msg(
                exc::OSError(),
                format_args!("raw readinto() returned invalid length {got} (should have been between 0 and {})", b.len()),
            ));
        }
        let data = Buffer::get(&array, buffer::SIMPLE, cx)?;
        let got = got as usize;
        if let (Some(t), Some(s)) = (b.get_mut(..got), data.bytes().get(..got)) {
            t.copy_from_slice(s);
        }
        Ok(Some(got))
    }

    /// One write to the raw stream; `None` when it would block.
    fn raw_write(&self, raw: &Object, b: &[u8], cx: &mut Cx) -> PyResult<Option<usize>> {
        if let Some(f) = raw.exact::<PyFileIo>() {
            return f.write_some(b, cx);
        }
        let view = cx.import_attr("builtins", "memoryview")?;
        let data = PyBytes::new(b, cx)?;
        let source = call::call(&view, &[&data], cx)?;
        let r = call::call_method(raw, name!(cx, "write"), &[&source], cx)?;
        if r.is_none() {
            return Ok(None);
        }
        let n = as_i64(&r, cx)?;
        if n < 0 || n > b.len() as i64 {
            return Err(cx.raise_msg(
                exc::OSError(),
                format_args!("raw write() returned invalid length {n} (should have been between 0 and {})", b.len()),
            ));
        }
        Ok(Some(n as usize))
    }

    fn raw_tell(&self, raw: &Object, cx: &mut Cx) -> PyResult<i64> {
        let n = match raw.exact::<PyFileIo>() {
            Some(f) => f.seek_to(0, 1, cx)?,
            None => {
                let r = call::call_method(raw, name!(cx, "tell"), &[], cx)?;
                as_i64(&r, cx)?
            }
        };
        valid_position(n, cx)
    }

    fn raw_seek(&self, raw: &Object, pos: i64, whence: i32, cx: &mut Cx) -> PyResult<i64> {
        let n = match raw.exact::<PyFileIo>() {
            Some(f) => f.seek_to(pos, whence, cx)?,
            None => {
                let (p, w) = (PyInt::new(pos, cx)?, PyInt::new(whence as i64, cx)?);
                let r = call::call_method(raw, name!(cx, "seek"), &[&p, &w], cx)?;
                as_i64(&r, cx)?
            }
        };
        valid_position(n, cx)
    }

    /// Read a buffer full; how much came. The buffer is empty before.
    fn fill(&self, raw: &Object, cx: &mut Cx) -> PyResult<Option<usize>> {
        let mut b = self.rbuf.take();
        self.rpos.set(0);
        b.clear();
        b.resize(self.size.get(), 0);
        let r = self.raw_read(raw, &mut b, cx);
        b.truncate(match &r {
            Ok(Some(n)) => *n,
            _ => 0,
        });
        self.rbuf.replace(b);
        r
    }

    /// Write out what is buffered.
    fn flush_writes(&self, raw: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.wbuf.borrow().is_empty() {
            return Ok(());
        }
        let b = self.wbuf.take();
        let mut done = 0;
        let result = loop {
            let Some(rest) = b.get(done..).filter(|r| !r.is_empty()) else { break Ok(()) };
            match self.raw_write(raw, rest, cx) {
                // A signal may have cut the write short: its handler runs before the next one blocks.
                Ok(Some(n)) => {
                    done += n;
                    if let Err(r) = run_pending(cx) {
                        break Err(r);
                    }
                }
                Ok(None) => break Err(would_block(0, cx)),
                Err(r) => break Err(r),
            }
        };
        let mut b = b;
        b.drain(..done);
        // What another thread cannot have written meanwhile comes after: the lock is held.
        self.wbuf.replace(b);
        result
    }

    /// Before writing or seeking: the raw stream goes back to where the reader stands.
    fn rewind_ahead(&self, raw: &Object, cx: &mut Cx) -> PyResult<()> {
        let n = self.ahead();
        self.drop_ahead();
        if n > 0 {
            self.raw_seek(raw, -(n as i64), 1, cx)?;
        }
        Ok(())
    }

    /// `flush()`.
    pub fn flush(&self, me: &Object, cx: &mut Cx) -> PyResult<()> {
        let raw = self.stream(cx)?;
        if self.is_closed(cx)? {
            return Err(cx.value_error(format_args!("flush of closed file")));
        }
        if !self.writable.get() {
            return call::call_method(&raw, name!(cx, "flush"), &[], cx).map(drop);
        }
        let _held = self.lock.enter(me, cx)?;
        self.flush_writes(&raw, cx)?;
        if self.readable.get() {
            self.rewind_ahead(&raw, cx)?;
        }
        Ok(())
    }

    /// `read(n)`; -1 reads all.
    pub fn read(&self, me: &Object, n: isize, cx: &mut Cx) -> PyResult<Option<Own<PyBytes>>> {
        let raw = self.check_open("read", cx)?;
        let _held = self.lock.enter(me, cx)?;
        if n >= 0 && n as usize <= self.ahead() {
            let b = self.rbuf.borrow();
            let start = self.rpos.get();
            self.rpos.set(start + n as usize);
            return PyBytes::new(b.get(start..start + n as usize).unwrap_or_default(), cx).map(Some);
        }
        if self.writable.get() {
            self.flush_writes(&raw, cx)?;
        }
        if n < 0 {
            return self.read_all(&raw, cx);
        }
        let n = n as usize;
        let mut out = Vec::new();
        if out.try_reserve_exact(n.min(64 << 20)).is_err() {
            return Err(cx.memory_error());
        }
        self.take_ahead(n, &mut out);
        while out.len() < n {
            let left = n - out.len();
            let r = if left >= self.size.get() {
                let direct = left - left % self.size.get();
                let at = out.len();
                if out.try_reserve(direct).is_err() {
                    return Err(cx.memory_error());
                }
                out.resize(at + direct, 0);
                let r = self.raw_read(&raw, out.get_mut(at..).unwrap_or_default(), cx);
                out.truncate(at + r.as_ref().ok().copied().flatten().unwrap_or(0));
                self.drop_ahead();
                r?
            } else {
                let r = self.fill(&raw, cx)?;
                self.take_ahead(left, &mut out);
                r
            };
            match r {
                Some(0) => break,
                None if out.is_empty() => return Ok(None),
                None => break,
                Some(_) => {}
            }
        }
        PyBytes::new(&out, cx).map(Some)
    }

    fn read_all(&self, raw: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyBytes>>> {
        let mut out = Vec::new();
        self.take_ahead(usize::MAX, &mut out);
        self.drop_ahead();
        if let Some(f) = raw.exact::<PyFileIo>() {
            return match f.read_all(cx)? {
                Some(v) if out.is_empty() => PyBytes::new(&v, cx).map(Some),
                Some(v) => {
                    out.extend_from_slice(&v);
                    PyBytes::new(&out, cx).map(Some)
                }
                None if out.is_empty() => Ok(None),
                None => PyBytes::new(&out, cx).map(Some),
            };
        }
        let whole = attr::get_opt(raw, name!(cx, "readall"), cx)?;
        loop {
            let part = match &whole {
                Some(f) => call::call(f, &[], cx)?,
                None => call::call_method(raw, name!(cx, "read"), &[], cx)?,
            };
            if part.is_none() {
                return if out.is_empty() { Ok(None) } else { PyBytes::new(&out, cx).map(Some) };
            }
            let Some(b) = part.downcast::<PyBytes>() else {
                return Err(cx.type_error(format_args!("{} should return bytes", if whole.is_some() { "readall()" } else { "read()" })));
            };
            out.extend_from_slice(b.as_bytes());
            if whole.is_some() || b.is_empty() {
                return PyBytes::new(&out, cx).map(Some);
            }
        }
    }

    /// `peek()`: what is there, after at most one read.
    pub fn peek(&self, me: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let raw = self.check_open("peek", cx)?;
        let _held = self.lock.enter(me, cx)?;
        if self.writable.get() {
            self.flush_writes(&raw, cx)?;
        }
        if self.ahead() == 0 {
            self.fill(&raw, cx)?;
        }
        let b = self.rbuf.borrow();
        PyBytes::new(b.get(self.rpos.get()..).unwrap_or_default(), cx)
    }

    /// `read1(n)`.
    pub fn read1(&self, me: &Object, n: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let raw = self.check_open("read", cx)?;
        let n = if n < 0 { self.size.get() } else { n as usize };
        let mut out = Vec::new();
        if n > 0 {
            let _held = self.lock.enter(me, cx)?;
            if self.writable.get() {
                self.flush_writes(&raw, cx)?;
            }
            if self.take_ahead(n, &mut out) == 0 {
                self.drop_ahead();
                out.resize(n.min(64 << 20), 0);
                let got = self.raw_read(&raw, &mut out, cx)?;
                out.truncate(got.unwrap_or(0));
            }
        }
        PyBytes::new(&out, cx)
    }

    /// `readinto` and, with `once`, `readinto1`.
    pub fn readinto(&self, me: &Object, b: &mut [u8], once: bool, cx: &mut Cx) -> PyResult<Option<usize>> {
        let raw = self.check_open("readinto", cx)?;
        let _held = self.lock.enter(me, cx)?;
        if self.writable.get() {
            self.flush_writes(&raw, cx)?;
        }
        let mut done = self.copy_ahead(b);
        while done < b.len() {
            let Some(rest) = b.get_mut(done..) else { break };
            let direct = rest.len() > self.size.get();
            if once && done > 0 && !direct {
                break;
            }
            let r = if direct {
                self.drop_ahead();
                let r = self.raw_read(&raw, rest, cx)?;
                done += r.unwrap_or(0);
                r
            } else {
                let r = self.fill(&raw, cx)?;
                done += self.copy_ahead(rest);
                r
            };
            match r {
                None if done == 0 => return Ok(None),
                None | Some(0) => break,
                Some(_) if once && direct => break,
                Some(_) => {}
            }
        }
        Ok(Some(done))
    }

    fn copy_ahead(&self, b: &mut [u8]) -> usize {
        let r = self.rbuf.borrow();
        let rest = r.get(self.rpos.get()..).unwrap_or_default();
        let n = rest.len().min(b.len());
        if let (Some(t), Some(s)) = (b.get_mut(..n), rest.get(..n)) {
            t.copy_from_slice(s);
        }
        self.rpos.set(self.rpos.get() + n);
        n
    }

    /// `readline(limit)`.
    pub fn readline(&self, me: &Object, limit: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let raw = self.check_open("readline", cx)?;
        let _held = self.lock.enter(me, cx)?;
        let most = if limit < 0 { usize::MAX } else { limit as usize };
        {
            let b = self.rbuf.borrow();
            let start = self.rpos.get();
            let rest = b.get(start..).unwrap_or_default();
            let rest = rest.get(..most.min(rest.len())).unwrap_or_default();
            let end = memchr::memchr(b'\n', rest).map(|i| i + 1).or((rest.len() == most).then_some(most));
            if let Some(end) = end {
                self.rpos.set(start + end);
                return PyBytes::new(rest.get(..end).unwrap_or_default(), cx);
            }
        }
        let mut out = Vec::new();
        self.take_ahead(most, &mut out);
        if self.writable.get() {
            self.flush_writes(&raw, cx)?;
        }
        while out.len() < most {
            if self.fill(&raw, cx)?.unwrap_or(0) == 0 {
                break;
            }
            let end = memchr::memchr(b'\n', &self.rbuf.borrow()).map(|i| i + 1);
            let left = most - out.len();
            self.take_ahead(end.unwrap_or(usize::MAX).min(left), &mut out);
            if end.is_some_and(|e| e <= left) {
                break;
            }
        }
        PyBytes::new(&out, cx)
    }

    /// `write(b)`: how much was taken, which is all of it.
    pub fn write(&self, me: &Object, b: &[u8], cx: &mut Cx) -> PyResult<usize> {
        let raw = self.stream(cx)?;
        let _held = self.lock.enter(me, cx)?;
        // Another thread may have closed the stream while this one waited.
        if self.freed.get() || self.is_closed(cx)? {
            return Err(cx.value_error(format_args!("write to closed file")));
        }
        if self.readable.get() {
            self.rewind_ahead(&raw, cx)?;
        }
        let size = self.size.get();
        let used = self.wbuf.borrow().len();
        if used + b.len() <= size {
            self.wbuf.borrow_mut().extend_from_slice(b);
            return Ok(b.len());
        }
        if let Err(r) = self.flush_writes(&raw, cx) {
            return self.after_blocked_flush(r, b, cx);
        }
        let mut done = 0;
        while b.len() - done > size {
            let rest = b.get(done..).unwrap_or_default();
            match self.raw_write(&raw, rest, cx)? {
                Some(n) => {
                    done += n;
                    run_pending(cx)?;
                }
                None => {
                    // Keep what fits; more than that is refused.
                    let kept = rest.get(..size).unwrap_or(rest);
                    self.wbuf.borrow_mut().extend_from_slice(kept);
                    return Err(would_block(done + kept.len(), cx));
                }
            }
        }
        self.wbuf.borrow_mut().extend_from_slice(b.get(done..).unwrap_or_default());
        Ok(b.len())
    }

    /// The flush before a write would have blocked: buffer what still fits.
    fn after_blocked_flush(&self, r: taipan_object::err::Raised, b: &[u8], cx: &mut Cx) -> PyResult<usize> {
        if !cx.raised_is(exc::BlockingIOError()) {
            return Err(r);
        }
        let mut w = self.wbuf.borrow_mut();
        let room = self.size.get().saturating_sub(w.len());
        let kept = b.get(..room.min(b.len())).unwrap_or_default();
        w.extend_from_slice(kept);
        drop(w);
        cx.discard(r);
        if kept.len() == b.len() {
            return Ok(b.len());
        }
        Err(would_block(kept.len(), cx))
    }

    /// `tell()`.
    pub fn tell(&self, cx: &mut Cx) -> PyResult<i64> {
        let raw = self.stream(cx)?;
        let n = self.raw_tell(&raw, cx)?;
        Ok((n - self.ahead() as i64 + self.wbuf.borrow().len() as i64).max(0))
    }

    /// `seek(target, whence)`.
    pub fn seek(&self, me: &Object, target: &Object, whence: i32, cx: &mut Cx) -> PyResult<i64> {
        let raw = self.stream(cx)?;
        if !(0..=4).contains(&whence) {
            return Err(cx.value_error(format_args!("whence value {whence} unsupported")));
        }
        if self.is_closed(cx)? {
            return Err(cx.value_error(format_args!("seek of closed file")));
        }
        crate::base::check_able(&raw, "seekable", cx)?;
        let mut target = as_i64(target, cx)?;
        let _held = self.lock.enter(me, cx)?;
        if whence < 2 && self.readable.get() && self.wbuf.borrow().is_empty() && !self.rbuf.borrow().is_empty() {
            // Inside the buffer nothing needs to move.
            let end = self.raw_tell(&raw, cx)?;
            let here = end - self.ahead() as i64;
            let wanted = if whence == 0 { target } else { here + target };
            let start = end - self.rbuf.borrow().len() as i64;
            if (start..=end).contains(&wanted) {
                self.rpos.set((wanted - start) as usize);
                // A device may say 0 whatever was read.
                return Ok(wanted.max(0));
            }
        }
        if self.writable.get() {
            self.flush_writes(&raw, cx)?;
        }
        if whence == 1 {
            target -= self.ahead() as i64;
        }
        let n = self.raw_seek(&raw, target, whence, cx)?;
        self.drop_ahead();
        Ok(n)
    }

    /// `truncate(pos)`.
    pub fn truncate(&self, me: &Object, pos: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let raw = self.stream(cx)?;
        if self.is_closed(cx)? {
            return Err(cx.value_error(format_args!("truncate of closed file")));
        }
        if !self.writable.get() {
            return Err(unsupported("truncate", cx));
        }
        let _held = self.lock.enter(me, cx)?;
        self.flush_writes(&raw, cx)?;
        let pos = if pos.is_none() {
            self.rewind_ahead(&raw, cx)?;
            let n = self.raw_tell(&raw, cx)?;
            PyInt::new(n, cx)?.into_object()
        } else {
            pos.own()
        };
        call::call_method(&raw, name!(cx, "truncate"), &[&pos], cx)
    }

    /// Warn of a stream that was never closed.
    pub fn dealloc_warn(&self, source: &Object, cx: &mut Cx) {
        if let Some(raw) = self.raw.own().filter(|_| self.ok.get()) {
            if let Err(r) = call::call_method(&raw, name!(cx, "_dealloc_warn"), &[source], cx) {
                cx.discard(r);
            }
        }
    }

    /// `close()`: flush, then close the raw stream whatever happened.
    pub fn close(&self, me: &Object, cx: &mut Cx) -> PyResult<()> {
        let raw = self.stream(cx)?;
        {
            let _held = self.lock.enter(me, cx)?;
            if self.is_closed(cx)? {
                return Ok(());
            }
            if self.finalizing.get() {
                self.dealloc_warn(me, cx);
            }
        }
        let r = call::call_method(me, name!(cx, "flush"), &[], cx).map(drop);
        let _held = self.lock.enter(me, cx)?;
        let r = chain(r, cx, |cx| call::call_method(&raw, name!(cx, "close"), &[], cx).map(drop));
        self.freed.set(true);
        if self.is_closed(cx).unwrap_or(false) {
            self.drop_ahead();
            self.rbuf.take();
            self.wbuf.take();
        }
        r
    }

    /// `detach()`.
    pub fn detach(&self, me: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.stream(cx)?;
        call::call_method(me, name!(cx, "flush"), &[], cx)?;
        let raw = self.stream(cx)?;
        self.raw.set(None, cx);
        self.detached.set(true);
        self.ok.set(false);
        Ok(raw)
    }
}

fn valid_position(n: i64, cx: &mut Cx) -> PyResult<i64> {
    if n < 0 {
        return Err(cx.raise_msg(exc::OSError(), format_args!("Raw stream returned invalid position {n}")));
    }
    Ok(n)
}

/// `BlockingIOError(EAGAIN, "write could not complete without blocking", written)`.
fn would_block(written: usize, cx: &mut Cx) -> taipan_object::err::Raised {
    match PyInt::new(written as i64, cx) {
        Ok(n) => cx.os_error(Errno::EAGAIN.0, "write could not complete without blocking", Some(&n), None),
        Err(r) => r,
    }
}
