//! Classes of characters of XML 1.0, and the pieces of markup that are read in several places.

use super::Code;

pub fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// May the character occur in a document at all?
pub fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

pub fn is_name_start(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '_' | ':' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}')
}

pub fn is_name(c: char) -> bool {
    is_name_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// May the character begin a token of the document type declaration that is no name?
pub fn is_delimiter(c: char) -> bool {
    "\"'%()|,><[]#".contains(c)
}

/// Why a piece of markup could not be read.
pub enum Stop {
    /// It may continue.
    More,
    /// An error at an offset from the text's start.
    Bad(Code, usize),
}

pub type Scan<T> = Result<T, Stop>;

/// A place in a piece of text.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    pub text: &'a str,
    pub at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Cursor<'a> {
        Cursor { text, at: 0 }
    }
    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }
    pub fn peek(&self) -> Scan<char> {
        self.rest().chars().next().ok_or(Stop::More)
    }
    pub fn bad<T>(&self) -> Scan<T> {
        Err(Stop::Bad(Code::InvalidToken, self.at))
    }
    pub fn syntax<T>(&self) -> Scan<T> {
        Err(Stop::Bad(Code::Syntax, self.at))
    }
    /// Step over a character that was peeked at.
    pub fn bump(&mut self, c: char) {
        self.at += c.len_utf8();
    }
    /// Whether the text goes on like this; `More` while that is open.
    pub fn looking_at(&self, what: &str) -> Scan<bool> {
        let rest = self.rest();
        if rest.starts_with(what) {
            return Ok(true);
        }
        if rest.len() < what.len() && what.starts_with(rest) { Err(Stop::More) } else { Ok(false) }
    }
    pub fn expect(&mut self, what: &str) -> Scan<()> {
        for c in what.chars() {
            if self.peek()? != c {
                return self.bad();
            }
            self.bump(c);
        }
        Ok(())
    }
    /// Skip blanks; whether there were any.
    pub fn spaces(&mut self) -> bool {
        let n = self.rest().find(|c| !is_space(c)).unwrap_or(self.rest().len());
        self.at += n;
        n > 0
    }
    /// A token of declarations that is not the one wanted, or no token at all.
    pub fn unexpected<T>(&self) -> Scan<T> {
        let c = self.peek()?;
        if is_name(c) || is_delimiter(c) { self.syntax() } else { self.bad() }
    }
    /// Blanks in a declaration, of which there must be some, and something after them.
    pub fn need_spaces(&mut self) -> Scan<()> {
        if !self.spaces() {
            return self.unexpected();
        }
        self.peek().map(drop)
    }
    /// A name in a declaration.
    pub fn declared_name(&mut self) -> Scan<&'a str> {
        if !is_name_start(self.peek()?) {
            return self.unexpected();
        }
        self.nmtoken()
    }
    pub fn name(&mut self) -> Scan<&'a str> {
        let c = self.peek()?;
        if !is_name_start(c) {
            return self.bad();
        }
        self.nmtoken()
    }
    pub fn nmtoken(&mut self) -> Scan<&'a str> {
        let rest = self.rest();
        match rest.find(|c| !is_name(c)) {
            Some(0) => self.bad(),
            Some(n) => {
                self.at += n;
                Ok(&rest[..n])
            }
            None => Err(Stop::More),
        }
    }
    /// Text up to a delimiter, which is stepped over. All of it must be XML characters.
    pub fn until(&mut self, end: &str) -> Scan<&'a str> {
        let rest = self.rest();
        let n = rest.find(end);
        let body = &rest[..n.unwrap_or(rest.len())];
        if let Some(i) = body.find(|c| !is_xml(c)) {
            return Err(Stop::Bad(Code::InvalidToken, self.at + i));
        }
        let Some(n) = n else { return Err(Stop::More) };
        self.at += n + end.len();
        Ok(body)
    }
    /// A quoted text, without its quotes.
    pub fn quoted(&mut self) -> Scan<&'a str> {
        match self.peek()? {
            '"' => {
                self.at += 1;
                self.until("\"")
            }
            '\'' => {
                self.at += 1;
                self.until("'")
            }
            _ => self.bad(),
        }
    }
}

/// The character of a reference `&#…;`, whose body this is.
pub fn char_ref(body: &str) -> Option<char> {
    let n = match body.strip_prefix('x') {
        Some(hex) if !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok()?,
        None if !body.is_empty() && body.bytes().all(|b| b.is_ascii_digit()) => body.parse().ok()?,
        _ => return None,
    };
    char::from_u32(n).filter(|&c| is_xml(c))
}

/// One of the five entities that need no declaration.
pub fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// Line ends as `\n`.
pub fn normal_lines(text: &str) -> String {
    if !text.contains('\r') {
        return text.to_owned();
    }
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Is it a legal public identifier?
pub fn is_public_id(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '\r' | '\n' | 'a'..='z' | 'A'..='Z' | '0'..='9') || "-'()+,./:=?;!*#@$_%".contains(c))
}

/// A public identifier with its blanks collapsed.
pub fn normal_public_id(text: &str) -> String {
    text.split(is_space).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}
