/**
 * Lists our production dependencies of which another package installs a second version with the same major version.
 * `packages`: those of the lock file.
 */
export function duplicatesIn(packages) {
  const copies = (name) =>
    Object.entries(packages).filter(
      ([path, { dev }]) => dev !== true && (path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`)),
    );
  const major = ({ version }) => version.split('.')[0];
  return Object.keys(packages[''].dependencies).flatMap((name) => {
    const own = packages[`node_modules/${name}`];
    return copies(name)
      .filter(([path, copy]) => path !== `node_modules/${name}` && major(copy) === major(own))
      .map(([path, { version }]) => `${name} ${own.version}, and ${version} in ${path}`);
  });
}
