//! Namespaces: prefixes in scope, and names as `uri SEPARATOR local [SEPARATOR prefix]`.

use super::Code;
use std::collections::HashMap;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

#[derive(Clone)]
pub struct Namespaces {
    separator: Option<char>,
    pub triplets: bool,
    /// What each prefix means, innermost last; the empty prefix is the default namespace.
    bound: HashMap<String, Vec<Option<String>>>,
    /// Prefixes in the order of their binding.
    order: Vec<String>,
}

impl Namespaces {
    pub fn new(separator: Option<char>) -> Namespaces {
        Namespaces { separator, triplets: false, bound: HashMap::from([("xml".to_owned(), vec![Some(XML.to_owned())])]), order: Vec::new() }
    }

    /// Bind a prefix (empty for the default namespace).
    pub fn bind(&mut self, prefix: &str, uri: &str) -> Result<(), Code> {
        if prefix == "xmlns" {
            return Err(Code::ReservedPrefixXmlns);
        }
        if prefix == "xml" && uri != XML {
            return Err(Code::ReservedPrefixXml);
        }
        if (prefix != "xml" && uri == XML) || uri == XMLNS {
            return Err(Code::ReservedNamespaceUri);
        }
        if uri.is_empty() && !prefix.is_empty() {
            return Err(Code::UndeclaringPrefix);
        }
        if self.separator.is_some_and(|s| uri.contains(s)) && self.separator.is_some_and(|s| !is_uri_char(s)) {
            return Err(Code::Syntax);
        }
        self.bound.entry(prefix.to_owned()).or_default().push((!uri.is_empty()).then(|| uri.to_owned()));
        self.order.push(prefix.to_owned());
        Ok(())
    }

    /// Undo the latest binding; its prefix.
    pub fn unbind(&mut self) -> Option<String> {
        let p = self.order.pop()?;
        if let Some(v) = self.bound.get_mut(&p) {
            v.pop();
        }
        Some(p)
    }

    fn uri(&self, prefix: &str) -> Option<&str> {
        self.bound.get(prefix)?.last()?.as_deref()
    }

    /// The name as handlers see it.
    pub fn expand(&self, name: &str, is_attribute: bool) -> Result<String, Code> {
        let (prefix, local) = match name.split_once(':') {
            Some((p, l)) => (p, l),
            None if is_attribute => return Ok(name.to_owned()),
            None => ("", name),
        };
        let uri = match self.uri(prefix) {
            Some(u) => u,
            None if prefix.is_empty() => return Ok(name.to_owned()),
            None => return Err(Code::UnboundPrefix),
        };
        let mut out = String::with_capacity(uri.len() + name.len() + 2);
        out.push_str(uri);
        out.extend(self.separator);
        out.push_str(local);
        if self.triplets && !prefix.is_empty() {
            out.extend(self.separator);
            out.push_str(prefix);
        }
        Ok(out)
    }

    /// The bindings in scope, in the form of an entity's context.
    pub fn context(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for (prefix, uris) in &self.bound {
            if let Some(Some(uri)) = uris.last() {
                out.push(format!("{prefix}={uri}"));
            }
        }
        out.sort();
        out
    }
}

/// May the character stand in a URI (RFC 3986)?
fn is_uri_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "%-._~:/?#[]@!$&'()*+,;=".contains(c)
}
