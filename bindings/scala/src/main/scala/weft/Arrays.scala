package weft

import scala.language.implicitConversions
import scala.reflect.ClassTag

/** Arrays with the operators, indices and collections of Scala. */
trait Arrays {
  val bool: Dtype = org.weft.Dtype.BOOL
  val uint8: Dtype = org.weft.Dtype.UINT8
  val int8: Dtype = org.weft.Dtype.INT8
  val int32: Dtype = org.weft.Dtype.INT32
  val int64: Dtype = org.weft.Dtype.INT64
  val float16: Dtype = org.weft.Dtype.FLOAT16
  val bfloat16: Dtype = org.weft.Dtype.BFLOAT16
  val float32: Dtype = org.weft.Dtype.FLOAT32
  val float64: Dtype = org.weft.Dtype.FLOAT64

  /** An array of numbers in rows: `tensor(Seq(Seq(1f, 2f), Seq(3f, 4f)))`. */
  def tensor[A, E: ClassTag](rows: A)(implicit of: Rows[A, E], element: Element[E]): Tensor = {
    val shape = of.shape(rows)
    val flat = of.flat(rows).toArray
    // The Java binding takes no extents as one axis.
    if (shape.isEmpty) ops.reshape(element.of(flat, Seq(1L)), Ints()) else element.of(flat, shape)
  }

  /** An array of elements in row-major order; no shape: one axis. */
  def array[E](elements: Array[E], shape: Long*)(implicit element: Element[E]): Tensor =
    element.of(elements, shape)

  /** An array of zeros. */
  def zeros(shape: Ints, dtype: Dtype = org.weft.Dtype.FLOAT32): Tensor =
    org.weft.Tensor.zeros(dtype, shape.numbers: _*)

  implicit def intOperand(number: Int): Operand = org.weft.Operand.of(number.toLong)
  implicit def longOperand(number: Long): Operand = org.weft.Operand.of(number)
  implicit def floatOperand(number: Float): Operand = org.weft.Operand.of(number.toDouble)
  implicit def doubleOperand(number: Double): Operand = org.weft.Operand.of(number)

  /** What Scala adds to an array. */
  implicit class TensorOps(x: Tensor) {
    def +(other: Operand): Tensor = ops.add(x, other)
    def -(other: Operand): Tensor = ops.subtract(x, other)
    def *(other: Operand): Tensor = ops.multiply(x, other)
    def /(other: Operand): Tensor = ops.divide(x, other)
    def **(other: Operand): Tensor = ops.power(x, other)
    def <(other: Operand): Tensor = ops.less(x, other)
    def <=(other: Operand): Tensor = ops.lessEqual(x, other)
    def >(other: Operand): Tensor = ops.greater(x, other)
    def >=(other: Operand): Tensor = ops.greaterEqual(x, other)
    def ===(other: Operand): Tensor = ops.equal(x, other)
    def unary_- : Tensor = ops.negative(x)

    /** The product of matrices. */
    def dot(other: Tensor): Tensor = ops.matmul(x, other)

    /** The part at numbers, ranges and `::`; axes that are not named are whole. */
    def apply(indices: Index*): Tensor = Parts.of(x, indices)

    /** The elements in row-major order; E must be the array's type. */
    def to[E](implicit element: Element[E]): Array[E] = element.read(x)

    /** The parts along the first axis. */
    def rows: Seq[Tensor] = (0L until x.shape.head).map(row => x(row.toInt))

    /** The gradient, if one is attached. */
    def gradient: Option[Tensor] = Option(x.grad)
  }

  /** Numbers on the left: `2 * x`. */
  implicit class NumberOps[N](number: N)(implicit to: N => Operand) {
    def +(x: Tensor): Tensor = ops.add(number, x)
    def -(x: Tensor): Tensor = ops.subtract(number, x)
    def *(x: Tensor): Tensor = ops.multiply(number, x)
    def /(x: Tensor): Tensor = ops.divide(number, x)
  }
}

private[weft] object Parts {
  private def fail(text: String) = throw new IndexOutOfBoundsException(text)

  // First element, count and step of an index along an axis.
  private def part(index: Index, axis: Int, extent: Long): (Long, Long, Long) = index match {
    case Index.Whole => (0, extent, 1)
    case Index.At(number) =>
      val at = if (number < 0) number + extent else number.toLong
      if (at < 0 || at >= extent) fail(s"apply: axis $axis has $extent elements; got index $number")
      (at, 1, 1)
    case Index.Part(range) if range.isEmpty => (0, 0, 1)
    case Index.Part(range) =>
      if (range.step < 0 || range.head < 0 || range.last >= extent)
        fail(s"apply: axis $axis has $extent elements and no part $range")
      (range.head.toLong, range.length.toLong, range.step.toLong)
  }

  def of(x: Tensor, indices: Seq[Index]): Tensor = {
    val shape = x.shape.toSeq
    if (indices.size > shape.size) fail(s"apply: there are ${shape.size} axes; got ${indices.size} indices")
    val all = indices.padTo(shape.size, Index.Whole)
    val parts = all.zip(shape).zipWithIndex.map { case ((index, extent), axis) => part(index, axis, extent) }
    val y = ops.slice(x, parts.map(_._1), parts.map(_._2), parts.map(_._3))
    val kept = all.zip(parts).collect { case (index, (_, count, _)) if !index.isInstanceOf[Index.At] => count }
    if (kept.size == all.size) y else ops.reshape(y, kept)
  }
}
