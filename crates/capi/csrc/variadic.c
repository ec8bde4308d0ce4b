/* The variadic functions of the C API. Stable Rust cannot define them, so each one here wraps its argument list and hands it to Rust
 * (`src/format/`), which reads the format string and fetches the arguments one by one with the `taipan_va_*` functions. */

#include "va.h"

void *taipan_va_ptr(struct taipan_va *v) { return va_arg(v->ap, void *); }
int taipan_va_int(struct taipan_va *v) { return va_arg(v->ap, int); }
long taipan_va_long(struct taipan_va *v) { return va_arg(v->ap, long); }
long long taipan_va_longlong(struct taipan_va *v) { return va_arg(v->ap, long long); }
double taipan_va_double(struct taipan_va *v) { return va_arg(v->ap, double); }

/* What Rust provides. */
PyObject *taipan_build_value(const char *format, struct taipan_va *v);
PyObject *taipan_build_arguments(const char *format, struct taipan_va *v);
PyObject *taipan_format_text(const char *format, struct taipan_va *v);
PyObject *taipan_format_bytes(const char *format, struct taipan_va *v);
PyObject *taipan_raise(PyObject *type, PyObject *message);
void taipan_unraisable(PyObject *message);
int taipan_warn(PyObject *category, PyObject *message, Py_ssize_t level);
PyObject *taipan_call_array(PyObject *f, PyObject **args, size_t n);
PyObject *taipan_call_method_array(PyObject *o, PyObject *name, PyObject **args, size_t n);
PyObject *taipan_call_tuple(PyObject *f, PyObject *args);
PyObject *taipan_call_method_tuple(PyObject *o, const char *name, PyObject *args);
PyObject *taipan_tuple_array(PyObject **args, size_t n);
PyObject *taipan_tuple_two(PyObject *a, PyObject *b);
int taipan_unpack_tuple(PyObject *args, const char *name, Py_ssize_t min, Py_ssize_t max, struct taipan_va *v);
void taipan_sys_write(const char *stream, PyObject *text);
int taipan_writer_text(void *writer, PyObject *text);
PyObject *taipan_text(const char *p, size_t n);
int PyErr_WarnExplicitObject(PyObject *, PyObject *, PyObject *, int, PyObject *, PyObject *);
PyObject *PyUnicode_DecodeFSDefault(const char *);
PyObject *PyUnicode_FromString(const char *);
PyObject *_PyUnicode_FromId(void *);
void Py_DecRef(PyObject *);
extern PyObject *PyExc_ResourceWarning;

int PyArg_UnpackTuple(PyObject *args, const char *name, Py_ssize_t min, Py_ssize_t max, ...)
{
    WITH(max, int, taipan_unpack_tuple(args, name, min, max, &v));
}

PyObject *Py_BuildValue(const char *format, ...) { WITH(format, PyObject *, taipan_build_value(format, &v)); }
PyObject *Py_VaBuildValue(const char *format, va_list list) { WITH_LIST(list, PyObject *, taipan_build_value(format, &v)); }
PyObject *_Py_BuildValue_SizeT(const char *format, ...) { WITH(format, PyObject *, taipan_build_value(format, &v)); }
PyObject *_Py_VaBuildValue_SizeT(const char *format, va_list list) { WITH_LIST(list, PyObject *, taipan_build_value(format, &v)); }

PyObject *PyUnicode_FromFormat(const char *format, ...) { WITH(format, PyObject *, taipan_format_text(format, &v)); }
PyObject *PyUnicode_FromFormatV(const char *format, va_list list) { WITH_LIST(list, PyObject *, taipan_format_text(format, &v)); }
PyObject *PyBytes_FromFormat(const char *format, ...) { WITH(format, PyObject *, taipan_format_bytes(format, &v)); }
PyObject *PyBytes_FromFormatV(const char *format, va_list list) { WITH_LIST(list, PyObject *, taipan_format_bytes(format, &v)); }

