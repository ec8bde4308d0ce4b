//! The executable exports its C symbols, as `python3` does, for extension modules.

fn main() {
    println!("cargo:rustc-link-arg-bins=-rdynamic");
}
