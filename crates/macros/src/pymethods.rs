//! `#[pymethods]`: an impl block becomes a `TypePart` (method table, attributes, slots) beside the untouched functions.

use crate::callable::{Callable, Target};
use crate::entry::{Result as Outcome, entry, int, object, pointer};
use crate::meta::{CallAttr, cstr, cstr_ptr, doc_of, opt_str, take_attr};
use crate::sig::Sig;
use crate::slots;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use std::collections::HashSet;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Ident, ImplItem, ImplItemFn, ItemImpl, LitStr, Result, Type};

/// Attributes that make a function visible to Python.
const ROLES: &[&str] =
    &["method", "classmethod", "staticmethod", "getter", "setter", "slot", "slot_raw", "new", "init", "vectorcall"];

/// One attribute of the type with its accessors.
struct GetSet {
    name: String,
    get: TokenStream,
    set: TokenStream,
    doc: String,
    span: Span,
}

#[derive(Default)]
struct Part {
    /// Nested items (entry points), each in a block of its own.
    methods: Vec<TokenStream>,
    getsets: Vec<GetSet>,
    slots: Vec<TokenStream>,
    seen_slots: HashSet<String>,
    seen_methods: HashSet<String>,
    new_sig: String,
    /// Other associated constants.
    consts: Vec<TokenStream>,
}

