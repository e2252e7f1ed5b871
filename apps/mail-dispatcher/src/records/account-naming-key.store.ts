import { Injectable } from '@nestjs/common';
import { Sql } from '@billing-mail/platform';

@Injectable()
export class AccountNamingKeyStore {
  constructor(private readonly sql: Sql) {}

  /** Returns the one key, sealed with each secret key; `null` if there is no key yet. */
  async seals(): Promise<string[] | null> {
    const [row] = await this.sql.rows<{ seals: string[] }>('SELECT seals FROM dispatch.account_naming_key');
    return row?.seals ?? null;
  }

  /** Replaces the seals, unless another dispatcher has done so since `before` was read. */
  async replace(before: readonly string[] | null, seals: readonly string[]): Promise<void> {
    if (before === null)
      await this.sql.affected('INSERT INTO dispatch.account_naming_key (seals) VALUES ($1) ON CONFLICT DO NOTHING', [seals]);
    else await this.sql.affected('UPDATE dispatch.account_naming_key SET seals = $2 WHERE seals = $1', [before, seals]);
  }
}
