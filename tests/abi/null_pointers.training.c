/* NULL for every pointer of every function, one at a time: a status and a message that names the
 * argument, or a neutral answer where there is no status; never a crash. */
#include "checks.h"

#define NULLED(call, name) FAILS(call, WEFT_INVALID_VALUE, "`" name "` must not be NULL")

static float memory[4];
static const int64_t shape[] = {2, 2};
static size_t size;
static const void* data;
static const char* text;

static weft_tensor array(void) { return floats(2, shape, NULL); }

static void library(void) {
  weft_dtype dtype;
  uint64_t number;
  weft_abi_version(NULL, NULL);
  CHECK(weft_info(NULL) == NULL);
  CHECK(weft_last_error() != NULL);
  NULLED(weft_dtype_find(NULL, &dtype), "name");
  NULLED(weft_random_state(NULL, &number), "seed");
  NULLED(weft_random_state(&number, NULL), "ordinal");
  NULLED(weft_dtype_find("int8", NULL), "dtype");
  NULLED(weft_set_engine_policy(NULL), "policy");
  NULLED(weft_memory_stats(NULL, 0), "stats");
  NULLED(weft_profile_stop(NULL), "profile");
  weft_set_wait_hooks(NULL, NULL);
}

static void operators(void) {
  weft_op op = find("add");
  weft_op_info info;
  size_t count = 0;
  weft_value args[2];
  weft_tensor a = array();
  weft_tensor out = NULL;
  info.struct_size = sizeof info;
  args[0] = args[1] = of_tensor(a);
  NULLED(weft_op_find(NULL, &op), "name");
  NULLED(weft_op_find("add", NULL), "op");
  NULLED(weft_op_get_info(NULL, &info), "op");
  NULLED(weft_op_get_info(op, NULL), "info");
  NULLED(weft_op_count_outputs(NULL, args, 2, &count), "op");
  NULLED(weft_op_count_outputs(op, NULL, 2, &count), "args");
  NULLED(weft_op_count_outputs(op, args, 2, NULL), "count");
  FAILS(weft_invoke(NULL, args, 2, &out, 1), WEFT_INVALID_VALUE, "NULL");
  FAILS(weft_invoke(op, NULL, 2, &out, 1), WEFT_INVALID_VALUE, "NULL");
  FAILS(weft_invoke(op, args, 2, NULL, 1), WEFT_INVALID_VALUE, "NULL");
  FAILS(weft_invoke(op, NULL, 0, &out, 1), WEFT_INVALID_TYPE, "must be given");
  weft_tensor_release(a);
}

