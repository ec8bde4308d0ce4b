//! Reading serialised code piece by piece: what a linker needs that makes objects straight from the bytes, nested code when it is first called.

use taipan_algo_int::BigInt;

use super::{MAGIC, ReadError, Tag};
use crate::spec::ExceptionEntry;

pub(super) type Read<T> = Result<T, ReadError>;

/// Serialised code of a module: its file name, where its name table is, its outermost code.
#[derive(Clone, Copy)]
pub struct Image<'a> {
    /// All bytes; positions are offsets into them.
    pub data: &'a [u8],
    /// `co_filename` in WTF-8.
    pub filename: &'a [u8],
    /// Number of names.
    pub names: usize,
    names_at: usize,
}

/// What precedes the body of a code.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Header {
    /// Indices of names.
    pub name: usize,
    pub qualname: usize,
    pub firstlineno: i32,
    pub flags: u32,
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub ntemps: u32,
    pub ncells: u32,
    /// All locals, and how many of them are plain, cells and free.
    pub nlocalsplus: usize,
    pub nlocals: usize,
    pub ncellvars: usize,
    pub nfreevars: usize,
    pub nconsts: usize,
    /// Where the body begins and ends.
    pub body: (usize, usize),
}

/// A constant, the outermost layer of it: items of tuples and the like follow.
pub enum RawConst<'a> {
    /// `None`
    None,
    /// `...`
    Ellipsis,
    /// `True`, `False`
    Bool(bool),
    /// An int that fits 64 bits.
    Int(i64),
    /// Another int.
    BigInt(BigInt),
    /// A float.
    Float(f64),
    /// A complex number.
    Complex(f64, f64),
    /// A string to be interned: an index of the name table.
    Name(usize),
    /// A string in WTF-8.
    Str(&'a [u8]),
    /// A bytes object.
    Bytes(&'a [u8]),
    /// That many items follow.
    Tuple(usize),
    /// That many items follow.
    FrozenSet(usize),
    /// Three items follow.
    Slice,
    /// Code, whose body has been passed over.
    Code(Header),
}

impl<'a> Image<'a> {
    /// Begin to read. Gives the image and its outermost code.
    pub fn open(data: &'a [u8]) -> Read<(Image<'a>, Header)> {
        let magic = data.first_chunk::<4>().ok_or(ReadError::Malformed)?;
        if u32::from_le_bytes(*magic) != MAGIC {
            return Err(ReadError::BadMagic);
        }
        let mut c = Cursor { data, at: 4 };
        let filename = c.bytes()?;
        let names = c.count()?;
        let names_at = c.at;
        for _ in 0..names {
            c.bytes()?;
        }
        let code = c.header()?;
        if c.at != data.len() {
            return Err(ReadError::TrailingBytes);
        }
        Ok((Image { data, filename, names, names_at }, code))
    }

    /// Where each name is: positions for [`Image::name`].
    pub fn name_positions(&self) -> impl Iterator<Item = usize> {
        let mut c = Cursor { data: self.data, at: self.names_at };
        (0..self.names).map_while(move |_| {
            let at = c.at;
            c.bytes().ok().map(|_| at)
        })
    }

    /// The name at a position.
    pub fn name(&self, at: usize) -> Option<&'a str> {
        let bytes = Cursor { data: self.data, at }.bytes().ok()?;
        std::str::from_utf8(bytes).ok()
    }

    /// Read from a position, such as a body's beginning.
    pub fn read(&self, at: usize) -> Cursor<'a> {
        Cursor { data: self.data, at }
    }
}

