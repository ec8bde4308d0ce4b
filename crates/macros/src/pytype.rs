//! `#[pytype]`: a `#[repr(C)]` struct becomes the layout of a built-in type.

use crate::meta::{cstr, cstr_ptr, doc_of, list, take_attr, type_is};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, Fields, Ident, ItemStruct, LitStr, Result, Token, Type};

/// `"name" => function` of `attrs(...)`.
struct Pair(LitStr, Expr);

impl Parse for Pair {
    fn parse(input: ParseStream) -> Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![=>]>()?;
        Ok(Pair(name, input.parse()?))
    }
}

#[derive(Default)]
struct TypeAttr {
    name: Option<LitStr>,
    layout: Option<LitStr>,
    export: Option<LitStr>,
    doc: Option<LitStr>,
    base: Option<Type>,
    itemsize: Option<Expr>,
    basicsize: Option<Expr>,
    gc: bool,
    /// The collector must not clear instances: cycles through them are broken elsewhere.
    no_clear: bool,
    basetype: bool,
    no_dealloc: bool,
    /// Other built-in types derive from it, though classes cannot.
    derived: bool,
    /// Flag names.
    flags: Vec<Ident>,
    parts: Option<Vec<Ident>>,
    attrs: Vec<Pair>,
}

const KEYS: &str = "name, layout, export, doc, base, itemsize, basicsize, gc, no_clear, basetype, derived, sequence, mapping, no_new, no_dealloc, heap, mutable, flags(..), parts(..), attrs(..)";

impl Parse for TypeAttr {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut t = TypeAttr::default();
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            let flag = |n: &str| Ident::new(n, key.span());
            match key.to_string().as_str() {
                "name" => t.name = Some(value(input)?),
                "layout" => t.layout = Some(value(input)?),
                "export" => t.export = Some(value(input)?),
                "doc" => t.doc = Some(value(input)?),
                "base" => t.base = Some(value(input)?),
                "itemsize" => t.itemsize = Some(value(input)?),
                "basicsize" => t.basicsize = Some(value(input)?),
                "gc" => t.gc = true,
                "no_clear" => t.no_clear = true,
                "basetype" => t.basetype = true,
                "no_dealloc" => t.no_dealloc = true,
                "derived" => t.derived = true,
                "sequence" => t.flags.push(flag("SEQUENCE")),
                "mapping" => t.flags.push(flag("MAPPING")),
                "no_new" => t.flags.push(flag("DISALLOW_INSTANTIATION")),
                "heap" => t.flags.push(flag("MODULE_TYPE")),
                "mutable" => t.flags.push(flag("MUTABLE")),
                "flags" => t.flags.extend(list::<Ident>(input)?),
                "parts" => t.parts = Some(list::<Ident>(input)?),
                "attrs" => t.attrs.extend(list::<Pair>(input)?),
                other => return Err(Error::new(key.span(), format!("unknown key `{other}` ({KEYS})"))),
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(t)
    }
}

fn value<T: Parse>(input: ParseStream) -> Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `#[member("name", readonly, ty = Py_T_INT, doc = "...")]` on a field.
struct MemberAttr {
    name: LitStr,
    readonly: bool,
    ty: Option<Ident>,
    doc: String,
}

impl Parse for MemberAttr {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut m = MemberAttr { name: input.parse()?, readonly: false, ty: None, doc: String::new() };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let key: Ident = input.parse()?;
            match key.to_string().as_str() {
                "readonly" => m.readonly = true,
                "ty" => m.ty = Some(value(input)?),
                "doc" => m.doc = value::<LitStr>(input)?.value(),
                other => return Err(Error::new(key.span(), format!("unknown key `{other}` (readonly, ty, doc)"))),
            }
        }
        Ok(m)
    }
}

/// What the fields say: offsets, members, and which of them the collector visits.
#[derive(Default)]
struct FieldFacts {
    traced: Vec<(Ident, Span)>,
    members: Vec<TokenStream>,
    weaklist: Option<Ident>,
    dict: Option<Ident>,
    vectorcall: Option<Ident>,
}

