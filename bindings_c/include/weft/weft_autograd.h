/* Weft's C interface: gradients, and tracing of functions. */
#ifndef WEFT_WEFT_AUTOGRAD_H_
#define WEFT_WEFT_AUTOGRAD_H_

#include "weft_base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- autograd ------------------------------------------------------------------------------- */

/* The modes of a thread, as bits. They decide what a call of an operator does. */
enum {
  WEFT_MODE_RECORDING = 1, /* operators go on the tape */
  WEFT_MODE_TRACING = 2,   /* read-only: set by weft_trace_begin */
  WEFT_MODE_TRAINING = 4,  /* dropout and batch statistics as in training */
  WEFT_MODE_DEFERRING = 8, /* operators are queued for the library's threads */
  /* Mixed precision: float32 arithmetic may be done in the half dtype for operators that become
   * faster by it; all results keep their dtype. The operators of a trace keep the mode that was set
   * at their call. If both bits are set, bfloat16 counts. */
  WEFT_MODE_MIXED_FLOAT16 = 16,
  WEFT_MODE_MIXED_BFLOAT16 = 32,
  /* For operators that are recorded: results that a backward has already gone through are constants
   * to them, as if they were detached. Without it a backward through such results is refused. */
  WEFT_MODE_FORGETTING = 64,
  /* While operators are recorded: all are, whatever they are computed from. That is for
   * weft_tensor_history; nothing is saved, and a backward through such results is refused. */
  WEFT_MODE_RECORDING_ALL = 128
};
/* The modes of this thread. */
WEFT_API uint32_t weft_modes(void);
/* Sets the modes in `set` and clears those in `clear`, all but TRACING; returns the modes
 * before. */
WEFT_API uint32_t weft_set_modes(uint32_t set, uint32_t clear);

/* What backward does with a leaf's gradient: nothing, replaces it, or adds to it. */
enum { WEFT_GRAD_NULL = 0, WEFT_GRAD_WRITE = 1, WEFT_GRAD_ADD = 2 };
/* Makes the array a leaf with a gradient of zeros. The gradient's array is made when it is first
 * read or written. A result of recorded operators keeps its history, and backward writes its
 * gradient on the way. WEFT_GRAD_NULL: the array is no longer a leaf; a result has no gradient, and
 * if it had none, no history. */
WEFT_API weft_status weft_tensor_attach_grad(weft_tensor tensor, int32_t grad_req);
/* What a gradient is: an array of the leaf's type, or row-sparse: some rows of such an array, and
 * all other rows are zero. A row-sparse gradient takes as much time and memory as the rows that
 * backward delivers. Operators with an attribute `sparse_grad` that is true deliver the rows that
 * they read; all others deliver all rows.
 * WEFT_GRAD_ANY_ARRAY: an array, also for leaves of integers or bools. What is computed of these
 * has gradients of its own dtype, so fractions are lost. */
enum { WEFT_GRAD_ARRAY = 0, WEFT_GRAD_ROW_SPARSE = 1, WEFT_GRAD_ANY_ARRAY = 2 };
/* Does the same with a kind of gradient. WEFT_INVALID_VALUE: the array has no axis, so it has no
 * rows. */
WEFT_API weft_status weft_tensor_attach_grad_of_kind(weft_tensor tensor, int32_t grad_req,
                                                     int32_t kind);
/* Makes the array a leaf of any dtype whose gradient is the array `gradient`: backward writes into
 * it, or with WEFT_GRAD_ADD adds to it. WEFT_INVALID_VALUE: it has another shape, dtype or
 * device. */
WEFT_API weft_status weft_tensor_attach_given_grad(weft_tensor tensor, int32_t grad_req,
                                                   weft_tensor gradient);
/* The kind of the array's gradient; WEFT_GRAD_ARRAY also if it has none. */
WEFT_API int32_t weft_tensor_grad_kind(weft_tensor tensor);
/* Gives a new reference to the gradient's array, always the same array; NULL if the array is no
 * leaf. WEFT_INVALID_STATE if the gradient is row-sparse or used up. */
WEFT_API weft_status weft_tensor_grad(weft_tensor tensor, weft_tensor* out);
/* Gives the gradient's array only if it has been made, else NULL. It also works for a gradient that
 * is used up. */
