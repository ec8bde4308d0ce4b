//! Filter specifications: dicts such as `{"id": FILTER_LZMA2, "preset": 6}`, their binary properties, and liblzma's form of them.

use super::{raise, raise_text};
use liblzma::stream::{Error, Filters, LzmaOptions, MatchFinder, Mode};
use taipan_object::abstract_::{self, number, sequence};
use taipan_object::prelude::*;
use taipan_object::types::dict::PyDict;

pub const LZMA1: u64 = 0x4000_0000_0000_0001;
pub const LZMA2: u64 = 0x21;
pub const DELTA: u64 = 3;
pub const X86: u64 = 4;
pub const POWERPC: u64 = 5;
pub const IA64: u64 = 6;
pub const ARM: u64 = 7;
pub const ARMTHUMB: u64 = 8;
pub const SPARC: u64 = 9;

/// Longest chain that liblzma takes.
const CHAIN_MAX: usize = 4;

/// Parameters of the LZMA filters; what a specification does not say comes from the preset.
struct Lzma {
    preset: u32,
    dict_size: Option<u32>,
    lc: Option<u32>,
    lp: Option<u32>,
    pb: Option<u32>,
    mode: Option<u32>,
    nice_len: Option<u32>,
    mf: Option<u32>,
    depth: Option<u32>,
}

/// One filter of a chain.
enum Filter {
    Lzma(u64, Lzma),
    Delta(u32),
    Branch(u64, u32),
}

/// An argument of C's `uint32_t`.
pub fn u32_of(o: &Object, cx: &mut Cx) -> PyResult<u32> {
    let n = u64_of(o, cx)?;
    u32::try_from(n).map_err(|_| cx.overflow_error(format_args!("Value too large for uint32_t type")))
}

/// An argument of C's `unsigned long long`.
pub fn u64_of(o: &Object, cx: &mut Cx) -> PyResult<u64> {
    let n = number::index(o, cx)?;
    if n.is_negative() {
        return Err(cx.value_error(format_args!("Cannot convert negative int")));
    }
    n.to_i64().map(|n| n as u64).ok_or_else(|| cx.overflow_error(format_args!("Python int too large to convert to C unsigned long")))
}

/// One entry of a specification, which may be any mapping.
fn entry(spec: &Object, key: &str, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    if let Some(dict) = spec.downcast::<PyDict>() {
        return dict.get_text(key, cx);
    }
    if taipan_object::attr::get_opt(spec.ty().as_object(), name!(cx, "__getitem__"), cx)?.is_none() {
        return Err(cx.type_error(format_args!("Filter specifier must be a dict or dict-like object")));
    }
    let key = PyStr::new(key, cx)?;
    match abstract_::get_item(spec, &key, cx) {
        Ok(v) => Ok(Some(v)),
        Err(r) => cx.catch(r, exc::KeyError()).map(|()| None),
    }
}

/// The entries of a specification, all of whose keys must be known.
fn entries<const N: usize>(spec: &Object, what: &str, known: [&str; N], cx: &mut Cx) -> PyResult<[Option<u32>; N]> {
    let bad = |cx: &mut Cx| cx.value_error(format_args!("Invalid filter specifier for {what} filter"));
    let Some(dict) = spec.downcast::<PyDict>() else { return Err(bad(cx)) };
    let mut out = [None; N];
    let mut found = 1; // "id"
    for (slot, name) in out.iter_mut().zip(known) {
        if let Some(v) = dict.get_text(name, cx)? {
            found += 1;
            match u32_of(&v, cx) {
                Ok(n) => *slot = Some(n),
                Err(r) => {
                    cx.discard(r);
                    return Err(bad(cx));
                }
            }
        }
    }
    if found != dict.len() {
        return Err(bad(cx));
    }
    Ok(out)
}

