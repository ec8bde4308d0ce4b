//! Native modules: codec.
#![deny(unsafe_code)]

pub mod binascii;
pub mod bz2;
pub mod codecs;
pub mod data;
pub mod hashes;
pub mod lzma;
pub mod multibyte;
pub mod zlib;

use taipan_object::prelude::*;

/// The modules of this crate; a new one is its file and one line here.
static MODULES: &[&ModuleSpec] = &[
    &codecs::module::MODULE,
    &binascii::MODULE,
    &hashes::MD5,
    &hashes::SHA1,
    &hashes::SHA2,
    &hashes::SHA3,
    &hashes::BLAKE2,
    &hashes::HMAC,
    &multibyte::MULTIBYTE,
    &multibyte::CN,
    &multibyte::HK,
    &multibyte::ISO2022,
    &multibyte::JP,
    &multibyte::KR,
    &multibyte::TW,
    &zlib::MODULE,
    &bz2::MODULE,
    &lzma::MODULE,
];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}
