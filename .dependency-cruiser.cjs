// Which way imports may go: among the projects as tools/boundaries.cjs says, nowhere in a circle, and in the dispatcher downwards, in the order of the mail.
const { PROJECTS } = require('./tools/boundaries.cjs');

/** What is compiled only for tests. */
const TESTS = '\\.spec\\.ts$|/testing/';
const sourcesOf = (folders) => `^(?:${folders.join('|')})/src/`;

function boundariesOf({ folder, imports, inTests }) {
  const others = (allowed) =>
    sourcesOf(PROJECTS.map((other) => other.folder).filter((other) => other !== folder && !allowed.includes(other)));
  const rule = (what, from, allowed) => ({
    name: `${folder}-${what}-imports-what-it-may`,
    severity: 'error',
    comment: 'tools/boundaries.cjs says who may import whom.',
    from: { path: sourcesOf([folder]), ...from },
    to: { path: others(allowed) },
  });
  return [rule('code', { pathNot: TESTS }, imports), rule('tests', {}, [...imports, ...inTests])];
}

/** The folders of mail-dispatcher in the order in which a delivery goes; each may import those behind it. */
const WAY_OF_A_DELIVERY = ['intake', 'claiming', 'trying', 'bounces', 'settling', 'records'];
const DISPATCHER = '^apps/mail-dispatcher/src';

const folder = (names) => `${DISPATCHER}/(?:${names.join('|')})/`;

module.exports = {
  forbidden: [
    ...PROJECTS.flatMap(boundariesOf),
    { name: 'no-circle', severity: 'error', comment: 'Move what both need to a place of its own.', from: {}, to: { circular: true } },
    ...WAY_OF_A_DELIVERY.slice(1).map((name, index) => ({
      name: `${name}-imports-downwards`,
      severity: 'error',
      comment: `Imports run ${WAY_OF_A_DELIVERY.join(' > ')} and never back.`,
      from: { path: folder([name]), pathNot: '\\.spec\\.ts$' },
      to: { path: folder([...WAY_OF_A_DELIVERY.slice(0, index + 1), 'log']) },
    })),
    {
      name: 'documents-is-a-leaf',
      severity: 'error',
      comment: 'What is fetched knows nothing of who fetches it, but for the tables.',
      from: { path: folder(['documents']), pathNot: '\\.spec\\.ts$' },
      to: { path: folder([...WAY_OF_A_DELIVERY.slice(0, -1), 'log']) },
    },
    {
      name: 'log-is-read-by-nobody',
      severity: 'error',
      comment: 'The delivery log is the outside of the dispatcher.',
      from: { path: folder(['intake', 'documents']), pathNot: '\\.spec\\.ts$' },
      to: { path: folder(['log']) },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules|generated)/' },
    // Types that import each other in a circle are as hard to read.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs'] },
  },
};
