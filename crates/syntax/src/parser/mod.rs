//! The first pass: recursive descent over the token list, with precedence climbing for operators.
//!
//! It builds the tree of a correct program and nothing else. On anything unexpected it gives up with [`Fail`]; the
//! error pass (`crate::invalid`) then finds out what CPython says. What it accepts must be exactly what CPython's
//! grammar accepts.
//!
//! Depth: `depth` counts nested calls, `height` the left-leaning growth of operator and attribute chains, so that
//! neither this parser nor a walk of its tree can overflow the stack.

mod atom;
mod call;
mod compound;
mod expr;
mod names;
mod params;
mod pattern;
mod simple;
mod stmt;
mod strings;
mod target;

use crate::ast::{Expr, Identifier, Mod, Span, Stmt, TypeIgnoreSum, mod_, type_ignore};
use crate::error::Warning;
use crate::lex::{Lexer, Tok, Token};
use crate::{Mode, Options};
use names::Names;

/// Nested calls of the parser.
const DEPTH_MAX: u32 = 1_000;
/// Height of a chain of left-associative operators.
const HEIGHT_MAX: u32 = 8_000;
/// Tokens of a source with a chain that is too long, up to which it is worth finding out what else is wrong.
const SEARCHED_MAX: usize = 600_000;
/// `elif` clauses of one `if`; they nest in the tree.
const ELIF_MAX: usize = 2_500;

/// The source is not what the first pass understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fail {
    /// Ask the error pass.
    Syntax,
    /// Nested too deep for the parser: `MemoryError`.
    Nesting,
    /// A chain too long for the tree: `RecursionError`.
    Chain,
    /// A name that is a constant in other characters: `ValueError`.
    Constant(&'static str),
}

pub(crate) type P<T> = Result<T, Fail>;

pub(crate) struct Parser<'s> {
    src: &'s str,
    toks: Vec<Token>,
    pos: usize,
    names: Names<'s>,
    depth: u32,
    height: u32,
    options: Options,
    barry: bool,
    /// The error that a tree this high would cause; kept because a speculative parse may swallow the failure.
    overflow: Option<Fail>,
    warnings: Vec<Warning>,
}

/// What the first pass yields.
pub(crate) struct Parsed {
    pub result: P<Mod>,
    pub warnings: Vec<Warning>,
}

/// Parse prepared source.
pub(crate) fn parse(src: &str, mode: Mode, options: &Options) -> Parsed {
    let (toks, type_ignores, mut warnings) = tokenize(src, mode, options);
    let mut parser = Parser {
        src,
        toks,
        pos: 0,
        names: Names::new(),
        depth: 0,
        height: 0,
        options: options.clone(),
        barry: options.barry_as_flufl,
        overflow: None,
        warnings: Vec::new(),
    };
    let result = parser.root(mode, type_ignores);
    let result = match (result, parser.overflow) {
        // A chain was cut, see `grown`; wrong source is wrong all the same.
        (Err(Fail::Syntax), Some(Fail::Chain)) if parser.toks.len() <= SEARCHED_MAX => Err(Fail::Syntax),
        (_, Some(fail)) => Err(fail),
        (Ok(_), None) if parser.names.constant.is_some() => Err(Fail::Constant(parser.names.constant.unwrap_or(""))),
        (result, _) => result,
    };
    warnings.append(&mut parser.warnings);
    // A speculative parse may have warned twice.
    warnings.sort_by_key(|w| w.position);
    warnings.dedup_by(|a, b| a.position == b.position && a.message == b.message);
    Parsed { result, warnings }
}

