// A picture on its way from a file to a batch: bytes, one plane per channel.

/** One image as bytes, planar CHW: the rows of the first channel, then those of the next. */
export interface Picture {
  /** 1 is grey, 3 is red, green and blue. */
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /** `channels * height * width` bytes. */
  readonly data: Uint8Array;
}
