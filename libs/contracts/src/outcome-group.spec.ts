import { readFileSync } from 'node:fs';
import path from 'node:path';
import { OUTCOMES_PER_JOB, outcomeGroup, readOutcomes } from './outcome-group.js';

const sample = (name: string) => JSON.parse(readFileSync(path.join(__dirname, 'samples', name), 'utf8')) as Record<string, unknown>;
const good = sample('outcome.v1.settled.json');
const pointers = (data: unknown) => readOutcomes(data).unreadable.map(({ errors }) => errors.map(({ pointer }) => pointer));

describe('reading a job of the queue outcomes', () => {
  it('keeps what can not be read apart from the others of its group, with what is wrong in it', () => {
    const bad = { ...good, eventId: 'no uuid' };
    const { events, unreadable } = readOutcomes({ version: 2, events: [good, bad, 'nonsense', good] });
    expect(events).toEqual([good, good]);
    expect(unreadable.map(({ data }) => data)).toEqual([bad, 'nonsense']);
    expect(unreadable[0]?.errors.map(({ pointer }) => pointer)).toEqual(['/eventId']);
  });

  it.each([
    ['without events', { version: 2 }, '/events'],
    ['with none', { version: 2, events: [] }, '/events'],
    ['with more than a job carries', { version: 2, events: Array.from({ length: OUTCOMES_PER_JOB + 1 }, () => good) }, '/events'],
    ['of a version to come', { version: 3, events: [good] }, '/type'],
    ['that is nothing', undefined, ''],
  ])('does not read a job %s', (_name, data, pointer) => {
    expect(readOutcomes(data).events).toEqual([]);
    expect(pointers(data)).toEqual([expect.arrayContaining([pointer])]);
  });

  it('takes as many as a job carries', () => {
    const full = { version: 2, events: Array.from({ length: OUTCOMES_PER_JOB }, () => good) };
    expect(readOutcomes(full).events).toHaveLength(OUTCOMES_PER_JOB);
    expect(outcomeGroup.safeParse(full).success).toBe(true);
  });
});
