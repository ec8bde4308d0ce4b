//! `#[pymodule]` and `#[pyfunctions]`: a Rust module becomes a native Python module, or a part of one.

use crate::callable::Target;
use crate::meta::{CallAttr, cstr, doc_of, list, opt_str, take_attr};
use crate::pymethods::method_rows;
use crate::sig::Sig;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use std::collections::HashSet;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Error, FnArg, Ident, Item, ItemMod, LitStr, Path, Result, Token};

#[derive(Default)]
struct ModuleAttr {
    name: Option<LitStr>,
    doc: Option<LitStr>,
    /// Name of the generated static; `MODULE` unless said.
    rust_name: Option<Ident>,
    types: Vec<Path>,
    parts: Vec<Path>,
}

impl Parse for ModuleAttr {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut m = ModuleAttr::default();
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            match key.to_string().as_str() {
                "name" => {
                    input.parse::<Token![=]>()?;
                    m.name = Some(input.parse()?);
                }
                "doc" => {
                    input.parse::<Token![=]>()?;
                    m.doc = Some(input.parse()?);
                }
                "types" => m.types.extend(list::<Path>(input)?),
                "parts" => m.parts.extend(list::<Path>(input)?),
                other => return Err(Error::new(key.span(), format!("unknown key `{other}` (name, doc, types(..), parts(..))"))),
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(m)
    }
}

/// What the items of the module say.
#[derive(Default)]
struct Contents {
    functions: Vec<TokenStream>,
    constants: Vec<TokenStream>,
    exec: Option<TokenStream>,
    errors: Option<Error>,
}

