//! The module `pyexpat` with its parts `errors` and `model`.

use crate::parser::Parser;
use crate::pyparser::{self, PyXmlParser};
use std::fmt::Arguments;
use taipan_object::prelude::*;
use taipan_object::{attr, call, import};

/// Expat's version whose behaviour the parser follows.
const VERSION: (i64, i64, i64) = (2, 9, 0);

/// Code, name and text of the errors.
const ERRORS: [(i32, &str, &str); 44] = [
    (1, "XML_ERROR_NO_MEMORY", "out of memory"),
    (2, "XML_ERROR_SYNTAX", "syntax error"),
    (3, "XML_ERROR_NO_ELEMENTS", "no element found"),
    (4, "XML_ERROR_INVALID_TOKEN", "not well-formed (invalid token)"),
    (5, "XML_ERROR_UNCLOSED_TOKEN", "unclosed token"),
    (6, "XML_ERROR_PARTIAL_CHAR", "partial character"),
    (7, "XML_ERROR_TAG_MISMATCH", "mismatched tag"),
    (8, "XML_ERROR_DUPLICATE_ATTRIBUTE", "duplicate attribute"),
    (9, "XML_ERROR_JUNK_AFTER_DOC_ELEMENT", "junk after document element"),
    (10, "XML_ERROR_PARAM_ENTITY_REF", "illegal parameter entity reference"),
    (11, "XML_ERROR_UNDEFINED_ENTITY", "undefined entity"),
    (12, "XML_ERROR_RECURSIVE_ENTITY_REF", "recursive entity reference"),
    (13, "XML_ERROR_ASYNC_ENTITY", "asynchronous entity"),
    (14, "XML_ERROR_BAD_CHAR_REF", "reference to invalid character number"),
    (15, "XML_ERROR_BINARY_ENTITY_REF", "reference to binary entity"),
    (16, "XML_ERROR_ATTRIBUTE_EXTERNAL_ENTITY_REF", "reference to external entity in attribute"),
    (17, "XML_ERROR_MISPLACED_XML_PI", "XML or text declaration not at start of entity"),
    (18, "XML_ERROR_UNKNOWN_ENCODING", "unknown encoding"),
    (19, "XML_ERROR_INCORRECT_ENCODING", "encoding specified in XML declaration is incorrect"),
    (20, "XML_ERROR_UNCLOSED_CDATA_SECTION", "unclosed CDATA section"),
    (21, "XML_ERROR_EXTERNAL_ENTITY_HANDLING", "error in processing external entity reference"),
    (22, "XML_ERROR_NOT_STANDALONE", "document is not standalone"),
    (23, "XML_ERROR_UNEXPECTED_STATE", "unexpected parser state - please send a bug report"),
    (24, "XML_ERROR_ENTITY_DECLARED_IN_PE", "entity declared in parameter entity"),
    (25, "XML_ERROR_FEATURE_REQUIRES_XML_DTD", "requested feature requires XML_DTD support in Expat"),
    (26, "XML_ERROR_CANT_CHANGE_FEATURE_ONCE_PARSING", "cannot change setting once parsing has begun"),
    (27, "XML_ERROR_UNBOUND_PREFIX", "unbound prefix"),
    (28, "XML_ERROR_UNDECLARING_PREFIX", "must not undeclare prefix"),
    (29, "XML_ERROR_INCOMPLETE_PE", "incomplete markup in parameter entity"),
    (30, "XML_ERROR_XML_DECL", "XML declaration not well-formed"),
    (31, "XML_ERROR_TEXT_DECL", "text declaration not well-formed"),
    (32, "XML_ERROR_PUBLICID", "illegal character(s) in public id"),
    (33, "XML_ERROR_SUSPENDED", "parser suspended"),
    (34, "XML_ERROR_NOT_SUSPENDED", "parser not suspended"),
    (35, "XML_ERROR_ABORTED", "parsing aborted"),
    (36, "XML_ERROR_FINISHED", "parsing finished"),
    (37, "XML_ERROR_SUSPEND_PE", "cannot suspend in external parameter entity"),
    (38, "XML_ERROR_RESERVED_PREFIX_XML", "reserved prefix (xml) must not be undeclared or bound to another namespace name"),
    (39, "XML_ERROR_RESERVED_PREFIX_XMLNS", "reserved prefix (xmlns) must not be declared or undeclared"),
    (40, "XML_ERROR_RESERVED_NAMESPACE_URI", "prefix must not be bound to one of the reserved namespace names"),
    (41, "XML_ERROR_INVALID_ARGUMENT", "invalid argument"),
    (42, "XML_ERROR_NO_BUFFER", "a successful prior call to function XML_GetBuffer is required"),
    (43, "XML_ERROR_AMPLIFICATION_LIMIT_BREACH", "limit on input amplification factor (from DTD and entities) breached"),
    (44, "XML_ERROR_NOT_STARTED", "parser not started"),
];

