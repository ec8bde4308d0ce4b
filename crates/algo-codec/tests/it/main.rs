//! Generated inputs through every codec, compared with checksums of the reference's answers (`gen/record.py`).

mod binascii;
mod cjk;
mod unicode;

/// The generator of `gen/record.py`.
pub struct Lcg(pub u64);

impl Lcg {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }

    pub fn pick<T: Copy>(&mut self, alphabet: &[T], most: usize) -> Vec<T> {
        let len = self.below(most + 1);
        (0..len).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }
}

pub fn hex(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    taipan_algo_codec::binascii::encode_hex(bytes, &mut out);
    String::from_utf8(out).unwrap()
}

/// Compare the lines, a hundred at a time, with the recorded checksums; show the first block that differs.
pub fn compare(family: &str, recorded: &str, lines: Vec<String>) {
    let sums: Vec<&str> = recorded.lines().collect();
    assert_eq!(lines.len().div_ceil(100), sums.len());
    for (number, (block, sum)) in lines.chunks(100).zip(sums).enumerate() {
        let crc = taipan_algo_codec::binascii::crc32(block.join("\n").as_bytes(), 0);
        if format!("{crc:08x}") != sum {
            println!("{}", block.join("\n"));
            panic!("differs: record.py {family} {number}");
        }
    }
}
