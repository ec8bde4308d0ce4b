//! `code.replace(…)`, and back from a code object to a spec.

use super::link::{Shape, shell};
use super::linked::Source;
use super::*;
use crate::types::bytes::PyBytes;
use crate::types::complex::PyComplex;
use crate::types::float::PyFloat;
use crate::types::set::PyFrozenSet;
use crate::types::slice::PySlice;
use crate::types::{boolean, singletons};
use std::sync::Arc;
use taipan_bytecode::{Const, LocalVar};
use taipan_text::Wtf8Buf;

/// Flags that say how the code is called and what it makes.
const KIND_FLAGS: u32 = flags::VARARGS | flags::VARKEYWORDS | flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR | flags::OPTIMIZED | flags::NEWLOCALS;

fn wtf8(s: &PyStr) -> Wtf8Buf {
    let mut out = Wtf8Buf::new();
    s.code_points().for_each(|c| out.push(c));
    out
}

fn boxed(o: &Object) -> Box<str> {
    o.downcast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default().into_boxed_str()
}

/// A constant without objects; none if there is no such constant.
pub(super) fn constant(o: &Object, cx: &mut Cx) -> PyResult<Option<Const>> {
    let items = |t: &[&Object], cx: &mut Cx| -> PyResult<Option<Box<[Const]>>> {
        let mut out = Vec::with_capacity(t.len());
        for o in t {
            match constant(o, cx)? {
                Some(c) => out.push(c),
                None => return Ok(None),
            }
        }
        Ok(Some(out.into()))
    };
    Ok(Some(if o.is(singletons::none()) {
        Const::None
    } else if o.is(singletons::ellipsis()) {
        Const::Ellipsis
    } else if o.is(boolean::true_()) || o.is(boolean::false_()) {
        Const::Bool(o.is(boolean::true_()))
    } else if let Some(i) = o.exact::<PyInt>() {
        match i.to_i64() {
            Some(v) => Const::Int(v),
            None => Const::from_bigint(i.as_ref_int().to_owned()),
        }
    } else if let Some(f) = o.exact::<PyFloat>() {
        Const::Float(f.value())
    } else if let Some(c) = o.exact::<PyComplex>() {
        Const::Complex(c.value().0, c.value().1)
    } else if let Some(s) = o.exact::<PyStr>() {
        Const::Str(wtf8(s))
    } else if let Some(b) = o.exact::<PyBytes>() {
        Const::Bytes(b.as_bytes().into())
    } else if let Some(t) = o.exact::<PyTuple>() {
        return Ok(items(t.as_slice(), cx)?.map(Const::Tuple));
    } else if o.is_exact::<PyFrozenSet>() {
        let all = crate::abstract_::iter::collect(o, cx)?;
        let all: Vec<&Object> = all.iter().map(|o| &**o).collect();
        return Ok(items(&all, cx)?.map(Const::FrozenSet));
    } else if let Some(s) = o.exact::<PySlice>() {
        let (a, b, c) = s.parts();
        match (constant(a, cx)?, constant(b, cx)?, constant(c, cx)?) {
            (Some(a), Some(b), Some(c)) => Const::Slice(Box::new([a, b, c])),
            _ => return Ok(None),
        }
    } else if let Some(c) = o.exact::<PyCode>() {
        Const::Code(Arc::new(c.to_spec(cx)?))
    } else {
        return Ok(None);
    }))
}

