/* Weft's C interface: C99, self-contained. Everything that Weft computes is reached through it;
 * the Python package uses nothing else.
 *
 * Ownership   Handles are reference-counted. Functions named create, load, invoke, begin, end,
 *             call or grad give the caller one reference, which the caller releases. Functions
 *             with `get` or `at` in their name lend: the caller releases nothing.
 *             release(NULL) does nothing.
 * Errors      Every function that can fail returns a weft_status and leaves its outputs untouched
 *             on failure; weft_last_error() then has the text of this thread's failure. Any call
 *             may give WEFT_INVALID_VALUE for a NULL that it cannot work without,
 *             WEFT_INDEX_OUT_OF_RANGE or WEFT_NOT_FOUND for an index or a name that does not
 *             exist, and WEFT_OUT_OF_MEMORY. Functions that return something other than a status
 *             never fail: for a NULL handle or a wrong index they give 0, -1 or NULL. No function
 *             exits or throws. Nothing prints except the operator `print`, and the log where a
 *             program sets none.
 * Threads     Functions may be called from any thread unless their comment says otherwise. Several
 *             threads may read an array at the same time. While one writes it, no other may use
 *             it: the caller sees to that.
 * Versions    Structs that may grow start with their size. Numbers are never reused.
 *
 * A program makes arrays, finds operators by name, calls them with tagged values and releases what
 * the calls gave. docs/c.md leads from here to a served model.
 *
 * ```c
 * #include <stdio.h>
 * #include <weft/weft.h>
 *
 * int main(void) {
 *   const int64_t shape[] = {3};
 *   const float numbers[] = {1, 4, 9};
 *   float roots[3];
 *   weft_op op;
 *   weft_tensor x, y = NULL;
 *   weft_value argument = {WEFT_TAG_TENSOR, 0, {NULL}};
 *   if (weft_tensor_create(WEFT_FLOAT32, 1, shape, numbers, &x)) return 1;
 *   argument.as.tensor = x;
 *   if (weft_op_find("sqrt", &op) || weft_invoke(op, &argument, 1, &y, 1) ||
 *       weft_tensor_read(y, roots, sizeof roots))
 *     return fprintf(stderr, "%s\n", weft_last_error()), 1;
 *   printf("%g %g %g\n", roots[0], roots[1], roots[2]);
 *   weft_tensor_release(y);
 *   weft_tensor_release(x);
 *   return 0;
 * }
 * ```
 * ```text
 * 1 2 3
 * ```
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