/// A place in serialised code. A body is read in this order: `local` for all locals, `count` and `index` for the names, constants, `words`, `bytes` for the line
/// table, `exceptions`.
pub struct Cursor<'a> {
    pub(super) data: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn byte(&mut self) -> Read<u8> {
        let byte = *self.data.get(self.at).ok_or(ReadError::Malformed)?;
        self.at += 1;
        Ok(byte)
    }

    pub(super) fn take(&mut self, count: usize) -> Read<&'a [u8]> {
        let end = self.at.checked_add(count).ok_or(ReadError::Malformed)?;
        let taken = self.data.get(self.at..end).ok_or(ReadError::Malformed)?;
        self.at = end;
        Ok(taken)
    }

    fn number(&mut self) -> Read<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ReadError::Malformed)
    }

    fn signed(&mut self) -> Read<i64> {
        let value = self.number()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn u32(&mut self) -> Read<u32> {
        u32::try_from(self.number()?).map_err(|_| ReadError::Malformed)
    }

    /// An index of the name table, unchecked.
    pub fn index(&mut self) -> Read<usize> {
        usize::try_from(self.number()?).map_err(|_| ReadError::Malformed)
    }

    /// A number of items, each of which takes at least one byte.
    pub fn count(&mut self) -> Read<usize> {
        let count = self.index()?;
        if count > self.data.len() - self.at { Err(ReadError::Malformed) } else { Ok(count) }
    }

    /// A length and so many bytes.
    pub fn bytes(&mut self) -> Read<&'a [u8]> {
        let count = self.count()?;
        self.take(count)
    }

    /// A local: index of its name, its kind.
    pub fn local(&mut self) -> Read<(usize, u8)> {
        Ok((self.index()?, self.byte()?))
    }

    /// The instruction words, little-endian, at a multiple of 4 from the beginning of the data.
    pub fn words(&mut self) -> Read<&'a [u8]> {
        let count = self.count()?;
        self.take(self.at.wrapping_neg() % 4)?;
        self.take(count.checked_mul(4).ok_or(ReadError::Malformed)?)
    }

    /// The exception table.
    pub fn exceptions(&mut self) -> Read<Vec<ExceptionEntry>> {
        let count = self.count()?;
        let mut rows = Vec::with_capacity(count.min(64));
        let mut last = 0u32;
        for _ in 0..count {
            let start = last.wrapping_add(self.u32()?);
            let end = start.wrapping_add(self.u32()?);
            let handler = self.u32()?;
            let depth = self.u32()?;
            last = end;
            let lasti = depth & 1 != 0;
            let depth = u16::try_from(depth >> 1).map_err(|_| ReadError::Malformed)?;
            rows.push(ExceptionEntry { start, end, handler, depth, lasti });
        }
        Ok(rows)
    }

    /// A code's header; the body is passed over.
    pub fn header(&mut self) -> Read<Header> {
        let (name, qualname) = (self.index()?, self.index()?);
        let firstlineno = i32::try_from(self.signed()?).map_err(|_| ReadError::Malformed)?;
        let (flags, argcount, posonlyargcount) = (self.u32()?, self.u32()?, self.u32()?);
        let (kwonlyargcount, ntemps, ncells) = (self.u32()?, self.u32()?, self.u32()?);
        let nlocalsplus = self.count()?;
        let (nlocals, ncellvars, nfreevars) = (self.count()?, self.count()?, self.count()?);
        let nconsts = self.count()?;
        let length = self.count()?;
        let start = self.at;
        self.take(length)?;
        let body = (start, self.at);
        Ok(Header {
            name,
            qualname,
            firstlineno,
            flags,
            argcount,
            posonlyargcount,
            kwonlyargcount,
            ntemps,
            ncells,
            nlocalsplus,
            nlocals,
            ncellvars,
            nfreevars,
            nconsts,
            body,
        })
    }

    fn f64(&mut self) -> Read<f64> {
        let bytes = self.take(8)?;
        let bytes = <[u8; 8]>::try_from(bytes).map_err(|_| ReadError::Malformed)?;
        Ok(f64::from_bits(u64::from_le_bytes(bytes)))
    }

    fn big_int(&mut self) -> Read<BigInt> {
        let negative = self.byte()? != 0;
        let count = self.count()?;
        let bytes = self.take(count.checked_mul(4).ok_or(ReadError::Malformed)?)?;
        let digits: Vec<u32> = words_of(bytes).collect();
        if digits.iter().any(|&digit| digit >> 30 != 0) {
            return Err(ReadError::Malformed);
        }
        Ok(BigInt::new(negative, digits))
    }

    /// The next constant.
    pub fn constant(&mut self) -> Read<RawConst<'a>> {
        const NONE: u8 = Tag::None as u8;
        const ELLIPSIS: u8 = Tag::Ellipsis as u8;
        const FALSE: u8 = Tag::False as u8;
        const TRUE: u8 = Tag::True as u8;
        const INT: u8 = Tag::Int as u8;
        const BIG_INT: u8 = Tag::BigInt as u8;
        const FLOAT: u8 = Tag::Float as u8;
        const COMPLEX: u8 = Tag::Complex as u8;
        const NAME: u8 = Tag::Name as u8;
        const STR: u8 = Tag::Str as u8;
        const BYTES: u8 = Tag::Bytes as u8;
        const TUPLE: u8 = Tag::Tuple as u8;
        const FROZEN_SET: u8 = Tag::FrozenSet as u8;
        const SLICE: u8 = Tag::Slice as u8;
        const CODE: u8 = Tag::Code as u8;
        Ok(match self.byte()? {
            NONE => RawConst::None,
            ELLIPSIS => RawConst::Ellipsis,
            FALSE => RawConst::Bool(false),
            TRUE => RawConst::Bool(true),
            INT => RawConst::Int(self.signed()?),
            BIG_INT => RawConst::BigInt(self.big_int()?),
            FLOAT => RawConst::Float(self.f64()?),
            COMPLEX => RawConst::Complex(self.f64()?, self.f64()?),
            NAME => RawConst::Name(self.index()?),
            STR => RawConst::Str(self.bytes()?),
            BYTES => RawConst::Bytes(self.bytes()?),
            TUPLE => RawConst::Tuple(self.count()?),
            FROZEN_SET => RawConst::FrozenSet(self.count()?),
            SLICE => RawConst::Slice,
            CODE => RawConst::Code(self.header()?),
            _ => return Err(ReadError::Malformed),
        })
    }
}

/// Little-endian words.
pub fn words_of(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word))
}
