//! `sys.monitoring` (PEP 669): tools, their events and callbacks.

use taipan_object::audit;
use taipan_object::monitoring::{TOOLS, event};
use taipan_object::prelude::*;
use taipan_object::types::code::PyCode;
use taipan_object::types::module;

/// C_RETURN and C_RAISE come with CALL only.
const RESULTS: i32 = 1 << event::C_RETURN | 1 << event::C_RAISE;
const CALLS: i32 = RESULTS | 1 << event::CALL;
const BRANCHES: i32 = 1 << event::BRANCH_LEFT | 1 << event::BRANCH_RIGHT;

/// The tool's number.
fn tool(id: i32, cx: &mut Cx) -> PyResult<usize> {
    match usize::try_from(id) {
        Ok(t) if t < TOOLS => Ok(t),
        _ => Err(cx.value_error(format_args!("invalid tool {id} (must be between 0 and 5)"))),
    }
}

/// The tool's number; it must be in use.
fn used(id: i32, cx: &mut Cx) -> PyResult<usize> {
    let t = tool(id, cx)?;
    if cx.interp().monitoring.name(t).is_none() {
        return Err(cx.value_error(format_args!("tool {id} is not in use")));
    }
    Ok(t)
}

fn code_of<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<&'a PyCode> {
    o.downcast::<PyCode>().ok_or_else(|| cx.type_error(format_args!("code must be a code object")))
}

/// A set of events as it is kept: the results of calls are implied, both branches have a bit each.
fn normal(set: i32, limit: usize, what: &str, cx: &mut Cx) -> PyResult<u32> {
    if set < 0 || set >= 1 << event::COUNT {
        return Err(cx.value_error(format_args!("invalid {what} 0x{set:x}")));
    }
    if set & RESULTS != 0 && set & CALLS != CALLS {
        return Err(cx.value_error(format_args!("cannot set C_RETURN or C_RAISE events independently")));
    }
    let mut s = set & !RESULTS;
    if s & 1 << event::BRANCH != 0 {
        s = s & !(1 << event::BRANCH) | BRANCHES;
    }
    if s >= 1 << limit {
        return Err(cx.value_error(format_args!("invalid {what} 0x{s:x}")));
    }
    Ok(s as u32)
}

#[pymodule(name = "sys.monitoring")]
pub mod monitoring {
    use super::*;

    #[function("use_tool_id(tool_id, name, /)", doc = "")]
    fn use_tool_id(tool_id: i32, name: &Object, cx: &mut Cx) -> PyResult<()> {
        let t = tool(tool_id, cx)?;
        if name.downcast::<PyStr>().is_none() {
            return Err(cx.value_error(format_args!("tool name must be a str")));
        }
        if cx.interp().monitoring.name(t).is_some() {
            return Err(cx.value_error(format_args!("tool {tool_id} is already in use")));
        }
        cx.interp().monitoring.set_name(t, name.own(), cx);
        Ok(())
    }

    #[function("clear_tool_id(tool_id, /)", doc = "")]
    fn clear_tool_id(tool_id: i32, cx: &mut Cx) -> PyResult<()> {
        let t = tool(tool_id, cx)?;
        cx.interp().monitoring.clear_tool(t, cx);
        Ok(())
    }

    #[function("free_tool_id(tool_id, /)", doc = "")]
    fn free_tool_id(tool_id: i32, cx: &mut Cx) -> PyResult<()> {
        let t = tool(tool_id, cx)?;
        cx.interp().monitoring.free_tool(t, cx);
        Ok(())
    }

    #[function("get_tool(tool_id, /)", doc = "")]
    fn get_tool(tool_id: i32, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let t = tool(tool_id, cx)?;
        Ok(cx.interp().monitoring.name(t))
    }

