//! `_collections`: the native containers of `collections`.
//!
//! Parts: `ring` (the storage of deques), `deque`, `deque_iter`, `default_dict`, `ordered`, `tuple_getter`, `counting`.

mod counting;
mod default_dict;
mod deque;
mod deque_iter;
mod ordered;
mod ring;
mod tuple_getter;

pub use default_dict::PyDefaultDict;
pub use deque::PyDeque;
pub use deque_iter::{PyDequeIter, PyDequeRevIter};
pub use ordered::{PyODictItems, PyODictIter, PyODictKeys, PyODictValues, PyOrderedDict};
pub use tuple_getter::PyTupleGetter;

use taipan_object::prelude::*;

/// The native containers of `collections`.
#[pymodule(
    name = "_collections",
    doc = "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n- defaultdict:  dict subclass with a default value factory\n",
    types(PyDeque, PyDefaultDict, PyOrderedDict, PyDequeIter, PyDequeRevIter, PyTupleGetter),
    parts(counting::functions)
)]
pub mod module {
    use super::*;

    /// The types without a name in the module.
    #[exec]
    fn exec(_m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for s in [PyODictIter::SPEC, PyODictKeys::SPEC, PyODictItems::SPEC, PyODictValues::SPEC] {
            taipan_object::typeobj::ready_static(s, cx)?;
        }
        Ok(())
    }
}
