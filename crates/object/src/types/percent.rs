//! What `%` of text and of bytes have in common: where the values come from, and ints.

use crate::abstract_::{self, number};
use crate::prelude::*;
use std::ops::Range;
use taipan_algo_float::percent::{self, Arguments, PercentSpec};
use taipan_algo_float::spec::Padded;

/// The values of a format operation: a tuple, a mapping, or one object. `key` makes the key that stands at a place of the format.
pub(crate) struct Values<'a, 'c, K> {
    pub all: &'a Object,
    pub tuple: Option<&'a PyTuple>,
    pub next: usize,
    pub mapping: bool,
    /// What a key chose: the next value, and the only one.
    pub selected: Option<Own<Object>>,
    pub key: K,
    pub cx: &'c mut Cx,
}

impl<K> Values<'_, '_, K> {
    /// The next value.
    pub fn take(&mut self) -> PyResult<Own<Object>> {
        if let Some(v) = self.selected.take() {
            return Ok(v);
        }
        let i = self.next;
        self.next += 1;
        let v = match self.tuple {
            Some(t) => t.get(i).map(|o| o.own()),
            None if i == 0 => Some(self.all.own()),
            None => None,
        };
        v.ok_or_else(|| self.cx.type_error(format_args!("not enough arguments for format string")))
    }
    /// Whether there are values that no part of the format took.
    pub fn are_left(&self) -> bool {
        match self.tuple {
            Some(t) => self.next < t.len(),
            None => self.next == 0 && !self.mapping,
        }
    }
    fn star(&mut self) -> PyResult<Own<PyInt>> {
        let v = self.take()?;
        v.downcast_own::<PyInt>().map_err(|_| self.cx.type_error(format_args!("* wants int")))
    }
}

impl<K: FnMut(Range<usize>, &mut Cx) -> PyResult> Arguments for Values<'_, '_, K> {
    type Error = Raised;
    fn need_mapping(&mut self) -> Result<(), Raised> {
        if self.mapping { Ok(()) } else { Err(self.cx.type_error(format_args!("format requires a mapping"))) }
    }
    fn select(&mut self, range: Range<usize>) -> Result<(), Raised> {
        // After a key the mapping itself is no argument any more.
        self.next = 1;
        let k = (self.key)(range, self.cx)?;
        self.selected = Some(abstract_::get_item(self.all, &k, self.cx)?);
        Ok(())
    }
    fn star_width(&mut self) -> Result<isize, Raised> {
        let i = self.star()?;
        match number::int_as_isize(&i, exc::OverflowError(), self.cx)? {
            isize::MIN => Err(self.cx.overflow_error(format_args!("width too big"))),
            n => Ok(n),
        }
    }
    fn star_precision(&mut self) -> Result<i32, Raised> {
        let i = self.star()?;
        match i.to_i64().and_then(|n| i32::try_from(n).ok()) {
            Some(n) => Ok(n),
            None => Err(self.cx.overflow_error(format_args!("Python int too large to convert to C int"))),
        }
    }
}

/// What `%d`, `%o`, `%x` and relatives show.
pub(crate) fn integer(spec: &PercentSpec, v: &Object, cx: &mut Cx) -> PyResult<Padded> {
    let kind = char::from_u32(spec.kind).unwrap_or('d');
    let i = int_of(v, kind, cx)?;
    let mut digits = Vec::new();
    let r = i.as_ref_int();
    match percent::int_base(spec.kind) {
        10 => {
            crate::types::int::text::push_decimal(&i, &mut digits, cx)?;
            if digits.first() == Some(&b'-') {
                digits.remove(0);
            }
        }
        base => taipan_algo_int::to_radix(r.abs(), base, kind == 'X', &mut digits),
    }
    percent::format_int(spec, r.neg, &digits).map_err(|_| cx.memory_error())
}

fn int_of(v: &Object, kind: char, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if let Some(i) = v.downcast::<PyInt>() {
        return Ok(i.new_ref());
    }
    let digits = matches!(kind, 'o' | 'x' | 'X');
    if v.ty().number().is_some_and(|n| n.nb_index.get().is_some() || n.nb_int.get().is_some() || n.nb_float.get().is_some()) {
        let r = if digits {
            number::index(v, cx)
        } else {
            let int = crate::call::call(PyInt::ty().as_object(), &[v], cx);
            int.and_then(|i| i.downcast_own::<PyInt>().map_err(|_| cx.type_error(format_args!("not an int"))))
        };
        match r {
            Ok(i) => return Ok(i),
            Err(r) => cx.catch(r, exc::TypeError())?,
        }
    }
    let need = if digits { "an integer" } else { "a real number" };
    Err(cx.type_error(format_args!("%{kind} format: {need} is required, not {}", v.ty().tp_name_str())))
}