WEFT_API weft_status weft_tensor_made_grad(weft_tensor tensor, weft_tensor* out);
/* Sets the gradient, of either kind, to zero; does nothing if the array is no leaf. */
WEFT_API weft_status weft_tensor_zero_grad(weft_tensor tensor);
/* Says that an update has used the gradient and nothing else needs it. There is no gradient then
 * until backward or weft_tensor_zero_grad. In a trace whose backward delivered it, the gradient
 * becomes a value that lives inside the plan only, and each call of the function uses it up. The
 * call does nothing for a gradient that adds up, is row-sparse, or was read in the trace before it
 * was delivered. */
WEFT_API weft_status weft_tensor_use_up_grad(weft_tensor tensor);
/* Makes a function be called in each weft_backward that delivers a gradient to the array, when all
 * that it delivers there has come: as soon as that is so, and not at the end. The function has
 * neither inputs nor outputs. A traced backward calls nothing. NULL: it is called no more.
 * WEFT_INVALID_STATE: the array is no leaf. */
WEFT_API weft_status weft_tensor_tell_grad(weft_tensor tensor, weft_host_function function);
/* Where a function is told (weft_tensor_tell_grad): is the gradient what backward delivered last,
 * so that nobody has written to it since? 0 also where that cannot be known, because the program
 * has its address. */
WEFT_API int32_t weft_tensor_grad_is_untouched(weft_tensor tensor);
/* Gives new references to the two arrays of a row-sparse gradient, or NULL if the array is no leaf.
 * `indices`: int64, ascending, each once. `rows`: for each index the sum of what was delivered to
 * that row. The arrays stay the same until backward or weft_tensor_set_grad_rows, so a write to
 * `rows` changes the gradient. The call waits for indices that are being computed. */
WEFT_API weft_status weft_tensor_grad_rows(weft_tensor tensor, weft_tensor* indices,
                                           weft_tensor* rows);
/* Replaces a row-sparse gradient by rows at int64 indices on one axis. Indices may come in any
 * order; rows of equal indices are summed. Both NULL: the gradient is zero. The contents are taken
 * as they are now; weft_tensor_grad_rows reports an index out of range. */
WEFT_API weft_status weft_tensor_set_grad_rows(weft_tensor tensor, weft_tensor indices,
                                               weft_tensor rows);
/* What backward does with the gradient: a WEFT_GRAD_… number; WEFT_GRAD_NULL: the array is no
 * leaf. */
WEFT_API int32_t weft_tensor_grad_req(weft_tensor tensor);
/* Counts how often backward has written the gradient: it is stale if the number is that of the last
 * look. In a trace it is a number that was not there before if backward has written the gradient in
 * the trace. 0 if the gradient is used up. */
WEFT_API uint64_t weft_tensor_grad_version(weft_tensor tensor);
/* Does the array have a history that gradients can go back to? */
WEFT_API int32_t weft_tensor_is_recorded(weft_tensor tensor);

/* Where a value on the tape comes from: an output of a node, which has the number under which it
 * was told. node is -1 for a constant. */
typedef struct weft_history_place {
  int64_t node;
  uint32_t output;
} weft_history_place;
/* One input of a recorded call. Where it is a constant, `given` is the number, or WEFT_TAG_TENSOR
 * with NULL for an array, or WEFT_TAG_NONE for an optional input that was left out. */
typedef struct weft_history_input {
  weft_history_place place;
  weft_value given;
} weft_history_input;
/* A node of the tape. `name` is the operator's, "leaf" for an array that asked for a gradient, or
 * what errors call it. `attributes` are those of the operator in their order; all is lent for the
 * length of the call. */
typedef struct weft_history_node {
  const char* name;
  const weft_value* attributes;
  size_t attribute_count;
  const weft_history_input* inputs;
  size_t input_count;
  size_t output_count;
} weft_history_node;
/* Gets one node; a status other than WEFT_OK ends the walk with that status. */
typedef weft_status (*weft_history_function)(void* context, const weft_history_node* node);
/* Tells what `count` arrays were computed from: all nodes behind them, each after those it depends
 * on, numbered from 0 on. Fills `places` with where each array comes from. The thread may record or
 * not. WEFT_INVALID_STATE: an array is traced. */
WEFT_API weft_status weft_tensor_history(const weft_tensor* tensors, size_t count,
                                         weft_history_function call, void* context,
                                         weft_history_place* places);

