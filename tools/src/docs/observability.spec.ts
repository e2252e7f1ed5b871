// Tests the monitoring without a Prometheus server: that alert rules fire, that each has a section in the runbook, and that queries use
// only metrics that the services export.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MetricsController } from '@billing-mail/platform';
import { findProgram } from '@billing-mail/testkit';
import { register } from 'prom-client';
import { parse } from 'yaml';
import { z } from 'zod';
import { workspaceRoot } from '../workspace.js';

const folder = join(workspaceRoot, 'docker', 'observability');
/** Inside the chart, because helm reads no file outside it. docker-compose.yml mounts the same file. */
const alerts = join(workspaceRoot, 'deploy', 'helm', 'billing-mail', 'alerts.yml');
const promtool = async (...args: string[]) => promisify(execFile)(findProgram('promtool') ?? 'promtool', args, { cwd: folder });

const rule = z.object({ alert: z.string(), expr: z.string(), annotations: z.object({ runbook_url: z.string() }) });
const { groups } = z.object({ groups: z.array(z.object({ rules: z.array(rule) })) }).parse(parse(readFileSync(alerts, 'utf8')));
const rules = groups.flatMap((group) => group.rules);

/**
 * Returns the names of all metrics that the services export, from the files that define them. Imported by path, because
 * no code may depend on a service.
 */
async function knownMetrics(): Promise<Set<string>> {
  for (const file of [
    'mail-dispatcher/src/records/dispatcher',
    'mail-dispatcher/src/bounces/bounce',
    'notification-service/src/notification',
  ])
    await import(join(workspaceRoot, 'apps', `${file}.metrics.ts`));
  new MetricsController();
  const metrics = await register.getMetricsAsJSON();
  const names = metrics.flatMap(({ name, type }) =>
    String(type) === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name],
  );
  return new Set(['up', ...names]);
}

const metricsIn = (query: string): string[] => query.match(/\b(?:up(?=\{)|(?:billing_mail|nodejs|process)_\w+)/g) ?? [];

describe('the alert rules', () => {
  it('are such as Prometheus takes, and each fires when it is to and not before', async () => {
    await promtool('check', 'rules', alerts);
    await promtool('check', 'config', '--syntax-only', 'prometheus.yml');
    await promtool('test', 'rules', 'alerts.test.yml');
    const tried = readFileSync(join(folder, 'alerts.test.yml'), 'utf8');
    for (const { alert } of rules) expect(tried).toContain(`alertname="${alert}",alertstate="firing",`);
  });

  it('each link a section of the runbook, and each section but the last two is linked', () => {
    const titles = [...readFileSync(join(workspaceRoot, 'docs', 'runbook.md'), 'utf8').matchAll(/^## (.+)$/gm)].map(
      ([, title = '']) => title,
    );
    const sections = titles
      .filter((title) => !['A trial of this page', 'Names that changed'].includes(title))
      .map((title) => title.toLowerCase().replaceAll(' ', '-'));
    expect(rules.map(({ annotations }) => annotations.runbook_url).sort()).toEqual(
      sections.map((name) => `docs/runbook.md#${name}`).sort(),
    );
  });

  it('and the runbook and the dashboard ask for metrics that the services tell', async () => {
    const known = await knownMetrics();
    const dashboard = z
      .object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })).default([]) })) })
      .parse(JSON.parse(readFileSync(join(folder, 'grafana', 'dashboards', 'billing-mail.json'), 'utf8')));
    const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(queries.length).toBeGreaterThan(20);
    const [runbook = ''] = readFileSync(join(workspaceRoot, 'docs', 'runbook.md'), 'utf8').split('## Names that changed');
    const asked = [...rules.map(({ expr }) => expr), ...queries, runbook].flatMap(metricsIn);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  });
});
