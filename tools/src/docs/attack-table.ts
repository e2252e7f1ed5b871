import { join } from 'node:path';
import { workspaceRoot } from '../workspace.js';
import { markdownTable } from './markdown-table.js';

/** What the table shows of the campaign's kinds (`Kind` there). */
type Kind = { name: string; attacks: readonly { name: string; tries: string; expects: string }[] };

/** What `npm run attack` tries, from what is built (`dist`) or, in tests, from the sources. By path, as no code may depend on a campaign. */
export async function attackTable(from: 'dist' | 'src'): Promise<string> {
  const path = join(workspaceRoot, 'tools', 'campaigns', 'attacks', from, from === 'dist' ? 'kinds.js' : 'kinds.ts');
  const { KINDS } = (await import(path)) as { KINDS: readonly Kind[] };
  const rows = KINDS.flatMap((kind) => kind.attacks.map(({ name, tries, expects }) => [`${kind.name}/${name}`, tries, expects].map(plain)));
  return markdownTable(['attack', 'what is tried', 'what must happen'], rows);
}

/** Without it `__proto__` is bold in Markdown. */
const plain = (text: string): string => text.replaceAll('__', '\\_\\_');
