//! Reading code as a whole.

use std::sync::Arc;

use taipan_text::Wtf8Buf;

use super::ReadError;
use super::image::{Cursor, Header, Image, RawConst, Read, words_of};
use crate::spec::{CodeSpec, Const, LocalVar};

/// Nesting of constants and code that is read.
const NESTING_MAX: u32 = 2000;

/// Read what [`super::to_bytes`] wrote.
pub fn from_bytes(bytes: &[u8]) -> Read<CodeSpec> {
    let (image, header) = Image::open(bytes)?;
    let filename = Arc::new(wtf8(image.filename)?);
    let mut names = Vec::with_capacity(image.names);
    for at in image.name_positions() {
        names.push(image.name(at).ok_or(ReadError::Malformed)?);
    }
    Reader { image, names, filename, depth: 0 }.code(header)
}

fn wtf8(bytes: &[u8]) -> Read<Wtf8Buf> {
    Wtf8Buf::from_bytes(bytes.to_vec()).ok_or(ReadError::Malformed)
}

struct Reader<'a> {
    image: Image<'a>,
    names: Vec<&'a str>,
    filename: Arc<Wtf8Buf>,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn name(&self, index: usize) -> Read<Box<str>> {
        self.names.get(index).map(|&name| name.into()).ok_or(ReadError::Malformed)
    }

    /// Items may be larger in memory than their shortest form: room grows as they come.
    fn items(&mut self, count: usize, c: &mut Cursor<'a>) -> Read<Vec<Const>> {
        let mut items = Vec::with_capacity(count.min(64));
        for _ in 0..count {
            items.push(self.constant(c)?);
        }
        Ok(items)
    }

    fn code(&mut self, h: Header) -> Read<CodeSpec> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(ReadError::Malformed);
        }
        let mut c = self.image.read(h.body.0);
        let mut locals = Vec::with_capacity(h.nlocalsplus.min(64));
        for _ in 0..h.nlocalsplus {
            let (name, kind) = c.local()?;
            locals.push(LocalVar { name: self.name(name)?, kind });
        }
        let count = c.count()?;
        let mut names = Vec::with_capacity(count.min(64));
        for _ in 0..count {
            names.push(self.name(c.index()?)?);
        }
        let consts = self.items(h.nconsts, &mut c)?;
        let code = words_of(c.words()?).collect();
        let linetable = c.bytes()?.to_vec();
        let exceptions = c.exceptions()?;
        if c.at != h.body.1 {
            return Err(ReadError::Malformed);
        }
        self.depth -= 1;
        Ok(CodeSpec {
            name: self.name(h.name)?,
            qualname: self.name(h.qualname)?,
            filename: self.filename.clone(),
            firstlineno: h.firstlineno,
            flags: h.flags,
            argcount: h.argcount,
            posonlyargcount: h.posonlyargcount,
            kwonlyargcount: h.kwonlyargcount,
            locals,
            ntemps: h.ntemps,
            names,
            consts,
            code,
            ncells: h.ncells,
            linetable,
            exceptions,
        })
    }

    fn constant(&mut self, c: &mut Cursor<'a>) -> Read<Const> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(ReadError::Malformed);
        }
        let constant = match c.constant()? {
            RawConst::None => Const::None,
            RawConst::Ellipsis => Const::Ellipsis,
            RawConst::Bool(b) => Const::Bool(b),
            RawConst::Int(v) => Const::Int(v),
            RawConst::BigInt(v) => Const::from_bigint(v),
            RawConst::Float(v) => Const::Float(v),
            RawConst::Complex(re, im) => Const::Complex(re, im),
            RawConst::Name(index) => Const::Str(Wtf8Buf::from(self.names.get(index).copied().ok_or(ReadError::Malformed)?)),
            RawConst::Str(text) => Const::Str(wtf8(text)?),
            RawConst::Bytes(bytes) => Const::Bytes(bytes.into()),
            RawConst::Tuple(count) => Const::Tuple(self.items(count, c)?.into()),
            RawConst::FrozenSet(count) => Const::FrozenSet(self.items(count, c)?.into()),
            RawConst::Slice => Const::Slice(Box::new([self.constant(c)?, self.constant(c)?, self.constant(c)?])),
            RawConst::Code(header) => Const::Code(Arc::new(self.code(header)?)),
        };
        self.depth -= 1;
        Ok(constant)
    }
}
