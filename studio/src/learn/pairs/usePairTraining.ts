// Two networks that are trained side by side in the engine, and what their training has shown so far.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../../engine/client.ts";
import type { PairSettings } from "../../engine/compared/networks.ts";
import type { PairPoint } from "../../engine/compared/session.ts";
import type { PairProgress } from "../../engine/handlers/compared.ts";

export interface PairTraining {
  readonly points: readonly PairPoint[];
  /** Of the epochs that were asked for; null while nothing is trained. */
  readonly share: number | null;
  readonly isStopping: boolean;
  readonly error: Error | null;
  /** Another number whenever the networks have changed. */
  readonly version: number;
  readonly train: (epochs: number) => Promise<void>;
  readonly stop: () => void;
  readonly forget: () => Promise<void>;
}

/** Other settings begin with other networks. Training pauses while the page is hidden, and stops when it is left. */
export function usePairTraining(pair: PairSettings): PairTraining {
  const { difference } = pair;
  const key = JSON.stringify(pair);
  const [points, setPoints] = useState<readonly PairPoint[]>([]);
  const [share, setShare] = useState<number | null>(null);
  const [isStopping, setStopping] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [version, setVersion] = useState(0);
  /** The settings that are shown; "" once the page is left. */
  const shown = useRef(key);

  const show = (next: readonly PairPoint[]): void => {
    setPoints(next);
    setVersion((before) => before + 1);
  };
  useEffect(() => {
    shown.current = key;
    setShare(null);
    setStopping(false);
    setError(null);
    ask("pairPoints", { pair }).then(
      (known) => shown.current === key && show(known),
      (problem: Error) => shown.current === key && setError(problem),
    );
  }, [key]);
  useEffect(() => {
    const hold = (): void => void ask("pairHold", { difference, isHeld: document.hidden });
    document.addEventListener("visibilitychange", hold);
    return () => {
      document.removeEventListener("visibilitychange", hold);
      shown.current = "";
      void ask("pairStop", { difference });
    };
  }, []);

  const train = async (epochs: number): Promise<void> => {
    setShare(0);
    setError(null);
    const follow = ({ share: done, point }: PairProgress): void => {
      if (shown.current !== key) return;
      setShare(done);
      if (point !== null) {
        setPoints((before) => [...before, point]);
        setVersion((before) => before + 1);
      }
    };
    try {
      const all = await ask("pairTrain", { pair, epochs }, follow);
      if (shown.current === key) show(all);
    } catch (problem) {
      if (shown.current === key) setError(problem as Error);
    }
    if (shown.current !== key) return;
    setShare(null);
    setStopping(false);
  };
  const stop = (): void => {
    setStopping(true);
    void ask("pairStop", { difference });
  };
  const forget = async (): Promise<void> => {
    await ask("pairForget", { difference });
    if (shown.current === key) show([]);
  };
  return { points, share, isStopping, error, version, train, stop, forget };
}
