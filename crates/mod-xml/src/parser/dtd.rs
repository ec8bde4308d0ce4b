//! What the document type declares: entities, attributes with defaults, element content models.

use super::chars::*;
use super::{Code, Event};
use std::collections::HashMap;
use std::rc::Rc;

/// An entity, general or parameter.
#[derive(Clone, Default)]
pub struct Entity {
    /// Its text, when it is internal.
    pub value: Option<Rc<str>>,
    pub base: Option<String>,
    pub system: Option<String>,
    pub public: Option<String>,
    pub notation: Option<String>,
    /// Being expanded.
    pub open: bool,
}

/// A declared attribute.
#[derive(Clone)]
pub struct Attribute {
    pub name: String,
    pub is_cdata: bool,
    pub default: Option<String>,
}

/// Declarations so far. An external subset shares them with its document.
#[derive(Default)]
pub struct Dtd {
    pub general: HashMap<String, Entity>,
    pub parameter: HashMap<String, Entity>,
    pub attributes: HashMap<String, Vec<Attribute>>,
    /// Declarations may have been missed: there were references to parameter entities, or an external subset.
    pub has_references: bool,
    pub standalone: bool,
    /// False once something was not read, after which declarations no longer count.
    pub ignore: bool,
}

/// A node of a content model: type, quantifier, name, children.
#[derive(Debug, Default)]
pub struct Model {
    pub kind: i32,
    pub quant: i32,
    pub name: Option<String>,
    pub children: Children,
}

/// The parts of a model. They are dropped without recursion, however deep.
#[derive(Debug, Default)]
pub struct Children(Vec<Model>);

impl std::ops::Deref for Children {
    type Target = Vec<Model>;
    fn deref(&self) -> &Vec<Model> {
        &self.0
    }
}

impl std::ops::DerefMut for Children {
    fn deref_mut(&mut self) -> &mut Vec<Model> {
        &mut self.0
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        let mut todo = std::mem::take(&mut self.0);
        while let Some(mut m) = todo.pop() {
            todo.append(&mut m.children.0);
        }
    }
}

fn quantifier(c: &mut Cursor<'_>) -> Scan<i32> {
    let q = match c.peek()? {
        '?' => 1,
        '*' => 2,
        '+' => 3,
        _ => return Ok(0),
    };
    c.at += 1;
    Ok(q)
}

/// Deepest nesting of groups.
const DEPTH_MAX: usize = 10_000_000;

/// The content of `<!ELEMENT name`.
fn model(c: &mut Cursor<'_>) -> Scan<(Model, usize)> {
    if c.looking_at("EMPTY")? {
        c.at += 5;
        return Ok((Model { kind: 1, ..Model::default() }, c.at - 5));
    }
    if c.looking_at("ANY")? {
        c.at += 3;
        return Ok((Model { kind: 2, ..Model::default() }, c.at - 3));
    }
    c.expect("(")?;
    c.spaces();
    if c.looking_at("#PCDATA")? {
        c.at += 7;
        let mut m = Model { kind: 3, ..Model::default() };
        loop {
            c.spaces();
            match c.peek()? {
                ')' => {
                    let at = c.at;
                    c.at += 1;
                    // `*` is demanded when names are listed.
                    if !m.children.is_empty() || c.peek()? == '*' {
                        c.expect("*")?;
                        m.quant = 2;
                    }
                    return Ok((m, at));
                }
                '|' => {
                    c.at += 1;
                    c.spaces();
                    let name = c.declared_name()?;
                    m.children.push(Model { kind: 4, name: Some(name.into()), ..Model::default() });
                }
                _ => return c.syntax(),
            }
        }
    }
    // Groups that are open, outermost first; their separator is known by their kind.
    let mut open = vec![Model { kind: 6, ..Model::default() }];
    let mut separators = vec![None];
    loop {
        c.spaces();
        if c.peek()? == '(' {
            c.at += 1;
            if open.len() >= DEPTH_MAX {
                return Err(Stop::Bad(Code::NoMemory, c.at));
            }
            open.push(Model { kind: 6, ..Model::default() });
            separators.push(None);
            continue;
        }
        let name = c.declared_name()?;
        let quant = quantifier(c)?;
        let mut done = Model { kind: 4, quant, name: Some(name.into()), children: Children::default() };
        loop {
            let (Some(group), Some(sep)) = (open.last_mut(), separators.last_mut()) else { return Ok((done, c.at)) };
            group.children.push(done);
            c.spaces();
            match c.peek()? {
                ch @ (',' | '|') => {
                    if sep.is_some_and(|s| s != ch) {
                        return c.syntax();
                    }
                    *sep = Some(ch);
                    group.kind = if ch == '|' { 5 } else { 6 };
                    c.at += 1;
                    break;
                }
                ')' => {
                    let at = c.at;
                    c.at += 1;
                    let q = quantifier(c)?;
                    separators.pop();
                    done = open.pop().unwrap_or_default();
                    done.quant = q;
                    if open.is_empty() {
                        return Ok((done, at));
                    }
                }
                _ => return c.syntax(),
            }
        }
    }
}

