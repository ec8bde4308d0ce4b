//! Instance storage against real classes: caches, the aliasing dict, detaching.

use super::*;
use crate::call;
use crate::testing::with_cx;
use crate::types::int::PyInt;
use crate::types::tuple::PyTuple;

fn class(cx: &mut Cx) -> Own<Object> {
    let (name, ns) = (PyStr::new("C", cx).expect("str"), PyDict::new(cx).expect("dict"));
    call::call(PyType::ty(), &[&name, &PyTuple::empty(), &ns], cx).expect("a class")
}

fn int(n: i64, cx: &mut Cx) -> Own<Object> {
    PyInt::new(n, cx).expect("int").into_object()
}

fn value(o: Option<&Object>) -> Option<i64> {
    o.and_then(|o| o.downcast::<PyInt>()).and_then(|i| i.to_i64())
}

#[test]
fn caches_see_what_the_general_way_stores() {
    with_cx(|cx| {
        let c = class(cx);
        let ty = c.downcast::<PyType>().expect("a type");
        let o = call::call(&c, &[], cx).expect("an instance");
        let (x, y) = (PyStr::new_interned("x", cx).expect("str"), PyStr::new_interned("y", cx).expect("str"));
        let one = int(1, cx);
        assert!(index_of(ty, &x).is_none());
        set(&o, &x, &one, cx).expect("set");
        let ix = index_of(ty, &x).expect("shared");
        let (at, iy) = (value_offset(ty, ix), index_for_store(ty, &y).expect("room"));
        // SAFETY: `ty` is the instance's type and has inline values.
        unsafe {
            assert_eq!(value(load_cached(&o, at, cx)), Some(1));
            assert!(store_cached(&o, ty, iy, int(2, cx)).is_ok_and(|old| old.is_none()));
            assert!(store_cached(&o, ty, ix, int(3, cx)).is_ok_and(|old| old.is_some()));
        }
        let d = dict(&o, cx).expect("memory").expect("a dict");
        assert_eq!((d.len(), value(d.get_str(&x, cx)), value(d.get_str(&y, cx))), (2, Some(3), Some(2)));
        // SAFETY: as above.
        assert!(unsafe { store_cached(&o, ty, ix, int(4, cx)) }.is_ok());
        assert_eq!(value(d.get_str(&x, cx)), Some(4));
        assert!(delete(&o, &y, cx).expect("delete") && d.len() == 1);
        // A key that cannot be shared moves everything into the dict.
        d.set(&one, &one, cx).expect("set");
        // SAFETY: as above.
        unsafe {
            assert!(load_cached(&o, at, cx).is_none() && store_cached(&o, ty, ix, int(5, cx)).is_err());
            let hint = d.hint_for(&x).expect("there");
            assert_eq!(value(load_hinted(&o, &x, hint, cx)), Some(4));
        }
        assert_eq!(value(get(&o, &x, cx).expect("get").as_deref()), Some(4));
    });
}

#[test]
fn a_kept_dict_outlives_its_instance() {
    with_cx(|cx| {
        let c = class(cx);
        let o = call::call(&c, &[], cx).expect("an instance");
        let names = ["a", "b", "c"].map(|n| PyStr::new_interned(n, cx).expect("str"));
        for (i, n) in names.iter().enumerate() {
            let v = int(i as i64, cx);
            set(&o, n, &v, cx).expect("set");
        }
        let d = dict(&o, cx).expect("memory").expect("a dict");
        drop(o);
        assert_eq!((d.refcount(), d.len(), value(d.get_str(&names[2], cx))), (1, 3, Some(2)));
        let four = int(4, cx);
        d.set(&names[0], &four, cx).expect("set");
        assert_eq!(value(d.get_str(&names[0], cx)), Some(4));
    });
}
