//! Entry points: the `extern "C"` function that takes a call apart, converts the arguments and calls the Rust function.
//!
//! All logic that does not depend on the parameter types is in `taipan_object::args`; what is emitted here is the conversions, the call and a
//! constant description (`FnSpec`).

use crate::entry::{Result as Outcome, entry, int, object, pointer};
use crate::meta::{is_ref_to, take_attr, type_is};
use crate::sig::{Conv, Kind, Param, Sig};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, Expr, FnArg, Result, Signature, Type};

/// What the C entry's first argument is.
#[derive(Clone, Copy)]
pub enum Target<'a> {
    /// An instance of the type: `&self`.
    Instance(&'a Type),
    /// The class: first parameter `cls: &PyType`.
    Class,
    /// Nothing.
    Static,
    /// The module: an optional first parameter `module: &PyModule`.
    Module,
}

/// How one Rust parameter is filled.
enum Slot {
    Receiver,
    Cx,
    Class,
    Module,
    /// A parameter of the signature string, by its index.
    Param(usize, Type, Option<Expr>),
}

/// A function with its signature string, ready to be turned into entry points.
pub struct Callable<'a> {
    pub sig: Sig,
    target: Target<'a>,
    path: TokenStream,
    label: String,
    slots: Vec<Slot>,
}

impl<'a> Callable<'a> {
    /// Match the Rust parameters with the signature string. Strips `#[default(..)]` from the parameters. `label` names the function in reports
    /// of internal errors.
    pub fn new(sig: Sig, rust: &mut Signature, target: Target<'a>, path: TokenStream, label: String) -> Result<Self> {
        let mut slots = Vec::new();
        let mut next = 0;
        let mut class_due = matches!(target, Target::Class);
        let mut first = true;
        for input in rust.inputs.iter_mut() {
            match input {
                FnArg::Receiver(r) => {
                    if !matches!(target, Target::Instance(_)) || r.reference.is_none() || r.mutability.is_some() {
                        return Err(Error::new(r.span(), "only methods, getters, setters and slots take a receiver, and it is `&self`"));
                    }
                    slots.push(Slot::Receiver);
                }
                FnArg::Typed(p) => {
                    let default = match take_attr(&mut p.attrs, "default") {
                        Some(a) => Some(a.parse_args::<Expr>()?),
                        None => None,
                    };
                    if is_ref_to(&p.ty, "Cx") {
                        slots.push(Slot::Cx);
                    } else if class_due {
                        class_due = false;
                        slots.push(Slot::Class);
                    } else if first && matches!(target, Target::Module) && is_ref_to(&p.ty, "PyModule") {
                        slots.push(Slot::Module);
                    } else {
                        if next >= sig.params.len() {
                            return Err(Error::new(
                                p.span(),
                                format!("the signature \"{}({})\" has no parameter for this one", sig.name, sig.text),
                            ));
                        }
                        check_kind(&sig.params[next], &p.ty)?;
                        slots.push(Slot::Param(next, (*p.ty).clone(), default));
                        next += 1;
                    }
                }
            }
            first = false;
        }
        if matches!(target, Target::Instance(_)) && !slots.iter().any(|s| matches!(s, Slot::Receiver)) {
            return Err(Error::new(rust.ident.span(), "needs `&self` (or use #[classmethod], #[staticmethod], #[new])"));
        }
        if class_due {
            return Err(Error::new(rust.ident.span(), "the first parameter must be the class: `cls: &PyType`"));
        }
        if next < sig.params.len() {
            return Err(Error::new(rust.ident.span(), format!("no Rust parameter for `{}` of the signature", sig.params[next].name)));
        }
        Ok(Callable { sig, target, path, label, slots })
    }

