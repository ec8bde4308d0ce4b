//! What can be said of code without running it: whether it returns values, which globals it names.

use super::PyCode;
use crate::prelude::*;
use taipan_bytecode::{Op, decode};

impl PyCode {
    /// Whether every `return` gives None (`_PyCode_ReturnsOnlyNone`).
    pub fn returns_only_none(&self) -> bool {
        let words = self.words();
        let mut at = 0;
        while let Ok(i) = decode(words, at) {
            if matches!(i.op, Op::Return | Op::ReturnGenerator) {
                return false;
            }
            at = i.end;
        }
        true
    }

    /// The names that are looked up, set or deleted as globals.
    pub fn global_names(&self) -> Vec<Own<PyStr>> {
        let words = self.words();
        let names = self.names();
        let (mut out, mut at): (Vec<Own<PyStr>>, usize) = (Vec::new(), 0);
        while let Ok(i) = decode(words, at) {
            if matches!(i.op, Op::LoadGlobal | Op::StoreGlobal | Op::DeleteGlobal | Op::LoadFromDictOrGlobals) {
                let index = i.operands().find(|o| o.0 == "name").map(|o| o.2);
                let name = index.and_then(|n| names.get(n as usize)).and_then(|n| n.downcast::<PyStr>()).map(|n| n.new_ref());
                out.extend(name);
            }
            at = i.end;
        }
        out
    }
}
