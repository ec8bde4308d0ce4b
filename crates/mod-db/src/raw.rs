//! SQLite's C interface behind safe types: connection, statement, blob, backup.
//!
//! This file and `callbacks.rs` hold the unsafe code of the crate. A connection is closed by `sqlite3_close_v2`, which waits for the last
//! statement and blob, so these may outlive it. Every call that may take long runs without the GIL; callbacks take it back
//! (`callbacks::with_gil`). SQLite is built for use from several threads at once.
#![allow(unsafe_code)]

use libsqlite3_sys as ffi;
use std::cell::Cell;
use std::ffi::{CStr, CString, c_int, c_void};
use std::ptr::{null, null_mut};
use taipan_object::prelude::*;

unsafe extern "C" {
    /// Close, waiting for the last statement; the bindings leave it out.
    fn sqlite3_close_v2(db: *mut ffi::sqlite3) -> c_int;
}

/// An open database.
pub struct Db(pub(crate) *mut ffi::sqlite3);

/// Copy of a C string.
pub(crate) fn text_at(p: *const std::ffi::c_char) -> Option<String> {
    // SAFETY: null, or text that SQLite keeps until the next call on the same object.
    (!p.is_null()).then(|| unsafe { CStr::from_ptr(p) }.to_string_lossy().into_owned())
}

impl Db {
    /// Open a database. The error is its code and message.
    pub fn open(path: &CStr, flags: i32, cx: &mut Cx) -> Result<Db, (i32, String)> {
        static PLAIN_NAMES: std::sync::Once = std::sync::Once::new();
        // The library's build takes every `file:` name for a URI; only `SQLITE_OPEN_URI` shall.
        // SAFETY: before the library is used; the option takes an int.
        PLAIN_NAMES.call_once(|| unsafe {
            ffi::sqlite3_config(ffi::SQLITE_CONFIG_URI, 0 as c_int);
        });
        let mut db = null_mut();
        // SAFETY: the path and the place for the result live during the call.
        let rc = cx.without_gil(|| unsafe { ffi::sqlite3_open_v2(path.as_ptr(), &mut db, flags, null()) });
        let db = Db(db);
        if rc == ffi::SQLITE_OK {
            // SAFETY: open. The library's build turns foreign keys on, which SQLite itself does not.
            unsafe { ffi::sqlite3_db_config(db.0, ffi::SQLITE_DBCONFIG_ENABLE_FKEY, 0 as c_int, null_mut::<c_int>()) };
            return Ok(db);
        }
        Err((rc, db.message()))
    }
    /// The message of the last error.
    pub fn message(&self) -> String {
        // SAFETY: open, or null, for which there is a message too.
        text_at(unsafe { ffi::sqlite3_errmsg(self.0) }).unwrap_or_default()
    }
    /// Code and extended code of the last error.
    pub fn codes(&self) -> (i32, i32) {
        // SAFETY: open.
        unsafe { (ffi::sqlite3_errcode(self.0), ffi::sqlite3_extended_errcode(self.0)) }
    }
    pub fn busy_timeout(&self, milliseconds: i32) {
        // SAFETY: open.
        unsafe { ffi::sqlite3_busy_timeout(self.0, milliseconds) };
    }
    /// Whether no transaction is open.
    pub fn in_autocommit(&self) -> bool {
        // SAFETY: open.
        unsafe { ffi::sqlite3_get_autocommit(self.0) != 0 }
    }
    pub fn total_changes(&self) -> i32 {
        // SAFETY: open.
        unsafe { ffi::sqlite3_total_changes(self.0) }
    }
    pub fn changes(&self) -> i32 {
        // SAFETY: open.
        unsafe { ffi::sqlite3_changes(self.0) }
    }
    pub fn last_insert_rowid(&self) -> i64 {
        // SAFETY: open.
        unsafe { ffi::sqlite3_last_insert_rowid(self.0) }
    }
    pub fn interrupt(&self) {
        // SAFETY: open.
        unsafe { ffi::sqlite3_interrupt(self.0) };
    }
    /// The old limit, or a negative number for an unknown category.
    pub fn limit(&self, category: i32, value: i32) -> i32 {
        // SAFETY: open.
        unsafe { ffi::sqlite3_limit(self.0, category, value) }
    }
    /// Set (0, 1) or ask (-1) for a boolean configuration; code and current value.
    pub fn config(&self, op: i32, value: i32) -> (i32, bool) {
        let mut now: c_int = 0;
        // SAFETY: open; the operations of the module take an int and a pointer to int.
        let rc = unsafe { ffi::sqlite3_db_config(self.0, op, value, &mut now as *mut c_int) };
        (rc, now != 0)
    }
    pub fn enable_load_extension(&self, on: bool) -> i32 {
        // SAFETY: open.
        unsafe { ffi::sqlite3_enable_load_extension(self.0, on.into()) }
    }
    /// Load an extension; the error's message.
    pub fn load_extension(&self, file: &CStr, entry: Option<&CStr>) -> Result<(), String> {
        let mut msg = null_mut();
        // SAFETY: open; the texts live during the call.
        let rc = unsafe { ffi::sqlite3_load_extension(self.0, file.as_ptr(), entry.map_or(null(), CStr::as_ptr), &mut msg) };
        if rc == ffi::SQLITE_OK {
            return Ok(());
        }
        let text = text_at(msg).unwrap_or_else(|| self.message());
        // SAFETY: allocated by SQLite.
        unsafe { ffi::sqlite3_free(msg.cast()) };
        Err(text)
    }
    /// The database as bytes; `None` when that failed.
    pub fn serialize(&self, name: &CStr, cx: &mut Cx) -> Option<Vec<u8>> {
        let mut size = 0;
        // SAFETY: open; name and size live during the call.
        let p = cx.without_gil(|| unsafe { ffi::sqlite3_serialize(self.0, name.as_ptr(), &mut size, 0) });
        if p.is_null() {
            return None;
        }
        // SAFETY: that many bytes, allocated by SQLite for us.
        unsafe {
            let v = std::slice::from_raw_parts(p, size as usize).to_vec();
            ffi::sqlite3_free(p.cast());
            Some(v)
        }
    }
    /// Replace a database by bytes; the code. `None`: out of memory.
    pub fn deserialize(&self, name: &CStr, data: &[u8], cx: &mut Cx) -> Option<i32> {
        // SAFETY: any size; the block goes over to SQLite.
        unsafe {
            let block = ffi::sqlite3_malloc64(data.len().max(1) as u64).cast::<u8>();
            if block.is_null() {
                return None;
            }
            std::ptr::copy_nonoverlapping(data.as_ptr(), block, data.len());
            let flags = ffi::SQLITE_DESERIALIZE_FREEONCLOSE | ffi::SQLITE_DESERIALIZE_RESIZEABLE;
            let (n, db) = (data.len() as i64, self.0);
            Some(cx.without_gil(|| ffi::sqlite3_deserialize(db, name.as_ptr(), block, n, n, flags as u32)))
        }
    }
    /// Compile the first statement of `sql`. The second result: how many bytes of it were used.
    pub fn prepare(&self, sql: &CStr, cx: &mut Cx) -> (i32, Stmt, usize) {
        let (mut stmt, mut tail) = (null_mut(), null());
        let len = c_int::try_from(sql.to_bytes_with_nul().len()).unwrap_or(c_int::MAX);
        // SAFETY: open; text and results live during the call.
        let rc = cx.without_gil(|| unsafe { ffi::sqlite3_prepare_v2(self.0, sql.as_ptr(), len, &mut stmt, &mut tail) });
        let used = if tail.is_null() { sql.count_bytes() } else { tail as usize - sql.as_ptr() as usize };
        (rc, Stmt(stmt), used)
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        // SAFETY: opened by this value, closed once.
        unsafe { sqlite3_close_v2(self.0) };
    }
}

