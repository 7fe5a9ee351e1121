// Errors of the studio itself, in the words of both languages.
import { FoveaError } from "../../../src/index.ts";
import { same } from "../problem.ts";
import type { Language, Text } from "../text.ts";

export interface StudioErrorDetails {
  /** Names with their values. */
  readonly facts?: readonly (readonly [name: Text, value: Text | string])[];
  /** One likely fix. */
  readonly hint?: Text;
  readonly cause?: unknown;
}

/** What the engine refuses to do; its message is the English text. */
export class StudioError extends FoveaError {
  readonly text: Text;

  constructor(headline: Text, details: StudioErrorDetails = {}) {
    const { hint, cause } = details;
    super(headline.en, {
      facts: factsIn("en", details),
      ...(hint === undefined ? {} : { hint: hint.en }),
      cause,
    });
    const facts = factsIn("zh", details);
    if (hint !== undefined) facts.push({ name: "建议", value: hint.zh });
    this.text = { en: this.message, zh: new FoveaError(headline.zh, { facts }).message };
  }
}

function factsIn(language: Language, { facts = [] }: StudioErrorDetails) {
  return facts.map(([name, value]) => ({
    name: name[language],
    value: (typeof value === "string" ? same(value) : value)[language],
  }));
}
