//! What stands outside the root element: encoding, XML declaration, document type, comments and instructions.

use super::chars::*;
use super::content::{attribute_value, comment, instruction};
use super::dtd::{declaration, external_id};
use super::{Code, Encoding, Event, Expansion, Parser, Raw, Role, Stage, Step};

/// Name, value pairs of an XML or text declaration: version, encoding, standalone.
/// The last number is where the encoding's name stands.
type Declaration = (Option<String>, Option<String>, i32, usize);

/// `<?xml … ?>`. `text_only`: the form at the start of external entities.
fn xml_declaration(c: &mut Cursor<'_>, text_only: bool) -> Scan<Declaration> {
    let code = if text_only { Code::TextDecl } else { Code::XmlDecl };
    c.expect("<?xml")?;
    let end = c.until("?>")?;
    let from = c.at - end.len() - 2;
    let mut d = Cursor::new(end);
    let (mut version, mut encoding, mut standalone) = (None, None, -1);
    let (mut last, mut encoding_at) = (0, 0);
    loop {
        let spaced = d.spaces();
        if d.at == end.len() {
            break;
        }
        let at = from + d.at;
        let bad = Stop::Bad(code, at);
        let Ok(name) = d.name().map(str::to_owned).or_else(|_| if d.at < end.len() { let s = &end[d.at..]; d.at = end.len(); Ok(s.to_owned()) } else { Err(()) }) else { return Err(bad) };
        if !spaced {
            return Err(bad);
        }
        d.spaces();
        if d.expect("=").is_err() {
            return Err(Stop::Bad(code, from + d.at));
        }
        d.spaces();
        let value_at = from + d.at + 1;
        let Ok(value) = d.quoted() else { return Err(Stop::Bad(code, from + d.at)) };
        let order = match name.as_str() {
            "version" => {
                version = Some(value.to_owned());
                1
            }
            "encoding" if value.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                encoding = Some(value.to_owned());
                encoding_at = value_at;
                2
            }
            "standalone" if !text_only && (value == "yes" || value == "no") => {
                standalone = (value == "yes").into();
                3
            }
            _ => return Err(bad),
        };
        if order <= last || version.is_none() && !text_only {
            return Err(bad);
        }
        last = order;
    }
    if version.is_none() && !text_only || encoding.is_none() && text_only {
        return Err(Stop::Bad(code, c.at - 2));
    }
    Ok((version, encoding, standalone, encoding_at))
}

/// The encoding of a name; `None` for one that is not built in.
fn encoding_of(name: &str) -> Option<Encoding> {
    let upper = name.to_ascii_uppercase();
    Some(match upper.as_str() {
        "UTF-8" => Encoding::Utf8,
        "UTF-16" | "UTF-16BE" => Encoding::Utf16 { big: true },
        "UTF-16LE" => Encoding::Utf16 { big: false },
        "ISO-8859-1" => Encoding::Latin1,
        "US-ASCII" => Encoding::Ascii,
        _ => return None,
    })
}

