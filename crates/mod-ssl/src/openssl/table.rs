//! The functions of OpenSSL 3 that we call, by name and C signature, as its public headers declare them; and how they are found.
//!
//! The libraries are loaded when `_ssl` or `_hashlib` is imported, once for the process, and stay. Nothing is needed to build.
#![allow(unsafe_code)]
#![allow(non_snake_case)]

use std::ffi::{CStr, c_char, c_int, c_long, c_uchar, c_uint, c_ulong, c_void};
use std::sync::OnceLock;
use taipan_host::dl::{self, Library};

macro_rules! opaque { ($($t:ident)*) => { $(
    /// A type of OpenSSL's that is only ever pointed to.
    #[repr(C)]
    pub struct $t { _private: [u8; 0] }
)* } }
opaque! {
    SSL SSL_CTX SSL_METHOD SSL_SESSION SSL_CIPHER COMP_METHOD X509 X509_NAME X509_NAME_ENTRY X509_OBJECT X509_STORE X509_STORE_CTX X509_PUBKEY
    X509_VERIFY_PARAM ASN1_OBJECT ASN1_STRING GENERAL_NAME BIO BIO_METHOD STACK EVP_MD EVP_MD_CTX DH HMAC_CTX
}

/// A function pointer whose type the caller of `*_callback_ctrl` knows.
pub type AnyFn = Option<unsafe extern "C" fn()>;
pub type PasswordCb = unsafe extern "C" fn(*mut c_char, c_int, c_int, *mut c_void) -> c_int;
pub type VerifyCb = unsafe extern "C" fn(c_int, *mut X509_STORE_CTX) -> c_int;
pub type MsgCb = unsafe extern "C" fn(c_int, c_int, c_int, *const c_void, usize, *mut SSL, *mut c_void);
pub type KeylogCb = unsafe extern "C" fn(*const SSL, *const c_char);
pub type AlpnCb = unsafe extern "C" fn(*mut SSL, *mut *const c_uchar, *mut c_uchar, *const c_uchar, c_uint, *mut c_void) -> c_int;
pub type PskClientCb = unsafe extern "C" fn(*mut SSL, *const c_char, *mut c_char, c_uint, *mut c_uchar, c_uint) -> c_uint;
pub type PskServerCb = unsafe extern "C" fn(*mut SSL, *const c_char, *mut c_uchar, c_uint) -> c_uint;
pub type SniCb = unsafe extern "C" fn(*mut SSL, *mut c_int, *mut c_void) -> c_int;
pub type FreeCb = unsafe extern "C" fn(*mut c_void);
pub type ExFreeCb = unsafe extern "C" fn(*mut c_void, *mut c_void, *mut c_void, c_int, c_long, *mut c_void);
pub type BioWriteCb = unsafe extern "C" fn(*mut BIO, *const c_char, c_int) -> c_int;
pub type BioReadCb = unsafe extern "C" fn(*mut BIO, *mut c_char, c_int) -> c_int;
pub type BioCtrlCb = unsafe extern "C" fn(*mut BIO, c_int, c_long, *mut c_void) -> c_long;
pub type BioCreateCb = unsafe extern "C" fn(*mut BIO) -> c_int;
pub type EachMdCb = unsafe extern "C" fn(*mut EVP_MD, *mut c_void);

/// The address of a function.
fn find(library: Library, name: &CStr) -> Result<std::ptr::NonNull<c_void>, String> {
    library.symbol(name).ok_or_else(|| format!("OpenSSL 3 lacks the function {}", name.to_string_lossy()))
}

