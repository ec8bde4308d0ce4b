//! `_pickle.Pickler` and the proxy of its memo.

use super::hook;
use super::memo::Memo;
use super::save::Saver;
use super::{DEFAULT, HIGHEST, cannot};
use std::cell::{Cell, RefCell};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// How to pickle.
#[derive(Clone)]
pub struct Options {
    pub proto: i32,
    pub fix_imports: bool,
    pub fast: bool,
    pub callback: Option<Own<Object>>,
    pub persistent_id: Option<Own<Object>>,
    pub reducer_override: Option<Own<Object>>,
    pub dispatch_table: Option<Own<Object>>,
}

impl Options {
    /// From the arguments that `dump`, `dumps` and `Pickler` share.
    pub fn new(protocol: &Object, fix_imports: bool, callback: &Object, cx: &mut Cx) -> PyResult<Options> {
        let mut proto = DEFAULT;
        if !protocol.is_none() {
            let n = number::index(protocol, cx)?;
            proto = match n.to_i64() {
                Some(n) if n < 0 => HIGHEST,
                Some(n) if n <= i64::from(HIGHEST) => n as i32,
                None => return Err(cx.overflow_error(format_args!("Python int too large to convert to C int"))),
                Some(_) => return Err(cx.value_error(format_args!("pickle protocol must be <= {HIGHEST}"))),
            };
        }
        let callback = Some(callback).filter(|c| !c.is_none());
        if callback.is_some() && proto < 5 {
            return Err(cx.value_error(format_args!("buffer_callback needs protocol >= 5")));
        }
        Ok(Options {
            proto,
            fix_imports: fix_imports && proto < 3,
            fast: false,
            callback: callback.map(Object::own),
            persistent_id: None,
            reducer_override: None,
            dispatch_table: None,
        })
    }
}

/// `file.write`.
pub fn write_of(file: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    match attr::get_opt(file, name!(cx, "write"), cx)? {
        Some(w) => Ok(w),
        None => Err(cx.type_error(format_args!("file must have a 'write' attribute"))),
    }
}

/// What `__init__` sets.
struct Setup {
    options: Options,
    write: Own<Object>,
}

/// This takes a binary file for writing a pickle data stream.
#[pytype(
    name = "_pickle.Pickler", heap,
    gc,
    basetype,
    doc = "Pickler(file, protocol=None, fix_imports=True, buffer_callback=None)\n--\n\nThis takes a binary file for writing a pickle data stream.\n\nThe optional *protocol* argument tells the pickler to use the given\nprotocol; supported protocols are 0, 1, 2, 3, 4 and 5.  The default\nprotocol is 5. It was introduced in Python 3.8, and is incompatible\nwith previous versions.\n\nSpecifying a negative protocol version selects the highest protocol\nversion supported.  The higher the protocol used, the more recent the\nversion of Python needed to read the pickle produced.\n\nThe *file* argument must have a write() method that accepts a single\nbytes argument. It can thus be a file object opened for binary\nwriting, an io.BytesIO instance, or any other custom object that meets\nthis interface.\n\nIf *fix_imports* is True and protocol is less than 3, pickle will try\nto map the new Python 3 names to the old module names used in Python\n2, so that the pickle data stream is readable with Python 2.\n\nIf *buffer_callback* is None (the default), buffer views are\nserialized into *file* as part of the pickle stream.\n\nIf *buffer_callback* is not None, then it can be called any number\nof times with a buffer view.  If the callback returns a false value\n(such as None), the given buffer is out-of-band; otherwise the\nbuffer is serialized in-band, i.e. inside the pickle stream.\n\nIt is an error if *buffer_callback* is not None and *protocol*\nis None or smaller than 5."
)]
#[repr(C)]
pub struct PyPickler {
    head: ObjHead,
    #[gc(skip)]
    setup: RefCell<Option<Setup>>,
    memo: RefCell<Memo>,
    #[member("bin", ty = Py_T_INT)]
    bin: Cell<i32>,
    #[member("fast", ty = Py_T_INT)]
    fast: Cell<i32>,
    #[member("dispatch_table", ty = Py_T_OBJECT_EX)]
    dispatch_table: FieldCell<Object>,
    /// `persistent_id` set on the instance.
    persistent_id: FieldCell<Object>,
    busy: Cell<bool>,
}

