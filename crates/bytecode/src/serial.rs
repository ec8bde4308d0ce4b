//! Code as bytes and back: what `.pyc` files and the embedded library hold.
//!
//! Layout: magic (4 bytes), file name, table of the distinct names, the code. Numbers are LEB128, instruction words raw
//! little-endian. Reading never panics and never allocates more than the input can justify; it checks form only, so
//! code from outside goes through [`crate::verify::verify`] afterwards.

use std::collections::HashMap;
use std::sync::Arc;

use taipan_algo_int::BigInt;
use taipan_text::Wtf8Buf;

use crate::ops::{Op, OpInfo};
use crate::spec::{CodeSpec, Const, ExceptionEntry, LocalVar};

/// Version of this layout.
const LAYOUT: u32 = 2;

/// Identifies the instruction table and this layout: the first four bytes of serialised code.
pub const MAGIC: u32 = magic();

/// Nesting of constants and code that is read.
const NESTING_MAX: u32 = 2000;

const fn mix(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

/// FNV-1a over the table.
const fn magic() -> u32 {
    let mut hash = mix(0x811C_9DC5, LAYOUT as u8);
    hash = mix(hash, crate::FRAME_HEADER as u8);
    let mut i = 0;
    while i < Op::COUNT {
        let info: &OpInfo = Op::ALL[i].info();
        let name = info.name.as_bytes();
        let mut n = 0;
        while n < name.len() {
            hash = mix(hash, name[n]);
            n += 1;
        }
        let mut o = 0;
        while o < info.operands.len() {
            hash = mix(hash, info.operands[o].1 as u8);
            o += 1;
        }
        hash = mix(hash, info.cells);
        i += 1;
    }
    hash
}

/// Why bytes are no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// Made by another version.
    BadMagic,
    /// The bytes end too early or hold what cannot be.
    Malformed,
    /// Something follows the code.
    TrailingBytes,
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ReadError::BadMagic => "bad magic number",
            ReadError::Malformed => "malformed code",
            ReadError::TrailingBytes => "trailing bytes after code",
        })
    }
}

impl std::error::Error for ReadError {}

#[repr(u8)]
enum Tag {
    None,
    Ellipsis,
    False,
    True,
    Int,
    BigInt,
    Float,
    Complex,
    Str,
    Bytes,
    Tuple,
    FrozenSet,
    Slice,
    Code,
}

// ---- writing ----

#[derive(Default)]
struct Writer<'a> {
    out: Vec<u8>,
    names: Vec<&'a str>,
    index: HashMap<&'a str, u64>,
}

/// Serialise `code`.
pub fn to_bytes(code: &CodeSpec) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.code(code);
    let body = std::mem::take(&mut writer.out);
    writer.out.extend_from_slice(&MAGIC.to_le_bytes());
    writer.bytes(code.filename.as_bytes());
    writer.number(writer.names.len() as u64);
    for name in std::mem::take(&mut writer.names) {
        writer.bytes(name.as_bytes());
    }
    writer.out.extend_from_slice(&body);
    writer.out
}

