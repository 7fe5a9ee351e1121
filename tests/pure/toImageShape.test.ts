// Data sets in the shape that a network takes.
import { describe, expect, it } from "vitest";
import { data, models, Tensor } from "../../src/index.ts";

const { functional } = data.transforms;

/** Two pictures, of which the second is the first, brighter. */
function pictures(channels: 1 | 3): data.ImageDataset {
  const size = channels * 4 * 6;
  const images = Uint8Array.from({ length: 2 * size }, (_, i) => (i % size) + (i < size ? 0 : 90));
  const imageShape = [channels, 4, 6] as const;
  return {
    name: "two",
    images,
    labels: Uint8Array.of(1, 0),
    imageShape,
    classes: ["a", "b"],
    length: 2,
  };
}

describe("toImageShape", () => {
  it("leaves what has the shape as it is", () => {
    const set = pictures(3);
    expect(data.toImageShape(set, [3, 4, 6])).toBe(set);
  });

  it("resizes and changes channels picture by picture", () => {
    for (const [from, to] of [
      [1, 3],
      [3, 1],
      [1, 1],
    ] as const) {
      const set = pictures(from);
      const changed = data.toImageShape(set, [to, 8, 5]);
      expect(changed).toMatchObject({ imageShape: [to, 8, 5], length: 2, classes: ["a", "b"] });
      const size = from * 24;
      const second = { channels: from, height: 4, width: 6, data: set.images.slice(size) };
      const coloured = from === to ? second : functional.rgbToGrayscale(second, to);
      const expected = functional.resize(coloured, [8, 5]).data;
      expect([...changed.images.slice(to * 40)]).toEqual([...expected]);
      expect(changed.labels).toEqual(set.labels);
    }
  });

  it("refuses shapes that no picture has", () => {
    expect(() => data.toImageShape(pictures(1), [2, 4, 4])).toThrow(
      "cannot have the shape [2, 4, 4]",
    );
    expect(() => data.toImageShape(pictures(1), [1, 0, 4])).toThrow("cannot have the shape");
  });
});

describe("a network written as text", () => {
  const text = "new nn.Sequential(new nn.Flatten(), new nn.Linear(64, 2))";

  it("sees images of its own size, or resized ones if it says so", () => {
    const net = models.createModel("text", {
      text,
      inChannels: 1,
      numClasses: 2,
      imageSize: [8, 8],
    });
    expect([...net.stateDict().keys()]).toEqual(["1.weight", "1.bias"]);
    const resizing = models.createModel("text", { text, imageSize: [20, 30], inputSize: 8 });
    expect(resizing.forward(Tensor.zeros([1, 1, 20, 30])).shape).toEqual([1, 2]);
    expect(() => models.createModel("text", {})).toThrow("there is no text");
    expect(() => models.createModel("text", { text, width: 2 })).toThrow('unknown option "width"');
  });
});
