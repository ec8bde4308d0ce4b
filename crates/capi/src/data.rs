//! Data symbols: `PyExc_*`, and the variadic functions of `csrc/variadic.c` as a list.

use crate::border::Export;
use std::cell::Cell;
use taipan_object::prelude::*;

/// A pointer variable that C code reads.
#[repr(transparent)]
pub struct Pointer(Cell<*mut Object>);
// SAFETY: written once at start, before any extension is loaded.
unsafe impl Sync for Pointer {}

macro_rules! exceptions {
    ($($symbol:ident = $name:ident;)*) => {
        $(
            #[doc = concat!("`", stringify!($name), "`.")]
            #[unsafe(no_mangle)]
            #[allow(non_upper_case_globals)]
            pub static $symbol: Pointer = Pointer(Cell::new(std::ptr::null_mut()));
        )*
        fn fill() {
            $( $symbol.0.set(exc::$name().as_object().as_ptr()); )*
        }
    };
}
exceptions! {
    PyExc_BaseException = BaseException; PyExc_Exception = Exception; PyExc_BaseExceptionGroup = BaseExceptionGroup; PyExc_StopAsyncIteration = StopAsyncIteration;
    PyExc_StopIteration = StopIteration; PyExc_GeneratorExit = GeneratorExit; PyExc_ArithmeticError = ArithmeticError; PyExc_LookupError = LookupError;
    PyExc_AssertionError = AssertionError; PyExc_AttributeError = AttributeError; PyExc_BufferError = BufferError; PyExc_EOFError = EOFError;
    PyExc_FloatingPointError = FloatingPointError; PyExc_OSError = OSError; PyExc_ImportError = ImportError; PyExc_ModuleNotFoundError = ModuleNotFoundError;
    PyExc_IndexError = IndexError; PyExc_KeyError = KeyError; PyExc_KeyboardInterrupt = KeyboardInterrupt; PyExc_MemoryError = MemoryError; PyExc_NameError = NameError;
    PyExc_OverflowError = OverflowError; PyExc_RuntimeError = RuntimeError; PyExc_RecursionError = RecursionError; PyExc_NotImplementedError = NotImplementedError;
    PyExc_SyntaxError = SyntaxError; PyExc_IndentationError = IndentationError; PyExc_TabError = TabError; PyExc_ReferenceError = ReferenceError;
    PyExc_SystemError = SystemError; PyExc_SystemExit = SystemExit; PyExc_TypeError = TypeError; PyExc_UnboundLocalError = UnboundLocalError;
    PyExc_UnicodeError = UnicodeError; PyExc_UnicodeEncodeError = UnicodeEncodeError; PyExc_UnicodeDecodeError = UnicodeDecodeError;
    PyExc_UnicodeTranslateError = UnicodeTranslateError; PyExc_ValueError = ValueError; PyExc_ZeroDivisionError = ZeroDivisionError;
    PyExc_BlockingIOError = BlockingIOError; PyExc_BrokenPipeError = BrokenPipeError; PyExc_ChildProcessError = ChildProcessError; PyExc_ConnectionError = ConnectionError;
    PyExc_ConnectionAbortedError = ConnectionAbortedError; PyExc_ConnectionRefusedError = ConnectionRefusedError; PyExc_ConnectionResetError = ConnectionResetError;
    PyExc_FileExistsError = FileExistsError; PyExc_FileNotFoundError = FileNotFoundError; PyExc_InterruptedError = InterruptedError;
    PyExc_IsADirectoryError = IsADirectoryError; PyExc_NotADirectoryError = NotADirectoryError; PyExc_PermissionError = PermissionError;
    PyExc_ProcessLookupError = ProcessLookupError; PyExc_TimeoutError = TimeoutError; PyExc_EnvironmentError = OSError; PyExc_IOError = OSError;
    PyExc_Warning = Warning; PyExc_UserWarning = UserWarning; PyExc_DeprecationWarning = DeprecationWarning; PyExc_PendingDeprecationWarning = PendingDeprecationWarning;
    PyExc_SyntaxWarning = SyntaxWarning; PyExc_RuntimeWarning = RuntimeWarning; PyExc_FutureWarning = FutureWarning; PyExc_ImportWarning = ImportWarning;
    PyExc_UnicodeWarning = UnicodeWarning; PyExc_BytesWarning = BytesWarning; PyExc_ResourceWarning = ResourceWarning; PyExc_EncodingWarning = EncodingWarning;
    PyExc_PythonFinalizationError = PythonFinalizationError;
    PyExc_InterpreterError = InterpreterError; PyExc_InterpreterNotFoundError = InterpreterNotFoundError;
}

/// Fill the variables.
pub fn init() {
    fill();
}

macro_rules! variadic {
    ($($name:ident)*) => {
        unsafe extern "C" { $( fn $name(); )* }
        /// The functions of `csrc/variadic.c`.
        pub const VARIADIC: &[Export] = &[$( Export { name: stringify!($name), address: $name as *const () } ),*];
    };
}
variadic! {
    PyArg_Parse PyArg_ParseTuple PyArg_VaParse _PyArg_Parse_SizeT _PyArg_ParseTuple_SizeT _PyArg_VaParse_SizeT PyArg_ParseTupleAndKeywords
    PyArg_VaParseTupleAndKeywords _PyArg_ParseTupleAndKeywords_SizeT _PyArg_VaParseTupleAndKeywords_SizeT PyArg_UnpackTuple Py_BuildValue Py_VaBuildValue
    _Py_BuildValue_SizeT _Py_VaBuildValue_SizeT PyUnicode_FromFormat PyUnicode_FromFormatV PyBytes_FromFormat PyBytes_FromFormatV PyErr_Format PyErr_FormatV
    PyErr_FormatUnraisable _PyErr_FormatFromCause PyErr_WarnFormat PyErr_ResourceWarning PyErr_WarnExplicitFormat PyObject_CallFunctionObjArgs PyObject_CallMethodObjArgs
    PyObject_CallFunction _PyObject_CallFunction_SizeT PyEval_CallFunction PyObject_CallMethod _PyObject_CallMethod_SizeT PyEval_CallMethod PyTuple_Pack
    PyUnicodeWriter_Format PySys_WriteStdout PySys_WriteStderr PySys_FormatStdout PySys_FormatStderr PyOS_vsnprintf PyOS_snprintf _PyObject_CallMethodId
    PySys_Audit _PyArg_ParseStack _PyArg_ParseTupleAndKeywordsFast
}
