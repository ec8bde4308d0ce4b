//! Hexadecimal: `bytes.hex`, `bytes.fromhex`'s core, `binascii.hexlify` and `unhexlify`.

static PAIRS: [[u8; 2]; 256] = {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = [DIGITS[i >> 4], DIGITS[i & 15]];
        i += 1;
    }
    table
};

static VALUES: [u8; 256] = {
    let mut table = [0xFF; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = match i as u8 {
            b @ b'0'..=b'9' => b - b'0',
            b @ b'a'..=b'f' => b - b'a' + 10,
            b @ b'A'..=b'F' => b - b'A' + 10,
            _ => 0xFF,
        };
        i += 1;
    }
    table
};

/// Why decoding fails; `Display` gives `binascii.Error`'s message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexError {
    OddLength,
    /// The position of what is not a digit.
    NotHex(usize),
}

impl std::fmt::Display for HexError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            HexError::OddLength => "Odd-length string",
            HexError::NotHex(_) => "Non-hexadecimal digit found",
        })
    }
}

/// Append two lowercase digits for each byte.
pub fn encode_hex(bytes: &[u8], out: &mut Vec<u8>) {
    let from = out.len();
    out.resize(from + bytes.len() * 2, 0);
    for (digits, &byte) in out[from..].chunks_exact_mut(2).zip(bytes) {
        digits.copy_from_slice(&PAIRS[usize::from(byte)]);
    }
}

/// Two lowercase digits for each byte.
pub fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| PAIRS[usize::from(*b)].map(char::from)).collect()
}

/// Append digits with `sep` between groups of `group` bytes, counted from the right if positive, from the left if negative.
pub fn encode_hex_grouped(bytes: &[u8], sep: u8, group: isize, out: &mut Vec<u8>) {
    let size = group.unsigned_abs();
    if size == 0 || size >= bytes.len() {
        return encode_hex(bytes, out);
    }
    out.reserve(bytes.len() * 2 + bytes.len() / size);
    let first = if group > 0 { bytes.len() % size } else { 0 };
    let (head, rest) = bytes.split_at(first);
    encode_hex(head, out);
    let mut between = !head.is_empty();
    for chunk in rest.chunks(size) {
        if between {
            out.push(sep);
        }
        encode_hex(chunk, out);
        between = true;
    }
}

/// Digit pairs to bytes.
pub fn decode_hex(digits: &[u8]) -> Result<Vec<u8>, HexError> {
    if !digits.len().is_multiple_of(2) {
        return Err(HexError::OddLength);
    }
    let mut out = vec![0; digits.len() / 2];
    let mut bad = 0;
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
        bad |= high | low;
        *byte = high << 4 | low & 15;
    }
    if bad <= 15 {
        return Ok(out);
    }
    let at = digits.iter().position(|&digit| VALUES[usize::from(digit)] > 15);
    Err(HexError::NotHex(at.unwrap_or(0)))
}
