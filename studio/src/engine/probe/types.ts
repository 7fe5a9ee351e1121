// What the page and the engine say to each other about a picture on a network: plain data.

/** A rectangle of the picture, in pixels; it may reach into the padding. */
export interface PictureBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a layer's outputs see of the picture; pairs are `[vertical, horizontal]`. */
export interface SeenWindow {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly offset: readonly [number, number];
}

/** A layer as the page lists it. */
export interface ProbeLayer {
  readonly path: string;
  readonly type: string;
  /** Its type and options: `Conv2d 1 -> 6, kernel 5x5`. */
  readonly text: string;
  /** Of the output, without the batch. */
  readonly shape: readonly number[];
  /** Largest magnitude of its output. */
  readonly most: number;
  readonly field: SeenWindow | null;
  /** May Grad-CAM look at it: maps of a convolution or a block. */
  readonly hasMaps: boolean;
}

/** Rows of numbers. */
export type Rows = readonly (readonly number[])[];

/** The window of one input channel under a kernel. */
export interface WeighedWindow {
  readonly channel: number;
  readonly inputs: Rows;
  readonly weights: Rows;
  /** False where the window reaches into the padding. */
  readonly isInside: readonly (readonly boolean[])[];
  /** Of the products. */
  readonly sum: number;
}

export interface LinearTerm {
  readonly feature: number;
  readonly input: number;
  readonly weight: number;
}

export interface BlockPart {
  readonly path: string;
  readonly type: string;
  readonly shape: readonly number[];
  /** At the same unit; null where the part has no such unit. */
  readonly value: number | null;
}

/** How one number comes about. `result` is worked out here, number by number; the layer's own output must agree. */
export type Arithmetic =
  | {
      readonly kind: "convolution";
      readonly windows: readonly WeighedWindow[];
      readonly bias: number | null;
      readonly result: number;
    }
  | {
      readonly kind: "pool";
      readonly how: "max" | "average";
      readonly inputs: Rows;
      readonly isInside: readonly (readonly boolean[])[];
      /** Row and column of the largest; null for averages. */
      readonly winner: readonly [number, number] | null;
      /** Of averages. */
      readonly divisor: number;
      readonly result: number;
    }
  | {
      readonly kind: "linear";
      /** The terms of the largest products. */
      readonly terms: readonly LinearTerm[];
      readonly otherTerms: number;
      readonly otherSum: number;
      readonly bias: number | null;
      readonly result: number;
    }
  | {
      readonly kind: "normalization";
      readonly input: number;
      readonly mean: number;
      readonly variance: number;
      readonly eps: number;
      readonly weight: number;
      readonly bias: number;
      readonly result: number;
    }
  | {
      readonly kind: "activation";
      readonly input: number;
      /** As mathematics writes it: `max(x, 0)`. */
      readonly formula: string;
      readonly result: number;
    }
  | {
      readonly kind: "copy";
      /** Where in the input: channel, row, column, as far as there are. */
      readonly from: readonly number[];
      readonly result: number;
    }
  | {
      readonly kind: "block";
      /** `sum`, `rectified sum` of the parts named in `operands`; `part`: one of them as it is; null: not known here. */
      readonly rule: "sum" | "rectified sum" | "part" | null;
      readonly operands: readonly BlockPart[];
      readonly parts: readonly BlockPart[];
      readonly result: number | null;
    }
  | { readonly kind: "unknown"; readonly input: number | null; readonly result: null };

export interface ProbeUnit {
  readonly layer: number;
  readonly unit: readonly number[];
  /** What the layer said. */
  readonly value: number;
  readonly field: PictureBox | null;
  readonly arithmetic: Arithmetic;
}

/** What a network makes of a picture. */
export interface ProbeLook {
  /** Names this look: what is asked about it later says so. */
  readonly look: number;
  /** Of a test picture; null for others. */
  readonly label: number | null;
  readonly pixels: Float32Array;
  readonly imageShape: readonly [number, number, number];
  readonly probabilities: Float32Array;
  readonly layers: readonly ProbeLayer[];
}

/** All outputs of a layer. */
export interface ProbeMaps {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export const mapMethods = ["occlusion", "saliency", "signed", "gradcam"] as const;
export type MapMethod = (typeof mapMethods)[number];

/** What a class's score hangs on, for each pixel. */
export interface ProbeMap {
  readonly method: MapMethod;
  readonly target: number;
  /** Height × width of the picture. */
  readonly values: Float32Array;
  /** Largest magnitude. */
  readonly most: number;
  /** Rows and columns of what was computed: places of the patch, pixels, or units of the layer. */
  readonly rows: number;
  readonly columns: number;
  /** Of the class, for the whole picture. */
  readonly probability: number;
}
