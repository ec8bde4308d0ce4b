/* What the files with variadic functions share. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct _object PyObject;
typedef ptrdiff_t Py_ssize_t;

/* An argument list that can be passed by pointer whatever `va_list` is. */
struct taipan_va { va_list ap; };

#define WITH(last, result_type, call) \
    struct taipan_va v;               \
    va_start(v.ap, last);             \
    result_type r = (call);           \
    va_end(v.ap);                     \
    return r

#define WITH_LIST(list, result_type, call) \
    struct taipan_va v;                    \
    va_copy(v.ap, list);                   \
    result_type r = (call);                \
    va_end(v.ap);                          \
    return r
