/** A share as a bar, 0 to 1; the number stands beside it in words. */
export function Bar({ share }: { readonly share: number }) {
  return (
    <div class="bar" aria-hidden="true">
      <div style={{ width: `${100 * Math.min(1, Math.max(0, share))}%` }} />
    </div>
  );
}
