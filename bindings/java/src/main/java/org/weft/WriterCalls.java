// Written by bindings/generate; do not edit.
package org.weft;

/** The methods of Writer that are one call of weft.h. */
public abstract class WriterCalls extends Owned {
    WriterCalls(long value, java.util.function.LongConsumer release) {
        super(value, release);
    }

    /**
     * Sets a text of the file.
     *
     * @param key its name
     * @param value the text
     */
    public synchronized Writer setMetadata(String key, String value) {
        Native.check(C.weft_writer_set_metadata(handle(), key, value));
        return (Writer) this;
    }

    /**
     * Writes the file in one step.
     *
     * @param path the file
     */
    public synchronized void save(String path) {
        Native.check(C.weft_writer_save(handle(), path));
    }
}
