//! A zlib stream, safe to use: the only file here that calls the library (no safe crate has dictionaries, copies and all options).
//!
//! Invariant: while `open`, `z` was initialised by the library and is ended exactly once. The struct is boxed and never moves: the library keeps its address.
#![allow(unsafe_code)]

use libz_sys as lib;
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ffi::{CStr, c_int, c_void};

/// Which way a stream goes.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Deflate,
    Inflate,
}

/// A stream under way.
pub struct Stream {
    z: Box<lib::z_stream>,
    way: Way,
    open: bool,
}

/// In front of each block of the library lies its size; 16 bytes keep the alignment that C's allocator gives.
const HEAD: usize = 16;

fn block(bytes: usize) -> Option<Layout> {
    Layout::from_size_align(bytes.checked_add(HEAD)?, HEAD).ok()
}

/// Memory for the library, or null.
unsafe extern "C" fn allocate(_opaque: *mut c_void, items: u32, size: u32) -> *mut c_void {
    let Some(layout) = (items as usize).checked_mul(size as usize).and_then(block) else { return std::ptr::null_mut() };
    // SAFETY: the layout is not empty; the size is written into the block's own head.
    unsafe {
        let start = alloc_zeroed(layout);
        if start.is_null() {
            return start.cast();
        }
        start.cast::<usize>().write(layout.size() - HEAD);
        start.add(HEAD).cast()
    }
}

unsafe extern "C" fn release(_opaque: *mut c_void, p: *mut c_void) {
    // SAFETY: the library gives back what `allocate` gave, whose size lies in front.
    unsafe {
        let start = p.cast::<u8>().sub(HEAD);
        if let Some(layout) = block(start.cast::<usize>().read()) {
            dealloc(start, layout);
        }
    }
}

/// A stream as `…Init2_` wants it: no input, no output.
fn fresh() -> Box<lib::z_stream> {
    use std::ptr::null_mut;
    Box::new(lib::z_stream {
        next_in: null_mut(),
        avail_in: 0,
        total_in: 0,
        next_out: null_mut(),
        avail_out: 0,
        total_out: 0,
        msg: null_mut(),
        state: null_mut(),
        zalloc: allocate,
        zfree: release,
        opaque: null_mut(),
        data_type: 0,
        adler: 0,
        reserved: 0,
    })
}

const SIZE: c_int = size_of::<lib::z_stream>() as c_int;

impl Stream {
    /// `deflateInit2`.
    pub fn deflate(level: c_int, method: c_int, wbits: c_int, mem_level: c_int, strategy: c_int) -> Result<Stream, c_int> {
        let mut z = fresh();
        // SAFETY: a fresh stream of the library's own struct.
        let err = unsafe { lib::deflateInit2_(&raw mut *z, level, method, wbits, mem_level, strategy, lib::zlibVersion(), SIZE) };
        if err == lib::Z_OK { Ok(Stream { z, way: Way::Deflate, open: true }) } else { Err(err) }
    }

    /// `inflateInit2`.
    pub fn inflate(wbits: c_int) -> Result<Stream, c_int> {
        // zlib-rs writes to standard error about any other value.
        if !matches!(wbits, -15..=-8 | 0 | 8..=16 | 24..=32 | 40..=47) {
            return Err(lib::Z_STREAM_ERROR);
        }
        let mut z = fresh();
        // SAFETY: as above.
        let err = unsafe { lib::inflateInit2_(&raw mut *z, wbits, lib::zlibVersion(), SIZE) };
        if err == lib::Z_OK { Ok(Stream { z, way: Way::Inflate, open: true }) } else { Err(err) }
    }

    /// `deflateSetDictionary`, `inflateSetDictionary`.
    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> c_int {
        let (p, n) = (dictionary.as_ptr(), u32::try_from(dictionary.len()).unwrap_or(u32::MAX));
        // SAFETY: `n` bytes can be read; the stream is open or the library answers with an error.
        unsafe {
            match self.way {
                Way::Deflate => lib::deflateSetDictionary(&raw mut *self.z, p, n),
                Way::Inflate => lib::inflateSetDictionary(&raw mut *self.z, p, n),
            }
        }
    }

    /// One call: at most `room` bytes are appended to `out`. Gives the library's answer and how much input was used.
    pub fn step(&mut self, input: &[u8], out: &mut Vec<u8>, room: usize, flush: c_int) -> (c_int, usize) {
        let input = &input[..input.len().min(u32::MAX as usize)];
        let room = room.min(u32::MAX as usize);
        let start = out.len();
        out.resize(start + room, 0);
        self.z.next_in = input.as_ptr() as *mut u8;
        self.z.avail_in = input.len() as u32;
        self.z.next_out = out[start..].as_mut_ptr();
        self.z.avail_out = room as u32;
        // SAFETY: input and output are as long as said; the stream is open or the library answers with an error.
        let err = unsafe {
            match self.way {
                Way::Deflate => lib::deflate(&raw mut *self.z, flush),
                Way::Inflate => lib::inflate(&raw mut *self.z, flush),
            }
        };
        let (unread, unwritten) = (self.z.avail_in as usize, self.z.avail_out as usize);
        out.truncate(start + room - unwritten.min(room));
        self.z.next_in = std::ptr::null_mut();
        self.z.avail_in = 0;
        self.z.next_out = std::ptr::null_mut();
        self.z.avail_out = 0;
        (err, input.len() - unread.min(input.len()))
    }

    /// A copy that goes on from here.
    pub fn copy(&mut self) -> Result<Stream, c_int> {
        let mut z = fresh();
        // SAFETY: both structs are valid; a closed source is answered with an error.
        let err = unsafe {
            match self.way {
                Way::Deflate => lib::deflateCopy(&raw mut *z, &raw mut *self.z),
                Way::Inflate => lib::inflateCopy(&raw mut *z, &raw mut *self.z),
            }
        };
        if err == lib::Z_OK { Ok(Stream { z, way: self.way, open: true }) } else { Err(err) }
    }

    /// Give the stream's memory back.
    pub fn end(&mut self) -> c_int {
        if !std::mem::take(&mut self.open) {
            return lib::Z_OK;
        }
        // SAFETY: open until now.
        unsafe {
            match self.way {
                Way::Deflate => lib::deflateEnd(&raw mut *self.z),
                Way::Inflate => lib::inflateEnd(&raw mut *self.z),
            }
        }
    }

    /// What the library says about the last error.
    pub fn message(&self) -> Option<String> {
        if self.z.msg.is_null() {
            return None;
        }
        // SAFETY: a static string of the library.
        Some(unsafe { CStr::from_ptr(self.z.msg) }.to_string_lossy().into_owned())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.end();
    }
}

/// `zlibVersion()`.
pub fn version() -> String {
    // SAFETY: a static string.
    unsafe { CStr::from_ptr(lib::zlibVersion()) }.to_string_lossy().into_owned()
}

/// `adler32(value, data)`.
pub fn adler32(value: u32, data: &[u8]) -> u32 {
    data.chunks(1 << 30).fold(value, |v, part| {
        // SAFETY: the length is the chunk's.
        unsafe { lib::adler32(v.into(), part.as_ptr(), part.len() as u32) as u32 }
    })
}
