//! Compound statements other than `match`.

use super::expr::starts_expression;
use super::{ELIF_MAX, Fail, P, Parser};
use crate::ast::{Excepthandler, Expr, PyString, Stmt, Withitem, excepthandler, stmt};
use crate::lex::{Tok, Token};

impl Parser<'_> {
    /// `if` with its `elif` and `else` clauses; the clauses nest in the tree.
    pub(super) fn if_statement(&mut self) -> P<Stmt> {
        let mut clauses = Vec::with_capacity(1);
        let mut orelse = Vec::new();
        loop {
            let start = self.bump();
            let test = self.named_expression()?;
            let body = self.colon_block()?;
            clauses.push((start, test, body));
            if clauses.len() > ELIF_MAX {
                return Err(self.overflow(Fail::Nesting));
            }
            if !self.at(Tok::Elif) {
                break;
            }
        }
        if self.at(Tok::Else) {
            orelse = self.else_block()?;
        }
        while let Some((start, test, body)) = clauses.pop() {
            let statement = Stmt::new(self.block_span_from(start), stmt::If { test, body, orelse });
            if clauses.is_empty() {
                return Ok(statement);
            }
            orelse = vec![statement];
        }
        Err(Fail::Syntax)
    }

    /// `['else' ':' block]`
    fn else_block(&mut self) -> P<Vec<Stmt>> {
        if self.eat(Tok::Else) { self.colon_block() } else { Ok(Vec::new()) }
    }

    pub(super) fn while_statement(&mut self) -> P<Stmt> {
        let start = self.bump();
        let test = self.named_expression()?;
        let body = self.colon_block()?;
        let orelse = self.else_block()?;
        Ok(Stmt::new(self.block_span_from(start), stmt::While { test, body, orelse }))
    }

    pub(super) fn for_statement(&mut self) -> P<Stmt> {
        let start = self.token();
        let is_async = self.eat(Tok::Async);
        if is_async {
            self.require(5)?;
        }
        self.bump();
        let target = self.star_targets()?;
        self.expect(Tok::In)?;
        let iter = self.star_expressions()?;
        self.expect(Tok::Colon)?;
        let type_comment = self.type_comment();
        let body = self.block()?;
        let orelse = self.else_block()?;
        let span = self.block_span_from(start);
        Ok(if is_async {
            Stmt::new(span, stmt::AsyncFor { target, iter, body, orelse, type_comment })
        } else {
            Stmt::new(span, stmt::For { target, iter, body, orelse, type_comment })
        })
    }

    pub(super) fn with_statement(&mut self) -> P<Stmt> {
        let start = self.token();
        let is_async = self.eat(Tok::Async);
        if is_async {
            self.require(5)?;
        }
        self.bump();
        let parenthesised = if self.at(Tok::LPar) { self.attempt(Self::parenthesised_with_items) } else { None };
        let was_parenthesised = parenthesised.is_some();
        let items = match parenthesised {
            Some(items) => items,
            None => {
                let mut items = vec![self.with_item()?];
                while self.eat(Tok::Comma) {
                    items.push(self.with_item()?);
                }
                items
            }
        };
        self.expect(Tok::Colon)?;
        // The grammar has no type comment in just this form.
        let type_comment = if is_async && was_parenthesised { None } else { self.type_comment() };
        let body = self.block()?;
        let span = self.block_span_from(start);
        Ok(if is_async {
            Stmt::new(span, stmt::AsyncWith { items, body, type_comment })
        } else {
            Stmt::new(span, stmt::With { items, body, type_comment })
        })
    }

    /// `'(' with_item (',' with_item)* [','] ')' &':'`
    fn parenthesised_with_items(&mut self) -> P<Vec<Withitem>> {
        self.bump();
        let mut items = vec![self.with_item()?];
        while self.eat(Tok::Comma) && !self.at(Tok::RPar) {
            items.push(self.with_item()?);
        }
        self.expect(Tok::RPar)?;
        if self.at(Tok::Colon) { Ok(items) } else { Err(Fail::Syntax) }
    }

    fn with_item(&mut self) -> P<Withitem> {
        let context_expr = self.expression()?;
        let optional_vars = if self.eat(Tok::As) {
            let target = self.star_target()?;
            if !matches!(self.kind(), Tok::Comma | Tok::RPar | Tok::Colon) {
                return Err(Fail::Syntax);
            }
            Some(target)
        } else {
            None
        };
        Ok(Withitem { context_expr, optional_vars })
    }

    pub(super) fn try_statement(&mut self) -> P<Stmt> {
        let start = self.bump();
        let body = self.colon_block()?;
        let (mut handlers, mut orelse, mut finalbody) = (Vec::new(), Vec::new(), Vec::new());
        let star = self.at(Tok::Except) && self.kind_at(1) == Tok::Star;
        while self.at(Tok::Except) {
            if star != (self.kind_at(1) == Tok::Star) {
                return Err(Fail::Syntax);
            }
            handlers.push(self.except_block(star)?);
        }
        if !handlers.is_empty() {
            orelse = self.else_block()?;
        }
        if self.eat(Tok::Finally) {
            finalbody = self.colon_block()?;
        } else if handlers.is_empty() {
            return Err(Fail::Syntax);
        }
        let span = self.block_span_from(start);
        if star {
            self.require(11)?;
            return Ok(Stmt::new(span, stmt::TryStar { body, handlers, orelse, finalbody }));
        }
        Ok(Stmt::new(span, stmt::Try { body, handlers, orelse, finalbody }))
    }

    fn except_block(&mut self, star: bool) -> P<Excepthandler> {
        let start = self.bump();
        if star {
            self.bump();
        }
        let (mut r#type, mut name) = (None, None);
        if star || !self.at(Tok::Colon) {
            let first = self.token();
            let value = self.expression()?;
            if self.at(Tok::Comma) {
                self.require(14)?;
                r#type = Some(self.bare_exception_tuple(first, value)?);
            } else {
                r#type = Some(value);
                if self.eat(Tok::As) {
                    name = Some(self.name()?);
                }
            }
        }
        let body = self.colon_block()?;
        let node = excepthandler::ExceptHandler { r#type, name, body };
        Ok(Excepthandler::new(self.block_span_from(start), node))
    }

    /// The exceptions of `except a, b:` (PEP 758).
    fn bare_exception_tuple(&mut self, start: Token, first: Expr) -> P<Expr> {
        let mut elts = vec![first];
        while self.eat(Tok::Comma) && starts_expression(self.kind()) {
            elts.push(self.expression()?);
        }
        let node = crate::ast::expr::Tuple { elts, ctx: crate::ast::ExprContext::Load };
        Ok(Expr::new(self.span_from(start), node))
    }

    /// Decorators and what they decorate.
    pub(super) fn decorated(&mut self) -> P<Stmt> {
        let mut decorators = Vec::with_capacity(1);
        while self.eat(Tok::At) {
            decorators.push(self.named_expression()?);
            self.expect(Tok::Newline)?;
        }
        match self.kind() {
            Tok::Class => self.class(decorators),
            Tok::Def | Tok::Async => self.function(decorators),
            _ => Err(Fail::Syntax),
        }
    }

    pub(super) fn class(&mut self, decorator_list: Vec<Expr>) -> P<Stmt> {
        let start = self.bump();
        let name = self.name()?;
        let type_params = self.type_params()?;
        let arguments = if self.at(Tok::LPar) { self.parenthesised_arguments(false)? } else { Default::default() };
        let body = self.colon_block()?;
        let node = stmt::ClassDef {
            name,
            bases: arguments.args,
            keywords: arguments.keywords,
            body,
            decorator_list,
            type_params,
        };
        Ok(Stmt::new(self.block_span_from(start), node))
    }

    pub(super) fn function(&mut self, decorator_list: Vec<Expr>) -> P<Stmt> {
        let start = self.token();
        let is_async = self.eat(Tok::Async);
        self.expect(Tok::Def)?;
        if is_async {
            self.require(5)?;
        }
        let name = self.name()?;
        let type_params = self.type_params()?;
        self.expect(Tok::LPar)?;
        let args = self.parameters()?;
        self.bump();
        let returns = if self.eat(Tok::RArrow) { Some(self.expression()?) } else { None };
        self.expect(Tok::Colon)?;
        let type_comment = self.function_type_comment()?;
        let body = self.block()?;
        let span = self.block_span_from(start);
        Ok(if is_async {
            let node =
                stmt::AsyncFunctionDef { name, args, body, decorator_list, returns, type_comment, type_params };
            Stmt::new(span, node)
        } else {
            let node = stmt::FunctionDef { name, args, body, decorator_list, returns, type_comment, type_params };
            Stmt::new(span, node)
        })
    }

    /// A type comment after the colon, or on a line of its own before the block.
    fn function_type_comment(&mut self) -> P<Option<PyString>> {
        if self.at(Tok::Newline) && self.kind_at(1) == Tok::TypeComment {
            if self.kind_at(2) != Tok::Newline {
                return Err(Fail::Syntax);
            }
            self.bump();
            let comment = self.type_comment();
            return if self.kind_at(1) == Tok::Indent { Ok(comment) } else { Err(Fail::Syntax) };
        }
        Ok(self.type_comment())
    }
}
