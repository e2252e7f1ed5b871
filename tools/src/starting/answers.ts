/** Returns whether a local server answers, and with success. */
export async function answers(url: string, withinMs = 3000): Promise<boolean> {
  try {
    // A kept connection may lead to another program that had this port before.
    return (await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(withinMs) })).ok;
  } catch {
    return false; // not listening yet
  }
}
