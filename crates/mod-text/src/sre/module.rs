//! The functions and constants of `_sre`.

use super::pattern::Parts;
use super::subject::is_text;
use super::{PyMatch, PyPattern, PyScanner, PyTemplate};
use taipan_algo_sre as algo;
use taipan_object::prelude::*;

/// The module.
#[pymodule(name = "_sre", doc = "")]
mod functions {
    use super::*;

    #[constant]
    const MAGIC: u32 = algo::MAGIC;
    #[constant]
    const CODESIZE: usize = algo::CODESIZE;
    #[constant]
    const MAXREPEAT: u32 = algo::MAXREPEAT;
    #[constant]
    const MAXGROUPS: u32 = algo::MAXGROUPS;
    #[constant("copyright")]
    fn copyright(cx: &mut Cx) -> PyResult<Own<PyStr>> {
        PyStr::new(" SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ", cx)
    }

    #[exec]
    fn exec(_m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for spec in [PyPattern::SPEC, PyMatch::SPEC, PyScanner::SPEC, PyTemplate::SPEC] {
            taipan_object::typeobj::ready_static(spec, cx)?;
        }
        Ok(())
    }

    #[function("getcodesize()")]
    fn getcodesize() -> usize {
        algo::CODESIZE
    }
    #[function("ascii_iscased(character, /)")]
    fn ascii_iscased(character: i32) -> bool {
        algo::ascii_iscased(character as u32)
    }
    #[function("unicode_iscased(character, /)")]
    fn unicode_iscased(character: i32) -> bool {
        algo::unicode_iscased(character as u32)
    }
    #[function("ascii_tolower(character, /)")]
    fn ascii_tolower(character: i32) -> i32 {
        algo::ascii_tolower(character as u32) as i32
    }
    #[function("unicode_tolower(character, /)")]
    fn unicode_tolower(character: i32) -> i32 {
        algo::unicode_tolower(character as u32) as i32
    }

    #[function("compile(pattern, flags, code, groups, groupindex, indexgroup)")]
    fn compile(pattern: &Object, flags: i32, code: &PyList, groups: isize, groupindex: &PyDict, indexgroup: &PyTuple, cx: &mut Cx) -> PyResult<Own<PyPattern>> {
        let mut words = Vec::with_capacity(code.len());
        for o in code.items(cx).iter().map(|o| o.own()).collect::<Vec<_>>() {
            let Some(n) = o.downcast::<PyInt>() else {
                return Err(cx.type_error(format_args!("an integer is required")));
            };
            match n.to_i64().and_then(|n| u32::try_from(n).ok()) {
                Some(w) => words.push(w),
                None => return Err(cx.overflow_error(format_args!("regular expression code size limit exceeded"))),
            }
        }
        let is_bytes = if pattern.is_none() { None } else { Some(!is_text(pattern, cx)?) };
        let program = u32::try_from(groups).ok().and_then(|n| algo::Program::new(&words, n).ok());
        let Some(program) = program else {
            return Err(cx.runtime_error(format_args!("invalid SRE code")));
        };
        PyPattern::make(Parts { pattern, flags, groups, is_bytes, groupindex, indexgroup, code: words, program }, cx)
    }

    ///
    ///
    ///   template
    ///     A list containing interleaved literal strings (str or bytes) and group
    ///     indices (int), as returned by re._parser.parse_template():
    ///         literal1, group1, ..., literalN, groupN
    #[function("template(pattern, template, /)")]
    fn template(_pattern: &Object, template: &PyList, cx: &mut Cx) -> PyResult<Own<PyTemplate>> {
        PyTemplate::make(template, cx)
    }
}

pub use functions::MODULE;
