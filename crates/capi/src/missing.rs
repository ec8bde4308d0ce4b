//! Functions of the reference that do not exist here yet. An extension that imports one loads; calling it raises `SystemError` with the function's name and
//! gives 0 or null, so that nothing goes wrong silently. The list only shrinks: `tests/it` compares it with the reference's exports.

use crate::border::Export;
use taipan_object::prelude::*;

#[cold]
fn raise(name: &str) -> usize {
    // SAFETY: C code calls the API with the GIL held; without it there is no exception to set.
    if taipan_object::cx::current().is_null() {
    taipan_object::fatal(&format!("the C API function {name} does not exist in Taipan yet"));
    }
    // SAFETY: the thread has its state.
    let cx = &mut unsafe { Cx::assume() };
    let _raised = cx.system_error(format_args!("the C API function {name} does not exist in Taipan yet"));
    0
}

macro_rules! missing {
    ($($name:ident)*) => {
    $(
    /// Not here yet.
    ///
    /// # Safety
    /// Callable with any arguments: it looks at none.
    #[unsafe(no_mangle)]
    #[allow(non_snake_case)]
    pub unsafe extern "C" fn $name() -> usize {
    raise(stringify!($name))
    }
    )*
    /// The names.
    pub const MISSING: &[Export] = &[$( Export { name: stringify!($name), address: $name as *const () } ),*];
    };
}

