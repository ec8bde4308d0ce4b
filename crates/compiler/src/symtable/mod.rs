//! Scopes and what each name in them means.
//!
//! Two steps: [`build`] walks the tree and records scopes, bindings and uses, reporting the errors that need no more
//! than that; [`resolve`] then decides for every name whether it is local, a cell, free or global. A comprehension
//! that will be inlined (PEP 709) keeps a scope of its own, marked [`Scope::inlined`]: its variables get registers of
//! their own in the surrounding code, so nothing has to be saved and restored.

mod build;
mod resolve;
pub mod view;
mod visit_expr;

use taipan_syntax::ast::{Identifier, Mod, Span};

use crate::error::Result;
use crate::names::{NameMap, QuickMap};

pub use build::BuildOptions;

/// Bits of [`Symbol::flags`]; the values are those of CPython's `_symtable`.
#[allow(missing_docs)]
pub mod def {
    pub const GLOBAL: u32 = 1;
    pub const LOCAL: u32 = 2;
    pub const PARAM: u32 = 2 << 1;
    pub const NONLOCAL: u32 = 2 << 2;
    pub const USE: u32 = 2 << 3;
    pub const FREE_CLASS: u32 = 2 << 5;
    pub const IMPORT: u32 = 2 << 6;
    pub const ANNOT: u32 = 2 << 7;
    pub const COMP_ITER: u32 = 2 << 8;
    pub const TYPE_PARAM: u32 = 2 << 9;
    pub const COMP_CELL: u32 = 2 << 10;
    pub const BOUND: u32 = LOCAL | PARAM | IMPORT | TYPE_PARAM;
    /// Position of the resolved meaning in the flags that `_symtable` shows.
    pub const SCOPE_OFFSET: u32 = 12;
}

/// Index of a scope in [`SymbolTable::scopes`].
pub type ScopeId = usize;

/// What a name means in a scope. The numbers are CPython's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Meaning {
    /// Not resolved (never after [`SymbolTable::new`]).
    #[default]
    Unknown = 0,
    /// A variable of this scope.
    Local = 1,
    /// Declared `global`.
    GlobalExplicit = 2,
    /// Not bound in any enclosing function.
    GlobalImplicit = 3,
    /// A variable of an enclosing function.
    Free = 4,
    /// A variable of this scope that an inner function uses.
    Cell = 5,
}

/// One name in a scope.
#[derive(Clone, Copy, Debug, Default)]
pub struct Symbol {
    /// Bits of [`def`].
    pub flags: u32,
    /// What it means.
    pub meaning: Meaning,
}

/// Kinds of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// A function, lambda or comprehension.
    Function,
    /// A class body.
    Class,
    /// The module.
    Module,
    /// Annotations of a function, class or module (`__annotate__`).
    Annotation,
    /// The value of a `type` statement.
    TypeAlias,
    /// The type parameters of a generic.
    TypeParameters,
    /// Bound, constraints or default of a type parameter.
    TypeVariable,
}

impl ScopeKind {
    /// Do its variables live in fast locals?
    pub fn is_function_like(self) -> bool {
        !matches!(self, ScopeKind::Class | ScopeKind::Module)
    }
}

/// Which comprehension a scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comprehension {
    /// None.
    No,
    /// `[…]`
    List,
    /// `{k: v …}`
    Dict,
    /// `{…}`
    Set,
    /// `(…)`
    Generator,
}

