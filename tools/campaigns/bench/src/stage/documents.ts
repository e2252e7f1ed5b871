// Provides documents in the store's folder, as invoicing would have put them there, and the same documents inline.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attachment } from '@billing-mail/contracts';

export type Handover = 'ref' | 'inline';

/** Deliveries use these in turn. More would only fill the disk, because no service caches a document that it has read. */
const DOCUMENTS = 100;
const MOST_BYTES = 128 * 1024 * 1024;

export class Documents {
  private readonly made = new Map<string, Attachment[]>();

  constructor(readonly folder: string) {}

  /** Returns attachments of that many bytes each, for one team. */
  of(teamId: string, bytes: number, handover: Handover): readonly Attachment[] {
    const name = `${teamId}/${handover}/${bytes}`;
    const made = this.made.get(name) ?? this.make(teamId, bytes, handover);
    this.made.set(name, made);
    return made;
  }

  private make(teamId: string, bytes: number, handover: Handover): Attachment[] {
    const count = Math.max(1, Math.min(DOCUMENTS, Math.floor(MOST_BYTES / bytes)));
    return Array.from({ length: count }, (_, index) => {
      const content = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(bytes)]).subarray(0, bytes);
      const names = { filename: `invoice-${index}.pdf`, contentType: 'application/pdf' };
      if (handover === 'inline') return { ...names, content: content.toString('base64') };
      const ref = `${teamId}/${bytes}/${index}.pdf`;
      const file = join(this.folder, ref);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, content);
      return { ...names, ref, sha256: createHash('sha256').update(content).digest('hex'), size: bytes };
    });
  }
}
