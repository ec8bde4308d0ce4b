//! `cpython/monitoring.h`: events of code that is not Python's (PEP 669).

use crate::capi;
use std::ffi::c_int;
use taipan_object::monitoring::{TOOLS, event, fire};
use taipan_object::prelude::*;

/// `PyMonitoringState`: who listens to one event of a scope.
#[repr(C)]
pub struct State {
    /// The tools, as bits.
    active: u8,
    opaque: u8,
}

/// Where an event happens.
struct Place<'a> {
    state: *mut State,
    codelike: &'a Object,
    offset: i32,
}

/// Tell the tools of a place, the highest first; those that do not want to hear again leave its state.
unsafe fn tell(p: &Place<'_>, ev: usize, rest: &[&Object], cx: &mut Cx) -> PyResult<()> {
    if p.offset < 0 {
        return Err(cx.value_error(format_args!("offset must be non-negative")));
    }
    let at = PyInt::new(p.offset as i64, cx)?;
    let mut args = vec![p.codelike];
    if ev != event::LINE {
        args.push(at.as_object());
    }
    args.extend_from_slice(rest);
    // SAFETY: the caller's state.
    let mut left = unsafe { (*p.state).active };
    while left != 0 {
        let tool = left.ilog2() as usize;
        left &= !(1 << tool);
        if tool < TOOLS && fire::tell(tool, ev, &args, cx)? {
            // SAFETY: the caller's state.
            unsafe { (*p.state).active &= !(1 << tool) };
        }
    }
    Ok(())
}

/// As [`tell`], about the current exception, which stays.
unsafe fn tell_raised(p: &Place<'_>, ev: usize, cx: &mut Cx) -> PyResult<()> {
    let Some(e) = cx.ts().current_exception.take() else {
        return Err(cx.value_error(format_args!("Firing event {ev} with no exception set")));
    };
    // SAFETY: the caller's state.
    unsafe { tell(p, ev, &[&e], cx)? };
    let _raised = cx.set_raised(e);
    Ok(())
}

