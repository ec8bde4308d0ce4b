//! Code objects put together from parts: `code.replace(…)` and `types.CodeType(…)`.
//!
//! What is put together need not make sense: the verifier decides. Code that it refuses has the attributes it was
//! given, but in place of its instructions it has some that raise.

use super::replace::constant;
use super::*;
use crate::abstract_::number;
use crate::types::bytes::PyBytes;
use std::sync::Arc;
use taipan_bytecode::{CodeSpec, Const, ExceptionEntry, Intrinsic1, LocalVar, Op, decode, encode, verify};

/// Bytes of a row of `co_exceptiontable`.
const ROW: usize = 16;
/// Bytes of an instruction word in `co_code`.
const WORD: usize = 4;

/// The parts of a code object that may be given one by one.
pub(super) struct Parts {
    spec: CodeSpec,
    filename: Own<PyStr>,
    consts: Own<PyTuple>,
    stacksize: i64,
    nlocals: Option<i64>,
    varnames: Vec<Box<str>>,
    cellvars: Vec<Box<str>>,
    freevars: Vec<Box<str>>,
    code_bytes: Vec<u8>,
    /// The variables are not those of `spec`.
    new_variables: bool,
}

/// The names of a tuple.
fn names_of(key: &str, v: &Object, cx: &mut Cx) -> PyResult<Vec<Box<str>>> {
    let Some(t) = v.downcast::<PyTuple>() else { return Err(wrong_type(key, "tuple", v, cx)) };
    let mut out = Vec::with_capacity(t.len());
    for item in t.as_slice() {
        match item.downcast::<PyStr>() {
            Some(s) => out.push(s.to_string_lossy().into_boxed_str()),
            None => {
                let ty = item.ty().tp_name_str();
                return Err(cx.type_error(format_args!("name tuples must contain only strings, not '{ty}'")));
            }
        }
    }
    Ok(out)
}

fn wrong_type(key: &str, wanted: &str, v: &Object, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("replace() argument '{key}' must be {wanted}, not {}", v.ty().tp_name_str()))
}

fn bytes_of(key: &str, v: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    match v.downcast::<PyBytes>() {
        Some(b) => Ok(b.as_bytes().to_vec()),
        None => Err(wrong_type(key, "bytes", v, cx)),
    }
}

fn boxed<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Box<str>> {
    names.map(Box::from).collect()
}

impl Parts {
    /// The parts of a code object.
    pub(super) fn of(code: &PyCode, cx: &mut Cx) -> PyResult<Parts> {
        let spec = code.to_spec(cx)?;
        let filename = code.filename().downcast_own::<PyStr>();
        Ok(Parts {
            filename: filename.map_err(|_| cx.type_error(format_args!("co_filename must be a string")))?,
            consts: code.consts().new_ref(),
            stacksize: code.shown_stacksize().into(),
            nlocals: None,
            varnames: boxed(spec.varnames()),
            cellvars: boxed(spec.cellvars()),
            freevars: boxed(spec.freevars()),
            code_bytes: code.shown_code(),
            new_variables: false,
            spec,
        })
    }

    /// Nothing yet.
    pub(super) fn empty(cx: &mut Cx) -> PyResult<Parts> {
        let spec = CodeSpec {
            name: "".into(),
            qualname: "".into(),
            filename: Arc::default(),
            firstlineno: 0,
            flags: 0,
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            locals: Vec::new(),
            ntemps: 0,
            names: Vec::new(),
            consts: Vec::new(),
            code: Vec::new(),
            ncells: 0,
            linetable: Vec::new(),
            exceptions: Vec::new(),
        };
        Ok(Parts {
            spec,
            filename: PyStr::new("", cx)?,
            consts: PyTuple::empty(),
            stacksize: 0,
            nlocals: None,
            varnames: Vec::new(),
            cellvars: Vec::new(),
            freevars: Vec::new(),
            code_bytes: Vec::new(),
            new_variables: true,
        })
    }

