// Computes something on the native backend, twice, and prints what came out and on which backend: what the tests of
// its surroundings run as a process of their own.
import { setBackend, Tensor } from "../../src/index.ts";

const { name } = setBackend("native", { threads: 2 });
const x = Tensor.from(Float32Array.from({ length: 1000 }, (_, i) => i));
const sum = await x.mul(2).sum().item();
// A second graph: its kernels are compiled when the first has been computed.
const largest = await x.add(1).amax().item();
console.log(JSON.stringify({ name, sum, largest }));
