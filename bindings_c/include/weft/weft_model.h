/* Weft's C interface: .weft files, written and run. */
#ifndef WEFT_WEFT_MODEL_H_
#define WEFT_WEFT_MODEL_H_

#include "weft_base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- .weft files: writing -------------------------------------------------------------------- */

/* Makes an empty writer. One thread at a time uses it. */
WEFT_API weft_status weft_writer_create(weft_writer* out);
/* Frees the writer; a file that was not saved is lost. */
WEFT_API void weft_writer_release(weft_writer writer);
/* Decides whether entries that are added from now on keep the source lines of their operators (from
 * the origin hook), so that errors of runs name them. They do not unless this says so. */
WEFT_API weft_status weft_writer_keep_source_lines(weft_writer writer, int32_t keep);
/* Adds an entry point for the signature of the function's example inputs. Names: one for each
 * input, output and capture. Captures with the same name in several entries must be the same array.
 * A capture name of NULL: the function only writes this capture (a gradient), and the file leaves
 * it out. */
WEFT_API weft_status weft_writer_add_entry(weft_writer writer, const char* name,
                                           weft_function function, const char* const* input_names,
                                           const char* const* output_names,
                                           const char* const* capture_names);
/* Sets a text of the file, such as the classes of a classifier; a later text of the same key
 * replaces it. The key "weft" is refused: it belongs to the file. */
WEFT_API weft_status weft_writer_set_metadata(weft_writer writer, const char* key,
                                              const char* value);
/* Writes the file in one step: a failure leaves the old one whole. */
WEFT_API weft_status weft_writer_save(weft_writer writer, const char* path);

/* ---- .weft files: running -------------------------------------------------------------------- */

/* Loads a file by mapping it. WEFT_UNSUPPORTED: the library lacks an operator of the file; the text
 * names the operator and the library that has it. */
WEFT_API weft_status weft_model_load(const char* path, weft_model* out);
/* Loads a file from memory. The bytes must stay unchanged as long as the model, its contexts,
 * functions or arrays live. */
WEFT_API weft_status weft_model_load_memory(const void* data, size_t bytes, weft_model* out);
/* Gives the reference to a model back. Contexts and functions keep what they need of it. */
WEFT_API void weft_model_release(weft_model model);
/* Makes the plans of all entry points and writes the file anew with them, in one step. A load then
 * places values as the file says instead of searching. A plan belongs to a release of Weft, an
 * instruction set and a number of threads; anything else ignores it. For an entry point with
 * dimensions, the plans are those for the extents that the file's metadata lists under `plan_for`.
 * A plan that does not fit its graph fails the load, or the context that would use it, with
 * WEFT_IO. */
WEFT_API weft_status weft_model_save_plans(const char* path);
/* Writes the file anew, in one step, with entry points that are ready to run: graphs as the passes
 * leave them, weights in the form that kernels read, and plans. A load then maps these and changes
 * nothing; the results are the same. The packed form fits every instruction set and number of
 * threads of this release of Weft; other releases ignore it. An entry point whose shapes only a run
 * knows, or that reads what another entry point changes, stays as it is. Not in the runtime-only
 * library. */
WEFT_API weft_status weft_model_pack(const char* path);
/* A description for people: format version, entry points, weights, metadata. It lives as long as
 * the model. Not in a library of some operators (WEFT_OPS). */
WEFT_API const char* weft_model_text(weft_model model);
/* Gives more figures for people: for each entry point the operators, the multiply-adds of a run,
 * and the bytes that it needs beside inputs and outputs. `batch` replaces the first extent of every
 * input; 0: as in the file, and the text says what is not known. WEFT_UNSUPPORTED where the graph
 * works for one batch only. The text is lent until this thread's next call of this function or
 * weft_model_operators. Not in the runtime-only library. */
