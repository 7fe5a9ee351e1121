import { useEffect, useRef } from "preact/hooks";

/** Does something again and again while `isRunning`, with a pause between; the next one waits for a promise. */
export function useRepeat(
  isRunning: boolean,
  pauseMs: number,
  act: () => void | Promise<void>,
): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (!isRunning) return;
    let isOver = false;
    let timer = 0;
    const next = async (): Promise<void> => {
      await latest.current();
      if (!isOver) timer = setTimeout(next, pauseMs) as unknown as number;
    };
    timer = setTimeout(next, pauseMs) as unknown as number;
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isRunning, pauseMs]);
}
