//! One code object in the making: its stream, locals, constants, names and open blocks.

use taipan_bytecode::{Const, local_kind};
use taipan_syntax::ast::{Identifier, Span, Stmt};

use crate::code::{Code, HandlerId, Label, Reg, local_reg};
use crate::names::{NameMap, QuickMap};
use crate::symtable::ScopeId;

/// What the unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// A module, expression or interactive statement.
    Module,
    /// A class body.
    Class,
    /// A function.
    Function,
    /// An `async def`.
    AsyncFunction,
    /// A lambda.
    Lambda,
    /// A comprehension or generator expression that is a function.
    Comprehension,
    /// Type parameters.
    TypeParams,
    /// Annotations, type aliases, bounds: functions made by the compiler.
    Annotation,
}

/// A local of the unit.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name.
    pub name: Identifier,
    /// Bits of [`local_kind`].
    pub kind: u8,
    /// When a plain local was first touched: its place among them.
    pub order: u32,
}

/// The order of a local that was not touched yet.
pub const UNTOUCHED: u32 = u32::MAX;

/// A construct that code inside may leave early, and what leaving it takes.
#[derive(Clone, Copy, Debug)]
pub enum Block<'a> {
    /// A loop. `iter`: the temp that holds the iterator.
    Loop { on_break: Label, on_continue: Label, iter: Option<Reg> },
    /// The body of `try … except`.
    Try { outer: Option<HandlerId> },
    /// The body (and handlers) of `try … finally`.
    FinallyTry { outer: Option<HandlerId>, body: &'a [Stmt] },
    /// The copy of `finally` that runs for an exception: R[base] the previous exception, R[base+1] this one.
    FinallyEnd { outer: Option<HandlerId>, base: Reg },
    /// The body of `with`; the exit pair is at `base`.
    With { outer: Option<HandlerId>, base: Reg, is_async: bool, span: Span },
    /// The body of an `except` clause; R[prev] is the previous exception. For `except*` three more temps are live.
    Handler { outer: Option<HandlerId>, prev: Reg, name: Option<&'a Identifier> },
    /// The body of `except*`, which may not be left.
    StarHandler,
    /// A temp to release.
    Value(Reg),
}

/// A code object in the making.
#[derive(Debug)]
pub struct Unit<'a> {
    /// Its scope.
    pub scope: ScopeId,
    /// What it is.
    pub kind: UnitKind,
    /// `co_name`
    pub name: Identifier,
    /// `co_qualname`
    pub qualname: String,
    /// `co_firstlineno`
    pub firstlineno: i32,
    /// `co_argcount`, `co_posonlyargcount`, `co_kwonlyargcount`
    pub arg_counts: [u32; 3],
    /// The stream.
    pub code: Code,
    /// Constants in order, and where each is.
    pub consts: Vec<Const>,
    const_index: QuickMap<Const, i32>,
    /// `co_names`
    pub names: NameMap<()>,
    /// Locals by number; plain ones appear when first used.
    pub locals: Vec<Local>,
    plain_locals: QuickMap<Identifier, Reg>,
    touched: u32,
    /// Registers for variables of inlined comprehensions, by name and nesting level, shared by those that follow
    /// one another.
    pub hidden_locals: QuickMap<(Identifier, usize), Reg>,
    /// Cell and free variables of the unit's own scope.
    pub cells: QuickMap<Identifier, Reg>,
    /// In a class that also says `nonlocal __class__`: the cell that the class itself goes to.
    pub class_cell: Option<Reg>,
    /// Variables of comprehensions that are inlined here.
    pub inlined_locals: QuickMap<(ScopeId, Identifier), Reg>,
    /// Inlined comprehensions being lowered, innermost last.
    pub inlined: Vec<ScopeId>,
    /// Live temps.
    pub depth: Reg,
    /// Open blocks, innermost last.
    pub blocks: Vec<Block<'a>>,
    /// In a class: attributes that methods assign on their first parameter.
    pub static_attributes: NameMap<()>,
    /// Annotations of variables to put in `__annotate__`: target name, annotation, index if conditional.
    pub annotations: Vec<DeferredAnnotation<'a>>,
    /// Next index of a conditional annotation.
    pub next_conditional: i32,
    /// `co_flags` bits that are known only from the statement (`HAS_DOCSTRING`).
    pub extra_flags: u32,
    /// Does the scope contain `yield` (also: is it a generator expression)?
    pub is_generator: bool,
    /// Is it a coroutine?
    pub is_coroutine: bool,
    /// Lowering a block that may not run.
    pub conditional: bool,
}

