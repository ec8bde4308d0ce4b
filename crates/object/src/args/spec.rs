//! What the macros say about a function's parameters, as constant data.

use crate::cx::Cx;
use crate::refs::Object;
use crate::types::str::PyStr;
use crate::types::str::intern::{intern_immortal, intern_text};
use std::cell::OnceCell;

/// The parameters of a function: names in order (positional-only, positional-or-keyword, keyword-only; `*args` and `**kwargs` are not counted).
pub struct FnSpec {
    /// Name in messages: bare (`pop`, `slice`).
    pub name: &'static str,
    pub params: &'static [&'static str],
    /// The same names as interned strings, once keywords were given.
    pub names: Names,
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

/// Interned names of parameters: made on first use, immortal.
pub struct Names(OnceCell<Box<[&'static PyStr]>>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Names {}

impl Names {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Names {
        Names(OnceCell::new())
    }
}

impl FnSpec {
    /// The parameters' names as interned strings.
    #[inline]
    pub fn interned(&'static self, _cx: &Cx) -> &'static [&'static PyStr] {
        self.names.0.get_or_init(|| self.intern())
    }

    #[cold]
    fn intern(&'static self) -> Box<[&'static PyStr]> {
        // SAFETY: the caller's `Cx` proves the GIL; interning runs no Python code.
        let cx = &mut unsafe { Cx::assume() };
        let one = |name: &&'static str| {
            let Ok(s) = intern_text(name, cx) else { crate::fatal("no memory for a name") };
            let p = intern_immortal(s, cx).into_raw();
            // SAFETY: immortal.
            unsafe { &*(p as *const PyStr) }
        };
        self.params.iter().map(one).collect()
    }
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