impl Parser {
    /// Find out the encoding from the first bytes. `false`: more bytes are needed.
    pub(super) fn detect(&mut self) -> Result<bool, Code> {
        let raw = self.input.raw();
        let last = self.input.last;
        if raw.is_empty() && last {
            self.input.encoding = Encoding::Utf8;
            return Ok(true);
        }
        let forced = self.forced.clone();
        let wide = match (raw, &forced) {
            ([0xfe, 0xff, ..], _) => Some((true, 2)),
            ([0xff, 0xfe, ..], _) => Some((false, 2)),
            ([0, b, ..], _) if *b != 0 => Some((true, 0)),
            ([b, 0, ..], _) if *b != 0 => Some((false, 0)),
            _ => None,
        };
        if forced.is_none()
            && let Some((big, bom)) = wide
        {
            self.input.skip_raw(bom);
            self.input.encoding = Encoding::Utf16 { big };
            return Ok(true);
        }
        if let Some(name) = forced {
            return match encoding_of(&name) {
                Some(Encoding::Utf16 { big }) => {
                    if raw.len() < 2 && !last {
                        return Ok(false);
                    }
                    let (big, bom) = wide.filter(|w| w.1 == 2).unwrap_or((big, 0));
                    self.input.skip_raw(bom);
                    self.input.encoding = Encoding::Utf16 { big };
                    Ok(true)
                }
                Some(e) => {
                    if matches!(e, Encoding::Utf8) && raw.starts_with(&[0xef, 0xbb, 0xbf]) {
                        self.input.skip_raw(3);
                    }
                    self.input.encoding = e;
                    Ok(true)
                }
                None => {
                    // Asked once; `set_table` sets the encoding.
                    self.forced = None;
                    self.push(Event::UnknownEncoding(name), Raw::None);
                    Ok(true)
                }
            };
        }
        if !last && (raw.len() < 2 || [0xef, 0xbb, 0xbf].starts_with(raw)) {
            return Ok(false);
        }
        let mark = if raw.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
        let body = &raw[mark..];
        let declared = match body.starts_with(b"<?xml") || b"<?xml".starts_with(body) {
            true => match body.windows(2).position(|w| w == b"?>") {
                Some(end) => std::str::from_utf8(&body[..end + 2]).ok().and_then(|t| {
                    let d = xml_declaration(&mut Cursor::new(t), self.role != Role::Document);
                    d.ok().and_then(|d| d.1)
                }),
                None if last || body.len() > 4096 || body.len() > 5 && !body[5].is_ascii_whitespace() => None,
                None => return Ok(false),
            },
            false => None,
        };
        self.input.skip_raw(mark);
        match declared.as_deref().map(|n| (n, encoding_of(n))) {
            None => self.input.encoding = Encoding::Utf8,
            Some((_, Some(Encoding::Utf16 { .. }))) => self.input.encoding = Encoding::Utf8,
            Some((_, Some(e))) => self.input.encoding = e,
            Some((name, None)) => {
                let name = name.to_owned();
                self.push(Event::UnknownEncoding(name), Raw::None);
            }
        }
        Ok(true)
    }

    pub(super) fn begin(&mut self) -> Step {
        let text = self.input.rest();
        let last = self.input.last;
        let text_only = self.role != Role::Document;
        let next = match self.role {
            Role::Document => Stage::Prolog,
            Role::General => Stage::Content,
            Role::Parameter => Stage::Subset,
        };
        if text.is_empty() && !last {
            return Ok(false);
        }
        let open = !last && text.len() <= 5 && "<?xml".starts_with(text);
        if open {
            return Err(Stop::More);
        }
        let is_declaration = text.strip_prefix("<?xml").is_some_and(|t| t.starts_with(is_space));
        if !is_declaration {
            self.stage = next;
            return Ok(true);
        }
        let mut c = Cursor::new(text);
        let (version, encoding, standalone, encoding_at) = xml_declaration(&mut c, text_only).map_err(|s| self.moved(s))?;
        let n = c.at;
        // Characters of two bytes cannot turn out to be of one, nor the other way round.
        let wide = matches!(self.input.encoding, Encoding::Utf16 { .. });
        let declared = encoding.as_deref().and_then(encoding_of);
        if self.forced.is_none() && declared.is_some_and(|e| matches!(e, Encoding::Utf16 { .. }) != wide) {
            self.pending = Some((Code::IncorrectEncoding, self.at(encoding_at)));
        }
        if standalone == 1 {
            self.dtd.borrow_mut().standalone = true;
        }
        self.stage = next;
        self.emit(Event::XmlDecl { version, encoding, standalone }, n);
        Ok(true)
    }

