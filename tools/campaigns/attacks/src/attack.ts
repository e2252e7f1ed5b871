// Defines an attack: what is tried, and the required result.
import { type Answer, type Site } from './site.js';

export type Attack = {
  name: string;
  /** What is tried, in words. */
  tries: string;
  expects: string;
  /** 5xx statuses that an instance which the attack has started beside the others must answer with. Any other 5xx is a miss. */
  answers5xx?: readonly number[];
  /** Runs the attack. Resolves with a description of what was seen. What is not as expected is reported to the attempt. */
  run(attempt: Attempt): Promise<string>;
};

/**
 * Attacks of one kind. With `alone` they have the machine to themselves, for measurements; the short version of
 * the campaign leaves those out.
 */
export type Kind = { name: string; alone?: boolean; attacks: readonly Attack[] };

/** One run of an attack. */
export class Attempt {
  readonly misses: string[] = [];
  constructor(readonly site: Site) {}

  /** Reports a miss, described by `otherwise`, if `isSo` is false. */
  expect(isSo: boolean, otherwise: string): void {
    if (!isSo) this.misses.push(otherwise);
  }

  /** Checks that the service answered with one of `statuses`. If `pointer` is given, a 422 must name that place in the body. */
  expectAnswer(what: string, { status, text }: Answer, statuses: readonly number[], pointer?: string): void {
    this.expect(statuses.includes(status), `${what}: ${status} in place of ${statuses.join(' or ')}: ${text.slice(0, 200)}`);
    if (pointer === undefined || status !== 422) return;
    const { errors = [] } = JSON.parse(text) as { errors?: { pointer: string }[] };
    this.expect(
      errors.some((error) => error.pointer.startsWith(pointer)),
      `${what}: says nothing of ${pointer}: ${text.slice(0, 200)}`,
    );
  }

  /** Waits until the condition is true, and reports a miss if time runs out. */
  async awaits(what: string, isSo: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
    for (const end = Date.now() + withinMs; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100)))
      if (await isSo()) return;
    this.expect(false, `${what}: not within ${withinMs / 1000} s`);
  }
}

/** Describes how often each status was answered. */
export function countStatuses(answers: readonly { status: number }[]): string {
  const counts = new Map<number, number>();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ');
}

/** Calls `act` `times` times, `atOnce` at a time. Resolves with the results in order. */
export async function inGroups<T>(times: number, atOnce: number, act: (index: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  while (done.length < times)
    done.push(
      ...(await Promise.all(Array.from({ length: Math.min(atOnce, times - done.length) }, (_, index) => act(done.length + index)))),
    );
  return done;
}
