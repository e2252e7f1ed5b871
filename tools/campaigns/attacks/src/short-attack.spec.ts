// The short version of `npm run attack`: every attack but those that take figures, which need a machine of their own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectServerErrors } from '@billing-mail/testkit';
import { tryOut } from './campaign.js';
import { KINDS } from './kinds.js';
import { Site } from './site.js';

describe('nobody gets in, nobody gets it down, nobody speaks in another’s name', () => {
  let folder: string;
  let site: Site;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'short-attack-'));
    site = await Site.open(folder);
  });
  afterAll(async () => {
    await site.close();
    await rm(folder, { recursive: true, force: true });
  });

  const rows = KINDS.filter(({ alone }) => alone !== true).flatMap(({ name: kind, attacks }) =>
    attacks.map((attack) => ({ name: `${kind}/${attack.name}`, kind, attack })),
  );

  it.each(rows)('by $name', async ({ kind, attack }) => {
    expectServerErrors(...(attack.answers5xx ?? []));
    expect((await tryOut(kind, attack, site)).misses).toEqual([]);
  });
});
