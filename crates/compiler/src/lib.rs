//! From the syntax tree to bytecode: symbol table, lowering by construct, passes, assembly.
//!
//! [`compile`] is the door. The stages go one way: `symtable` decides what names mean, `lower` emits instructions with
//! symbolic labels, `passes` turn each unit's stream into a [`CodeSpec`].
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod code;
mod docstring;
pub mod error;
pub mod fold;
pub mod future;
mod lower;
pub mod names;
mod passes;
pub mod preprocess;
pub mod symtable;
mod unit;
pub mod unparse;
pub mod validate;

use std::sync::Arc;

use taipan_bytecode::{CodeSpec, flags};
use taipan_syntax::ast::Mod;
use taipan_text::Wtf8Buf;

pub use error::{Error, ErrorKind, Result, Warning};

/// How to compile.
#[derive(Clone, Debug)]
pub struct Options {
    /// `co_filename`.
    pub filename: Arc<Wtf8Buf>,
    /// `CO_FUTURE_*` flags inherited from the code that calls `compile()`.
    pub future: u32,
    /// 0; 1 drops asserts and `__debug__` code (`-O`); 2 drops docstrings too (`-OO`).
    pub optimize: u8,
    /// `PyCF_ALLOW_TOP_LEVEL_AWAIT`
    pub top_level_await: bool,
}

impl Options {
    /// The defaults for a file.
    pub fn new(filename: impl Into<Wtf8Buf>) -> Self {
        Options { filename: Arc::new(filename.into()), future: 0, optimize: 0, top_level_await: false }
    }
}

/// Compile a module, expression or interactive statement to code, with the warnings to give.
///
/// `SyntaxError`s carry a span; the caller adds file name and text. Deep nesting is a `RecursionError`.
pub fn compile(module: &Mod, options: &Options) -> Result<(CodeSpec, Vec<Warning>)> {
    let future = future::scan(module)?;
    let bits = (future.flags | options.future) & flags::FUTURE_MASK;
    let build = symtable::BuildOptions { future: bits, top_level_await: options.top_level_await };
    let table = symtable::SymbolTable::new(module, build)?;
    lower::lower(lower::Input {
        module,
        table,
        filename: options.filename.clone(),
        future: bits,
        future_last: future.last,
        optimize: options.optimize,
        top_level_await: options.top_level_await,
    })
}

/// The symbol table alone (the `_symtable` module).
pub fn symbol_table(module: &Mod, options: &Options) -> Result<symtable::SymbolTable> {
    let future = future::scan(module)?;
    let bits = (future.flags | options.future) & flags::FUTURE_MASK;
    let build = symtable::BuildOptions { future: bits, top_level_await: options.top_level_await };
    symtable::SymbolTable::new(module, build)
}
