// Small settings that last: signals whose value is kept in the browser's storage where there is one.
import { effect, type Signal, signal } from "@preact/signals";

/** A signal that begins with the value kept under a name, if that is valid, and keeps every new one. */
export function stored<Value extends string>(
  name: string,
  initial: Value,
  isValid: (value: string) => boolean,
): Signal<Value> {
  const key = `fovea.${name}`;
  const kept = read(key);
  const state = signal(kept !== null && isValid(kept) ? (kept as Value) : initial);
  effect(() => write(key, state.value));
  return state;
}

// Storage may be forbidden (private windows, policies): then settings last as long as the page.

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // As above.
  }
}
