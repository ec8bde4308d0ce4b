//! Memory maps.

use core::ffi::c_void;
use core::ptr::{NonNull, null_mut};

use crate::sys::done;
use crate::{Errno, Fd, Result};

/// A mapped range; unmapped when dropped.
#[derive(Debug)]
pub struct Mapping {
    start: NonNull<u8>,
    size: usize,
}

// SAFETY: the range is plain memory that this value owns.
unsafe impl Send for Mapping {}

/// Map a file, or anonymous memory with fd -1. Size 0 is `EINVAL`.
pub fn map(fd: Fd, offset: i64, size: usize, protection: i32, flags: i32) -> Result<Mapping> {
    let start = sys!(libc::mmap(null_mut(), size, protection, flags, fd, offset));
    if start == libc::MAP_FAILED {
        return Err(Errno::last());
    }
    let start = NonNull::new(start.cast()).ok_or(Errno::ENOMEM)?;
    Ok(Mapping { start, size })
}

impl Mapping {
    /// The first byte. Other processes may change the range at any time, so it is handed out as a pointer.
    pub fn as_ptr(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// The bytes. Of a shared mapping another process may change them meanwhile: copy out at once, and believe nothing that was read before.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the range is mapped as long as this value lives.
        unsafe { core::slice::from_raw_parts(self.start.as_ptr(), self.size) }
    }

    /// The bytes for writing; the mapping must have been made writable.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as `bytes`.
        unsafe { core::slice::from_raw_parts_mut(self.start.as_ptr(), self.size) }
    }

    /// The size in bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Change the size; the range may move, so no pointer into it may be in use. Left as it is on an error.
    pub fn resize(&mut self, size: usize) -> Result<()> {
        let start = sys!(libc::mremap(self.start.as_ptr().cast(), self.size, size, libc::MREMAP_MAYMOVE));
        if start == libc::MAP_FAILED {
            return Err(Errno::last());
        }
        self.start = NonNull::new(start.cast()).ok_or(Errno::ENOMEM)?;
        self.size = size;
        Ok(())
    }

    /// Write changes of a part back. May block.
    pub fn flush(&self, offset: usize, size: usize) -> Result<()> {
        let start = self.at(offset, size)?;
        done(sys!(libc::msync(start.cast(), size, libc::MS_SYNC)))
    }

    /// Announce how a part will be used.
    pub fn advise(&self, offset: usize, size: usize, advice: i32) -> Result<()> {
        let start = self.at(offset, size)?;
        done(sys!(libc::madvise(start.cast(), size, advice)))
    }

    fn at(&self, offset: usize, size: usize) -> Result<*mut u8> {
        match offset.checked_add(size) {
            // SAFETY: the offset lies within the mapping.
            Some(end) if end <= self.size => Ok(unsafe { self.start.as_ptr().add(offset) }),
            _ => Err(Errno::EINVAL),
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        sys!(libc::munmap(self.start.as_ptr().cast(), self.size));
    }
}

/// The executable's parts that are never written, as addresses and sizes; the executable (or library) is the one this code lies in.
struct Parts {
    code: usize,
    found: [(usize, usize); 8],
    count: usize,
}

/// Takes the parts down when the object is the right one, and ends the search.
unsafe extern "C" fn find_parts(object: *mut libc::dl_phdr_info, _: usize, out: *mut c_void) -> i32 {
    // SAFETY: what `dl_iterate_phdr` passes; `out` is the caller's.
    let (object, out) = unsafe { (&*object, &mut *(out as *mut Parts)) };
    // SAFETY: the object's table of segments.
    let segments = unsafe { core::slice::from_raw_parts(object.dlpi_phdr, object.dlpi_phnum as usize) };
    let loaded = || segments.iter().filter(|s| s.p_type == libc::PT_LOAD).map(|s| (object.dlpi_addr as usize + s.p_vaddr as usize, s));
    if !loaded().any(|(start, s)| (start..start + s.p_memsz as usize).contains(&out.code)) {
        return 0;
    }
    for (start, segment) in loaded().filter(|(_, s)| s.p_flags & libc::PF_W == 0).take(out.found.len()) {
        out.found[out.count] = (start, segment.p_filesz as usize);
        out.count += 1;
    }
    1
}

/// Let go of the executable's code and constants; what is looked at again is mapped again from the file, which costs a microsecond for every 64 KiB.
///
/// Each phase of a program (start, imports, compiling) touches code of its own, so that much of what is resident after it is of no use to the next. In a build with debug
/// assertions nothing happens: a debugger's breakpoints lie in these pages.
pub fn release_code() {
    if cfg!(debug_assertions) {
        return;
    }
    let mut parts = Parts { code: release_code as fn() as usize, found: [(0, 0); 8], count: 0 };
    // SAFETY: the function takes what it is given here.
    unsafe { libc::dl_iterate_phdr(Some(find_parts), (&raw mut parts).cast()) };
    let page = crate::sysinfo::page_size();
    for &(start, size) in parts.found.iter().take(parts.count) {
        // Whole pages of the part; the last one may be shared with what follows. When it fails the pages stay, which costs only memory.
        let (start, end) = (start.next_multiple_of(page), (start + size) / page * page);
        if end > start {
            let _kept = sys!(libc::madvise(start as *mut _, end - start, libc::MADV_DONTNEED));
        }
    }
}

/// Make the heap's first allocation, and keep huge pages away from the `size` bytes of memory that begin with the 2 MiB around it.
///
/// The kernel makes a huge page resident as a whole; a program that has just started would take several times the memory it uses.
pub fn small_pages(first: impl FnOnce() -> *const u8, size: usize) {
    const HUGE: usize = 2 << 20;
    // The first access to the heap must not get a huge page either.
    let off = sys!(libc::prctl(libc::PR_GET_THP_DISABLE, 0, 0, 0, 0)) == 1;
    if !off {
        sys!(libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0));
    }
    let start = first() as usize / HUGE * HUGE;
    // Parts that are not mapped are passed over; without the advice only memory is lost.
    let _kept = sys!(libc::madvise(start as *mut _, size, libc::MADV_NOHUGEPAGE));
    if !off {
        sys!(libc::prctl(libc::PR_SET_THP_DISABLE, 0, 0, 0, 0));
    }
}
