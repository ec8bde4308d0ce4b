//! Rules for parameters of `def` and `lambda`.
//!
//! The two grammars are the same but for the closing token, annotations and type comments, so one set of helpers
//! takes a [`Style`].

use super::engine::{Engine, Fail, K, R, choice, grammar};
use super::expr::{expression, star_expression};
use crate::lex::Tok;

/// Whose parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Def,
    Lambda,
}

use Style::{Def, Lambda};

impl Style {
    fn close(self) -> Tok {
        if self == Def { Tok::RPar } else { Tok::Colon }
    }
}

fn comma(p: &mut Engine<'_>) -> R {
    p.t(Tok::Comma)
}

fn type_comment(p: &mut Engine<'_>, style: Style) -> R<()> {
    if style == Def {
        p.opt(|p| p.t(Tok::TypeComment))?;
    }
    Ok(())
}

fn param(p: &mut Engine<'_>, style: Style) -> R {
    p.rule(match style {
        Def => |p| {
            let start = p.mark;
            p.name()?;
            p.opt(|p| { p.t(Tok::Colon)?; expression(p) })?;
            p.node(K::Nothing, start, vec![])
        },
        Lambda => |p| { let start = p.mark; p.name()?; p.node(K::Nothing, start, vec![]) },
    })
}

/// How a parameter's default stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Default {
    No,
    Must,
    May,
}

/// A parameter with what ends it: a comma, or the closing token ahead.
fn param_with(p: &mut Engine<'_>, style: Style, wanted: Default) -> R {
    let head = |p: &mut Engine<'_>| -> R {
        let a = param(p, style)?;
        match wanted {
            Default::No => {}
            Default::Must => drop(default(p)?),
            Default::May => drop(p.opt(default)?),
        }
        Ok(a)
    };
    choice!(p;
        { let a = head(p)?; comma(p)?; type_comment(p, style)?; Ok(a) },
        { let a = head(p)?; type_comment(p, style)?; p.look(|p| p.t(style.close()))?; Ok(a) },
    )
}

fn no_default(p: &mut Engine<'_>, style: Style) -> R {
    param_with(p, style, Default::No)
}

fn with_default(p: &mut Engine<'_>, style: Style) -> R {
    param_with(p, style, Default::Must)
}

fn maybe_default(p: &mut Engine<'_>, style: Style) -> R {
    param_with(p, style, Default::May)
}

fn no_defaults(p: &mut Engine<'_>, style: Style) -> R<Vec<u32>> {
    p.star(|p| no_default(p, style))
}

fn maybe_defaults(p: &mut Engine<'_>, style: Style) -> R<Vec<u32>> {
    p.star(|p| maybe_default(p, style))
}

/// `'/' ','` or `'/'` before the closing token.
fn slash_end(p: &mut Engine<'_>, style: Style, defaults: bool) -> R {
    let head = |p: &mut Engine<'_>| -> R {
        if defaults {
            no_defaults(p, style)?;
            p.plus(|p| with_default(p, style))?;
        } else {
            p.plus(|p| no_default(p, style))?;
        }
        p.t(Tok::Slash)
    };
    choice!(p;
        { head(p)?; comma(p) },
        { head(p)?; p.look(|p| p.t(style.close()))?; Ok(0) },
    )
}

fn slash(p: &mut Engine<'_>, style: Style) -> R {
    choice!(p; slash_end(p, style, false), slash_end(p, style, true))
}

fn parameters(p: &mut Engine<'_>, style: Style) -> R {
    let tail = |p: &mut Engine<'_>| -> R<()> { p.opt(|p| star_etc(p, style)).map(drop) };
    let defaults = |p: &mut Engine<'_>| -> R<()> { p.star(|p| with_default(p, style)).map(drop) };
    choice!(p;
        {
            slash_end(p, style, false)?;
            no_defaults(p, style)?;
            defaults(p)?;
            tail(p)?;
            p.require(8, "Positional-only parameters are")?;
            Ok(0)
        },
        {
            slash_end(p, style, true)?;
            defaults(p)?;
            tail(p)?;
            p.require(8, "Positional-only parameters are")?;
            Ok(0)
        },
        { p.plus(|p| no_default(p, style))?; defaults(p)?; tail(p)?; Ok(0) },
        { p.plus(|p| with_default(p, style))?; tail(p)?; Ok(0) },
        star_etc(p, style),
    )
}

/// `param ':' star_expression` and its end.
fn star_annotation(p: &mut Engine<'_>) -> R {
    let head = |p: &mut Engine<'_>| -> R {
        p.name()?;
        p.t(Tok::Colon)?;
        star_expression(p)
    };
    choice!(p;
        { head(p)?; comma(p)?; type_comment(p, Def)?; Ok(0) },
        { head(p)?; type_comment(p, Def)?; p.look(|p| p.t(Tok::RPar))?; Ok(0) },
    )
}

fn star_etc(p: &mut Engine<'_>, style: Style) -> R {
    let tail = |p: &mut Engine<'_>| -> R<()> { p.opt(|p| kwds(p, style)).map(drop) };
    choice!(p;
        p.inv(if style == Def { invalid_star_etc } else { invalid_lambda_star_etc }),
        {
            p.t(Tok::Star)?;
            no_default(p, style)?;
            maybe_defaults(p, style)?;
            tail(p)?;
            Ok(0)
        },
        {
            if style == Lambda {
                return Err(Fail::No);
            }
            p.t(Tok::Star)?;
            star_annotation(p)?;
            maybe_defaults(p, style)?;
            tail(p)?;
            Ok(0)
        },
        {
            p.t(Tok::Star)?;
            comma(p)?;
            p.plus(|p| maybe_default(p, style))?;
            tail(p)?;
            Ok(0)
        },
        kwds(p, style),
    )
}

