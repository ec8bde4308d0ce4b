//! Simple statements.

use super::expr::starts_expression;
use super::target::{to_del, to_store};
use super::{Fail, P, Parser};
use crate::ast::{Alias, Expr, ExprContext, ExprKind, Identifier, Operator, Stmt, StmtKind, expr, stmt};
use crate::lex::{Tok, Token};

fn augmented_operator(kind: Tok) -> Option<Operator> {
    Some(match kind {
        Tok::PlusEqual => Operator::Add,
        Tok::MinEqual => Operator::Sub,
        Tok::StarEqual => Operator::Mult,
        Tok::AtEqual => Operator::MatMult,
        Tok::SlashEqual => Operator::Div,
        Tok::PercentEqual => Operator::Mod,
        Tok::AmperEqual => Operator::BitAnd,
        Tok::VBarEqual => Operator::BitOr,
        Tok::CircumflexEqual => Operator::BitXor,
        Tok::LeftShiftEqual => Operator::LShift,
        Tok::RightShiftEqual => Operator::RShift,
        Tok::DoubleStarEqual => Operator::Pow,
        Tok::DoubleSlashEqual => Operator::FloorDiv,
        _ => return None,
    })
}

impl Parser<'_> {
    pub(super) fn simple_statement(&mut self) -> P<Stmt> {
        let start = self.token();
        let kind: StmtKind = match start.kind {
            Tok::Return => {
                self.bump();
                stmt::Return { value: self.optional_star_expressions()? }.into()
            }
            Tok::Import => {
                self.bump();
                stmt::Import { names: self.dotted_as_names()? }.into()
            }
            Tok::From => self.import_from()?.into(),
            Tok::Raise => self.raise()?.into(),
            Tok::Pass => {
                self.bump();
                stmt::Pass {}.into()
            }
            Tok::Del => self.delete()?.into(),
            Tok::Assert => {
                self.bump();
                let test = self.expression()?;
                let msg = if self.eat(Tok::Comma) { Some(self.expression()?) } else { None };
                stmt::Assert { test, msg }.into()
            }
            Tok::Break => {
                self.bump();
                stmt::Break {}.into()
            }
            Tok::Continue => {
                self.bump();
                stmt::Continue {}.into()
            }
            Tok::Global => {
                self.bump();
                stmt::Global { names: self.name_list()? }.into()
            }
            Tok::Nonlocal => {
                self.bump();
                stmt::Nonlocal { names: self.name_list()? }.into()
            }
            Tok::Name if self.kind_at(1) == Tok::Name && self.at_soft("type") => self.type_alias()?.into(),
            _ => self.expression_statement(start)?,
        };
        Ok(Stmt { span: self.span_from(start), kind })
    }

    fn optional_star_expressions(&mut self) -> P<Option<Expr>> {
        if starts_expression(self.kind()) || self.at(Tok::Star) {
            self.star_expressions().map(Some)
        } else {
            Ok(None)
        }
    }

    /// An expression, or an assignment of any kind.
    fn expression_statement(&mut self, start: Token) -> P<StmtKind> {
        let value = self.annotated_rhs()?;
        match self.kind() {
            Tok::Newline | Tok::Semi => Ok(stmt::Expr { value }.into()),
            Tok::Equal => self.assignment(value),
            Tok::Colon => self.annotated_assignment(start, value),
            kind => match augmented_operator(kind) {
                Some(op) => self.augmented_assignment(value, op),
                None => Err(Fail::Syntax),
            },
        }
    }

    fn assignment(&mut self, first: Expr) -> P<StmtKind> {
        let mut targets = Vec::with_capacity(1);
        let mut value = first;
        while self.eat(Tok::Equal) {
            to_store(&mut value)?;
            targets.push(value);
            value = self.annotated_rhs()?;
        }
        let type_comment = self.type_comment();
        Ok(stmt::Assign { targets, value, type_comment }.into())
    }

    fn annotated_assignment(&mut self, start: Token, mut target: Expr) -> P<StmtKind> {
        let simple = match target.kind {
            ExprKind::Name(_) => i32::from(start.kind == Tok::Name),
            ExprKind::Attribute(_) | ExprKind::Subscript(_) => 0,
            _ => return Err(Fail::Syntax),
        };
        to_store(&mut target)?;
        self.bump();
        self.require(6)?;
        let annotation = self.expression()?;
        let value = if self.eat(Tok::Equal) { Some(self.annotated_rhs()?) } else { None };
        Ok(stmt::AnnAssign { target, annotation, value, simple }.into())
    }

    fn augmented_assignment(&mut self, mut target: Expr, op: Operator) -> P<StmtKind> {
        if !matches!(target.kind, ExprKind::Name(_) | ExprKind::Attribute(_) | ExprKind::Subscript(_)) {
            return Err(Fail::Syntax);
        }
        if op == Operator::MatMult {
            self.require(5)?;
        }
        to_store(&mut target)?;
        self.bump();
        let value = self.annotated_rhs()?;
        Ok(stmt::AugAssign { target, op, value }.into())
    }

    fn raise(&mut self) -> P<stmt::Raise> {
        self.bump();
        if !starts_expression(self.kind()) {
            return Ok(stmt::Raise { exc: None, cause: None });
        }
        let exc = Some(self.expression()?);
        let cause = if self.eat(Tok::From) { Some(self.expression()?) } else { None };
        Ok(stmt::Raise { exc, cause })
    }

    fn delete(&mut self) -> P<stmt::Delete> {
        self.bump();
        let mut targets = Vec::new();
        loop {
            let mut target = self.primary()?;
            to_del(&mut target)?;
            targets.push(target);
            if !self.eat(Tok::Comma) || !starts_expression(self.kind()) {
                break;
            }
        }
        if matches!(self.kind(), Tok::Semi | Tok::Newline) { Ok(stmt::Delete { targets }) } else { Err(Fail::Syntax) }
    }

    fn name_list(&mut self) -> P<Vec<Identifier>> {
        let mut names = vec![self.name()?];
        while self.eat(Tok::Comma) {
            names.push(self.name()?);
        }
        Ok(names)
    }

    fn type_alias(&mut self) -> P<stmt::TypeAlias> {
        self.bump();
        let name = self.token();
        let id = self.name()?;
        let name = Expr::new(Self::token_span(name), expr::Name { id, ctx: ExprContext::Store });
        let type_params = self.type_params()?;
        self.expect(Tok::Equal)?;
        let value = self.expression()?;
        self.require(12)?;
        Ok(stmt::TypeAlias { name, type_params, value })
    }

    fn dotted_name(&mut self) -> P<Identifier> {
        let first = self.name()?;
        if !self.at(Tok::Dot) {
            return Ok(first);
        }
        let mut joined = String::from(first.as_str());
        while self.eat(Tok::Dot) {
            joined.push('.');
            joined.push_str(&self.name()?);
        }
        Ok(Identifier::new(&joined))
    }

    fn as_name(&mut self) -> P<Option<Identifier>> {
        if self.eat(Tok::As) { self.name().map(Some) } else { Ok(None) }
    }

    fn dotted_as_names(&mut self) -> P<Vec<Alias>> {
        let mut names = Vec::with_capacity(1);
        loop {
            let start = self.token();
            let name = self.dotted_name()?;
            let asname = self.as_name()?;
            names.push(Alias { span: self.span_from(start), name, asname });
            if !self.eat(Tok::Comma) {
                return Ok(names);
            }
        }
    }

    fn import_from(&mut self) -> P<stmt::ImportFrom> {
        self.bump();
        let mut level = 0;
        loop {
            match self.kind() {
                Tok::Dot => level += 1,
                Tok::Ellipsis => level += 3,
                _ => break,
            }
            self.bump();
        }
        let module = if level > 0 && self.at(Tok::Import) { None } else { Some(self.dotted_name()?) };
        self.expect(Tok::Import)?;
        let names = self.import_targets()?;
        if level == 0 && module.as_deref() == Some("__future__") {
            self.barry |= names.iter().any(|alias| alias.name == "barry_as_FLUFL");
        }
        Ok(stmt::ImportFrom { module, names, level: Some(level) })
    }

    fn import_targets(&mut self) -> P<Vec<Alias>> {
        if self.at(Tok::Star) {
            let token = self.bump();
            return Ok(vec![Alias { span: Self::token_span(token), name: Identifier::new("*"), asname: None }]);
        }
        let parenthesised = self.eat(Tok::LPar);
        let mut names = Vec::new();
        loop {
            let start = self.token();
            let name = self.name()?;
            let asname = self.as_name()?;
            names.push(Alias { span: self.span_from(start), name, asname });
            if !self.eat(Tok::Comma) || (parenthesised && self.at(Tok::RPar)) {
                break;
            }
        }
        if parenthesised {
            self.expect(Tok::RPar)?;
        }
        Ok(names)
    }
}

