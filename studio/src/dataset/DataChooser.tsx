// Which pictures are learned from.
import { say } from "../text.ts";
import { Choice } from "../ui/controls.tsx";

const words = {
  data: { en: "Pictures", zh: "图像数据" },
  sample: { en: "Fashion-MNIST, sample of 1,500", zh: "Fashion-MNIST，1,500 幅样本" },
};

export interface DataChooserProps {
  /** The id of a data set. */
  readonly value: string;
  readonly onChange: (id: string) => void;
}

export function DataChooser({ value, onChange }: DataChooserProps) {
  return (
    <Choice
      label={say(words.data)}
      value={value}
      options={[{ value: "sample", label: say(words.sample) }]}
      onChange={onChange}
    />
  );
}
