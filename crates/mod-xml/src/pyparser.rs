//! `pyexpat.xmlparser`.
//!
//! The parser proper is asked for one event after the other and never borrowed while a handler runs, so a handler may use the object freely.

use crate::handlers::{self, Handler, Handlers};
use crate::module;
use crate::parser::{Code, Event, Parser};
use std::cell::{Cell, RefCell};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{abstract_, attr, call};

/// XML parser
#[pytype(name = "pyexpat.xmlparser", gc, no_new, parts(PART, HANDLERS))]
#[repr(C)]
pub struct PyXmlParser {
    head: ObjHead,
    pub handlers: Handlers,
    #[member("intern", readonly)]
    intern: FieldCell<Object>,
    #[gc(skip)]
    parser: RefCell<Parser>,
    /// Text that is held back to be reported in one piece.
    #[gc(skip)]
    buffer: RefCell<String>,
    #[gc(skip)]
    buffer_size: Cell<usize>,
    #[gc(skip)]
    buffer_text: Cell<bool>,
    #[gc(skip)]
    pub ordered_attributes: Cell<bool>,
    #[gc(skip)]
    pub specified_attributes: Cell<bool>,
    #[gc(skip)]
    namespace_prefixes: Cell<bool>,
    #[gc(skip)]
    in_callback: Cell<bool>,
    #[gc(skip)]
    is_root: Cell<bool>,
}

/// Handlers see text in pieces of at most this many bytes, if they asked for larger ones.
const BUFFER_SIZE: usize = 8192;
/// Bytes that `ParseFile` reads at a time.
const READ_SIZE: i64 = 2048;

/// A parser for a document.
pub fn new(parser: Parser, intern: Option<Own<Object>>, cx: &mut Cx) -> PyResult<Own<PyXmlParser>> {
    let p = PyXmlParser {
        head: Object::placeholder(),
        handlers: Handlers::default(),
        intern: FieldCell::new(intern),
        parser: RefCell::new(parser),
        buffer: RefCell::default(),
        buffer_size: Cell::new(BUFFER_SIZE),
        buffer_text: Cell::new(false),
        ordered_attributes: Cell::new(false),
        specified_attributes: Cell::new(false),
        namespace_prefixes: Cell::new(false),
        in_callback: Cell::new(false),
        is_root: Cell::new(true),
    };
    cx.new_object(p)
}

impl PyXmlParser {
    /// A name, the same object each time.
    pub fn intern(&self, s: &str, cx: &mut Cx) -> PyResult {
        let s = PyStr::new(s, cx)?.into_object();
        match self.intern.own().as_ref().and_then(|d| d.downcast::<PyDict>()) {
            Some(d) => d.setdefault(&s, &s, cx).map(|(v, _)| v),
            None => Ok(s),
        }
    }

    /// Call a handler; held-back text comes first.
    pub fn call(&self, h: Handler, args: &[&Object], cx: &mut Cx) -> PyResult {
        self.flush(cx)?;
        self.call_now(h, args, cx)
    }

    fn call_now(&self, h: Handler, args: &[&Object], cx: &mut Cx) -> PyResult {
        let Some(f) = self.handlers.get(h) else { return Ok(none().own()) };
        let was = self.in_callback.replace(true);
        let done = call::call(&f, args, cx);
        self.in_callback.set(was);
        if done.is_err() {
            // The parser runs no further.
            self.handlers.clear(cx);
        }
        done
    }

    /// Report the text that is held back.
    fn flush(&self, cx: &mut Cx) -> PyResult<()> {
        if self.buffer.borrow().is_empty() {
            return Ok(());
        }
        let text = std::mem::take(&mut *self.buffer.borrow_mut());
        let text = PyStr::new(&text, cx)?;
        self.call_now(Handler::CharacterData, &[&text], cx).map(drop)
    }

