import type { Problem } from '../../../contracts/errors.ts';
import type { Language } from '../language/language.tsx';
import { messages } from './messages.ts';

/** Why something was refused or cannot be read, in one sentence. */
export function reasonOf(problem: Problem, language: Language): string {
  const t = messages[language];
  const whole = problem.errors?.find(({ pointer }) => pointer === '')?.detail;
  return whole || t.detail(problem) || t.title(problem);
}
