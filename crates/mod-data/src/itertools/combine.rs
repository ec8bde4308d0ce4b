//! Combinatorics: `product`, `permutations`, `combinations`, `combinations_with_replacement`. Each keeps a pool of items and the indices of the next result.

use std::cell::{Cell, RefCell};
use taipan_object::abstract_::{iter, number};
use taipan_object::prelude::*;

/// Where an iterator stands.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Fresh,
    Running,
    Done,
}

/// The chosen items of one pool.
fn pick(pool: &PyTuple, indices: &[usize], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    PyTuple::from_exact(indices.iter().map(|&i| pool.get(i).unwrap_or(none()).own()), cx)
}

/// `n` indices from 0 up, or all 0; `MemoryError` when that is too many.
fn indices(n: usize, count_up: bool, cx: &mut Cx) -> PyResult<Vec<usize>> {
    let mut v = Vec::new();
    if v.try_reserve_exact(n).is_err() {
        return Err(cx.memory_error());
    }
    v.extend((0..n).map(|i| if count_up { i } else { 0 }));
    Ok(v)
}

fn length_of(r: isize, cx: &mut Cx) -> PyResult<usize> {
    usize::try_from(r).map_err(|_| cx.value_error(format_args!("r must be non-negative")))
}

/// product(*iterables, repeat=1)
/// --
///
/// Cartesian product of input iterables. Equivalent to nested for-loops.
#[pytype(name = "itertools.product", heap, gc, basetype)]
#[repr(C)]
pub struct PyProduct {
    head: ObjHead,
    pools: Field<PyTuple>,
    #[gc(skip)]
    indices: RefCell<Vec<usize>>,
    #[gc(skip)]
    stage: Cell<Stage>,
}

impl PyProduct {
    fn pool(&self, i: usize) -> Option<&PyTuple> {
        self.pools.get(i % self.pools.len().max(1)).and_then(|p| p.downcast::<PyTuple>())
    }
}

#[pymethods]
impl PyProduct {
    #[new]
    fn new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyProduct>> {
        kw.only("product", &["repeat"], cx)?;
        let repeat = match kw.get("repeat") {
            Some(r) => number::index_as_isize(r, exc::OverflowError(), cx)?,
            None => 1,
        };
        let Ok(repeat) = usize::try_from(repeat) else { return Err(cx.value_error(format_args!("repeat argument cannot be negative"))) };
        let mut pools = Vec::new();
        if repeat > 0 {
            for a in args.0 {
                pools.push(iter::to_tuple(a, cx)?.into_object());
            }
        }
        let Some(n) = pools.len().checked_mul(repeat).filter(|n| *n <= isize::MAX as usize / 8) else {
            return Err(cx.overflow_error(format_args!("repeat argument too large")));
        };
        let indices = RefCell::new(indices(n, false, cx)?);
        let pools = Field::new(PyTuple::from_vec(pools, cx)?);
        cx.new_object_of(cls, PyProduct { head: Object::placeholder(), pools, indices, stage: Cell::new(Stage::Fresh) })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        let mut at = self.indices.borrow_mut();
        match self.stage.get() {
            Stage::Done => return Ok(None),
            Stage::Fresh => {
                self.stage.set(Stage::Running);
                if self.pools.as_slice().iter().any(|p| p.downcast::<PyTuple>().is_none_or(|p| p.is_empty())) {
                    self.stage.set(Stage::Done);
                    return Ok(None);
                }
            }
            Stage::Running => {
                let mut moved = false;
                for i in (0..at.len()).rev() {
                    at[i] += 1;
                    if at[i] < self.pool(i).map_or(0, PyTuple::len) {
                        moved = true;
                        break;
                    }
                    at[i] = 0;
                }
                if !moved {
                    self.stage.set(Stage::Done);
                    return Ok(None);
                }
            }
        }
        let items = at.iter().enumerate().map(|(i, &k)| self.pool(i).and_then(|p| p.get(k)).unwrap_or(none()).own()).collect();
        drop(at);
        PyTuple::from_vec(items, cx).map(Some)
    }
}

