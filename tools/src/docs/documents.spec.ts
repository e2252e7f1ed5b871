import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as contracts from '@billing-mail/contracts';
import { duration, durations, wholeNumber } from '@billing-mail/platform';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { workspaceRoot } from '../workspace.js';
import { dependencyTable } from './dependency-table.js';
import { updatedDocuments } from './documents.js';
import { environmentTable } from './environment-table.js';
import { replaceBlocks } from './generated-blocks.js';
import { lintDescription } from './lint-description.js';
import { type ServiceEnvironment } from './service-environments.js';

const read = (path: string): string => readFileSync(join(workspaceRoot, path), 'utf8');
const filesBelow = (folder: string): string[] =>
  readdirSync(join(workspaceRoot, folder), { withFileTypes: true })
    .filter(({ name }) => !/^(?:node_modules|dist|\.nx|\.data|\.git)$/.test(name))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]));
const FILES = filesBelow('.');
/** The documents for people who operate or change the product. CHANGELOG.md is left out because it names things that no longer exist. */
const DOCUMENTS = FILES.filter(
  (path) => path.endsWith('.md') && /^(?:[A-Z]+\.md$|docs\/|deploy\/|libs\/contracts\/README)/.test(path),
).filter((path) => path !== 'CHANGELOG.md');
type Named = { document: string; name: string };
const namedBy = (pattern: RegExp, document: string, text: string): Named[] =>
  [...text.matchAll(pattern)].map((match) => ({ document, name: match[1] ?? '' }));
const found = (pattern: RegExp): Named[] => DOCUMENTS.flatMap((document) => namedBy(pattern, document, read(document)));
const isThere = (path: string): boolean => existsSync(join(workspaceRoot, path));

/** `*` and `…` stand for a part of a name. Built files (`dist`) and generated ones (`docker/secrets`) exist on some machines only. */
const WHOLE_PATH = /(?<![\w./-])((?:apps|libs|tools|docker(?!\/secrets)|deploy)\/(?![\w/-]*\/dist\/)[\w@.*…/-]*[\w/])/g;
/** A file or folder of the sources, named by the end of its path: `claiming/pace.ts`, `*.store.ts`. */
const END_OF_PATH = /`((?![\w/-]*\/dist\/)(?:[\w@*-]+\/)*[\w.*-]+\.(?:[cm]?[jt]s|tsx|acl))`/g;
const LINK = /\]\((?!https?:|#)([^)#\s]+)/g;
const NPM_SCRIPT = /\bnpm run (?:--silent )?([a-z][\w:-]*)/g;

/** Phrases that readers did not understand, whether they were in a document, a comment or a message. */
const UNREADABLE = [
  'doubled in silence',
  'is a doormat',
  'for each of the steps of taking no more',
  'as that is what they are',
  'hold on to every race',
  'owes us nothing',
  'made up for this often',
  'weighs what it imports',
  'it shares its way out with',
  'a runner without work asks for',
];
/** Joins text that a comment breaks over several lines. */
const inOneLine = (text: string): string => text.toLowerCase().replace(/\s*\n\s*(?:\*|\/\/|#)?\s*/g, ' ');
function unreadableIn(text: string): string[] {
  const line = inOneLine(text);
  return UNREADABLE.filter((phrase) => line.includes(phrase));
}

/** Whether the path of a source file or folder ends with `name`. */
const isEndOfPath = (name: string): boolean => {
  const parts = name.split(/[*…]/).map((part) => part.replace(/[.\\+]/g, '\\$&'));
  const end = new RegExp(`(?:^|/)${parts.join('[^/]*')}$`);
  return FILES.some((path) => end.test(path));
};
const isPath = (name: string): boolean => (/[*…]/.test(name) ? isEndOfPath(name) : isThere(name));

/** Removes comments from a source, which users do not read. */
const withoutComments = (source: string): string => source.replace(/(?<=^|\s)(?:\/\*[\s\S]*?\*\/|\/\/.*$)/gm, '');

describe('the documents', () => {
  it('are as the code makes them (node tools/docs.mjs)', async () => {
    const updated = await updatedDocuments('src');
    expect(updated.map(({ path }) => path)).toEqual([
      'docs/integrating.md',
      'docs/operating.md',
      'libs/contracts/README.md',
      'SECURITY.md',
      'ARCHITECTURE.md',
      'docs/api/asyncapi.json',
      'deploy/helm/billing-mail/variables.yaml',
    ]);
    for (const { path, text } of updated) expect(read(path)).toBe(text);
  });

  it('name only files and folders that are there', () => {
    const named = found(WHOLE_PATH);
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter(({ name }) => !isPath(name))).toEqual([]);
    const wrong = 'tools/start.mjs, tools/stop.mjs and `docker/observability`/';
    expect(namedBy(WHOLE_PATH, 'x', wrong).filter(({ name }) => !isPath(name))).toEqual([{ document: 'x', name: 'tools/stop.mjs' }]);
  });

  it('name by the end of its path only what is there', () => {
    const named = found(END_OF_PATH);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ name }) => !isEndOfPath(name))).toEqual([]);
    const wrong = 'in `claiming/peace.ts`, `*.stores.ts` and `claiming/pace.ts`';
    expect(namedBy(END_OF_PATH, 'x', wrong).filter(({ name }) => !isEndOfPath(name))).toHaveLength(2);
  });

  it('link only to what is there', () => {
    const linked = found(LINK);
    expect(linked.length).toBeGreaterThan(20);
    expect(linked.filter(({ document, name }) => !isThere(join(dirname(document), name)))).toEqual([]);
  });

  it('name as owned only what is there', () => {
    const owned = [...read('docs/CODEOWNERS').matchAll(/^\/(\S+)/gm)].map(([, path]) => path?.replace(/\*.*$/, '') ?? '');
    expect(owned.length).toBeGreaterThan(10);
    expect(owned.filter((path) => !existsSync(join(workspaceRoot, path)))).toEqual([]);
  });

  it('and the sources have none of the phrases that readers did not understand', () => {
    const texts = FILES.filter(
      (path) => /\.(?:[cm]?[jt]sx?|md|ya?ml|sh)$|^package\.json$/.test(path) && !path.endsWith('/documents.spec.ts'),
    );
    expect(texts.length).toBeGreaterThan(1000);
    expect(texts.flatMap((path) => unreadableIn(read(path)).map((phrase) => ({ path, phrase })))).toEqual([]);
    expect(unreadableIn('// It owes us\n  // nothing, and\n * owes us\n * nothing')).toEqual(['owes us nothing']);
  });

  it('name only npm scripts that are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = found(NPM_SCRIPT);
    expect(named.map(({ name }) => name)).toContain('doctor');
    expect(named.filter(({ name }) => !(name in scripts))).toEqual([]);
  });
});