/// A method that a subclass gives, or one set on the instance; not the base's own.
pub fn overridden(o: &Object, base: &PyType, own: &FieldCell<Object>, method: &'static str, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    if let Some(f) = own.own() {
        return Ok(Some(f));
    }
    if o.ty().as_object().is(base.as_object()) {
        return Ok(None);
    }
    let name = PyStr::new_interned(method, cx)?;
    let (found, ours) = {
        let ours = taipan_object::typeobj::lookup(base, &name, cx).map(Object::own);
        let found = taipan_object::typeobj::lookup(o.ty(), &name, cx).map(Object::own);
        (found, ours)
    };
    if let (Some(f), Some(b)) = (&found, &ours) {
        if f.is(b) && !has_own_dict_entry(o, &name, cx)? {
            return Ok(None);
        }
    }
    attr::get_opt(o, &name, cx)
}

fn has_own_dict_entry(o: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<bool> {
    let dict = attr::get_opt(o, name!(cx, "__dict__"), cx)?;
    match dict.as_deref().and_then(|d| d.downcast::<PyDict>()) {
        Some(d) => d.contains(name, cx),
        None => Ok(false),
    }
}

#[pymethods]
impl PyPickler {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyPickler>> {
        let p = PyPickler {
            head: Object::placeholder(),
            setup: RefCell::new(None),
            memo: RefCell::default(),
            bin: Cell::new(0),
            fast: Cell::new(0),
            dispatch_table: FieldCell::empty(),
            persistent_id: FieldCell::empty(),
            busy: Cell::new(false),
        };
        cx.new_object_of(cls, p)
    }
    #[init("Pickler(file, protocol=None, fix_imports=True, buffer_callback=None)")]
    fn init(&self, file: &Object, protocol: &Object, fix_imports: Option<bool>, buffer_callback: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.busy.get() {
            return Err(cx.runtime_error(format_args!("Pickler object is already used")));
        }
        let options = Options::new(protocol, fix_imports.unwrap_or(true), buffer_callback, cx)?;
        let write = write_of(file, cx)?;
        self.bin.set(i32::from(options.proto > 0));
        self.fast.set(0);
        let old = self.memo.borrow_mut().clear();
        drop(old);
        let old = self.setup.borrow_mut().replace(Setup { options, write });
        drop(old);
        let table = attr::get_opt(self, name!(cx, "dispatch_table"), cx)?;
        self.dispatch_table.set(table, cx);
        Ok(())
    }
    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        hook::get(self, name, "persistent_id", &self.persistent_id, cx)
    }
    #[slot(tp_setattro)]
    fn setattro(&self, name: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        hook::set(self, name, value, "persistent_id", &self.persistent_id, cx)
    }
    #[method("persistent_id(obj, /)", doc = "")]
    fn persistent_id_method(&self, _obj: &Object) {}

    /// Write a pickled representation of the given object to the open file.
    #[method("dump(obj, /)")]
    fn dump(&self, obj: &Object, cx: &mut Cx) -> PyResult<()> {
        let setup = self.setup.borrow().as_ref().map(|s| (s.options.clone(), s.write.clone()));
        let Some((mut options, write)) = setup else {
            return Err(cannot(format_args!("Pickler.__init__() was not called by {}.__init__()", self.ty().name()), cx));
        };
        if self.busy.replace(true) {
            return Err(cx.runtime_error(format_args!("Pickler object is already used")));
        }
        let done = self.run(&mut options, write, obj, cx);
        self.busy.set(false);
        done
    }

    /// Clears the pickler's "memo".
    ///
    /// The memo is the data structure that remembers which objects the
    /// pickler has already seen, so that shared or recursive objects are
    /// pickled by reference and not by value.  This method is useful when
    /// re-using picklers.
    #[method("clear_memo()")]
    fn clear_memo(&self) {
        let old = self.memo.borrow_mut().clear();
        drop(old);
    }

    /// Returns size in memory, in bytes.
    #[method("__sizeof__()")]
    fn sizeof(&self) -> usize {
        size_of::<PyPickler>() + self.memo.borrow().len() * 32
    }

    #[getter("memo")]
    fn get_memo(&self, cx: &mut Cx) -> PyResult<Own<PyPicklerMemo>> {
        let pickler = Field::new(AsObject::new_ref(self));
        cx.new_object(PyPicklerMemo { head: Object::placeholder(), pickler })
    }
    #[setter("memo")]
    fn set_memo(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = value else {
            return Err(cx.type_error(format_args!("attribute deletion is not supported")));
        };
        let entries = if let Some(proxy) = v.downcast::<PyPicklerMemo>() {
            proxy.pickler.memo.borrow().entries()
        } else if let Some(d) = v.downcast::<PyDict>() {
            let mut out = Vec::new();
            let mut pos = 0;
            while let Some((_, item, _)) = d.next_own(&mut pos) {
                let Some(&[n, o]) = item.downcast::<PyTuple>().map(PyTuple::as_slice) else {
                    return Err(cx.type_error(format_args!("'memo' values must be 2-item tuples")));
                };
                let n = number::index_as_isize(n, exc::OverflowError(), cx)?;
                out.push((n as u32, o.own()));
            }
            out
        } else {
            return Err(cx.type_error(format_args!("'memo' attribute must be a PicklerMemoProxy object or dict, not {}", v.ty().tp_name_str())));
        };
        let mut memo = Memo::default();
        entries.iter().for_each(|(n, o)| memo.put(o, *n));
        let old = std::mem::replace(&mut *self.memo.borrow_mut(), memo);
        drop(old);
        Ok(())
    }
}

