// What each `misuse` case of bindings/conformance means in C#. The compiler refuses a number where a text is meant,
// an object of another kind, a fraction where a whole number is meant, and rows in rows.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using Weft;

internal static class Misuse
{
    private const string Wide = "für-\U0001F600-\U0001D499", Half = "a\uD83D";
    private static readonly float[] Six = { 0, 1, 2, 3, 4, 5 };
    private static string models;

    internal static void Run(string name, string folder)
    {
        models = Path.Combine(folder, "models");
        switch (name)
        {
            case "collector": Collector(); return;
            case "kept-memory": KeptMemory(); return;
            case "released": Released(); return;
            case "wrong-kind": WrongKind(); return;
            case "number-as-text": NothingAsText(); return;
            case "nul-in-text": NulInText(); return;
            case "wide-text": WideText(); return;
            case "invalid-text": InvalidText(); return;
            case "cyclic-list": CyclicList(); return;
            case "ragged-list": return; // the elements of an array are one row
            case "wrong-elements": WrongElements(); return;
            case "wide-integers": WideIntegers(); return;
            case "no-integer": NoInteger(); return;
            case "unset-input": UnsetInput(); return;
            default: throw new InvalidOperationException("there is no test of " + name);
        }
    }

    private static void Must(bool holds, string text)
    {
        if (!holds) throw new InvalidOperationException(text);
    }

    /// <summary>Asks that calls fail with an exception of C# that has a text.</summary>
    private static void Refuse(string part, params Action[] calls)
    {
        for (int i = 0; i < calls.Length; i++)
        {
            try
            {
                calls[i]();
            }
            catch (Exception error)
            {
                Must(error.Message.Contains(part), "call " + i + ": " + error);
                continue;
            }
            throw new InvalidOperationException("call " + i + " was not refused: " + part);
        }
    }

    private static Model ModelOf(string name) => Model.Load(Path.Combine(models, name));

    private static float[] Run(Model model)
    {
        using (Context context = model.Context()) return context.SetInput(0, Six).Run().Output<float>(0);
    }

    private static Function Doubled(Tensor x) => Function.Trace(given => new[] { given[0] + given[0] }, x);

    private static Tensor Floats(params float[] numbers) => Tensor.Of(numbers);

    private static readonly Dictionary<string, Tensor> Nothing = new Dictionary<string, Tensor>();

