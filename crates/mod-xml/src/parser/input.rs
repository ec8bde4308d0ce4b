//! The bytes of one entity as text, decoded piece by piece, with positions.
//!
//! Text that has been used up is cut off in front; `mark` says where the buffer begins in the entity. Malformed bytes stop the decoding: the scanner
//! meets them when it reaches the end of the text before them.

/// How bytes become text.
#[derive(Clone)]
pub enum Encoding {
    /// Not known yet.
    Unknown,
    Utf8,
    Utf16 { big: bool },
    Latin1,
    Ascii,
    /// A code page: the code point of each byte, negative for none.
    Table(Box<[i32; 256]>),
}

/// A place in an entity.
#[derive(Clone, Copy, Default, Debug)]
pub struct Place {
    pub line: u64,
    pub column: u64,
    pub byte: u64,
}

pub struct Input {
    raw: Vec<u8>,
    pub encoding: Encoding,
    pub text: String,
    /// The next byte of `text` to look at.
    pub pos: usize,
    mark: Place,
    /// The text before the mark ended in a carriage return, whose line feed counts no more.
    after_return: bool,
    /// No more bytes will come.
    pub last: bool,
    /// What follows the text is not text.
    pub malformed: bool,
    pub base_bytes: u64,
}

impl Input {
    pub fn new(encoding: Encoding) -> Input {
        Input {
            raw: Vec::new(),
            encoding,
            text: String::new(),
            pos: 0,
            mark: Place { line: 1, column: 0, byte: 0 },
            after_return: false,
            last: false,
            malformed: false,
            base_bytes: 0,
        }
    }

    pub fn feed(&mut self, data: &[u8], last: bool) {
        self.base_bytes += data.len() as u64;
        self.raw.extend_from_slice(data);
        self.last = last;
    }

    /// Bytes that are not decoded yet.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Forget the first bytes (a byte order mark).
    pub fn skip_raw(&mut self, n: usize) {
        self.raw.drain(..n);
        self.mark.byte += n as u64;
        self.mark.column += u64::from(n > 0);
    }

    /// Whether bytes remain that are no complete character.
    pub fn has_rest(&self) -> bool {
        !self.raw.is_empty()
    }

    /// What is wrong with a rest at the end: half a unit is no character yet, other bytes are a part of one.
    pub fn rest_code(&self) -> super::Code {
        if matches!(self.encoding, Encoding::Utf16 { .. }) && self.raw.len() == 1 { super::Code::UnclosedToken } else { super::Code::PartialChar }
    }

    pub fn rest(&self) -> &str {
        &self.text[self.pos..]
    }

    /// Decode what has come.
    pub fn decode(&mut self) {
        if self.malformed {
            return;
        }
        let used = match &self.encoding {
            Encoding::Unknown => 0,
            Encoding::Utf8 => match std::str::from_utf8(&self.raw) {
                Ok(t) => {
                    self.text.push_str(t);
                    self.raw.len()
                }
                Err(e) => {
                    let n = e.valid_up_to();
                    self.text.push_str(std::str::from_utf8(&self.raw[..n]).unwrap_or_default());
                    self.malformed = e.error_len().is_some();
                    n
                }
            },
            Encoding::Utf16 { big } => {
                let big = *big;
                let mut at = 0;
                while let Some(&[a, b]) = self.raw.get(at..at + 2) {
                    let unit = if big { u16::from_be_bytes([a, b]) } else { u16::from_le_bytes([a, b]) };
                    if !(0xd800..0xe000).contains(&unit) {
                        self.text.extend(char::from_u32(unit.into()));
                        at += 2;
                        continue;
                    }
                    if unit >= 0xdc00 {
                        self.malformed = true;
                        break;
                    }
                    let Some(&[c, d]) = self.raw.get(at + 2..at + 4) else { break };
                    let low = if big { u16::from_be_bytes([c, d]) } else { u16::from_le_bytes([c, d]) };
                    match char::decode_utf16([unit, low]).next() {
                        Some(Ok(ch)) => self.text.push(ch),
                        _ => {
                            self.malformed = true;
                            break;
                        }
                    }
                    at += 4;
                }
                at
            }
            Encoding::Latin1 => {
                self.text.extend(self.raw.iter().map(|&b| char::from(b)));
                self.raw.len()
            }
            Encoding::Ascii => {
                let n = self.raw.iter().position(|&b| b >= 0x80).unwrap_or(self.raw.len());
                self.malformed = n < self.raw.len();
                self.text.extend(self.raw[..n].iter().map(|&b| char::from(b)));
                n
            }
            Encoding::Table(table) => {
                let mut n = 0;
                for &b in &self.raw {
                    match u32::try_from(table[b as usize]).ok().and_then(char::from_u32) {
                        Some(c) => self.text.push(c),
                        None => {
                            self.malformed = true;
                            break;
                        }
                    }
                    n += 1;
                }
                n
            }
        };
        self.raw.drain(..used);
    }

    /// How many bytes of the entity a character took.
    fn width(&self, c: char) -> u64 {
        match self.encoding {
            Encoding::Utf16 { .. } => 2 * c.len_utf16() as u64,
            Encoding::Utf8 | Encoding::Unknown => c.len_utf8() as u64,
            _ => 1,
        }
    }

    fn advance(&self, from: Place, mut after_return: bool, text: &str) -> (Place, bool) {
        let mut p = from;
        for c in text.chars() {
            p.byte += self.width(c);
            match c {
                '\n' if after_return => {}
                '\n' | '\r' => {
                    p.line += 1;
                    p.column = 0;
                }
                _ => p.column += 1,
            }
            after_return = c == '\r';
        }
        (p, after_return)
    }

    /// Line, column and byte of a place in the buffer.
    pub fn place(&self, at: usize) -> Place {
        self.advance(self.mark, self.after_return, self.text.get(..at).unwrap_or_default()).0
    }

    /// Cut off the text before `at`.
    pub fn cut(&mut self, at: usize) {
        let (mark, after_return) = self.advance(self.mark, self.after_return, &self.text[..at]);
        (self.mark, self.after_return) = (mark, after_return);
        self.text.drain(..at);
        self.pos -= at;
    }
}
