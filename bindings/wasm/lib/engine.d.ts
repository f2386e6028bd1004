// Types of weft-wasm/engine: the engine on this thread, whose calls run to their end.
import type { LoadOptions } from "./index.js";
import type { Elements, Ports, Shaped } from "./model.js";
export { WeftError } from "./model.js";
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
  close(): void;
}
export interface Model {
  readonly entries: string[];
  metadata(key: string): string | undefined;
  setBudget(bytes: number, entry?: string): void;
  context(entry?: string, options?: { sharing?: Context }): Context;
  run<T extends Elements = Float32Array>(
    inputs: Record<string | number, Elements | Shaped>,
    options?: { entry?: string },
  ): Record<string, T>;
  close(): void;
}
export interface Context extends Ports {
  readonly milliseconds?: number;
  setInputShape(input: number | string, shape: readonly number[]): this;
  input<T extends Elements = Float32Array>(input?: number | string): T;
  bindOutput<T extends Elements = Float32Array>(output?: number | string): T;
  run<T extends Elements = Float32Array>(inputs?: Record<string | number, Elements | Shaped>): Record<string, T>;
  state<T extends Elements = Float32Array>(state: number | string): T;
  setState(state: number | string, elements: Elements): this;
  reset(): this;
  close(): void;
}