/// Constants of content models.
const MODELS: [(&str, i64); 10] = [
    ("XML_CQUANT_NONE", 0),
    ("XML_CQUANT_OPT", 1),
    ("XML_CQUANT_PLUS", 3),
    ("XML_CQUANT_REP", 2),
    ("XML_CTYPE_ANY", 2),
    ("XML_CTYPE_CHOICE", 5),
    ("XML_CTYPE_EMPTY", 1),
    ("XML_CTYPE_MIXED", 3),
    ("XML_CTYPE_NAME", 4),
    ("XML_CTYPE_SEQ", 6),
];

/// The text of an error.
pub fn error_text(code: i32) -> Option<&'static str> {
    ERRORS.iter().find(|(c, ..)| *c == code).map(|(.., text)| *text)
}

#[derive(Default)]
struct State {
    error: FieldCell<Object>,
}

/// The exception `ExpatError`, made once.
fn error_class(cx: &mut Cx) -> PyResult<Own<Object>> {
    let cell = &cx.state::<State>().error;
    if let Some(c) = cell.own() {
        return Ok(c);
    }
    let c = taipan_builtins::new_exception("xml.parsers.expat.ExpatError", exc::Exception(), cx)?;
    cell.set(Some(c.clone()), cx);
    Ok(c)
}

/// `ExpatError` with a text only.
#[cold]
pub fn raise_text(text: Arguments<'_>, cx: &mut Cx) -> Raised {
    match error_class(cx) {
        Ok(c) => match c.downcast::<PyType>() {
            Some(t) => cx.raise_msg(t, text),
            None => cx.runtime_error(text),
        },
        Err(r) => r,
    }
}

