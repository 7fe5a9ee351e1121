// The page Train: settings, the training itself, and what can be seen of it while it runs.
import { useEffect } from "preact/hooks";
import { addressOf } from "../location.ts";
import { say } from "../text.ts";
import { Notice } from "../ui/controls.tsx";
import { Controls } from "./Controls.tsx";
import { Curves } from "./Curves.tsx";
import { Health } from "./Health.tsx";
import { Looks } from "./Looks.tsx";
import { Mistakes } from "./Mistakes.tsx";
import { SettingsForm } from "./SettingsForm.tsx";
import { adopt } from "./settings.ts";
import { findRun, run } from "./store.ts";
import "./train.css";

const words = {
  title: { en: "Train", zh: "训练" },
  lead: {
    en: "Choose a network and pictures, and watch it learn. All is computed in this browser; nothing leaves it.",
    zh: "选择网络和图像，观察它如何学习。一切都在此浏览器中计算，不会发送到任何地方。",
  },
  gone: {
    en: "The pictures that this network was trained on are not here. It can be looked at with others:",
    zh: "这里没有此网络的训练图像。可以用其他图像查看它：",
  },
  probe: { en: "Probe", zh: "探查" },
};

export default function Page() {
  useEffect(() => {
    void findRun().then(() => {
      if (run.value !== null) adopt(run.value.settings);
    });
  }, []);
  return (
    <>
      <h1>{say(words.title)}</h1>
      <p class="lead">{say(words.lead)}</p>
      <SettingsForm />
      <Controls />
      <Curves />
      {run.value?.testImages === 0 ? (
        <Notice>
          {say(words.gone)} <a href={addressOf("probe")}>{say(words.probe)}</a>
        </Notice>
      ) : (
        <>
          <Looks />
          <Health />
          <Mistakes />
        </>
      )}
    </>
  );
}
