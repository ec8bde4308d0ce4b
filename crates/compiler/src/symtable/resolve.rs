//! Decides what every name means.
//!
//! Scopes are numbered parents first, so a walk from a scope outwards finds the binder of each name; the scopes in
//! between pass the variable on, and the binder's variable becomes a cell when a real function lies in between.

use taipan_syntax::ast::Identifier;

use super::{Meaning, Scope, ScopeId, ScopeKind, Symbol, SymbolTable, TOP, def};
use crate::error::{Error, Result};

pub(super) fn resolve(table: &mut SymbolTable) -> Result<()> {
    for id in 0..table.scopes.len() {
        let names: Vec<(Identifier, u32)> =
            table.scopes[id].symbols.iter().map(|(name, symbol)| (name.clone(), symbol.flags)).collect();
        for (name, flags) in names {
            let meaning = resolve_name(table, id, &name, flags)?;
            if let Some(symbol) = table.scopes[id].symbols.get_mut(&name)
                && symbol.meaning == Meaning::Unknown
            {
                symbol.meaning = meaning;
            }
        }
    }
    Ok(())
}

fn at_directive(scope: &Scope, name: &Identifier, message: String) -> Box<Error> {
    let place = scope.directives.iter().find(|(directive, _)| directive == name);
    Error::syntax(message, place.map_or(scope.span, |(_, span)| *span))
}

fn resolve_name(table: &mut SymbolTable, id: ScopeId, name: &Identifier, flags: u32) -> Result<Meaning> {
    let scope = &table.scopes[id];
    if flags & def::GLOBAL != 0 {
        if flags & def::NONLOCAL != 0 {
            return Err(at_directive(scope, name, format!("name '{name}' is nonlocal and global")));
        }
        return Ok(Meaning::GlobalExplicit);
    }
    if flags & def::NONLOCAL != 0 {
        if id == TOP {
            let message = "nonlocal declaration not allowed at module level".to_owned();
            return Err(at_directive(scope, name, message));
        }
        let Some(binder) = find_binder(table, id, name) else {
            return Err(at_directive(scope, name, format!("no binding for nonlocal '{name}' found")));
        };
        let bound = table.scopes[binder.scope].symbols.get(name).map_or(0, |s| s.flags);
        if bound & def::TYPE_PARAM != 0 {
            let message = format!("nonlocal binding not allowed for type parameter '{name}'");
            return Err(at_directive(scope, name, message));
        }
        mark(table, id, binder, name);
        return Ok(Meaning::Free);
    }
    if flags & def::BOUND != 0 {
        return Ok(Meaning::Local);
    }
    let implicit = matches!(name.as_str(), "__classdict__" | "__conditional_annotations__");
    if scope.can_see_class_scope
        && !implicit
        && let Some(class) = class_in_sight(table, id)
    {
        let in_class = table.scopes[class].symbols.get(name).map_or(0, |s| s.flags);
        if in_class & def::GLOBAL != 0 {
            return Ok(Meaning::GlobalExplicit);
        }
        if in_class & def::BOUND != 0 && in_class & def::NONLOCAL == 0 {
            return Ok(Meaning::GlobalImplicit);
        }
    }
    match find_binder(table, id, name) {
        Some(binder) => {
            mark(table, id, binder, name);
            Ok(Meaning::Free)
        }
        None => Ok(Meaning::GlobalImplicit),
    }
}

/// The class whose namespace an annotation or type scope sees.
fn class_in_sight(table: &SymbolTable, id: ScopeId) -> Option<ScopeId> {
    let mut next = table.scopes[id].parent;
    while let Some(at) = next {
        let scope = &table.scopes[at];
        if scope.kind == ScopeKind::Class {
            return Some(at);
        }
        if !scope.can_see_class_scope {
            return None;
        }
        next = scope.parent;
    }
    None
}

#[derive(Clone, Copy)]
struct Binder {
    scope: ScopeId,
    /// A real function lies between the use and the binder, so the variable needs a cell.
    captured: bool,
}

/// The enclosing scope that binds `name` for functions in it.
fn find_binder(table: &SymbolTable, id: ScopeId, name: &Identifier) -> Option<Binder> {
    let mut captured = !table.scopes[id].inlined;
    let mut next = table.scopes[id].parent;
    while let Some(at) = next {
        let scope = &table.scopes[at];
        match scope.kind {
            ScopeKind::Module => return None,
            ScopeKind::Class => {
                let implicit = matches!(name.as_str(), "__class__" | "__classdict__" | "__conditional_annotations__");
                if implicit && captured {
                    return Some(Binder { scope: at, captured });
                }
            }
            _ => {
                let flags = scope.symbols.get(name).map_or(0, |s| s.flags);
                if flags & def::GLOBAL != 0 {
                    return None;
                }
                if flags & def::NONLOCAL == 0 && flags & def::BOUND != 0 {
                    return Some(Binder { scope: at, captured });
                }
            }
        }
        captured |= !scope.inlined;
        next = scope.parent;
    }
    None
}

/// Make `name` pass from `binder` down to `id`.
fn mark(table: &mut SymbolTable, id: ScopeId, binder: Binder, name: &Identifier) {
    let mut next = table.scopes[id].parent;
    while let Some(at) = next
        && at != binder.scope
    {
        let scope = &mut table.scopes[at];
        // Here the name itself may mean something in the class, while inner scopes get the variable.
        let has_class_names = scope.kind == ScopeKind::Class || scope.can_see_class_scope;
        let inlined = scope.inlined;
        match scope.symbols.get_mut(name) {
            Some(symbol) => {
                if has_class_names && symbol.flags != 0 {
                    symbol.flags |= def::FREE_CLASS;
                }
            }
            None if inlined => {}
            None => {
                scope.symbols.entry(name, || Symbol { flags: 0, meaning: Meaning::Free });
            }
        }
        next = scope.parent;
    }
    let scope = &mut table.scopes[binder.scope];
    if scope.kind == ScopeKind::Class {
        match name.as_str() {
            "__class__" => scope.needs_class_closure = true,
            "__classdict__" => scope.needs_classdict = true,
            _ => scope.has_conditional_annotations = true,
        }
    } else if binder.captured
        && let Some(symbol) = scope.symbols.get_mut(name)
    {
        symbol.meaning = Meaning::Cell;
    }
}
