// Tests every operation of every service with every kind of caller, based on the services' own descriptions.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '@billing-mail/testkit';
import { lintDescription, missingExamples } from '@billing-mail/tools/docs/lint-description';
import { type ServiceName } from '@billing-mail/tools/starting/services';
import { ServiceProcess } from '@billing-mail/tools/stage';
import { workspaceRoot } from '@billing-mail/tools/workspace';
import { A_DELIVERY, BESIDE_CONTROLLERS, HIDDEN, HIDDEN_EVERYWHERE, KINDS, type Operation, OPERATIONS } from './access.js';
import { CALLERS, type CallerName, OTHER_TEAM, TEAM } from './callers.js';
import { Site } from './site.js';

const GENERATOR = join(workspaceRoot, 'node_modules', 'openapi-typescript', 'bin', 'cli.js');
const typesOf = async (description: string): Promise<string> =>
  (await promisify(execFile)(process.execPath, [GENERATOR, description], { maxBuffer: 10_000_000 })).stdout;

/** Returns every route of a service, described or not, from the log lines that Nest writes at the start when it registers them. */
async function routesOf({ options }: ServiceProcess): Promise<string[]> {
  const name = `${options.name}-routes`;
  const service = new ServiceProcess({ ...options, name, env: { ...options.env, LOG_LEVEL: 'debug' } });
  await service.start('live');
  await service.stop();
  const lines = (await readFile(join(options.logFolder, `${name}.log`), 'utf8')).split('\n');
  return lines.flatMap((line) => {
    const [, path = '', method] = /"msg":"Mapped \{([^,]+), (\w+)\}/.exec(line) ?? [];
    return method === undefined ? [] : [`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`];
  });
}

let folder: string;
let site: Site;
let deliveryId: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'access-'));
  site = await Site.open(folder);
  deliveryId = (await site.sendInvoice()).delivery.id;
});
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each(Object.keys(OPERATIONS) as ServiceName[])('of %s', (service) => {
  const rows = { ...OPERATIONS[service], ...HIDDEN[service], ...HIDDEN_EVERYWHERE, ...BESIDE_CONTROLLERS };
  const ask = (name: string, { id = '', body, headers = {} }: Operation, as: CallerName, teamId = TEAM) => {
    const [method = '', path = ''] = name.split(' ');
    const filled = path
      .replace('{teamId}', teamId)
      .replace('{id}', id === A_DELIVERY ? deliveryId : id)
      .replace('{messageId}', id)
      .replace('{position}', '0')
      .replace('{route}', 'platform');
    return site.ask(service, filled, { as, method, body, headers });
  };

  it('every operation has a row, and every row an operation', async () => {
    const { paths } = JSON.parse((await site.ask(service, '/openapi.json')).text) as { paths: Record<string, object> };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(Object.keys(OPERATIONS[service]).sort()).toEqual(described.filter((name) => name.includes(' /v1/')).sort());
  });

  it('every route has a row, also one that the description leaves out', async () => {
    const routes = await routesOf(site.services[service]);
    const expected = Object.keys(rows).filter((name) => !(name in BESIDE_CONTROLLERS));
    expect(routes.sort()).toEqual(expected.sort());
  });

  it('every operation is limited for users', async () => {
    for (const [name, operation] of Object.entries(OPERATIONS[service]).filter(([, { access }]) => access !== 'service'))
      expect([name, (await ask(name, operation, 'admin')).headers.get('ratelimit')]).toEqual([name, expect.stringMatching(/^"[\w-]+";r=/)]);
  });

  it('the description keeps the rules, and shows an example of all that goes in and comes out', async () => {
    const { text } = await site.ask(service, '/openapi.json');
    expect(await lintDescription(text)).toEqual([]);
    expect(missingExamples(text)).toEqual([]);
    expect(await lintDescription(text.replace('"example":', '"example":[],"x-":'))).not.toEqual([]);
  });

  it('the types of the published client are as the description says (npm run api-types)', async () => {
    const description = join(folder, `${service}.json`);
    await writeFile(description, (await site.ask(service, '/openapi.json')).text);
    const generated = join(workspaceRoot, 'libs', 'contracts', 'src', 'http-client', 'generated', `${service}.ts`);
    expect(await typesOf(description)).toBe(await readFile(generated, 'utf8'));
  });

  it('every caller gets what its kind of access says', async () => {
    const seen: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const [name, operation] of Object.entries(rows))
      for (const caller of CALLERS) {
        const status = KINDS[operation.access][caller];
        expected[`${name} by ${caller}`] = String(status === 'in' ? operation.answers : status);
        seen[`${name} by ${caller}`] = String((await ask(name, operation, caller)).status);
      }
    expect(seen).toEqual(expected);
  });

  it('the metrics are named by the conventions, of this product, and of no team', async () => {
    const { text } = await site.ask(service, '/metrics');
    const judged = spawnSync(findProgram('promtool') ?? 'promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect([judged.status, judged.stdout, judged.stderr]).toEqual([0, '', '']);
    const names = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);
    expect(names.filter((name) => !/^(billing_mail|nodejs|process)_/.test(name))).toEqual([]);
    for (const team of [TEAM, OTHER_TEAM]) expect(text).not.toContain(team);
  });

  it('a team that is not theirs answers strangers as one that does not exist', async () => {
    const about = (text: string) => text.replace(/"requestId":"[^"]*"/, '');
    for (const [name, operation] of Object.entries(rows).filter(([path]) => path.includes('{teamId}'))) {
      const [theirs, nobodys] = [await ask(name, operation, 'stranger'), await ask(name, operation, 'stranger', 'no-such-team')];
      expect([name, about(theirs.text)]).toEqual([name, about(nobodys.text)]);
      // Even with his own team in the path, he must not find what belongs to another team.
      if (operation.id === A_DELIVERY) expect((await ask(name, operation, 'stranger', OTHER_TEAM)).status).toBe(404);
    }
  });

  it('nothing personal is kept by anybody on the way', async () => {
    for (const [name, operation] of Object.entries(OPERATIONS[service]))
      for (const caller of ['nobody', 'stranger', 'admin'] as const)
        expect([name, (await ask(name, operation, caller)).headers.get('cache-control')]).toEqual([name, 'no-store']);
  });
});