impl<'a> Writer<'a> {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)) as u64);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    fn name(&mut self, name: &'a str) {
        let next = self.names.len() as u64;
        let index = *self.index.entry(name).or_insert(next);
        if index == next {
            self.names.push(name);
        }
        self.number(index);
    }

    fn code(&mut self, code: &'a CodeSpec) {
        self.name(&code.name);
        self.name(&code.qualname);
        self.signed(i64::from(code.firstlineno));
        for value in [code.flags, code.argcount, code.posonlyargcount, code.kwonlyargcount, code.ntemps, code.ncells] {
            self.number(u64::from(value));
        }
        self.number(code.locals.len() as u64);
        for local in &code.locals {
            self.name(&local.name);
            self.out.push(local.kind);
        }
        self.number(code.names.len() as u64);
        for name in &code.names {
            self.name(name);
        }
        self.number(code.code.len() as u64);
        for word in &code.code {
            self.out.extend_from_slice(&word.to_le_bytes());
        }
        self.bytes(&code.linetable);
        self.number(code.exceptions.len() as u64);
        let mut last = 0;
        for e in &code.exceptions {
            self.number(u64::from(e.start.wrapping_sub(last)));
            self.number(u64::from(e.end.wrapping_sub(e.start)));
            self.number(u64::from(e.handler));
            self.number(u64::from(e.depth) << 1 | u64::from(e.lasti));
            last = e.end;
        }
        self.number(code.consts.len() as u64);
        for constant in &code.consts {
            self.constant(constant);
        }
    }

    fn items(&mut self, tag: Tag, items: &'a [Const]) {
        self.out.push(tag as u8);
        self.number(items.len() as u64);
        for item in items {
            self.constant(item);
        }
    }

    fn constant(&mut self, constant: &'a Const) {
        match constant {
            Const::None => self.out.push(Tag::None as u8),
            Const::Ellipsis => self.out.push(Tag::Ellipsis as u8),
            Const::Bool(false) => self.out.push(Tag::False as u8),
            Const::Bool(true) => self.out.push(Tag::True as u8),
            Const::Int(value) => {
                self.out.push(Tag::Int as u8);
                self.signed(*value);
            }
            Const::BigInt(value) => {
                self.out.push(Tag::BigInt as u8);
                self.out.push(u8::from(value.neg));
                self.number(value.digits.len() as u64);
                for digit in &value.digits {
                    self.out.extend_from_slice(&digit.to_le_bytes());
                }
            }
            Const::Float(value) => {
                self.out.push(Tag::Float as u8);
                self.out.extend_from_slice(&value.to_bits().to_le_bytes());
            }
            Const::Complex(real, imag) => {
                self.out.push(Tag::Complex as u8);
                self.out.extend_from_slice(&real.to_bits().to_le_bytes());
                self.out.extend_from_slice(&imag.to_bits().to_le_bytes());
            }
            Const::Str(text) => {
                self.out.push(Tag::Str as u8);
                self.bytes(text.as_bytes());
            }
            Const::Bytes(bytes) => {
                self.out.push(Tag::Bytes as u8);
                self.bytes(bytes);
            }
            Const::Tuple(items) => self.items(Tag::Tuple, items),
            Const::FrozenSet(items) => self.items(Tag::FrozenSet, items),
            Const::Slice(parts) => {
                self.out.push(Tag::Slice as u8);
                for part in parts.iter() {
                    self.constant(part);
                }
            }
            Const::Code(code) => {
                self.out.push(Tag::Code as u8);
                self.code(code);
            }
        }
    }
}

// ---- reading ----

struct Reader<'a> {
    rest: &'a [u8],
    names: Vec<&'a str>,
    filename: Arc<Wtf8Buf>,
    depth: u32,
}

type Read<T> = Result<T, ReadError>;

