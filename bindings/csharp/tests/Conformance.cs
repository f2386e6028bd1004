// All cases of bindings/conformance, then what cases cannot say: threads, leaks, disposed objects.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Weft;

internal static class Conformance
{
    private static string folder;

    private sealed class Case
    {
        internal string Kind, Name;
        internal readonly List<string[]> Lines = new List<string[]>();

        internal List<string[]> Of(string word) =>
            Lines.Where(line => line[0] == word).Select(line => line.Skip(1).ToArray()).ToList();
    }

    private sealed class Failed : Exception
    {
        internal Failed(string text) : base(text) { }
    }

    private static void Require(bool holds, string text)
    {
        if (!holds) throw new Failed(text);
    }

    private static long[] Numbers(string word) =>
        word == "-" ? new long[0] : word.Split(',').Select(long.Parse).ToArray();

    private static string TextOf(string word) => word == "-" ? "" : Uri.UnescapeDataString(word);

    private static byte[] Bytes(string word) => word == "-" ? new byte[0]
        : Enumerable.Range(0, word.Length / 2).Select(i => Convert.ToByte(word.Substring(2 * i, 2), 16)).ToArray();

    private static string NameOf(Dtype dtype) => dtype.ToString().ToLowerInvariant();

    private static Dtype Named(string name) =>
        Enum.GetValues(typeof(Dtype)).Cast<Dtype>().First(dtype => NameOf(dtype) == name.Replace("_", ""));

    private static Tensor ArrayOf(string dtype, string shape, string hex) =>
        Tensor.OfBytes(Named(dtype), Numbers(shape), Bytes(hex));

    private static double Real(string word) => double.Parse(word, CultureInfo.InvariantCulture);

    /// <summary>The elements as numbers, for tolerances.</summary>
    private static double[] Reals(Tensor x)
    {
        if (x.Dtype != Dtype.Complex64 && x.Dtype != Dtype.Complex128)
            return Ops.Cast(x, Dtype.Float64).ToArray<double>();
        return new[] { "real_part", "imaginary_part" }
            .SelectMany(part => Reals(Operator.Named(part).Call(new object[] { x })[0])).ToArray();
    }

    /// <summary>Compares an array with `DTYPE SHAPE TOLERANCE HEX`, which begin at a word.</summary>
    private static void Expect(Tensor found, string[] words, int first)
    {
        Require(found.Dtype == Named(words[first]), "dtype " + found);
        Require(found.Shape.SequenceEqual(Numbers(words[first + 1])), "shape " + found);
        double t = Real(words[first + 2]);
        if (t == 0)
        {
            Require(found.ToBytes().SequenceEqual(Bytes(words[first + 3])), "other bytes");
            return;
        }
        double[] wanted = Reals(ArrayOf(words[first], words[first + 1], words[first + 3]));
        foreach (var pair in Reals(found).Zip(wanted, (x, y) => new { x, y }))
            Require(pair.x == pair.y || double.IsNaN(pair.x) && double.IsNaN(pair.y)
                || Math.Abs(pair.x - pair.y) <= t + t * Math.Abs(pair.y), pair.x + " is not " + pair.y);
    }

    private static object AttributeOf(string[] words)
    {
        switch (words[0])
        {
            case "int": return long.Parse(words[1]);
            case "float": return Real(words[1]);
            case "bool": return words[1] == "1";
            case "ints": return Numbers(words[1]);
            case "dtype": return Named(words[1]);
            case "none": return Operator.None;
            default: return TextOf(words[1]);
        }
    }

    private static Tensor[] Call(Case one, List<Tensor> leaves)
    {
        List<object> inputs = new List<object>();
        List<Tensor> list = null;
        Dictionary<string, object> attributes = new Dictionary<string, object>();
        foreach (string[] line in one.Lines)
        {
            if (line[0] == "list") list = new List<Tensor>();
            else if (line[0] == "absent") inputs.Add(null);
            else if (line[0] == "attribute") attributes[line[1]] = AttributeOf(line.Skip(2).ToArray());
            else if (line[0] == "array" || line[0] == "leaf")
            {
                Tensor x = ArrayOf(line[1], line[2], line[3]);
                if (line[0] == "leaf") leaves.Add(x.AttachGrad());
                if (list != null) list.Add(x);
                else inputs.Add(x);
            }
        }
        if (list != null) inputs.Add(list.ToArray());
        Operator op = Operator.Named(one.Of("call")[0][0]);
        if (one.Kind != "gradient") return op.Call(inputs.ToArray(), attributes);
        using (Autograd.Record()) return op.Call(inputs.ToArray(), attributes);
    }

