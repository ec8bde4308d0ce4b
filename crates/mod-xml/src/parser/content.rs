//! Elements and text.

use super::chars::*;
use super::dtd::Dtd;
use super::{Code, Event, Expansion, Open, Parser, Raw, Stage, Step};

/// An attribute as it stands in a tag: name, text between the quotes, offset of the name.
struct Given {
    name: String,
    value: String,
    at: usize,
}

enum Token {
    Text,
    NewLine,
    CharRef(char),
    Entity(String),
    Comment(String),
    Pi { target: String, data: String },
    CdataStart,
    StartTag { name: String, given: Vec<Given>, empty: bool },
    EndTag { name: String, at: usize },
}

/// A processing instruction, from `<?` on.
pub fn instruction(c: &mut Cursor<'_>) -> Scan<(String, String)> {
    let start = c.at;
    c.expect("<?")?;
    let target = c.name()?.to_owned();
    if target == "xml" {
        return Err(Stop::Bad(Code::MisplacedXmlPi, start));
    }
    if target.eq_ignore_ascii_case("xml") {
        return Err(Stop::Bad(Code::InvalidToken, c.at));
    }
    if c.looking_at("?>")? {
        c.at += 2;
        return Ok((target, String::new()));
    }
    if !c.spaces() {
        return c.bad();
    }
    let data = normal_lines(c.until("?>")?);
    Ok((target, data))
}

/// A comment, from `<!--` on.
pub fn comment(c: &mut Cursor<'_>) -> Scan<String> {
    c.expect("<!--")?;
    let text = c.until("--")?;
    if c.peek()? != '>' {
        return c.bad();
    }
    c.at += 1;
    Ok(normal_lines(text))
}

/// A reference, from `&` on: a character, or the name of an entity.
fn reference(c: &mut Cursor<'_>) -> Scan<Result<char, String>> {
    let start = c.at;
    c.expect("&")?;
    if c.peek()? != '#' {
        let name = c.name()?.to_owned();
        c.expect(";")?;
        return Ok(Err(name));
    }
    c.at += 1;
    let hex = c.peek()? == 'x';
    let body_at = c.at;
    c.at += usize::from(hex);
    let mut digits = 0;
    loop {
        match c.peek()? {
            ';' if digits > 0 => break,
            d if d.is_ascii_digit() || hex && d.is_ascii_hexdigit() => digits += 1,
            _ => return c.bad(),
        }
        c.at += 1;
    }
    let body = &c.text[body_at..c.at];
    c.at += 1;
    char_ref(body).map(Ok).ok_or(Stop::Bad(Code::BadCharRef, start))
}

fn start_tag(c: &mut Cursor<'_>) -> Scan<Token> {
    c.expect("<")?;
    let name = c.name()?.to_owned();
    let mut given: Vec<Given> = Vec::new();
    loop {
        let spaced = c.spaces();
        match c.peek()? {
            '>' => {
                c.at += 1;
                return Ok(Token::StartTag { name, given, empty: false });
            }
            '/' => {
                c.at += 1;
                if c.peek()? != '>' {
                    return c.bad();
                }
                c.at += 1;
                return Ok(Token::StartTag { name, given, empty: true });
            }
            ch if !spaced || !is_name_start(ch) => return c.bad(),
            _ => {}
        }
        let at = c.at;
        let attribute = c.name()?.to_owned();
        c.spaces();
        c.expect("=")?;
        c.spaces();
        let from = c.at + 1;
        let value = c.quoted()?;
        if let Some(i) = value.find('<') {
            return Err(Stop::Bad(Code::InvalidToken, from + i));
        }
        check_references(value, from)?;
        given.push(Given { name: attribute, value: value.to_owned(), at });
    }
}

/// References in an attribute's value must be well-formed.
fn check_references(value: &str, from: usize) -> Scan<()> {
    for (i, _) in value.match_indices('&') {
        let mut c = Cursor::new(&value[i..]);
        match reference(&mut c) {
            Ok(_) => {}
            Err(Stop::More) => return Err(Stop::Bad(Code::InvalidToken, from + value.len())),
            Err(Stop::Bad(code, at)) => return Err(Stop::Bad(code, from + i + at)),
        }
    }
    Ok(())
}

