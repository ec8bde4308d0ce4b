//! The recogniser's machinery: tokens on demand, marks, memos, and the ways to combine rules.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::ast::Span;
use crate::error::SyntaxError;
use crate::lex::{Lexer, Tok, Token};
use crate::{Mode, Options};

/// Rules may nest this deep, as in CPython.
const LEVEL_MAX: u32 = 6_000;

/// A node, by index; 0 is a node without meaning.
pub(super) type N = u32;

/// How a rule may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fail {
    /// No match; the next alternative may be tried.
    No,
    /// No match, and the other alternatives of the rule are not tried (a cut, or an action that yields nothing).
    Cut,
    /// An error was raised; everything stops.
    Raised,
}

pub(super) type R<T = N> = Result<T, Fail>;
pub(super) type Rule = fn(&mut Engine<'_>) -> R;

/// What a node is: expression kinds by the names of `ast`, and what else rules yield.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum K {
    Nothing,
    Token,
    Seq,
    Statement,
    Pattern,
    Comprehension,
    /// A keyword argument; `NAME = value` (one child more than `**value`).
    Keyword,
    DoubleStarred,
    Attribute,
    Subscript,
    Starred,
    Name,
    List,
    Tuple,
    Lambda,
    Call,
    Operator,
    GeneratorExp,
    Yield,
    Await,
    ListComp,
    SetComp,
    DictComp,
    Dict,
    Set,
    FString,
    Template,
    None,
    False,
    True,
    Ellipsis,
    Literal,
    Bytes,
    Compare,
    /// A comparison whose first operator is `in`.
    CompareIn,
    IfExp,
    NamedExpr,
    Slice,
}

pub(super) struct Node {
    pub kind: K,
    pub span: Span,
    pub kids: Vec<N>,
    /// Index of the token, for nodes of one token.
    token: Option<u32>,
}

/// Memo keys are small integers; this spreads them.
#[derive(Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0 ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    }
}

type Memo = HashMap<u64, (Option<N>, usize), BuildHasherDefault<KeyHasher>>;

pub(super) struct Engine<'s> {
    pub src: &'s str,
    pub lexer: Lexer<'s>,
    pub toks: Vec<Token>,
    pub mark: usize,
    nodes: Vec<Node>,
    memo: Memo,
    /// The `invalid_*` rules are active.
    pub invalid: bool,
    level: u32,
    pub error: Option<Box<SyntaxError>>,
    /// The token errors without a place of their own point at, instead of the last one.
    pub known_error_token: Option<Token>,
    pub mode: Mode,
    pub options: &'s Options,
    pub barry: bool,
    started: bool,
    /// Where the last complete compound statement began.
    pub last_statement: (i64, i64),
    /// How far warnings were given: the first run, and the search for tokenizer errors.
    pub warned_until: usize,
}

impl<'s> Engine<'s> {
    pub fn new(src: &'s str, mode: Mode, options: &'s Options) -> Self {
        let mut lexer = Lexer::new(src, options.lex());
        lexer.set_quiet();
        if options.barry_as_flufl {
            lexer.set_flufl();
        }
        let nothing = Node { kind: K::Nothing, span: Span::default(), kids: Vec::new(), token: None };
        Engine {
            src,
            lexer,
            toks: Vec::new(),
            mark: 0,
            nodes: vec![nothing],
            memo: Memo::default(),
            invalid: false,
            level: 0,
            error: None,
            known_error_token: None,
            mode,
            options,
            barry: options.barry_as_flufl,
            started: false,
            last_statement: (0, 0),
            warned_until: 0,
        }
    }

    /// Forget what the first run has matched; tokens stay.
    pub fn reset(&mut self) {
        self.memo.clear();
        self.mark = 0;
        self.invalid = true;
        self.level = 0;
    }

    // Tokens