describe('the AsyncAPI document', () => {
  type Described = { channels: Record<string, { messages: Record<string, { payload: object; examples?: { payload: unknown }[] }> }> };
  const source = read('docs/api/asyncapi.json');
  const { channels } = JSON.parse(source) as Described;

  it('is what AsyncAPI 3 says that it must be', async () => {
    expect(await lintDescription(source)).toEqual([]);
    expect(await lintDescription(source.replace('"receive"', '"take"'))).toEqual([expect.stringContaining('struct at ')]);
  });

  it('has both queues and every pattern of the transport, and no other', () => {
    const patterns = Object.values<unknown>(contracts).filter(
      (value): value is string => typeof value === 'string' && /^(?:settings|delivery)\./.test(value),
    );
    expect(patterns.length).toBeGreaterThan(3);
    const named = Object.keys(channels).filter((name) => !name.endsWith('.reply'));
    expect(named.sort()).toEqual([contracts.DISPATCH_QUEUE, contracts.OUTCOMES_QUEUE, ...patterns].sort());
  });

  it('shows jobs of each version that are as it describes them', () => {
    const ajv = addFormats(new Ajv2020({ strict: false }));
    for (const queue of [contracts.DISPATCH_QUEUE, contracts.OUTCOMES_QUEUE])
      for (const [name, { payload, examples = [] }] of Object.entries(channels[queue]?.messages ?? {})) {
        expect(examples.length).toBeGreaterThan(0);
        for (const example of examples) expect([name, ajv.validate(payload, example.payload), ajv.errors]).toEqual([name, true, null]);
      }
  });
});

