// Classifies an image by a .weft file: `Classify.exe digits.weft < 64 numbers`.
using System;
using System.Linq;
using Weft;

internal static class Classify
{
    private static void Main(string[] given)
    {
        Context context = Model.Load(given[0]).Context();
        // The file was made for a batch; the image is its first row.
        float[] images = new float[context.Inputs[0].Bytes / sizeof(float)];
        string[] words = Console.In.ReadToEnd().Split(new[] { ',', ' ', '\n' }, StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < 64; i++) images[i] = int.Parse(words[i]) / 16f;
        float[] scores = context.SetInput(0, images).Run().Output<float>(0);
        Console.WriteLine(Enumerable.Range(0, 10).OrderByDescending(digit => scores[digit]).First());
    }
}
