package org.weft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** All cases of bindings/conformance, then what cases cannot say: threads, leaks, closed objects. */
public final class Conformance {
    private static Path folder;

    private static final class Case {
        final String kind, name;
        final List<String[]> lines = new ArrayList<>();

        Case(String kind, String name) {
            this.kind = kind;
            this.name = name;
        }

        List<String[]> lines(String word) {
            List<String[]> out = new ArrayList<>();
            for (String[] line : lines)
                if (line[0].equals(word)) out.add(Arrays.copyOfRange(line, 1, line.length));
            return out;
        }
    }

    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failed(String text) {
            super(text);
        }
    }

    private static void require(boolean holds, String text) {
        if (!holds) throw new Failed(text);
    }

    private static long[] numbers(String word) {
        if (word.equals("-")) return new long[0];
        return Arrays.stream(word.split(",")).mapToLong(Long::parseLong).toArray();
    }

    private static String text(String word) {
        return word.equals("-") ? "" : URLDecoder.decode(word.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String word) {
        if (word.equals("-")) return new byte[0];
        byte[] out = new byte[word.length() / 2];
        for (int i = 0; i < out.length; i++)
            out[i] = (byte) Integer.parseInt(word.substring(2 * i, 2 * i + 2), 16);
        return out;
    }

    private static Tensor array(String dtype, String shape, String hex) {
        return Tensor.ofBytes(Dtype.named(dtype), numbers(shape), bytes(hex));
    }

    /** The elements as numbers, for tolerances. */
    private static double[] reals(Tensor x) {
        Dtype dtype = x.dtype();
        if (dtype != Dtype.COMPLEX64 && dtype != Dtype.COMPLEX128) return x.astype(Dtype.FLOAT64).toDoubles();
        ByteBuffer memory = ByteBuffer.wrap(x.toBytes()).order(ByteOrder.nativeOrder());
        double[] out = new double[2 * (int) x.size()];
        for (int i = 0; i < out.length; i++)
            out[i] = dtype == Dtype.COMPLEX64 ? memory.getFloat() : memory.getDouble();
        return out;
    }

    /** Compares an array with `DTYPE SHAPE TOLERANCE HEX`, which begin at a word. */
    private static void expect(Tensor found, String[] words, int first) {
        String dtype = words[first], shape = words[first + 1], hex = words[first + 3];
        double t = Double.parseDouble(words[first + 2]);
        require(found.dtype().toString().equals(dtype), "dtype " + found + ", wanted " + dtype);
        require(Arrays.equals(found.shape(), numbers(shape)), "shape " + found + ", wanted " + shape);
        if (t == 0) {
            require(Arrays.equals(found.toBytes(), bytes(hex)), "other bytes");
            return;
        }
        double[] xs = reals(found), ys = reals(array(dtype, shape, hex));
        for (int i = 0; i < ys.length; i++) {
            double x = xs[i], y = ys[i];
            require(x == y || Double.isNaN(x) && Double.isNaN(y) || Math.abs(x - y) <= t + t * Math.abs(y),
                    x + " is not " + y);
        }
    }

    private static Object attribute(String[] words) {
        switch (words[1]) {
            case "int": return Long.parseLong(words[2]);
            case "float": return Double.parseDouble(words[2]);
            case "bool": return words[2].equals("1");
            case "ints": return numbers(words[2]);
            case "dtype": return Dtype.named(words[2]);
            case "none": return null;
            default: return text(words[2]);
        }
    }

    private static Tensor[] call(Case one, List<Tensor> leaves) {
        List<Object> inputs = new ArrayList<>();
        List<Tensor> list = null;
        Map<String, Object> attributes = new HashMap<>();
        for (String[] line : one.lines) {
            switch (line[0]) {
                case "list": list = new ArrayList<>(); break;
                case "absent": inputs.add(null); break;
                case "attribute":
                    attributes.put(line[1], attribute(Arrays.copyOfRange(line, 1, line.length)));
                    break;
                case "array":
                case "leaf":
                    Tensor x = array(line[1], line[2], line[3]);
                    if (line[0].equals("leaf")) leaves.add(x.attachGrad());
                    if (list != null) list.add(x);
                    else inputs.add(x);
                    break;
                default:
            }
        }
        if (list != null) inputs.add(list.toArray(new Tensor[0]));
        Operator op = new Operator(one.lines("call").get(0)[0]);
        if (!one.kind.equals("gradient")) return op.call(inputs.toArray(), attributes);
        return Autograd.record(() -> op.call(inputs.toArray(), attributes));
    }

    /** A file's model; from bytes in memory, which are overwritten then. */
    private static Model load(String kind, String name) {
        Path path = folder.resolve("models").resolve(name);
        if (!kind.equals("memory")) return Model.load(path.toString());
        byte[] bytes = bytesOf(path);
        Model model = Model.load(bytes);
        Arrays.fill(bytes, (byte) 0);
        return model;
    }

    private static byte[] bytesOf(Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (IOException error) {
            throw new Failed(error.toString());
        }
    }

    private static void runModel(Case one) {
        Context context = null;
        for (String[] line : one.lines) {
            if (line[0].equals("model")) {
                context = load(one.kind, line[1]).context(line[2]);
                continue;
            }
            int index = line.length > 1 && line[1].matches("\\d+") ? Integer.parseInt(line[1]) : 0;
            switch (line[0]) {
                case "shape": context.setInputShape(index, numbers(line[2])); break;
                case "input": context.setInput(index, array(line[2], line[3], line[4])); break;
                case "flat": context.setInput(index, array(line[2], line[3], line[4]).toFloats()); break;
                case "run": context.run(); break;
                case "reset": context.reset(); break;
                case "output": expect(context.output(index), line, 2); break;
                case "state": expect(context.state(index), line, 2); break;
                default:
            }
        }
    }

    private static void refused(Case one, Runnable run) {
        try {
            run.run();
        } catch (WeftException error) {
            int status = Integer.parseInt(one.lines("status").get(0)[0]);
            require(error.status().ordinal() == status, error.status() + ": " + error.getMessage());
            for (String[] words : one.lines("says"))
                require(error.getMessage().contains(text(words[0])), error.getMessage());
            return;
        }
        throw new Failed("nothing was refused");
    }

    private static void check(Case one) throws Exception {
        switch (one.kind) {
            case "misuse": Misuse.run(one.name, folder); return;
            case "memory":
                if (one.lines("status").isEmpty()) runModel(one);
                else refused(one, () -> runModel(one));
                return;
            case "model": case "shaped": runModel(one); return;
            case "refusal": case "misshapen": refused(one, () -> runModel(one)); return;
            case "failure": refused(one, () -> call(one, new ArrayList<>())); return;
            default:
        }
        List<Tensor> leaves = new ArrayList<>();
        Tensor[] results = call(one, leaves);
        List<String[]> wanted = one.lines("result"), slopes = one.lines("gradient");
        for (int i = 0; i < wanted.size(); i++) expect(results[i], wanted.get(i), 0);
        if (one.kind.equals("gradient")) results[0].backward();
        for (int i = 0; i < slopes.size(); i++) expect(leaves.get(i).grad(), slopes.get(i), 0);
    }

    private static void allCases() throws Exception {
        List<Case> cases = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("cases.txt"))) {
            String[] words = line.split(" ");
            if (words[0].equals("case")) cases.add(new Case(words[1], words[2]));
            else if (!words[0].equals("end") && !line.startsWith("#")) cases.get(cases.size() - 1).lines.add(words);
        }
        require(cases.size() > 500, "there are only " + cases.size() + " cases");
        List<String> failed = new ArrayList<>();
        for (Case one : cases) {
            try {
                check(one);
            } catch (RuntimeException error) {
                failed.add(one.name + ": " + error);
            }
        }
        require(failed.isEmpty(), String.join("\n", failed));
        System.out.println(cases.size() + " cases");
    }

    private static float[] run(Model model) {
        try (Context context = model.context()) {
            return context.setInput(0, new float[] {0, 1, 2, 3, 4, 5}).run().outputFloats(0);
        }
    }

    private static void threads() throws Exception {
        Model model = Model.load(folder.resolve("models/dense.weft").toString());
        float[] wanted = run(model);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 4; i++)
            running.add(pool.submit(() -> {
                for (int n = 0; n < 200; n++) require(Arrays.equals(run(model), wanted), "other numbers");
            }));
        // Arrays that one thread closes while another uses them are errors, never a crash.
        for (int i = 0; i < 200; i++) {
            Tensor x = Tensor.zeros(Dtype.FLOAT32, 64);
            running.add(pool.submit(x::close));
            try {
                for (int n = 0; n < 20; n++) x.add(1).close();
            } catch (WeftException error) {
                require(error.status() == WeftException.Status.INVALID_STATE, error.toString());
            }
        }
        for (Future<?> one : running) one.get();
        pool.shutdown();
    }

    /** What is from memory outlives the model: a context of bytes that nobody else has, and weights. */
    private static void memory() {
        Path path = folder.resolve("models/dense.weft");
        byte[] bytes = bytesOf(path);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 3);
        direct.position(3);
        direct.put(bytes).flip().position(3);
        Model model = Model.load(direct);
        require(direct.position() == 3, "the buffer's position moved");
        Context context = model.context();
        Map<String, Tensor> weights = model.weights();
        model.close();
        model = null;
        direct = null;
        System.gc();
        float[] given = {0, 1, 2, 3, 4, 5};
        Model mapped = Model.load(path.toString());
        require(Arrays.equals(context.setInput(0, given).run().outputFloats(0), run(mapped)), "other numbers");
        require(weights.keySet().equals(mapped.weights().keySet()), "other names");
        mapped.weights().forEach((name, wanted) ->
                require(Arrays.equals(weights.get(name).toBytes(), wanted.toBytes()), name));
    }

    private static void names() {
        Model model = Model.load(folder.resolve("models/open.weft").toString());
        Tensor x = Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, 2, 3);
        Context context = model.context();
        Map<String, Tensor> all = context.run(Map.of("x", x));
        require(all.keySet().equals(Set.of(context.outputs()[0].name)), all.toString());
        require(Arrays.equals(all.values().iterator().next().toBytes(), context.output(0).toBytes()), "by name");
        require(model.run(Map.of("x", x)).toString().equals(all.toString()), "a model's own run");
        try {
            model.run(Map.of("y", x));
            throw new Failed("an unknown input was taken");
        } catch (WeftException error) {
            require(error.getMessage().contains("no input `y`; there are: x"), error.toString());
        }
    }

    /** One trace for batches of any size gives what the operators give, in a file, too. */
    private static void openDimensions() throws IOException {
        Tensor w = Tensor.of(new float[] {1, -2, 3, 0.5f, 2, -1}, 3, 2);
        Function.Body body = in -> {
            Tensor y = Ops.matmul(in[0], w).add(in[1]);
            return new Tensor[] {Ops.softmax(y), y.reshape(2 * in[0].shape()[0])};
        };
        Tensor x = Tensor.zeros(Dtype.FLOAT32, 4, 3), bias = Tensor.zeros(Dtype.FLOAT32, 4, 2);
        List<Dim> dynamic = List.of(new Dim("batch", 1, 64).at(0, 0).at(1, 0));
        Function traced = Function.trace(body, dynamic, x, bias);
        Path file = Files.createTempFile("open", ".weft");
        String[] inputs = {"x", "bias"}, outputs = {"scores", "flat"};
        new Writer().add("forward", traced, inputs, outputs, Map.of("w", w)).save(file.toString());
        Model model = Model.load(file.toString());
        require(model.context().inputs()[0].toString().equals("Port(x, float32, [-1, 3])"), "the file's shape");
        for (int batch : new int[] {1, 5}) {
            Tensor rows = Ops.uniform(new long[] {batch, 3}, Dtype.FLOAT32), b = Tensor.zeros(Dtype.FLOAT32, batch, 2);
            Tensor[] wanted = body.run(rows, b), found = traced.call(rows, b);
            Map<String, Tensor> loaded = model.run(Map.of("x", rows, "bias", b));
            for (int i = 0; i < 2; i++) {
                require(Arrays.equals(found[i].shape(), wanted[i].shape()), "shape of " + outputs[i]);
                require(close(found[i], wanted[i]) && close(loaded.get(outputs[i]), wanted[i]), outputs[i]);
            }
        }
        Files.delete(file);
        refuses("batch", () -> traced.call(Tensor.zeros(Dtype.FLOAT32, 65, 3), Tensor.zeros(Dtype.FLOAT32, 65, 2)));
        refuses("axis 7 of input 0", () -> Function.trace(body, List.of(new Dim("n").at(0, 7)), x, bias));
        refuses("at least 6 extents", () -> new Dim("n", 1, 6));
    }

    private static boolean close(Tensor a, Tensor b) {
        float[] x = a.toFloats(), y = b.toFloats();
        for (int i = 0; i < y.length; i++) if (Math.abs(x[i] - y[i]) > 1e-6f) return false;
        return x.length == y.length;
    }

    private static void refuses(String text, Runnable run) {
        try {
            run.run();
        } catch (WeftException error) {
            require(error.getMessage().contains(text), error.getMessage());
            return;
        }
        throw new Failed("nothing said " + text);
    }

    private static void leaks() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4});
        Runnable step = () -> {
            try (Tensor y = x.add(x); Tensor z = y.mul(2)) {
                require(z != null, "");
            }
        };
        step.run();
        System.gc();
        long once = Weft.liveBytes();
        for (int i = 0; i < 100_000; i++) step.run();
        require(Weft.liveBytes() <= once, "bytes in use: " + once + ", then " + Weft.liveBytes());
    }

    private static void printed() {
        require(Tensor.of(new long[] {1, -2}).toString().equals("Tensor(int64, [2], [1, -2])"), "int64");
        require(Tensor.of(new float[] {0.5f, 2}, 2, 1).toString().equals("Tensor(float32, [2, 1], [0.5, 2.0])"), "2");
        require(Tensor.zeros(Dtype.FLOAT32, 101).toString().equals("Tensor(float32, [101])"), "many");
        require(Tensor.zeros(Dtype.FLOAT16, 1).toString().equals("Tensor(float16, [1])"), "float16");
        Context context = Model.load(folder.resolve("models/open.weft").toString()).context();
        require(context.inputs()[0].toString().equals("Port(x, float32, [-1, 3])"), context.inputs()[0].toString());
    }

    private static void mistakes() {
        Tensor x = Tensor.of(new float[] {1, 2});
        x.close();
        x.close();
        try {
            x.add(1);
            throw new Failed("a closed array was used");
        } catch (WeftException error) {
            require(error.status() == WeftException.Status.INVALID_STATE, error.toString());
        }
        try {
            new Operator("softmax").call(new Object[] {Tensor.of(new float[2])}, Map.of("axs", 1L));
            throw new Failed("an unknown attribute was taken");
        } catch (WeftException error) {
            require(error.getMessage().contains("`axs`; there are: axis"), error.toString());
        }
        Context context = Model.load(folder.resolve("models/dense.weft").toString()).context();
        context.close();
        try {
            context.run();
            throw new Failed("a closed context ran");
        } catch (WeftException error) {
            require(error.status() == WeftException.Status.INVALID_STATE, error.toString());
        }
    }

    /** Memory as another library sees it: sun.misc.Unsafe by reflection. */
    private static long at(long address) throws Exception {
        Class<?> kind = Class.forName("sun.misc.Unsafe");
        java.lang.reflect.Field field = kind.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        return (long) kind.getMethod("getLong", long.class).invoke(field.get(null), address);
    }

    private static void dlpack() throws Exception {
        Tensor x = Tensor.of(new long[] {1, 2, 3, 4, 5, 6}, 2, 3);
        long managed = x.toDlpack();
        // Behind version, context, deleter and flags: data, device, axes and type, shape.
        long data = at(managed + 32), kind = at(managed + 48), shape = at(managed + 56);
        require((int) at(managed) == 1 && kind == (2 | 64L << 40 | 1L << 48), "version or type: " + kind);
        require(at(shape) == 2 && at(shape + 8) == 3, "shape");
        require(at(data + at(managed + 72) + 40) == 6, "the last element");
        Tensor back = Tensor.fromDlpack(managed);
        x.write(Operand.of(7));
        require(Arrays.equals(back.toLongs(), new long[] {7, 7, 7, 7, 7, 7}), "memory is not shared");
        x.close();
        require(back.add(Operand.of(1)).toLongs()[5] == 8, "the other array went with the first");
        back.close();
        long before = Weft.liveBytes();
        try (Tensor y = Tensor.zeros(Dtype.FLOAT32, 1000)) {
            Tensor.freeDlpack(y.toDlpack());
        }
        require(Weft.liveBytes() <= before, "an exported array was not freed");
    }

    public static void main(String[] given) throws Exception {
        folder = Path.of(given[0]);
        allCases();
        threads();
        memory();
        names();
        openDimensions();
        leaks();
        printed();
        mistakes();
        dlpack();
        System.out.println("passed");
    }
}
