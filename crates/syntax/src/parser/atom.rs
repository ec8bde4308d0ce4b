//! Atoms: literals, displays, comprehensions, parenthesised forms.

use super::{Fail, P, Parser};
use crate::ast::{Comprehension, Expr, ExprContext, expr};
use crate::lex::{Tok, Token};
use crate::literal;

impl Parser<'_> {
    /// An atom of more than one token, or a string.
    pub(super) fn atom(&mut self) -> P<Expr> {
        match self.kind() {
            Tok::String | Tok::FStringStart | Tok::TStringStart => self.strings(),
            Tok::LPar => self.nested(Self::parenthesised),
            Tok::LSqb => self.nested(Self::list),
            Tok::LBrace => self.nested(Self::braces),
            _ => Err(Fail::Syntax),
        }
    }

    pub(super) fn number(&mut self) -> P<Expr> {
        let token = self.bump();
        let text = self.text(token);
        if self.options.feature_version < 6 && text.contains('_') {
            return Err(Fail::Syntax);
        }
        match literal::number(text, self.options.int_digits_max) {
            Ok(value) => Ok(Expr::new(Self::token_span(token), expr::Constant { value, kind: None })),
            Err(_) => Err(Fail::Syntax),
        }
    }

    /// Group, tuple or generator expression.
    fn parenthesised(&mut self) -> P<Expr> {
        let start = self.bump();
        if self.at(Tok::RPar) {
            return Ok(self.close_tuple(start, Vec::new()));
        }
        if self.at(Tok::Yield) {
            let value = self.yield_expr()?;
            self.expect(Tok::RPar)?;
            return Ok(value);
        }
        let starred = self.at(Tok::Star);
        let first = self.star_named_expression()?;
        match self.kind() {
            Tok::Comma => {
                let elts = self.more_elements(first, Tok::RPar)?;
                Ok(self.close_tuple(start, elts))
            }
            Tok::RPar if !starred => {
                self.bump();
                Ok(first)
            }
            Tok::For | Tok::Async if !starred => {
                let generators = self.for_if_clauses()?;
                self.expect(Tok::RPar)?;
                Ok(Expr::new(self.span_from(start), expr::GeneratorExp { elt: first, generators }))
            }
            _ => Err(Fail::Syntax),
        }
    }

    fn close_tuple(&mut self, start: Token, elts: Vec<Expr>) -> Expr {
        self.bump();
        Expr::new(self.span_from(start), expr::Tuple { elts, ctx: ExprContext::Load })
    }

    /// Elements after `first` up to `close`, which is checked but not consumed.
    fn more_elements(&mut self, first: Expr, close: Tok) -> P<Vec<Expr>> {
        let mut elts = vec![first];
        while self.eat(Tok::Comma) {
            if self.at(close) {
                break;
            }
            elts.push(self.star_named_expression()?);
        }
        if self.at(close) { Ok(elts) } else { Err(Fail::Syntax) }
    }

    fn list(&mut self) -> P<Expr> {
        let start = self.bump();
        let mut elts = Vec::new();
        if !self.at(Tok::RSqb) {
            let starred = self.at(Tok::Star);
            let first = self.star_named_expression()?;
            if !starred && matches!(self.kind(), Tok::For | Tok::Async) {
                let generators = self.for_if_clauses()?;
                self.expect(Tok::RSqb)?;
                return Ok(Expr::new(self.span_from(start), expr::ListComp { elt: first, generators }));
            }
            elts = self.more_elements(first, Tok::RSqb)?;
        }
        self.expect(Tok::RSqb)?;
        Ok(Expr::new(self.span_from(start), expr::List { elts, ctx: ExprContext::Load }))
    }

    /// Dict, set, or a comprehension of one.
    fn braces(&mut self) -> P<Expr> {
        let start = self.bump();
        match self.kind() {
            Tok::RBrace | Tok::DoubleStar => return self.dict(start, None),
            Tok::Star => {
                let first = self.star_named_expression()?;
                return self.set(start, first);
            }
            _ => {}
        }
        let named = self.kind_at(1) == Tok::ColonEqual;
        let first = self.named_expression()?;
        match self.kind() {
            Tok::Colon if !named => self.dict(start, Some(first)),
            Tok::For | Tok::Async => {
                let generators = self.for_if_clauses()?;
                self.expect(Tok::RBrace)?;
                Ok(Expr::new(self.span_from(start), expr::SetComp { elt: first, generators }))
            }
            _ => self.set(start, first),
        }
    }

    fn set(&mut self, start: Token, first: Expr) -> P<Expr> {
        let elts = self.more_elements(first, Tok::RBrace)?;
        self.expect(Tok::RBrace)?;
        Ok(Expr::new(self.span_from(start), expr::Set { elts }))
    }

    /// The rest of a dict; its first key may have been read, up to the colon.
    fn dict(&mut self, start: Token, first_key: Option<Expr>) -> P<Expr> {
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        if let Some(key) = first_key {
            self.expect(Tok::Colon)?;
            let value = self.expression()?;
            if matches!(self.kind(), Tok::For | Tok::Async) {
                let generators = self.for_if_clauses()?;
                self.expect(Tok::RBrace)?;
                return Ok(Expr::new(self.span_from(start), expr::DictComp { key, value, generators }));
            }
            keys.push(Some(key));
            values.push(value);
            if !self.at(Tok::RBrace) {
                self.expect(Tok::Comma)?;
            }
        }
        while !self.at(Tok::RBrace) {
            if self.eat(Tok::DoubleStar) {
                keys.push(None);
                values.push(self.bitwise_or()?);
            } else {
                keys.push(Some(self.expression()?));
                self.expect(Tok::Colon)?;
                values.push(self.expression()?);
            }
            if !self.at(Tok::RBrace) {
                self.expect(Tok::Comma)?;
            }
        }
        self.bump();
        Ok(Expr::new(self.span_from(start), expr::Dict { keys, values }))
    }

    /// `(['async'] 'for' star_targets 'in' disjunction ('if' disjunction)*)+`
    pub(super) fn for_if_clauses(&mut self) -> P<Vec<Comprehension>> {
        let mut clauses = Vec::new();
        loop {
            let is_async = i32::from(self.at(Tok::Async));
            if is_async == 1 {
                if self.kind_at(1) != Tok::For {
                    return Err(Fail::Syntax);
                }
                self.require(6)?;
                self.bump();
            } else if !self.at(Tok::For) {
                break;
            }
            self.bump();
            let target = self.star_targets()?;
            self.expect(Tok::In)?;
            let iter = self.disjunction()?;
            let mut ifs = Vec::new();
            while self.eat(Tok::If) {
                ifs.push(self.disjunction()?);
            }
            clauses.push(Comprehension { target, iter, ifs, is_async });
        }
        Ok(clauses)
    }
}
