//! Writing code.

use std::collections::HashMap;

use super::{MAGIC, Tag};
use crate::spec::{CodeSpec, Const, local_kind};

#[derive(Default)]
struct Writer<'a> {
    out: Vec<u8>,
    names: Vec<&'a str>,
    index: HashMap<&'a str, u64>,
}

/// Serialise `code`.
pub fn to_bytes(code: &CodeSpec) -> Vec<u8> {
    let mut names = Writer::default();
    names.collect(code);
    // The table comes first, since the words' alignment depends on its length.
    let mut writer = Writer { out: MAGIC.to_le_bytes().to_vec(), names: Vec::new(), index: names.index };
    writer.bytes(code.filename.as_bytes());
    writer.number(names.names.len() as u64);
    for name in names.names {
        writer.bytes(name.as_bytes());
    }
    writer.code(code);
    writer.out
}

/// Whether the linker interns such a string, as CPython's compiler does.
fn looks_like_name(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// The length of a body takes so many bytes of LEB128 whatever it is: what follows it is aligned before it is known.
const LENGTH_BYTES: usize = 5;

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

    fn note(&mut self, name: &'a str) {
        let next = self.names.len() as u64;
        if *self.index.entry(name).or_insert(next) == next {
            self.names.push(name);
        }
    }

    /// Number all names.
    fn collect(&mut self, code: &'a CodeSpec) {
        self.note(&code.name);
        self.note(&code.qualname);
        for local in &code.locals {
            self.note(&local.name);
        }
        for name in &code.names {
            self.note(name);
        }
        code.consts.iter().for_each(|c| self.collect_constant(c));
    }

    fn collect_constant(&mut self, constant: &'a Const) {
        match constant {
            Const::Str(text) if looks_like_name(text.as_bytes()) => {
                if let Some(text) = text.as_str() {
                    self.note(text);
                }
            }
            Const::Tuple(items) | Const::FrozenSet(items) => items.iter().for_each(|c| self.collect_constant(c)),
            Const::Slice(parts) => parts.iter().for_each(|c| self.collect_constant(c)),
            Const::Code(code) => self.collect(code),
            _ => {}
        }
    }

    fn name(&mut self, name: &str) {
        let index = self.index.get(name).copied().unwrap_or_default();
        self.number(index);
    }

    fn code(&mut self, code: &'a CodeSpec) {
        self.name(&code.name);
        self.name(&code.qualname);
        self.signed(i64::from(code.firstlineno));
        for value in [code.flags, code.argcount, code.posonlyargcount, code.kwonlyargcount, code.ntemps, code.ncells] {
            self.number(u64::from(value));
        }
        let count = |bit: u8| code.locals.iter().filter(|local| local.kind & bit != 0).count() as u64;
        self.number(code.locals.len() as u64);
        for bit in [local_kind::LOCAL, local_kind::CELL, local_kind::FREE] {
            self.number(count(bit));
        }
        self.number(code.consts.len() as u64);
        let at = self.out.len();
        self.out.extend([0; LENGTH_BYTES]);
        self.body(code);
        let mut length = self.out.len() - at - LENGTH_BYTES;
        for i in 0..LENGTH_BYTES {
            self.out[at + i] = length as u8 & 0x7F | if i + 1 < LENGTH_BYTES { 0x80 } else { 0 };
            length >>= 7;
        }
    }

    fn body(&mut self, code: &'a CodeSpec) {
        for local in &code.locals {
            self.name(&local.name);
            self.out.push(local.kind);
        }
        self.number(code.names.len() as u64);
        for name in &code.names {
            self.name(name);
        }
        for constant in &code.consts {
            self.constant(constant);
        }
        self.number(code.code.len() as u64);
        while self.out.len() % 4 != 0 {
            self.out.push(0);
        }
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
            Const::Str(text) => match text.as_str().filter(|t| looks_like_name(t.as_bytes())) {
                Some(name) => {
                    self.out.push(Tag::Name as u8);
                    self.name(name);
                }
                None => {
                    self.out.push(Tag::Str as u8);
                    self.bytes(text.as_bytes());
                }
            },
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
