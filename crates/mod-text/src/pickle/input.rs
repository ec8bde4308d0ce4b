//! Where a pickle is read from: memory, or a file's `read` and `readline`.
//!
//! What a file gives beyond the pickle is not taken: it is asked for exactly what is needed, except in frames, which are read whole, and through `peek`.

use super::bad;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{attr, call};

/// How much of a file is looked at ahead.
const AHEAD: i64 = 128 * 1024;

struct File {
    read: Own<Object>,
    readline: Own<Object>,
    peek: Option<Own<Object>>,
    /// Bytes at the end of `buf` that were only looked at: they must still be read.
    peeked: usize,
}

/// The stream.
pub struct Input {
    memory: Option<Buffer>,
    file: Option<File>,
    buf: Vec<u8>,
    at: usize,
    /// What is left of the current frame: nothing is read across its end.
    frame_left: usize,
}

impl Input {
    pub fn memory(b: Buffer) -> Input {
        Input { memory: Some(b), file: None, buf: Vec::new(), at: 0, frame_left: 0 }
    }

    /// Raises `TypeError` for what is no file.
    pub fn file(file: &Object, cx: &mut Cx) -> PyResult<Input> {
        let peek = attr::get_opt(file, name!(cx, "peek"), cx)?;
        let read = attr::get_opt(file, name!(cx, "read"), cx)?;
        let readline = attr::get_opt(file, name!(cx, "readline"), cx)?;
        match (read, readline) {
            (Some(read), Some(readline)) => {
                Ok(Input { memory: None, file: Some(File { read, readline, peek, peeked: 0 }), buf: Vec::new(), at: 0, frame_left: 0 })
            }
            _ => Err(cx.type_error(format_args!("file must have 'read' and 'readline' attributes"))),
        }
    }

    #[inline]
    fn rest(&self) -> &[u8] {
        let all = match &self.memory {
            Some(b) => b.bytes(),
            None => &self.buf,
        };
        all.get(self.at..).unwrap_or_default()
    }

    /// Really read what was only looked at and has been used; forget the rest.
    pub fn settle(&mut self, cx: &mut Cx) -> PyResult<()> {
        let Some(f) = &mut self.file else { return Ok(()) };
        if f.peeked > 0 {
            let unused = (self.buf.len() - self.at).min(f.peeked);
            let used = f.peeked - unused;
            f.peeked = 0;
            self.buf.truncate(self.buf.len() - unused);
            if used > 0 {
                let n = PyInt::new(used as i64, cx)?;
                drop(call::call(&f.read.clone(), &[&n], cx)?);
            }
        }
        Ok(())
    }

    fn take_bytes(o: &Object, method: &str, cx: &mut Cx) -> PyResult<Vec<u8>> {
        match o.downcast::<PyBytes>() {
            Some(b) => Ok(b.as_bytes().to_vec()),
            None => Err(cx.value_error(format_args!("{method}() returned non-bytes object ({})", o.ty().tp_name_str()))),
        }
    }

    /// Have at least `n` bytes at hand, if there are as many.
    fn fill(&mut self, n: usize, cx: &mut Cx) -> PyResult<()> {
        if self.rest().len() >= n {
            return Ok(());
        }
        self.settle(cx)?;
        let kept = self.rest().to_vec();
        let Some(f) = &mut self.file else { return Ok(()) };
        (self.buf, self.at) = (kept, 0);
        let missing = n - self.buf.len();
        if let Some(peek) = f.peek.clone() {
            let ahead = PyInt::new(AHEAD, cx)?;
            match call::call(&peek, &[&ahead], cx) {
                Ok(o) => {
                    if let Some(b) = o.downcast::<PyBytes>().filter(|b| b.len() >= missing) {
                        f.peeked = b.len();
                        self.buf.extend_from_slice(b.as_bytes());
                        return Ok(());
                    }
                }
                Err(r) => {
                    cx.catch(r, exc::NotImplementedError())?;
                    f.peek = None;
                }
            }
        }
        let (read, missing) = (f.read.clone(), PyInt::from_u64(missing as u64, cx)?);
        let data = call::call(&read, &[&missing], cx)?;
        let data = Input::take_bytes(&data, "read", cx)?;
        self.buf.extend_from_slice(&data);
        Ok(())
    }

