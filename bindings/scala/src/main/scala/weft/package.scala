/** Arrays, operators, gradients, layers and `.weft` files on the engine of the Java binding, whose
  * classes these are: Scala adds operators, indices, named arguments and collections to them.
  *
  * {{{
  * import weft._
  * val x = tensor(Seq(3.0, 4.0)).attachGrad()
  * val length = record(ops.sqrt(ops.sum(x * x)))
  * length.backward()
  * }}}
  */
package object weft extends weft.Arrays with weft.Gradients with weft.Files {
  type Tensor = org.weft.Tensor
  type Operand = org.weft.Operand
  type Dtype = org.weft.Dtype
  type Dim = org.weft.Dim

  /** Runs the body with a resource (a model, a context, an array), and frees that at once. */
  def using[R <: AutoCloseable, T](resource: R)(body: R => T): T =
    try body(resource)
    finally resource.close()
}