/// The next token of content; `last`: no more text will come.
fn scan(text: &str, last: bool) -> Scan<(Token, usize)> {
    let mut c = Cursor::new(text);
    let token = match c.peek()? {
        '<' => {
            let rest = &text[1..];
            match rest.chars().next().ok_or(Stop::More)? {
                '!' if c.looking_at("<!--")? => Token::Comment(comment(&mut c)?),
                '!' => {
                    c.expect("<![CDATA[")?;
                    Token::CdataStart
                }
                '?' => {
                    let (target, data) = instruction(&mut c)?;
                    Token::Pi { target, data }
                }
                '/' => {
                    c.at = 2;
                    let name = c.name()?.to_owned();
                    c.spaces();
                    if c.peek()? != '>' {
                        return c.bad();
                    }
                    c.at += 1;
                    Token::EndTag { name, at: 2 }
                }
                ch if is_name_start(ch) => start_tag(&mut c)?,
                _ => return Err(Stop::Bad(Code::InvalidToken, 1)),
            }
        }
        '&' => match reference(&mut c)? {
            Ok(ch) => Token::CharRef(ch),
            Err(name) => Token::Entity(name),
        },
        '\n' => {
            c.at = 1;
            Token::NewLine
        }
        '\r' => {
            c.at = if text.starts_with("\r\n") { 2 } else { 1 };
            if text.len() == 1 && !last {
                return Err(Stop::More);
            }
            Token::NewLine
        }
        _ => {
            let mut n = 0;
            for (i, ch) in text.char_indices() {
                n = i;
                match ch {
                    '<' | '&' | '\n' | '\r' => break,
                    ']' => {
                        let rest = &text[i..];
                        if rest.starts_with("]]>") {
                            if i == 0 {
                                return Err(Stop::Bad(Code::InvalidToken, 2));
                            }
                            break;
                        }
                        // What follows may make it the forbidden `]]>`.
                        if !last && "]]>".starts_with(rest) {
                            if i == 0 {
                                return Err(Stop::More);
                            }
                            break;
                        }
                    }
                    _ if !is_xml(ch) => {
                        if i == 0 {
                            return Err(Stop::Bad(Code::InvalidToken, 0));
                        }
                        break;
                    }
                    _ => {}
                }
                n = i + ch.len_utf8();
            }
            c.at = n;
            Token::Text
        }
    };
    Ok((token, c.at))
}

/// An attribute's value with references replaced. Errors are codes only: their place is the tag's.
pub fn attribute_value(dtd: &Dtd, text: &str, is_cdata: bool) -> Result<String, Code> {
    let mut out = String::with_capacity(text.len());
    append_value(dtd, text, false, &mut out, &mut Vec::new())?;
    if !is_cdata {
        out = out.split(' ').filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
    }
    Ok(out)
}

fn append_value(dtd: &Dtd, text: &str, inside: bool, out: &mut String, open: &mut Vec<String>) -> Result<(), Code> {
    let mut chars = text.char_indices().peekable();
    while let Some((i, ch)) = chars.next() {
        match ch {
            '\r' if !inside => {
                if chars.peek().is_some_and(|(_, c)| *c == '\n') {
                    chars.next();
                }
                out.push(' ');
            }
            '\t' | '\n' | '\r' => out.push(' '),
            '<' if inside => return Err(Code::InvalidToken),
            '&' => {
                let mut c = Cursor::new(&text[i..]);
                let found = reference(&mut c).map_err(|e| match e {
                    Stop::Bad(code, _) => code,
                    Stop::More => Code::InvalidToken,
                })?;
                while chars.peek().is_some_and(|(j, _)| *j < i + c.at) {
                    chars.next();
                }
                match found {
                    Ok(ch) => out.push(ch),
                    Err(name) => append_entity(dtd, name, out, open)?,
                }
            }
            c => out.push(c),
        }
        if out.len() > 1 << 26 {
            return Err(Code::AmplificationLimitBreach);
        }
    }
    Ok(())
}

fn append_entity(dtd: &Dtd, name: String, out: &mut String, open: &mut Vec<String>) -> Result<(), Code> {
    if let Some(ch) = predefined(&name) {
        out.push(ch);
        return Ok(());
    }
    let Some(e) = dtd.general.get(&name) else {
        return if dtd.has_references && !dtd.standalone { Ok(()) } else { Err(Code::UndefinedEntity) };
    };
    if open.contains(&name) || open.len() > 100 {
        return Err(Code::RecursiveEntityRef);
    }
    if e.notation.is_some() {
        return Err(Code::BinaryEntityRef);
    }
    let Some(value) = e.value.clone() else { return Err(Code::AttributeExternalEntityRef) };
    open.push(name);
    let done = append_value(dtd, &value, true, out, open);
    open.pop();
    done
}

