//! `#[slot(tp_x)]`: the natural Rust shape of each slot and the C function around it.

use crate::meta::is_ref_to;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Error, FnArg, Ident, Result, Signature, Type};

/// One C parameter: how it is declared and what the Rust function gets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum P {
    /// An object.
    Obj,
    /// An object or null.
    Opt,
    Size,
    Op,
    /// The positional tuple, as `Args`.
    Tuple,
    /// The keyword dict or null, as `Kwargs`.
    Dict,
    View,
    Int,
}

/// How the result travels.
#[derive(Clone, Copy, PartialEq, Eq)]
enum R {
    Object,
    /// `PyResult<Option<_>>`: `None` is null without an exception.
    Next,
    Flag,
    Size,
    Hash,
    Unit,
    Send,
    Buffer,
}

/// Parameters after the first, and the result.
fn shape(name: &str) -> Option<(&'static [P], R)> {
    use P::*;
    Some(match name {
        "tp_repr" | "tp_str" | "tp_iter" | "nb_negative" | "nb_positive" | "nb_absolute" | "nb_invert" | "nb_int" | "nb_float" | "nb_index"
        | "am_await" | "am_aiter" | "am_anext" => (&[], R::Object),
        "tp_iternext" => (&[], R::Next),
        "tp_hash" => (&[], R::Hash),
        "nb_bool" | "tp_is_gc" => (&[], R::Flag),
        "tp_clear" => (&[], R::Flag),
        "sq_length" | "mp_length" => (&[], R::Size),
        "tp_finalize" | "tp_del" => (&[], R::Unit),
        "nb_power" | "nb_inplace_power" => (&[Obj, Obj], R::Object),
        "sq_repeat" | "sq_item" | "sq_inplace_repeat" => (&[Size], R::Object),
        "sq_ass_item" => (&[Size, Opt], R::Flag),
        "sq_contains" => (&[Obj], R::Flag),
        "sq_concat" | "sq_inplace_concat" | "mp_subscript" | "tp_getattro" => (&[Obj], R::Object),
        "mp_ass_subscript" | "tp_setattro" | "tp_descr_set" => (&[Obj, Opt], R::Flag),
        "tp_descr_get" => (&[Opt, Opt], R::Object),
        "tp_richcompare" => (&[Obj, Op], R::Object),
        "tp_call" => (&[Tuple, Dict], R::Object),
        "tp_init" => (&[Tuple, Dict], R::Flag),
        "am_send" => (&[Obj], R::Send),
        "bf_getbuffer" => (&[View, Int], R::Buffer),
        "bf_releasebuffer" => (&[View], R::Unit),
        n if n.starts_with("nb_") => (&[Obj], R::Object),
        _ => return None,
    })
}

/// Every slot id, for `slot_raw` and messages.
const RAW_ONLY: &[&str] = &["tp_dealloc", "tp_getattr", "tp_setattr", "tp_traverse", "tp_alloc", "tp_free"];

