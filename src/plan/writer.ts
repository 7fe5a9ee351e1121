// Writes one kernel: the builder, the buffers of the places it touches, and the evaluation of
// expressions at an index. Everything a strategy needs to turn values into loops.
import { KernelBuilder } from "../kernel/builder.ts";
import { plus, toIndex } from "../kernel/indexing.ts";
import type { Buffer, Index, Kernel, Value } from "../kernel/ir.ts";
import { KernelMath } from "../kernel/math.ts";
import type { Dtype } from "../tensor/dtype.ts";
import type { Node } from "../tensor/node.ts";
import type { Op } from "../tensor/op.ts";
import type { ElementIndex } from "../tensor/scalarMath.ts";
import { sameShape, sizeOf, stridesOf } from "../tensor/shape.ts";
import { broadcastIndex, reshapeIndex, viewIndex } from "./access.ts";
import {
  type AxisIndex,
  combine,
  elementOf,
  fixed,
  inLane,
  offsetIn,
  type Place,
} from "./place.ts";

/** Finds the place of a stored value; null for values computed where they are used. */
export type PlaceOf = (node: Node) => Place | null;

/** The expression cannot be computed from a running element number alone. */
export class NotFlat extends Error {}

/** Builds one kernel over places. */
export class KernelWriter {
  readonly k: KernelBuilder;
  readonly math: KernelMath;
  /** Width of the vectors that this kernel uses. */
  readonly lanes: number;
  readonly #placeOf: PlaceOf;
  readonly #awaited: (node: Node) => number | null;
  readonly #buffers = new Map<number, Buffer>();
  readonly #written = new Set<number>();
  /** Slots that are not read, but must be written before this kernel runs. */
  readonly #waits = new Set<number>();
  /** Values known without evaluation: the accumulator at the root of an epilogue. */
  readonly known = new Map<Node, Value>();
  /** Nodes that this kernel computes, each after its inputs: for profiles. */
  readonly computed = new Set<Node>();

  constructor(
    name: string,
    lanes: number,
    placeOf: PlaceOf,
    awaited: (node: Node) => number | null = () => null,
  ) {
    this.k = new KernelBuilder(name, lanes);
    this.math = new KernelMath(this.k);
    this.lanes = lanes;
    this.#placeOf = placeOf;
    this.#awaited = awaited;
  }

  /** Announces that this kernel writes a place, so that loads from it are not moved. */
  writes(place: Place): void {
    this.#written.add(place.slot);
  }

  /** Notes what a value that is computed in place waits for. */
  waitFor(node: Node): void {
    const slot = this.#awaited(node);
    if (slot !== null) this.#waits.add(slot);
  }

  buffer(place: Place): Buffer {
    for (const slot of place.waits ?? []) this.#waits.add(slot);
    let buffer = this.#buffers.get(place.slot);
    if (buffer === undefined) {
      buffer = this.k.buffer(`b${place.slot}`, elementOf(place.dtype));
      this.#buffers.set(place.slot, buffer);
    }
    return buffer;
  }

  finish(): {
    kernel: Kernel;
    slots: readonly number[];
    reads: readonly number[];
    writes: readonly number[];
  } {
    const slots = [...this.#buffers.keys()];
    const writes = [...this.#written];
    return { kernel: this.k.finish(), slots, reads: [...slots, ...this.#waits], writes };
  }

  // elements in memory

  /** The elements of a place at an index: a vector if the index moves with the lanes, else a scalar. */
  load(place: Place, index: readonly AxisIndex[], width: number): Value {
    return this.#loadAt(place, offsetIn(place, index, this.lanes), width);
  }

  #loadAt(place: Place, offset: AxisIndex, width: number): Value {
    const buffer = this.buffer(place);
    const raw = this.#rawLoad(buffer, offset, width);
    const value = this.#written.has(place.slot) ? this.k.let(raw) : this.k.hoist(raw);
    return place.dtype === "bool" ? this.math.toMask(value) : value;
  }

  #rawLoad(buffer: Buffer, offset: AxisIndex, width: number): Value {
    if (width === 1) return this.k.load(buffer, inLane(offset, 0));
    if (!("each" in offset)) {
      if (offset.lane === 0) return this.k.load(buffer, offset.base);
      if (offset.lane === 1) return this.k.load(buffer, offset.base, width);
      if (offset.lane === 2) return this.#everyOther(buffer, offset.base, width);
    }
    return this.k.gather(
      buffer,
      Array.from({ length: width }, (_, l) => inLane(offset, l)),
    );
  }

  /** Every other element: two vectors, of which the second ends with the last that is wanted. */
  #everyOther(buffer: Buffer, base: Index, width: number): Value {
    const { k } = this;
    const order = Array.from({ length: width }, (_, l) =>
      2 * l < width ? 2 * l : width + 2 * l - (width - 1),
    );
    const second = k.load(buffer, plus(base, width - 1), width);
    return k.shuffle(k.load(buffer, base, width), second, order);
  }

  /** Writes a value (a scalar goes to every lane). */
  store(place: Place, index: readonly AxisIndex[], value: Value, width: number): void {
    this.#storeAt(place, offsetIn(place, index, this.lanes), value, width);
  }

  #storeAt(place: Place, offset: AxisIndex, value: Value, width: number): void {
    const buffer = this.buffer(place);
    const stored = this.#toDtype(value, place.dtype);
    if (width === 1) return this.k.store(buffer, inLane(offset, 0), stored);
    if (!("each" in offset) && offset.lane === 1) {
      return this.k.store(buffer, offset.base, this.k.splat(stored, width));
    }
    const vector = this.k.let(this.k.splat(stored, width));
    for (let l = 0; l < width; l++) this.k.store(buffer, inLane(offset, l), this.k.lane(vector, l));
  }