impl PyPickler {
    fn run(&self, options: &mut Options, write: Own<Object>, obj: &Object, cx: &mut Cx) -> PyResult<()> {
        options.fast = self.fast.get() != 0;
        options.dispatch_table = self.dispatch_table.own();
        options.persistent_id = overridden(self, PyPickler::ty(), &self.persistent_id, "persistent_id", cx)?;
        options.reducer_override = attr::get_opt(self, name!(cx, "reducer_override"), cx)?;
        let mut s = Saver::new(options, &self.memo, Some(write));
        s.dump(obj, cx)?;
        s.flush(cx)
    }
}

/// The `memo` attribute of a pickler.
#[pytype(name = "_pickle.PicklerMemoProxy", heap, gc, no_new, attrs("__hash__" => no_hash), doc = "")]
#[repr(C)]
pub struct PyPicklerMemo {
    head: ObjHead,
    pickler: Field<PyPickler>,
}

/// Memos are not hashable.
pub fn no_hash(_cx: &mut Cx) -> PyResult<Own<Object>> {
    Ok(none().own())
}

#[pymethods]
impl PyPicklerMemo {
    /// Remove all items from memo.
    #[method("clear()")]
    fn clear(&self) {
        self.pickler.clear_memo();
    }
    /// Copy the memo to a new object.
    #[method("copy()")]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let entries = self.pickler.memo.borrow().entries();
        let d = PyDict::new(cx)?;
        for (n, o) in entries {
            let key = PyInt::from_u64(o.as_ptr() as usize as u64, cx)?;
            let n = PyInt::new(i64::from(n), cx)?;
            let item = PyTuple::from_slice(&[&n, &o], cx)?;
            d.set(&key, &item, cx)?;
        }
        Ok(d)
    }
    /// Implement pickle support.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let d = self.copy(cx)?;
        let args = PyTuple::from_slice(&[&d], cx)?;
        PyTuple::from_slice(&[PyDict::ty().as_object(), &args], cx)
    }
}

/// `write(data)`.
pub fn write(f: &Object, data: &Object, cx: &mut Cx) -> PyResult<()> {
    call::call(f, &[data], cx).map(drop)
}
