//! The kernel by itself: it starts, types are ready, objects live and die.

mod args;

use taipan_object::config::Config;
use taipan_object::prelude::*;
use taipan_object::thread::{Interpreter, ThreadState, gil};
use taipan_object::{abstract_, attr, call, typeobj};

/// One process-wide kernel; tests run one after the other under its GIL.
pub fn with_kernel<R>(f: impl FnOnce(&mut Cx) -> R) -> R {
    static ONE: std::sync::Mutex<Option<usize>> = std::sync::Mutex::new(None);
    let mut one = ONE.lock().unwrap_or_else(|e| e.into_inner());
    let fresh = one.is_none();
    let ts: &'static ThreadState = match *one {
        // SAFETY: leaked states live for ever.
        Some(p) => unsafe { &*(p as *const ThreadState) },
        None => ThreadState::new(Interpreter::new(Config::default())),
    };
    *one = Some(ts as *const ThreadState as usize);
    gil::take(ts);
    ts.set_stack_size(1 << 20);
    // SAFETY: the GIL is held until `release`.
    let cx = &mut unsafe { Cx::assume() };
    if fresh {
        taipan_object::typelist::init(cx).expect("kernel starts");
    }
    // A failed assertion must not keep the GIL, or the other tests would wait for ever.
    let r = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(cx)));
    gil::release(ts);
    r.unwrap_or_else(|e| std::panic::resume_unwind(e))
}

fn text(r: PyResult<Own<PyStr>>, cx: &mut Cx) -> String {
    match r {
        Ok(s) => s.to_string(),
        Err(r) => {
            let e = cx.take_raised(r);
            panic!("raised {}", abstract_::repr(&e, cx).map_or("?".into(), |s| s.to_string()))
        }
    }
}

#[test]
fn starts_and_shows_types() {
    with_kernel(|cx| {
        assert_eq!(text(abstract_::repr(PyDict::ty(), cx), cx), "<class 'dict'>");
        assert_eq!(text(abstract_::repr(taipan_object::types::none(), cx), cx), "None");
        let e = cx.type_error(format_args!("no {}", 1));
        let e = cx.take_raised(e);
        assert_eq!(text(abstract_::str(&e, cx), cx), "no 1");
        assert!(e.is_a::<taipan_object::types::exc::PyBaseException>());
    });
}

#[test]
fn makes_classes() {
    with_kernel(|cx| {
        let name = PyStr::new("C", cx).unwrap();
        let ns = PyDict::new(cx).unwrap();
        ns.set_text("x", PyInt::new(5, cx).unwrap().into_object(), cx).unwrap();
        let bases = PyTuple::empty();
        let c = call::call(PyType::ty(), &[&name, &bases, &ns], cx).unwrap();
        let o = call::call(&c, &[], cx).unwrap();
        let x = attr::get_text(&o, "x", cx).unwrap();
        assert_eq!(x.downcast::<PyInt>().unwrap().to_i64(), Some(5));
        let y = PyStr::new_interned("y", cx).unwrap();
        attr::set(&o, &y, Some(&x), cx).unwrap();
        assert!(attr::get(&o, &y, cx).unwrap().is(&x));
        assert_eq!(o.refcount(), 1);
        let w = taipan_object::weakref::new_ref(&o, None, cx).unwrap();
        assert!(w.referent().is_some());
        drop(o);
        assert!(w.referent().is_none(), "an object dies with its last reference");
        assert!(typeobj::version_tag(c.downcast::<PyType>().unwrap()) != 0);
    });
}
