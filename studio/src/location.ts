// The address of the page: `#/learn/padding?size=8&stride=2`. The part behind the hash works on any web server, and from
// a file; it holds the page and its settings, so that a copied address shows the same to another person.
import { computed, signal } from "@preact/signals";

interface Place {
  readonly path: string;
  readonly settings: URLSearchParams;
}

function parse(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { path: decodeURIComponent(path), settings: new URLSearchParams(query) };
}

const place = signal(parse(location.hash));
addEventListener("hashchange", () => {
  place.value = parse(location.hash);
});

/** The page that is shown: `learn/padding`. */
export const path = computed(() => place.value.path);

/** The address of a page, for links. */
export function addressOf(to: string, settings: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(settings).toString();
  return `#/${to}${query === "" ? "" : `?${query}`}`;
}

/** A setting of the page from the address, or its default. */
export function setting(name: string, initial: string): string {
  return place.value.settings.get(name) ?? initial;
}

/** A whole number within bounds from the address; anything else is the default. */
export function countSetting(name: string, initial: number, min: number, max: number): number {
  const value = Number(setting(name, String(initial)));
  return Number.isInteger(value) && value >= min && value <= max ? value : initial;
}

/** Changes settings of the page in the address, without a new entry in the history. */
export function changeSettings(changes: Readonly<Record<string, string | number | null>>): void {
  const settings = new URLSearchParams(place.value.settings);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) settings.delete(name);
    else settings.set(name, String(value));
  }
  const address = addressOf(place.value.path, Object.fromEntries(settings));
  history.replaceState(null, "", address);
  place.value = parse(address);
}
