//! `compile()`: source text (or an AST object) to a code object; errors and warnings to Python exceptions.

mod errors;

use std::sync::Arc;
use taipan_builtins::code::{Hooks, Mode, Request};
use taipan_compiler as compiler;
use taipan_object::prelude::*;
use taipan_object::types::code::{PyCode, link};
use taipan_object::types::frame;
use taipan_object::{audit, call, warn};
use taipan_syntax as syntax;
use taipan_text::Wtf8Buf;

pub use errors::{raise_compile_error, raise_syntax_error};

const PY_CF_SOURCE_IS_UTF8: i32 = 0x0100;
const PY_CF_DONT_IMPLY_DEDENT: i32 = 0x0200;
const PY_CF_ONLY_AST: i32 = 0x0400;
const PY_CF_IGNORE_COOKIE: i32 = 0x0800;
const PY_CF_TYPE_COMMENTS: i32 = 0x1000;
const PY_CF_ALLOW_TOP_LEVEL_AWAIT: i32 = 0x2000;
const PY_CF_ALLOW_INCOMPLETE_INPUT: i32 = 0x4000;
/// The bit that `PyCF_OPTIMIZED_AST` has beyond `PyCF_ONLY_AST`.
const PY_CF_OPTIMIZED: i32 = 0x8000;
const FUTURE_MASK: i32 = 0x1fe0000;
const FUTURE_BARRY: i32 = 0x400000;

/// How the module `_ast` takes part: making AST objects from a tree, and a tree from AST objects.
#[derive(Clone, Copy)]
pub struct AstHooks {
    /// Whether the object is an AST node.
    pub is_ast: fn(&Object, &mut Cx) -> PyResult<bool>,
    /// Raise `TypeError` if the object is not the root that the mode wants.
    pub check_mode: fn(&Object, Mode, &mut Cx) -> PyResult<()>,
    /// AST object of a tree.
    pub to_object: fn(&syntax::ast::Mod, &mut Cx) -> PyResult,
    /// Tree of an AST object.
    pub from_object: fn(&Object, Mode, &mut Cx) -> PyResult<syntax::ast::Mod>,
}

