package org.weft;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A .weft file that is being put together. */
public final class Writer extends Owned {
    private final List<Tensor> unnamed = new ArrayList<>();

    /** An empty file. */
    public Writer() {
        super(Native.createWriter(), Native::releaseWriter);
    }

    /**
     * Adds an entry point. Captures that `weights` does not name are called constant0 and so on.
     *
     * @param entry its name
     * @param function the traced graph
     * @param inputs names of the inputs
     * @param outputs names of the outputs
     * @param weights the arrays that the function captured, by name
     */
    public synchronized Writer add(
            String entry, Function function, String[] inputs, String[] outputs, Map<String, Tensor> weights) {
        Tensor[] captures = function.captures();
        String[] names = new String[captures.length];
        for (int i = 0; i < captures.length; i++) names[i] = nameOf(captures[i], weights);
        synchronized (function) {
            Native.addEntry(handle(), entry, function.handle(), inputs, outputs, names);
        }
        return this;
    }

    private String nameOf(Tensor capture, Map<String, Tensor> weights) {
        for (Map.Entry<String, Tensor> weight : weights.entrySet())
            if (weight.getValue().isSame(capture)) return weight.getKey();
        for (int i = 0; i < unnamed.size(); i++)
            if (unnamed.get(i).isSame(capture)) return "constant" + i;
        unnamed.add(capture);
        return "constant" + (unnamed.size() - 1);
    }

    /**
     * Sets a text of the file.
     *
     * @param key its name
     * @param value the text
     */
    public synchronized Writer setMetadata(String key, String value) {
        Native.setMetadata(handle(), key, value);
        return this;
    }

    /**
     * Writes the file in one step.
     *
     * @param path the file
     */
    public synchronized void save(String path) {
        Native.saveWriter(handle(), path);
    }
}
