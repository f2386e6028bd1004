package org.weft;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The functions of the native part. Who passes a handle holds it until the call has returned. */
final class Native {
    private Native() {}

    static {
        load();
    }

    /** From the folder of the property weft.native, on Android from the package, else out of the jar. */
    private static void load() {
        if ("Dalvik".equals(System.getProperty("java.vm.name"))) {
            System.loadLibrary("weft_jni");
            return;
        }
        String folder = System.getProperty("weft.native");
        if (folder != null) {
            System.load(Path.of(folder, "libweft_jni.so").toAbsolutePath().toString());
            return;
        }
        String platform = System.getProperty("os.name") + "-" + System.getProperty("os.arch");
        String inside = "/META-INF/native/" + platform.toLowerCase().replace(' ', '_') + "/";
        try {
            Path place = Files.createTempDirectory("weft");
            place.toFile().deleteOnExit();
            for (String name : new String[] {"libweft.so.0", "libweft_jni.so"}) {
                Path file = place.resolve(name);
                file.toFile().deleteOnExit();
                try (InputStream bytes = Native.class.getResourceAsStream(inside + name)) {
                    if (bytes == null)
                        throw new UnsatisfiedLinkError(
                                "weft: the jar has nothing for " + platform + " (" + inside + name
                                        + "); set the property weft.native");
                    Files.copy(bytes, file, StandardCopyOption.REPLACE_EXISTING);
                }
            }
            System.load(place.resolve("libweft_jni.so").toString());
        } catch (IOException error) {
            throw new ExceptionInInitializerError(error);
        }
    }

    static native String version();
    static native void seed(long seed);
    static native void setNumThreads(int count);
    static native long liveBytes();

    static native long create(int dtype, long[] shape, byte[] data);
    static native void release(long tensor);
    static native int dtype(long tensor);
    static native long[] shape(long tensor);
    static native byte[] read(long tensor);
    static native void write(long tensor, long value);
    static native void fill(long tensor, double value);
    static native void waitFor(long tensor);
    static native boolean isSame(long a, long b);
    static native long detach(long tensor);
    static native void attachGrad(long tensor);
    static native long grad(long tensor);
    static native long toDlpack(long tensor);
    static native long fromDlpack(long managed);
    static native void freeDlpack(long managed);
    static native void save(String path, String[] names, long[] tensors);
    static native Object[] load(String path);

    static native long findOperator(String name);
    static native String[] argumentsOf(long operator);
    static native int inputsOf(long operator);
    static native long invokeUnary(long operator, long x);
    static native long invokeBinary(long operator, long x, long y);
    static native long[] invoke(long operator, int[] tags, long[] contents, Object[] parts);
    static native long invokeOne(long operator, int[] tags, long[] contents, Object[] parts);
    static native void invokeInto(long operator, int[] tags, long[] contents, Object[] parts, long[] outs);

    static native int setModes(int set, int clear);
    static native void backward(long[] heads);
    static native long[] gradients(long[] heads, long[] variables, boolean createGraph);
    static native long[] traceBegin(long[] inputs);
    static native long traceEnd(long[] outputs);
    static native void traceAbort();
    static native void releaseFunction(long function);
    static native long[] call(long function, long[] inputs);
    static native long[] captures(long function);
    static native String text(long function, String what);

    static native long createWriter();
    static native void releaseWriter(long writer);
    static native void addEntry(
            long writer, String entry, long function, String[] inputs, String[] outputs, String[] captures);
    static native void setMetadata(long writer, String key, String value);
    static native void saveWriter(long writer, String path);

    static native long loadModel(String path);
    static native void releaseModel(long model);
    static native String[] entries(long model);
    static native String metadata(long model, String key);
    static native Object[] weights(long model);
    static native void setBudget(long model, String entry, long bytes);

    static native long createContext(long model, String entry);
    static native void releaseContext(long context);
    static native int count(long context, int kind);
    static native Port port(long context, int kind, int index);
    static native void setInputShape(long context, int index, long[] shape);
    static native void bind(long context, int kind, int index, java.nio.ByteBuffer memory);
    static native void run(long context);
    static native java.nio.ByteBuffer output(long context, int index);
    static native byte[] state(long context, int index);
    static native void setState(long context, int index, byte[] bytes);
    static native void reset(long context);
    static native void saveContext(long context, String path);
}
