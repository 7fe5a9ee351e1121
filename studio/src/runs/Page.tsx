// The page Runs.
import { WatchPanel } from "./watch/WatchPanel.tsx";

export default function Page() {
  return (
    <>
      <h1>Runs</h1>
      <WatchPanel />
    </>
  );
}