/// All tokens, ended by ENDMARKER or ERRORTOKEN (three times, so that looking ahead needs no check).
fn tokenize(src: &str, mode: Mode, options: &Options) -> (Vec<Token>, Vec<TypeIgnoreSum>, Vec<Warning>) {
    let mut lexer = Lexer::new(src, options.lex());
    let mut toks = Vec::with_capacity(src.len() / 4 + 8);
    let mut type_ignores = Vec::new();
    let mut started = false;
    loop {
        let mut token = lexer.next_token();
        match token.kind {
            Tok::TypeIgnore => {
                let tag = &src[token.start as usize..token.end as usize];
                type_ignores
                    .push(type_ignore::TypeIgnore { lineno: token.lineno, tag: tag.into() }.into());
                continue;
            }
            // The end of interactive input ends the line and the blocks.
            Tok::EndMarker if mode == Mode::Single && started => {
                token.kind = Tok::Newline;
                started = false;
                if lexer.indent_depth() > 0 && !options.dont_imply_dedent {
                    lexer.imply_dedents();
                }
                toks.push(token);
                continue;
            }
            _ => started = true,
        }
        toks.push(token);
        if matches!(token.kind, Tok::EndMarker | Tok::Error) {
            toks.push(token);
            toks.push(token);
            toks.push(token);
            return (toks, type_ignores, lexer.take_warnings());
        }
    }
}

impl<'s> Parser<'s> {
    fn root(&mut self, mode: Mode, type_ignores: Vec<TypeIgnoreSum>) -> P<Mod> {
        match mode {
            Mode::Exec => {
                let body = self.statements(Tok::EndMarker)?;
                self.expect(Tok::EndMarker)?;
                Ok(mod_::Module { body, type_ignores }.into())
            }
            Mode::Single => {
                let body = self.interactive()?;
                Ok(mod_::Interactive { body }.into())
            }
            Mode::Eval => {
                let body = self.expressions()?;
                self.end_of_expression_input()?;
                Ok(mod_::Expression { body }.into())
            }
            Mode::FuncType => {
                let (argtypes, returns) = self.func_type()?;
                self.end_of_expression_input()?;
                Ok(mod_::FunctionType { argtypes, returns }.into())
            }
        }
    }

    fn end_of_expression_input(&mut self) -> P<()> {
        while self.eat(Tok::Newline) {}
        self.expect(Tok::EndMarker)
    }

    #[inline(always)]
    fn kind(&self) -> Tok {
        self.toks[self.pos].kind
    }

    /// The kind `ahead` tokens further on, at most 2.
    #[inline(always)]
    fn kind_at(&self, ahead: usize) -> Tok {
        self.toks.get(self.pos + ahead).map_or(Tok::Error, |t| t.kind)
    }

    #[inline(always)]
    fn token(&self) -> Token {
        self.toks[self.pos]
    }

    /// The token before the current one.
    #[inline(always)]
    fn previous(&self) -> Token {
        self.toks[self.pos.saturating_sub(1)]
    }

    /// Step over the current token. The end is never passed.
    #[inline(always)]
    fn bump(&mut self) -> Token {
        let token = self.toks[self.pos];
        if self.pos + 3 < self.toks.len() {
            self.pos += 1;
        }
        token
    }

    #[inline(always)]
    fn at(&self, kind: Tok) -> bool {
        self.kind() == kind
    }

    #[inline(always)]
    fn eat(&mut self, kind: Tok) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    #[inline(always)]
    fn expect(&mut self, kind: Tok) -> P<()> {
        if self.eat(kind) { Ok(()) } else { Err(Fail::Syntax) }
    }

