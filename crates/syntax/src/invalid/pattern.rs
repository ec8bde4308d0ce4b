//! Rules for `match`.

use super::compound::block;
use super::engine::{Engine, Fail, K, R, choice, grammar};
use super::expr::*;
use super::strings::strings;
use crate::error::ErrorKind;
use crate::lex::{Tok, Token};

fn comma(p: &mut Engine<'_>) -> R {
    p.t(Tok::Comma)
}

fn missing_block(p: &mut Engine<'_>, keyword: u32, what: &str) -> R {
    p.t(Tok::Colon)?;
    p.t(Tok::Newline)?;
    p.not(|p| p.t(Tok::Indent))?;
    let line = p.span(keyword).lineno;
    Err(p.raise_kind(ErrorKind::Indentation, &format!("expected an indented block after {what} on line {line}")))
}

fn is_imaginary(p: &Engine<'_>, token: Token) -> bool {
    p.text(token).ends_with(['j', 'J']) && !p.text(token).starts_with("0x") && !p.text(token).starts_with("0X")
}

fn real_number(p: &mut Engine<'_>) -> R {
    let token = p.here()?;
    let node = number_node(p)?;
    if is_imaginary(p, token) {
        return Err(p.raise_at(node, "real number required in complex literal"));
    }
    Ok(node)
}

fn imaginary_number(p: &mut Engine<'_>) -> R {
    let token = p.here()?;
    let node = number_node(p)?;
    if !is_imaginary(p, token) {
        return Err(p.raise_at(node, "imaginary number required in complex literal"));
    }
    Ok(node)
}

fn not_sum(p: &mut Engine<'_>) -> R<()> {
    p.not(|p| p.any(&[Tok::Plus, Tok::Minus]))
}

fn not_longer(p: &mut Engine<'_>) -> R<()> {
    p.not(|p| p.any(&[Tok::Dot, Tok::LPar, Tok::Equal]))
}

/// A pattern node of `f`.
fn pattern_node(p: &mut Engine<'_>, f: impl FnOnce(&mut Engine<'_>) -> R<()>) -> R {
    let start = p.mark;
    f(p)?;
    p.node(K::Pattern, start, vec![])
}

fn keyword_pattern(p: &mut Engine<'_>) -> R {
    p.name()?;
    p.t(Tok::Equal)?;
    pattern(p)
}

fn class_head(p: &mut Engine<'_>) -> R {
    name_or_attr(p)?;
    p.t(Tok::LPar)
}

fn class_end(p: &mut Engine<'_>) -> R<()> {
    p.opt(comma)?;
    p.t(Tok::RPar).map(drop)
}

