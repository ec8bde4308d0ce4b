//! Rules for simple statements and imports.

use super::compound::type_params;
use super::engine::{Engine, Fail, K, N, R, choice, grammar};
use super::expr::*;
use super::helpers::Targets;
use super::targets::*;
use crate::lex::Tok;

/// Augmented assignment operators.
const AUGMENTED: &[Tok] = &[
    Tok::PlusEqual,
    Tok::MinEqual,
    Tok::StarEqual,
    Tok::AtEqual,
    Tok::SlashEqual,
    Tok::PercentEqual,
    Tok::AmperEqual,
    Tok::VBarEqual,
    Tok::CircumflexEqual,
    Tok::LeftShiftEqual,
    Tok::RightShiftEqual,
    Tok::DoubleStarEqual,
    Tok::DoubleSlashEqual,
];

fn dots(p: &mut Engine<'_>) -> R {
    p.any(&[Tok::Dot, Tok::Ellipsis])
}

fn as_name(p: &mut Engine<'_>) -> R {
    p.t(Tok::As)?;
    p.name()
}

/// What may follow a complete imported name.
fn name_and_end(p: &mut Engine<'_>) -> R {
    p.name()?;
    p.any(&[Tok::Comma, Tok::RPar, Tok::Semi, Tok::Newline])
}

/// `from __future__ import barry_as_FLUFL` changes the rules for what follows.
fn note_future_import(p: &mut Engine<'_>, module: N, names: N, dots: usize) {
    if dots == 0 && p.node_text(module) == "__future__" {
        let found = p.kids(names).iter().any(|&alias| p.node_text(alias) == "barry_as_FLUFL");
        if found {
            p.barry = true;
            p.lexer.set_flufl();
        }
    }
}

fn target_equal(p: &mut Engine<'_>) -> R {
    let target = star_targets(p)?;
    p.t(Tok::Equal)?;
    Ok(target)
}

