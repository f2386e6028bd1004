// The second file of a module, with the functions that usual networks do not run (split.py).
//
// The first calls its import `load` when it needs one of them, in the middle of a call, which cannot wait
// for a promise. So the file is read at once where a thread may do that, and elsewhere before the first call.
import { WeftError } from "./errors.js";
import { compiled, compilerAtOnce } from "./files.js";

const FIRST = "first-", REST = "rest-"; // and a key, which the two files share

/** Where the rest of a module is, for one instance of its first file. */
export class Rest {
  #key;
  #source;
  #atOnce;
  #exports;
  #isHere = false;

  /**
   * What an instance of `module` needs; undefined where it is whole.
   * @param source a URL, bytes or a compiled module
   */
  static async of(module, source) {
    const from = WebAssembly.Module.imports(module).map((entry) => entry.module).find((name) => name.startsWith(REST));
    if (from === undefined) return undefined;
    if (source === undefined) throw new TypeError("weft: `module` is the first of two files; say with `rest` where the second is");
    const rest = new Rest();
    rest.#key = from.slice(REST.length);
    rest.#source = source;
    rest.#atOnce = await compilerAtOnce(source);
    return rest;
  }

  /** What the first file imports for it. */
  get imports() {
    return { [REST + this.#key]: { load: () => this.#load() } };
  }

  /** Takes the instance's exports. Where the file cannot be read later, it is read now. */
  async attach(exports) {
    this.#exports = exports;
    if (!this.#atOnce) this.#join(await compiled(this.#source));
  }

  /** Reads the file, and puts its functions where the first calls them. */
  #load() {
    if (this.#isHere) throw new WeftError("INTERNAL", "the second file of the module lacks a function");
    let module;
    try {
      module = this.#atOnce();
    } catch (error) {
      throw new WeftError("IO", `the model needs ${this.#name}, which could not be read: ${error.message}; load the model again`);
    }
    this.#join(module);
  }

  #join(module) {
    const wanted = FIRST + this.#key;
    if (!WebAssembly.Module.imports(module).every((entry) => entry.module === wanted))
      throw new WeftError("INVALID_VALUE", `${this.#name} is not of the same build as the module's first file`);
    new WebAssembly.Instance(module, { [wanted]: this.#exports });
    this.#isHere = true;
  }

  get #name() {
    return typeof this.#source === "string" || this.#source instanceof URL ? `${this.#source}` : "the file given as `rest`";
  }
}
