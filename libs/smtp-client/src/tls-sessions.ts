import { type TlsResumption } from './connecting.js';

// A session is some 2 KB. Who is not among the thousand servers used last pays a full handshake.
const REMEMBERED_AT_MOST = 1_000;

/** TLS sessions that may be resumed, by key, in memory only: who has one can read what was said under it. */
export class TlsSessions {
  private readonly sessions = new Map<string, Buffer>();

  of(key: string): TlsResumption {
    return {
      recall: () => this.sessions.get(key),
      remember: (session) => {
        this.sessions.delete(key);
        this.sessions.set(key, session);
        const [oldest] = this.sessions.keys();
        if (this.sessions.size > REMEMBERED_AT_MOST && oldest !== undefined) this.sessions.delete(oldest);
      },
      forget: () => void this.sessions.delete(key),
    };
  }
}
