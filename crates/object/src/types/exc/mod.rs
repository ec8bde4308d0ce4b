//! Exceptions: the hierarchy as one table. Layouts in `layout.rs`, raising in `raise.rs`.

pub mod base;
mod basic;
pub mod group;
pub mod layout;
pub mod os;
pub mod raise;
mod syntax;
pub mod unicode;

pub use layout::*;

use crate::cx::Cx;
use crate::err::PyResult;
use crate::typeobj::{Destructor, Inquiry, TraverseProc, TypePart, TypeSpec, flags};
use std::ffi::CString;

macro_rules! exceptions {
    ($($name:ident($base:ident) : $layout:ident = $doc:literal;)*) => {
        /// Storage of the exception types.
        pub mod storage {
            $(
                #[allow(non_upper_case_globals)]
                pub static $name: crate::typeobj::StaticType = crate::typeobj::StaticType::empty();
            )*
        }
        $(
            #[doc = concat!("The type `", stringify!($name), "`.")]
            #[allow(non_snake_case)]
            #[inline]
            pub fn $name() -> &'static crate::typeobj::PyType { &storage::$name.ty }
        )*
        /// Name, type, base, layout name and docstring of every exception, bases first.
        pub static EXCEPTIONS: &[ExcRow] = &[$(ExcRow {
            name: stringify!($name),
            storage: &storage::$name,
            base: exceptions!(@base $base),
            layout: Layout::$layout,
            doc: $doc,
        },)*];
    };
    (@base object) => { crate::typeobj::object_type };
    (@base $b:ident) => { $b };
}

/// Which struct an exception type's instances have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    Base,
    Group,
    StopIteration,
    SystemExit,
    Import,
    Os,
    Name,
    Attribute,
    Syntax,
    Unicode,
}

impl ExcRow {
    /// Whether `builtins` has the class.
    pub fn is_builtin(&self) -> bool {
        !self.name.starts_with("Interpreter")
    }
}

/// One row of the table.
pub struct ExcRow {
    pub name: &'static str,
    pub storage: &'static crate::typeobj::StaticType,
    pub base: fn() -> &'static crate::typeobj::PyType,
    pub layout: Layout,
    pub doc: &'static str,
}

exceptions! {
    BaseException(object): Base = "Common base class for all exceptions";
    BaseExceptionGroup(BaseException): Group = "A combination of multiple unrelated exceptions.";
    Exception(BaseException): Base = "Common base class for all non-exit exceptions.";
    GeneratorExit(BaseException): Base = "Request that a generator exit.";
    KeyboardInterrupt(BaseException): Base = "Program interrupted by user.";
    SystemExit(BaseException): SystemExit = "Request to exit from the interpreter.";
    ArithmeticError(Exception): Base = "Base class for arithmetic errors.";
    FloatingPointError(ArithmeticError): Base = "Floating-point operation failed.";
    OverflowError(ArithmeticError): Base = "Result too large to be represented.";
    ZeroDivisionError(ArithmeticError): Base = "Second argument to a division or modulo operation was zero.";
    AssertionError(Exception): Base = "Assertion failed.";
    AttributeError(Exception): Attribute = "Attribute not found.";
    BufferError(Exception): Base = "Buffer error.";
    EOFError(Exception): Base = "Read beyond end of file.";
    ImportError(Exception): Import = "Import can't find module, or can't find name in module.";
    ModuleNotFoundError(ImportError): Import = "Module not found.";
    LookupError(Exception): Base = "Base class for lookup errors.";
    IndexError(LookupError): Base = "Sequence index out of range.";
    KeyError(LookupError): Base = "Mapping key not found.";
    MemoryError(Exception): Base = "Out of memory.";
    NameError(Exception): Name = "Name not found globally.";
    UnboundLocalError(NameError): Name = "Local name referenced but not bound to a value.";
    OSError(Exception): Os = "Base class for I/O related errors.";
    BlockingIOError(OSError): Os = "I/O operation would block.";
    ChildProcessError(OSError): Os = "Child process error.";
    ConnectionError(OSError): Os = "Connection error.";
    BrokenPipeError(ConnectionError): Os = "Broken pipe.";
    ConnectionAbortedError(ConnectionError): Os = "Connection aborted.";
    ConnectionRefusedError(ConnectionError): Os = "Connection refused.";
    ConnectionResetError(ConnectionError): Os = "Connection reset.";
    FileExistsError(OSError): Os = "File already exists.";
    FileNotFoundError(OSError): Os = "File not found.";
    InterruptedError(OSError): Os = "Interrupted by signal.";
    IsADirectoryError(OSError): Os = "Operation doesn't work on directories.";
    NotADirectoryError(OSError): Os = "Operation only works on directories.";
    PermissionError(OSError): Os = "Not enough permissions.";
    ProcessLookupError(OSError): Os = "Process not found.";
    TimeoutError(OSError): Os = "Timeout expired.";
    ReferenceError(Exception): Base = "Weak ref proxy used after referent went away.";
    RuntimeError(Exception): Base = "Unspecified run-time error.";
    NotImplementedError(RuntimeError): Base = "Method or function hasn't been implemented yet.";
    PythonFinalizationError(RuntimeError): Base = "Operation blocked during Python finalization.";
    RecursionError(RuntimeError): Base = "Recursion limit exceeded.";
    StopAsyncIteration(Exception): Base = "Signal the end from iterator.__anext__().";
    StopIteration(Exception): StopIteration = "Signal the end from iterator.__next__().";
    SyntaxError(Exception): Syntax = "Invalid syntax.";
    IncompleteInputError(SyntaxError): Syntax = "incomplete input.";
    IndentationError(SyntaxError): Syntax = "Improper indentation.";
    TabError(IndentationError): Syntax = "Improper mixture of spaces and tabs.";
    SystemError(Exception): Base = "Internal error in the Python interpreter.\n\nPlease report this to the Python maintainer, along with the traceback,\nthe Python version, and the hardware/OS platform and version.";
    TypeError(Exception): Base = "Inappropriate argument type.";
    ValueError(Exception): Base = "Inappropriate argument value (of correct type).";
    UnicodeError(ValueError): Base = "Unicode related error.";
    UnicodeDecodeError(UnicodeError): Unicode = "Unicode decoding error.";
    UnicodeEncodeError(UnicodeError): Unicode = "Unicode encoding error.";
    UnicodeTranslateError(UnicodeError): Unicode = "Unicode translation error.";
    Warning(Exception): Base = "Base class for warning categories.";
    BytesWarning(Warning): Base = "Base class for warnings about bytes and buffer related problems, mostly\nrelated to conversion from str or comparing to str.";
    DeprecationWarning(Warning): Base = "Base class for warnings about deprecated features.";
    EncodingWarning(Warning): Base = "Base class for warnings about encodings.";
    FutureWarning(Warning): Base = "Base class for warnings about constructs that will change semantically\nin the future.";
    ImportWarning(Warning): Base = "Base class for warnings about probable mistakes in module imports";
    PendingDeprecationWarning(Warning): Base = "Base class for warnings about features which will be deprecated\nin the future.";
    ResourceWarning(Warning): Base = "Base class for warnings about resource usage.";
    RuntimeWarning(Warning): Base = "Base class for warnings about dubious runtime behavior.";
    SyntaxWarning(Warning): Base = "Base class for warnings about dubious syntax.";
    UnicodeWarning(Warning): Base = "Base class for warnings about Unicode related problems, mostly\nrelated to conversion problems.";
    UserWarning(Warning): Base = "Base class for warnings generated by user code.";
    InterpreterError(Exception): Base = "A cross-interpreter operation failed";
    InterpreterNotFoundError(InterpreterError): Base = "An interpreter was not found";
}

