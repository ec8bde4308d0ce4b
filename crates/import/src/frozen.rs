//! The embedded Lib: compiled at build time (`build.rs`), looked up by module name, linked on import straight from the executable.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use taipan_object::prelude::*;
use taipan_object::types::code::PyCode;
use taipan_object::types::code::image::{self, Image};

/// Instruction words are read in place.
#[repr(C, align(8))]
struct Aligned<T: ?Sized>(T);

static BLOB: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/lib.bin")));

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

/// Number `i` of the blob.
fn word(i: usize) -> usize {
    BLOB.0.get(i * 4..i * 4 + 4).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_le_bytes(*b) as usize)
}

/// Words of the index's head and of one row.
const HEAD: usize = 2;
const ROW: usize = 5;

fn count() -> usize {
    word(1)
}

fn name_at(row: usize) -> &'static str {
    let at = HEAD + row * ROW;
    let names = (HEAD + count() * ROW) * 4;
    let bytes = BLOB.0.get(names + word(at)..names + word(at + 1));
    bytes.and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default()
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
    let name = canonical(name);
    let (mut low, mut high) = (0, count());
    while low < high {
        let mid = (low + high) / 2;
        match name_at(mid).cmp(name) {
            std::cmp::Ordering::Less => low = mid + 1,
            std::cmp::Ordering::Greater => high = mid,
            std::cmp::Ordering::Equal => {
                let at = HEAD + mid * ROW;
                let code = BLOB.0.get(word(0) + word(at + 2)..word(0) + word(at + 3))?;
                return Some(Frozen { package: word(at + 4) != 0, code });
            }
        }
    }
    None
}

/// All names, in alphabetical order.
pub fn names() -> impl Iterator<Item = &'static str> {
    (0..count()).map(name_at)
}

/// Reading a module touches pages around it, and importing it code that is needed no more; after so many bytes of modules the executable's pages are given back.
const READ_MAX: usize = 512 << 10;
static READ: AtomicUsize = AtomicUsize::new(0);

fn release_pages(read: usize) {
    if READ.fetch_add(read, Relaxed) + read >= READ_MAX {
        READ.store(0, Relaxed);
        taipan_host::mem::release_code();
    }
}

/// A module's code as an object. The placeholder for the library's directory in file names is replaced by `lib`.
pub fn code(f: Frozen, lib: &str, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let Ok((image, header)) = Image::open(f.code) else {
        return Err(cx.import_error(format_args!("an embedded module is damaged")));
    };
    release_pages(f.code.len());
    let name = std::str::from_utf8(image.filename()).unwrap_or("?");
    let name = match name.strip_prefix('\u{0}') {
        Some(rest) => PyStr::new(&format!("{lib}{rest}"), cx)?,
        None => PyStr::new(name, cx)?,
    };
    image::link(&image, &header, &name, cx)
}
