//! Arguments of calls and class definitions.

use super::{Fail, P, Parser};
use crate::ast::{Expr, Keyword, expr};
use crate::lex::Tok;

/// Arguments in the order of the source, split as the tree wants them.
#[derive(Default)]
pub(super) struct Arguments {
    pub args: Vec<Expr>,
    pub keywords: Vec<Keyword>,
}

impl Parser<'_> {
    /// A call of `func`; the current token is the parenthesis.
    pub(super) fn call(&mut self, func: Expr) -> P<expr::Call> {
        let Arguments { args, keywords } = self.nested(|p| p.parenthesised_arguments(true))?;
        Ok(expr::Call { func, args, keywords })
    }

    /// `'(' [arguments] ')'`, or a generator expression as the only argument if `genexp`.
    pub(super) fn parenthesised_arguments(&mut self, genexp: bool) -> P<Arguments> {
        let start = self.bump();
        let mut out = Arguments::default();
        let mut unpacked_mapping = false;
        while !self.at(Tok::RPar) {
            let argument = self.token();
            match argument.kind {
                Tok::DoubleStar => {
                    self.bump();
                    let value = self.expression()?;
                    unpacked_mapping = true;
                    out.keywords.push(Keyword { span: self.span_from(argument), arg: None, value });
                }
                Tok::Star if unpacked_mapping => return Err(Fail::Syntax),
                Tok::Star => out.args.push(self.starred_expression()?),
                Tok::Name if self.kind_at(1) == Tok::Equal => {
                    let arg = Some(self.name()?);
                    self.bump();
                    let value = self.expression()?;
                    out.keywords.push(Keyword { span: self.span_from(argument), arg, value });
                }
                _ if !out.keywords.is_empty() => return Err(Fail::Syntax),
                _ => {
                    let value = self.named_expression()?;
                    if matches!(self.kind(), Tok::For | Tok::Async) {
                        if !genexp || !out.args.is_empty() {
                            return Err(Fail::Syntax);
                        }
                        let generators = self.for_if_clauses()?;
                        self.expect(Tok::RPar)?;
                        let node = expr::GeneratorExp { elt: value, generators };
                        out.args.push(Expr::new(self.span_from(start), node));
                        return Ok(out);
                    }
                    out.args.push(value);
                }
            }
            if !self.at(Tok::RPar) {
                self.expect(Tok::Comma)?;
                // A comma alone is no argument list.
            }
        }
        self.bump();
        Ok(out)
    }
}
