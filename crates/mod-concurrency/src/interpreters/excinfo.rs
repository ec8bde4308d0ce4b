//! What is left of an exception when it leaves its interpreter: texts.

use taipan_object::prelude::*;
use taipan_object::{abstract_, attr, call};

/// A snapshot of an exception.
pub struct ExcInfo {
    name: String,
    qualname: String,
    module: Option<String>,
    msg: Option<String>,
    /// The traceback as it would be printed.
    pub display: Option<String>,
}

impl ExcInfo {
    /// Describe an exception. What goes wrong on the way is left out.
    pub fn of(e: &Object, cx: &mut Cx) -> ExcInfo {
        let ty = e.ty();
        let text = |name: &str, cx: &mut Cx| {
            let got = attr::get_text(ty.as_object(), name, cx);
            ignored(got, cx).and_then(|o| o.downcast::<PyStr>().map(|s| s.to_string_lossy()))
        };
        let name = ty.name().to_owned();
        let qualname = text("__qualname__", cx).unwrap_or_else(|| name.clone());
        let module = text("__module__", cx);
        let msg = abstract_::str(e, cx);
        let msg = ignored(msg, cx).map(|s| s.to_string_lossy());
        let display = display(e, cx);
        let display = ignored(display, cx);
        ExcInfo { name, qualname, module, msg, display }
    }

    /// `module.Class: message`, without the modules that need no mention.
    pub fn formatted(&self) -> String {
        let mut out = match self.module.as_deref() {
            None | Some("builtins" | "__main__") => self.qualname.clone(),
            Some(m) => format!("{m}.{}", self.qualname),
        };
        if let Some(m) = &self.msg {
            out.push_str(": ");
            out.push_str(m);
        }
        out
    }

    /// The namespace that programs get.
    pub fn to_object(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let ty = texts(&[("__name__", Some(&self.name)), ("__qualname__", Some(&self.qualname)), ("__module__", self.module.as_ref())], cx)?;
        let ty = super::namespace(&ty, cx)?;
        let d = PyDict::new(cx)?;
        d.set_text("type", ty, cx)?;
        let formatted = self.formatted();
        let rest = texts(&[("msg", self.msg.as_ref()), ("formatted", Some(&formatted)), ("errdisplay", self.display.as_ref())], cx)?;
        d.merge(&rest, taipan_object::types::dict::Clash::Replace, cx)?;
        super::namespace(&d, cx)
    }
}

fn texts(rows: &[(&str, Option<&String>)], cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let d = PyDict::new(cx)?;
    for (k, v) in rows {
        let v = match v {
            Some(v) => PyStr::new(v, cx)?.into_object(),
            None => none().own(),
        };
        d.set_text(k, v, cx)?;
    }
    Ok(d)
}

fn ignored<T>(r: PyResult<T>, cx: &mut Cx) -> Option<T> {
    match r {
        Ok(v) => Some(v),
        Err(r) => {
            cx.discard(r);
            None
        }
    }
}

/// `traceback.TracebackException.from_exception(e).format()`, joined, without the last line's end.
fn display(e: &Object, cx: &mut Cx) -> PyResult<String> {
    let class = cx.import_attr("traceback", "TracebackException")?;
    let t = call::call_method(&class, name!(cx, "from_exception"), &[e], cx)?;
    let lines = call::call_method(&t, name!(cx, "format"), &[], cx)?;
    let empty = PyStr::new("", cx)?;
    let text = call::call_method(&empty, name!(cx, "join"), &[&lines], cx)?;
    let text = text.downcast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
    Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned())
}
