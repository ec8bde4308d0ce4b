//! Which statement is it; blocks.

use super::{P, Parser};
use crate::ast::Stmt;
use crate::lex::Tok;

impl Parser<'_> {
    /// One statement line or compound statement.
    pub(super) fn statement(&mut self, body: &mut Vec<Stmt>) -> P<()> {
        if self.compound_statement(body)? { Ok(()) } else { self.simple_statements(body) }
    }

    /// A compound statement, if one begins here.
    pub(super) fn compound_statement(&mut self, body: &mut Vec<Stmt>) -> P<bool> {
        let statement = match self.kind() {
            Tok::If => self.nested(Self::if_statement)?,
            Tok::Def => self.nested(|p| p.function(Vec::new()))?,
            Tok::At => self.nested(Self::decorated)?,
            Tok::Class => self.nested(|p| p.class(Vec::new()))?,
            Tok::With => self.nested(Self::with_statement)?,
            Tok::For => self.nested(Self::for_statement)?,
            Tok::Try => self.nested(Self::try_statement)?,
            Tok::While => self.nested(Self::while_statement)?,
            Tok::Async => match self.kind_at(1) {
                Tok::Def => self.nested(|p| p.function(Vec::new()))?,
                Tok::With => self.nested(Self::with_statement)?,
                Tok::For => self.nested(Self::for_statement)?,
                _ => return Err(super::Fail::Syntax),
            },
            Tok::Name if self.at_soft("match") => match self.nested(Self::match_statement)? {
                Some(statement) => statement,
                None => return Ok(false),
            },
            _ => return Ok(false),
        };
        body.push(statement);
        Ok(true)
    }

    /// `simple_stmt (';' simple_stmt)* [';'] NEWLINE`
    pub(super) fn simple_statements(&mut self, body: &mut Vec<Stmt>) -> P<()> {
        loop {
            body.push(self.simple_statement()?);
            if !self.eat(Tok::Semi) {
                return self.expect(Tok::Newline);
            }
            if self.eat(Tok::Newline) {
                return Ok(());
            }
        }
    }

    /// `':' block`'s block.
    pub(super) fn block(&mut self) -> P<Vec<Stmt>> {
        let mut body = Vec::new();
        if !self.eat(Tok::Newline) {
            self.simple_statements(&mut body)?;
            return Ok(body);
        }
        self.expect(Tok::Indent)?;
        loop {
            self.statement(&mut body)?;
            if self.eat(Tok::Dedent) {
                return Ok(body);
            }
        }
    }

    /// `':' block`
    pub(super) fn colon_block(&mut self) -> P<Vec<Stmt>> {
        self.expect(Tok::Colon)?;
        self.block()
    }
}
