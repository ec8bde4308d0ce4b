//! Rules for arguments, subscripts and generator expressions as arguments.

use super::engine::{Engine, Fail, K, N, R, choice, grammar};
use super::expr::*;
use crate::lex::Tok;

fn comma(p: &mut Engine<'_>) -> R {
    p.t(Tok::Comma)
}

fn starred_not_equal(p: &mut Engine<'_>) -> R {
    let a = starred_expression(p)?;
    p.not(|p| p.t(Tok::Equal))?;
    Ok(a)
}

/// `starred_expression | (assignment_expression | expression !':=') !'='`
fn positional(p: &mut Engine<'_>) -> R {
    choice!(p;
        starred_expression(p),
        { let a = element(p)?; p.not(|p| p.t(Tok::Equal))?; Ok(a) },
    )
}

/// `NAME '=' expression`
fn keyword(p: &mut Engine<'_>) -> R {
    let start = p.mark;
    let name = p.name()?;
    p.t(Tok::Equal)?;
    expression(p)?;
    p.node(K::Keyword, start, vec![name])
}

/// A call's arguments as one node: positional ones and keywords in order.
fn call_node(p: &mut Engine<'_>, start: usize, kids: Vec<N>) -> R {
    p.node(K::Call, start, kids)
}

fn kwargs_after(p: &mut Engine<'_>) -> R {
    comma(p)?;
    kwargs(p)
}

/// `(positional list ',' kwargs) | kwargs`
fn args_with_keywords(p: &mut Engine<'_>) -> R {
    choice!(p;
        { p.gather(Tok::Comma, positional)?; comma(p)?; kwargs(p) },
        kwargs(p),
    )
}

/// How many of a call's arguments are no keywords, and the last of these.
fn positionals(p: &Engine<'_>, call: N) -> (usize, N) {
    let mut found = (0, 0);
    for &kid in p.kids(call) {
        if !matches!(p.kind(kid), K::Keyword | K::DoubleStarred) {
            found = (found.0 + 1, kid);
        }
    }
    found
}