    /// Between markup outside the root element.
    pub(super) fn misc(&mut self) -> Step {
        let text = self.input.rest();
        let Some(first) = text.chars().next() else {
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
            if self.stage == Stage::Epilog {
                self.event_at = end;
                self.stage = Stage::Done;
                return Ok(false);
            }
            return Err(Stop::Bad(Code::NoElements, end));
        };
        if is_space(first) {
            let n = text.find(|c| !is_space(c)).unwrap_or(text.len());
            self.emit(Event::Other, n);
            return Ok(true);
        }
        let mut c = Cursor::new(text);
        let junk = if self.stage == Stage::Epilog { Code::JunkAfterDocElement } else { Code::Syntax };
        if first != '<' {
            let n = text.find(|c| !is_name(c)).unwrap_or(text.len());
            return match text[n..].chars().next() {
                _ if n == 0 => Err(Stop::Bad(if is_delimiter(first) { junk } else { Code::InvalidToken }, self.at(0))),
                None if !self.input.last => Err(Stop::More),
                Some(c) if !is_space(c) && !">),|[%+*?".contains(c) => Err(Stop::Bad(Code::InvalidToken, self.at(n))),
                _ => Err(Stop::Bad(junk, self.at(0))),
            };
        }
        let second = text[1..].chars().next().ok_or(Stop::More)?;
        match second {
            '?' => {
                let (target, data) = instruction(&mut c).map_err(|s| self.moved(s))?;
                let n = c.at;
                self.emit(Event::Pi { target, data }, n);
            }
            '!' if c.looking_at("<!--")? => {
                let t = comment(&mut c).map_err(|s| self.moved(s))?;
                let n = c.at;
                self.emit(Event::Comment(t), n);
            }
            '!' if c.looking_at("<!DOCTYPE")? => {
                if self.stage != Stage::Prolog {
                    return Err(Stop::Bad(junk, self.at(0)));
                }
                return self.doctype();
            }
            '!' => return Err(Stop::Bad(if self.stage == Stage::Epilog { junk } else { Code::Syntax }, self.at(0))),
            ch if is_name_start(ch) => {
                if self.stage == Stage::Epilog {
                    return Err(Stop::Bad(junk, self.at(0)));
                }
                if self.stage == Stage::Prolog && self.foreign_dtd && self.parameter_entities != 0 && self.wishes.external {
                    self.foreign_dtd = false;
                    self.dtd.borrow_mut().has_references = true;
                    self.push(Event::External { context: None, base: self.base.clone(), system: None, public: None }, Raw::None);
                    return Ok(true);
                }
                self.stage = Stage::Content;
            }
            _ => {
                let code = if second == '/' && self.stage == Stage::Epilog { junk } else { Code::InvalidToken };
                return Err(Stop::Bad(code, self.at(usize::from(code == Code::InvalidToken))));
            }
        }
        Ok(true)
    }

    fn doctype(&mut self) -> Step {
        let mut c = Cursor::new(self.input.rest());
        let head = (|| {
            c.expect("<!DOCTYPE")?;
            c.need_spaces()?;
            let name = c.name()?.to_owned();
            c.spaces();
            let id = match c.peek()? {
                '[' | '>' => None,
                _ => match external_id(&mut c, false)? {
                    Some(id) => Some(id),
                    None => return c.syntax(),
                },
            };
            c.spaces();
            let internal = match c.peek()? {
                '[' => true,
                '>' => false,
                _ => return c.syntax(),
            };
            c.at += 1;
            Ok((name, id, internal))
        })();
        let n = c.at;
        let (name, id, has_internal) = head.map_err(|s| self.moved(s))?;
        if id.is_some() {
            self.dtd.borrow_mut().has_references = true;
        }
        let refused_early = id.is_some() && self.parameter_entities == 0 && !self.dtd.borrow().standalone;
        self.doctype = id.clone();
        let (system, public) = id.unwrap_or_default();
        let raw = self.take(n);
        // The event comes with the token that ends the head.
        self.event_at = self.input.pos - 1;
        if refused_early {
            self.push(Event::NotStandalone, Raw::None);
        }
        self.push(Event::StartDoctype { name, system, public, has_internal }, raw);
        if has_internal {
            self.stage = Stage::Subset;
        } else {
            self.end_doctype(Raw::None);
        }
        Ok(true)
    }

    fn end_doctype(&mut self, raw: Raw) {
        let id = self.doctype.take();
        let foreign = std::mem::take(&mut self.foreign_dtd);
        let standalone = self.dtd.borrow().standalone;
        if id.is_some() || foreign {
            if foreign {
                self.dtd.borrow_mut().has_references = true;
            }
            let wanted = self.parameter_entities == 2 || self.parameter_entities == 1 && !standalone;
            let (system, public) = id.unwrap_or_default();
            if wanted && self.wishes.external {
                self.push(Event::External { context: None, base: self.base.clone(), system, public }, Raw::None);
            }
            if !standalone && wanted {
                self.push(Event::NotStandalone, Raw::None);
            }
        }
        self.push(Event::EndDoctype, raw);
        self.stage = Stage::AfterDoctype;
    }

    pub(super) fn after_subset(&mut self) -> Step {
        let text = self.input.rest();
        let n = text.find(|c| !is_space(c)).unwrap_or(text.len());
        match text[n..].chars().next() {
            None => Err(Stop::More),
            Some('>') => {
                let raw = self.take(n + 1);
                self.event_at = self.input.pos - 1;
                self.end_doctype(raw);
                Ok(true)
            }
            Some(_) => Err(Stop::Bad(Code::Syntax, self.at(n))),
        }
    }

