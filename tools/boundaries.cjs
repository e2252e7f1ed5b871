// Who may import whom among the projects: .dependency-cruiser.cjs holds the sources against it, and ARCHITECTURE.md shows it.

/** The project of a folder, what it may import, and what only its tests may import. */
const project = (folder, imports, inTests = []) => ({ folder, imports, inTests });
const BELOW_APPS = ['libs/platform', 'libs/smtp-client', 'libs/mail-core', 'libs/contracts'];
const CAMPAIGNS = ['tools/campaigns/stage', 'tools', 'libs/testkit', ...BELOW_APPS];

/** Data and rules at the bottom, Nest glue above them, apps on top, and tools beside them; apps never import apps. */
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
