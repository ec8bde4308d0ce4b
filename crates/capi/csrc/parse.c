/* `PyArg_Parse*`. Calls whose arguments are what the format plainly asks for are answered here; everything else, above all every error, is left to Rust
 * (`src/format/`), which begins again from the start: what is written here would be written there too. Layouts are those of the C API (checked in `taipan_abi`). */

#include <limits.h>
#include <string.h>
#include "va.h"

int taipan_parse_args(PyObject *args, const char *format, struct taipan_va *v, int single);
int taipan_parse_keywords(PyObject *args, PyObject *kw, const char *format, char **names, struct taipan_va *v);
int taipan_parse_stack(PyObject *const *args, Py_ssize_t n, const char *format, struct taipan_va *v);
/* The value of a keyword (borrowed), or null: none, or only a real search can tell. */
PyObject *taipan_keyword(PyObject *kw, const char *name);
/* The number of items of a dict. */
Py_ssize_t PyDict_Size(PyObject *);

struct type;
struct object { uint64_t count; struct type *type; };
struct var { struct object head; Py_ssize_t size; };
struct tuple { struct var head; Py_ssize_t hash; PyObject *items[]; };
struct integer { struct object head; uintptr_t tag; uint32_t digits[]; };
struct real { struct object head; double value; };
struct text { struct object head; Py_ssize_t length, hash; uint32_t state; char ascii[]; };
_Static_assert(offsetof(struct tuple, items) == 32 && offsetof(struct integer, digits) == 24 && offsetof(struct real, value) == 16, "layouts of the C API");
/* `tp_flags` of a type. */
#define FLAGS(t) (*(const unsigned long *)((const char *)(t) + 168))
#define TUPLE_SUBCLASS (1UL << 26)
#define UNICODE_SUBCLASS (1UL << 28)
#define DICT_SUBCLASS (1UL << 29)
#define TYPE(o) (((struct object *)(o))->type)
/* `compact` and `ascii`. */
#define PLAIN_TEXT (1u << 5 | 1u << 6)
#define ASCII_DATA 40

extern struct type PyLong_Type, PyFloat_Type, PyUnicode_Type;
extern struct object _Py_TrueStruct, _Py_FalseStruct;

/* The value of an exact int of one digit at most. */
static inline int small_int(PyObject *o, long *out)
{
    struct integer *i = (struct integer *)o;
    if (TYPE(o) != &PyLong_Type || i->tag >= 16)
        return 0;
    *out = (long)(1 - (long)(i->tag & 3)) * (long)i->digits[0];
    return 1;
}

/* The text of an exact ASCII str. */
static inline const char *plain_text(PyObject *o, Py_ssize_t *length)
{
    struct text *s = (struct text *)o;
    if (TYPE(o) != &PyUnicode_Type || (s->state & PLAIN_TEXT) != PLAIN_TEXT)
        return NULL;
    *length = s->length;
    return (const char *)o + ASCII_DATA;
}

/* Convert one argument by the unit at `*format`; 0: it is nothing for here. */
static inline int convert(PyObject *o, const char **format, struct taipan_va *v)
{
    const char *f = *format;
    long n;
    Py_ssize_t length;
    const char *text;
    switch (*f++) {
    case 'O':
        if (*f == '!') {
            f++;
            if (TYPE(o) != va_arg(v->ap, struct type *))
                return 0;
        } else if (*f == '&') {
            return 0;
        }
        *va_arg(v->ap, PyObject **) = o;
        break;
    case 'i':
        if (!small_int(o, &n) || n > INT_MAX || n < INT_MIN)
            return 0;
        *va_arg(v->ap, int *) = (int)n;
        break;
    case 'l':
    case 'n':
        if (!small_int(o, &n))
            return 0;
        *va_arg(v->ap, long *) = n;
        break;
    case 'L':
        if (!small_int(o, &n))
            return 0;
        *va_arg(v->ap, long long *) = n;
        break;
    case 'd':
        if (TYPE(o) != &PyFloat_Type)
            return 0;
        *va_arg(v->ap, double *) = ((struct real *)o)->value;
        break;
    case 'f':
        if (TYPE(o) != &PyFloat_Type)
            return 0;
        *va_arg(v->ap, float *) = (float)((struct real *)o)->value;
        break;
    case 'p':
        if (o != (PyObject *)&_Py_TrueStruct && o != (PyObject *)&_Py_FalseStruct)
            return 0;
        *va_arg(v->ap, int *) = o == (PyObject *)&_Py_TrueStruct;
        break;
    case 'U':
        if (!(FLAGS(TYPE(o)) & UNICODE_SUBCLASS))
            return 0;
        *va_arg(v->ap, PyObject **) = o;
        break;
    case 's':
    case 'z':
        if (*f == '*' || !(text = plain_text(o, &length)))
            return 0;
        if (*f == '#') {
            f++;
            *va_arg(v->ap, const char **) = text;
            *va_arg(v->ap, Py_ssize_t *) = length;
        } else {
            if (memchr(text, 0, (size_t)length))
                return 0;
            *va_arg(v->ap, const char **) = text;
        }
        break;
    default:
        return 0;
    }
    *format = f;
    return 1;
}

static inline int at_end(char c) { return c == 0 || c == ':' || c == ';'; }

/* All arguments by position. */
static inline int quick(PyObject *const *items, Py_ssize_t n, const char *format, struct taipan_va *v)
{
    int optional = 0;
    for (Py_ssize_t i = 0;; i++) {
        if (*format == '|') {
            format++;
            optional = 1;
        }
        if (at_end(*format))
            return i == n;
        if (i >= n)
            return optional;
        if (!convert(items[i], &format, v))
            return 0;
    }
}