    private static string Place()
    {
        string place = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString());
        Directory.CreateDirectory(place);
        return place;
    }

    private static void Collector()
    {
        bool done = false;
        Thread collecting = new Thread(() =>
        {
            while (!Volatile.Read(ref done)) GC.Collect();
        });
        collecting.Start();
        try
        {
            float[] wanted = Run(ModelOf("dense.weft"));
            byte[] bytes = File.ReadAllBytes(Path.Combine(models, "dense.weft"));
            for (int i = 0; i < 20; i++)
            {
                Tensor a = Tensor.Of(new float[] { 1, 2, 3, 4 }, 2, 2);
                Must(Ops.Reshape(a, new long[] { 4, 1 }).ToArray<float>().SequenceEqual(a.ToArray<float>()), "a list");
                Must(Ops.Einsum(new[] { a, a }, "ij,jk->ik").ToArray<float>().SequenceEqual(new float[] { 7, 10, 15, 22 }), "a text");
                Must(Run(ModelOf("dense.weft")).SequenceEqual(wanted), "a model that nobody has");
                Must(Run(Model.Load(bytes)).SequenceEqual(wanted), "a model of bytes");
                Context bound = ModelOf("dense.weft").Context().BindInput(0, (float[])Six.Clone());
                Must(bound.Run().Output<float>(0).SequenceEqual(wanted), "a bound array");
                Tensor leaf = Floats(1, 2).AttachGrad(), head;
                using (Autograd.Record()) head = Ops.Sum(leaf * leaf);
                head.Backward();
                Must(leaf.Grad.ToArray<float>().SequenceEqual(new float[] { 2, 4 }), "a gradient");
            }
        }
        finally
        {
            Volatile.Write(ref done, true);
            collecting.Join();
        }
    }

    private static void KeptMemory()
    {
        float[] wanted = Run(ModelOf("dense.weft")), numbers = (float[])Six.Clone();
        byte[] bytes = File.ReadAllBytes(Path.Combine(models, "dense.weft"));
        Model model = Model.Load(bytes);
        Array.Clear(bytes, 0, bytes.Length);
        Tensor array = Tensor.Of(numbers, 2, 3);
        Context first = model.Context().SetInput(0, numbers), second = model.Context().SetInput(0, array);
        Array.Clear(numbers, 0, numbers.Length);
        array.Dispose();
        model.Dispose();
        GC.Collect();
        Must(first.Run().Output<float>(0).SequenceEqual(wanted), "other numbers");
        Must(second.Run().Output<float>(0).SequenceEqual(wanted), "other numbers of an array");
    }

    private static void Released()
    {
        Tensor x = Floats(1, 2).AttachGrad(), free = Floats(0, 0);
        Function traced = Doubled(free);
        Model model = ModelOf("dense.weft");
        Context context = model.Context();
        Writer writer = new Writer();
        foreach (IDisposable one in new IDisposable[] { x, traced, model, context, writer })
        {
            one.Dispose();
            one.Dispose();
        }
        string[] names = { "x" };
        Refuse("closed",
            () => Ops.Add(x, 1.0), () => Ops.Add(free, x), () => Ops.Abs(x), () => x.ToArray<float>(), () => x.ToBytes(), () => x.Item(),
            () => Must(x.Dtype == 0, ""), () => Must(x.Shape == null, ""), () => Must(x.Size == 0, ""), () => Must(x.Grad == null, ""),
            () => x.Backward(), () => x.IsSame(free), () => free.IsSame(x), () => x.Detach(), () => x.Wait(), () => x.AttachGrad(), () => x.ToString(),
            () => Ops.Concatenate(new[] { free, x }), () => Autograd.Grad(x, new[] { free }), () => Autograd.Grad(free, new[] { x }),
            () => Tensor.Save("/nowhere", new Dictionary<string, Tensor> { ["x"] = x }), () => Doubled(x), () => Function.Trace(_ => new[] { x }, free),
            () => Operator.Named("abs").CallInto(new object[] { free }, null, x), () => Dlpack.Export(x),
            () => traced.Call(free), () => Must(traced.Captures == null, ""), () => traced.GetText("graph"), () => new Writer().Add("a", traced, names, names, Nothing),
            () => model.Context(), () => Must(model.Entries == null, ""), () => Must(model.Weights == null, ""), () => model.Metadata("k"), () => model.SetBudget(0),
            () => context.Run(), () => Must(context.Inputs == null, ""), () => Must(context.Outputs == null, ""), () => Must(context.States == null, ""), () => context.Output<float>(0),
            () => context.OutputTensor(0), () => context.SetInput(0, Six), () => context.SetInput(0, free), () => context.BindInput(0, Six), () => context.SetInputShape(0, 2, 3),
            () => context.Reset(), () => context.Save("/nowhere"), () => context.State(0), () => context.SetState(0, free),
            () => writer.Save("/nowhere"), () => writer.SetMetadata("a", "b"));
    }

    private static void WrongKind()
    {
        Tensor x = Floats(1, 2);
        Tensor[] nothing = { null };
        Refuse("",
            () => Ops.Abs((Tensor)null), () => Ops.Add(x, (Tensor)null), () => x.IsSame(null), () => Ops.Concatenate(null), () => Ops.Concatenate(nothing),
            () => Autograd.Backward(nothing), () => Autograd.Backward(null), () => Autograd.Grad(null, new[] { x }), () => Autograd.Grad(x, nothing), () => Autograd.Grad(x, null),
            () => Doubled(null), () => Function.Trace(_ => nothing, x), () => Function.Trace(_ => null, x), () => Doubled(x).Call(nothing), () => Doubled(x).Call(null),
            () => ModelOf("dense.weft").Context().SetInput(0, (Tensor)null), () => ModelOf("dense.weft").Context().SetInput(0, (float[])null),
            () => new Writer().Add("a", null, new string[0], new string[0], Nothing), () => Model.Load((byte[])null), () => Model.Load(new byte[0]),
            () => Operator.Named("abs").Call(new object[] { ModelOf("dense.weft") }), () => Operator.Named("abs").Call(new object[] { "x" }),
            () => Operator.Named("abs").Call(new object[] { 'x' }), () => Operator.Named("abs").CallInto(new object[] { x }, null, nothing), () => Dlpack.Import(IntPtr.Zero));
    }

    private static void NothingAsText()
    {
        Tensor x = Floats(1, 2);
        string[] names = { "x" }, nothing = { null };
        Refuse("",
            () => Model.Load((string)null), () => Tensor.Load(null), () => Tensor.Save(null, Nothing), () => ModelOf("dense.weft").Context(null),
            () => ModelOf("dense.weft").Metadata(null), () => ModelOf("dense.weft").Context().Save(null), () => new Writer().Save(null),
            () => new Writer().SetMetadata(null, "a"), () => new Writer().SetMetadata("a", null), () => Doubled(x).GetText(null),
            () => new Writer().Add(null, Doubled(x), names, names, Nothing), () => new Writer().Add("a", Doubled(x), nothing, names, Nothing), () => Operator.Named(null));
    }

    private static void NulInText()
    {
        Tensor x = Floats(1, 2);
        string place = Place(), file = Path.Combine(place, "a"), cut = file + "\0b", name = "x\0y";
        File.WriteAllText(file, "untouched");
        string[] names = { "x" }, wrong = { name };
        Dictionary<string, Tensor> arrays = new Dictionary<string, Tensor> { ["x"] = x }, cutArrays = new Dictionary<string, Tensor> { [name] = x };
        Refuse("NUL",
            () => Model.Load(Path.Combine(models, "dense.weft") + "\0b"), () => Tensor.Load(cut), () => Tensor.Save(cut, arrays), () => Tensor.Save(file + "n", cutArrays),
            () => ModelOf("dense.weft").Context("forward\0x"), () => ModelOf("dense.weft").Metadata(name), () => ModelOf("dense.weft").Context().Save(cut),
            () => ModelOf("dense.weft").SetBudget(0, "forward\0x"), () => new Writer().Save(cut), () => new Writer().SetMetadata(name, "a"), () => new Writer().SetMetadata("a", name),
            () => new Writer().Add(name, Doubled(x), names, names, Nothing), () => new Writer().Add("a", Doubled(x), wrong, names, Nothing),
            () => Doubled(x).GetText("graph\0"), () => Operator.Named("abs\0x"));
        Must(File.ReadAllText(file) == "untouched" && Directory.GetFiles(place).Length == 1, "a file was written");
        Directory.Delete(place, true);
    }

    private static void WideText()
    {
        string place = Place(), file = Path.Combine(place, Wide + ".weft"), arrays = Path.Combine(place, Wide + ".safetensors");
        Tensor w = Tensor.Of(new float[] { 1, 2, 3, 4 }, 2, 2), row = Tensor.Of(new float[] { 1, 1 }, 1, 2);
        Function traced = Function.Trace(given => new[] { Ops.Matmul(given[0], w) }, row);
        new Writer().Add(Wide, traced, new[] { "in" + Wide }, new[] { "out" + Wide }, new Dictionary<string, Tensor> { ["w" + Wide] = w })
            .SetMetadata("key" + Wide, Wide).Save(file);
        Must(File.Exists(file) && Directory.GetFiles(place).Length == 1, "the file's name");
        Model model = Model.Load(file);
        Context context = model.Context(Wide);
        Must(model.Entries[0] == Wide && context.InputNamed("in" + Wide) == 0 && context.Outputs[0].Name == "out" + Wide, "names");
        Must(context.SetInput(0, row).Run().Output<float>(0).SequenceEqual(new float[] { 4, 6 }), "numbers");
        Must(model.Metadata("key" + Wide) == Wide && model.Weights.Keys.Single() == "w" + Wide, "texts");
        Tensor.Save(arrays, new Dictionary<string, Tensor> { [Wide] = w });
        Must(Tensor.Load(arrays).Keys.Single() == Wide, "names of arrays");
        Refuse(Wide, () => Model.Load("/nowhere/" + Wide), () => model.Context("x" + Wide), () => Operator.Named(Wide));
        Directory.Delete(place, true);
    }

    private static void InvalidText()
    {
        Tensor x = Floats(1, 2);
        string[] names = { "x" }, wrong = { Half };
        Dictionary<string, Tensor> arrays = new Dictionary<string, Tensor> { [Half] = x };
        Refuse("",
            () => Model.Load(Half), () => Tensor.Load(Half), () => Tensor.Save(Half, Nothing), () => Tensor.Save("/nowhere", arrays),
            () => ModelOf("dense.weft").Context(Half), () => ModelOf("dense.weft").Metadata(Half), () => new Writer().Save(Half), () => new Writer().SetMetadata(Half, "a"),
            () => new Writer().Add("a", Doubled(x), wrong, names, Nothing), () => Operator.Named(Half),
            () => Operator.Named("einsum").Call(new object[] { new[] { x } }, new Dictionary<string, object> { ["subscripts"] = Half }));
        Must(!File.Exists("a\uFFFD"), "a file of another name");
    }

    // The only lists without a type of elements are those of the arguments of an operator.
    private static void CyclicList()
    {
        object[] list = { null };
        list[0] = list;
        Refuse("must be a Tensor", () => Operator.Named("concatenate").Call(list), () => Operator.Named("abs").Call(new object[] { list }));
    }

    private static void WrongElements()
    {
        Context context = ModelOf("dense.weft").Context(), counter = ModelOf("counter.weft").Context();
        Refuse("",
            () => context.SetInput(0, new int[6]), () => context.SetInput(0, new float[5]), () => context.SetInput(0, new float[0]), () => context.SetInput(0, "abcdef".ToCharArray()),
            () => context.SetInput(0, Tensor.Zeros(Dtype.Int32, 2, 3)), () => context.SetInput(0, Tensor.Zeros(Dtype.Float32, 3, 2)), () => context.BindInput(0, new float[7]),
            () => context.BindInput(0, new double[6]), () => context.SetInput(9, Six), () => context.SetInput(-1, Six), () => context.Output<float>(-1), () => context.Output<float>(0),
            () => counter.SetState(0, Tensor.Zeros(Dtype.Int32, 2)), () => counter.SetState(0, Tensor.Zeros(Dtype.Float32, 3)), () => counter.SetState(0, Tensor.Zeros(Dtype.Float32, 1, 2)),
            () => Tensor.OfBytes(Dtype.Float32, new long[] { 4 }, new byte[3]), () => Tensor.OfBytes(Dtype.Float32, new long[] { -2, -2 }, new byte[16]),
            () => Tensor.OfBytes(Dtype.Uint8, new[] { 1L << 62, 4 }, new byte[0]), () => Tensor.Of(Six, 2, 2), () => Tensor.Zeros(Dtype.Float32, 2).ToArray<int>(),
            () => Tensor.Zeros((Dtype)99, 2), () => Tensor.Of(new DateTime[1]));
        Must(Tensor.Of(new float[0]).ToArray<float>().Length == 0 && Tensor.Zeros(Dtype.Float32, 0, 3).Shape[1] == 3, "empty arrays");
        Must(Ops.Transpose(Tensor.Of(Six, 2, 3)).ToArray<float>().SequenceEqual(new float[] { 0, 3, 1, 4, 2, 5 }), "turned");
        // More bytes than an array of C# has: a view, which takes no memory itself.
        Tensor large = Ops.BroadcastTo(Tensor.Zeros(Dtype.Uint8, 1), new[] { (1L << 32) + 8 });
        Refuse("", () => large.ToBytes());
    }

    private static void WideIntegers()
    {
        foreach (long number in new[] { 9007199254740993, long.MinValue, long.MaxValue })
        {
            Tensor x = Tensor.Of(new[] { number }), zero = Tensor.Zeros(Dtype.Int64, 1);
            Must(x.ToArray<long>()[0] == number, "elements");
            Must((zero + number).ToArray<long>()[0] == number && (number + zero).ToArray<long>()[0] == number, "operands");
            Refuse(number.ToString(), () => x.Item());
        }
        foreach (ulong number in new ulong[] { 9007199254740993, ulong.MaxValue })
        {
            Tensor x = Tensor.Of(new[] { number }), zero = Tensor.Zeros(Dtype.Uint64, 1);
            Must(x.ToArray<ulong>()[0] == number && (zero + number).ToArray<ulong>()[0] == number, "unsigned");
            Refuse(number.ToString(), () => x.Item());
        }
        Must(Tensor.Of(new[] { -(1L << 53) + 1 }).Item() == -9007199254740991.0 && Tensor.Of(new[] { 1e300 }).Item() == 1e300, "exact ones");
        Must(Tensor.Of(new[] { true }).Item() == 1, "a bool");
    }

    private static void NoInteger()
    {
        Tensor x = Floats(1, 2, 3, 4);
        foreach (double wrong in new[] { 2.5, double.NaN, double.PositiveInfinity })
            Refuse("", () => Operator.Named("sum").Call(new object[] { x }, new Dictionary<string, object> { ["axis"] = wrong }),
                () => Operator.Named("reshape").Call(new object[] { x }, new Dictionary<string, object> { ["newshape"] = wrong }));
        Refuse("", () => Tensor.Zeros(Dtype.Float32, -1), () => Tensor.Zeros(Dtype.Float32, long.MaxValue, long.MaxValue), () => x.Slice(0, long.MinValue, long.MaxValue),
            () => Library.SetNumThreads(-1));
    }

    // Inputs are bound for all runs until they are bound again.
    private static void UnsetInput()
    {
        Context context = ModelOf("dense.weft").Context();
        Refuse("`x`", () => context.Run());
        float[] first = context.SetInput(0, Six).Run().Output<float>(0);
        Must(context.Run().Output<float>(0).SequenceEqual(first), "it is bound until it is bound again");
        Context open = ModelOf("open.weft").Context().SetInput(0, Six);
        Refuse("`x`", () => open.SetInputShape(0, 3, 3).Run()); // another shape unbinds
    }
}
