//! `itertools`: iterators as building blocks. Endless ones, filters, groupings and combinations each have their file.

mod combine;
mod endless;
mod filters;
mod groups;
mod slices;

use combine::*;
use endless::*;
use filters::*;
use groups::*;
use slices::*;
use taipan_object::prelude::*;

/// Raise "name expected n arguments, got k" unless the count fits (`PyArg_UnpackTuple`), or for any keyword when the class is the type itself.
fn positional(name: &str, args: &[&Object], min: usize, max: usize, cx: &mut Cx) -> PyResult<()> {
    let n = args.len();
    if n >= min && n <= max {
        return Ok(());
    }
    let (bound, limit) = if n < min { ("at least ", min) } else { ("at most ", max) };
    let bound = if min == max { "" } else { bound };
    let plural = if limit == 1 { "" } else { "s" };
    Err(cx.type_error(format_args!("{name} expected {bound}{limit} argument{plural}, got {n}")))
}

/// Keywords are refused by the type itself; a subclass with its own `__init__` may take them.
fn no_keywords(name: &str, cls: &PyType, base: &PyType, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
    let own_init = cls.tp_init.get().map(|f| f as usize) != base.tp_init.get().map(|f| f as usize);
    if own_init { Ok(()) } else { kw.refuse(name, cx) }
}

/// The iterator tools.
#[pymodule(
    name = "itertools",
    doc = "Functional tools for creating and using iterators.",
    types(
        PyAccumulate, PyBatched, PyChain, PyCombinations, PyCombinationsWithReplacement, PyCompress, PyCount, PyCycle, PyDropWhile, PyFilterFalse, PyGroupBy,
        PyGrouper, PyISlice, PyPairwise, PyPermutations, PyProduct, PyRepeat, PyStarMap, PyTakeWhile, PyTee, PyTeeData, PyZipLongest
    )
)]
pub mod module {
    use super::*;

    /// Returns a tuple of n independent iterators.
    #[function("tee(iterable, n=2, /)")]
    fn tee(iterable: &Object, n: isize, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if n < 0 {
            return Err(cx.value_error(format_args!("n must be >= 0")));
        }
        let mut out = Vec::new();
        if n > 0 {
            let first = PyTee::of(iterable, cx)?;
            out.push(first.clone().into_object());
            for _ in 1..n {
                out.push(first.duplicate(cx)?.into_object());
            }
        }
        PyTuple::from_vec(out, cx)
    }
}
