//! Imports.

use taipan_bytecode::{Const, Intrinsic1, Op};
use taipan_syntax::ast::{Identifier, Span, stmt};

use super::Lower;
use crate::code::Reg;
use crate::error::{Error, Result};

impl<'a> Lower<'a> {
    /// Import `name` into a new temp at `depth` (not counted).
    fn import_module(&mut self, name: &Identifier, level: i32, names: Const, span: Span) -> Reg {
        let base = self.unit.depth;
        self.push_const(span, Const::Int(i64::from(level)));
        self.push_const(span, names);
        self.unit.depth = base;
        let name = self.attr_name(name);
        self.emit(span, Op::ImportName, [base, base, name]);
        base
    }

    pub fn import(&mut self, i: &'a stmt::Import, span: Span) -> Result<()> {
        for alias in &i.names {
            let base = self.unit.depth;
            let module = self.import_module(&alias.name, 0, Const::None, span);
            self.unit.depth = base + 1;
            match &alias.asname {
                // `import a.b.c as x` binds the innermost module.
                Some(asname) => {
                    for part in alias.name.split('.').skip(1) {
                        let next = module + 1;
                        let name = self.unit.name_index(&Identifier::from(part));
                        self.emit(span, Op::ImportFrom, [next, module, name]);
                        self.emit(span, Op::Pop, [module]);
                        self.emit(span, Op::Move, [module, next]);
                    }
                    self.store_name(asname, module, span)?;
                }
                None => {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    self.store_name(&Identifier::from(first), module, span)?;
                }
            }
            self.unit.depth = base;
        }
        Ok(())
    }

    pub fn import_from(&mut self, i: &'a stmt::ImportFrom, span: Span) -> Result<()> {
        if i.level.unwrap_or(0) == 0 && i.module.as_ref().is_some_and(|m| m.as_str() == "__future__") {
            let last = self.future_last.map_or((0, 0), |s| (s.lineno, s.col_offset));
            if (span.lineno, span.col_offset) > last {
                let message = "from __future__ imports must occur at the beginning of the file";
                return Err(Error::syntax(message, span));
            }
        }
        let base = self.unit.depth;
        let names = i.names.iter().map(|a| Const::str(a.name.as_str())).collect();
        let module_name = i.module.clone().unwrap_or_else(|| Identifier::from(""));
        let module = self.import_module(&module_name, i.level.unwrap_or(0), Const::Tuple(names), span);
        self.unit.depth = base + 1;
        if let [alias] = &i.names[..]
            && alias.name.as_str() == "*"
        {
            self.emit(span, Op::CallIntrinsic1, [module, module, Intrinsic1::ImportStar as i32]);
            self.emit(span, Op::Pop, [module]);
            self.unit.depth = base;
            return Ok(());
        }
        for alias in &i.names {
            let name = self.attr_name(&alias.name);
            let bound = alias.asname.as_ref().unwrap_or(&alias.name);
            if let Some(reg) = self.fast_target(bound) {
                self.unit.touch(reg);
                self.emit(span, Op::ImportFrom, [reg, module, name]);
                continue;
            }
            let value = module + 1;
            self.emit(span, Op::ImportFrom, [value, module, name]);
            self.unit.depth = value + 1;
            self.store_name(bound, value, span)?;
            self.unit.depth = module + 1;
        }
        self.emit(span, Op::Pop, [module]);
        self.unit.depth = base;
        Ok(())
    }
}
