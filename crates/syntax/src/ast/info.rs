//! Metadata of nodes for those who treat the tree generically (`_ast`, dump).

/// How often a field occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// `type name`
    One,
    /// `type? name`
    Optional,
    /// `type* name`
    Sequence,
    /// `type?* name`: a list that may hold `None`.
    OptionalSequence,
}

/// One field of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldInfo {
    /// The Python name, an entry of `_fields`.
    pub name: &'static str,
    /// The ASDL type, such as `expr` or `identifier`.
    pub asdl_type: &'static str,
    /// How often it occurs.
    pub quantifier: Quantifier,
}

/// One node class: a constructor of a sum, a product, or a tag.
#[derive(Clone, Copy, Debug)]
pub struct NodeInfo {
    /// The Python class name.
    pub name: &'static str,
    /// The ASDL name of the sum it belongs to (its base class); its own name for a product.
    pub sum: &'static str,
    /// `_fields`.
    pub fields: &'static [FieldInfo],
    /// Whether it has `lineno`, `col_offset`, `end_lineno`, `end_col_offset`.
    pub located: bool,
}

/// One ASDL type with its constructors.
#[derive(Clone, Copy, Debug)]
pub struct TypeInfo {
    /// The ASDL name, such as `expr`.
    pub name: &'static str,
    /// True for a sum (an abstract base class with subclasses), false for a product (one class).
    pub is_sum: bool,
    /// The classes, in ASDL order.
    pub nodes: &'static [&'static NodeInfo],
}

/// Drop the `r#` of a raw identifier.
pub const fn strip_raw(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// From the table's tokens after the type.
pub const fn quantifier(tokens: &[&str]) -> Quantifier {
    match tokens {
        [] => Quantifier::One,
        [one] if one.as_bytes()[0] == b'?' => Quantifier::Optional,
        [_] => Quantifier::Sequence,
        _ => Quantifier::OptionalSequence,
    }
}