/// Expand `#[pymodule(name = "math", ...)] mod math { ... }`.
pub fn expand(attr: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let at: ModuleAttr = syn::parse2(attr)?;
    let mut module: ItemMod = syn::parse2(item)?;
    let name = at.name.as_ref().ok_or_else(|| Error::new(module.ident.span(), "#[pymodule(name = \"...\")] is required"))?;
    let doc = at.doc.as_ref().map_or_else(|| doc_of(&module.attrs), LitStr::value);
    let contents = read(&mut module, &name.value())?;
    let (functions, constants) = tables(&contents);
    let c_name = cstr(&name.value(), name.span())?;
    let doc = if doc.is_empty() {
        quote!(None)
    } else {
        let d = cstr(&doc, name.span())?;
        quote!(Some(#d))
    };
    let types = at.types.iter().map(|t| quote_spanned!(t.span()=> || <#t>::SPEC));
    let part_functions = at.parts.iter().map(|p| quote_spanned!(p.span()=> #p::FUNCTIONS));
    let part_constants = at.parts.iter().map(|p| quote_spanned!(p.span()=> #p::CONSTANTS));
    let exec = contents.exec.map_or(quote!(None), |e| quote!(Some(#e)));
    let rust_name = at.rust_name.unwrap_or_else(|| format_ident!("MODULE"));
    push(&mut module, quote! {
        #functions
        #constants
        /// Everything about the module, for the table of built-in modules.
        pub static #rust_name: ::taipan_object::args::rt::ModuleSpec = ::taipan_object::args::rt::ModuleSpec {
            name: #c_name,
            doc: #doc,
            functions: &[FUNCTIONS, #(#part_functions),*],
            types: &[#(#types),*],
            constants: &[CONSTANTS, #(#part_constants),*],
            exec: #exec,
        };
    })?;
    Ok(quote!(#module))
}

/// Expand `#[pyfunctions("math")] mod trig { ... }`: a part to be named in `parts(...)`.
pub fn expand_part(attr: TokenStream, item: TokenStream) -> Result<TokenStream> {
    if !attr.is_empty() {
        return Err(Error::new(attr.span(), "#[pyfunctions] takes no arguments"));
    }
    let mut module: ItemMod = syn::parse2(item)?;
    let label = module.ident.to_string();
    let contents = read(&mut module, &label)?;
    if let Some(e) = &contents.exec {
        return Err(Error::new(e.span(), "#[exec] belongs to the #[pymodule] itself"));
    }
    let (functions, constants) = tables(&contents);
    push(&mut module, quote!(#functions #constants))?;
    Ok(quote!(#module))
}

fn push(module: &mut ItemMod, tokens: TokenStream) -> Result<()> {
    let file: syn::File = syn::parse2(tokens)?;
    if let Some((_, items)) = &mut module.content {
        items.extend(file.items);
    }
    Ok(())
}

fn tables(c: &Contents) -> (TokenStream, TokenStream) {
    let (functions, constants) = (&c.functions, &c.constants);
    (
        quote! {
            /// Rows for the module's functions.
            #[allow(unsafe_code, unused_unsafe, unused_variables, clippy::all, clippy::undocumented_unsafe_blocks)]
            pub const FUNCTIONS: &[::taipan_object::args::rt::MethodDef] = {
                use ::taipan_object::args::rt as __rt;
                &[#(#functions,)* __rt::END_METHODS]
            };
        },
        quote! {
            /// Constants of the module.
            pub const CONSTANTS: &[::taipan_object::args::rt::ConstSpec] = &[#(#constants),*];
        },
    )
}

fn read(module: &mut ItemMod, label: &str) -> Result<Contents> {
    let mut out = Contents::default();
    let mut seen = HashSet::new();
    let Some((_, items)) = &mut module.content else {
        return Err(Error::new(module.ident.span(), "write the module inline: `mod name { ... }`"));
    };
    for item in items {
        let r = match item {
            Item::Fn(f) => function(f, label, &mut out, &mut seen),
            Item::Const(c) => match take_attr(&mut c.attrs, "constant") {
                Some(a) => opt_str(&a).map(|n| {
                    let name = n.map_or_else(|| c.ident.to_string(), |s| s.value());
                    let ident = &c.ident;
                    out.constants.push(const_row(&name, quote!(#ident)));
                }),
                None => Ok(()),
            },
            _ => Ok(()),
        };
        if let Err(e) = r {
            match &mut out.errors {
                Some(all) => all.combine(e),
                none => *none = Some(e),
            }
        }
    }
    match out.errors.take() {
        Some(e) => Err(e),
        None => Ok(out),
    }
}

fn const_row(name: &str, value: TokenStream) -> TokenStream {
    quote! {
        ::taipan_object::args::rt::ConstSpec {
            name: #name,
            make: |__cx| { let __r = #value; ::taipan_object::args::rt::ret(__r, __cx) },
        }
    }
}

fn function(f: &mut syn::ItemFn, label: &str, out: &mut Contents, seen: &mut HashSet<String>) -> Result<()> {
    let ident = f.sig.ident.clone();
    if take_attr(&mut f.attrs, "exec").is_some() {
        if out.exec.replace(quote!(#ident)).is_some() {
            return Err(Error::new(ident.span(), "a second #[exec]"));
        }
    }
    if let Some(a) = take_attr(&mut f.attrs, "constant") {
        let name = opt_str(&a)?.map_or_else(|| ident.to_string(), |s| s.value());
        let takes_cx = matches!(f.sig.inputs.first(), Some(FnArg::Typed(_)));
        let call = if takes_cx { quote!(#ident(__cx)) } else { quote!(#ident()) };
        out.constants.push(const_row(&name, call));
    }
    let doc = doc_of(&f.attrs);
    while let Some(a) = take_attr(&mut f.attrs, "function") {
        let at = CallAttr::of(&a)?;
        let sig = Sig::parse(at.need_sig(&a)?, "$module")?;
        let label = format!("{label}.{}", sig.name);
        out.functions.extend(method_rows(&at, sig, &mut f.sig, Target::Module, quote!(#ident), &label, &doc, quote!(), seen)?);
    }
    Ok(())
}
