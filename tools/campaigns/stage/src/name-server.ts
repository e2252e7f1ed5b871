// A DNS server on loopback whose answers the campaign changes as it likes, and the way to make a process ask it.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DnsAnswer, type DnsServer, startDnsServer } from '@billing-mail/testkit';

export class NameServer {
  private constructor(
    /** By name in lower case; other names are unknown. */
    readonly answers: Record<string, DnsAnswer>,
    private readonly server: DnsServer,
  ) {}

  static async start(): Promise<NameServer> {
    const answers: Record<string, DnsAnswer> = {};
    return new NameServer(answers, await startDnsServer(answers));
  }

  /**
   * The words before a command that make it ask this server and no other: a mount namespace with a resolv.conf of its own, as
   * c-ares takes its servers from there only. `null` where that is not allowed.
   */
  prefixFor(folder: string): string[] | null {
    const file = join(folder, 'resolv.conf');
    writeFileSync(file, `nameserver ${this.server.address}\noptions timeout:1 attempts:2\n`, { mode: 0o644 });
    const prefix = ['unshare', '--mount', 'sh', '-c', `mount --bind '${file}' /etc/resolv.conf && exec "$@"`, 'sh'];
    try {
      const [command = '', ...args] = prefix;
      execFileSync(command, [...args, 'true'], { stdio: 'ignore' });
      return prefix;
    } catch {
      return null; // no root, no unshare, or no resolv.conf to mount over
    }
  }

  close(): Promise<void> {
    return this.server.close();
  }
}
