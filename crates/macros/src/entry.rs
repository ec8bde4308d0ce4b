//! The outermost layer of every generated function: an `extern "C"` entry that packs its parameters and a body of one Rust type per kind of result.
//!
//! All bodies of a kind have the same function type, so that the panic guard around them is instantiated once and not per method (that alone was
//! two thirds of the compile time of method tables); optimised builds inline it back into the entry.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// How a C parameter goes through a pointer-sized word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Pointer,
    Int,
}

/// A parameter of the entry: its name in the body, its C type.
pub struct Param {
    pub name: Ident,
    pub ty: TokenStream,
    pub word: Word,
}

/// An object parameter.
pub fn object(name: &str) -> Param {
    Param { name: format_ident!("{name}"), ty: quote!(__rt::Ptr), word: Word::Pointer }
}

/// A parameter of any pointer type.
pub fn pointer(name: &str, ty: TokenStream) -> Param {
    Param { name: format_ident!("{name}"), ty, word: Word::Pointer }
}

/// A parameter of an integer type.
pub fn int(name: &str, ty: TokenStream) -> Param {
    Param { name: format_ident!("{name}"), ty, word: Word::Int }
}

/// Kinds of result: the guard in `rt`, the C type, the body's type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Result {
    Object,
    Next,
    Int,
    Size,
    Unit,
    Send,
    Buffer,
}

impl Result {
    fn parts(self) -> (&'static str, TokenStream, TokenStream) {
        match self {
            Result::Object => ("entry", quote!(-> __rt::Ptr), quote!(__rt::PyResult)),
            Result::Next => ("entry_next", quote!(-> __rt::Ptr), quote!(__rt::PyResult<Option<__rt::Own<__rt::Object>>>)),
            Result::Int => ("entry_int", quote!(-> ::core::ffi::c_int), quote!(__rt::PyResult<::core::ffi::c_int>)),
            Result::Size => ("entry_size", quote!(-> isize), quote!(__rt::PyResult<isize>)),
            Result::Unit => ("entry_unit", quote!(), quote!(__rt::PyResult<()>)),
            Result::Send => ("entry_send", quote!(-> ::core::ffi::c_int), quote!(__rt::PyResult<__rt::SendResult>)),
            Result::Buffer => ("entry_buffer", quote!(-> ::core::ffi::c_int), quote!(__rt::PyResult<()>)),
        }
    }
}

/// `unsafe extern "C" fn name(params) -> ...` around `body`, a block's contents ending in a `PyResult`. In the body the parameters have their names
/// and `__cx` is the `&mut Cx`.
pub fn entry(name: &str, params: &[Param], result: Result, label: &str, body: &TokenStream) -> TokenStream {
    const FIELDS: [&str; 4] = ["slf", "a", "b", "c"];
    assert!(params.len() <= FIELDS.len(), "an entry has at most four parameters");
    let name = format_ident!("{name}");
    let (guard, c_result, rust_result) = result.parts();
    let guard = format_ident!("{guard}");
    let mut decl = Vec::new();
    let mut pack = Vec::new();
    let mut unpack = Vec::new();
    for (i, field) in FIELDS.iter().enumerate() {
        let field = format_ident!("{field}");
        let Some(Param { name, ty, word }) = params.get(i) else {
            pack.push(quote!(#field: ::core::ptr::null_mut()));
            continue;
        };
        decl.push(quote!(#name: #ty));
        let (there, back) = match word {
            Word::Pointer => (quote!(#name as __rt::Ptr), quote!(__c.#field as #ty)),
            Word::Int => (quote!(#name as isize as __rt::Ptr), quote!(__c.#field as isize as #ty)),
        };
        pack.push(quote!(#field: #there));
        unpack.push(quote!(let #name = #back;));
    }
    quote! {
        unsafe extern "C" fn #name(#(#decl),*) #c_result {
            unsafe fn __body(__c: &__rt::Raw, __cx: &mut __rt::Cx) -> #rust_result {
                unsafe { #(#unpack)* #body }
            }
            unsafe { __rt::#guard(#label, __body, __rt::Raw { #(#pack),* }) }
        }
    }
}
