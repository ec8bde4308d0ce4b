//! Signature strings such as `"split($self, /, sep=None, maxsplit=-1)"`: the one statement of a function's parameters, from which the text
//! signature, the calling convention, the binding and the error messages follow.

use proc_macro2::Span;
use syn::{Error, LitStr, Result};

/// How a parameter can be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    PosOnly,
    PosOrKw,
    VarArgs,
    KwOnly,
    VarKw,
}

/// One parameter of a signature string.
#[derive(Clone, Debug)]
pub struct Param {
    pub name: String,
    pub kind: Kind,
    pub default: Option<String>,
}

/// A parsed signature string.
#[derive(Clone, Debug)]
pub struct Sig {
    pub name: String,
    /// What stands between the parentheses, with the receiver that CPython shows (`$self, /, x`).
    pub text: String,
    pub params: Vec<Param>,
    pub span: Span,
}

/// Calling convention that CPython's Argument Clinic would choose, which decides the error messages too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Conv {
    NoArgs,
    One,
    /// Positional-only, perhaps with `*args`.
    Positional,
    Keywords,
}

impl Sig {
    /// Parse `lit`. `receiver` (`"$self"`, `"$type"`, `"$module"` or `""`) is put in front of the shown text unless the text has one.
    pub fn parse(lit: &LitStr, receiver: &str) -> Result<Sig> {
        let src = lit.value();
        let fail = |msg: String| Error::new(lit.span(), msg);
        let open = src.find('(').ok_or_else(|| fail("a signature looks like \"name(x, y=None, /)\"".into()))?;
        if !src.ends_with(')') {
            return Err(fail("the signature must end with `)`".into()));
        }
        let name = src[..open].trim().to_string();
        if !is_name(&name) {
            return Err(fail(format!("`{name}` is not a function name")));
        }
        let inner = src[open + 1..src.len() - 1].trim();
        let mut params = Vec::new();
        let (mut shown_receiver, mut kw_only, mut slash) = (false, false, false);
        for part in split_commas(inner) {
            let part = part.trim();
            match part {
                "" => return Err(fail("empty parameter".into())),
                "/" => {
                    if kw_only || slash {
                        return Err(fail("misplaced `/`".into()));
                    }
                    slash = true;
                    params.iter_mut().for_each(|p: &mut Param| p.kind = Kind::PosOnly);
                    continue;
                }
                "*" => {
                    kw_only = true;
                    continue;
                }
                _ if part.starts_with('$') => {
                    if shown_receiver || !params.is_empty() {
                        return Err(fail(format!("`{part}` must come first")));
                    }
                    shown_receiver = true;
                    continue;
                }
                _ => {}
            }
            let (stars, rest) = if let Some(r) = part.strip_prefix("**") {
                (2, r)
            } else if let Some(r) = part.strip_prefix('*') {
                (1, r)
            } else {
                (0, part)
            };
            let (pname, default) = match rest.split_once('=') {
                Some((n, d)) => (n.trim(), Some(d.trim().to_string())),
                None => (rest, None),
            };
            if !is_name(pname) {
                return Err(fail(format!("`{pname}` is not a parameter name")));
            }
            let kind = match stars {
                2 => Kind::VarKw,
                1 => {
                    kw_only = true;
                    Kind::VarArgs
                }
                _ if kw_only => Kind::KwOnly,
                _ => Kind::PosOrKw,
            };
            if params.iter().any(|p: &Param| p.name == pname) {
                return Err(fail(format!("parameter `{pname}` appears twice")));
            }
            params.push(Param { name: pname.to_string(), kind, default });
        }
        check_order(&params).map_err(fail)?;
        let text = if shown_receiver || receiver.is_empty() {
            inner.to_string()
        } else if inner.is_empty() {
            format!("{receiver}, /")
        } else if slash {
            format!("{receiver}, {inner}")
        } else {
            format!("{receiver}, /, {inner}")
        };
        Ok(Sig { name, text, params, span: lit.span() })
    }

    /// A bare name without parameters list: binds `*args, **kwargs` and has no text signature.
    pub fn raw(name: String, span: Span) -> Sig {
        let p = |name: &str, kind| Param { name: name.into(), kind, default: None };
        Sig { name, text: String::new(), params: vec![p("args", Kind::VarArgs), p("kwargs", Kind::VarKw)], span }
    }

    /// The calling convention.
    pub fn conv(&self) -> Conv {
        match self.params.as_slice() {
            [] => Conv::NoArgs,
            [p] if p.kind == Kind::PosOnly && p.default.is_none() => Conv::One,
            ps if ps.iter().all(|p| matches!(p.kind, Kind::PosOnly | Kind::VarArgs)) => Conv::Positional,
            _ => Conv::Keywords,
        }
    }

