//! `odict_keys`, `odict_items`, `odict_values`: the views of dicts, in the order of the chain.

use super::iter::{PyODictIter, What};
use super::{PyOrderedDict, key_error};
use taipan_object::prelude::*;
use taipan_object::types::dict::view::{PyDictItems, PyDictKeys, PyDictValues};

macro_rules! view {
    ($ty:ident, $base:ident, $name:literal, $what:expr) => {
        #[pytype(name = $name, base = $base, gc, no_new, doc = "")]
        #[repr(C)]
        #[doc(hidden)]
        pub struct $ty {
            view: $base,
        }

        impl $ty {
            /// The view of an ordered dict.
            pub fn of(d: &PyOrderedDict, cx: &mut Cx) -> PyResult<Own<$ty>> {
                cx.new_object($ty { view: $base::part(&d.dict) })
            }
            fn walk(&self, backwards: bool, cx: &mut Cx) -> PyResult<Own<PyODictIter>> {
                match self.view.dict().as_object().downcast::<PyOrderedDict>() {
                    Some(d) => PyODictIter::of(d, $what, backwards, cx),
                    None => Err(key_error(none(), cx)),
                }
            }
        }

        #[pymethods]
        impl $ty {
            #[slot(tp_iter)]
            fn py_iter(&self, cx: &mut Cx) -> PyResult<Own<PyODictIter>> {
                self.walk(false, cx)
            }
            #[method("__reversed__()", nosig)]
            fn py_reversed(&self, cx: &mut Cx) -> PyResult<Own<PyODictIter>> {
                self.walk(true, cx)
            }
        }
    };
}

view!(PyODictKeys, PyDictKeys, "odict_keys", What::Keys);
view!(PyODictItems, PyDictItems, "odict_items", What::Items);
view!(PyODictValues, PyDictValues, "odict_values", What::Values);
