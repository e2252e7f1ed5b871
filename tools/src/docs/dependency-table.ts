import { markdownTable } from './markdown-table.js';

/**
 * Who may import whom, read from the text of eslint.config.mjs: the rule that is enforced is the one that is documented.
 * @throws Error when the text has no such rules.
 */
export function dependencyTable(eslintConfig: string): string {
  const rules = [...eslintConfig.matchAll(/^ {2}scope\('([\w-]+)', \[([^\]]*)\](?:, \[([^\]]*)\])?\)/gm)];
  if (rules.length === 0) throw new Error('eslint.config.mjs has no dependency rules');
  return markdownTable(
    ['scope', 'may import', 'its tests also'],
    rules.map(([, source = '', ...lists]) => [source, ...[0, 1].map((at) => (lists[at] ?? '').replaceAll("'", ''))]),
  );
}