missing! {
    PyAsyncGen_New PyCode_Optimize PyCompile_OpcodeStackEffect PyCompile_OpcodeStackEffectWithJump PyConfig_Clear PyConfig_InitIsolatedConfig
    PyConfig_InitPythonConfig PyConfig_Read PyConfig_SetArgv PyConfig_SetBytesArgv PyConfig_SetBytesString PyConfig_SetString
    PyConfig_SetWideStringList PyCoro_New PyCriticalSection2_BeginMutex PyCriticalSection_BeginMutex PyDescr_NewWrapper
    PyErr_RangedSyntaxLocationObject PyEval_AcquireLock PyEval_CallObjectWithKeywords PyEval_EvalFrame PyEval_EvalFrameEx PyEval_ReleaseLock
    PyFile_SetOpenCodeHook PyFrame_FastToLocals PyFrame_FastToLocalsWithError PyFrame_LocalsToFast PyGen_New PyGen_NewWithQualName
    PyImport_AppendInittab PyImport_ExtendInittab PyInitConfig_AddModule PyInitConfig_Create PyInitConfig_Free PyInitConfig_FreeStrList
    PyInitConfig_GetError PyInitConfig_GetExitCode PyInitConfig_GetInt PyInitConfig_GetStr PyInitConfig_GetStrList PyInitConfig_HasOption
    PyInitConfig_SetInt PyInitConfig_SetStr PyInitConfig_SetStrList   
    PyMarshal_Init PyMem_SetAllocator PyMem_SetupDebugHooks PyOS_InterruptOccurred PyOS_Readline PyObject_AsCharBuffer PyObject_AsWriteBuffer
    PyObject_CheckReadBuffer PyObject_SetArenaAllocator PyPreConfig_InitIsolatedConfig PyPreConfig_InitPythonConfig PyRefTracer_GetTracer
    PyRefTracer_SetTracer PySignal_SetWakeupFd PySys_AddAuditHook PySys_AddWarnOption PySys_AddXOption PySys_SetArgv PySys_SetArgvEx PySys_SetPath
    PyThread_GetInfo PyThread_ParseTimeoutArg PyThread_ReInitTLS PyThread_acquire_lock_timed_with_retries PyThread_create_key PyThread_delete_key
    PyThread_delete_key_value PyThread_get_key_value PyThread_set_key_value
    PyThread_set_stacksize PyUnicode_AsDecodedObject PyUnicode_AsDecodedUnicode PyUnicode_AsEncodedObject
    PyUnicode_AsEncodedUnicode PyUnicode_GetSize PyUnicode_InternImmortal PyUnstable_CopyPerfMapFile
    PyUnstable_InterpreterFrame_GetCode PyUnstable_InterpreterFrame_GetLasti PyUnstable_InterpreterFrame_GetLine PyUnstable_PerfMapState_Fini
    PyUnstable_PerfMapState_Init PyUnstable_PerfTrampoline_CompileCode PyUnstable_PerfTrampoline_SetPersistAfterFork
    PyUnstable_WritePerfMapEntry PyWideStringList_Append
    PyWideStringList_Insert PyWrapper_New Py_BytesMain Py_ExitStatusException Py_FrozenMain Py_GetPath Py_GetPythonHome
    Py_Initialize Py_InitializeEx Py_InitializeFromConfig Py_InitializeFromInitConfig Py_Main Py_PreInitialize Py_PreInitializeFromArgs
    Py_PreInitializeFromBytesArgs Py_RunMain Py_SetPath Py_SetProgramName Py_SetPythonHome _PyAST_Compile _PyArena_AddPyObject _PyArena_Free
    _PyArena_Malloc _PyArena_New _PyArg_ParseStackAndKeywords _PyBuffer_ReleaseInInterpreter _PyBuffer_ReleaseInInterpreterAndRawFree
    _PyBytesWriter_Alloc _PyBytesWriter_Dealloc _PyBytesWriter_Finish _PyBytesWriter_Init _PyBytesWriter_Prepare _PyBytesWriter_Resize
    _PyBytesWriter_WriteBytes _PyBytes_DecodeEscape2 _PyBytes_Find _PyBytes_FromData _PyBytes_FromXIData _PyBytes_GetData _PyBytes_GetXIData
    _PyBytes_GetXIDataWrapped _PyBytes_Repeat _PyBytes_ReverseFind _PyCode_CheckLineNumber _PyCode_CheckNoExternalState _PyCode_CheckNoInternalState
    _PyCode_CheckPureFunction _PyCode_ConstantKey _PyCode_FromXIData _PyCode_GetPureScriptXIData _PyCode_GetScriptXIData 
    _PyCode_GetXIData _PyCode_ReturnsOnlyNone _PyCode_VerifyStateless _PyCompile_Assemble _PyCompile_CleanDoc
    _PyCompile_CodeGen _PyCompile_GetBinaryIntrinsicName _PyCompile_GetUnaryIntrinsicName _PyCompile_OptimizeCfg _PyConfig_AsDict _PyConfig_FromDict
    _PyConfig_InitCompatConfig _PyCoro_GetAwaitableIter _PyCriticalSection2_BeginSlow _PyCriticalSection_BeginSlow
    _PyCriticalSection_Resume _PyCriticalSection_SuspendAll _PyDeadline_Get _PyDeadline_Init _PyDict_DelItemIf _PyDict_DelItem_KnownHash
    _PyDict_FromItems _PyDict_GetItemRef_KnownHash_LockHeld _PyDict_LoadGlobal _PyDict_LoadGlobalStackRef _PyDict_SendEvent _PyDict_SetItem_Take2
    _PyDict_SizeOf _PyDumpExecutors _PyErr_Clear _PyErr_ExceptionMatches _PyErr_Format _PyErr_FormatNote _PyErr_FormatV _PyErr_GetRaisedException
    _PyErr_ProgramDecodedTextObject _PyErr_SetInterpreterAlreadyRunning _PyErr_SetLocaleString _PyErr_SetRaisedException _PyErr_SetString
    _PyEvalFramePushAndInit _PyEval_CheckExceptStarTypeValid _PyEval_CheckExceptTypeValid _PyEval_EvalFrameDefault _PyEval_ExceptionGroupMatch
    _PyEval_FormatAwaitableError _PyEval_FormatExcCheckArg _PyEval_FormatExcUnbound _PyEval_FormatKwargsError _PyEval_FrameClearAndPop
    _PyEval_GetANext _PyEval_GetAwaitable _PyEval_GetBuiltin _PyEval_ImportFrom _PyEval_ImportName _PyEval_LoadGlobalStackRef _PyEval_LoadName
    _PyEval_MakePendingCalls _PyEval_MatchClass _PyEval_MatchKeys _PyEval_MonitorRaise _PyEval_NoToolsForUnwind _PyEval_SetProfile
    _PyEval_SpecialMethodCanSuggest _PyEval_UnpackIterableStackRef _PyFloat_ExactDealloc _PyFrame_IsEntryFrame _PyFunction_FromXIData
    _PyFunction_GetXIData _PyFunction_SetVersion _PyFunction_VerifyStateless _PyGen_SetStopIterationValue _PyGen_yf
    _PyImport_SetModule _PyInstructionSequence_New _PyInterpolation_Build  
 _PyInterpreterState_GetEvalFrameFunc 
       
 _PyInterpreterState_New
 _PyInterpreterState_SetEvalFrameFunc
 _PyList_AppendTakeRefListResize _PyList_AsTupleAndClear _PyList_Extend
    _PyList_FromStackRefStealOnSuccess _PyList_SliceSubscript _PyLong_Add _PyLong_AsTime_t _PyLong_DivmodNear _PyLong_ExactDealloc
    _PyLong_FileDescriptor_Converter _PyLong_Format _PyLong_Frexp _PyLong_FromDigits _PyLong_FromGid _PyLong_Lshift _PyLong_Multiply _PyLong_New
    _PyLong_Rshift _PyLong_Subtract _PyLong_UInt16_Converter _PyLong_UInt32_Converter _PyLong_UInt64_Converter _PyLong_UInt8_Converter
    _PyMarshal_GetXIData _PyMarshal_ReadObjectFromXIData _PyMem_Strdup _PyOS_IsMainThread _PyOS_URandomNonblock _PyObjectArray_Free
    _PyObjectArray_FromStackRefArray _PyObject_AssertFailed _PyObject_CallMethod _PyObject_CheckXIData _PyObject_DebugMallocStats _PyObject_Dump
    _PyObject_GetMethod _PyObject_GetState _PyObject_GetXIData _PyObject_GetXIDataNoFallback _PyObject_LookupSpecialMethod _PyObject_MakeTpCall
    _PyObject_MaybeCallSpecialNoArgs _PyObject_MaybeCallSpecialOneArg _PyObject_SetManagedDict _PyOptimizer_Optimize _PyParkingLot_AfterFork
    _PyParkingLot_Park _PyParkingLot_Unpark _PyParkingLot_UnparkAll _PyPathConfig_ClearGlobal _PyPickle_GetXIData _PyPickle_LoadFromXIData
    _PyPreConfig_InitCompatConfig _PySemaphore_Destroy _PySemaphore_Init _PySemaphore_Wait _PySemaphore_Wakeup _PySeqLock_AbandonWrite
    _PySeqLock_AfterFork _PySeqLock_BeginRead _PySeqLock_EndRead _PySeqLock_LockWrite _PySeqLock_UnlockWrite _PySet_AddTakeRef _PySet_Contains
    _PySlice_GetLongIndices _PyState_AddModule _PyStaticType_GetBuiltins _PyStaticType_InitForExtension _PyStructSequence_NewType _PySuper_Lookup
    _PySys_GetOptionalAttr _PySys_GetOptionalAttrString _PySys_GetRequiredAttr _PySys_GetRequiredAttrString _PySys_GetSizeOf _PyTemplate_Build
    _PyThreadState_Init _PyThreadState_New _PyThreadState_PopFrame _PyThreadState_Prealloc _PyThread_CurrentFrames
    _PyTime_AsTimevalTime_t _PyTime_MonotonicWithInfo _PyTime_gmtime _PyTime_localtime _PyToken_OneChar _PyToken_ThreeChars _PyToken_TwoChars
    _PyTraceback_Add _PyTrash_thread_deposit_object _PyTrash_thread_destroy_chain _PyTuple_FromArraySteal
    _PyTuple_FromStackRefStealOnSuccess _PyType_AllocNoTrack _PyType_GetBaseByToken_Borrow _PyType_GetDict _PyType_GetSlotWrapperNames
    _PyType_NewManagedObject _PyUnicodeWriter_Dealloc _PyUnicodeWriter_Finish _PyUnicodeWriter_Init _PyUnicodeWriter_PrepareInternal
    _PyUnicodeWriter_PrepareKindInternal _PyUnicodeWriter_WriteASCIIString _PyUnicodeWriter_WriteChar _PyUnicodeWriter_WriteStr
    _PyUnicodeWriter_WriteSubstring _PyUnicode_AsUTF8NoNUL _PyUnicode_AsUTF8String _PyUnicode_CheckConsistency _PyUnicode_Copy
    _PyUnicode_DecodeUnicodeEscapeInternal2 _PyUnicode_EncodeUTF16 _PyUnicode_EncodeUTF32 _PyUnicode_Equal _PyUnicode_EqualToASCIIString
    _PyUnicode_ExactDealloc _PyUnicode_InternImmortal _PyUnicode_InternInPlace _PyUnicode_InternMortal _PyUnicode_JoinArray _PyUnicode_ScanIdentifier
    _PyWarnings_Init _PyWeakref_ClearRef _PyWeakref_IsDead _PyXIData_Clear _PyXIData_FormatNotShareableError _PyXIData_Free
    _PyXIData_GetNotShareableErrorType _PyXIData_Init _PyXIData_InitWithSize _PyXIData_Lookup _PyXIData_New _PyXIData_NewObject
    _PyXIData_RegisterClass _PyXIData_Release _PyXIData_ReleaseAndRawFree _PyXIData_SetNotShareableError _PyXIData_UnregisterClass _PyXI_ClearResult
 _PyXI_Enter _PyXI_ExcInfoAsObject _PyXI_Exit _PyXI_FormatExcInfo _PyXI_FreeExcInfo _PyXI_FreeFailure _PyXI_FreeSession
    _PyXI_GetFailureCode _PyXI_GetMainNamespace _PyXI_GetPreserved _PyXI_InitFailure _PyXI_InitFailureUTF8 _PyXI_NewExcInfo _PyXI_NewFailure
 _PyXI_NewSession _PyXI_Preserve _PyXI_UnwrapNotShareableError _Py_BreakPoint _Py_CheckFunctionResult _Py_CheckRecursiveCall
    _Py_Check_ArgsIterable _Py_DisplaySourceLine _Py_DumpStack _Py_Executor_DependsOn _Py_Executors_InvalidateAll _Py_Executors_InvalidateCold
    _Py_Executors_InvalidateDependency _Py_FatalRefcountErrorFunc _Py_GetConfig _Py_GetExecutor _Py_Get_Getpath_CodeObject _Py_Gid_Converter
    _Py_HandlePending _Py_InitDumpStack _Py_InitializeRecursionLimits _Py_IsInterpreterFinalizing _Py_LoadAttr_StackRefSteal _Py_MakeCoro
    _Py_ReachedRecursionLimitWithMargin _Py_SetImmortalUntracked _Py_SetLocaleFromEnv _Py_UTF8_Edit_Cost _Py_Uid_Converter
    _Py_UniversalNewlineFgetsWithSize _Py_closerange _Py_dup _Py_fstat _Py_fstat_noraise _Py_hashtable_clear _Py_hashtable_compare_direct
    _Py_hashtable_destroy _Py_hashtable_foreach _Py_hashtable_get _Py_hashtable_hash_ptr _Py_hashtable_len _Py_hashtable_new _Py_hashtable_new_full
    _Py_hashtable_set _Py_hashtable_size _Py_hashtable_steal _Py_normpath _Py_open _Py_open_noraise _Py_set_inheritable _Py_set_inheritable_async_safe
    _Py_stat _Py_strerror _Py_strhex _Py_strhex_bytes_with_sep _Py_union_type_or _Py_uop_symbols_test _Py_write _Py_write_noraise
}