fn kwds(p: &mut Engine<'_>, style: Style) -> R {
    choice!(p;
        p.inv(if style == Def { invalid_kwds } else { invalid_lambda_kwds }),
        { p.t(Tok::DoubleStar)?; no_default(p, style) },
    )
}

/// The rules about order that both styles share.
fn invalid_order(p: &mut Engine<'_>, style: Style) -> R {
    choice!(p;
        {
            let a = p.t(Tok::Slash)?;
            comma(p)?;
            Err(p.raise_at(a, "at least one argument must precede /"))
        },
        {
            slash(p, style)?;
            maybe_defaults(p, style)?;
            let a = p.t(Tok::Slash)?;
            Err(p.raise_at(a, "/ may appear only once"))
        },
        {
            p.opt(|p| slash_end(p, style, false))?;
            no_defaults(p, style)?;
            choice!(p;
                slash_end(p, style, true),
                { p.plus(|p| with_default(p, style))?; Ok(0) },
            )?;
            let a = no_default(p, style)?;
            Err(p.raise_at(a, "parameter without a default follows parameter with a default"))
        },
        {
            no_defaults(p, style)?;
            let a = p.t(Tok::LPar)?;
            match style {
                Def => p.plus(|p| no_default(p, style))?,
                Lambda => p.gather(Tok::Comma, |p| param(p, Lambda))?,
            };
            p.opt(comma)?;
            let b = p.t(Tok::RPar)?;
            let what = if style == Def { "Function" } else { "Lambda expression" };
            Err(p.raise_range(a, b, format!("{what} parameters cannot be parenthesized")))
        },
        {
            p.opt(|p| slash(p, style))?;
            maybe_defaults(p, style)?;
            p.t(Tok::Star)?;
            choice!(p; comma(p), no_default(p, style))?;
            maybe_defaults(p, style)?;
            let a = p.t(Tok::Slash)?;
            Err(p.raise_at(a, "/ must be ahead of *"))
        },
        {
            p.plus(|p| maybe_default(p, style))?;
            p.t(Tok::Slash)?;
            let a = p.t(Tok::Star)?;
            Err(p.raise_at(a, "expected comma between / and *"))
        },
    )
}

/// `'*' (param ',' | ',') … '*' (…)`
fn second_star(p: &mut Engine<'_>, style: Style) -> R {
    p.t(Tok::Star)?;
    choice!(p; no_default(p, style), comma(p))?;
    maybe_defaults(p, style)?;
    let a = p.t(Tok::Star)?;
    choice!(p; no_default(p, style), comma(p))?;
    Err(p.raise_at(a, "* argument may appear only once"))
}

fn star_default(p: &mut Engine<'_>, style: Style) -> R {
    p.t(Tok::Star)?;
    param(p, style)?;
    let a = p.t(Tok::Equal)?;
    Err(p.raise_at(a, "var-positional argument cannot have default value"))
}

/// What may not follow or belong to `**kwargs`.
fn invalid_after_kwds(p: &mut Engine<'_>, style: Style) -> R {
    choice!(p;
        {
            p.t(Tok::DoubleStar)?;
            param(p, style)?;
            let a = p.t(Tok::Equal)?;
            Err(p.raise_at(a, "var-keyword argument cannot have default value"))
        },
        {
            p.t(Tok::DoubleStar)?;
            param(p, style)?;
            comma(p)?;
            let a = param(p, style)?;
            Err(p.raise_at(a, "arguments cannot follow var-keyword argument"))
        },
        {
            p.t(Tok::DoubleStar)?;
            param(p, style)?;
            comma(p)?;
            let a = p.any(&[Tok::Star, Tok::DoubleStar, Tok::Slash])?;
            Err(p.raise_at(a, "arguments cannot follow var-keyword argument"))
        },
    )
}

/// `'*'` with nothing it could stand before.
fn bare_star(p: &mut Engine<'_>, close: Tok) -> R {
    let a = p.t(Tok::Star)?;
    choice!(p;
        p.t(close),
        { comma(p)?; p.any(&[close, Tok::DoubleStar]) },
    )?;
    Ok(a)
}

grammar! {
    p;
    extra_memo(Params) params { p.inv(invalid_parameters), parameters(p, Def) }
    extra_memo(LambdaParams) lambda_params { p.inv(invalid_lambda_parameters), parameters(p, Lambda) }
    rule default { { p.t(Tok::Equal)?; expression(p) }, p.inv(invalid_default) }
    rule invalid_parameters { invalid_order(p, Def) }
    rule invalid_lambda_parameters { invalid_order(p, Lambda) }
    rule invalid_default {
        {
            let a = p.t(Tok::Equal)?;
            p.look(|p| p.any(&[Tok::RPar, Tok::Comma]))?;
            Err(p.raise_at(a, "expected default value expression"))
        },
    }
    rule invalid_star_etc {
        { let a = bare_star(p, Tok::RPar)?; Err(p.raise_at(a, "named arguments must follow bare *")) },
        {
            p.t(Tok::Star)?;
            comma(p)?;
            p.t(Tok::TypeComment)?;
            Err(p.raise("bare * has associated type comment"))
        },
        star_default(p, Def),
        second_star(p, Def),
    }
    rule invalid_lambda_star_etc {
        { bare_star(p, Tok::Colon)?; Err(p.raise("named arguments must follow bare *")) },
        star_default(p, Lambda),
        second_star(p, Lambda),
    }
    rule invalid_kwds { invalid_after_kwds(p, Def) }
    rule invalid_lambda_kwds { invalid_after_kwds(p, Lambda) }
}
