/* Weft's C interface: gradients, and tracing of functions. */
#ifndef WEFT_WEFT_AUTOGRAD_H_
#define WEFT_WEFT_AUTOGRAD_H_

#include "weft_base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- autograd ------------------------------------------------------------------------------- */

enum {
  WEFT_MODE_RECORDING = 1, /* operators go on the tape */
  WEFT_MODE_TRACING = 2,   /* read-only: set by weft_trace_begin */
  WEFT_MODE_TRAINING = 4,  /* dropout and batch statistics as in training */
  WEFT_MODE_DEFERRING = 8, /* operators are queued for the library's threads */
  /* Mixed precision: float32 arithmetic may be made in the half dtype where its operator gains by
   * that; all results keep their dtype. Operators of a trace keep what was asked for at their
   * call. Of both, bfloat16. */
  WEFT_MODE_MIXED_FLOAT16 = 16,
  WEFT_MODE_MIXED_BFLOAT16 = 32
};
WEFT_API uint32_t weft_modes(void); /* of this thread */
/* Sets and clears all modes but TRACING; returns the modes before. */
WEFT_API uint32_t weft_set_modes(uint32_t set, uint32_t clear);

enum { WEFT_GRAD_NULL = 0, WEFT_GRAD_WRITE = 1, WEFT_GRAD_ADD = 2 };
/* Makes the array a leaf with a gradient of zeros, whose array is made when it is first read or
 * written. NULL: no longer a leaf. */
WEFT_API weft_status weft_tensor_attach_grad(weft_tensor tensor, int32_t grad_req);
/* What a gradient is: an array of the leaf's type, or rows of one whose others are zero. Rows cost
 * what backward delivers: operators with an attribute `sparse_grad` that is true deliver the rows
 * that they read, all others deliver all rows. */
enum { WEFT_GRAD_ARRAY = 0, WEFT_GRAD_ROW_SPARSE = 1 };
/* attach_grad with a kind. WEFT_INVALID_VALUE: the array has no rows, because it has no axis. */
WEFT_API weft_status weft_tensor_attach_grad_of_kind(weft_tensor tensor, int32_t grad_req,
                                                     int32_t kind);
WEFT_API int32_t weft_tensor_grad_kind(weft_tensor tensor); /* ARRAY without a gradient, too */
/* A new reference to the gradient array, always the same one; NULL if none is attached.
 * WEFT_INVALID_STATE if it is row-sparse, or used up. */
WEFT_API weft_status weft_tensor_grad(weft_tensor tensor, weft_tensor* out);
/* The same, but makes no array: NULL if there is none yet. Also of a gradient that is used up. */
WEFT_API weft_status weft_tensor_made_grad(weft_tensor tensor, weft_tensor* out);
/* Sets the gradient, of either kind, to zero; nothing without one. */
WEFT_API weft_status weft_tensor_zero_grad(weft_tensor tensor);
/* An update has used the gradient, and nothing else needs it: there is none until backward or
 * weft_tensor_zero_grad. In a trace that delivered it, the gradient then becomes a value of the
 * plan that dies there, and a call of the function does this. Nothing for a gradient that adds up,
 * is row-sparse, or was read in the trace before it was delivered. */
WEFT_API weft_status weft_tensor_use_up_grad(weft_tensor tensor);
/* New references to the two arrays of a row-sparse gradient, NULL if none is attached: `indices`,
 * int64, ascending and each once, and `rows`, the sum of what was delivered to each. They stay the
 * same until backward or weft_tensor_set_grad_rows: a write to `rows` changes the gradient. Waits
 * for indices that are being computed. */
WEFT_API weft_status weft_tensor_grad_rows(weft_tensor tensor, weft_tensor* indices,
                                           weft_tensor* rows);
/* Replaces a row-sparse gradient by rows at int64 indices on one axis, in any order and repeated
 * ones summed; both NULL: by none, which is zero. They are taken as they are now; an index outside
 * is told by weft_tensor_grad_rows. */
WEFT_API weft_status weft_tensor_set_grad_rows(weft_tensor tensor, weft_tensor indices,
                                               weft_tensor rows);
