// An answer of the engine that follows its question.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "./client.ts";
import type { Input, Output, RequestName } from "./protocol.ts";

export interface Answer<Value> {
  /** The latest answer; it stays until the next one comes, so that nothing jumps. */
  readonly value: Value | null;
  readonly error: Error | null;
  readonly isPending: boolean;
}

/**
 * Asks the engine whenever the input changes. While an answer is on its way, only the latest of the inputs that follow is
 * kept: a slider that moves fast never builds a queue.
 * @param input plain data; null asks nothing
 * @param key   the same as long as the input is: to be given where inputs are too large to be compared at each rendering
 */
export function useAnswer<Name extends RequestName>(
  name: Name,
  input: Input<Name> | null,
  key: string = keyOf(input),
): Answer<Output<Name>> {
  type Value = Output<Name>;
  const [answer, setAnswer] = useState<Answer<Value>>({
    value: null,
    error: null,
    isPending: true,
  });
  const state = useRef({ isBusy: false, isGone: false, next: null as Input<Name> | null });
  useEffect(() => {
    if (input === null) return;
    const own = state.current;
    own.next = input;
    if (own.isBusy) return;
    own.isBusy = true;
    void (async () => {
      while (own.next !== null && !own.isGone) {
        const asked = own.next;
        own.next = null;
        setAnswer((before) => ({ ...before, isPending: true }));
        try {
          const value = await ask(name, asked);
          if (!own.isGone) setAnswer({ value, error: null, isPending: own.next !== null });
        } catch (error) {
          if (!own.isGone)
            setAnswer((before) => ({ ...before, error: error as Error, isPending: false }));
        }
      }
      own.isBusy = false;
    })();
  }, [name, key]);
  useEffect(() => {
    const own = state.current;
    own.isGone = false;
    return () => {
      own.isGone = true;
    };
  }, []);
  return answer;
}

/** Equal for inputs of equal content. */
function keyOf(input: unknown): string {
  return JSON.stringify(input, (_, value) =>
    ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value,
  );
}
