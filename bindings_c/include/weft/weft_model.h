/* Weft's C interface: .weft files, written and run. */
#ifndef WEFT_WEFT_MODEL_H_
#define WEFT_WEFT_MODEL_H_

#include "weft_base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- .weft files: writing -------------------------------------------------------------------- */

/* A writer is used by one thread at a time. */
WEFT_API weft_status weft_writer_create(weft_writer* out);
WEFT_API void weft_writer_release(weft_writer writer);
/* Do entries that are added from now on keep the source lines that made their operators (what the
 * origin hook said), so that errors of runs name them? 0 at first. */
WEFT_API weft_status weft_writer_keep_source_lines(weft_writer writer, int32_t keep);
/* Adds an entry point for the signature of the function's example inputs. Names: one per input,
 * output and capture; captures of one name in several entries must be the same array. NULL: the
 * function only writes this capture (a gradient), and the file shall not have it. */
WEFT_API weft_status weft_writer_add_entry(weft_writer writer, const char* name,
                                           weft_function function, const char* const* input_names,
                                           const char* const* output_names,
                                           const char* const* capture_names);
/* A text for the file, such as the classes of a classifier; said again, the last one counts. The
 * key "weft" is refused: it is the file's own. */
WEFT_API weft_status weft_writer_set_metadata(weft_writer writer, const char* key,
                                              const char* value);
/* Writes the file in one step: a failure leaves the old one whole. */
WEFT_API weft_status weft_writer_save(weft_writer writer, const char* path);

/* ---- .weft files: running -------------------------------------------------------------------- */

/* WEFT_UNSUPPORTED: an operator of the file is not there; the text names it and its library. */
WEFT_API weft_status weft_model_load(const char* path, weft_model* out);
/* The bytes must stay unchanged until the model is released. */
WEFT_API weft_status weft_model_load_memory(const void* data, size_t bytes, weft_model* out);
/* Contexts and functions keep what they need of the model. */
WEFT_API void weft_model_release(weft_model model);
/* Makes the plans of all entry points, and writes the file anew with them, in one step: what loads
 * it then places values as the file says instead of searching. A plan belongs to a release of Weft,
 * an instruction set and a number of threads; elsewhere it is not used. Of an entry point with
 * dimensions they are those for the extents that the file's metadata lists under `plan_for`. One
 * that does not fit its graph fails the load, or the context that would use it, with WEFT_IO. */
WEFT_API weft_status weft_model_save_plans(const char* path);
/* Writes the file anew, in one step, with entry points that are ready to run: their graphs as
 * passes leave them, their weights in the form that kernels read, and plans. What loads it then
 * maps these and changes nothing; the results are the same. Fits every instruction set and number
 * of threads of this release of Weft; elsewhere what is packed is not used. An entry point whose
 * shapes are those of a run, or that reads what another one changes, stays as it is. Not in the
 * runtime-only library. */
WEFT_API weft_status weft_model_pack(const char* path);
/* A description for people: format version, entry points, weights, metadata; as long as the
 * model lives. Not in a library of some operators (WEFT_OPS). */
WEFT_API const char* weft_model_text(weft_model model);
/* More of it, for people: by entry point the operators, the multiply-adds of a run and the bytes
 * that it needs beside inputs and outputs. `batch` replaces the first extent of every input; 0: as
 * in the file, where the text says what is not known. WEFT_UNSUPPORTED where the graph is for one
 * batch only. The text is lent until this thread's next call of one of these two. Not in the
 * runtime-only library. */
WEFT_API weft_status weft_model_figures(weft_model model, int64_t batch, const char** text);
/* What a runtime-only library needs that shall run this file and others like it: operators,
 * formulas, dtypes, one a line, as the build's option WEFT_OPS reads them. Makes the plans of all
 * entry points. WEFT_UNSUPPORTED where a run decides on shapes. Not in the runtime-only library. */
WEFT_API weft_status weft_model_operators(const char* path, const char** text);
/* Entry points and weights in the file's order. Names are lent as long as the model;
 * weft_model_tensor gives a new reference to the model's array, which may outlive it. */
WEFT_API size_t weft_model_entry_count(weft_model model);
WEFT_API const char* weft_model_entry_name_at(weft_model model, size_t index);
WEFT_API size_t weft_model_tensor_count(weft_model model);
WEFT_API const char* weft_model_tensor_name_at(weft_model model, size_t index);
WEFT_API weft_status weft_model_tensor(weft_model model, size_t index, weft_tensor* out);
/* What weft_writer_set_metadata said; as long as the model lives. NULL: the key is unknown. */
WEFT_API const char* weft_model_metadata(weft_model model, const char* key);
/* All keys, to be asked for; they are lent as long as the model. */
WEFT_API size_t weft_model_metadata_count(weft_model model);
WEFT_API const char* weft_model_metadata_key_at(weft_model model, size_t index);

