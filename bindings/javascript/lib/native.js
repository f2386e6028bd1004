// The addon for this machine.
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = fileURLToPath(
  new URL(`../prebuilds/${process.platform}-${process.arch}/weft.node`, import.meta.url),
);
if (!existsSync(path))
  throw new Error(
    `weft: there is no addon for ${process.platform}-${process.arch} (${path}); run \`npm run build\``,
  );

export const native = createRequire(import.meta.url)(path);