    /// Take one part.
    pub(super) fn set(&mut self, key: &str, v: &Object, cx: &mut Cx) -> PyResult<()> {
        match key {
            "co_name" | "co_qualname" => {
                let Some(s) = v.downcast::<PyStr>() else { return Err(wrong_type(key, "str", v, cx)) };
                let text = s.to_string_lossy().into_boxed_str();
                if key == "co_name" { self.spec.name = text } else { self.spec.qualname = text }
            }
            "co_filename" => match v.downcast::<PyStr>() {
                Some(s) => self.filename = s.new_ref(),
                None => return Err(wrong_type(key, "str", v, cx)),
            },
            "co_consts" => match v.downcast::<PyTuple>() {
                Some(t) => self.consts = t.new_ref(),
                None => return Err(wrong_type(key, "tuple", v, cx)),
            },
            "co_names" => self.spec.names = names_of(key, v, cx)?,
            "co_varnames" | "co_cellvars" | "co_freevars" => {
                let names = names_of(key, v, cx)?;
                let part = match key {
                    "co_varnames" => &mut self.varnames,
                    "co_cellvars" => &mut self.cellvars,
                    _ => &mut self.freevars,
                };
                if *part != names {
                    *part = names;
                    self.new_variables = true;
                }
            }
            "co_linetable" => self.spec.linetable = bytes_of(key, v, cx)?,
            "co_code" => self.code_bytes = bytes_of(key, v, cx)?,
            "co_exceptiontable" => self.spec.exceptions = exception_rows(&bytes_of(key, v, cx)?, cx)?,
            _ => return self.set_number(key, v, cx),
        }
        Ok(())
    }

    fn set_number(&mut self, key: &str, v: &Object, cx: &mut Cx) -> PyResult<()> {
        let known = ["co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_nlocals", "co_stacksize", "co_flags", "co_firstlineno"];
        if !known.contains(&key) {
            return Err(cx.type_error(format_args!("replace() got an unexpected keyword argument '{key}'")));
        }
        let Some(n) = number::index(v, cx)?.to_i64().and_then(|n| i32::try_from(n).ok()) else {
            return Err(cx.overflow_error(format_args!("Python int too large to convert to C int")));
        };
        if n < 0 && key != "co_firstlineno" {
            return Err(cx.value_error(format_args!("code: {} must not be negative", key.trim_start_matches("co_"))));
        }
        match key {
            "co_argcount" => self.spec.argcount = n as u32,
            "co_posonlyargcount" => self.spec.posonlyargcount = n as u32,
            "co_kwonlyargcount" => self.spec.kwonlyargcount = n as u32,
            "co_nlocals" => self.nlocals = Some(n.into()),
            "co_stacksize" => self.stacksize = n.into(),
            "co_flags" => self.spec.flags = n as u32,
            _ => self.spec.firstlineno = n,
        }
        Ok(())
    }

    fn check(&self, cx: &mut Cx) -> PyResult<()> {
        let spec = &self.spec;
        let refuse = |cx: &mut Cx, text: &str| Err(cx.value_error(format_args!("code: {text}")));
        if spec.posonlyargcount > spec.argcount {
            return refuse(cx, "posonlyargcount must not exceed argcount");
        }
        if self.nlocals.is_some_and(|n| n != self.varnames.len() as i64) {
            return refuse(cx, "co_nlocals != len(co_varnames)");
        }
        if spec.total_args() > self.varnames.len() {
            return refuse(cx, "varnames is too small");
        }
        // CPython's units are half as long: code of that kind is kept, but cannot run.
        if !self.code_bytes.len().is_multiple_of(WORD / 2) {
            return refuse(cx, "co_code is malformed");
        }
        if self.stacksize > i64::from(i16::MAX) {
            return Err(cx.overflow_error(format_args!("code: co_stacksize is too large")));
        }
        Ok(())
    }

    /// Variables in their order: plain ones, cells that are none of them, free ones.
    fn lay_out(&mut self) {
        let spec = &self.spec;
        let (argcount, posonly) = (spec.argcount as usize, spec.posonlyargcount as usize);
        let named = argcount + spec.kwonlyargcount as usize;
        let mut star = spec.flags & flags::VARARGS != 0;
        let total = spec.total_args();
        let kind_of = |index: usize, star: &mut bool| match index {
            i if i < posonly => local_kind::ARG_POS,
            i if i < argcount => local_kind::ARG_POS | local_kind::ARG_KW,
            i if i < named => local_kind::ARG_KW,
            i if i < total && std::mem::take(star) => local_kind::ARG_POS | local_kind::ARG_VAR,
            i if i < total => local_kind::ARG_KW | local_kind::ARG_VAR,
            _ => 0,
        };
        let mut locals = Vec::new();
        for (index, name) in self.varnames.iter().enumerate() {
            let cell = if self.cellvars.contains(name) { local_kind::CELL } else { 0 };
            let kind = kind_of(index, &mut star) | local_kind::LOCAL | cell;
            locals.push(LocalVar { name: name.clone(), kind });
        }
        for name in self.cellvars.iter().filter(|name| !self.varnames.contains(name)) {
            locals.push(LocalVar { name: name.clone(), kind: local_kind::CELL });
        }
        locals.extend(self.freevars.iter().map(|name| LocalVar { name: name.clone(), kind: local_kind::FREE }));
        self.spec.locals = locals;
    }

