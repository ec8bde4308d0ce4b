//! An XML parser that is fed piece by piece and gives one event at a time: what Expat does by callbacks, as a pull parser.
//!
//! Pulling means that nothing of the parser is borrowed while a handler runs, so handlers may ask it for positions or change its settings. The
//! order of events, the pieces in which text comes, error codes and error positions are Expat's. Entities are expanded on a stack of texts (never by
//! recursion), with a limit on how much they may add to the document (CVE-2013-0340).

mod chars;
mod content;
mod dtd;
mod input;
mod names;
mod prolog;

pub use dtd::{Dtd, Model};
pub use input::{Encoding, Place};

use chars::Stop;
use input::Input;
use names::Namespaces;
use std::cell::RefCell;
use std::rc::Rc;

/// Expat's error codes; a table, of which not all can happen here.
#[allow(dead_code)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum Code {
    NoMemory = 1,
    Syntax = 2,
    NoElements = 3,
    InvalidToken = 4,
    UnclosedToken = 5,
    PartialChar = 6,
    TagMismatch = 7,
    DuplicateAttribute = 8,
    JunkAfterDocElement = 9,
    ParamEntityRef = 10,
    UndefinedEntity = 11,
    RecursiveEntityRef = 12,
    AsyncEntity = 13,
    BadCharRef = 14,
    BinaryEntityRef = 15,
    AttributeExternalEntityRef = 16,
    MisplacedXmlPi = 17,
    UnknownEncoding = 18,
    IncorrectEncoding = 19,
    UnclosedCdataSection = 20,
    ExternalEntityHandling = 21,
    NotStandalone = 22,
    EntityDeclaredInPe = 24,
    CantChangeFeature = 26,
    UnboundPrefix = 27,
    UndeclaringPrefix = 28,
    XmlDecl = 30,
    TextDecl = 31,
    PublicId = 32,
    Finished = 36,
    ReservedPrefixXml = 38,
    ReservedPrefixXmlns = 39,
    ReservedNamespaceUri = 40,
    AmplificationLimitBreach = 43,
}

/// Something that a document says.
#[derive(Debug)]
pub enum Event {
    Start { name: String, attributes: Vec<(String, String)>, specified: usize },
    End { name: String },
    Text(String),
    Pi { target: String, data: String },
    Comment(String),
    StartCdata,
    EndCdata,
    StartNamespace { prefix: Option<String>, uri: Option<String> },
    EndNamespace { prefix: Option<String> },
    XmlDecl { version: Option<String>, encoding: Option<String>, standalone: i32 },
    StartDoctype { name: String, system: Option<String>, public: Option<String>, has_internal: bool },
    EndDoctype,
    ElementDecl { name: String, model: Model },
    AttlistDecl { element: String, name: String, kind: String, default: Option<String>, required: bool },
    EntityDecl {
        name: String,
        is_parameter: bool,
        value: Option<String>,
        base: Option<String>,
        system: Option<String>,
        public: Option<String>,
        notation: Option<String>,
    },
    NotationDecl { name: String, base: Option<String>, system: Option<String>, public: Option<String> },
    /// An external entity to read; `context` is `None` for the external subset and parameter entities.
    External { context: Option<String>, base: Option<String>, system: Option<String>, public: Option<String> },
    Skipped { name: String, is_parameter: bool },
    NotStandalone,
    /// Markup without an event of its own: for the default handler only.
    Other,
    /// A code page is wanted: answer by `set_table`.
    UnknownEncoding(String),
}

/// An event and the text that it came from (a part of the document, for the default handler).
pub struct Happening {
    pub event: Event,
    pub raw: Raw,
    /// Where it is in the document's text.
    at: usize,
}

/// The source of an event: its text in the document or in an entity, if it was asked for.
#[derive(Clone)]
pub enum Raw {
    None,
    Text(String),
}

/// Where the parser stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Before anything, also before an XML declaration.
    Begin,
    /// Before the document type declaration.
    Prolog,
    /// Inside `<!DOCTYPE … [`.
    Subset,
    /// After the `]` of the internal subset.
    AfterSubset,
    /// After the document type declaration, before the root element.
    AfterDoctype,
    Content,
    Cdata,
    /// After the root element.
    Epilog,
    Done,
}

/// What kind of entity the parser reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Document,
    /// An external general entity: content.
    General,
    /// An external subset or parameter entity: declarations.
    Parameter,
}

/// An internal entity that is being expanded.
struct Expansion {
    text: Rc<str>,
    at: usize,
    name: String,
    /// Elements that were open where it began.
    depth: usize,
}

/// An open element.
struct Open {
    raw: String,
    shown: String,
    /// Prefixes that it bound.
    bound: usize,
}