/// A variable annotation that waits for the end of its class or module.
#[derive(Clone, Copy, Debug)]
pub struct DeferredAnnotation<'a> {
    /// The statement.
    pub name: &'a Identifier,
    /// The annotation.
    pub annotation: &'a taipan_syntax::ast::Expr,
    /// Place of the statement.
    pub span: Span,
    /// Number of the mark that says the statement ran.
    pub conditional: Option<i32>,
}

impl<'a> Unit<'a> {
    /// An empty unit.
    pub fn new(scope: ScopeId, kind: UnitKind, name: Identifier, qualname: String, firstlineno: i32) -> Self {
        Unit {
            scope,
            kind,
            name,
            qualname,
            firstlineno,
            arg_counts: [0; 3],
            code: Code::default(),
            consts: Vec::new(),
            const_index: QuickMap::default(),
            names: NameMap::default(),
            locals: Vec::new(),
            plain_locals: QuickMap::default(),
            touched: 0,
            hidden_locals: QuickMap::default(),
            cells: QuickMap::default(),
            class_cell: None,
            inlined_locals: QuickMap::default(),
            inlined: Vec::new(),
            depth: 0,
            blocks: Vec::new(),
            static_attributes: NameMap::default(),
            annotations: Vec::new(),
            next_conditional: 0,
            extra_flags: 0,
            is_generator: false,
            is_coroutine: false,
            conditional: false,
        }
    }

    /// Index of a constant.
    pub fn constant(&mut self, value: Const) -> i32 {
        if matches!(value, Const::Code(_)) {
            self.consts.push(value);
            return self.consts.len() as i32 - 1;
        }
        if let Some(&at) = self.const_index.get(&value) {
            return at;
        }
        let at = self.consts.len() as i32;
        self.consts.push(value.clone());
        self.const_index.insert(value, at);
        at
    }

    /// Index of a name.
    pub fn name_index(&mut self, name: &Identifier) -> i32 {
        self.names.entry(name, || ()).0 as i32
    }

    /// A new local.
    pub fn new_local(&mut self, name: &Identifier, kind: u8) -> Reg {
        self.locals.push(Local { name: name.clone(), kind, order: UNTOUCHED });
        local_reg(self.locals.len() - 1)
    }

    /// The plain local `name` of the unit's own scope, made on first use.
    pub fn plain_local(&mut self, name: &Identifier) -> Reg {
        if let Some(&reg) = self.plain_locals.get(name) {
            return reg;
        }
        let reg = self.new_local(name, local_kind::LOCAL);
        self.plain_locals.insert(name.clone(), reg);
        reg
    }

    /// A local is read or written here: plain ones are placed in the order in which that happens.
    pub fn touch(&mut self, reg: Reg) {
        if reg < 0
            && let Some(local) = self.locals.get_mut((-reg - 1) as usize)
            && local.order == UNTOUCHED
            && local.kind & !local_kind::HIDDEN == local_kind::LOCAL
        {
            local.order = self.touched;
            self.touched += 1;
        }
    }

    /// The place of a plain local among those touched.
    pub fn order_of(&self, reg: Reg) -> Option<u32> {
        let local = self.locals.get((-reg - 1) as usize)?;
        (local.order != UNTOUCHED).then_some(local.order)
    }

    /// Declare a parameter.
    pub fn parameter(&mut self, name: &Identifier, kind: u8) -> Reg {
        let reg = self.new_local(name, kind | local_kind::LOCAL);
        self.plain_locals.insert(name.clone(), reg);
        reg
    }

    /// Is there a plain local of this name already?
    pub fn has_plain_local(&self, name: &Identifier) -> bool {
        self.plain_locals.contains_key(name)
    }
}
