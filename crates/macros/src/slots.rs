//! `#[slot(tp_x)]`: the natural Rust shape of each slot and the C function around it.

use crate::entry::{Result as Outcome, entry, int, object, pointer};
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
    if matches!(text.as_str(), "tp_new" | "tp_vectorcall" | "construct") {
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
    let mut prologue = TokenStream::new();
    let mut decl = vec![object("__slf")];
    for (i, p) in params.iter().enumerate() {
        let name = format!("__p{i}");
        let v = format_ident!("{name}");
        let (param, value) = match p {
            P::Obj => (object(&name), quote!(__rt::Object::borrow_raw(#v))),
            P::Opt => (object(&name), quote!(__rt::opt_object(#v))),
            P::Size => (int(&name, quote!(isize)), quote!(#v)),
            P::Op => (int(&name, quote!(::core::ffi::c_int)), quote!(__rt::compare_op(#v))),
            P::Tuple => (object(&name), quote!(__rt::Args::after(__rt::tuple_slice(#v), 0))),
            P::Dict => {
                prologue.extend(quote!(let __kwbuf = __rt::KwBuf::from_dict(#v, __cx)?;));
                (object(&name), quote!(__kwbuf.view()))
            }
            P::View => (pointer(&name, quote!(*mut ::core::ffi::c_void)), quote!(#v as *mut _)),
            P::Int => (int(&name, quote!(::core::ffi::c_int)), quote!(#v)),
        };
        decl.push(param);
        given.push(value);
    }
    if cx_count == 1 {
        if !matches!(rust.inputs.last(), Some(FnArg::Typed(p)) if is_ref_to(&p.ty, "Cx")) {
            return Err(Error::new(rust.inputs.span(), "`cx` comes last"));
        }
        given.push(quote!(__cx));
    }
    let (outcome, tail) = match result {
        R::Object => (Outcome::Object, quote!(__rt::ret(__r, __cx))),
        R::Next => (Outcome::Next, quote!(__rt::ret_next(__r, __cx))),
        R::Flag => (Outcome::Int, quote!(__rt::IntoFlag::into_flag(__r))),
        R::Size => (Outcome::Size, quote!(__rt::IntoSize::into_size(__r))),
        R::Hash => (Outcome::Size, quote!(__rt::IntoSize::into_hash(__r))),
        R::Unit => (Outcome::Unit, quote!(let () = __r; Ok(()))),
        R::Send => {
            decl.push(pointer("__out", quote!(*mut __rt::Ptr)));
            (Outcome::Send, quote!(__r))
        }
        R::Buffer => (Outcome::Buffer, quote!(__r)),
    };
    let body = quote!(#prologue let __r = #path(#(#given),*); #tail);
    Ok(entry("__slot", &decl, outcome, label, &body))
}

/// `tp_new`, `tp_vectorcall` and `construct` written by hand: `(cls: &PyType, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx)`. An instance's own vectorcall
/// function is not a type slot; see `#[vectorcall]`. A `tp_new` that does not look at the arguments is `(cls: &PyType, cx: &mut Cx)`.
fn class_slot(text: &str, rust: &Signature, path: &TokenStream, label: &str) -> Result<TokenStream> {
    if text == "tp_new" && rust.inputs.len() == 2 && rust.receiver().is_none() {
        // `(cls, cx)`: the arguments are `__init__`'s business.
        let params = [pointer("__cls", quote!(*mut __rt::PyType)), object("__args"), object("__kwargs")];
        let body = quote! {
            let __r = #path(__rt::class(__cls as __rt::Ptr), __cx);
            __rt::ret(__r, __cx)
        };
        return Ok(entry("__slot", &params, Outcome::Object, label, &body));
    }
    if rust.inputs.len() != 4 || rust.receiver().is_some() {
        return Err(Error::new(rust.inputs.span(), format!("`{text}` takes (cls: &PyType, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx)")));
    }
    let (params, bind) = if text == "tp_new" {
        (
            vec![pointer("__cls", quote!(*mut __rt::PyType)), object("__args"), object("__kwargs")],
            quote! {
                let __kwbuf = __rt::KwBuf::from_dict(__kwargs, __cx)?;
                let (__all, __kw) = (__rt::tuple_slice(__args), __kwbuf.view());
            },
        )
    } else {
        (
            vec![object("__cls"), pointer("__args", quote!(*const __rt::Ptr)), int("__nf", quote!(usize)), object("__names")],
            quote! {
                let __n = __rt::vector_len(__nf);
                let (__all, __kw) = (__rt::slice(__args, __n), __rt::Kwargs::from_vector(__args, __n, __names));
            },
        )
    };
    let body = quote! {
        #bind
        let __r = #path(__rt::class(__cls as __rt::Ptr), __rt::Args::after(__all, 0), __kw, __cx);
        __rt::ret(__r, __cx)
    };
    Ok(entry("__slot", &params, Outcome::Object, label, &body))
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
