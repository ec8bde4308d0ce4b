//! `SyntaxError`: its arguments `(msg, (filename, lineno, offset, text[, end_lineno, end_offset[, metadata]]))`.

use super::*;
use crate::args::{Args, Kwargs};
use crate::prelude::*;
use taipan_macros::pymethods;

macro_rules! fields {
    ($($field:ident, $name:literal, $doc:literal, $get:ident, $set:ident;)*) => {
        #[pymethods(FIELDS)]
        impl PySyntaxError {
            $(
                #[doc = $doc]
                #[getter($name)]
                fn $get(&self) -> Option<Own<Object>> {
                    self.$field.own()
                }
                #[setter($name)]
                fn $set(&self, v: Option<&Object>, cx: &mut Cx) {
                    self.$field.set(v.map(|v| v.own()), cx);
                }
            )*
        }
    };
}
fields! {
    msg, "msg", "exception msg", get_msg, set_msg;
    filename, "filename", "exception filename", get_filename, set_filename;
    lineno, "lineno", "exception lineno", get_lineno, set_lineno;
    offset, "offset", "exception offset", get_offset, set_offset;
    text, "text", "exception text", get_text, set_text;
    end_lineno, "end_lineno", "exception end lineno", get_end_lineno, set_end_lineno;
    end_offset, "end_offset", "exception end offset", get_end_offset, set_end_offset;
    print_file_and_line, "print_file_and_line", "exception print_file_and_line", get_print, set_print;
    metadata, "_metadata", "exception private metadata", get_metadata, set_metadata;
}

/// The part of a path after its last separator.
fn base_name(path: &PyStr) -> Vec<u32> {
    let all: Vec<u32> = path.code_points().collect();
    let at = all.iter().rposition(|&c| c == u32::from(b'/')).map_or(0, |i| i + 1);
    all[at..].to_vec()
}

#[pymethods]
impl PySyntaxError {
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        self.take_args(args, kw, cx)?;
        if let Some(msg) = args.0.first() {
            self.msg.set(Some(msg.own()), cx);
        }
        if let [_, info] = args.0 {
            let info = crate::abstract_::iter::to_tuple(info, cx)?;
            let n = info.len();
            if n < 4 {
                return Err(cx.type_error(format_args!("function takes at least 4 arguments ({n} given)")));
            }
            if n > 7 {
                return Err(cx.type_error(format_args!("function takes at most 7 arguments ({n} given)")));
            }
            let places = [&self.filename, &self.lineno, &self.offset, &self.text, &self.end_lineno, &self.end_offset, &self.metadata];
            for (i, place) in places.into_iter().enumerate() {
                place.set(info.get(i).map(|o| o.own()), cx);
            }
            if n == 5 {
                return Err(cx.type_error(format_args!("end_offset must be provided when end_lineno is provided")));
            }
        }
        Ok(())
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let file = self.filename.own().and_then(|f| f.downcast::<PyStr>().map(base_name));
        let line = self.lineno.own().and_then(|l| l.exact::<PyInt>().map(|n| n.to_i64().unwrap_or(-1)));
        let msg = self.msg.own().unwrap_or_else(|| none().own());
        let msg = crate::abstract_::str(&msg, cx)?;
        let mut out: Vec<u32> = msg.code_points().collect();
        let plain = |out: &mut Vec<u32>, s: &str| out.extend(s.bytes().map(u32::from));
        match (file, line) {
            (None, None) => return Ok(msg),
            (Some(f), None) => {
                plain(&mut out, " (");
                out.extend(f);
                plain(&mut out, ")");
            }
            (Some(f), Some(n)) => {
                plain(&mut out, " (");
                out.extend(f);
                plain(&mut out, &format!(", line {n})"));
            }
            (None, Some(n)) => plain(&mut out, &format!(" (line {n})")),
        }
        PyStr::from_code_points(&out, cx)
    }
}
