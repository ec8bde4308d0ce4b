//! Compiles the one C file: stable Rust cannot define variadic functions.

fn main() {
    println!("cargo:rerun-if-changed=csrc/variadic.c");
    cc::Build::new().file("csrc/variadic.c").opt_level(2).flag_if_supported("-fno-semantic-interposition").compile("taipan_variadic");
}