/// A compiled statement; empty for text without a statement.
pub struct Stmt(*mut ffi::sqlite3_stmt);

/// What a column holds.
pub enum Column<'a> {
    Null,
    Int(i64),
    Float(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// What a parameter becomes.
pub enum Param<'a> {
    Null,
    Int(i64),
    Float(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

impl Stmt {
    /// Whether there is no statement.
    pub fn is_empty(&self) -> bool {
        self.0.is_null()
    }
    /// Run to the next row or the end; the code.
    pub fn step(&self, cx: &mut Cx) -> i32 {
        if self.is_empty() {
            return ffi::SQLITE_DONE;
        }
        let p = self.0;
        // SAFETY: alive until dropped; `self` is borrowed meanwhile.
        cx.without_gil(|| unsafe { ffi::sqlite3_step(p) })
    }
    pub fn reset(&self) -> i32 {
        // SAFETY: alive or null, which does nothing.
        unsafe { ffi::sqlite3_reset(self.0) }
    }
    /// Whether it stands on a row.
    pub fn is_busy(&self) -> bool {
        // SAFETY: alive or null.
        unsafe { ffi::sqlite3_stmt_busy(self.0) != 0 }
    }
    pub fn is_readonly(&self) -> bool {
        // SAFETY: alive or null.
        unsafe { ffi::sqlite3_stmt_readonly(self.0) != 0 }
    }
    /// Columns of the result.
    pub fn columns(&self) -> i32 {
        // SAFETY: alive or null.
        unsafe { ffi::sqlite3_column_count(self.0) }
    }
    /// Columns of the current row.
    pub fn data_count(&self) -> i32 {
        // SAFETY: alive or null.
        unsafe { ffi::sqlite3_data_count(self.0) }
    }
    pub fn column_name(&self, i: i32) -> Option<Vec<u8>> {
        // SAFETY: alive; text or null.
        unsafe {
            let p = ffi::sqlite3_column_name(self.0, i);
            (!p.is_null()).then(|| CStr::from_ptr(p).to_bytes().to_vec())
        }
    }
    pub fn column_decltype(&self, i: i32) -> Option<Vec<u8>> {
        // SAFETY: alive; text or null.
        unsafe {
            let p = ffi::sqlite3_column_decltype(self.0, i);
            (!p.is_null()).then(|| CStr::from_ptr(p).to_bytes().to_vec())
        }
    }
    /// Bytes at a pointer of SQLite's.
    ///
    /// # Safety
    /// `n` bytes are there, or it is null.
    unsafe fn bytes<'a>(p: *const u8, n: c_int) -> &'a [u8] {
        if p.is_null() || n <= 0 {
            return &[];
        }
        // SAFETY: see above.
        unsafe { std::slice::from_raw_parts(p, n as usize) }
    }
    /// A column of the current row. What it lends holds until the next step.
    pub fn column(&self, i: i32) -> Column<'_> {
        // SAFETY: alive; the pointers hold until the statement moves on, which callers do only after the borrow has ended.
        unsafe {
            match ffi::sqlite3_column_type(self.0, i) {
                ffi::SQLITE_INTEGER => Column::Int(ffi::sqlite3_column_int64(self.0, i)),
                ffi::SQLITE_FLOAT => Column::Float(ffi::sqlite3_column_double(self.0, i)),
                ffi::SQLITE_TEXT => {
                    let p = ffi::sqlite3_column_text(self.0, i);
                    Column::Text(Stmt::bytes(p, ffi::sqlite3_column_bytes(self.0, i)))
                }
                ffi::SQLITE_NULL => Column::Null,
                _ => {
                    let p = ffi::sqlite3_column_blob(self.0, i);
                    Column::Blob(Stmt::bytes(p.cast(), ffi::sqlite3_column_bytes(self.0, i)))
                }
            }
        }
    }
    /// The bytes of a column whatever its type; `None` for NULL.
    pub fn column_bytes(&self, i: i32) -> Option<&[u8]> {
        // SAFETY: as `column`.
        unsafe {
            if ffi::sqlite3_column_type(self.0, i) == ffi::SQLITE_NULL {
                return None;
            }
            let p = ffi::sqlite3_column_blob(self.0, i);
            Some(Stmt::bytes(p.cast(), ffi::sqlite3_column_bytes(self.0, i)))
        }
    }
    pub fn parameters(&self) -> i32 {
        // SAFETY: alive or null.
        unsafe { ffi::sqlite3_bind_parameter_count(self.0) }
    }
    /// Name of a parameter (from 1), with its prefix.
    pub fn parameter_name(&self, i: i32) -> Option<String> {
        // SAFETY: alive.
        text_at(unsafe { ffi::sqlite3_bind_parameter_name(self.0, i) })
    }
    /// Set a parameter (from 1); the code.
    pub fn bind(&self, i: i32, value: Param<'_>) -> i32 {
        // SAFETY: alive; SQLite copies text and bytes.
        unsafe {
            match value {
                Param::Null => ffi::sqlite3_bind_null(self.0, i),
                Param::Int(n) => ffi::sqlite3_bind_int64(self.0, i, n),
                Param::Float(x) => ffi::sqlite3_bind_double(self.0, i, x),
                Param::Text(t) => ffi::sqlite3_bind_text(self.0, i, t.as_ptr().cast(), t.len() as c_int, ffi::SQLITE_TRANSIENT()),
                Param::Blob([]) => ffi::sqlite3_bind_zeroblob(self.0, i, 0),
                Param::Blob(b) => ffi::sqlite3_bind_blob(self.0, i, b.as_ptr().cast(), b.len() as c_int, ffi::SQLITE_TRANSIENT()),
            }
        }
    }
}

impl Drop for Stmt {
    fn drop(&mut self) {
        // SAFETY: prepared for this value, finalised once.
        unsafe { ffi::sqlite3_finalize(self.0) };
    }
}

/// An open blob; closed early by `close`, else when dropped.
pub struct RawBlob(Cell<*mut ffi::sqlite3_blob>);

impl RawBlob {
    pub fn open(db: &Db, names: [&CStr; 3], row: i64, writable: bool, cx: &mut Cx) -> Result<RawBlob, i32> {
        let mut blob = null_mut();
        let [schema, table, column] = names.map(CStr::as_ptr);
        // SAFETY: open; names and result live during the call.
        let rc = cx.without_gil(|| unsafe { ffi::sqlite3_blob_open(db.0, schema, table, column, row, writable.into(), &mut blob) });
        if rc == ffi::SQLITE_OK { Ok(RawBlob(Cell::new(blob))) } else { Err(rc) }
    }
    pub fn is_closed(&self) -> bool {
        self.0.get().is_null()
    }
    pub fn close(&self) {
        let p = self.0.replace(null_mut());
        if !p.is_null() {
            // SAFETY: open until now.
            unsafe { ffi::sqlite3_blob_close(p) };
        }
    }
    pub fn len(&self) -> usize {
        // SAFETY: open or null.
        unsafe { ffi::sqlite3_blob_bytes(self.0.get()) as usize }
    }
    pub fn read(&self, out: &mut [u8], at: usize) -> i32 {
        // SAFETY: open; the bytes live during the call.
        unsafe { ffi::sqlite3_blob_read(self.0.get(), out.as_mut_ptr().cast::<c_void>(), out.len() as c_int, at as c_int) }
    }
    pub fn write(&self, data: &[u8], at: usize) -> i32 {
        // SAFETY: as above.
        unsafe { ffi::sqlite3_blob_write(self.0.get(), data.as_ptr().cast::<c_void>(), data.len() as c_int, at as c_int) }
    }
}

impl Drop for RawBlob {
    fn drop(&mut self) {
        self.close();
    }
}

/// A backup under way.
pub struct Backup(*mut ffi::sqlite3_backup);

impl Backup {
    pub fn start(to: &Db, from: &Db, name: &CStr, cx: &mut Cx) -> Option<Backup> {
        // SAFETY: both are open.
        let p = cx.without_gil(|| unsafe { ffi::sqlite3_backup_init(to.0, c"main".as_ptr(), from.0, name.as_ptr()) });
        (!p.is_null()).then_some(Backup(p))
    }
    pub fn step(&self, pages: i32, cx: &mut Cx) -> i32 {
        let p = self.0;
        // SAFETY: not finished.
        cx.without_gil(|| unsafe { ffi::sqlite3_backup_step(p, pages) })
    }
    /// Pages that remain, and all pages.
    pub fn progress(&self) -> (i32, i32) {
        // SAFETY: not finished.
        unsafe { (ffi::sqlite3_backup_remaining(self.0), ffi::sqlite3_backup_pagecount(self.0)) }
    }
    /// Sleep without the GIL.
    pub fn sleep(milliseconds: i32, cx: &mut Cx) {
        // SAFETY: a plain call.
        cx.without_gil(|| unsafe { ffi::sqlite3_sleep(milliseconds) });
    }
    /// End it; the code.
    pub fn finish(mut self, cx: &mut Cx) -> i32 {
        let p = std::mem::replace(&mut self.0, null_mut());
        // SAFETY: finished once.
        cx.without_gil(|| unsafe { ffi::sqlite3_backup_finish(p) })
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        // SAFETY: null does nothing.
        unsafe { ffi::sqlite3_backup_finish(self.0) };
    }
}

/// Whether the text ends in a complete statement; `None`: out of memory.
pub fn complete(sql: &CStr) -> bool {
    // SAFETY: the text lives during the call.
    unsafe { ffi::sqlite3_complete(sql.as_ptr()) != 0 }
}

/// The library's version.
pub fn version() -> String {
    // SAFETY: a constant text.
    text_at(unsafe { ffi::sqlite3_libversion() }).unwrap_or_default()
}

/// The text of a code.
pub fn code_text(code: i32) -> String {
    // SAFETY: a constant text.
    text_at(unsafe { ffi::sqlite3_errstr(code) }).unwrap_or_default()
}

/// DB-API's level of thread safety, from how the library was built.
pub fn thread_safety() -> i64 {
    // SAFETY: a plain call.
    match unsafe { ffi::sqlite3_threadsafe() } {
        0 => 0,
        1 => 3,
        _ => 1,
    }
}

/// A C copy of a text; `ValueError` for a NUL inside.
pub fn c_text(s: &str, cx: &mut Cx) -> PyResult<CString> {
    CString::new(s).map_err(|_| cx.value_error(format_args!("embedded null character")))
}
