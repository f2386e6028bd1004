// Written by bindings/generate; do not edit.

export const STATUSES = [
  "OK",
  "INVALID_VALUE",
  "OUT_OF_MEMORY",
  "UNSUPPORTED",
  "NOT_FOUND",
  "INTERNAL",
  "INVALID_TYPE",
  "INDEX_OUT_OF_RANGE",
  "OVERFLOW",
  "IO",
  "INVALID_STATE",
  "INTERRUPTED",
  "CHECK_FAILED",
  "NO_FACTORIZATION",
  "DISCONNECTED",
];
export const GRAD_WRITE = 1;
export const MODE_DEFERRING = 8;
export const MODE_FORGETTING = 64;
export const MODE_MIXED_BFLOAT16 = 32;
export const MODE_MIXED_FLOAT16 = 16;
export const MODE_RECORDING = 1;
export const MODE_RECORDING_ALL = 128;
export const MODE_TRACING = 2;
export const MODE_TRAINING = 4;
export const TAG_BEYOND = 12;
export const TAG_BOOL = 4;
export const TAG_COMPLEX = 13;
export const TAG_DEFAULT = 0;
export const TAG_DTYPE = 7;
export const TAG_FLOAT = 3;
export const TAG_FUNCTION = 10;
export const TAG_INT = 2;
export const TAG_INTS = 6;
export const TAG_NONE = 8;
export const TAG_STRING = 5;
export const TAG_TENSOR = 1;
export const TAG_TENSORS = 9;
export const TAG_UNSIGNED = 11;
export const TRACE_EXAMPLES = 6;
