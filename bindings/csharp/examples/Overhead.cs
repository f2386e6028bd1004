// What a call costs: nanoseconds of a run of a bound context and of an addition of four numbers; the best
// of many. The Rust binding's example `overhead` gives those of C.
using System;
using System.Diagnostics;
using Weft;

internal static class Overhead
{
    private static double Best(Action call)
    {
        double least = double.PositiveInfinity;
        for (int batch = 0; batch < 300; batch++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            for (int i = 0; i < 200; i++) call();
            least = Math.Min(least, watch.Elapsed.TotalMilliseconds * 1e6 / 200);
        }
        return least;
    }

    private static void Main(string[] given)
    {
        Context context = Model.Load(given[0]).Context();
        context.BindInput(0, new float[context.Inputs[0].Bytes / sizeof(float)]);
        Tensor x = Tensor.Of(new float[] { 1, 2, 3, 4 });
        Console.WriteLine("run {0:F1} ns; addition {1:F1} ns", Best(() => context.Run()), Best(() => (x + x).Dispose()));
    }
}
