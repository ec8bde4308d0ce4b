//! `re.Pattern`.

use super::matching::PyMatch;
use super::replace;
use super::scanner::PyScanner;
use super::subject::Subject;
use std::cell::RefCell;
use taipan_algo_sre::{Mode, Program, Scratch};
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::dict::PyMappingProxy;
use taipan_object::types::object_::generic_alias_hook;
use taipan_object::{abstract_, attr, call};

/// Flags as `re` numbers them, with their names.
const FLAGS: [(i32, &str); 8] = [
    (2, "re.IGNORECASE"), (4, "re.LOCALE"), (8, "re.MULTILINE"), (16, "re.DOTALL"), (32, "re.UNICODE"), (64, "re.VERBOSE"), (128, "re.DEBUG"), (256, "re.ASCII"),
];

/// A compiled pattern.
#[pytype(name = "re.Pattern", heap, gc, no_new, flags(IMMUTABLETYPE))]
#[repr(C)]
pub struct PyPattern {
    head: ObjHead,
    /// The pattern string from which the RE object was compiled.
    #[member("pattern", readonly, doc = "The pattern string from which the RE object was compiled.")]
    pub(super) pattern: Field<Object>,
    pub(super) groupindex: Field<PyDict>,
    pub(super) indexgroup: Field<PyTuple>,
    #[gc(skip)]
    #[member("flags", readonly, ty = Py_T_INT, doc = "The regex matching flags.")]
    pub(super) flags: i32,
    #[gc(skip)]
    #[member("groups", readonly, ty = Py_T_PYSSIZET, doc = "The number of capturing groups in the pattern.")]
    pub(super) groups: isize,
    /// None for a pattern made from None: it fits everything.
    #[gc(skip)]
    pub(super) is_bytes: Option<bool>,
    #[gc(skip)]
    pub(super) program: Program,
    #[gc(skip)]
    pub(super) code: Box<[u32]>,
    #[gc(skip)]
    scratch: RefCell<Vec<Scratch>>,
    weak: WeakList,
}

/// What `_sre.compile` knows.
pub struct Parts<'a> {
    pub pattern: &'a Object,
    pub flags: i32,
    pub groups: isize,
    pub is_bytes: Option<bool>,
    pub groupindex: &'a PyDict,
    pub indexgroup: &'a PyTuple,
    pub code: Vec<u32>,
    pub program: Program,
}

impl PyPattern {
    /// Make the object.
    pub fn make(p: Parts<'_>, cx: &mut Cx) -> PyResult<Own<PyPattern>> {
        cx.new_object(PyPattern {
            head: Object::placeholder(),
            pattern: Field::new(p.pattern.own()),
            groupindex: Field::new(p.groupindex.new_ref()),
            indexgroup: Field::new(p.indexgroup.new_ref()),
            flags: p.flags,
            groups: p.groups,
            is_bytes: p.is_bytes,
            program: p.program,
            code: p.code.into_boxed_slice(),
            scratch: RefCell::new(Vec::new()),
            weak: WeakList::default(),
        })
    }

    /// Borrow working memory: kept with the pattern between runs.
    pub(super) fn scratch(&self) -> Scratch {
        self.scratch.borrow_mut().pop().unwrap_or_default()
    }

    pub(super) fn put_back(&self, mut s: Scratch) {
        s.trim();
        let mut all = self.scratch.borrow_mut();
        if all.len() < 2 {
            all.push(s);
        }
    }

    fn once(&self, mode: Mode, string: &Object, pos: isize, end: isize, cx: &mut Cx) -> PyResult<Option<Own<PyMatch>>> {
        let s = Subject::new(self, string, pos, end, cx)?;
        let mut scratch = self.scratch();
        let r = match s.run(self, mode, s.pos, false, &mut scratch, cx) {
            Ok(true) => PyMatch::make(self, &s, &scratch, cx).map(Some),
            Ok(false) => Ok(None),
            Err(r) => Err(r),
        };
        self.put_back(scratch);
        r
    }

