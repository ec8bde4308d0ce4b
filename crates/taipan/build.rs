//! How the executable is linked: what it exports for extension modules, where it lies.

fn main() {
    // By name: `-rdynamic` would export every function of Rust's too (half a megabyte of symbol tables, and clashes with what a wheel brings along).
    for names in ["Py*", "_Py*"] {
        println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol={names}");
    }
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // At a fixed address, as Debian's python3 is: 40,000 pointers in tables need no relocation at every start, and the pages they lie in stay shared with the file.
        println!("cargo:rustc-link-arg-bins=-no-pie");
        order_functions();
    }
}

/// Functions of the start lie together (`cargo xtask startup-order`): by patterns in a release build, by a list of names, which the linker reads faster, in others.
fn order_functions() {
    let dir = env!("CARGO_MANIFEST_DIR");
    println!("cargo:rerun-if-changed={dir}/startup.ld");
    println!("cargo:rerun-if-changed={dir}/startup.order");
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    if var("PROFILE") != "release" {
        return;
    }
    if var("OUT_DIR").split(['/', '\\']).any(|part| part == "release") {
        println!("cargo:rustc-link-arg-bins=-Wl,-T,{dir}/startup.ld");
    } else if var("CARGO_CFG_TARGET_ARCH") == "x86_64" {
        // An option of LLVM's linker, which Rust uses on this platform.
        println!("cargo:rustc-link-arg-bins=-Wl,--symbol-ordering-file={dir}/startup.order,--no-warn-symbol-ordering");
    }
}
