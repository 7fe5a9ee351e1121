// What the library says of its options, in the words of the command line.

/**
 * A text with options as they are given to a command.
 * @example commandWords('leave them out: { onBadImage: "skip" }') // "leave them out: --on-bad-image skip"
 */
export function commandWords(text: string): string {
  return text
    .replace(/\{ onBadImage: "skip" \}/g, "--on-bad-image skip")
    .replace(/\{ channels: ([13]) \}/g, "--channels $1")
    .replace(/\{ software: true \}/g, "--backend webgpu:software")
    .replace(/await openGpu\(\), then setBackend\("webgpu", \{ (.*?) \}\)/g, "--backend webgpu $1")
    .replace(/\bmatmulPrecision: "(float\d+)"/g, "--matmul-precision $1")
    .replace(/\bmatmulPrecision\b/g, "--matmul-precision")
    .replace(/setBackend\("([\w:]+)"\)/g, "--backend $1")
    .replace(/\bbatchSize: (\d+)/g, "--batch-size $1");
}