impl Parser {
    /// The end of a text: of an entity, of the document's pieces, or of the document.
    fn content_end(&mut self) -> Step {
        if let Some(e) = self.expansions.last() {
            if e.depth != self.elements.len() {
                return Err(Stop::Bad(Code::AsyncEntity, self.event_at));
            }
            let e = self.expansions.pop();
            if let Some(e) = e
                && let Some(known) = self.dtd.borrow_mut().general.get_mut(&e.name)
            {
                known.open = false;
            }
            return Ok(true);
        }
        if self.input.malformed {
            return Err(Stop::Bad(Code::InvalidToken, self.input.text.len()));
        }
        if !self.input.last {
            return Ok(false);
        }
        let end = self.input.text.len();
        if self.input.has_rest() {
            return Err(Stop::Bad(self.input.rest_code(), end));
        }
        if self.role == super::Role::General {
            if self.elements.len() != self.depth_at_begin {
                return Err(Stop::Bad(Code::AsyncEntity, end));
            }
            self.event_at = end;
            self.stage = Stage::Done;
            return Ok(false);
        }
        Err(Stop::Bad(Code::NoElements, end))
    }

    pub(super) fn content(&mut self) -> Step {
        let (text, last) = match self.expansions.last() {
            Some(e) => (&e.text[e.at..], true),
            None => (self.input.rest(), self.input.last && !self.input.has_rest()),
        };
        if text.is_empty() {
            return self.content_end();
        }
        let (token, n) = scan(text, last).map_err(|s| self.moved(s))?;
        match token {
            Token::Text => self.text(n),
            Token::NewLine => self.emit(Event::Text("\n".into()), n),
            Token::CharRef(c) => self.emit(Event::Text(c.into()), n),
            Token::Comment(t) => self.emit(Event::Comment(t), n),
            Token::Pi { target, data } => self.emit(Event::Pi { target, data }, n),
            Token::CdataStart => {
                self.emit(Event::StartCdata, n);
                self.stage = Stage::Cdata;
            }
            Token::Entity(name) => return self.entity_reference(name, n),
            Token::StartTag { name, given, empty } => return self.open_element(name, given, empty, n),
            Token::EndTag { name, at } => {
                let floor = self.expansions.last().map_or(self.depth_at_begin, |e| e.depth);
                if self.elements.len() <= floor {
                    return Err(Stop::Bad(Code::AsyncEntity, self.at(0)));
                }
                if self.elements.last().is_some_and(|o| o.raw != name) {
                    return Err(Stop::Bad(Code::TagMismatch, self.at(at)));
                }
                let raw = self.take(n);
                self.close_element(raw);
            }
        }
        Ok(true)
    }

    /// The next `n` bytes are text. What had to be converted comes in pieces, as from Expat's buffer.
    fn text(&mut self, n: usize) {
        const PIECE: usize = 1024;
        let converted = self.expansions.is_empty() && !matches!(self.input.encoding, super::Encoding::Utf8);
        let mut left = n;
        while left > 0 {
            let text = match self.expansions.last() {
                Some(e) => &e.text[e.at..],
                None => self.input.rest(),
            };
            let mut k = left;
            if converted && k > PIECE {
                k = PIECE;
                while !text.is_char_boundary(k) {
                    k -= 1;
                }
            }
            let t = text[..k].to_owned();
            self.emit(Event::Text(t), k);
            left -= k;
        }
    }

    fn close_element(&mut self, raw: Raw) {
        let Some(o) = self.elements.pop() else { return };
        self.push(Event::End { name: o.shown }, raw);
        for _ in 0..o.bound {
            if let Some(prefix) = self.spaces.as_mut().and_then(|s| s.unbind()) {
                self.push(Event::EndNamespace { prefix: (!prefix.is_empty()).then_some(prefix) }, Raw::None);
            }
        }
        if self.elements.is_empty() && self.role == super::Role::Document && self.expansions.is_empty() {
            self.stage = Stage::Epilog;
        }
    }