/// Read what [`to_bytes`] wrote.
pub fn from_bytes(bytes: &[u8]) -> Read<CodeSpec> {
    let Some((magic, rest)) = bytes.split_first_chunk::<4>() else { return Err(ReadError::Malformed) };
    if u32::from_le_bytes(*magic) != MAGIC {
        return Err(ReadError::BadMagic);
    }
    let mut reader = Reader { rest, names: Vec::new(), filename: Arc::default(), depth: 0 };
    reader.filename = Arc::new(reader.wtf8()?);
    let count = reader.count()?;
    reader.names.reserve(count);
    for _ in 0..count {
        let bytes = reader.bytes()?;
        let name = std::str::from_utf8(bytes).map_err(|_| ReadError::Malformed)?;
        reader.names.push(name);
    }
    let code = reader.code()?;
    if reader.rest.is_empty() { Ok(code) } else { Err(ReadError::TrailingBytes) }
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Read<u8> {
        let (&first, rest) = self.rest.split_first().ok_or(ReadError::Malformed)?;
        self.rest = rest;
        Ok(first)
    }

    fn take(&mut self, count: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(ReadError::Malformed)?;
        self.rest = rest;
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

    /// A number of items, each of which takes at least one byte.
    fn count(&mut self) -> Read<usize> {
        let count = usize::try_from(self.number()?).map_err(|_| ReadError::Malformed)?;
        if count > self.rest.len() { Err(ReadError::Malformed) } else { Ok(count) }
    }

    fn bytes(&mut self) -> Read<&'a [u8]> {
        let count = self.count()?;
        self.take(count)
    }

    fn wtf8(&mut self) -> Read<Wtf8Buf> {
        Wtf8Buf::from_bytes(self.bytes()?.to_vec()).ok_or(ReadError::Malformed)
    }

    fn words(&mut self) -> Read<Vec<u32>> {
        let count = self.count()?;
        let bytes = self.take(count.checked_mul(4).ok_or(ReadError::Malformed)?)?;
        let (words, _) = bytes.as_chunks::<4>();
        Ok(words.iter().map(|word| u32::from_le_bytes(*word)).collect())
    }

    fn f64(&mut self) -> Read<f64> {
        let bytes = self.take(8)?;
        let bytes = <[u8; 8]>::try_from(bytes).map_err(|_| ReadError::Malformed)?;
        Ok(f64::from_bits(u64::from_le_bytes(bytes)))
    }

    fn name(&mut self) -> Read<Box<str>> {
        let index = usize::try_from(self.number()?).map_err(|_| ReadError::Malformed)?;
        self.names.get(index).map(|&name| name.into()).ok_or(ReadError::Malformed)
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let count = self.count()?;
        // Items may be larger in memory than their shortest form: grow as they come.
        let mut items = Vec::with_capacity(count.min(64));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn code(&mut self) -> Read<CodeSpec> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(ReadError::Malformed);
        }
        let name = self.name()?;
        let qualname = self.name()?;
        let firstlineno = i32::try_from(self.signed()?).map_err(|_| ReadError::Malformed)?;
        let (flags, argcount, posonlyargcount) = (self.u32()?, self.u32()?, self.u32()?);
        let (kwonlyargcount, ntemps, ncells) = (self.u32()?, self.u32()?, self.u32()?);
        let locals = self.list(|r| Ok(LocalVar { name: r.name()?, kind: r.byte()? }))?;
        let names = self.list(Self::name)?;
        let code = self.words()?;
        let linetable = self.bytes()?.to_vec();
        let mut last = 0u32;
        let exceptions = self.list(|r| {
            let start = last.wrapping_add(r.u32()?);
            let end = start.wrapping_add(r.u32()?);
            let handler = r.u32()?;
            let depth = r.u32()?;
            last = end;
            let lasti = depth & 1 != 0;
            let depth = u16::try_from(depth >> 1).map_err(|_| ReadError::Malformed)?;
            Ok(ExceptionEntry { start, end, handler, depth, lasti })
        })?;
        let consts = self.list(Self::constant)?;
        self.depth -= 1;
        Ok(CodeSpec {
            name,
            qualname,
            filename: self.filename.clone(),
            firstlineno,
            flags,
            argcount,
            posonlyargcount,
            kwonlyargcount,
            locals,
            ntemps,
            names,
            consts,
            code,
            ncells,
            linetable,
            exceptions,
        })
    }

    fn constant(&mut self) -> Read<Const> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(ReadError::Malformed);
        }
        const NONE: u8 = Tag::None as u8;
        const ELLIPSIS: u8 = Tag::Ellipsis as u8;
        const FALSE: u8 = Tag::False as u8;
        const TRUE: u8 = Tag::True as u8;
        const INT: u8 = Tag::Int as u8;
        const BIG_INT: u8 = Tag::BigInt as u8;
        const FLOAT: u8 = Tag::Float as u8;
        const COMPLEX: u8 = Tag::Complex as u8;
        const STR: u8 = Tag::Str as u8;
        const BYTES: u8 = Tag::Bytes as u8;
        const TUPLE: u8 = Tag::Tuple as u8;
        const FROZEN_SET: u8 = Tag::FrozenSet as u8;
        const SLICE: u8 = Tag::Slice as u8;
        const CODE: u8 = Tag::Code as u8;
        let constant = match self.byte()? {
            NONE => Const::None,
            ELLIPSIS => Const::Ellipsis,
            FALSE => Const::Bool(false),
            TRUE => Const::Bool(true),
            INT => Const::Int(self.signed()?),
            BIG_INT => {
                let negative = self.byte()? != 0;
                let digits = self.words()?;
                if digits.iter().any(|&digit| digit >> 30 != 0) {
                    return Err(ReadError::Malformed);
                }
                Const::from_bigint(BigInt::new(negative, digits))
            }
            FLOAT => Const::Float(self.f64()?),
            COMPLEX => Const::Complex(self.f64()?, self.f64()?),
            STR => Const::Str(self.wtf8()?),
            BYTES => Const::Bytes(self.bytes()?.into()),
            TUPLE => Const::Tuple(self.list(Self::constant)?.into()),
            FROZEN_SET => Const::FrozenSet(self.list(Self::constant)?.into()),
            SLICE => Const::Slice(Box::new([self.constant()?, self.constant()?, self.constant()?])),
            CODE => Const::Code(Box::new(self.code()?)),
            _ => return Err(ReadError::Malformed),
        };
        self.depth -= 1;
        Ok(constant)
    }
}
