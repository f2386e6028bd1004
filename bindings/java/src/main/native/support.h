// What all parts of the native code use: failures as exceptions of Java, handles out of objects.
#ifndef WEFT_JAVA_SUPPORT_H_
#define WEFT_JAVA_SUPPORT_H_

#include <jni.h>
#include <weft/weft.h>

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
  jclass exception, string, object, port;
  jmethodID new_exception, new_port;
};
extern Names names;

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

// Arrays that Java holds, and handles that Java makes arrays of.
std::vector<weft_tensor> tensors_of(JNIEnv* env, jlongArray handles);
jlongArray to_handles(JNIEnv* env, const std::vector<weft_tensor>& tensors);

}  // namespace weftjni

#endif  // WEFT_JAVA_SUPPORT_H_
