//! The executable `taipan`.
//!
//! The entry point is C's: Rust's own opens `/dev/null` for closed standard descriptors, and a program could not see that they are closed.
#![cfg_attr(not(test), no_main)]

/// Stack of the main thread: deep Python recursion through native code must reach `RecursionError`, not the guard page.
const MAIN_STACK_BYTES: usize = 64 << 20;
/// The part of the heap where a huge page would be large beside what the program uses.
const SMALL_HEAP: usize = 128 << 20;

/// C's `main`.
// SAFETY: the one symbol of this name, with C's signature.
#[cfg_attr(not(test), unsafe(no_mangle))]
pub extern "C" fn main() -> i32 {
    // The allocator asks for huge pages, which pay only for programs that use much memory.
    taipan_host::mem::small_pages(|| Box::new(0u64).as_ref() as *const u64 as *const u8, SMALL_HEAP);
    let args = taipan_host::env::args();
    let code = taipan_host::main_stack::on_large_stack(MAIN_STACK_BYTES, || taipan::main(args));
    taipan_host::signal::set_main_thread(0);
    taipan_host::process::exit(code)
}