impl PyCode {
    /// The code without objects. Raises `ValueError` for a constant that is no constant, which `replace` can bring in, and `RecursionError`.
    pub fn to_spec(&self, cx: &mut Cx) -> PyResult<CodeSpec> {
        self.ensure_linked(cx)?;
        if cx.ts().stack_is_low() {
            return Err(cx.recursion_error(format_args!("maximum recursion depth exceeded")));
        }
        let mut consts = Vec::with_capacity(self.consts().len());
        for o in self.consts().as_slice() {
            match constant(o, cx)? {
                Some(c) => consts.push(c),
                None => return Err(cx.value_error(format_args!("unmarshallable object"))),
            }
        }
        let kinds = self.linked().kinds();
        let locals = self.local_names().as_slice().iter().zip(kinds).map(|(n, k)| LocalVar { name: boxed(n), kind: *k }).collect();
        Ok(CodeSpec {
            name: boxed(self.name()),
            qualname: boxed(self.qualname()),
            filename: Arc::new(self.filename().downcast::<PyStr>().map(wtf8).unwrap_or_default()),
            firstlineno: self.co_firstlineno,
            flags: self.flags(),
            argcount: self.co_argcount as u32,
            posonlyargcount: self.co_posonlyargcount as u32,
            kwonlyargcount: self.co_kwonlyargcount as u32,
            locals,
            ntemps: self.co_stacksize as u32,
            names: self.names().as_slice().iter().map(|n| boxed(n)).collect(),
            consts,
            code: self.words().to_vec(),
            ncells: self.linked().ncells() as u32,
            linetable: self.linetable().to_vec(),
            exceptions: self.exceptions().to_vec(),
        })
    }
}

/// `code.replace(…)`. Names, file, first line, harmless flags and positions leave the instructions as they are.
pub(super) fn replaced(code: &PyCode, changes: &PyDict, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    code.ensure_linked(cx)?;
    let mut filename = code.filename().downcast_own::<PyStr>().map_err(|_| cx.type_error(format_args!("co_filename must be a string")))?;
    let mut shape = Shape {
        name: code.name().new_ref(),
        qualname: code.qualname().new_ref(),
        firstlineno: code.co_firstlineno,
        flags: code.flags(),
        argcount: code.co_argcount as u32,
        posonlyargcount: code.co_posonlyargcount as u32,
        kwonlyargcount: code.co_kwonlyargcount as u32,
        ntemps: code.co_stacksize as u32,
        nlocalsplus: code.co_nlocalsplus,
        nlocals: code.co_nlocals,
        ncellvars: code.co_ncellvars,
        nfreevars: code.co_nfreevars,
    };
    let mut linetable = None;
    if code.is_refused() {
        return super::rebuild::rebuilt(code, changes, cx);
    }
    let mut pos = 0;
    while let Some((k, v, _)) = changes.next_own(&mut pos) {
        let key = k.downcast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
        let int = |cx: &mut Cx| crate::abstract_::number::index(&v, cx).map(|i| i.to_i64().unwrap_or(0));
        match key.as_str() {
            "co_name" | "co_qualname" | "co_filename" => match v.downcast::<PyStr>() {
                Some(s) if key == "co_name" => shape.name = s.new_ref(),
                Some(s) if key == "co_qualname" => shape.qualname = s.new_ref(),
                Some(s) => filename = s.new_ref(),
                None => return Err(cx.type_error(format_args!("replace() argument '{key}' must be str, not {}", v.ty().tp_name_str()))),
            },
            "co_firstlineno" => shape.firstlineno = int(cx)? as i32,
            // Arguments and the kind of function depend on the rest.
            "co_flags" if (shape.flags ^ int(cx)? as u32) & KIND_FLAGS == 0 => shape.flags = int(cx)? as u32,
            "co_linetable" => match v.downcast::<PyBytes>() {
                Some(b) => linetable = Some(b.as_bytes().to_vec()),
                None => return Err(cx.type_error(format_args!("replace() argument 'co_linetable' must be bytes, not {}", v.ty().tp_name_str()))),
            },
            // What concerns the instructions and what they refer to is judged as a whole.
            _ => return super::rebuild::rebuilt(code, changes, cx),
        }
    }
    let l = code.linked();
    let parts = link::Parts {
        consts: code.consts().new_ref(),
        names: code.names().new_ref(),
        local_names: code.local_names().new_ref(),
        kinds: l.kinds().to_vec(),
        words: l.words.clone(),
        linetable: linetable.map_or_else(|| l.linetable.clone(), std::borrow::Cow::Owned),
        exceptions: l.exceptions.to_vec(),
        ncells: l.ncells(),
    };
    let new = shell(shape, Source::Spec(Arc::default()), &filename, cx)?;
    link::finish(&new, parts, cx)?;
    Ok(new)
}
