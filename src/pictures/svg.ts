// The common hand of all pictures: colours, type, and the frame of an SVG file. Pure text, no
// dependency; fixed classes instead of CSS variables, which many SVG viewers do not know.

/** Attributes by name; `undefined` leaves one out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Grey for what was trained on, the accent for what counts, run0 to run7 for what is compared. Contrast above 4.5 in both schemes. */
const style = `
.fovea{font-family:Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:12px;font-variant-numeric:tabular-nums}
.paper{fill:#fcfcfa}.ink{fill:#1c1e22}.muted{fill:#646971}.accent{fill:#0a5fa8}.on-accent{fill:#fff}.train{fill:#70757d}
.bar{fill:#e3e4e6}.grid{stroke:#e9eaeb}.axis{stroke:#a9adb3}.accent-line{stroke:#0a5fa8}.train-line{stroke:#8f949c}
.run0{fill:#0a5fa8}.run0-line{stroke:#0a5fa8}.run1{fill:#b3541e}.run1-line{stroke:#b3541e}.run2{fill:#1b7a43}.run2-line{stroke:#1b7a43}.run3{fill:#8a3fa0}.run3-line{stroke:#8a3fa0}.run4{fill:#a8324a}.run4-line{stroke:#a8324a}.run5{fill:#5f6b00}.run5-line{stroke:#5f6b00}.run6{fill:#00737a}.run6-line{stroke:#00737a}.run7{fill:#6b4f2a}.run7-line{stroke:#6b4f2a}
.accent-stop{stop-color:#0a5fa8}.frame{stroke:#d9dbde}
.grid,.axis,.frame{fill:none;stroke-width:1}.accent-line,.train-line,[class^=run][class$=-line]{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.halo{stroke:#fcfcfa;stroke-width:2}.ringed{stroke:#fcfcfa;stroke-width:4;stroke-linejoin:round;paint-order:stroke}.title{font-size:17px;font-weight:600}.head{font-size:13px;font-weight:600}.strong{font-weight:600}.small{font-size:11px}
@media (prefers-color-scheme:dark){
.paper{fill:#15171b}.ink{fill:#e7e8ea}.muted{fill:#9ba0a8}.accent{fill:#68b2f2}.on-accent{fill:#0f1216}.train{fill:#9ba0a8}
.bar{fill:#2c3036}.grid{stroke:#25282d}.axis{stroke:#5b6068}.accent-line{stroke:#68b2f2}.train-line{stroke:#80868f}
.run0{fill:#68b2f2}.run0-line{stroke:#68b2f2}.run1{fill:#f0a070}.run1-line{stroke:#f0a070}.run2{fill:#6fce95}.run2-line{stroke:#6fce95}.run3{fill:#d39be6}.run3-line{stroke:#d39be6}.run4{fill:#f28ba0}.run4-line{stroke:#f28ba0}.run5{fill:#c3cf5c}.run5-line{stroke:#c3cf5c}.run6{fill:#5fcfd6}.run6-line{stroke:#5fcfd6}.run7{fill:#cfae84}.run7-line{stroke:#cfae84}
.accent-stop{stop-color:#68b2f2}.halo,.ringed{stroke:#15171b}.frame{stroke:#353a41}
}
`;

/** Text made safe for XML: markup escaped, characters that XML forbids left out. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** One element; content is markup, attribute values are escaped. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const listed = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${typeof value === "number" ? round(value) : escapeXml(String(value))}"`,
    )
    .join("");
  return content === "" ? `<${name}${listed}/>` : `<${name}${listed}>${content}</${name}>`;
}

/** A line of text; `anchor` is "start", "middle" or "end". */
export function text(
  x: number,
  y: number,
  words: string,
  classes: string,
  attributes: Attributes = {},
): string {
  return element("text", { x, y, class: classes, ...attributes }, escapeXml(words));
}

/** Two decimals are a fiftieth of a pixel: enough, and files stay small. */
function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export interface PictureFrame {
  /** Name for the ids of this picture, so that several fit on one page. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** For screen readers and tooltips; the picture shows it too. */
  readonly title: string;
  /** What there is to see, in a sentence or two, for those who cannot see it. */
  readonly description: string;
}

/** A whole SVG file around its content. */
export function picture(
  { id, width, height, title, description }: PictureFrame,
  content: readonly string[],
): string {
  const parts = [
    element("title", { id: `${id}-title` }, escapeXml(title)),
    element("desc", { id: `${id}-desc` }, escapeXml(description)),
    `<style>${style}</style>`,
    element("rect", { class: "paper", width, height, rx: 10 }),
    ...content,
  ];
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: "fovea",
      role: "img",
      width,
      height,
      viewBox: `0 0 ${round(width)} ${round(height)}`,
      "aria-labelledby": `${id}-title ${id}-desc`,
    },
    `\n${parts.join("\n")}\n`,
  )}\n`;
}

/** Cuts text that would be wider than `width` pixels; letters are about 0.56 em wide. */
export function fitText(words: string, width: number, fontSize = 12): string {
  const letters = Math.floor(width / (0.56 * fontSize));
  const characters = [...words];
  return characters.length <= letters
    ? words
    : `${characters
        .slice(0, Math.max(1, letters - 1))
        .join("")
        .trimEnd()}…`;
}

/** `12,345`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `0.8973` as `89.7%`, but never rounded to 100 or 0 while it is not. */
export function formatPercent(share: number): string {
  const percent = 100 * share;
  if (percent > 99.9 && percent < 100) return ">99.9%";
  if (percent > 0 && percent < 0.1) return "<0.1%";
  return `${percent.toFixed(1)}%`;
}
