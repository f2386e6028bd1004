package weft

import java.util.function.UnaryOperator
import org.weft.Nn
import scala.collection.JavaConverters._
import scala.collection.immutable.ListMap
import scala.language.implicitConversions

/** Layers over operators, and updates: enough to build and train networks in Scala. */
object nn {
  type Layer = Nn.Layer

  private def unary(f: Tensor => Tensor) = new UnaryOperator[Tensor] { def apply(x: Tensor) = f(x) }

  /** y = activation(x W' + b) for x of shape (N, inputs); further axes of x are flattened. */
  def dense(outputs: Long, inputs: Long, activation: Tensor => Tensor = identity): Layer =
    new Nn.Dense(outputs, inputs, unary(activation))

  /** A convolution of images of shape (N, inputs, H, W) with square windows. */
  def conv2d(
      outputs: Long, inputs: Long, window: Long, pad: Long = 0, activation: Tensor => Tensor = identity
  ): Layer = new Nn.Conv2d(outputs, inputs, window, pad, unary(activation))

  /** A long short-term memory: x of shape (T, N, inputs) to the hidden states (T, N, hidden). */
  def lstm(hidden: Long, inputs: Long): Layer = new Nn.Lstm(hidden, inputs)

  /** A function as a layer without weights. */
  implicit def function(f: Tensor => Tensor): Layer = new Nn.Layer { def call(x: Tensor) = f(x) }

  /** Layers one behind the other, with names; weights are named `name.weight` and the like. */
  def sequential(layers: (String, Layer)*): Layer =
    layers.foldLeft(new Nn.Sequential) { case (all, (name, layer)) => all.add(name, layer) }

  /** What Scala adds to a layer. */
  implicit class LayerOps(layer: Layer) {
    def apply(x: Tensor): Tensor = layer.call(x)

    /** The weights by their names, in their order. */
    def parameters: ListMap[String, Tensor] = ListMap(layer.weights.asScala.toSeq: _*)
  }

  /** Adam (Kingma and Ba, 2015). */
  def adam(parameters: ListMap[String, Tensor], rate: Double = 0.001): Nn.Adam =
    new Nn.Adam(parameters.asJava, rate)

  /** Gradient descent with momentum. */
  def sgd(parameters: ListMap[String, Tensor], rate: Double, momentum: Double = 0.9): Nn.Sgd =
    new Nn.Sgd(parameters.asJava, rate, momentum)

  /** What Scala adds to an optimizer: gradients as a collection. */
  implicit class AdamOps(optimizer: Nn.Adam) {
    def update(gradients: Seq[Tensor]): Unit = optimizer.step(gradients: _*)
  }
  implicit class SgdOps(optimizer: Nn.Sgd) {
    def update(gradients: Seq[Tensor]): Unit = optimizer.step(gradients: _*)
  }
}
