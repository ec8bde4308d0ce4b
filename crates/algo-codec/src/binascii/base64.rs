//! Base64 with the leniency, and in strict mode the refusals, of `binascii.a2b_base64`.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NONE: u8 = 0xFF;

static VALUES: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut i = 0;
    while i < 64 {
        table[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    table
};

/// Two characters for each twelve bits.
static PAIRS: [[u8; 2]; 4096] = {
    let mut table = [[0; 2]; 4096];
    let mut i = 0;
    while i < 4096 {
        table[i] = [ALPHABET[i >> 6], ALPHABET[i & 63]];
        i += 1;
    }
    table
};

/// Why decoding fails; `Display` gives `binascii.Error`'s message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base64Error {
    LeadingPadding,
    ExcessPadding,
    ExcessData,
    OnlyBase64,
    DiscontinuousPadding,
    /// So many data characters, one more than a multiple of four.
    OneTooMany(usize),
    IncorrectPadding,
}

impl std::fmt::Display for Base64Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Base64Error::LeadingPadding => "Leading padding not allowed",
            Base64Error::ExcessPadding => "Excess padding not allowed",
            Base64Error::ExcessData => "Excess data after padding",
            Base64Error::OnlyBase64 => "Only base64 data is allowed",
            Base64Error::DiscontinuousPadding => "Discontinuous padding not allowed",
            Base64Error::IncorrectPadding => "Incorrect padding",
            Base64Error::OneTooMany(count) => {
                return write!(
                    f,
                    "Invalid base64-encoded string: number of data characters ({count}) cannot be 1 more than a multiple of 4"
                );
            }
        })
    }
}

/// Decode whole quads of alphabet characters; returns how many bytes of `bytes` they take.
fn decode_quads(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let mut used = 0;
    for quad in bytes.chunks_exact(4) {
        let value = |i: usize| u32::from(VALUES[usize::from(quad[i])]);
        let (a, b, c, d) = (value(0), value(1), value(2), value(3));
        if (a | b | c | d) & 0xC0 != 0 {
            break;
        }
        let word = a << 18 | b << 12 | c << 6 | d;
        out.extend_from_slice(&[(word >> 16) as u8, (word >> 8) as u8, word as u8]);
        used += 4;
    }
    used
}

/// `binascii.a2b_base64`.
pub fn decode_base64(bytes: &[u8], strict: bool) -> Result<Vec<u8>, Base64Error> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3 + 3);
    let (mut quad, mut left, mut pads) = (0usize, 0u8, 0usize);
    let mut at = 0;
    while at < bytes.len() {
        if quad == 0 && pads == 0 {
            at += decode_quads(&bytes[at..], &mut out);
        }
        let Some(&byte) = bytes.get(at) else { break };
        at += 1;
        if byte == b'=' {
            pads += 1;
            match quad {
                _ if !strict => {}
                0 if at == 1 => return Err(Base64Error::LeadingPadding),
                0 => return Err(Base64Error::ExcessPadding),
                1 => break,
                _ if quad + pads > 4 => return Err(Base64Error::ExcessPadding),
                _ => {}
            }
            continue;
        }
        let value = VALUES[usize::from(byte)];
        if value == NONE {
            if strict {
                return Err(Base64Error::OnlyBase64);
            }
            continue;
        }
        if strict && pads > 0 {
            return Err(if quad + pads == 4 { Base64Error::ExcessData } else { Base64Error::DiscontinuousPadding });
        }
        pads = 0;
        match quad {
            0 => {}
            1 => out.push(left << 2 | value >> 4),
            2 => out.push(left << 4 | value >> 2),
            _ => out.push(left << 6 | value),
        }
        left = value;
        quad = (quad + 1) & 3;
    }
    match quad {
        0 => Ok(out),
        1 => Err(Base64Error::OneTooMany(out.len() / 3 * 4 + 1)),
        _ if quad + pads < 4 => Err(Base64Error::IncorrectPadding),
        _ => Ok(out),
    }
}

/// `binascii.b2a_base64` (the newline is the caller's); appends to `out`.
pub fn encode_base64(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len().div_ceil(3) * 4 + 1);
    let mut triples = bytes.chunks_exact(3);
    for triple in &mut triples {
        let word = usize::from(triple[0]) << 16 | usize::from(triple[1]) << 8 | usize::from(triple[2]);
        let ([a, b], [c, d]) = (PAIRS[word >> 12], PAIRS[word & 0xFFF]);
        out.extend_from_slice(&[a, b, c, d]);
    }
    match *triples.remainder() {
        [a] => {
            let [x, y] = PAIRS[usize::from(a) << 4];
            out.extend_from_slice(&[x, y, b'=', b'=']);
        }
        [a, b] => {
            let word = usize::from(a) << 10 | usize::from(b) << 2;
            let [x, y] = PAIRS[word >> 6];
            out.extend_from_slice(&[x, y, ALPHABET[word & 63], b'=']);
        }
        _ => {}
    }
}
