import type { Clock, Timer } from '../contracts/clock.ts';
import type { NotifyRule } from '../contracts/definition.ts';

/** Passes values on as a rule allows; the last value inside `minInterval` arrives at its end. */
export interface Notifier {
  offer(value: unknown): void;
  close(): void;
}

/** What a notifier works with; `initial` is the value that observers start with, where it is known. */
export interface NotifierParts {
  readonly clock: Clock;
  readonly initial?: unknown;
  tell(value: unknown): void;
}

/** Applies one property's notify rule, once for all bindings and subscribers. */
export function notifier(rule: NotifyRule, { clock, tell, initial }: NotifierParts): Notifier {
  const { minInterval = 0, deadband = 0 } = rule;
  if (minInterval === 0 && deadband === 0) return { offer: tell, close };
  let told: { readonly value: unknown; readonly at: number } | undefined =
    initial === undefined ? undefined : { value: initial, at: Number.NEGATIVE_INFINITY };
  let held: unknown;
  let timer: Timer | undefined;
  const pass = (value: unknown) => {
    timer = undefined;
    if (told && withinDeadband(told.value, value, deadband)) return;
    told = { value, at: clock.now() };
    tell(value);
  };
  return {
    offer(value) {
      held = value;
      const wait = told ? told.at + minInterval - clock.now() : 0;
      if (wait <= 0) {
        timer?.cancel();
        pass(value);
      } else {
        timer ??= clock.after(wait, () => pass(held));
      }
    },
    close: () => timer?.cancel(),
  };
}

function close(): void {}

function withinDeadband(told: unknown, value: unknown, deadband: number): boolean {
  return typeof told === 'number' && typeof value === 'number' && Math.abs(value - told) < deadband;
}
