// The frame around every page: the menu, language and theme, and what the engine runs on.
import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import { engineNumber } from "./engine/client.ts";
import { useAnswer } from "./engine/useAnswer.ts";
import { addressOf, path } from "./location.ts";
import { machineText } from "./machineText.ts";
import { mainPages, type Route, routes } from "./routes.ts";
import { WatchNote } from "./runs/watch/WatchNote.tsx";
import { announcement, language, say } from "./text.ts";
import { LostGpu } from "./train/LostGpu.tsx";
import { Button, Choice, Notice } from "./ui/controls.tsx";
import { Problem } from "./ui/Problem.tsx";
import { type Theme, theme } from "./ui/theme.ts";

const words = {
  skip: { en: "Skip to content", zh: "跳到内容" },
  menu: { en: "Pages", zh: "页面" },
  language: { en: "Language", zh: "语言" },
  theme: { en: "Theme", zh: "主题" },
  system: { en: "As the system", zh: "跟随系统" },
  light: { en: "Light", zh: "浅色" },
  dark: { en: "Dark", zh: "深色" },
  lost: { en: "There is no such page.", zh: "没有这个页面。" },
  home: { en: "To the contents", zh: "回到目录" },
  failed: { en: "This page stopped with an error.", zh: "此页面因错误而停止。" },
  again: { en: "Try again", zh: "重试" },
  oneThread: {
    en: "One thread: this page may not share memory with workers, because its server sends no isolation headers. All works, more slowly.",
    zh: "单线程：服务器没有发送隔离标头，此页面不能与工作线程共享内存。一切功能可用，只是较慢。",
  },
};

export function App() {
  useEffect(() => {
    document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
  }, [language.value]);
  return (
    <>
      <button
        type="button"
        class="skip"
        onClick={() => document.getElementById("content")?.focus()}
      >
        {say(words.skip)}
      </button>
      <Header />
      <WatchNote />
      <LostGpu />
      <main id="content" tabIndex={-1}>
        <CurrentPage />
      </main>
      <EngineLine />
      <div class="visually-hidden" role="status">
        {announcement.value}
      </div>
    </>
  );
}

function Header() {
  const here = path.value;
  const themes = (["system", "light", "dark"] as const).map((value) => ({
    value,
    label: say(words[value]),
  }));
  return (
    <header class="site">
      <a class="brand" href={addressOf("learn")}>
        Fovea
      </a>
      <nav aria-label={say(words.menu)}>
        {mainPages.map(({ path: to, title }) => (
          <a
            key={to}
            href={addressOf(to)}
            aria-current={here === to || here.startsWith(`${to}/`) ? "page" : undefined}
          >
            {say(title)}
          </a>
        ))}
      </nav>
      <div class="site-settings">
        <Choice
          label={say(words.language)}
          value={language.value}
          options={[
            { value: "en", label: "English" },
            { value: "zh", label: "中文" },
          ]}
          onChange={(value) => {
            language.value = value;
          }}
        />
        <Choice<Theme>
          label={say(words.theme)}
          value={theme.value}
          options={themes}
          onChange={(value) => {
            theme.value = value;
          }}
        />
      </div>
    </header>
  );
}

function CurrentPage() {
  const here = path.value === "" ? "learn" : path.value;
  const route = routes.find((each) => each.path === here);
  if (route === undefined) {
    return (
      <>
        <Notice kind="problem">{say(words.lost)}</Notice>
        <p>
          <a href={addressOf("learn")}>{say(words.home)}</a>
        </p>
      </>
    );
  }
  return <Loaded key={route.path} route={route} />;
}

function Loaded({ route }: { readonly route: Route }) {
  const page = useSignal<{ readonly Page: ComponentType } | null>(null);
  const [error, retry] = useErrorBoundary();
  const loadError = useSignal<Error | null>(null);
  useEffect(() => {
    document.title = `${say(route.title)} · Fovea`;
  }, [route, language.value]);
  useEffect(() => {
    route.load().then(
      ({ default: Page }) => {
        page.value = { Page };
        scrollTo(0, 0);
      },
      (cause: Error) => {
        loadError.value = cause;
      },
    );
  }, [route]);
  const problem = (error as Error | undefined) ?? loadError.value;
  if (problem) {
    return (
      <Notice kind="problem">
        <p>{say(words.failed)}</p>
        <pre>{problem.message}</pre>
        <Button onClick={retry}>{say(words.again)}</Button>
      </Notice>
    );
  }
  const Page = page.value?.Page;
  return Page === undefined ? <div class="page-space" aria-busy="true" /> : <Page />;
}

/** What computes, at the foot of every page. */
function EngineLine() {
  const { value, error } = useAnswer("machine", { engine: engineNumber.value });
  if (error !== null) return <Problem of={error} />;
  if (value === null) return <footer class="site" aria-busy="true" />;
  const { gpu, isIsolated } = value;
  return (
    <footer class="site">
      <span>{machineText(value)}</span>
      {gpu === null && !isIsolated && <span class="warning">{say(words.oneThread)}</span>}
    </footer>
  );
}