    /// Call `f` for each match from left to right until it says stop.
    pub(super) fn each(
        &self,
        s: &Subject<'_>,
        scratch: &mut Scratch,
        cx: &mut Cx,
        mut f: impl FnMut(&Scratch, &mut Cx) -> PyResult<bool>,
    ) -> PyResult<()> {
        let (mut pos, mut advance) = (s.pos, false);
        while s.run(self, Mode::Search, pos, advance, scratch, cx)? {
            let (a, b) = scratch.span();
            if !f(scratch, cx)? {
                break;
            }
            (pos, advance) = (b, a == b);
        }
        Ok(())
    }

    fn with_scratch<R>(&self, f: impl FnOnce(&mut Scratch) -> R) -> R {
        let mut scratch = self.scratch();
        let r = f(&mut scratch);
        self.put_back(scratch);
        r
    }
}

#[pymethods]
impl PyPattern {
    /// Matches zero or more characters at the beginning of the string.
    #[method("match(string, pos=0, endpos=sys.maxsize)")]
    fn match_(&self, string: &Object, pos: Option<isize>, endpos: Option<isize>, cx: &mut Cx) -> PyResult<Option<Own<PyMatch>>> {
        self.once(Mode::Match, string, pos.unwrap_or(0), endpos.unwrap_or(isize::MAX), cx)
    }
    /// Matches against all of the string.
    #[method("fullmatch(string, pos=0, endpos=sys.maxsize)")]
    fn fullmatch(&self, string: &Object, pos: Option<isize>, endpos: Option<isize>, cx: &mut Cx) -> PyResult<Option<Own<PyMatch>>> {
        self.once(Mode::FullMatch, string, pos.unwrap_or(0), endpos.unwrap_or(isize::MAX), cx)
    }
    /// Scan through string looking for a match, and return a corresponding match object instance.
    ///
    /// Return None if no position in the string matches.
    #[method("search(string, pos=0, endpos=sys.maxsize)")]
    fn search(&self, string: &Object, pos: Option<isize>, endpos: Option<isize>, cx: &mut Cx) -> PyResult<Option<Own<PyMatch>>> {
        self.once(Mode::Search, string, pos.unwrap_or(0), endpos.unwrap_or(isize::MAX), cx)
    }
    /// Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl.
    #[method("sub(repl, string, count=0)")]
    fn sub(&self, repl: &Object, string: &Object, count: Option<isize>, cx: &mut Cx) -> PyResult<Own<Object>> {
        replace::substitute(self, repl, string, count.unwrap_or(0), cx).map(|r| r.0)
    }
    /// Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl.
    #[method("subn(repl, string, count=0)")]
    fn subn(&self, repl: &Object, string: &Object, count: Option<isize>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (text, n) = replace::substitute(self, repl, string, count.unwrap_or(0), cx)?;
        let n = PyInt::new(n as i64, cx)?;
        PyTuple::from_slice(&[&text, &n], cx)
    }
    /// Return a list of all non-overlapping matches of pattern in string.
    #[method("findall(string, pos=0, endpos=sys.maxsize)")]
    fn findall(&self, string: &Object, pos: Option<isize>, endpos: Option<isize>, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let s = Subject::new(self, string, pos.unwrap_or(0), endpos.unwrap_or(isize::MAX), cx)?;
        let groups = self.groups as usize;
        let mut out = Vec::new();
        self.with_scratch(|scratch| {
            self.each(&s, scratch, cx, |m, cx| {
                let (a, b) = m.span();
                out.push(match groups {
                    0 => s.slice(a, b, cx)?,
                    1 => s.group(m, 1, true, cx)?,
                    n => {
                        let parts: Vec<Own<Object>> = (1..=n).map(|g| s.group(m, g, true, cx)).collect::<PyResult<_>>()?;
                        PyTuple::from_vec(parts, cx)?.into_object()
                    }
                });
                Ok(true)
            })
        })?;
        PyList::from_vec(out, cx)
    }
    /// Split string by the occurrences of pattern.
    #[method("split(string, maxsplit=0)")]
    fn split(&self, string: &Object, maxsplit: Option<isize>, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let s = Subject::new(self, string, 0, isize::MAX, cx)?;
        let max = maxsplit.unwrap_or(0);
        let (mut out, mut last, mut n) = (Vec::new(), 0, 0);
        if max >= 0 {
            self.with_scratch(|scratch| {
                self.each(&s, scratch, cx, |m, cx| {
                    let (a, b) = m.span();
                    out.push(s.slice(last, a, cx)?);
                    for g in 1..=self.groups as usize {
                        out.push(s.group(m, g, false, cx)?);
                    }
                    last = b;
                    n += 1;
                    Ok(max == 0 || n < max)
                })
            })?;
        }
        out.push(s.slice(last, s.end, cx)?);
        PyList::from_vec(out, cx)
    }
    /// Return an iterator over all non-overlapping matches for the RE pattern in string.
    ///
    /// For each match, the iterator returns a match object.
    #[method("finditer(string, pos=0, endpos=sys.maxsize)")]
    fn finditer(&self, string: &Object, pos: Option<isize>, endpos: Option<isize>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let scanner = PyScanner::make(self, string, pos.unwrap_or(0), endpos.unwrap_or(isize::MAX), cx)?;
        let search = attr::get(&scanner, name!(cx, "search"), cx)?;
        let iter = cx.import_attr("builtins", "iter")?;
        call::call(&iter, &[&search, none()], cx)
    }
    #[method("scanner(string, pos=0, endpos=sys.maxsize)")]
    fn scanner(&self, string: &Object, pos: Option<isize>, endpos: Option<isize>, cx: &mut Cx) -> PyResult<Own<PyScanner>> {
        PyScanner::make(self, string, pos.unwrap_or(0), endpos.unwrap_or(isize::MAX), cx)
    }
    #[method("__copy__()")]
    fn copy(&self) -> Own<Object> {
        self.own()
    }
    #[method("__deepcopy__(memo, /)")]
    fn deepcopy(&self, _memo: &Object) -> Own<Object> {
        self.own()
    }
    /// Patterns are generic over the type of string they handle (str or bytes)
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        generic_alias_hook(cls.as_object(), object, cx)
    }
    /// A dictionary mapping group names to group numbers.
    #[getter("groupindex")]
    fn get_groupindex(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.groupindex.is_empty() {
            return Ok(PyDict::new(cx)?.into_object());
        }
        Ok(PyMappingProxy::of(&self.groupindex, cx)?.into_object())
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        let mut h = abstract_::hash(&self.pattern, cx)? as u64;
        for &w in &self.code {
            h = (h ^ u64::from(w)).wrapping_mul(0x0100_0000_01b3);
        }
        h ^= self.flags as u64 ^ (self.groups as u64) << 32 ^ (self.is_bytes == Some(true)) as u64;
        Ok(if h as isize == -1 { -2 } else { h as isize })
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (CmpOp::Eq | CmpOp::Ne, Some(o)) = (op, other.downcast::<PyPattern>()) else {
            return Ok(not_implemented().own());
        };
        let same = std::ptr::eq(self, o)
            || (self.flags == o.flags && self.is_bytes == o.is_bytes && self.groups == o.groups && self.code == o.code && abstract_::eq(&self.pattern, &o.pattern, cx)?);
        Ok(from_bool(same == (op == CmpOp::Eq)))
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let pattern = abstract_::repr(&self.pattern, cx)?;
        let mut flags = self.flags;
        if self.is_bytes != Some(true) && flags & (4 | 32 | 256) == 32 {
            flags &= !32;
        }
        let mut names = String::new();
        for (bit, name) in FLAGS {
            if flags & bit != 0 {
                names.push_str(if names.is_empty() { ", " } else { "|" });
                names.push_str(name);
                flags &= !bit;
            }
        }
        if flags != 0 {
            names.push_str(if names.is_empty() { ", " } else { "|" });
            names.push_str(&format!("{flags:#x}"));
        }
        let mut out: Vec<u32> = "re.compile(".bytes().map(u32::from).collect();
        out.extend(pattern.code_points().take(200));
        out.extend(names.bytes().map(u32::from));
        out.push(u32::from(b')'));
        PyStr::from_code_points(&out, cx)
    }
}
