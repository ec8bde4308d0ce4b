//! Functions about any object: attributes, identity, text, size, class tests.

use taipan_object::prelude::*;
use taipan_object::{abstract_, attr};

#[pyfunctions]
pub mod part {
    use super::*;

    /// Return the identity of an object.
    ///
    /// This is guaranteed to be unique among simultaneously existing objects.
    /// (CPython uses the object's memory address.)
    #[function("id(obj, /)")]
    fn id(obj: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        PyInt::from_u64(obj.as_ptr() as u64, cx)
    }
    /// Return the hash value for the given object.
    ///
    /// Two objects that compare equal must also have the same hash value, but the
    /// reverse is not necessarily true.
    #[function("hash(obj, /)")]
    fn hash(obj: &Object, cx: &mut Cx) -> PyResult<isize> {
        abstract_::hash(obj, cx)
    }
    /// Return the canonical string representation of the object.
    ///
    /// For many object types, including most builtins, eval() will return
    /// an object equal to the original.
    #[function("repr(obj, /)")]
    fn repr(obj: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        abstract_::repr(obj, cx)
    }
    /// Return an ASCII-only representation of an object.
    ///
    /// As repr(), return a string containing a printable representation of an
    /// object, but escape the non-ASCII characters in the string returned by
    /// repr() using \\x, \\u or \\U escapes. This generates a string similar
    /// to that returned by repr() in Python 2.
    #[function("ascii(obj, /)")]
    fn ascii(obj: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        abstract_::ascii(obj, cx)
    }
    /// Return type(value).__format__(format_spec).
    ///
    /// Many built-in types implement format_spec according to the
    /// Format Specification Mini-language. See help('FORMATTING')
    /// for details.
    ///
    /// If type(value) does not supply a method named __format__
    /// and format_spec is empty, then str(value) is returned.
    #[function("format(value, format_spec='', /)")]
    fn format(value: &Object, format_spec: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match format_spec {
            Some(s) => abstract_::format(value, s, cx),
            None => abstract_::format(value, &taipan_object::types::str::intern::empty(), cx),
        }
    }
    /// Return the number of items in a container.
    #[function("len(obj, /)")]
    fn len(obj: &Object, cx: &mut Cx) -> PyResult<usize> {
        abstract_::len(obj, cx)
    }
    /// Return whether the object is callable (i.e., some kind of function).
    ///
    /// Note that classes are callable, as are instances of classes with a
    /// __call__() method.
    #[function("callable(obj, /)")]
    fn callable(obj: &Object, cx: &mut Cx) -> bool {
        cx.is_callable(obj)
    }
    /// Return whether an object is an instance of a class or of a subclass thereof.
    ///
    /// A tuple, as in ``isinstance(x, (A, B, ...))``, may be given as the target to
    /// check against. This is equivalent to ``isinstance(x, A) or isinstance(x, B)
    /// or ...`` etc.
    #[function("isinstance(obj, class_or_tuple, /)")]
    fn isinstance(obj: &Object, class_or_tuple: &Object, cx: &mut Cx) -> PyResult<bool> {
        abstract_::is_instance(obj, class_or_tuple, cx)
    }
    /// Return whether 'cls' is derived from another class or is the same class.
    ///
    /// A tuple, as in ``issubclass(x, (A, B, ...))``, may be given as the target to
    /// check against. This is equivalent to ``issubclass(x, A) or issubclass(x, B)
    /// or ...``.
    #[function("issubclass(cls, class_or_tuple, /)")]
    fn issubclass(cls: &Object, class_or_tuple: &Object, cx: &mut Cx) -> PyResult<bool> {
        abstract_::is_subclass(cls, class_or_tuple, cx)
    }

    #[function("getattr(*args)", nosig, doc = "getattr(object, name[, default]) -> value\n\nGet a named attribute from an object; getattr(x, 'y') is equivalent to x.y.\nWhen a default argument is given, it is returned when the attribute doesn't\nexist; without it, an exception is raised in that case.")]
    fn getattr(args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (o, n, default) = match args.0 {
            [o, n] => (o, n, None),
            [o, n, d] => (o, n, Some(*d)),
            a if a.len() < 2 => return Err(cx.type_error(format_args!("getattr expected at least 2 arguments, got {}", a.len()))),
            a => return Err(cx.type_error(format_args!("getattr expected at most 3 arguments, got {}", a.len()))),
        };
        if let (Some(n), Some(d)) = (attr::interned_name(n), default) {
            return Ok(attr::get_opt(o, n, cx)?.unwrap_or_else(|| d.own()));
        }
        let n = attr::as_name(n, cx)?;
        match default {
            None => attr::get(o, &n, cx),
            Some(d) => Ok(attr::get_opt(o, &n, cx)?.unwrap_or_else(|| d.own())),
        }
    }
    /// Return whether the object has an attribute with the given name.
    ///
    /// This is done by calling getattr(obj, name) and catching AttributeError.
    #[function("hasattr(obj, name, /)")]
    fn hasattr(obj: &Object, name: &Object, cx: &mut Cx) -> PyResult<bool> {
        if let Some(n) = attr::interned_name(name) {
            return attr::has(obj, n, cx);
        }
        let n = attr::as_name(name, cx)?;
        attr::has(obj, &n, cx)
    }
    /// Sets the named attribute on the given object to the specified value.
    ///
    /// setattr(x, 'y', v) is equivalent to ``x.y = v``
    #[function("setattr(obj, name, value, /)")]
    fn setattr(obj: &Object, name: &Object, value: &Object, cx: &mut Cx) -> PyResult<()> {
        if let Some(n) = attr::interned_name(name) {
            return attr::set(obj, n, Some(value), cx);
        }
        let n = attr::as_name(name, cx)?;
        attr::set(obj, &n, Some(value), cx)
    }
    /// Deletes the named attribute from the given object.
    ///
    /// delattr(x, 'y') is equivalent to ``del x.y``
    #[function("delattr(obj, name, /)")]
    fn delattr(obj: &Object, name: &Object, cx: &mut Cx) -> PyResult<()> {
        let n = attr::as_name(name, cx)?;
        attr::set(obj, &n, None, cx)
    }
}
