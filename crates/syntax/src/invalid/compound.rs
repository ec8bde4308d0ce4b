//! Rules for compound statements, blocks and the starting points.

use super::calls::arguments;
use super::engine::{Engine, Fail, K, N, R, grammar};
use super::expr::*;
use super::helpers::Targets;
use super::params::params;
use super::pattern::match_stmt;
use super::simple::*;
use super::targets::*;
use crate::Mode;
use crate::error::ErrorKind;
use crate::lex::Tok;

/// The whole input.
pub(super) fn root(p: &mut Engine<'_>) -> R {
    match p.mode {
        Mode::Exec => {
            p.opt(statements)?;
            p.t(Tok::EndMarker)
        }
        Mode::Single => statement_newline(p),
        Mode::Eval => {
            expressions(p)?;
            p.star(|p| p.t(Tok::Newline))?;
            p.t(Tok::EndMarker)
        }
        Mode::FuncType => func_type(p),
    }
}

fn comma(p: &mut Engine<'_>) -> R {
    p.t(Tok::Comma)
}

fn optional_async(p: &mut Engine<'_>) -> R<()> {
    p.opt(|p| p.t(Tok::Async)).map(drop)
}

/// `[keyword] … ':' NEWLINE !INDENT`: the tail of the rules for a missing block.
fn missing_block(p: &mut Engine<'_>, keyword: N, what: &str) -> R {
    p.t(Tok::Colon)?;
    p.t(Tok::Newline)?;
    p.not(|p| p.t(Tok::Indent))?;
    let line = p.span(keyword).lineno;
    Err(p.raise_kind(ErrorKind::Indentation, &format!("expected an indented block after {what} on line {line}")))
}

/// `NEWLINE` where a colon belongs.
fn missing_colon(p: &mut Engine<'_>) -> R {
    p.t(Tok::Newline)?;
    Err(p.raise("expected ':'"))
}

fn as_star_target(p: &mut Engine<'_>) -> R {
    p.t(Tok::As)?;
    star_target(p)
}

fn as_name(p: &mut Engine<'_>) -> R {
    p.t(Tok::As)?;
    p.name()
}

fn expression_as_target(p: &mut Engine<'_>) -> R {
    let e = expression(p)?;
    p.opt(as_star_target)?;
    Ok(e)
}

fn expressions_as_target(p: &mut Engine<'_>) -> R {
    let e = expressions(p)?;
    p.opt(as_star_target)?;
    Ok(e)
}

/// `'(' item (',' item)* [','] ')'`
fn parenthesised_items(p: &mut Engine<'_>, item: fn(&mut Engine<'_>) -> R) -> R<()> {
    p.t(Tok::LPar)?;
    p.gather(Tok::Comma, item)?;
    p.opt(comma)?;
    p.t(Tok::RPar)?;
    Ok(())
}

fn return_annotation(p: &mut Engine<'_>) -> R {
    p.t(Tok::RArrow)?;
    expression(p)
}

fn class_arguments(p: &mut Engine<'_>) -> R {
    p.t(Tok::LPar)?;
    p.opt(arguments)?;
    p.t(Tok::RPar)
}

/// A compound statement is complete.
fn registered(p: &mut Engine<'_>, statement: R) -> R {
    let node = statement?;
    let span = p.span(node);
    if p.last_statement.0 <= i64::from(span.lineno) {
        p.last_statement = (i64::from(span.lineno), i64::from(span.col_offset));
    }
    Ok(node)
}

/// `'try' &&':' block`
fn try_head(p: &mut Engine<'_>) -> R {
    p.t(Tok::Try)?;
    p.force(Tok::Colon)?;
    block(p)
}

/// `f` from its first token on as a statement node.
fn statement_node(p: &mut Engine<'_>, f: impl FnOnce(&mut Engine<'_>) -> R<()>) -> R {
    let start = p.mark;
    f(p)?;
    p.node(K::Statement, start, vec![])
}

