//! The embedded Lib: compiled at build time (`build.rs`), looked up by module name, decoded and linked on import.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use taipan_object::prelude::*;
use taipan_object::types::code::{PyCode, link_in};

static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lib.bin"));

/// The directory that the library was compiled from: its sources, if they are still there.
pub const LIB_DIR: &str = env!("TAIPAN_LIB_DIR");

/// One embedded module.
#[derive(Clone, Copy)]
pub struct Frozen {
    pub package: bool,
    code: &'static [u8],
}

impl Frozen {
    /// The serialised code.
    pub fn bytes(&self) -> &'static [u8] {
        self.code
    }
}

type Index = HashMap<&'static str, Frozen>;

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| read_index(BLOB).unwrap_or_default())
}

/// A cursor over the index; `None` past the end.
struct Reader<'a>(&'a [u8]);
impl<'a> Reader<'a> {
    fn bytes(&mut self, n: usize) -> Option<&'a [u8]> {
        let (a, b) = self.0.split_at_checked(n)?;
        self.0 = b;
        Some(a)
    }
    fn word(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?) as usize)
    }
}

fn read_index(blob: &'static [u8]) -> Option<Index> {
    let mut all = Reader(blob);
    let n = all.word()?;
    let mut r = Reader(all.bytes(n)?);
    let data = all.0;
    let count = r.word()?;
    let mut out = HashMap::with_capacity(count);
    for _ in 0..count {
        let len = r.word()?;
        let name = std::str::from_utf8(r.bytes(len)?).ok()?;
        let package = r.bytes(1)?[0] != 0;
        let (at, len) = (r.word()?, r.word()?);
        out.insert(name, Frozen { package, code: data.get(at..at.checked_add(len)?)? });
    }
    Some(out)
}

/// Names under which CPython freezes importlib's own modules.
pub fn canonical(name: &str) -> &str {
    match name {
        "_frozen_importlib" => "importlib._bootstrap",
        "_frozen_importlib_external" => "importlib._bootstrap_external",
        n => n,
    }
}

/// The module of that name.
pub fn find(name: &str) -> Option<Frozen> {
    index().get(canonical(name)).copied()
}

/// All names, in no order.
pub fn names() -> impl Iterator<Item = &'static str> {
    index().keys().copied()
}

/// Reading a module touches pages around it; after so many bytes of code they are given back.
const READ_MAX: usize = 256 << 10;
static READ: AtomicUsize = AtomicUsize::new(0);

fn release_pages(read: usize) {
    if READ.fetch_add(read, Relaxed) + read >= READ_MAX {
        READ.store(0, Relaxed);
        // SAFETY: the blob is a constant of the executable.
        unsafe { taipan_host::mem::release_constant(BLOB) };
    }
}

/// Decode a module's code and make it an object. The placeholder for the library's directory in file names is replaced by `lib`.
pub fn code(f: Frozen, lib: &str, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    match taipan_bytecode::serial::from_bytes(f.code) {
        Ok(spec) => {
            release_pages(f.code.len());
            let name = spec.filename.as_str().unwrap_or("?");
            let name = match name.strip_prefix('\u{0}') {
                Some(rest) => PyStr::new(&format!("{lib}{rest}"), cx)?,
                None => PyStr::new(name, cx)?,
            };
            link_in(Arc::new(spec), &name, cx)
        }
        Err(_) => Err(cx.import_error(format_args!("an embedded module is damaged"))),
    }
}
