import { useLocalStorage } from '@mantine/hooks';
import { type AffordanceKind, affordanceKinds } from '../../../contracts/td.ts';
import { isJsonObject } from '../../../td/json-object.ts';

/** An affordance that the reader wants on the overview. */
export interface Pin {
  /** The name of the Thing. */
  readonly thing: string;
  readonly kind: AffordanceKind;
  readonly affordance: string;
}

export interface Pins {
  readonly pins: readonly Pin[];
  isPinned(pin: Pin): boolean;
  /** Pins it as the last one, or takes it off. */
  toggle(pin: Pin): void;
  /** Pins these and nothing else. */
  pinAll(pins: readonly Pin[]): void;
  /** Changes the place of a pin by so many. */
  move(pin: Pin, by: number): void;
}

/** The pinned affordances, in the reader's order; this browser keeps them. */
export function usePins(): Pins {
  const [pins, setPins] = useLocalStorage<readonly Pin[]>({
    key: 'thingwright-pins',
    defaultValue: [],
    getInitialValueInEffect: false,
    deserialize: pinsOf,
  });
  return {
    pins,
    isPinned: (pin) => pins.some((other) => same(pin, other)),
    toggle: (pin) => setPins((before) => toggled(before, pin)),
    pinAll: setPins,
    move: (pin, by) => setPins((before) => moved(before, pin, by)),
  };
}

/** The pins of a stored text; what is none is left out. */
export function pinsOf(text: string | undefined): readonly Pin[] {
  try {
    const stored: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(stored) ? stored.filter(isPin) : [];
  } catch {
    return [];
  }
}

export function toggled(pins: readonly Pin[], pin: Pin): readonly Pin[] {
  const left = pins.filter((other) => !same(pin, other));
  return left.length < pins.length ? left : [...pins, pin];
}

export function moved(pins: readonly Pin[], pin: Pin, by: number): readonly Pin[] {
  const at = pins.findIndex((other) => same(pin, other));
  if (at < 0) return pins;
  const left = pins.toSpliced(at, 1);
  return left.toSpliced(Math.min(Math.max(at + by, 0), left.length), 0, pin);
}

function same(a: Pin, b: Pin): boolean {
  return a.thing === b.thing && a.kind === b.kind && a.affordance === b.affordance;
}

function isPin(value: unknown): value is Pin {
  return (
    isJsonObject(value) &&
    typeof value['thing'] === 'string' &&
    typeof value['affordance'] === 'string' &&
    affordanceKinds.some((kind) => kind === value['kind'])
  );
}
