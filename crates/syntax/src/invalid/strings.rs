//! Rules for strings, f-strings and t-strings; the values are computed for the errors they may hold.

use super::engine::{Engine, Fail, K, R, choice, grammar};
use super::expr::last_of;
use super::simple::annotated_rhs;
use crate::error::{ErrorKind, SyntaxError};
use crate::lex::{Tok, Token};
use crate::literal::{self, LiteralError};

/// f-string or t-string.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flavour {
    F,
    T,
}

use Flavour::{F, T};

impl Flavour {
    fn letter(self) -> char {
        if self == F { 'f' } else { 't' }
    }

    fn middle(self) -> Tok {
        if self == F { Tok::FStringMiddle } else { Tok::TStringMiddle }
    }
}

fn raise_literal_error(p: &mut Engine<'_>, error: LiteralError, token: Token) -> Fail {
    let message = match error {
        LiteralError::Unicode(message) => format!("(unicode error) {message}"),
        LiteralError::Value(message) => format!("(value error) {message}"),
        LiteralError::NonAscii => "bytes can only contain ASCII literal characters".into(),
        LiteralError::TooManyDigits(_) => return Fail::No,
    };
    p.raise_columns(token.lineno, token.col, token.end_lineno, token.end_col, &message)
}

/// CPython lets the bare `UnicodeDecodeError` out of a format spec.
fn raise_decode_error(p: &mut Engine<'_>, error: LiteralError) -> Fail {
    if let LiteralError::Unicode(message) = error {
        p.error.get_or_insert_with(|| SyntaxError::without_location(ErrorKind::UnicodeDecode, message));
    }
    Fail::Raised
}

fn string(p: &mut Engine<'_>) -> R {
    let start = p.mark;
    let token = p.here()?;
    p.t(Tok::String)?;
    let parts = literal::split(p.text(token));
    let value = if parts.bytes {
        literal::decode_bytes(parts.body, parts.raw, &mut None).map(drop)
    } else {
        literal::decode_str(parts.body, parts.raw, &mut None).map(drop)
    };
    match value {
        Ok(()) => p.node(if parts.bytes { K::Bytes } else { K::Literal }, start, vec![]),
        Err(error) => Err(raise_literal_error(p, error, token)),
    }
}

/// Literal text.
fn middle(p: &mut Engine<'_>, flavour: Flavour) -> R {
    p.t(flavour.middle())
}

/// Check the escapes of the literal text in a finished f-string.
fn check_middles(p: &mut Engine<'_>, start: Token, pieces: &[u32]) -> R<()> {
    if p.text(start).bytes().any(|b| b | 0x20 == b'r') {
        return Ok(());
    }
    for &piece in pieces {
        let Some(token) = p.token_of(piece) else { continue };
        // Fields have no token.
        if let Err(error) = literal::decode_str(p.text(token), false, &mut None) {
            return Err(raise_literal_error(p, error, token));
        }
    }
    Ok(())
}

fn equal(p: &mut Engine<'_>) -> R {
    p.t(Tok::Equal)
}

fn conversion(p: &mut Engine<'_>, flavour: Flavour) -> R {
    let mark = p.here()?;
    p.t(Tok::Exclamation)?;
    let token = p.here()?;
    let name = p.name()?;
    // The tokens must touch.
    if mark.end_lineno != token.lineno || mark.end_col != token.col {
        let message = "conversion type must come right after the exclamation mark";
        let at = p.exclamation_to(mark, token);
        return Err(p.raise_at(at, format!("{}-string: {message}", flavour.letter())));
    }
    let text = p.node_text(name);
    if !matches!(text, "s" | "r" | "a") {
        let message = format!("invalid conversion character '{text}': expected 's', 'r', or 'a'");
        return Err(p.raise_at(name, format!("{}-string: {message}", flavour.letter())));
    }
    Ok(name)
}