  #toDtype(value: Value, dtype: Dtype): Value {
    const { kind } = value.type;
    if (dtype === "float32") return kind === "float" ? value : this.math.toFloat(value);
    if (dtype === "bool") return kind === "mask" ? value : this.math.toMask(value);
    return kind === "int" ? value : this.math.toInt(value);
  }

  /**
   * A scalar int as an index in `[0, size)`. Numbers outside count as the nearest end: whatever is in
   * memory, no other buffer is read or written.
   */
  position(value: Value, size: number): Index {
    const { k } = this;
    const fromZero = k.binary("max", value, k.const(0, 1, "int"));
    return toIndex(k.letIndex("at", k.binary("min", fromZero, k.const(size - 1, 1, "int"))));
  }

  // expressions

  /** The value of a node at an index. `width` is 1 for a scalar, or the kernel's lanes. */
  value(node: Node, index: readonly AxisIndex[], width: number): Value {
    return new Expression(this, width).at(node, index);
  }

  /** Nodes of one shape at a running element number, in whatever layout they share. */
  flatValues(
    nodes: readonly Node[],
    offset: AxisIndex,
    width: number,
    layout: Place["layout"],
  ): Value[] {
    const expression = new FlatExpression(this, width, offset, layout);
    return nodes.map((node) => expression.flat(node));
  }

  loadFlat(place: Place, offset: AxisIndex, width: number): Value {
    return this.#loadAt(place, offset, width);
  }

  storeFlat(place: Place, offset: AxisIndex, value: Value, width: number): void {
    this.#storeAt(place, offset, value, width);
  }

  placeOf(node: Node): Place | null {
    return this.#placeOf(node);
  }

  /** The value of a node that is known without evaluation. */
  knownValue(node: Node): Value | undefined {
    const value = this.known.get(node);
    if (value !== undefined) this.computed.add(node);
    return value;
  }

  /** Index as an int value: scalar, or one per lane. */
  indexValue(index: AxisIndex, width: number): Value {
    if (width === 1) return this.k.hoist(this.k.index(inLane(index, 0)));
    const lanes = this.k.laneIndex(width);
    if ("each" in index) {
      // Looked up, one position for each lane: put together lane by lane.
      const [first, ...others] = index.each.map((at) => this.k.splat(this.k.index(at), width));
      return others.reduce((vector, at, l) => {
        const isLane = this.k.compare("eq", lanes, this.k.const(l + 1, width, "int"));
        return this.k.let(this.k.select(isLane, at, vector));
      }, first as Value);
    }
    const base = this.k.hoist(this.k.index(index.base));
    if (index.lane === 0) return base;
    const offset = index.lane === 1 ? lanes : this.k.mul(lanes, this.k.const(index.lane, 1, "int"));
    return this.k.let(this.k.add(this.k.splat(base, width), offset));
  }
}

/** Evaluates inlined nodes at one index; equal requests share a register. */
class Expression {
  protected readonly w: KernelWriter;
  protected readonly width: number;
  readonly #memo = new Map<Node, Map<string, Value>>();

  constructor(writer: KernelWriter, width: number) {
    this.w = writer;
    this.width = width;
  }

  at(node: Node, index: readonly AxisIndex[]): Value {
    const known = this.w.knownValue(node);
    if (known !== undefined) return known;
    const key = indexKey(index);
    let values = this.#memo.get(node);
    if (values === undefined) {
      values = new Map();
      this.#memo.set(node, values);
    }
    let value = values.get(key);
    if (value === undefined) {
      value = this.#compute(node, index);
      values.set(key, value);
    }
    return value;
  }

