//! Names: which instruction reads, writes or deletes a variable.

use taipan_bytecode::{Op, local_kind};
use taipan_syntax::ast::{Identifier, Span};

use super::Lower;
use crate::code::Reg;
use crate::error::Result;
use crate::symtable::{Meaning, ScopeId, ScopeKind};
use crate::unit::UnitKind;

/// Where a variable lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A local.
    Fast(Reg),
    /// The cell in this local.
    Cell(Reg),
    /// The cell, but the class namespace comes first (class bodies).
    ClassCell(Reg),
    /// The cell, but the namespace in `__classdict__` comes first (annotation scopes in a class).
    ClassdictCell(Reg),
    /// A global, or the namespace in `__classdict__` first.
    ClassdictGlobal,
    /// Globals, then builtins.
    Global,
    /// Locals mapping, globals, builtins.
    Name,
}

impl<'a> Lower<'a> {
    /// The mangled form of a name here.
    pub fn mangled(&self, name: &Identifier) -> Identifier {
        self.table.scopes[self.scope_id()].mangle(name)
    }

    /// Find a (mangled) name from the innermost scope.
    pub fn find(&mut self, mangled: &Identifier) -> Place {
        let inlined = self.unit.inlined.len();
        for level in (0..inlined).rev() {
            let scope = self.unit.inlined[level];
            match self.table.scopes[scope].meaning(mangled) {
                Meaning::Local => return Place::Fast(self.inlined_local(scope, mangled, false)),
                Meaning::Cell => return Place::Cell(self.inlined_local(scope, mangled, true)),
                Meaning::GlobalExplicit => return Place::Global,
                Meaning::GlobalImplicit if self.unit.kind != UnitKind::Module => return Place::Global,
                // The variable of a function around the class, whatever the class itself means by the name.
                Meaning::Free if level == 0 && self.unit.kind == UnitKind::Class => {
                    if let Some(&reg) = self.unit.cells.get(mangled) {
                        return Place::Cell(reg);
                    }
                }
                _ => {}
            }
        }
        self.find_in_unit(mangled, inlined > 0)
    }

    fn find_in_unit(&mut self, mangled: &Identifier, from_inlined: bool) -> Place {
        let scope = &self.table.scopes[self.unit.scope];
        let function_like = scope.kind.is_function_like();
        let sees_class = scope.can_see_class_scope;
        let is_class = scope.kind == ScopeKind::Class;
        match scope.meaning(mangled) {
            Meaning::Local if function_like => Place::Fast(self.unit.plain_local(mangled)),
            Meaning::Free | Meaning::Cell => match self.unit.cells.get(mangled) {
                Some(&reg) if is_class && !from_inlined => Place::ClassCell(reg),
                Some(&reg) if sees_class && mangled.as_str() != "__classdict__" => Place::ClassdictCell(reg),
                Some(&reg) => Place::Cell(reg),
                None => Place::Global,
            },
            Meaning::GlobalExplicit => Place::Global,
            Meaning::GlobalImplicit if function_like && sees_class => Place::ClassdictGlobal,
            _ if function_like => Place::Global,
            // A class variable that is also passed on to inner scopes.
            _ if from_inlined && is_class => match self.unit.cells.get(mangled) {
                Some(&reg) => Place::Cell(reg),
                None => Place::Global,
            },
            _ => Place::Name,
        }
    }

    /// The register of a variable of an inlined comprehension.
    pub fn inlined_local(&mut self, scope: ScopeId, name: &Identifier, cell: bool) -> Reg {
        let key = (scope, name.clone());
        if let Some(&reg) = self.unit.inlined_locals.get(&key) {
            return reg;
        }
        let level = self.unit.inlined.len();
        let in_function = self.unit_scope().kind.is_function_like();
        let known = self.unit_scope().symbols.contains(name);
        let reg = if cell {
            self.unit.new_local(name, local_kind::CELL | local_kind::HIDDEN)
        } else if in_function && !known && level == 1 {
            // Comprehensions one after the other share it.
            self.unit.plain_local(name)
        } else if let Some(&reg) = self.unit.hidden_locals.get(&(name.clone(), level)) {
            reg
        } else {
            let reg = self.unit.new_local(name, local_kind::LOCAL | local_kind::HIDDEN);
            self.unit.hidden_locals.insert((name.clone(), level), reg);
            reg
        };
        self.unit.inlined_locals.insert(key, reg);
        reg
    }

    /// The register of a name that may be read in place.
    pub fn borrowable(&mut self, name: &Identifier, last: bool) -> Option<Reg> {
        let mangled = self.mangled(name);
        match self.find(&mangled) {
            Place::Fast(reg) if last || !self.may_be_rebound(&mangled) => {
                self.unit.touch(reg);
                Some(reg)
            }
            _ => None,
        }
    }

    /// Does an assignment expression bind the name in this unit?
    pub fn may_be_rebound(&self, mangled: &Identifier) -> bool {
        self.unit_scope().walrus.contains(mangled)
    }