/// The conversion of a field: in nested specs CPython says "f-string" for both.
fn field(p: &mut Engine<'_>, flavour: Flavour, nested_invalid: fn(&mut Engine<'_>) -> R) -> R {
    choice!(p;
        {
            p.t(Tok::LBrace)?;
            annotated_rhs(p)?;
            p.opt(equal)?;
            p.opt(|p| p.rule(if flavour == F { f_conversion } else { t_conversion }))?;
            p.opt(|p| full_format_spec(p, flavour))?;
            p.t(Tok::RBrace)?;
            Ok(0)
        },
        p.inv(nested_invalid),
    )
}

fn full_format_spec(p: &mut Engine<'_>, flavour: Flavour) -> R {
    p.t(Tok::Colon)?;
    p.star(|p| format_spec(p, flavour))?;
    Ok(0)
}

fn format_spec(p: &mut Engine<'_>, flavour: Flavour) -> R {
    choice!(p;
        {
            let token = p.here()?;
            p.t(flavour.middle())?;
            if let Err(error) = literal::decode_str(p.text(token), p.raw_string_here(), &mut None) {
                return Err(raise_decode_error(p, error));
            }
            Ok(0)
        },
        replacement_field(p, flavour),
    )
}

fn replacement_field(p: &mut Engine<'_>, flavour: Flavour) -> R {
    p.rule(match flavour {
        F => fstring_replacement_field,
        T => tstring_replacement_field,
    })
}

fn fstring_part(p: &mut Engine<'_>, flavour: Flavour) -> R {
    choice!(p; replacement_field(p, flavour), middle(p, flavour))
}

fn whole(p: &mut Engine<'_>, flavour: Flavour) -> R {
    let start = p.mark;
    let first = p.here()?;
    p.t(if flavour == F { Tok::FStringStart } else { Tok::TStringStart })?;
    let pieces = p.star(|p| fstring_part(p, flavour))?;
    p.t(if flavour == F { Tok::FStringEnd } else { Tok::TStringEnd })?;
    check_middles(p, first, &pieces)?;
    if flavour == T {
        p.require(14, "t-strings are")?;
    }
    p.node(if flavour == F { K::FString } else { K::Template }, start, vec![])
}

fn fstring_or_string(p: &mut Engine<'_>) -> R {
    choice!(p; fstring(p), string(p))
}

/// `'{' annotated_rhs '='? ['!' NAME]`
fn field_head(p: &mut Engine<'_>) -> R<()> {
    p.t(Tok::LBrace)?;
    annotated_rhs(p)?;
    p.opt(equal)?;
    p.opt(|p| { p.t(Tok::Exclamation)?; p.name() })?;
    Ok(())
}

/// The error rules of a field; `text` names the string.
fn invalid_field(p: &mut Engine<'_>, flavour: Flavour) -> R {
    let l = flavour.letter();
    let expecting = |p: &mut Engine<'_>, what: &str| p.raise_on_next_token(&format!("{l}-string: expecting {what}"));
    let missing = |p: &mut Engine<'_>, kind: Tok| -> R {
        p.t(Tok::LBrace)?;
        let a = p.t(kind)?;
        Err(p.raise_at(a, format!("{l}-string: valid expression required before '{}'", kind.text())))
    };
    choice!(p;
        missing(p, Tok::Equal),
        missing(p, Tok::Exclamation),
        missing(p, Tok::Colon),
        missing(p, Tok::RBrace),
        {
            p.t(Tok::LBrace)?;
            p.not(annotated_rhs)?;
            Err(expecting(p, "a valid expression after '{'"))
        },
        {
            p.t(Tok::LBrace)?;
            annotated_rhs(p)?;
            p.not(|p| p.any(&[Tok::Equal, Tok::Exclamation, Tok::Colon, Tok::RBrace]))?;
            Err(expecting(p, "'=', or '!', or ':', or '}'"))
        },
        {
            p.t(Tok::LBrace)?;
            annotated_rhs(p)?;
            equal(p)?;
            p.not(|p| p.any(&[Tok::Exclamation, Tok::Colon, Tok::RBrace]))?;
            Err(expecting(p, "'!', or ':', or '}'"))
        },
        {
            p.t(Tok::LBrace)?;
            annotated_rhs(p)?;
            p.opt(equal)?;
            p.rule(if flavour == F { invalid_f_conversion } else { invalid_t_conversion })
        },
        {
            field_head(p)?;
            p.not(|p| p.any(&[Tok::Colon, Tok::RBrace]))?;
            Err(expecting(p, "':' or '}'"))
        },
        {
            field_head(p)?;
            p.t(Tok::Colon)?;
            // CPython looks for the f-string's kind of text in both.
            p.star(|p| format_spec(p, F))?;
            p.not(|p| p.t(Tok::RBrace))?;
            Err(expecting(p, "'}', or format specs"))
        },
        {
            field_head(p)?;
            p.not(|p| p.t(Tok::RBrace))?;
            Err(expecting(p, "'}'"))
        },
    )
}