impl FieldFacts {
    fn read(item: &mut ItemStruct) -> Result<FieldFacts> {
        let this = item.ident.clone();
        let Fields::Named(fields) = &mut item.fields else {
            return Err(Error::new(item.ident.span(), "a #[pytype] struct has named fields, the first of which is the head (or the base struct)"));
        };
        if fields.named.is_empty() {
            return Err(Error::new(item.ident.span(), "the first field must be `head: ObjHead`, `VarHead` or the base struct"));
        }
        let mut out = FieldFacts::default();
        for (i, f) in fields.named.iter_mut().enumerate() {
            let name = f.ident.clone().ok_or_else(|| Error::new(f.span(), "a field needs a name"))?;
            let skip = match take_attr(&mut f.attrs, "gc") {
                Some(a) => {
                    let word: Ident = a.parse_args()?;
                    if word != "skip" {
                        return Err(Error::new(word.span(), "only #[gc(skip)]"));
                    }
                    true
                }
                None => false,
            };
            while let Some(a) = take_attr(&mut f.attrs, "member") {
                out.members.push(member_row(&this, &name, &f.ty, &a)?);
            }
            if i == 0 {
                continue;
            }
            if type_is(&f.ty, "WeakList") {
                out.weaklist = Some(name);
                continue;
            } else if type_is(&f.ty, "InstDict") {
                out.dict = Some(name.clone());
            } else if type_is(&f.ty, "Vectorcall") {
                out.vectorcall = Some(name);
                continue;
            }
            if !skip {
                out.traced.push((name, f.ty.span()));
            }
        }
        Ok(out)
    }
}

fn member_row(this: &Ident, field: &Ident, ty: &Type, a: &Attribute) -> Result<TokenStream> {
    let m: MemberAttr = a.parse_args()?;
    let code = match m.ty {
        Some(t) => t,
        None if type_is(ty, "Field") || type_is(ty, "FieldCell") => format_ident!("_Py_T_OBJECT"),
        None => return Err(Error::new(ty.span(), "say the member's code: #[member(\"name\", ty = Py_T_INT)]")),
    };
    let (name, doc) = (cstr(&m.name.value(), m.name.span())?, cstr_ptr(&m.doc, m.name.span())?);
    let flags = if m.readonly { quote!(__rt::abi::Py_READONLY) } else { quote!(0) };
    Ok(quote! {
        __rt::MemberDef {
            name: #name.as_ptr(), type_: __rt::abi::#code as ::core::ffi::c_int, offset: ::core::mem::offset_of!(#this, #field) as isize,
            flags: #flags, doc: #doc,
        }
    })
}

