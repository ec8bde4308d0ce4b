//! `_symtable`: the compiler's symbol table as objects, for Lib's `symtable`.

use taipan_builtins::code::{Mode, Request};
use taipan_compiler as compiler;
use taipan_compiler::symtable::view::{self, Entry};
use taipan_import::compile;
use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_syntax as syntax;

const PY_CF_SOURCE_IS_UTF8: i32 = 0x100;

/// One scope.
#[pytype(name = "symtable entry", gc, no_new, doc = "", export = "PySTEntry_Type")]
#[repr(C)]
pub struct PySymtableEntry {
    head: ObjHead,
    #[member("id", readonly)]
    id: Field<Object>,
    #[member("name", readonly)]
    name: Field<Object>,
    #[member("symbols", readonly)]
    symbols: Field<Object>,
    #[member("varnames", readonly)]
    varnames: Field<Object>,
    #[member("children", readonly)]
    children: Field<Object>,
    #[member("nested", readonly)]
    nested: Field<Object>,
    #[member("type", readonly)]
    kind: Field<Object>,
    #[member("lineno", readonly)]
    lineno: Field<Object>,
}

#[pymethods]
impl PySymtableEntry {
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let text = |o: &Object| match (o.downcast::<PyStr>(), o.downcast::<PyInt>()) {
            (Some(s), _) => s.to_string(),
            (_, Some(i)) => i.to_i64().unwrap_or(0).to_string(),
            _ => String::new(),
        };
        format!("<symtable entry {}({}), line {}>", text(&self.name), text(&self.id), text(&self.lineno))
    }
}

fn int(n: i64, cx: &mut Cx) -> PyResult {
    PyInt::new(n, cx).map(Own::into_object)
}

/// The objects of an entry and those below it. `base` makes the ids unique.
fn object(e: &Entry, base: i64, cx: &mut Cx) -> PyResult {
    let _deep = cx.enter_call(" during symtable construction")?;
    let symbols = PyDict::new(cx)?;
    for (name, flags) in &e.symbols {
        let key = PyStr::new_interned(name, cx)?;
        let flags = int((*flags).into(), cx)?;
        symbols.set_str(&key, flags, cx)?;
    }
    let varnames = e.varnames.iter().map(|n| PyStr::new_interned(n, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
    let children = e.children.iter().map(|c| object(c, base, cx)).collect::<PyResult<Vec<_>>>()?;
    let entry = PySymtableEntry {
        head: Object::placeholder(),
        id: Field::new(int(base + 16 * e.scope as i64, cx)?),
        name: Field::new(PyStr::new_interned(&e.name, cx)?.into_object()),
        symbols: Field::new(symbols.into_object()),
        varnames: Field::new(PyList::from_vec(varnames, cx)?.into_object()),
        children: Field::new(PyList::from_vec(children, cx)?.into_object()),
        nested: Field::new(int(e.nested.into(), cx)?),
        kind: Field::new(int(e.kind.into(), cx)?),
        lineno: Field::new(int(e.lineno.into(), cx)?),
    };
    cx.new_object(entry).map(Own::into_object)
}

#[pymodule(name = "_symtable")]
pub mod symtable {
    use super::*;
    use taipan_compiler::symtable::def;

    #[constant]
    const USE: i64 = def::USE as i64;
    #[constant]
    const DEF_GLOBAL: i64 = def::GLOBAL as i64;
    #[constant]
    const DEF_NONLOCAL: i64 = def::NONLOCAL as i64;
    #[constant]
    const DEF_LOCAL: i64 = def::LOCAL as i64;
    #[constant]
    const DEF_PARAM: i64 = def::PARAM as i64;
    #[constant]
    const DEF_TYPE_PARAM: i64 = def::TYPE_PARAM as i64;
    #[constant]
    const DEF_FREE_CLASS: i64 = def::FREE_CLASS as i64;
    #[constant]
    const DEF_IMPORT: i64 = def::IMPORT as i64;
    /// Without type parameters, as in CPython.
    #[constant]
    const DEF_BOUND: i64 = (def::LOCAL | def::PARAM | def::IMPORT) as i64;
    #[constant]
    const DEF_ANNOT: i64 = def::ANNOT as i64;
    #[constant]
    const DEF_COMP_ITER: i64 = def::COMP_ITER as i64;
    #[constant]
    const DEF_COMP_CELL: i64 = def::COMP_CELL as i64;
    #[constant]
    const TYPE_FUNCTION: i64 = 0;
    #[constant]
    const TYPE_CLASS: i64 = 1;
    #[constant]
    const TYPE_MODULE: i64 = 2;
    #[constant]
    const TYPE_ANNOTATION: i64 = 3;
    #[constant]
    const TYPE_TYPE_ALIAS: i64 = 4;
    #[constant]
    const TYPE_TYPE_PARAMETERS: i64 = 5;
    #[constant]
    const TYPE_TYPE_VARIABLE: i64 = 6;
    #[constant]
    const LOCAL: i64 = 1;
    #[constant]
    const GLOBAL_EXPLICIT: i64 = 2;
    #[constant]
    const GLOBAL_IMPLICIT: i64 = 3;
    #[constant]
    const FREE: i64 = 4;
    #[constant]
    const CELL: i64 = 5;
    #[constant]
    const SCOPE_OFF: i64 = def::SCOPE_OFFSET as i64;
    #[constant]
    const SCOPE_MASK: i64 = 15;

    /// Return symbol and scope dictionaries used internally by compiler.
    #[function("symtable(source, filename, startstr, /)")]
    fn symtable(source: &Object, filename: &Object, startstr: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let filename = match filename.downcast::<PyStr>() {
            Some(s) => s.new_ref(),
            None => {
                let bytes = fspath::to_bytes(filename, cx)?;
                fspath::decode(&bytes, cx)?
            }
        };
        let (mode, start) = match startstr.to_string_lossy().as_str() {
            "exec" => (syntax::Mode::Exec, Mode::Exec),
            "eval" => (syntax::Mode::Eval, Mode::Eval),
            "single" => (syntax::Mode::Single, Mode::Single),
            _ => return Err(cx.value_error(format_args!("symtable() arg 3 must be 'exec' or 'eval' or 'single'"))),
        };
        let flags = PY_CF_SOURCE_IS_UTF8;
        let r = Request { source, filename: &filename, mode: start, flags, dont_inherit: true, optimize: -1, feature_version: -1 };
        let text = compile::source_text(&r, "symtable() arg 1 must be a string or bytes object", cx)?;
        let tree = compile::parse(&text, mode, flags, -1, &filename, cx)?;
        let options = compiler::Options::new(compile::wtf8(&filename));
        let table = match compiler::symbol_table(&tree, &options) {
            Ok(t) => t,
            Err(e) => return Err(compile::raise_compile_error(&e, &filename, None, cx)),
        };
        let base = std::ptr::from_ref(&table) as i64;
        object(&view::entries(&table), base, cx)
    }

    #[exec]
    fn exec(_m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(PySymtableEntry::SPEC, cx)
    }
}