/// What a handler wants done with entities.
#[derive(Clone, Copy)]
pub struct Wishes {
    /// Expand internal entities (no default handler that wants the references).
    pub expand: bool,
    /// There is a handler for external entities.
    pub external: bool,
}

pub struct Parser {
    input: Input,
    role: Role,
    stage: Stage,
    dtd: Rc<RefCell<Dtd>>,
    spaces: Option<Namespaces>,
    elements: Vec<Open>,
    expansions: Vec<Expansion>,
    queue: std::collections::VecDeque<Happening>,
    /// Where the current event began.
    event_at: usize,
    /// Encoding from outside, which counts more than the declaration.
    forced: Option<String>,
    pub wishes: Wishes,
    /// Whether events bring the text they came from.
    pub keep_raw: bool,
    /// 0 never, 1 unless standalone, 2 always.
    pub parameter_entities: i32,
    pub foreign_dtd: bool,
    pub base: Option<String>,
    doctype: Option<(Option<String>, Option<String>)>,
    error: Option<Code>,
    /// An error that follows the events which are still to be told.
    pending: Option<(Code, usize)>,
    /// Bytes that expansions have added.
    expanded: u64,
    pub threshold: u64,
    pub amplification: f64,
    pub deferral: bool,
    /// Length of the text in which no complete token was found.
    tried: usize,
    /// Something was used up since the last bytes came.
    progress: bool,
    started: bool,
    depth_at_begin: usize,
}

type Step = Result<bool, Stop>;

impl Parser {
    pub fn new(encoding: Option<String>, separator: Option<Option<char>>) -> Parser {
        Parser {
            input: Input::new(Encoding::Unknown),
            role: Role::Document,
            stage: Stage::Begin,
            dtd: Rc::default(),
            spaces: separator.map(Namespaces::new),
            elements: Vec::new(),
            expansions: Vec::new(),
            queue: Default::default(),
            event_at: 0,
            forced: encoding,
            wishes: Wishes { expand: true, external: false },
            keep_raw: false,
            parameter_entities: 0,
            foreign_dtd: false,
            base: None,
            doctype: None,
            error: None,
            pending: None,
            expanded: 0,
            threshold: 8 << 20,
            amplification: 100.0,
            deferral: true,
            tried: 0,
            progress: false,
            started: false,
            depth_at_begin: 0,
        }
    }

    /// A parser for an external entity of this document.
    pub fn for_external(&self, context: Option<&str>, encoding: Option<String>) -> Parser {
        let mut p = Parser::new(encoding, None);
        p.role = if context.is_some() { Role::General } else { Role::Parameter };
        p.dtd = self.dtd.clone();
        p.spaces = self.spaces.clone();
        p.wishes = self.wishes;
        p.keep_raw = self.keep_raw;
        p.parameter_entities = self.parameter_entities;
        p.base = self.base.clone();
        p.deferral = self.deferral;
        (p.threshold, p.amplification) = (self.threshold, self.amplification);
        p
    }

    pub fn set_triplets(&mut self, on: bool) {
        if let Some(s) = &mut self.spaces {
            s.triplets = on;
        }
    }
    pub fn has_started(&self) -> bool {
        self.started
    }
    pub fn force_encoding(&mut self, name: &str) {
        self.forced = Some(name.into());
    }
    pub fn error(&self) -> Option<Code> {
        self.error
    }
    /// Where the current event, or the error, is.
    pub fn place(&self) -> Place {
        self.input.place(self.event_at.min(self.input.text.len()))
    }
    /// The text from the current event on.
    pub fn context(&self) -> Option<&str> {
        self.input.text.get(self.event_at..).filter(|t| !t.is_empty())
    }

    /// Take more bytes.
    pub fn feed(&mut self, data: &[u8], last: bool) -> Result<(), Code> {
        if self.stage == Stage::Done || self.input.last {
            return Err(self.error.unwrap_or(Code::Finished));
        }
        if let Some(code) = self.error {
            return Err(code);
        }
        self.started = true;
        // Room for the new text: what has been dealt with goes.
        if self.input.pos > 0 && self.queue.is_empty() {
            let at = self.input.pos;
            self.input.cut(at);
            self.event_at = 0;
        }
        self.input.feed(data, last);
        self.progress = false;
        Ok(())
    }

    /// The answer to `Event::UnknownEncoding`.
    pub fn set_table(&mut self, table: Option<Box<[i32; 256]>>) -> Result<(), Code> {
        match table {
            Some(t) => {
                self.input.encoding = Encoding::Table(t);
                Ok(())
            }
            None => Err(self.fail(Code::UnknownEncoding, 0)),
        }
    }

    fn fail(&mut self, code: Code, at: usize) -> Code {
        self.event_at = at;
        self.error = Some(code);
        code
    }

