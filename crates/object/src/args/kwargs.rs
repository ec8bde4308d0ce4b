//! Arguments as they arrive: `Args` (a slice) and `Kwargs` (names and values side by side), whichever way the call was made.

use super::needs;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use crate::typeobj::Ptr;
use crate::types::dict::PyDict;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use std::mem::MaybeUninit;

/// Positional arguments beyond the named ones (`*args`), borrowed from the caller.
#[derive(Clone, Copy)]
pub struct Args<'a>(pub &'a [&'a Object]);

impl<'a> Args<'a> {
    /// What follows the first `n`.
    #[inline(always)]
    pub fn after(all: &'a [&'a Object], n: usize) -> Args<'a> {
        Args(all.get(n..).unwrap_or(&[]))
    }

    /// As a new tuple.
    pub fn to_tuple(self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        PyTuple::from_slice(self.0, cx)
    }
}

impl<'a> std::ops::Deref for Args<'a> {
    type Target = [&'a Object];
    #[inline(always)]
    fn deref(&self) -> &[&'a Object] {
        self.0
    }
}

/// Keyword arguments: names (strings, unless the caller broke the rules) and values of equal number, borrowed from the caller.
#[derive(Clone, Copy)]
pub struct Kwargs<'a> {
    names: &'a [&'a Object],
    values: &'a [&'a Object],
}

impl<'a> Kwargs<'a> {
    /// No keywords.
    pub const EMPTY: Kwargs<'static> = Kwargs { names: &[], values: &[] };

    /// The keywords of a vector call: values follow the `n` positional arguments.
    ///
    /// # Safety
    /// `args` holds `n` and as many more objects as the tuple `names` (or null) has; all live for `'a`.
    #[inline(always)]
    pub unsafe fn from_vector(args: *const Ptr, n: isize, names: Ptr) -> Kwargs<'a> {
        if names.is_null() {
            return Kwargs::EMPTY;
        }
        // SAFETY: the caller's promise.
        unsafe {
            let names = Object::borrow_raw(names).cast_unchecked::<PyTuple>().as_slice();
            Kwargs { names, values: std::slice::from_raw_parts(args.offset(n) as *const &Object, names.len()) }
        }
    }

    /// From slices of equal length.
    pub fn from_slices(names: &'a [&'a Object], values: &'a [&'a Object]) -> Kwargs<'a> {
        let n = names.len().min(values.len());
        Kwargs { names: &names[..n], values: &values[..n] }
    }

    /// Number of keywords.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.names.len()
    }
    /// Whether there are none.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.names.is_empty()
    }

    /// Name and value, in the order of the call.
    pub fn iter(self) -> impl Iterator<Item = (&'a Object, &'a Object)> {
        self.names.iter().copied().zip(self.values.iter().copied())
    }

    /// The value given under a name.
    #[inline]
    pub fn get(self, name: &str) -> Option<&'a Object> {
        self.iter().find(|(k, _)| k.downcast::<PyStr>().is_some_and(|k| k.eq_text(name))).map(|(_, v)| v)
    }

    /// As a new dict. Raises `TypeError` if a name is not a string.
    pub fn to_dict(self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let d = needs::new_dict(cx)?;
        for (k, v) in self.iter() {
            if !k.is_a::<PyStr>() {
                return Err(cx.type_error(format_args!("keywords must be strings")));
            }
            needs::dict_set(&d, k, v, cx)?;
        }
        Ok(d)
    }

    /// Names as a tuple (none when empty) and values: what a vector call takes.
    pub fn split(self, cx: &mut Cx) -> PyResult<(Option<Own<PyTuple>>, &'a [&'a Object])> {
        let names = if self.is_empty() { None } else { Some(PyTuple::from_slice(self.names, cx)?) };
        Ok((names, self.values))
    }

    /// Raise `TypeError` "name() takes no keyword arguments" if there are any.
    pub fn refuse(self, name: &str, cx: &mut Cx) -> PyResult<()> {
        if self.is_empty() { Ok(()) } else { Err(super::errors::no_keywords(name, cx)) }
    }

    /// Raise `TypeError` for a name that is not among `known`: for functions that take `Kwargs` apart themselves.
    pub fn only(self, name: &str, known: &[&str], cx: &mut Cx) -> PyResult<()> {
        if self.len() > known.len() {
            let (n, s) = (known.len(), if known.len() == 1 { "" } else { "s" });
            return Err(cx.type_error(format_args!("{name}() takes at most {n} keyword argument{s} ({} given)", self.len())));
        }
        for (k, _) in self.iter() {
            let Some(k) = k.downcast::<PyStr>() else {
                return Err(cx.type_error(format_args!("keywords must be strings")));
            };
            if !known.iter().any(|n| k.eq_text(n)) {
                let text = k.to_string_lossy();
                return Err(match super::suggest::suggest(&text, known.iter().copied()) {
                    Some(near) => cx.type_error(format_args!("{name}() got an unexpected keyword argument '{text}'. Did you mean '{near}'?")),
                    None => cx.type_error(format_args!("{name}() got an unexpected keyword argument '{text}'")),
                });
            }
        }
        Ok(())
    }
}

