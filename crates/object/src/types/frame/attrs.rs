//! What Python sees of a frame.

use super::*;
use crate::types::generator::Gen;
use taipan_macros::pymethods;

#[pymethods]
impl PyFrame {
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let code = self.code();
        let file = crate::abstract_::repr(&code.filename(), cx)?;
        let text = format!("<frame at {:p}, file {file}, line {}, code {}>", self, self.line(), code.name());
        PyStr::new(&text, cx)
    }
    /// Return the mapping used by the frame to look up local variables.
    #[getter("f_locals")]
    fn get_locals(&self, cx: &mut Cx) -> PyResult {
        match self.frame().and_then(|f| f.namespace().map(|ns| (f, ns))) {
            Some((f, ns)) if !self.code().has_flag(taipan_bytecode::flags::OPTIMIZED) && !locals::runs_comprehension(f, cx)? => Ok(ns.own()),
            _ => FrameLocalsProxy::new(self, cx).map(Own::into_object),
        }
    }
    #[getter("f_back")]
    fn get_back(&self, cx: &mut Cx) -> PyResult<Option<Own<PyFrame>>> {
        self.back(cx)
    }
    #[getter("f_code")]
    fn get_code(&self) -> Own<PyCode> {
        self.code().new_ref()
    }
    #[getter("f_globals")]
    fn get_globals(&self) -> Own<PyDict> {
        self.globals()
    }
    #[getter("f_builtins")]
    fn get_builtins(&self, cx: &mut Cx) -> PyResult {
        match self.frame() {
            Some(f) => Ok(f.func().builtins().own()),
            None => crate::types::function::builtins_of(&self.globals(), cx),
        }
    }
    #[getter("f_lasti")]
    fn get_lasti(&self) -> i32 {
        let w = self.lasti_word();
        if w < 0 { -1 } else { w * 2 }
    }
    #[getter("f_lineno")]
    fn get_lineno(&self) -> Option<i32> {
        Some(self.line()).filter(|&n| n >= 0)
    }
    #[setter("f_lineno")]
    fn py_set_lineno(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        super::jump::set_lineno(self, v, cx)
    }
    #[getter("f_trace")]
    fn get_trace(&self) -> Option<Own<Object>> {
        self.trace()
    }
    #[setter("f_trace")]
    fn py_set_trace(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.set_trace(v.filter(|v| !v.is_none()).map(|v| v.own()), cx);
        Ok(())
    }
    #[getter("f_trace_lines")]
    fn get_trace_lines(&self) -> bool {
        self.f_trace_lines.get()
    }
    #[setter("f_trace_lines")]
    fn set_trace_lines(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        if v.is_none() {
            return Err(cx.type_error(format_args!("can't delete numeric/char attribute")));
        }
        self.f_trace_lines.set(flag(v, cx)?);
        Ok(())
    }
    #[getter("f_trace_opcodes")]
    fn get_trace_opcodes(&self) -> bool {
        self.f_trace_opcodes.get()
    }
    #[setter("f_trace_opcodes")]
    fn set_trace_opcodes(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.f_trace_opcodes.set(flag(v, cx)?);
        Ok(())
    }
    /// Return the generator or coroutine associated with this frame, or None.
    #[getter("f_generator")]
    fn get_generator(&self) -> Option<Own<Object>> {
        let f = self.frame().filter(|f| !self.is_over() && f.has(frame_flags::GENERATOR))?;
        // SAFETY: the frame lies in a generator.
        Some(unsafe { Gen::of_frame(f as *const Frame as *mut Frame) }.as_object().own())
    }
    /// Clear all references held by the frame.
    #[method("clear()")]
    fn clear(&self, cx: &mut Cx) -> PyResult<()> {
        let Some(f) = self.frame() else { return Ok(()) };
        if !self.is_over() {
            if !f.has(frame_flags::GENERATOR) {
                return Err(cx.runtime_error(format_args!("cannot clear an executing frame")));
            }
            // SAFETY: the frame lies in a generator.
            let g = unsafe { Gen::of_frame(f as *const Frame as *mut Frame) };
            use crate::types::generator::GenState;
            match g.state() {
                GenState::Running => return Err(cx.runtime_error(format_args!("cannot clear an executing frame"))),
                GenState::Suspended => return Err(cx.runtime_error(format_args!("cannot clear a suspended frame"))),
                _ => {
                    g.finalize(cx);
                    g.finish(cx);
                    return Ok(());
                }
            }
        }
        // SAFETY: the frame has ended.
        unsafe { f.clear_slots() };
        Ok(())
    }
    #[method("__sizeof__()", doc = "Return the size of the frame in memory, in bytes.")]
    fn sizeof(&self) -> usize {
        let own = if self.own.get().is_some() { (self.code().frame_words() + FRAME_HEADER) * 8 } else { 0 };
        size_of::<PyFrame>() + own
    }
}

fn flag(v: Option<&Object>, cx: &mut Cx) -> PyResult<bool> {
    match v {
        Some(v) if v.is(crate::types::boolean::true_()) => Ok(true),
        Some(v) if v.is(crate::types::boolean::false_()) => Ok(false),
        Some(_) => Err(cx.type_error(format_args!("attribute value type must be bool"))),
        None => Err(cx.attribute_error(format_args!("attribute 'f_trace_opcodes' of 'frame' objects cannot be deleted"))),
    }
}
