package weft

import java.util.function.Supplier
import scala.collection.JavaConverters._

/** Gradients, and traced functions. */
trait Gradients {
  private def supplier[T](body: => T) = new Supplier[T] { def get: T = body }

  /** Runs the body while operators are recorded, in training mode. */
  def record[T](body: => T): T = org.weft.Autograd.record(supplier(body))

  /** Runs the body while nothing is recorded: for updates of weights. */
  def pause[T](body: => T): T = org.weft.Autograd.pause(supplier(body))

  /** The gradients of the head with respect to variables, as new arrays. With `createGraph` they have
    * gradients in their turn. */
  def gradients(head: Tensor, variables: Iterable[Tensor], createGraph: Boolean = false): Seq[Tensor] =
    (if (createGraph) org.weft.Autograd.gradWithGraph(head, variables.toSeq: _*)
     else org.weft.Autograd.grad(head, variables.toSeq: _*)).toVector

  /** The value of a function of variables, an array, and its gradients. */
  def withGradient(variables: Tensor*)(f: Seq[Tensor] => Tensor): (Tensor, Seq[Tensor]) = {
    val leaves = variables.map(_.detach().attachGrad())
    val head = record(f(leaves))
    (head, gradients(head, leaves))
  }

  /** Runs the body once on placeholders for the inputs, and gives the graph of what it did. Arrays that
    * it reads from outside (weights) are captured. */
  def trace(inputs: Tensor*)(body: Seq[Tensor] => Seq[Tensor]): org.weft.Function =
    traceDynamic()(inputs: _*)(body)

  /** The same, where some extents of the inputs are open: each call may have others. The body runs once for
    * each of six examples of them, and must not decide by them. */
  def traceDynamic(dynamic: Dim*)(inputs: Tensor*)(body: Seq[Tensor] => Seq[Tensor]): org.weft.Function =
    org.weft.Function.trace(
      new org.weft.Function.Body {
        def run(placeholders: Tensor*): Array[Tensor] = body(placeholders).toArray
      },
      dynamic.asJava,
      inputs: _*
    )

  /** What Scala adds to a traced function. */
  implicit class FunctionOps(function: org.weft.Function) {
    def apply(inputs: Tensor*): Seq[Tensor] = function.call(inputs: _*).toVector
  }
}
