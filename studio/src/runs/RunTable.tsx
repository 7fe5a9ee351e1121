// The list of kept runs: open, rename, download, delete, and choose for comparison.

import { noPictures } from "../engine/data/types.ts";
import type { RunSummary } from "../engine/run/types.ts";
import { addressOf } from "../location.ts";
import { backendTitle } from "../machineText.ts";
import { formatCount, language, say } from "../text.ts";
import * as store from "../train/store.ts";
import { Button } from "../ui/controls.tsx";
import { DeleteButton } from "../ui/DeleteButton.tsx";
import { percent } from "../ui/numbers.ts";
import { deleteRun, download, openRun, renameRun } from "./kept.ts";

const words = {
  compare: { en: "Compare", zh: "比较" },
  title: { en: "Title", zh: "名称" },
  data: { en: "Pictures", zh: "图像数据" },
  epochs: { en: "Epochs", zh: "迭代周期" },
  accuracy: { en: "Test accuracy", zh: "测试准确率" },
  parameters: { en: "Parameters", zh: "参数" },
  backends: { en: "Computed by", zh: "计算后端" },
  date: { en: "Begun", zh: "开始时间" },
  actions: { en: "Actions", zh: "操作" },
  open: { en: "Open", zh: "打开" },
  isOpen: { en: "open now", zh: "已打开" },
  download: { en: "Download", zh: "下载" },
  remove: { en: "Delete", zh: "删除" },
  train: { en: "Train", zh: "训练" },
  probe: { en: "Probe", zh: "探查" },
};

export interface RunTableProps {
  readonly runs: readonly RunSummary[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (id: string, isChosen: boolean) => void;
}

export function RunTable({ runs, chosen, onChoose }: RunTableProps) {
  return (
    <div class="scroll">
      <table class="data runs">
        <thead>
          <tr>
            <th scope="col">{say(words.compare)}</th>
            <th scope="col">{say(words.title)}</th>
            <th scope="col">{say(words.data)}</th>
            <th scope="col">{say(words.epochs)}</th>
            <th scope="col">{say(words.accuracy)}</th>
            <th scope="col">{say(words.parameters)}</th>
            <th scope="col">{say(words.backends)}</th>
            <th scope="col">{say(words.date)}</th>
            <th scope="col">{say(words.actions)}</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Row key={run.id} run={run} isChosen={chosen.has(run.id)} onChoose={onChoose} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly run: RunSummary;
  readonly isChosen: boolean;
  readonly onChoose: RunTableProps["onChoose"];
}

function Row({ run, isChosen, onChoose }: RowProps) {
  const { id, settings, epochs, parameters, backends = [], createdAt } = run;
  const accuracy = epochs.at(-1)?.testAccuracy;
  const date = new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", {
    dateStyle: "short",
    timeStyle: "short",
  }).format(createdAt);
  const isCurrent = store.run.value?.id === id;
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`${say(words.compare)}: ${settings.title}`}
          checked={isChosen}
          onChange={({ currentTarget }) => onChoose(id, currentTarget.checked)}
        />
      </td>
      <td>
        <input
          class="run-title"
          aria-label={say(words.title)}
          value={settings.title}
          maxLength={80}
          onChange={({ currentTarget }) => {
            const title = currentTarget.value.trim();
            if (title === "") currentTarget.value = settings.title;
            else void renameRun(id, title);
          }}
        />
      </td>
      <td>{settings.dataset === noPictures ? "–" : settings.dataset}</td>
      <td>{epochs.at(-1)?.epoch ?? 0}</td>
      <td>{percent(accuracy)}</td>
      <td>{formatCount.value(parameters)}</td>
      <td>{backends.map(backendTitle).join(", ") || "–"}</td>
      <td>{date}</td>
      <td class="run-actions">
        {isCurrent ? (
          <span>
            {say(words.isOpen)}: <a href={addressOf("train")}>{say(words.train)}</a>{" "}
            <a href={addressOf("probe")}>{say(words.probe)}</a>
          </span>
        ) : (
          <Button label={`${say(words.open)}: ${settings.title}`} onClick={() => void openRun(id)}>
            {say(words.open)}
          </Button>
        )}
        <Button
          label={`${say(words.download)}: ${settings.title}`}
          onClick={() => void download(id)}
        >
          {say(words.download)}
        </Button>
        <DeleteButton
          text={say(words.remove)}
          label={`${say(words.remove)}: ${settings.title}`}
          onDelete={() => void deleteRun(id)}
        />
      </td>
    </tr>
  );
}