WEFT_API weft_status weft_model_figures(weft_model model, int64_t batch, const char** text);
/* Gives the plans of all entry points as JSON, {entry: {"forward": plan}}: bytes of the arena,
 * steps in their order with operands, and which part of the arena is in use from which step to
 * which, as weft_function_get_text(…, "arena") has them. `batch` as for weft_model_figures;
 * WEFT_INVALID_VALUE where an entry point takes any batch and `batch` is 0. The text is lent until
 * this thread's next call of this function or of weft_model_figures. Not in the runtime-only
 * library. */
WEFT_API weft_status weft_model_plans(weft_model model, int64_t batch, const char** json);
/* Lists what a runtime-only library needs to run this file and others like it: operators, formulas
 * and dtypes, one a line, as the build's option WEFT_OPS reads them. It makes the plans of all
 * entry points to find out. WEFT_UNSUPPORTED where a run decides on shapes. Not in the runtime-only
 * library. */
WEFT_API weft_status weft_model_operators(const char* path, const char** text);
/* The number of entry points. */
WEFT_API size_t weft_model_entry_count(weft_model model);
/* The name of an entry point, in the order of the file; lent as long as the model. */
WEFT_API const char* weft_model_entry_name_at(weft_model model, size_t index);
/* The number of weights and other arrays. */
WEFT_API size_t weft_model_tensor_count(weft_model model);
/* The name of an array, in the order of the file; lent as long as the model. */
WEFT_API const char* weft_model_tensor_name_at(weft_model model, size_t index);
/* Gives a new reference to an array of the model, always the same array; it may outlive the
 * model. */
WEFT_API weft_status weft_model_tensor(weft_model model, size_t index, weft_tensor* out);
/* The text that weft_writer_set_metadata gave this key; it lives as long as the model. NULL: the
 * key is unknown. */
WEFT_API const char* weft_model_metadata(weft_model model, const char* key);
/* The number of metadata keys. */
WEFT_API size_t weft_model_metadata_count(weft_model model);
/* A metadata key by number; lent as long as the model. */
WEFT_API const char* weft_model_metadata_key_at(weft_model model, size_t index);

/* ---- .weft files: as C ------------------------------------------------------------------------
 */

/* How a model becomes C. Start from WEFT_C_OPTIONS_INIT, which sets struct_size. */
typedef struct weft_c_options {
  size_t struct_size;
  const char* entry; /* NULL: "forward" */
  const char* name;  /* the name of files and functions, a C identifier; NULL: the entry's */
  int64_t memory;    /* most bytes that the arena may have; 0: whatever makes the fastest program */
  int32_t with_main; /* also a main that compares one run with this library's results */
  /* Inputs and outputs lie in the arena and may share its bytes with other values. */
  int32_t ports_in_arena;
  int32_t feed_rows; /* the caller passes the only input, an image, some rows at a time */
  /* The parameters that the C can train, with the entry `train_entry`: names separated by commas,
   * with `*` for any characters, or `last:2` for the two layers nearest to the loss; NULL: none.
   * `memory` then covers the arena and what training changes; parameters are trained from the last
   * one backwards as long as they fit. Not with `feed_rows`. */
  const char* train;
  const char* train_entry; /* NULL: "train" */
  /* Calls functions of Arm's CMSIS-NN (the interface of arm_nnfunctions.h V.16.0.0) instead of
   * generated int8 kernels, where it has the operator with the same bits. The arena has the scratch
   * that they need on cores with "dsp" instructions or none, on cores with "helium", or on "any"
   * core; NULL: no calls. Not with `train`. */
  const char* cmsis_nn;
  /* The samples of a call, the first extent of every input; 0: those of the file, or 1 where the
   * file leaves them open. */
  int64_t batch;
} weft_c_options;
#define WEFT_C_OPTIONS_INIT \
  { sizeof(weft_c_options), NULL, NULL, 0, 0, 0, 0, NULL, NULL, NULL, 0 }
/* Writes an entry point as C99 that needs no library; with `train`, a run and a training step. The
 * folder must exist; it receives name.c and name.h, and name_main.c on request, each in one step.
 * The same file gives the same bytes. NULL options: the defaults. WEFT_UNSUPPORTED: an operator has
 * no C form, or a shape is not fixed; the text names it, and its source line if the file has it.
 * WEFT_INVALID_VALUE: the arena cannot be as small as `memory`; the text says how small it can be,
 * and what it then holds. Not in the runtime-only build. */