    fn open_element(&mut self, name: String, given: Vec<Given>, empty: bool, n: usize) -> Step {
        let tag_at = self.at(0);
        let mut attributes: Vec<(String, String)> = Vec::with_capacity(given.len());
        {
            let dtd = self.dtd.borrow();
            let known = dtd.attributes.get(&name).map(Vec::as_slice).unwrap_or_default();
            for g in &given {
                if attributes.iter().any(|(name, _)| *name == g.name) {
                    return Err(Stop::Bad(Code::DuplicateAttribute, self.at(g.at)));
                }
                let is_cdata = known.iter().find(|k| k.name == g.name).is_none_or(|k| k.is_cdata);
                let v = attribute_value(&dtd, &g.value, is_cdata).map_err(|code| Stop::Bad(code, tag_at))?;
                attributes.push((g.name.clone(), v));
            }
        }
        let mut specified = attributes.len();
        {
            let dtd = self.dtd.borrow();
            for k in dtd.attributes.get(&name).map(Vec::as_slice).unwrap_or_default() {
                if let Some(v) = &k.default
                    && attributes.iter().all(|(name, _)| *name != k.name)
                {
                    attributes.push((k.name.clone(), v.clone()));
                }
            }
        }
        let raw = self.take(n);
        let (mut bound, mut shown) = (0, name.clone());
        if let Some(spaces) = &mut self.spaces {
            let fail = |code| Stop::Bad(code, tag_at);
            let mut kept = Vec::with_capacity(attributes.len());
            let mut events = Vec::new();
            let was = specified;
            for (i, (name, value)) in attributes.into_iter().enumerate() {
                let prefix = if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") };
                let Some(prefix) = prefix else {
                    kept.push((name, value));
                    continue;
                };
                spaces.bind(prefix, &value).map_err(fail)?;
                bound += 1;
                specified -= usize::from(i < was);
                let some = |s: &str| (!s.is_empty()).then(|| s.to_owned());
                events.push(Event::StartNamespace { prefix: some(prefix), uri: some(&value) });
            }
            shown = spaces.expand(&name, false).map_err(fail)?;
            for i in 0..kept.len() {
                let full = spaces.expand(&kept[i].0, true).map_err(fail)?;
                if kept[i].0.contains(':') && kept[..i].iter().any(|(name, _)| *name == full) {
                    return Err(fail(Code::DuplicateAttribute));
                }
                kept[i].0 = full;
            }
            attributes = kept;
            for e in events {
                self.push(e, Raw::None);
            }
        }
        self.push(Event::Start { name: shown.clone(), attributes, specified }, raw);
        self.elements.push(Open { raw: name, shown, bound });
        self.stage = Stage::Content;
        if empty {
            if self.expansions.is_empty() {
                // The end of an empty element is where its tag ends.
                self.event_at = self.input.pos;
            }
            self.close_element(Raw::None);
        }
        Ok(true)
    }

    fn entity_reference(&mut self, name: String, n: usize) -> Step {
        if let Some(c) = predefined(&name) {
            self.emit(Event::Text(c.into()), n);
            return Ok(true);
        }
        let at = self.at(0);
        let (strict, found) = {
            let d = self.dtd.borrow();
            (!d.has_references || d.standalone, d.general.get(&name).cloned())
        };
        let Some(e) = found else {
            if strict {
                return Err(Stop::Bad(Code::UndefinedEntity, at));
            }
            self.emit(Event::Skipped { name, is_parameter: false }, n);
            return Ok(true);
        };
        if e.open {
            return Err(Stop::Bad(Code::RecursiveEntityRef, at));
        }
        if e.notation.is_some() {
            return Err(Stop::Bad(Code::BinaryEntityRef, at));
        }
        if let Some(text) = e.value {
            if !self.wishes.expand {
                self.emit(Event::Skipped { name, is_parameter: false }, n);
                return Ok(true);
            }
            self.take(n);
            self.account(text.len())?;
            if let Some(known) = self.dtd.borrow_mut().general.get_mut(&name) {
                known.open = true;
            }
            let depth = self.elements.len();
            self.expansions.push(Expansion { text, at: 0, name, depth });
            return Ok(true);
        }
        if self.wishes.external {
            let mut context: Vec<String> = self.spaces.as_ref().map(|s| s.context()).unwrap_or_default();
            context.push(name);
            let event = Event::External { context: Some(context.join("\u{c}")), base: e.base, system: e.system, public: e.public };
            self.emit(event, n);
        } else {
            self.emit(Event::Other, n);
        }
        Ok(true)
    }

    pub(super) fn cdata(&mut self) -> Step {
        let (text, last) = match self.expansions.last() {
            Some(e) => (&e.text[e.at..], true),
            None => (self.input.rest(), self.input.last),
        };
        let Some(c) = text.chars().next() else { return Err(self.moved(Stop::More)) };
        if text.starts_with("]]>") {
            self.emit(Event::EndCdata, 3);
            self.stage = Stage::Content;
            return Ok(true);
        }
        if c == '\n' || c == '\r' {
            if text == "\r" && !last {
                return Err(self.moved(Stop::More));
            }
            let n = if text.starts_with("\r\n") { 2 } else { 1 };
            self.emit(Event::Text("\n".into()), n);
            return Ok(true);
        }
        let end = text.find(['\n', '\r']).unwrap_or(text.len());
        let mut n = text[..end].find("]]>").unwrap_or(end);
        if n == text.len() {
            // The end may be the beginning of the closing mark.
            n = text.trim_end_matches(']').len().max(n.saturating_sub(2));
        }
        if let Some(i) = text[..n].find(|c| !is_xml(c)) {
            return Err(Stop::Bad(Code::InvalidToken, self.at(i)));
        }
        if n == 0 {
            return Err(self.moved(Stop::More));
        }
        self.text(n);
        Ok(true)
    }
}