/// A type over one pool with a rule that moves its indices on.
macro_rules! over_pool {
    ($(#[$doc:meta])* $t:ident, $full:literal, $sig:literal, $up:literal, $possible:expr, $step:ident) => {
        $(#[$doc])*
        #[pytype(name = $full, heap, gc, basetype)]
        #[repr(C)]
        pub struct $t {
            head: ObjHead,
            pool: Field<PyTuple>,
            #[gc(skip)]
            indices: RefCell<Vec<usize>>,
            #[gc(skip)]
            stage: Cell<Stage>,
        }

        #[pymethods]
        impl $t {
            #[new($sig)]
            fn new(cls: &PyType, iterable: &Object, r: isize, cx: &mut Cx) -> PyResult<Own<$t>> {
                let pool = iter::to_tuple(iterable, cx)?;
                let r = length_of(r, cx)?;
                let possible: fn(usize, usize) -> bool = $possible;
                let fits = possible(pool.len(), r);
                let stage = Cell::new(if fits { Stage::Fresh } else { Stage::Done });
                let indices = RefCell::new(indices(if fits { r } else { 0 }, $up, cx)?);
                cx.new_object_of(cls, $t { head: Object::placeholder(), pool: Field::new(pool), indices, stage })
            }
            #[slot(tp_iter)]
            fn iter(&self) -> Own<Object> {
                self.own()
            }
            #[slot(tp_iternext)]
            fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
                match self.stage.get() {
                    Stage::Done => return Ok(None),
                    Stage::Fresh => self.stage.set(Stage::Running),
                    Stage::Running => {
                        if !$step(&mut self.indices.borrow_mut(), self.pool.len()) {
                            self.stage.set(Stage::Done);
                            return Ok(None);
                        }
                    }
                }
                let at = self.indices.borrow();
                pick(&self.pool, &at, cx).map(Some)
            }
        }
    };
}

over_pool! {
    /// Return successive r-length combinations of elements in the iterable.
    ///
    /// combinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)
    PyCombinations, "itertools.combinations", "combinations(iterable, r)", true, |n, r| r <= n, step_combination
}
over_pool! {
    /// Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.
    ///
    /// combinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')
    PyCombinationsWithReplacement, "itertools.combinations_with_replacement", "combinations_with_replacement(iterable, r)", false, |n, r| n > 0 || r == 0, step_replacement
}

fn step_combination(at: &mut [usize], n: usize) -> bool {
    let r = at.len();
    let Some(i) = (0..r).rev().find(|&i| at[i] != i + n - r) else { return false };
    let first = at[i] + 1;
    at[i..].iter_mut().enumerate().for_each(|(k, x)| *x = first + k);
    true
}

fn step_replacement(at: &mut [usize], n: usize) -> bool {
    let Some(i) = at.iter().rposition(|&x| x + 1 != n) else { return false };
    let v = at[i] + 1;
    at[i..].fill(v);
    true
}

/// Return successive r-length permutations of elements in the iterable.
///
/// permutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)
#[pytype(name = "itertools.permutations", heap, gc, basetype)]
#[repr(C)]
pub struct PyPermutations {
    head: ObjHead,
    pool: Field<PyTuple>,
    #[gc(skip)]
    indices: RefCell<Vec<usize>>,
    #[gc(skip)]
    cycles: RefCell<Vec<usize>>,
    #[gc(skip)]
    stage: Cell<Stage>,
}

#[pymethods]
impl PyPermutations {
    #[new("permutations(iterable, r=None)")]
    fn new(cls: &PyType, iterable: &Object, r: &Object, cx: &mut Cx) -> PyResult<Own<PyPermutations>> {
        let pool = iter::to_tuple(iterable, cx)?;
        let n = pool.len();
        let r = if r.is(none()) {
            n
        } else if r.is_a::<PyInt>() {
            let r = number::index_as_isize(r, exc::OverflowError(), cx)?;
            length_of(r, cx)?
        } else {
            return Err(cx.type_error(format_args!("Expected int as r")));
        };
        let stage = Cell::new(if r > n { Stage::Done } else { Stage::Fresh });
        let at = RefCell::new(indices(n, true, cx)?);
        let cycles = RefCell::new((0..r.min(n)).map(|i| n - i).collect());
        cx.new_object_of(cls, PyPermutations { head: Object::placeholder(), pool: Field::new(pool), indices: at, cycles, stage })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        let mut at = self.indices.borrow_mut();
        let mut cycles = self.cycles.borrow_mut();
        match self.stage.get() {
            Stage::Done => return Ok(None),
            Stage::Fresh => self.stage.set(Stage::Running),
            Stage::Running => {
                if !step_permutation(&mut at, &mut cycles) {
                    self.stage.set(Stage::Done);
                    return Ok(None);
                }
            }
        }
        pick(&self.pool, &at[..cycles.len()], cx).map(Some)
    }
}

fn step_permutation(at: &mut [usize], cycles: &mut [usize]) -> bool {
    let n = at.len();
    for i in (0..cycles.len()).rev() {
        cycles[i] -= 1;
        if cycles[i] == 0 {
            at[i..].rotate_left(1);
            cycles[i] = n - i;
        } else {
            at.swap(i, n - cycles[i]);
            return true;
        }
    }
    false
}
