// A map of what a class hangs on, with how far it is. A new question ends the one before.
import { useEffect, useState } from "preact/hooks";
import { ask } from "../engine/client.ts";
import type { MapInput } from "../engine/handlers/probe.ts";
import type { ProbeMap } from "../engine/probe/types.ts";

export interface ClassMapAnswer {
  /** The latest; it stays until the next one is there. */
  readonly map: ProbeMap | null;
  /** Share that is done; null when nothing is under way. */
  readonly share: number | null;
  readonly error: Error | null;
}

export function useClassMap(input: MapInput): ClassMapAnswer {
  const [answer, setAnswer] = useState<ClassMapAnswer>({ map: null, share: null, error: null });
  const key = JSON.stringify(input);
  useEffect(() => {
    let isOver = false;
    const change = (changes: Partial<ClassMapAnswer>): void => {
      if (!isOver) setAnswer((before) => ({ ...before, ...changes }));
    };
    change({ share: 0, error: null });
    ask("probeMap", input, ({ done, total }) => change({ share: done / total })).then(
      (map) => change(map === null ? { share: null } : { map, share: null }),
      (error: Error) => change({ error, share: null }),
    );
    return () => {
      isOver = true;
    };
  }, [key]);
  return answer;
}
