//! The table as `_symtable` shows it: inlined comprehensions are part of the scope around them.

use taipan_syntax::ast::Identifier;

use super::{Comprehension, Meaning, ScopeId, ScopeKind, SymbolTable, TOP, def};
use crate::names::NameMap;

/// One entry of `_symtable`: a scope that is not inlined.
#[derive(Debug)]
pub struct Entry {
    /// The scope it shows; also `id`.
    pub scope: ScopeId,
    /// `name`
    pub name: Identifier,
    /// `type`: the number of the kind in CPython's `_Py_block_ty`.
    pub kind: u32,
    /// `symbols`: names with flags and, from bit [`def::SCOPE_OFFSET`] up, what they mean.
    pub symbols: Vec<(Identifier, u32)>,
    /// `varnames`: parameters.
    pub varnames: Vec<Identifier>,
    /// `children`
    pub children: Vec<Entry>,
    /// `nested`
    pub nested: bool,
    /// `lineno`
    pub lineno: i32,
    /// Kind of comprehension, if it is one.
    pub comprehension: Comprehension,
    /// Contains `yield`, or is a generator expression.
    pub generator: bool,
    /// Is a coroutine.
    pub coroutine: bool,
}

fn kind_number(kind: ScopeKind) -> u32 {
    match kind {
        ScopeKind::Function => 0,
        ScopeKind::Class => 1,
        ScopeKind::Module => 2,
        ScopeKind::Annotation => 3,
        ScopeKind::TypeVariable => 6,
        ScopeKind::TypeAlias => 4,
        ScopeKind::TypeParameters => 5,
    }
}

/// The tree of entries.
pub fn entries(table: &SymbolTable) -> Entry {
    entry(table, TOP)
}

fn entry(table: &SymbolTable, id: ScopeId) -> Entry {
    let scope = &table.scopes[id];
    let mut children = Vec::new();
    let symbols = shown_symbols(table, id, &mut children);
    let shown = |(name, (flags, meaning)): (Identifier, (u32, Meaning))| {
        (name, flags | (meaning as u32) << def::SCOPE_OFFSET)
    };
    Entry {
        scope: id,
        name: scope.name.clone(),
        kind: kind_number(scope.kind),
        symbols: symbols.into_entries().into_iter().map(shown).collect(),
        varnames: scope.params.clone(),
        children,
        nested: scope.nested,
        lineno: scope.span.lineno,
        comprehension: scope.comprehension,
        generator: scope.generator,
        coroutine: scope.coroutine,
    }
}

/// Names of a scope, with those of the comprehensions inlined in it; `children` gets the other scopes below.
///
/// Names of an inlined comprehension that the scope around it does not have become its names.
fn shown_symbols(table: &SymbolTable, id: ScopeId, children: &mut Vec<Entry>) -> NameMap<(u32, Meaning)> {
    let scope = &table.scopes[id];
    let mut symbols: NameMap<(u32, Meaning)> = NameMap::default();
    for (name, symbol) in scope.symbols.iter() {
        symbols.entry(name, || (symbol.flags, symbol.meaning));
    }
    for &child in &scope.children {
        if !table.scopes[child].inlined {
            children.push(entry(table, child));
            continue;
        }
        for (name, (flags, meaning)) in shown_symbols(table, child, children).into_entries() {
            if flags & def::PARAM != 0 {
                continue;
            }
            let cell = if meaning == Meaning::Cell { def::COMP_CELL } else { 0 };
            let (_, merged) = symbols.entry(&name, || (flags, meaning));
            // A class's own names are not seen by a comprehension in it.
            let seen = meaning == Meaning::Free && scope.kind != ScopeKind::Class;
            merged.0 |= cell | if seen { flags & def::USE } else { 0 };
        }
    }
    symbols
}