    /// The register of a name that is a plain local, for writing. The caller touches it when it is written.
    pub fn fast_target(&mut self, name: &Identifier) -> Option<Reg> {
        let mangled = self.mangled(name);
        match self.find(&mangled) {
            Place::Fast(reg) => Some(reg),
            _ => None,
        }
    }

    /// Raise UnboundLocalError if the local is empty; a later pass removes what is not needed.
    pub fn check_assigned(&mut self, reg: Reg, span: Span) {
        self.emit(span, Op::CheckLocal, [reg]);
    }

    /// Read a variable into `dst`.
    pub fn load_name(&mut self, name: &Identifier, dst: Reg, span: Span) -> Result<()> {
        let mangled = self.mangled(name);
        let place = self.find(&mangled);
        self.load_place(place, &mangled, dst, span);
        Ok(())
    }

    /// Read a (mangled) variable at a known place into `dst`.
    pub fn load_place(&mut self, place: Place, mangled: &Identifier, dst: Reg, span: Span) {
        match place {
            Place::Fast(reg) => {
                self.unit.touch(reg);
                self.check_assigned(reg, span);
                self.emit(span, Op::Move, [dst, reg]);
            }
            Place::Cell(reg) => self.emit(span, Op::LoadDeref, [dst, reg]),
            Place::ClassCell(reg) => {
                let dict = self.unit.depth;
                self.emit(span, Op::LoadLocals, [dict]);
                self.emit(span, Op::LoadFromDictOrDeref, [dst, dict, reg]);
            }
            Place::ClassdictCell(reg) => {
                let dict = self.load_classdict(span);
                self.emit(span, Op::LoadFromDictOrDeref, [dst, dict, reg]);
            }
            Place::ClassdictGlobal => {
                let dict = self.load_classdict(span);
                let name = self.unit.name_index(mangled);
                self.emit(span, Op::LoadFromDictOrGlobals, [dst, dict, name]);
            }
            Place::Global => {
                let name = self.unit.name_index(mangled);
                self.emit(span, Op::LoadGlobal, [dst, name]);
            }
            Place::Name => {
                let name = self.unit.name_index(mangled);
                self.emit(span, Op::LoadName, [dst, name]);
            }
        }
    }

    /// The class namespace, in the temp at `depth` (not counted).
    fn load_classdict(&mut self, span: Span) -> Reg {
        let dict = self.unit.depth;
        if let Some(&cell) = self.unit.cells.get(&Identifier::from("__classdict__")) {
            self.emit(span, Op::LoadDeref, [dict, cell]);
        } else {
            self.emit(span, Op::LoadLocals, [dict]);
        }
        dict
    }

    /// Write register `src` (consumed) to a variable.
    pub fn store_name(&mut self, name: &Identifier, src: Reg, span: Span) -> Result<()> {
        let mangled = self.mangled(name);
        match self.find(&mangled) {
            Place::Fast(reg) => {
                self.unit.touch(reg);
                self.emit(span, Op::Move, [reg, src]);
            }
            Place::Cell(reg) | Place::ClassCell(reg) | Place::ClassdictCell(reg) => {
                self.emit(span, Op::StoreDeref, [reg, src]);
            }
            Place::Global | Place::ClassdictGlobal => {
                let name = self.unit.name_index(&mangled);
                self.emit(span, Op::StoreGlobal, [src, name]);
            }
            Place::Name => {
                let name = self.unit.name_index(&mangled);
                self.emit(span, Op::StoreName, [src, name]);
            }
        }
        Ok(())
    }

    /// `del name`.
    pub fn delete_name(&mut self, name: &Identifier, span: Span) -> Result<()> {
        let mangled = self.mangled(name);
        match self.find(&mangled) {
            Place::Fast(reg) => {
                self.check_assigned(reg, span);
                self.emit(span, Op::ClearLocal, [reg]);
            }
            Place::Cell(reg) | Place::ClassCell(reg) | Place::ClassdictCell(reg) => {
                self.emit(span, Op::DeleteDeref, [reg]);
            }
            Place::Global | Place::ClassdictGlobal => {
                let name = self.unit.name_index(&mangled);
                self.emit(span, Op::DeleteGlobal, [name]);
            }
            Place::Name => {
                let name = self.unit.name_index(&mangled);
                self.emit(span, Op::DeleteName, [name]);
            }
        }
        Ok(())
    }

    /// The register that holds the cell of a variable that an inner function closes over.
    pub fn cell_register(&mut self, mangled: &Identifier) -> Option<Reg> {
        for level in (0..self.unit.inlined.len()).rev() {
            let scope = self.unit.inlined[level];
            if self.table.scopes[scope].meaning(mangled) == Meaning::Cell {
                return Some(self.inlined_local(scope, mangled, true));
            }
        }
        match self.unit.class_cell {
            Some(cell) if mangled.as_str() == "__class__" => Some(cell),
            _ => self.unit.cells.get(mangled).copied(),
        }
    }
}