/// A scope.
#[derive(Debug)]
pub struct Scope {
    /// What it is.
    pub kind: ScopeKind,
    /// Function or class name, `top`, `lambda`, `genexpr` …
    pub name: Identifier,
    /// Its names, mangled, in order of appearance.
    pub symbols: NameMap<Symbol>,
    /// Parameters, mangled, in order.
    pub params: Vec<Identifier>,
    /// Scopes directly inside.
    pub children: Vec<ScopeId>,
    /// The scope around it.
    pub parent: Option<ScopeId>,
    /// `global` and `nonlocal` statements: name and place.
    pub directives: Vec<(Identifier, Span)>,
    /// Inside a function.
    pub nested: bool,
    /// Contains `yield`.
    pub generator: bool,
    /// Is `async` or contains `await`.
    pub coroutine: bool,
    /// Which comprehension it is.
    pub comprehension: Comprehension,
    /// Comprehension whose code is part of the surrounding code.
    pub inlined: bool,
    /// Has `*args`.
    pub varargs: bool,
    /// Has `**kwargs`.
    pub varkeywords: bool,
    /// Has `return value`.
    pub returns_value: bool,
    /// Class whose methods use `__class__`.
    pub needs_class_closure: bool,
    /// Class whose annotation or type scopes need its namespace.
    pub needs_classdict: bool,
    /// Some annotation here is evaluated only if its statement ran.
    pub has_conditional_annotations: bool,
    /// Sees the names of the class it stands in.
    pub can_see_class_scope: bool,
    /// A function directly in a class.
    pub method: bool,
    /// Begins with a docstring.
    pub has_docstring: bool,
    /// Has annotations of variables.
    pub annotations_used: bool,
    /// The scope of the annotations that belong to this one.
    pub annotation_block: Option<ScopeId>,
    /// Names that an assignment expression binds here (so operands may not borrow them across other operands).
    pub walrus: NameMap<()>,
    /// Where it begins.
    pub span: Span,
    /// The class whose private names are mangled here.
    pub private: Option<Identifier>,
    /// In a type parameter scope of a class: only these are mangled.
    pub mangled_only: Option<NameMap<()>>,
    pub(crate) in_conditional_block: bool,
    pub(crate) in_unevaluated_annotation: bool,
    pub(crate) comp_iter_target: bool,
    pub(crate) comp_iter_expr: u32,
}

impl Scope {
    /// Mangle `name` as this scope does.
    pub fn mangle(&self, name: &Identifier) -> Identifier {
        if let Some(only) = &self.mangled_only
            && !only.contains(name)
        {
            return name.clone();
        }
        crate::names::mangle(self.private.as_ref(), name)
    }

    /// The meaning of an already mangled name.
    pub fn meaning(&self, mangled: &Identifier) -> Meaning {
        self.symbols.get(mangled).map_or(Meaning::Unknown, |symbol| symbol.meaning)
    }
}

/// What a scope belongs to, as a key: the address of its node and which of the node's scopes it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeKey(usize, Part);

/// Which scope of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The body.
    Body,
    /// The type parameters.
    TypeParams,
    /// The bound or constraints of a type variable.
    Bound,
    /// The default of a type parameter.
    Default,
}

impl ScopeKey {
    /// The scope `part` of `node`.
    pub fn new<T>(node: &T, part: Part) -> Self {
        ScopeKey(std::ptr::from_ref(node).addr(), part)
    }
}

/// All scopes of a module.
#[derive(Debug)]
pub struct SymbolTable {
    /// The scopes; the module is the first.
    pub scopes: Vec<Scope>,
    by_node: QuickMap<ScopeKey, ScopeId>,
}

/// The module's scope.
pub const TOP: ScopeId = 0;

impl SymbolTable {
    /// Build and resolve the table of `module`. The table refers to the tree by address: do not move nodes.
    pub fn new(module: &Mod, options: BuildOptions) -> Result<SymbolTable> {
        let mut table = build::build(module, options)?;
        resolve::resolve(&mut table)?;
        Ok(table)
    }

    /// The scope of a node.
    pub fn lookup<T>(&self, node: &T, part: Part) -> Option<ScopeId> {
        self.by_node.get(&ScopeKey::new(node, part)).copied()
    }

    /// Names that the code of `scope` takes from its closure, sorted.
    pub fn free_names(&self, scope: ScopeId) -> Vec<Identifier> {
        let mut names: Vec<Identifier> = self.scopes[scope]
            .symbols
            .iter()
            .filter(|(_, s)| s.meaning == Meaning::Free || s.flags & def::FREE_CLASS != 0)
            .map(|(name, _)| name.clone())
            .collect();
        names.sort();
        names
    }
}
