// Which project may import which: .dependency-cruiser.cjs checks the sources against it, and ARCHITECTURE.md shows it.

/** Returns the entry for a project: its folder, what it may import, and what only its tests may import. */
const project = (folder, imports, inTests = []) => ({ folder, imports, inTests });
const BELOW_APPS = ['libs/platform', 'libs/smtp-client', 'libs/mail-core', 'libs/contracts'];
const CAMPAIGNS = ['tools/campaigns/stage', 'tools', 'libs/testkit', ...BELOW_APPS];

/** From the bottom up: data and rules, Nest glue, apps. Tools stand beside them. Apps never import apps. */
const PROJECTS = [
  project('libs/contracts', []),
  project('libs/mail-core', ['libs/contracts']),
  project('libs/smtp-client', ['libs/mail-core', 'libs/contracts'], ['libs/testkit']),
  project('libs/platform', ['libs/mail-core', 'libs/contracts'], ['libs/testkit']),
  project('libs/local-servers', []),
  project('libs/testkit', ['libs/local-servers', 'libs/mail-core', 'libs/contracts']),
  project('libs/console', ['libs/contracts']),
  project('libs/console/e2e', ['libs/testkit', 'libs/contracts']),
  ...['settings-api', 'mail-dispatcher', 'notification-service'].map((app) => project(`apps/${app}`, BELOW_APPS, ['libs/testkit'])),
  project('tools', ['libs/local-servers', ...BELOW_APPS], ['libs/testkit']),
  project('tools/campaigns/stage', ['tools', 'libs/testkit', 'libs/platform', 'libs/contracts']),
  ...['faults', 'attacks', 'bench'].map((name) => project(`tools/campaigns/${name}`, CAMPAIGNS)),
];

module.exports = { PROJECTS };