    /// Text: reported at once or held back.
    pub fn characters(&self, t: &str, cx: &mut Cx) -> PyResult<()> {
        if !self.buffer_text.get() {
            let t = PyStr::new(t, cx)?;
            return self.call_now(Handler::CharacterData, &[&t], cx).map(drop);
        }
        if self.buffer.borrow().len() + t.len() > self.buffer_size.get() {
            self.flush(cx)?;
            if !self.handlers.has(Handler::CharacterData) {
                return Ok(());
            }
        }
        if t.len() > self.buffer_size.get() {
            let t = PyStr::new(t, cx)?;
            return self.call_now(Handler::CharacterData, &[&t], cx).map(drop);
        }
        self.buffer.borrow_mut().push_str(t);
        Ok(())
    }

    fn failed(&self, code: Code, cx: &mut Cx) -> Raised {
        let p = self.parser.borrow().place();
        module::raise(code as i32, p.line, p.column, cx)
    }

    /// Tell the parser what the handlers make of entities.
    fn update_wishes(&self) {
        let Ok(mut p) = self.parser.try_borrow_mut() else { return };
        p.wishes.expand = self.handlers.expanding.get() || !self.handlers.has(Handler::Default);
        p.wishes.external = self.handlers.has(Handler::ExternalEntityRef);
        p.keep_raw = self.handlers.has(Handler::Default) || self.handlers.has(Handler::DefaultExpand);
    }

    /// The table of a code page, from the codec of that name.
    fn code_page(&self, name: &str, cx: &mut Cx) -> PyResult<()> {
        let all: Vec<u8> = (0..=255).collect();
        let bytes = PyBytes::new(&all, cx)?;
        let (name, errors) = (PyStr::new(name, cx)?, PyStr::new("replace", cx)?);
        let text = call::call_method(&bytes, name!(cx, "decode"), &[&name, &errors], cx)?;
        let Some(text) = text.downcast::<PyStr>().filter(|t| t.len() == 256) else {
            return Err(cx.value_error(format_args!("multi-byte encodings are not supported")));
        };
        let mut table = Box::new([-1; 256]);
        for (slot, c) in table.iter_mut().zip(text.code_points()) {
            if c != 0xfffd {
                *slot = c as i32;
            }
        }
        // What XML itself is written with must be where ASCII has it.
        let same = (0..128).all(|b| table[b] == b as i32 || b < 32 && !matches!(b, 9 | 10 | 13) || matches!(b as u8, b'$' | b'@' | b'\\' | b'^' | b'`' | b'{' | b'}' | b'~' | 127));
        let set = self.parser.borrow_mut().set_table(same.then_some(table));
        set.map_err(|code| self.failed(code, cx))
    }

    fn run(&self, data: &[u8], last: bool, cx: &mut Cx) -> PyResult<i32> {
        let fed = match self.parser.try_borrow_mut() {
            Ok(mut p) => p.feed(data, last),
            Err(_) => return Err(cx.runtime_error(format_args!("the parser is in use"))),
        };
        fed.map_err(|code| self.failed(code, cx))?;
        loop {
            let next = self.parser.borrow_mut().next();
            match next {
                Ok(None) => break,
                Ok(Some(h)) => {
                    if let Event::UnknownEncoding(name) = &h.event {
                        self.code_page(name, cx)?;
                        continue;
                    }
                    let code = if matches!(h.event, Event::NotStandalone) { Code::NotStandalone } else { Code::ExternalEntityHandling };
                    if !handlers::dispatch(self, h.event, h.raw, cx)? {
                        self.parser.borrow_mut().refuse(code);
                        return Err(self.failed(code, cx));
                    }
                }
                Err(code) => {
                    self.flush(cx)?;
                    return Err(self.failed(code, cx));
                }
            }
        }
        self.flush(cx)?;
        Ok(1)
    }

