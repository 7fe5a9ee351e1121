// Deleting, asked about in place.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { say } from "../text.ts";
import { Button } from "./controls.tsx";

const words = {
  sure: { en: "Delete for good", zh: "确认删除" },
  keep: { en: "Keep", zh: "保留" },
};

export interface DeleteButtonProps {
  /** What the button says. */
  readonly text: string;
  /** What screen readers say of it, where that is more. */
  readonly label?: string;
  readonly onDelete: () => void;
}

/** The keyboard's focus goes to the harmless answer, and back to the button. */
export function DeleteButton({ text, label, onDelete }: DeleteButtonProps) {
  const [isAsking, ask] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const shown = useRef(isAsking);
  useLayoutEffect(() => {
    if (shown.current !== isAsking) box.current?.querySelector("button")?.focus();
    shown.current = isAsking;
  }, [isAsking]);
  return (
    <div class="delete" ref={box}>
      {isAsking ? (
        <>
          <Button key="keep" onClick={() => ask(false)}>
            {say(words.keep)}
          </Button>
          <Button
            key="sure"
            onClick={() => {
              ask(false);
              onDelete();
            }}
          >
            {say(words.sure)}
          </Button>
        </>
      ) : (
        <Button key="delete" {...(label === undefined ? {} : { label })} onClick={() => ask(true)}>
          {text}
        </Button>
      )}
    </div>
  );
}
