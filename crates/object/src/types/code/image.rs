//! Code in the embedded library: linked straight from the executable's read-only data, each function when it is first called.

use super::link::{Shape, shell};
use super::linked::Source;
use super::{PyCode, PyStr};
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use crate::types::str::intern;
use std::cell::Cell;
use std::rc::Rc;
use taipan_bytecode::serial::ReadError;
use taipan_bytecode::serial::image::{Header, Image as Raw};

/// One module's serialised code, and the name objects that its code objects share. Kept alive by code that is not linked yet.
pub struct Image {
    raw: Raw<'static>,
    /// Per name: the position of its text times two plus one; once it was needed, an owned pointer to the interned string.
    names: Box<[Cell<usize>]>,
}

impl Image {
    /// Open serialised code. Gives the header of the module's code too.
    pub fn open(data: &'static [u8]) -> Result<(Rc<Image>, Header), ReadError> {
        let (raw, header) = Raw::open(data)?;
        let names = raw.name_positions().map(|at| Cell::new(at << 1 | 1)).collect();
        Ok((Rc::new(Image { raw, names }), header))
    }
    /// `co_filename` in WTF-8.
    pub fn filename(&self) -> &'static [u8] {
        self.raw.filename
    }
    pub(super) fn raw(&self) -> Raw<'static> {
        self.raw
    }
    /// The interned name of that index.
    pub(super) fn name(&self, index: usize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let Some(cell) = self.names.get(index) else { return Err(damaged(cx)) };
        if cell.get() & 1 != 0 {
            let Some(text) = self.raw.name(cell.get() >> 1) else { return Err(damaged(cx)) };
            let s = PyStr::new_interned(text, cx)?;
            cell.set(s.into_raw() as usize);
        }
        // SAFETY: an owned pointer to a string; the image keeps it.
        Ok(unsafe { &*(cell.get() as *const PyStr) }.new_ref())
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        for n in &self.names {
            if n.get() & 1 == 0 {
                // SAFETY: owned by this table.
                drop(unsafe { Own::<PyStr>::from_raw(n.get() as *mut Object) });
            }
        }
    }
}

/// The image holds what cannot be.
#[cold]
pub(super) fn damaged(cx: &mut Cx) -> crate::err::Raised {
    cx.import_error(format_args!("an embedded module is damaged"))
}

/// A code object for the code with that header. Raises `MemoryError`.
pub fn link(image: &Rc<Image>, h: &Header, filename: &Own<PyStr>, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let shape = Shape {
        name: image.name(h.name, cx)?,
        qualname: image.name(h.qualname, cx)?,
        firstlineno: h.firstlineno,
        flags: h.flags,
        argcount: h.argcount,
        posonlyargcount: h.posonlyargcount,
        kwonlyargcount: h.kwonlyargcount,
        ntemps: h.ntemps,
        nlocalsplus: h.nlocalsplus as i32,
        nlocals: h.nlocals as i32,
        ncellvars: h.ncellvars as i32,
        nfreevars: h.nfreevars as i32,
    };
    let source = Source::Image { image: image.clone(), at: h.body.0 as u32, nconsts: h.nconsts as u32, ncells: h.ncells };
    shell(shape, source, filename, cx)
}

/// The text of a string constant.
pub(super) fn text(wtf8: &[u8], cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if wtf8.is_empty() {
        return Ok(intern::empty());
    }
    if let Ok(s) = std::str::from_utf8(wtf8) {
        return PyStr::new(s, cx);
    }
    match taipan_text::Wtf8Buf::from_bytes(wtf8.to_vec()) {
        Some(w) => PyStr::from_code_points(&w.code_points().collect::<Vec<_>>(), cx),
        None => Err(damaged(cx)),
    }
}