    // A file's model; from bytes in memory, which are overwritten then.
    private static Model Load(string kind, string name)
    {
        string path = Path.Combine(folder, "models", name);
        if (kind != "memory") return Model.Load(path);
        byte[] bytes = File.ReadAllBytes(path);
        Model model = Model.Load(bytes);
        Array.Clear(bytes, 0, bytes.Length);
        return model;
    }

    private static void RunModel(Case one)
    {
        Context context = null;
        foreach (string[] line in one.Lines)
        {
            int index = 0;
            if (line.Length > 1) int.TryParse(line[1], out index);
            if (line[0] == "model") context = Load(one.Kind, line[1]).Context(line[2]);
            else if (line[0] == "shape") context.SetInputShape(index, Numbers(line[2]));
            else if (line[0] == "input") context.SetInput(index, ArrayOf(line[2], line[3], line[4]));
            else if (line[0] == "flat") context.SetInput(index, ArrayOf(line[2], line[3], line[4]).ToArray<float>());
            else if (line[0] == "run") context.Run();
            else if (line[0] == "reset") context.Reset();
            else if (line[0] == "output") Expect(context.OutputTensor(index), line, 2);
            else if (line[0] == "state") Expect(context.State(index), line, 2);
        }
    }

    private static void Refused(Case one, Action run)
    {
        try
        {
            run();
        }
        catch (WeftException error)
        {
            Require((int)error.Status == int.Parse(one.Of("status")[0][0]), error.Status + ": " + error.Message);
            foreach (string[] words in one.Of("says"))
                Require(error.Message.Contains(TextOf(words[0])), error.Message);
            return;
        }
        throw new Failed("nothing was refused");
    }

    private static void Check(Case one)
    {
        bool refuses = one.Of("status").Count > 0;
        if (one.Kind == "misuse") Misuse.Run(one.Name, folder);
        else if (one.Kind == "model" || one.Kind == "shaped" || (one.Kind == "memory" && !refuses)) RunModel(one);
        else if (one.Kind == "memory") Refused(one, () => RunModel(one));
        else if (one.Kind == "refusal" || one.Kind == "misshapen") Refused(one, () => RunModel(one));
        else if (one.Kind == "failure") Refused(one, () => Call(one, new List<Tensor>()));
        else
        {
            List<Tensor> leaves = new List<Tensor>();
            Tensor[] results = Call(one, leaves);
            List<string[]> wanted = one.Of("result"), slopes = one.Of("gradient");
            for (int i = 0; i < wanted.Count; i++) Expect(results[i], wanted[i], 0);
            if (one.Kind == "gradient") results[0].Backward();
            for (int i = 0; i < slopes.Count; i++) Expect(leaves[i].Grad, slopes[i], 0);
        }
    }

    private static void AllCases()
    {
        List<Case> cases = new List<Case>();
        foreach (string line in File.ReadAllLines(Path.Combine(folder, "cases.txt")))
        {
            string[] words = line.Split(' ');
            if (words[0] == "case") cases.Add(new Case { Kind = words[1], Name = words[2] });
            else if (words[0] != "end" && words[0] != "#") cases.Last().Lines.Add(words);
        }
        Require(cases.Count > 500, "there are only " + cases.Count + " cases");
        List<string> failed = new List<string>();
        foreach (Case one in cases)
        {
            try
            {
                Check(one);
            }
            catch (Exception error)
            {
                failed.Add(one.Kind + " " + one.Name + ": " + error.GetType().Name + " " + error.Message);
            }
        }
        Require(failed.Count == 0, string.Join("\n", failed));
        Console.WriteLine(cases.Count + " cases");
    }

