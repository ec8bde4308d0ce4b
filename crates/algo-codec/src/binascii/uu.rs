//! One line of uuencoded data.

/// Why it fails; `Display` gives `binascii.Error`'s message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UuError {
    MissingLength,
    IllegalChar,
    TrailingGarbage,
    TooLong,
}

impl std::fmt::Display for UuError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            UuError::MissingLength => "Missing length byte",
            UuError::IllegalChar => "Illegal char",
            UuError::TrailingGarbage => "Trailing garbage",
            UuError::TooLong => "At most 45 bytes at once",
        })
    }
}

/// `binascii.a2b_uu`. Missing characters count as zero bits.
pub fn decode_uu(line: &[u8]) -> Result<Vec<u8>, UuError> {
    let declared = usize::from(line.first().ok_or(UuError::MissingLength)?.wrapping_sub(b' ') & 0x3F);
    let mut out = Vec::with_capacity(declared);
    let (mut bits, mut buffer, mut at) = (0u32, 0u32, 1);
    while out.len() < declared {
        let sextet = match line.get(at) {
            None | Some(b'\n' | b'\r') => 0,
            Some(&byte @ b' '..=b'`') => (byte - b' ') & 0x3F,
            Some(_) => return Err(UuError::IllegalChar),
        };
        at += 1;
        buffer = buffer << 6 | u32::from(sextet);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((buffer >> bits) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    let rest = line.get(at..).unwrap_or_default();
    if rest.iter().all(|byte| matches!(byte, b' ' | b'`' | b'\n' | b'\r')) {
        return Ok(out);
    }
    Err(UuError::TrailingGarbage)
}

/// `binascii.b2a_uu`.
pub fn encode_uu(bytes: &[u8], backtick: bool) -> Result<Vec<u8>, UuError> {
    if bytes.len() > 45 {
        return Err(UuError::TooLong);
    }
    let letter = |value: u8| if backtick && value == 0 { b'`' } else { value + b' ' };
    let mut out = Vec::with_capacity(2 + bytes.len().div_ceil(3) * 4);
    out.push(letter(bytes.len() as u8));
    for triple in bytes.chunks(3) {
        let byte = |i: usize| u32::from(triple.get(i).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.extend([18, 12, 6, 0].map(|shift| letter((word >> shift & 0x3F) as u8)));
    }
    out.push(b'\n');
    Ok(out)
}
