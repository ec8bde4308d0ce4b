//! The proc-macros of Taipan: a built-in type or native module is an ordinary Rust struct, impl block or module with attributes.
//!
//! Four attributes: [`macro@pytype`] (a struct becomes a type), [`macro@pymethods`] (an impl block becomes its methods, attributes and slots),
//! [`macro@pymodule`] and [`macro@pyfunctions`] (a Rust module becomes a Python module, or a part of one). They emit constant tables and thin
//! `extern "C"` entry points; everything with logic is in `taipan_object::args`. `docs/macros.md` is the guide with examples.
//!
//! # The signature string
//!
//! Each function states its Python signature once: `"split(sep=None, maxsplit=-1)"`. From it follow the text signature (`$self, /` and the like
//! are added as CPython shows them), the calling convention, the binding and the wording of every error:
//!
//! | shape | convention | messages |
//! | --- | --- | --- |
//! | `f()` | `METH_NOARGS` | `T.f() takes no arguments (1 given)` |
//! | `f(x, /)` | `METH_O` | `T.f() takes exactly one argument (0 given)` |
//! | positional-only, `*args` | `METH_FASTCALL` | `f expected at most 1 argument, got 2` |
//! | anything else | `METH_FASTCALL`, `METH_KEYWORDS` | `f() missing required argument 'x' (pos 1)` |
//!
//! Rust parameters correspond to the signature's in order; `cx: &mut Cx` may be left out or stand anywhere (by convention last). Types are those
//! with `FromArg`: `&Object`, `&PyStr` or any other built-in type, integers, `f64`, `bool`, `char`, `Cow<str>`, `Option<T>` (`None` = not given),
//! `NoneOr<T>` (`None` = not given or Python's `None`), `SliceIndex`, `Args<'_>` for `*args`, `Kwargs<'_>` for `**kwargs`. A default that is a
//! number, `True`, `False`, `'text'` or `None` (for `&Object`) gives the value; for others take `Option<T>` or write `#[default(expr)]`
//! before the parameter. Results are those with `IntoReturn`: `Own<T>`, `&T`, `Option`, `bool`, numbers, text, `()`, `PyResult` of these.

use proc_macro::TokenStream;
use syn::parse_quote;

mod callable;
mod entry;
mod meta;
mod pymethods;
mod pymodule;
mod pytype;
mod sig;
mod slots;
#[cfg(test)]
mod tests;

/// Attributes that the macros consume inside the item they stand on.
const HELPERS: &[&str] = &[
    "method", "classmethod", "staticmethod", "getter", "setter", "slot", "slot_raw", "new", "init", "vectorcall", "function", "constant", "exec",
    "member", "gc", "default",
];

