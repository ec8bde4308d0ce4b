//! What Python sees of a code object.

use super::linked::Source;
use super::*;
use crate::types::bytes::PyBytes;
use crate::types::complex::PyComplex;
use crate::types::float::PyFloat;

fn cached_names(cell: &FieldCell<PyTuple>, code: &PyCode, bit: u8, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    if let Some(t) = cell.own() {
        return Ok(t);
    }
    let mut v = Vec::new();
    for i in 0..code.nlocals() {
        if code.local_kind(i) & bit != 0 {
            v.push(code.local_name(i).new_ref().into_object());
        }
    }
    let t = PyTuple::from_vec(v, cx)?;
    cell.set(Some(t.clone()), cx);
    Ok(t)
}

impl PyCode {
    /// `co_varnames`
    pub fn varnames(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        cached_names(&self.linked().varnames, self, local_kind::LOCAL, cx)
    }
    /// `co_cellvars`
    pub fn cellvars(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        cached_names(&self.linked().cellvars, self, local_kind::CELL, cx)
    }
    /// `co_freevars`
    pub fn freevars(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        cached_names(&self.linked().freevars, self, local_kind::FREE, cx)
    }

    /// The instructions as bytes, or what was given for them.
    pub(super) fn shown_code(&self) -> Vec<u8> {
        match self.linked().shown_code.own() {
            Some(b) => b.as_bytes().to_vec(),
            None => self.words().iter().flat_map(|w| w.to_le_bytes()).collect(),
        }
    }
    /// Whether the instructions that were given are not run.
    pub(super) fn is_refused(&self) -> bool {
        self.linked().shown_code.own().is_some()
    }
    /// What `co_stacksize` says.
    pub(super) fn shown_stacksize(&self) -> i32 {
        match self.body.get() {
            Source::Linked(l) => l.shown_stacksize.get().unwrap_or(self.co_stacksize),
            _ => self.co_stacksize,
        }
    }
    /// What `co_stacksize` and `co_code` say from now on.
    pub(super) fn set_shown(&self, stacksize: i32, code: Option<Own<PyBytes>>, cx: &mut Cx) {
        self.linked().shown_stacksize.set(Some(stacksize));
        self.linked().shown_code.set(code, cx);
    }

    fn same(&self, o: &PyCode, cx: &mut Cx) -> PyResult<bool> {
        if self.co_argcount != o.co_argcount
            || self.co_posonlyargcount != o.co_posonlyargcount
            || self.co_kwonlyargcount != o.co_kwonlyargcount
            || self.flags() != o.flags()
            || self.co_firstlineno != o.co_firstlineno
            || !self.co_name.eq_str(&o.co_name)
        {
            return Ok(false);
        }
        self.ensure_linked(cx)?;
        o.ensure_linked(cx)?;
        Ok(self.words() == o.words()
            && self.linetable() == o.linetable()
            && self.exceptions() == o.exceptions()
            && self.linked().kinds() == o.linked().kinds()
            && crate::abstract_::eq(&self.names().new_ref(), &o.names().new_ref(), cx)?
            && crate::abstract_::eq(&self.local_names().new_ref(), &o.local_names().new_ref(), cx)?
            && same_items(&self.consts().new_ref(), &o.consts().new_ref(), cx)?)
    }
}