/// `ExpatError` for a code at a place, with its attributes.
#[cold]
pub fn raise(code: i32, line: u64, column: u64, cx: &mut Cx) -> Raised {
    let made = (|| {
        let class = error_class(cx)?;
        let text = format!("{}: line {line}, column {column}", error_text(code).unwrap_or("unknown error"));
        let text = PyStr::new(&text, cx)?;
        let e = call::call(&class, &[&text], cx)?;
        let numbers = [(name!(cx, "code"), i64::from(code)), (name!(cx, "offset"), column as i64), (name!(cx, "lineno"), line as i64)];
        for (name, n) in numbers {
            let n = PyInt::new(n, cx)?;
            attr::set(&e, name, Some(&n), cx)?;
        }
        Ok(e)
    })();
    match made {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}

/// A part of the module, which can be imported by its dotted name.
fn part(m: &PyModule, name: &str, doc: &str, cx: &mut Cx) -> PyResult<Own<PyModule>> {
    let dotted = PyStr::new(&format!("pyexpat.{name}"), cx)?;
    let sub = PyModule::new_named(&dotted, cx)?;
    let doc = PyStr::new(doc, cx)?;
    sub.add("__doc__", &doc, cx)?;
    m.add(name, &sub, cx)?;
    import::modules(cx)?.set(&dotted, &sub, cx)?;
    Ok(sub)
}

#[pymodule(name = "pyexpat", doc = "Python wrapper for Expat parser.", types(PyXmlParser))]
mod module {
    use super::*;

    #[constant]
    const XML_PARAM_ENTITY_PARSING_NEVER: i64 = 0;
    #[constant]
    const XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE: i64 = 1;
    #[constant]
    const XML_PARAM_ENTITY_PARSING_ALWAYS: i64 = 2;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        m.add("XMLParserType", PyXmlParser::ty().as_object(), cx)?;
        let class = error_class(cx)?;
        m.add("ExpatError", &class, cx)?;
        m.add("error", &class, cx)?;
        let (a, b, c) = VERSION;
        let text = PyStr::new(&format!("expat_{a}.{b}.{c}"), cx)?;
        m.add("EXPAT_VERSION", &text, cx)?;
        let (a, b, c) = (PyInt::new(a, cx)?, PyInt::new(b, cx)?, PyInt::new(c, cx)?);
        let info = PyTuple::from_slice(&[&a, &b, &c], cx)?;
        m.add("version_info", &info, cx)?;
        let native = PyStr::new("UTF-8", cx)?;
        m.add("native_encoding", &native, cx)?;
        let features = PyList::new(cx)?;
        for (name, n) in [("sizeof(XML_Char)", 1), ("sizeof(XML_LChar)", 1), ("XML_DTD", 0), ("XML_NS", 0), ("XML_BLAP_MAX_AMP", 100), ("XML_BLAP_ACT_THRES", 8 << 20), ("XML_GE", 0)] {
            let (name, n) = (PyStr::new(name, cx)?, PyInt::new(n, cx)?);
            features.push(PyTuple::from_slice(&[&name, &n], cx)?.into_object(), cx)?;
        }
        m.add("features", &features, cx)?;
        let errors = part(m, "errors", "Constants used to describe error conditions.", cx)?;
        let (codes, messages) = (PyDict::new(cx)?, PyDict::new(cx)?);
        for (code, name, text) in ERRORS {
            let (code, text) = (PyInt::new(code.into(), cx)?, PyStr::new(text, cx)?);
            errors.add(name, &text, cx)?;
            codes.set(&text, &code, cx)?;
            messages.set(&code, &text, cx)?;
        }
        errors.add("codes", &codes, cx)?;
        errors.add("messages", &messages, cx)?;
        let model = part(m, "model", "Constants used to interpret content model information.", cx)?;
        for (name, n) in MODELS {
            let n = PyInt::new(n, cx)?;
            model.add(name, &n, cx)?;
        }
        Ok(())
    }

    /// Returns string error for given number.
    #[function("ErrorString(code, /)")]
    fn error_string(code: i32) -> Option<&'static str> {
        error_text(code)
    }

    /// Return a new XML parser object.
    #[function("ParserCreate(encoding=None, namespace_separator=None, intern=<unrepresentable>)", nosig)]
    fn parser_create(encoding: NoneOr<String>, namespace_separator: NoneOr<String>, intern: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyXmlParser>> {
        let separator = match &namespace_separator.0 {
            None => None,
            Some(s) if s.chars().count() > 1 => {
                return Err(cx.value_error(format_args!("namespace_separator must be at most one character, omitted, or None")));
            }
            Some(s) => Some(s.chars().next()),
        };
        let intern = match intern {
            None => Some(PyDict::new(cx)?.into_object()),
            Some(o) if o.is_none() => None,
            Some(o) if o.is_a::<PyDict>() => Some(o.own()),
            Some(_) => return Err(cx.type_error(format_args!("intern must be a dictionary"))),
        };
        pyparser::new(Parser::new(encoding.0, separator), intern, cx)
    }
}

pub use module::MODULE;
