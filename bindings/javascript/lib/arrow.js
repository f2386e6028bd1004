// Columns of Apache Arrow, by the package apache-arrow, which toArrow alone needs.
import { arrayOf } from "./arrays.js";
import { placeOf, Tensor } from "./handles.js";
import { native } from "./native.js";
import { fromBytes } from "./tensor.js";

const DTYPES = /^(bool|u?int(8|16|32|64)|float(16|32|64))$/;

/**
 * A Tensor of a column without nulls, whose lists of a fixed size are further axes. The elements are copied
 * once: memory that JavaScript has can be taken away, and then no array may read it.
 */
export function fromArrow(column) {
  if (typeof column?.toArray !== "function") throw new TypeError(`fromArrow: \`column\` must be a Vector of Apache Arrow; got ${typeof column}`);
  const shape = [column.length];
  let part = column;
  for (; part.type.listSize !== undefined && part.nullCount === 0; part = part.getChildAt(0)) shape.push(part.type.listSize);
  if (part.nullCount !== 0) throw new TypeError(`fromArrow: \`column\` has ${part.nullCount} nulls, which arrays do not have; fill them first`);
  const dtype = `${part.type}`.toLowerCase();
  if (!DTYPES.test(dtype)) throw new TypeError(`fromArrow: \`column\` must have numbers or booleans, or lists of them of a fixed size; got ${part.type}`);
  return fromBytes(dtype, shape, dtype === "bool" ? Uint8Array.from(part, Number) : part.toArray());
}

/** A column of an array: its last axes are lists of a fixed size. What is dense, and no bool, is not copied. */
async function toArrow() {
  const { dtype, shape } = this;
  if (!DTYPES.test(dtype) || shape.length === 0)
    throw new TypeError(`toArrow: Apache Arrow has no column like a Tensor of ${dtype} with ${shape.length} axes`);
  const arrow = await import("apache-arrow").catch((cause) => {
    throw new Error("toArrow: it needs the package apache-arrow: npm install apache-arrow", { cause });
  });
  const held = native.hold(placeOf(this, "toArrow"));
  let elements = held === undefined ? this.data() : new (arrayOf(dtype))(held);
  let length = elements.length;
  if (dtype === "bool") elements = elements.reduce((bits, is, i) => ((bits[i >> 3] |= is << (i & 7)), bits), new Uint8Array((length + 7) >> 3));
  let data = arrow.makeData({ type: new arrow[dtype[0].toUpperCase() + dtype.slice(1)](), length, nullCount: 0, data: elements });
  for (let axis = shape.length - 1; axis > 0; axis--) {
    length = shape.slice(0, axis).reduce((a, b) => a * b, 1);
    const type = new arrow.FixedSizeList(shape[axis], new arrow.Field("item", data.type, false));
    data = arrow.makeData({ type, length, nullCount: 0, child: data });
  }
  return new arrow.Vector([data]);
}
Object.defineProperty(Tensor.prototype, "toArrow", { value: toArrow, writable: true, configurable: true });