fn same_items(a: &PyTuple, b: &PyTuple, cx: &mut Cx) -> PyResult<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (a, b) in a.as_slice().iter().zip(b.as_slice()) {
        if !same_const(a, b, cx)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether two constants are of the same types and values.
fn same_const(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<bool> {
    if a.is(b) {
        return Ok(true);
    }
    if !std::ptr::eq(a.ty(), b.ty()) {
        return Ok(false);
    }
    if let (Some(a), Some(b)) = (a.exact::<PyFloat>(), b.exact::<PyFloat>()) {
        return Ok(a.value().to_bits() == b.value().to_bits());
    }
    if let (Some(a), Some(b)) = (a.exact::<PyComplex>(), b.exact::<PyComplex>()) {
        let bits = |c: &PyComplex| (c.value().0.to_bits(), c.value().1.to_bits());
        return Ok(bits(a) == bits(b));
    }
    if let (Some(a), Some(b)) = (a.exact::<PyTuple>(), b.exact::<PyTuple>()) {
        return same_items(a, b, cx);
    }
    crate::abstract_::eq(a, b, cx)
}

#[pymethods]
impl PyCode {
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let file = self.filename();
        let file = match file.downcast::<PyStr>() {
            Some(f) => f.to_string_lossy(),
            None => "???".to_owned(),
        };
        let text = format!("<code object {} at {:p}, file \"{file}\", line {}>", self.name(), self, self.firstlineno());
        PyStr::new(&text, cx)
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        self.ensure_linked(cx)?;
        let mut h = self.name().hash_value() as u64;
        let mut mix = |v: u64| h = (h ^ v).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
        for w in self.words() {
            mix(*w as u64);
        }
        mix(self.co_firstlineno as u64);
        mix(self.co_argcount as u64);
        mix(self.co_posonlyargcount as u64);
        mix(self.co_kwonlyargcount as u64);
        mix(crate::abstract_::hash(self.names(), cx)? as u64);
        let h = h as isize;
        Ok(if h == -1 { -2 } else { h })
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(o) = other.exact::<PyCode>() else { return Ok(not_implemented().own()) };
        let eq = std::ptr::eq(self, o) || self.same(o, cx)?;
        Ok(match op {
            CmpOp::Eq => crate::types::boolean::from_bool(eq),
            CmpOp::Ne => crate::types::boolean::from_bool(!eq),
            _ => not_implemented().own(),
        })
    }
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !kw.is_empty() {
            return Err(cx.type_error(format_args!("code() takes no keyword arguments")));
        }
        super::rebuild::constructed(args.0, cx).map(Own::into_object)
    }
    #[getter("co_argcount")]
    fn py_argcount(&self) -> i32 {
        self.co_argcount
    }
    #[getter("co_posonlyargcount")]
    fn py_posonly(&self) -> i32 {
        self.co_posonlyargcount
    }
    #[getter("co_kwonlyargcount")]
    fn py_kwonly(&self) -> i32 {
        self.co_kwonlyargcount
    }
    #[getter("co_stacksize")]
    fn py_stacksize(&self) -> i32 {
        self.shown_stacksize()
    }
    #[getter("co_flags")]
    fn py_flags(&self) -> i32 {
        self.co_flags.get()
    }
    #[getter("co_nlocals")]
    fn py_nlocals(&self) -> i32 {
        self.co_nlocals
    }
    #[getter("co_firstlineno")]
    fn py_firstlineno(&self) -> i32 {
        self.co_firstlineno
    }
    #[getter("co_names")]
    fn py_names(&self) -> Own<PyTuple> {
        self.names().new_ref()
    }
    #[getter("co_consts")]
    fn py_consts(&self) -> Own<PyTuple> {
        self.consts().new_ref()
    }
    #[getter("co_filename")]
    fn py_filename(&self) -> Own<Object> {
        self.filename()
    }
    #[getter("co_name")]
    fn py_name(&self) -> Own<PyStr> {
        self.co_name.new_ref()
    }
    #[getter("co_qualname")]
    fn py_qualname(&self) -> Own<PyStr> {
        self.co_qualname.new_ref()
    }
    #[getter("co_varnames")]
    fn py_varnames(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.varnames(cx)
    }
    #[getter("co_cellvars")]
    fn py_cellvars(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.cellvars(cx)
    }
    #[getter("co_freevars")]
    fn py_freevars(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.freevars(cx)
    }
    #[getter("co_code")]
    fn py_code(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        PyBytes::new(&self.shown_code(), cx)
    }
    #[getter("_co_code_adaptive")]
    fn py_adaptive(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let b: Vec<u8> = self.exec_words().iter().flat_map(|w| w.get().to_le_bytes()).collect();
        PyBytes::new(&b, cx)
    }
    #[getter("co_linetable")]
    fn py_linetable(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        PyBytes::new(self.linetable(), cx)
    }
    #[getter("co_exceptiontable")]
    fn py_exceptiontable(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let mut b = Vec::new();
        for e in self.exceptions() {
            for v in [e.start, e.end, e.handler, (e.depth as u32) << 1 | e.lasti as u32] {
                b.extend_from_slice(&v.to_le_bytes());
            }
        }
        PyBytes::new(&b, cx)
    }
    /// Return an iterator of (start, end, line) for the code, lines None where there are none.
    #[method("__sizeof__()", doc = "")]
    fn sizeof(&self) -> usize {
        let body = match self.body.get() {
            Source::Linked(l) => l.bytes(),
            _ => 0,
        };
        size_of::<PyCode>() + body
    }
    #[method("co_lines()", nosig)]
    fn py_lines(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let mut out = Vec::new();
        for (a, b, line) in self.line_ranges() {
            let l = if line < 0 { none().own() } else { PyInt::new(line as i64, cx)?.into_object() };
            let row = vec![PyInt::new(2 * a as i64, cx)?.into_object(), PyInt::new(2 * b as i64, cx)?.into_object(), l];
            out.push(PyTuple::from_vec(row, cx)?.into_object());
        }
        let l = PyList::from_vec(out, cx)?;
        crate::abstract_::iter::get_iter(&l, cx)
    }
    /// As `co_lines`, in pairs of bytes: what to add to the offset and to the line.
    #[getter("co_lnotab")]
    fn py_lnotab(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        crate::warn::warn(exc::DeprecationWarning(), format_args!("co_lnotab is deprecated, use co_lines instead."), 1, cx)?;
        PyBytes::new(&self.lnotab(), cx)
    }
    /// Iterator of (from, left, right) for the branches of the code. Left is where control goes if the test of a choice or loop holds.
    #[method("co_branches()", nosig, doc = "")]
    fn py_branches(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let mut out = Vec::new();
        for (at, left, right) in self.branches() {
            let mut row = Vec::new();
            for w in [at, left, right] {
                row.push(PyInt::new(2 * w as i64, cx)?.into_object());
            }
            out.push(PyTuple::from_vec(row, cx)?.into_object());
        }
        let l = PyList::from_vec(out, cx)?;
        crate::abstract_::iter::get_iter(&l, cx)
    }
    #[method("co_positions()", nosig)]
    fn py_positions(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let mut out = Vec::new();
        let without_columns = cx.interp().config.borrow().no_debug_ranges;
        for (mut loc, words) in Positions::of(self).items {
            if without_columns {
                (loc.column, loc.end_column) = (-1, -1);
            }
            let mut row = Vec::new();
            for v in [loc.line, loc.end_line, loc.column, loc.end_column] {
                row.push(if v < 0 { none().own() } else { PyInt::new(v as i64, cx)?.into_object() });
            }
            let t = PyTuple::from_vec(row, cx)?;
            for _ in 0..words {
                out.push(t.clone().into_object());
            }
        }
        // Code that was refused raises at words of which a given table may not tell.
        if self.is_refused() && out.len() < self.words().len() {
            let nowhere = PyTuple::from_slice(&[none(); 4], cx)?;
            out.resize(self.words().len(), nowhere.into_object());
        }
        let l = PyList::from_vec(out, cx)?;
        crate::abstract_::iter::get_iter(&l, cx)
    }
    /// replace($self, /, **changes)
    /// --
    ///
    /// Return a copy of the code object with new values for the specified fields.
    #[method("replace(**changes)", nosig)]
    fn replace(&self, changes: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyCode>> {
        let changes = changes.to_dict(cx)?;
        super::replace::replaced(self, &changes, cx)
    }
    #[method("__replace__(**changes)", nosig, doc = "__replace__($self, /, **changes)\n--\n\nThe same as replace().")]
    fn dunder_replace(&self, changes: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyCode>> {
        let changes = changes.to_dict(cx)?;
        super::replace::replaced(self, &changes, cx)
    }
    /// _varname_from_oparg($self, /, oparg)
    /// --
    ///
    /// (internal-only) Return the local variable name for the given oparg.
    ///
    /// WARNING: this method is for internal use only and may change or go away.
    #[method("_varname_from_oparg(oparg)", nosig)]
    fn varname_from_oparg(&self, oparg: usize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if oparg >= self.nlocals() {
            return Err(cx.index_error(format_args!("tuple index out of range")));
        }
        Ok(self.local_name(oparg).new_ref())
    }
}