static void arrays(void) {
  weft_tensor a = array();
  weft_tensor out = NULL;
  weft_hold hold = NULL;
  weft_value value = of_int(1);
  const char* names[1] = {"a"};
  const char* no_names[1] = {NULL};
  weft_tensor none[1] = {NULL};
  weft_archive archive = NULL;
  NULLED(weft_tensor_create(WEFT_FLOAT32, 2, NULL, NULL, &out), "shape");
  NULLED(weft_tensor_create(WEFT_FLOAT32, 2, shape, memory, NULL), "out");
  NULLED(weft_tensor_wrap(NULL, WEFT_FLOAT32, 2, shape, NULL, 0, NULL, NULL, &out), "data");
  NULLED(weft_tensor_wrap(memory, WEFT_FLOAT32, 2, NULL, NULL, 0, NULL, NULL, &out), "shape");
  NULLED(weft_tensor_wrap(memory, WEFT_FLOAT32, 2, shape, NULL, 0, NULL, NULL, NULL), "out");
  CHECK(weft_tensor_retain(NULL) == NULL);
  weft_tensor_release(NULL);
  CHECK(weft_tensor_dtype(NULL) == -1 && weft_tensor_rank(NULL) == -1);
  CHECK(weft_tensor_shape(NULL) == NULL && weft_tensor_strides(NULL) == NULL);
  CHECK(weft_tensor_elements(NULL) == -1 && !weft_tensor_is_traced(NULL));
  CHECK(!weft_tensor_shares_box(NULL, a) && !weft_tensor_shares_box(a, NULL));
  NULLED(weft_tensor_wait(NULL), "tensor");
  NULLED(weft_tensor_read(NULL, memory, 16), "tensor");
  NULLED(weft_tensor_read(a, NULL, 16), "data");
  NULLED(weft_tensor_item(NULL, &value), "tensor");
  NULLED(weft_tensor_item(a, NULL), "out");
  NULLED(weft_tensor_write(NULL, &value), "tensor");
  NULLED(weft_tensor_write(a, NULL), "value");
  NULLED(weft_tensor_detach(NULL, &out), "tensor");
  NULLED(weft_tensor_detach(a, NULL), "out");
  NULLED(weft_tensor_hold(NULL, &hold, &data), "tensor");
  NULLED(weft_tensor_hold(a, NULL, &data), "hold");
  NULLED(weft_tensor_hold(a, &hold, NULL), "data");
  weft_hold_release(NULL);
  NULLED(weft_tensor_set_state(NULL, 1), "tensor");
  NULLED(weft_tensors_save(NULL, names, &a, 1, NULL), "path");
  NULLED(weft_tensors_save("x", NULL, &a, 1, NULL), "names");
  NULLED(weft_tensors_save("x", no_names, &a, 1, NULL), "names[0]");
  NULLED(weft_tensors_save("x", names, NULL, 1, NULL), "tensors");
  NULLED(weft_tensors_save("x", names, none, 1, NULL), "tensors[0]");
  NULLED(weft_tensors_save_async(NULL, names, &a, 1, NULL, &out), "path");
  NULLED(weft_tensors_save_async("x", NULL, &a, 1, NULL, &out), "names");
  NULLED(weft_tensors_save_async("x", names, none, 1, NULL, &out), "tensors[0]");
  NULLED(weft_tensors_save_async("x", names, &a, 1, NULL, NULL), "written");
  NULLED(weft_archive_load(NULL, &archive), "path");
  NULLED(weft_archive_load("x", NULL), "out");
  CHECK(weft_archive_metadata(NULL, "x") == NULL);
  weft_archive_release(NULL);
  CHECK(weft_archive_count(NULL) == 0 && weft_archive_name_at(NULL, 0) == NULL);
  NULLED(weft_archive_tensor(NULL, 0, &out), "archive");
  CHECK(out == NULL && hold == NULL && archive == NULL);
  weft_tensor_release(a);
}

static weft_status note_nothing(void* context, const weft_history_node* node) {
  (void)context;
  (void)node;
  return WEFT_OK;
}

static void autograd(void) {
  weft_tensor a = array();
  weft_tensor none[1] = {NULL};
  weft_tensor out = NULL;
  weft_history_place place;
  NULLED(weft_tensor_attach_grad(NULL, WEFT_GRAD_WRITE), "tensor");
  NULLED(weft_tensor_grad(NULL, &out), "tensor");
  NULLED(weft_tensor_grad(a, NULL), "out");
  NULLED(weft_tensor_made_grad(NULL, &out), "tensor");
  NULLED(weft_tensor_made_grad(a, NULL), "out");
  NULLED(weft_tensor_zero_grad(NULL), "tensor");
  NULLED(weft_tensor_use_up_grad(NULL), "tensor");
  NULLED(weft_tensor_tell_grad(NULL, NULL), "tensor");
  CHECK(!weft_tensor_grad_is_untouched(NULL));
  CHECK(!weft_function_is_current(NULL));
  NULLED(weft_tensor_attach_grad_of_kind(NULL, WEFT_GRAD_WRITE, WEFT_GRAD_ROW_SPARSE), "tensor");
  NULLED(weft_tensor_attach_given_grad(NULL, WEFT_GRAD_WRITE, a), "tensor");
  NULLED(weft_tensor_attach_given_grad(a, WEFT_GRAD_WRITE, NULL), "gradient");
  NULLED(weft_tensor_grad_rows(NULL, &out, &out), "tensor");
  NULLED(weft_tensor_grad_rows(a, NULL, &out), "indices");
  NULLED(weft_tensor_grad_rows(a, &out, NULL), "rows");
  NULLED(weft_tensor_set_grad_rows(NULL, a, a), "tensor");
  CHECK(weft_tensor_grad_kind(NULL) == WEFT_GRAD_ARRAY);
  CHECK(weft_tensor_grad_req(NULL) == WEFT_GRAD_NULL && weft_tensor_grad_version(NULL) == 0);
  CHECK(!weft_tensor_is_recorded(NULL));
  NULLED(weft_tensor_history(NULL, 1, note_nothing, NULL, &place), "tensors");
  NULLED(weft_tensor_history(none, 1, note_nothing, NULL, &place), "tensors[0]");
  NULLED(weft_tensor_history(&a, 1, NULL, NULL, &place), "call");
  NULLED(weft_tensor_history(&a, 1, note_nothing, NULL, NULL), "places");
  NULLED(weft_backward(NULL, NULL, 1, 0), "heads");
  NULLED(weft_backward(none, NULL, 1, 0), "heads[0]");
  FAILS(weft_backward(NULL, NULL, 0, 0), WEFT_INVALID_VALUE, "heads");
  NULLED(weft_grad(NULL, NULL, 1, &a, 1, 0, 0, &out), "heads");
  NULLED(weft_grad(&a, NULL, 1, NULL, 1, 0, 0, &out), "variables");
  NULLED(weft_grad(&a, NULL, 1, none, 1, 0, 0, &out), "variables[0]");
  NULLED(weft_grad(&a, NULL, 1, &a, 1, 0, 0, NULL), "out");
  weft_tensor_release(a);
}