describe('the glossary', () => {
  const rows = [...read('docs/glossary.md').matchAll(/^\|(.+)\|$/gm)]
    .slice(2)
    .map((row) => (row[1] ?? '').split('|').map((cell) => cell.trim()));
  // The message catalogues, and components with a few texts of their own: everything that users read is somewhere in the sources.
  const sources = ['apps', 'libs'].flatMap((group) =>
    readdirSync(join(workspaceRoot, group))
      .map((project) => join(group, project, 'src'))
      .filter((folder) => existsSync(join(workspaceRoot, folder)))
      .flatMap((folder) =>
        readdirSync(join(workspaceRoot, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
      )
      .filter((path) => /(?<!\.spec)\.tsx?$/.test(path)),
  );
  const texts = sources.map((path) => ({ path, text: withoutComments(read(path)) }));
  const using = (word: string, inTexts = texts): string[] =>
    inTexts.filter(({ text }) => new RegExp(`(?<!\\p{L})${word}`, 'u').test(text)).map(({ path }) => path);
  const isRead = (word: string, language: contracts.Locale): boolean =>
    texts.some(({ path, text }) => new RegExp(`/words/${language}[/.]`).test(path) && text.toLowerCase().includes(word.toLowerCase()));

  it('has words that users read in both languages, and none that it forbids', () => {
    expect(rows.length).toBeGreaterThan(5);
    for (const [english = '', german = '', , never = ''] of rows) {
      expect([english, isRead(english, 'en')]).toEqual([english, true]);
      expect([german, isRead(german.replace(/ .*/, ''), 'de')]).toEqual([german, true]);
      for (const word of never.split(', ').filter(Boolean)) expect([word, using(word)]).toEqual([word, []]);
    }
  });

  it('is held against texts, and not against what is said of the code', () => {
    const inSource = (source: string) => using('Support', [{ path: 'x.ts', text: withoutComments(source) }]);
    expect(inSource("// Support\n/** Support,\n * Support */\nexport const todo = 'https://x.example'; // Support\n")).toEqual([]);
    expect(inSource("export const todo = 'Support'; // for people\n")).toEqual(['x.ts']);
  });
});

describe('the table of environment variables', () => {
  const described = <T extends z.ZodType>(schema: T, more: object = {}) => schema.meta({ description: 'what it is', ...more });
  const reading = (service: ServiceEnvironment['service'], fields: z.ZodRawShape): ServiceEnvironment => ({
    service,
    schema: z.object(fields),
  });
  const cells = (...environments: ServiceEnvironment[]): string[] | undefined =>
    environmentTable(environments)
      .split('\n')[2]
      ?.split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());

  it.each([
    ['a duration', described(duration.default(600_000)), '`10m`'],
    ['several durations', described(durations.default([300_000, 1_800_000])), '`5m,30m`'],
    ['a duration of no whole unit', described(duration.default(1500)), '`1500ms`'],
    ['a number', described(wholeNumber(1, 100).default(50)), '`50`'],
    ['a word', described(z.enum(['retry', 'hold']).default('retry')), '`retry`'],
    ['an empty list', described(durations.default([])), 'none'],
    ['what may be left out', described(z.string().optional()), '–'],
    ['what may not', described(z.string()), 'required'],
    ['what another variable stands in for', described(z.string()).meta({ elseUses: 'OTHER' }), '`OTHER`'],
  ])('shows the default of %s as one would write it', (_, field, shown) => {
    expect(cells(reading('settings-api', { NAME: field }))).toEqual(['`NAME`', 'all', shown, 'what it is']);
  });

  it('says who reads a variable, and marks a secret', () => {
    const key = described(z.string(), { secret: true });
    const environments = [
      reading('settings-api', { KEY: key }),
      reading('mail-dispatcher', { KEY: key }),
      reading('notification-service', {}),
    ];
    expect(cells(...environments)).toEqual(['`KEY`', 'settings, dispatcher', 'required', 'what it is (secret)']);
  });

  it('refuses a variable that nobody describes', () => {
    expect(() => cells(reading('settings-api', { NAME: z.string() }))).toThrow('NAME has no description');
  });
});

describe('generated parts of a document', () => {
  const place = (name: string): string => `<!-- generated: ${name} -->\n\nold\n\n<!-- end of generated -->`;

  it('replace what was there and leave the rest', () => {
    expect(replaceBlocks(`before\n${place('a')}\nafter`, { a: 'new' })).toBe(`before\n${place('a').replace('old', 'new')}\nafter`);
  });

  it('need a place each, and a maker each', () => {
    expect(() => replaceBlocks(place('a'), { a: 'new', b: 'new' })).toThrow('no place for b');
    expect(() => replaceBlocks(place('c'), {})).toThrow('nobody makes');
  });

  it('show who may import whom', () => {
    const projects = [
      { folder: 'libs/core', imports: ['libs/contracts'], inTests: [] },
      { folder: 'libs/smtp', imports: ['libs/core', 'libs/contracts'], inTests: ['libs/testkit'] },
    ];
    expect(dependencyTable(projects)).toMatch(
      /\| libs\/core +\| libs\/contracts +\| +\|\n\| libs\/smtp +\| libs\/core, libs\/contracts \| libs\/testkit +\|/,
    );
  });
});
