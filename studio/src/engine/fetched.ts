// What is said where the server does not give what was asked of it.
import type { Text } from "../text.ts";
import { StudioError } from "./studioError.ts";

/** @param why a status, or the browser's words */
export function unfetched(what: Text, why: string): StudioError {
  return new StudioError({
    en: `${what.en} could not be fetched: ${why}`,
    zh: `无法获取${what.zh}：${why}`,
  });
}
