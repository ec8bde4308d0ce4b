//! What can be said of code without running it: whether it returns values, which globals it names.

use super::PyCode;
use crate::prelude::*;
use taipan_bytecode::{Op, decode};

impl PyCode {
    /// Whether every `return` gives None (`_PyCode_ReturnsOnlyNone`).
    pub fn returns_only_none(&self) -> bool {
        let words = self.words();
        // The register that the instruction before has filled with the constant None.
        let (mut at, mut none_in) = (0, None);
        while let Ok(i) = decode(words, at) {
            let operand = |name: &str| i.operands().find(|o| o.0 == name).map(|o| o.2);
            match i.op {
                Op::Return if none_in.is_none() || operand("src") != none_in => return false,
                Op::ReturnGenerator => return false,
                _ => {}
            }
            let value = operand("value").filter(|_| i.op == Op::LoadConst);
            let is_none = value.and_then(|v| self.consts().get(v as usize)).is_some_and(|v| v.is_none());
            none_in = if is_none { operand("dst") } else { None };
            at = i.end;
        }
        true
    }

    /// The kinds of the frame's locals (`local_kind`).
    pub fn local_kinds(&self) -> &[u8] {
        self.linked().kinds()
    }

    /// The names that are looked up, set or deleted as globals.
    pub fn global_names(&self) -> Vec<Own<PyStr>> {
        self.names_of(|op| matches!(op, Op::LoadGlobal | Op::StoreGlobal | Op::DeleteGlobal | Op::LoadFromDictOrGlobals))
    }

    /// The names of attributes and methods that are looked up.
    pub fn attribute_names(&self) -> Vec<Own<PyStr>> {
        self.names_of(|op| matches!(op, Op::LoadAttr | Op::LoadMethod))
    }

    fn names_of(&self, wanted: impl Fn(Op) -> bool) -> Vec<Own<PyStr>> {
        let words = self.words();
        let names = self.names();
        let (mut out, mut at): (Vec<Own<PyStr>>, usize) = (Vec::new(), 0);
        while let Ok(i) = decode(words, at) {
            if wanted(i.op) {
                let index = i.operands().find(|o| o.0 == "name").map(|o| o.2);
                let name = index.and_then(|n| names.get(n as usize)).and_then(|n| n.downcast::<PyStr>()).map(|n| n.new_ref());
                out.extend(name);
            }
            at = i.end;
        }
        out
    }
}