static weft_function double_of(weft_tensor a) {
  weft_tensor placeholder = NULL;
  weft_tensor result = NULL;
  weft_function function = NULL;
  NULLED(weft_trace_begin(NULL, 1, &placeholder), "inputs");
  NULLED(weft_trace_begin(&a, 1, NULL), "placeholders");
  MUST(weft_trace_begin(&a, 1, &placeholder));
  result = apply2("add", placeholder, placeholder);
  NULLED(weft_trace_end(NULL, 1, &function), "outputs");
  NULLED(weft_trace_end(&result, 1, NULL), "out");
  MUST(weft_trace_end(&result, 1, &function));
  weft_tensor_release(placeholder);
  weft_tensor_release(result);
  return function;
}

static void bodies(weft_tensor a) {
  weft_type type;
  weft_tensor in = NULL;
  weft_tensor out = NULL;
  weft_tensor none[1] = {NULL};
  weft_body body = NULL;
  weft_function function = NULL;
  memset(&type, 0, sizeof type);
  MUST(weft_trace_begin(NULL, 0, NULL));
  NULLED(weft_body_begin(NULL, 1, &in), "types");
  NULLED(weft_body_begin(&type, 1, NULL), "placeholders");
  MUST(weft_body_begin(&type, 1, &in));
  NULLED(weft_body_end(none, 1, &body), "outputs[0]");
  NULLED(weft_body_end(&in, 1, NULL), "out");
  MUST(weft_body_end(&in, 1, &body));
  NULLED(weft_foreach(NULL, &a, 1, &a, 1, &out, 1), "body");
  NULLED(weft_foreach(body, NULL, 1, NULL, 0, &out, 1), "data");
  NULLED(weft_foreach(body, &a, 1, NULL, 1, &out, 1), "states");
  NULLED(weft_foreach(body, &a, 1, NULL, 0, NULL, 1), "outs");
  NULLED(weft_while_loop(NULL, &a, 1, 1, &out, 1), "body");
  NULLED(weft_while_loop(body, NULL, 1, 1, &out, 1), "variables");
  NULLED(weft_while_loop(body, &a, 1, 1, NULL, 1), "outs");
  NULLED(weft_cond(NULL, body, body, &out, 1), "predicate");
  NULLED(weft_cond(a, NULL, body, &out, 1), "then_body");
  NULLED(weft_cond(a, body, NULL, &out, 1), "else_body");
  NULLED(weft_cond(a, body, body, NULL, 1), "outs");
  weft_body_release(body);
  weft_body_release(NULL);
  MUST(weft_trace_end(&a, 1, &function));
  weft_tensor_release(in);
  weft_function_release(function);
}

static weft_status same_again(void* context, const weft_tensor* inputs, size_t ninputs,
                              weft_tensor* outputs, size_t noutputs) {
  (void)context;
  if (ninputs && noutputs) outputs[0] = weft_tensor_retain(inputs[0]);
  return WEFT_OK;
}

