/* An operator that waits: what is behind it stays pending for as long as a test wants. */
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <weft/weft.h>

static weft_status same_as_input(void* context, const weft_types_call* call) {
  (void)context;
  call->out[0] = call->in[0];
  return WEFT_OK;
}

static weft_status gate(void* context, const weft_kernel_call* call) {
  const weft_view* out = &call->out[0];
  size_t bytes = sizeof(float);
  char byte;
  (void)context;
  if (read((int)call->attributes[0].as.integer, &byte, 1) != 1)
    return weft_fail(WEFT_INVALID_VALUE, "`descriptor` gave nothing");
  for (int32_t axis = 0; axis < out->rank; ++axis) bytes *= (size_t)out->shape[axis];
  memcpy(out->data, call->in[0].data, bytes);
  return WEFT_OK;
}

WEFT_LIBRARY_EXPORT weft_status weft_library_init(void);
weft_status weft_library_init(void) {
  static const char* const samples[] = {"{\"shapes\": [[2]], \"descriptor\": 3}"};
  const weft_argument_info arguments[2] = {
      {"x", "float32", WEFT_TAG_TENSOR, 1, 0, 0, {0, 0, {NULL}}},
      {"descriptor", "of a file", WEFT_TAG_INT, 1, 0, 0, {0, 0, {NULL}}}};
  weft_op_definition op = WEFT_OP_DEFINITION_INIT;
  op.name = "outside_gate";
  op.doc = "x, once a byte came from the descriptor.";
  op.inputs = 1;
  op.attributes = 1;
  op.arguments = arguments;
  op.samples = 1;
  op.sample = samples;
  op.no_gradient = "waits for somebody else";
  op.infer = same_as_input;
  op.kernel = gate;
  return weft_op_register(&op, NULL);
}
