package org.weft;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.LongToIntFunction;
import java.util.function.ToIntFunction;
import org.weft.WeftException.Status;

/** The native part: how it is found, and what calls of its functions share. */
final class Native {
    private Native() {}

    private static final int MOST = 1 << 14;
    private static final ThreadLocal<ByteBuffer> SCRATCH = ThreadLocal.withInitial(() -> room(MOST));
    private static boolean loaded;

    static {
        load();
    }

    /** Loads it once: from the folder of the property weft.native, on Android from the package, else out of the jar. */
    static synchronized void load() {
        if (loaded) return;
        loaded = true;
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

    /** Throws where a status is not OK; the text is that of this thread's failure. */
    static void check(int status) {
        if (status != 0) throw new WeftException(status, C.weft_last_error());
    }

    /** The handle or address that a call writes into a row of one. */
    static long made(ToIntFunction<long[]> call) {
        long[] out = new long[1];
        check(call.applyAsInt(out));
        return out[0];
    }

    /** The handles that a call writes. */
    static long[] filled(long count, ToIntFunction<long[]> call) {
        long[] out = new long[(int) count];
        check(call.applyAsInt(out));
        return out;
    }

    /** Throws the failure that a negative handle is. */
    static long made(long handle) {
        if (handle < 0) check((int) -handle);
        return handle;
    }

    static String text(long address) {
        return C.text(letters(address));
    }

    /** Memory that C may read and write, of zeros. */
    static ByteBuffer room(long bytes) {
        if (bytes > Integer.MAX_VALUE)
            throw new WeftException(
                    Status.OUT_OF_MEMORY, "memory of Java has less than 2 GiB; got an array of " + bytes + " bytes");
        return ByteBuffer.allocateDirect((int) Math.max(bytes, 1)).order(ByteOrder.nativeOrder());
    }

    /** The same for a call that is over soon: this thread's next use of it may overwrite it. */
    static ByteBuffer scratch(long bytes) {
        if (bytes > MOST) return room(bytes);
        return SCRATCH.get().clear();
    }

    /** A struct that starts with its size, which a call fills; it is read before the next call. */
    static ByteBuffer struct(int bytes, LongToIntFunction call) {
        ByteBuffer out = scratch(bytes).putLong(0, bytes);
        check(call.applyAsInt(address(out)));
        return out;
    }

    /** A copy of bytes for a call, which takes their address. */
    static int withBytes(byte[] bytes, LongToIntFunction call) {
        ByteBuffer copy = scratch(bytes.length);
        copy.put(bytes);
        int status = call.applyAsInt(address(copy));
        Reference.reachabilityFence(copy);
        return status;
    }

    /** The bytes that a call writes to an address. */
    static byte[] bytes(long count, LongToIntFunction call) {
        ByteBuffer room = scratch(count);
        check(call.applyAsInt(address(room)));
        byte[] out = new byte[(int) count];
        room.get(out);
        return out;
    }

    /** A copy of numbers that C lends. */
    static long[] longs(long address, int count) {
        long[] out = new long[Math.max(count, 0)];
        memory(address, 8L * out.length).order(ByteOrder.nativeOrder()).asLongBuffer().get(out);
        return out;
    }

    static native long address(ByteBuffer direct);
    static native ByteBuffer memory(long address, long bytes);
    private static native byte[] letters(long address);
    static native long invoke(long operator, long x, long y);
    static native long toDlpack(long tensor);
    static native long fromDlpack(long managed);
    static native void freeDlpack(long managed);
}
