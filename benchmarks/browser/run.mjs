// MobileNet v2 and ResNet-50 in one Chromium: this package, ONNX Runtime Web and TensorFlow.js, WebAssembly on
// one thread each. And the sizes of what a page loads.
//
//   python benchmarks/browser/networks.py build/browser         writes the networks
//   cd benchmarks/browser && npm install                        brings the peers and playwright-core
//   node benchmarks/browser/run.mjs build/browser [--seconds 5] [--json FILE]
//   node benchmarks/browser/run.mjs --sizes
//
// Each engine has a page of its own; rounds alternate, so that a machine that slows down slows all. The
// figure is the median of a round's runs, and the least of the rounds'.
import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, brotliCompressSync, gzipSync } from "node:zlib";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PACKAGE = join(HERE, "..", "..", "bindings", "wasm", "lib");
const ENGINES = ["weft", "onnxruntime-web", "tensorflow.js"];
const ROUNDS = 3;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

/** Sizes of the modules, as they are and compressed. */
function sizes() {
  const rows = readdirSync(PACKAGE).filter((name) => name.endsWith(".wasm")).map((name) => [name, readFileSync(join(PACKAGE, name))]);
  const scripts = readdirSync(PACKAGE).filter((name) => name.endsWith(".js")).map((name) => readFileSync(join(PACKAGE, name)));
  rows.push(["all *.js", Buffer.concat(scripts)]);
  console.log("file                       bytes      gzip -9    brotli -11");
  for (const [name, content] of rows) {
    const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });
    const figures = [content.length, gzipSync(content, { level: 9 }).length, brotli.length];
    console.log(name.padEnd(22), ...figures.map((figure) => figure.toLocaleString("en").padStart(11)));
  }
}

/** Serves the bench page, the package, the peers and the networks, isolated from other origins. */
function serve(networks) {
  const folders = { networks: resolve(networks), weft: PACKAGE, node_modules: join(HERE, "node_modules"), bench: HERE };
  const server = createServer((request, response) => {
    const [, first, ...rest] = decodeURIComponent(new URL(request.url, "http://localhost").pathname).split("/");
    const path = folders[first] && join(folders[first], ...rest);
    const there = path?.startsWith(folders[first] + sep) && existsSync(path) && statSync(path).isFile();
    response.writeHead(there ? 200 : 404, {
      "content-type": TYPES[extname(path ?? "")] ?? "application/octet-stream",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      ...(there && { "content-length": statSync(path).size }),
    });
    if (there) createReadStream(path).pipe(response);
    else response.end();
  });
  return new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server)));
}

async function measure(networks, seconds) {
  const { chromium } = createRequire(join(HERE, "package.json"))("playwright-core");
  const executablePath = execFileSync("sh", ["-c", "command -v chromium || command -v google-chrome"]).toString().trim();
  const server = await serve(networks), base = `http://localhost:${server.address().port}`;
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const found = [];
  try {
    for (const network of ["mobilenet_v2", "resnet50"].filter((name) => existsSync(join(networks, `${name}.weft`)))) {
      const pages = {};
      for (const engine of ENGINES) {
        const page = await browser.newPage();
        await page.goto(`${base}/bench/page.html`);
        const told = await page.evaluate(([engine, network]) => globalThis.prepare(engine, network), [engine, network]);
        if (told.error) console.log(`${network} ${engine}: left out, ${told.error}`);
        else pages[engine] = { page, ...told, rounds: [] };
      }
      for (let round = 0; round < ROUNDS; round++)
        for (const one of Object.values(pages)) one.rounds.push(await one.page.evaluate((s) => globalThis.time(s), seconds / ROUNDS));
      for (const [engine, { rounds, loading, memory, scores }] of Object.entries(pages)) found.push({ network, engine, milliseconds: Math.min(...rounds), loading, memory, scores });
      for (const { page } of Object.values(pages)) await page.close();
    }
  } finally {
    await browser.close();
    server.close();
  }
  return found;
}

function print(found) {
  console.log("network        engine             ms a run   of Weft's peer   load ms   MiB   largest difference of scores");
  for (const one of found) {
    const weft = found.find(({ network, engine }) => network === one.network && engine === "weft");
    const share = one.engine === "weft" || !weft ? "" : `${(weft.milliseconds / one.milliseconds).toFixed(2)} x`;
    const difference = one.scores && weft && one !== weft ? Math.max(...one.scores.map((score, i) => Math.abs(score - weft.scores[i]))).toExponential(1) : "";
    console.log(one.network.padEnd(14), one.engine.padEnd(18), one.milliseconds.toFixed(2).padStart(8), share.padStart(12), one.loading.toFixed(0).padStart(12), one.memory ? (one.memory / 2 ** 20).toFixed(0).padStart(5) : "", difference.padStart(12));
  }
}

const words = process.argv.slice(2);
const option = (name, otherwise) => (words.includes(name) ? words[words.indexOf(name) + 1] : otherwise);
if (words.includes("--sizes")) sizes();
else {
  const found = await measure(words[0] ?? "build/browser", Number(option("--seconds", 6)));
  print(found);
  if (option("--json")) writeFileSync(option("--json"), `${JSON.stringify(found, null, 1)}\n`);
}