    /// Parameters that are bound by name or place (all but `*args` and `**kwargs`).
    pub fn named(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|p| !matches!(p.kind, Kind::VarArgs | Kind::VarKw))
    }

    /// Whether there is a parameter of this kind.
    pub fn has(&self, kind: Kind) -> bool {
        self.params.iter().any(|p| p.kind == kind)
    }

    /// Docstring with the text signature in front, as in `ml_doc`.
    pub fn doc(&self, doc: &str) -> String {
        format!("{}({})\n--\n\n{}", self.name, self.text, doc)
    }
}

fn check_order(params: &[Param]) -> std::result::Result<(), String> {
    let (mut optional, mut kw_optional) = (false, false);
    for (i, p) in params.iter().enumerate() {
        match p.kind {
            Kind::PosOnly | Kind::PosOrKw => {
                if optional && p.default.is_none() {
                    return Err(format!("required parameter `{}` after an optional one", p.name));
                }
                optional |= p.default.is_some();
            }
            Kind::KwOnly => {
                if kw_optional && p.default.is_none() {
                    return Err(format!("put the required keyword-only `{}` before the optional ones", p.name));
                }
                kw_optional |= p.default.is_some();
            }
            Kind::VarKw if i + 1 != params.len() => return Err("`**` must come last".into()),
            Kind::VarArgs | Kind::VarKw if p.default.is_some() => return Err(format!("`{}` cannot have a default", p.name)),
            _ => {}
        }
    }
    let by_name = params.iter().any(|p| matches!(p.kind, Kind::PosOrKw | Kind::KwOnly));
    if by_name && params.iter().any(|p| p.kind == Kind::VarKw) {
        return Err("`**kwargs` goes with positional-only parameters and `*args` only: take the keywords out of `Kwargs` yourself".into());
    }
    if params.iter().filter(|p| p.kind == Kind::VarArgs).count() > 1 {
        return Err("more than one `*args`".into());
    }
    Ok(())
}

fn is_name(s: &str) -> bool {
    let mut cs = s.chars();
    cs.next().is_some_and(|c| c.is_alphabetic() || c == '_') && cs.all(|c| c.is_alphanumeric() || c == '_')
}

/// Split at commas outside of quotes and brackets.
fn split_commas(s: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut quote, mut start, mut escaped) = (0i32, None, 0, false);
    for (i, c) in s.char_indices() {
        match quote {
            Some(q) => {
                if !escaped && c == q {
                    quote = None;
                }
                escaped = !escaped && c == '\\';
            }
            None => match c {
                '\'' | '"' => quote = Some(c),
                '(' | '[' | '{' | '<' => depth += 1,
                ')' | ']' | '}' | '>' => depth -= 1,
                ',' if depth == 0 => {
                    parts.push(&s[start..i]);
                    start = i + 1;
                }
                _ => {}
            },
        }
    }
    if !s[start..].trim().is_empty() || !parts.is_empty() {
        parts.push(&s[start..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(s: &str) -> Result<Sig> {
        Sig::parse(&LitStr::new(s, Span::call_site()), "$self")
    }

    #[test]
    fn texts_are_those_of_cpython() {
        for (given, text) in [
            ("clear()", "$self, /"),
            ("append(object, /)", "$self, object, /"),
            ("split(sep=None, maxsplit=-1)", "$self, /, sep=None, maxsplit=-1"),
            ("gcd(*integers)", "$self, /, *integers"),
            ("f($self, x, /, *, k='a,b')", "$self, x, /, *, k='a,b'"),
        ] {
            assert_eq!(parse(given).unwrap().text, text);
        }
    }

    #[test]
    fn conventions_follow_the_shape() {
        for (given, conv) in [
            ("f()", Conv::NoArgs),
            ("f(x, /)", Conv::One),
            ("f(x=1, /)", Conv::Positional),
            ("f(x, y, /)", Conv::Positional),
            ("f(*args)", Conv::Positional),
            ("f(x)", Conv::Keywords),
            ("f(*args, **kw)", Conv::Keywords),
            ("f(x, /, *, y=<unrepresentable>)", Conv::Keywords),
        ] {
            assert_eq!(parse(given).unwrap().conv(), conv, "{given}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (given, part) in [
            ("f", "looks like"),
            ("f(x=1, y)", "after an optional"),
            ("f(*, k=1, x)", "before the optional"),
            ("f(x, x)", "twice"),
            ("f(**k, x)", "last"),
            ("f(x, **k)", "positional-only"),
            ("f(1x)", "parameter name"),
            ("f(a,,b)", "empty"),
        ] {
            let e = parse(given).unwrap_err().to_string();
            assert!(e.contains(part), "{given}: {e}");
        }
    }
}
