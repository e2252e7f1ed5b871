import { inTransaction, Sql } from '@billing-mail/platform';
import { type DataSource } from 'typeorm';

/**
 * The id of the document store that this database belongs to, and where that store was last; `place` is `null` until a store was given the
 * id.
 */
export type StoreIdentity = { id: string; place: string | null };

export class StoreIdentityStore {
  constructor(private readonly dataSource: DataSource) {}

  async known(): Promise<StoreIdentity> {
    const [row] = await new Sql(this.dataSource).rows<StoreIdentity>('SELECT id, place FROM dispatch.document_store');
    if (row === undefined) throw new Error('dispatch.document_store has lost its row.');
    return row;
  }

  /**
   * Records where the store is. With `give`, only if no store was given the id yet; this runs under a lock, so that two first starts do not
   * both do it.
   */
  async note(place: string, give: (() => Promise<void>) | null): Promise<void> {
    await inTransaction(this.dataSource, async (sql) => {
      const [row] = await sql.rows<StoreIdentity>('SELECT id, place FROM dispatch.document_store FOR UPDATE');
      if (give !== null && row?.place === null) await give();
      if (give === null || row?.place === null) await sql.affected('UPDATE dispatch.document_store SET place = $1', [place]);
    });
  }
}
