import { Sql } from '@billing-mail/platform';

/**
 * The id of the document store that belongs to this database, and the last known place of that store; `place` is `null` until a store has
 * been given the id.
 */
export type StoreIdentity = { id: string; place: string | null };

export class StoreIdentityStore {
  constructor(private readonly sql: Sql) {}

  async known(): Promise<StoreIdentity> {
    const [row] = await this.sql.rows<StoreIdentity>('SELECT id, place FROM dispatch.document_store');
    if (row === undefined) throw new Error('dispatch.document_store has lost its row.');
    return row;
  }

  /**
   * Records where the store is. If `give` is set, calls it and records the place only if no store has been given the id yet. A lock ensures
   * that two dispatchers that start for the first time do not both give the id.
   */
  async note(place: string, give: (() => Promise<void>) | null): Promise<void> {
    await this.sql.transaction(async (sql) => {
      const [row] = await sql.rows<StoreIdentity>('SELECT id, place FROM dispatch.document_store FOR UPDATE');
      if (give !== null && row?.place === null) await give();
      if (give === null || row?.place === null) await sql.affected('UPDATE dispatch.document_store SET place = $1', [place]);
    });
  }
}