    /// Raise an error at the current event (a handler's refusal).
    pub fn refuse(&mut self, code: Code) -> Code {
        self.error = Some(code);
        code
    }

    /// The next event; `None` when more bytes are needed, or after the end.
    pub fn next(&mut self) -> Result<Option<Happening>, Code> {
        if let Some(code) = self.error {
            return Err(code);
        }
        loop {
            if let Some(h) = self.queue.pop_front() {
                self.event_at = h.at;
                return Ok(Some(h));
            }
            if let Some((code, at)) = self.pending {
                return Err(self.fail(code, at));
            }
            if self.stage == Stage::Done {
                return Ok(None);
            }
            if matches!(self.input.encoding, Encoding::Unknown) {
                match self.detect() {
                    Ok(true) => continue,
                    Ok(false) => return Ok(None),
                    Err(code) => return Err(self.fail(code, 0)),
                }
            }
            if self.input.has_rest() {
                self.input.decode();
            }
            // Half or more is dealt with, so that what is moved has been paid for.
            if self.input.pos > 1 << 16 && 2 * self.input.pos > self.input.text.len() && self.expansions.is_empty() {
                let at = self.input.pos;
                self.input.cut(at);
                self.event_at = 0;
            }
            let left = self.input.text.len() - self.input.pos;
            if self.deferral && !self.input.last && self.expansions.is_empty() && self.tried > 0 && left < 2 * self.tried {
                return Ok(None);
            }
            match self.step() {
                Ok(true) => self.tried = 0,
                Ok(false) => {
                    self.tried = if self.input.last || self.progress { 0 } else { left };
                    return Ok(None);
                }
                Err(Stop::Bad(code, at)) => return Err(self.fail(code, at)),
                Err(Stop::More) => {
                    // The end of the text, or of what can be decoded, in the middle of a token.
                    if self.input.malformed {
                        let at = self.input.text.len();
                        return Err(self.fail(Code::InvalidToken, at));
                    }
                    if !self.input.last {
                        self.tried = if self.progress { 0 } else { left };
                        return Ok(None);
                    }
                    let (code, at) = match (self.input.has_rest(), self.stage) {
                        (true, _) => (self.input.rest_code(), self.input.text.len()),
                        (false, Stage::Cdata) => (Code::UnclosedCdataSection, self.input.pos),
                        _ => (Code::UnclosedToken, self.input.pos),
                    };
                    return Err(self.fail(code, at));
                }
            }
        }
    }

    /// Deal with the next token. `false`: at the end of what there is.
    fn step(&mut self) -> Step {
        match self.stage {
            Stage::Begin => self.begin(),
            Stage::Prolog | Stage::AfterDoctype | Stage::Epilog => self.misc(),
            Stage::Subset => self.subset(),
            Stage::AfterSubset => self.after_subset(),
            Stage::Content => self.content(),
            Stage::Cdata => self.cdata(),
            Stage::Done => Ok(false),
        }
    }

    fn push(&mut self, event: Event, raw: Raw) {
        self.queue.push_back(Happening { event, raw, at: self.event_at });
    }

    /// Emit an event for the next `n` bytes of the document (or of the entity being expanded) and step over them.
    fn emit(&mut self, event: Event, n: usize) {
        let raw = self.take(n);
        self.push(event, raw);
    }

    /// Step over `n` bytes, which are the source of the next event.
    fn take(&mut self, n: usize) -> Raw {
        match self.expansions.last_mut() {
            Some(e) => {
                let t = if self.keep_raw { Raw::Text(e.text[e.at..e.at + n].to_owned()) } else { Raw::None };
                e.at += n;
                t
            }
            None => {
                self.event_at = self.input.pos;
                let t = if self.keep_raw { Raw::Text(self.input.rest()[..n].to_owned()) } else { Raw::None };
                self.input.pos += n;
                self.progress = true;
                t
            }
        }
    }

    /// Position of an offset of the current token in the document: inside an entity it is that of the reference.
    fn at(&self, offset: usize) -> usize {
        if self.expansions.is_empty() { self.input.pos + offset } else { self.event_at }
    }

    fn moved(&self, stop: Stop) -> Stop {
        match stop {
            Stop::Bad(code, offset) => Stop::Bad(code, self.at(offset)),
            // An entity's text is complete.
            Stop::More if !self.expansions.is_empty() => Stop::Bad(Code::UnclosedToken, self.event_at),
            s => s,
        }
    }

    /// Count what an expansion adds.
    fn account(&mut self, n: usize) -> Result<(), Stop> {
        self.expanded += n as u64;
        let direct = self.input.base_bytes.max(1);
        let total = direct + self.expanded;
        if total > self.threshold && total as f64 / direct as f64 > self.amplification {
            return Err(Stop::Bad(Code::AmplificationLimitBreach, self.event_at));
        }
        Ok(())
    }
}
