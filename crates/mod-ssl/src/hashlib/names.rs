//! What Python and OpenSSL call the same digests.

/// Python's name, and OpenSSL's: the one to ask for first, then those by which it answers.
pub const NAMES: &[(&str, &[&str])] = &[
    ("md5", &["MD5", "md5"]),
    ("sha1", &["SHA1", "sha1"]),
    ("sha224", &["SHA224", "sha224"]),
    ("sha256", &["SHA256", "sha256"]),
    ("sha384", &["SHA384", "sha384"]),
    ("sha512", &["SHA512", "sha512"]),
    ("sha512_224", &["SHA512-224", "sha512-224"]),
    ("sha512_256", &["SHA512-256", "sha512-256"]),
    ("sha3_224", &["SHA3-224", "sha3-224"]),
    ("sha3_256", &["SHA3-256", "sha3-256"]),
    ("sha3_384", &["SHA3-384", "sha3-384"]),
    ("sha3_512", &["SHA3-512", "sha3-512"]),
    ("shake_128", &["SHAKE128", "shake128"]),
    ("shake_256", &["SHAKE256", "shake256"]),
    ("blake2s", &["BLAKE2s256", "blake2s256"]),
    ("blake2b", &["BLAKE2b512", "blake2b512"]),
];

/// What to ask OpenSSL for.
pub fn to_openssl(name: &str) -> &str {
    NAMES.iter().find(|n| n.0 == name).and_then(|n| n.1.first().copied()).unwrap_or(name)
}

/// What Python shows for OpenSSL's name.
pub fn to_python(name: &str) -> &str {
    NAMES.iter().find(|n| n.1.contains(&name)).map_or(name, |n| n.0)
}

/// Whether the module has a function for the digest.
pub fn has_function(name: &str) -> bool {
    !matches!(name, "sha512_224" | "sha512_256" | "blake2s" | "blake2b")
}
