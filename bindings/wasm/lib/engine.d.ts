// Types of weft-wasm/engine: the engine on this thread, whose calls run to their end.
import type { Elements, LoadOptions, Port } from "./index.js";
export { WeftError } from "./index.js";
export class Engine {
  /** `threads` is 1 by default here; `close` ends the workers that are the others. */
  static start(options?: Pick<LoadOptions, "module" | "rest" | "log" | "threads">): Promise<Engine>;
  /** The compiled module and its second file, for engines on other threads. */
  readonly module: WebAssembly.Module;
  readonly rest: LoadOptions["rest"];
  readonly version: string;
  readonly memoryBytes: number;
  readonly threads: number;
  close(): void;
  load(bytes: ArrayBuffer | ArrayBufferView, name?: string): Model;
  room(bytes: number): Room;
}
export interface Room {
  write(piece: Uint8Array): void;
  load(name: string): Model;
  dispose(): void;
}
export interface Model {
  readonly entries: string[];
  metadata(key: string): string | undefined;
  setBudget(bytes: number, entry?: string): void;
  context(entry?: string, options?: { sharing?: Context }): Context;
  dispose(): void;
}
export interface Context {
  readonly inputs: Port[];
  readonly outputs: Port[];
  readonly states: Port[];
  setInputShape(input: number | string, shape: readonly number[]): this;
  input(input?: number | string): Elements;
  setInput(input: number | string, elements: Elements): this;
  run(): this;
  output(output?: number | string): Elements;
  outputView(output?: number | string): Elements;
  state(state: number | string): Elements;
  setState(state: number | string, elements: Elements): this;
  reset(): this;
  dispose(): void;
}