  #compute(node: Node, index: readonly AxisIndex[]): Value {
    const place = this.w.placeOf(node);
    if (place !== null) return this.w.load(place, index, this.width);
    const lowering = (node.op as Op).lowering;
    if (lowering.kind === "pointwise") {
      return applyPointwise(
        this.w,
        node,
        (input) => this.at(input, broadcastIndex(input.shape, index)),
        {
          axis: (axis) => this.w.indexValue(index[axis] as AxisIndex, this.width),
          linear: () =>
            this.w.indexValue(
              combine(
                0,
                stridesOf(node.shape).map((s, a) => [index[a] as AxisIndex, s]),
                this.w.lanes,
              ),
              this.width,
            ),
        },
      );
    }
    const input = node.inputs[0] as Node;
    if (lowering.kind === "view") return this.at(input, viewIndex(node, index, this.w.lanes));
    if (lowering.kind === "reshape") {
      this.w.waitFor(node);
      const inner = reshapeIndex(input.shape, node.shape, index, this.w.lanes);
      if (inner === null) throw new Error(`plan: ${node.op?.name} cannot be computed in place`);
      return this.at(input, inner);
    }
    if (node.op?.name === "indexSelect") {
      this.w.computed.add(node);
      return this.at(input, this.#selected(node, index));
    }
    throw new Error(`plan: ${node.op?.name} has no stored value`);
  }

  /** The index with its position along the axis looked up in memory. */
  #selected(node: Node, index: readonly AxisIndex[]): AxisIndex[] {
    const { axis } = node.params as { axis: number };
    const table = this.w.placeOf(node.inputs[1] as Node) as Place;
    const position = index[axis] as AxisIndex;
    const size = (node.inputs[0] as Node).shape[axis] as number;
    const lookUp = (at: Index): Index =>
      this.w.position(this.w.k.load(this.w.buffer(table), at), size);
    const moving = this.width > 1 && ("each" in position || position.lane !== 0);
    const found: AxisIndex = moving
      ? { each: Array.from({ length: this.width }, (_, l) => lookUp(inLane(position, l))) }
      : fixed(lookUp(inLane(position, 0)));
    return index.map((other, a) => (a === axis ? found : other));
  }
}

/** Evaluates nodes that all have the same shape (or one element) at a running element number. */
class FlatExpression extends Expression {
  readonly #offset: AxisIndex;
  readonly #layout: Place["layout"];
  readonly #flat = new Map<Node, Value>();

  constructor(writer: KernelWriter, width: number, offset: AxisIndex, layout: Place["layout"]) {
    super(writer, width);
    this.#offset = offset;
    this.#layout = layout;
  }

  flat(node: Node): Value {
    let value = this.w.knownValue(node) ?? this.#flat.get(node);
    if (value === undefined) {
      value = this.#computeFlat(node);
      this.#flat.set(node, value);
    }
    return value;
  }

  #computeFlat(node: Node): Value {
    if (sizeOf(node.shape) === 1)
      return this.at(
        node,
        node.shape.map(() => fixed(0)),
      );
    const place = this.w.placeOf(node);
    if (place !== null) {
      if (place.layout !== this.#layout) throw new NotFlat();
      return this.w.loadFlat(place, this.#offset, this.width);
    }
    const lowering = (node.op as Op).lowering;
    if (lowering.kind === "reshape") {
      const input = node.inputs[0] as Node;
      if (this.#layout !== "plain" && !sameShape(input.shape, node.shape)) throw new NotFlat();
      this.w.waitFor(node);
      return this.flat(input);
    }
    if (lowering.kind !== "pointwise") throw new NotFlat();
    const size = sizeOf(node.shape);
    return applyPointwise(
      this.w,
      node,
      (input) => {
        const fits =
          this.#layout === "plain"
            ? sizeOf(input.shape) === size
            : sameShape(input.shape, node.shape);
        if (!fits && sizeOf(input.shape) !== 1) throw new NotFlat();
        return this.flat(input);
      },
      {
        axis: () => {
          throw new NotFlat();
        },
        linear: () => {
          if (this.#layout !== "plain") throw new NotFlat();
          return this.w.indexValue(this.#offset, this.width);
        },
      },
    );
  }
}

function applyPointwise(
  w: KernelWriter,
  node: Node,
  input: (node: Node) => Value,
  index: ElementIndex<Value>,
): Value {
  const { lowering } = node.op as Op;
  if (lowering.kind !== "pointwise") throw new Error(`plan: ${node.op?.name} is not pointwise`);
  const value = lowering.expression(w.math, node.inputs.map(input), node.params, index);
  w.computed.add(node);
  return node.dtype === "uint8" && value.type.kind === "int"
    ? w.math.bitAnd(value, w.math.int(255))
    : value;
}

function indexKey(index: readonly AxisIndex[]): string {
  const text = ({ constant, terms }: Index): string =>
    `${constant}${terms.map(({ variable, factor }) => `+${factor}v${variable.id}`).join("")}`;
  return index
    .map((i) => ("each" in i ? `(${i.each.map(text).join("/")})` : `${text(i.base)}~${i.lane}`))
    .join();
}
