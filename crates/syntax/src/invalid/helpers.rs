//! What error rules ask of nodes: names for messages, invalid targets, versions.

use super::engine::{Engine, Fail, K, N, R};

/// Which targets are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Targets {
    Star,
    Del,
    For,
}

impl Engine<'_> {
    /// What an expression is called in messages.
    pub fn expr_name(&self, node: N) -> &'static str {
        match self.kind(node) {
            K::Attribute => "attribute",
            K::Subscript => "subscript",
            K::Starred => "starred",
            K::Name => "name",
            K::List => "list",
            K::Tuple => "tuple",
            K::Lambda => "lambda",
            K::Call => "function call",
            K::Operator => "expression",
            K::GeneratorExp => "generator expression",
            K::Yield => "yield expression",
            K::Await => "await expression",
            K::ListComp => "list comprehension",
            K::SetComp => "set comprehension",
            K::DictComp => "dict comprehension",
            K::Dict => "dict literal",
            K::Set => "set display",
            K::FString => "f-string expression",
            K::Template => "t-string expression",
            K::None => "None",
            K::False => "False",
            K::True => "True",
            K::Ellipsis => "ellipsis",
            K::Compare | K::CompareIn => "comparison",
            K::IfExp => "conditional expression",
            K::NamedExpr => "named expression",
            _ => "literal",
        }
    }

    /// The first part of `node` that cannot be a target.
    pub fn invalid_target(&self, node: N, targets: Targets) -> Option<N> {
        match self.kind(node) {
            K::List | K::Tuple => self.kids(node).iter().find_map(|&kid| self.invalid_target(kid, targets)),
            K::Starred if targets == Targets::Del => Some(node),
            K::Starred => self.invalid_target(*self.kids(node).first()?, targets),
            // `a in b` of `for a in b` was read as a comparison.
            K::CompareIn if targets == Targets::For => self.invalid_target(*self.kids(node).first()?, targets),
            K::Compare if targets == Targets::For => None,
            K::Name | K::Subscript | K::Attribute => None,
            _ => Some(node),
        }
    }

    /// Complain about the invalid part of `node`; if there is none, the rule ends without a match.
    pub fn raise_invalid_target(&mut self, node: N, targets: Targets) -> Fail {
        let Some(bad) = self.invalid_target(node, targets) else { return Fail::Cut };
        let verb = if targets == Targets::Del { "delete" } else { "assign to" };
        self.raise_at(bad, format!("cannot {verb} {}", self.expr_name(bad)))
    }

    /// Whether `node` is the name `print` or `exec`.
    pub fn is_legacy_statement(&self, node: N) -> bool {
        self.kind(node) == K::Name && matches!(self.node_text(node), "print" | "exec")
    }

    /// The node at the end of a comprehension.
    pub fn comprehension_end(&self, clauses: N) -> N {
        let last = self.kids(clauses).last().copied().unwrap_or(0);
        self.kids(last).last().copied().unwrap_or(0)
    }

    /// A feature of 3.`minor`.
    pub fn require(&mut self, minor: u8, what: &str) -> R<()> {
        if self.options.feature_version >= minor {
            return Ok(());
        }
        Err(self.raise(&format!("{what} only supported in Python 3.{minor} and greater")))
    }
}
