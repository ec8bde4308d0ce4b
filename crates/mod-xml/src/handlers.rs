//! The handlers of a parser: which there are, and how an event becomes a call.

use crate::parser::{Event, Model, Raw};
use crate::pyparser::PyXmlParser;
use std::cell::Cell;
use taipan_object::prelude::*;

/// The handlers, in the order of their attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Handler {
    StartElement,
    EndElement,
    ProcessingInstruction,
    CharacterData,
    UnparsedEntityDecl,
    NotationDecl,
    StartNamespaceDecl,
    EndNamespaceDecl,
    Comment,
    StartCdataSection,
    EndCdataSection,
    Default,
    DefaultExpand,
    NotStandalone,
    ExternalEntityRef,
    StartDoctypeDecl,
    EndDoctypeDecl,
    EntityDecl,
    XmlDecl,
    ElementDecl,
    AttlistDecl,
    SkippedEntity,
}
pub const COUNT: usize = 22;

/// The callables that are set.
#[derive(Default)]
pub struct Handlers {
    set: [FieldCell<Object>; COUNT],
    /// Whether the default handler is the expanding one; the one that was set last counts.
    pub expanding: Cell<bool>,
}

impl GcField for Handlers {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        self.set.iter().try_for_each(|f| f.traverse(v))
    }
    fn gc_clear(&self) {
        self.set.iter().for_each(|f| f.gc_clear());
    }
}

impl Handlers {
    pub fn get(&self, h: Handler) -> Option<Own<Object>> {
        self.set[h as usize].own()
    }
    pub fn set(&self, h: Handler, f: Option<Own<Object>>, cx: &mut Cx) {
        self.set[h as usize].set(f, cx);
    }
    pub fn has(&self, h: Handler) -> bool {
        !self.set[h as usize].is_empty()
    }
    /// The default handler in force.
    pub fn default_handler(&self) -> Option<Own<Object>> {
        self.get(if self.expanding.get() { Handler::DefaultExpand } else { Handler::Default })
    }
    pub fn clear(&self, cx: &mut Cx) {
        for f in &self.set {
            f.set(None, cx);
        }
    }
    pub fn copy_from(&self, other: &Handlers, cx: &mut Cx) {
        for (f, o) in self.set.iter().zip(&other.set) {
            f.set(o.own(), cx);
        }
        self.expanding.set(other.expanding.get());
    }
}

fn optional(p: &PyXmlParser, s: Option<&str>, cx: &mut Cx) -> PyResult {
    match s {
        Some(s) => p.intern(s, cx),
        None => Ok(none().own()),
    }
}

fn plain(s: Option<&str>, cx: &mut Cx) -> PyResult {
    match s {
        Some(s) => PyStr::new(s, cx).map(Own::into_object),
        None => Ok(none().own()),
    }
}

fn number(n: i32, cx: &mut Cx) -> PyResult {
    PyInt::new(n.into(), cx).map(Own::into_object)
}

/// Deepest content model that is told; tuples nested further are of no use to anybody.
const DEPTH_MAX: usize = 5_000;

/// A content model as nested tuples. Built from the leaves up, so that depth costs no stack.
fn model(p: &PyXmlParser, m: &Model, cx: &mut Cx) -> PyResult {
    let mut stack: Vec<(&Model, usize, Vec<Own<Object>>)> = vec![(m, 0, Vec::new())];
    loop {
        if stack.len() > DEPTH_MAX {
            return Err(cx.raise_msg(exc::RecursionError(), format_args!("maximum recursion depth exceeded in conv_content_model")));
        }
        let Some((node, next, _)) = stack.last_mut() else { return Err(cx.runtime_error(format_args!("empty content model"))) };
        if let Some(child) = node.children.get(*next) {
            *next += 1;
            stack.push((child, 0, Vec::new()));
            continue;
        }
        let Some((node, _, children)) = stack.pop() else { return Err(cx.runtime_error(format_args!("empty content model"))) };
        let children = PyTuple::from_vec(children, cx)?;
        let name = optional(p, node.name.as_deref(), cx)?;
        let (kind, quant) = (number(node.kind, cx)?, number(node.quant, cx)?);
        let t = PyTuple::from_slice(&[&kind, &quant, &name, &children], cx)?.into_object();
        match stack.last_mut() {
            Some((_, _, above)) => above.push(t),
            None => return Ok(t),
        }
    }
}

