//! Broken-down times and the local time zone, as the C library has them.

use core::ffi::CStr;

use crate::{Errno, Result};

unsafe extern "C" {
    fn tzset();
    fn strftime(out: *mut libc::c_char, size: usize, format: *const libc::c_char, time: *const libc::tm) -> usize;
}

/// `struct tm`, with C's conventions: months from 0, years from 1900, Sunday 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct BrokenTime {
    pub sec: i32,
    pub min: i32,
    pub hour: i32,
    pub mday: i32,
    pub mon: i32,
    pub year: i32,
    pub wday: i32,
    pub yday: i32,
    pub isdst: i32,
    /// Seconds east of UTC.
    pub gmtoff: i64,
    /// The zone's abbreviation.
    pub zone: Vec<u8>,
}

impl BrokenTime {
    fn from_c(raw: &libc::tm) -> BrokenTime {
        let zone = if raw.tm_zone.is_null() {
            Vec::new()
        } else {
            // SAFETY: tm_zone points at a string of the C library's zone data, copied at once.
            unsafe { CStr::from_ptr(raw.tm_zone) }.to_bytes().to_vec()
        };
        BrokenTime {
            sec: raw.tm_sec,
            min: raw.tm_min,
            hour: raw.tm_hour,
            mday: raw.tm_mday,
            mon: raw.tm_mon,
            year: raw.tm_year,
            wday: raw.tm_wday,
            yday: raw.tm_yday,
            isdst: raw.tm_isdst,
            gmtoff: raw.tm_gmtoff,
            zone,
        }
    }

    fn to_c(&self, zone: &CStr) -> libc::tm {
        let mut raw = zeroed!(libc::tm);
        raw.tm_sec = self.sec;
        raw.tm_min = self.min;
        raw.tm_hour = self.hour;
        raw.tm_mday = self.mday;
        raw.tm_mon = self.mon;
        raw.tm_year = self.year;
        raw.tm_wday = self.wday;
        raw.tm_yday = self.yday;
        raw.tm_isdst = self.isdst;
        raw.tm_gmtoff = self.gmtoff;
        raw.tm_zone = zone.as_ptr();
        raw
    }
}

/// Local time of an instant; `EOVERFLOW` when the year does not fit.
pub fn localtime(secs: i64) -> Result<BrokenTime> {
    let mut raw = zeroed!(libc::tm);
    Errno(0).set();
    if sys!(libc::localtime_r(&secs, &mut raw)).is_null() {
        return Err(overflow());
    }
    Ok(BrokenTime::from_c(&raw))
}

/// UTC of an instant; `EOVERFLOW` when the year does not fit.
pub fn gmtime(secs: i64) -> Result<BrokenTime> {
    let mut raw = zeroed!(libc::tm);
    Errno(0).set();
    if sys!(libc::gmtime_r(&secs, &mut raw)).is_null() {
        return Err(overflow());
    }
    Ok(BrokenTime::from_c(&raw))
}

fn overflow() -> Errno {
    match Errno::last() {
        Errno(0) => Errno::EINVAL,
        error => error,
    }
}

/// The instant of a local time; None when it cannot be represented.
pub fn mktime(time: &BrokenTime) -> Option<i64> {
    let mut raw = time.to_c(c"");
    // mktime may really return -1; it sets tm_wday only when it succeeds.
    raw.tm_wday = -1;
    let secs = sys!(libc::mktime(&mut raw));
    if secs == -1 && raw.tm_wday == -1 { None } else { Some(secs) }
}

/// Read the `TZ` variable again.
pub fn set_from_environment() {
    sys!(tzset())
}

/// C's `strftime` in the current locale; None when the result is larger than `size_max` bytes.
pub fn format(format: &CStr, time: &BrokenTime, size_max: usize) -> Option<Vec<u8>> {
    if format.is_empty() {
        return Some(Vec::new());
    }
    let zone = std::ffi::CString::new(time.zone.clone()).unwrap_or_default();
    let raw = time.to_c(&zone);
    let mut size = 256.max(format.to_bytes().len() * 4);
    loop {
        let mut buffer = vec![0u8; size];
        let written = sys!(strftime(buffer.as_mut_ptr().cast(), size, format.as_ptr(), &raw));
        // 0 may also be an honest empty result (`%p` in some locales): give up growing at some size.
        if written > 0 || size >= 256 * format.to_bytes().len().max(64) {
            buffer.truncate(written);
            return Some(buffer);
        }
        size *= 2;
        if size > size_max {
            return None;
        }
    }
}
