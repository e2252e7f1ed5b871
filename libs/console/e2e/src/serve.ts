// Runs the whole system in the foreground to try the page by hand: `node libs/console/e2e/dist/serve.js`, then open a link.
import { ANNA, MAX } from './browser.js';
import { seedSampleTeams } from './sample-teams.js';
import { startSystem } from './system.js';

async function main(): Promise<void> {
  const system = await startSystem({
    retryDelays: '3s,8s',
    ports: { 'settings-api': 4300, 'mail-dispatcher': 4301, 'notification-service': 4302 },
  });
  await seedSampleTeams(system);
  const [admin, member] = await Promise.all([system.token(ANNA, 86_400), system.token(MAX, 86_400)]);
  console.log(`admin  ${system.urls['settings-api']}/teams/acme/settings/invoicing#token=${admin}`);
  console.log(`member ${system.urls['settings-api']}/teams/acme/settings/invoicing#token=${member}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void system.stop().then(() => process.exit(0)));
  setInterval(() => undefined, 60_000);
}

void main();