capi! {
    /// Begin a scope: who listens to these events; nothing is done when nothing has changed since `version`.
    fn PyMonitoring_EnterScope(states: *mut State, version: *mut u64, events: *const u8, n: isize) -> PyResult<()> = |cx| {
        let m = &cx.interp().monitoring;
        let now = m.version() as u64;
        if *version == now { return Ok(()); }
        for i in 0..n.max(0) as usize {
            let ev = *events.add(i) as usize;
            (*states.add(i)).active = (0..TOOLS).fold(0, |all, t| all | (u8::from(ev < 32 && m.events(t) & (1 << ev) != 0) << t));
        }
        *version = now;
        Ok(())
    }
    /// The end of a scope.
    fn PyMonitoring_ExitScope() -> PyResult<()> = |_| { Ok(()) }
    /// A function starts.
    fn _PyMonitoring_FirePyStartEvent(state: *mut State, codelike: &Object, offset: i32) -> PyResult<()> = |cx| { tell(&Place { state, codelike, offset }, event::PY_START, &[], cx) }
    /// A generator goes on.
    fn _PyMonitoring_FirePyResumeEvent(state: *mut State, codelike: &Object, offset: i32) -> PyResult<()> = |cx| { tell(&Place { state, codelike, offset }, event::PY_RESUME, &[], cx) }
    /// A function returns.
    fn _PyMonitoring_FirePyReturnEvent(state: *mut State, codelike: &Object, offset: i32, v: &Object) -> PyResult<()> = |cx| { tell(&Place { state, codelike, offset }, event::PY_RETURN, &[v], cx) }
    /// A generator yields.
    fn _PyMonitoring_FirePyYieldEvent(state: *mut State, codelike: &Object, offset: i32, v: &Object) -> PyResult<()> = |cx| { tell(&Place { state, codelike, offset }, event::PY_YIELD, &[v], cx) }
    /// Something is called.
    fn _PyMonitoring_FireCallEvent(state: *mut State, codelike: &Object, offset: i32, callable: &Object, arg0: &Object) -> PyResult<()> = |cx| { tell(&Place { state, codelike, offset }, event::CALL, &[callable, arg0], cx) }
    /// A line begins.
    fn _PyMonitoring_FireLineEvent(state: *mut State, codelike: &Object, offset: i32, line: c_int) -> PyResult<()> = |cx| {
        let line = PyInt::new(line as i64, cx)?;
        tell(&Place { state, codelike, offset }, event::LINE, &[line.as_object()], cx)
    }
    /// A jump.
    fn _PyMonitoring_FireJumpEvent(state: *mut State, codelike: &Object, offset: i32, to: &Object) -> PyResult<()> = |cx| { tell(&Place { state, codelike, offset }, event::JUMP, &[to], cx) }
    /// A branch; deprecated.
    fn _PyMonitoring_FireBranchEvent(state: *mut State, codelike: &Object, offset: i32, to: &Object) -> PyResult<()> = |cx| { tell(&Place { state, codelike, offset }, event::BRANCH_RIGHT, &[to], cx) }
    /// A branch that goes right.
    fn _PyMonitoring_FireBranchRightEvent(state: *mut State, codelike: &Object, offset: i32, to: &Object) -> PyResult<()> = |cx| { tell(&Place { state, codelike, offset }, event::BRANCH_RIGHT, &[to], cx) }
    /// A branch that goes left.
    fn _PyMonitoring_FireBranchLeftEvent(state: *mut State, codelike: &Object, offset: i32, to: &Object) -> PyResult<()> = |cx| { tell(&Place { state, codelike, offset }, event::BRANCH_LEFT, &[to], cx) }
    /// A native function has returned.
    fn _PyMonitoring_FireCReturnEvent(state: *mut State, codelike: &Object, offset: i32, v: &Object) -> PyResult<()> = |cx| { tell(&Place { state, codelike, offset }, event::C_RETURN, &[v], cx) }
    /// An exception is thrown into a generator.
    fn _PyMonitoring_FirePyThrowEvent(state: *mut State, codelike: &Object, offset: i32) -> PyResult<()> = |cx| { tell_raised(&Place { state, codelike, offset }, event::PY_THROW, cx) }
    /// An exception is raised.
    fn _PyMonitoring_FireRaiseEvent(state: *mut State, codelike: &Object, offset: i32) -> PyResult<()> = |cx| { tell_raised(&Place { state, codelike, offset }, event::RAISE, cx) }
    /// An exception is raised again.
    fn _PyMonitoring_FireReraiseEvent(state: *mut State, codelike: &Object, offset: i32) -> PyResult<()> = |cx| { tell_raised(&Place { state, codelike, offset }, event::RERAISE, cx) }
    /// An exception has been handled.
    fn _PyMonitoring_FireExceptionHandledEvent(state: *mut State, codelike: &Object, offset: i32) -> PyResult<()> = |cx| { tell_raised(&Place { state, codelike, offset }, event::EXCEPTION_HANDLED, cx) }
    /// A native function has raised.
    fn _PyMonitoring_FireCRaiseEvent(state: *mut State, codelike: &Object, offset: i32) -> PyResult<()> = |cx| { tell_raised(&Place { state, codelike, offset }, event::C_RAISE, cx) }
    /// A function is left by an exception.
    fn _PyMonitoring_FirePyUnwindEvent(state: *mut State, codelike: &Object, offset: i32) -> PyResult<()> = |cx| { tell_raised(&Place { state, codelike, offset }, event::PY_UNWIND, cx) }
    /// An iteration stops.
    fn _PyMonitoring_FireStopIterationEvent(state: *mut State, codelike: &Object, offset: i32, v: &Object) -> PyResult<()> = |cx| {
        let _raised = super::pyerrors::set_object(exc::StopIteration().as_object(), Some(v), cx);
        let Some(e) = cx.ts().current_exception.take() else { return Ok(()) };
        tell(&Place { state, codelike, offset }, event::STOP_ITERATION, &[&e], cx)
    }
}
