//! `types.GenericAlias` (PEP 585) and `typing.Union` (PEP 604): parameterised types.

mod alias;
mod params;
mod union;

pub use alias::{GenericAliasIter, PyGenericAlias, new_alias};
pub use params::{make_parameters, repr_type};
pub use union::{PyUnion, is_unionable, union_args, union_of, union_or};