static int parse_tuple(PyObject *args, const char *format, va_list list)
{
    struct taipan_va v;
    int r;
    if (args && (FLAGS(TYPE(args)) & TUPLE_SUBCLASS)) {
        va_copy(v.ap, list);
        r = quick(((struct tuple *)args)->items, ((struct var *)args)->size, format, &v);
        va_end(v.ap);
        if (r)
            return 1;
    }
    va_copy(v.ap, list);
    r = taipan_parse_args(args, format, &v, 0);
    va_end(v.ap);
    return r;
}

static inline int is_ascii(const char *s)
{
    while ((signed char)*s > 0)
        s++;
    return *s == 0;
}

/* Arguments by position and by name. */
static inline int quick_keywords(PyObject *args, PyObject *kw, const char *format, char **names, struct taipan_va *v)
{
    Py_ssize_t n = ((struct var *)args)->size, left = 0;
    int optional = 0, by_name = 0, named = 0;
    if (kw) {
        if (!(FLAGS(TYPE(kw)) & DICT_SUBCLASS))
            return 0;
        left = PyDict_Size(kw);
    }
    for (Py_ssize_t i = 0;; i++) {
        for (; *format == '|' || *format == '$'; format++) {
            if (*format == '|') {
                if (optional || by_name)
                    return 0;
                optional = 1;
            } else {
                if (by_name || i < n || !names[i] || !names[i][0])
                    return 0;
                by_name = 1;
            }
        }
        if (at_end(*format))
            return i >= n && left == 0 && names[i] == NULL;
        if (names[i] == NULL || (named && !names[i][0]))
            return 0;
        named = names[i][0] != 0;
        PyObject *o = NULL;
        if (i < n)
            o = ((struct tuple *)args)->items[i];
        else if (left > 0 && named && is_ascii(names[i]) && (o = taipan_keyword(kw, names[i])))
            left--;
        if (o) {
            if (!convert(o, &format, v))
                return 0;
            continue;
        }
        if (!optional)
            return 0;
        if (left == 0) {
            while (names[++i])
                if (named && !names[i][0])
                    return 0;
                else
                    named = names[i][0] != 0;
            return 1;
        }
        if (!is_ascii(names[i]))
            return 0;
        /* Step over a unit that has one variable or two. */
        char c = *format++;
        if (!strchr("OilnLdfpUsz", c) || *format == '&' || *format == '*')
            return 0;
        va_arg(v->ap, void *);
        if ((c == 'O' && *format == '!') || (strchr("sz", c) && *format == '#')) {
            format++;
            va_arg(v->ap, void *);
        }
    }
}

static int parse_keywords(PyObject *args, PyObject *kw, const char *format, char **names, va_list list)
{
    struct taipan_va v;
    int r;
    if (args && (FLAGS(TYPE(args)) & TUPLE_SUBCLASS) && format && names) {
        va_copy(v.ap, list);
        r = quick_keywords(args, kw, format, names, &v);
        va_end(v.ap);
        if (r)
            return 1;
    }
    va_copy(v.ap, list);
    r = taipan_parse_keywords(args, kw, format, names, &v);
    va_end(v.ap);
    return r;
}

#define WITH_AP(last, call)  \
    va_list ap;              \
    va_start(ap, last);      \
    int r = (call);          \
    va_end(ap);              \
    return r

int PyArg_Parse(PyObject *args, const char *format, ...) { WITH(format, int, taipan_parse_args(args, format, &v, 1)); }
int PyArg_ParseTuple(PyObject *args, const char *format, ...) { WITH_AP(format, parse_tuple(args, format, ap)); }
int PyArg_VaParse(PyObject *args, const char *format, va_list list) { return parse_tuple(args, format, list); }
int _PyArg_Parse_SizeT(PyObject *args, const char *format, ...) { WITH(format, int, taipan_parse_args(args, format, &v, 1)); }
int _PyArg_ParseTuple_SizeT(PyObject *args, const char *format, ...) { WITH_AP(format, parse_tuple(args, format, ap)); }
int _PyArg_VaParse_SizeT(PyObject *args, const char *format, va_list list) { return parse_tuple(args, format, list); }

int PyArg_ParseTupleAndKeywords(PyObject *args, PyObject *kw, const char *format, char **names, ...)
{
    WITH_AP(names, parse_keywords(args, kw, format, names, ap));
}
int PyArg_VaParseTupleAndKeywords(PyObject *args, PyObject *kw, const char *format, char **names, va_list list)
{
    return parse_keywords(args, kw, format, names, list);
}
int _PyArg_ParseTupleAndKeywords_SizeT(PyObject *args, PyObject *kw, const char *format, char **names, ...)
{
    WITH_AP(names, parse_keywords(args, kw, format, names, ap));
}
int _PyArg_VaParseTupleAndKeywords_SizeT(PyObject *args, PyObject *kw, const char *format, char **names, va_list list)
{
    return parse_keywords(args, kw, format, names, list);
}

int _PyArg_ParseStack(PyObject *const *args, Py_ssize_t n, const char *format, ...)
{
    struct taipan_va v;
    va_start(v.ap, format);
    int r = quick(args, n, format, &v);
    va_end(v.ap);
    if (r)
        return 1;
    va_start(v.ap, format);
    r = taipan_parse_stack(args, n, format, &v);
    va_end(v.ap);
    return r;
}
struct _PyArg_Parser { const char *format; char **keywords; };
int _PyArg_ParseTupleAndKeywordsFast(PyObject *args, PyObject *kw, struct _PyArg_Parser *parser, ...)
{
    WITH_AP(parser, parse_keywords(args, kw, parser->format, parser->keywords, ap));
}
