//! Mistakes must be named where they are made; what is accepted is proven by `taipan-object`'s tests.

use proc_macro2::TokenStream;
use quote::quote;

fn message(r: syn::Result<TokenStream>) -> String {
    r.map(|t| t.to_string()).expect_err("must be refused").to_string()
}

fn methods(body: TokenStream) -> String {
    message(crate::pymethods::expand(TokenStream::new(), quote!(impl T { #body })))
}

#[test]
fn method_mistakes() {
    for (body, part) in [
        (quote!(#[method("f(x, /)")] fn f(&self) {}), "no Rust parameter for `x`"),
        (quote!(#[method("f()")] fn f(&self, x: isize) {}), "has no parameter for this one"),
        (quote!(#[method("f()")] fn f() {}), "needs `&self`"),
        (quote!(#[classmethod("f()")] fn f() {}), "cls: &PyType"),
        (quote!(#[method] fn f(&self) {}), "needs a signature"),
        (quote!(#[method("f()", loud)] fn f(&self) {}), "unknown key `loud`"),
        (quote!(#[method("f(*args)")] fn f(&self, a: &Object) {}), "must have the type `Args<'_>`"),
        (quote!(#[method("f(x=[])")] fn f(&self, x: isize) {}), "#[default(expr)]"),
        (quote!(#[method("f(x)")] fn f(&self, #[default(1)] x: isize) {}), "no default in the signature"),
        (quote!(#[slot(tp_hush)] fn f(&self) {}), "not a slot"),
        (quote!(#[slot(tp_alloc)] fn f(&self) {}), "slot_raw"),
        (quote!(#[slot(sq_item)] fn f(&self, cx: &mut Cx) {}), "`sq_item` takes (&self, isize"),
        (quote!(#[slot(tp_str, tp_str)] fn f(&self) {}), "filled twice"),
        (quote!(#[getter] fn f(&self, a: isize, b: isize) {}), "takes (&self, cx"),
    ] {
        let m = methods(body.clone());
        assert!(m.contains(part), "{body}: {m}");
    }
}

#[test]
fn type_mistakes() {
    let st = quote!(#[repr(C)] struct T { head: ObjHead });
    for (attr, item, part) in [
        (quote!(gc), st.clone(), "is required"),
        (quote!(name = "t", gv), st.clone(), "unknown key `gv`"),
        (quote!(name = "t"), quote!(struct T { head: ObjHead }), "repr(C)"),
        (quote!(name = "t", base = B), st, "the base struct itself"),
        (quote!(name = "t"), quote!(#[repr(C)] struct T(ObjHead);), "named fields"),
    ] {
        let m = message(crate::pytype::expand(attr, item));
        assert!(m.contains(part), "{m}");
    }
}

#[test]
fn module_mistakes() {
    let m = message(crate::pymodule::expand(quote!(name = "m"), quote!(mod m { #[function("f()")] fn f() {} #[function("f()")] fn g() {} })));
    assert!(m.contains("defined twice"), "{m}");
    let m = message(crate::pymodule::expand(quote!(name = "m"), quote!(mod m;)));
    assert!(m.contains("inline"), "{m}");
}
