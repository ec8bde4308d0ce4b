//! `-X importtime`: what each import takes, on standard error, children above their parents.

use crate::cli;
use std::cell::{Cell, RefCell};
use taipan_object::import::{self, Observer};
use taipan_object::prelude::*;

#[derive(Default)]
struct Times {
    /// Start of each import under way, in nanoseconds, with what its children took.
    open: RefCell<Vec<(u64, u64)>>,
    header_shown: Cell<bool>,
}

fn now() -> u64 {
    taipan_host::clock::nanos(taipan_host::consts::time::CLOCK_MONOTONIC).max(0) as u64
}

/// Report imports if the configuration asks for it.
pub fn install(cx: &mut Cx) {
    match cx.interp().config.borrow().import_time {
        0 => {}
        1 => import::observe(Observer { begin, end, cached: |_, _| {} }),
        _ => import::observe(Observer { begin, end, cached }),
    }
}

fn header(cx: &Cx) {
    if !cx.state::<Times>().header_shown.replace(true) {
        cli::err(format_args!("import time: self [us] | cumulative | imported package\n"));
    }
}

/// The name with surrogates escaped.
fn shown(name: &PyStr) -> String {
    let escape = |c: u32| char::from_u32(c).map_or_else(|| format!("\\u{c:04x}"), String::from);
    name.code_points().map(escape).collect()
}

fn begin(_name: &PyStr, cx: &mut Cx) {
    header(cx);
    cx.state::<Times>().open.borrow_mut().push((now(), 0));
}

fn end(name: &PyStr, cx: &mut Cx) {
    let times = cx.state::<Times>();
    let Some((start, children)) = times.open.borrow_mut().pop() else { return };
    let all = now().saturating_sub(start);
    let level = {
        let mut open = times.open.borrow_mut();
        if let Some(parent) = open.last_mut() {
            parent.1 += all;
        }
        open.len()
    };
    let (own, all) = (all.saturating_sub(children) / 1000, all / 1000);
    cli::err(format_args!("import time: {own:9} | {all:10} | {:2$}{1}\n", "", shown(name), level * 2));
}

fn cached(name: &PyStr, cx: &mut Cx) {
    header(cx);
    let level = cx.state::<Times>().open.borrow().len();
    cli::err(format_args!("import time: {:9} | {:10} | {:4$}{3}\n", "cached", "cached", "", shown(name), level * 2));
}
