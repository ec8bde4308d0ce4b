//! The module `_stat`: the constants of `<sys/stat.h>` and what they say about a mode.

use taipan_object::prelude::*;

const S_IFMT_MASK: u32 = 0o170000;

/// File types by their bits and letter.
const KINDS: &[(u32, char)] =
    &[(0o100000, '-'), (0o040000, 'd'), (0o120000, 'l'), (0o060000, 'b'), (0o020000, 'c'), (0o010000, 'p'), (0o140000, 's')];

const TABLE: &[(&str, i64)] = &[
    ("S_IFDIR", 0o040000), ("S_IFCHR", 0o020000), ("S_IFBLK", 0o060000), ("S_IFREG", 0o100000), ("S_IFIFO", 0o010000), ("S_IFLNK", 0o120000),
    ("S_IFSOCK", 0o140000), ("S_IFDOOR", 0), ("S_IFPORT", 0), ("S_IFWHT", 0), ("S_ISUID", 0o4000), ("S_ISGID", 0o2000), ("S_ISVTX", 0o1000),
    ("S_ENFMT", 0o2000), ("S_IREAD", 0o400), ("S_IWRITE", 0o200), ("S_IEXEC", 0o100), ("S_IRWXU", 0o700), ("S_IRUSR", 0o400), ("S_IWUSR", 0o200),
    ("S_IXUSR", 0o100), ("S_IRWXG", 0o070), ("S_IRGRP", 0o040), ("S_IWGRP", 0o020), ("S_IXGRP", 0o010), ("S_IRWXO", 0o007), ("S_IROTH", 0o004),
    ("S_IWOTH", 0o002), ("S_IXOTH", 0o001), ("UF_SETTABLE", 0xffff), ("UF_NODUMP", 1), ("UF_IMMUTABLE", 2), ("UF_APPEND", 4), ("UF_OPAQUE", 8),
    ("UF_NOUNLINK", 0x10), ("UF_COMPRESSED", 0x20), ("UF_TRACKED", 0x40), ("UF_DATAVAULT", 0x80), ("UF_HIDDEN", 0x8000),
    ("SF_SETTABLE", 0xffff0000), ("SF_ARCHIVED", 0x10000), ("SF_IMMUTABLE", 0x20000), ("SF_APPEND", 0x40000),
 ("SF_NOUNLINK", 0x100000), ("SF_SNAPSHOT", 0x200000), ("SF_FIRMLINK", 0x800000), ("SF_DATALESS", 0x40000000),
    ("ST_MODE", 0), ("ST_INO", 1), ("ST_DEV", 2), ("ST_NLINK", 3), ("ST_UID", 4), ("ST_GID", 5), ("ST_SIZE", 6), ("ST_ATIME", 7), ("ST_MTIME", 8),
    ("ST_CTIME", 9),
];

fn kind(mode: u32) -> u32 {
    mode & S_IFMT_MASK
}

/// `ls`'s ten letters.
fn letters(mode: u32) -> String {
    let mut s = String::with_capacity(10);
    s.push(KINDS.iter().find(|k| k.0 == kind(mode)).map_or('?', |k| k.1));
    for (shift, special, lower, upper) in [(6, 0o4000, 's', 'S'), (3, 0o2000, 's', 'S'), (0, 0o1000, 't', 'T')] {
        let bits = mode >> shift;
        s.push(if bits & 4 != 0 { 'r' } else { '-' });
        s.push(if bits & 2 != 0 { 'w' } else { '-' });
        s.push(match (mode & special != 0, bits & 1 != 0) {
            (true, true) => lower,
            (true, false) => upper,
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    s
}

#[pymodule(name = "_stat", doc = "S_IFMT_: file type bits\nS_IFDIR: directory\nS_IFCHR: character device\nS_IFBLK: block device\nS_IFREG: regular file\nS_IFIFO: fifo (named pipe)\nS_IFLNK: symbolic link\nS_IFSOCK: socket file\nS_IFDOOR: door\nS_IFPORT: event port\nS_IFWHT: whiteout\n\nS_ISUID: set UID bit\nS_ISGID: set GID bit\nS_ENFMT: file locking enforcement\nS_ISVTX: sticky bit\nS_IREAD: Unix V7 synonym for S_IRUSR\nS_IWRITE: Unix V7 synonym for S_IWUSR\nS_IEXEC: Unix V7 synonym for S_IXUSR\n")]
pub mod stat {
    use super::*;

    /// S_ISDIR(mode) -> bool
    ///
    /// Return True if mode is from a directory.
    #[function("S_ISDIR(object, /)")]
    fn is_dir(mode: u32) -> bool {
        kind(mode) == 0o040000
    }
    /// S_ISCHR(mode) -> bool
    ///
    /// Return True if mode is from a character special device file.
    #[function("S_ISCHR(object, /)")]
    fn is_chr(mode: u32) -> bool {
        kind(mode) == 0o020000
    }
    /// S_ISBLK(mode) -> bool
    ///
    /// Return True if mode is from a block special device file.
    #[function("S_ISBLK(object, /)")]
    fn is_blk(mode: u32) -> bool {
        kind(mode) == 0o060000
    }
    /// S_ISREG(mode) -> bool
    ///
    /// Return True if mode is from a regular file.
    #[function("S_ISREG(object, /)")]
    fn is_reg(mode: u32) -> bool {
        kind(mode) == 0o100000
    }
    /// S_ISFIFO(mode) -> bool
    ///
    /// Return True if mode is from a FIFO (named pipe).
    #[function("S_ISFIFO(object, /)")]
    fn is_fifo(mode: u32) -> bool {
        kind(mode) == 0o010000
    }
    /// S_ISLNK(mode) -> bool
    ///
    /// Return True if mode is from a symbolic link.
    #[function("S_ISLNK(object, /)")]
    fn is_lnk(mode: u32) -> bool {
        kind(mode) == 0o120000
    }
    /// S_ISSOCK(mode) -> bool
    ///
    /// Return True if mode is from a socket.
    #[function("S_ISSOCK(object, /)")]
    fn is_sock(mode: u32) -> bool {
        kind(mode) == 0o140000
    }
    /// S_ISDOOR(mode) -> bool
    ///
    /// Return True if mode is from a door.
    #[function("S_ISDOOR(object, /)")]
    fn is_door(_mode: u32) -> bool {
        false
    }
    /// S_ISPORT(mode) -> bool
    ///
    /// Return True if mode is from an event port.
    #[function("S_ISPORT(object, /)")]
    fn is_port(_mode: u32) -> bool {
        false
    }
    /// S_ISWHT(mode) -> bool
    ///
    /// Return True if mode is from a whiteout.
    #[function("S_ISWHT(object, /)")]
    fn is_wht(_mode: u32) -> bool {
        false
    }
    /// Return the portion of the file's mode that can be set by os.chmod().
    #[function("S_IMODE(object, /)")]
    fn imode(mode: u32) -> u32 {
        mode & 0o7777
    }
    /// Return the portion of the file's mode that describes the file type.
    #[function("S_IFMT(object, /)")]
    fn ifmt(mode: u32) -> u32 {
        kind(mode)
    }
    /// Convert a file's mode to a string of the form '-rwxrwxrwx'
    #[function("filemode(object, /)")]
    fn filemode(mode: u32) -> String {
        letters(mode)
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for &(name, n) in TABLE {
            let v = PyInt::new(n, cx)?;
            m.add(name, &v, cx)?;
        }
        Ok(())
    }
}
