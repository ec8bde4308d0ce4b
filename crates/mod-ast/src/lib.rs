//! Native modules about source code: `_ast`, `_symtable`, `_tokenize`.
#![deny(unsafe_code)]

pub mod ast;
pub mod symtable;
pub mod tokenize;

use taipan_object::prelude::*;

/// The modules of this crate; a new one is its file and one line here.
static MODULES: &[&ModuleSpec] = &[&ast::ast::MODULE, &symtable::symtable::MODULE, &tokenize::tokenize::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}

/// Give `compile()` the conversions between trees and AST objects.
pub fn install() {
    taipan_import::compile::set_ast_hooks(taipan_import::compile::AstHooks { is_ast: ast::is_ast, check_mode: ast::check_mode, to_object: ast::to_object, from_object: ast::from_object });
}