    #[function("register_callback(tool_id, event, func, /)", doc = "")]
    fn register_callback(tool_id: i32, event: i32, func: &Object, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let t = tool(tool_id, cx)?;
        if event <= 0 || event.count_ones() != 1 {
            return Err(cx.value_error(format_args!("The callback can only be set for one event at a time")));
        }
        let ev = event.trailing_zeros() as usize;
        if ev >= taipan_object::monitoring::event::COUNT {
            return Err(cx.value_error(format_args!("invalid event {event}")));
        }
        audit::raise("sys.monitoring.register_callback", &[func], cx)?;
        let f = (!func.is_none()).then(|| func.own());
        Ok(cx.interp().monitoring.set_callback(t, ev, f))
    }

    #[function("get_events(tool_id, /)", doc = "")]
    fn get_events(tool_id: i32, cx: &mut Cx) -> PyResult<u32> {
        let t = tool(tool_id, cx)?;
        Ok(cx.interp().monitoring.events(t))
    }

    #[function("set_events(tool_id, event_set, /)", doc = "")]
    fn set_events(tool_id: i32, event_set: i32, cx: &mut Cx) -> PyResult<()> {
        tool(tool_id, cx)?;
        let set = normal(event_set, event::UNGROUPED, "event set", cx)?;
        let t = used(tool_id, cx)?;
        cx.interp().monitoring.set_events(t, set, cx);
        Ok(())
    }

    #[function("get_local_events(tool_id, code, /)", doc = "")]
    fn get_local_events(tool_id: i32, code: &Object, cx: &mut Cx) -> PyResult<u32> {
        let c = code_of(code, cx)?;
        let t = tool(tool_id, cx)?;
        Ok(cx.interp().monitoring.local_events(t, c))
    }

    #[function("set_local_events(tool_id, code, event_set, /)", doc = "")]
    fn set_local_events(tool_id: i32, code: &Object, event_set: i32, cx: &mut Cx) -> PyResult<()> {
        let c = code_of(code, cx)?;
        tool(tool_id, cx)?;
        let set = normal(event_set, event::LOCAL, "local event set", cx)?;
        let t = used(tool_id, cx)?;
        cx.interp().monitoring.set_local_events(t, c, set, cx);
        Ok(())
    }

    #[function("restart_events()", doc = "")]
    fn restart_events(cx: &mut Cx) {
        cx.interp().monitoring.restart(cx);
    }

    #[function("_all_events()", doc = "")]
    fn all_events(cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let d = PyDict::new(cx)?;
        for (ev, name) in event::NAMES.iter().enumerate().take(event::UNGROUPED) {
            let m = &cx.interp().monitoring;
            let tools = (0..TOOLS).fold(0i64, |all, t| all | (i64::from(m.events(t) & 1 << ev != 0) << t));
            if tools != 0 {
                let n = PyInt::new(tools, cx)?;
                d.set_text(name, n.into_object(), cx)?;
            }
        }
        Ok(d)
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let object = taipan_object::typeobj::object_type().as_object();
        let state = &cx.interp().monitoring;
        for (name, cell) in [("DISABLE", &state.disable), ("MISSING", &state.missing)] {
            let o = taipan_object::call::call(object, &[], cx)?;
            m.add(name, &o, cx)?;
            cell.set(Some(o), cx);
        }
        let names = PyDict::new(cx)?;
        for (ev, name) in event::NAMES.iter().enumerate() {
            let n = PyInt::new(1 << ev, cx)?;
            names.set_text(name, n.into_object(), cx)?;
        }
        names.set_text("NO_EVENTS", PyInt::new(0, cx)?.into_object(), cx)?;
        let events = taipan_builtins::types::namespace::new(&names, cx)?;
        m.add("events", &events, cx)?;
        for (name, id) in [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)] {
            let n = PyInt::new(id, cx)?;
            m.add(name, &n, cx)?;
        }
        Ok(())
    }
}

/// Make the module and put it into `sys`.
pub fn add(sys: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let m = module::create(&monitoring::MODULE, cx)?;
    module::exec(&monitoring::MODULE, &m, cx)?;
    sys.add("monitoring", m.as_object(), cx)
}
