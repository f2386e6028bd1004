import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.weft.Autograd;
import org.weft.Dtype;
import org.weft.Function;
import org.weft.Model;
import org.weft.Nn;
import org.weft.Ops;
import org.weft.Tensor;
import org.weft.Weft;
import org.weft.Writer;

/**
 * Trains a small convolutional network on handwritten digits, saves it, loads the file and counts.
 *
 * <pre>
 * gunzip -kc ../../examples/digits/data/digits.csv.gz > digits.csv
 * java -cp build/weft.jar:build/examples TrainDigits digits.csv 12 0.97
 * </pre>
 *
 * A line of digits.csv has 64 counts of ink from 0 to 16 and the digit. Every fifth line is held out:
 * prints the accuracy on those, and fails if it is below the last argument.
 */
public final class TrainDigits {
    private static final int BATCH = 64;

    private static final class Digits {
        final float[] images;
        final long[] labels;

        Digits(List<String> lines, boolean heldOut) {
            int count = 0;
            for (int line = 0; line < lines.size(); line++) if ((line % 5 == 4) == heldOut) count++;
            images = new float[64 * count];
            labels = new long[count];
            for (int line = 0, at = 0; line < lines.size(); line++) {
                if ((line % 5 == 4) != heldOut) continue;
                String[] numbers = lines.get(line).split(",");
                for (int i = 0; i < 64; i++) images[64 * at + i] = Float.parseFloat(numbers[i]) / 16;
                labels[at++] = Long.parseLong(numbers[64]);
            }
        }
    }

    public static void main(String[] given) throws Exception {
        List<String> lines = Files.readAllLines(Path.of(given[0]));
        Digits train = new Digits(lines, false), heldOut = new Digits(lines, true);
        Weft.seed(0);
        Nn.Sequential net = new Nn.Sequential()
                .add("conv1", new Nn.Conv2d(16, 1, 3, 1, Ops::relu))
                .add("conv2", new Nn.Conv2d(32, 16, 3, 1, Ops::relu))
                .add("pool", x -> Ops.pooling(x, new Ops.Pooling().kernel(2, 2).stride(2, 2)))
                .add("dense1", new Nn.Dense(64, 32 * 16, Ops::relu))
                .add("dense2", new Nn.Dense(10, 64));
        Tensor[] weights = net.weights().values().toArray(new Tensor[0]);
        Nn.Adam adam = new Nn.Adam(net.weights(), 0.002);

        // A step is one planned graph from images and labels to the slopes.
        Function slopes = Function.trace(
                inputs -> Autograd.grad(
                        Autograd.record(() -> Ops.mean(Ops.softmaxCrossEntropy(net.call(inputs[0]), inputs[1]))),
                        weights),
                Tensor.zeros(Dtype.FLOAT32, BATCH, 1, 8, 8), Tensor.zeros(Dtype.INT64, BATCH));
        int count = train.labels.length;
        Tensor images = Tensor.of(train.images, count, 1, 8, 8), labels = Tensor.of(train.labels);
        Ops.Take rows = new Ops.Take().axis(0);
        for (int epoch = 0; epoch < Integer.parseInt(given[1]); epoch++) {
            Tensor order = Ops.permutation(count);
            for (int start = 0; start + BATCH <= count; start += BATCH) {
                Tensor chosen = order.slice(0, start, start + BATCH);
                adam.step(slopes.call(Ops.take(images, chosen, rows), Ops.take(labels, chosen, rows)));
            }
        }

        Tensor example = Tensor.zeros(Dtype.FLOAT32, heldOut.labels.length, 1, 8, 8);
        Function forward = Function.trace(inputs -> new Tensor[] {net.call(inputs[0])}, example);
        new Writer()
                .add("forward", forward, new String[] {"images"}, new String[] {"scores"}, net.weights())
                .save("digits.weft");

        float[] scores = Model.load("digits.weft").context().setInput(0, heldOut.images).run().outputFloats(0);
        int right = 0;
        for (int i = 0; i < heldOut.labels.length; i++) {
            int best = 0;
            for (int digit = 1; digit < 10; digit++) if (scores[10 * i + digit] > scores[10 * i + best]) best = digit;
            if (best == heldOut.labels[i]) right++;
        }
        double accuracy = (double) right / heldOut.labels.length;
        System.out.printf("%.4f%n", accuracy);
        if (accuracy < Double.parseDouble(given[2])) System.exit(1);
    }
}
