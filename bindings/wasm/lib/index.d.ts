// Types of weft-wasm: .weft files in browsers and in Node.
import type { Elements, Ports, Shaped, Source } from "./model.js";

export { WeftError } from "./model.js";
export type { Elements, Port, Ports, Shaped, Source } from "./model.js";
export interface LoadOptions {
  /** false: the model runs on this thread. */
  worker?: boolean;
  /** true: the memory of an ArrayBuffer moves to the worker, and is empty here. */
  transfer?: boolean;
  /** Where the WebAssembly module is; by default the package's own file. */
  module?: string | URL | ArrayBuffer | ArrayBufferView | WebAssembly.Module;
  /** Where its second file is; by default beside the URL of the first, NAME-rest.wasm. */
  rest?: string | URL | ArrayBuffer | ArrayBufferView | WebAssembly.Module;
  /** Takes the lines of the library's log. */
  log?: (text: string) => void;
  /**
   * How many threads a run may use, from 1 to 64; by default as many as do well here. It is one where memory
   * cannot be shared: in a page that is not cross-origin isolated. `Model.threads` says how many there are.
   */
  threads?: number;
}
/** Runs one entry point; inputs, outputs and states are as the last run had them. */
export interface Context extends Ports {
  /** How long the last run took, in milliseconds. */
  readonly milliseconds?: number;
  run<T extends Elements = Float32Array>(
    inputs?: Record<string | number, Elements | Shaped>,
    options?: { transfer?: boolean },
  ): Promise<Record<string, T>>;
  state<T extends Elements = Float32Array>(state: string | number): Promise<T>;
  setState(state: string | number, elements: Elements): Promise<void>;
  reset(): Promise<void>;
  close(): Promise<void>;
}
export interface Model {
  readonly entries: string[];
  readonly version: string;
  readonly threads: number;
  metadata(key: string): Promise<string | undefined>;
  setBudget(bytes: number, entry?: string): Promise<void>;
  context(entry?: string, options?: { sharing?: Context }): Promise<Context>;
  run<T extends Elements = Float32Array>(
    inputs: Record<string | number, Elements | Shaped>,
    options?: { entry?: string; transfer?: boolean },
  ): Promise<Record<string, T>>;
  memoryBytes(): Promise<number>;
  close(): void;
}
export function load(source: Source, options?: LoadOptions): Promise<Model>;
