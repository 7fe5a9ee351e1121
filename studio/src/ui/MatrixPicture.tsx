// A matrix as a picture with its name above it.
import { Heatmap, type HeatmapProps } from "./Heatmap.tsx";

export interface MatrixPictureProps extends Pick<HeatmapProps, "scale" | "most" | "box"> {
  readonly title: string;
  readonly values: readonly (readonly number[])[];
  /** CSS pixels of one element. */
  readonly zoom: number;
}

export function MatrixPicture({ title, values, zoom, ...shown }: MatrixPictureProps) {
  const height = values.length;
  const width = values[0]?.length ?? 0;
  return (
    <Heatmap
      label={`${title}: ${height} × ${width}`}
      values={values.flat()}
      width={width}
      height={height}
      size={width * zoom + 2}
      {...shown}
    />
  );
}
