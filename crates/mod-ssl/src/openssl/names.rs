//! The names inside a certificate: subject and issuer, alternative names, addresses of its issuer.
#![allow(unsafe_code)]

use super::bio::printed;
use super::cert::Failed;
use super::table::{ASN1_OBJECT, ASN1_STRING, BIO, GENERAL_NAME, STACK, X509, X509_NAME, api};
use std::ffi::{c_int, c_uchar, c_void};
use std::ptr::null_mut;

/// The value of an attribute.
pub enum Value {
    /// UTF-8, as far as the certificate is right.
    Text(Vec<u8>),
    Bits(Vec<u8>),
}

/// A name: its relative names in order, each with its attributes (long name, value).
pub type Name = Vec<Vec<(String, Value)>>;

/// A name beside the subject.
pub enum AltName {
    Directory(Name),
    /// Kind and text (UTF-8 as far as the certificate is right).
    Text(&'static str, Vec<u8>),
    /// Anything else, as OpenSSL prints it, with the number of its kind.
    Printed(i32, Vec<u8>),
}

/// `GENERAL_NAME`'s kinds.
const OTHER: c_int = 0;
const EMAIL: c_int = 1;
const DNS: c_int = 2;
const X400: c_int = 3;
const DIRECTORY: c_int = 4;
const EDI: c_int = 5;
const URI: c_int = 6;
const IP: c_int = 7;
const REGISTERED: c_int = 8;
/// Extensions by number.
const SUBJECT_ALT_NAME: c_int = 85;
const INFO_ACCESS: c_int = 177;
const CRL_DISTRIBUTION_POINTS: c_int = 103;
/// The ASN.1 type whose value is not text.
const BIT_STRING: c_int = 3;

/// An object identifier in words, or in numbers when `numeric` or it has no name. An unknown one is empty.
///
/// # Safety
/// `o` is null or alive.
pub unsafe fn object_text(o: *const ASN1_OBJECT, numeric: bool) -> Option<String> {
    let mut buf = vec![0u8; 256];
    loop {
        // SAFETY: room for as many bytes as is said.
        let n = unsafe { (api().OBJ_obj2txt)(buf.as_mut_ptr().cast(), buf.len() as c_int, o, c_int::from(numeric)) };
        let n = usize::try_from(n).ok()?;
        if n < buf.len() {
            buf.truncate(n);
            return Some(String::from_utf8_lossy(&buf).into_owned());
        }
        buf = vec![0; n + 1];
    }
}

/// The bytes of an ASN.1 string.
///
/// # Safety
/// `s` is null or alive.
unsafe fn string_bytes(s: *const ASN1_STRING) -> Vec<u8> {
    if s.is_null() {
        return Vec::new();
    }
    // SAFETY: the string owns that many bytes.
    unsafe {
        let (p, n) = ((api().ASN1_STRING_get0_data)(s), (api().ASN1_STRING_length)(s));
        if p.is_null() || n <= 0 { Vec::new() } else { std::slice::from_raw_parts(p, n as usize).to_vec() }
    }
}

/// The value of an attribute.
///
/// # Safety
/// `s` is alive.
unsafe fn value_of(s: *const ASN1_STRING) -> Result<Value, Failed> {
    // SAFETY: alive; the converted text is copied and freed.
    unsafe {
        if (api().ASN1_STRING_type)(s) == BIT_STRING {
            return Ok(Value::Bits(string_bytes(s)));
        }
        let mut p: *mut c_uchar = null_mut();
        let n = (api().ASN1_STRING_to_UTF8)(&mut p, s);
        if n < 0 {
            return Err(Failed);
        }
        let out = if p.is_null() { Vec::new() } else { std::slice::from_raw_parts(p, n as usize).to_vec() };
        (api().CRYPTO_free)(p.cast(), c"".as_ptr(), 0);
        Ok(Value::Text(out))
    }
}

/// The parts of a name.
///
/// # Safety
/// `name` is null or alive.
pub unsafe fn name_parts(name: *const X509_NAME) -> Result<Name, Failed> {
    let mut out: Name = Vec::new();
    if name.is_null() {
        return Ok(out);
    }
    let a = api();
    let mut level = -1;
    // SAFETY: the entries live in the name.
    unsafe {
        for i in 0..(a.X509_NAME_entry_count)(name) {
            let entry = (a.X509_NAME_get_entry)(name, i);
            let set = (a.X509_NAME_ENTRY_set)(entry);
            let attribute = object_text((a.X509_NAME_ENTRY_get_object)(entry), false).ok_or(Failed)?;
            let value = value_of((a.X509_NAME_ENTRY_get_data)(entry))?;
            match out.last_mut() {
                Some(last) if set == level => last.push((attribute, value)),
                _ => out.push(vec![(attribute, value)]),
            }
            level = set;
        }
    }
    Ok(out)
}

/// A stack that is freed with its members.
struct Stack {
    p: *mut STACK,
    free: unsafe extern "C" fn(*mut c_void),
    /// Whether `free` frees one member rather than all.
    by_member: bool,
}

impl Stack {
    /// The extension of a certificate as a stack.
    ///
    /// # Safety
    /// `cert` is alive; the extension is a sequence that `free` frees.
    unsafe fn of(cert: *const X509, nid: c_int, free: unsafe extern "C" fn(*mut c_void), by_member: bool) -> Option<Stack> {
        // SAFETY: the caller's promise.
        let p = unsafe { (api().X509_get_ext_d2i)(cert, nid, null_mut(), null_mut()) }.cast::<STACK>();
        (!p.is_null()).then_some(Stack { p, free, by_member })
    }
}

/// The members of a stack.
///
/// # Safety
/// `p` is null or a living stack.
unsafe fn members<T>(p: *const STACK) -> Vec<*mut T> {
    // SAFETY: the caller's promise; the number of members of null is -1.
    unsafe { (0..(api().OPENSSL_sk_num)(p)).map(|i| (api().OPENSSL_sk_value)(p, i).cast::<T>()).filter(|m| !m.is_null()).collect() }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe {
            if self.by_member {
                (api().OPENSSL_sk_pop_free)(self.p, self.free);
            } else {
                (self.free)(self.p.cast());
            }
        }
    }
}