    private static float[] Run(Model model)
    {
        using (Context context = model.Context())
            return context.SetInput(0, new float[] { 0, 1, 2, 3, 4, 5 }).Run().Output<float>(0);
    }

    private static void Threads()
    {
        Model model = Model.Load(Path.Combine(folder, "models", "dense.weft"));
        float[] wanted = Run(model);
        Parallel.For(0, 400, _ => Require(Run(model).SequenceEqual(wanted), "other numbers"));
        // Arrays that one thread disposes while another uses them are errors, never a crash.
        for (int i = 0; i < 100; i++)
        {
            Tensor x = Tensor.Zeros(Dtype.Float32, 64);
            Thread other = new Thread(x.Dispose);
            other.Start();
            try
            {
                for (int n = 0; n < 20; n++) (x + 1.0).Dispose();
            }
            catch (ObjectDisposedException)
            {
                // It was disposed before the last addition.
            }
            other.Join();
        }
    }

    // What is from memory outlives the model: a context, and weights.
    private static void Memory()
    {
        string path = Path.Combine(folder, "models", "dense.weft");
        Model mapped = Model.Load(path), model;
        using (Stream stream = File.OpenRead(path)) model = Model.Load(stream);
        Context context = model.Context();
        Dictionary<string, Tensor> weights = model.Weights, wanted = mapped.Weights;
        model.Dispose();
        model = null;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        float[] found = context.SetInput(0, new float[] { 0, 1, 2, 3, 4, 5 }).Run().Output<float>(0);
        Require(found.SequenceEqual(Run(mapped)), "other numbers");
        Require(weights.Keys.SequenceEqual(wanted.Keys), "other names");
        foreach (string name in wanted.Keys)
            Require(weights[name].ToBytes().SequenceEqual(wanted[name].ToBytes()), name);
    }

    // One trace for batches of any size gives what the operators give, in a file, too.
    private static void OpenDimensions()
    {
        Tensor w = Tensor.Of(new float[] { 1, -2, 3, 0.5f, 2, -1 }, 3, 2);
        Func<Tensor[], Tensor[]> body = inputs =>
        {
            Tensor y = Ops.Matmul(inputs[0], w) + inputs[1];
            return new[] { Ops.Softmax(y), Ops.Reshape(y, new[] { 2 * inputs[0].Shape[0] }) };
        };
        Func<long, Tensor[]> zeros = batch =>
            new[] { Tensor.Zeros(Dtype.Float32, batch, 3), Tensor.Zeros(Dtype.Float32, batch, 2) };
        Function traced = Function.Trace(body, new[] { new Dim("batch", 1, 64).At(0, 0).At(1, 0) }, zeros(4));
        string path = Path.GetTempFileName();
        new Writer().Add("forward", traced, new[] { "x", "bias" }, new[] { "scores", "flat" },
            new Dictionary<string, Tensor> { ["w"] = w }).Save(path);
        Context context = Model.Load(File.ReadAllBytes(path)).Context();
        File.Delete(path);
        Require(context.Inputs[0].Shape.SequenceEqual(new long[] { -1, 3 }), "the file's shape");
        foreach (long rows in new long[] { 1, 5 })
        {
            Tensor[] given = { Ops.Uniform(new[] { rows, 3L }, Dtype.Float32), Tensor.Zeros(Dtype.Float32, rows, 2) };
            Tensor[] wanted = body(given), found = traced.Call(given);
            context.SetInput(0, given[0]).SetInput(1, given[1]).Run();
            for (int i = 0; i < 2; i++)
            {
                foreach (Tensor one in new[] { found[i], context.OutputTensor(i) })
                {
                    Require(one.Shape.SequenceEqual(wanted[i].Shape), "other shape");
                    Require(one.ToArray<float>().Zip(wanted[i].ToArray<float>(), (a, b) => Math.Abs(a - b))
                        .All(difference => difference < 1e-6), "other numbers");
                }
            }
        }
        Says(() => traced.Call(zeros(65)), "batch");
        Says(() => Function.Trace(body, new[] { new Dim("n").At(0, 7) }, zeros(4)), "axis 7 of input 0");
        Says(() => new Dim("n", 1, 6), "at least 6 extents");
    }

