//! `array`: rows of machine values.
//!
//! Parts: `item` (typecodes and conversions), `edit` (storage), `methods` (the type as Python sees it), `convert` (methods from and to other forms),
//! `rebuild` (unpickling), `iter`. While buffers are exported the size cannot change.

mod convert;
mod edit;
mod item;
mod iter;
mod methods;
mod rebuild;

pub use iter::PyArrayIter;

use item::Descr;
use std::cell::Cell;
use taipan_object::block::ByteBlock;
use taipan_object::prelude::*;
use taipan_object::types::object_::{PlainRows, set_plain_rows};
use taipan_object::{attr, call};

#[pytype(name = "array.array", heap, basetype, sequence, parts(PART, CONVERT), doc = "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode, and\ninitialized from the optional initializer value, which must be a list,\nstring or iterable over elements of the appropriate type.\n\nArrays represent basic values and behave very much like lists, except\nthe type of objects stored in them is constrained. The type is specified\nat object creation time by using a type code, which is a single character.\nThe following type codes are defined:\n\n    Type code   C Type             Minimum size in bytes\n    'b'         signed integer     1\n    'B'         unsigned integer   1\n    'u'         Unicode character  2 (see note)\n    'w'         Py_UCS4            4\n    'h'         signed integer     2\n    'H'         unsigned integer   2\n    'i'         signed integer     2\n    'I'         unsigned integer   2\n    'l'         signed integer     4\n    'L'         unsigned integer   4\n    'q'         signed integer     8 (see note)\n    'Q'         unsigned integer   8 (see note)\n    'f'         floating-point     4\n    'd'         floating-point     8\n\nNOTE: The 'u' typecode corresponds to Python's unicode character. On\nnarrow builds this is 2-bytes on wide builds this is 4-bytes.\n\nNOTE: The 'q' and 'Q' type codes are only available if the platform\nC compiler used to build Python supports 'long long', or, on Windows,\n'__int64'.\n\nMethods:\n\nappend() -- append a new item to the end of the array\nbuffer_info() -- return information giving the current memory info\nbyteswap() -- byteswap all the items of the array\ncount() -- return number of occurrences of an object\nextend() -- extend array by appending multiple elements from an iterable\nfromfile() -- read items from a file object\nfromlist() -- append items from the list\nfrombytes() -- append items from the string\nindex() -- return index of first occurrence of an object\ninsert() -- insert a new item into the array at a provided position\npop() -- remove and return item (default last)\nremove() -- remove first occurrence of an object\nreverse() -- reverse the order of the items in the array\ntofile() -- write all items to a file object\ntolist() -- return the array converted to an ordinary list\ntobytes() -- return the array converted to a string\n\nAttributes:\n\ntypecode -- the typecode character used to create the array\nitemsize -- the length in bytes of one array item\n")]
#[repr(C)]
pub struct PyArray {
    head: VarHead,
    block: ByteBlock,
    #[gc(skip)]
    descr: &'static Descr,
    weak: WeakList,
    exports: Cell<isize>,
}

const _: () = assert!(size_of::<PyArray>() == 64);

/// Rows of machine values.
#[pymodule(
    name = "array",
    doc = "This module defines an object type which can efficiently represent\nan array of basic values: characters, integers, floating-point\nnumbers.  Arrays are sequence types and behave very much like lists,\nexcept that the type of objects stored in them is constrained.\n",
    types(PyArray),
    parts(rebuild::functions)
)]
pub mod module {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(PyArrayIter::SPEC, cx)?;
        set_plain_rows(PlainRows { ty: PyArray::ty(), load: PyArray::load_plain, store: PyArray::store_plain });
        let codes: String = item::DESCRS.iter().map(|d| d.code).collect();
        let codes = PyStr::new(&codes, cx)?;
        attr::set(m.as_object(), name!(cx, "typecodes"), Some(codes.as_object()), cx)?;
        attr::set(m.as_object(), name!(cx, "ArrayType"), Some(PyArray::ty().as_object()), cx)?;
        let abc = cx.import_attr("collections.abc", "MutableSequence")?;
        call::call_method(&abc, name!(cx, "register"), &[PyArray::ty().as_object()], cx).map(drop)
    }
}
