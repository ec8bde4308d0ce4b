//! `_ast`: the classes of syntax-tree nodes, and trees as objects of these classes and back.
//!
//! The classes are made from `taipan_syntax::ast::TYPES`, once per interpreter, when first needed.

mod build;
mod classes;
mod node;
mod read;
mod show;

use taipan_builtins::code::Mode;
use taipan_object::prelude::*;
use taipan_syntax::ast::{Mod, Tree};

pub use node::PyAst;

/// Whether the object is an AST node.
pub fn is_ast(o: &Object, _cx: &mut Cx) -> PyResult<bool> {
    Ok(o.is_a::<PyAst>())
}

/// AST objects of a tree.
pub fn to_object(tree: &Mod, cx: &mut Cx) -> PyResult {
    let classes = classes::get(cx)?;
    tree.build(&mut build::Builder { classes, cx })
}

/// Raise `TypeError` if the object is not the root that the mode wants.
pub fn check_mode(o: &Object, mode: Mode, cx: &mut Cx) -> PyResult<()> {
    let wanted = match mode {
        Mode::Exec => "Module",
        Mode::Eval => "Expression",
        Mode::Single => "Interactive",
        Mode::FuncType => "FunctionType",
    };
    if let Some(class) = classes::get(cx)?.by_name(wanted) {
        if !taipan_object::abstract_::is_instance(o, class.ty(), cx)? {
            return Err(cx.type_error(format_args!("expected {wanted} node, got {}", o.ty().name())));
        }
    }
    Ok(())
}

/// The tree of AST objects, checked. Raises `TypeError` and `ValueError` as `compile()` does.
pub fn from_object(o: &Object, mode: Mode, cx: &mut Cx) -> PyResult<Mod> {
    let classes = classes::get(cx)?;
    check_mode(o, mode, cx)?;
    let tree = Mod::read(&mut read::Reader { classes, cx }, &o.own())?;
    taipan_compiler::validate::validate(&tree).map_err(|e| {
        use taipan_compiler::ErrorKind as K;
        let m = &e.message;
        match e.kind {
            K::Syntax => cx.raise_msg(exc::SyntaxError(), format_args!("{m}")),
            K::Recursion => cx.recursion_error(format_args!("{m}")),
            K::Overflow => cx.overflow_error(format_args!("{m}")),
            K::Value => cx.value_error(format_args!("{m}")),
            K::Type => cx.type_error(format_args!("{m}")),
        }
    })?;
    Ok(tree)
}

#[pymodule(name = "_ast", types(PyAst))]
pub mod ast {
    use super::*;

    #[constant("PyCF_ALLOW_TOP_LEVEL_AWAIT")]
    const ALLOW_TOP_LEVEL_AWAIT: i64 = 0x2000;
    #[constant("PyCF_ONLY_AST")]
    const ONLY_AST: i64 = 0x400;
    #[constant("PyCF_TYPE_COMMENTS")]
    const TYPE_COMMENTS: i64 = 0x1000;
    #[constant("PyCF_OPTIMIZED_AST")]
    const OPTIMIZED_AST: i64 = 0x8400;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for (name, class) in classes::get(cx)?.all() {
            m.add(name, class, cx)?;
        }
        Ok(())
    }
}
