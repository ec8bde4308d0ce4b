//! `bytearray_iterator`: ints.

use super::PyByteArray;
use crate::prelude::*;
use crate::types::seq_iter::seq_iterator;

seq_iterator! {
    /// Iterator over the bytes.
    pub struct PyByteArrayIter over PyByteArray, name "bytearray_iterator", export "PyByteArrayIter_Type";
    item |b, i| -> u8 { b.data().get(i).copied() }
    object |v, cx| { PyInt::new(v as i64, cx).map(Own::into_object) }
    len |b| { b.data().len() }
    exhausted |cx| { PyTuple::empty().into_object() }
}
