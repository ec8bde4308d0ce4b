//! Joining strings: `a + b` with growth in place, and the many-part form that f-strings use.

use super::*;

/// The largest code point and the unit size of a width.
pub(super) fn limits(width: u32) -> (u32, u32) {
    match width {
        0 => (0x7f, 1),
        1 => (0xff, 1),
        2 => (0xffff, 2),
        _ => (0x10ffff, 4),
    }
}

impl PyStr {
    /// 0 ASCII, 1 Latin-1, 2, 4: how wide the string is.
    #[inline]
    pub(super) fn width(&self) -> u32 {
        if self.is_ascii() { 0 } else { self.kind() }
    }

    /// Write the units into `to`, which has units of `kind` bytes, from unit `at`.
    ///
    /// # Safety
    /// There is room, and `kind` is at least the string's own.
    #[inline]
    pub(super) unsafe fn write_units(&self, to: *mut u8, at: usize, kind: u32) {
        // SAFETY: the caller's promise.
        unsafe {
            if self.kind() == kind {
                let k = kind as usize;
                copy_bytes(self.data(), to.add(at * k), self.len() * k);
                return;
            }
            for (i, c) in self.code_points().enumerate() {
                match kind {
                    2 => *(to as *mut u16).add(at + i) = c as u16,
                    _ => *(to as *mut u32).add(at + i) = c,
                }
            }
        }
    }

    /// All parts in one string. Raises `MemoryError`.
    pub fn concat_all(parts: &[&PyStr], cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let (mut total, mut ascii, mut filled) = (0usize, true, 0u32);
        for p in parts {
            total = total.saturating_add(p.len());
            ascii &= p.is_ascii();
            filled += u32::from(!p.is_empty());
        }
        if ascii && filled > 1 {
            let (s, mut to) = PyStr::alloc_ascii(total, cx)?;
            for p in parts {
                // SAFETY: the parts' lengths add up to the string's, whose units are bytes like theirs.
                unsafe {
                    copy_bytes(p.data(), to, p.len());
                    to = to.add(p.len());
                }
            }
            return Ok(s);
        }
        let mut total = 0usize;
        let mut width = 0;
        for p in parts {
            total = match total.checked_add(p.len()) {
                Some(t) => t,
                None => return Err(cx.memory_error()),
            };
            width = width.max(p.width());
        }
        if total == 0 {
            return Ok(intern::empty());
        }
        if let Some(only) = parts.iter().find(|p| p.len() == total && p.is_exact::<PyStr>()) {
            return Ok(only.new_ref());
        }
        let (max, kind) = limits(width);
        let (s, data) = PyStr::alloc(total, max, cx)?;
        let mut at = 0;
        for p in parts {
            // SAFETY: the parts' lengths add up to the string's, and its kind is the widest.
            unsafe { p.write_units(data, at, kind) };
            at += p.len();
        }
        Ok(s)
    }

    /// `left + right`, growing `left` in place when nobody else sees it. Both are exact strings. Raises `MemoryError`.
    pub fn append(left: Own<PyStr>, right: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if right.is_empty() {
            return Ok(left);
        }
        let state = left.state.get();
        let growable = left.is_unique() && left.interned() == 0 && state & COMPACT != 0 && !left.is_empty() && right.width() <= left.width();
        if !growable {
            return PyStr::concat_all(&[&left, right], cx);
        }
        let (kind, n, m) = (left.kind(), left.len(), right.len());
        let data = if state & ASCII != 0 { ASCII_DATA } else { COMPACT_DATA };
        let bytes = |len: usize| len.checked_add(1).and_then(|l| l.checked_mul(kind as usize)).and_then(|b| b.checked_add(data));
        let (Some(old), Some(new)) = (bytes(n), n.checked_add(m).and_then(bytes)) else { return Err(cx.memory_error()) };
        let p = left.into_raw() as *mut u8;
        // SAFETY: the only reference to a compact string of `old` bytes; it moves to a block of `new` bytes.
        unsafe {
            let q = alloc::grow(p, old, new);
            if q.is_null() {
                drop(Own::<PyStr>::from_raw(p as *mut Object));
                return Err(cx.memory_error());
            }
            let s = &*(q as *const PyStr);
            if state & ASCII == 0 {
                let utf8 = q.add(48) as *mut *mut u8;
                if !(*utf8).is_null() {
                    alloc::raw_free(*utf8);
                }
                (q.add(40) as *mut [usize; 2]).write([0, 0]);
            }
            s.hash.set(-1);
            s.length.set((n + m) as isize);
            if right.kind() == kind {
                copy_bytes(right.data(), q.add(data + n * kind as usize), m * kind as usize);
            } else {
                right.write_units(q.add(data), n, kind);
            }
            match kind {
                1 => *q.add(data + n + m) = 0,
                2 => *(q.add(data) as *mut u16).add(n + m) = 0,
                _ => *(q.add(data) as *mut u32).add(n + m) = 0,
            }
            Ok(Own::from_raw(q as *mut Object))
        }
    }
}
