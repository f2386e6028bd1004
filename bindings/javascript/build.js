// Compiles the addon into prebuilds/, with the library beside it, so that the package needs no
// compiler where it is installed: `node build.js [--link]`. With --link the library stays where it is.
//
// Weft's folder is the environment variable WEFT_PREFIX, else what `weft --prefix` prints.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const prefix = process.env.WEFT_PREFIX ?? installed();
const library = join(prefix, "lib", "libweft.so");
if (!existsSync(library)) throw new Error(`there is no ${library}: set WEFT_PREFIX`);

/** The folder of the Weft that is on the path. */
function installed() {
  try {
    return execFileSync("weft", ["--prefix"]).toString().trim();
  } catch {
    console.error("build.js: install Weft (pip install . in its tree), or set WEFT_PREFIX to its folder");
    process.exit(1);
  }
}

// The headers of Node-API come with Node.
const node = dirname(dirname(realpathSync(process.execPath)));
const headers = [join(node, "include", "node"), "/usr/include/node"].find(existsSync);
if (!headers) throw new Error("the headers of Node were not found: install Node's development files");

const place = join(here, "prebuilds", `${process.platform}-${process.arch}`);
mkdirSync(place, { recursive: true });
const link = process.argv.includes("--link");
if (!link) cpSync(realpathSync(library), join(place, "libweft.so.0"));
const sources = readdirSync(join(here, "src")).filter((name) => name.endsWith(".cc"));
execFileSync(
  process.env.CXX ?? "c++",
  [
    ...["-std=c++17", "-O2", "-Wall", "-Wextra", "-fPIC", "-shared", "-fvisibility=hidden"],
    ...["-I", headers, "-I", join(prefix, "include")],
    ...sources.map((name) => join(here, "src", name)),
    ...["-o", join(place, "weft.node"), "-L", join(prefix, "lib"), "-lweft"],
    `-Wl,-rpath,${link ? join(prefix, "lib") : "$ORIGIN"}`,
  ],
  { stdio: "inherit" },
);
console.log(join(place, "weft.node"));
