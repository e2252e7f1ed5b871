// The short version of `npm run attack`: every attack but those that take figures, which need a machine of their own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectServerErrors } from '@billing-mail/testkit';
import { runCampaign } from './campaign.js';
import { KINDS } from './kinds.js';

describe('nobody gets in, nobody gets it down, nobody speaks in another’s name', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'short-attack-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it(
    'by any of the attacks that are known',
    async () => {
      // To a token whose issuer can't be asked.
      expectServerErrors(503);
      const kinds = KINDS.filter(({ alone }) => alone !== true);
      const results = await runCampaign(kinds, folder, { began: () => undefined, ended: () => undefined });
      expect(results).toHaveLength(kinds.flatMap(({ attacks }) => attacks).length);
      expect(results.filter(({ verdict }) => verdict !== 'ok').map(({ group, name, misses }) => ({ group, name, misses }))).toEqual([]);
    },
    900_000, // a minute on a quiet machine
  );
});
