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

macro_rules! speeds {
    ($($number:literal $code:ident)*) => {
        /// Line speeds in bits per second, with the kernel's codes.
        pub static SPEEDS: &[(u32, u32)] = &[$(($number, libc::$code)),*];
    };
}
speeds! {
    0 B0 50 B50 75 B75 110 B110 134 B134 150 B150 200 B200 300 B300 600 B600 1200 B1200 1800 B1800 2400 B2400 4800 B4800
    9600 B9600 19200 B19200 38400 B38400 57600 B57600 115200 B115200 230400 B230400 460800 B460800 500000 B500000
    576000 B576000 921600 B921600 1000000 B1000000 1152000 B1152000 1500000 B1500000 2000000 B2000000 2500000 B2500000
    3000000 B3000000 3500000 B3500000 4000000 B4000000
}

/// A speed's code as bits per second; an unknown code stays as it is.
pub fn speed_number(code: u32) -> u32 {
    SPEEDS.iter().find(|(_, c)| *c == code).map_or(code, |(n, _)| *n)
}

/// Bits per second as the kernel's code; None for a speed without one.
pub fn speed_code(number: u32) -> Option<u32> {
    SPEEDS.iter().find(|(n, _)| *n == number).map(|(_, c)| *c)
}
