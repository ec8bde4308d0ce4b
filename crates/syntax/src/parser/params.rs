//! Parameter lists of `def` and `lambda`, and type parameters.

use super::{Fail, P, Parser};
use crate::ast::{Arg, Arguments, Expr, TypeParam, type_param};
use crate::lex::{Tok, Token};

/// How far a parameter list has come; later sections forbid earlier things.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Positional,
    KeywordOnly,
    /// After a bare `*`, which needs a name next.
    NeedsName,
    End,
}

fn empty() -> Arguments {
    Arguments {
        posonlyargs: Vec::new(),
        args: Vec::new(),
        vararg: None,
        kwonlyargs: Vec::new(),
        kw_defaults: Vec::new(),
        kwarg: None,
        defaults: Vec::new(),
    }
}

impl Parser<'_> {
    /// Parameters of a `def`, up to the parenthesis.
    pub(super) fn parameters(&mut self) -> P<Arguments> {
        self.parameter_list(Tok::RPar, true)
    }

    /// Parameters of a `lambda`, up to the colon.
    pub(super) fn lambda_parameters(&mut self) -> P<Arguments> {
        self.parameter_list(Tok::Colon, false)
    }

    fn parameter_list(&mut self, close: Tok, annotations: bool) -> P<Arguments> {
        let mut out = empty();
        let mut section = Section::Positional;
        while !self.at(close) {
            match self.kind() {
                _ if section == Section::End => return Err(Fail::Syntax),
                Tok::Slash => {
                    let misplaced = section != Section::Positional || out.args.is_empty();
                    if misplaced || !out.posonlyargs.is_empty() {
                        return Err(Fail::Syntax);
                    }
                    self.require(8)?;
                    self.bump();
                    out.posonlyargs = std::mem::take(&mut out.args);
                    if !self.at(close) {
                        self.expect(Tok::Comma)?;
                    }
                }
                Tok::Star => {
                    if section != Section::Positional {
                        return Err(Fail::Syntax);
                    }
                    self.bump();
                    if self.eat(Tok::Comma) {
                        section = Section::NeedsName;
                    } else {
                        section = Section::KeywordOnly;
                        out.vararg = Some(self.parameter(close, annotations, true)?.0);
                    }
                }
                Tok::DoubleStar => {
                    if section == Section::NeedsName {
                        return Err(Fail::Syntax);
                    }
                    self.bump();
                    let (arg, default) = self.parameter(close, annotations, false)?;
                    if default.is_some() {
                        return Err(Fail::Syntax);
                    }
                    out.kwarg = Some(arg);
                    section = Section::End;
                }
                _ => {
                    let (arg, default) = self.parameter(close, annotations, false)?;
                    if section == Section::Positional {
                        match default {
                            Some(value) => out.defaults.push(value),
                            None if !out.defaults.is_empty() => return Err(Fail::Syntax),
                            None => {}
                        }
                        out.args.push(arg);
                    } else {
                        section = Section::KeywordOnly;
                        out.kwonlyargs.push(arg);
                        out.kw_defaults.push(default);
                    }
                }
            }
        }
        if section == Section::NeedsName { Err(Fail::Syntax) } else { Ok(out) }
    }

    /// One parameter with its comma and type comment. `star`: it follows `*`.
    fn parameter(&mut self, close: Tok, annotations: bool, star: bool) -> P<(Arg, Option<Expr>)> {
        let start = self.token();
        let arg = self.name()?;
        let annotation = if annotations && self.eat(Tok::Colon) {
            Some(if star { self.star_expression()? } else { self.expression()? })
        } else {
            None
        };
        let span = self.span_from(start);
        let default = if !star && self.eat(Tok::Equal) { Some(self.expression()?) } else { None };
        let mut type_comment = None;
        if self.eat(Tok::Comma) {
            if annotations {
                type_comment = self.type_comment();
            }
        } else {
            if annotations {
                type_comment = self.type_comment();
            }
            if !self.at(close) {
                return Err(Fail::Syntax);
            }
        }
        Ok((Arg { span, arg, annotation, type_comment }, default))
    }

    /// A type comment, if one stands here.
    pub(super) fn type_comment(&mut self) -> Option<crate::ast::PyString> {
        if !self.at(Tok::TypeComment) {
            return None;
        }
        let token = self.bump();
        Some(self.text(token).into())
    }

    /// `['[' type_param (',' type_param)* [','] ']']`
    pub(super) fn type_params(&mut self) -> P<Vec<TypeParam>> {
        let mut out = Vec::new();
        if !self.eat(Tok::LSqb) {
            return Ok(out);
        }
        loop {
            out.push(self.type_param()?);
            if !self.eat(Tok::Comma) || self.at(Tok::RSqb) {
                break;
            }
        }
        self.expect(Tok::RSqb)?;
        self.require(12)?;
        Ok(out)
    }

    fn type_param(&mut self) -> P<TypeParam> {
        let start = self.token();
        match start.kind {
            Tok::Star => {
                self.bump();
                let name = self.name()?;
                let default_value = self.type_param_default(true)?;
                let node = type_param::TypeVarTuple { name, default_value };
                Ok(TypeParam::new(self.span_from(start), node))
            }
            Tok::DoubleStar => {
                self.bump();
                let name = self.name()?;
                let default_value = self.type_param_default(false)?;
                Ok(TypeParam::new(self.span_from(start), type_param::ParamSpec { name, default_value }))
            }
            _ => self.type_var(start),
        }
    }

    fn type_var(&mut self, start: Token) -> P<TypeParam> {
        let name = self.name()?;
        let bound = if self.eat(Tok::Colon) { Some(self.expression()?) } else { None };
        let default_value = self.type_param_default(false)?;
        Ok(TypeParam::new(self.span_from(start), type_param::TypeVar { name, bound, default_value }))
    }

    fn type_param_default(&mut self, star: bool) -> P<Option<Expr>> {
        if !self.eat(Tok::Equal) {
            return Ok(None);
        }
        let value = if star { self.star_expression()? } else { self.expression()? };
        self.require(13)?;
        Ok(Some(value))
    }
}
