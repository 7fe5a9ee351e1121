// Words in the languages of the studio. Every text that people read is a pair, so that none can be forgotten.
import { computed, signal } from "@preact/signals";
import { stored } from "./stored.ts";

export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];

/** A text in both languages. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

function preferred(): Language {
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

/** The language in use; kept for the next visit. */
export const language = stored<Language>("language", preferred(), (value) =>
  languages.includes(value as Language),
);

/** A text in the language in use. Read inside a component, it follows the language. */
export function say({ en, zh }: Text): string {
  return language.value === "zh" ? zh : en;
}

/** Numbers as people of the language write them: 61,706. */
export const formatCount = computed(() => {
  const format = new Intl.NumberFormat(language.value === "zh" ? "zh-CN" : "en-US");
  return (value: number): string => format.format(value);
});

/** What is announced to screen readers. */
export const announcement = signal("");
