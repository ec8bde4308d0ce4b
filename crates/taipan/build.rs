//! The executable exports its C symbols, as `python3` does, for extension modules.

fn main() {
    // By name: `-rdynamic` would export every function of Rust's too (half a megabyte of symbol tables, and clashes with what a wheel brings along).
    for names in ["Py*", "_Py*"] {
        println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol={names}");
    }
}