/// The text of a URI; `None` for another kind of name.
///
/// # Safety
/// `n` is null or alive.
unsafe fn uri(n: *const GENERAL_NAME) -> Option<Vec<u8>> {
    if n.is_null() {
        return None;
    }
    let mut kind = 0;
    // SAFETY: alive; the value of a URI is a string.
    unsafe {
        let v = (api().GENERAL_NAME_get0_value)(n, &mut kind);
        (kind == URI).then(|| string_bytes(v.cast()))
    }
}

/// An IP address as Python shows it.
fn ip_text(b: &[u8]) -> String {
    match b {
        [a, b, c, d] => format!("{a}.{b}.{c}.{d}"),
        b if b.len() == 16 => b.chunks(2).map(|c| format!("{:X}", c.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)))).collect::<Vec<_>>().join(":"),
        _ => "<invalid>".to_owned(),
    }
}

/// One alternative name.
///
/// # Safety
/// `n` is alive.
unsafe fn alternative(n: *mut GENERAL_NAME) -> Result<AltName, Failed> {
    /// As much of a name as is shown.
    const PRINTED_MAX: usize = 2047;
    let mut kind = 0;
    // SAFETY: alive; the kind says what the value is.
    unsafe {
        let v = (api().GENERAL_NAME_get0_value)(n, &mut kind);
        Ok(match kind {
            DIRECTORY => AltName::Directory(name_parts(v.cast())?),
            EMAIL => AltName::Text("email", string_bytes(v.cast())),
            DNS => AltName::Text("DNS", string_bytes(v.cast())),
            URI => AltName::Text("URI", string_bytes(v.cast())),
            IP => AltName::Text("IP Address", ip_text(&string_bytes(v.cast())).into_bytes()),
            REGISTERED => AltName::Text("Registered ID", object_text(v.cast(), false).ok_or(Failed)?.into_bytes()),
            OTHER | X400 | EDI => {
                let mut text = printed(|bio: *mut BIO| (api().GENERAL_NAME_print)(bio, n) >= 0).ok_or(Failed)?;
                let line = text.iter().position(|b| *b == b'\n').map_or(text.len(), |i| i + 1);
                text.truncate(line.min(PRINTED_MAX));
                AltName::Printed(kind, text)
            }
            _ => AltName::Printed(kind, Vec::new()),
        })
    }
}

