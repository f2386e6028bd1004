/* Weft's C interface: C99, self-contained. Everything that Weft computes is reached through it;
 * the Python package uses nothing else.
 *
 * Ownership   Handles are reference-counted. Functions named create, load, invoke, begin, end,
 *             call or grad give the caller one reference, to be released; `get` and `at` lend.
 *             release(NULL) does nothing.
 * Errors      Every fallible function returns a weft_status and leaves its outputs untouched on
 *             failure; weft_last_error() then has the text of this thread's failure. A NULL that a
 *             call cannot do without is WEFT_INVALID_VALUE, what is asked for by an index or a name
 *             that is none WEFT_INDEX_OUT_OF_RANGE or WEFT_NOT_FOUND, and any call that allocates
 *             may meet WEFT_OUT_OF_MEMORY. Functions that return something else than a status never
 *             fail: of a NULL handle or a wrong index they give 0, -1 or NULL. No function exits or
 *             throws, and none prints but where the operator `print` is run.
 * Threads     Functions may be called from any thread unless they say otherwise. Reading an array
 *             from several threads is free; writing it excludes others (the caller's duty).
 * Versions    Structs that may grow start with their size. Numbers are never reused.
 */
#ifndef WEFT_WEFT_H_
#define WEFT_WEFT_H_

#include "weft_autograd.h"  /* gradients and tracing */
#include "weft_base.h"      /* status codes, dtypes, handles, arguments; the library itself */
#include "weft_model.h"     /* .weft files, written and run */
#include "weft_operators.h" /* what operators there are, and calling them */
#include "weft_register.h"  /* operators of your own */
#include "weft_tensor.h"    /* arrays, files of them, devices */

#endif /* WEFT_WEFT_H_ */