/// Most keywords that a [`KwBuf`] keeps in place.
const FEW: usize = 6;

/// Keywords of a call that came with a dict: copied out and owned, since the dict may change while the function runs.
/// Few of them, as calls have, take no memory of their own.
pub struct KwBuf {
    /// Keywords in `few`; 0 when they are in `many`.
    n: usize,
    /// Names, then values; the first `n` of each are set.
    few: [MaybeUninit<Own<Object>>; 2 * FEW],
    many: Option<Box<Many>>,
}

struct Many {
    names: Vec<Own<Object>>,
    values: Vec<Own<Object>>,
}

impl KwBuf {
    /// Copy the items of a dict (or of null: none).
    ///
    /// # Safety
    /// `dict` is null or a live dict.
    #[inline]
    pub unsafe fn from_dict(dict: Ptr, cx: &mut Cx) -> PyResult<KwBuf> {
        let mut out = KwBuf { n: 0, few: [const { MaybeUninit::uninit() }; 2 * FEW], many: None };
        if !dict.is_null() {
            // SAFETY: the caller's promise.
            out.fill(unsafe { Object::borrow_raw(dict).cast_unchecked::<PyDict>() }, cx);
        }
        Ok(out)
    }

    #[inline(never)]
    fn fill(&mut self, d: &PyDict, cx: &mut Cx) {
        if d.len() > FEW {
            let mut many = Many { names: Vec::with_capacity(d.len()), values: Vec::with_capacity(d.len()) };
            needs::dict_for_each(d, cx, |k, v| {
                many.names.push(k.own());
                many.values.push(v.own());
            });
            self.many = Some(Box::new(many));
            return;
        }
        let (names, values) = self.few.split_at_mut(FEW);
        let mut n = 0;
        needs::dict_for_each(d, cx, |k, v| {
            if let (Some(name), Some(value)) = (names.get_mut(n), values.get_mut(n)) {
                name.write(k.own());
                value.write(v.own());
                n += 1;
            }
        });
        self.n = n;
    }

    /// The keywords.
    #[inline]
    pub fn view(&self) -> Kwargs<'_> {
        // SAFETY: `Own` is a transparent non-null pointer, as `&Object` is; the borrow keeps the counts; the first `n` of either half are set.
        unsafe {
            if let Some(m) = &self.many {
                let (a, b) = (m.names.as_ptr() as *const &Object, m.values.as_ptr() as *const &Object);
                return Kwargs { names: std::slice::from_raw_parts(a, m.names.len()), values: std::slice::from_raw_parts(b, m.names.len()) };
            }
            let at = self.few.as_ptr() as *const &Object;
            Kwargs { names: std::slice::from_raw_parts(at, self.n), values: std::slice::from_raw_parts(at.add(FEW), self.n) }
        }
    }
}

impl Drop for KwBuf {
    #[inline]
    fn drop(&mut self) {
        for i in 0..self.n {
            // SAFETY: the first `n` of either half are set, and dropped once.
            unsafe {
                self.few[i].assume_init_drop();
                self.few[FEW + i].assume_init_drop();
            }
        }
    }
}
