package org.weft;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What each `misuse` case of bindings/conformance means in Java. The compiler refuses a number where a text is
 * meant, an object of another kind, and rows in rows.
 */
final class Misuse {
    private static final String WIDE = "für-\uD83D\uDE00-\uD835\uDC99", HALF = "a\uD83D";
    private static final float[] X = {0, 1, 2, 3, 4, 5};
    private final Path folder;

    private Misuse(Path folder) {
        this.folder = folder;
    }

    /** Runs a case. */
    static void run(String name, Path folder) throws Exception {
        Misuse all = new Misuse(folder);
        switch (name) {
            case "collector": all.collector(); return;
            case "kept-memory": all.keptMemory(); return;
            case "released": all.released(); return;
            case "wrong-kind": all.wrongKind(); return;
            case "number-as-text": all.nothingAsText(); return;
            case "nul-in-text": all.nulInText(); return;
            case "wide-text": all.wideText(); return;
            case "invalid-text": all.invalidText(); return;
            case "cyclic-list": all.cyclicList(); return;
            case "ragged-list": return; // arrays have elements of one kind, without rows
            case "wrong-elements": all.wrongElements(); return;
            case "wide-integers": all.wideIntegers(); return;
            case "no-integer": all.noInteger(); return;
            case "unset-input": all.unsetInput(); return;
            default: throw new IllegalStateException("there is no test of " + name);
        }
    }

    private static void must(boolean holds, String text) {
        if (!holds) throw new IllegalStateException(text);
    }

    /** Asks that calls fail with an exception of Java that has a text. */
    private static void refuse(String part, Runnable... calls) {
        for (int i = 0; i < calls.length; i++) {
            try {
                calls[i].run();
            } catch (RuntimeException error) {
                must(("" + error.getMessage()).contains(part), error.toString());
                continue;
            }
            throw new IllegalStateException("call " + i + " was not refused: " + part);
        }
    }

    private static void refuse(WeftException.Status status, Runnable... calls) {
        for (int i = 0; i < calls.length; i++) {
            try {
                calls[i].run();
            } catch (WeftException error) {
                must(error.status() == status, i + ": " + error);
                continue;
            }
            throw new IllegalStateException("call " + i + " was not refused");
        }
    }

    private Model model(String name) {
        return Model.load(folder.resolve("models").resolve(name).toString());
    }

    private static float[] run(Model model) {
        try (Context context = model.context()) {
            return context.setInput(0, X).run().outputFloats(0);
        }
    }

    private static Function doubled(Tensor x) {
        return Function.trace(in -> new Tensor[] {in[0].add(in[0])}, x);
    }

    /** A file whose names are all wide. */
    private static Path wideFile(Path place) {
        Tensor w = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        Function traced = Function.trace(
                in -> new Tensor[] {Ops.matmul(in[0], w)}, Tensor.zeros(Dtype.FLOAT32, 1, 2));
        Path file = place.resolve(WIDE + ".weft");
        String[] inputs = {"in" + WIDE}, outputs = {"out" + WIDE};
        new Writer().add(WIDE, traced, inputs, outputs, Map.of("w" + WIDE, w))
                .setMetadata("key" + WIDE, WIDE).save(file.toString());
        return file;
    }