/* The backward function of one call. It gives the gradients of the call's inputs as new references,
 * which the library releases; entries are NULL at first, and NULL means zero. `saved` and
 * `cotangents` are lent. A status other than WEFT_OK ends the backward pass with that status. */
typedef weft_status (*weft_backward_function)(void* context, const weft_tensor* saved,
                                              size_t nsaved, const weft_tensor* cotangents,
                                              size_t noutputs, weft_tensor* gradients,
                                              size_t ninputs);
/* Puts a call with its own backward function on the tape, if the thread records and an input has a
 * history. `outputs` must be new arrays that were computed without being recorded. The backward
 * function gets `saved` with the contents of now. `release` (may be NULL) is called once, when the
 * tape no longer needs `context`, also if this call fails. Not inside a trace. */
WEFT_API weft_status weft_record_function(const char* name, const weft_tensor* inputs,
                                          size_t ninputs, const weft_tensor* outputs,
                                          size_t noutputs, const weft_tensor* saved, size_t nsaved,
                                          weft_backward_function backward, void* context,
                                          void (*release)(void* context));

/* Runs a segment again on inputs that are lent, and fills in as many outputs as the segment gave,
 * as new references. */
typedef weft_status (*weft_segment_function)(void* context, const weft_tensor* inputs,
                                             size_t ninputs, weft_tensor* outputs, size_t noutputs);
/* Begins a checkpoint: what the thread does until weft_checkpoint_end is a segment. The tape keeps
 * only the contents of `inputs`. The backward pass runs the segment again by calling `function`,
 * with the same random numbers; states are not written and nothing is printed a second time.
 * Gradients are the same in every bit as without the checkpoint. The segment may use other arrays;
 * they must have the same contents when it runs again. In a trace the segment's nodes become those
 * that plans rematerialise, and `function` is not called. Segments nest. */
WEFT_API weft_status weft_checkpoint_begin(const weft_tensor* inputs, size_t ninputs);
/* Ends the segment. results[i] receives a new reference to the array that the program uses instead
 * of outputs[i]. `release` (may be NULL) is called once, when the tape no longer needs `context`,
 * also if this call fails. */
WEFT_API weft_status weft_checkpoint_end(const weft_tensor* outputs, size_t noutputs,
                                         weft_segment_function function, void* context,
                                         void (*release)(void* context), weft_tensor* results);
/* Ends a segment that failed; what it recorded stays as an ordinary recording. */
WEFT_API void weft_checkpoint_abort(void);

/* Computes the gradients of the heads into the arrays of the leaves. Where head_grads, or an entry
 * of it, is NULL, the head's gradient is ones. retain_graph keeps the tape for another pass. */
WEFT_API weft_status weft_backward(const weft_tensor* heads, const weft_tensor* head_grads,
                                   size_t count, int32_t retain_graph);
/* Gives the gradients with respect to `variables` as new arrays. With create_graph they are
 * recorded, so that they have gradients in their turn. */
WEFT_API weft_status weft_grad(const weft_tensor* heads, const weft_tensor* head_grads,
                               size_t nheads, const weft_tensor* variables, size_t nvariables,
                               int32_t retain_graph, int32_t create_graph, weft_tensor* out);

/* ---- tracing -------------------------------------------------------------------------------- */

/* Starts a trace on this thread: operators become nodes of a graph from now on. placeholders[i]
 * receives the array to pass to the traced code in the place of inputs[i]. Traces do not nest.
 *
 * If the thread records now, what it computes while it does not record is a constant for gradients.
 * weft_grad makes nodes too, for arrays of the trace and operators called while recording. So does
 * weft_backward, for leaves that the trace captures: each call of the function then writes their
 * gradients. It fails where a leaf is an array of the trace or has a row-sparse gradient. */
WEFT_API weft_status weft_trace_begin(const weft_tensor* inputs, size_t count,
                                      weft_tensor* placeholders);
/* Does the same from types, without example arrays. */
WEFT_API weft_status weft_trace_begin_types(const weft_type* types, size_t count,
                                            weft_tensor* placeholders);
/* Ends the trace and gives a function from the placeholders to `outputs`. Other arrays that the
 * traced code read become the function's captures. A body (weft_body_begin) may end so, too: its
 * function has arrays of the trace around it among its captures, and that trace goes on. */
