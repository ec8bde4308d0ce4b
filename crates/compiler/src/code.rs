//! The instruction stream of one code object while it is being made: symbolic labels, locals by identity.
//!
//! Registers here: temps are `0, 1, …`; local number `l` (an index into the unit's table, not yet its final place) is
//! `-(l + 1)`. Jumps name a label; every instruction names the exception handler that covers it.

use taipan_bytecode::Op;
use taipan_bytecode::linetable::Location;
use taipan_syntax::ast::Span;

/// A register, see the module's text.
pub type Reg = i32;

/// A jump target.
pub type Label = u32;

/// Index into [`Code::handlers`], or [`NO_HANDLER`].
pub type HandlerId = u32;

/// No handler covers the instruction.
pub const NO_HANDLER: HandlerId = u32::MAX;
/// The instruction does not jump.
pub const NO_LABEL: Label = u32::MAX;

/// The register of local number `index`.
pub const fn local_reg(index: usize) -> Reg {
    -(index as i32) - 1
}

/// An instruction before assembly.
#[derive(Clone, Copy, Debug)]
pub struct Inst {
    /// Which one.
    pub op: Op,
    /// Operands; a jump's offset is unused.
    pub args: [i32; 4],
    /// Where it jumps.
    pub target: Label,
    /// What catches its exceptions.
    pub handler: HandlerId,
    /// Its place in the source.
    pub location: Location,
}

/// An element of the stream.
#[derive(Clone, Copy, Debug)]
pub enum Item {
    /// Here is a label.
    Label(Label),
    /// An instruction.
    Inst(Inst),
}

/// An exception handler.
#[derive(Clone, Copy, Debug)]
pub struct Handler {
    /// Its first instruction.
    pub label: Label,
    /// Temps that survive.
    pub depth: u32,
    /// Whether the raising position is saved.
    pub lasti: bool,
}

/// The stream.
#[derive(Debug, Default)]
pub struct Code {
    /// The main line so far.
    pub items: Vec<Item>,
    /// Finished out-of-line parts (exception handlers), placed at the end.
    cold: Vec<Vec<Item>>,
    /// Lines that wait while an out-of-line part is written.
    waiting: Vec<Vec<Item>>,
    /// All handlers.
    pub handlers: Vec<Handler>,
    /// The handler for what is emitted now.
    pub handler: Option<HandlerId>,
    /// Number of labels.
    pub labels: u32,
}

/// The place of a node.
pub const fn location(span: Span) -> Location {
    Location { line: span.lineno, end_line: span.end_lineno, column: span.col_offset, end_column: span.end_col_offset }
}

impl Code {
    /// A label, not placed yet.
    pub fn new_label(&mut self) -> Label {
        self.labels += 1;
        self.labels - 1
    }

    /// Place `label` here.
    pub fn place(&mut self, label: Label) {
        self.items.push(Item::Label(label));
    }

    /// A label placed here.
    pub fn here(&mut self) -> Label {
        let label = self.new_label();
        self.place(label);
        label
    }

    /// Append an instruction.
    pub fn push<const N: usize>(&mut self, op: Op, args: [i32; N], target: Label, location: Location) {
        const { assert!(N <= 4) };
        let mut all = [0; 4];
        all[..N].copy_from_slice(&args);
        let handler = self.handler.unwrap_or(NO_HANDLER);
        self.items.push(Item::Inst(Inst { op, args: all, target, handler, location }));
    }

    /// A handler whose code will be placed at the returned label.
    pub fn new_handler(&mut self, depth: u32, lasti: bool) -> HandlerId {
        let label = self.new_label();
        self.handlers.push(Handler { label, depth, lasti });
        self.handlers.len() as u32 - 1
    }

    /// The label of a handler.
    pub fn handler_label(&self, id: HandlerId) -> Label {
        self.handlers[id as usize].label
    }

    /// Begin an out-of-line part. It must not fall off its end.
    pub fn begin_cold(&mut self) {
        let main = std::mem::take(&mut self.items);
        self.waiting.push(main);
    }

    /// End the part begun last.
    pub fn end_cold(&mut self) {
        if let Some(main) = self.waiting.pop() {
            let part = std::mem::replace(&mut self.items, main);
            self.cold.push(part);
        }
    }

    /// The whole stream, out-of-line parts last.
    pub fn finish(&mut self) -> Vec<Item> {
        let mut items = std::mem::take(&mut self.items);
        for part in self.cold.drain(..) {
            items.extend(part);
        }
        items
    }
}
