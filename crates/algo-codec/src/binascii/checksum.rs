//! CRC-32 (as zlib's) and the CRC-CCITT of BinHex 4.

/// `binascii.crc32`: continue from `start` (0 at first).
pub fn crc32(bytes: &[u8], start: u32) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(start);
    hasher.update(bytes);
    hasher.finalize()
}

static HQX: [u16; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut c = (i as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            c = if c & 0x8000 != 0 { (c << 1) ^ 0x1021 } else { c << 1 };
            bit += 1;
        }
        table[i] = c;
        i += 1;
    }
    table
};

/// `binascii.crc_hqx`.
pub fn crc_hqx(bytes: &[u8], start: u16) -> u16 {
    bytes.iter().fold(start, |crc, &byte| (crc << 8) ^ HQX[usize::from((crc >> 8) as u8 ^ byte)])
}