    private static void Leaks()
    {
        Tensor x = Tensor.Of(new float[] { 1, 2, 3, 4 });
        Action step = () =>
        {
            using (Tensor y = x + x)
            using (Tensor z = 2.0 * y) Require(z.Size == 4, "");
        };
        step();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long once = Library.LiveBytes;
        for (int i = 0; i < 100000; i++) step();
        Require(Library.LiveBytes <= once, "bytes in use: " + once + ", then " + Library.LiveBytes);
    }

    private static void Printed()
    {
        Require(Tensor.Of(new long[] { 1, -2 }).ToString() == "Tensor(Int64, (2), [1, -2])", "int64");
        Require(Tensor.Of(new[] { 0.5f, 2 }, 2, 1).ToString() == "Tensor(Float32, (2, 1), [0.5, 2])", "float32");
        Require(Tensor.Of(new[] { true, false }).ToString() == "Tensor(Bool, (2), [True, False])", "bool");
        Require(Tensor.Zeros(Dtype.Float32, 101).ToString() == "Tensor(Float32, (101))", "many");
        Require(Tensor.Zeros(Dtype.Float16, 1).ToString() == "Tensor(Float16, (1))", "float16");
    }

    private static void Says(Action wrong, string text)
    {
        try
        {
            wrong();
        }
        catch (Exception error)
        {
            Require(error.Message.Contains(text), error.Message);
            return;
        }
        throw new Failed("nothing said " + text);
    }

    private static void Mistakes()
    {
        Tensor x = Tensor.Of(new float[] { 1, 2 });
        Says(() => Operator.Named("softmax").Call(new object[] { x },
            new Dictionary<string, object> { ["axs"] = 1L }), "`axs`; there are: axis");
        Says(() => Operator.Named("softmax").Call(new object[] { new object() }), "softmax: `data` must be a Tensor");
        Says(() => x.ToArray<long>(), "wanted as Int64; the array has Float32");
        x.Dispose();
        x.Dispose();
        Says(() => Ops.Add(x, 1.0), "closed");
        Context context = Model.Load(Path.Combine(folder, "models", "dense.weft")).Context();
        Says(() => context.InputNamed("y"), "no input `y`; there are: x");
        context.Dispose();
        Says(() => context.Run(), "closed");
    }

    // The structure as another library sees it: behind version, context, deleter and flags are data, device,
    // the number of axes, the type, and the shape.
    private static void SharedMemory()
    {
        Tensor x = Tensor.Of(new float[] { 1, 2, 3, 4, 5, 6 }, 2, 3);
        IntPtr managed = Dlpack.Export(x);
        Require(Marshal.ReadInt32(managed) == 1 && Marshal.ReadInt32(managed, 48) == 2, "version or axes");
        Require(Marshal.ReadByte(managed, 52) == 2 && Marshal.ReadByte(managed, 53) == 32, "type");
        IntPtr shape = Marshal.ReadIntPtr(managed, 56);
        Require(Marshal.ReadInt64(shape) == 2 && Marshal.ReadInt64(shape, 8) == 3, "shape");
        IntPtr data = Marshal.ReadIntPtr(managed, 32) + (int)Marshal.ReadInt64(managed, 72);
        Marshal.Copy(new float[] { 10, 20 }, 0, data, 2);
        using (Tensor back = Dlpack.Import(managed))
        {
            x.Dispose();
            Require((back + 1.0).ToArray<float>().SequenceEqual(new float[] { 11, 21, 4, 5, 6, 7 }), "content");
        }
        long before = Library.LiveBytes;
        using (Tensor y = Tensor.Zeros(Dtype.Float32, 1000)) Dlpack.Free(Dlpack.Export(y));
        Require(Library.LiveBytes <= before, "an exported array was not freed");
        Says(() => Dlpack.Export(x), "closed");
    }

    private static int Main(string[] given)
    {
        folder = given[0];
        try
        {
            AllCases();
            Threads();
            Memory();
            OpenDimensions();
            Leaks();
            Printed();
            Mistakes();
            SharedMemory();
        }
        catch (Failed failed)
        {
            Console.Error.WriteLine(failed.Message);
            return 1;
        }
        Console.WriteLine("passed");
        return 0;
    }
}
