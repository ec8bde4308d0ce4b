//! The algorithms of the module `binascii`.

mod base64;
mod checksum;
mod hex;
mod quoted;
mod uu;

pub use base64::{Base64Error, decode_base64, encode_base64};
pub use checksum::{crc_hqx, crc32};
pub use hex::{HexError, decode_hex, encode_hex, encode_hex_grouped, hex_text};
pub use quoted::{QuotedOptions, decode_quoted, encode_quoted};
pub use uu::{UuError, decode_uu, encode_uu};
