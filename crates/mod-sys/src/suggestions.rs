//! The module `_suggestions`: "Did you mean" for `traceback`.

use taipan_object::args::suggest;
use taipan_object::prelude::*;

#[pymodule(name = "_suggestions", doc = "")]
pub mod suggestions {
    use super::*;

    /// Returns the candidate in candidates that's closest to item
    #[function("_generate_suggestions(candidates, item, /)")]
    fn generate_suggestions(candidates: &Object, item: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(list) = candidates.exact::<PyList>() else {
            return Err(cx.type_error(format_args!("candidates must be a list")));
        };
        let all: Vec<Own<Object>> = list.items(cx).iter().map(|o| o.own()).collect();
        let mut names = Vec::with_capacity(all.len());
        for o in &all {
            match o.downcast::<PyStr>() {
                Some(s) => names.push(s.to_string_lossy()),
                None => return Err(cx.type_error(format_args!("all elements in 'candidates' must be strings"))),
            }
        }
        let wanted = item.to_string_lossy();
        let best = suggest(&wanted, names.iter().map(|n| n.as_str()));
        Ok(best.and_then(|b| names.iter().position(|n| n == b)).map(|i| all[i].clone()))
    }
}
