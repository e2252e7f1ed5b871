// Generates documents, parts of documents and a file of the Helm chart from the code, so that they always match it.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DELIVERY_TRANSITIONS, RECIPIENT_TRANSITIONS } from '@billing-mail/mail-core';
import { workspaceRoot } from '../workspace.js';
import { asyncApiDocument } from './asyncapi.js';
import { attackTable } from './attack-table.js';
import { chartVariables } from './chart-variables.js';
import { dependencyTable, type ProjectBoundary } from './dependency-table.js';
import { environmentTable } from './environment-table.js';
import { replaceBlocks } from './generated-blocks.js';
import { loadServiceEnvironments } from './service-environments.js';
import { transitionTable } from './transition-table.js';

/** Path of a document in the checkout, and the text that it should have. */
export type Document = { path: string; text: string };

const EXAMPLES = join('tools', 'src', 'docs', 'examples');
const ASYNC_API = join('docs', 'api', 'asyncapi.json');
const CHART_VARIABLES = join('deploy', 'helm', 'billing-mail', 'variables.yaml');

/** Returns the documents with their generated parts brought up to date; writes nothing. */
export async function updatedDocuments(from: 'dist' | 'src'): Promise<Document[]> {
  const environments = await loadServiceEnvironments(from);
  const publishByQueue = fenced('ts', read(join(EXAMPLES, 'publish-invoice.ts')));
  const boundaries = createRequire(__filename)(join(workspaceRoot, 'tools', 'boundaries.cjs')) as { PROJECTS: ProjectBoundary[] };
  const sendByClient = fenced('ts', read(join(EXAMPLES, 'send-invoice.ts')));
  const blocks: Record<string, Record<string, string>> = {
    'docs/integrating.md': {
      'publish-by-queue': publishByQueue,
      'send-by-client': sendByClient,
      'publish-by-http': fenced('sh', read(join(EXAMPLES, 'send-invoice.sh'))),
      'send-by-python': fenced('python', read(join(EXAMPLES, 'send_invoice.py'))),
      'send-by-php': fenced('php', read(join(EXAMPLES, 'send_invoice.php'))),
      'publish-by-upload': fenced('sh', read(join(EXAMPLES, 'upload-invoice.sh'))),
    },
    'docs/operating.md': { environment: environmentTable(environments) },
    'libs/contracts/README.md': { 'publish-by-queue': publishByQueue, 'send-by-client': sendByClient },
    'SECURITY.md': { attacks: await attackTable(from) },
    'ARCHITECTURE.md': {
      dependencies: dependencyTable(boundaries.PROJECTS),
      'delivery-states': transitionTable(DELIVERY_TRANSITIONS),
      'recipient-states': transitionTable(RECIPIENT_TRANSITIONS),
    },
  };
  const documents = Object.entries(blocks).map(([path, made]) => ({ path, text: replaceBlocks(read(path), made) }));
  return [...documents, { path: ASYNC_API, text: asyncApiDocument() }, { path: CHART_VARIABLES, text: chartVariables(environments) }];
}

/** Writes the documents, generated from the built code. Returns their paths. */
export async function writeDocuments(): Promise<string[]> {
  const documents = await updatedDocuments('dist');
  for (const { path, text } of documents) writeFileSync(join(workspaceRoot, path), text);
  return documents.map(({ path }) => path);
}

const read = (path: string): string => readFileSync(join(workspaceRoot, path), 'utf8');
const fenced = (language: string, code: string): string => `\`\`\`${language}\n${code.trimEnd()}\n\`\`\``;
