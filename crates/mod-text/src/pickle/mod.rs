//! `_pickle`: objects as a stream of bytes and back, protocols 0 to 5.
//!
//! `pickler` and `unpickler` are the types; `save`, `reduce` and `globals` write, `input` and `load` read. A pickle may be hostile: reading bounds every
//! size by the bytes there are, and the stack and memo by what the stream has pushed.

mod globals;
mod hook;
mod input;
mod load;
mod memo;
mod op;
mod pickler;
mod reduce;
mod save;
mod unpickler;

use std::cell::OnceCell;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::pickle_buffer::PyPickleBuffer;
use taipan_object::typeobj;

const HIGHEST: i32 = 5;
const DEFAULT: i32 = 5;

/// What the module keeps per interpreter.
#[derive(Default)]
struct State {
    pickle_error: OnceCell<Own<Object>>,
    pickling_error: OnceCell<Own<Object>>,
    unpickling_error: OnceCell<Own<Object>>,
    names: OnceCell<Names>,
}

/// Dicts of `copyreg` and `_compat_pickle`.
struct Names {
    dispatch_table: Own<Object>,
    extension_registry: Own<Object>,
    inverted_registry: Own<Object>,
    extension_cache: Own<Object>,
    name_mapping: Own<Object>,
    import_mapping: Own<Object>,
    reverse_name_mapping: Own<Object>,
    reverse_import_mapping: Own<Object>,
}

fn names(cx: &mut Cx) -> PyResult<&'static Names> {
    let state = cx.state::<State>();
    if let Some(n) = state.names.get() {
        return Ok(n);
    }
    let n = Names {
        dispatch_table: cx.import_attr("copyreg", "dispatch_table")?,
        extension_registry: cx.import_attr("copyreg", "_extension_registry")?,
        inverted_registry: cx.import_attr("copyreg", "_inverted_registry")?,
        extension_cache: cx.import_attr("copyreg", "_extension_cache")?,
        name_mapping: cx.import_attr("_compat_pickle", "NAME_MAPPING")?,
        import_mapping: cx.import_attr("_compat_pickle", "IMPORT_MAPPING")?,
        reverse_name_mapping: cx.import_attr("_compat_pickle", "REVERSE_NAME_MAPPING")?,
        reverse_import_mapping: cx.import_attr("_compat_pickle", "REVERSE_IMPORT_MAPPING")?,
    };
    Ok(state.names.get_or_init(|| n))
}

fn raise(cell: &OnceCell<Own<Object>>, msg: std::fmt::Arguments<'_>, cx: &mut Cx) -> Raised {
    match cell.get().and_then(|e| e.downcast::<PyType>()) {
        Some(t) => cx.raise_msg(t, msg),
        None => cx.value_error(msg),
    }
}

/// Raise `PicklingError`.
#[cold]
fn cannot(msg: std::fmt::Arguments<'_>, cx: &mut Cx) -> Raised {
    raise(&cx.state::<State>().pickling_error, msg, cx)
}

/// Raise `UnpicklingError`.
#[cold]
fn bad(msg: std::fmt::Arguments<'_>, cx: &mut Cx) -> Raised {
    raise(&cx.state::<State>().unpickling_error, msg, cx)
}

/// The module.
#[pymodule(name = "_pickle", doc = "Optimized C implementation for the Python pickle module.", types(pickler::PyPickler, unpickler::PyUnpickler))]
mod functions {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for spec in [pickler::PyPicklerMemo::SPEC, unpickler::PyUnpicklerMemo::SPEC] {
            typeobj::ready_static(spec, cx)?;
        }
        m.add("PickleBuffer", PyPickleBuffer::ty().as_object(), cx)?;
        let base = taipan_builtins::new_exception("_pickle.PickleError", exc::Exception(), cx)?;
        let state = cx.state::<State>();
        m.add("PickleError", &base, cx)?;
        if let Some(b) = base.downcast::<PyType>() {
            for (name, cell) in [("PicklingError", &state.pickling_error), ("UnpicklingError", &state.unpickling_error)] {
                let e = taipan_builtins::new_exception(&format!("_pickle.{name}"), b, cx)?;
                m.add(name, &e, cx)?;
                let _ = cell.set(e);
            }
        }
        let _ = state.pickle_error.set(base);
        Ok(())
    }

    /// Write a pickled representation of obj to the open file object file.
    ///
    /// This is equivalent to ``Pickler(file, protocol).dump(obj)``, but may
    /// be more efficient.
    ///
    /// The optional *protocol* argument tells the pickler to use the given
    /// protocol; supported protocols are 0, 1, 2, 3, 4 and 5.  The default
    /// protocol is 5. It was introduced in Python 3.8, and is incompatible
    /// with previous versions.
    #[function("dump(obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)")]
    fn dump(obj: &Object, file: &Object, protocol: &Object, fix_imports: bool, buffer_callback: &Object, cx: &mut Cx) -> PyResult<()> {
        let options = pickler::Options::new(protocol, fix_imports, buffer_callback, cx)?;
        let write = pickler::write_of(file, cx)?;
        let memo = Default::default();
        let mut s = save::Saver::new(&options, &memo, Some(write));
        s.dump(obj, cx)?;
        s.flush(cx)
    }

    /// Return the pickled representation of the object as a bytes object.
    ///
    /// The optional *protocol* argument tells the pickler to use the given
    /// protocol; supported protocols are 0, 1, 2, 3, 4 and 5.  The default
    /// protocol is 5. It was introduced in Python 3.8, and is incompatible
    /// with previous versions.
    #[function("dumps(obj, protocol=None, *, fix_imports=True, buffer_callback=None)")]
    fn dumps(obj: &Object, protocol: &Object, fix_imports: bool, buffer_callback: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let options = pickler::Options::new(protocol, fix_imports, buffer_callback, cx)?;
        let memo = Default::default();
        let mut s = save::Saver::new(&options, &memo, None);
        s.dump(obj, cx)?;
        PyBytes::new(&s.out, cx)
    }

    /// Read and return an object from the pickle data stored in a file.
    ///
    /// This is equivalent to ``Unpickler(file).load()``, but may be more
    /// efficient.
    ///
    /// The protocol version of the pickle is detected automatically, so no
    /// protocol argument is needed.  Bytes past the pickled object's
    /// representation are ignored.
    #[function("load(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn load(file: &Object, fix_imports: bool, encoding: Option<&PyStr>, errors: Option<&PyStr>, buffers: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let options = unpickler::Options::new(fix_imports, encoding, errors, buffers, cx)?;
        let input = input::Input::file(file, cx)?;
        unpickler::run(&options, input, Default::default(), None, cx).0
    }

    /// Read and return an object from the given pickle data.
    ///
    /// The protocol version of the pickle is detected automatically, so no
    /// protocol argument is needed.  Bytes past the pickled object's
    /// representation are ignored.
    #[function("loads(data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn loads(data: &Object, fix_imports: bool, encoding: Option<&PyStr>, errors: Option<&PyStr>, buffers: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let options = unpickler::Options::new(fix_imports, encoding, errors, buffers, cx)?;
        let input = input::Input::memory(Buffer::get(data, 0, cx)?);
        unpickler::run(&options, input, Default::default(), None, cx).0
    }
}

pub use functions::MODULE;
