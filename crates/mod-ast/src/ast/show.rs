//! `repr()` of a node: its fields, nodes to a depth, and of longer lists the ends.

use super::node::{PyAst, fields_of};
use taipan_object::abstract_::{self, sequence};
use taipan_object::attr;
use taipan_object::prelude::*;

/// A node and `depth` levels below it.
pub fn node(o: &Object, depth: u32, cx: &mut Cx) -> PyResult<String> {
    let name = o.ty().name();
    if depth == 0 {
        return Ok(format!("{name}(...)"));
    }
    let Some(_guard) = abstract_::repr_enter(o, cx) else { return Ok(format!("{name}(...)")) };
    let _deep = cx.enter_call(" during  ast construction")?;
    let mut out = format!("{name}(");
    for (i, f) in fields_of(o.ty(), cx)?.unwrap_or_default().iter().enumerate() {
        let key = attr::as_name(f, cx)?;
        let value = attr::get(o, &key, cx)?;
        if i > 0 {
            out.push_str(", ");
        }
        out.push_str(&format!("{key}={}", field(&value, depth, cx)?));
    }
    out.push(')');
    Ok(out)
}

fn field(v: &Object, depth: u32, cx: &mut Cx) -> PyResult<String> {
    if v.is_a::<PyList>() {
        items(v, depth, "[", "]", cx)
    } else if v.is_a::<PyTuple>() {
        items(v, depth, "(", ")", cx)
    } else {
        item(v, depth, cx)
    }
}

fn item(v: &Object, depth: u32, cx: &mut Cx) -> PyResult<String> {
    if v.is_a::<PyAst>() { node(v, depth - 1, cx) } else { Ok(abstract_::repr(v, cx)?.to_string_lossy()) }
}

fn items(v: &Object, depth: u32, open: &str, close: &str, cx: &mut Cx) -> PyResult<String> {
    let n = abstract_::len(v, cx)?;
    let mut out = open.to_owned();
    if n > 0 {
        out.push_str(&item(&*sequence::get(v, 0, cx)?, depth, cx)?);
    }
    if n > 2 {
        out.push_str(", ...");
    }
    if n > 1 {
        out.push_str(", ");
        out.push_str(&item(&*sequence::get(v, n as isize - 1, cx)?, depth, cx)?);
    }
    out.push_str(close);
    Ok(out)
}
