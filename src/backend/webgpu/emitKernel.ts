// Prints one kernel as a WGSL compute shader: an invocation computes a chunk, or a workgroup the tile of a contraction. A kernel sees two buffers, the heap with all
// tensors and the arena with all temporaries, and a table that says where in them its own begin; so there is no limit on how
// many tensors it reads, and in-place updates are nothing special. Names are numbered as they come, and where a kernel begins in
// its buffers is the table's to say: kernels that do the same print the same text, and are compiled once.
import type { Kernel, Statement } from "../../kernel/ir.ts";
import { contractionIn, membersOf, sharedBytesOf, statementsWithin } from "../../kernel/walk.ts";
import { declareShared, printContraction } from "./emitContraction.ts";
import { wgslIndex, wgslType, wgslValue } from "./emitValue.ts";
import type { WorkgroupNeeds } from "./limits.ts";
import { KernelNames, type Space } from "./names.ts";
import { groupSize, preambleFor } from "./preamble.ts";

const spaces: readonly Space[] = ["heap", "arena"];

/** Numbers of the table before the places of the buffers: chunks, the bits of NaN and of infinity, and 0. */
export const tableHead = 4;

export interface PrintedKernel {
  readonly code: string;
  /** For each buffer the element from which its addresses are counted: the table says where that lies. */
  readonly starts: readonly number[];
}

/** @param spacesOf where each of the kernel's buffers lies */
export function printKernel(kernel: Kernel, spacesOf: readonly Space[]): PrintedKernel {
  const atomic = new Set<Space>();
  // Bytes of one word may be written by several invocations.
  for (const statement of statementsWithin(kernel.body)) {
    if (statement.op === "store" && statement.buffer.element === "uint8")
      atomic.add(spacesOf[kernel.buffers.indexOf(statement.buffer)] as Space);
  }
  const rows = Math.ceil((tableHead + kernel.buffers.length) / 4);
  const names = new KernelNames(kernel, spacesOf, atomic);
  const lines: string[] = [];
  const contraction = contractionIn(kernel);
  const number = "(group.y * groups.x + group.x)";
  kernel.buffers.forEach((_, i) => {
    const at = tableHead + i;
    lines.push(`  let b${i} = launch[${at >> 2}].${"xyzw"[at & 3]};`);
  });
  printStatements(kernel.body, names, lines);
  const declared = spaces.map((space, i) => {
    const element = atomic.has(space) ? "atomic<u32>" : "u32";
    return `@group(0) @binding(${i}) var<storage, read_write> ${space}: array<${element}>;`;
  });
  const helpers = [...atomic].map(byteStore).join("");
  const shared = contraction === null ? "" : declareShared(contraction);
  const main = `${helpers}${shared}
@compute @workgroup_size(${contraction === null ? groupSize : membersOf(contraction.tile)})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) member: u32,
) {
  let chunk = ${contraction === null ? `${number} * ${groupSize}u + member` : number};
  if (chunk >= launch[0].x) { return; }
  let n0 = i32(chunk);
${lines.join("\n")}
}
`;
  const enabled = contraction?.operands === "float16" ? "enable f16;\n" : "";
  const code = `${enabled}${declared.join("\n")}
@group(0) @binding(2) var<uniform> launch: array<vec4<u32>, ${rows}>;
${preambleFor(main)}${main}`;
  return { code, starts: names.starts };
}

/** What a workgroup of this kernel needs, and the chunks that it computes. */
export function workgroupOf(kernel: Kernel): WorkgroupNeeds & { readonly chunks: number } {
  const contraction = contractionIn(kernel);
  if (contraction === null) return { invocations: groupSize, bytes: 0, chunks: groupSize };
  const { tile, operands } = contraction;
  return { invocations: membersOf(tile), bytes: sharedBytesOf(tile, operands), chunks: 1 };
}

/** Writes a byte of a word, and leaves the others as they are. */
function byteStore(space: Space): string {
  return `
fn store_byte_${space}(address: u32, value: i32) {
  let shift = (address & 3u) * 8u;
  atomicAnd(&${space}[address >> 2u], ~(0xffu << shift));
  atomicOr(&${space}[address >> 2u], (u32(value) & 0xffu) << shift);
}
`;
}

function printStatements(
  statements: readonly Statement[],
  names: KernelNames,
  lines: string[],
): void {
  for (const statement of statements) {
    const { indent } = names;
    switch (statement.op) {
      case "let": {
        const { local, value } = statement;
        const expression = wgslValue(names, value);
        const word = names.changes(local) ? "var" : "let";
        lines.push(
          `${indent}${word} ${names.bind(local)}: ${wgslType(local.type)} = ${expression};`,
        );
        break;
      }
      case "set":
        lines.push(
          `${indent}${names.local(statement.local)} = ${wgslValue(names, statement.value)};`,
        );
        break;
      case "store":
        lines.push(`${indent}${printStore(names, statement)}`);
        break;
      case "letIndex": {
        const expression = wgslValue(names, statement.value);
        lines.push(`${indent}let ${names.bind(statement.variable)}: i32 = ${expression};`);
        break;
      }
      case "if":
        lines.push(`${indent}if (${wgslValue(names, statement.condition)}) {`);
        names.inBlock(() => printStatements(statement.body, names, lines));
        lines.push(`${indent}}`);
        break;
      case "for": {
        const { variable, from, to, limit, step, body } = statement;
        const [start, end] = [wgslIndex(names, from), wgslIndex(names, to)];
        const i = names.bind(variable);
        lines.push(
          `${indent}let e${i}: i32 = ${limit === undefined ? end : `min(${end}, ${limit}i)`};`,
          `${indent}for (var ${i}: i32 = ${start}; ${i} < e${i}; ${i} += ${step}i) {`,
        );
        names.inBlock(() => printStatements(body, names, lines));
        lines.push(`${indent}}`);
        break;
      }
      case "contract":
        printContraction(statement, {
          names,
          lines,
          print: (inner) => printStatements(inner, names, lines),
        });
        break;
      default:
        statement satisfies never;
    }
  }
}

function printStore(names: KernelNames, statement: Statement & { op: "store" }): string {
  const { buffer, index, value } = statement;
  const address = names.address(buffer, index);
  const expression = wgslValue(names, value);
  if (buffer.element === "uint8")
    return `store_byte_${names.spaceOf(buffer)}(${address}, i32(${expression}));`;
  return names.assign(buffer, address, `bitcast<u32>(${expression})`);
}