WEFT_API weft_status weft_trace_end(const weft_tensor* outputs, size_t count, weft_function* out);
/* Gives the trace, or the innermost body, up; nothing is left behind. */
WEFT_API void weft_trace_abort(void);
/* Takes the thread out of its trace for a while, for work that must be done once and at once, such
 * as giving parameters their first values. Gives NULL if no trace runs. The same thread must resume
 * the trace. */
WEFT_API weft_trace weft_trace_suspend(void);
/* Puts the thread back into its trace. WEFT_INVALID_STATE while another trace runs. */
WEFT_API weft_status weft_trace_resume(weft_trace trace);

/* Control flow in a trace. A body is traced once, between weft_body_begin and weft_body_end, from
 * the types of its arguments to its outputs. It may use any array of the trace around it, which it
 * captures, and write to arrays from outside, but not to its arguments. It has no effects (print,
 * check, callback) and uses no sizes. Bodies nest; weft_trace_abort gives up the innermost one.
 * Outside of a trace a program uses its own loops and branches.
 *
 * Begins a body; placeholders[i] receives the array that stands for the argument of type
 * types[i]. */
WEFT_API weft_status weft_body_begin(const weft_type* types, size_t count,
                                     weft_tensor* placeholders);
/* Ends the body and gives it. The trace around it goes on, also if this call fails. */
WEFT_API weft_status weft_body_end(const weft_tensor* outputs, size_t count, weft_body* out);
/* Gives the reference to a body back. */
WEFT_API void weft_body_release(weft_body body);
/* Runs a body for each row, along axis 0, of the `ndata` arrays of `data`, at least one. The body's
 * arguments are a row of each of them, then the `nstates` carried values. Its outputs are the new
 * carried values, with unchanged types, then any others. outs: the carried values after the last
 * row, then the other outputs, each stacked along a new axis 0. WEFT_INVALID_VALUE names a carried
 * value that changes its type. */
WEFT_API weft_status weft_foreach(weft_body body, const weft_tensor* data, size_t ndata,
                                  const weft_tensor* states, size_t nstates, weft_tensor* outs,
                                  size_t nouts);
/* Runs a body as long as the first variable, a bool without axes, is true, at most max_iterations
 * times. The body's arguments are the variables. Its outputs are the new variables, then any
 * others. outs: the variables at the end, then the other outputs, each stacked to max_iterations
 * rows; rows of iterations that did not run are zero. */
WEFT_API weft_status weft_while_loop(weft_body body, const weft_tensor* variables,
                                     size_t nvariables, int64_t max_iterations, weft_tensor* outs,
                                     size_t nouts);
/* Runs the first body if the predicate, a bool without axes, is true, else the second. Both take no
 * arguments and have outputs of the same types. */
WEFT_API weft_status weft_cond(weft_tensor predicate, weft_body then_body, weft_body else_body,
                               weft_tensor* outs, size_t nouts);

/* Sizes: numbers that only a run knows, such as how many elements a mask chooses. A program that
 * uses sizes is traced WEFT_TRACE_EXAMPLES times, each time with other example values, and
 * weft_function_join joins the traces: a number that differs between them is taken to be a sum of
 * products of sizes. WEFT_INVALID_STATE if a number depends on sizes in another way, or if the
 * traces took different paths. A function with sizes plans for the values that it meets and keeps
 * the plans. */
#define WEFT_TRACE_EXAMPLES 6
/* Says which example this thread's trace is, 0 to WEFT_TRACE_EXAMPLES - 1; without this call it is
 * 0. `earlier`: the functions of the examples traced before, for weft_tensor_extent_follows. */
WEFT_API weft_status weft_trace_set_example(size_t example, const weft_function* earlier,
                                            size_t count);
/* Makes an extent of placeholders a dimension: a size in [minimum, maximum] that each call has from
 * its inputs. It is the extent at axes[i] of inputs[i], for each i. Call it right after
 * weft_trace_begin; the placeholders' extent must be that of the example. */
WEFT_API weft_status weft_trace_add_dimension(const char* name, int64_t minimum, int64_t maximum,
                                              const size_t* inputs, const int32_t* axes,
                                              size_t count);
/* Did an extent of a traced array differ between the earlier examples? Then the program must not
 * decide by its value; it is known only to be in [*minimum, *maximum] (both may be NULL). At least
 * two earlier examples must have been given. */
