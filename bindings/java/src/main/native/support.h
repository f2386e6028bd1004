// What all parts of the native code use: failures as exceptions of Java, handles out of objects.
#ifndef WEFT_JAVA_SUPPORT_H_
#define WEFT_JAVA_SUPPORT_H_

#include <jni.h>
#include <weft/weft.h>

#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

// A function of Native.java.
#define WEFT_JNI(Result, name, ...)                                                             \
  extern "C" JNIEXPORT Result JNICALL Java_org_weft_Native_##name([[maybe_unused]] JNIEnv* env, \
                                                                  jclass, ##__VA_ARGS__)

namespace weftjni {

// Thrown where an exception is pending in Java already.
struct Pending {};

// Classes and fields, looked up when the library is loaded.
struct Names {
  jclass tensor, exception, boxed_long, boxed_int, boxed_double, boxed_float, boxed_bool, string,
      longs, tensors, dtype, port;
  jfieldID handle, value, code;
  jmethodID new_tensor, new_exception, new_port, long_value, double_value, bool_value;
  jobject none;
};
extern Names names;

// close() of an array waits until no call is taking its handle.
extern std::shared_mutex closing;

[[noreturn]] void fail(JNIEnv* env, weft_status status, const std::string& text);
inline void check(JNIEnv* env, weft_status status) {
  if (status != WEFT_OK) fail(env, status, weft_last_error());
}
inline void check_java(JNIEnv* env) {
  if (env->ExceptionCheck()) throw Pending();
}

// Runs a function; no exception of C++ leaves it.
template <class Result = void, class Body>
Result guarded(JNIEnv* env, Body body) {
  try {
    return body();
  } catch (const Pending&) {
  } catch (const std::exception& error) {
    if (!env->ExceptionCheck())
      env->ThrowNew(env->FindClass("java/lang/OutOfMemoryError"), error.what());
  }
  return Result();
}

template <class Handle>
jlong as_long(Handle handle) {
  return static_cast<jlong>(reinterpret_cast<uintptr_t>(handle));
}
template <class Handle>
Handle as(jlong value) {
  return reinterpret_cast<Handle>(static_cast<uintptr_t>(value));
}

std::string text_of(JNIEnv* env, jstring text, const char* argument);
std::vector<std::string> texts_of(JNIEnv* env, jobjectArray list, const char* argument);
std::vector<int64_t> longs_of(JNIEnv* env, jlongArray list, const char* argument);
jlongArray to_longs(JNIEnv* env, const int64_t* numbers, jsize count);
jobjectArray to_texts(JNIEnv* env, const std::vector<std::string>& texts);

// A new Tensor of Java around a reference that this takes.
jobject wrap(JNIEnv* env, weft_tensor tensor);
jobjectArray wrap_all(JNIEnv* env, const std::vector<weft_tensor>& tensors);

// Arrays of a call, each with a reference of its own as long as this lives.
class Arrays {
 public:
  explicit Arrays(JNIEnv* env) : env_(env), lock_(closing) {}
  ~Arrays() {
    for (weft_tensor tensor : all_) weft_tensor_release(tensor);
  }
  Arrays(const Arrays&) = delete;
  Arrays& operator=(const Arrays&) = delete;

  weft_tensor add(jobject tensor, const char* what);
  void add_all(jobjectArray tensors, const char* what);
  // All handles have been taken: others may close their arrays now.
  void taken() {
    if (lock_.owns_lock()) lock_.unlock();
  }
  weft_tensor* data() { return all_.data(); }
  size_t size() const { return all_.size(); }

 private:
  JNIEnv* env_;
  std::shared_lock<std::shared_mutex> lock_;
  std::vector<weft_tensor> all_;
};

}  // namespace weftjni

#endif  // WEFT_JAVA_SUPPORT_H_
