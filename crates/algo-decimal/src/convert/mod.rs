//! Numbers from and to binary integers and floats; hashing.

pub mod binary;
pub mod hash;
pub mod int;
