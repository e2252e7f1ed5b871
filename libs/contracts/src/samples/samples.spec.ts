// What was published once must still be read: these files are frozen, a new version gets files of its own.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { dispatchJobSchema } from '../dispatch-job.js';
import { outcomeEvent } from '../outcome-event.js';

const SCHEMAS = { 'dispatch-job.v1': dispatchJobSchema(), 'outcome.v1': outcomeEvent };
const samples = readdirSync(__dirname).filter((name) => name.endsWith('.json'));

describe('frozen samples', () => {
  it.each(samples)('%s is still read', (name) => {
    const schema = Object.entries(SCHEMAS).find(([prefix]) => name.startsWith(prefix))?.[1];
    const sample: unknown = JSON.parse(readFileSync(path.join(__dirname, name), 'utf8'));
    expect(schema?.safeParse(sample)).toMatchObject({ success: true, data: sample });
  });

  it('stand for every kind of message', () => {
    expect(samples).toHaveLength(4);
  });
});
