/**
 * The keystore that lies nearest to a flow: the one that shares the longest beginning of its path with it, folder by folder. Undefined where
 * several do, or none is given: a person has to choose then.
 * @param flow path of the flow, or of a URI; slashes or backslashes
 */
export function nearestKeystore<T extends { readonly path: string }>(
  flow: string,
  keystores: readonly T[],
): T | undefined {
  const wanted = foldersOf(flow);
  let best: T[] = [];
  let bestShared = -1;
  for (const keystore of keystores) {
    const folders = foldersOf(keystore.path);
    let shared = 0;
    while (shared < folders.length && folders[shared] === wanted[shared]) shared++;
    if (shared > bestShared) {
      best = [keystore];
      bestShared = shared;
    } else if (shared === bestShared) best.push(keystore);
  }
  return best.length === 1 ? best[0] : undefined;
}

function foldersOf(path: string): string[] {
  return path.split(/[/\\]/).slice(0, -1);
}
