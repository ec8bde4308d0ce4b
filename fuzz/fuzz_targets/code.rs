//! The body of a `.pyc` file from any bytes: refused, or code on which the verifier gives its verdict.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(code) = taipan_bytecode::serial::from_bytes(data) {
        // Either verdict is fine; reaching it is the point.
        let _ = taipan_bytecode::verify::verify(&code);
    }
});
