//! Error numbers: the error type of this crate, the messages, the retry rule.

use core::ffi::CStr;
use core::fmt;

/// An `errno` value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Errno(pub i32);

/// What every function of this crate returns.
pub type Result<T> = core::result::Result<T, Errno>;

macro_rules! errnos {
    ($($name:ident)*) => {
        #[allow(missing_docs)]
        impl Errno {
            $(pub const $name: Errno = Errno(libc::$name);)*
        }
        /// Every name of the module `errno` with its number.
        pub const NAMES: &[(&str, i32)] = &[$((stringify!($name), libc::$name)),*];
    };
}

errnos! {
    EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN EWOULDBLOCK ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST
    EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE
    EDEADLK EDEADLOCK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH
    ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE
    ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD
    ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT
    EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP ENOTSUP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN
    ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT
    ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT
    ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL
    EHWPOISON
}

impl Errno {
    /// The calling thread's current `errno`.
    pub fn last() -> Errno {
        // SAFETY: libc guarantees a valid pointer to this thread's errno.
        Errno(unsafe { *libc::__errno_location() })
    }

    /// Set the calling thread's `errno`; for functions whose only error sign is a change of it.
    pub fn set(self) {
        // SAFETY: as in `last`.
        unsafe { *libc::__errno_location() = self.0 }
    }

    /// The message that C's `strerror` gives, in the current locale's encoding.
    pub fn message_bytes(self) -> Vec<u8> {
        strerror(self.0)
    }

    /// The message as text.
    pub fn message(self) -> String {
        String::from_utf8_lossy(&strerror(self.0)).into_owned()
    }

    /// The symbolic name such as `ENOENT`, if the number has one.
    pub fn name(self) -> Option<&'static str> {
        NAMES.iter().find(|(_, code)| *code == self.0).map(|(name, _)| *name)
    }
}

/// C's `strerror`, without its shared buffer.
pub fn strerror(code: i32) -> Vec<u8> {
    let mut buffer = [0u8; 1024];
    let status = sys!(libc::strerror_r(code, buffer.as_mut_ptr().cast(), buffer.len()));
    if status != 0 && buffer[0] == 0 {
        return format!("Unknown error {code}").into_bytes();
    }
    CStr::from_bytes_until_nul(&buffer).map(|text| text.to_bytes().to_vec()).unwrap_or_default()
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[Errno {}] {}", self.0, self.message())
    }
}

impl std::error::Error for Errno {}

/// Call `call` again while it fails with `EINTR`, running `interrupted` in
/// between (PEP 475): it runs the Python signal handlers and stops the loop by
/// returning their exception.
pub fn retry<T, E: From<Errno>>(
    mut call: impl FnMut() -> Result<T>,
    mut interrupted: impl FnMut() -> core::result::Result<(), E>,
) -> core::result::Result<T, E> {
    loop {
        match call() {
            Err(Errno::EINTR) => interrupted()?,
            other => return other.map_err(E::from),
        }
    }
}
