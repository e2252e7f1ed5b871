// What `npm run dev` does with a changed file: the page by Vite's own means, a service's by writing it to where the service runs from.
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { type Options } from '@swc/core';
import { type FSWatcher } from 'vite';
import { dataFolder, workspaceRoot } from '../workspace.js';
import { type RunningServices, type ServiceName } from './services.js';

/** What settings-api answers besides the page; everything else at the page's origin is a source of the page. */
const OF_SETTINGS_API = '^/(?:v1|docs|docs-json|health|version)(?:[/?]|$)|^/console-config\\.json';

/** Without its ending; none of it is in `dist`. */
const OF_TESTS = /\.spec$|(^|\/)testing\//;

/** Serves the page from its sources, with the services behind the same origin as in production, and watches the sources of the services too. */
export async function serveSources(page: string, services: RunningServices, tell: (line: string) => void): Promise<void> {
  const { createServer } = await import('vite');
  const behind = (name: ServiceName, prefix: string): object => ({
    target: services[name].url,
    rewrite: (path: string) => path.slice(prefix.length),
  });
  const server = await createServer({
    configFile: join(workspaceRoot, 'libs', 'console', 'vite.config.mjs'),
    cacheDir: join(dataFolder(), 'vite'),
    // Mistakes are shown in the browser; what is logged besides are requests during a restart.
    logLevel: 'silent',
    server: {
      host: '127.0.0.1',
      port: Number(new URL(page).port),
      strictPort: true,
      proxy: {
        '/api/dispatcher/': behind('mail-dispatcher', '/api/dispatcher'),
        '/api/notifications/': behind('notification-service', '/api/notifications'),
        [OF_SETTINGS_API]: behind('settings-api', ''),
      },
    },
  });
  await watchServices(server.watcher, tell);
  await server.listen();
}

async function watchServices(watcher: FSWatcher, tell: (line: string) => void): Promise<void> {
  const { transformFileSync } = await import('@swc/core');
  const options = createRequire(__filename)(join(workspaceRoot, 'tools', 'swc-options.cjs')) as Options;
  const toBuilt = (source: string): void => {
    const [, project, path, ending] = /^(.*?\/(?:apps|libs)\/(?!console\/)[^/]+)\/src\/(.+)\.(ts|json)$/.exec(source) ?? [];
    if (project === undefined || path === undefined || OF_TESTS.test(path)) return;
    // An editor empties a file before it writes it: what it writes is a change of its own.
    if (statSync(source).size === 0) return;
    const built = join(project, 'dist', `${path}.${ending === 'ts' ? 'js' : 'json'}`);
    try {
      const code = ending === 'ts' ? transformFileSync(source, options).code : null;
      // The compiler must not take for its own what it has not written: without its notes it builds the project anew.
      rmSync(join(project, 'dist', '.tsbuildinfo'), { force: true });
      mkdirSync(dirname(built), { recursive: true });
      if (code === null) copyFileSync(source, built);
      else writeFileSync(built, code);
      tell(relative(workspaceRoot, source));
    } catch (error) {
      tell(`${relative(workspaceRoot, source)} is not taken: ${(error as Error).message}`);
    }
  };
  watcher.on('add', toBuilt).on('change', toBuilt);
  for (const folder of ['apps', 'libs'])
    watcher.add(readdirSync(join(workspaceRoot, folder)).map((project) => join(workspaceRoot, folder, project, 'src')));
}
