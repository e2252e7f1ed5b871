// Tests the Helm chart, rendered by helm itself: whether Kubernetes accepts it, whether the services start with the environment that it
// gives them, and what it keeps separate.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '@billing-mail/platform';
import { parse } from 'yaml';
import { z } from 'zod';
import { workspaceRoot } from '../workspace.js';
import { CHART, type Manifest, RenderedChart } from './rendered-chart.js';
import { loadServiceEnvironments } from './service-environments.js';

const SERVICES = ['settings-api', 'mail-dispatcher', 'notification-service'] as const;
const PLAIN = { existingSecret: 'billing-mail', env: { PLATFORM_FROM_ADDRESS: 'e-invoice@example.com' } };
const FULL = {
  ...PLAIN,
  env: {
    ...PLAIN.env,
    OAUTH_GOOGLE_CLIENT_ID: 'app',
    SMTP_ALLOWED_NETWORKS: '10.1.0.0/16, 10.2.0.0/16',
    SMTP_ALLOWED_PORTS: '587',
    REDIS_CA_FILE: '/etc/billing-mail/authorities/ca.pem',
  },
  authoritiesConfigMap: 'authorities',
  serviceAccountName: 'billing-mail',
  image: { digest: `sha256:${'0'.repeat(64)}`, pullSecrets: ['registry'] },
  podAnnotations: { 'example.com/team': 'billing' },
  podLabels: { 'example.com/cost': 'billing' },
  nodeSelector: { disk: 'fast' },
  tolerations: [{ key: 'mail', operator: 'Exists' }],
  mailDispatcher: { autoscaling: { kind: 'keda', keda: { prometheusUrl: 'http://prometheus:9090' } } },
  bounces: { domain: 'bounce.example.com', tlsSecret: 'bounces', service: { type: 'LoadBalancer', annotations: { a: 'b' } } },
  alerts: { hasSecondServer: true },
  documents: { claim: { existing: 'documents' } },
  resultJournal: { claim: { storageClass: 'nfs' } },
  migrations: { makeRoles: true },
  ingress: { enabled: true, host: 'mail.example.com', className: 'haproxy', tlsSecret: 'tls', annotations: { a: 'b' } },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  networkPolicy: {
    callers: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'invoicing' } } }],
    postgres: { to: [{ ipBlock: { cidr: '10.9.0.0/24' } }] },
    platformServer: { to: [{ ipBlock: { cidr: '10.9.1.0/24' } }] },
    extraEgress: [{ to: [{ ipBlock: { cidr: '10.9.2.0/24' } }] }],
  },
};

// Valid values for the keys of the Secret; the chart's README.md lists the same keys.
const KEY = `key1:${Buffer.alloc(32).toString('base64')}`;
const SECRET: Record<string, string> = {
  settings_database_url: 'postgresql://billing_mail_settings:x@postgres/billing_mail',
  dispatch_database_url: 'postgresql://billing_mail_dispatch:x@postgres/billing_mail',
  notify_database_url: 'postgresql://billing_mail_notify:x@postgres/billing_mail',
  migration_database_url: 'postgresql://billing_mail_migrator:x@postgres/billing_mail',
  admin_database_url: 'postgresql://postgres:x@postgres/billing_mail',
  settings_api_redis_url: 'rediss://settings-api:x@redis:6379/0',
  mail_dispatcher_redis_url: 'rediss://mail-dispatcher:x@redis:6379/0',
  notification_service_redis_url: 'rediss://notification-service:x@redis:6379/0',
  auth_jwt_secret: 'a secret of at least thirty-two characters',
  secret_keys: KEY,
  notification_secret_keys: KEY,
  platform_smtp_url: 'smtps://user:pass@smtp.example.com',
  smime_p12: 'PKCS#12',
  smime_p12_passphrase: 'passphrase',
  aws_credentials: '[default]',
  alert_smtp_url: 'smtps://user:pass@smtp.example.net',
  bounce_secret: KEY,
  oauth_microsoft_client_secret: 'secret',
  oauth_google_client_secret: 'secret',
};

const probe = z.object({ httpGet: z.object({ path: z.string() }).optional() });
const container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
  securityContext: z.unknown(),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  resources: z.object({ requests: z.object({ memory: z.string(), cpu: z.string() }), limits: z.object({ memory: z.string() }) }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
const volume = z.object({
  name: z.string(),
  secret: z.object({ secretName: z.string(), items: z.array(z.object({ key: z.string() })).default([]) }).optional(),
});
const pod = z.object({
  automountServiceAccountToken: z.boolean(),
  enableServiceLinks: z.boolean(),
  securityContext: z.unknown(),
  terminationGracePeriodSeconds: z.number().optional(),
  topologySpreadConstraints: z.array(z.unknown()).default([]),
  containers: z.tuple([container]),
  volumes: z.array(volume),
});
const workload = z.object({
  replicas: z.number().optional(),
  template: z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()) }), spec: pod }),
});