WEFT_API weft_status weft_model_write_c(weft_model model, const weft_c_options* options,
                                        const char* folder);

/* What an input, an output or a state is. */
typedef struct weft_port {
  size_t struct_size;
  const char* name;
  weft_dtype dtype;
  int32_t rank;
  const int64_t* shape;
  size_t bytes;
} weft_port;
#define WEFT_PORT_INIT \
  { sizeof(weft_port), NULL, 0, 0, NULL, 0 }
/* Outputs whose shape follows from values (a mask, nonzero, unique): before the first run the port
 * gives the largest shape, after a run the shape of that run. Memory that is bound to the output
 * always has room for the largest shape. The library finds the largest shape by trying; a run whose
 * output is larger all the same writes nothing to bound memory and fails with WEFT_INVALID_STATE.
 * If the output is not bound, the run gives it. Runs of an entry point with sizes allocate, and use
 * no arena. */

/* Limits what the plans of contexts that are made from now on need beside inputs, outputs and
 * states: arena and prepared values together; 0: no limit. Where the plain plan does not fit, each
 * run computes the prepared values again, and a training step computes activations again; the
 * results are the same in every bit. If no plan is small enough, creating a context (with
 * dimensions: a run) fails with WEFT_INVALID_VALUE and says how little is possible.
 * WEFT_UNSUPPORTED where sizes follow from values. */
WEFT_API weft_status weft_model_set_budget(weft_model model, const char* entry, int64_t bytes);
/* Gives the bytes that a context of this entry point needs as its arena. */
WEFT_API weft_status weft_model_arena_bytes(weft_model model, const char* entry, size_t* bytes);
/* Makes a context, which runs one entry point. One thread at a time uses it: a call that meets
 * another one gets WEFT_INVALID_STATE and changes nothing. To bind, run and read is several calls:
 * a program whose threads take turns with one context locks around all of them. Several contexts of
 * a model run at the same time. `arena`: weft_model_arena_bytes bytes aligned to 64, or NULL to let
 * the library allocate. */
WEFT_API weft_status weft_context_create(weft_model model, const char* entry, void* arena,
                                         size_t arena_bytes, weft_context* out);
/* Makes a context of another entry point that shares the states of `first`: each sees what runs of
 * the other change. So a forward pass uses the weights of a training step, and a decoder goes on in
 * the cache of a prompt. One thread at a time uses all contexts that share. If `first` is in a
 * caller's arena, that arena must outlive them all. */
WEFT_API weft_status weft_context_create_sharing(weft_context first, const char* entry, void* arena,
                                                 size_t arena_bytes, weft_context* out);
/* Frees a context; one that is running, when its run has ended. */
WEFT_API void weft_context_release(weft_context context);
/* The number of inputs of the entry point. */
WEFT_API size_t weft_context_inputs(weft_context context);
/* The number of its outputs. */
WEFT_API size_t weft_context_outputs(weft_context context);
/* Describes an input. Set port->struct_size first. Name and shape are lent as long as the
 * context. */
WEFT_API weft_status weft_context_get_input(weft_context context, size_t index, weft_port* port);
/* Describes an output. Set port->struct_size first. The name is lent as long as the context, the
 * shape until the next run. */
WEFT_API weft_status weft_context_get_output(weft_context context, size_t index, weft_port* port);
/* Sets the shape of an input with dimensions: axes whose extent may differ from run to run. The
 * port of the input has -1 there, and 0 bytes, until this is called; the port of an output has them
 * until all inputs have their shapes. The call unbinds the input. The library plans for the shapes
 * that it meets and keeps the plans. Runs of an entry point with dimensions allocate, and use no
 * arena. */
WEFT_API weft_status weft_context_set_input_shape(weft_context context, size_t index,
                                                  const int64_t* shape, int32_t rank);
/* The name of the dimension at an axis of an input; equal names mean equal extents. NULL: the axis
 * has none. */
