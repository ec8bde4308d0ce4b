//! Specialisation: inline caches for attributes and methods.

use crate::attr;
use crate::regs::*;
use taipan_bytecode::decode;
use taipan_object::prelude::*;
use taipan_object::types::code::PyCode;

/// Whether word `at` begins an instruction.
pub fn starts_instruction(code: &PyCode, at: usize) -> bool {
    let words = &code.spec().code;
    let mut i = 0;
    while i < at {
        match decode(words, i) {
            Ok(x) => i = x.end,
            Err(_) => return false,
        }
    }
    i == at
}

#[inline(always)]
pub unsafe fn load_attr<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    m.pc = m.pc.add(1);
    m.save();
    attr::load_slow(m.at(w.a()), m.src(w.b()), m.name(w.cu()))
}

#[inline(always)]
pub unsafe fn store_attr<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    m.pc = m.pc.add(1);
    m.save();
    attr::store_slow(m.src(w.a()), m.src(w.b()), m.name(w.cu()))
}

#[inline(always)]
pub unsafe fn load_method<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    crate::call::load_method(m, w)
}