grammar! {
    p;
    memo(Arguments) arguments {
        { let a = args(p)?; p.opt(comma)?; p.look(|p| p.t(Tok::RPar))?; Ok(a) },
        p.inv(invalid_arguments),
    }
    extra_memo(Args) args {
        {
            let start = p.mark;
            let mut kids = p.gather(Tok::Comma, positional)?;
            if let Some(more) = p.opt(kwargs_after)? {
                kids.extend_from_slice(p.kids(more));
            }
            call_node(p, start, kids)
        },
        { let start = p.mark; let a = kwargs(p)?; let kids = p.kids(a).to_vec(); call_node(p, start, kids) },
    }
    extra_memo(KwArgs) kwargs {
        {
            let mut kids = p.gather(Tok::Comma, kwarg_or_starred)?;
            comma(p)?;
            kids.append(&mut p.gather(Tok::Comma, kwarg_or_double_starred)?);
            Ok(p.seq(kids))
        },
        { let kids = p.gather(Tok::Comma, kwarg_or_starred)?; Ok(p.seq(kids)) },
        { let kids = p.gather(Tok::Comma, kwarg_or_double_starred)?; Ok(p.seq(kids)) },
    }
    extra_memo(StarredExpression) starred_expression {
        p.inv(invalid_starred_expression_unpacking),
        { let start = p.mark; p.t(Tok::Star)?; let a = expression(p)?; p.node(K::Starred, start, vec![a]) },
        p.inv(invalid_starred_expression),
    }
    rule kwarg_or_starred { p.inv(invalid_kwarg), keyword(p), starred_expression(p) }
    rule kwarg_or_double_starred {
        p.inv(invalid_kwarg),
        keyword(p),
        { let start = p.mark; p.t(Tok::DoubleStar)?; expression(p)?; p.node(K::DoubleStarred, start, vec![]) },
    }
    extra_memo(GenExp) genexp {
        {
            let start = p.mark;
            p.t(Tok::LPar)?;
            element(p)?;
            for_if_clauses(p)?;
            p.t(Tok::RPar)?;
            p.node(K::GeneratorExp, start, vec![])
        },
        p.inv(invalid_comprehension),
    }
    extra_memo(Slices) slices {
        { let a = slice(p)?; p.not(comma)?; Ok(a) },
        {
            let start = p.mark;
            p.gather(Tok::Comma, |p| choice!(p; slice(p), starred_expression(p)))?;
            p.opt(comma)?;
            p.node(K::Tuple, start, vec![])
        },
    }
    rule slice {
        {
            let start = p.mark;
            p.opt(expression)?;
            p.t(Tok::Colon)?;
            p.opt(expression)?;
            p.opt(|p| { p.t(Tok::Colon)?; p.opt(expression)?; Ok(0) })?;
            p.node(K::Slice, start, vec![])
        },
        named_expression(p),
    }

    rule invalid_arguments {
        {
            args_with_keywords(p)?;
            let a = comma(p)?;
            p.gather(Tok::Comma, starred_not_equal)?;
            Err(p.raise_from(a, "iterable argument unpacking follows keyword argument unpacking"))
        },
        {
            let a = expression(p)?;
            let b = for_if_clauses(p)?;
            comma(p)?;
            p.opt(|p| choice!(p; args(p), { expression(p)?; for_if_clauses(p) }))?;
            let end = p.comprehension_end(b);
            Err(p.raise_range(a, end, "Generator expression must be parenthesized"))
        },
        {
            let a = p.name()?;
            let b = p.t(Tok::Equal)?;
            expression(p)?;
            for_if_clauses(p)?;
            Err(p.raise_range(a, b, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"))
        },
        {
            p.opt(|p| { args(p)?; comma(p) })?;
            let a = p.name()?;
            let b = p.t(Tok::Equal)?;
            p.look(|p| p.any(&[Tok::Comma, Tok::RPar]))?;
            Err(p.raise_range(a, b, "expected argument value expression"))
        },
        {
            let a = args(p)?;
            let b = for_if_clauses(p)?;
            let (count, last) = positionals(p, a);
            if count <= 1 {
                return Err(Fail::Cut);
            }
            let end = p.comprehension_end(b);
            Err(p.raise_range(last, end, "Generator expression must be parenthesized"))
        },
        {
            args(p)?;
            comma(p)?;
            let a = expression(p)?;
            let b = for_if_clauses(p)?;
            let end = p.comprehension_end(b);
            Err(p.raise_range(a, end, "Generator expression must be parenthesized"))
        },
        {
            let a = args(p)?;
            comma(p)?;
            args(p)?;
            let unpacked = p.kids(a).iter().any(|&kid| p.kind(kid) == K::DoubleStarred);
            Err(p.raise(if unpacked {
                "positional argument follows keyword argument unpacking"
            } else {
                "positional argument follows keyword argument"
            }))
        },
    }
    rule invalid_kwarg {
        {
            let a = p.any(&[Tok::True, Tok::False, Tok::None])?;
            let b = p.t(Tok::Equal)?;
            Err(p.raise_range(a, b, format!("cannot assign to {}", p.expr_name(a))))
        },
        {
            let a = p.name()?;
            let b = p.t(Tok::Equal)?;
            expression(p)?;
            for_if_clauses(p)?;
            Err(p.raise_range(a, b, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"))
        },
        {
            p.not(|p| { p.name()?; p.t(Tok::Equal) })?;
            let a = expression(p)?;
            let b = p.t(Tok::Equal)?;
            let message = "expression cannot contain assignment, perhaps you meant \"==\"?";
            Err(p.raise_range(a, b, message))
        },
        {
            let a = p.t(Tok::DoubleStar)?;
            expression(p)?;
            p.t(Tok::Equal)?;
            let b = expression(p)?;
            Err(p.raise_range(a, b, "cannot assign to keyword argument unpacking"))
        },
    }
    rule invalid_starred_expression_unpacking {
        {
            let a = p.t(Tok::Star)?;
            expression(p)?;
            p.t(Tok::Equal)?;
            let b = expression(p)?;
            Err(p.raise_range(a, b, "cannot assign to iterable argument unpacking"))
        },
    }
    rule invalid_starred_expression { { p.t(Tok::Star)?; Err(p.raise("Invalid star expression")) } }
}
