// Light or dark: as the system has it, unless chosen here.
import { effect } from "@preact/signals";
import { stored } from "../stored.ts";

const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export const theme = stored<Theme>("theme", "system", (value) => themes.includes(value as Theme));

effect(() => {
  const { dataset } = document.documentElement;
  if (theme.value === "system") delete dataset.theme;
  else dataset.theme = theme.value;
});
