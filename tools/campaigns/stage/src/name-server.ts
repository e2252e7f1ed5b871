// A DNS server on loopback whose answers the campaign can change at any time, and the command prefix that makes a process use it.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DnsAnswer, type DnsServer, startDnsServer } from '@billing-mail/testkit';

export class NameServer {
  private constructor(
    /** Answers by name in lower case; all other names do not exist. */
    readonly answers: Record<string, DnsAnswer>,
    private readonly server: DnsServer,
  ) {}

  static async start(): Promise<NameServer> {
    const answers: Record<string, DnsAnswer> = {};
    return new NameServer(answers, await startDnsServer(answers));
  }

  /**
   * Returns the command prefix that makes a program use only this server: a mount namespace with its own resolv.conf, because c-ares reads
   * its servers from there only. `null` if that is not allowed.
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
