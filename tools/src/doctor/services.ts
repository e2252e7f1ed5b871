// Checks that each of the three services answers and is ready, and that all are of the same build.
import { z } from 'zod';
import { type Finding, fine, reasonOf, weak, wrong } from './finding.js';
import { type Site } from './site.js';

const ANSWER_MS = 15_000;

const readiness = z.object({ checks: z.array(z.string()).optional(), detail: z.string().optional() });
const version = z.object({ version: z.string(), commit: z.string().nullable() });

export async function lookAtServices({ services }: Site): Promise<Finding[]> {
  const looks = await Promise.all(Object.entries(services).map(([name, url]) => lookAtService(name, url)));
  const builds = new Set(looks.flatMap(({ build }) => build ?? []));
  const findings = looks.map(({ finding }) => finding);
  if (builds.size > 1)
    findings.push(weak('builds', [...builds].join(' beside '), 'bring all services to one version, in the order of docs/upgrading.md'));
  return findings;
}

async function lookAtService(name: string, url: string): Promise<{ finding: Finding; build: string | null }> {
  try {
    const ask = (path: string): Promise<Response> => fetch(`${url}${path}`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const [ready, built] = await Promise.all([ask('/health/ready'), ask('/version')]);
    const { checks = [], detail } = readiness.parse(await ready.json());
    const { version: number, commit } = version.parse(await built.json());
    const build = commit === null ? number : `${number} (${commit})`;
    const finding = ready.ok
      ? fine(name, `ready at ${url}, ${build}: ${checks.join(', ')}`)
      : wrong(
          name,
          `${url} answers ${ready.status}: ${detail ?? 'not ready'}`,
          'fix what it names; its log says more, and docs/runbook.md what to do',
        );
    return { finding, build };
  } catch (error) {
    const cure = `see that it runs, and name where it answers: --${name} http://host:port`;
    return { finding: wrong(name, `${url}: ${reasonOf((error as Error).cause ?? error)}`, cure), build: null };
  }
}
