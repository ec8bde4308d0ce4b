//! Terminal attributes.

use crate::sys::done;
use crate::{Fd, Result};

/// `struct termios`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Attributes {
    pub iflag: u32,
    pub oflag: u32,
    pub cflag: u32,
    pub lflag: u32,
    pub ispeed: u32,
    pub ospeed: u32,
    pub cc: [u8; libc::NCCS],
}

/// A terminal's attributes.
pub fn get(fd: Fd) -> Result<Attributes> {
    let mut raw = zeroed!(libc::termios);
    done(sys!(libc::tcgetattr(fd, &mut raw)))?;
    Ok(Attributes {
        iflag: raw.c_iflag,
        oflag: raw.c_oflag,
        cflag: raw.c_cflag,
        lflag: raw.c_lflag,
        ispeed: sys!(libc::cfgetispeed(&raw)),
        ospeed: sys!(libc::cfgetospeed(&raw)),
        cc: raw.c_cc,
    })
}

/// Set a terminal's attributes (`TCSANOW` …). May block.
pub fn set(fd: Fd, when: i32, attributes: &Attributes) -> Result<()> {
    let mut raw = zeroed!(libc::termios);
    // What the struct has beyond Python's seven members stays as it is.
    done(sys!(libc::tcgetattr(fd, &mut raw)))?;
    raw.c_iflag = attributes.iflag;
    raw.c_oflag = attributes.oflag;
    raw.c_cflag = attributes.cflag;
    raw.c_lflag = attributes.lflag;
    raw.c_cc = attributes.cc;
    done(sys!(libc::cfsetispeed(&mut raw, attributes.ispeed)))?;
    done(sys!(libc::cfsetospeed(&mut raw, attributes.ospeed)))?;
    done(sys!(libc::tcsetattr(fd, when, &raw)))
}

/// Send a break. May block.
pub fn send_break(fd: Fd, duration: i32) -> Result<()> {
    done(sys!(libc::tcsendbreak(fd, duration)))
}

/// Wait until all output is sent. Blocks.
pub fn drain(fd: Fd) -> Result<()> {
    done(sys!(libc::tcdrain(fd)))
}

/// Discard queued data.
pub fn flush(fd: Fd, queue: i32) -> Result<()> {
    done(sys!(libc::tcflush(fd, queue)))
}

/// Suspend or resume transfer.
pub fn flow(fd: Fd, action: i32) -> Result<()> {
    done(sys!(libc::tcflow(fd, action)))
}

/// The window's size: (rows, columns).
pub fn window_size(fd: Fd) -> Result<(u16, u16)> {
    let mut raw = zeroed!(libc::winsize);
    done(sys!(libc::ioctl(fd, libc::TIOCGWINSZ, &mut raw)))?;
    Ok((raw.ws_row, raw.ws_col))
}

/// Set the window's size.
pub fn set_window_size(fd: Fd, rows: u16, columns: u16) -> Result<()> {
    let mut raw = zeroed!(libc::winsize);
    // Keep the pixel sizes, as the kernel has them.
    done(sys!(libc::ioctl(fd, libc::TIOCGWINSZ, &mut raw)))?;
    raw.ws_row = rows;
    raw.ws_col = columns;
    done(sys!(libc::ioctl(fd, libc::TIOCSWINSZ, &raw)))
}
