// Splitting and checking the words of a command line.
import { describe, expect, it } from "vitest";
import { type OptionSpecs, parseOptions, UsageError } from "../../cli/options.ts";

const specs = {
  epochs: { type: "integer", value: "N", min: 1, max: 100, default: 10, help: "" },
  lr: { type: "number", value: "RATE", min: 0, above: true, help: "" },
  optimizer: { type: "choice", choices: ["sgd", "adam"], default: "sgd", help: "" },
  run: { type: "text", value: "NAME", help: "" },
  resume: { type: "optionalText", value: "NAME", help: "" },
  json: { type: "flag", help: "" },
  quiet: { type: "flag", short: "q", help: "" },
} as const satisfies OptionSpecs;

const model = [{ name: "MODEL", help: "", required: false }];
const parse = (...words: string[]) => parseOptions(words, specs, model);

describe("parseOptions", () => {
  it("fills in defaults, and remembers what was given", () => {
    const { options, positionals, given } = parse("lenet", "--lr", "1e-3", "--epochs=5");
    expect(options).toEqual({
      epochs: 5,
      lr: 0.001,
      optimizer: "sgd",
      run: undefined,
      resume: undefined,
      json: false,
      quiet: false,
    });
    expect(positionals).toEqual(["lenet"]);
    expect([...given]).toEqual(["lr", "epochs"]);
  });

  it("takes an option that may stand without its value", () => {
    expect(parse("--resume").options.resume).toBe("");
    expect(parse("--resume", "--json").options).toMatchObject({ resume: "", json: true });
    expect(parse("--resume", "lenet", "-q").options).toMatchObject({
      resume: "lenet",
      quiet: true,
    });
    expect(parse("--resume=lenet").options.resume).toBe("lenet");
  });

  it.each([
    [["--epoch", "3"], "unknown option --epoch"],
    [["-x"], "unknown option -x"],
    [["--constructor", "3"], "unknown option --constructor"],
    [["--epochs"], "--epochs needs a value: --epochs N"],
    [["--epochs", "--json"], "--epochs needs a value: --epochs N"],
    [["--epochs", "0"], '--epochs: "0" is not a whole number from 1 to 100'],
    [["--epochs", "101"], '--epochs: "101" is not a whole number from 1 to 100'],
    [["--epochs", "2.5"], '--epochs: "2.5" is not a whole number from 1 to 100'],
    [["--epochs", "0x10"], '--epochs: "0x10" is not a whole number from 1 to 100'],
    [["--lr", "-1"], '--lr: "-1" is not a number above 0'],
    [["--lr", "0"], '--lr: "0" is not a number above 0'],
    [["--lr", "NaN"], '--lr: "NaN" is not a number above 0'],
    [["--lr", "1e999"], '--lr: "1e999" is not a number above 0'],
    [["--optimizer", "sdg"], '--optimizer: "sdg" is not one of sgd, adam'],
    [["--json=yes"], '--json takes no value, got "yes"'],
    [["lenet", "alexnet"], '"alexnet" is one word too many'],
  ])("refuses %j", (words, message) => {
    expect(() => parse(...words)).toThrow(UsageError);
    expect(() => parse(...words)).toThrow(message);
  });

  it("names what a misspelt word may have meant", () => {
    const thrown = (() => {
      try {
        return parse("--epoch", "3");
      } catch (error) {
        return error;
      }
    })() as UsageError;
    expect(thrown.word).toBe("--epoch");
    expect(thrown.candidates).toContain("--epochs");
  });
});
