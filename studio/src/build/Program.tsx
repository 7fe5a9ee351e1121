// The program that trains this network, to be copied.
import { useState } from "preact/hooks";
import type { InputShape } from "../engine/run/types.ts";
import { say } from "../text.ts";
import { settings } from "../train/settings.ts";
import { Button } from "../ui/controls.tsx";
import { Panel } from "../ui/Panel.tsx";
import { programOf } from "./program.ts";

const words = {
  title: { en: "The program", zh: "程序" },
  about: {
    en: "What you would write in TypeScript to train this network as the page Train does.",
    zh: "用 TypeScript 像“训练”页那样训练这个网络时要写的程序。",
  },
  copy: { en: "Copy", zh: "复制" },
  copied: { en: "Copied", zh: "已复制" },
  failed: {
    en: "The browser does not allow copying: select the text.",
    zh: "浏览器不允许复制，请选中文本。",
  },
};

export interface ProgramProps {
  /** The text of the network alone. */
  readonly network: string;
  readonly inputShape: InputShape;
}

export function Program({ network, inputShape }: ProgramProps) {
  const program = programOf({ ...settings.value, network, inputShape });
  const [copied, setCopied] = useState<string | null>(null);
  const [isRefused, setRefused] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(program);
      setCopied(program);
    } catch {
      setRefused(true);
    }
  };
  return (
    <Panel title={say(words.title)} caption={say(isRefused ? words.failed : words.about)}>
      <div class="program">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
        <pre tabIndex={0}>
          <code>{program}</code>
        </pre>
        <Button onClick={() => void copy()}>
          {say(copied === program ? words.copied : words.copy)}
        </Button>
      </div>
    </Panel>
  );
}
