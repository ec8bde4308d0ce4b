//! The module `atexit`. The binary calls [`run`] when the program ends.

use std::cell::RefCell;
use taipan_object::prelude::*;
use taipan_object::{abstract_, call, unraisable};

type Callback = (Own<Object>, Own<PyTuple>, Option<Own<PyDict>>);

/// Registered functions in the order of their registration; `None` where one was taken out while the list was in use.
#[derive(Default)]
struct Callbacks(RefCell<Vec<Option<Callback>>>);

/// Run all registered functions, last first, and forget them. What they raise is reported as unraisable.
pub fn run(cx: &mut Cx) {
    let list = cx.state::<Callbacks>();
    while let Some(next) = { list.0.borrow_mut().pop() } {
        let Some((f, args, kwargs)) = next else { continue };
        if let Err(r) = call::call_tuple_dict(&f, &args, kwargs.as_deref(), cx) {
            let e = cx.take_raised(r);
            let msg = match abstract_::repr(&f, cx) {
                Ok(s) => format!("Exception ignored in atexit callback {s}"),
                Err(r) => {
                    cx.discard(r);
                    "Exception ignored in atexit callback".to_owned()
                }
            };
            let _set: Raised = cx.set_raised(e);
            unraisable::write(cx, Some(&msg), None);
        }
    }
}

#[pymodule(
    name = "atexit",
    doc = "allow programmer to define multiple exit functions to be executed\nupon normal program termination.\n\nTwo public functions, register and unregister, are defined.\n"
)]
pub mod atexit {
    use super::*;

    /// Register a function to be executed upon normal program termination
    ///
    ///     func - function to be called at exit
    ///     args - optional arguments to pass to func
    ///     kwargs - optional keyword arguments to pass to func
    ///
    ///     func is returned to facilitate usage as a decorator.
    #[function("register(func, /, *args, **kwargs)")]
    fn register(func: &Object, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !cx.is_callable(func) {
            return Err(cx.type_error(format_args!("the first argument must be callable")));
        }
        let a = args.to_tuple(cx)?;
        let k = if kwargs.is_empty() { None } else { Some(kwargs.to_dict(cx)?) };
        cx.state::<Callbacks>().0.borrow_mut().push(Some((func.own(), a, k)));
        Ok(func.own())
    }
    /// Clear the list of previously registered exit functions.
    #[function("_clear()")]
    fn clear(cx: &mut Cx) {
        let old = cx.state::<Callbacks>().0.take();
        drop(old);
    }
    /// Run all registered exit functions.
    ///
    /// If a callback raises an exception, it is logged with sys.unraisablehook.
    #[function("_run_exitfuncs()")]
    fn run_exitfuncs(cx: &mut Cx) {
        run(cx);
    }
    /// Return the number of registered exit functions.
    #[function("_ncallbacks()")]
    fn ncallbacks(cx: &mut Cx) -> usize {
        cx.state::<Callbacks>().0.borrow().iter().flatten().count()
    }
    /// Unregister an exit function which was previously registered using
    /// atexit.register
    ///
    ///     func - function to be unregistered
    #[function("unregister(func, /)")]
    fn unregister(func: &Object, cx: &mut Cx) -> PyResult<()> {
        // Comparing runs code that may change the list: a copy is walked, and what is still there is taken out.
        let now: Vec<_> = cx.state::<Callbacks>().0.borrow().iter().flatten().map(|e| (e.0.clone(), e.1.clone())).collect();
        for (f, args) in now.iter().rev() {
            if !abstract_::eq(f, func, cx)? {
                continue;
            }
            let mut list = cx.state::<Callbacks>().0.borrow_mut();
            let at = list.iter().rposition(|e| e.as_ref().is_some_and(|e| e.0.is(f) && e.1.is(args)));
            let old = at.map(|i| list.remove(i));
            drop(list);
            drop(old);
        }
        Ok(())
    }
}
