//! Just enough of Rust's lexical structure for tidy: tokens with line numbers,
//! comments and literals told apart from code.

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Identifier or keyword.
    Word,
    /// One punctuation character, `::` as one.
    Punct,
    /// String, character or number.
    Literal,
    /// Line or block comment, doc comments included.
    Comment,
}

/// A token and the line (from 1) it begins on.
#[derive(Clone, Copy, Debug)]
pub struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub line: usize,
}

/// All tokens of a file.
pub fn lex(source: &str) -> Vec<Token<'_>> {
    let bytes = source.as_bytes();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() {
            line += usize::from(bytes[at] == b'\n');
            at += 1;
            continue;
        }
        let (kind, end) = token_end(source, at);
        let text = &source[at..end];
        tokens.push(Token { kind, text, line });
        line += text.bytes().filter(|b| *b == b'\n').count();
        at = end;
    }
    tokens
}

fn token_end(source: &str, at: usize) -> (Kind, usize) {
    let rest = &source.as_bytes()[at..];
    let len = rest.len();
    if rest.starts_with(b"//") {
        return (Kind::Comment, at + rest.iter().position(|b| *b == b'\n').unwrap_or(len));
    }
    if rest.starts_with(b"/*") {
        return (Kind::Comment, at + block_comment(rest));
    }
    if let Some(end) = string_end(rest) {
        return (Kind::Literal, at + end);
    }
    if rest[0] == b'\'' {
        return (Kind::Literal, at + quote_end(&source[at..]));
    }
    if rest[0].is_ascii_digit() {
        let digits = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        let mut end = rest.iter().position(|b| !digits(b)).unwrap_or(len);
        if rest.get(end) == Some(&b'.') && rest.get(end + 1).is_some_and(u8::is_ascii_digit) {
            end += 1 + rest[end + 1..].iter().position(|b| !digits(b)).unwrap_or(len - end - 1);
        }
        return (Kind::Literal, at + end);
    }
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let text = &source[at..];
    match text.find(|c| !word(c)) {
        Some(0) if rest.starts_with(b"::") => (Kind::Punct, at + 2),
        Some(0) => (Kind::Punct, at + text.chars().next().map_or(1, char::len_utf8)),
        Some(end) => (Kind::Word, at + end),
        None => (Kind::Word, at + len),
    }
}

/// The end of a nested block comment.
fn block_comment(rest: &[u8]) -> usize {
    let (mut at, mut depth) = (2, 1);
    while at < rest.len() && depth > 0 {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
        } else {
            at += 1;
        }
    }
    at
}

/// The end of a string literal with its prefix (`b`, `c`, `r`, hashes), if one starts here.
fn string_end(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    if matches!(rest.first(), Some(b'b' | b'c')) {
        at += 1;
    }
    let raw = rest.get(at) == Some(&b'r');
    if raw {
        at += 1;
        let hashes = rest[at..].iter().take_while(|b| **b == b'#').count();
        at += hashes;
        if rest.get(at) != Some(&b'"') {
            return None;
        }
        let close: Vec<u8> = [b'"'].into_iter().chain(std::iter::repeat_n(b'#', hashes)).collect();
        let found = rest[at + 1..].windows(close.len()).position(|w| w == close);
        return Some(found.map_or(rest.len(), |n| at + 1 + n + close.len()));
    }
    if rest.get(at) == Some(&b'\'') && at == 1 && rest[0] == b'b' {
        let end = rest[at + 1..].iter().enumerate().position(|(i, b)| *b == b'\'' && rest[at + i] != b'\\');
        // `b'\\'` and `b'\''`: the escaped character is two bytes.
        let escaped = rest.get(at + 1) == Some(&b'\\');
        return if escaped {
            rest[at + 3..].iter().position(|b| *b == b'\'').map(|n| at + 3 + n + 1)
        } else {
            end.map(|n| at + 1 + n + 1)
        };
    }
    if rest.get(at) != Some(&b'"') {
        return None;
    }
    at += 1;
    while at < rest.len() && rest[at] != b'"' {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    Some((at + 1).min(rest.len()))
}

/// The end of a character literal or a lifetime.
fn quote_end(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    let Some((_, first)) = chars.next() else { return 1 };
    if first == '\\' {
        let close = text[3..].find('\'').map_or(text.len(), |n| n + 4);
        return close;
    }
    match chars.next() {
        Some((end, '\'')) => end + 1,
        _ => {
            let end = text[1..].find(|c: char| !c.is_alphanumeric() && c != '_');
            end.map_or(text.len(), |n| n + 1).max(2)
        }
    }
}
