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

/**
 * The folders of mail-dispatcher, from its outside to what all of them need: the log, the way of a delivery, what is fetched for it, and the tables.
 * Each may import those behind it, so that no two import each other.
 */
const DOWNWARDS = ['keeping', 'log', 'intake', 'claiming', 'trying', 'bounces', 'settling', 'documents', 'records'];
const folder = (names) => `^apps/mail-dispatcher/src/(?:${names.join('|')})/`;

module.exports = {
  forbidden: [
    ...PROJECTS.flatMap(boundariesOf),
    { name: 'no-circle', severity: 'error', comment: 'Move what both need to a place of its own.', from: {}, to: { circular: true } },
    ...DOWNWARDS.slice(1).map((name, index) => ({
      name: `${name}-imports-downwards`,
      severity: 'error',
      comment: `Imports run ${DOWNWARDS.join(' > ')} and never back.`,
      from: { path: folder([name]), pathNot: '\\.spec\\.ts$' },
      to: { path: folder(DOWNWARDS.slice(0, index + 1)) },
    })),
    {
      name: 'keeping-stands-alone',
      severity: 'error',
      comment: 'What is kept, and for how long, is said by tables and their columns, whatever is done with them.',
      from: { path: folder(['keeping']), pathNot: '\\.spec\\.ts$' },
      to: { path: folder(DOWNWARDS.slice(1)) },
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