    /// Read one token more.
    pub fn fill(&mut self) -> R<()> {
        let mut token = self.lexer.next_token();
        while token.kind == Tok::TypeIgnore {
            token = self.lexer.next_token();
        }
        if self.mode == Mode::Single && token.kind == Tok::EndMarker && self.started {
            token.kind = Tok::Newline;
            self.started = false;
            if self.lexer.indent_depth() > 0 && !self.options.dont_imply_dedent {
                self.lexer.imply_dedents();
            }
        } else {
            self.started = true;
        }
        self.toks.push(token);
        if token.kind == Tok::Error {
            return Err(self.tokenizer_error());
        }
        Ok(())
    }

    /// The token at the mark, read if need be.
    pub fn here(&mut self) -> R<Token> {
        while self.mark >= self.toks.len() {
            self.fill()?;
        }
        Ok(self.toks[self.mark])
    }

    /// The last token read.
    pub fn last_token(&self) -> Option<Token> {
        self.toks.last().copied()
    }

    pub fn text(&self, token: Token) -> &'s str {
        self.src.get(token.start as usize..token.end as usize).unwrap_or("")
    }

    /// A token of this kind.
    pub fn t(&mut self, kind: Tok) -> R {
        let token = self.here()?;
        if token.kind != kind {
            return Err(Fail::No);
        }
        let node = self.token_node();
        self.mark += 1;
        Ok(node)
    }

    /// A node for the token at the mark, which has been read.
    fn token_node(&mut self) -> N {
        let index = self.mark;
        let token = self.toks[index];
        let kind = match token.kind {
            Tok::Name => K::Name,
            Tok::None => K::None,
            Tok::True => K::True,
            Tok::False => K::False,
            Tok::Ellipsis => K::Ellipsis,
            _ => K::Token,
        };
        self.nodes.push(Node { kind, span: token_span(token), kids: Vec::new(), token: Some(index as u32) });
        self.nodes.len() as N - 1
    }

    /// One of several tokens.
    pub fn any(&mut self, kinds: &[Tok]) -> R {
        let token = self.here()?;
        if !kinds.contains(&token.kind) {
            return Err(Fail::No);
        }
        self.t(token.kind)
    }

    /// A name, as an expression.
    pub fn name(&mut self) -> R {
        self.t(Tok::Name)
    }

    /// A name with this spelling.
    pub fn soft(&mut self, word: &str) -> R {
        let token = self.here()?;
        if token.kind != Tok::Name || self.text(token) != word {
            return Err(Fail::No);
        }
        self.t(Tok::Name)
    }

    /// A token that must come: `&&':'`.
    pub fn force(&mut self, kind: Tok) -> R {
        let token = self.here()?;
        if token.kind != kind {
            let node = self.token_node();
            return Err(self.raise_at(node, format!("expected '{}'", kind.text())));
        }
        self.t(kind)
    }

    // Nodes

    pub fn new_node(&mut self, kind: K, span: Span, kids: Vec<N>) -> N {
        self.nodes.push(Node { kind, span, kids, token: None });
        self.nodes.len() as N - 1
    }

    /// A node from the token at `start` to the last token consumed, layout left out.
    pub fn node(&mut self, kind: K, start: usize, kids: Vec<N>) -> R {
        let first = self.toks.get(start).copied();
        let mut at = self.mark.saturating_sub(1);
        while at > 0 && matches!(self.toks[at].kind, Tok::Newline | Tok::Indent | Tok::Dedent | Tok::EndMarker) {
            at -= 1;
        }
        let span = match (first, self.toks.get(at)) {
            (Some(first), Some(last)) => Span::new(first.lineno, first.col, last.end_lineno, last.end_col),
            _ => Span::default(),
        };
        Ok(self.new_node(kind, span, kids))
    }

    pub fn seq(&mut self, kids: Vec<N>) -> N {
        let span = match (kids.first(), kids.last()) {
            (Some(&first), Some(&last)) => self.span(first).to(self.span(last)),
            _ => Span::default(),
        };
        self.new_node(K::Seq, span, kids)
    }

    pub fn kind(&self, node: N) -> K {
        self.nodes[node as usize].kind
    }

    pub fn span(&self, node: N) -> Span {
        self.nodes[node as usize].span
    }

    pub fn kids(&self, node: N) -> &[N] {
        &self.nodes[node as usize].kids
    }

    /// The token of a single-token node.
    pub fn token_of(&self, node: N) -> Option<Token> {
        self.toks.get(self.nodes[node as usize].token? as usize).copied()
    }

    /// The source of a single-token node.
    pub fn node_text(&self, node: N) -> &'s str {
        self.token_of(node).map_or("", |token| self.text(token))
    }

    // Combining

    /// Match `f` or nothing.
    pub fn opt(&mut self, f: impl FnOnce(&mut Self) -> R) -> R<Option<N>> {
        let mark = self.mark;
        match f(self) {
            Ok(node) => Ok(Some(node)),
            Err(Fail::Raised) => Err(Fail::Raised),
            Err(_) => {
                self.mark = mark;
                Ok(None)
            }
        }
    }

    /// `f*`
    pub fn star(&mut self, mut f: impl FnMut(&mut Self) -> R) -> R<Vec<N>> {
        let mut items = Vec::new();
        loop {
            let mark = self.mark;
            match self.opt(&mut f)? {
                Some(node) if self.mark > mark => items.push(node),
                _ => return Ok(items),
            }
        }
    }

    /// `f+`
    pub fn plus(&mut self, f: impl FnMut(&mut Self) -> R) -> R<Vec<N>> {
        let items = self.star(f)?;
        if items.is_empty() { Err(Fail::No) } else { Ok(items) }
    }

    /// `separator.f+`
    pub fn gather(&mut self, separator: Tok, mut f: impl FnMut(&mut Self) -> R) -> R<Vec<N>> {
        let mut items = vec![f(self).map_err(soften)?];
        loop {
            let next = self.opt(|p| {
                p.t(separator)?;
                f(p)
            })?;
            match next {
                Some(node) => items.push(node),
                None => return Ok(items),
            }
        }
    }

    /// `&f`
    pub fn look(&mut self, f: impl FnOnce(&mut Self) -> R) -> R<()> {
        let mark = self.mark;
        let found = self.opt(f)?;
        self.mark = mark;
        if found.is_some() { Ok(()) } else { Err(Fail::No) }
    }

    /// `!f`
    pub fn not(&mut self, f: impl FnOnce(&mut Self) -> R) -> R<()> {
        let mark = self.mark;
        let found = self.opt(f)?;
        self.mark = mark;
        if found.is_some() { Err(Fail::No) } else { Ok(()) }
    }

    /// A rule that is only there in the second run.
    pub fn inv(&mut self, f: Rule) -> R {
        if self.invalid { self.rule(f) } else { Err(Fail::No) }
    }

    /// Everything after a cut: failing here fails the whole rule.
    pub fn cut<T>(&mut self, f: impl FnOnce(&mut Self) -> R<T>) -> R<T> {
        f(self).map_err(|fail| if fail == Fail::No { Fail::Cut } else { fail })
    }

    /// Call a rule: counts the depth, and a cut ends here.
    pub fn rule(&mut self, f: Rule) -> R {
        if self.level >= LEVEL_MAX {
            return Err(self.raise_overflow());
        }
        self.level += 1;
        let result = f(self);
        self.level -= 1;
        result.map_err(soften)
    }

    // Memos

    fn memoised(&mut self, key: u64, f: Rule) -> R {
        if let Some(&(node, mark)) = self.memo.get(&key) {
            self.mark = mark;
            return node.ok_or(Fail::No);
        }
        let start = self.mark;
        let result = self.rule(f);
        match result {
            Err(Fail::Raised) => return result,
            Err(_) => self.mark = start,
            Ok(_) => {}
        }
        self.memo.insert(key, (result.ok(), self.mark));
        result
    }

    fn key(&self, id: Id, invalid: bool) -> u64 {
        (self.mark as u64) << 16 | (id as u64) << 1 | u64::from(invalid)
    }

    /// A rule that CPython memoises. The memo does not ask whether `invalid_*` rules were active.
    pub fn memo(&mut self, id: Id, f: Rule) -> R {
        self.memoised(self.key(id, false), f)
    }

    /// A rule that CPython does not memoise. Whether `invalid_*` rules are active is part of the key, so a memo can
    /// only repeat what evaluating again would give: the memos CPython has grow, and what did not raise then does not
    /// raise now.
    pub fn extra_memo(&mut self, id: Id, f: Rule) -> R {
        self.memoised(self.key(id, self.invalid), f)
    }

    /// A left-recursive rule: `raw` is tried again with the memo holding what it found before, while it grows.
    pub fn left_recursive(&mut self, id: Id, raw: Rule) -> R {
        let key = self.key(id, false);
        if let Some(&(node, mark)) = self.memo.get(&key) {
            self.mark = mark;
            return node.ok_or(Fail::No);
        }
        let start = self.mark;
        let (mut best, mut best_mark) = (None, start);
        loop {
            self.memo.insert(key, (best, best_mark));
            self.mark = start;
            match self.rule(raw) {
                Err(Fail::Raised) => return Err(Fail::Raised),
                Ok(node) if self.mark > best_mark => {
                    best = Some(node);
                    best_mark = self.mark;
                }
                _ => break,
            }
        }
        self.mark = best_mark;
        best.ok_or(Fail::No)
    }
}

