// What Java cannot do by the functions of weft.h alone: look at memory, hand arrays to other
// libraries, and call an operator of arrays without memory in between. Functions of Native.java.
#include <weft/weft_dlpack.h>

#include "support.h"

using namespace weftjni;

WEFT_NATIVE(jlong, Native_address, jobject direct) {
  return to_java<jlong>(env, env->GetDirectBufferAddress(direct));
}
WEFT_NATIVE(jobject, Native_memory, jlong address, jlong bytes) {
  static char nothing;
  return env->NewDirectByteBuffer(address ? as<void*>(address) : &nothing, bytes);
}
WEFT_NATIVE(jbyteArray, Native_letters, jlong address) {
  return to_java<jbyteArray>(env, as<const char*>(address));
}

// Handles are positive: a failure is given as its negative status.
static jlong made(JNIEnv* env, weft_status status, weft_tensor out) {
  return status == WEFT_OK ? to_java<jlong>(env, out) : -jlong{status};
}
WEFT_NATIVE(jlong, Native_invoke, jlong op, jlong x, jlong y) {
  weft_value values[2] = {{WEFT_TAG_TENSOR, 0, {as<weft_tensor>(x)}},
                          {WEFT_TAG_TENSOR, 0, {as<weft_tensor>(y)}}};
  weft_tensor out = nullptr;
  const weft_status status = weft_invoke(as<weft_op>(op), values, y ? 2 : 1, &out, 1);
  return made(env, status, out);
}

WEFT_NATIVE(jlong, Native_toDlpack, jlong tensor) {
  DLManagedTensorVersioned* out = nullptr;
  const weft_status status = weft_tensor_to_dlpack(as<weft_tensor>(tensor), &out);
  return status == WEFT_OK ? to_java<jlong>(env, out) : -jlong{status};
}
WEFT_NATIVE(jlong, Native_fromDlpack, jlong managed) {
  weft_tensor out = nullptr;
  const weft_status status =
      weft_tensor_from_dlpack(as<DLManagedTensorVersioned*>(managed), nullptr, &out);
  return made(env, status, out);
}
WEFT_NATIVE(void, Native_freeDlpack, jlong managed) {
  auto* given = as<DLManagedTensorVersioned*>(managed);
  if (given && given->deleter) given->deleter(given);
}
