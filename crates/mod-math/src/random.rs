//! `_random`: the Mersenne Twister behind `random.Random`.

use std::cell::RefCell;
use taipan_algo_hash::Mt19937;
use taipan_algo_hash::mt19937::N;
use taipan_object::abstract_::{self, number};
use taipan_object::prelude::*;

/// A generator with its own state.
#[pytype(name = "_random.Random", heap, mutable, basetype, doc = "Random() -> create a random number generator with its own internal state.")]
#[repr(C)]
pub struct PyRandom {
    head: ObjHead,
    state: RefCell<Mt19937>,
}

/// A state from the system's entropy; from the clock and the process when there is none.
fn entropy_state() -> Mt19937 {
    let mut bytes = [0u8; N * 4];
    if taipan_host::entropy::fill_nonblocking(&mut bytes).is_ok() {
        let key: Vec<u32> = bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        return Mt19937::from_key(&key);
    }
    let now = taipan_host::clock::nanos(taipan_host::clock::REALTIME);
    Mt19937::from_key(&[now as u32, (now >> 32) as u32, taipan_host::process::getpid() as u32])
}

/// The magnitude in 32-bit words, least significant first, at least one.
fn words_of(i: &PyInt) -> Vec<u32> {
    let v = i.as_ref_int();
    let mut out = Vec::with_capacity(v.digits.len() + 1);
    let (mut acc, mut bits) = (0u64, 0);
    for &d in v.digits {
        acc |= u64::from(d) << bits;
        bits += 30;
        if bits >= 32 {
            out.push(acc as u32);
            acc >>= 32;
            bits -= 32;
        }
    }
    if acc != 0 || out.is_empty() {
        out.push(acc as u32);
    }
    while out.len() > 1 && out.last() == Some(&0) {
        out.pop();
    }
    out
}

/// An int of 32-bit words, least significant first.
fn int_of(words: &[u32], cx: &mut Cx) -> PyResult<Own<PyInt>> {
    let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
    PyInt::from_big(&taipan_algo_int::from_bytes(&bytes, taipan_algo_int::Endian::Little, false), cx)
}

/// The state that a seed means.
fn seeded(seed: &Object, cx: &mut Cx) -> PyResult<Mt19937> {
    if seed.is_none() {
        return Ok(entropy_state());
    }
    let key = match seed.downcast::<PyInt>() {
        Some(i) => words_of(i),
        None => {
            let h = abstract_::hash(seed, cx)? as u64;
            if h >> 32 == 0 { vec![h as u32] } else { vec![h as u32, (h >> 32) as u32] }
        }
    };
    Ok(Mt19937::from_key(&key))
}

/// One state word: an int, its lower 32 bits.
fn state_word(o: &Object, cx: &mut Cx) -> PyResult<u32> {
    let Some(i) = o.downcast::<PyInt>() else { return Err(cx.type_error(format_args!("an integer is required"))) };
    if i.is_negative() {
        return Err(cx.overflow_error(format_args!("can't convert negative value to unsigned int")));
    }
    match i.as_ref_int().to_u64() {
        Some(v) => Ok(v as u32),
        None => Err(cx.overflow_error(format_args!("Python int too large to convert to C unsigned long"))),
    }
}

#[pymethods]
impl PyRandom {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let r = PyRandom { head: Object::placeholder(), state: RefCell::new(Mt19937::from_word(5489)) };
        cx.new_object_of(cls, r).map(Own::into_object)
    }
    #[init]
    fn init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        if !kw.is_empty() && std::ptr::eq(self.ty(), PyRandom::ty()) {
            return Err(cx.type_error(format_args!("Random() takes no keyword arguments")));
        }
        let seed = match args.0 {
            [] => none(),
            &[s] => s,
            a => return Err(cx.type_error(format_args!("Random expected at most 1 argument, got {}", a.len()))),
        };
        let s = seeded(seed, cx)?;
        self.state.replace(s);
        Ok(())
    }
    /// random() -> x in the interval [0, 1).
    #[method("random()")]
    fn random(&self) -> f64 {
        self.state.borrow_mut().random()
    }
    /// seed([n]) -> None.
    ///
    /// Defaults to use urandom and falls back to a combination
    /// of the current time and the process identifier.
    #[method("seed(n=None, /)")]
    fn seed(&self, n: &Object, cx: &mut Cx) -> PyResult<()> {
        let s = seeded(n, cx)?;
        self.state.replace(s);
        Ok(())
    }
    /// getstate() -> tuple containing the current state.
    #[method("getstate()")]
    fn getstate(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (words, index) = {
            let s = self.state.borrow();
            let (w, i) = s.state();
            (*w, i)
        };
        let mut out = Vec::with_capacity(N + 1);
        for w in words {
            out.push(PyInt::new(i64::from(w), cx)?.into_object());
        }
        out.push(PyInt::new(index as i64, cx)?.into_object());
        PyTuple::from_vec(out, cx)
    }
    /// setstate(state) -> None.  Restores generator state.
    #[method("setstate(state, /)")]
    fn setstate(&self, state: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(t) = state.downcast::<PyTuple>() else {
            return Err(cx.type_error(format_args!("state vector must be a tuple")));
        };
        if t.len() != N + 1 {
            return Err(cx.value_error(format_args!("state vector is the wrong size")));
        }
        let mut words = [0u32; N];
        for (w, o) in words.iter_mut().zip(t.as_slice()) {
            *w = state_word(o, cx)?;
        }
        let index = match t.get(N).and_then(|o| o.downcast::<PyInt>()) {
            Some(i) => match i.to_i64() {
                Some(n) => n,
                None => return Err(cx.overflow_error(format_args!("Python int too large to convert to C long"))),
            },
            None => return Err(cx.type_error(format_args!("an integer is required"))),
        };
        match usize::try_from(index).ok().and_then(|i| Mt19937::from_state(words, i)) {
            Some(s) => {
                self.state.replace(s);
                Ok(())
            }
            None => Err(cx.value_error(format_args!("invalid state"))),
        }
    }
    /// getrandbits(k) -> x.  Generates an int with k random bits.
    #[method("getrandbits(k, /)")]
    fn getrandbits(&self, k: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        let k = number::index(k, cx)?;
        if k.is_negative() {
            return Err(cx.value_error(format_args!("Cannot convert negative int")));
        }
        let Some(k) = k.as_ref_int().to_u64() else {
            return Err(cx.overflow_error(format_args!("Python int too large for C uint64_t")));
        };
        if k <= 64 {
            let v = self.state.borrow_mut().bits_u64(k as u32);
            return PyInt::from_u64(v, cx);
        }
        if taipan_algo_int::arith::bearable(k).is_err() {
            return Err(cx.memory_error());
        }
        let words = self.state.borrow_mut().bits(k as usize);
        int_of(&words, cx)
    }
}

#[pymodule(name = "_random", doc = "Module implements the Mersenne Twister random number generator.", types(PyRandom))]
pub mod module {
    use super::*;
}
