import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { readReturnPath, RETURN_PATH_DAYS, returnPathFor } from './return-path.js';

const NOW = new Date('2026-11-26T12:00:00Z');
const [OLD, NEW] = [{ key: randomBytes(32) }, { key: randomBytes(32) }];
const deliveryId = randomUUID();
const after = (days: number): Date => new Date(NOW.getTime() + days * 24 * 60 * 60 * 1000);

describe('the return path of a delivery', () => {
  it.each([null, 0, 1, 49, 65_535])('names the delivery and, where it is for one, the recipient %p', (position) => {
    const local = returnPathFor({ deliveryId, position }, [NEW], NOW);
    expect(local).toMatch(/^b\+[a-z2-7]{45,48}$/);
    expect(readReturnPath(local, [NEW], NOW)).toEqual({ deliveryId, position });
  });

  it('is the same address however a mail server writes its letters', () => {
    const local = returnPathFor({ deliveryId, position: null }, [NEW], NOW);
    expect(readReturnPath(local.toUpperCase(), [NEW], NOW)).toEqual({ deliveryId, position: null });
  });

  it('is known by every key, made by the first, and forged for who has none of them', () => {
    const local = returnPathFor({ deliveryId, position: null }, [OLD], NOW);
    expect(readReturnPath(local, [NEW, OLD], NOW)).toEqual({ deliveryId, position: null });
    expect(readReturnPath(local, [NEW], NOW)).toBe('forged');
    expect(readReturnPath(local, [], NOW)).toBe('forged');
    expect(returnPathFor({ deliveryId, position: null }, [NEW, OLD], NOW)).toBe(returnPathFor({ deliveryId, position: null }, [NEW], NOW));
  });

  it('is valid for thirty days', () => {
    const local = returnPathFor({ deliveryId, position: null }, [NEW], NOW);
    expect(readReturnPath(local, [NEW], after(RETURN_PATH_DAYS))).toEqual({ deliveryId, position: null });
    expect(readReturnPath(local, [NEW], after(RETURN_PATH_DAYS + 1))).toBe('expired');
    expect(readReturnPath(local, [NEW], after(-2))).toBe('expired');
  });

  it('is forged as soon as one letter of it is another', () => {
    const local = returnPathFor({ deliveryId, position: 3 }, [NEW], NOW);
    for (let at = 0; at < local.length; at += 1) {
      const altered = `${local.slice(0, at)}${local[at] === 'a' ? 'b' : 'a'}${local.slice(at + 1)}`;
      expect(readReturnPath(altered, [NEW], NOW)).toBe('forged');
    }
    for (const altered of [local.slice(0, -1), `${local}a`, local.slice(2), `b-${local.slice(2)}`, '', 'b+', 'postmaster'])
      expect(readReturnPath(altered, [NEW], NOW)).toBe('forged');
  });

  it('takes any text for forged, and never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readReturnPath(`b+${text}`, [NEW], NOW) === 'forged'));
  });
});
