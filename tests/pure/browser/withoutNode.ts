// Loads the library as a browser does: with no modules of Node's to import, no `process` and no `Buffer`. Then reads a
// PNG file and computes.
import { registerHooks } from "node:module";

const { log } = console;
const notes: string[] = [];
console.info = (text: string) => void notes.push(text);
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith("node:")) return next(specifier, context);
    throw new Error(`${context.parentURL} imports ${specifier}`);
  },
});
Reflect.deleteProperty(globalThis, "process");
Reflect.deleteProperty(globalThis, "Buffer");
Reflect.deleteProperty(globalThis, "setImmediate");

const { data, interop, setBackend, Tensor } = await import("../../../src/index.ts");
setBackend("wasm", { threads: 2 });
const pixels = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
const file = interop.encodePng({ width: 2, height: 2, channels: 3, data: pixels });
const picture = await data.decodePicture(file);
const refusal = (() => {
  try {
    return interop.decodePng(file);
  } catch (error) {
    return (error as Error).message;
  }
})();
const doubled = await Tensor.from([1, 2, 3]).mul(2).data();
log(
  JSON.stringify({
    file: [...file],
    picture: [...picture.data],
    refusal,
    doubled: [...doubled],
    notes,
  }),
);
