//! The executable `taipan`.
//!
//! The entry point is C's: Rust's own opens `/dev/null` for closed standard descriptors, and a program could not see that they are closed.
#![cfg_attr(not(test), no_main)]

/// Stack of the main thread: deep Python recursion through native code must reach `RecursionError`, not the guard page.
const MAIN_STACK_BYTES: usize = 512 << 20;

/// C's `main`.
// SAFETY: the one symbol of this name, with C's signature.
#[cfg_attr(not(test), unsafe(no_mangle))]
pub extern "C" fn main() -> i32 {
    let args = taipan_host::env::args();
    // The main thread's own stack is limited by the shell; a thread of ours has a known, large (lazily committed) one.
    let t = std::thread::Builder::new().name("main".into()).stack_size(MAIN_STACK_BYTES).spawn(move || {
        let code = taipan::main(args);
        taipan_host::signal::set_main_thread(0);
        // Here and not in the first thread: the child of a fork has only this one.
        taipan_host::process::exit(code)
    });
    // Signals are for the thread that runs Python: a call that it waits in must be interrupted.
    taipan_host::signal::block_all();
    // It only comes back when it could not be started or panicked.
    drop(t.map(|t| t.join()));
    1
}