    fn set_handler(&self, h: Handler, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(cx.runtime_error(format_args!("Cannot delete attribute"))) };
        if h == Handler::CharacterData {
            // What came before belongs to the old handler.
            self.flush(cx)?;
        }
        self.handlers.set(h, Some(v).filter(|v| !v.is_none()).map(|v| v.own()), cx);
        match h {
            Handler::Default => self.handlers.expanding.set(false),
            Handler::DefaultExpand => self.handlers.expanding.set(true),
            _ => {}
        }
        self.update_wishes();
        Ok(())
    }

    fn get_handler(&self, h: Handler) -> Own<Object> {
        self.handlers.get(h).unwrap_or_else(|| none().own())
    }
}

macro_rules! handler_attributes {
    ($($get:ident $set:ident $name:literal $h:ident,)*) => {
        #[pymethods(HANDLERS)]
        impl PyXmlParser {
            $(
                #[getter($name)]
                fn $get(&self) -> Own<Object> {
                    self.get_handler(Handler::$h)
                }
                #[setter($name)]
                fn $set(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
                    self.set_handler(Handler::$h, v, cx)
                }
            )*
        }
    };
}
handler_attributes! {
    g0 s0 "StartElementHandler" StartElement,
    g1 s1 "EndElementHandler" EndElement,
    g2 s2 "ProcessingInstructionHandler" ProcessingInstruction,
    g3 s3 "CharacterDataHandler" CharacterData,
    g4 s4 "UnparsedEntityDeclHandler" UnparsedEntityDecl,
    g5 s5 "NotationDeclHandler" NotationDecl,
    g6 s6 "StartNamespaceDeclHandler" StartNamespaceDecl,
    g7 s7 "EndNamespaceDeclHandler" EndNamespaceDecl,
    g8 s8 "CommentHandler" Comment,
    g9 s9 "StartCdataSectionHandler" StartCdataSection,
    g10 s10 "EndCdataSectionHandler" EndCdataSection,
    g11 s11 "DefaultHandler" Default,
    g12 s12 "DefaultHandlerExpand" DefaultExpand,
    g13 s13 "NotStandaloneHandler" NotStandalone,
    g14 s14 "ExternalEntityRefHandler" ExternalEntityRef,
    g15 s15 "StartDoctypeDeclHandler" StartDoctypeDecl,
    g16 s16 "EndDoctypeDeclHandler" EndDoctypeDecl,
    g17 s17 "EntityDeclHandler" EntityDecl,
    g18 s18 "XmlDeclHandler" XmlDecl,
    g19 s19 "ElementDeclHandler" ElementDecl,
    g20 s20 "AttlistDeclHandler" AttlistDecl,
    g21 s21 "SkippedEntityHandler" SkippedEntity,
}

fn factor_of(p: &PyXmlParser, factor: f64, cx: &mut Cx) -> PyResult<f64> {
    if !p.is_root.get() {
        return Err(module::raise_text(format_args!("parser must be a root parser"), cx));
    }
    if factor.is_nan() || factor < 1.0 {
        return Err(module::raise_text(format_args!("'max_factor' must be at least 1.0"), cx));
    }
    Ok(factor)
}

/// A size that the protection starts at.
fn threshold_of(p: &PyXmlParser, o: &Object, cx: &mut Cx) -> PyResult<u64> {
    let n = abstract_::number::index(o, cx)?;
    if n.is_negative() {
        return Err(cx.value_error(format_args!("Cannot convert negative int")));
    }
    let Some(n) = n.to_i64() else { return Err(cx.overflow_error(format_args!("Python int too large to convert to C unsigned long long"))) };
    if !p.is_root.get() {
        return Err(module::raise_text(format_args!("parser must be a root parser"), cx));
    }
    Ok(n as u64)
}