/* ---- .weft files: as C ------------------------------------------------------------------------
 */

/* Set struct_size first. */
typedef struct weft_c_options {
  size_t struct_size;
  const char* entry;      /* NULL: "forward" */
  const char* name;       /* of the files and functions, a C identifier; NULL: the entry's */
  int64_t memory;         /* most bytes that the arena may have; 0: as many as is fastest */
  int32_t with_main;      /* also a main that compares one run with this library's results */
  int32_t ports_in_arena; /* inputs and outputs are in the arena, and share bytes with the rest */
  int32_t feed_rows;      /* the caller gives the only input, an image, some rows at a time */
  /* Parameters that C can train, as the entry `train_entry` does: names separated by commas, with
   * `*` for any characters, or `last:2` for the two layers nearest to the loss; NULL: none.
   * `memory` is then that of the arena and of what training changes, and parameters from the last
   * one on are trained as long as they fit. Not with `feed_rows`. */
  const char* train;
  const char* train_entry; /* NULL: "train" */
  /* Calls of Arm's CMSIS-NN (the interface of arm_nnfunctions.h V.16.0.0) instead of int8 kernels
   * of the C's own, where it has the operator with the same bits. The arena has what it takes on
   * cores with "dsp" instructions or none, on those with "helium", or on "any"; NULL: no calls. Not
   * with `train`. */
  const char* cmsis_nn;
} weft_c_options;
#define WEFT_C_OPTIONS_INIT \
  { sizeof(weft_c_options), NULL, NULL, 0, 0, 0, 0, NULL, NULL, NULL }
/* Writes an entry point, or with `train` a run and a training step, as C99 that needs no library:
 * name.c and name.h, and name_main.c on request, in a folder that is there, each in one step. The
 * same file gives the same bytes. NULL options: those above. WEFT_UNSUPPORTED: an operator has no C
 * form, or a shape is not fixed; the text names it, and the source line where the file has it.
 * WEFT_INVALID_VALUE: the arena cannot be as small as `memory`; the text says how small it can be,
 * and what it holds then. Not in the runtime-only build. */
WEFT_API weft_status weft_model_write_c(weft_model model, const weft_c_options* options,
                                        const char* folder);

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
/* The shape of an output may follow from values (a mask, nonzero, unique). Its port tells the
 * largest shape before the first run, and the shape of the last run after it; memory that is bound
 * to it has room for the largest one, also after a run. A run whose output is larger than that (the
 * largest is found by trying) fails with WEFT_INVALID_STATE and writes nothing there: without
 * memory of the caller's it is given. Runs of such an entry allocate, and use no arena. */

/* Plans of contexts of this entry point that are made from now on take at most so many bytes beside
 * inputs, outputs and states: arena and prepared values together; 0: as many as they do. Where the
 * plain plan does not fit, prepared values are computed in each run, and a training step computes
 * activations again, all in the same bits. Creating a context (of an entry point with dimensions, a
 * run) fails with WEFT_INVALID_VALUE where no plan is small enough, and says how little is
 * possible. WEFT_UNSUPPORTED where sizes follow from values. */
WEFT_API weft_status weft_model_set_budget(weft_model model, const char* entry, int64_t bytes);
/* A context runs one entry point; it is used by one thread at a time (a second one meets
 * WEFT_INVALID_STATE), several contexts of a model run side by side. `arena`:
 * weft_model_arena_bytes bytes aligned to 64, or NULL to allocate. */
WEFT_API weft_status weft_model_arena_bytes(weft_model model, const char* entry, size_t* bytes);
WEFT_API weft_status weft_context_create(weft_model model, const char* entry, void* arena,
                                         size_t arena_bytes, weft_context* out);
/* The same for another entry point that shall see what runs of `first` change, and change it: a
 * forward that uses the weights of a training step, a decoder that goes on in the cache of a
 * prompt. All contexts that share are used by one thread at a time. If `first` is in a caller's
 * arena, that arena must outlive them all. */
WEFT_API weft_status weft_context_create_sharing(weft_context first, const char* entry, void* arena,
                                                 size_t arena_bytes, weft_context* out);