fn invalid_conversion(p: &mut Engine<'_>, letter: char) -> R {
    choice!(p;
        {
            p.t(Tok::Exclamation)?;
            p.look(|p| p.any(&[Tok::Colon, Tok::RBrace]))?;
            Err(p.raise_on_next_token(&format!("{letter}-string: missing conversion character")))
        },
        {
            p.t(Tok::Exclamation)?;
            p.not(Engine::name)?;
            Err(p.raise_on_next_token(&format!("{letter}-string: invalid conversion character")))
        },
    )
}

grammar! {
    p;
    rule f_conversion { conversion(p, F) }
    rule t_conversion { conversion(p, T) }
    rule fstring_replacement_field { field(p, F, invalid_fstring_replacement_field) }
    rule tstring_replacement_field { field(p, T, invalid_tstring_replacement_field) }
    extra_memo(FString) fstring { whole(p, F) }
    memo(TString) tstring { whole(p, T) }
    memo(Strings) strings {
        p.inv(invalid_string_tstring_concat),
        {
            let start = p.mark;
            let pieces = p.plus(fstring_or_string)?;
            let kinds: Vec<K> = pieces.iter().map(|&piece| p.kind(piece)).collect();
            let bytes = kinds.contains(&K::Bytes);
            if bytes && kinds.iter().any(|&kind| kind != K::Bytes) {
                return Err(p.raise("cannot mix bytes and nonbytes literals"));
            }
            let formatted = kinds.contains(&K::FString);
            p.node(if formatted { K::FString } else { K::Literal }, start, vec![])
        },
        { let start = p.mark; p.plus(tstring)?; p.node(K::Template, start, vec![]) },
    }
    rule invalid_string_tstring_concat {
        {
            let a = p.plus(fstring_or_string)?;
            let b = tstring(p)?;
            let all = p.seq(a);
            let last = last_of(p, all);
            Err(p.raise_range(last, b, "cannot mix t-string literals with string or bytes literals"))
        },
        {
            let a = p.plus(tstring)?;
            let b = fstring_or_string(p)?;
            let all = p.seq(a);
            let last = last_of(p, all);
            Err(p.raise_range(last, b, "cannot mix t-string literals with string or bytes literals"))
        },
    }
    rule invalid_fstring_replacement_field { invalid_field(p, F) }
    rule invalid_tstring_replacement_field { invalid_field(p, T) }
    rule invalid_f_conversion { invalid_conversion(p, 'f') }
    rule invalid_t_conversion { invalid_conversion(p, 't') }
}

impl Engine<'_> {
    /// Whether the string around the token before the mark is raw.
    fn raw_string_here(&self) -> bool {
        let mut depth = 0;
        for earlier in self.toks[..self.mark].iter().rev() {
            match earlier.kind {
                Tok::FStringEnd | Tok::TStringEnd => depth += 1,
                Tok::FStringStart | Tok::TStringStart if depth > 0 => depth -= 1,
                Tok::FStringStart | Tok::TStringStart => {
                    return self.text(*earlier).bytes().any(|b| b | 0x20 == b'r');
                }
                _ => {}
            }
        }
        false
    }

    /// From the exclamation mark to the end of the name behind it.
    fn exclamation_to(&mut self, mark: Token, name: Token) -> u32 {
        let span = super::engine::token_span(mark).to(super::engine::token_span(name));
        self.new_node(K::Token, span, vec![])
    }
}
