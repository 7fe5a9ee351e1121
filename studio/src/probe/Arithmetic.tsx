// How one number comes about, with all numbers.
import type { ComponentChildren } from "preact";
import type { BlockPart, LinearTerm, Arithmetic as Sums } from "../engine/probe/types.ts";
import { say } from "../text.ts";
import { Matrix } from "../ui/Matrix.tsx";
import { num, placeText, term } from "./numbers.ts";
import { Windows } from "./Windows.tsx";

const words = {
  title: { en: "Its arithmetic", zh: "它的算式" },
  window: { en: "Window", zh: "窗口" },
  feature: { en: "Input", zh: "输入" },
  value: { en: "Value", zh: "值" },
  weight: { en: "Weight", zh: "权重" },
  product: { en: "Product", zh: "乘积" },
  others: { en: "others together", zh: "其余合计" },
  bias: { en: "bias", zh: "偏置" },
  part: { en: "Part", zh: "部分" },
  input: { en: "input of the block", zh: "块的输入" },
  taken: { en: "It is the number of", zh: "它就是以下部分的数值：" },
  copied: { en: "The same number as input", zh: "与输入中的同一个数：" },
  unknown: {
    en: "This layer's arithmetic is not taken apart here.",
    zh: "这里不拆解此层的算式。",
  },
  largest: { en: "largest", zh: "最大值" },
};

export function Arithmetic({
  arithmetic,
  value,
}: {
  readonly arithmetic: Sums;
  readonly value: number;
}) {
  return (
    <section class="part arithmetic" aria-label={say(words.title)}>
      <span class="part-title">{say(words.title)}</span>
      <Body arithmetic={arithmetic} value={value} />
    </section>
  );
}

function Formula({ children }: { readonly children: ComponentChildren }) {
  return <p class="formula">{children}</p>;
}

function Body({ arithmetic, value }: { readonly arithmetic: Sums; readonly value: number }) {
  switch (arithmetic.kind) {
    case "convolution": {
      const { windows, bias, result } = arithmetic;
      const sums = windows.slice(0, 6).map(({ sum }) => term(sum));
      const rest = windows.slice(6).reduce((total, { sum }) => total + sum, 0);
      const all = [...sums, ...(windows.length > 6 ? [`… ${term(rest)}`] : [])].join(" + ");
      return (
        <>
          <Windows windows={windows} />
          <Formula>
            {`${all}${bias === null ? "" : ` + ${say(words.bias)} ${term(bias)}`} = ${num(result)}`}
          </Formula>
        </>
      );
    }
    case "pool": {
      const { inputs, isInside, winner, how, divisor, result } = arithmetic;
      const isSmall = inputs.length * (inputs[0]?.length ?? 0) <= 64;
      const sum = inputs.flat().reduce((total, each) => total + each, 0);
      return (
        <>
          {isSmall && (
            <Matrix
              label={say(words.window)}
              values={inputs}
              format={num}
              mark={(row, column) => winner?.[0] === row && winner[1] === column}
              faint={(row, column) => !isInside[row]?.[column]}
            />
          )}
          <Formula>
            {how === "max"
              ? `${say(words.largest)} = ${num(result)}`
              : `${num(sum)} / ${divisor} = ${num(result)}`}
          </Formula>
        </>
      );
    }
    case "linear":
      return <LinearTable {...arithmetic} />;
    case "normalization": {
      const { input, mean, variance, eps, weight, bias, result } = arithmetic;
      return (
        <>
          <Formula>(x − μ) / √(σ² + ε) · γ + β</Formula>
          <Formula>
            {`(${num(input)} − ${term(mean)}) / √(${num(variance)} + ${num(eps)}) · ${term(weight)} + ${term(bias)} = ${num(result)}`}
          </Formula>
        </>
      );
    }
    case "activation":
      return (
        <>
          <Formula>{`y = ${arithmetic.formula}`}</Formula>
          <Formula>{`x = ${num(arithmetic.input)}, y = ${num(arithmetic.result)}`}</Formula>
        </>
      );
    case "copy":
      return (
        <Formula>
          {`${say(words.copied)} ${placeText(arithmetic.from)}: ${num(arithmetic.result)}`}
        </Formula>
      );
    case "block":
      return <Block {...arithmetic} value={value} />;
    case "unknown":
      return <Formula>{`${say(words.unknown)} ${num(value)}`}</Formula>;
    default:
      return arithmetic satisfies never;
  }
}

function LinearTable({
  terms,
  otherTerms,
  otherSum,
  bias,
  result,
}: Extract<Sums, { kind: "linear" }>) {
  const product = ({ input, weight }: LinearTerm): number => input * weight;
  return (
    <div class="scroll">
      <table class="data">
        <thead>
          <tr>
            {[words.feature, words.value, words.weight, words.product].map((text) => (
              <th scope="col" key={text.en}>
                {say(text)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {terms.map((each) => (
            <tr key={each.feature}>
              <th scope="row">{each.feature + 1}</th>
              <td>{num(each.input)}</td>
              <td>{num(each.weight)}</td>
              <td>{num(product(each))}</td>
            </tr>
          ))}
          {otherTerms > 0 && (
            <tr>
              <th scope="row" colSpan={3}>{`${otherTerms} ${say(words.others)}`}</th>
              <td>{num(otherSum)}</td>
            </tr>
          )}
          {bias !== null && (
            <tr>
              <th scope="row" colSpan={3}>
                {say(words.bias)}
              </th>
              <td>{num(bias)}</td>
            </tr>
          )}
          <tr>
            <th scope="row" colSpan={3}>
              =
            </th>
            <td>
              <strong>{num(result)}</strong>
            </td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function Block({
  rule,
  operands,
  parts,
  result,
  value,
}: Extract<Sums, { kind: "block" }> & { readonly value: number }) {
  const name = ({ path, type }: BlockPart): string =>
    type === "input" ? say(words.input) : `${path} ${type}`;
  const sum = operands.map((part) => term(part.value ?? Number.NaN)).join(" + ");
  return (
    <>
      <div class="scroll">
        <table class="data">
          <thead>
            <tr>
              <th scope="col">{say(words.part)}</th>
              <th scope="col">{say(words.value)}</th>
            </tr>
          </thead>
          <tbody>
            {[...operands.filter(({ type }) => type === "input"), ...parts].map((part, i) => (
              <tr key={i}>
                <th scope="row">{name(part)}</th>
                <td>{part.value === null ? "–" : num(part.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rule === "part" && (
        <Formula>{`${say(words.taken)} ${operands.map(name).join()}: ${num(result ?? value)}`}</Formula>
      )}
      {rule === "sum" && <Formula>{`${sum} = ${num(result ?? value)}`}</Formula>}
      {rule === "rectified sum" && <Formula>{`max(${sum}, 0) = ${num(result ?? value)}`}</Formula>}
      {rule === null && <Formula>{`${say(words.unknown)} ${num(value)}`}</Formula>}
    </>
  );
}
