import { RE2JS } from 're2js';

/** A compiled pattern; its text form tells patterns apart, as ajv wants it. */
interface LinearPattern {
  test(text: string): boolean;
  toString(): string;
}

/** Steps of the engine, about 10 ns each, that one test may take. */
const mostSteps = 2e7;

/**
 * Compiles an ECMA-262 pattern for an engine of linear time, so that no pattern of a TD can stall the process.
 * Throws on what such an engine has not: look-around, back-references, repeats above 1,000. A text too long for its
 * pattern does not match.
 */
export function linearPattern(pattern: string): LinearPattern {
  const engine = RE2JS.compile(RE2JS.translateRegExp(pattern));
  const longest = mostSteps / engine.programSize();
  return { test: (text) => text.length <= longest && engine.test(text), toString: () => pattern };
}

/** What ajv writes for the engine where it generates code; the option `code.regExp` asks for it. */
linearPattern.code = 'linearPattern';
