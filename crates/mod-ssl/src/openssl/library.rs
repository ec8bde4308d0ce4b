//! What concerns the library as a whole: its version, its random numbers, where it looks for certificates.
#![allow(unsafe_code)]

use super::table::api;
use super::text_at;
use std::ffi::c_int;

/// Number and text of the version.
pub fn version() -> (u64, String) {
    // SAFETY: plain calls; a constant text.
    unsafe { ((api().OpenSSL_version_num)(), text_at((api().OpenSSL_version)(0)).unwrap_or_default()) }
}

/// Mix bytes into the generator.
pub fn add_entropy(bytes: &[u8], entropy: f64) {
    let mut first = true;
    for part in bytes.chunks(i32::MAX as usize) {
        // The whole estimate goes with the first part.
        let entropy = if std::mem::take(&mut first) { entropy } else { 0.0 };
        // SAFETY: the bytes are there during the call.
        unsafe { (api().RAND_add)(part.as_ptr().cast(), part.len() as c_int, entropy) };
    }
}

/// Fill with random bytes; false when the generator fails.
pub fn random(into: &mut [u8]) -> bool {
    into.chunks_mut(i32::MAX as usize).all(|part| {
        // SAFETY: room for so many bytes.
        unsafe { (api().RAND_bytes)(part.as_mut_ptr(), part.len() as c_int) == 1 }
    })
}

/// Whether the generator has been seeded.
pub fn is_seeded() -> bool {
    // SAFETY: a plain call.
    unsafe { (api().RAND_status)() == 1 }
}

/// The default places of trusted certificates: variable and path of the file, variable and path of the folder.
pub fn verify_paths() -> [String; 4] {
    let a = api();
    [a.X509_get_default_cert_file_env, a.X509_get_default_cert_file, a.X509_get_default_cert_dir_env, a.X509_get_default_cert_dir].map(|f| {
        // SAFETY: constant texts.
        unsafe { text_at(f()) }.unwrap_or_default()
    })
}