struct AstCell(std::cell::Cell<Option<AstHooks>>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for AstCell {}
static AST: AstCell = AstCell(std::cell::Cell::new(None));

/// Install the AST conversions.
pub fn set_ast_hooks(h: AstHooks) {
    AST.0.set(Some(h));
}

/// Install compiler and machine where `builtins` calls them.
pub fn install() {
    taipan_builtins::code::install(Hooks { compile: compile_request, run, locals: caller_locals, globals: caller_globals, free_vars });
}

/// `locals()` of the innermost Python frame.
fn caller_locals(cx: &mut Cx) -> PyResult {
    match taipan_object::machine::current_frame(cx.ts()) {
        Some(f) => frame::locals_of(f, cx),
        None => match taipan_object::thread::interpreters::running_globals(cx) {
            Some(g) => Ok(g.into_object()),
            None => Err(cx.system_error(format_args!("frame does not exist"))),
        },
    }
}

/// `globals()` of the innermost Python frame; without one those of the `__main__` that is run.
fn caller_globals(cx: &mut Cx) -> Option<Own<PyDict>> {
    taipan_interp::current_globals(cx).or_else(|| taipan_object::thread::interpreters::running_globals(cx))
}

fn free_vars(o: &Object) -> Option<usize> {
    o.exact::<PyCode>().map(|c| c.nfreevars())
}

fn run(code: &Object, globals: &PyDict, locals: Option<&Object>, closure: Option<Own<PyTuple>>, cx: &mut Cx) -> PyResult {
    let Some(c) = code.exact::<PyCode>() else {
        return Err(cx.type_error(format_args!("expected a code object, not {}", code.ty().name())));
    };
    audit::raise("exec", &[code], cx)?;
    taipan_interp::eval_code_with_closure(c, globals, locals, closure, cx)
}

/// A Python string as WTF-8.
pub fn wtf8(s: &PyStr) -> Wtf8Buf {
    let mut out = Wtf8Buf::new();
    for c in s.code_points() {
        out.push(c);
    }
    out
}

/// Decode source bytes (PEP 263) and raise what is wrong with them.
pub fn decode_source(bytes: &[u8], filename: &PyStr, flags: i32, cx: &mut Cx) -> PyResult<String> {
    decode_named(bytes, None, filename, flags, cx)
}

/// As [`decode_source`], for a script: messages name its file.
pub fn decode_script(bytes: &[u8], filename: &PyStr, cx: &mut Cx) -> PyResult<String> {
    decode_named(bytes, Some(&filename.to_string_lossy()), filename, 0, cx)
}

fn decode_named(bytes: &[u8], file: Option<&str>, filename: &PyStr, flags: i32, cx: &mut Cx) -> PyResult<String> {
    let mut raised = None;
    if flags & PY_CF_IGNORE_COOKIE != 0 {
        if let Ok(s) = std::str::from_utf8(bytes) {
            return Ok(s.to_owned());
        }
    }
    let mut codec = |name: &str, b: &[u8]| -> Result<String, String> {
        match decode_with_codec(name, b, file.is_some(), cx) {
            Ok(s) => Ok(s),
            Err(r) => {
                let e = cx.take_raised(r);
                let text = taipan_object::abstract_::str(&e, cx).map(|s| s.to_string()).unwrap_or_default();
                raised = Some(e);
                Err(text)
            }
        }
    };
    match taipan_text::decode::decode(bytes, file, &mut codec) {
        Ok(s) => Ok(s.into_owned()),
        Err(e) => Err(errors::raise_decode(&e, filename, cx)),
    }
}

fn decode_with_codec(name: &str, b: &[u8], of_file: bool, cx: &mut Cx) -> PyResult<String> {
    let decode = cx.import_attr("_codecs", "decode")?;
    let lookup = cx.import_attr("_codecs", "lookup")?;
    let info = {
        let n = PyStr::new(name, cx)?;
        call::call(&lookup, &[&n], cx)?
    };
    // As for `bytes.decode`, only codecs of text are welcome.
    if let Some(text) = taipan_object::attr::get_opt(&info, name!(cx, "_is_text_encoding"), cx)?
        && !taipan_object::abstract_::is_true(&text, cx)?
    {
        let how = if of_file { "" } else { "; use codecs.decode() to handle arbitrary codecs" };
        return Err(cx.lookup_error(format_args!("'{name}' is not a text encoding{how}")));
    }
    let bytes = taipan_object::types::bytes::PyBytes::new(b, cx)?;
    let n = PyStr::new(name, cx)?;
    let r = call::call(&decode, &[&bytes, &n], cx)?;
    match r.downcast::<PyStr>() {
        Some(s) => Ok(s.to_string_lossy()),
        None => Err(cx.type_error(format_args!("decoder did not return a string"))),
    }
}

/// The text of the source argument of `compile()` and the like; `what` begins the message for a wrong type.
pub fn source_text(r: &Request<'_>, what: &str, cx: &mut Cx) -> PyResult<String> {
    if let Some(s) = r.source.downcast::<PyStr>() {
        return match s.to_str_checked() {
            Some(t) => Ok(t),
            None => {
                // Encoding raises the UnicodeEncodeError with its position.
                call::call_method(s, name!(cx, "encode"), &[], cx)?;
                Err(cx.value_error(format_args!("source code cannot be encoded")))
            }
        };
    }
    if !taipan_object::abstract_::buffer::has_buffer(r.source) {
        return Err(cx.type_error(format_args!("{what}")));
    }
    let bytes = Buffer::get(r.source, 0, cx)?.bytes().to_vec();
    if bytes.contains(&0) {
        return Err(raise_syntax_error(&syntax::SyntaxError::without_location(syntax::ErrorKind::Syntax, "source code string cannot contain null bytes"), r.filename, cx));
    }
    decode_source(&bytes, r.filename, r.flags, cx)
}

/// Flags of the future statements in effect in the calling code.
fn inherited_futures(cx: &Cx) -> i32 {
    match taipan_object::machine::current_frame(cx.ts()) {
        Some(f) => f.code().flags() as i32 & FUTURE_MASK,
        None => 0,
    }
}

fn compile_request(r: &Request<'_>, cx: &mut Cx) -> PyResult {
    let flags = r.flags | if r.dont_inherit { 0 } else { inherited_futures(cx) };
    let optimize = if r.optimize < 0 { cx.interp().config.borrow().optimize } else { r.optimize } as u8;
    let mode = match r.mode {
        Mode::Exec => syntax::Mode::Exec,
        Mode::Eval => syntax::Mode::Eval,
        Mode::Single => syntax::Mode::Single,
        Mode::FuncType => syntax::Mode::FuncType,
    };
    let hooks = AST.0.get();
    let mut tree = match hooks {
        Some(h) if (h.is_ast)(r.source, cx)? => {
            if flags & PY_CF_ONLY_AST != 0 && flags & PY_CF_OPTIMIZED == 0 {
                (h.check_mode)(r.source, r.mode, cx)?;
                return Ok(r.source.own());
            }
            (h.from_object)(r.source, r.mode, cx)?
        }
        _ => {
            let text = source_text(r, "compile() arg 1 must be a string, bytes or AST object", cx)?;
            parse(&text, mode, flags, r.feature_version, r.filename, cx)?
        }
    };
    if flags & PY_CF_ONLY_AST != 0 {
        if flags & PY_CF_OPTIMIZED != 0 {
            compiler::preprocess::preprocess(&mut tree, optimize, (flags & FUTURE_MASK) as u32);
        }
        return match hooks {
            Some(h) => (h.to_object)(&tree, cx),
            None => Err(cx.runtime_error(format_args!("the module _ast is not available"))),
        };
    }
    let text = match r.source.downcast::<PyStr>() {
        Some(s) => s.to_str_checked(),
        None => None,
    };
    compile_tree(&tree, flags, optimize, r.filename, text.as_deref(), cx).map(Own::into_object)
}

/// Parse text; raises SyntaxError and gives SyntaxWarnings.
pub fn parse(text: &str, mode: syntax::Mode, flags: i32, feature_version: i32, filename: &PyStr, cx: &mut Cx) -> PyResult<syntax::ast::Mod> {
    let options = syntax::Options {
        type_comments: flags & PY_CF_TYPE_COMMENTS != 0,
        feature_version: if feature_version < 0 { 14 } else { feature_version.min(14) as u8 },
        allow_incomplete_input: flags & PY_CF_ALLOW_INCOMPLETE_INPUT != 0,
        dont_imply_dedent: flags & PY_CF_DONT_IMPLY_DEDENT != 0,
        barry_as_flufl: flags & FUTURE_BARRY != 0,
        int_digits_max: cx.interp().config.borrow().int_max_str_digits.max(0) as usize,
    };
    let (result, warnings) = match syntax::parse(text, mode, &options) {
        Ok(p) => (Ok(p.tree), p.warnings),
        Err(e) => (Err(e.error), e.warnings),
    };
    for w in &warnings {
        let given = warn::warn_explicit(exc::SyntaxWarning(), format_args!("{}", w.message), filename, w.lineno as i32, None, cx);
        if let Err(r) = given {
            return Err(errors::warning_as_error(r, w, filename, cx));
        }
    }
    result.map_err(|e| raise_syntax_error(&e, filename, cx))
}

/// Compile a tree. `text` serves to show the line of an error.
pub fn compile_tree(tree: &syntax::ast::Mod, flags: i32, optimize: u8, filename: &PyStr, text: Option<&str>, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let options = compiler::Options {
        filename: Arc::new(wtf8(filename)),
        future: (flags & FUTURE_MASK) as u32,
        optimize,
        top_level_await: flags & PY_CF_ALLOW_TOP_LEVEL_AWAIT != 0,
    };
    match compiler::compile(tree, &options) {
        Ok((spec, warnings)) => {
            for w in &warnings {
                let line = w.span.lineno;
                let given = warn::warn_explicit(exc::SyntaxWarning(), format_args!("{}", w.message), filename, line, None, cx);
                if let Err(r) = given {
                    return Err(errors::compiler_warning_as_error(r, w, filename, text, cx));
                }
            }
            link(spec, cx)
        }
        Err(e) => Err(errors::raise_compile_error(&e, filename, text, cx)),
    }
}

/// Compile the source of a script.
pub fn compile_script(text: &str, filename: &PyStr, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    // A last line of nothing but a continuation has no column, when it comes from a file.
    let last = text.trim_end_matches(['\n', '\r']);
    let last = last.rsplit(['\n', '\r']).next().unwrap_or_default();
    let bare = last.trim_start_matches([' ', '\t', '\x0c']) == "\\";
    match compile_module(text, filename, cx) {
        Err(r) if bare => Err(errors::without_offset(r, "unexpected EOF while parsing", cx)),
        result => result,
    }
}

/// Compile module source from a file or the like, with the flags of `importlib`'s `source_to_code`.
pub fn compile_module(text: &str, filename: &PyStr, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let tree = parse(text, syntax::Mode::Exec, PY_CF_SOURCE_IS_UTF8, -1, filename, cx)?;
    let optimize = cx.interp().config.borrow().optimize as u8;
    compile_tree(&tree, 0, optimize, filename, Some(text), cx)
}

/// What text at a prompt is.
pub enum Interactive {
    /// More lines are needed.
    Incomplete,
    /// A statement.
    Complete(Own<PyCode>),
}

/// The text without its last line's end, and without lines of comments at the end of several.
fn without_comments(text: &str) -> &str {
    let mut text = text.strip_suffix('\n').unwrap_or(text);
    while let Some((rest, last)) = text.rsplit_once('\n') {
        if !last.trim_start().starts_with('#') {
            break;
        }
        text = rest;
    }
    text
}

/// Compile one statement typed at a prompt. `shown` is the file name of syntax errors, `filename` the code's; `ended`: no more text can come.
/// `futures`: the `__future__` flags that earlier statements have set.
pub fn compile_interactive(text: &str, shown: &PyStr, filename: &PyStr, ended: bool, futures: i32, cx: &mut Cx) -> PyResult<Interactive> {
    if text.contains('\0') {
        return Err(raise_syntax_error(&syntax::SyntaxError::without_location(syntax::ErrorKind::Syntax, "source code cannot contain null bytes"), shown, cx));
    }
    let asking = syntax::Options {
        allow_incomplete_input: true,
        dont_imply_dedent: true,
        barry_as_flufl: futures & FUTURE_BARRY != 0,
        ..Default::default()
    };
    // A compound statement ends with a blank line: without the last line's end it is incomplete. Comments do not end it.
    if !ended && syntax::parse(without_comments(text), syntax::Mode::Single, &asking).is_err() {
        match syntax::parse(text, syntax::Mode::Single, &asking) {
            Ok(_) => return Ok(Interactive::Incomplete),
            Err(e) if matches!(e.error.kind, syntax::ErrorKind::IncompleteInput) => return Ok(Interactive::Incomplete),
            // Said again below, with its warnings.
            Err(_) => {}
        }
    }
    let tree = parse(text, syntax::Mode::Single, PY_CF_SOURCE_IS_UTF8 | futures, -1, shown, cx)?;
    let optimize = cx.interp().config.borrow().optimize as u8;
    compile_tree(&tree, 0, optimize, filename, Some(text), cx).map(Interactive::Complete)
}

/// The `__future__` flags of code.
pub fn futures_of(code: &PyCode) -> i32 {
    code.flags() as i32 & FUTURE_MASK
}

/// Run module code in a namespace.
pub fn run_module(code: &PyCode, globals: &PyDict, cx: &mut Cx) -> PyResult {
    audit::raise("exec", &[code], cx)?;
    taipan_interp::eval_code(code, globals, None, cx)
}