/// Ready all exception types, bases first.
pub(crate) fn ready(cx: &mut Cx) -> PyResult<()> {
    for row in EXCEPTIONS {
        let spec: &'static TypeSpec = Box::leak(Box::new(spec_of(row)));
        crate::typeobj::ready_static(spec, cx)?;
    }
    Ok(())
}

/// The spec of a row. Leaked once per process: static types live for ever.
fn spec_of(row: &'static ExcRow) -> TypeSpec {
    let (size, life) = row.layout.shape();
    let doc = CString::new(row.doc).unwrap_or_default();
    let name = match row.name {
        "IncompleteInputError" => c"_IncompleteInputError",
        "InterpreterError" => c"concurrent.interpreters.InterpreterError",
        "InterpreterNotFoundError" => c"concurrent.interpreters.InterpreterNotFoundError",
        n => Box::leak(CString::new(n).unwrap_or_default().into_boxed_c_str()),
    };
    TypeSpec {
        doc: Some(Box::leak(doc.into_boxed_c_str())),
        base: Some(row.base),
        dictoffset: std::mem::offset_of!(PyBaseException, dict) as isize,
        dealloc: Some(life.0),
        traverse: Some(life.1),
        clear: Some(life.2),
        parts: match (parts_of(row.name), row.layout) {
            ([], Layout::Base) if row.name != "MemoryError" && row.is_builtin() => &[base::PLAIN],
            (parts, _) => parts,
        },
        ..TypeSpec::plain(name, flags::HAVE_GC | flags::BASETYPE | flags::BASE_EXC_SUBCLASS, size as isize, row.storage)
    }
}

/// Methods that a type has of its own.
fn parts_of(name: &str) -> &'static [TypePart] {
    match name {
        "BaseException" => &[PyBaseException::PART, base::PLAIN],
        "StopIteration" => &[PyStopIteration::PART],
        "SystemExit" => &[PySystemExit::PART],
        "KeyError" => &[basic::KeyErrorMethods::PART, base::PLAIN],
        "NameError" => &[PyNameError::PART],
        "AttributeError" => &[PyAttributeError::PART],
        "ImportError" => &[PyImportError::PART],
        "BaseExceptionGroup" => &[PyExceptionGroup::PART],
        "OSError" => &[PyOSError::PART],
        "SyntaxError" => &[PySyntaxError::PART, PySyntaxError::FIELDS],
        "UnicodeEncodeError" => &[unicode::EncodeMethods::PART, unicode::EncodeMethods::FIELDS],
        "UnicodeDecodeError" => &[unicode::DecodeMethods::PART, unicode::DecodeMethods::FIELDS],
        "UnicodeTranslateError" => &[unicode::TranslateMethods::PART, unicode::TranslateMethods::FIELDS],
        _ => &[],
    }
}

type Life = (Destructor, TraverseProc, Inquiry);

impl Layout {
    /// Bytes of an instance, and how it dies and is traversed.
    fn shape(self) -> (usize, Life) {
        fn of<T: base::ExcLayout>() -> (usize, Life) {
            (size_of::<T>(), (base::dealloc::<T>, base::traverse::<T>, base::clear::<T>))
        }
        match self {
            Layout::Base => of::<PyBaseException>(),
            Layout::Group => of::<PyExceptionGroup>(),
            Layout::StopIteration => of::<PyStopIteration>(),
            Layout::SystemExit => of::<PySystemExit>(),
            Layout::Import => of::<PyImportError>(),
            Layout::Os => of::<PyOSError>(),
            Layout::Name => of::<PyNameError>(),
            Layout::Attribute => of::<PyAttributeError>(),
            Layout::Syntax => of::<PySyntaxError>(),
            Layout::Unicode => of::<PyUnicodeError>(),
        }
    }
}