/// The alternative names of a certificate; `None` when it has no such extension.
///
/// # Safety
/// `cert` is alive.
pub unsafe fn alternative_names(cert: *const X509) -> Result<Option<Vec<AltName>>, Failed> {
    // SAFETY: the caller's promise; the extension is a stack of general names.
    unsafe {
        let Some(names) = Stack::of(cert, SUBJECT_ALT_NAME, api().GENERAL_NAME_free, true) else { return Ok(None) };
        members::<GENERAL_NAME>(names.p).into_iter().map(|n| alternative(n)).collect::<Result<Vec<_>, _>>().map(Some)
    }
}

/// `ACCESS_DESCRIPTION`, which the headers show.
#[repr(C)]
struct AccessDescription {
    method: *mut ASN1_OBJECT,
    location: *mut GENERAL_NAME,
}

/// Where a certificate's issuer offers what `method` names.
///
/// # Safety
/// `cert` is alive.
pub unsafe fn info_uris(cert: *const X509, method: c_int) -> Vec<Vec<u8>> {
    // SAFETY: the caller's promise; the extension is a stack of access descriptions.
    unsafe {
        let Some(info) = Stack::of(cert, INFO_ACCESS, api().AUTHORITY_INFO_ACCESS_free, false) else { return Vec::new() };
        let all = members::<AccessDescription>(info.p).into_iter();
        all.filter(|d| (api().OBJ_obj2nid)((**d).method) == method).filter_map(|d| uri((*d).location)).collect()
    }
}

/// The start of `DIST_POINT`, which the headers show.
#[repr(C)]
struct DistPoint {
    name: *mut DistPointName,
}

/// The start of `DIST_POINT_NAME`, which the headers show.
#[repr(C)]
struct DistPointName {
    /// 0: full names.
    kind: c_int,
    full: *mut STACK,
}

/// Where revocation lists are to be had.
///
/// # Safety
/// `cert` is alive.
pub unsafe fn crl_uris(cert: *const X509) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    // SAFETY: the caller's promise; the extension is a stack of distribution points.
    unsafe {
        let Some(points) = Stack::of(cert, CRL_DISTRIBUTION_POINTS, api().CRL_DIST_POINTS_free, false) else { return out };
        for p in members::<DistPoint>(points.p) {
            let Some(name) = (*p).name.as_ref() else { continue };
            if name.kind == 0 {
                out.extend(members::<GENERAL_NAME>(name.full).into_iter().filter_map(|n| uri(n)));
            }
        }
    }
    out
}

/// The number of an object by its short name; 0 for none.
pub fn nid_of_short_name(name: &std::ffi::CStr) -> c_int {
    // SAFETY: the text lives during the call.
    unsafe { (api().OBJ_sn2nid)(name.as_ptr()) }
}

/// What is known of an object identifier: number, short and long name, digits.
pub struct Known {
    pub nid: c_int,
    pub short: String,
    pub long: String,
    pub digits: Option<String>,
}

/// What is known of an object; `None` for one without a number.
///
/// # Safety
/// `o` is alive.
unsafe fn known(o: *const ASN1_OBJECT) -> Option<Known> {
    let a = api();
    // SAFETY: the caller's promise; the names are constant texts.
    unsafe {
        let nid = (a.OBJ_obj2nid)(o);
        if nid == 0 {
            return None;
        }
        let short = super::text_at((a.OBJ_nid2sn)(nid)).unwrap_or_default();
        let long = super::text_at((a.OBJ_nid2ln)(nid)).unwrap_or_default();
        Some(Known { nid, short, long, digits: object_text(o, true).filter(|t| !t.is_empty()) })
    }
}

/// An object by its digits, or its names too. The outer `None`: no such text; the inner: an object without a number.
pub fn by_text(text: &std::ffi::CStr, names_too: bool) -> Option<Option<Known>> {
    let a = api();
    // SAFETY: the text lives during the call; the object is ours.
    unsafe {
        let o = (a.OBJ_txt2obj)(text.as_ptr(), c_int::from(!names_too));
        if o.is_null() {
            return None;
        }
        let k = known(o);
        (a.ASN1_OBJECT_free)(o);
        Some(k)
    }
}

/// An object by its number; as [`by_text`].
pub fn by_number(nid: c_int) -> Option<Option<Known>> {
    let a = api();
    // SAFETY: the object is static, or made up, which freeing respects.
    unsafe {
        let o = (a.OBJ_nid2obj)(nid);
        if o.is_null() {
            return None;
        }
        let k = known(o);
        (a.ASN1_OBJECT_free)(o);
        Some(k)
    }
}
