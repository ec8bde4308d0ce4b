//! `_sre.SRE_Scanner`: one match after the other (`re.Scanner`, `finditer`).

use super::subject::Subject;
use super::{PyMatch, PyPattern};
use std::cell::Cell;
use taipan_algo_sre::Mode;
use taipan_object::prelude::*;

/// A pattern, a subject and a position.
#[pytype(name = "_sre.SRE_Scanner", heap, gc, no_new, flags(IMMUTABLETYPE))]
#[repr(C)]
pub struct PyScanner {
    head: ObjHead,
    #[member("pattern", readonly)]
    pattern: Field<PyPattern>,
    string: Field<Object>,
    #[gc(skip)]
    pos: isize,
    #[gc(skip)]
    end: isize,
    /// Where the next match starts; None when done.
    #[gc(skip)]
    next: Cell<Option<usize>>,
    #[gc(skip)]
    advance: Cell<bool>,
    #[gc(skip)]
    busy: Cell<bool>,
}

impl PyScanner {
    /// Check the subject and begin.
    pub fn make(p: &PyPattern, string: &Object, pos: isize, end: isize, cx: &mut Cx) -> PyResult<Own<PyScanner>> {
        let s = Subject::new(p, string, pos, end, cx)?;
        let next = Cell::new(Some(s.pos));
        drop(s);
        cx.new_object(PyScanner {
            head: Object::placeholder(),
            pattern: Field::new(p.new_ref()),
            string: Field::new(string.own()),
            pos,
            end,
            next,
            advance: Cell::new(false),
            busy: Cell::new(false),
        })
    }

    fn step(&self, mode: Mode, cx: &mut Cx) -> PyResult<Option<Own<PyMatch>>> {
        let Some(at) = self.next.get() else { return Ok(None) };
        if self.busy.replace(true) {
            return Err(cx.value_error(format_args!("regular expression scanner already executing")));
        }
        let r = self.run(mode, at, cx);
        self.busy.set(false);
        r
    }

    fn run(&self, mode: Mode, at: usize, cx: &mut Cx) -> PyResult<Option<Own<PyMatch>>> {
        let p: &PyPattern = &self.pattern;
        let s = Subject::new(p, &self.string, self.pos, self.end, cx)?;
        let mut scratch = p.scratch();
        let r = match s.run(p, mode, at, self.advance.get(), &mut scratch, cx) {
            Ok(true) => {
                let (a, b) = scratch.span();
                self.next.set(Some(b));
                self.advance.set(a == b);
                PyMatch::make(p, &s, &scratch, cx).map(Some)
            }
            Ok(false) => {
                self.next.set(None);
                Ok(None)
            }
            Err(r) => Err(r),
        };
        p.put_back(scratch);
        r
    }
}

#[pymethods]
impl PyScanner {
    #[method("match()")]
    fn match_(&self, cx: &mut Cx) -> PyResult<Option<Own<PyMatch>>> {
        self.step(Mode::Match, cx)
    }
    #[method("search()")]
    fn search(&self, cx: &mut Cx) -> PyResult<Option<Own<PyMatch>>> {
        self.step(Mode::Search, cx)
    }
}