/// A cut fails only the rule it stands in.
fn soften(fail: Fail) -> Fail {
    if fail == Fail::Cut { Fail::No } else { fail }
}

pub(super) fn token_span(token: Token) -> Span {
    Span::new(token.lineno, token.col, token.end_lineno, token.end_col)
}

/// Try alternatives in order. Each is an expression of type `R`; `?` leaves the alternative.
macro_rules! choice {
    ($p:ident; $($body:expr),+ $(,)?) => {{
        let q = &mut *$p;
        let mark = q.mark;
        #[allow(clippy::redundant_closure_call)]
        (|| -> R {
            $(
                {
                    let $p = &mut *q;
                    match (move || -> R { $body })() {
                        Err(Fail::No) => q.mark = mark,
                        Err(Fail::Cut) => {
                            q.mark = mark;
                            return Err(Fail::No);
                        }
                        other => return other,
                    }
                }
            )+
            Err(Fail::No)
        })()
    }};
}
pub(super) use choice;

/// Define rules: how they are memoised, their name, and their alternatives in order.
macro_rules! grammar {
    ($p:ident; $($how:ident $(($id:ident))? $name:ident { $($body:expr),+ $(,)? })+) => {
        $(
            pub(super) fn $name(engine: &mut Engine<'_>) -> R {
                engine.$how($(super::engine::Id::$id,)? |$p| {
                    super::engine::choice!($p; $($body),+)
                })
            }
        )+
    };
}
pub(super) use grammar;

macro_rules! ids {
    ($($name:ident)*) => {
        /// Rules with memos.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Id { $($name,)* }
    };
}

ids! {
    SimpleStmt Block Expression StarExpression Disjunction Conjunction Inversion Factor AwaitPrimary Strings TString
    Arguments StarTarget TargetWithStarAtom DelTarget TypeParam ClosedPattern StarPattern InvalidNamedExpression
    BitwiseOr BitwiseXor BitwiseAnd ShiftExpr Sum Term Primary TPrimary DottedName Attr
    StarExpressions NamedExpression Comparison Atom GenExp Group Tuple List ListComp Dict Set DictComp SetComp
    ForIfClauses Args KwArgs Slices LambDef StarNamedExpressions StarNamedExpression StarTargets SingleTarget
    FString Pattern OrPattern Expressions StarAtom AnnotatedRhs Power ExpressionWithoutInvalid YieldExpr
    StarredExpression LambdaParams Params WithItem
}
