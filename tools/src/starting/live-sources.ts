// What `npm run dev` does with a changed file: Vite updates the page, and a file of a service is compiled to where the service runs from.
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { type Options } from '@swc/core';
import { type FSWatcher } from 'vite';
import { dataFolder, workspaceRoot } from '../workspace.js';
import { type RunningServices, type ServiceName } from './services.js';

/** The paths that settings-api answers, apart from the page. Everything else at the page's origin is a source of the page. */
const OF_SETTINGS_API = '^/(?:v1|docs|docs-json|health|version)(?:[/?]|$)|^/console-config\\.json';

/** Matches paths (without file extension) of tests, which are not in `dist`. */
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
    // Errors are shown in the browser. All else that Vite logs is about requests during a restart.
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
    // An editor empties a file before it writes it, and the write is another change.
    if (statSync(source).size === 0) return;
    const built = join(project, 'dist', `${path}.${ending === 'ts' ? 'js' : 'json'}`);
    try {
      const code = ending === 'ts' ? transformFileSync(source, options).code : null;
      // Without its build info the compiler builds the project again; it must not take a file for its own that it has not written.
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
