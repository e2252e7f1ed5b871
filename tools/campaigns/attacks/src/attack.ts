// What an attack is: somebody tries a door, and this is what must come of it.
import { type Answer, type Site } from './site.js';

export type Attack = {
  name: string;
  /** What is tried, in words. */
  tries: string;
  expects: string;
  /** With these a service that the attack has started beside the others answers, as it must. Anybody else's 5xx is a miss. */
  answers5xx?: readonly number[];
  /** Tries it; returns in words what was seen. What is not as expected is told to the attempt. */
  run(attempt: Attempt): Promise<string>;
};

/** Attacks of one kind. `alone` with the machine where figures are taken; the short version of the campaign leaves those out. */
export type Kind = { name: string; alone?: boolean; attacks: readonly Attack[] };

/** One trying of an attack. */
export class Attempt {
  readonly misses: string[] = [];
  constructor(readonly site: Site) {}

  /** Something that has to be so. */
  expect(isSo: boolean, otherwise: string): void {
    if (!isSo) this.misses.push(otherwise);
  }

  /** The service answers with one of these. A refusal says where it was not satisfied: `pointer` is where it must. */
  expectAnswer(what: string, { status, text }: Answer, statuses: readonly number[], pointer?: string): void {
    this.expect(statuses.includes(status), `${what}: ${status} in place of ${statuses.join(' or ')}: ${text.slice(0, 200)}`);
    if (pointer === undefined || status !== 422) return;
    const { errors = [] } = JSON.parse(text) as { errors?: { pointer: string }[] };
    this.expect(
      errors.some((error) => error.pointer.startsWith(pointer)),
      `${what}: says nothing of ${pointer}: ${text.slice(0, 200)}`,
    );
  }

  /** Waits until it is so; a miss when it was not so in time. */
  async awaits(what: string, isSo: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
    for (const end = Date.now() + withinMs; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100)))
      if (await isSo()) return;
    this.expect(false, `${what}: not within ${withinMs / 1000} s`);
  }
}

/** How often each status was answered, in words. */
export function countStatuses(answers: readonly { status: number }[]): string {
  const counts = new Map<number, number>();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ');
}

/** Does it so many times, some at once; the answers in their order. */
export async function inGroups<T>(times: number, atOnce: number, act: (index: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  while (done.length < times)
    done.push(
      ...(await Promise.all(Array.from({ length: Math.min(atOnce, times - done.length) }, (_, index) => act(done.length + index)))),
    );
  return done;
}
