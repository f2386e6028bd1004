// The Scala face of the Java binding: install org.weft:weft first (bindings/java/README.md).
name := "weft-scala"
organization := "org.weft"
version := "0.1.0"
scalaVersion := "2.11.12"
licenses += ("Apache-2.0", url("https://www.apache.org/licenses/LICENSE-2.0"))
resolvers += Resolver.mavenLocal
libraryDependencies += "org.weft" % "weft" % version.value
scalacOptions ++= Seq("-target:jvm-1.8", "-deprecation", "-feature", "-Xlint", "-Xfatal-warnings")
