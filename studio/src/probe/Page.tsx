// The page Probe: one picture on the current network.
import { useEffect } from "preact/hooks";
import { titleOfClass } from "../dataset/titles.ts";
import type { RunView } from "../engine/run/types.ts";
import { useAnswer } from "../engine/useAnswer.ts";
import { countSetting } from "../location.ts";
import { say } from "../text.ts";
import { findRun, run, status, version } from "../train/store.ts";
import { Notice } from "../ui/controls.tsx";
import { ClassMap } from "./ClassMap.tsx";
import { Layers } from "./Layers.tsx";
import { isTraining, NoNetwork } from "./NoNetwork.tsx";
import { Picture } from "./Picture.tsx";
import "./probe.css";
import { Problem } from "../ui/Problem.tsx";
import { ownPicture } from "./store.ts";
import { Unit } from "./Unit.tsx";

const words = {
  title: { en: "Probe", zh: "探查" },
  lead: {
    en: "One picture on the network: what it takes it for, what every layer makes of it, how a single number comes about, and where it looked.",
    zh: "一幅图像经过网络：网络把它认作什么，每一层如何处理它，单个数值如何得出，以及网络看了哪里。",
  },
  random: {
    en: "This network has not been trained: its weights are random, and so are its answers.",
    zh: "这个网络尚未训练：权重是随机的，回答也是随机的。",
  },
  running: {
    en: "This network is being trained; the figures follow.",
    zh: "这个网络正在训练，图会随之变化。",
  },
  network: { en: "Network", zh: "网络" },
};

export default function Page() {
  useEffect(() => void findRun(), []);
  const view = run.value;
  return (
    <>
      <h1>{say(words.title)}</h1>
      <p class="lead">{say(words.lead)}</p>
      {view === null || isTraining.value ? <NoNetwork /> : <Probe view={view} />}
    </>
  );
}

function Probe({ view }: { readonly view: RunView }) {
  const index = countSetting("picture", 0, 0, Math.max(0, view.testImages - 1));
  const own = ownPicture.value;
  const [channels, height, width] = view.settings.inputShape;
  const isFitting = own !== null && own.pixels.length === channels * height * width;
  const pixels = isFitting ? own.pixels : null;
  // While it is trained, the network is asked anew every two seconds or so: maps of a class take their time.
  const asked = status.value === "running" ? Math.floor(version.value / 8) : version.value;
  const which = `${view.id} ${asked} ${status.value}`;
  const { value, error } = useAnswer(
    "probeLook",
    { pixels, index, version: which },
    `${which} ${pixels === null ? index : `own ${own?.number}`}`,
  );
  const names = view.classes.map((_, label) => titleOfClass(view, label));
  const isUntrained = status.value === "ready" && view.steps.length === 0;
  return (
    <>
      <p>{`${say(words.network)}: ${view.settings.title}`}</p>
      {isUntrained && <Notice>{say(words.random)}</Notice>}
      {status.value === "running" && <Notice>{say(words.running)}</Notice>}
      <Problem of={error} />
      <Picture view={view} look={value} names={names} />
      {value !== null && (
        <>
          <Layers look={value} />
          <Unit look={value} />
          <ClassMap look={value} names={names} />
        </>
      )}
    </>
  );
}