/* Raise `type(text)`, releasing the text. */
static PyObject *raise(PyObject *type, PyObject *text)
{
    taipan_raise(type, text);
    Py_DecRef(text);
    return NULL;
}
PyObject *PyErr_Format(PyObject *type, const char *format, ...) { WITH(format, PyObject *, raise(type, taipan_format_text(format, &v))); }
PyObject *PyErr_FormatV(PyObject *type, const char *format, va_list list)
{
    WITH_LIST(list, PyObject *, raise(type, taipan_format_text(format, &v)));
}
PyObject *taipan_take_cause(void);
void taipan_put_cause(PyObject *cause);
PyObject *_PyErr_FormatFromCause(PyObject *type, const char *format, ...)
{
    struct taipan_va v;
    PyObject *cause = taipan_take_cause();
    va_start(v.ap, format);
    raise(type, taipan_format_text(format, &v));
    va_end(v.ap);
    taipan_put_cause(cause);
    return NULL;
}
PyObject *taipan_take_raised(void);
void taipan_put_raised(PyObject *e);
void PyErr_FormatUnraisable(const char *format, ...)
{
    struct taipan_va v;
    PyObject *text = NULL, *e = taipan_take_raised();
    if (format) {
        va_start(v.ap, format);
        text = taipan_format_text(format, &v);
        va_end(v.ap);
    }
    taipan_put_raised(e);
    taipan_unraisable(text);
    Py_DecRef(text);
}

static int warn(PyObject *category, Py_ssize_t level, PyObject *text)
{
    if (!text)
        return -1;
    int r = taipan_warn(category, text, level);
    Py_DecRef(text);
    return r;
}
int PyErr_WarnFormat(PyObject *category, Py_ssize_t level, const char *format, ...)
{
    WITH(format, int, warn(category, level, taipan_format_text(format, &v)));
}
int PyErr_ResourceWarning(PyObject *source, Py_ssize_t level, const char *format, ...)
{
    (void)source;
    WITH(format, int, warn(PyExc_ResourceWarning, level, taipan_format_text(format, &v)));
}
int PyErr_WarnExplicitFormat(PyObject *category, const char *file, int line, const char *module, PyObject *registry, const char *format, ...)
{
    struct taipan_va v;
    va_start(v.ap, format);
    PyObject *text = taipan_format_text(format, &v);
    va_end(v.ap);
    PyObject *f = PyUnicode_DecodeFSDefault(file), *m = module ? PyUnicode_FromString(module) : NULL;
    int r = text && f && (m || !module) ? PyErr_WarnExplicitObject(category, text, f, line, m, registry) : -1;
    Py_DecRef(text);
    Py_DecRef(f);
    Py_DecRef(m);
    return r;
}

/* Object arguments up to the closing null. */
#define OBJECTS_MAX 64
static size_t objects(struct taipan_va *v, PyObject **out)
{
    size_t n = 0;
    PyObject *o;
    while (n < OBJECTS_MAX && (o = va_arg(v->ap, PyObject *)) != NULL)
        out[n++] = o;
    return n;
}
static PyObject *call_objects(PyObject *f, struct taipan_va *v)
{
    PyObject *args[OBJECTS_MAX];
    size_t n = objects(v, args);
    return taipan_call_array(f, args, n);
}
static PyObject *call_method_objects(PyObject *o, PyObject *name, struct taipan_va *v)
{
    PyObject *args[OBJECTS_MAX];
    size_t n = objects(v, args);
    return taipan_call_method_array(o, name, args, n);
}
PyObject *PyObject_CallFunctionObjArgs(PyObject *f, ...) { WITH(f, PyObject *, call_objects(f, &v)); }
PyObject *PyObject_CallMethodObjArgs(PyObject *o, PyObject *name, ...) { WITH(name, PyObject *, call_method_objects(o, name, &v)); }

static PyObject *call_built(PyObject *f, const char *format, struct taipan_va *v)
{
    PyObject *args = taipan_build_arguments(format, v);
    PyObject *r = args ? taipan_call_tuple(f, args) : NULL;
    Py_DecRef(args);
    return r;
}
static PyObject *call_method_built(PyObject *o, const char *name, const char *format, struct taipan_va *v)
{
    PyObject *args = taipan_build_arguments(format, v);
    PyObject *r = args ? taipan_call_method_tuple(o, name, args) : NULL;
    Py_DecRef(args);
    return r;
}
PyObject *PyObject_CallFunction(PyObject *f, const char *format, ...) { WITH(format, PyObject *, call_built(f, format, &v)); }
PyObject *_PyObject_CallFunction_SizeT(PyObject *f, const char *format, ...) { WITH(format, PyObject *, call_built(f, format, &v)); }
PyObject *PyEval_CallFunction(PyObject *f, const char *format, ...) { WITH(format, PyObject *, call_built(f, format, &v)); }
PyObject *PyObject_CallMethod(PyObject *o, const char *name, const char *format, ...)
{
    WITH(format, PyObject *, call_method_built(o, name, format, &v));
}
PyObject *_PyObject_CallMethod_SizeT(PyObject *o, const char *name, const char *format, ...)
{
    WITH(format, PyObject *, call_method_built(o, name, format, &v));
}
PyObject *PyEval_CallMethod(PyObject *o, const char *name, const char *format, ...)
{
    WITH(format, PyObject *, call_method_built(o, name, format, &v));
}