WEFT_API void weft_context_release(weft_context context);
/* Ports: what inputs and outputs are. Set port->struct_size first; names and shapes are lent as
 * long as the context, shapes of outputs until the next run. */
WEFT_API size_t weft_context_inputs(weft_context context);
WEFT_API size_t weft_context_outputs(weft_context context);
WEFT_API weft_status weft_context_get_input(weft_context context, size_t index, weft_port* port);
WEFT_API weft_status weft_context_get_output(weft_context context, size_t index, weft_port* port);
/* Dimensions: axes whose extent may be another one at each run. A port has -1 there, and 0 bytes,
 * until the shape of the input, of all inputs for an output, is set; that frees what was bound to
 * the input. A plan is made for the shapes that are met, and kept. Runs of such an entry allocate,
 * and use no arena. The name of a dimension, equal for equal extents; NULL: the axis has none. */
WEFT_API weft_status weft_context_set_input_shape(weft_context context, size_t index,
                                                  const int64_t* shape, int32_t rank);
WEFT_API const char* weft_context_dimension_at(weft_context context, size_t index, int32_t axis);
/* Binds the caller's dense memory of the port's size until the next bind or the context's release;
 * read (written) at every run, without a copy. It lies at a multiple of the element's size, else
 * the call fails with WEFT_INVALID_VALUE; of 0 bytes it may be NULL. An output must not overlap an
 * input. Bools whose bytes are not 0 and 1 at a run are read from a copy in which they are. */
WEFT_API weft_status weft_context_bind_input(weft_context context, size_t index, const void* data,
                                             size_t bytes);
WEFT_API weft_status weft_context_bind_output(weft_context context, size_t index, void* data,
                                              size_t bytes);
/* Runs; allocates nothing, but for the text of prints. WEFT_CHECK_FAILED where a check of the model
 * fails: states are then as before the run, outputs undefined. WEFT_INTERRUPTED where the interrupt
 * hook says so: outputs and states are then unfinished. WEFT_IO where the file that the model is
 * mapped from was shortened. */
WEFT_API weft_status weft_context_run(weft_context context);
/* Where output `index` is after a run; valid until the next run. */
WEFT_API weft_status weft_context_output_data(weft_context context, size_t index,
                                              const void** data);

/* Memory of the caller for weft_model_run, dense and row-major. Stays as it is. */
typedef struct weft_buffer {
  void* data;
  size_t bytes; /* that there are at `data` */
  weft_type type;
} weft_buffer;
/* One run in one call, for languages whose calls cost much and for servers: an idle context of the
 * model is taken, or made, and kept for the next call; several threads may call at once. Inputs are
 * read and outputs written where they lie. Inputs tell their dtype and shape, which must be those
 * of the entry (dimensions: any extent in range) or the call fails with WEFT_INVALID_VALUE and says
 * what was expected. Outputs need room only (their shape may follow from values: for the largest
 * one); dtype, rank, shape and the bytes that were written are told. An output with data NULL is
 * told about and not copied. WEFT_UNSUPPORTED: the entry changes states, which need a context. */
WEFT_API weft_status weft_model_run(weft_model model, const char* entry, const weft_buffer* inputs,
                                    size_t input_count, weft_buffer* outputs, size_t output_count);

/* States: what runs of the entry point change, by name of the tensor in the file. They start as the
 * file has them. The last one of an entry that draws random numbers is "weft.random", uint64 [seed,
 * next ordinal]. */
WEFT_API size_t weft_context_states(weft_context context);
WEFT_API weft_status weft_context_get_state(weft_context context, size_t index, weft_port* port);
/* Copies of exactly `bytes` bytes, the port's: dense and row-major. */
WEFT_API weft_status weft_context_read_state(weft_context context, size_t index, void* data,
                                             size_t bytes);
WEFT_API weft_status weft_context_write_state(weft_context context, size_t index, const void* data,
                                              size_t bytes);
/* All states of the context, and of those that share them, as the file has them. */
WEFT_API weft_status weft_context_reset(weft_context context);
/* The model's file with the present states instead of the first ones, in one step: it may replace
 * the file that was loaded. */
WEFT_API weft_status weft_context_save(weft_context context, const char* path);

/* One entry as a trainable function: its captures are the model's arrays, in the order of
 * weft_function_capture_at, or copies of them where this thread's new arrays go to a device. */
WEFT_API weft_status weft_model_function(weft_model model, const char* entry, weft_function* out);
/* Its name in the file; NULL for a function that is of no file. Lent as long as the function. */
WEFT_API const char* weft_function_capture_name_at(weft_function function, size_t index);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_MODEL_H_ */