/// The attributes of an element as the parser's options want them: a dict, or a list of names and values.
fn attributes(p: &PyXmlParser, given: &[(String, String)], specified: usize, cx: &mut Cx) -> PyResult {
    let n = if p.specified_attributes.get() { specified } else { given.len() };
    if p.ordered_attributes.get() {
        let list = PyList::new(cx)?;
        for (name, value) in &given[..n] {
            list.push(p.intern(name, cx)?, cx)?;
            list.push(PyStr::new(value, cx)?.into_object(), cx)?;
        }
        return Ok(list.into_object());
    }
    let dict = PyDict::new(cx)?;
    for (name, value) in &given[..n] {
        let (name, value) = (p.intern(name, cx)?, PyStr::new(value, cx)?);
        dict.set(&name, &value, cx)?;
    }
    Ok(dict.into_object())
}

/// Hand markup without a handler to the default handler.
fn default(p: &PyXmlParser, raw: &Raw, in_pieces: bool, cx: &mut Cx) -> PyResult<()> {
    let Raw::Text(text) = raw else { return Ok(()) };
    if text.is_empty() || p.handlers.default_handler().is_none() {
        return Ok(());
    }
    let handler = if p.handlers.expanding.get() { Handler::DefaultExpand } else { Handler::Default };
    let mut rest = text.as_str();
    let by_token = in_pieces || rest.starts_with("<!") && !rest.starts_with("<!--") && !rest.starts_with("<![");
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(if by_token { token_len(rest) } else { rest.len() });
        let piece = PyStr::new(piece, cx)?;
        p.call(handler, &[&piece], cx)?;
        if p.handlers.default_handler().is_none() {
            break;
        }
        rest = after;
    }
    Ok(())
}

/// Length of the first token of a declaration: blanks, `<!WORD`, a quoted text, a word, or one character.
fn token_len(text: &str) -> usize {
    let space = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    let word = |c: char| c.is_alphanumeric() || "_:.-#".contains(c) || !c.is_ascii();
    let up_to = |from: usize, end: &dyn Fn(char) -> bool| text[from..].find(|c| end(c)).map_or(text.len(), |i| from + i);
    match text.chars().next() {
        None => 0,
        Some(c) if space(c) => up_to(0, &|c| !space(c)),
        Some('<') if text.starts_with("<!") => up_to(2, &|c| !word(c)),
        Some(q @ ('"' | '\'')) => text[1..].find(q).map_or(text.len(), |i| i + 2),
        Some('%') => up_to(1, &|c| !word(c)).saturating_add(1).min(text.len()),
        Some(c) if word(c) => up_to(0, &|c| !word(c)),
        Some(c) => c.len_utf8(),
    }
}