WEFT_API const char* weft_context_dimension_at(weft_context context, size_t index, int32_t axis);
/* Binds dense memory of the caller, of exactly the port's bytes, until the next bind or the
 * context's release; every run reads it without a copy. It must lie at a multiple of the element's
 * size, else the call fails with WEFT_INVALID_VALUE; memory of 0 bytes may be NULL. If it has bools
 * whose bytes are not 0 or 1, a run reads a corrected copy. */
WEFT_API weft_status weft_context_bind_input(weft_context context, size_t index, const void* data,
                                             size_t bytes);
/* Binds dense memory in the same way to an output; every run writes it. It must not overlap an
 * input. */
WEFT_API weft_status weft_context_bind_output(weft_context context, size_t index, void* data,
                                              size_t bytes);
/* Runs the entry point. It allocates nothing, except for the text of prints. WEFT_CHECK_FAILED
 * where a check of the model fails: states are as before the run, outputs undefined.
 * WEFT_INTERRUPTED where the interrupt hook says so: outputs and states are unfinished. WEFT_IO
 * where the file that the model is mapped from was shortened. */
WEFT_API weft_status weft_context_run(weft_context context);
/* Gives the address of an output after a run; valid until the next run. */
WEFT_API weft_status weft_context_output_data(weft_context context, size_t index,
                                              const void** data);

/* Memory of the caller for weft_model_run, dense and row-major. This struct does not grow. */
typedef struct weft_buffer {
  void* data;
  size_t bytes; /* bytes that there are at `data` */
  weft_type type;
} weft_buffer;
/* Does one run in one call, for servers and for languages in which calls are costly. It takes an
 * idle context of the model, or makes one, and keeps it for the next call; several threads may call
 * at once. Inputs are read and outputs written where they lie.
 *
 * Inputs give their dtype and shape, which must be those of the entry (dimensions: any extent in
 * range); else the call fails with WEFT_INVALID_VALUE and says what was expected. Outputs need only
 * room, for the largest shape if it follows from values; the call fills in dtype, rank, shape and
 * the bytes that were written. An output with data NULL is described and not copied.
 * WEFT_UNSUPPORTED: the entry changes states, which need a context. */
WEFT_API weft_status weft_model_run(weft_model model, const char* entry, const weft_buffer* inputs,
                                    size_t input_count, weft_buffer* outputs, size_t output_count);

/* The number of states: the tensors that runs of the entry point change. They start as they are in
 * the file. If the entry draws random numbers, its last state is "weft.random", uint64 [seed, next
 * ordinal]. */
WEFT_API size_t weft_context_states(weft_context context);
/* Describes a state. Set port->struct_size first. Name and shape are lent as long as the
 * context. */
WEFT_API weft_status weft_context_get_state(weft_context context, size_t index, weft_port* port);
/* Copies a state to `data`, dense and row-major; `bytes` must be exactly the port's. */
WEFT_API weft_status weft_context_read_state(weft_context context, size_t index, void* data,
                                             size_t bytes);
/* Copies `data` to a state; `bytes` must be exactly the port's. */
WEFT_API weft_status weft_context_write_state(weft_context context, size_t index, const void* data,
                                              size_t bytes);
/* Sets all states of the context, and of those that share them, back to the file's contents. */
WEFT_API weft_status weft_context_reset(weft_context context);
/* Writes the model's file with the present states instead of the first ones, in one step; it may
 * replace the file that was loaded. */
WEFT_API weft_status weft_context_save(weft_context context, const char* path);

/* Gives one entry as a function that can be trained. Its captures are the model's arrays, in the
 * order of weft_function_capture_at, or copies of them if this thread's new arrays go to a
 * device. */
WEFT_API weft_status weft_model_function(weft_model model, const char* entry, weft_function* out);
/* The name in the file of a captured array; NULL for a function that is not from a file. Lent as
 * long as the function. */
WEFT_API const char* weft_function_capture_name_at(weft_function function, size_t index);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_MODEL_H_ */
