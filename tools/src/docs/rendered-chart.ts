// The Helm chart as a cluster would get it, for tests: rendered by helm itself and checked against Kubernetes' own types.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '@billing-mail/local-servers';
import { parseAllDocuments } from 'yaml';
import { workspaceRoot } from '../workspace.js';

export const CHART = join(workspaceRoot, 'deploy', 'helm', 'billing-mail');

export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> };
  spec?: unknown;
};

/** A program's output, and whether it exited with 0. */
type Said = { isGood: boolean; output: string };

function run(program: string, args: string[], input = ''): Promise<Said> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd: workspaceRoot, maxBuffer: 2 ** 24 }, (error, stdout, stderr) =>
      resolve({ isGood: error === null, output: error === null ? stdout : stdout + stderr }),
    );
    child.stdin?.end(input);
  });
}

/** Returns the machine's own helm, or extracts into `folder` the one that an npm package contains for Linux on x86-64. */
function provideHelm(folder: string): string {
  const found = findProgram('helm');
  if (found !== null) return found;
  const archive = join(workspaceRoot, 'node_modules', '@aws-cdk', 'asset-kubectl-v20', 'lib', 'layer.zip');
  const extract = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract("helm/helm", sys.argv[2])';
  execFileSync('python3', ['-c', extract, archive, folder]);
  const program = join(folder, 'helm', 'helm');
  chmodSync(program, 0o755);
  return program;
}

/** Returns the path of an API in the npm package of Kubernetes' types, or null if the API is not one of Kubernetes' own. */
function typesOf(apiVersion: string): string | null {
  if (apiVersion === 'v1') return 'core/v1';
  const [group = '', version] = apiVersion.split('/');
  return group.includes('.') && !group.endsWith('.k8s.io') ? null : `${group.replace(/\.k8s\.io$/, '')}/${version}`;
}

export class RenderedChart {
  private readonly helm: string;

  /** @param folder an own folder, inside the checkout so that the checkout's packages can be imported from it */
  constructor(private readonly folder: string) {
    this.helm = provideHelm(folder);
  }

  lint(values: object): Promise<Said> {
    return run(this.helm, ['lint', '--strict', CHART, '--values', '-'], JSON.stringify(values));
  }

  /** Runs `helm template` for Kubernetes 1.31: the version that helm assumes by default depends on the helm release. */
  template(values: object): Promise<Said> {
    return run(
      this.helm,
      ['template', 'billing', CHART, '--namespace', 'mail', '--kube-version', '1.31.0', '--values', '-'],
      JSON.stringify(values),
    );
  }

  /** @throws Error with helm's output */
  async render(values: object): Promise<Manifest[]> {
    const { isGood, output } = await this.template(values);
    if (!isGood) throw new Error(output);
    return parseAllDocuments(output)
      .map((document) => document.toJS() as Manifest | null)
      .filter((manifest) => manifest !== null);
  }

  /** Returns the compiler's errors, field by field: unknown names, wrong types, missing fields. */
  async compareWithTypes(manifests: readonly Manifest[]): Promise<string> {
    const lines = manifests.flatMap((manifest, index) => {
      const types = typesOf(manifest.apiVersion);
      if (types === null) return [];
      return [
        `import { type ${manifest.kind} as T${index} } from 'kubernetes-types/${types}';`,
        `export const m${index}: T${index} = ${JSON.stringify(manifest)};`,
      ];
    });
    const file = join(this.folder, 'manifests.ts');
    writeFileSync(file, lines.join('\n'));
    const compiler = join(workspaceRoot, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
    const { output } = await run(process.execPath, [compiler, ...options, file]);
    return output;
  }
}