/// Expand `#[pymethods]` / `#[pymethods(NAME)]`.
pub fn expand(attr: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let name: Ident = if attr.is_empty() { format_ident!("PART") } else { syn::parse2(attr)? };
    let mut block: ItemImpl = syn::parse2(item)?;
    if block.trait_.is_some() || !block.generics.params.is_empty() {
        return Err(Error::new(block.self_ty.span(), "#[pymethods] goes on a plain `impl Type { ... }`"));
    }
    let ty = (*block.self_ty).clone();
    let label = ty.to_token_stream().to_string().replace(' ', "");
    let has_init = block.items.iter().any(|i| match i {
        ImplItem::Fn(f) => f.attrs.iter().any(|a| a.path().is_ident("init") || (a.path().is_ident("slot") && a.to_token_stream().to_string().contains("tp_init"))),
        _ => false,
    });
    let mut part = Part::default();
    let mut errors: Option<Error> = None;
    for item in &mut block.items {
        let ImplItem::Fn(f) = item else { continue };
        if let Err(e) = part.function(f, &ty, &label, has_init) {
            match &mut errors {
                Some(all) => all.combine(e),
                none => *none = Some(e),
            }
        }
    }
    if let Some(e) = errors {
        return Err(e);
    }
    let generated = part.finish(&ty, &name)?;
    Ok(quote!(#block #generated))
}

impl Part {
    /// Take the role attributes off a function and add what they ask for. A function may have several roles.
    fn function(&mut self, f: &mut ImplItemFn, ty: &Type, label: &str, has_init: bool) -> Result<()> {
        let mut roles: Vec<Attribute> = Vec::new();
        for role in ROLES {
            while let Some(a) = take_attr(&mut f.attrs, role) {
                roles.push(a);
            }
        }
        let doc = doc_of(&f.attrs);
        let ident = f.sig.ident.clone();
        let path = quote_spanned!(ident.span()=> <#ty>::#ident);
        let label = format!("{label}::{ident}");
        for a in &roles {
            let role = a.path().get_ident().map(|i| i.to_string()).unwrap_or_default();
            match role.as_str() {
                "method" => self.method(a, f, &doc, Target::Instance(ty), path.clone(), &label)?,
                "classmethod" => self.method(a, f, &doc, Target::Class, path.clone(), &label)?,
                "staticmethod" => self.method(a, f, &doc, Target::Static, path.clone(), &label)?,
                "getter" => self.getter(a, f, &doc, ty, &path, &label)?,
                "setter" => self.setter(a, f, ty, &path, &label)?,
                "slot" => self.slot(a, f, ty, &path, &label)?,
                "slot_raw" => {
                    let id: Ident = a.parse_args()?;
                    self.claim(&id)?;
                    self.slots.push(quote!(__rt::SlotSpec { id: __rt::SlotId::#id, func: #path as *const () }));
                }
                "new" => self.new_(a, f, ty, path.clone(), &label, has_init)?,
                "init" => {
                    let at = CallAttr::of(a)?;
                    let c = Callable::new(ctor_sig(&at, f)?, &mut f.sig, Target::Instance(ty), path.clone(), label.clone())?;
                    if self.new_sig.is_empty() && !at.nosig {
                        self.new_sig = at.sig.as_ref().map(|_| format!("{}({})\n--\n\n", c.sig.name, c.sig.text)).unwrap_or_default();
                    }
                    self.claim(&Ident::new("tp_init", a.span()))?;
                    let entry = c.init_entry(ty)?;
                    self.slots.push(quote!({ #entry __rt::SlotSpec { id: __rt::SlotId::tp_init, func: __init as *const () } }));
                }
                _ => self.vectorcall(f, ty, &path, &label)?,
            }
        }
        Ok(())
    }

    fn claim(&mut self, id: &Ident) -> Result<()> {
        if self.seen_slots.insert(id.to_string()) { Ok(()) } else { Err(Error::new(id.span(), format!("`{id}` is filled twice"))) }
    }

    fn method(&mut self, a: &Attribute, f: &mut ImplItemFn, doc: &str, target: Target<'_>, path: TokenStream, label: &str) -> Result<()> {
        let at = CallAttr::of(a)?;
        let (receiver, kind) = match target {
            Target::Instance(_) => ("$self", quote!(0)),
            Target::Class => ("$type", quote!(__rt::METH_CLASS)),
            _ => ("", quote!(__rt::METH_STATIC)),
        };
        let sig = Sig::parse(at.need_sig(a)?, receiver)?;
        let coexist = at.coexist.then(|| quote!(| __rt::METH_COEXIST));
        self.methods.extend(method_rows(&at, sig, f_sig(f), target, path, label, doc, quote!(| #kind #coexist), &mut self.seen_methods)?);
        Ok(())
    }

    fn getter(&mut self, a: &Attribute, f: &ImplItemFn, doc: &str, ty: &Type, path: &TokenStream, label: &str) -> Result<()> {
        let name = accessor_name(a, &f.sig.ident, "get_")?;
        let cx = accessor_cx(f, 1)?;
        let e = self.getset(name, f.sig.ident.span());
        let body = quote!(let __r = #path(__rt::instance::<#ty>(__slf) #cx); __rt::ret(__r, __cx));
        let entry = entry("__get", &[object("__slf"), closure()], Outcome::Object, label, &body);
        e.get = quote!({ #entry Some(__get as __rt::Getter) });
        e.doc = doc.to_string();
        Ok(())
    }

    fn setter(&mut self, a: &Attribute, f: &ImplItemFn, ty: &Type, path: &TokenStream, label: &str) -> Result<()> {
        let name = accessor_name(a, &f.sig.ident, "set_")?;
        let cx = accessor_cx(f, 2)?;
        let e = self.getset(name, f.sig.ident.span());
        let body = quote!(let __r = #path(__rt::instance::<#ty>(__slf), __rt::opt_object(__v) #cx); __rt::IntoFlag::into_flag(__r));
        let entry = entry("__set", &[object("__slf"), object("__v"), closure()], Outcome::Int, label, &body);
        e.set = quote!({ #entry Some(__set as __rt::Setter) });
        Ok(())
    }

    fn getset(&mut self, name: String, span: Span) -> &mut GetSet {
        let i = match self.getsets.iter().position(|g| g.name == name) {
            Some(i) => i,
            None => {
                self.getsets.push(GetSet { name, get: quote!(None), set: quote!(None), doc: String::new(), span });
                self.getsets.len() - 1
            }
        };
        &mut self.getsets[i]
    }

    /// `#[slot(tp_x)]`, `#[slot(tp_init, doc = "__init__", "text")]`.
    fn slot(&mut self, a: &Attribute, f: &ImplItemFn, ty: &Type, path: &TokenStream, label: &str) -> Result<()> {
        let ids = a.parse_args_with(syn::punctuated::Punctuated::<Ident, syn::Token![,]>::parse_terminated)?;
        for id in ids {
            self.claim(&id)?;
            let w = slots::wrapper(&id, ty, &f.sig, path, label)?;
            self.slots.push(quote!({ #w __rt::SlotSpec { id: __rt::SlotId::#id, func: __slot as *const () } }));
        }
        Ok(())
    }

    fn new_(&mut self, a: &Attribute, f: &mut ImplItemFn, ty: &Type, path: TokenStream, label: &str, has_init: bool) -> Result<()> {
        let at = CallAttr::of(a)?;
        let raw = at.sig.is_none();
        let c = Callable::new(ctor_sig(&at, f)?, &mut f.sig, Target::Class, path, label.to_string())?;
        if !raw && !at.nosig {
            self.new_sig = format!("{}({})\n--\n\n", c.sig.name, c.sig.text);
        }
        let vectorcall = !has_init && !at.no_vectorcall;
        self.claim(&Ident::new("tp_new", a.span()))?;
        let entry = c.new_entry(ty, vectorcall)?;
        let (new_id, vec_id) = (format_ident!("__NEW"), format_ident!("__VECTORCALL"));
        // Two slots share one body: the entries go to a block that gives both.
        if vectorcall {
            // In sight of C code where CPython's type has the slot, else in our own place.
            let slot = Ident::new(if at.vectorcall { "tp_vectorcall" } else { "construct" }, a.span());
            self.claim(&slot)?;
            self.consts.push(quote! {
                #[doc(hidden)]
                #[allow(unsafe_code, unused_unsafe, clippy::all, clippy::undocumented_unsafe_blocks)]
                const __NEW_SLOTS: (*const (), *const ()) = {
                    use ::taipan_object::args::rt as __rt;
                    #entry
                    (__new as *const (), __vectorcall as *const ())
                };
            });
            self.slots.push(quote!({
                const #new_id: *const () = <#ty>::__NEW_SLOTS.0;
                __rt::SlotSpec { id: __rt::SlotId::tp_new, func: #new_id }
            }));
            self.slots.push(quote!({
                const #vec_id: *const () = <#ty>::__NEW_SLOTS.1;
                __rt::SlotSpec { id: __rt::SlotId::#slot, func: #vec_id }
            }));
        } else {
            self.slots.push(quote!({ #entry __rt::SlotSpec { id: __rt::SlotId::tp_new, func: __new as *const () } }));
        }
        Ok(())
    }

    /// `#[vectorcall] fn call(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx)`: the constant `T::VECTORCALL` for a `Vectorcall` field.
    fn vectorcall(&mut self, f: &ImplItemFn, ty: &Type, path: &TokenStream, label: &str) -> Result<()> {
        if f.sig.receiver().is_none() || f.sig.inputs.len() != 4 {
            return Err(Error::new(f.sig.span(), "takes (&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx)"));
        }
        let body = quote! {
            let __n = __rt::vector_len(__nf);
            let __kw = __rt::Kwargs::from_vector(__args, __n, __names);
            let __r = #path(__rt::instance::<#ty>(__slf), __rt::Args::after(__rt::slice(__args, __n), 0), __kw, __cx);
            __rt::ret(__r, __cx)
        };
        let params = [object("__slf"), pointer("__args", quote!(*const __rt::Ptr)), int("__nf", quote!(usize)), object("__names")];
        let entry = entry("__call", &params, Outcome::Object, label, &body);
        self.consts.push(quote! {
            /// The function that a `Vectorcall` field of an instance holds.
            #[allow(unsafe_code, unused_unsafe, clippy::all, clippy::undocumented_unsafe_blocks)]
            pub const VECTORCALL: ::taipan_object::args::rt::VectorcallFunc = {
                use ::taipan_object::args::rt as __rt;
                #entry
                __call
            };
        });
        Ok(())
    }

    fn finish(self, ty: &Type, name: &Ident) -> Result<TokenStream> {
        let Part { methods, getsets, slots, new_sig, consts, .. } = self;
        let sig_name = format_ident!("{name}_SIG");
        let mut rows = Vec::new();
        for g in &getsets {
            let (n, d) = (cstr(&g.name, g.span)?, cstr_ptr(&g.doc, g.span)?);
            let (get, set) = (&g.get, &g.set);
            rows.push(quote!(__rt::GetSetDef { name: #n.as_ptr(), get: #get, set: #set, doc: #d, closure: ::core::ptr::null_mut() }));
        }
        Ok(quote! {
            #[allow(non_upper_case_globals)]
            impl #ty {
                #(#consts)*
                /// Head of the type's docstring (text signature of the constructor), or empty.
                #[doc(hidden)]
                pub const #sig_name: &'static str = #new_sig;
                /// Methods, attributes and slots of this block.
                #[allow(unsafe_code, unused_unsafe, unused_variables, clippy::all, clippy::undocumented_unsafe_blocks)]
                pub const #name: ::taipan_object::args::rt::TypePart = {
                    use ::taipan_object::args::rt as __rt;
                    __rt::TypePart {
                        slots: &[#(#slots),*],
                        methods: &[#(#methods,)* __rt::END_METHODS],
                        getsets: &[#(#rows,)* __rt::END_GETSETS],
                        members: &[__rt::END_MEMBERS],
                    }
                };
            }
        })
    }
}

/// Rows of a `PyMethodDef` table for one function: the name and its aliases.
#[allow(clippy::too_many_arguments)]
pub fn method_rows(
    at: &CallAttr,
    sig: Sig,
    rust: &mut syn::Signature,
    target: Target<'_>,
    path: TokenStream,
    label: &str,
    doc: &str,
    extra_flags: TokenStream,
    seen: &mut HashSet<String>,
) -> Result<Vec<TokenStream>> {
    let span = sig.span;
    let c = Callable::new(sig, rust, target, path, label.to_string())?;
    let full = match &at.doc {
        Some(d) => d.value(),
        None if at.nosig => doc.to_string(),
        None => c.sig.doc(doc),
    };
    let doc_ptr = cstr_ptr(&full, span)?;
    let (entry, flags) = c.method_entry()?;
    let mut rows = Vec::new();
    let names = std::iter::once(c.sig.name.clone()).chain(at.aliases.iter().map(LitStr::value));
    for n in names {
        if !seen.insert(n.clone()) {
            return Err(Error::new(span, format!("`{n}` is defined twice")));
        }
        let name = cstr(&n, span)?;
        rows.push(quote!({
            #entry
            __rt::method_def(#name, __entry as *const (), #flags #extra_flags, #doc_ptr)
        }));
    }
    Ok(rows)
}

/// The last parameter of accessors, which ours do not use.
fn closure() -> crate::entry::Param {
    pointer("__closure", quote!(*mut ::core::ffi::c_void))
}

fn f_sig(f: &mut ImplItemFn) -> &mut syn::Signature {
    &mut f.sig
}

/// The signature of a constructor; without a string it takes `Args` and `Kwargs` as they are.
fn ctor_sig(at: &CallAttr, f: &ImplItemFn) -> Result<Sig> {
    match &at.sig {
        Some(s) => Sig::parse(s, ""),
        None => Ok(Sig::raw(f.sig.ident.to_string(), f.sig.ident.span())),
    }
}

fn accessor_name(a: &Attribute, ident: &Ident, prefix: &str) -> Result<String> {
    Ok(match opt_str(a)? {
        Some(s) => s.value(),
        None => {
            let n = ident.to_string();
            let n = n.strip_prefix("r#").unwrap_or(&n).to_string();
            n.strip_prefix(prefix).map(str::to_string).unwrap_or(n)
        }
    })
}

/// Check an accessor's parameters; tokens for the trailing `cx`, if it takes one.
fn accessor_cx(f: &ImplItemFn, base: usize) -> Result<TokenStream> {
    let what = if base == 1 { "(&self, cx: &mut Cx)" } else { "(&self, value: Option<&Object>, cx: &mut Cx)" };
    if f.sig.receiver().is_none() || f.sig.inputs.len() < base || f.sig.inputs.len() > base + 1 {
        return Err(Error::new(f.sig.span(), format!("takes {what}; `cx` may be absent")));
    }
    Ok(if f.sig.inputs.len() == base { quote!() } else { quote!(, __cx) })
}