static void checkpoints(weft_tensor a) {
  weft_tensor none[1] = {NULL};
  weft_tensor out = NULL;
  NULLED(weft_checkpoint_begin(NULL, 1), "inputs");
  NULLED(weft_checkpoint_begin(none, 1), "inputs[0]");
  FAILS(weft_checkpoint_end(&a, 1, same_again, NULL, NULL, &out), WEFT_INVALID_STATE,
        "no checkpoint has begun");
  weft_checkpoint_abort();
  MUST(weft_checkpoint_begin(&a, 1));
  NULLED(weft_checkpoint_end(&a, 1, NULL, NULL, NULL, &out), "function");
  NULLED(weft_checkpoint_end(NULL, 1, same_again, NULL, NULL, &out), "outputs");
  NULLED(weft_checkpoint_end(&a, 1, same_again, NULL, NULL, NULL), "results");
  MUST(weft_checkpoint_end(&a, 1, same_again, NULL, NULL, &out));
  weft_tensor_release(out);
}

static void functions_and_writers(void) {
  weft_tensor a = array();
  weft_tensor none[1] = {NULL};
  weft_tensor out = NULL;
  weft_function f = double_of(a);
  weft_plan_memory figures = WEFT_PLAN_MEMORY_INIT;
  weft_writer writer = NULL;
  const char* names[1] = {"x"};
  const char* no_names[1] = {NULL};
  CHECK(weft_function_retain(NULL) == NULL);
  weft_function_release(NULL);
  bodies(a);
  checkpoints(a);
  NULLED(weft_function_call(NULL, &a, 1, &out, 1), "function");
  NULLED(weft_function_set_budget(NULL, 1), "function");
  NULLED(weft_function_call(f, NULL, 1, &out, 1), "inputs");
  NULLED(weft_function_call(f, none, 1, &out, 1), "inputs[0]");
  NULLED(weft_function_call(f, &a, 1, NULL, 1), "outs");
  CHECK(weft_function_inputs(NULL) == 0 && weft_function_outputs(NULL) == 0);
  CHECK(weft_function_captures(NULL) == 0 && weft_function_capture_at(NULL, 0) == NULL);
  CHECK(weft_function_capture_name_at(NULL, 0) == NULL);
  NULLED(weft_function_get_text(NULL, "graph", &text), "function");
  NULLED(weft_function_get_text(f, NULL, &text), "what");
  NULLED(weft_function_get_text(f, "graph", NULL), "text");
  NULLED(weft_function_memory(NULL, &figures), "function");
  NULLED(weft_function_memory(f, NULL), "memory");
  NULLED(weft_writer_create(NULL), "out");
  weft_writer_release(NULL);
  MUST(weft_writer_create(&writer));
  NULLED(weft_writer_keep_source_lines(NULL, 1), "writer");
  NULLED(weft_writer_add_entry(NULL, "e", f, names, names, NULL), "writer");
  NULLED(weft_writer_add_entry(writer, NULL, f, names, names, NULL), "name");
  NULLED(weft_writer_add_entry(writer, "e", NULL, names, names, NULL), "function");
  NULLED(weft_writer_add_entry(writer, "e", f, NULL, names, NULL), "input_names");
  NULLED(weft_writer_add_entry(writer, "e", f, no_names, names, NULL), "input_names[0]");
  NULLED(weft_writer_add_entry(writer, "e", f, names, NULL, NULL), "output_names");
  NULLED(weft_writer_set_metadata(NULL, "k", "v"), "writer");
  NULLED(weft_writer_set_metadata(writer, NULL, "v"), "key");
  NULLED(weft_writer_set_metadata(writer, "k", NULL), "value");
  NULLED(weft_writer_save(NULL, "x"), "writer");
  NULLED(weft_writer_save(writer, NULL), "path");
  weft_writer_release(writer);
  weft_function_release(f);
  weft_tensor_release(a);
}

