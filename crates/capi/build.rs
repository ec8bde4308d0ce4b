//! Compiles the C files: stable Rust cannot define variadic functions.

fn main() {
    println!("cargo:rerun-if-changed=csrc/variadic.c");
    println!("cargo:rerun-if-changed=csrc/parse.c");
    println!("cargo:rerun-if-changed=csrc/va.h");
    cc::Build::new().file("csrc/variadic.c").file("csrc/parse.c").opt_level(2).flag_if_supported("-fno-semantic-interposition").compile("taipan_variadic");
}
