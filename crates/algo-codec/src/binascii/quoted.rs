//! Quoted-printable.

use crate::hex_value;
use memchr::{memchr, memchr2};

/// The keyword arguments of `binascii.b2a_qp`.
#[derive(Clone, Copy, Debug)]
pub struct QuotedOptions {
    pub quote_tabs: bool,
    pub is_text: bool,
    pub header: bool,
}

/// `binascii.a2b_qp`.
pub fn decode_quoted(bytes: &[u8], header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let stop = if header { memchr2(b'=', b'_', &bytes[at..]) } else { memchr(b'=', &bytes[at..]) };
        let run = stop.unwrap_or(bytes.len() - at);
        out.extend_from_slice(&bytes[at..at + run]);
        at += run;
        let rest = &bytes[at..];
        if rest.first() == Some(&b'_') {
            out.push(b' ');
            at += 1;
            continue;
        }
        at += match *rest {
            [] | [_] => rest.len(),
            // Soft line break: everything up to the end of the line goes.
            [_, b'\n' | b'\r', ..] => memchr(b'\n', rest).map_or(rest.len(), |end| end + 1),
            [_, b'=', ..] => {
                out.push(b'=');
                2
            }
            [_, high, ref tail @ ..] => match (hex_value(high), tail.first().and_then(|&low| hex_value(low))) {
                (Some(high), Some(low)) => {
                    out.push((high << 4 | low) as u8);
                    3
                }
                _ => {
                    out.push(b'=');
                    1
                }
            },
        };
    }
    out
}

const LINE_MAX: usize = 76;

struct Encoder<'a> {
    bytes: &'a [u8],
    options: QuotedOptions,
    crlf: bool,
    line: usize,
    out: Vec<u8>,
}

impl Encoder<'_> {
    fn must_quote(&self, at: usize) -> bool {
        let byte = self.bytes[at];
        let next = self.bytes.get(at + 1);
        match byte {
            127.. | b'=' => true,
            b'_' => self.options.header,
            b'.' => self.line == 0 && matches!(next, None | Some(b'\n' | b'\r' | 0)),
            b'\r' | b'\n' => !self.options.is_text,
            b'\t' | b' ' => next.is_none() || self.options.quote_tabs,
            0..=32 => true,
            _ => false,
        }
    }

    fn newline(&mut self) {
        self.out.extend_from_slice(if self.crlf { b"\r\n" } else { b"\n" });
        self.line = 0;
    }

    fn quote(&mut self, byte: u8) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        self.out.extend_from_slice(&[b'=', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }

    /// Write what stands at `at`; returns how many bytes it is.
    fn step(&mut self, at: usize) -> usize {
        let byte = self.bytes[at];
        if self.must_quote(at) {
            if self.line + 3 >= LINE_MAX {
                self.out.push(b'=');
                self.newline();
            }
            self.quote(byte);
            self.line += 3;
            return 1;
        }
        let next = self.bytes.get(at + 1).copied();
        if self.options.is_text && (byte == b'\n' || (byte == b'\r' && next == Some(b'\n'))) {
            // White space before the end of a line must not stay bare.
            if let Some(&last @ (b' ' | b'\t')) = self.out.last() {
                self.out.pop();
                self.quote(last);
            }
            self.newline();
            return if byte == b'\r' { 2 } else { 1 };
        }
        if next.is_some() && next != Some(b'\n') && self.line + 1 >= LINE_MAX {
            self.out.push(b'=');
            self.newline();
        }
        self.line += 1;
        self.out.push(if self.options.header && byte == b' ' { b'_' } else { byte });
        1
    }
}

/// `binascii.b2a_qp`. All line ends become those of the first line.
pub fn encode_quoted(bytes: &[u8], options: QuotedOptions) -> Vec<u8> {
    let first = memchr(b'\n', bytes).unwrap_or(0);
    let crlf = first > 0 && bytes[first - 1] == b'\r';
    let mut encoder = Encoder { bytes, options, crlf, line: 0, out: Vec::with_capacity(bytes.len() + bytes.len() / 8) };
    let mut at = 0;
    while at < bytes.len() {
        at += encoder.step(at);
    }
    encoder.out
}