grammar! {
    p;
    rule func_type {
        {
            p.t(Tok::LPar)?;
            p.opt(type_expressions)?;
            p.t(Tok::RPar)?;
            p.t(Tok::RArrow)?;
            expression(p)?;
            p.star(|p| p.t(Tok::Newline))?;
            p.t(Tok::EndMarker)
        },
    }
    rule statements { { p.plus(statement)?; Ok(0) } }
    rule statement {
        { let s = compound_stmt(p); registered(p, s) },
        simple_stmts(p),
    }
    rule statement_newline {
        { let s = compound_stmt(p); registered(p, s)?; p.t(Tok::Newline) },
        simple_stmts(p),
        p.t(Tok::Newline),
        { p.t(Tok::EndMarker)?; Err(Fail::Cut) },
    }
    rule compound_stmt {
        { p.look(|p| p.any(&[Tok::Def, Tok::At, Tok::Async]))?; function_def(p) },
        { p.look(|p| p.t(Tok::If))?; if_stmt(p) },
        { p.look(|p| p.any(&[Tok::Class, Tok::At]))?; class_def(p) },
        { p.look(|p| p.any(&[Tok::With, Tok::Async]))?; with_stmt(p) },
        { p.look(|p| p.any(&[Tok::For, Tok::Async]))?; for_stmt(p) },
        { p.look(|p| p.t(Tok::Try))?; try_stmt(p) },
        { p.look(|p| p.t(Tok::While))?; while_stmt(p) },
        match_stmt(p),
    }
    memo(Block) block {
        {
            p.t(Tok::Newline)?;
            p.t(Tok::Indent)?;
            statements(p)?;
            p.t(Tok::Dedent)
        },
        simple_stmts(p),
        p.inv(invalid_block),
    }
    rule decorators {
        {
            p.plus(|p| {
                p.t(Tok::At)?;
                named_expression(p)?;
                p.t(Tok::Newline)
            })?;
            Ok(0)
        },
    }
    rule class_def {
        { decorators(p)?; class_def_raw(p) },
        class_def_raw(p),
    }
    rule class_def_raw {
        p.inv(invalid_class_def_raw),
        statement_node(p, |p| {
            p.t(Tok::Class)?;
            p.name()?;
            p.opt(type_params)?;
            p.opt(class_arguments)?;
            p.t(Tok::Colon)?;
            block(p).map(drop)
        }),
    }
    rule function_def {
        { decorators(p)?; function_def_raw(p) },
        function_def_raw(p),
    }
    rule function_def_raw {
        p.inv(invalid_def_raw),
        statement_node(p, function_tail),
        statement_node(p, |p| {
            p.t(Tok::Async)?;
            function_tail(p)?;
            p.require(5, "Async functions are")
        }),
    }
    rule func_type_comment {
        {
            p.t(Tok::Newline)?;
            let comment = p.t(Tok::TypeComment)?;
            p.look(|p| { p.t(Tok::Newline)?; p.t(Tok::Indent) })?;
            Ok(comment)
        },
        p.inv(invalid_double_type_comments),
        p.t(Tok::TypeComment),
    }
    rule if_stmt {
        p.inv(invalid_if_stmt),
        statement_node(p, |p| { clause_head(p, Tok::If)?; elif_stmt(p).map(drop) }),
        statement_node(p, |p| { clause_head(p, Tok::If)?; p.opt(else_block).map(drop) }),
    }
    rule elif_stmt {
        p.inv(invalid_elif_stmt),
        statement_node(p, |p| { clause_head(p, Tok::Elif)?; elif_stmt(p).map(drop) }),
        statement_node(p, |p| { clause_head(p, Tok::Elif)?; p.opt(else_block).map(drop) }),
    }
    rule else_block {
        p.inv(invalid_else_stmt),
        { p.t(Tok::Else)?; p.force(Tok::Colon)?; block(p) },
    }
    rule while_stmt {
        p.inv(invalid_while_stmt),
        statement_node(p, |p| { clause_head(p, Tok::While)?; p.opt(else_block).map(drop) }),
    }
    rule for_stmt {
        p.inv(invalid_for_stmt),
        statement_node(p, for_tail),
        statement_node(p, |p| {
            p.t(Tok::Async)?;
            for_tail(p)?;
            p.require(5, "Async for loops are")
        }),
        p.inv(invalid_for_target),
    }
    rule with_stmt {
        p.inv(invalid_with_stmt_indent),
        statement_node(p, |p| {
            p.t(Tok::With)?;
            parenthesised_items(p, with_item)?;
            p.t(Tok::Colon)?;
            p.opt(|p| p.t(Tok::TypeComment))?;
            block(p).map(drop)
        }),
        statement_node(p, |p| {
            p.t(Tok::With)?;
            p.gather(Tok::Comma, with_item)?;
            p.t(Tok::Colon)?;
            p.opt(|p| p.t(Tok::TypeComment))?;
            block(p).map(drop)
        }),
        statement_node(p, |p| {
            p.t(Tok::Async)?;
            p.t(Tok::With)?;
            parenthesised_items(p, with_item)?;
            p.t(Tok::Colon)?;
            block(p)?;
            p.require(5, "Async with statements are")
        }),
        statement_node(p, |p| {
            p.t(Tok::Async)?;
            p.t(Tok::With)?;
            p.gather(Tok::Comma, with_item)?;
            p.t(Tok::Colon)?;
            p.opt(|p| p.t(Tok::TypeComment))?;
            block(p)?;
            p.require(5, "Async with statements are")
        }),
        p.inv(invalid_with_stmt),
    }
    extra_memo(WithItem) with_item {
        {
            expression(p)?;
            p.t(Tok::As)?;
            star_target(p)?;
            p.look(|p| p.any(&[Tok::Comma, Tok::RPar, Tok::Colon]))?;
            Ok(0)
        },
        p.inv(invalid_with_item),
        expression(p),
    }
    rule try_stmt {
        p.inv(invalid_try_stmt),
        statement_node(p, |p| { try_head(p)?; finally_block(p).map(drop) }),
        statement_node(p, |p| {
            try_head(p)?;
            p.plus(except_block)?;
            p.opt(else_block)?;
            p.opt(finally_block).map(drop)
        }),
        statement_node(p, |p| {
            try_head(p)?;
            p.plus(except_star_block)?;
            p.opt(else_block)?;
            p.opt(finally_block)?;
            p.require(11, "Exception groups are")
        }),
    }
    rule except_block {
        p.inv(invalid_except_stmt_indent),
        { p.t(Tok::Except)?; expression(p)?; p.t(Tok::Colon)?; block(p) },
        { p.t(Tok::Except)?; expression(p)?; as_name(p)?; p.t(Tok::Colon)?; block(p) },
        {
            p.t(Tok::Except)?;
            expressions(p)?;
            p.t(Tok::Colon)?;
            block(p)?;
            p.require(14, "except expressions without parentheses are")?;
            Ok(0)
        },
        { p.t(Tok::Except)?; p.t(Tok::Colon)?; block(p) },
        p.inv(invalid_except_stmt),
    }
    rule except_star_block {
        p.inv(invalid_except_star_stmt_indent),
        { except_star(p)?; expression(p)?; p.t(Tok::Colon)?; block(p) },
        { except_star(p)?; expression(p)?; as_name(p)?; p.t(Tok::Colon)?; block(p) },
        {
            except_star(p)?;
            expressions(p)?;
            p.t(Tok::Colon)?;
            block(p)?;
            p.require(14, "except expressions without parentheses are")?;
            Ok(0)
        },
        p.inv(invalid_except_star_stmt),
    }
    rule finally_block {
        p.inv(invalid_finally_stmt),
        { p.t(Tok::Finally)?; p.force(Tok::Colon)?; block(p) },
    }
    rule type_params {
        p.inv(invalid_type_params),
        {
            p.t(Tok::LSqb)?;
            p.gather(Tok::Comma, type_param)?;
            p.opt(comma)?;
            p.t(Tok::RSqb)?;
            p.require(12, "Type parameter lists are")?;
            Ok(0)
        },
    }
    memo(TypeParam) type_param {
        {
            p.name()?;
            p.opt(|p| { p.t(Tok::Colon)?; expression(p) })?;
            p.opt(type_param_default)?;
            Ok(0)
        },
        p.inv(invalid_type_param),
        { p.t(Tok::Star)?; p.name()?; p.opt(type_param_starred_default)?; Ok(0) },
        { p.t(Tok::DoubleStar)?; p.name()?; p.opt(type_param_default)?; Ok(0) },
    }
    rule type_param_default {
        {
            p.t(Tok::Equal)?;
            expression(p)?;
            p.require(13, "Type parameter defaults are")?;
            Ok(0)
        },
    }
    rule type_param_starred_default {
        {
            p.t(Tok::Equal)?;
            star_expression(p)?;
            p.require(13, "Type parameter defaults are")?;
            Ok(0)
        },
    }
    rule type_expressions {
        { expression_list_comma(p)?; star_type(p)?; comma(p)?; double_star_type(p) },
        { expression_list_comma(p)?; star_type(p) },
        { expression_list_comma(p)?; double_star_type(p) },
        { star_type(p)?; comma(p)?; double_star_type(p) },
        star_type(p),
        double_star_type(p),
        { p.gather(Tok::Comma, expression)?; Ok(0) },
    }

    rule invalid_block {
        {
            p.t(Tok::Newline)?;
            p.not(|p| p.t(Tok::Indent))?;
            Err(p.raise_kind(ErrorKind::Indentation, "expected an indented block"))
        },
    }
    rule invalid_double_type_comments {
        {
            p.t(Tok::TypeComment)?;
            p.t(Tok::Newline)?;
            p.t(Tok::TypeComment)?;
            p.t(Tok::Newline)?;
            p.t(Tok::Indent)?;
            Err(p.raise("Cannot have two type comments on def"))
        },
    }
    rule invalid_with_item {
        {
            expression(p)?;
            p.t(Tok::As)?;
            let a = expression(p)?;
            p.look(|p| p.any(&[Tok::Comma, Tok::RPar, Tok::Colon]))?;
            Err(p.raise_invalid_target(a, Targets::Star))
        },
    }
    rule invalid_with_stmt {
        {
            optional_async(p)?;
            p.t(Tok::With)?;
            p.gather(Tok::Comma, expression_as_target)?;
            missing_colon(p)
        },
        {
            optional_async(p)?;
            p.t(Tok::With)?;
            parenthesised_items(p, expressions_as_target)?;
            missing_colon(p)
        },
    }
    rule invalid_with_stmt_indent {
        {
            optional_async(p)?;
            let a = p.t(Tok::With)?;
            p.gather(Tok::Comma, expression_as_target)?;
            missing_block(p, a, "'with' statement")
        },
        {
            optional_async(p)?;
            let a = p.t(Tok::With)?;
            parenthesised_items(p, expressions_as_target)?;
            missing_block(p, a, "'with' statement")
        },
    }
    rule invalid_try_stmt {
        { let a = p.t(Tok::Try)?; missing_block(p, a, "'try' statement") },
        {
            p.t(Tok::Try)?;
            p.t(Tok::Colon)?;
            block(p)?;
            p.not(|p| p.any(&[Tok::Except, Tok::Finally]))?;
            Err(p.raise("expected 'except' or 'finally' block"))
        },
        {
            p.t(Tok::Try)?;
            p.t(Tok::Colon)?;
            p.star(block)?;
            p.plus(except_block)?;
            let a = p.t(Tok::Except)?;
            let b = p.t(Tok::Star)?;
            expression(p)?;
            p.opt(as_name)?;
            p.t(Tok::Colon)?;
            Err(p.raise_range(a, b, "cannot have both 'except' and 'except*' on the same 'try'"))
        },
        {
            p.t(Tok::Try)?;
            p.t(Tok::Colon)?;
            p.star(block)?;
            p.plus(except_star_block)?;
            let a = p.t(Tok::Except)?;
            p.opt(|p| { expression(p)?; p.opt(as_name)?; Ok(0) })?;
            p.t(Tok::Colon)?;
            Err(p.raise_at(a, "cannot have both 'except' and 'except*' on the same 'try'"))
        },
    }
    rule invalid_except_stmt {
        {
            p.t(Tok::Except)?;
            multiple_exceptions_as(p)
        },
        { p.t(Tok::Except)?; expression(p)?; p.opt(as_name)?; missing_colon(p) },
        { p.t(Tok::Except)?; missing_colon(p) },
        {
            p.t(Tok::Except)?;
            expression(p)?;
            p.t(Tok::As)?;
            let a = expression(p)?;
            p.t(Tok::Colon)?;
            block(p)?;
            Err(p.raise_at(a, format!("cannot use except statement with {}", p.expr_name(a))))
        },
    }
    rule invalid_except_star_stmt {
        { except_star(p)?; multiple_exceptions_as(p) },
        { except_star(p)?; expression(p)?; p.opt(as_name)?; missing_colon(p) },
        {
            except_star(p)?;
            p.any(&[Tok::Newline, Tok::Colon])?;
            Err(p.raise("expected one or more exception types"))
        },
        {
            except_star(p)?;
            expression(p)?;
            p.t(Tok::As)?;
            let a = expression(p)?;
            p.t(Tok::Colon)?;
            block(p)?;
            Err(p.raise_at(a, format!("cannot use except* statement with {}", p.expr_name(a))))
        },
    }
    rule invalid_finally_stmt { { let a = p.t(Tok::Finally)?; missing_block(p, a, "'finally' statement") } }
    rule invalid_except_stmt_indent {
        {
            let a = p.t(Tok::Except)?;
            expression(p)?;
            p.opt(as_name)?;
            missing_block(p, a, "'except' statement")
        },
        { let a = p.t(Tok::Except)?; missing_block(p, a, "'except' statement") },
    }
    rule invalid_except_star_stmt_indent {
        {
            let a = p.t(Tok::Except)?;
            p.t(Tok::Star)?;
            expression(p)?;
            p.opt(as_name)?;
            missing_block(p, a, "'except*' statement")
        },
    }
    rule invalid_if_stmt {
        { p.t(Tok::If)?; named_expression(p)?; missing_colon(p) },
        { let a = p.t(Tok::If)?; named_expression(p)?; missing_block(p, a, "'if' statement") },
    }
    rule invalid_elif_stmt {
        { p.t(Tok::Elif)?; named_expression(p)?; missing_colon(p) },
        { let a = p.t(Tok::Elif)?; named_expression(p)?; missing_block(p, a, "'elif' statement") },
    }
    rule invalid_else_stmt {
        { let a = p.t(Tok::Else)?; missing_block(p, a, "'else' statement") },
        {
            p.t(Tok::Else)?;
            p.t(Tok::Colon)?;
            block(p)?;
            p.t(Tok::Elif)?;
            Err(p.raise("'elif' block follows an 'else' block"))
        },
    }
    rule invalid_while_stmt {
        { p.t(Tok::While)?; named_expression(p)?; missing_colon(p) },
        { let a = p.t(Tok::While)?; named_expression(p)?; missing_block(p, a, "'while' statement") },
    }
    rule invalid_for_stmt {
        {
            optional_async(p)?;
            p.t(Tok::For)?;
            star_targets(p)?;
            p.t(Tok::In)?;
            star_expressions(p)?;
            missing_colon(p)
        },
        {
            optional_async(p)?;
            let a = p.t(Tok::For)?;
            star_targets(p)?;
            p.t(Tok::In)?;
            star_expressions(p)?;
            missing_block(p, a, "'for' statement")
        },
    }
    rule invalid_def_raw {
        {
            optional_async(p)?;
            let a = p.t(Tok::Def)?;
            p.name()?;
            p.opt(type_params)?;
            p.t(Tok::LPar)?;
            p.opt(params)?;
            p.t(Tok::RPar)?;
            p.opt(return_annotation)?;
            missing_block(p, a, "function definition")
        },
        {
            optional_async(p)?;
            p.t(Tok::Def)?;
            p.name()?;
            p.opt(type_params)?;
            p.force(Tok::LPar)?;
            p.opt(params)?;
            p.t(Tok::RPar)?;
            p.opt(return_annotation)?;
            p.force(Tok::Colon)?;
            p.opt(func_type_comment)?;
            block(p)
        },
    }
    rule invalid_class_def_raw {
        {
            p.t(Tok::Class)?;
            p.name()?;
            p.opt(type_params)?;
            p.opt(class_arguments)?;
            missing_colon(p)
        },
        {
            let a = p.t(Tok::Class)?;
            p.name()?;
            p.opt(type_params)?;
            p.opt(class_arguments)?;
            missing_block(p, a, "class definition")
        },
    }
    rule invalid_type_param {
        { p.t(Tok::Star)?; bounded(p, "TypeVarTuple") },
        { p.t(Tok::DoubleStar)?; bounded(p, "ParamSpec") },
    }
    rule invalid_type_params {
        {
            p.t(Tok::LSqb)?;
            let token = p.t(Tok::RSqb)?;
            Err(p.raise_from(token, "Type parameter list cannot be empty"))
        },
    }
}