    /// The `FnSpec` constant.
    pub fn spec(&self) -> TokenStream {
        let name = &self.sig.name;
        let params = self.sig.named().map(|p| &p.name);
        let count = |f: &dyn Fn(&Param) -> bool| self.sig.named().filter(|p| f(p)).count() as u16;
        let pos_only = count(&|p| p.kind == Kind::PosOnly);
        let pos_min = count(&|p| p.kind != Kind::KwOnly && p.default.is_none());
        let pos_max = count(&|p| p.kind != Kind::KwOnly);
        let kw_min = count(&|p| p.kind == Kind::KwOnly && p.default.is_none());
        let (var_args, var_kw) = (self.sig.has(Kind::VarArgs), self.sig.has(Kind::VarKw));
        let one = self.sig.conv() == Conv::One;
        quote! {
            static __SPEC: __rt::FnSpec = __rt::FnSpec {
                name: #name, params: &[#(#params),*], names: __rt::Names::new(), pos_only: #pos_only, pos_min: #pos_min, pos_max: #pos_max, kw_min: #kw_min,
                var_args: #var_args, var_kw: #var_kw, one: #one,
            };
        }
    }

    /// `let __a0 = ...; ...` then the call, given where bound arguments come from. `source(i)` is an `Option<&Object>` or, when
    /// `required(i)`, a `&Object`.
    fn call(&self, slf: TokenStream, arg: &dyn Fn(usize, bool) -> TokenStream) -> Result<TokenStream> {
        let mut lets = TokenStream::new();
        let mut given = Vec::new();
        for (n, slot) in self.slots.iter().enumerate() {
            match slot {
                Slot::Receiver => {
                    let Target::Instance(ty) = self.target else { unreachable!("checked in new") };
                    given.push(quote!(__rt::instance::<#ty>(#slf)));
                }
                Slot::Class => given.push(quote!(__rt::class(#slf))),
                Slot::Module => given.push(quote!(__rt::module(#slf))),
                Slot::Cx => given.push(quote!(__cx)),
                Slot::Param(i, ty, default) => {
                    let p = &self.sig.params[*i];
                    let var = quote::format_ident!("__a{n}");
                    let value = match p.kind {
                        Kind::VarArgs => quote!(__rest),
                        Kind::VarKw => quote!(__kw),
                        _ => self.convert(*i, ty, default.as_ref(), arg)?,
                    };
                    lets.extend(quote!(let #var = #value;));
                    given.push(var.into_token_stream());
                }
            }
        }
        let path = &self.path;
        Ok(quote! { #lets let __r = #path(#(#given),*); })
    }

    fn convert(&self, i: usize, ty: &Type, default: Option<&Expr>, arg: &dyn Fn(usize, bool) -> TokenStream) -> Result<TokenStream> {
        let p = &self.sig.params[i];
        let place = self.sig.params[..i].iter().filter(|p| !matches!(p.kind, Kind::VarArgs)).count();
        let at = place as u16;
        let from = if is_ref_to(ty, "Object") {
            quote!(__v)
        } else {
            quote_spanned!(ty.span()=> <#ty as __rt::FromArg>::from_arg(__v, __rt::ArgAt::new(&__SPEC, #at), __cx)?)
        };
        let required = p.default.is_none();
        let source = arg(place, required);
        if required {
            if default.is_some() {
                return Err(Error::new(ty.span(), format!("`{}` has no default in the signature", p.name)));
            }
            return Ok(quote!({ let __v: &__rt::Object = #source; #from }));
        }
        let absent = absent_value(p, ty, default)?;
        Ok(quote!(match #source { Some(__v) => #from, None => #absent }))
    }

    /// The entry for a method table row and its `METH_*` flags. The tokens declare `__entry`.
    pub fn method_entry(&self) -> Result<(TokenStream, TokenStream)> {
        let slf = quote!(__slf);
        let mut params = vec![object("__slf")];
        let (flags, prologue, call) = match self.sig.conv() {
            Conv::NoArgs => {
                params.push(object("__none"));
                (quote!(__rt::METH_NOARGS), quote!(), self.call(slf, &|_, _| quote!())?)
            }
            Conv::One => {
                params.push(object("__arg"));
                (quote!(__rt::METH_O), quote!(), self.call(slf, &|_, _| quote!(__rt::Object::borrow_raw(__arg)))?)
            }
            Conv::Positional => {
                params.extend([vector(), int("__n", quote!(isize))]);
                (quote!(__rt::METH_FASTCALL), self.positional_prologue(quote!(__rt::slice(__args, __n))), self.call(slf, &positional)?)
            }
            Conv::Keywords => {
                params.extend([vector(), int("__n", quote!(isize)), object("__names")]);
                let kw = quote!(__rt::Kwargs::from_vector(__args, __n, __names));
                (
                    quote!(__rt::METH_FASTCALL | __rt::METH_KEYWORDS),
                    self.keyword_prologue(quote!(__rt::slice(__args, __n)), kw),
                    self.call(slf, &keyword)?,
                )
            }
        };
        let spec = self.spec();
        let body = quote!(#prologue #call __rt::ret(__r, __cx));
        let entry = entry("__entry", &params, Outcome::Object, &self.label, &body);
        Ok((quote!(#spec #entry), flags))
    }

    /// `tp_new`, and `tp_vectorcall` when `vectorcall`. Declares `__new` and `__vectorcall`.
    pub fn new_entry(&self, ty: &Type, vectorcall: bool) -> Result<TokenStream> {
        let inner = self.inner_body(quote!(__rt::no_keywords_new(&__SPEC, __rt::class(__slf), <#ty as __rt::PyTyped>::ty(), __kw, __cx)?;))?;
        let vector = vectorcall.then(|| {
            let body = quote! {
                let __n = __rt::vector_len(__nf);
                __inner(__slf, __rt::slice(__args, __n), __rt::Kwargs::from_vector(__args, __n, __names), __cx)
            };
            let params = [object("__slf"), vector(), int("__nf", quote!(usize)), object("__names")];
            entry("__vectorcall", &params, Outcome::Object, &self.label, &body)
        });
        let body = quote! {
            let __kwbuf = __rt::KwBuf::from_dict(__kwargs, __cx)?;
            __inner(__cls as __rt::Ptr, __rt::tuple_slice(__args), __kwbuf.view(), __cx)
        };
        let params = [pointer("__cls", quote!(*mut __rt::PyType)), object("__args"), object("__kwargs")];
        let new = entry("__new", &params, Outcome::Object, &self.label, &body);
        let spec = self.spec();
        Ok(quote! {
            #spec
            #[inline]
            unsafe fn __inner(__slf: __rt::Ptr, __all: &[&__rt::Object], __kw: __rt::Kwargs<'_>, __cx: &mut __rt::Cx) -> __rt::PyResult {
                unsafe { #inner __rt::ret(__r, __cx) }
            }
            #new
            #vector
        })
    }

    /// `tp_init`. Declares `__init`.
    pub fn init_entry(&self, ty: &Type) -> Result<TokenStream> {
        let inner = self.inner_body(quote!(__rt::no_keywords_init(&__SPEC, __slf, <#ty as __rt::PyTyped>::ty(), __kw, __cx)?;))?;
        let spec = self.spec();
        let body = quote! {
            let __kwbuf = __rt::KwBuf::from_dict(__kwargs, __cx)?;
            let (__all, __kw) = (__rt::tuple_slice(__args), __kwbuf.view());
            #inner
            __rt::IntoFlag::into_flag(__r)
        };
        let init = entry("__init", &[object("__slf"), object("__args"), object("__kwargs")], Outcome::Int, &self.label, &body);
        Ok(quote!(#spec #init))
    }

    /// Binding from `__all` and `__kw`, then the call: for constructors.
    fn inner_body(&self, no_keywords: TokenStream) -> Result<TokenStream> {
        let slf = quote!(__slf);
        let (prologue, call) = match self.sig.conv() {
            Conv::Keywords => (self.keyword_prologue(quote!(__all), quote!(__kw)), self.call(slf, &keyword)?),
            // Argument Clinic has a message of its own for constructors without parameters.
            Conv::NoArgs => (quote!(#no_keywords __rt::no_positional(&__SPEC, __all, __cx)?;), self.call(slf, &positional)?),
            _ => {
                let bind = self.positional_prologue(quote!(__all));
                (quote!(#no_keywords #bind), self.call(slf, &positional)?)
            }
        };
        Ok(quote!(#prologue #call))
    }

    fn positional_prologue(&self, slice: TokenStream) -> TokenStream {
        let rest = self.sig.has(Kind::VarArgs).then(|| quote!(let __rest = __rt::Args::after(__all, __SPEC.pos_max as usize);));
        quote! { let __all: &[&__rt::Object] = #slice; __rt::check_positional(&__SPEC, __all.len(), __cx)?; #rest }
    }

    fn keyword_prologue(&self, slice: TokenStream, kw: TokenStream) -> TokenStream {
        let n = self.sig.named().count();
        let rest = self.sig.has(Kind::VarArgs).then(|| quote!(let __rest = __rt::Args::after(__all, __SPEC.pos_max as usize);));
        // Without named parameters there is nothing to fill in; with `**kwargs` all keywords are left over.
        if self.sig.has(Kind::VarKw) {
            return quote! {
                let __all: &[&__rt::Object] = #slice; let __kw: __rt::Kwargs<'_> = #kw;
                __rt::check_positional(&__SPEC, __all.len(), __cx)?;
                let __b: [Option<&__rt::Object>; #n] = __rt::bind_positional(__all); #rest
            };
        }
        quote! {
            let __all: &[&__rt::Object] = #slice;
            let mut __b = [None::<&__rt::Object>; #n];
            __rt::bind(&__SPEC, __all, #kw, &mut __b, __cx)?; #rest
        }
    }
}

/// `args` of the fast calling conventions.
fn vector() -> crate::entry::Param {
    pointer("__args", quote!(*const __rt::Ptr))
}

fn positional(i: usize, required: bool) -> TokenStream {
    if required { quote!(__rt::nth(__all, #i)) } else { quote!(__all.get(#i).copied()) }
}

fn keyword(i: usize, required: bool) -> TokenStream {
    if required { quote!(__rt::bound(__b[#i])) } else { quote!(__b[#i]) }
}

fn check_kind(p: &Param, ty: &Type) -> Result<()> {
    let want = match p.kind {
        Kind::VarArgs => "Args",
        Kind::VarKw => "Kwargs",
        _ if type_is(ty, "Args") || type_is(ty, "Kwargs") => {
            return Err(Error::new(ty.span(), format!("`{}` is not a `*` parameter in the signature", p.name)));
        }
        _ => return Ok(()),
    };
    if type_is(ty, want) { Ok(()) } else { Err(Error::new(ty.span(), format!("`{}` must have the type `{want}<'_>`", p.name))) }
}

/// The Rust value of a parameter that was not given.
fn absent_value(p: &Param, ty: &Type, explicit: Option<&Expr>) -> Result<TokenStream> {
    if let Some(e) = explicit {
        return Ok(e.to_token_stream());
    }
    if type_is(ty, "Option") {
        return Ok(quote!(None));
    }
    if type_is(ty, "NoneOr") {
        return Ok(quote!(__rt::NoneOr(None)));
    }
    let text = p.default.as_deref().unwrap_or_default();
    let (object, is_char) = (is_ref_to(ty, "Object"), type_is(ty, "char"));
    match text {
        "None" if object => return Ok(quote!(__rt::none())),
        "True" if !object => return Ok(quote!(true)),
        "False" if !object => return Ok(quote!(false)),
        "sys.maxsize" if !object => return Ok(quote!(isize::MAX)),
        _ => {}
    }
    let quoted = text.len() >= 2 && (text.starts_with('\'') || text.starts_with('"')) && !text.contains('\\');
    if quoted && (type_is(ty, "Cow") || type_is(ty, "String") || is_char) {
        let inner = &text[1..text.len() - 1];
        return match (is_char, inner.chars().next()) {
            (true, Some(c)) if inner.chars().count() == 1 => Ok(quote!(#c)),
            (true, _) => Err(Error::new(ty.span(), "a `char` default has one character")),
            _ => Ok(quote!(#inner.into())),
        };
    }
    if !object && text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        let float = type_is(ty, "f64") && !text.contains(['.', 'e', 'x']);
        let text = if float { format!("{text}.0") } else { text.to_string() };
        if let Ok(e) = syn::parse_str::<Expr>(&text) {
            return Ok(e.to_token_stream());
        }
    }
    Err(Error::new(
        ty.span(),
        format!("the default `{text}` has no value of this type: take `Option<...>` or write #[default(expr)] before the parameter"),
    ))
}
