import org.weft.{Weft, Writer}
import weft._
import weft.nn._

/** Trains a small convolutional network on handwritten digits, saves it, loads the file and counts:
  * `TrainDigits digits.csv 12 0.97`, with digits.csv from examples/digits/data/digits.csv.gz.
  *
  * A line of digits.csv has 64 counts of ink from 0 to 16 and the digit. Every fifth line is held out:
  * prints the accuracy on those, and fails if it is below the last argument.
  */
object TrainDigits {
  private val batch = 64

  private def pixels(rows: Seq[Array[Int]]): Tensor =
    array(rows.flatMap(_.take(64).map(_ / 16f)).toArray, rows.size.toLong, 1, 8, 8)

  def main(given: Array[String]): Unit = {
    val lines = io.Source.fromFile(given(0)).getLines().map(_.split(",").map(_.toInt)).toVector
    val (heldOut, train) = lines.zipWithIndex.partition(_._2 % 5 == 4) match {
      case (out, in) => (out.map(_._1), in.map(_._1))
    }
    Weft.seed(0)
    val net = sequential(
      "conv1" -> conv2d(16, 1, window = 3, pad = 1, activation = ops.relu(_)),
      "conv2" -> conv2d(32, 16, window = 3, pad = 1, activation = ops.relu(_)),
      "pool" -> function(ops.pooling(_, kernel = Seq(2, 2), stride = Seq(2, 2))),
      "dense1" -> dense(64, 32 * 16, ops.relu(_)),
      "dense2" -> dense(10, 64)
    )
    val weights = net.parameters
    val optimizer = adam(weights, rate = 0.002)

    // A step is one planned graph from images and labels to the slopes.
    val slopes = trace(zeros(Seq(batch, 1, 8, 8)), zeros(batch, int64)) { case Seq(x, y) =>
      gradients(record(ops.mean(ops.softmaxCrossEntropy(net(x), y))), weights.values)
    }
    val images = pixels(train)
    val labels = tensor(train.map(_(64).toLong))
    for (_ <- 0 until given(1).toInt) {
      val order = ops.permutation(train.size)
      for (start <- 0 to train.size - batch by batch) {
        val chosen = order(start until start + batch)
        optimizer.update(slopes(ops.take(images, chosen, axis = 0), ops.take(labels, chosen, axis = 0)))
      }
    }

    val forward = trace(zeros(Seq(heldOut.size, 1, 8, 8))) { case Seq(x) => Seq(net(x)) }
    new Writer().entry("forward", forward, Seq("images"), Seq("scores"), weights).save("digits.weft")
    val scores = using(model("digits.weft").context())(_.apply("images" -> pixels(heldOut))("scores"))
    val right = scores.to[Float].grouped(10).zip(heldOut.iterator).count { case (row, line) =>
      row.indexOf(row.max) == line(64)
    }
    val accuracy = right.toDouble / heldOut.size
    println(f"$accuracy%.4f")
    if (accuracy < given(2).toDouble) sys.exit(1)
  }
}
