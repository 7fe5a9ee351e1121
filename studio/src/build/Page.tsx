// The page Build.
export default function Page() {
  return <h1>Build</h1>;
}