    #[inline]
    fn text(&self, token: Token) -> &'s str {
        self.src.get(token.start as usize..token.end as usize).unwrap_or("")
    }

    /// Whether the current token is the soft keyword `word`.
    fn at_soft(&self, word: &str) -> bool {
        self.at(Tok::Name) && self.text(self.token()) == word
    }

    fn name(&mut self) -> P<Identifier> {
        if !self.at(Tok::Name) {
            return Err(Fail::Syntax);
        }
        let token = self.bump();
        Ok(self.names.intern(self.text(token)))
    }

    /// From the first byte of `start` to the end of the last token consumed.
    #[inline]
    fn span_from(&self, start: Token) -> Span {
        let end = self.previous();
        Span::new(start.lineno, start.col, end.end_lineno, end.end_col)
    }

    /// As [`Self::span_from`], leaving out the layout tokens at the end of a block.
    fn block_span_from(&self, start: Token) -> Span {
        let mut at = self.pos.saturating_sub(1);
        while at > 0 && matches!(self.toks[at].kind, Tok::Newline | Tok::Indent | Tok::Dedent | Tok::EndMarker) {
            at -= 1;
        }
        let end = self.toks[at];
        Span::new(start.lineno, start.col, end.end_lineno, end.end_col)
    }

    fn token_span(token: Token) -> Span {
        Span::new(token.lineno, token.col, token.end_lineno, token.end_col)
    }

    /// Run `f` one level deeper.
    #[inline]
    fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> P<T>) -> P<T> {
        if self.depth >= DEPTH_MAX {
            return Err(self.overflow(Fail::Nesting));
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    #[cold]
    fn overflow(&mut self, fail: Fail) -> Fail {
        *self.overflow.get_or_insert(fail)
    }

    /// A left-leaning chain has grown by one.
    #[inline]
    fn grow(&mut self) -> P<()> {
        self.height += 1;
        if self.height > HEIGHT_MAX {
            return Err(self.overflow(Fail::Chain));
        }
        Ok(())
    }

    /// As [`Self::grow`], for expressions: a chain that is too long is cut, and the parse goes on, since what follows
    /// may not even be correct.
    #[inline]
    fn grown(&mut self, chain: Expr) -> Expr {
        self.height += 1;
        if self.height <= HEIGHT_MAX {
            return chain;
        }
        self.overflow(Fail::Chain);
        self.height = 0;
        let value = crate::ast::ConstantValue::None;
        Expr::new(chain.span, crate::ast::expr::Constant { value, kind: None })
    }

    /// Features of Python 3.`minor`, when an older grammar is asked for.
    fn require(&self, minor: u8) -> P<()> {
        if self.options.feature_version < minor { Err(Fail::Syntax) } else { Ok(()) }
    }

    /// Try `f`; go back if it fails.
    fn attempt<T>(&mut self, f: impl FnOnce(&mut Self) -> P<T>) -> Option<T> {
        let (pos, depth, height) = (self.pos, self.depth, self.height);
        match f(self) {
            Ok(value) => Some(value),
            Err(_) => {
                self.pos = pos;
                self.depth = depth;
                self.height = height;
                None
            }
        }
    }

    /// `statement*` up to `end`.
    fn statements(&mut self, end: Tok) -> P<Vec<Stmt>> {
        let mut body = Vec::new();
        while !self.at(end) {
            self.statement(&mut body)?;
        }
        Ok(body)
    }

    /// `interactive: statement_newline`
    fn interactive(&mut self) -> P<Vec<Stmt>> {
        let mut body = Vec::new();
        let start = self.token();
        if self.eat(Tok::Newline) {
            let end = Span::new(start.lineno, start.col, start.end_lineno, start.end_col);
            body.push(Stmt::new(end, crate::ast::stmt::Pass {}));
        } else if self.compound_statement(&mut body)? {
            self.expect(Tok::Newline)?;
        } else {
            self.simple_statements(&mut body)?;
        }
        // Nothing but blanks and comments may follow.
        let mut rest = self.src.get(self.previous().end as usize..).unwrap_or("");
        loop {
            rest = rest.trim_start_matches([' ', '\t', '\n', '\x0C']);
            match rest.strip_prefix('#') {
                Some(comment) => rest = comment.find('\n').map_or("", |at| &comment[at..]),
                None => break,
            }
        }
        if rest.is_empty() { Ok(body) } else { Err(Fail::Syntax) }
    }

    /// `'(' [type_expressions] ')' '->' expression`
    fn func_type(&mut self) -> P<(Vec<Expr>, Expr)> {
        self.expect(Tok::LPar)?;
        let mut argtypes = Vec::new();
        let mut stars = 0;
        while !self.at(Tok::RPar) {
            if !argtypes.is_empty() {
                self.expect(Tok::Comma)?;
            }
            // `*` and `**` may come once each, in this order, last.
            let rank = match self.kind() {
                Tok::Star => 1,
                Tok::DoubleStar => 2,
                _ => 0,
            };
            if stars > 0 && rank <= stars {
                return Err(Fail::Syntax);
            }
            if rank > 0 {
                self.bump();
                stars = rank;
            }
            argtypes.push(self.expression()?);
        }
        self.expect(Tok::RPar)?;
        self.expect(Tok::RArrow)?;
        let returns = self.expression()?;
        Ok((argtypes, returns))
    }
}
