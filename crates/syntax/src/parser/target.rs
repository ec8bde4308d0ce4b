//! Assignment, loop and `del` targets.

use super::expr::starts_expression;
use super::{Fail, P, Parser};
use crate::ast::{Expr, ExprContext, ExprKind, expr};
use crate::lex::Tok;

/// Turn an expression into an assignment target, if it can be one.
pub(super) fn to_store(target: &mut Expr) -> P<()> {
    set_context(target, ExprContext::Store, true)
}

/// Turn an expression into a `del` target, if it can be one.
pub(super) fn to_del(target: &mut Expr) -> P<()> {
    set_context(target, ExprContext::Del, false)
}

fn set_context(target: &mut Expr, ctx: ExprContext, starred: bool) -> P<()> {
    match &mut target.kind {
        ExprKind::Name(node) => node.ctx = ctx,
        ExprKind::Attribute(node) => node.ctx = ctx,
        ExprKind::Subscript(node) => node.ctx = ctx,
        ExprKind::Starred(node) if starred => {
            node.ctx = ctx;
            set_context(&mut node.value, ctx, starred)?;
        }
        ExprKind::Tuple(node) => {
            node.ctx = ctx;
            for item in &mut node.elts {
                set_context(item, ctx, starred)?;
            }
        }
        ExprKind::List(node) => {
            node.ctx = ctx;
            for item in &mut node.elts {
                set_context(item, ctx, starred)?;
            }
        }
        _ => return Err(Fail::Syntax),
    }
    Ok(())
}

impl Parser<'_> {
    /// `star_target (',' star_target)* [',']`, as `for` has it.
    pub(super) fn star_targets(&mut self) -> P<Expr> {
        let start = self.token();
        let first = self.star_target()?;
        if !self.at(Tok::Comma) {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(Tok::Comma) && (starts_expression(self.kind()) || self.at(Tok::Star)) {
            elts.push(self.star_target()?);
        }
        Ok(Expr::new(self.span_from(start), expr::Tuple { elts, ctx: ExprContext::Store }))
    }

    pub(super) fn star_target(&mut self) -> P<Expr> {
        let start = self.token();
        if !self.eat(Tok::Star) {
            let mut target = self.primary()?;
            to_store(&mut target)?;
            return Ok(target);
        }
        let mut value = self.primary()?;
        to_store(&mut value)?;
        Ok(Expr::new(self.span_from(start), expr::Starred { value, ctx: ExprContext::Store }))
    }
}
