//! `match` statements and their patterns.

use super::{Fail, P, Parser};
use crate::ast::{
    ConstantValue, Expr, ExprContext, ExprKind, Identifier, MatchCase, Operator, Pattern, Stmt, Unaryop, expr, pattern,
    stmt,
};
use crate::lex::{Tok, Token};

impl Parser<'_> {
    /// A `match` statement, or `None` if `match` is an ordinary name here.
    pub(super) fn match_statement(&mut self) -> P<Option<Stmt>> {
        let start = self.token();
        // Cheap refusal of `match = …`, `match.…`, `match, …`.
        let next = self.kind_at(1);
        if !(super::expr::starts_expression(next) || next == Tok::Star) {
            return Ok(None);
        }
        let Some(subject) = self.attempt(Self::match_head) else { return Ok(None) };
        self.require(10)?;
        let mut cases = Vec::new();
        while self.at_soft("case") {
            cases.push(self.case_block()?);
        }
        if cases.is_empty() {
            return Err(Fail::Syntax);
        }
        self.expect(Tok::Dedent)?;
        Ok(Some(Stmt::new(self.block_span_from(start), stmt::Match { subject, cases })))
    }

    /// `"match" subject_expr ':' NEWLINE INDENT`
    fn match_head(&mut self) -> P<Expr> {
        self.bump();
        let start = self.token();
        let starred = self.at(Tok::Star);
        let first = self.star_named_expression()?;
        let subject = if self.at(Tok::Comma) {
            let mut elts = vec![first];
            while self.eat(Tok::Comma) && !self.at(Tok::Colon) {
                elts.push(self.star_named_expression()?);
            }
            Expr::new(self.span_from(start), expr::Tuple { elts, ctx: ExprContext::Load })
        } else if starred {
            return Err(Fail::Syntax);
        } else {
            first
        };
        self.expect(Tok::Colon)?;
        self.expect(Tok::Newline)?;
        self.expect(Tok::Indent)?;
        Ok(subject)
    }

    fn case_block(&mut self) -> P<MatchCase> {
        self.bump();
        let pattern = self.patterns()?;
        let guard = if self.eat(Tok::If) { Some(self.named_expression()?) } else { None };
        let body = self.colon_block()?;
        Ok(MatchCase { pattern, guard, body })
    }

    /// A pattern, or an open sequence of them.
    fn patterns(&mut self) -> P<Pattern> {
        let start = self.token();
        let first = self.maybe_star_pattern()?;
        if !self.at(Tok::Comma) {
            return if start.kind == Tok::Star { Err(Fail::Syntax) } else { Ok(first) };
        }
        let mut patterns = vec![first];
        while self.eat(Tok::Comma) && !matches!(self.kind(), Tok::Colon | Tok::If) {
            patterns.push(self.maybe_star_pattern()?);
        }
        Ok(Pattern::new(self.span_from(start), pattern::MatchSequence { patterns }))
    }

    fn maybe_star_pattern(&mut self) -> P<Pattern> {
        let start = self.token();
        if !self.eat(Tok::Star) {
            return self.pattern();
        }
        let name = if self.at_soft("_") {
            self.bump();
            None
        } else {
            Some(self.capture_target()?)
        };
        Ok(Pattern::new(self.span_from(start), pattern::MatchStar { name }))
    }

    /// A name that is not `_` and not the beginning of something longer.
    fn capture_target(&mut self) -> P<Identifier> {
        if self.at_soft("_") || matches!(self.kind_at(1), Tok::Dot | Tok::LPar | Tok::Equal) {
            return Err(Fail::Syntax);
        }
        self.name()
    }

    /// `or_pattern ['as' target]`
    fn pattern(&mut self) -> P<Pattern> {
        self.nested(|p| {
            let start = p.token();
            let or = p.or_pattern()?;
            if !p.eat(Tok::As) {
                return Ok(or);
            }
            let name = Some(p.capture_target()?);
            Ok(Pattern::new(p.span_from(start), pattern::MatchAs { pattern: Some(or), name }))
        })
    }

    fn or_pattern(&mut self) -> P<Pattern> {
        let start = self.token();
        let first = self.closed_pattern()?;
        if !self.at(Tok::VBar) {
            return Ok(first);
        }
        let mut patterns = vec![first];
        while self.eat(Tok::VBar) {
            patterns.push(self.closed_pattern()?);
        }
        Ok(Pattern::new(self.span_from(start), pattern::MatchOr { patterns }))
    }

    fn closed_pattern(&mut self) -> P<Pattern> {
        let start = self.token();
        match start.kind {
            Tok::None | Tok::True | Tok::False => {
                self.bump();
                let value = singleton(start.kind);
                Ok(Pattern::new(self.span_from(start), pattern::MatchSingleton { value }))
            }
            Tok::Number | Tok::Minus | Tok::String | Tok::FStringStart | Tok::TStringStart => {
                let value = self.literal_expression()?;
                Ok(Pattern::new(self.span_from(start), pattern::MatchValue { value }))
            }
            Tok::Name => self.name_pattern(),
            Tok::LPar => self.group_or_sequence(),
            Tok::LSqb => {
                self.bump();
                let patterns = self.sequence_items(Tok::RSqb)?;
                Ok(Pattern::new(self.span_from(start), pattern::MatchSequence { patterns }))
            }
            Tok::LBrace => self.mapping_pattern(),
            _ => Err(Fail::Syntax),
        }
    }

    /// Capture, wildcard, value or class pattern.
    fn name_pattern(&mut self) -> P<Pattern> {
        let start = self.token();
        if !matches!(self.kind_at(1), Tok::Dot | Tok::LPar | Tok::Equal) {
            let wildcard = self.at_soft("_");
            let name = self.name()?;
            let name = if wildcard { None } else { Some(name) };
            return Ok(Pattern::new(self.span_from(start), pattern::MatchAs { pattern: None, name }));
        }
        let value = self.name_or_attribute()?;
        if self.at(Tok::LPar) {
            return self.class_pattern(start, value);
        }
        if !matches!(value.kind, ExprKind::Attribute(_)) || self.at(Tok::Equal) {
            return Err(Fail::Syntax);
        }
        Ok(Pattern::new(self.span_from(start), pattern::MatchValue { value }))
    }

    fn name_or_attribute(&mut self) -> P<Expr> {
        let start = self.token();
        let id = self.name()?;
        let mut value = Expr::new(Self::token_span(start), expr::Name { id, ctx: ExprContext::Load });
        let outer_height = std::mem::take(&mut self.height);
        while self.eat(Tok::Dot) {
            let attr = self.name()?;
            value = Expr::new(self.span_from(start), expr::Attribute { value, attr, ctx: ExprContext::Load });
            self.grow()?;
        }
        self.height = self.height.max(outer_height);
        Ok(value)
    }

    fn class_pattern(&mut self, start: Token, cls: Expr) -> P<Pattern> {
        self.bump();
        let (mut patterns, mut kwd_attrs, mut kwd_patterns) = (Vec::new(), Vec::new(), Vec::new());
        while !self.at(Tok::RPar) {
            if self.at(Tok::Name) && self.kind_at(1) == Tok::Equal {
                kwd_attrs.push(self.name()?);
                self.bump();
                kwd_patterns.push(self.pattern()?);
            } else if kwd_attrs.is_empty() {
                patterns.push(self.pattern()?);
            } else {
                return Err(Fail::Syntax);
            }
            if !self.at(Tok::RPar) {
                self.expect(Tok::Comma)?;
            }
        }
        self.bump();
        let node = pattern::MatchClass { cls, patterns, kwd_attrs, kwd_patterns };
        Ok(Pattern::new(self.span_from(start), node))
    }

    fn group_or_sequence(&mut self) -> P<Pattern> {
        let start = self.bump();
        if self.eat(Tok::RPar) {
            let node = pattern::MatchSequence { patterns: Vec::new() };
            return Ok(Pattern::new(self.span_from(start), node));
        }
        let starred = self.at(Tok::Star);
        let first = self.maybe_star_pattern()?;
        if !self.at(Tok::Comma) {
            if starred {
                return Err(Fail::Syntax);
            }
            self.expect(Tok::RPar)?;
            return Ok(first);
        }
        self.bump();
        let mut patterns = vec![first];
        patterns.append(&mut self.sequence_items(Tok::RPar)?);
        Ok(Pattern::new(self.span_from(start), pattern::MatchSequence { patterns }))
    }

    /// Items up to and with `close`.
    fn sequence_items(&mut self, close: Tok) -> P<Vec<Pattern>> {
        let mut patterns = Vec::new();
        while !self.eat(close) {
            patterns.push(self.maybe_star_pattern()?);
            if !self.at(close) {
                self.expect(Tok::Comma)?;
            }
        }
        Ok(patterns)
    }

    fn mapping_pattern(&mut self) -> P<Pattern> {
        let start = self.bump();
        let (mut keys, mut patterns, mut rest) = (Vec::new(), Vec::new(), None);
        while !self.at(Tok::RBrace) {
            if rest.is_some() {
                return Err(Fail::Syntax);
            }
            if self.eat(Tok::DoubleStar) {
                rest = Some(self.capture_target()?);
            } else {
                keys.push(self.mapping_key()?);
                self.expect(Tok::Colon)?;
                patterns.push(self.pattern()?);
            }
            if !self.at(Tok::RBrace) {
                self.expect(Tok::Comma)?;
            }
        }
        self.bump();
        Ok(Pattern::new(self.span_from(start), pattern::MatchMapping { keys, patterns, rest }))
    }

    fn mapping_key(&mut self) -> P<Expr> {
        let start = self.token();
        match start.kind {
            Tok::None | Tok::True | Tok::False => {
                self.bump();
                let node = expr::Constant { value: singleton(start.kind), kind: None };
                Ok(Expr::new(Self::token_span(start), node))
            }
            Tok::Name => {
                let value = self.name_or_attribute()?;
                if matches!(value.kind, ExprKind::Attribute(_)) { Ok(value) } else { Err(Fail::Syntax) }
            }
            _ => self.literal_expression(),
        }
    }

    /// A signed number, a complex number or strings.
    fn literal_expression(&mut self) -> P<Expr> {
        let start = self.token();
        if matches!(start.kind, Tok::String | Tok::FStringStart | Tok::TStringStart) {
            return self.strings();
        }
        let left = self.signed_number()?;
        let op = match self.kind() {
            Tok::Plus => Operator::Add,
            Tok::Minus => Operator::Sub,
            _ => return Ok(left),
        };
        if is_imaginary(&left) {
            return Err(Fail::Syntax);
        }
        self.bump();
        if !self.at(Tok::Number) {
            return Err(Fail::Syntax);
        }
        let right = self.number()?;
        if !is_imaginary(&right) {
            return Err(Fail::Syntax);
        }
        Ok(Expr::new(self.span_from(start), expr::BinOp { left, op, right }))
    }

    fn signed_number(&mut self) -> P<Expr> {
        let start = self.token();
        let negative = self.eat(Tok::Minus);
        if !self.at(Tok::Number) {
            return Err(Fail::Syntax);
        }
        let operand = self.number()?;
        if !negative {
            return Ok(operand);
        }
        Ok(Expr::new(self.span_from(start), expr::UnaryOp { op: Unaryop::USub, operand }))
    }
}

fn singleton(kind: Tok) -> ConstantValue {
    match kind {
        Tok::True => ConstantValue::Bool(true),
        Tok::False => ConstantValue::Bool(false),
        _ => ConstantValue::None,
    }
}

fn is_imaginary(number: &Expr) -> bool {
    match &number.kind {
        ExprKind::Constant(node) => matches!(node.value, ConstantValue::Complex { .. }),
        ExprKind::UnaryOp(node) => is_imaginary(&node.operand),
        _ => false,
    }
}