grammar! {
    p;
    rule match_stmt {
        {
            let start = p.mark;
            p.soft("match")?;
            subject_expr(p)?;
            p.t(Tok::Colon)?;
            p.t(Tok::Newline)?;
            p.t(Tok::Indent)?;
            p.plus(case_block)?;
            p.t(Tok::Dedent)?;
            p.require(10, "Pattern matching is")?;
            p.node(K::Statement, start, vec![])
        },
        p.inv(invalid_match_stmt),
    }
    rule subject_expr {
        {
            let start = p.mark;
            star_named_expression(p)?;
            comma(p)?;
            p.opt(star_named_expressions)?;
            p.node(K::Tuple, start, vec![])
        },
        named_expression(p),
    }
    rule case_block {
        p.inv(invalid_case_block),
        { p.soft("case")?; patterns(p)?; p.opt(guard)?; p.t(Tok::Colon)?; block(p) },
    }
    rule guard { { p.t(Tok::If)?; named_expression(p) } }
    rule patterns { pattern_node(p, |p| open_sequence_pattern(p).map(drop)), pattern(p) }
    extra_memo(Pattern) pattern { as_pattern(p), or_pattern(p) }
    rule as_pattern {
        pattern_node(p, |p| {
            or_pattern(p)?;
            p.t(Tok::As)?;
            pattern_capture_target(p).map(drop)
        }),
        p.inv(invalid_as_pattern),
    }
    extra_memo(OrPattern) or_pattern { pattern_node(p, |p| p.gather(Tok::VBar, closed_pattern).map(drop)) }
    memo(ClosedPattern) closed_pattern {
        literal_pattern(p),
        pattern_capture_target(p),
        p.soft("_"),
        { let a = attr(p)?; not_longer(p)?; Ok(a) },
        { p.t(Tok::LPar)?; let a = pattern(p)?; p.t(Tok::RPar)?; Ok(a) },
        sequence_pattern(p),
        mapping_pattern(p),
        class_pattern(p),
    }
    rule literal_pattern {
        { signed_number(p)?; not_sum(p)?; Ok(0) },
        complex_number(p),
        strings(p),
        p.t(Tok::None),
        p.t(Tok::True),
        p.t(Tok::False),
    }
    rule literal_expr {
        { signed_number(p)?; not_sum(p)?; Ok(0) },
        complex_number(p),
        {
            p.look(|p| p.any(&[Tok::String, Tok::FStringStart, Tok::TStringStart]))?;
            strings(p)
        },
        p.t(Tok::None),
        p.t(Tok::True),
        p.t(Tok::False),
    }
    rule complex_number {
        { signed_real_number(p)?; p.t(Tok::Plus)?; imaginary_number(p) },
        { signed_real_number(p)?; p.t(Tok::Minus)?; imaginary_number(p) },
    }
    rule signed_number { number_node(p), { p.t(Tok::Minus)?; number_node(p) } }
    rule signed_real_number { real_number(p), { p.t(Tok::Minus)?; real_number(p) } }
    rule pattern_capture_target {
        { p.not(|p| p.soft("_"))?; let a = p.name()?; not_longer(p)?; Ok(a) },
    }
    // Mutually left-recursive in the grammar; each step of one is a step of the other.
    left_recursive(Attr) attr {
        { let start = p.mark; name_or_attr(p)?; p.t(Tok::Dot)?; p.name()?; p.node(K::Attribute, start, vec![]) },
    }
    rule name_or_attr { attr(p), p.name() }
    rule sequence_pattern {
        pattern_node(p, |p| {
            p.t(Tok::LSqb)?;
            p.opt(maybe_sequence_pattern)?;
            p.t(Tok::RSqb).map(drop)
        }),
        pattern_node(p, |p| {
            p.t(Tok::LPar)?;
            p.opt(open_sequence_pattern)?;
            p.t(Tok::RPar).map(drop)
        }),
    }
    rule open_sequence_pattern {
        { maybe_star_pattern(p)?; comma(p)?; p.opt(maybe_sequence_pattern)?; Ok(0) },
    }
    rule maybe_sequence_pattern { { p.gather(Tok::Comma, maybe_star_pattern)?; p.opt(comma)?; Ok(0) } }
    rule maybe_star_pattern { star_pattern(p), pattern(p) }
    memo(StarPattern) star_pattern {
        { p.t(Tok::Star)?; pattern_capture_target(p) },
        { p.t(Tok::Star)?; p.soft("_") },
    }
    rule mapping_pattern {
        pattern_node(p, |p| { p.t(Tok::LBrace)?; p.t(Tok::RBrace).map(drop) }),
        pattern_node(p, |p| {
            p.t(Tok::LBrace)?;
            double_star_pattern(p)?;
            p.opt(comma)?;
            p.t(Tok::RBrace).map(drop)
        }),
        pattern_node(p, |p| {
            p.t(Tok::LBrace)?;
            p.gather(Tok::Comma, key_value_pattern)?;
            comma(p)?;
            double_star_pattern(p)?;
            p.opt(comma)?;
            p.t(Tok::RBrace).map(drop)
        }),
        pattern_node(p, |p| {
            p.t(Tok::LBrace)?;
            p.gather(Tok::Comma, key_value_pattern)?;
            p.opt(comma)?;
            p.t(Tok::RBrace).map(drop)
        }),
    }
    rule key_value_pattern {
        { choice!(p; literal_expr(p), attr(p))?; p.t(Tok::Colon)?; pattern(p) },
    }
    rule double_star_pattern { { p.t(Tok::DoubleStar)?; pattern_capture_target(p) } }
    rule class_pattern {
        pattern_node(p, |p| { class_head(p)?; p.t(Tok::RPar).map(drop) }),
        pattern_node(p, |p| { class_head(p)?; p.gather(Tok::Comma, pattern)?; class_end(p) }),
        pattern_node(p, |p| { class_head(p)?; p.gather(Tok::Comma, keyword_pattern)?; class_end(p) }),
        pattern_node(p, |p| {
            class_head(p)?;
            p.gather(Tok::Comma, pattern)?;
            comma(p)?;
            p.gather(Tok::Comma, keyword_pattern)?;
            class_end(p)
        }),
        p.inv(invalid_class_pattern),
    }

    rule invalid_match_stmt {
        {
            p.soft("match")?;
            subject_expr(p)?;
            p.t(Tok::Newline)?;
            Err(p.raise("expected ':'"))
        },
        { let a = p.soft("match")?; subject_expr(p)?; missing_block(p, a, "'match' statement") },
    }
    rule invalid_case_block {
        {
            p.soft("case")?;
            patterns(p)?;
            p.opt(guard)?;
            p.t(Tok::Newline)?;
            Err(p.raise("expected ':'"))
        },
        { let a = p.soft("case")?; patterns(p)?; p.opt(guard)?; missing_block(p, a, "'case' statement") },
    }
    rule invalid_as_pattern {
        {
            or_pattern(p)?;
            p.t(Tok::As)?;
            let a = p.soft("_")?;
            Err(p.raise_at(a, "cannot use '_' as a target"))
        },
        {
            or_pattern(p)?;
            p.t(Tok::As)?;
            let a = expression(p)?;
            Err(p.raise_at(a, format!("cannot use {} as pattern target", p.expr_name(a))))
        },
    }
    rule invalid_class_pattern {
        {
            class_head(p)?;
            let a = invalid_class_argument_pattern(p)?;
            Err(p.raise_at(a, "positional patterns follow keyword patterns"))
        },
    }
    rule invalid_class_argument_pattern {
        {
            p.opt(|p| { p.gather(Tok::Comma, pattern)?; comma(p) })?;
            p.gather(Tok::Comma, keyword_pattern)?;
            comma(p)?;
            let a = p.gather(Tok::Comma, pattern)?;
            Ok(p.seq(a))
        },
    }
}
