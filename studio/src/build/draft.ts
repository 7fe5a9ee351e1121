// The network as it is being written: every keystroke is here at once, and in the address a moment later. What was there
// before can be brought back.
import { batch, computed, effect, signal } from "@preact/signals";
import type { InputShape } from "../engine/run/types.ts";
import { changeNetwork, network } from "../workbench.ts";

interface Version {
  readonly text: string;
  readonly inputShape: InputShape;
}

const pauseMs = 400;
const mostVersions = 200;

const { text: firstText, inputShape: firstShape } = network.value;
export const text = signal(firstText);
export const inputShape = signal<InputShape>(firstShape);

const past = signal<readonly Version[]>([]);
const future = signal<readonly Version[]>([]);
export const canUndo = computed(() => past.value.length > 0);
export const canRedo = computed(() => future.value.length > 0);

/** What stands in the address. */
let kept: Version = { text: firstText, inputShape: firstShape };
let timer = 0;

function isSame(a: Version, b: Version): boolean {
  return a.text === b.text && a.inputShape.join() === b.inputShape.join();
}

function now(): Version {
  return { text: text.peek(), inputShape: inputShape.peek() };
}

/** Makes what is written a version of its own. */
export function commit(): void {
  clearTimeout(timer);
  const next = now();
  if (isSame(next, kept)) return;
  batch(() => {
    past.value = [...past.peek(), kept].slice(-mostVersions);
    future.value = [];
  });
  keep(next);
}

function keep(version: Version): void {
  kept = version;
  changeNetwork(version);
}

/** What is typed; a pause makes it a version. */
export function type(typed: string): void {
  text.value = typed;
  clearTimeout(timer);
  timer = setTimeout(commit, pauseMs) as unknown as number;
}

/** A change in one go. */
export function replace(change: Partial<Version>): void {
  commit();
  batch(() => {
    if (change.text !== undefined) text.value = change.text;
    if (change.inputShape !== undefined) inputShape.value = change.inputShape;
  });
  commit();
}

function go(from: typeof past, to: typeof future): void {
  commit();
  const version = from.peek().at(-1);
  if (version === undefined) return;
  batch(() => {
    to.value = [...to.peek(), kept];
    from.value = from.peek().slice(0, -1);
    text.value = version.text;
    inputShape.value = version.inputShape;
  });
  keep(version);
}

export const undo = (): void => go(past, future);
export const redo = (): void => go(future, past);

// Whoever leaves right after typing finds all of it again.
addEventListener("pagehide", commit);

// Another address, or another preset on another page, is another network.
effect(() => {
  const { text: given, inputShape: shape } = network.value;
  const next = { text: given, inputShape: shape };
  if (isSame(next, kept)) return;
  batch(() => {
    past.value = [...past.peek(), kept].slice(-mostVersions);
    future.value = [];
    text.value = given;
    inputShape.value = shape;
  });
  kept = next;
});
