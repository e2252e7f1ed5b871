import { Injectable } from '@nestjs/common';
import { Sql } from '@billing-mail/platform';

@Injectable()
export class BlobsStore {
  constructor(private readonly sql: Sql) {}

  /** Returns those of the given blobs that a delivery needs: as a document, or as message bytes kept for its next try. */
  async named(hashes: readonly string[]): Promise<Set<string>> {
    const rows = await this.sql.rows<{ sha256: string }>(
      `SELECT sha256 FROM unnest($1::text[]) AS blob (sha256)
       WHERE EXISTS (SELECT FROM dispatch.attachments a WHERE a.sha256 = blob.sha256 AND a.ref IS NULL)
         OR sha256 IN (SELECT t.message_sha256 FROM dispatch.deliveries d JOIN dispatch.attempts t ON t.delivery_id = d.id
                       WHERE d.settled_at IS NULL AND t.message_sha256 = ANY($1))`,
      [hashes],
    );
    return new Set(rows.map(({ sha256 }) => sha256));
  }
}
