//! What the macros say about a function's parameters, as constant data.

use crate::refs::Object;

/// The parameters of a function: names in order (positional-only, positional-or-keyword, keyword-only; `*args` and `**kwargs` are not counted).
pub struct FnSpec {
    /// Name in messages: bare (`pop`, `slice`).
    pub name: &'static str,
    pub params: &'static [&'static str],
    /// How many cannot be given by name.
    pub pos_only: u16,
    /// How many of the positional ones must be given.
    pub pos_min: u16,
    /// How many can be given by place.
    pub pos_max: u16,
    /// How many keyword-only ones must be given (they come first).
    pub kw_min: u16,
    pub var_args: bool,
    pub var_kw: bool,
    /// `METH_O`: messages say "argument" without a number.
    pub one: bool,
}

/// Which argument is being converted, for messages.
#[derive(Clone, Copy)]
pub struct ArgAt {
    pub func: &'static FnSpec,
    pub index: u16,
    /// `None` would be accepted too: "must be str or None".
    pub or_none: bool,
}

impl ArgAt {
    #[inline(always)]
    pub const fn new(func: &'static FnSpec, index: u16) -> ArgAt {
        ArgAt { func, index, or_none: false }
    }

    /// The same argument, where `None` is another possibility.
    #[inline(always)]
    pub const fn or_none(self) -> ArgAt {
        ArgAt { or_none: true, ..self }
    }
}

/// "argument", "argument 2" or "argument 'sep'".
impl std::fmt::Display for ArgAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.func.one {
            f.write_str("argument")
        } else if self.index < self.func.pos_only {
            write!(f, "argument {}", self.index + 1)
        } else {
            write!(f, "argument '{}'", self.func.params.get(self.index as usize).unwrap_or(&"?"))
        }
    }
}

/// The type name of an argument in messages: `None` is called `None`.
pub fn shown_type(v: &Object) -> &str {
    if crate::args::needs::is_none(v) { "None" } else { v.ty().tp_name_str() }
}
