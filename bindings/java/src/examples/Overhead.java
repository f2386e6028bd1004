import org.weft.Context;
import org.weft.Model;
import org.weft.Tensor;

/**
 * What a call costs: nanoseconds of a run of a bound context and of an addition of four numbers; the
 * best of many. The Rust binding's example `overhead` gives those of C.
 */
public final class Overhead {
    private static double best(Runnable call) {
        double least = Double.POSITIVE_INFINITY;
        for (int batch = 0; batch < 500; batch++) {
            long start = System.nanoTime();
            for (int i = 0; i < 200; i++) call.run();
            least = Math.min(least, (System.nanoTime() - start) / 200.0);
        }
        return least;
    }

    public static void main(String[] given) {
        Context context = Model.load(given[0]).context();
        context.input(0);
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4});
        System.out.printf("run %.1f ns; addition %.1f ns%n", best(context::run), best(() -> x.add(x).close()));
    }
}