WEFT_API int32_t weft_tensor_grad_req(weft_tensor tensor); /* NULL: it is no leaf */
/* How often backward has written the gradient: stale if unchanged since the last look. In a trace a
 * number that it has not had before, if backward has written it there; 0 if it is used up. */
WEFT_API uint64_t weft_tensor_grad_version(weft_tensor tensor);
/* Is its content on the tape? */
WEFT_API int32_t weft_tensor_is_recorded(weft_tensor tensor);

/* Gradients of the inputs of one call, as new references that the library releases; NULL entries,
 * which all are at first, mean zero. `saved` and `cotangents` are lent. A status other than WEFT_OK
 * ends the backward pass with it. */
typedef weft_status (*weft_backward_function)(void* context, const weft_tensor* saved,
                                              size_t nsaved, const weft_tensor* cotangents,
                                              size_t noutputs, weft_tensor* gradients,
                                              size_t ninputs);
/* Puts a call with a gradient of the caller's own on the tape, if the thread records and an input
 * has a history. The outputs are new arrays that were computed without being recorded; backward is
 * given `saved` as they are now. `release` (may be NULL) is called once, when the tape no longer
 * needs `context`, also if this call fails. Not inside a trace. */
WEFT_API weft_status weft_record_function(const char* name, const weft_tensor* inputs,
                                          size_t ninputs, const weft_tensor* outputs,
                                          size_t noutputs, const weft_tensor* saved, size_t nsaved,
                                          weft_backward_function backward, void* context,
                                          void (*release)(void* context));

/* Runs a segment again: on inputs that are lent, into new references to as many outputs as it gave.
 */
typedef weft_status (*weft_segment_function)(void* context, const weft_tensor* inputs,
                                             size_t ninputs, weft_tensor* outputs, size_t noutputs);
/* What the thread does from here to weft_checkpoint_end is a segment: of it the tape keeps the
 * contents of `inputs`, and backward runs it again by `function`, with the same random numbers, and
 * without writing states and printing a second time. Gradients are those without, in every bit. It
 * may use other arrays, which must have the same contents then. In a trace its nodes are those that
 * plans compute again, and `function` is not called. Segments nest. */
WEFT_API weft_status weft_checkpoint_begin(const weft_tensor* inputs, size_t ninputs);
/* results[i]: new references to what takes the place of outputs[i]. `release` (may be NULL) is
 * called once, when the tape no longer needs `context`, also if this call fails. */
WEFT_API weft_status weft_checkpoint_end(const weft_tensor* outputs, size_t noutputs,
                                         weft_segment_function function, void* context,
                                         void (*release)(void* context), weft_tensor* results);
/* Ends a segment that failed: what was recorded of it is an ordinary recording. */
WEFT_API void weft_checkpoint_abort(void);

/* Gradients of the heads into the leaves' buffers. head_grads NULL, or an entry NULL: ones. */
WEFT_API weft_status weft_backward(const weft_tensor* heads, const weft_tensor* head_grads,
                                   size_t count, int32_t retain_graph);
/* Gradients with respect to `variables` as new arrays, themselves recorded if create_graph. */
WEFT_API weft_status weft_grad(const weft_tensor* heads, const weft_tensor* head_grads,
                               size_t nheads, const weft_tensor* variables, size_t nvariables,
                               int32_t retain_graph, int32_t create_graph, weft_tensor* out);

/* ---- tracing -------------------------------------------------------------------------------- */

/* Starts a trace on this thread: inputs[i] stands for an argument, placeholders[i] is the array to
 * pass to the traced code. Operators now become nodes. Traces do not nest. If the thread records
 * now, what is computed while it does not is a constant to gradients. weft_grad, with respect to
 * arrays of the trace and of operators made while recording, makes nodes too; so does
 * weft_backward, for leaves that the trace captures: their gradient arrays are written by each call
 * then. It fails where a leaf is an array of the trace or has a row-sparse gradient. */
WEFT_API weft_status weft_trace_begin(const weft_tensor* inputs, size_t count,
                                      weft_tensor* placeholders);
