package weft

import scala.language.{higherKinds, implicitConversions}

/** An argument that may be left out. A value of its type stands for itself: `axis = 0`. */
final class Opt[K] private (private[weft] val value: Object)

object Opt {
  /** The argument is left out: the operator's own default. */
  def absent[K]: Opt[K] = new Opt[K](null)

  /** The argument is none on purpose, where that has a meaning. */
  def none[K]: Opt[K] = new Opt[K](org.weft.Operator.NONE)

  implicit def given[A, K](value: A)(implicit to: A => K): Opt[K] =
    new Opt[K](to(value) match {
      case ints: Ints => ints.numbers
      case other => other.asInstanceOf[Object]
    })
}

/** Whole numbers: a shape, axes, a window. One number, or several, stand for it. */
final class Ints(private[weft] val numbers: Array[Long])

object Ints {
  def apply(numbers: Long*): Ints = new Ints(numbers.toArray)

  implicit def one(number: Int): Ints = Ints(number.toLong)
  implicit def ofInts(numbers: Seq[Int]): Ints = new Ints(numbers.map(_.toLong).toArray)
  implicit def ofLongs(numbers: Seq[Long])(implicit same: DummyImplicit): Ints = new Ints(numbers.toArray)
  implicit def ofArray(numbers: Array[Long]): Ints = new Ints(numbers)
}

/** What stands between the brackets of `x(1, 0 until 3, ::)`: a number, whose axis goes away, a range,
  * or `::` for a whole axis. Numbers below 0 count from the end. */
sealed abstract class Index

object Index {
  private[weft] final case class At(number: Int) extends Index
  private[weft] final case class Part(range: Range) extends Index
  private[weft] case object Whole extends Index

  implicit def at(number: Int): Index = At(number)
  implicit def part(range: Range): Index = Part(range)
  implicit def whole(all: collection.immutable.::.type): Index = { val _ = all; Whole }
}

/** A type of Scala that elements are copied from and to. */
sealed abstract class Element[E] {
  def of(elements: Array[E], shape: Seq[Long]): Tensor
  def read(x: Tensor): Array[E]
}

object Element {
  private def element[E](make: (Array[E], Array[Long]) => Tensor)(get: Tensor => Array[E]) =
    new Element[E] {
      def of(elements: Array[E], shape: Seq[Long]) = make(elements, shape.toArray)
      def read(x: Tensor) = get(x)
    }

  implicit val float: Element[Float] = element[Float]((a, s) => org.weft.Elements.of(a, s: _*))(_.toFloats)
  implicit val double: Element[Double] = element[Double]((a, s) => org.weft.Elements.of(a, s: _*))(_.toDoubles)
  implicit val long: Element[Long] = element[Long]((a, s) => org.weft.Elements.of(a, s: _*))(_.toLongs)
  implicit val int: Element[Int] = element[Int]((a, s) => org.weft.Elements.of(a, s: _*))(_.toInts)
}

/** Numbers in rows: E itself, `Seq[E]`, `Seq[Seq[E]]` and so on. */
sealed abstract class Rows[A, E] {
  def shape(rows: A): List[Long]
  def flat(rows: A): Iterator[E]
}

object Rows {
  implicit def number[E: Element]: Rows[E, E] = new Rows[E, E] {
    def shape(one: E) = Nil
    def flat(one: E) = Iterator(one)
  }

  implicit def nested[A, S[X] <: Seq[X], E](implicit inner: Rows[A, E]): Rows[S[A], E] =
    new Rows[S[A], E] {
      def shape(rows: S[A]) = {
        val shapes = rows.map(inner.shape(_)).distinct
        require(shapes.size < 2, s"tensor: rows have different lengths: ${shapes.take(2).mkString(" and ")}")
        rows.size.toLong :: shapes.headOption.toList.flatten
      }
      def flat(rows: S[A]) = rows.iterator.flatMap(inner.flat(_))
    }
}
