/** The parts of node-forge that are used, by submodule: the package's root would bring eight times as much. */
declare module 'node-forge/lib/forge' {
  import type forge from 'node-forge';
  const root: Pick<typeof forge, 'cipher' | 'rc2' | 'util'>;
  // eslint-disable-next-line no-restricted-exports -- that is how the library exports
  export default root;
}
declare module 'node-forge/lib/des';
declare module 'node-forge/lib/rc2';
