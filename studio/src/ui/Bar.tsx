/** A share as a bar, 0 to 1; the number stands beside it in words. */
export function Bar({ share }: { readonly share: number }) {
  return (
    <div class="bar" aria-hidden="true">
      {/* Scaled, not made wider: bars that change many times a second move nothing. */}
      <div style={{ transform: `scaleX(${Math.min(1, Math.max(0, share))})` }} />
    </div>
  );
}