static void models(void) {
  weft_model model = NULL;
  weft_context context = NULL;
  weft_port port = WEFT_PORT_INIT;
  weft_tensor out = NULL;
  weft_function function = NULL;
  NULLED(weft_model_save_plans(NULL), "path");
  NULLED(weft_model_pack(NULL), "path");
  NULLED(weft_model_load(NULL, &model), "path");
  NULLED(weft_model_load("x", NULL), "out");
  NULLED(weft_model_load_memory(NULL, 8, &model), "data");
  NULLED(weft_model_load_memory(memory, 8, NULL), "out");
  weft_model_release(NULL);
  CHECK(weft_model_text(NULL) == NULL && weft_model_entry_count(NULL) == 0);
  CHECK(weft_model_entry_name_at(NULL, 0) == NULL && weft_model_tensor_count(NULL) == 0);
  CHECK(weft_model_tensor_name_at(NULL, 0) == NULL);
  NULLED(weft_model_tensor(NULL, 0, &out), "model");
  NULLED(weft_model_arena_bytes(NULL, "e", &size), "model");
  NULLED(weft_model_set_budget(NULL, "e", 1), "model");
  NULLED(weft_model_write_c(NULL, NULL, "."), "model");
  NULLED(weft_context_create(NULL, "e", NULL, 0, &context), "model");
  weft_context_release(NULL);
  CHECK(weft_context_inputs(NULL) == 0 && weft_context_outputs(NULL) == 0);
  NULLED(weft_context_create_sharing(NULL, "e", NULL, 0, &context), "first");
  CHECK(weft_model_metadata_count(NULL) == 0 && weft_model_metadata_key_at(NULL, 0) == NULL);
  CHECK(weft_model_metadata(NULL, "key") == NULL);
  CHECK(weft_context_states(NULL) == 0);
  NULLED(weft_context_get_state(NULL, 0, &port), "context");
  NULLED(weft_context_read_state(NULL, 0, memory, 16), "context");
  NULLED(weft_context_write_state(NULL, 0, memory, 16), "context");
  NULLED(weft_context_reset(NULL), "context");
  NULLED(weft_context_save(NULL, "file.weft"), "context");
  NULLED(weft_context_set_input_shape(NULL, 0, NULL, 0), "context");
  CHECK(weft_context_dimension_at(NULL, 0, 0) == NULL);
  NULLED(weft_trace_begin_types(NULL, 1, &out), "types");
  NULLED(weft_trace_add_dimension(NULL, 1, 2, NULL, NULL, 0), "name");
  NULLED(weft_context_get_input(NULL, 0, &port), "context");
  NULLED(weft_context_get_output(NULL, 0, &port), "context");
  NULLED(weft_context_bind_input(NULL, 0, memory, 16), "context");
  NULLED(weft_context_bind_output(NULL, 0, memory, 16), "context");
  NULLED(weft_context_run(NULL), "context");
  NULLED(weft_context_output_data(NULL, 0, &data), "context");
  NULLED(weft_model_function(NULL, "e", &function), "model");
}

static void structs_that_are_too_short_are_refused(void) {
  weft_tensor a = array();
  weft_function f = double_of(a);
  weft_memory stats = WEFT_MEMORY_INIT;
  weft_plan_memory figures = WEFT_PLAN_MEMORY_INIT;
  weft_engine_figures engine = {0, 0, 0, 0, 0};
  weft_tensor out = NULL;
  struct {
    weft_memory known;
    int64_t appended;
  } newer = {WEFT_MEMORY_INIT, 77};
  stats.struct_size = 0;
  FAILS(weft_memory_stats(&stats, 0), WEFT_INVALID_VALUE, "struct_size");
  FAILS(weft_engine_stats(&engine), WEFT_INVALID_VALUE, "`figures->struct_size`");
  MUST(weft_function_call(f, &a, 1, &out, 1)); /* it has a plan now */
  weft_tensor_release(out);
  figures.struct_size = 4;
  FAILS(weft_function_memory(f, &figures), WEFT_INVALID_VALUE, "struct_size");
  newer.known.struct_size = sizeof newer;
  MUST(weft_memory_stats(&newer.known, 0));
  CHECK(newer.appended == 77);
  weft_function_release(f);
  weft_tensor_release(a);
}

int main(void) {
  library();
  operators();
  arrays();
  autograd();
  functions_and_writers();
  models();
  structs_that_are_too_short_are_refused();
  return report_checks();
}
