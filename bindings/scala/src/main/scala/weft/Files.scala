package weft

import org.weft.{Context, Model, Writer}
import scala.collection.JavaConverters._
import scala.collection.immutable.ListMap

/** Files of arrays and models, with the collections of Scala. */
trait Files {
  /** Writes arrays by their names to a safetensors file in one step. */
  def save(path: String, arrays: Iterable[(String, Tensor)]): Unit =
    org.weft.Tensor.save(path, ListMap(arrays.toSeq: _*).asJava)

  /** Reads the arrays of a safetensors file, in its order. */
  def load(path: String): Map[String, Tensor] = ListMap(org.weft.Tensor.load(path).asScala.toSeq: _*)

  /** Opens a .weft file; close it, or let [[using]] do it. */
  def model(path: String): Model = Model.load(path)

  /** Reads a .weft file that is in memory, such as a resource; its bytes are copied. */
  def model(bytes: Array[Byte]): Model = Model.load(bytes)

  /** What Scala adds to a context. */
  implicit class ContextOps(context: Context) {
    /** Sets inputs, runs, and gives copies of all outputs by name. */
    def apply(inputs: (String, Tensor)*): Map[String, Tensor] =
      ListMap(context.run(ListMap(inputs: _*).asJava).asScala.toSeq: _*)
  }

  /** What Scala adds to a file that is being put together. */
  implicit class WriterOps(writer: Writer) {
    /** Adds an entry point; `weights` names the arrays that the function captured. */
    def entry(
        name: String, function: org.weft.Function, inputs: Seq[String], outputs: Seq[String],
        weights: Iterable[(String, Tensor)] = Nil
    ): Writer =
      writer.add(name, function, inputs.toArray, outputs.toArray, ListMap(weights.toSeq: _*).asJava)
  }
}
