//! What is searched: the units of a string, or the bytes of a buffer held for as long as the search lasts.

use super::PyPattern;
use taipan_algo_sre::{Env, Mode, Request, Scratch, Stop, run};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::str::Units;

enum Hold<'a> {
    Str(&'a PyStr),
    Bytes(&'a [u8]),
    View(Buffer),
}

/// A subject and the bounds of the search.
pub struct Subject<'a> {
    pub object: &'a Object,
    hold: Hold<'a>,
    pub pos: usize,
    pub end: usize,
}

/// No locale but "C"; signals are answered after the run.
struct Quiet;
impl Env for Quiet {}

/// Whether it is a string; bytes-like objects are not, and anything else raises.
pub fn is_text(o: &Object, cx: &mut Cx) -> PyResult<bool> {
    hold(o, cx).map(|h| matches!(h, Hold::Str(_)))
}

fn hold<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<Hold<'a>> {
    if let Some(s) = o.downcast::<PyStr>() {
        return Ok(Hold::Str(s));
    }
    if let Some(b) = o.downcast::<PyBytes>() {
        return Ok(Hold::Bytes(b.as_bytes()));
    }
    match Buffer::get(o, 0, cx) {
        Ok(b) => Ok(Hold::View(b)),
        Err(r) => {
            cx.discard(r);
            Err(cx.type_error(format_args!("expected string or bytes-like object, got '{}'", o.ty().tp_name_str())))
        }
    }
}

impl<'a> Subject<'a> {
    /// Check that the pattern fits, and clip the bounds.
    pub fn new(p: &PyPattern, object: &'a Object, pos: isize, end: isize, cx: &mut Cx) -> PyResult<Subject<'a>> {
        let hold = hold(object, cx)?;
        match (p.is_bytes, &hold) {
            (Some(true), Hold::Str(_)) => return Err(cx.type_error(format_args!("cannot use a bytes pattern on a string-like object"))),
            (Some(false), Hold::Bytes(_) | Hold::View(_)) => {
                return Err(cx.type_error(format_args!("cannot use a string pattern on a bytes-like object")));
            }
            _ => {}
        }
        let mut s = Subject { object, hold, pos: 0, end: 0 };
        let n = s.len();
        let clip = |i: isize| usize::try_from(i).unwrap_or(0).min(n);
        (s.pos, s.end) = (clip(pos), clip(end));
        Ok(s)
    }

    /// Units in all.
    pub fn len(&self) -> usize {
        match &self.hold {
            Hold::Str(s) => s.len(),
            Hold::Bytes(b) => b.len(),
            Hold::View(b) => b.bytes().len(),
        }
    }

    /// Whether it is a string.
    pub fn is_text(&self) -> bool {
        matches!(self.hold, Hold::Str(_))
    }

    /// One run of the pattern.
    pub fn run(&self, p: &PyPattern, mode: Mode, pos: usize, must_advance: bool, scratch: &mut Scratch, cx: &mut Cx) -> PyResult<bool> {
        let r = Request { mode, pos, end: self.end, must_advance };
        let done = match &self.hold {
            Hold::Str(s) => match s.units() {
                Units::Ascii(u) | Units::Latin1(u) => run(&p.program, u, r, scratch, &mut Quiet),
                Units::Ucs2(u) => run(&p.program, u, r, scratch, &mut Quiet),
                Units::Ucs4(u) => run(&p.program, u, r, scratch, &mut Quiet),
            },
            Hold::Bytes(b) => run(&p.program, b, r, scratch, &mut Quiet),
            Hold::View(b) => run(&p.program, b.bytes(), r, scratch, &mut Quiet),
        };
        match done {
            Ok(found) => Ok(found),
            Err(Stop::NoMemory | Stop::Interrupted) => Err(cx.memory_error()),
        }
    }

    /// A part of the subject, as str or bytes.
    pub fn slice(&self, from: usize, to: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
        let whole = from == 0 && to == self.len();
        match &self.hold {
            Hold::Str(_) if whole && self.object.is_exact::<PyStr>() => Ok(self.object.own()),
            Hold::Str(s) => Ok(s.slice(from, to, cx)?.into_object()),
            Hold::Bytes(_) if whole && self.object.is_exact::<PyBytes>() => Ok(self.object.own()),
            Hold::Bytes(b) => Ok(PyBytes::new(b.get(from..to).unwrap_or_default(), cx)?.into_object()),
            Hold::View(b) => Ok(PyBytes::new(b.bytes().get(from..to).unwrap_or_default(), cx)?.into_object()),
        }
    }

    /// A group of the last run: its text, or `absent` when it took no part.
    pub fn group(&self, s: &Scratch, g: usize, empty: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        match s.group(g) {
            Some((a, b)) => self.slice(a, b, cx),
            None if empty => self.slice(0, 0, cx),
            None => Ok(none().own()),
        }
    }
}

/// A part of any subject object (for matches, which do not hold the buffer).
pub fn slice_of(o: &Object, from: usize, to: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
    let hold = hold(o, cx)?;
    let mut s = Subject { object: o, hold, pos: 0, end: 0 };
    let n = s.len();
    s.end = n;
    s.slice(from.min(n), to.min(n).max(from.min(n)), cx)
}