    #[cold]
    pub(super) fn truncated(&self, cx: &mut Cx) -> Raised {
        bad(format_args!("pickle data was truncated"), cx)
    }

    #[cold]
    fn straddles(&self, cx: &mut Cx) -> Raised {
        bad(format_args!("pickle exhausted before end of frame"), cx)
    }

    /// The next opcode.
    #[inline]
    pub fn opcode(&mut self, cx: &mut Cx) -> PyResult<u8> {
        if let Some(b) = self.byte() {
            return Ok(b);
        }
        if self.rest().is_empty() {
            self.fill(1, cx)?;
            if self.rest().is_empty() {
                return Err(cx.eof_error(format_args!("Ran out of input")));
            }
        }
        Ok(self.read(1, cx)?.first().copied().unwrap_or(0))
    }

    /// The next byte if it is at hand.
    #[inline(always)]
    fn byte(&mut self) -> Option<u8> {
        let all = match &self.memory {
            Some(b) => b.bytes(),
            None => &self.buf,
        };
        let b = *all.get(self.at)?;
        self.at += 1;
        self.frame_left = self.frame_left.saturating_sub(1);
        Some(b)
    }

    /// The next `n` bytes.
    #[inline]
    pub fn read(&mut self, n: usize, cx: &mut Cx) -> PyResult<&[u8]> {
        if self.rest().len() < n {
            self.fill(n, cx)?;
            if self.rest().len() < n {
                return Err(self.truncated(cx));
            }
        }
        if self.frame_left > 0 {
            if n > self.frame_left {
                return Err(self.straddles(cx));
            }
            self.frame_left -= n;
        }
        let from = self.at;
        self.at += n;
        let all = match &self.memory {
            Some(b) => b.bytes(),
            None => &self.buf,
        };
        Ok(all.get(from..from + n).unwrap_or_default())
    }

    /// The next bytes as an array.
    #[inline]
    pub fn array<const N: usize>(&mut self, cx: &mut Cx) -> PyResult<[u8; N]> {
        if N == 1 {
            if let Some(b) = self.byte() {
                return Ok([b; N]);
            }
        }
        let b = self.read(N, cx)?;
        let mut out = [0; N];
        out.copy_from_slice(b);
        Ok(out)
    }

    /// A line without its end.
    pub fn line(&mut self, cx: &mut Cx) -> PyResult<Vec<u8>> {
        if let Some(i) = self.rest().iter().position(|&b| b == b'\n') {
            return Ok(self.read(i + 1, cx)?[..i].to_vec());
        }
        if self.frame_left > 0 {
            return Err(self.straddles(cx));
        }
        self.settle(cx)?;
        let Some(f) = &self.file else { return Err(self.truncated(cx)) };
        let readline = f.readline.clone();
        let mut line = self.rest().to_vec();
        let more = call::call(&readline, &[], cx)?;
        line.extend(Input::take_bytes(&more, "readline", cx)?);
        (self.buf, self.at) = (Vec::new(), 0);
        match line.pop() {
            Some(b'\n') => Ok(line),
            _ => Err(bad(format_args!("pickle data was truncated"), cx)),
        }
    }

    /// A frame of `n` bytes follows: have it at hand.
    pub fn frame(&mut self, n: usize, cx: &mut Cx) -> PyResult<()> {
        if self.frame_left > 0 {
            return Err(bad(format_args!("beginning of a new frame before end of current frame"), cx));
        }
        self.fill(n, cx)?;
        if self.rest().len() < n {
            return Err(self.truncated(cx));
        }
        self.frame_left = n;
        Ok(())
    }
}