grammar! {
    p;
    rule simple_stmts {
        {
            let a = simple_stmt(p)?;
            p.not(|p| p.t(Tok::Semi))?;
            p.t(Tok::Newline)?;
            Ok(a)
        },
        {
            let a = p.gather(Tok::Semi, simple_stmt)?;
            p.opt(|p| p.t(Tok::Semi))?;
            p.t(Tok::Newline)?;
            Ok(p.seq(a))
        },
    }
    memo(SimpleStmt) simple_stmt {
        assignment(p),
        { p.look(|p| p.soft("type"))?; type_alias(p) },
        { let start = p.mark; star_expressions(p)?; p.node(K::Statement, start, vec![]) },
        { p.look(|p| p.t(Tok::Return))?; return_stmt(p) },
        { p.look(|p| p.any(&[Tok::Import, Tok::From]))?; import_stmt(p) },
        { p.look(|p| p.t(Tok::Raise))?; raise_stmt(p) },
        pass_stmt(p),
        { p.look(|p| p.t(Tok::Del))?; del_stmt(p) },
        { p.look(|p| p.t(Tok::Yield))?; yield_expr(p) },
        { p.look(|p| p.t(Tok::Assert))?; assert_stmt(p) },
        break_stmt(p),
        continue_stmt(p),
        { p.t(Tok::Global)?; p.gather(Tok::Comma, Engine::name)?; Ok(0) },
        { p.t(Tok::Nonlocal)?; p.gather(Tok::Comma, Engine::name)?; Ok(0) },
    }
    rule pass_stmt { { let start = p.mark; p.t(Tok::Pass)?; p.node(K::Statement, start, vec![]) } }
    rule break_stmt { { let start = p.mark; p.t(Tok::Break)?; p.node(K::Statement, start, vec![]) } }
    rule continue_stmt { { let start = p.mark; p.t(Tok::Continue)?; p.node(K::Statement, start, vec![]) } }
    rule assignment {
        {
            p.name()?;
            p.t(Tok::Colon)?;
            expression(p)?;
            p.opt(|p| { p.t(Tok::Equal)?; annotated_rhs(p) })?;
            p.require(6, "Variable annotation syntax is")?;
            Ok(0)
        },
        {
            choice!(p;
                { p.t(Tok::LPar)?; let b = single_target(p)?; p.t(Tok::RPar)?; Ok(b) },
                single_subscript_attribute_target(p),
            )?;
            p.t(Tok::Colon)?;
            expression(p)?;
            p.opt(|p| { p.t(Tok::Equal)?; annotated_rhs(p) })?;
            p.require(6, "Variable annotations syntax is")?;
            Ok(0)
        },
        {
            p.plus(target_equal)?;
            annotated_rhs(p)?;
            p.not(|p| p.t(Tok::Equal))?;
            p.opt(|p| p.t(Tok::TypeComment))?;
            Ok(0)
        },
        {
            single_target(p)?;
            let matrix = p.here()?.kind == Tok::AtEqual;
            p.any(AUGMENTED)?;
            if matrix {
                p.require(5, "The '@' operator is")?;
            }
            p.cut(annotated_rhs)
        },
        p.inv(invalid_assignment),
    }
    extra_memo(AnnotatedRhs) annotated_rhs { yield_expr(p), star_expressions(p) }
    rule return_stmt { { p.t(Tok::Return)?; p.opt(star_expressions)?; Ok(0) } }
    rule raise_stmt {
        {
            p.t(Tok::Raise)?;
            expression(p)?;
            p.opt(|p| { p.t(Tok::From)?; expression(p) })?;
            Ok(0)
        },
        p.t(Tok::Raise),
    }
    rule del_stmt {
        {
            p.t(Tok::Del)?;
            del_targets(p)?;
            p.look(|p| p.any(&[Tok::Semi, Tok::Newline]))?;
            Ok(0)
        },
        p.inv(invalid_del_stmt),
    }
    rule assert_stmt {
        {
            p.t(Tok::Assert)?;
            expression(p)?;
            p.opt(|p| { p.t(Tok::Comma)?; expression(p) })?;
            Ok(0)
        },
    }
    rule type_alias {
        {
            p.soft("type")?;
            p.name()?;
            p.opt(type_params)?;
            p.t(Tok::Equal)?;
            expression(p)?;
            p.require(12, "Type statement is")?;
            Ok(0)
        },
    }
    rule import_stmt { p.inv(invalid_import), import_name(p), import_from(p) }
    rule import_name { { p.t(Tok::Import)?; p.gather(Tok::Comma, dotted_as_name)?; Ok(0) } }
    rule import_from {
        {
            p.t(Tok::From)?;
            let dots = p.star(dots)?;
            let module = dotted_name(p)?;
            p.t(Tok::Import)?;
            let names = import_from_targets(p)?;
            note_future_import(p, module, names, dots.len());
            Ok(0)
        },
        {
            p.t(Tok::From)?;
            p.plus(dots)?;
            p.t(Tok::Import)?;
            import_from_targets(p)
        },
    }
    rule import_from_targets {
        {
            p.t(Tok::LPar)?;
            let names = import_from_as_names(p)?;
            p.opt(|p| p.t(Tok::Comma))?;
            p.t(Tok::RPar)?;
            Ok(names)
        },
        { let names = import_from_as_names(p)?; p.not(|p| p.t(Tok::Comma))?; Ok(names) },
        p.t(Tok::Star),
        p.inv(invalid_import_from_targets),
    }
    rule import_from_as_names { { let names = p.gather(Tok::Comma, import_from_as_name)?; Ok(p.seq(names)) } }
    rule import_from_as_name {
        p.inv(invalid_import_from_as_name),
        { let name = p.name()?; p.opt(as_name)?; Ok(name) },
    }
    rule dotted_as_name {
        p.inv(invalid_dotted_as_name),
        { let name = dotted_name(p)?; p.opt(as_name)?; Ok(name) },
    }
    left_recursive(DottedName) dotted_name {
        { let start = p.mark; dotted_name(p)?; p.t(Tok::Dot)?; p.name()?; p.node(K::Statement, start, vec![]) },
        p.name(),
    }

    rule invalid_assignment {
        {
            let a = invalid_ann_assign_target(p)?;
            p.t(Tok::Colon)?;
            expression(p)?;
            Err(p.raise_at(a, format!("only single target (not {}) can be annotated", p.expr_name(a))))
        },
        {
            let a = star_named_expression(p)?;
            p.t(Tok::Comma)?;
            p.star(star_named_expressions)?;
            p.t(Tok::Colon)?;
            expression(p)?;
            Err(p.raise_at(a, "only single target (not tuple) can be annotated"))
        },
        {
            let a = expression(p)?;
            p.t(Tok::Colon)?;
            expression(p)?;
            Err(p.raise_at(a, "illegal target for annotation"))
        },
        {
            p.star(target_equal)?;
            let a = star_expressions(p)?;
            p.t(Tok::Equal)?;
            Err(p.raise_invalid_target(a, Targets::Star))
        },
        {
            p.star(target_equal)?;
            let a = yield_expr(p)?;
            p.t(Tok::Equal)?;
            Err(p.raise_at(a, "assignment to yield expression not possible"))
        },
        {
            let a = star_expressions(p)?;
            p.any(AUGMENTED)?;
            annotated_rhs(p)?;
            Err(p.raise_at(a, format!("'{}' is an illegal expression for augmented assignment", p.expr_name(a))))
        },
    }
    rule invalid_ann_assign_target {
        list(p),
        tuple(p),
        { p.t(Tok::LPar)?; let a = invalid_ann_assign_target(p)?; p.t(Tok::RPar)?; Ok(a) },
    }
    rule invalid_del_stmt {
        { p.t(Tok::Del)?; let a = star_expressions(p)?; Err(p.raise_invalid_target(a, Targets::Del)) },
    }
    rule invalid_import {
        {
            let a = p.t(Tok::Import)?;
            p.gather(Tok::Comma, dotted_name)?;
            p.t(Tok::From)?;
            dotted_name(p)?;
            Err(p.raise_from(a, "Did you mean to use 'from ... import ...' instead?"))
        },
        {
            p.t(Tok::Import)?;
            let token = p.t(Tok::Newline)?;
            Err(p.raise_from(token, "Expected one or more names after 'import'"))
        },
    }
    rule invalid_dotted_as_name {
        {
            dotted_name(p)?;
            p.t(Tok::As)?;
            p.not(name_and_end)?;
            let a = expression(p)?;
            Err(p.raise_at(a, format!("cannot use {} as import target", p.expr_name(a))))
        },
    }
    rule invalid_import_from_as_name {
        {
            p.name()?;
            p.t(Tok::As)?;
            p.not(name_and_end)?;
            let a = expression(p)?;
            Err(p.raise_at(a, format!("cannot use {} as import target", p.expr_name(a))))
        },
    }
    rule invalid_import_from_targets {
        {
            import_from_as_names(p)?;
            p.t(Tok::Comma)?;
            p.t(Tok::Newline)?;
            Err(p.raise("trailing comma not allowed without surrounding parentheses"))
        },
        {
            let token = p.t(Tok::Newline)?;
            Err(p.raise_from(token, "Expected one or more names after 'import'"))
        },
    }
}