    /// Put the code object together.
    pub(super) fn build(mut self, cx: &mut Cx) -> PyResult<Own<PyCode>> {
        self.check(cx)?;
        if self.new_variables {
            self.lay_out();
        }
        self.spec.ntemps = self.stacksize as u32;
        let mut consts = Vec::with_capacity(self.consts.len());
        for o in self.consts.as_slice() {
            // The code gets the object itself below.
            consts.push(constant(o, cx)?.unwrap_or(Const::None));
        }
        self.spec.consts = consts;
        let words = self.code_bytes.chunks_exact(WORD);
        self.spec.code = words.map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]])).collect();
        self.spec.ncells = cells_needed(&self.spec.code);
        let mut kept = None;
        let whole = self.code_bytes.len().is_multiple_of(WORD) && !self.code_bytes.is_empty();
        let wrong = match verify::verify(&self.spec) {
            Ok(()) if whole => None,
            Ok(()) => Some(0),
            Err(e) => Some(WORD * e.pc),
        };
        if let Some(at) = wrong {
            let opcode = self.code_bytes.get(at).or(self.code_bytes.first());
            refuse_to_run(&mut self.spec, opcode.copied().unwrap_or(0));
            kept = Some(PyBytes::new(&self.code_bytes, cx)?);
        }
        let code = link_in(self.spec, &self.filename, cx)?;
        code.ensure_linked(cx)?;
        code.adopt_consts(&self.consts);
        code.set_shown(self.stacksize as i32, kept, cx);
        Ok(code)
    }
}

/// Cache cells that the instructions name; absurd numbers are left to the verifier.
fn cells_needed(code: &[u32]) -> u32 {
    let (mut at, mut most) = (0, 0);
    while let Ok(i) = decode(code, at) {
        at = i.end;
        if let Some(cell) = i.cell {
            most = most.max(cell.saturating_add(u32::from(i.op.info().cells)));
        }
    }
    most.min(code.len() as u32 * 4)
}

/// Instructions that only raise: `SystemError` with the opcode that was refused.
fn refuse_to_run(spec: &mut CodeSpec, opcode: u8) {
    let mut code = Vec::new();
    encode::encode(Op::Nop, &[], 0, false, &mut code);
    encode::encode(Op::LoadInt, &[0, i32::from(opcode)], 0, false, &mut code);
    encode::encode(Op::CallIntrinsic1, &[0, 0, Intrinsic1::Refused as i32], 0, false, &mut code);
    encode::encode(Op::Return, &[0], 0, false, &mut code);
    spec.code = code;
    spec.ncells = 0;
    spec.exceptions.clear();
    spec.ntemps = spec.ntemps.max(1);
}

/// The rows of `co_exceptiontable`, as its getter writes them.
fn exception_rows(bytes: &[u8], cx: &mut Cx) -> PyResult<Vec<ExceptionEntry>> {
    if !bytes.len().is_multiple_of(ROW) {
        return Err(cx.value_error(format_args!("code: co_exceptiontable is malformed")));
    }
    let number = |row: &[u8], n: usize| u32::from_le_bytes([row[4 * n], row[4 * n + 1], row[4 * n + 2], row[4 * n + 3]]);
    let rows = bytes.chunks_exact(ROW).map(|row| ExceptionEntry {
        start: number(row, 0),
        end: number(row, 1),
        handler: number(row, 2),
        depth: (number(row, 3) >> 1) as u16,
        lasti: number(row, 3) & 1 != 0,
    });
    Ok(rows.collect())
}

/// `code.replace(…)` of anything.
pub(super) fn rebuilt(code: &PyCode, changes: &PyDict, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let mut parts = Parts::of(code, cx)?;
    let mut pos = 0;
    while let Some((k, v, _)) = changes.next_own(&mut pos) {
        let key = k.downcast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
        parts.set(&key, &v, cx)?;
    }
    parts.build(cx)
}

/// The attributes that `types.CodeType()` takes, in order.
const CONSTRUCTOR: [&str; 18] = [
    "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_nlocals", "co_stacksize", "co_flags", "co_code", "co_consts", "co_names",
    "co_varnames", "co_filename", "co_name", "co_qualname", "co_firstlineno", "co_linetable", "co_exceptiontable", "co_freevars", "co_cellvars",
];

/// `types.CodeType(…)`: at least all but the last two.
pub(super) fn constructed(args: &[&Object], cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let least = CONSTRUCTOR.len() - 2;
    if args.len() < least || args.len() > CONSTRUCTOR.len() {
        let (word, n) = if args.len() < least { ("least", least) } else { ("most", CONSTRUCTOR.len()) };
        return Err(cx.type_error(format_args!("code expected at {word} {n} arguments, got {}", args.len())));
    }
    let mut parts = Parts::empty(cx)?;
    for (key, value) in CONSTRUCTOR.iter().zip(args) {
        parts.set(key, value, cx)?;
    }
    parts.build(cx)
}
