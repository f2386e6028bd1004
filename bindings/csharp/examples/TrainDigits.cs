// Trains a small convolutional network on handwritten digits, saves it, loads the file and counts:
// `TrainDigits.exe digits.csv 12 0.97`, with digits.csv from examples/digits/data/digits.csv.gz.
//
// A line of digits.csv has 64 counts of ink from 0 to 16 and the digit. Every fifth line is held out:
// prints the accuracy on those, and fails if it is below the last argument.
using System;
using System.Globalization;
using System.IO;
using System.Linq;
using Weft;
using Weft.Nn;

internal static class TrainDigits
{
    private const int Batch = 64;

    private static int Main(string[] given)
    {
        int[][] lines = File.ReadAllLines(given[0]).Select(line => line.Split(',').Select(int.Parse).ToArray()).ToArray();
        int[][] train = lines.Where((_, i) => i % 5 != 4).ToArray(), heldOut = lines.Where((_, i) => i % 5 == 4).ToArray();
        Func<int[][], float[]> pixels = rows => rows.SelectMany(row => row.Take(64).Select(ink => ink / 16f)).ToArray();

        Library.Seed(0);
        Func<Tensor, Tensor> relu = x => Ops.Relu(x);
        Sequential net = new Sequential()
            .Add("conv1", new Conv2d(16, 1, 3, pad: 1, activation: relu))
            .Add("conv2", new Conv2d(32, 16, 3, pad: 1, activation: relu))
            .Add("pool", new Lambda(x => Ops.Pooling(x, kernel: new long[] { 2, 2 }, stride: new long[] { 2, 2 })))
            .Add("dense1", new Dense(64, 32 * 16, relu))
            .Add("dense2", new Dense(10, 64));
        Tensor[] weights = net.Weights.Values.ToArray();
        Adam adam = new Adam(net.Weights, 0.002);

        // A step is one planned graph from images and labels to the slopes.
        Function slopes = Function.Trace(inputs =>
        {
            Tensor loss;
            using (Autograd.Record()) loss = Ops.Mean(Ops.SoftmaxCrossEntropy(net.Call(inputs[0]), inputs[1]));
            return Autograd.Grad(loss, weights);
        }, Tensor.Zeros(Dtype.Float32, Batch, 1, 8, 8), Tensor.Zeros(Dtype.Int64, Batch));

        Tensor images = Tensor.Of(pixels(train), train.Length, 1, 8, 8);
        Tensor labels = Tensor.Of(train.Select(row => (long)row[64]).ToArray());
        for (int epoch = 0; epoch < int.Parse(given[1]); epoch++)
        {
            Tensor order = Ops.Permutation(train.Length);
            for (int start = 0; start + Batch <= train.Length; start += Batch)
            {
                Tensor chosen = order.Slice(0, start, start + Batch);
                adam.Step(slopes.Call(Ops.Take(images, chosen, axis: 0), Ops.Take(labels, chosen, axis: 0)));
            }
        }

        Function forward = Function.Trace(inputs => new[] { net.Call(inputs[0]) },
            Tensor.Zeros(Dtype.Float32, heldOut.Length, 1, 8, 8));
        new Writer().Add("forward", forward, new[] { "images" }, new[] { "scores" }, net.Weights).Save("digits.weft");

        float[] scores = Model.Load("digits.weft").Context().SetInput(0, pixels(heldOut)).Run().Output<float>(0);
        int right = heldOut.Where((row, i) =>
            Enumerable.Range(0, 10).OrderByDescending(digit => scores[10 * i + digit]).First() == row[64]).Count();
        double accuracy = (double)right / heldOut.Length;
        Console.WriteLine(accuracy.ToString("F4", CultureInfo.InvariantCulture));
        return accuracy >= double.Parse(given[2], CultureInfo.InvariantCulture) ? 0 : 1;
    }
}
