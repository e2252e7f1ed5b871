// What was published once must still be readable: these files are frozen, and a new version gets its own files.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { dispatchJobSchema } from '../dispatch-job.js';
import { outcomeEvent } from '../outcome-event.js';
import { outcomeGroup, readOutcomes } from '../outcome-group.js';

const SCHEMAS = { 'dispatch-job.v1': dispatchJobSchema(), 'outcome.v1': outcomeEvent, 'outcomes.v2': outcomeGroup };
const samples = readdirSync(__dirname).filter((name) => name.endsWith('.json'));
const read = (name: string): unknown => JSON.parse(readFileSync(path.join(__dirname, name), 'utf8'));

describe('frozen samples', () => {
  it.each(samples)('%s is still read', (name) => {
    const schema = Object.entries(SCHEMAS).find(([prefix]) => name.startsWith(prefix))?.[1];
    const sample = read(name);
    expect(schema?.safeParse(sample)).toMatchObject({ success: true, data: sample });
  });

  it.each([
    ['outcome.v1.settled.json', 1],
    ['outcome.v1.rejected.json', 1],
    ['outcomes.v2.json', 3],
    ['outcomes.v2.in-doubt.json', 1],
    ['outcomes.v2.incidents.json', 4],
    ['outcomes.v2.bounced.json', 2],
  ])('%s is read by the one reader of both versions', (name, count) => {
    const sample = read(name) as { events?: unknown[] };
    const { events, unreadable } = readOutcomes(sample);
    expect(unreadable).toEqual([]);
    expect(events).toEqual(sample.events ?? [sample]);
    expect(events).toHaveLength(count);
  });

  it('stand for every kind of message', () => {
    expect(samples).toHaveLength(9);
  });
});
