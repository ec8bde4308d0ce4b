//! The module `_posixshmem`: named shared memory, for `multiprocessing.shared_memory`.

use crate::posix::args::blocking;
use taipan_host::special;
use taipan_object::fspath;
use taipan_object::prelude::*;

#[pymodule(name = "_posixshmem", doc = "POSIX shared memory module")]
pub mod module {
    use super::*;

    /// Open a shared memory object.  Returns a file descriptor (integer).
    #[function("shm_open(path, flags, mode=511)")]
    fn shm_open(path: &PyStr, flags: i32, mode: i32, cx: &mut Cx) -> PyResult<i32> {
        let name = fspath::to_cstring(path, cx)?;
        blocking(cx, || special::shm_open(&name, flags, mode as u32))?.map_err(|e| cx.os_error(e.0, &e.message(), Some(path), None))
    }

    /// Remove a shared memory object (similar to unlink()).
    ///
    /// Remove a shared memory object name, and, once all processes have
    /// unmapped the object, de-allocates and destroys the contents of the
    /// associated memory region.
    #[function("shm_unlink(path, /)")]
    fn shm_unlink(path: &PyStr, cx: &mut Cx) -> PyResult<()> {
        let name = fspath::to_cstring(path, cx)?;
        blocking(cx, || special::shm_unlink(&name))?.map_err(|e| cx.os_error(e.0, &e.message(), Some(path), None))
    }
}
