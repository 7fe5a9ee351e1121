// Waiting in Node: Dawn's promises are looked after once in each turn of the event loop, turn after turn without a pause. While
// kernels are compiled, that would take a core from the compiler.
const napMs = 1;

let waiting = 0;
let isNapping = false;

/** Until the promise is settled, this thread sleeps for a moment in each turn. */
export function napUntil(promise: Promise<unknown>): void {
  const end = (): void => {
    waiting--;
  };
  promise.then(end, end);
  waiting++;
  if (isNapping) return;
  isNapping = true;
  nap(new Int32Array(new SharedArrayBuffer(4)));
}

function nap(cell: Int32Array): void {
  setImmediate(() => {
    isNapping = waiting > 0;
    if (!isNapping) return;
    Atomics.wait(cell, 0, 0, napMs);
    nap(cell);
  });
}
