/**
 * Works on items, so many at a time, in their order.
 * @returns what came of each, in the order of the items
 * @throws what the first one threw; those that were begun go on, and no other is begun
 */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, at: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let stopped = false;
  const worker = async (): Promise<void> => {
    while (!stopped && next < items.length) {
      const at = next++;
      try {
        results[at] = await work(items[at] as T, at);
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
