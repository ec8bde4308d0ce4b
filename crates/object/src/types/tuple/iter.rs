//! `tuple_iterator`.

use super::PyTuple;
use crate::prelude::*;
use crate::types::seq_iter::seq_iterator;

seq_iterator! {
    /// Iterator over a tuple.
    pub struct PyTupleIter over PyTuple, name "tuple_iterator", export "PyTupleIter_Type";
    item |t, i| -> Own<Object> { t.get(i).map(|v| v.own()) }
    object |v, cx| { Ok(v) }
    len |t| { t.len() }
    exhausted |cx| { PyTuple::empty().into_object() }
}
