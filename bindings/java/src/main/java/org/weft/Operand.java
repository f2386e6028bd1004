package org.weft;

/** An input of an operator: a {@link Tensor}, or a number that takes the dtype of the arrays beside it. */
public interface Operand {
    /** A number as an input. */
    static Operand of(double number) {
        return new Scalar(number);
    }

    /** A whole number as an input. */
    static Operand of(long number) {
        return new Scalar(number);
    }

    /** A number. */
    final class Scalar implements Operand {
        final Number number;

        Scalar(Number number) {
            this.number = number;
        }
    }
}