/// The expansion; on a mistake the item without our attributes and the error, so that one mistake does not make a hundred.
fn finish(r: syn::Result<proc_macro2::TokenStream>, item: TokenStream) -> TokenStream {
    match r {
        Ok(t) => t.into(),
        Err(e) => {
            let error = e.to_compile_error();
            let mut bare: syn::Item = syn::parse(item).unwrap_or_else(|_| parse_quote!(const _: () = ();));
            strip(&mut bare);
            quote::quote!(#bare #error).into()
        }
    }
}

fn strip(item: &mut syn::Item) {
    fn clean(attrs: &mut Vec<syn::Attribute>) {
        attrs.retain(|a| !HELPERS.iter().any(|h| a.path().is_ident(h)));
    }
    fn clean_params(sig: &mut syn::Signature) {
        for p in &mut sig.inputs {
            if let syn::FnArg::Typed(p) = p {
                clean(&mut p.attrs);
            }
        }
    }
    match item {
        syn::Item::Struct(s) => s.fields.iter_mut().for_each(|f| clean(&mut f.attrs)),
        syn::Item::Impl(b) => {
            for i in &mut b.items {
                if let syn::ImplItem::Fn(f) = i {
                    clean(&mut f.attrs);
                    clean_params(&mut f.sig);
                }
            }
        }
        syn::Item::Mod(m) => m.content.iter_mut().flat_map(|c| &mut c.1).for_each(strip),
        syn::Item::Fn(f) => {
            clean(&mut f.attrs);
            clean_params(&mut f.sig);
        }
        syn::Item::Const(c) => clean(&mut c.attrs),
        _ => {}
    }
}

/// A `#[repr(C)]` struct becomes the layout of a built-in type.
///
/// ```ignore
/// /// The docstring (`doc = "..."` gives it verbatim; the text signature of `#[new]` or `#[init]` is put in front).
/// #[pytype(name = "collections.deque", gc, basetype, sequence)]
/// #[repr(C)]
/// pub struct PyDeque {
///     head: VarHead,                          // or `ObjHead`, or the struct named by `base = ...`
///     #[member("maxlen", readonly)]           // a `PyMemberDef`; other field types need `ty = Py_T_INT`
///     maxlen: FieldCell<Object>,
///     #[gc(skip)]                             // not traversed
///     scratch: Cell<usize>,
///     weak: WeakList,                         // gives tp_weaklistoffset; `InstDict` and `Vectorcall` likewise
/// }
/// ```
///
/// Keys: `name = "dotted.name"`; `layout = "PySliceObject"` (the size must be that of `taipan_abi`'s struct); `base = PyDict` (first field is then a
/// `PyDict`); `gc` (`tp_traverse` and `tp_clear` follow from the fields; `no_clear` leaves the latter out); `basetype`; `sequence`, `mapping`; `no_new`; `heap` (CPython makes the type when its module is imported: `__flags__` says so); `mutable` (and classes may be given attributes); `flags(IMMUTABLETYPE, ...)`
/// (names of `typeobj::flags`); `itemsize = N`, `basicsize = N`; `export = "PySlice_Type"` (C symbol); `no_dealloc` (the base's, or one given by
/// `#[slot_raw(tp_dealloc)]`); `parts(PART, CASE_METHODS)` (the `#[pymethods]` blocks; `PART` alone unless said, `parts()` for none);
/// `attrs("__hash__" => make)` (class attributes: `fn(&mut Cx) -> PyResult<Own<Object>>`).
///
/// Gives `PyLayout`, `PyTyped`, `Deref` to `Object` (or the base struct), the static `PyDeque_Type`, and `PyDeque::SPEC`.
#[proc_macro_attribute]
pub fn pytype(attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(pytype::expand(attr.into(), item.clone().into()), item)
}

/// An impl block becomes a `TypePart` of the type: `T::PART`, or `T::NAME` with `#[pymethods(NAME)]`.
///
/// ```ignore
/// #[pymethods]
/// impl PyDeque {
///     #[new("deque(iterable=(), maxlen=None)")]
///     fn new(cls: &PyType, iterable: Option<&Object>, maxlen: NoneOr<usize>, cx: &mut Cx) -> PyResult<Own<PyDeque>> { ... }
///
///     /// Rotate the deque n steps to the right.
///     #[method("rotate(n=1, /)")]
///     fn rotate(&self, n: isize, cx: &mut Cx) -> PyResult<()> { ... }
///
///     #[classmethod("fromkeys(iterable, value=None, /)")]
///     fn fromkeys(cls: &PyType, iterable: &Object, value: &Object, cx: &mut Cx) -> PyResult<Own<Object>> { ... }
///
///     /// Documentation of the attribute.
///     #[getter]
///     fn maxlen(&self) -> Option<usize> { ... }
///     #[setter]
///     fn set_maxlen(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> { ... }   // `None` = delete
///
///     #[slot(sq_length, mp_length)]
///     fn len(&self) -> usize { ... }
///     #[slot_raw(tp_alloc)]
///     unsafe extern "C" fn alloc(ty: *mut PyType, n: isize) -> *mut Object { ... }
/// }
/// ```
///
/// Method keys after the signature: `nosig` (docstring without text signature), `doc = "verbatim"`, `coexist`, `alias = "other_name"`. `#[new]` and
/// `#[init]` without a string take `Args` and `Kwargs` as they come. `#[new]` also fills `tp_vectorcall`, unless the block has an `#[init]`
/// or it says `no_vectorcall` (needed when a base has a `tp_init` of its own).
///
/// Slot shapes (`cx: &mut Cx` last, may be left out; result through `IntoReturn` where it is an object):
/// unary `(&self)`; binary `(lhs: &Object, rhs: &Object)` or `(&self, &Object)`; `nb_power (a, b, modulus)`; `nb_bool` a `bool`; lengths and `tp_hash` an integer;
/// `sq_item (&self, isize)`; `sq_ass_item (&self, isize, Option<&Object>)`; `sq_contains` a `bool`; `mp_ass_subscript (&self, &Object, Option<&Object>)`;
/// `tp_richcompare (&self, &Object, CmpOp)`; `tp_iternext` gives `PyResult<Option<_>>` (`None` = exhausted);
/// `tp_call (&self, Args, Kwargs)`; `tp_getattro (&self, &Object)`; `tp_setattro`, `tp_descr_set (&self, &Object, Option<&Object>)`;
/// `tp_descr_get (&self, Option<&Object>, Option<&Object>)`; `tp_finalize`, `tp_del (&self)`; `am_send (&self, &Object) -> PyResult<SendResult>`;
/// `bf_getbuffer (&self, *mut Py_buffer, c_int) -> PyResult<()>`; `bf_releasebuffer (&self, *mut Py_buffer)`;
/// `tp_new`, `tp_vectorcall (cls: &PyType, Args, Kwargs, cx)`. Others through `#[slot_raw(id)]` with the C signature.
/// `#[vectorcall] fn f(&self, Args, Kwargs, cx)` gives `T::VECTORCALL` for a `Vectorcall` field.
#[proc_macro_attribute]
pub fn pymethods(attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(pymethods::expand(attr.into(), item.clone().into()), item)
}

/// An inline Rust module becomes a native Python module: the static `MODULE: ModuleSpec`.
///
/// ```ignore
/// #[pymodule(name = "math", doc = "Mathematical functions.", types(PyThing), parts(trig::functions))]
/// pub mod math {
///     use super::*;
///
///     #[constant]
///     const TAU: f64 = std::f64::consts::TAU;
///     #[constant("inf")]
///     fn inf() -> f64 { f64::INFINITY }
///
///     /// Return the square root of x.
///     #[function("sqrt(x, /)")]
///     fn sqrt(x: f64, cx: &mut Cx) -> PyResult<f64> { ... }
///
///     #[exec]
///     fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> { ... }
/// }
/// ```
///
/// A function may take `module: &PyModule` first.
#[proc_macro_attribute]
pub fn pymodule(attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(pymodule::expand(attr.into(), item.clone().into()), item)
}

/// A part of a native module in another file: `#[pyfunctions] pub mod functions { #[function("sin(x, /)")] fn sin(...) ... }`, named in the module's
/// `parts(...)`. Gives `FUNCTIONS` and `CONSTANTS`.
#[proc_macro_attribute]
pub fn pyfunctions(attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(pymodule::expand_part(attr.into(), item.clone().into()), item)
}