/// `SYSTEM "…"` or `PUBLIC "…" "…"`: system and public identifier. In notations the system identifier may be missing.
pub fn external_id(c: &mut Cursor<'_>, notation: bool) -> Scan<Option<(Option<String>, Option<String>)>> {
    if c.looking_at("SYSTEM")? {
        c.at += 6;
        c.need_spaces()?;
        return Ok(Some((Some(c.quoted()?.into()), None)));
    }
    if !c.looking_at("PUBLIC")? {
        return Ok(None);
    }
    c.at += 6;
    c.need_spaces()?;
    let at = c.at;
    let public = c.quoted()?;
    if !is_public_id(public) {
        return Err(Stop::Bad(Code::PublicId, at));
    }
    let public = normal_public_id(public);
    let spaced = c.spaces();
    if matches!(c.peek()?, '"' | '\'') {
        if !spaced {
            return c.bad();
        }
        return Ok(Some((Some(c.quoted()?.into()), Some(public))));
    }
    if notation { Ok(Some((None, Some(public)))) } else { c.syntax() }
}

/// The text of an entity: character references and parameter entities are replaced, other references stay.
fn entity_value(dtd: &Dtd, text: &str, in_parameter: bool, depth: usize) -> Result<String, Code> {
    if depth > 40 {
        return Err(Code::RecursiveEntityRef);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(i) = rest.find(['&', '%']) {
        out.push_str(&rest[..i]);
        let (body, after) = rest[i + 1..].split_once(';').ok_or(Code::InvalidToken)?;
        if rest.as_bytes()[i] == b'%' {
            if !in_parameter {
                return Err(Code::ParamEntityRef);
            }
            match dtd.parameter.get(body).and_then(|e| e.value.clone()) {
                Some(value) => out.push_str(&entity_value(dtd, &value, true, depth + 1)?),
                None => return Err(Code::UndefinedEntity),
            }
            if out.len() > 1 << 26 {
                return Err(Code::AmplificationLimitBreach);
            }
        } else if let Some(number) = body.strip_prefix('#') {
            out.push(char_ref(number).ok_or(Code::BadCharRef)?);
        } else {
            out.push('&');
            out.push_str(body);
            out.push(';');
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// Events, each with the offset of the token that completes it.
pub type Events = Vec<(Event, usize)>;

/// One declaration, from `<!` on. Gives its events; `external` says that it stands outside the document's own subset.
pub fn declaration(c: &mut Cursor<'_>, dtd: &mut Dtd, base: Option<&str>, external: bool, normalise: &dyn Fn(&Dtd, &str, bool) -> Result<String, Code>) -> Scan<Events> {
    let start = c.at;
    if c.looking_at("<!ENTITY")? {
        c.at += 8;
        return entity(c, dtd, base, external);
    }
    if c.looking_at("<!ATTLIST")? {
        c.at += 9;
        return attlist(c, dtd, normalise);
    }
    if c.looking_at("<!ELEMENT")? {
        c.at += 9;
        c.need_spaces()?;
        let name = c.declared_name()?.to_owned();
        c.need_spaces()?;
        let (m, at) = model(c)?;
        close(c)?;
        return Ok(if dtd.ignore { vec![] } else { vec![(Event::ElementDecl { name, model: m }, at)] });
    }
    if c.looking_at("<!NOTATION")? {
        c.at += 10;
        c.need_spaces()?;
        let name = c.declared_name()?.to_owned();
        c.need_spaces()?;
        let Some((system, public)) = external_id(c, true)? else { return c.syntax() };
        let at = close(c)?;
        return Ok(vec![(Event::NotationDecl { name, base: base.map(Into::into), system, public }, at)]);
    }
    match c.rest().as_bytes().get(2) {
        None => Err(Stop::More),
        Some(b'A'..=b'Z' | b'a'..=b'z') => Err(Stop::Bad(Code::Syntax, start)),
        Some(_) => Err(Stop::Bad(Code::InvalidToken, start + 2)),
    }
}

/// The end of a declaration; its offset.
fn close(c: &mut Cursor<'_>) -> Scan<usize> {
    c.spaces();
    if c.peek()? != '>' {
        return c.unexpected();
    }
    c.at += 1;
    Ok(c.at - 1)
}

fn entity(c: &mut Cursor<'_>, dtd: &mut Dtd, base: Option<&str>, external: bool) -> Scan<Events> {
    c.need_spaces()?;
    let is_parameter = c.peek()? == '%';
    if is_parameter {
        c.at += 1;
        c.need_spaces()?;
    }
    let name = c.declared_name()?.to_owned();
    c.need_spaces()?;
    let mut e = Entity { base: base.map(Into::into), ..Entity::default() };
    let mut at = c.at;
    let internal = matches!(c.peek()?, '"' | '\'');
    let mut unparsed = false;
    if internal {
        let text = normal_lines(c.quoted()?);
        let value = entity_value(dtd, &text, external, 0).map_err(|code| Stop::Bad(code, at))?;
        e.value = Some(value.into());
        e.base = None;
    } else {
        let Some((system, public)) = external_id(c, false)? else { return c.syntax() };
        (e.system, e.public) = (system, public);
        let spaced = c.spaces();
        if !is_parameter && c.looking_at("NDATA")? {
            if !spaced {
                return c.bad();
            }
            c.at += 5;
            c.need_spaces()?;
            at = c.at;
            unparsed = true;
            e.notation = Some(c.declared_name()?.to_owned());
        }
    }
    let end = close(c)?;
    if !internal && !unparsed {
        at = end;
    }
    if dtd.ignore {
        return Ok(vec![]);
    }
    let event = Event::EntityDecl {
        name: name.clone(),
        is_parameter,
        value: e.value.as_deref().map(Into::into),
        base: base.map(Into::into),
        system: e.system.clone(),
        public: e.public.clone(),
        notation: e.notation.clone(),
    };
    let all = if is_parameter { &mut dtd.parameter } else { &mut dtd.general };
    // The five predefined entities keep their meaning, and the first declaration counts.
    if (is_parameter || predefined(&name).is_none()) && !all.contains_key(&name) {
        all.insert(name, e);
        return Ok(vec![(event, at)]);
    }
    Ok(vec![])
}

fn attlist(c: &mut Cursor<'_>, dtd: &mut Dtd, normalise: &dyn Fn(&Dtd, &str, bool) -> Result<String, Code>) -> Scan<Events> {
    c.need_spaces()?;
    let element = c.declared_name()?.to_owned();
    let mut events = Vec::new();
    let mut found = Vec::new();
    loop {
        let spaced = c.spaces();
        if c.peek()? == '>' {
            c.at += 1;
            break;
        }
        if !spaced {
            return c.bad();
        }
        let name = c.declared_name()?.to_owned();
        c.need_spaces()?;
        let kind = attribute_type(c)?;
        c.need_spaces()?;
        let (mut default, mut required) = (None, false);
        let mut token_at = c.at;
        if c.looking_at("#REQUIRED")? {
            c.at += 9;
            required = true;
        } else if c.looking_at("#IMPLIED")? {
            c.at += 8;
        } else {
            if c.looking_at("#FIXED")? {
                c.at += 6;
                c.need_spaces()?;
                required = true;
            }
            let at = c.at;
            token_at = at;
            if !matches!(c.peek()?, '"' | '\'') {
                return c.unexpected();
            }
            let text = c.quoted()?;
            default = Some(normalise(dtd, text, kind == "CDATA").map_err(|code| Stop::Bad(code, at))?);
        }
        found.push(Attribute { name: name.clone(), is_cdata: kind == "CDATA", default: default.clone() });
        events.push((Event::AttlistDecl { element: element.clone(), name, kind, default, required }, token_at));
    }
    if dtd.ignore {
        return Ok(vec![]);
    }
    let known = dtd.attributes.entry(element).or_default();
    for a in found {
        if known.iter().all(|k| k.name != a.name) {
            known.push(a);
        }
    }
    Ok(events)
}

fn attribute_type(c: &mut Cursor<'_>) -> Scan<String> {
    let mut out = String::new();
    if c.peek()? != '(' {
        let name = c.declared_name()?;
        if name != "NOTATION" {
            let known = ["CDATA", "ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NMTOKEN", "NMTOKENS"];
            return if known.contains(&name) { Ok(name.into()) } else { c.syntax() };
        }
        out.push_str(name);
        c.need_spaces()?;
    }
    c.expect("(")?;
    out.push('(');
    loop {
        c.spaces();
        out.push_str(c.nmtoken()?);
        c.spaces();
        match c.peek()? {
            ')' => {
                c.at += 1;
                out.push(')');
                return Ok(out);
            }
            '|' => {
                c.at += 1;
                out.push('|');
            }
            _ => return c.syntax(),
        }
    }
}