/// The C function `__slot` for `#[slot(name)]` on a function with this signature.
pub fn wrapper(name: &Ident, ty: &Type, rust: &Signature, path: &TokenStream, label: &str) -> Result<TokenStream> {
    let text = name.to_string();
    if text == "tp_new" || text == "tp_vectorcall" {
        return class_slot(&text, rust, path, label);
    }
    let Some((params, result)) = shape(&text) else {
        let hint = if RAW_ONLY.contains(&text.as_str()) { ": write it as #[slot_raw] with the C signature" } else { "" };
        return Err(Error::new(name.span(), format!("`{text}` is not a slot with a Rust shape{hint}")));
    };
    let mut inputs = rust.inputs.iter().peekable();
    // Binary number slots get both operands as they are: either may be the instance.
    let (mut given, with_self) = match inputs.peek() {
        Some(FnArg::Receiver(r)) if r.reference.is_some() && r.mutability.is_none() => {
            inputs.next();
            (vec![quote!(__rt::instance::<#ty>(__slf))], true)
        }
        Some(FnArg::Receiver(r)) => return Err(Error::new(r.span(), "the receiver is `&self`")),
        _ => (vec![quote!(__rt::Object::borrow_raw(__slf))], false),
    };
    let cx_count = rust.inputs.iter().filter(|a| matches!(a, FnArg::Typed(p) if is_ref_to(&p.ty, "Cx"))).count();
    let expected = params.len() + usize::from(!with_self) + cx_count;
    let have = rust.inputs.len() - usize::from(with_self);
    if have != expected {
        return Err(Error::new(rust.inputs.span(), format!("`{text}` takes {}", describe(params))));
    }
    let (mut decl, mut prologue) = (TokenStream::new(), TokenStream::new());
    for (i, p) in params.iter().enumerate() {
        let v = format_ident!("__p{i}");
        let (c_ty, value) = match p {
            P::Obj => (quote!(__rt::Ptr), quote!(__rt::Object::borrow_raw(#v))),
            P::Opt => (quote!(__rt::Ptr), quote!(__rt::opt_object(#v))),
            P::Size => (quote!(isize), quote!(#v)),
            P::Op => (quote!(::core::ffi::c_int), quote!(__rt::compare_op(#v))),
            P::Tuple => (quote!(__rt::Ptr), quote!(__rt::Args::after(__rt::tuple_slice(#v), 0))),
            P::Dict => {
                prologue.extend(quote!(let __kwbuf = __rt::KwBuf::from_dict(#v, __cx)?;));
                (quote!(__rt::Ptr), quote!(__kwbuf.view()))
            }
            P::View => (quote!(*mut ::core::ffi::c_void), quote!(#v as *mut _)),
            P::Int => (quote!(::core::ffi::c_int), quote!(#v)),
        };
        decl.extend(quote!(, #v: #c_ty));
        given.push(value);
    }
    if cx_count == 1 {
        if !matches!(rust.inputs.last(), Some(FnArg::Typed(p)) if is_ref_to(&p.ty, "Cx")) {
            return Err(Error::new(rust.inputs.span(), "`cx` comes last"));
        }
        given.push(quote!(__cx));
    }
    let call = quote!(#prologue let __r = #path(#(#given),*););
    Ok(match result {
        R::Object => quote! {
            unsafe extern "C" fn __slot(__slf: __rt::Ptr #decl) -> __rt::Ptr {
                unsafe { __rt::entry(#label, |__cx| { #call __rt::ret(__r, __cx) }) }
            }
        },
        R::Next => quote! {
            unsafe extern "C" fn __slot(__slf: __rt::Ptr #decl) -> __rt::Ptr {
                unsafe { __rt::entry_next(#label, |__cx| { #call __rt::ret_next(__r, __cx) }) }
            }
        },
        R::Flag => quote! {
            unsafe extern "C" fn __slot(__slf: __rt::Ptr #decl) -> ::core::ffi::c_int {
                unsafe { __rt::entry_int(#label, |__cx| { #call __rt::IntoFlag::into_flag(__r) }) }
            }
        },
        R::Size => quote! {
            unsafe extern "C" fn __slot(__slf: __rt::Ptr #decl) -> isize {
                unsafe { __rt::entry_size(#label, |__cx| { #call __rt::IntoSize::into_size(__r) }) }
            }
        },
        R::Hash => quote! {
            unsafe extern "C" fn __slot(__slf: __rt::Ptr #decl) -> isize {
                unsafe { __rt::entry_size(#label, |__cx| { #call __rt::IntoSize::into_hash(__r) }) }
            }
        },
        R::Unit => quote! {
            unsafe extern "C" fn __slot(__slf: __rt::Ptr #decl) {
                unsafe { __rt::entry_unit(#label, |__cx| { #call let () = __r; }) }
            }
        },
        R::Send => quote! {
            unsafe extern "C" fn __slot(__slf: __rt::Ptr #decl, __out: *mut __rt::Ptr) -> ::core::ffi::c_int {
                unsafe { __rt::entry_send(#label, __out, |__cx| { #call __r }) }
            }
        },
        R::Buffer => quote! {
            unsafe extern "C" fn __slot(__slf: __rt::Ptr #decl) -> ::core::ffi::c_int {
                unsafe { __rt::entry_buffer(#label, __p0, |__cx| { #call __r }) }
            }
        },
    })
}

/// `tp_new` and `tp_vectorcall` written by hand: `(cls: &PyType, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx)`. An instance's own vectorcall
/// function is not a type slot; see `Vectorcall`.
fn class_slot(text: &str, rust: &Signature, path: &TokenStream, label: &str) -> Result<TokenStream> {
    if rust.inputs.len() != 4 || rust.receiver().is_some() {
        return Err(Error::new(rust.inputs.span(), format!("`{text}` takes (cls: &PyType, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx)")));
    }
    Ok(if text == "tp_new" {
        quote! {
            unsafe extern "C" fn __slot(__cls: *mut __rt::PyType, __args: __rt::Ptr, __kwargs: __rt::Ptr) -> __rt::Ptr {
                unsafe { __rt::entry(#label, |__cx| {
                    let __kwbuf = __rt::KwBuf::from_dict(__kwargs, __cx)?;
                    let __r = #path(__rt::class(__cls as __rt::Ptr), __rt::Args::after(__rt::tuple_slice(__args), 0), __kwbuf.view(), __cx);
                    __rt::ret(__r, __cx)
                }) }
            }
        }
    } else {
        quote! {
            unsafe extern "C" fn __slot(__cls: __rt::Ptr, __args: *const __rt::Ptr, __n: usize, __names: __rt::Ptr) -> __rt::Ptr {
                unsafe { __rt::entry(#label, |__cx| {
                    let __n = __rt::vector_len(__n);
                    let __kw = __rt::Kwargs::from_vector(__args, __n, __names);
                    let __r = #path(__rt::class(__cls), __rt::Args::after(__rt::slice(__args, __n), 0), __kw, __cx);
                    __rt::ret(__r, __cx)
                }) }
            }
        }
    })
}

fn describe(params: &[P]) -> String {
    let mut parts = vec!["&self".to_string()];
    parts.extend(params.iter().map(|p| {
        match p {
            P::Obj => "&Object",
            P::Opt => "Option<&Object>",
            P::Size => "isize",
            P::Op => "CmpOp",
            P::Tuple => "Args<'_>",
            P::Dict => "Kwargs<'_>",
            P::View => "*mut Py_buffer",
            P::Int => "c_int",
        }
        .to_string()
    }));
    format!("({}, cx: &mut Cx); `&self` may be `&Object`, `cx` may be absent", parts.join(", "))
}