/* The same from types, without arrays. */
WEFT_API weft_status weft_trace_begin_types(const weft_type* types, size_t count,
                                            weft_tensor* placeholders);
/* Ends it: a function from the placeholders (and arrays met on the way, its captures) to outputs.
 */
WEFT_API weft_status weft_trace_end(const weft_tensor* outputs, size_t count, weft_function* out);
/* Gives it up; nothing is left behind. */
WEFT_API void weft_trace_abort(void);
/* Takes the thread out of its trace for a while, for what shall happen once and at once, such as
 * giving parameters their first values. NULL if none runs. The trace is to be resumed by the same
 * thread; WEFT_INVALID_STATE while another one runs. */
WEFT_API weft_trace weft_trace_suspend(void);
WEFT_API weft_status weft_trace_resume(weft_trace trace);

/* Control flow in a trace. A body is traced once, from types of its arguments to its outputs,
 * between weft_body_begin and weft_body_end; it may use any array of the trace around it, which it
 * captures, and write to arrays from outside, but not to its arguments. Bodies nest. It has no
 * effects (print, check, callback) and meets no sizes. weft_trace_abort gives up the innermost one.
 * Outside of a trace a program's own loops and branches do the same. */
WEFT_API weft_status weft_body_begin(const weft_type* types, size_t count,
                                     weft_tensor* placeholders);
WEFT_API weft_status weft_body_end(const weft_tensor* outputs, size_t count, weft_body* out);
WEFT_API void weft_body_release(weft_body body);
/* Runs a body for each row, along axis 0, of `data`, ndata arrays, one at least. Its arguments are
 * rows of these and nstates carried values, its outputs the new carried values, of unchanged types,
 * and any others. outs: the carried values after the last row, then each other output stacked along
 * a new axis 0. WEFT_INVALID_VALUE names a carried value that changes its type. */
WEFT_API weft_status weft_foreach(weft_body body, const weft_tensor* data, size_t ndata,
                                  const weft_tensor* states, size_t nstates, weft_tensor* outs,
                                  size_t nouts);
/* Runs a body as long as the first variable, bool without axes, is true, at most max_iterations
 * times. Its arguments are the variables, its outputs the new ones and any others. outs: the
 * variables at the end, then each other output stacked, of max_iterations rows: zero for iterations
 * that there were not. */
WEFT_API weft_status weft_while_loop(weft_body body, const weft_tensor* variables,
                                     size_t nvariables, int64_t max_iterations, weft_tensor* outs,
                                     size_t nouts);
/* Runs the first body if the predicate, bool without axes, is true, else the second. Both take no
 * arguments and have outputs of the same types. */
WEFT_API weft_status weft_cond(weft_tensor predicate, weft_body then_body, weft_body else_body,
                               weft_tensor* outs, size_t nouts);

/* Sizes: numbers that only a run knows, such as how many elements a mask chooses. A program that
 * uses one is traced WEFT_TRACE_EXAMPLES times, each time with another example of its sizes, and
 * the traces are joined: numbers that differ are taken to follow from the sizes, as sums and
 * products of them. WEFT_INVALID_STATE where they follow otherwise, or where a trace took another
 * path. A function with sizes plans for those that it meets and keeps the plans. */
#define WEFT_TRACE_EXAMPLES 6
/* Which of the examples the trace of this thread is, 0 to 5; 0 if this is not called. `earlier`:
 * functions of examples traced before, for weft_tensor_extent_follows. */
WEFT_API weft_status weft_trace_set_example(size_t example, const weft_function* earlier,
                                            size_t count);
/* Makes the extent at some axes of placeholders, axes[i] of inputs[i], a dimension: a size in
 * [least, most] that each call has from its inputs. After weft_trace_begin, before anything else;
 * the placeholders' extent is the example's. */
WEFT_API weft_status weft_trace_add_dimension(const char* name, int64_t least, int64_t most,
                                              const size_t* inputs, const int32_t* axes,
                                              size_t count);