macro_rules! functions {
    (required { $($lib:ident $name:ident($($arg:ty),* $(,)?) $(-> $ret:ty)?;)* } optional { $($olib:ident $oname:ident($($oarg:ty),* $(,)?) $(-> $oret:ty)?;)* }) => {
        /// OpenSSL's functions; those that not every build of version 3 has are optional.
        pub struct Api {
            $(pub $name: unsafe extern "C" fn($($arg),*) $(-> $ret)?,)*
            $(pub $oname: Option<unsafe extern "C" fn($($oarg),*) $(-> $oret)?>,)*
        }
        impl Api {
            fn find(ssl: Library, crypto: Library) -> Result<Api, String> {
                $(let $name = find(functions!(@of $lib ssl crypto), name_of(concat!(stringify!($name), "\0")))?;)*
                $(let $oname = functions!(@of $olib ssl crypto).symbol(name_of(concat!(stringify!($oname), "\0")));)*
                // SAFETY: the library's functions of these names have these signatures in all of OpenSSL 3; a pointer and an
                // `Option` of a function pointer have the same layout.
                unsafe {
                    Ok(Api {
                        $($name: std::mem::transmute::<*mut c_void, unsafe extern "C" fn($($arg),*) $(-> $ret)?>($name.as_ptr()),)*
                        $($oname: std::mem::transmute::<Option<std::ptr::NonNull<c_void>>, Option<unsafe extern "C" fn($($oarg),*) $(-> $oret)?>>($oname),)*
                    })
                }
            }
        }
    };
    (@of s $ssl:ident $crypto:ident) => { $ssl };
    (@of c $ssl:ident $crypto:ident) => { $crypto };
}

