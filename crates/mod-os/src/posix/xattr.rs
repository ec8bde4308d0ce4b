//! Extended attributes of files.

use super::args::*;
use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

#[pyfunctions]
pub mod part {
    use super::*;

    /// Return the value of the extended attribute attribute on path.
    #[function("getxattr(path, attribute, *, follow_symlinks=True)")]
    fn getxattr(path: PathOrFd, attribute: Path, follow_symlinks: bool, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        path.check_alone("getxattr", taipan_host::AT_FDCWD, follow_symlinks, cx)?;
        match cx.without_gil(|| taipan_host::xattr::get(path.target(taipan_host::AT_FDCWD), attribute.c(), follow_symlinks)) {
            Ok(v) => PyBytes::new(&v, cx),
            Err(e) => Err(path.fail(e, cx)),
        }
    }
    /// Set extended attribute attribute on path to value.
    #[function("setxattr(path, attribute, value, flags=0, *, follow_symlinks=True)")]
    fn setxattr(path: PathOrFd, attribute: Path, value: Buffer, flags: i32, follow_symlinks: bool, cx: &mut Cx) -> PyResult<()> {
        path.check_alone("setxattr", taipan_host::AT_FDCWD, follow_symlinks, cx)?;
        let v = value.bytes();
        cx.without_gil(|| taipan_host::xattr::set(path.target(taipan_host::AT_FDCWD), attribute.c(), v, flags, follow_symlinks))
            .map_err(|e| path.fail(e, cx))
    }
    /// Remove extended attribute attribute on path.
    #[function("removexattr(path, attribute, *, follow_symlinks=True)")]
    fn removexattr(path: PathOrFd, attribute: Path, follow_symlinks: bool, cx: &mut Cx) -> PyResult<()> {
        path.check_alone("removexattr", taipan_host::AT_FDCWD, follow_symlinks, cx)?;
        cx.without_gil(|| taipan_host::xattr::remove(path.target(taipan_host::AT_FDCWD), attribute.c(), follow_symlinks))
            .map_err(|e| path.fail(e, cx))
    }
    /// Return a list of extended attributes on path.
    #[function("listxattr(path=None, *, follow_symlinks=True)")]
    fn listxattr(#[default(NoneOr(None))] path: NoneOr<PathOrFd>, follow_symlinks: bool, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let here = taipan_host::Target::Path(taipan_host::AT_FDCWD, c".");
        if let Some(p) = &path.0 {
            p.check_alone("listxattr", taipan_host::AT_FDCWD, follow_symlinks, cx)?;
        }
        let target = path.0.as_ref().map_or(here, |p| p.target(taipan_host::AT_FDCWD));
        let names = match cx.without_gil(|| taipan_host::xattr::list(target, follow_symlinks)) {
            Ok(n) => n,
            Err(e) => {
                return Err(match &path.0 {
                    Some(p) => p.fail(e, cx),
                    None => fail(e, cx),
                });
            }
        };
        let l = PyList::with_capacity(names.len(), cx)?;
        for n in names {
            let n = fspath::decode(&n, cx)?;
            l.push(n.into_object(), cx)?;
        }
        Ok(l)
    }
}