    /** The collector runs on another thread all the time, in a small young generation of garbage. */
    private void collector() throws Exception {
        Thread collecting = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) System.gc();
        });
        collecting.start();
        try {
            float[] wanted = run(model("dense.weft"));
            for (int i = 0; i < 20; i++) {
                Tensor a = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
                must(Arrays.equals(Ops.reshape(a, new long[] {4, 1}).toFloats(), a.toFloats()), "numbers");
                Tensor[] both = {a, Tensor.of(new float[] {1, 2, 3, 4}, 2, 2)};
                must(Arrays.equals(Ops.einsum(both, "ij,jk->ik").toFloats(), new float[] {7, 10, 15, 22}), "a text");
                must(Arrays.equals(run(model("dense.weft")), wanted), "a model"); // nobody has it
                must(Arrays.equals(run(Model.load(Files.readAllBytes(folder.resolve("models/dense.weft")))), wanted), "bytes");
                Tensor leaf = Tensor.of(new float[] {1, 2}).attachGrad();
                Autograd.record(() -> Ops.sum(leaf.mul(leaf))).backward();
                must(Arrays.equals(leaf.grad().toFloats(), new float[] {2, 4}), "a gradient");
            }
        } finally {
            collecting.interrupt();
            collecting.join();
        }
    }

    private void keptMemory() throws Exception {
        float[] wanted = run(model("dense.weft"));
        byte[] bytes = Files.readAllBytes(folder.resolve("models/dense.weft"));
        Model model = Model.load(bytes);
        Arrays.fill(bytes, (byte) 0);
        float[] numbers = X.clone();
        Tensor array = Tensor.of(numbers, 2, 3);
        Context first = model.context().setInput(0, numbers), second = model.context().setInput(0, array);
        Arrays.fill(numbers, 7);
        array.close();
        model.close();
        System.gc();
        must(Arrays.equals(first.run().outputFloats(0), wanted), "other numbers");
        must(Arrays.equals(second.run().outputFloats(0), wanted), "other numbers of an array");
    }

    private void released() throws Exception {
        Tensor x = Tensor.of(new float[] {1, 2}).attachGrad(), free = Tensor.zeros(Dtype.FLOAT32, 2);
        Function traced = doubled(free);
        Model model = model("dense.weft");
        Context context = model.context();
        Writer writer = new Writer();
        for (AutoCloseable one : new AutoCloseable[] {x, traced, model, context, writer}) {
            one.close();
            one.close();
        }
        String[] names = {"x"};
        refuse(WeftException.Status.INVALID_STATE,
                () -> x.add(1), () -> x.add(x), () -> free.add(x), x::toFloats, x::toBytes, x::dtype, x::shape, x::size, x::item,
                x::grad, x::backward, () -> x.isSame(free), () -> free.isSame(x), x::detach, x::await, x::attachGrad,
                () -> x.write(Operand.of(1)), () -> free.write(x), x::toDlpack, x::toString,
                () -> Ops.concatenate(new Tensor[] {free, x}), () -> Autograd.grad(x, x), () -> Autograd.grad(free, x),
                () -> Tensor.save("/nowhere", Map.of("x", x)), () -> doubled(x), () -> Function.trace(in -> new Tensor[] {x}, free),
                () -> new Operator("abs").callInto(new Object[] {free}, Map.of(), x),
                () -> traced.call(free), traced::captures, () -> traced.text("graph"),
                () -> new Writer().add("a", traced, names, names, Map.of()),
                model::context, model::entries, model::weights, () -> model.metadata("k"), () -> model.run(Map.of("x", free)),
                context::run, context::inputs, context::outputs, context::states, () -> context.outputFloats(0), () -> context.output(0),
                () -> context.setInput(0, X), () -> context.setInputShape(0, 2, 3), () -> context.input(0), () -> context.bindOutput(0),
                context::reset, () -> context.save("/nowhere"), () -> context.state(0),
                () -> writer.save("/nowhere"), () -> writer.setMetadata("a", "b"));
    }

    private void wrongKind() {
        Tensor x = Tensor.zeros(Dtype.FLOAT32, 2);
        Tensor[] nothing = {null};
        refuse("",
                () -> Ops.abs(null), () -> x.isSame(null), () -> Ops.concatenate(null), () -> Ops.concatenate(nothing),
                () -> Autograd.backward(nothing), () -> Autograd.grad(null, x), () -> Autograd.grad(x, nothing),
                () -> Autograd.grad(x, (Tensor[]) null), () -> Function.trace(in -> nothing, x), () -> Function.trace(in -> null, x),
                () -> doubled(null), () -> doubled(x).call(nothing), () -> model("dense.weft").context().setInput(0, (Tensor) null),
                () -> model("dense.weft").context().bindInput(0, null), () -> model("dense.weft").run(null),
                () -> new Writer().add("a", null, new String[0], new String[0], Map.of()), () -> Model.load((byte[]) null),
                () -> new Operator("abs").call(new Object[] {model("dense.weft")}, Map.of()),
                () -> new Operator("abs").call(new Object[] {"x"}, Map.of()), () -> new Operator("abs").call(new Object[] {new Object()}, Map.of()),
                () -> new Operator("abs").callInto(new Object[] {x}, Map.of(), nothing), () -> Tensor.fromDlpack(0));
    }

    private void nothingAsText() {
        Tensor x = Tensor.zeros(Dtype.FLOAT32, 2);
        Map<String, Tensor> unnamed = new HashMap<>();
        unnamed.put(null, x);
        String[] names = {"x"}, nothing = {null};
        refuse("",
                () -> Model.load((String) null), () -> Tensor.load(null), () -> Tensor.save(null, Map.of("x", x)),
                () -> Tensor.save("/nowhere", unnamed), () -> model("dense.weft").context(null), () -> new Writer().save(null),
                () -> new Writer().setMetadata(null, "a"), () -> new Writer().setMetadata("a", null), () -> doubled(x).text(null),
                () -> new Writer().add(null, doubled(x), names, names, Map.of()), () -> new Writer().add("a", doubled(x), nothing, names, Map.of()),
                () -> new Operator(null).call(new Object[] {x}, Map.of()), () -> model("dense.weft").context().save(null),
                () -> Dtype.named(null));
        must(model("dense.weft").metadata(null) == null, "a text of no key");
    }

    private void nulInText() throws Exception {
        Tensor x = Tensor.zeros(Dtype.FLOAT32, 2);
        Path place = Files.createTempDirectory("weft"), file = place.resolve("a");
        Files.write(file, new byte[] {1});
        String cut = file + "\0b", name = "x\0y", dense = folder.resolve("models/dense.weft").toString();
        String[] names = {"x"}, wrong = {name};
        refuse("NUL",
                () -> Model.load(dense + "\0b"), () -> Tensor.load(cut), () -> Tensor.save(cut, Map.of("x", x)),
                () -> Tensor.save(place.resolve("n").toString(), Map.of(name, x)), () -> Model.load(dense).context("forward\0x"),
                () -> Model.load(dense).metadata(name), () -> Model.load(dense).context().save(cut), () -> new Writer().save(cut),
                () -> new Writer().setMetadata(name, "a"), () -> new Writer().setMetadata("a", name),
                () -> new Writer().add(name, doubled(x), names, names, Map.of()), () -> new Writer().add("a", doubled(x), wrong, names, Map.of()),
                () -> doubled(x).text("graph\0"), () -> new Operator("abs\0x").call(new Object[] {x}, Map.of()));
        must(Files.readAllBytes(file)[0] == 1 && Files.list(place).count() == 1, "a file was written");
    }

    private void wideText() throws Exception {
        Path place = Files.createTempDirectory("weft"), file = wideFile(place);
        must(Files.list(place).count() == 1 && bytesOfName(place).equals(WIDE + ".weft"), "the file's name: " + bytesOfName(place));
        Model model = Model.load(file.toString());
        Context context = model.context(WIDE);
        must(model.entries()[0].equals(WIDE) && context.inputs()[0].name.equals("in" + WIDE), "names");
        must(Arrays.equals(
                context.run(Map.of("in" + WIDE, Tensor.of(new float[] {1, 1}, 1, 2))).get("out" + WIDE).toFloats(),
                new float[] {4, 6}), "numbers");
        must(model.metadata("key" + WIDE).equals(WIDE) && model.weights().keySet().equals(Set.of("w" + WIDE)), "texts");
        String arrays = place.resolve(WIDE + ".safetensors").toString();
        Tensor.save(arrays, Map.of(WIDE, Tensor.zeros(Dtype.FLOAT32, 1)));
        must(Tensor.load(arrays).keySet().equals(Set.of(WIDE)), "names of arrays");
        refuse(WIDE, () -> Model.load("/nowhere/" + WIDE), () -> model.context(WIDE + WIDE), () -> new Operator(WIDE).one(new Object[0]));
    }

    /** The name of the only file as the system has it: `ls` tells its bytes, whatever Java's own coding of names is. */
    private static String bytesOfName(Path place) throws Exception {
        Process ls = new ProcessBuilder("ls", place.toString()).start();
        return new String(ls.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
    }

    private void invalidText() {
        Tensor x = Tensor.zeros(Dtype.FLOAT32, 2);
        String[] names = {"x"}, wrong = {HALF};
        refuse("half a pair",
                () -> Model.load(HALF), () -> Tensor.load(HALF), () -> Tensor.save(HALF, Map.of("x", x)),
                () -> Tensor.save("/nowhere", Map.of(HALF, x)), () -> model("dense.weft").context(HALF), () -> new Writer().save(HALF),
                () -> new Writer().setMetadata(HALF, "a"), () -> new Writer().add("a", doubled(x), wrong, names, Map.of()),
                () -> new Operator(HALF).call(new Object[] {x}, Map.of()));
    }

    /** The only lists without a type of elements are those of the arguments of an operator. */
    private void cyclicList() {
        Object[] list = {null};
        list[0] = list;
        refuse("", () -> new Operator("concatenate").all(list), () -> new Operator("concatenate").all((Object) list));
    }

    private void wrongElements() {
        Context context = model("dense.weft").context(), counter = model("counter.weft").context();
        ByteBuffer other = ByteBuffer.allocateDirect(24).order(
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        refuse("",
                () -> context.setInput(0, new int[6]), () -> context.setInput(0, new float[5]), () -> context.setInput(0, new float[0]),
                () -> context.setInput(0, Tensor.zeros(Dtype.INT32, 2, 3)), () -> context.setInput(0, Tensor.zeros(Dtype.FLOAT32, 3, 2)),
                () -> context.setInput(9, X), () -> context.setInput(-1, X), () -> context.output(-1), () -> context.input(7),
                () -> context.bindInput(0, ByteBuffer.allocate(24)), () -> context.bindInput(0, other),
                () -> context.bindInput(0, ByteBuffer.allocateDirect(23).order(ByteOrder.nativeOrder())),
                () -> counter.setState(0, Tensor.zeros(Dtype.INT32, 2)), () -> counter.setState(0, Tensor.zeros(Dtype.FLOAT32, 3)),
                () -> Tensor.ofBytes(Dtype.FLOAT32, new long[] {4}, new byte[3]), () -> Tensor.ofBytes(Dtype.FLOAT32, new long[] {-2, -2}, new byte[16]),
                () -> Tensor.ofBytes(Dtype.FLOAT32, new long[] {1L << 62, 4}, new byte[0]), () -> Tensor.zeros(Dtype.FLOAT32, 2).toInts());
        must(Tensor.of(new float[0]).toFloats().length == 0 && Tensor.zeros(Dtype.FLOAT32, 0, 3).shape()[1] == 3, "empty arrays");
        Tensor turned = Ops.transpose(Tensor.of(X, 2, 3));
        must(Arrays.equals(turned.toFloats(), new float[] {0, 3, 1, 4, 2, 5}), "turned");
        float[] wanted = run(model("dense.weft"));
        ByteBuffer memory = ByteBuffer.allocateDirect(24).order(ByteOrder.nativeOrder());
        memory.asFloatBuffer().put(X);
        context.bindInput(0, memory.asReadOnlyBuffer().order(ByteOrder.nativeOrder()));
        must(Arrays.equals(context.run().outputFloats(0), wanted), "read-only memory");
        // More bytes than memory of Java has: a view, which takes none itself.
        Tensor large = Ops.broadcastTo(Tensor.zeros(Dtype.UINT8, 1), new long[] {(1L << 32) + 8});
        refuse("less than 2 GiB", large::toBytes);
    }

    private void wideIntegers() {
        long wide = 9007199254740993L;
        long[] numbers = {wide, Long.MIN_VALUE, Long.MAX_VALUE};
        must(Arrays.equals(Tensor.of(numbers).toLongs(), numbers), "elements");
        for (long number : numbers) {
            Tensor x = Tensor.of(new long[] {number});
            must(Tensor.zeros(Dtype.INT64, 1).add(Operand.of(number)).toLongs()[0] == number, "an operand");
            must(Ops.equal(x, Operand.of(number)).toBytes()[0] == 1, "a comparison");
            x.write(Operand.of(number - 1 + 1));
            must(x.toLongs()[0] == number, "written");
        }
        Tensor all = Tensor.of(new long[] {-1}), unsigned = Tensor.ofBytes(Dtype.UINT64, new long[] {1}, all.toBytes());
        refuse("" + wide, () -> Tensor.of(new long[] {wide}).item());
        refuse("" + Long.MAX_VALUE, () -> Tensor.of(new long[] {Long.MAX_VALUE}).item());
        refuse("18446744073709551615", unsigned::item);
        must(Tensor.of(new long[] {Long.MIN_VALUE}).item() == -0x1p63 && Tensor.of(new long[] {1L << 60}).item() == 0x1p60, "exact ones");
        must(unsigned.toBytes()[7] == -1, "bytes");
    }

    private void noInteger() {
        Tensor x = Tensor.zeros(Dtype.FLOAT32, 4);
        for (double wrong : new double[] {2.5, Double.NaN, Double.POSITIVE_INFINITY})
            refuse("", () -> new Operator("sum").call(new Object[] {x}, Map.of("axis", wrong)),
                    () -> new Operator("reshape").call(new Object[] {x}, Map.of("newshape", wrong)));
        refuse("", () -> Tensor.zeros(Dtype.FLOAT32, -1), () -> Tensor.zeros(Dtype.FLOAT32, Long.MAX_VALUE, Long.MAX_VALUE),
                () -> x.slice(0, Long.MIN_VALUE, Long.MAX_VALUE), () -> Weft.setNumThreads(-1));
    }

    private void unsetInput() {
        Tensor x = Tensor.of(X, 2, 3);
        Model model = model("dense.weft");
        Context context = model.context();
        refuse("`x`", () -> model.context().run(), () -> model.run(Map.of()), () -> context.run(Map.of()));
        float[] wanted = context.run(Map.of("x", x)).values().iterator().next().toFloats();
        refuse("`x` is missing", () -> context.run(Map.of()));
        must(Arrays.equals(context.run().outputFloats(0), wanted), "it is bound until it is bound again");
    }
}