impl Filter {
    fn parse(spec: &Object, cx: &mut Cx) -> PyResult<Filter> {
        let id = match entry(spec, "id", cx)? {
            Some(id) => u64_of(&id, cx)?,
            None => return Err(cx.value_error(format_args!("Filter specifier must have an \"id\" entry"))),
        };
        match id {
            LZMA1 | LZMA2 => {
                let known = ["preset", "dict_size", "lc", "lp", "pb", "mode", "nice_len", "mf", "depth"];
                // The preset is looked at first, so that its own errors show.
                let preset = match entry(spec, "preset", cx)? {
                    Some(p) => u32_of(&p, cx)?,
                    None => liblzma::stream::PRESET_DEFAULT,
                };
                if LzmaOptions::new_preset(preset).is_err() {
                    return Err(raise_text(format_args!("Invalid compression preset: {preset}"), cx));
                }
                let [_, dict_size, lc, lp, pb, mode, nice_len, mf, depth] = entries(spec, "LZMA", known, cx)?;
                Ok(Filter::Lzma(id, Lzma { preset, dict_size, lc, lp, pb, mode, nice_len, mf, depth }))
            }
            DELTA => {
                let [dist] = entries(spec, "delta", ["dist"], cx)?;
                Ok(Filter::Delta(dist.unwrap_or(1)))
            }
            X86 | POWERPC | IA64 | ARM | ARMTHUMB | SPARC => {
                let [offset] = entries(spec, "BCJ", ["start_offset"], cx)?;
                Ok(Filter::Branch(id, offset.unwrap_or(0)))
            }
            _ => Err(cx.value_error(format_args!("Invalid filter ID: {id}"))),
        }
    }

    fn add_to(&self, chain: &mut Filters) -> Result<(), Error> {
        match self {
            Filter::Lzma(id, l) => {
                let options = l.options()?;
                if *id == LZMA1 { chain.lzma1(&options) } else { chain.lzma2(&options) };
            }
            Filter::Delta(dist) => {
                let byte = dist.checked_sub(1).and_then(|d| u8::try_from(d).ok()).ok_or(Error::Options)?;
                chain.delta_properties(&[byte])?;
            }
            Filter::Branch(id, offset) => {
                let bytes = offset.to_le_bytes();
                let p: &[u8] = if *offset == 0 { &[] } else { &bytes };
                match *id {
                    X86 => chain.x86_properties(p)?,
                    POWERPC => chain.powerpc_properties(p)?,
                    IA64 => chain.ia64_properties(p)?,
                    ARM => chain.arm_properties(p)?,
                    ARMTHUMB => chain.arm_thumb_properties(p)?,
                    _ => chain.sparc_properties(p)?,
                };
            }
        }
        Ok(())
    }

    /// The form in which container formats other than .xz store a filter's parameters.
    fn properties(&self) -> Option<Vec<u8>> {
        match self {
            Filter::Lzma(id, l) => {
                let base = l.base();
                let dict = l.dict_size.unwrap_or(base);
                if *id == LZMA2 {
                    return Some(vec![encode_dict_size(dict)]);
                }
                let (lc, lp, pb) = (l.lc.unwrap_or(3), l.lp.unwrap_or(0), l.pb.unwrap_or(2));
                if lc > 4 || lp > 4 || lc + lp > 4 || pb > 4 {
                    return None;
                }
                let mut out = vec![((pb * 5 + lp) * 9 + lc) as u8];
                out.extend_from_slice(&dict.to_le_bytes());
                Some(out)
            }
            Filter::Delta(dist) => Some(vec![u8::try_from(dist.checked_sub(1)?).ok()?]),
            Filter::Branch(_, 0) => Some(vec![]),
            Filter::Branch(_, offset) => Some(offset.to_le_bytes().to_vec()),
        }
    }
}

impl Lzma {
    fn options(&self) -> Result<LzmaOptions, Error> {
        let mut o = LzmaOptions::new_preset(self.preset)?;
        type Set = fn(&mut LzmaOptions, u32) -> &mut LzmaOptions;
        let sets: [(Option<u32>, Set); 6] = [
            (self.dict_size, LzmaOptions::dict_size),
            (self.lc, LzmaOptions::literal_context_bits),
            (self.lp, LzmaOptions::literal_position_bits),
            (self.pb, LzmaOptions::position_bits),
            (self.nice_len, LzmaOptions::nice_len),
            (self.depth, LzmaOptions::depth),
        ];
        for (value, set) in sets {
            if let Some(v) = value {
                set(&mut o, v);
            }
        }
        match self.mode {
            None => {}
            Some(1) => {
                o.mode(Mode::Fast);
            }
            Some(2) => {
                o.mode(Mode::Normal);
            }
            Some(_) => return Err(Error::Options),
        }
        let finders = [(3, MatchFinder::HashChain3), (4, MatchFinder::HashChain4), (0x12, MatchFinder::BinaryTree2), (0x13, MatchFinder::BinaryTree3), (0x14, MatchFinder::BinaryTree4)];
        if let Some(mf) = self.mf {
            let (_, finder) = finders.into_iter().find(|(n, _)| *n == mf).ok_or(Error::Options)?;
            o.match_finder(finder);
        }
        Ok(o)
    }
    /// Size of the preset's dictionary.
    fn base(&self) -> u32 {
        const BITS: [u8; 10] = [18, 20, 21, 22, 22, 23, 23, 24, 25, 26];
        1 << BITS[(self.preset & 0x1f).min(9) as usize]
    }
}

