// `npm run keys:rotate`: re-seals every stored secret with the first key of its service and says whether any secret is left. The work is in
// the services that store the secrets.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { endWithHelp } from './help.mjs';
import { prepareCheckout } from './prepare-checkout.mjs';
import { orExplain, StepError } from './steps.mjs';
import { workspaceRoot } from './workspace.mjs';

const NEEDED = ['DATABASE_URL', 'SECRET_KEYS'];

endWithHelp('keys:rotate', process.argv.slice(2));
await orExplain(async () => {
  await prepareCheckout();
  const missing = NEEDED.filter((name) => !process.env[name] && !process.env[`${name}_FILE`]);
  if (missing.length > 0) {
    throw new StepError(
      `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set: which database, and which keys?`,
      'DATABASE_URL=postgresql://user:password@host:5432/database SECRET_KEYS=new:…,old:… [NOTIFICATION_SECRET_KEYS=new:…,old:…] npm run keys:rotate',
    );
  }
  for (const service of ['settings-api', 'notification-service']) {
    const program = join(workspaceRoot, 'apps', service, 'dist/rotate-keys.js');
    const { status } = spawnSync(process.execPath, [program], { cwd: workspaceRoot, stdio: 'inherit' });
    // Goes on after a failure, so that secrets that one service cannot open are reported along with those of the other.
    if (status !== 0) process.exitCode = status ?? 1;
  }
});
