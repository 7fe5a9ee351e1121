// What a data set on disk is: four IDX files with the sizes and checksums of their content, and the
// places that have them. Plain data; the ways of fetching are in the files beside this one.

/** One file of a data set. Checked by its content, since mirrors compress the same bytes differently. */
export interface ArchiveFile {
  /** Name without `.gz`. */
  readonly name: string;
  /** Size of the content, in bytes. */
  readonly bytes: number;
  /** SHA-256 of the content, in hexadecimal. */
  readonly sha256: string;
}

/** A data set in the four files of MNIST's layout. */
export interface Archive {
  /** As people write it: `Fashion-MNIST`. */
  readonly title: string;
  /** As files and options write it: `fashion-mnist`. */
  readonly name: string;
  readonly classes: readonly string[];
  readonly files: {
    readonly trainImages: ArchiveFile;
    readonly trainLabels: ArchiveFile;
    readonly testImages: ArchiveFile;
    readonly testLabels: ArchiveFile;
  };
  /** Addresses under which the files lie as `NAME.gz`, best first. */
  readonly mirrors: readonly string[];
  /** The Debian package that holds the files, and where it puts them. */
  readonly debian?: { readonly package: string; readonly folder: string };
  /** The balanced excerpt that ships with the library. */
  readonly sample?: Archive["files"];
}

/** The files of an archive in memory: decompressed and verified. */
export type ArchiveContent = Readonly<Record<keyof Archive["files"], Uint8Array>>;

/** The four roles, smallest file first: a way that does not work is found out cheaply. */
export const roles = ["testLabels", "trainLabels", "testImages", "trainImages"] as const;
