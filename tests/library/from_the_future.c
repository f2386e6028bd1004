/* A library that says it was compiled for an interface that this one is not. */
#include <stddef.h>
#include <weft/weft.h>

WEFT_LIBRARY_EXPORT weft_status weft_library_init(void);
weft_status weft_library_init(void) {
  weft_op_definition op = WEFT_OP_DEFINITION_INIT;
  op.name = "outside_future";
  op.abi_minor = WEFT_ABI_MINOR + 1;
  return weft_op_register(&op, NULL);
}
