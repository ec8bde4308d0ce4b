//! `from __future__ import …`: which features, and where such a line may stand.

use taipan_bytecode::flags;
use taipan_syntax::ast::{ConstantValue, ExprKind, Mod, Span, Stmt, StmtKind};

use crate::error::{Error, Result};

/// Features of a module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Future {
    /// `co_flags` bits.
    pub flags: u32,
    /// Where the last of these lines is.
    pub last: Option<Span>,
}

fn feature_flag(name: &str) -> Option<u32> {
    Some(match name {
        "nested_scopes" | "generators" => 0,
        "division" => flags::FUTURE_DIVISION,
        "absolute_import" => flags::FUTURE_ABSOLUTE_IMPORT,
        "with_statement" => flags::FUTURE_WITH_STATEMENT,
        "print_function" => flags::FUTURE_PRINT_FUNCTION,
        "unicode_literals" => flags::FUTURE_UNICODE_LITERALS,
        "barry_as_FLUFL" => flags::FUTURE_BARRY_AS_BDFL,
        "generator_stop" => flags::FUTURE_GENERATOR_STOP,
        "annotations" => flags::FUTURE_ANNOTATIONS,
        _ => return None,
    })
}

/// Collect the features of `module`.
pub fn scan(module: &Mod) -> Result<Future> {
    let mut future = Future::default();
    let body = match module {
        Mod::Module(m) => &m.body,
        Mod::Interactive(m) => &m.body,
        _ => return Ok(future),
    };
    let mut rest = &body[..];
    if let [first, tail @ ..] = rest
        && is_docstring(first)
    {
        rest = tail;
    }
    for stmt in rest {
        let StmtKind::ImportFrom(import) = &stmt.kind else { break };
        if import.level.unwrap_or(0) != 0 || import.module.as_ref().is_none_or(|m| m.as_str() != "__future__") {
            break;
        }
        for alias in &import.names {
            let name = alias.name.as_str();
            match feature_flag(name) {
                Some(flag) => future.flags |= flag,
                None if name == "braces" => return Err(Error::syntax("not a chance", alias.span)),
                None => {
                    return Err(Error::syntax(format!("future feature {name:.100} is not defined"), alias.span));
                }
            }
        }
        future.last = Some(stmt.span);
    }
    Ok(future)
}

/// Is `stmt` a string by itself?
pub fn is_docstring(stmt: &Stmt) -> bool {
    matches!(&stmt.kind, StmtKind::Expr(e)
        if matches!(&e.value.kind, ExprKind::Constant(c) if matches!(c.value, ConstantValue::Str(_))))
}
