/** Something that `fovea doctor` tells. */
export interface Finding {
  readonly name: string;
  readonly value: string;
  /** Good, bad, or neither. */
  readonly isGood?: boolean;
}
