// The addon for this machine.
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { WeftError } from "./errors.js";

const path = fileURLToPath(
  new URL(`../prebuilds/${process.platform}-${process.arch}/weft.node`, import.meta.url),
);
if (!existsSync(path))
  throw new Error(
    `weft: there is no addon for ${process.platform}-${process.arch} (${path}); run \`npm run build\``,
  );

export const native = createRequire(import.meta.url)(path);
native.setError(WeftError);

/** What `at` gives for each number below `count` of an object. */
export function listed(count, at, object) {
  return Array.from({ length: count(object) }, (_, i) => at(object, i));
}