/// Call what an event is for. `false`: a handler refuses to go on (for the two that may).
pub fn dispatch(p: &PyXmlParser, event: Event, raw: Raw, cx: &mut Cx) -> PyResult<bool> {
    use Handler as H;
    let has = |h: Handler| p.handlers.has(h);
    match event {
        Event::Text(t) if has(H::CharacterData) => p.characters(&t, cx)?,
        Event::Start { name, attributes: given, specified } if has(H::StartElement) => {
            let name = p.intern(&name, cx)?;
            let attrs = attributes(p, &given, specified, cx)?;
            p.call(H::StartElement, &[&name, &attrs], cx)?;
        }
        Event::End { name } if has(H::EndElement) => {
            let name = p.intern(&name, cx)?;
            p.call(H::EndElement, &[&name], cx)?;
        }
        Event::Pi { target, data } if has(H::ProcessingInstruction) => {
            let (target, data) = (p.intern(&target, cx)?, PyStr::new(&data, cx)?);
            p.call(H::ProcessingInstruction, &[&target, &data], cx)?;
        }
        Event::Comment(t) if has(H::Comment) => {
            let t = PyStr::new(&t, cx)?;
            p.call(H::Comment, &[&t], cx)?;
        }
        Event::StartCdata if has(H::StartCdataSection) => p.call(H::StartCdataSection, &[], cx).map(drop)?,
        Event::EndCdata if has(H::EndCdataSection) => p.call(H::EndCdataSection, &[], cx).map(drop)?,
        Event::StartNamespace { prefix, uri } if has(H::StartNamespaceDecl) => {
            let (prefix, uri) = (optional(p, prefix.as_deref(), cx)?, optional(p, uri.as_deref(), cx)?);
            p.call(H::StartNamespaceDecl, &[&prefix, &uri], cx)?;
        }
        Event::EndNamespace { prefix } if has(H::EndNamespaceDecl) => {
            let prefix = optional(p, prefix.as_deref(), cx)?;
            p.call(H::EndNamespaceDecl, &[&prefix], cx)?;
        }
        Event::XmlDecl { version, encoding, standalone } if has(H::XmlDecl) => {
            let (v, e, s) = (plain(version.as_deref(), cx)?, plain(encoding.as_deref(), cx)?, number(standalone, cx)?);
            p.call(H::XmlDecl, &[&v, &e, &s], cx)?;
        }
        Event::StartDoctype { name, system, public, has_internal } if has(H::StartDoctypeDecl) => {
            let name = p.intern(&name, cx)?;
            let (system, public) = (optional(p, system.as_deref(), cx)?, optional(p, public.as_deref(), cx)?);
            let internal = number(has_internal.into(), cx)?;
            p.call(H::StartDoctypeDecl, &[&name, &system, &public, &internal], cx)?;
        }
        Event::EndDoctype if has(H::EndDoctypeDecl) => p.call(H::EndDoctypeDecl, &[], cx).map(drop)?,
        Event::ElementDecl { name, model: m } if has(H::ElementDecl) => {
            let name = p.intern(&name, cx)?;
            let m = model(p, &m, cx)?;
            p.call(H::ElementDecl, &[&name, &m], cx)?;
        }
        Event::AttlistDecl { element, name, kind, default, required } if has(H::AttlistDecl) => {
            let (element, name) = (p.intern(&element, cx)?, p.intern(&name, cx)?);
            let (kind, default, required) = (PyStr::new(&kind, cx)?, plain(default.as_deref(), cx)?, number(required.into(), cx)?);
            p.call(H::AttlistDecl, &[&element, &name, &kind, &default, &required], cx)?;
        }
        Event::EntityDecl { name, base, system, public, notation: Some(n), .. } if has(H::UnparsedEntityDecl) => {
            let name = p.intern(&name, cx)?;
            let base = optional(p, base.as_deref(), cx)?;
            let (system, public) = (optional(p, system.as_deref(), cx)?, optional(p, public.as_deref(), cx)?);
            let n = p.intern(&n, cx)?;
            p.call(H::UnparsedEntityDecl, &[&name, &base, &system, &public, &n], cx)?;
        }
        Event::EntityDecl { name, is_parameter, value, base, system, public, notation } if has(H::EntityDecl) => {
            let name = p.intern(&name, cx)?;
            let (is_parameter, value) = (number(is_parameter.into(), cx)?, plain(value.as_deref(), cx)?);
            let base = optional(p, base.as_deref(), cx)?;
            let (system, public) = (optional(p, system.as_deref(), cx)?, optional(p, public.as_deref(), cx)?);
            let notation = optional(p, notation.as_deref(), cx)?;
            p.call(H::EntityDecl, &[&name, &is_parameter, &value, &base, &system, &public, &notation], cx)?;
        }
        Event::NotationDecl { name, base, system, public } if has(H::NotationDecl) => {
            let name = p.intern(&name, cx)?;
            let base = optional(p, base.as_deref(), cx)?;
            let (system, public) = (optional(p, system.as_deref(), cx)?, optional(p, public.as_deref(), cx)?);
            p.call(H::NotationDecl, &[&name, &base, &system, &public], cx)?;
        }
        Event::Skipped { name, is_parameter } if has(H::SkippedEntity) => {
            let (name, is_parameter) = (p.intern(&name, cx)?, number(is_parameter.into(), cx)?);
            p.call(H::SkippedEntity, &[&name, &is_parameter], cx)?;
        }
        Event::External { context, base, system, public } if has(H::ExternalEntityRef) => {
            let context = plain(context.as_deref(), cx)?;
            let base = optional(p, base.as_deref(), cx)?;
            let (system, public) = (optional(p, system.as_deref(), cx)?, optional(p, public.as_deref(), cx)?);
            let v = p.call(H::ExternalEntityRef, &[&context, &base, &system, &public], cx)?;
            return answer(&v, cx);
        }
        Event::NotStandalone if has(H::NotStandalone) => {
            let v = p.call(H::NotStandalone, &[], cx)?;
            return answer(&v, cx);
        }
        Event::NotStandalone => {}
        Event::EndDoctype => default(p, &raw, true, cx)?,
        _ => default(p, &raw, false, cx)?,
    }
    Ok(true)
}

fn answer(v: &Object, cx: &mut Cx) -> PyResult<bool> {
    let n = taipan_object::abstract_::number::index(v, cx)?;
    Ok(!n.is_zero())
}