const component = ({ metadata }: Manifest): string => metadata.labels['app.kubernetes.io/component'] ?? '';
const named = (manifests: readonly Manifest[], kind: string, of?: string): Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind && (of === undefined || component(manifest) === of));
function specOf(manifests: readonly Manifest[], kind: string, of: string) {
  const [found] = named(manifests, kind, of);
  if (found === undefined) throw new Error(`there is no ${kind} of ${of}`);
  return found.spec;
}
const podsOf = (manifests: readonly Manifest[]) =>
  [...named(manifests, 'Deployment'), ...named(manifests, 'Job')].map((manifest) => ({
    of: component(manifest),
    ...workload.parse(manifest.spec).template,
  }));

describe('the Helm chart', () => {
  let folder: string;
  let chart: RenderedChart;
  let plain: Manifest[];
  let full: Manifest[];
  beforeAll(async () => {
    mkdirSync(join(workspaceRoot, '.data'), { recursive: true });
    folder = mkdtempSync(join(workspaceRoot, '.data', 'helm-chart-'));
    chart = new RenderedChart(folder);
    [plain, full] = await Promise.all([chart.render(PLAIN), chart.render(FULL)]);
    for (const [key, value] of Object.entries(SECRET)) writeFileSync(join(folder, key), value);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const manifestsOf = (which: string): Manifest[] => (which === 'all that it can' ? full : plain);
  const BOTH = ['nothing but what must be said', 'all that it can'];

  it.each(BOTH)('is to the liking of helm with %s', async (which) => {
    expect(await chart.lint(which === 'all that it can' ? FULL : PLAIN)).toMatchObject({ isGood: true });
  });

  it.each(BOTH)('holds what the types of Kubernetes allow, with %s', async (which) => {
    expect(await chart.compareWithTypes(manifestsOf(which))).toBe('');
  });

  it('would not be held so with a typo', async () => {
    const [deployment] = named(plain, 'Deployment');
    const mistaken = { ...deployment, spec: { ...(deployment?.spec as object), replica: 2 } } as Manifest;
    expect(await chart.compareWithTypes([mistaken])).toMatch(/'"replica"' does not exist in type 'DeploymentSpec'/);
  });

  it('has each thing once, and three services, the proxy and the migrations', () => {
    const names = full.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
    expect(
      podsOf(full)
        .map(({ of }) => of)
        .sort(),
    ).toEqual([...SERVICES, 'proxy', 'migrations'].sort());
    expect(named(full, 'Secret')).toEqual([]);
  });

  /** Returns the environment of a pod's first container, with secrets taken from where they are here. */
  const environmentOf = (manifests: Manifest[], of: string): Record<string, string> => {
    const variables = podsOf(manifests).find((each) => each.of === of)?.spec.containers[0].env ?? [];
    return Object.fromEntries(variables.map(({ name, value }) => [name, value.replace('/etc/billing-mail/secrets', folder)]));
  };
  const schemaOf = async (service: string): Promise<z.ZodObject> => {
    const found = (await loadServiceEnvironments('src')).find((candidate) => candidate.service === service);
    if (found === undefined) throw new Error(`nobody knows what ${service} reads`);
    return found.schema;
  };

  it.each(SERVICES.flatMap((service) => BOTH.map((which): [string, string] => [service, which])))(
    'gives %s all that it needs and nothing that it does not read, with %s',
    async (service, which) => {
      const [schema, environment] = [await schemaOf(service), environmentOf(manifestsOf(which), service)];
      const read = readEnvironment(schema, environment);
      expect(read).toMatchObject({ HTTP_HOST: '0.0.0.0', PLATFORM_FROM_ADDRESS: 'e-invoice@example.com' });
      const known = Object.keys(schema.shape);
      expect(Object.keys(environment).filter((name) => !known.includes(name) && !known.includes(name.replace(/_FILE$/, '')))).toEqual([]);
      if (which === 'all that it can' && service !== 'mail-dispatcher')
        expect(read).toMatchObject({ CONSOLE_URL: 'https://mail.example.com' });
    },
  );

  it.each(BOTH)('mounts for each pod those secrets that it reads, and no other, with %s', (which) => {
    for (const { of, spec } of podsOf(manifestsOf(which))) {
      const read = spec.containers[0].env.flatMap(({ value }) => /^\/etc\/billing-mail\/secrets\/(\w+)$/.exec(value)?.[1] ?? []);
      const mounted = spec.volumes.flatMap(({ name, secret }) => (name === 'secrets' ? (secret?.items ?? []) : [])).map(({ key }) => key);
      expect([of, mounted.sort()]).toEqual([of, read.sort()]);
      expect(mounted.filter((key) => !(key in SECRET))).toEqual([]);
    }
    const holdersOf = (key: string) =>
      podsOf(manifestsOf(which)).flatMap(({ of, spec }) => (JSON.stringify(spec).includes(`"${key}"`) ? [of] : []));
    expect(holdersOf('secret_keys').sort()).toEqual(['mail-dispatcher', 'settings-api']);
    expect(holdersOf('notification_secret_keys')).toEqual(['notification-service']);
    expect(holdersOf('migration_database_url')).toEqual(['migrations']);
  });

  it('tells what each key of the Secret is', () => {
    const readme = readFileSync(join(CHART, 'README.md'), 'utf8');
    expect(Object.keys(SECRET).filter((key) => !readme.includes(`\`${key}\``))).toEqual([]);
  });

  it('checks tokens by the keys of an identity provider where one is named', async () => {
    const env = { ...PLAIN.env, AUTH_JWKS_URL: 'https://id.example.com/keys' };
    const manifests = await chart.render({ ...PLAIN, env });
    expect(JSON.stringify(manifests)).not.toContain('auth_jwt_secret');
    expect(readEnvironment(await schemaOf('settings-api'), environmentOf(manifests, 'settings-api'))).toMatchObject(env);
  });

  it('mounts no folder where documents are in a bucket, but the keys for it', async () => {
    const manifests = await chart.render({ ...PLAIN, documents: { url: 's3://bucket/prefix?region=eu-central-1', hasCredentials: true } });
    expect(named(manifests, 'PersistentVolumeClaim').map(component)).toEqual(['result-journal']);
    const environment = environmentOf(manifests, 'mail-dispatcher');
    expect(environment).toMatchObject({
      DOCUMENT_STORE_URL: 's3://bucket/prefix?region=eu-central-1',
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'aws_credentials'),
    });
    expect(environmentOf(plain, 'mail-dispatcher')).not.toHaveProperty('AWS_SHARED_CREDENTIALS_FILE');
  });

  it.each(BOTH)('runs nothing with rights that it does not need, with %s', (which) => {
    for (const { spec } of podsOf(manifestsOf(which))) {
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: expect.any(Number) as number, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          { securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } } },
        ],
      });
    }
  });

  it('asks a service whether it has started, lives and is ready, and gives it time to end', () => {
    for (const { spec, of } of podsOf(plain).filter((each) => SERVICES.some((service) => service === each.of))) {
      const [{ startupProbe, livenessProbe, readinessProbe }] = spec.containers;
      const paths = [startupProbe, livenessProbe, readinessProbe].map((each) => each?.httpGet?.path);
      expect([of, ...paths]).toEqual([of, '/health/startup', '/health/live', '/health/ready']);
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(60);
      expect(spec.topologySpreadConstraints).toHaveLength(2);
    }
    const budgets = named(plain, 'PodDisruptionBudget').map(component);
    expect(budgets.sort()).toEqual([...SERVICES, 'proxy'].sort());
  });

  it('leaves it to the autoscaler how many dispatchers there are', async () => {
    const replicas = (manifests: Manifest[]) => workload.parse(specOf(manifests, 'Deployment', 'mail-dispatcher')).replicas;
    const byCpu = await chart.render({ ...PLAIN, mailDispatcher: { autoscaling: { kind: 'cpu' } } });
    expect([plain, byCpu, full].map(replicas)).toEqual([2, undefined, undefined]);
    const target = { name: 'billing-billing-mail-mail-dispatcher' };
    expect(specOf(byCpu, 'HorizontalPodAutoscaler', 'mail-dispatcher')).toMatchObject({ scaleTargetRef: target });
    expect(specOf(full, 'ScaledObject', 'mail-dispatcher')).toMatchObject({
      scaleTargetRef: target,
      triggers: [{ type: 'prometheus', metadata: { query: expect.stringMatching(/billing_mail_\w+_seconds/) as string, threshold: '60' } }],
    });
  });

  it('migrates first, with what the image has', () => {
    const [job] = named(full, 'Job');
    expect(job?.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
    const compose = readFileSync(join(workspaceRoot, 'docker-compose.yml'), 'utf8').replaceAll('$$', '$');
    for (const { of, spec } of podsOf(full).filter((each) => each.of !== 'proxy')) {
      const [program = ''] = spec.containers[0].command.slice(-1);
      expect([of, compose.includes(program.trim())]).toEqual([of, true]);
    }
  });

  it('lets no pod be talked to by anybody, and mail out to private networks only where they are allowed', () => {
    const policies = named(full, 'NetworkPolicy');
    expect(policies.map(component).sort()).toEqual([...SERVICES, 'proxy', 'migrations'].sort());
    expect(specOf(full, 'NetworkPolicy', 'migrations')).not.toHaveProperty('ingress');
    const toMailServers = (specOf(full, 'NetworkPolicy', 'mail-dispatcher') as { egress: object[] }).egress.filter((rule) =>
      JSON.stringify(rule).includes('{"port":587}'),
    );
    const text = toMailServers.map((rule) => JSON.stringify(rule)).join('\n');
    expect(text).toContain('"except":["0.0.0.0/8","10.0.0.0/8"');
    expect([...text.matchAll(/"cidr":"(10[^"]+)"/g)].map((match) => match[1])).toEqual(['10.1.0.0/16', '10.2.0.0/16', '10.9.1.0/24']);
  });

  it('is watched by the rules of alerts.yml, under the names of jobs that they ask for', () => {
    const monitored = z
      .object({ jobLabel: z.string(), selector: z.object({ matchExpressions: z.tuple([z.object({ values: z.array(z.string()) })]) }) })
      .parse(specOf(full, 'ServiceMonitor', 'monitoring'));
    const [{ values }] = monitored.selector.matchExpressions;
    // The Service for bounces has no port of this name and is not scraped.
    const jobs = named(full, 'Service')
      .filter((service) => values.includes(component(service)) && JSON.stringify(service.spec).includes('"name":"http"'))
      .map(({ metadata }) => metadata.labels[monitored.jobLabel]);
    const alerts = readFileSync(join(CHART, 'alerts.yml'), 'utf8');
    const asked = [...alerts.matchAll(/\bjob=~?"([^"]+)"/g)].flatMap(([, names = '']) => names.split('|'));
    expect(jobs.sort()).toEqual([...new Set(asked)].sort());
    expect(specOf(full, 'PrometheusRule', 'monitoring')).toEqual(parse(alerts));
    expect([...named(plain, 'ServiceMonitor'), ...named(plain, 'PrometheusRule')]).toEqual([]);
  });

  it('has the proxy of docker-compose.yml, but for how it finds the services', () => {
    const { data } = named(plain, 'ConfigMap')[0] as Manifest & { data: Record<string, string> };
    const rulesIn = (text: string): string[] =>
      text
        .replaceAll(/^ *(#.*|resolver.*|set \$.*|upstream .*)\n/gm, '')
        .replaceAll(/http:\/\/\$?(settings_api|mail_dispatcher|notification_service)/g, 'http://$1')
        .split(/\n\s*/)
        .filter(Boolean);
    expect(rulesIn(data['nginx.conf'] ?? '')).toEqual(rulesIn(readFileSync(join(workspaceRoot, 'docker', 'nginx.conf'), 'utf8')));
    const services = named(plain, 'Service').map(({ metadata }) => metadata.name);
    const upstreams = [...(data['nginx.conf'] ?? '').matchAll(/upstream \w+ { server ([\w-]+):\d+; }/g)].map((match) => match[1]);
    expect(upstreams).toHaveLength(3);
    expect(upstreams.filter((name) => !services.includes(name ?? ''))).toEqual([]);
  });

  it.each([
    ['no Secret', { env: PLAIN.env }, /existingSecret names the Secret/],
    ['no sender address', { existingSecret: 'x' }, /PLATFORM_FROM_ADDRESS is the platform's sender address/],
    ['a variable that nobody reads', { ...PLAIN, env: { LOG_LEVLE: 'warn' } }, /LOG_LEVLE: no service reads it/],
    ["another service's variable", { ...PLAIN, settingsApi: { env: { RETRY_DELAYS: '1m' } } }, /settings-api does not read RETRY_DELAYS/],
    ['a secret', { ...PLAIN, env: { ...PLAIN.env, SECRET_KEYS: KEY } }, /secrets belong into existingSecret/],
    ['a variable that the chart sets', { ...PLAIN, env: { ...PLAIN.env, HTTP_HOST: '127.0.0.1' } }, /HTTP_HOST is set by the chart/],
    ['a number, which YAML might change', { ...PLAIN, env: { MAX_ATTACHMENT_BYTES: 26_214_400 } }, /MAX_ATTACHMENT_BYTES/],
    ['a value that is not there', { ...PLAIN, mailDispatcher: { replica: 3 } }, /replica/],
    ['an image of any version', { ...PLAIN, proxy: { image: 'nginx:latest' } }, /proxy.image|\/proxy\/image/],
    ['a longer end than the pod lives to see', { ...PLAIN, env: { ...PLAIN.env, SHUTDOWN_GRACE: '2m' } }, /SHUTDOWN_GRACE/],
    ['less time to end than a service takes', { ...PLAIN, mailDispatcher: { terminationGracePeriodSeconds: 30 } }, /terminationGrace/],
  ])('refuses %s', async (_, values, said) => {
    const { isGood, output } = await chart.template(values);
    expect([isGood, output]).toEqual([false, expect.stringMatching(said)]);
  });
});
