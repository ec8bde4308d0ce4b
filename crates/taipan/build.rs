//! How the executable is linked: what it exports for extension modules, where it lies.

fn main() {
    // By name: `-rdynamic` would export every function of Rust's too (half a megabyte of symbol tables, and clashes with what a wheel brings along).
    for names in ["Py*", "_Py*"] {
        println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol={names}");
    }
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // At a fixed address, as Debian's python3 is: 40,000 pointers in tables need no relocation at every start, and the pages they lie in stay shared with the file.
        println!("cargo:rustc-link-arg-bins=-no-pie");
        // Functions of the start lie together (`cargo xtask startup-order`).
        let order = concat!(env!("CARGO_MANIFEST_DIR"), "/startup.ld");
        println!("cargo:rerun-if-changed={order}");
        if std::env::var("PROFILE").as_deref() == Ok("release") {
            println!("cargo:rustc-link-arg-bins=-Wl,-T,{order}");
        }
    }
}