/// Expand `#[pytype(...)]`.
pub fn expand(attr: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let at: TypeAttr = syn::parse2(attr)?;
    let mut item: ItemStruct = syn::parse2(item)?;
    let name = at.name.as_ref().ok_or_else(|| Error::new(item.ident.span(), "#[pytype(name = \"...\")] is required"))?;
    if !item.generics.params.is_empty() {
        return Err(Error::new(item.generics.span(), "a built-in type is not generic"));
    }
    if !has_repr_c(&item) {
        return Err(Error::new(item.ident.span(), "add #[repr(C)] below #[pytype]: C code relies on the order of the fields"));
    }
    let doc = doc_of(&item.attrs);
    let facts = FieldFacts::read(&mut item)?;
    let ty = item.ident.clone();
    let identity = identity(&at, &item, &ty)?;
    let spec = spec(&at, &facts, &ty, name, &doc)?;
    let export = at.export.as_ref().map(|e| quote!(#[unsafe(export_name = #e)]));
    let static_name = format_ident!("{ty}_Type");
    let vis = &item.vis;
    let layout = at.layout.as_ref().map(|l| {
        let c = Ident::new(&l.value(), l.span());
        quote_spanned! {l.span()=>
            const _: () = assert!(
                ::core::mem::size_of::<#ty>() == ::core::mem::size_of::<::taipan_object::args::rt::abi::#c>(),
                "the struct's size differs from the C layout"
            );
        }
    });
    Ok(quote! {
        #item
        #identity
        #layout
        /// The type object.
        #[allow(non_upper_case_globals, unsafe_code)]
        #export
        #vis static #static_name: ::taipan_object::args::rt::StaticType = ::taipan_object::args::rt::StaticType::empty();
        #spec
    })
}

fn has_repr_c(item: &ItemStruct) -> bool {
    item.attrs.iter().any(|a| a.path().is_ident("repr") && matches!(&a.meta, syn::Meta::List(l) if l.tokens.to_string().starts_with('C')))
}

/// `PyLayout`, `PyTyped` and `Deref`.
fn identity(at: &TypeAttr, item: &ItemStruct, ty: &Ident) -> Result<TokenStream> {
    let Some(head) = item.fields.iter().next() else { return Ok(quote!()) };
    let (head_name, head_ty) = (&head.ident, &head.ty);
    let static_name = format_ident!("{ty}_Type");
    // The base of a layout without `base` is `object`; `VarHead` begins with it.
    let (target, body) = match &at.base {
        Some(_) => (quote!(#head_ty), quote!(&self.#head_name)),
        None if type_is(head_ty, "VarHead") => (quote!(::taipan_object::args::rt::Object), quote!(&self.#head_name.head)),
        None => (quote!(::taipan_object::args::rt::Object), quote!(&self.#head_name)),
    };
    if at.base.is_some() && (type_is(head_ty, "ObjHead") || type_is(head_ty, "VarHead")) {
        return Err(Error::new(head_ty.span(), "with `base = ...` the first field is the base struct itself"));
    }
    let subclass_flag = at.flags.iter().find(|f| f.to_string().ends_with("_SUBCLASS"));
    let check = match subclass_flag {
        Some(f) => Some(quote!(obj.ty().tp_flags.get() & ::taipan_object::args::rt::flags::#f != 0)),
        None if !at.basetype && !at.derived => Some(quote!(obj.is_exact::<Self>())),
        None => None,
    };
    let check = check.map(|c| quote!(#[inline(always)] fn check(obj: &::taipan_object::args::rt::Object) -> bool { #c }));
    Ok(quote! {
        #[allow(unsafe_code, clippy::undocumented_unsafe_blocks)]
        const _: () = {
            // SAFETY: repr(C), checked by the macro; the first field is a head or a struct that begins with one (`HeadFirst`).
            unsafe impl ::taipan_object::args::rt::PyLayout for #ty {}
            const _: fn() = || { fn head_first<T: ::taipan_object::args::rt::HeadFirst>() {} head_first::<#head_ty>() };
            // SAFETY: `SPEC` gives the type this size, and subtypes only append.
            unsafe impl ::taipan_object::args::rt::PyTyped for #ty {
                #[inline(always)]
                fn ty() -> &'static ::taipan_object::args::rt::PyType { &#static_name.ty }
                #check
            }
            impl ::core::ops::Deref for #ty {
                type Target = #target;
                #[inline(always)]
                fn deref(&self) -> &Self::Target { #body }
            }
        };
    })
}

/// `T::SPEC`.
fn spec(at: &TypeAttr, facts: &FieldFacts, ty: &Ident, name: &LitStr, doc: &str) -> Result<TokenStream> {
    let static_name = format_ident!("{ty}_Type");
    let c_name = cstr(&name.value(), name.span())?;
    let parts: Vec<Ident> = at.parts.clone().unwrap_or_else(|| vec![format_ident!("PART")]);
    let doc = match &at.doc {
        Some(d) if d.value().is_empty() => quote!(None),
        Some(d) => {
            let d = cstr(&d.value(), d.span())?;
            quote!(Some(#d))
        }
        None => {
            let sigs = parts.iter().map(|p| format_ident!("{p}_SIG"));
            quote! {{
                const __SIG: &str = __rt::first_text(&[#(<#ty>::#sigs),*]);
                const __DOC: &str = #doc;
                const __N: usize = __SIG.len() + __DOC.len() + 1;
                static __TEXT: [u8; __N] = __rt::join_text::<__N>(__SIG, __DOC);
                if __N == 1 { None } else { __rt::text_cstr(&__TEXT) }
            }}
        }
    };
    let offset = |f: &Option<Ident>| match f {
        Some(f) => quote!(::core::mem::offset_of!(#ty, #f) as isize),
        None => quote!(0),
    };
    let (weaklist, dict, vectorcall) = (offset(&facts.weaklist), offset(&facts.dict), offset(&facts.vectorcall));
    let mut flags: Vec<TokenStream> = at.flags.iter().map(|f| quote!(| __rt::flags::#f)).collect();
    for (on, f) in [(at.gc, "HAVE_GC"), (at.basetype, "BASETYPE"), (facts.vectorcall.is_some(), "HAVE_VECTORCALL")] {
        if on {
            let f = format_ident!("{f}");
            flags.push(quote!(| __rt::flags::#f));
        }
    }
    let base = match &at.base {
        Some(b) => quote_spanned!(b.span()=> Some(|| <#b as __rt::PyTyped>::ty())),
        None => quote!(None),
    };
    let base_ty = at.base.as_ref();
    let (items, traverse, clear) = if at.gc { collector(facts, ty, base_ty, !at.no_clear) } else { (quote!(), quote!(None), quote!(None)) };
    let dealloc = if at.no_dealloc { quote!(None) } else { quote!(Some(__rt::dealloc_of::<#ty>)) };
    let itemsize = at.itemsize.as_ref().map_or(quote!(0), |e| quote!((#e) as isize));
    let basicsize = at.basicsize.as_ref().map_or(quote!(::core::mem::size_of::<#ty>() as isize), |e| quote!((#e) as isize));
    let members = &facts.members;
    let struct_part = (!members.is_empty()).then(|| {
        quote! {
            __rt::TypePart { slots: &[], methods: &[__rt::END_METHODS], getsets: &[__rt::END_GETSETS],
                members: &[#(#members,)* __rt::END_MEMBERS] },
        }
    });
    let attrs = at.attrs.iter().map(|Pair(n, e)| quote!((#n, #e)));
    Ok(quote! {
        impl #ty {
            /// Everything about the type, for `typeobj::ready`.
            #[allow(unsafe_code, unused_unsafe, clippy::all, clippy::undocumented_unsafe_blocks)]
            pub const SPEC: &'static ::taipan_object::args::rt::TypeSpec = {
                use ::taipan_object::args::rt as __rt;
                #items
                &__rt::TypeSpec {
                    name: #c_name,
                    doc: #doc,
                    basicsize: #basicsize,
                    itemsize: #itemsize,
                    flags: 0 #(#flags)*,
                    base: #base,
                    dictoffset: #dict,
                    weaklistoffset: #weaklist,
                    vectorcall_offset: #vectorcall,
                    dealloc: #dealloc,
                    traverse: #traverse,
                    clear: #clear,
                    parts: &[#struct_part #(<#ty>::#parts),*],
                    attrs: &[#(#attrs),*],
                    storage: &#static_name,
                }
            };
        }
    })
}

/// `tp_traverse` and `tp_clear` over the fields, then the base's.
fn collector(facts: &FieldFacts, ty: &Ident, base: Option<&Type>, clearable: bool) -> (TokenStream, TokenStream, TokenStream) {
    let visits = facts.traced.iter().map(|(f, s)| quote_spanned!(*s=> __rt::GcField::traverse(&__t.#f, __v)?;));
    let clears = facts.traced.iter().map(|(f, s)| quote_spanned!(*s=> __rt::GcField::gc_clear(&__t.#f);));
    let base_visit = base.map(|b| quote!(unsafe { __rt::traverse_base::<#b>(__p, __v)? };));
    let base_clear = base.map(|b| quote!(unsafe { __rt::clear_base::<#b>(__p) };));
    let clear = clearable.then(|| {
        quote! {
            unsafe extern "C" fn __clear(__p: __rt::Ptr) -> ::core::ffi::c_int {
                let __t = unsafe { &*(__p as *const #ty) };
                #(#clears)*
                #base_clear
                0
            }
        }
    });
    let items = quote! {
        unsafe extern "C" fn __traverse(__p: __rt::Ptr, __f: __rt::VisitProc, __arg: *mut ::core::ffi::c_void) -> ::core::ffi::c_int {
            fn __walk(__p: __rt::Ptr, __v: __rt::Visit) -> ::core::result::Result<(), i32> {
                let __t = unsafe { &*(__p as *const #ty) };
                #base_visit
                #(#visits)*
                Ok(())
            }
            match __walk(__p, __rt::Visit { proc_: __f, arg: __arg }) { Ok(()) => 0, Err(n) => n }
        }
        #clear
    };
    (items, quote!(Some(__traverse)), if clearable { quote!(Some(__clear)) } else { quote!(None) })
}
