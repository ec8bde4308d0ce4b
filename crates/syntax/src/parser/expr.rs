//! Expressions: lists of them, conditional expressions, operators, primaries.

use super::{P, Parser};
use crate::ast::{
    Boolop, Cmpop, ConstantValue, Expr, ExprContext, ExprKind, Operator, Unaryop, expr,
};
use crate::lex::{Tok, Token};

/// Precedence levels of infix operators; a level's operands bind tighter.
mod level {
    pub const OR: u8 = 1;
    pub const AND: u8 = 2;
    pub const NOT: u8 = 3;
    pub const COMPARE: u8 = 4;
    pub const BIT_OR: u8 = 5;
    pub const BIT_XOR: u8 = 6;
    pub const BIT_AND: u8 = 7;
    pub const SHIFT: u8 = 8;
    pub const SUM: u8 = 9;
    pub const TERM: u8 = 10;
}

/// The level of an infix operator, 0 for anything else.
static INFIX_LEVEL: [u8; 256] = {
    let mut table = [0; 256];
    let rows: [(Tok, u8); 24] = [
        (Tok::Or, level::OR),
        (Tok::And, level::AND),
        (Tok::EqEqual, level::COMPARE),
        (Tok::NotEqual, level::COMPARE),
        (Tok::Less, level::COMPARE),
        (Tok::LessEqual, level::COMPARE),
        (Tok::Greater, level::COMPARE),
        (Tok::GreaterEqual, level::COMPARE),
        (Tok::Not, level::COMPARE),
        (Tok::In, level::COMPARE),
        (Tok::Is, level::COMPARE),
        (Tok::VBar, level::BIT_OR),
        (Tok::Circumflex, level::BIT_XOR),
        (Tok::Amper, level::BIT_AND),
        (Tok::LeftShift, level::SHIFT),
        (Tok::RightShift, level::SHIFT),
        (Tok::Plus, level::SUM),
        (Tok::Minus, level::SUM),
        (Tok::Star, level::TERM),
        (Tok::Slash, level::TERM),
        (Tok::DoubleSlash, level::TERM),
        (Tok::Percent, level::TERM),
        (Tok::At, level::TERM),
        (Tok::Error, 0),
    ];
    let mut at = 0;
    while at < rows.len() {
        table[rows[at].0 as usize] = rows[at].1;
        at += 1;
    }
    table
};

/// Tokens behind which an atom is a whole expression.
#[inline]
fn ends_expression(kind: Tok) -> bool {
    matches!(
        kind,
        Tok::Comma | Tok::RPar | Tok::RSqb | Tok::RBrace | Tok::Newline | Tok::Colon | Tok::Equal | Tok::Semi | Tok::For
    )
}

/// Whether an expression (not starred) may begin with `kind`.
pub(super) fn starts_expression(kind: Tok) -> bool {
    matches!(
        kind,
        Tok::Name
            | Tok::Number
            | Tok::String
            | Tok::FStringStart
            | Tok::TStringStart
            | Tok::LPar
            | Tok::LSqb
            | Tok::LBrace
            | Tok::Minus
            | Tok::Plus
            | Tok::Tilde
            | Tok::Not
            | Tok::Lambda
            | Tok::Await
            | Tok::None
            | Tok::True
            | Tok::False
            | Tok::Ellipsis
    )
}

