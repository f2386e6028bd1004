import java.util.Scanner;
import org.weft.Context;
import org.weft.Model;

/** Classifies an image by a .weft file: {@code Classify digits.weft < 64 numbers}. */
public final class Classify {
    public static void main(String[] given) {
        Context context = Model.load(given[0]).context();
        // The file was made for a batch; the image is its first row.
        float[] images = new float[(int) context.inputs()[0].bytes / 4];
        Scanner ink = new Scanner(System.in).useDelimiter("[\\s,]+");
        for (int i = 0; i < 64; i++) images[i] = ink.nextInt() / 16f;
        float[] scores = context.setInput(0, images).run().outputFloats(0);
        int best = 0;
        for (int digit = 1; digit < 10; digit++) if (scores[digit] > scores[best]) best = digit;
        System.out.println(best);
    }
}
