package weft

import org.weft.{Model, Weft}

/** What Scala adds to the Java binding: operators, indices, named arguments, collections, resources.
  * Conformance itself is the Java binding's test, which runs beside this one. */
object Tests {
  private var failed = 0
  private var folder = ""

  private def test(name: String)(body: => Unit): Unit =
    try body
    catch {
      case error @ (_: Exception | _: AssertionError) =>
        failed += 1
        println(s"$name: $error")
    }

  private def same(found: Tensor, wanted: Any*): Unit = {
    val numbers = ops.cast(found, float64).to[Double].toSeq
    val near = numbers.zip(wanted.map(_.toString.toDouble)).forall { case (x, y) => math.abs(x - y) < 1e-12 }
    assert(numbers.size == wanted.size && near, s"got $numbers, wanted $wanted")
  }

  private def says(text: String)(body: => Any): Unit = {
    val said = try { body; "nothing was refused" } catch { case error: Exception => error.getMessage }
    assert(said.contains(text), s"`$said` has no `$text`")
  }

  def main(given: Array[String]): Unit = {
    folder = given(0)
    operators()
    parts()
    arguments()
    gradientsAndFunctions()
    files()
    misuse()
    leaks()
    if (failed > 0) sys.exit(1)
    println("passed")
  }

  private def operators(): Unit = {
    val x = tensor(Seq(Seq(1f, 2f), Seq(3f, 4f)))
    test("arithmetic") {
      same(x + x, 2, 4, 6, 8)
      same(x * 2 - 1, 1, 3, 5, 7)
      same(2 * x, 2, 4, 6, 8)
      same(1 - x / 2f, 0.5, 0, -0.5, -1)
      same(-x ** 2, 1, 4, 9, 16)
      same(x dot x, 7, 10, 15, 22)
      assert((2L * x).dtype == float32 && (x + 1.5).dtype == float32, "numbers take the array's dtype")
    }
    test("comparisons") {
      same(x > 2, 0, 0, 1, 1)
      same(x <= 2, 1, 1, 0, 0)
      same(x === x, 1, 1, 1, 1)
    }
    test("collections") {
      assert(x.shape.toSeq == Seq(2, 2) && x.dtype == float32, x.toString)
      assert(tensor(Vector(1L, 2L)).to[Long].toSeq == Seq(1L, 2L), "Long")
      assert(tensor(List(1, 2)).to[Int].toSeq == Seq(1, 2) && tensor(3.5).shape.isEmpty, "Int, a number")
      assert(x.rows.map(_.to[Float].toSeq) == Seq(Seq(1f, 2f), Seq(3f, 4f)), "rows")
      same(array(Array(1.0, 2.0), 2, 1), 1, 2)
      says("rows have different lengths") { tensor(Seq(Seq(1f, 2f), Seq(3f))) }
      says("shapes of `x1` (2, 2) and `x2` (3,)") { x + tensor(Seq(1f, 2f, 3f)) }
    }
  }

  private def parts(): Unit = {
    val x = array(Array.range(0, 24).map(_.toFloat), 2, 3, 4)
    test("indices") {
      same(x(1, 2, 3), 23)
      same(x(-1, -1, -1), 23)
      same(x(0, 1), 4, 5, 6, 7)
      same(x(0, ::, 1), 1, 5, 9)
      same(x(1, 0 until 2, 0 to 3 by 2), 12, 14, 16, 18)
      assert(x(::, 0 until 0).shape.toSeq == Seq(2, 0, 4), "an empty part")
      assert(x(0, ::, 1).shape.toSeq == Seq(3), "an index takes its axis away")
      says("axis 1 has 3 elements; got index 3") { x(0, 3) }
      says("axis 2 has 4 elements and no part") { x(0, 0, 2 to 4) }
      says("there are 3 axes; got 4 indices") { x(0, 0, 0, 0) }
    }
  }

  private def arguments(): Unit = {
    val x = tensor(Seq(Seq(1f, 2f), Seq(3f, 4f)))
    test("named arguments") {
      same(ops.sum(x), 10)
      same(ops.sum(x, axis = 0), 4, 6)
      same(ops.sum(x, axis = Seq(0, 1), keepdims = true), 10)
      same(ops.sum(x, keepdims = true, axis = 1), 3, 7)
      same(ops.concatenate(Seq(x, x), axis = 1), 1, 2, 1, 2, 3, 4, 3, 4)
      same(ops.reshape(x, Seq(4)), 1, 2, 3, 4)
      assert(ops.split(x, 2, axis = 0).size == 2, "several results are a collection")
      says("softmax: `axis`") { ops.softmax(x, axis = 2) }
      says("is closed") { x.close(); says("the array was closed") { x + 1 }; throw new Exception("is closed") }
    }
  }