impl Parser<'_> {
    /// `expression (',' expression)* [',']`
    pub(super) fn expressions(&mut self) -> P<Expr> {
        let start = self.token();
        let first = self.expression()?;
        if !self.at(Tok::Comma) {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(Tok::Comma) && starts_expression(self.kind()) {
            elts.push(self.expression()?);
        }
        Ok(self.tuple_from(start, elts))
    }

    /// `star_expression (',' star_expression)* [',']`
    pub(super) fn star_expressions(&mut self) -> P<Expr> {
        let start = self.token();
        let first = self.star_expression()?;
        if !self.at(Tok::Comma) {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(Tok::Comma) && (starts_expression(self.kind()) || self.at(Tok::Star)) {
            elts.push(self.star_expression()?);
        }
        Ok(self.tuple_from(start, elts))
    }

    fn tuple_from(&self, start: Token, elts: Vec<Expr>) -> Expr {
        Expr::new(self.span_from(start), expr::Tuple { elts, ctx: ExprContext::Load })
    }

    /// `'*' bitwise_or | expression`
    pub(super) fn star_expression(&mut self) -> P<Expr> {
        if self.at(Tok::Star) { self.starred(level::BIT_OR) } else { self.expression() }
    }

    /// `'*' bitwise_or | named_expression`
    pub(super) fn star_named_expression(&mut self) -> P<Expr> {
        if self.at(Tok::Star) { self.starred(level::BIT_OR) } else { self.named_expression() }
    }

    /// `'*' expression`
    pub(super) fn starred_expression(&mut self) -> P<Expr> {
        self.starred(0)
    }

    fn starred(&mut self, min: u8) -> P<Expr> {
        let start = self.bump();
        let value = if min == 0 { self.expression()? } else { self.climb(min)? };
        Ok(Expr::new(self.span_from(start), expr::Starred { value, ctx: ExprContext::Load }))
    }

    pub(super) fn bitwise_or(&mut self) -> P<Expr> {
        self.climb(level::BIT_OR)
    }

    pub(super) fn disjunction(&mut self) -> P<Expr> {
        self.climb(level::OR)
    }

    /// `NAME ':=' expression | expression`
    pub(super) fn named_expression(&mut self) -> P<Expr> {
        if !(self.at(Tok::Name) && self.kind_at(1) == Tok::ColonEqual) {
            return self.expression();
        }
        let start = self.token();
        let id = self.name()?;
        let target = Expr::new(Self::token_span(start), expr::Name { id, ctx: ExprContext::Store });
        self.bump();
        self.require(8)?;
        let value = self.expression()?;
        Ok(Expr::new(self.span_from(start), expr::NamedExpr { target, value }))
    }

    /// `yield_expr | star_expressions`
    pub(super) fn annotated_rhs(&mut self) -> P<Expr> {
        if self.at(Tok::Yield) { self.yield_expr() } else { self.star_expressions() }
    }

    pub(super) fn yield_expr(&mut self) -> P<Expr> {
        let start = self.bump();
        if self.eat(Tok::From) {
            let value = self.expression()?;
            return Ok(Expr::new(self.span_from(start), expr::YieldFrom { value }));
        }
        let value = if starts_expression(self.kind()) || self.at(Tok::Star) {
            Some(self.star_expressions()?)
        } else {
            None
        };
        Ok(Expr::new(self.span_from(start), expr::Yield { value }))
    }

    /// `disjunction ['if' disjunction 'else' expression] | lambdef`
    pub(super) fn expression(&mut self) -> P<Expr> {
        // Most expressions are one token.
        if ends_expression(self.kind_at(1)) {
            if let Some(atom) = self.single_token_atom()? {
                return Ok(atom);
            }
        }
        self.nested(|p| {
            if p.at(Tok::Lambda) {
                return p.lambda();
            }
            let start = p.token();
            let body = p.climb(level::OR)?;
            if !p.eat(Tok::If) {
                return Ok(body);
            }
            let test = p.climb(level::OR)?;
            p.expect(Tok::Else)?;
            let orelse = p.expression()?;
            Ok(Expr::new(p.span_from(start), expr::IfExp { test, body, orelse }))
        })
    }

    /// A name, number or constant, if the current token is one.
    #[inline]
    fn single_token_atom(&mut self) -> P<Option<Expr>> {
        let token = self.token();
        let value = match token.kind {
            Tok::Name => {
                self.bump();
                let id = self.names.intern(self.text(token));
                return Ok(Some(Expr::new(Self::token_span(token), expr::Name { id, ctx: ExprContext::Load })));
            }
            Tok::Number => return self.number().map(Some),
            Tok::None => ConstantValue::None,
            Tok::True => ConstantValue::Bool(true),
            Tok::False => ConstantValue::Bool(false),
            Tok::Ellipsis => ConstantValue::Ellipsis,
            _ => return Ok(None),
        };
        self.bump();
        Ok(Some(Expr::new(Self::token_span(token), expr::Constant { value, kind: None })))
    }

    fn lambda(&mut self) -> P<Expr> {
        let start = self.bump();
        let args = self.lambda_parameters()?;
        self.expect(Tok::Colon)?;
        let body = self.expression()?;
        Ok(Expr::new(self.span_from(start), expr::Lambda { args, body }))
    }

    /// Operators of level `min` and tighter.
    pub(super) fn climb(&mut self, min: u8) -> P<Expr> {
        let start = self.token();
        let outer_height = std::mem::take(&mut self.height);
        let mut left = if start.kind == Tok::Not && min <= level::NOT { self.not()? } else { self.unary()? };
        loop {
            let kind = self.kind();
            let found = INFIX_LEVEL[kind as usize];
            if found < min || found == 0 {
                break;
            }
            left = match found {
                level::OR | level::AND => self.bool_chain(left, start, kind, found)?,
                level::COMPARE => match self.comparison(left, start)? {
                    Ok(compare) => compare,
                    // A `not` that is no `not in`.
                    Err(left) => {
                        self.height = self.height.max(outer_height);
                        return Ok(left);
                    }
                },
                _ => {
                    self.bump();
                    if kind == Tok::At {
                        self.require(5)?;
                    }
                    let right = self.climb(found + 1)?;
                    let op = binary_operator(kind);
                    Expr::new(self.span_from(start), expr::BinOp { left, op, right })
                }
            };
            left = self.grown(left);
        }
        self.height = self.height.max(outer_height);
        Ok(left)
    }

    fn not(&mut self) -> P<Expr> {
        let start = self.bump();
        let operand = self.nested(|p| p.climb(level::NOT))?;
        Ok(Expr::new(self.span_from(start), expr::UnaryOp { op: Unaryop::Not, operand }))
    }

    fn bool_chain(&mut self, first: Expr, start: Token, kind: Tok, found: u8) -> P<Expr> {
        let mut values = vec![first];
        while self.eat(kind) {
            values.push(self.climb(found + 1)?);
        }
        let op = if kind == Tok::Or { Boolop::Or } else { Boolop::And };
        Ok(Expr::new(self.span_from(start), expr::BoolOp { op, values }))
    }

    /// All comparison operators that follow `left`; it comes back if there is none.
    fn comparison(&mut self, left: Expr, start: Token) -> P<Result<Expr, Expr>> {
        let (mut ops, mut comparators) = (Vec::new(), Vec::new());
        while let Some(op) = self.comparison_operator()? {
            ops.push(op);
            comparators.push(self.climb(level::BIT_OR)?);
        }
        if ops.is_empty() {
            return Ok(Err(left));
        }
        Ok(Ok(Expr::new(self.span_from(start), expr::Compare { left, ops, comparators })))
    }

    fn comparison_operator(&mut self) -> P<Option<Cmpop>> {
        let op = match self.kind() {
            Tok::EqEqual => Cmpop::Eq,
            Tok::NotEqual if self.barry => return Err(super::Fail::Syntax),
            Tok::NotEqual => Cmpop::NotEq,
            Tok::Less if self.barry && self.at_flufl() => {
                self.bump();
                Cmpop::NotEq
            }
            Tok::Less => Cmpop::Lt,
            Tok::LessEqual => Cmpop::LtE,
            Tok::Greater => Cmpop::Gt,
            Tok::GreaterEqual => Cmpop::GtE,
            Tok::In => Cmpop::In,
            Tok::Is => {
                self.bump();
                return Ok(Some(if self.eat(Tok::Not) { Cmpop::IsNot } else { Cmpop::Is }));
            }
            Tok::Not if self.kind_at(1) == Tok::In => {
                self.bump();
                Cmpop::NotIn
            }
            _ => return Ok(None),
        };
        self.bump();
        Ok(Some(op))
    }

    /// Whether the current token and the next are `<>`.
    fn at_flufl(&self) -> bool {
        let (less, greater) = (self.token(), self.toks.get(self.pos + 1));
        greater.is_some_and(|t| t.kind == Tok::Greater && t.start == less.end)
    }

    fn unary(&mut self) -> P<Expr> {
        let start = self.token();
        let op = match start.kind {
            Tok::Minus => Unaryop::USub,
            Tok::Plus => Unaryop::UAdd,
            Tok::Tilde => Unaryop::Invert,
            _ => return self.power(start),
        };
        self.bump();
        let operand = self.nested(Self::unary)?;
        Ok(Expr::new(self.span_from(start), expr::UnaryOp { op, operand }))
    }

    fn power(&mut self, start: Token) -> P<Expr> {
        let left = if start.kind == Tok::Await {
            self.bump();
            self.require(5)?;
            let value = self.primary()?;
            Expr::new(self.span_from(start), expr::Await { value })
        } else {
            self.primary()?
        };
        if !self.eat(Tok::DoubleStar) {
            return Ok(left);
        }
        let right = self.nested(Self::unary)?;
        Ok(Expr::new(self.span_from(start), expr::BinOp { left, op: Operator::Pow, right }))
    }

    /// An atom with attributes, calls and subscripts behind it.
    pub(super) fn primary(&mut self) -> P<Expr> {
        let start = self.token();
        let outer_height = std::mem::take(&mut self.height);
        let mut value = match self.single_token_atom()? {
            Some(atom) => atom,
            None => self.atom()?,
        };
        loop {
            let kind: ExprKind = match self.kind() {
                Tok::Dot => {
                    self.bump();
                    let attr = self.name()?;
                    expr::Attribute { value, attr, ctx: ExprContext::Load }.into()
                }
                Tok::LPar => self.call(value)?.into(),
                Tok::LSqb => {
                    self.bump();
                    let slice = self.nested(Self::slices)?;
                    self.expect(Tok::RSqb)?;
                    expr::Subscript { value, slice, ctx: ExprContext::Load }.into()
                }
                _ => break,
            };
            value = self.grown(Expr { span: self.span_from(start), kind });
        }
        self.height = self.height.max(outer_height);
        Ok(value)
    }

    /// What stands between the brackets of a subscript.
    fn slices(&mut self) -> P<Expr> {
        let start = self.token();
        let first = if self.at(Tok::Star) { self.starred_expression()? } else { self.slice()? };
        let starred = matches!(first.kind, ExprKind::Starred(_));
        if !self.at(Tok::Comma) && !starred {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(Tok::Comma) && !self.at(Tok::RSqb) {
            elts.push(if self.at(Tok::Star) { self.starred_expression()? } else { self.slice()? });
        }
        Ok(self.tuple_from(start, elts))
    }

    /// `[expression] ':' [expression] [':' [expression]] | named_expression`
    fn slice(&mut self) -> P<Expr> {
        let start = self.token();
        let lower = if self.at(Tok::Colon) {
            None
        } else {
            let named = self.kind_at(1) == Tok::ColonEqual;
            let value = self.named_expression()?;
            if named || !self.at(Tok::Colon) {
                return Ok(value);
            }
            Some(value)
        };
        self.expect(Tok::Colon)?;
        let upper = self.slice_part()?;
        let step = if self.eat(Tok::Colon) { self.slice_part()? } else { None };
        Ok(Expr::new(self.span_from(start), expr::Slice { lower, upper, step }))
    }

    fn slice_part(&mut self) -> P<Option<Expr>> {
        if starts_expression(self.kind()) { self.expression().map(Some) } else { Ok(None) }
    }
}

/// The operator of a binary level; callers pass no other token.
fn binary_operator(kind: Tok) -> Operator {
    match kind {
        Tok::VBar => Operator::BitOr,
        Tok::Circumflex => Operator::BitXor,
        Tok::Amper => Operator::BitAnd,
        Tok::LeftShift => Operator::LShift,
        Tok::RightShift => Operator::RShift,
        Tok::Plus => Operator::Add,
        Tok::Minus => Operator::Sub,
        Tok::Star => Operator::Mult,
        Tok::Slash => Operator::Div,
        Tok::DoubleSlash => Operator::FloorDiv,
        Tok::Percent => Operator::Mod,
        _ => Operator::MatMult,
    }
}
