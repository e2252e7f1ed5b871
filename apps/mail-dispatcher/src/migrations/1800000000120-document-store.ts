// Records which document store belongs to this database: dispatchers with different folders would wait forever for each other's documents.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class DocumentStore1800000000120 implements MigrationInterface {
  readonly name = 'DocumentStore1800000000120';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE dispatch.document_store (
        is_the_only_one boolean PRIMARY KEY DEFAULT true CHECK (is_the_only_one),
        id uuid NOT NULL,
        place text
      )`);
    await runner.query(`COMMENT ON TABLE dispatch.document_store IS
      'The id that the document store of this database carries, and where it was last; no place before the first dispatcher has given it the id'`);
    await runner.query('INSERT INTO dispatch.document_store (id) VALUES (gen_random_uuid())');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dispatch.document_store');
  }
}
