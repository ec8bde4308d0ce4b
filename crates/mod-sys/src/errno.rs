//! The module `errno`.

use taipan_object::prelude::*;

#[pymodule(
    name = "errno",
    doc = "This module makes available standard errno system symbols.\n\nThe value of each symbol is the corresponding integer value,\ne.g., on most systems, errno.ENOENT equals the integer 2.\n\nThe dictionary errno.errorcode maps numeric codes to symbol names,\ne.g., errno.errorcode[2] could be the string 'ENOENT'.\n\nSymbols that are not relevant to the underlying system are not defined.\n\nTo map error codes to error messages, use the function os.strerror(),\ne.g. os.strerror(2) could return 'No such file or directory'."
)]
pub mod errno {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let codes = PyDict::new(cx)?;
        for &(name, code) in taipan_host::errno::NAMES {
            let (n, v) = (PyStr::new_interned(name, cx)?, PyInt::new(code as i64, cx)?);
            m.add(name, &v, cx)?;
            // Of two names for a number the later one stands, except for these.
            if !matches!(name, "EWOULDBLOCK" | "EOPNOTSUPP") || codes.get(&v, cx)?.is_none() {
                codes.set(&v, &n, cx)?;
            }
        }
        m.add("errorcode", &codes, cx)
    }
}