/* Did an extent of a traced array differ between the earlier examples, so that nothing may be
 * decided by it but that it is in [*least, *most] (may be NULL)? At least two of them must have
 * been given. */
WEFT_API int32_t weft_tensor_extent_follows(weft_tensor tensor, int32_t axis, int64_t* least,
                                            int64_t* most);
/* The number in `count`, a traced int64 array without axes of at least 0 and at most `bound`, as
 * this example has it. The same for arrays that are computed alike from the same. */
WEFT_API weft_status weft_trace_size(weft_tensor count, int64_t bound, int64_t* size);
/* Does the extent of a traced array along `axis` follow from how many elements of `mask` are true,
 * because what the mask chose is in it? */
WEFT_API weft_status weft_trace_is_chosen(weft_tensor tensor, int32_t axis, weft_tensor mask,
                                          int32_t* chosen);
/* Did its trace use sizes, so that it is one example and cannot be called? */
WEFT_API int32_t weft_function_is_example(weft_function function);
/* One function from the examples, in their order. They stay the caller's. */
WEFT_API weft_status weft_function_join(const weft_function* examples, size_t count,
                                        weft_function* out);

/* A function may be called from several threads at once; so may what follows. */
WEFT_API weft_function weft_function_retain(weft_function function);
WEFT_API void weft_function_release(weft_function function);
/* Runs it through the plan for these inputs' signature; one entry on the tape when recording. */
WEFT_API weft_status weft_function_call(weft_function function, const weft_tensor* inputs,
                                        size_t ninputs, weft_tensor* outs, size_t nouts);
/* Has no array that it trains, or might, been given another gradient request since it was traced?
 * Else it has to be traced again. */
WEFT_API int32_t weft_function_is_current(weft_function function);
/* How many arrays it takes, gives, and has met on the way. */
WEFT_API size_t weft_function_inputs(weft_function function);
WEFT_API size_t weft_function_outputs(weft_function function);
WEFT_API size_t weft_function_captures(weft_function function);
/* Lends the i-th captured array (a parameter, state or constant); NULL past the end. */
WEFT_API weft_tensor weft_function_capture_at(weft_function function, size_t index);
/* The graph as text, or the plan last run ("graph" | "plan"), or its arenas as JSON ("arena": for
 * each stage the buffers of forward and backward, their offsets, bytes, first and last steps);
 * valid until the thread's next call. */
WEFT_API weft_status weft_function_get_text(weft_function function, const char* what,
                                            const char** text);
typedef struct weft_plan_memory {
  size_t struct_size;
  int64_t arena;          /* bytes of the forward plan's arena */
  int64_t residual;       /* bytes kept from forward to backward */
  int64_t backward;       /* bytes of the backward plan's arena */
  int64_t lower_bound;    /* no order of this schedule needs fewer for the forward arena */
  int64_t nodes;          /* steps that the forward plan runs */
  int64_t backward_bound; /* as lower_bound, for the backward arena */
  double planning;        /* seconds that making the plan took, its passes included */
  int64_t prepared;       /* bytes of values that are computed once from captured arrays */
} weft_plan_memory;
#define WEFT_PLAN_MEMORY_INIT \
  { sizeof(weft_plan_memory), 0, 0, 0, 0, 0, 0, 0, 0 }
/* Plans made from now on take at most so many bytes for what they need beside inputs, outputs,
 * parameters and gradients: arena, residuals and prepared values. With gradients, values of the
 * forward are computed again in the backward where that is needed; results do not change in any
 * bit. 0: no limit. A call that no plan can be made for fails with WEFT_INVALID_VALUE and says how
 * few bytes are possible.
 */
WEFT_API weft_status weft_function_set_budget(weft_function function, int64_t bytes);
/* Gives back what its plan keeps from run to run, scratch and memory for residuals that no call has
 * now, for one that is not run for long; the next run takes it anew. Any thread may call it at any time. */
WEFT_API weft_status weft_function_trim(weft_function function);
/* Of the plan last run. */
WEFT_API weft_status weft_function_memory(weft_function function, weft_plan_memory* memory);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_AUTOGRAD_H_ */