  private def gradientsAndFunctions(): Unit = {
    test("gradients") {
      val x = tensor(Seq(3.0, 4.0)).attachGrad()
      val length = record(ops.sqrt(ops.sum(x * x)))
      length.backward()
      same(x.gradient.get, 0.6, 0.8)
      assert(tensor(Seq(1f)).gradient.isEmpty, "no gradient is None")
      val (value, slopes) = withGradient(tensor(Seq(2.0)), tensor(Seq(5.0))) { case Seq(a, b) => ops.sum(a * a * b) }
      same(value, 20)
      same(slopes(0), 20)
      same(slopes(1), 4)
    }
    test("traced functions") {
      val weight = tensor(Seq(2f, 3f))
      val graph = trace(zeros(2)) { case Seq(x) => Seq(x * weight, x + 1) }
      val Seq(product, sum) = graph(tensor(Seq(5f, 7f)))
      same(product, 10, 21)
      same(sum, 6, 8)
      val any = traceDynamic(new Dim("batch").at(0, 0))(zeros(Seq(4, 2))) { case Seq(x) => Seq(x * weight) }
      same(any(tensor(Seq(Seq(1f, 2f))))(0), 2, 6)
      same(any(tensor(Seq(Seq(1f, 2f), Seq(3f, 4f), Seq(5f, 6f))))(0), 2, 6, 6, 12, 10, 18)
    }
  }

  private def files(): Unit = {
    test("files of arrays") {
      val path = java.io.File.createTempFile("weft", ".safetensors").getPath
      save(path, Seq("b" -> tensor(Seq(1f)), "a" -> tensor(Seq(2f, 3f))))
      same(load(path)("a"), 2, 3)
    }
    test("models") {
      val path = s"$folder/models/dense.weft"
      val kept = using(model(path)) { model =>
        using(model.context()) { context =>
          val input = tensor(Seq(Seq(0f, 1f, 2f), Seq(3f, 4f, 5f)))
          val outputs = context("x" -> input)
          assert(outputs.keys.toSeq == context.outputs.map(_.name).toSeq, outputs.keys.toString)
          val wanted = context.setInput(0, input).run().outputFloats(0)
          assert(outputs.values.head.to[Float].toSeq == wanted.toSeq, "the same numbers as Java")
          says("there is no input `y`; there are: x") { context("y" -> input) }
        }
        model
      }
      says("it was closed") { kept.context() }
      val x = zeros(Seq(2, 3))
      val fromMemory = model(java.nio.file.Files.readAllBytes(java.nio.file.Paths.get(path)))
      val (a, b) = (fromMemory.context()("x" -> x), model(path).context()("x" -> x))
      assert(a.mapValues(_.to[Float].toSeq) == b.mapValues(_.to[Float].toSeq), "another model from memory")
    }
    test("several threads") {
      val open = Model.load(s"$folder/models/dense.weft")
      def run() = open.context()("x" -> zeros(Seq(2, 3))).values.head.to[Float].toSeq
      val wanted = run()
      assert((0 until 100).par.forall(_ => run() == wanted), "other numbers")
    }
  }

  /** What of the `misuse` cases Scala adds to Java's, which run beside this: rows, numbers, names of inputs. */
  private def misuse(): Unit = {
    test("rows that promise as many elements") {
      for (rows <- Seq(Seq(Seq(1f, 2f), Seq(3f, 4f, 5f), Seq(6f)), Seq(Seq(1f), Seq())))
        says("rows have different lengths") { tensor(rows) }
      assert(tensor(Seq(Seq[Float](), Seq[Float]())).shape.toSeq == Seq(2, 0), "rows without elements")
    }
    test("wide integers") {
      for (number <- Seq(9007199254740993L, Long.MinValue, Long.MaxValue)) {
        assert((zeros(1, int64) + number).to[Long].toSeq == Seq(number), "an operand")
        assert((number + zeros(1, int64)).to[Long].toSeq == Seq(number), "a number on the left")
        says("wanted as int32") { tensor(Seq(number)).to[Int] }
        if (number != Long.MinValue) says(number.toString) { tensor(Seq(number)).item } // a double is -2^63
      }
    }
    test("names beyond 16 bits, and inputs that are missing") {
      val wide = "f\u00fcr-\ud83d\ude00"
      val traced = trace(zeros(2), zeros(2)) { case Seq(a, b) => Seq(a - b) }
      val path = java.io.File.createTempFile(wide, ".weft").getPath
      new org.weft.Writer().entry(wide, traced, Seq(s"a$wide", "b"), Seq(s"y$wide")).save(path)
      using(model(path).context(wide)) { context =>
        val x = tensor(Seq(3f, 5f))
        same(context(s"a$wide" -> x, "b" -> tensor(Seq(1f, 1f)))(s"y$wide"), 2, 4)
        says("`b` is missing") { context(s"a$wide" -> x) }
        says(s"`a$wide` is missing") { context("b" -> x) }
      }
    }
  }

  private def leaks(): Unit = test("leaks") {
    val x = tensor(Seq(1f, 2f, 3f, 4f))
    def step(): Unit = using(x + x)(y => using(2 * y)(_ => ()))
    step()
    System.gc()
    val once = Weft.liveBytes
    for (_ <- 0 until 100000) step()
    assert(Weft.liveBytes <= once, s"bytes in use: $once, then ${Weft.liveBytes}")
  }
}