WEFT_API int32_t weft_tensor_extent_follows(weft_tensor tensor, int32_t axis, int64_t* minimum,
                                            int64_t* maximum);
/* Gives the value that this example has for the number in `count`, a traced int64 array without
 * axes, at least 0 and at most `bound`. Arrays that are computed in the same way from the same
 * inputs give the same value. */
WEFT_API weft_status weft_trace_size(weft_tensor count, int64_t bound, int64_t* size);
/* Is the extent of a traced array along `axis` the number of true elements of `mask`, because the
 * array holds what the mask chose? */
WEFT_API weft_status weft_trace_is_chosen(weft_tensor tensor, int32_t axis, weft_tensor mask,
                                          int32_t* chosen);
/* Did the function's trace use sizes? Then it is one example and cannot be called. */
WEFT_API int32_t weft_function_is_example(weft_function function);
/* Joins the examples, in their order, to one function. The caller keeps its references to them. */
WEFT_API weft_status weft_function_join(const weft_function* examples, size_t count,
                                        weft_function* out);

/* Takes one more reference and returns its argument. Several threads may call a function at once,
 * and use what follows at once. */
WEFT_API weft_function weft_function_retain(weft_function function);
/* Gives a reference back. */
WEFT_API void weft_function_release(weft_function function);
/* Calls the function through the plan for the signature of these inputs. While recording, the call
 * is one entry on the tape. `outs` is as in weft_invoke. */
WEFT_API weft_status weft_function_call(weft_function function, const weft_tensor* inputs,
                                        size_t ninputs, weft_tensor* outs, size_t nouts);
/* Is the function still as it was traced? 0: an array that it trains, or might train, has been
 * given another gradient request; trace again. */
WEFT_API int32_t weft_function_is_current(weft_function function);
/* The number of arguments. */
WEFT_API size_t weft_function_inputs(weft_function function);
/* The number of outputs. */
WEFT_API size_t weft_function_outputs(weft_function function);
/* The number of captured arrays: parameters, states and constants that the trace read. */
WEFT_API size_t weft_function_captures(weft_function function);
/* Lends a captured array; NULL past the end. */
WEFT_API weft_tensor weft_function_capture_at(weft_function function, size_t index);
/* Gives a text: the graph ("graph"), the plan of the last run ("plan"), or that plan as JSON
 * ("arena": for each stage, of forward and backward the steps with their operands, and the buffers
 * with types, offsets, bytes, first and last steps). It is valid until the thread's next call. */
WEFT_API weft_status weft_function_get_text(weft_function function, const char* what,
                                            const char** text);
/* What a plan needs, in bytes where nothing else is said. */
typedef struct weft_plan_memory {
  size_t struct_size;
  int64_t arena;          /* bytes of the forward plan's arena */
  int64_t residual;       /* bytes kept from forward to backward */
  int64_t backward;       /* bytes of the backward plan's arena */
  int64_t lower_bound;    /* the forward arena needs at least so much with this order of steps */
  int64_t nodes;          /* steps that the forward plan runs */
  int64_t backward_bound; /* as lower_bound, for the backward arena */
  double planning;        /* seconds that making the plan took, its passes included */
  int64_t prepared;       /* bytes of values that are computed once from captured arrays */
} weft_plan_memory;
#define WEFT_PLAN_MEMORY_INIT \
  { sizeof(weft_plan_memory), 0, 0, 0, 0, 0, 0, 0, 0 }
/* Limits what plans made from now on need beside inputs, outputs, parameters and gradients (arena,
 * residuals and prepared values) to so many bytes; 0: no limit. With gradients, the backward pass
 * then computes values of the forward pass again where needed; results do not change in any bit. A
 * call for which no plan is small enough fails with WEFT_INVALID_VALUE and says how few bytes are
 * possible. */
WEFT_API weft_status weft_function_set_budget(weft_function function, int64_t bytes);
/* Frees what the function's plan keeps from run to run, scratch and memory for residuals that no
 * call uses now, for a function that will not run for long; the next run allocates it again. Any
 * thread may call it at any time. */
WEFT_API weft_status weft_function_trim(weft_function function);
/* Fills in the figures of the plan of the last run. Set memory->struct_size first. */
WEFT_API weft_status weft_function_memory(weft_function function, weft_plan_memory* memory);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_AUTOGRAD_H_ */