fn name_of(text: &'static str) -> &'static CStr {
    CStr::from_bytes_with_nul(text.as_bytes()).unwrap_or_default()
}

functions! {
    required {
        c OpenSSL_version(c_int) -> *const c_char;
        c OpenSSL_version_num() -> c_ulong;
        c CRYPTO_free(*mut c_void, *const c_char, c_int);
        c CRYPTO_get_ex_new_index(c_int, c_long, *mut c_void, *mut c_void, *mut c_void, Option<ExFreeCb>) -> c_int;
        c ERR_clear_error();
        c ERR_lib_error_string(c_ulong) -> *const c_char;
        c ERR_peek_last_error() -> c_ulong;
        c ERR_reason_error_string(c_ulong) -> *const c_char;
        c OBJ_nid2ln(c_int) -> *const c_char;
        c OBJ_nid2sn(c_int) -> *const c_char;
        c OBJ_nid2obj(c_int) -> *mut ASN1_OBJECT;
        c OBJ_obj2nid(*const ASN1_OBJECT) -> c_int;
        c OBJ_obj2txt(*mut c_char, c_int, *const ASN1_OBJECT, c_int) -> c_int;
        c OBJ_sn2nid(*const c_char) -> c_int;
        c OBJ_txt2obj(*const c_char, c_int) -> *mut ASN1_OBJECT;
        c ASN1_OBJECT_free(*mut ASN1_OBJECT);
        c ASN1_STRING_get0_data(*const ASN1_STRING) -> *const c_uchar;
        c ASN1_STRING_length(*const ASN1_STRING) -> c_int;
        c ASN1_STRING_to_UTF8(*mut *mut c_uchar, *const ASN1_STRING) -> c_int;
        c ASN1_STRING_type(*const ASN1_STRING) -> c_int;
        c ASN1_STRING_free(*mut ASN1_STRING);
        c ASN1_TIME_print(*mut BIO, *const ASN1_STRING) -> c_int;
        c i2a_ASN1_INTEGER(*mut BIO, *const ASN1_STRING) -> c_int;
        c a2i_IPADDRESS(*const c_char) -> *mut ASN1_STRING;
        c GENERAL_NAME_get0_value(*const GENERAL_NAME, *mut c_int) -> *mut c_void;
        c GENERAL_NAME_print(*mut BIO, *mut GENERAL_NAME) -> c_int;
        c GENERAL_NAME_free(*mut c_void);
        c AUTHORITY_INFO_ACCESS_free(*mut c_void);
        c CRL_DIST_POINTS_free(*mut c_void);
        c OPENSSL_sk_num(*const STACK) -> c_int;
        c OPENSSL_sk_value(*const STACK, c_int) -> *mut c_void;
        c OPENSSL_sk_pop_free(*mut STACK, FreeCb);
        c BIO_new(*const BIO_METHOD) -> *mut BIO;
        c BIO_new_mem_buf(*const c_void, c_int) -> *mut BIO;
        c BIO_s_mem() -> *const BIO_METHOD;
        c BIO_free(*mut BIO) -> c_int;
        c BIO_ctrl(*mut BIO, c_int, c_long, *mut c_void) -> c_long;
        c BIO_set_flags(*mut BIO, c_int);
        c BIO_clear_flags(*mut BIO, c_int);
        c BIO_test_flags(*const BIO, c_int) -> c_int;
        c BIO_set_data(*mut BIO, *mut c_void);
        c BIO_get_data(*mut BIO) -> *mut c_void;
        c BIO_set_init(*mut BIO, c_int);
        c BIO_get_new_index() -> c_int;
        c BIO_meth_new(c_int, *const c_char) -> *mut BIO_METHOD;
        c BIO_meth_set_write(*mut BIO_METHOD, BioWriteCb) -> c_int;
        c BIO_meth_set_read(*mut BIO_METHOD, BioReadCb) -> c_int;
        c BIO_meth_set_ctrl(*mut BIO_METHOD, BioCtrlCb) -> c_int;
        c BIO_meth_set_create(*mut BIO_METHOD, BioCreateCb) -> c_int;
        c BIO_meth_set_destroy(*mut BIO_METHOD, BioCreateCb) -> c_int;
        c PEM_read_bio_X509(*mut BIO, *mut *mut X509, Option<PasswordCb>, *mut c_void) -> *mut X509;
        c PEM_write_bio_X509(*mut BIO, *const X509) -> c_int;
        c PEM_write_bio_X509_AUX(*mut BIO, *const X509) -> c_int;
        c PEM_read_bio_DHparams(*mut BIO, *mut *mut DH, Option<PasswordCb>, *mut c_void) -> *mut DH;
        c DH_free(*mut DH);
        c d2i_X509_bio(*mut BIO, *mut *mut X509) -> *mut X509;
        c i2d_X509(*const X509, *mut *mut c_uchar) -> c_int;
        c i2d_X509_PUBKEY(*const X509_PUBKEY, *mut *mut c_uchar) -> c_int;
        c X509_get_X509_PUBKEY(*const X509) -> *mut X509_PUBKEY;
        c X509_free(*mut X509);
        c X509_up_ref(*mut X509) -> c_int;
        c X509_cmp(*const X509, *const X509) -> c_int;
        c X509_check_ca(*mut X509) -> c_int;
        c X509_get_version(*const X509) -> c_long;
        c X509_get_subject_name(*const X509) -> *mut X509_NAME;
        c X509_get_issuer_name(*const X509) -> *mut X509_NAME;
        c X509_get_serialNumber(*mut X509) -> *mut ASN1_STRING;
        c X509_get0_notBefore(*const X509) -> *const ASN1_STRING;
        c X509_get0_notAfter(*const X509) -> *const ASN1_STRING;
        c X509_get_ext_d2i(*const X509, c_int, *mut c_int, *mut c_int) -> *mut c_void;
        c X509_subject_name_hash(*mut X509) -> c_ulong;
        c X509_NAME_entry_count(*const X509_NAME) -> c_int;
        c X509_NAME_get_entry(*const X509_NAME, c_int) -> *mut X509_NAME_ENTRY;
        c X509_NAME_ENTRY_get_data(*const X509_NAME_ENTRY) -> *mut ASN1_STRING;
        c X509_NAME_ENTRY_get_object(*const X509_NAME_ENTRY) -> *mut ASN1_OBJECT;
        c X509_NAME_ENTRY_set(*const X509_NAME_ENTRY) -> c_int;
        c X509_NAME_print_ex(*mut BIO, *const X509_NAME, c_int, c_ulong) -> c_int;
        c X509_OBJECT_get_type(*const X509_OBJECT) -> c_int;
        c X509_OBJECT_get0_X509(*const X509_OBJECT) -> *mut X509;
        c X509_OBJECT_free(*mut c_void);
        c X509_STORE_add_cert(*mut X509_STORE, *mut X509) -> c_int;
        c X509_STORE_get0_objects(*const X509_STORE) -> *mut STACK;
        c X509_STORE_CTX_get_current_cert(*const X509_STORE_CTX) -> *mut X509;
        c X509_STORE_CTX_set_error(*mut X509_STORE_CTX, c_int);
        c X509_VERIFY_PARAM_set_flags(*mut X509_VERIFY_PARAM, c_ulong) -> c_int;
        c X509_VERIFY_PARAM_clear_flags(*mut X509_VERIFY_PARAM, c_ulong) -> c_int;
        c X509_VERIFY_PARAM_get_flags(*const X509_VERIFY_PARAM) -> c_ulong;
        c X509_VERIFY_PARAM_set_hostflags(*mut X509_VERIFY_PARAM, c_uint);
        c X509_VERIFY_PARAM_get_hostflags(*const X509_VERIFY_PARAM) -> c_uint;
        c X509_VERIFY_PARAM_set1_host(*mut X509_VERIFY_PARAM, *const c_char, usize) -> c_int;
        c X509_VERIFY_PARAM_set1_ip(*mut X509_VERIFY_PARAM, *const c_uchar, usize) -> c_int;
        c X509_verify_cert_error_string(c_long) -> *const c_char;
        c X509_get_default_cert_dir() -> *const c_char;
        c X509_get_default_cert_dir_env() -> *const c_char;
        c X509_get_default_cert_file() -> *const c_char;
        c X509_get_default_cert_file_env() -> *const c_char;
        c RAND_add(*const c_void, c_int, f64);
        c RAND_bytes(*mut c_uchar, c_int) -> c_int;
        c RAND_status() -> c_int;
        c EVP_Digest(*const c_void, usize, *mut c_uchar, *mut c_uint, *const EVP_MD, *mut c_void) -> c_int;
        c EVP_sha256() -> *const EVP_MD;
        s TLS_method() -> *const SSL_METHOD;
        s TLS_client_method() -> *const SSL_METHOD;
        s TLS_server_method() -> *const SSL_METHOD;
        s SSL_CTX_new(*const SSL_METHOD) -> *mut SSL_CTX;
        s SSL_CTX_free(*mut SSL_CTX);
        s SSL_CTX_ctrl(*mut SSL_CTX, c_int, c_long, *mut c_void) -> c_long;
        s SSL_CTX_callback_ctrl(*mut SSL_CTX, c_int, AnyFn) -> c_long;
        s SSL_CTX_set_ex_data(*mut SSL_CTX, c_int, *mut c_void) -> c_int;
        s SSL_CTX_get_ex_data(*const SSL_CTX, c_int) -> *mut c_void;
        s SSL_CTX_set_options(*mut SSL_CTX, u64) -> u64;
        s SSL_CTX_get_options(*const SSL_CTX) -> u64;
        s SSL_CTX_clear_options(*mut SSL_CTX, u64) -> u64;
        s SSL_CTX_get_verify_mode(*const SSL_CTX) -> c_int;
        s SSL_CTX_set_verify(*mut SSL_CTX, c_int, Option<VerifyCb>);
        s SSL_CTX_get0_param(*mut SSL_CTX) -> *mut X509_VERIFY_PARAM;
        s SSL_CTX_get_cert_store(*const SSL_CTX) -> *mut X509_STORE;
        s SSL_CTX_get_default_passwd_cb(*mut SSL_CTX) -> Option<PasswordCb>;
        s SSL_CTX_get_default_passwd_cb_userdata(*mut SSL_CTX) -> *mut c_void;
        s SSL_CTX_set_default_passwd_cb(*mut SSL_CTX, Option<PasswordCb>);
        s SSL_CTX_set_default_passwd_cb_userdata(*mut SSL_CTX, *mut c_void);
        s SSL_CTX_use_certificate_chain_file(*mut SSL_CTX, *const c_char) -> c_int;
        s SSL_CTX_use_PrivateKey_file(*mut SSL_CTX, *const c_char, c_int) -> c_int;
        s SSL_CTX_check_private_key(*const SSL_CTX) -> c_int;
        s SSL_CTX_load_verify_locations(*mut SSL_CTX, *const c_char, *const c_char) -> c_int;
        s SSL_CTX_set_default_verify_paths(*mut SSL_CTX) -> c_int;
        s SSL_CTX_set_cipher_list(*mut SSL_CTX, *const c_char) -> c_int;
        s SSL_CTX_set_alpn_protos(*mut SSL_CTX, *const c_uchar, c_uint) -> c_int;
        s SSL_CTX_set_alpn_select_cb(*mut SSL_CTX, Option<AlpnCb>, *mut c_void);
        s SSL_CTX_set_keylog_callback(*mut SSL_CTX, Option<KeylogCb>);
        s SSL_CTX_set_msg_callback(*mut SSL_CTX, Option<MsgCb>);
        s SSL_CTX_set_num_tickets(*mut SSL_CTX, usize) -> c_int;
        s SSL_CTX_get_num_tickets(*const SSL_CTX) -> usize;
        s SSL_CTX_get_security_level(*const SSL_CTX) -> c_int;
        s SSL_CTX_set_post_handshake_auth(*mut SSL_CTX, c_int);
        s SSL_select_next_proto(*mut *mut c_uchar, *mut c_uchar, *const c_uchar, c_uint, *const c_uchar, c_uint) -> c_int;
        s SSL_new(*mut SSL_CTX) -> *mut SSL;
        s SSL_free(*mut SSL);
        s SSL_ctrl(*mut SSL, c_int, c_long, *mut c_void) -> c_long;
        s SSL_set_ex_data(*mut SSL, c_int, *mut c_void) -> c_int;
        s SSL_get_ex_data(*const SSL, c_int) -> *mut c_void;
        s SSL_set_bio(*mut SSL, *mut BIO, *mut BIO);
        s SSL_set_session_id_context(*mut SSL, *const c_uchar, c_uint) -> c_int;
        s SSL_get_verify_mode(*const SSL) -> c_int;
        s SSL_get_verify_callback(*const SSL) -> Option<VerifyCb>;
        s SSL_set_verify(*mut SSL, c_int, Option<VerifyCb>);
        s SSL_set_post_handshake_auth(*mut SSL, c_int);
        s SSL_verify_client_post_handshake(*mut SSL) -> c_int;
        s SSL_get0_param(*mut SSL) -> *mut X509_VERIFY_PARAM;
        s SSL_set_connect_state(*mut SSL);
        s SSL_set_accept_state(*mut SSL);
        s SSL_set_read_ahead(*mut SSL, c_int);
        s SSL_do_handshake(*mut SSL) -> c_int;
        s SSL_read_ex(*mut SSL, *mut c_void, usize, *mut usize) -> c_int;
        s SSL_write_ex(*mut SSL, *const c_void, usize, *mut usize) -> c_int;
        s SSL_shutdown(*mut SSL) -> c_int;
        s SSL_get_shutdown(*const SSL) -> c_int;
        s SSL_set_shutdown(*mut SSL, c_int);
        s SSL_get_error(*const SSL, c_int) -> c_int;
        s SSL_pending(*const SSL) -> c_int;
        s SSL_is_init_finished(*const SSL) -> c_int;
        s SSL_get_version(*const SSL) -> *const c_char;
        s SSL_get_servername(*const SSL, c_int) -> *const c_char;
        s SSL_get_verify_result(*const SSL) -> c_long;
        s SSL_get1_peer_certificate(*const SSL) -> *mut X509;
        s SSL_get_peer_cert_chain(*const SSL) -> *mut STACK;
        s SSL_get0_verified_chain(*const SSL) -> *mut STACK;
        s SSL_get_ciphers(*const SSL) -> *mut STACK;
        s SSL_get_client_ciphers(*const SSL) -> *mut STACK;
        s SSL_get_current_cipher(*const SSL) -> *const SSL_CIPHER;
        s SSL_get_finished(*const SSL, *mut c_void, usize) -> usize;
        s SSL_get_peer_finished(*const SSL, *mut c_void, usize) -> usize;
        s SSL_get_SSL_CTX(*const SSL) -> *mut SSL_CTX;
        s SSL_set_SSL_CTX(*mut SSL, *mut SSL_CTX) -> *mut SSL_CTX;
        s SSL_set_msg_callback(*mut SSL, Option<MsgCb>);
        s SSL_get0_alpn_selected(*const SSL, *mut *const c_uchar, *mut c_uint);
        s SSL_get1_session(*mut SSL) -> *mut SSL_SESSION;
        s SSL_set_session(*mut SSL, *mut SSL_SESSION) -> c_int;
        s SSL_session_reused(*const SSL) -> c_int;
        s SSL_SESSION_free(*mut SSL_SESSION);
        s SSL_SESSION_get_id(*const SSL_SESSION, *mut c_uint) -> *const c_uchar;
        s SSL_SESSION_get_time(*const SSL_SESSION) -> c_long;
        s SSL_SESSION_get_timeout(*const SSL_SESSION) -> c_long;
        s SSL_SESSION_get_ticket_lifetime_hint(*const SSL_SESSION) -> c_ulong;
        s SSL_SESSION_has_ticket(*const SSL_SESSION) -> c_int;
        s SSL_CIPHER_description(*const SSL_CIPHER, *mut c_char, c_int) -> *mut c_char;
        s SSL_CIPHER_get_auth_nid(*const SSL_CIPHER) -> c_int;
        s SSL_CIPHER_get_bits(*const SSL_CIPHER, *mut c_int) -> c_int;
        s SSL_CIPHER_get_cipher_nid(*const SSL_CIPHER) -> c_int;
        s SSL_CIPHER_get_digest_nid(*const SSL_CIPHER) -> c_int;
        s SSL_CIPHER_get_id(*const SSL_CIPHER) -> u32;
        s SSL_CIPHER_get_kx_nid(*const SSL_CIPHER) -> c_int;
        s SSL_CIPHER_get_name(*const SSL_CIPHER) -> *const c_char;
        s SSL_CIPHER_get_version(*const SSL_CIPHER) -> *const c_char;
        s SSL_CIPHER_is_aead(*const SSL_CIPHER) -> c_int;
        c EVP_MD_CTX_new() -> *mut EVP_MD_CTX;
        c EVP_MD_CTX_free(*mut EVP_MD_CTX);
        c EVP_MD_CTX_copy(*mut EVP_MD_CTX, *const EVP_MD_CTX) -> c_int;
        c EVP_MD_CTX_get0_md(*const EVP_MD_CTX) -> *const EVP_MD;
        c EVP_MD_CTX_set_flags(*mut EVP_MD_CTX, c_int);
        c EVP_DigestInit_ex(*mut EVP_MD_CTX, *const EVP_MD, *mut c_void) -> c_int;
        c EVP_DigestUpdate(*mut EVP_MD_CTX, *const c_void, usize) -> c_int;
        c EVP_DigestFinal(*mut EVP_MD_CTX, *mut c_uchar, *mut c_uint) -> c_int;
        c EVP_DigestFinalXOF(*mut EVP_MD_CTX, *mut c_uchar, usize) -> c_int;
        c EVP_MD_fetch(*mut c_void, *const c_char, *const c_char) -> *mut EVP_MD;
        c EVP_MD_free(*mut EVP_MD);
        c EVP_MD_up_ref(*mut EVP_MD) -> c_int;
        c EVP_MD_get_size(*const EVP_MD) -> c_int;
        c EVP_MD_get_block_size(*const EVP_MD) -> c_int;
        c EVP_MD_get_flags(*const EVP_MD) -> c_ulong;
        c EVP_MD_get_type(*const EVP_MD) -> c_int;
        c EVP_MD_get0_name(*const EVP_MD) -> *const c_char;
        c EVP_MD_do_all_provided(*mut c_void, EachMdCb, *mut c_void);
        c EVP_default_properties_is_fips_enabled(*mut c_void) -> c_int;
        c EVP_PBE_scrypt(*const c_char, usize, *const c_uchar, usize, u64, u64, u64, u64, *mut c_uchar, usize) -> c_int;
        c PKCS5_PBKDF2_HMAC(*const c_char, c_int, *const c_uchar, c_int, c_int, *const EVP_MD, c_int, *mut c_uchar) -> c_int;
        c HMAC_CTX_new() -> *mut HMAC_CTX;
        c HMAC_CTX_free(*mut HMAC_CTX);
        c HMAC_CTX_copy(*mut HMAC_CTX, *mut HMAC_CTX) -> c_int;
        c HMAC_CTX_get_md(*const HMAC_CTX) -> *const EVP_MD;
        c HMAC_Init_ex(*mut HMAC_CTX, *const c_void, c_int, *const EVP_MD, *mut c_void) -> c_int;
        c HMAC_Update(*mut HMAC_CTX, *const c_uchar, usize) -> c_int;
        c HMAC_Final(*mut HMAC_CTX, *mut c_uchar, *mut c_uint) -> c_int;
    }
    optional {
        s TLSv1_method() -> *const SSL_METHOD;
        s TLSv1_1_method() -> *const SSL_METHOD;
        s TLSv1_2_method() -> *const SSL_METHOD;
        s SSL_get_current_compression(*const SSL) -> *const COMP_METHOD;
        c COMP_get_type(*const COMP_METHOD) -> c_int;
        s SSL_CTX_set_psk_client_callback(*mut SSL_CTX, Option<PskClientCb>);
        s SSL_CTX_set_psk_server_callback(*mut SSL_CTX, Option<PskServerCb>);
        s SSL_CTX_use_psk_identity_hint(*mut SSL_CTX, *const c_char) -> c_int;
        s SSL_SESSION_get_time_ex(*const SSL_SESSION) -> i64;
        c X509_STORE_get1_objects(*const X509_STORE) -> *mut STACK;
        c X509_STORE_lock(*mut X509_STORE) -> c_int;
        c X509_STORE_unlock(*mut X509_STORE) -> c_int;
    }
}

static API: OnceLock<Result<Api, String>> = OnceLock::new();

/// Where the libraries are looked for: first as the loader finds them.
#[cfg(not(target_os = "macos"))]
const NAMES: (&CStr, &CStr) = (c"libcrypto.so.3", c"libssl.so.3");
#[cfg(target_os = "macos")]
const NAMES: (&CStr, &CStr) = (c"libcrypto.3.dylib", c"libssl.3.dylib");

/// `RTLD_NOW`, with the names kept private to the libraries.
const NOW: i32 = 2;

fn open_all() -> Result<Api, String> {
    let open = |name: &CStr| dl::open(name, NOW).map_err(|e| format!("OpenSSL 3 cannot be loaded: {}", String::from_utf8_lossy(&e)));
    let crypto = open(NAMES.0)?;
    let ssl = open(NAMES.1)?;
    Api::find(ssl, crypto)
}

/// Load OpenSSL unless it is there; the error says why it cannot be had.
pub fn load() -> Result<&'static Api, &'static str> {
    API.get_or_init(open_all).as_ref().map_err(String::as_str)
}

/// The functions, once [`load`] has succeeded, as it has before there is any object of these modules.
#[inline]
pub fn api() -> &'static Api {
    match API.get() {
        Some(Ok(api)) => api,
        _ => unreachable!("objects of _ssl exist only after OpenSSL was loaded"),
    }
}