    /// Inside the internal subset, an external one, or a parameter entity.
    pub(super) fn subset(&mut self) -> Step {
        let external = self.role == Role::Parameter || !self.expansions.is_empty();
        let text = match self.expansions.last() {
            Some(e) => &e.text[e.at..],
            None => self.input.rest(),
        };
        let Some(first) = text.chars().next() else { return self.subset_end() };
        let mut c = Cursor::new(text);
        match first {
            _ if is_space(first) => {
                let n = text.find(|c| !is_space(c)).unwrap_or(text.len());
                self.emit(Event::Other, n);
            }
            ']' if text.starts_with("]]>") && external => {
                // The end of an INCLUDE section.
                self.emit(Event::Other, 3);
            }
            ']' if self.role == Role::Document && self.expansions.is_empty() => {
                self.emit(Event::Other, 1);
                self.stage = Stage::AfterSubset;
            }
            '%' => {
                let name = (|| {
                    c.at = 1;
                    let name = c.name()?.to_owned();
                    c.expect(";")?;
                    Ok(name)
                })()
                .map_err(|s| self.moved(s))?;
                let n = c.at;
                return self.parameter_reference(name, n);
            }
            '<' => {
                let second = match text[1..].chars().next() {
                    Some(s) => s,
                    None => return Err(self.moved(Stop::More)),
                };
                if second == '?' {
                    let (target, data) = instruction(&mut c).map_err(|s| self.moved(s))?;
                    let n = c.at;
                    self.emit(Event::Pi { target, data }, n);
                    return Ok(true);
                }
                if c.looking_at("<!--").map_err(|s| self.moved(s))? {
                    let t = comment(&mut c).map_err(|s| self.moved(s))?;
                    let n = c.at;
                    self.emit(Event::Comment(t), n);
                    return Ok(true);
                }
                if second != '!' {
                    return Err(Stop::Bad(if is_name_start(second) { Code::Syntax } else { Code::InvalidToken }, self.at(0)));
                }
                return if external { self.external_declaration() } else { self.declare(None) };
            }
            _ => return Err(Stop::Bad(if is_name(first) { Code::Syntax } else { Code::InvalidToken }, self.at(0))),
        }
        Ok(true)
    }

