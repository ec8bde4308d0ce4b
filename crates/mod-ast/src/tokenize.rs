//! `_tokenize`: the lexer's tokens for Lib's `tokenize`.

use std::cell::RefCell;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{attr, call};
use taipan_syntax::lex::tokenize::{LineTokens, Step, TokenInfo};
use taipan_syntax::{ErrorKind, SyntaxError};

/// An iterator over tokens, fed by a `readline` function.
#[pytype(name = "_tokenize.TokenizerIter", heap, gc, doc = "")]
#[repr(C)]
pub struct PyTokenizerIter {
    head: ObjHead,
    readline: Field<Object>,
    /// Lines are bytes in this encoding; strings otherwise.
    #[gc(skip)]
    encoding: Option<String>,
    #[gc(skip)]
    tokens: RefCell<LineTokens>,
}

fn pair((a, b): (i64, i64), cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let (a, b) = (PyInt::new(a, cx)?, PyInt::new(b, cx)?);
    PyTuple::from_slice(&[&a, &b], cx)
}

fn tuple(t: &TokenInfo, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let kind = PyInt::new(t.kind.into(), cx)?;
    let string = PyStr::new(&t.string, cx)?;
    let (start, end) = (pair(t.start, cx)?, pair(t.end, cx)?);
    let line = PyStr::new(&t.line, cx)?;
    PyTuple::from_slice(&[&kind, &string, &start, &end, &line], cx)
}

/// The lexer's own errors have an end; those of the tokenizer do not, and one has no text.
fn raise(e: &SyntaxError, cx: &mut Cx) -> Raised {
    let class = match e.kind {
        ErrorKind::Indentation => exc::IndentationError(),
        ErrorKind::Tab => exc::TabError(),
        _ => exc::SyntaxError(),
    };
    match make(e, class, cx) {
        Ok(x) => cx.raise(x),
        Err(r) => r,
    }
}

fn make(e: &SyntaxError, class: &PyType, cx: &mut Cx) -> PyResult {
    let message = PyStr::new(&e.message, cx)?;
    let filename = PyStr::new("<string>", cx)?;
    let (lineno, offset) = (PyInt::new(e.lineno, cx)?, PyInt::new(e.offset, cx)?);
    let Some(text) = &e.text else {
        let x = call::call(class.as_object(), &[&message], cx)?;
        attr::set(&x, name!(cx, "filename"), Some(&filename), cx)?;
        attr::set(&x, name!(cx, "lineno"), Some(&lineno), cx)?;
        attr::set(&x, name!(cx, "offset"), Some(&offset), cx)?;
        attr::set(&x, name!(cx, "end_lineno"), Some(&lineno), cx)?;
        return Ok(x);
    };
    let text = PyStr::new(text, cx)?;
    let none = none().own();
    let (end_line, end_offset) = match e.end_lineno {
        0 => (none.clone(), none),
        n => (PyInt::new(n, cx)?.into_object(), PyInt::new(e.end_offset, cx)?.into_object()),
    };
    let details = PyTuple::from_slice(&[&filename, &lineno, &offset, &text, &end_line, &end_offset], cx)?;
    call::call(class.as_object(), &[&message, &details], cx)
}

impl PyTokenizerIter {
    /// The next line; `None` at the end.
    fn line(&self, cx: &mut Cx) -> PyResult<Option<String>> {
        let line = match call::call(&self.readline, &[], cx) {
            Ok(l) => l,
            Err(r) if cx.raised_is(exc::StopIteration()) => {
                cx.discard(r);
                return Ok(None);
            }
            Err(r) => return Err(r),
        };
        let line = match &self.encoding {
            Some(encoding) => {
                let Some(b) = line.downcast::<PyBytes>() else {
                    return Err(cx.type_error(format_args!("readline() returned a non-bytes object")));
                };
                taipan_object::types::str::codec::decode(b.as_bytes(), encoding, "replace", cx)?
            }
            None => line,
        };
        let Some(s) = line.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("readline() returned a non-string object")));
        };
        if s.is_empty() {
            return Ok(None);
        }
        match s.to_str_checked() {
            Some(t) => Ok(Some(t)),
            None => {
                // Encoding raises the UnicodeEncodeError with its position.
                call::call_method(s, name!(cx, "encode"), &[], cx)?;
                Err(cx.value_error(format_args!("source code cannot be encoded")))
            }
        }
    }
}

#[pymethods]
impl PyTokenizerIter {
    #[new("TokenizerIter(readline, /, *, extra_tokens, encoding=None)", nosig)]
    fn new(cls: &PyType, readline: &Object, extra_tokens: bool, encoding: NoneOr<&PyStr>, cx: &mut Cx) -> PyResult<Own<PyTokenizerIter>> {
        cx.new_object_of(
            cls,
            PyTokenizerIter {
                head: Object::placeholder(),
                readline: Field::new(readline.own()),
                encoding: encoding.0.map(|e| e.to_string_lossy()),
                tokens: RefCell::new(LineTokens::new(extra_tokens)),
            },
        )
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.as_object().own()
    }

    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        loop {
            let step = self.tokens.borrow_mut().step();
            match step {
                Step::Token(t) => return tuple(&t, cx).map(Some),
                Step::Done => return Ok(None),
                Step::Error(e) => return Err(raise(&e, cx)),
                Step::NeedLines(n) => {
                    for _ in 0..n {
                        // `readline` may run anything, so nothing is borrowed meanwhile.
                        let line = self.line(cx)?;
                        let mut tokens = self.tokens.borrow_mut();
                        match line {
                            Some(l) => tokens.push_line(&l),
                            None => {
                                tokens.end();
                                break;
                            }
                        }
                    }
                }
            }
        }
    }
}

#[pymodule(name = "_tokenize", types(PyTokenizerIter))]
pub mod tokenize {
    use super::*;
}
