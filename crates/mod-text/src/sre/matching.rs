//! `re.Match`.

use super::PyPattern;
use super::subject::{Subject, slice_of};
use super::template::{PyTemplate, compile_template};
use taipan_algo_sre::Scratch;
use taipan_object::abstract_;
use taipan_object::abstract_::number::{has_index, index_clipped};
use taipan_object::prelude::*;
use taipan_object::types::object_::generic_alias_hook;

/// The result of a successful match.
#[pytype(name = "re.Match", heap, gc, no_new, flags(IMMUTABLETYPE))]
#[repr(C)]
pub struct PyMatch {
    head: ObjHead,
    /// The string passed to match() or search().
    #[member("string", readonly, doc = "The string passed to match() or search().")]
    pub(super) string: Field<Object>,
    /// The regular expression object.
    #[member("re", readonly, doc = "The regular expression object.")]
    pub(super) re: Field<PyPattern>,
    #[gc(skip)]
    #[member("pos", readonly, ty = Py_T_PYSSIZET, doc = "The index into the string at which the RE engine started looking for a match.")]
    pos: isize,
    #[gc(skip)]
    #[member("endpos", readonly, ty = Py_T_PYSSIZET, doc = "The index into the string beyond which the RE engine will not go.")]
    endpos: isize,
    #[gc(skip)]
    last_index: Option<usize>,
    /// Span of each group, the whole match first; (-1, -1) when it took no part.
    #[gc(skip)]
    spans: Box<[(isize, isize)]>,
}

impl PyMatch {
    /// Of the run that just succeeded.
    pub fn make(p: &PyPattern, s: &Subject<'_>, m: &Scratch, cx: &mut Cx) -> PyResult<Own<PyMatch>> {
        let groups = p.groups as usize;
        let mut spans = Vec::with_capacity(groups + 1);
        let (a, b) = m.span();
        spans.push((a as isize, b as isize));
        spans.extend((1..=groups).map(|g| m.group(g).map_or((-1, -1), |(a, b)| (a as isize, b as isize))));
        cx.new_object(PyMatch {
            head: Object::placeholder(),
            string: Field::new(s.object.own()),
            re: Field::new(p.new_ref()),
            pos: s.pos as isize,
            endpos: s.end as isize,
            last_index: m.last_index(),
            spans: spans.into_boxed_slice(),
        })
    }

    fn number(&self, key: &Object, cx: &mut Cx) -> PyResult<usize> {
        let i = if has_index(key) {
            index_clipped(key, cx)?
        } else if self.re.groupindex.is_empty() {
            -1
        } else {
            match self.re.groupindex.get(key, cx)? {
                Some(n) => n.downcast::<PyInt>().and_then(|n| n.to_i64()).unwrap_or(-1) as isize,
                None => -1,
            }
        };
        match usize::try_from(i) {
            Ok(n) if n < self.spans.len() => Ok(n),
            _ => Err(cx.index_error(format_args!("no such group"))),
        }
    }

    /// The text of a group, or `absent`.
    pub(super) fn text(&self, g: usize, absent: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.spans.get(g) {
            Some(&(a, b)) if a >= 0 && b >= 0 => slice_of(&self.string, a as usize, b as usize, cx),
            _ => Ok(absent.own()),
        }
    }

    fn span_of(&self, group: Option<&Object>, cx: &mut Cx) -> PyResult<(isize, isize)> {
        let g = group.map_or(Ok(0), |g| self.number(g, cx))?;
        Ok(self.spans.get(g).copied().unwrap_or((-1, -1)))
    }

    fn pair(span: (isize, isize), cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (a, b) = (PyInt::new(span.0 as i64, cx)?, PyInt::new(span.1 as i64, cx)?);
        PyTuple::from_slice(&[&a, &b], cx)
    }
}

