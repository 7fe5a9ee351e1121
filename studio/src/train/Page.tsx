// The page Train.
export default function Page() {
  return <h1>Train</h1>;
}
