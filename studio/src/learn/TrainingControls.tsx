// What a chapter's training is begun, ended and forgotten with, and how far it is.
import { changeSettings } from "../location.ts";
import { say, type Text } from "../text.ts";
import { Button, Slider } from "../ui/controls.tsx";

const words = {
  stop: { en: "Stop", zh: "停止" },
  forget: { en: "Forget all", zh: "全部遗忘" },
  epochs: { en: "Epochs", zh: "迭代周期" },
  progress: { en: "Progress", zh: "进度" },
};

/** Said of a network that has not learned anything. */
export const untrained: Text = { en: "Untrained so far.", zh: "尚未训练。" };

export interface TrainingControlsProps {
  /** What the button says that begins it. */
  readonly begin: Text;
  readonly epochs: number;
  readonly mostEpochs: number;
  /** Of the epochs that were asked for; null while nothing is trained. */
  readonly share: number | null;
  readonly isStopping?: boolean;
  /** Is there something to forget? */
  readonly hasLearned: boolean;
  readonly onTrain: () => void;
  readonly onStop: () => void;
  readonly onForget: () => void;
}

export function TrainingControls(props: TrainingControlsProps) {
  const { begin, epochs, mostEpochs, share, isStopping = false, hasLearned } = props;
  return (
    <div class="controls whole-row">
      {share === null ? (
        <Button kind="primary" onClick={props.onTrain}>
          {say(begin)}
        </Button>
      ) : (
        <Button kind="primary" disabled={isStopping} onClick={props.onStop}>
          {say(words.stop)}
        </Button>
      )}
      <Slider
        label={say(words.epochs)}
        value={epochs}
        min={1}
        max={mostEpochs}
        onChange={(count) => changeSettings({ epochs: count })}
      />
      <Button disabled={share !== null || !hasLearned} onClick={props.onForget}>
        {say(words.forget)}
      </Button>
      <progress aria-label={say(words.progress)} max={1} value={share ?? 0} />
    </div>
  );
}