/// A dictionary's size as one byte: 2^n or 3 * 2^n, rounded up.
fn encode_dict_size(size: u32) -> u8 {
    (0..40).find(|&b| decode_dict_size(b).is_some_and(|s| s >= size.max(4096))).unwrap_or(40)
}

fn decode_dict_size(byte: u8) -> Option<u32> {
    match byte {
        0..40 => Some((2 | u32::from(byte & 1)) << (byte / 2 + 11)),
        40 => Some(u32::MAX),
        _ => None,
    }
}

/// liblzma's form of a chain of specifications. The second result: whether it is one LZMA1 filter, which alone fits `FORMAT_ALONE`.
pub fn chain(specs: &Object, cx: &mut Cx) -> PyResult<(Filters, Option<LzmaOptions>)> {
    if specs.is_a::<PyDict>() {
        return Err(cx.type_error(format_args!("{} is not a sequence", specs.ty().tp_name_str())));
    }
    let n = abstract_::len(specs, cx)?;
    if n > CHAIN_MAX {
        return Err(cx.value_error(format_args!("Too many filters - liblzma supports a maximum of {CHAIN_MAX}")));
    }
    let mut filters = Vec::new();
    for i in 0..n {
        let spec = sequence::get(specs, i as isize, cx)?;
        filters.push(Filter::parse(&spec, cx)?);
    }
    let mut out = Filters::new();
    for f in &filters {
        f.add_to(&mut out).map_err(|e| raise(e, cx))?;
    }
    if filters.is_empty() {
        return Err(raise(Error::Program, cx));
    }
    let alone = match filters.as_slice() {
        [Filter::Lzma(LZMA1, l)] => Some(l.options().map_err(|e| raise(e, cx))?),
        _ => None,
    };
    Ok((out, alone))
}

/// A specification's properties in binary form.
pub fn encode(spec: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let filter = Filter::parse(spec, cx)?;
    filter.properties().ok_or_else(|| raise(Error::Program, cx))
}

/// The specification that properties stand for.
pub fn decode(id: u64, props: &[u8], cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let mut out: Vec<(&str, u64)> = vec![("id", id)];
    let le = |b: &[u8]| b.iter().rev().fold(0u64, |n, &x| n << 8 | u64::from(x));
    let good = match (id, props) {
        (LZMA1, [first, dict @ ..]) if dict.len() == 4 && *first < 9 * 5 * 5 => {
            let first = u64::from(*first);
            let (lc, lp, pb) = (first % 9, first / 9 % 5, first / 45);
            out.extend([("dict_size", le(dict)), ("lc", lc), ("lp", lp), ("pb", pb)]);
            lc + lp <= 4
        }
        (LZMA2, [byte]) => match decode_dict_size(*byte) {
            Some(size) => {
                out.push(("dict_size", size.into()));
                true
            }
            None => false,
        },
        (DELTA, [byte]) => {
            out.push(("dist", u64::from(*byte) + 1));
            true
        }
        (X86 | POWERPC | IA64 | ARM | ARMTHUMB | SPARC, p) if p.len() == 4 || p.is_empty() => {
            let offset = le(p);
            if offset != 0 {
                out.push(("start_offset", offset));
            }
            // The offset must keep the alignment of the architecture's instructions.
            let align = match id {
                X86 => 1,
                ARMTHUMB => 2,
                IA64 => 16,
                _ => 4,
            };
            offset % align == 0
        }
        _ => false,
    };
    if !good {
        return Err(raise(Error::Options, cx));
    }
    let dict = PyDict::new(cx)?;
    for (name, value) in out {
        let value = PyInt::from_u64(value, cx)?;
        dict.set_text(name, value.into_object(), cx)?;
    }
    Ok(dict)
}
