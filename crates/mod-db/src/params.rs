//! Arguments of the few functions whose parameters are about to become positional-only or keyword-only: they warn about what was given how.

use taipan_object::prelude::*;
use taipan_object::warn;

/// Arguments by the names of their parameters.
pub struct Bound<'a> {
    names: &'static [&'static str],
    values: Vec<Option<&'a Object>>,
}

impl<'a> Bound<'a> {
    /// Bind arguments: the first `positional` names may be positional, the first `required` must be given.
    pub fn new(
        what: &str,
        names: &'static [&'static str],
        positional: usize,
        required: usize,
        args: &[&'a Object],
        kw: Kwargs<'a>,
        cx: &mut Cx,
    ) -> PyResult<Bound<'a>> {
        if args.len() > positional {
            return Err(cx.type_error(format_args!("{what}() takes at most {positional} positional arguments ({} given)", args.len())));
        }
        kw.only(what, names, cx)?;
        let mut values: Vec<Option<&'a Object>> = args.iter().copied().map(Some).collect();
        values.resize(names.len(), None);
        for (i, name) in names.iter().enumerate() {
            let Some(v) = kw.get(name) else { continue };
            if values[i].is_some() {
                return Err(cx.type_error(format_args!("argument for {what}() given by name ('{name}') and position ({})", i + 1)));
            }
            values[i] = Some(v);
        }
        for i in 0..required {
            if values[i].is_none() {
                return Err(cx.type_error(format_args!("{what}() missing required argument '{}' (pos {})", names[i], i + 1)));
            }
        }
        Ok(Bound { names, values })
    }

    pub fn get(&self, name: &str) -> Option<&'a Object> {
        let i = self.names.iter().position(|n| *n == name)?;
        self.values[i]
    }

    pub fn i32_or(&self, name: &str, default: i32, cx: &mut Cx) -> PyResult<i32> {
        let Some(o) = self.get(name) else { return Ok(default) };
        let n = taipan_object::abstract_::number::index(o, cx)?;
        n.to_i64().and_then(|n| i32::try_from(n).ok()).ok_or_else(|| cx.overflow_error(format_args!("Python int too large to convert to C int")))
    }
}

/// The deprecation of keyword arguments: `names` are the parameters concerned.
pub fn warn_keywords(method: &str, names: &[&str], kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
    if !names.iter().any(|n| kw.get(n).is_some()) {
        return Ok(());
    }
    let listed = match names {
        [one] => format!("'{one}'"),
        [first, last] => format!("'{first}' and '{last}'"),
        [rest @ .., last] => {
            let rest: Vec<String> = rest.iter().map(|n| format!("'{n}'")).collect();
            format!("{} and '{last}'", rest.join(", "))
        }
        [] => String::new(),
    };
    let (s, p) = if names.len() == 1 { ("", "Parameter") } else { ("s", "Parameters") };
    warn::warn(
        exc::DeprecationWarning(),
        format_args!(
            "Passing keyword argument{s} {listed} to _sqlite3.Connection.{method}() is deprecated. {p} {listed} will become positional-only in Python 3.15."
        ),
        1,
        cx,
    )
}
