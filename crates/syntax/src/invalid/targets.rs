//! Rules for assignment and `del` targets.

use super::calls::{arguments, genexp, slices};
use super::engine::{Engine, Fail, K, R, grammar};
use super::expr::atom;
use crate::lex::Tok;

fn comma(p: &mut Engine<'_>) -> R {
    p.t(Tok::Comma)
}

fn t_lookahead(p: &mut Engine<'_>) -> R {
    p.any(&[Tok::LPar, Tok::LSqb, Tok::Dot])
}

/// `t_primary '.' NAME !t_lookahead`
fn attribute_target(p: &mut Engine<'_>) -> R {
    let start = p.mark;
    t_primary(p)?;
    p.t(Tok::Dot)?;
    p.name()?;
    p.not(t_lookahead)?;
    p.node(K::Attribute, start, vec![])
}

/// `t_primary '[' slices ']' !t_lookahead`
fn subscript_target(p: &mut Engine<'_>) -> R {
    let start = p.mark;
    t_primary(p)?;
    p.t(Tok::LSqb)?;
    slices(p)?;
    p.t(Tok::RSqb)?;
    p.not(t_lookahead)?;
    p.node(K::Subscript, start, vec![])
}

fn comma_target(p: &mut Engine<'_>) -> R {
    comma(p)?;
    star_target(p)
}

grammar! {
    p;
    extra_memo(StarTargets) star_targets {
        { let a = star_target(p)?; p.not(comma)?; Ok(a) },
        {
            let start = p.mark;
            let mut kids = vec![star_target(p)?];
            kids.append(&mut p.star(comma_target)?);
            p.opt(comma)?;
            p.node(K::Tuple, start, kids)
        },
    }
    memo(StarTarget) star_target {
        {
            let start = p.mark;
            p.t(Tok::Star)?;
            p.not(|p| p.t(Tok::Star))?;
            let a = star_target(p)?;
            p.node(K::Starred, start, vec![a])
        },
        target_with_star_atom(p),
    }
    memo(TargetWithStarAtom) target_with_star_atom { attribute_target(p), subscript_target(p), star_atom(p) }
    extra_memo(StarAtom) star_atom {
        p.name(),
        { p.t(Tok::LPar)?; let a = target_with_star_atom(p)?; p.t(Tok::RPar)?; Ok(a) },
        {
            let start = p.mark;
            p.t(Tok::LPar)?;
            p.opt(star_targets_tuple_seq)?;
            p.t(Tok::RPar)?;
            p.node(K::Tuple, start, vec![])
        },
        {
            let start = p.mark;
            p.t(Tok::LSqb)?;
            p.opt(|p| { p.gather(Tok::Comma, star_target)?; p.opt(comma)?; Ok(0) })?;
            p.t(Tok::RSqb)?;
            p.node(K::List, start, vec![])
        },
    }
    rule star_targets_tuple_seq {
        { star_target(p)?; p.plus(comma_target)?; p.opt(comma)?; Ok(0) },
        { star_target(p)?; comma(p) },
    }
    extra_memo(SingleTarget) single_target {
        single_subscript_attribute_target(p),
        p.name(),
        { p.t(Tok::LPar)?; let a = single_target(p)?; p.t(Tok::RPar)?; Ok(a) },
    }
    rule single_subscript_attribute_target { attribute_target(p), subscript_target(p) }
    left_recursive(TPrimary) t_primary {
        {
            let start = p.mark;
            t_primary(p)?;
            p.t(Tok::Dot)?;
            p.name()?;
            p.look(t_lookahead)?;
            p.node(K::Attribute, start, vec![])
        },
        {
            let start = p.mark;
            t_primary(p)?;
            p.t(Tok::LSqb)?;
            slices(p)?;
            p.t(Tok::RSqb)?;
            p.look(t_lookahead)?;
            p.node(K::Subscript, start, vec![])
        },
        { let start = p.mark; t_primary(p)?; genexp(p)?; p.look(t_lookahead)?; p.node(K::Call, start, vec![]) },
        {
            let start = p.mark;
            t_primary(p)?;
            p.t(Tok::LPar)?;
            p.opt(arguments)?;
            p.t(Tok::RPar)?;
            p.look(t_lookahead)?;
            p.node(K::Call, start, vec![])
        },
        { let a = atom(p)?; p.look(t_lookahead)?; Ok(a) },
    }
    rule del_targets {
        { let kids = p.gather(Tok::Comma, del_target)?; p.opt(comma)?; Ok(p.seq(kids)) },
    }
    memo(DelTarget) del_target { attribute_target(p), subscript_target(p), del_t_atom(p) }
    rule del_t_atom {
        p.name(),
        { p.t(Tok::LPar)?; let a = del_target(p)?; p.t(Tok::RPar)?; Ok(a) },
        { p.t(Tok::LPar)?; p.opt(del_targets)?; p.t(Tok::RPar) },
        { p.t(Tok::LSqb)?; p.opt(del_targets)?; p.t(Tok::RSqb) },
    }
}