/// `keyword named_expression ':' block`
fn clause_head(p: &mut Engine<'_>, keyword: Tok) -> R {
    p.t(keyword)?;
    named_expression(p)?;
    p.t(Tok::Colon)?;
    block(p)
}

fn function_tail(p: &mut Engine<'_>) -> R<()> {
    p.t(Tok::Def)?;
    p.name()?;
    p.opt(type_params)?;
    p.t(Tok::LPar)?;
    p.opt(params)?;
    p.t(Tok::RPar)?;
    p.opt(return_annotation)?;
    p.t(Tok::Colon)?;
    p.opt(func_type_comment)?;
    block(p).map(drop)
}

fn for_tail(p: &mut Engine<'_>) -> R<()> {
    p.t(Tok::For)?;
    star_targets(p)?;
    p.t(Tok::In)?;
    p.cut(|p| {
        star_expressions(p)?;
        p.t(Tok::Colon)?;
        p.opt(|p| p.t(Tok::TypeComment))?;
        block(p)?;
        p.opt(else_block).map(drop)
    })
}

fn except_star(p: &mut Engine<'_>) -> R {
    p.t(Tok::Except)?;
    p.t(Tok::Star)
}

/// `expression ',' expressions 'as' NAME ':'`
fn multiple_exceptions_as(p: &mut Engine<'_>) -> R {
    let a = expression(p)?;
    p.t(Tok::Comma)?;
    expressions(p)?;
    as_name(p)?;
    p.t(Tok::Colon)?;
    Err(p.raise_from(a, "multiple exception types must be parenthesized when using 'as'"))
}

/// `NAME ':' expression` where no bound may be.
fn bounded(p: &mut Engine<'_>, what: &str) -> R {
    p.name()?;
    let colon = p.t(Tok::Colon)?;
    let e = expression(p)?;
    let kind = if p.kind(e) == K::Tuple { "constraints" } else { "bound" };
    Err(p.raise_from(colon, format!("cannot use {kind} with {what}")))
}

fn expression_list_comma(p: &mut Engine<'_>) -> R {
    p.gather(Tok::Comma, expression)?;
    comma(p)
}

fn star_type(p: &mut Engine<'_>) -> R {
    p.t(Tok::Star)?;
    expression(p)
}

fn double_star_type(p: &mut Engine<'_>) -> R {
    p.t(Tok::DoubleStar)?;
    expression(p)
}

/// `['async'] 'for' star_expressions`, for loops and comprehensions alike.
pub(super) fn invalid_for_target(p: &mut Engine<'_>) -> R {
    optional_async(p)?;
    p.t(Tok::For)?;
    let a = star_expressions(p)?;
    Err(p.raise_invalid_target(a, Targets::For))
}
