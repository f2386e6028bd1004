package org.weft;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.WeftException.Status;

/** A .weft file that is being put together. */
public final class Writer extends WriterCalls {
    private final List<Tensor> unnamed = new ArrayList<>();

    /** An empty file. */
    public Writer() {
        super(Native.made(C::weft_writer_create), C::weft_writer_release);
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
            expect("inputs", inputs, C.weft_function_inputs(function.handle()));
            expect("outputs", outputs, C.weft_function_outputs(function.handle()));
            Native.check(C.weft_writer_add_entry(handle(), entry, function.handle(), inputs, outputs, names));
        }
        return this;
    }

    private static void expect(String which, String[] names, long count) {
        if (names == null || names.length != count)
            throw new WeftException(
                    Status.INVALID_VALUE, "Writer.add: the function has " + count + " " + which + "; got "
                            + (names == null ? "null" : names.length + " names"));
    }

    private String nameOf(Tensor capture, Map<String, Tensor> weights) {
        for (Map.Entry<String, Tensor> weight : weights.entrySet())
            if (weight.getValue().isSame(capture)) return weight.getKey();
        for (int i = 0; i < unnamed.size(); i++)
            if (unnamed.get(i).isSame(capture)) return "constant" + i;
        unnamed.add(capture);
        return "constant" + (unnamed.size() - 1);
    }

}
