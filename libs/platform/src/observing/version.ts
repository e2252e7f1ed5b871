import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type NestExpressApplication } from '@nestjs/platform-express';

// The same from src and from dist.
const PACKAGE_FILE = path.resolve(__dirname, '../../../../package.json');

/** Serves `GET /version`: the service, its version, the commit that it was built from if that is known, and the version of Node.js. */
export function serveVersion(app: NestExpressApplication, service: string, commit: string | undefined): void {
  const { version } = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')) as { version: string };
  const build = { service, version, commit: commit ?? null, node: process.versions.node };
  app
    .getHttpAdapter()
    .getInstance()
    .get('/version', (_request, response) => void response.json(build));
}
