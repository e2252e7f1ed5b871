import { markdownTable } from './markdown-table.js';

/** A project, named by its folder, such as `libs/platform`, and the folders of the projects that it and its tests may import. */
export interface ProjectBoundary {
  folder: string;
  imports: string[];
  inTests: string[];
}

/** Returns the table of which project may import which, from the list that is enforced. */
export function dependencyTable(projects: readonly ProjectBoundary[]): string {
  return markdownTable(
    ['project', 'may import', 'its tests also'],
    projects.map(({ folder, imports, inTests }) => [folder, imports.join(', '), inTests.join(', ')]),
  );
}