    fn subset_end(&mut self) -> Step {
        if let Some(e) = self.expansions.pop() {
            if let Some(known) = self.dtd.borrow_mut().parameter.get_mut(&e.name) {
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
        if self.role == Role::Parameter {
            self.stage = Stage::Done;
            return Ok(false);
        }
        Err(Stop::Bad(if self.role == Role::Document { Code::NoElements } else { Code::UnclosedToken }, self.input.text.len()))
    }

    /// A declaration at the current place, or in the text given for it.
    fn declare(&mut self, replaced: Option<(String, usize)>) -> Step {
        let external = self.role == Role::Parameter || !self.expansions.is_empty();
        let text = match (&replaced, self.expansions.last()) {
            (Some((t, _)), _) => t.as_str(),
            (None, Some(e)) => &e.text[e.at..],
            (None, None) => self.input.rest(),
        };
        let mut c = Cursor::new(text);
        let base = self.base.clone();
        let done = declaration(&mut c, &mut self.dtd.borrow_mut(), base.as_deref(), external, &|dtd, t, cdata| attribute_value(dtd, t, cdata));
        let n = replaced.as_ref().map_or(c.at, |r| r.1);
        let events = done.map_err(|s| self.moved(s))?;
        let start = self.at(0);
        let inside = replaced.is_none() && self.expansions.is_empty();
        let raw = self.take(n);
        let mut raw = Some(raw);
        if events.is_empty() {
            self.push(Event::Other, raw.take().unwrap_or(Raw::None));
        }
        for (e, at) in events {
            if inside {
                self.event_at = start + at;
            }
            let r = raw.take().unwrap_or(Raw::None);
            self.push(e, r);
        }
        Ok(true)
    }

    /// A declaration or conditional section outside the document, where parameter entities may stand inside declarations.
    fn external_declaration(&mut self) -> Step {
        let text = match self.expansions.last() {
            Some(e) => &e.text[e.at..],
            None => self.input.rest(),
        };
        // Where the declaration ends, quotes respected.
        let (mut quote, mut end) = (None, None);
        for (i, ch) in text.char_indices() {
            match (quote, ch) {
                (Some(q), _) if q == ch => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(ch),
                (None, '>') | (None, '[') if i > 3 || ch == '>' => {
                    end = Some(i + 1);
                    break;
                }
                _ => {}
            }
        }
        let Some(end) = end else { return Err(self.moved(Stop::More)) };
        let head = text[..end].to_owned();
        if !head.starts_with("<![") && !head.contains('%') {
            return self.declare(None);
        }
        let replaced = self.replace_parameters(&head)?;
        if !head.starts_with("<![") {
            return self.declare(Some((replaced, end)));
        }
        let word = replaced[3..].trim_end_matches('[').trim();
        if word == "INCLUDE" {
            self.emit(Event::Other, end);
            return Ok(true);
        }
        if word != "IGNORE" {
            return Err(Stop::Bad(Code::Syntax, self.at(0)));
        }
        let text = match self.expansions.last() {
            Some(e) => &e.text[e.at..],
            None => self.input.rest(),
        };
        let (mut depth, mut at) = (1, end);
        while depth > 0 {
            let (open, close) = (text[at..].find("<!["), text[at..].find("]]>"));
            match (open, close) {
                (Some(o), Some(c)) if o < c => {
                    depth += 1;
                    at += o + 3;
                }
                (_, Some(c)) => {
                    depth -= 1;
                    at += c + 3;
                }
                _ => return Err(self.moved(Stop::More)),
            }
        }
        self.emit(Event::Other, at);
        Ok(true)
    }

    /// A declaration's text with its parameter entities replaced, but for those in quotes, which belong to entity values.
    fn replace_parameters(&mut self, head: &str) -> Result<String, Stop> {
        let mut out = String::with_capacity(head.len());
        let mut todo: Vec<String> = vec![head.to_owned()];
        let mut quote = None;
        let mut steps = 0;
        while let Some(text) = todo.pop() {
            let mut chars = text.char_indices();
            while let Some((i, ch)) = chars.next() {
                match (quote, ch) {
                    (Some(q), _) if q == ch => quote = None,
                    (None, '"' | '\'') => quote = Some(ch),
                    (None, '%') if text[i + 1..].starts_with(is_name_start) => {
                        let Some((name, after)) = text[i + 1..].split_once(';') else { return Err(Stop::Bad(Code::InvalidToken, self.at(0))) };
                        let value = self.dtd.borrow().parameter.get(name).and_then(|e| e.value.clone());
                        let Some(value) = value else { return Err(Stop::Bad(Code::UndefinedEntity, self.at(0))) };
                        self.expanded += value.len() as u64;
                        steps += 1;
                        if steps > 1000 || out.len() > 1 << 24 {
                            return Err(Stop::Bad(Code::AmplificationLimitBreach, self.at(0)));
                        }
                        todo.push(after.to_owned());
                        todo.push(format!(" {value} "));
                        break;
                    }
                    _ => {}
                }
                out.push(ch);
            }
        }
        Ok(out)
    }

    fn parameter_reference(&mut self, name: String, n: usize) -> Step {
        let at = self.at(0);
        let standalone = self.dtd.borrow().standalone;
        self.dtd.borrow_mut().has_references = true;
        let wanted = self.parameter_entities == 2 || self.parameter_entities == 1 && !standalone;
        if !wanted {
            self.dtd.borrow_mut().ignore = !standalone;
            self.emit(Event::Other, n);
            if !standalone {
                self.push(Event::NotStandalone, Raw::None);
            }
            return Ok(true);
        }
        let found = self.dtd.borrow().parameter.get(&name).cloned();
        let Some(e) = found else {
            self.dtd.borrow_mut().ignore = !standalone;
            self.emit(Event::Skipped { name, is_parameter: true }, n);
            return Ok(true);
        };
        if e.open {
            return Err(Stop::Bad(Code::RecursiveEntityRef, at));
        }
        if let Some(text) = e.value {
            self.take(n);
            self.account(text.len())?;
            if let Some(known) = self.dtd.borrow_mut().parameter.get_mut(&name) {
                known.open = true;
            }
            self.expansions.push(Expansion { text, at: 0, name, depth: 0 });
        } else if self.wishes.external {
            self.emit(Event::External { context: None, base: e.base, system: e.system, public: e.public }, n);
        } else {
            self.dtd.borrow_mut().ignore = !standalone;
            self.emit(Event::Other, n);
        }
        Ok(true)
    }
}
