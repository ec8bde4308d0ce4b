//! Programs run by the bare machine: kernel, builtins, compiler, interpreter; no imports. Each appends what it sees to `log`; the expected `repr(log)` was
//! recorded from CPython 3.14 (`ref-python3.14`).

mod calls;
mod exceptions;
mod generators;
mod values;

use std::sync::{Mutex, OnceLock};
use taipan_object::prelude::*;
use taipan_object::thread::{Interpreter, ThreadState, gil};
use taipan_builtins::code::Hooks;
use taipan_object::types::code::PyCode;
use taipan_object::types::module;

static TURN: Mutex<()> = Mutex::new(());

/// Run a program and give `repr(log)`. Tests take turns; the collector runs at every chance.
fn run(source: &str) -> String {
    let source = source.to_owned();
    let worker = std::thread::Builder::new().stack_size(16 << 20);
    let done = worker.spawn(move || {
        let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
        static INTERP: OnceLock<&'static Interpreter> = OnceLock::new();
        let fresh = INTERP.get().is_none();
        let interp = INTERP.get_or_init(|| Interpreter::new(Default::default()));
        let ts = ThreadState::new(interp);
        gil::take(ts);
        ts.set_stack_size(12 << 20);
        // SAFETY: the GIL was just taken and the state bound.
        let cx = &mut unsafe { Cx::assume() };
        if fresh {
            start(interp, cx).expect("the machine starts");
        }
        let text = program(&source, cx);
        gil::release(ts);
        text
    });
    done.expect("a thread").join().expect("no panic")
}

fn start(interp: &Interpreter, cx: &mut Cx) -> PyResult<()> {
    taipan_interp::init();
    taipan_object::typelist::init(cx)?;
    taipan_builtins::init(cx)?;
    let b = module::create(&taipan_builtins::MODULE, cx)?;
    interp.builtins.set(Some(b.dict(cx)?), cx);
    module::exec(&taipan_builtins::MODULE, &b, cx)?;
    taipan_builtins::fill(&b, cx)?;
    taipan_builtins::code::install(Hooks {
        compile: |_, cx| Err(cx.runtime_error(format_args!("no compiler here"))),
        run: |code, globals, locals, closure, cx| match code.downcast::<PyCode>() {
            Some(c) => taipan_interp::eval_code_with_closure(c, globals, locals, closure, cx),
            None => Err(cx.type_error(format_args!("not code"))),
        },
        locals: |cx| match taipan_object::machine::current_frame(cx.ts()) {
            Some(f) => taipan_object::types::frame::locals_of(f, cx),
            None => Err(cx.runtime_error(format_args!("no frame"))),
        },
        globals: |cx| taipan_interp::current_globals(cx),
        free_vars: |o| o.downcast::<PyCode>().map(|c| c.nfreevars()),
    });
    interp.gc.generations[0].threshold.set(7);
    Ok(())
}

fn program(source: &str, cx: &mut Cx) -> String {
    let parsed = taipan_syntax::parse(source, taipan_syntax::Mode::Exec, &Default::default()).expect("it parses");
    let options = taipan_compiler::Options::new(taipan_text::Wtf8Buf::from("<test>"));
    let (spec, _) = taipan_compiler::compile(&parsed.tree, &options).expect("it compiles");
    match in_module(spec, cx) {
        Ok(text) => text,
        Err(r) => {
            let e = cx.take_raised(r);
            let text = taipan_object::abstract_::repr(&e, cx).map(|s| s.to_string());
            format!("raised {}", text.unwrap_or_default())
        }
    }
}

fn in_module(spec: taipan_bytecode::CodeSpec, cx: &mut Cx) -> PyResult<String> {
    let g = PyDict::new(cx)?;
    let name = PyStr::new("__main__", cx)?;
    g.set_text("__name__", name.into_object(), cx)?;
    let log = PyList::new(cx)?;
    g.set_text("log", log.clone().into_object(), cx)?;
    let code = taipan_object::types::code::link(spec, cx)?;
    taipan_interp::eval_code(&code, &g, None, cx)?;
    taipan_object::abstract_::repr(&log, cx).map(|s| s.to_string())
}
