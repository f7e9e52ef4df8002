import type { MultiLanguage } from '../contracts/td.ts';
import type { AffordanceSummary } from './page-data.ts';

interface Titled {
  readonly title?: string;
  readonly titles?: MultiLanguage;
}

/** The name of an affordance, with its titles where it has any. */
export function affordanceSummary(name: string, { title, titles }: Titled): AffordanceSummary {
  return { name, ...(title !== undefined && { title }), ...(titles && { titles }) };
}
