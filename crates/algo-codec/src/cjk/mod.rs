//! The multibyte codecs of East Asia, as CPython's `_codecs_cn`, `_hk`, `_iso2022`, `_jp`, `_kr` and `_tw` have them.

mod hz;
mod iso2022;
mod stateless;
mod table;
mod tables;

use crate::{CodecError, Text, TextBuf};

const ILLEGAL_SEQUENCE: &str = "illegal multibyte sequence";
const INCOMPLETE: &str = "incomplete multibyte sequence";

/// An incremental decoder that would have to keep more bytes than this raises "pending buffer overflow".
pub const PENDING_MAX: usize = 8;

/// Shift state of a stateful codec. Read as a little-endian number it is the second item of `getstate()`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State(pub [u8; 8]);

/// One multibyte codec.
#[derive(Clone, Copy)]
pub struct Multibyte(Kind);

#[derive(Clone, Copy)]
enum Kind {
    Stateless(&'static table::Stateless),
    Hz,
    Iso2022(&'static iso2022::Codec),
}

/// Names by module, in the spelling that `getcodec` of each takes.
pub const NAMES: [(&str, &[&str]); 6] = [
    ("_codecs_cn", &["gb2312", "gbk", "gb18030", "hz"]),
    ("_codecs_hk", &["big5hkscs"]),
    (
        "_codecs_iso2022",
        &["iso2022_kr", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3", "iso2022_jp_ext"],
    ),
    ("_codecs_jp", &["shift_jis", "cp932", "euc_jp", "shift_jis_2004", "euc_jis_2004", "euc_jisx0213", "shift_jisx0213"]),
    ("_codecs_kr", &["euc_kr", "cp949", "johab"]),
    ("_codecs_tw", &["big5", "cp950"]),
];

/// The codec of that name; its tables are unpacked on first use.
pub fn find(name: &str) -> Option<Multibyte> {
    if name == "hz" {
        return Some(Multibyte(Kind::Hz));
    }
    if let Some(codec) = iso2022::CODECS.iter().find(|codec| codec.name == name) {
        return Some(Multibyte(Kind::Iso2022(codec)));
    }
    let number = tables::SPECS.iter().position(|spec| spec.name == name)?;
    Some(Multibyte(Kind::Stateless(table::stateless(number)?)))
}

impl Multibyte {
    /// The codec's name.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Stateless(codec) => codec.spec.name,
            Kind::Hz => "hz",
            Kind::Iso2022(codec) => codec.name,
        }
    }

    /// The state to start from, for encoding as for decoding.
    pub fn initial(self) -> State {
        match self.0 {
            Kind::Iso2022(_) => iso2022::Codec::initial(),
            _ => State::default(),
        }
    }

    /// Decode from `pos`. An incomplete sequence at the end is an error when `is_final`, else it is left. Returns how many
    /// bytes are consumed in all. After an error, go on with the same state.
    pub fn decode(
        self,
        state: &mut State,
        bytes: &[u8],
        pos: usize,
        is_final: bool,
        out: &mut TextBuf,
    ) -> Result<usize, CodecError> {
        match self.0 {
            Kind::Stateless(codec) => stateless::decode(codec, bytes, pos, is_final, out),
            Kind::Hz => hz::decode(state, bytes, pos, is_final, out),
            Kind::Iso2022(codec) => codec.decode(state, bytes, pos, is_final, out),
        }
    }

    /// Encode from `pos`. Returns how many characters are consumed in all: one is left at the end if it may combine with what
    /// follows, unless `flush` is set. A complete encoding ends with [`Self::reset`].
    pub fn encode(
        self,
        state: &mut State,
        text: Text<'_>,
        pos: usize,
        flush: bool,
        out: &mut Vec<u8>,
    ) -> Result<usize, CodecError> {
        match self.0 {
            Kind::Stateless(codec) => stateless::encode(codec, text, pos, flush, out),
            Kind::Hz => hz::encode(state, text, pos, out),
            Kind::Iso2022(codec) => codec.encode(state, text, pos, flush, out),
        }
    }

    /// Write what returns an encoder to its initial state.
    pub fn reset(self, state: &mut State, out: &mut Vec<u8>) {
        match self.0 {
            Kind::Stateless(_) => {}
            Kind::Hz => hz::reset(state, out),
            Kind::Iso2022(codec) => codec.reset(state, out),
        }
    }
}
