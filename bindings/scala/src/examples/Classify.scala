import weft._

/** Classifies an image by a .weft file: `Classify digits.weft < 64 numbers`. */
object Classify {
  def main(given: Array[String]): Unit = {
    val ink = "\\d+".r.findAllIn(io.Source.stdin.mkString).take(64).map(_.toFloat / 16).toArray
    using(model(given(0)).context()) { context =>
      // The file was made for a batch; the image is its first row.
      val images = ink.padTo(context.inputs()(0).bytes.toInt / 4, 0f)
      val scores = context.setInput(0, images).run().outputFloats(0).take(10)
      println(scores.indexOf(scores.max))
    }
  }
}
