// A picture in memory: bytes, row by row, channels together. What decoders return and encoders take.

/** Pixels as bytes, row-major, channels interleaved: grey, RGB or RGBA (alpha not premultiplied). */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  /** `height * width * channels` bytes. */
  readonly data: Uint8Array;
}

/** What the header of a file says of its picture; transparency does not count as a channel. */
export interface ImageInfo {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}
