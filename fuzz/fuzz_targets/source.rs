//! From any bytes to verified code: decoding, parsing, compiling never panic, and what compiles passes the verifier.
#![no_main]

use libfuzzer_sys::fuzz_target;
use taipan_compiler::{Options, compile};
use taipan_syntax::Mode;

fuzz_target!(|data: &[u8]| {
    let Some((first, source)) = data.split_first() else { return };
    let mode = [Mode::Exec, Mode::Eval, Mode::Single, Mode::FuncType][usize::from(first % 4)];
    let mut no_codec = |name: &str, _: &[u8]| Err(format!("unknown encoding: {name}"));
    let Ok(text) = taipan_text::decode::decode(source, None, &mut no_codec) else { return };
    let options = taipan_syntax::Options { type_comments: first & 4 != 0, ..Default::default() };
    let Ok(parsed) = taipan_syntax::parse(&text, mode, &options) else { return };
    let mut settings = Options::new("<fuzz>");
    settings.optimize = first >> 3 & 3;
    if let Ok((code, _)) = compile(&parsed.tree, &settings) {
        taipan_bytecode::verify::verify(&code).expect("compiled code passes the verifier");
    }
});
