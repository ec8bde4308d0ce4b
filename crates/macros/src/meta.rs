//! Reading attributes: doc comments, flags and `key = value` lists.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Expr, Ident, LitStr, Meta, Result, Token, Type};

/// The text of the doc comment: lines without their leading space, without trailing blank lines. Empty if there is none.
pub fn doc_of(attrs: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for a in attrs.iter().filter(|a| a.path().is_ident("doc")) {
        if let Meta::NameValue(nv) = &a.meta
            && let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(s), .. }) = &nv.value
        {
            let s = s.value();
            lines.extend(s.lines().map(|l| l.strip_prefix(' ').unwrap_or(l).to_string()));
            if s.is_empty() {
                lines.push(String::new());
            }
        }
    }
    lines.join("\n").trim_end().to_string()
}

/// `c"..."` tokens.
pub fn cstr(s: &str, span: Span) -> Result<TokenStream> {
    let c = std::ffi::CString::new(s).map_err(|_| Error::new(span, "the text contains a NUL"))?;
    Ok(syn::LitCStr::new(&c, span).into_token_stream())
}

/// A `*const c_char` expression: the text, or null when it is empty.
pub fn cstr_ptr(s: &str, span: Span) -> Result<TokenStream> {
    if s.is_empty() {
        return Ok(quote!(::core::ptr::null()));
    }
    let c = cstr(s, span)?;
    Ok(quote!(#c.as_ptr()))
}

/// Whether the last segment of a type's path is `name` (references are looked through when `through_ref`).
pub fn type_is(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Path(p) => p.path.segments.last().is_some_and(|s| s.ident == name),
        Type::Paren(p) => type_is(&p.elem, name),
        Type::Group(g) => type_is(&g.elem, name),
        _ => false,
    }
}

/// Whether the type is `&name` or `&mut name`.
pub fn is_ref_to(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Reference(r) if type_is(&r.elem, name))
}

/// What a callable attribute such as `#[method("f(x)", nosig, coexist, doc = "...")]` says.
#[derive(Default)]
pub struct CallAttr {
    pub sig: Option<LitStr>,
    pub nosig: bool,
    pub coexist: bool,
    pub no_vectorcall: bool,
    pub vectorcall: bool,
    pub doc: Option<LitStr>,
    pub aliases: Vec<LitStr>,
}

impl Parse for CallAttr {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut out = CallAttr::default();
        while !input.is_empty() {
            if input.peek(LitStr) {
                let s: LitStr = input.parse()?;
                if out.sig.replace(s.clone()).is_some() {
                    return Err(Error::new(s.span(), "a second signature"));
                }
            } else {
                let key: Ident = input.parse()?;
                match key.to_string().as_str() {
                    "nosig" => out.nosig = true,
                    "coexist" => out.coexist = true,
                    "no_vectorcall" => out.no_vectorcall = true,
                    "vectorcall" => out.vectorcall = true,
                    "doc" => {
                        input.parse::<Token![=]>()?;
                        out.doc = Some(input.parse()?);
                    }
                    "alias" => {
                        input.parse::<Token![=]>()?;
                        out.aliases.push(input.parse()?);
                    }
                    other => return Err(Error::new(key.span(), format!("unknown key `{other}` (nosig, coexist, vectorcall, no_vectorcall, doc, alias)"))),
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(out)
    }
}

impl CallAttr {
    /// Parse the attribute's arguments; `#[new]` alone is an empty list.
    pub fn of(attr: &Attribute) -> Result<CallAttr> {
        match &attr.meta {
            Meta::Path(_) => Ok(CallAttr::default()),
            _ => attr.parse_args(),
        }
    }

    /// The signature, which this attribute must have.
    pub fn need_sig(&self, attr: &Attribute) -> Result<&LitStr> {
        self.sig.as_ref().ok_or_else(|| Error::new_spanned(attr, "needs a signature, e.g. #[method(\"pop(index=-1, /)\")]"))
    }
}

/// Take the attribute called `name` out of a list.
pub fn take_attr(attrs: &mut Vec<Attribute>, name: &str) -> Option<Attribute> {
    let i = attrs.iter().position(|a| a.path().is_ident(name))?;
    Some(attrs.remove(i))
}

/// `#[name]`, `#[name("text")]`: the optional string.
pub fn opt_str(attr: &Attribute) -> Result<Option<LitStr>> {
    match &attr.meta {
        Meta::Path(_) => Ok(None),
        _ => attr.parse_args().map(Some),
    }
}

/// A comma-separated list in parentheses.
pub fn list<T: Parse>(input: ParseStream) -> Result<Vec<T>> {
    let inner;
    syn::parenthesized!(inner in input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated(&inner)?.into_iter().collect())
}