#[pymethods]
impl PyXmlParser {
    /// Parse XML data.
    ///
    /// 'data' can be a bytes-like object or a string.  If it is a string,
    /// the encoding declaration in the XML data is ignored.
    /// 'isfinal' should be true at end of input.
    #[method("Parse(data, isfinal=False, /)")]
    fn parse(&self, data: &Object, isfinal: bool, cx: &mut Cx) -> PyResult<i32> {
        if self.in_callback.get() {
            return Err(cx.runtime_error(format_args!("cannot call Parse() from within a handler")));
        }
        if let Some(s) = data.downcast::<PyStr>() {
            let text = taipan_object::args::utf8(s, cx)?;
            self.parser.borrow_mut().force_encoding("utf-8");
            return self.run(text.as_bytes(), isfinal, cx);
        }
        let b = Buffer::get(data, 0, cx)?;
        self.run(b.bytes(), isfinal, cx)
    }
    /// Parse XML data from a binary file-like object.
    ///
    /// Its read() method should return bytes.
    #[method("ParseFile(file, /)")]
    fn parse_file(&self, file: &Object, cx: &mut Cx) -> PyResult<i32> {
        if self.in_callback.get() {
            return Err(cx.runtime_error(format_args!("cannot call ParseFile() from within a handler")));
        }
        let Some(read) = attr::get_opt(file, name!(cx, "read"), cx)? else {
            return Err(cx.type_error(format_args!("argument must have 'read' attribute")));
        };
        let size = PyInt::new(READ_SIZE, cx)?;
        loop {
            let data = call::call(&read, &[&size], cx)?;
            let (bytes, array);
            let piece: &[u8] = if let Some(b) = data.downcast::<PyBytes>() {
                bytes = b;
                bytes.as_bytes()
            } else if data.is_a::<taipan_object::types::bytearray::PyByteArray>() {
                array = Buffer::get(&data, 0, cx)?;
                array.bytes()
            } else {
                let ty = data.ty().tp_name_str();
                return Err(cx.type_error(format_args!("read() did not return a bytes object (type={ty})")));
            };
            if piece.len() > READ_SIZE as usize {
                return Err(cx.value_error(format_args!("read() returned too much data: {READ_SIZE} bytes requested, {} returned", piece.len())));
            }
            let last = piece.is_empty();
            let piece = piece.to_vec();
            let rc = self.run(&piece, last, cx)?;
            if last {
                return Ok(rc);
            }
        }
    }
    /// Set the base URL for the parser.
    #[method("SetBase(base, /)")]
    fn set_base(&self, base: String) {
        self.parser.borrow_mut().base = Some(base);
    }
    /// Return base URL string for the parser.
    #[method("GetBase()")]
    fn get_base(&self) -> Option<String> {
        self.parser.borrow().base.clone()
    }
    /// Return the input which generated the current event as bytes.
    ///
    /// The data is in the encoding of the entity which contains the text.
    /// It extends to the end of the currently buffered input, therefore it
    /// can contain also the data of the following events, and if the event
    /// was generated by a large amount of text, not all of it may be
    /// available.
    #[method("GetInputContext()")]
    fn get_input_context(&self, cx: &mut Cx) -> PyResult<Option<Own<PyBytes>>> {
        if !self.in_callback.get() {
            return Ok(None);
        }
        let text = self.parser.borrow().context().map(str::to_owned);
        text.map(|t| PyBytes::new(t.as_bytes(), cx)).transpose()
    }
    /// Create a parser for parsing an external entity based on the information passed to the ExternalEntityRefHandler.
    #[method("ExternalEntityParserCreate(context, encoding=<unrepresentable>, /)", nosig)]
    fn external_entity_parser_create(&self, context: NoneOr<String>, encoding: Option<String>, cx: &mut Cx) -> PyResult<Own<PyXmlParser>> {
        let inner = self.parser.borrow().for_external(context.0.as_deref(), encoding);
        let p = new(inner, self.intern.own(), cx)?;
        p.handlers.copy_from(&self.handlers, cx);
        p.is_root.set(false);
        p.buffer_size.set(self.buffer_size.get());
        p.buffer_text.set(self.buffer_text.get());
        p.ordered_attributes.set(self.ordered_attributes.get());
        p.specified_attributes.set(self.specified_attributes.get());
        p.namespace_prefixes.set(self.namespace_prefixes.get());
        p.update_wishes();
        Ok(p)
    }
    /// Controls parsing of parameter entities (including the external DTD subset).
    ///
    /// Possible flag values are XML_PARAM_ENTITY_PARSING_NEVER,
    /// XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE and
    /// XML_PARAM_ENTITY_PARSING_ALWAYS. Returns true if setting the flag
    /// was successful.
    #[method("SetParamEntityParsing(flag, /)")]
    fn set_param_entity_parsing(&self, flag: i32) -> i32 {
        let mut p = self.parser.borrow_mut();
        if p.has_started() {
            return 0;
        }
        p.parameter_entities = flag;
        1
    }
    /// Allows the application to provide an artificial external subset if one is not specified as part of the document instance.
    ///
    /// This readily allows the use of a 'default' document type controlled
    /// by the application, while still getting the advantage of providing
    /// document type information to the parser.  'flag' defaults to True if
    /// not provided.
    #[method("UseForeignDTD(flag=True, /)")]
    fn use_foreign_dtd(&self, flag: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let on = flag.map_or(Ok(true), |o| abstract_::is_true(o, cx))?;
        if self.parser.borrow().has_started() {
            return Err(self.failed(Code::CantChangeFeature, cx));
        }
        self.parser.borrow_mut().foreign_dtd = on;
        Ok(())
    }
    /// Sets the number of output bytes needed to activate protection against billion laughs attacks.
    ///
    /// The number of output bytes includes amplification from entity expansion
    /// and reading DTD files.
    ///
    /// Parser objects usually have a protection activation threshold of 8 MiB,
    /// but the actual default value depends on the underlying Expat library.
    ///
    /// Activation thresholds below 4 MiB are known to break support for DITA 1.3
    /// payload and are hence not recommended.
    #[method("SetBillionLaughsAttackProtectionActivationThreshold(threshold, /)")]
    fn set_threshold(&self, threshold: &Object, cx: &mut Cx) -> PyResult<()> {
        let n = threshold_of(self, threshold, cx)?;
        self.parser.borrow_mut().threshold = n;
        Ok(())
    }
    /// Sets the maximum tolerated amplification factor for protection against billion laughs attacks.
    ///
    /// The amplification factor is calculated as "(direct + indirect) / direct"
    /// while parsing, where "direct" is the number of bytes read from the primary
    /// document in parsing and "indirect" is the number of bytes added by expanding
    /// entities and reading external DTD files, combined.
    ///
    /// The 'max_factor' value must be a non-NaN floating point value greater than
    /// or equal to 1.0. Amplification factors greater than 30,000 can be observed
    /// in the middle of parsing even with benign files in practice. In particular,
    /// the activation threshold should be carefully chosen to avoid false positives.
    ///
    /// Parser objects usually have a maximum amplification factor of 100,
    /// but the actual default value depends on the underlying Expat library.
    #[method("SetBillionLaughsAttackProtectionMaximumAmplification(max_factor, /)")]
    fn set_amplification(&self, max_factor: f64, cx: &mut Cx) -> PyResult<()> {
        let f = factor_of(self, max_factor, cx)?;
        self.parser.borrow_mut().amplification = f;
        Ok(())
    }
    /// Enable/Disable reparse deferral; enabled by default with Expat >=2.6.0.
    #[method("SetReparseDeferralEnabled(enabled, /)")]
    fn set_deferral(&self, enabled: bool) {
        self.parser.borrow_mut().deferral = enabled;
    }
    /// Retrieve reparse deferral enabled status; always returns false with Expat <2.6.0.
    #[method("GetReparseDeferralEnabled()")]
    fn get_deferral(&self) -> bool {
        self.parser.borrow().deferral
    }
    #[getter("ErrorCode")]
    fn error_code(&self) -> i32 {
        self.parser.borrow().error().map_or(0, |c| c as i32)
    }
    #[getter("ErrorLineNumber")]
    fn error_line(&self) -> u64 {
        self.parser.borrow().place().line
    }
    #[getter("ErrorColumnNumber")]
    fn error_column(&self) -> u64 {
        self.parser.borrow().place().column
    }
    #[getter("ErrorByteIndex")]
    fn error_byte(&self) -> u64 {
        self.parser.borrow().place().byte
    }
    #[getter("CurrentLineNumber")]
    fn current_line(&self) -> u64 {
        self.parser.borrow().place().line
    }
    #[getter("CurrentColumnNumber")]
    fn current_column(&self) -> u64 {
        self.parser.borrow().place().column
    }
    #[getter("CurrentByteIndex")]
    fn current_byte(&self) -> i64 {
        let p = self.parser.borrow();
        if p.has_started() { p.place().byte as i64 } else { -1 }
    }
    #[getter("buffer_size")]
    fn get_buffer_size(&self) -> usize {
        self.buffer_size.get()
    }
    #[setter("buffer_size")]
    fn set_buffer_size(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(cx.runtime_error(format_args!("Cannot delete attribute"))) };
        let Some(n) = v.downcast::<PyInt>() else { return Err(cx.type_error(format_args!("buffer_size must be an integer"))) };
        let n = match n.to_i64() {
            Some(n) if n <= 0 => return Err(cx.value_error(format_args!("buffer_size must be greater than zero"))),
            Some(n) if n <= i64::from(i32::MAX) => n as usize,
            _ if n.is_negative() => return Err(cx.value_error(format_args!("buffer_size must be greater than zero"))),
            Some(_) => return Err(cx.value_error(format_args!("buffer_size must not be greater than {}", i32::MAX))),
            None => return Err(cx.overflow_error(format_args!("Python int too large to convert to C long"))),
        };
        if n == self.buffer_size.get() {
            return Ok(());
        }
        self.flush(cx)?;
        self.buffer_size.set(n);
        Ok(())
    }
    #[getter("buffer_text")]
    fn get_buffer_text(&self) -> bool {
        self.buffer_text.get()
    }
    #[setter("buffer_text")]
    fn set_buffer_text(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let on = flag(v, cx)?;
        if !on {
            self.flush(cx)?;
        }
        self.buffer_text.set(on);
        Ok(())
    }
    #[getter("buffer_used")]
    fn buffer_used(&self) -> usize {
        self.buffer.borrow().len()
    }
    #[getter("namespace_prefixes")]
    fn get_namespace_prefixes(&self) -> bool {
        self.namespace_prefixes.get()
    }
    #[setter("namespace_prefixes")]
    fn set_namespace_prefixes(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let on = flag(v, cx)?;
        self.namespace_prefixes.set(on);
        self.parser.borrow_mut().set_triplets(on);
        Ok(())
    }
    #[getter("ordered_attributes")]
    fn get_ordered_attributes(&self) -> bool {
        self.ordered_attributes.get()
    }
    #[setter("ordered_attributes")]
    fn set_ordered_attributes(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.ordered_attributes.set(flag(v, cx)?);
        Ok(())
    }
    #[getter("specified_attributes")]
    fn get_specified_attributes(&self) -> bool {
        self.specified_attributes.get()
    }
    #[setter("specified_attributes")]
    fn set_specified_attributes(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.specified_attributes.set(flag(v, cx)?);
        Ok(())
    }
}

fn flag(v: Option<&Object>, cx: &mut Cx) -> PyResult<bool> {
    match v {
        Some(v) => abstract_::is_true(v, cx),
        None => Err(cx.runtime_error(format_args!("Cannot delete attribute"))),
    }
}