#[pymethods]
impl PyMatch {
    /// group([group1, ...]) -> str or tuple.
    /// Return subgroup(s) of the match by indices or names.
    /// For 0 returns the entire match.
    #[method("group(*args)", nosig)]
    fn group(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match args.0 {
            [] => self.text(0, none(), cx),
            [one] => {
                let g = self.number(one, cx)?;
                self.text(g, none(), cx)
            }
            many => {
                let mut out = Vec::with_capacity(many.len());
                for key in many {
                    let g = self.number(key, cx)?;
                    out.push(self.text(g, none(), cx)?);
                }
                Ok(PyTuple::from_vec(out, cx)?.into_object())
            }
        }
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let g = self.number(key, cx)?;
        self.text(g, none(), cx)
    }
    /// Return index of the start of the substring matched by group.
    #[method("start(group=0, /)")]
    fn start(&self, group: Option<&Object>, cx: &mut Cx) -> PyResult<isize> {
        self.span_of(group, cx).map(|s| s.0)
    }
    /// Return index of the end of the substring matched by group.
    #[method("end(group=0, /)")]
    fn end(&self, group: Option<&Object>, cx: &mut Cx) -> PyResult<isize> {
        self.span_of(group, cx).map(|s| s.1)
    }
    /// For match object m, return the 2-tuple (m.start(group), m.end(group)).
    #[method("span(group=0, /)")]
    fn span(&self, group: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let s = self.span_of(group, cx)?;
        PyMatch::pair(s, cx)
    }
    /// Return a tuple containing all the subgroups of the match, from 1.
    ///
    ///   default
    ///     Is used for groups that did not participate in the match.
    #[method("groups(default=None)")]
    fn groups(&self, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let absent = default.unwrap_or(none());
        let all = (1..self.spans.len()).map(|g| self.text(g, absent, cx)).collect::<PyResult<Vec<_>>>()?;
        PyTuple::from_vec(all, cx)
    }
    /// Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.
    ///
    ///   default
    ///     Is used for groups that did not participate in the match.
    #[method("groupdict(default=None)")]
    fn groupdict(&self, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let absent = default.unwrap_or(none());
        let out = PyDict::new(cx)?;
        let mut at = 0;
        while let Some((k, _, hash)) = self.re.groupindex.next_own(&mut at) {
            let g = self.number(&k, cx)?;
            let v = self.text(g, absent, cx)?;
            out.set_with_hash(&k, hash, v, cx)?;
        }
        Ok(out)
    }
    /// Return the string obtained by doing backslash substitution on the string template, as done by the sub() method.
    #[method("expand(template)")]
    fn expand(&self, template: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let t = compile_template(&self.re, template, cx)?;
        PyTemplate::expand(&t, self, cx)
    }
    #[method("__copy__()")]
    fn copy(&self) -> Own<Object> {
        self.own()
    }
    #[method("__deepcopy__(memo, /)")]
    fn deepcopy(&self, _memo: &Object) -> Own<Object> {
        self.own()
    }
    /// Matches are generic over the type of string which was matched (str or bytes)
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        generic_alias_hook(cls.as_object(), object, cx)
    }
    /// The integer index of the last matched capturing group.
    #[getter("lastindex")]
    fn get_lastindex(&self) -> Option<usize> {
        self.last_index
    }
    /// The name of the last matched capturing group.
    #[getter("lastgroup")]
    fn get_lastgroup(&self) -> Option<Own<Object>> {
        self.re.indexgroup.get(self.last_index?).map(|o| o.own())
    }
    #[getter("regs")]
    fn get_regs(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let all = self.spans.iter().map(|&s| PyMatch::pair(s, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
        PyTuple::from_vec(all, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let whole = self.text(0, none(), cx)?;
        let text = abstract_::repr(&whole, cx)?;
        let (a, b) = self.spans.first().copied().unwrap_or((-1, -1));
        let mut out: Vec<u32> = format!("<{} object; span=({a}, {b}), match=", self.ty().tp_name_str()).chars().map(u32::from).collect();
        out.extend(text.code_points());
        out.push(u32::from(b'>'));
        PyStr::from_code_points(&out, cx)
    }
}
