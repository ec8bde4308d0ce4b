//! What threads need beyond `std::thread`: ids, names, the bounds of the stack.

use core::ffi::CStr;

/// The kernel's id of the calling thread.
pub fn native_id() -> u64 {
    sys!(libc::gettid()) as u64
}

/// The C library's id of the calling thread (`threading.get_ident()`).
pub fn ident() -> u64 {
    sys!(libc::pthread_self()) as u64
}

/// Name the calling thread for debuggers; longer names are cut to 15 bytes.
pub fn set_name(name: &CStr) {
    let mut buffer = [0u8; 16];
    let bytes = name.to_bytes();
    let size = bytes.len().min(15);
    buffer[..size].copy_from_slice(&bytes[..size]);
    sys!(libc::pthread_setname_np(libc::pthread_self(), buffer.as_ptr().cast()));
}

/// The calling thread's stack: lowest address and size in bytes, if the C library tells.
///
/// For the main thread the size is what the resource limit allows it to grow to.
pub fn stack_bounds() -> Option<(usize, usize)> {
    if let Some(found) = crate::main_stack::bounds() {
        return Some(found);
    }
    let mut attributes = zeroed!(libc::pthread_attr_t);
    let (mut low, mut size) = (core::ptr::null_mut(), 0usize);
    let mut guard = 0usize;
    // SAFETY: the attributes are initialised by getattr_np and destroyed once; out-parameters are live.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 {
            return None;
        }
        let found = libc::pthread_attr_getstack(&attributes, &mut low, &mut size) == 0;
        libc::pthread_attr_getguardsize(&attributes, &mut guard);
        libc::pthread_attr_destroy(&mut attributes);
        if !found || size <= guard {
            return None;
        }
    }
    Some((low as usize + guard, size - guard))
}

/// The name that the system has for a thread (by its C library's id), written into `out`; its length, 0 when unknown.
/// Async-signal-safe.
pub fn name_of(ident: u64, out: &mut [u8; 16]) -> usize {
    if ident == 0 {
        return 0;
    }
    // SAFETY: the buffer has the size that is given; the caller's id is that of a thread that lives.
    let r = unsafe { libc::pthread_getname_np(ident as libc::pthread_t, out.as_mut_ptr().cast(), out.len()) };
    if r != 0 {
        return 0;
    }
    out.iter().position(|c| *c == 0).unwrap_or(out.len())
}

/// Start a thread of the runtime's own that takes no signals, so that they all go to the program's threads. False when the system refuses.
pub fn spawn_quiet(name: &str, run: impl FnOnce() + Send + 'static) -> bool {
    let quiet = move || {
        crate::signal::block_all();
        run();
    };
    std::thread::Builder::new().name(name.to_owned()).spawn(quiet).is_ok()
}