static PyObject *pack(Py_ssize_t n, struct taipan_va *v)
{
    PyObject *few[OBJECTS_MAX];
    /* More than any memory holds: refused over there, no argument is read. */
    if (n > PTRDIFF_MAX / 16)
        return taipan_tuple_array(few, (size_t)n);
    if (n > OBJECTS_MAX) {
        PyObject *many[n];
        for (Py_ssize_t i = 0; i < n; i++)
            many[i] = va_arg(v->ap, PyObject *);
        return taipan_tuple_array(many, (size_t)n);
    }
    for (Py_ssize_t i = 0; i < n; i++)
        few[i] = va_arg(v->ap, PyObject *);
    return taipan_tuple_array(few, (size_t)n);
}
PyObject *PyTuple_Pack(Py_ssize_t n, ...)
{
    if (n == 2) {
        va_list list;
        va_start(list, n);
        PyObject *a = va_arg(list, PyObject *), *b = va_arg(list, PyObject *);
        va_end(list);
        return taipan_tuple_two(a, b);
    }
    WITH(n, PyObject *, pack(n, &v));
}

static int write_text(void *writer, PyObject *text)
{
    if (!text)
        return -1;
    int r = taipan_writer_text(writer, text);
    Py_DecRef(text);
    return r;
}
int PyUnicodeWriter_Format(void *writer, const char *format, ...) { WITH(format, int, write_text(writer, taipan_format_text(format, &v))); }

/* printf-style output of at most 1000 bytes to sys.stdout or sys.stderr. */
static void sys_printf(const char *stream, const char *format, va_list list)
{
    char buffer[1001];
    int n = vsnprintf(buffer, sizeof buffer, format, list);
    if (n < 0)
        return;
    PyObject *e = taipan_take_raised();
    PyObject *text = taipan_text(buffer, (size_t)n < sizeof buffer ? (size_t)n : sizeof buffer - 1);
    taipan_sys_write(stream, text);
    Py_DecRef(text);
    if ((size_t)n >= sizeof buffer) {
        text = taipan_text("... truncated", 13);
        taipan_sys_write(stream, text);
        Py_DecRef(text);
    }
    taipan_put_raised(e);
}
void PySys_WriteStdout(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    sys_printf("stdout", format, list);
    va_end(list);
}
void PySys_WriteStderr(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    sys_printf("stderr", format, list);
    va_end(list);
}
static void sys_format(const char *stream, const char *format, struct taipan_va *v)
{
    PyObject *e = taipan_take_raised();
    PyObject *text = taipan_format_text(format, v);
    taipan_sys_write(stream, text);
    Py_DecRef(text);
    taipan_put_raised(e);
}
void PySys_FormatStdout(const char *format, ...)
{
    struct taipan_va v;
    va_start(v.ap, format);
    sys_format("stdout", format, &v);
    va_end(v.ap);
}
void PySys_FormatStderr(const char *format, ...)
{
    struct taipan_va v;
    va_start(v.ap, format);
    sys_format("stderr", format, &v);
    va_end(v.ap);
}

int PyOS_vsnprintf(char *out, size_t size, const char *format, va_list list)
{
    if (size > INT32_MAX - 1)
        return -666;
    int n = vsnprintf(out, size, format, list);
    if (size > 0)
        out[size - 1] = '\0';
    return n;
}
int PyOS_snprintf(char *out, size_t size, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = PyOS_vsnprintf(out, size, format, list);
    va_end(list);
    return n;
}

PyObject *_PyObject_CallMethodId(PyObject *o, void *id, const char *format, ...)
{
    struct taipan_va v;
    va_start(v.ap, format);
    PyObject *args = taipan_build_arguments(format, &v), *r = NULL, *name = _PyUnicode_FromId(id), *f = NULL;
    va_end(v.ap);
    PyObject *PyObject_GetAttr(PyObject *, PyObject *);
    if (args && name && (f = PyObject_GetAttr(o, name)) != NULL)
        r = taipan_call_tuple(f, args);
    Py_DecRef(f);
    Py_DecRef(args);
    return r;
}

int PySys_Audit(const char *event, const char *format, ...);
int taipan_audit(const char *event, PyObject *args);
int PySys_Audit(const char *event, const char *format, ...)
{
    struct taipan_va v;
    PyObject *args = NULL;
    if (format) {
        va_start(v.ap, format);
        args = taipan_build_arguments(format, &v);
        va_end(v.ap);
        if (!args)
            return -1;
    }
    int r = taipan_audit(event, args);
    Py_DecRef(args);
    return r;
}
