import { z } from 'zod';
import { listOf } from './bounded-list.js';
import { type DispatchJobInput, dispatchJobSchema } from './dispatch-job.js';
import { emailDeliveryInput } from './email-delivery-settings.js';
import { MOST_FIELD_ERRORS, toFieldErrors } from './http.js';
import { resendRequest } from './delivery.js';

const errorsOf = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value);
  if (parsed.success) throw new Error('taken');
  return { issues: parsed.error.issues.length, errors: toFieldErrors(parsed.error) };
};
const ones = (count: number): number[] => new Array<number>(count).fill(1);
const good: DispatchJobInput = {
  ...{ version: 1, key: 'k', teamId: 'acme', requestedBy: { userId: 'u17' }, document: { id: '1', type: 'invoice' } },
  ...{ to: [{ address: 'a@customer.example' }], subject: 'Invoice', text: 'Hello' },
};

describe('a list from outside', () => {
  const readItems: unknown[] = [];
  const counted = z.unknown().superRefine((value, context) => {
    readItems.push(value);
    if (value === 1) context.addIssue('is wrong');
  });

  it.each<[string, (list: z.ZodArray) => z.ZodType]>([
    ['as it is', (list) => list],
    ['with what is added to its schema', (list) => list.min(1).default([]).meta({ description: 'numbers' })],
  ])('is looked at until a hundred items were wrong, and touched no further: %s', (_name, made) => {
    readItems.length = 0;
    let touched = 0;
    const list = new Proxy([0, ...ones(10_000)], {
      get: (target, name, receiver) => {
        touched += Number(typeof name === 'string' && /^\d+$/.test(name));
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    const { issues } = errorsOf(z.object({ list: made(listOf(counted, '')) }), { list });
    expect([issues, readItems.length, touched]).toEqual([MOST_FIELD_ERRORS, MOST_FIELD_ERRORS + 1, MOST_FIELD_ERRORS + 1]);
  });

  it('is looked at whole where it is good, and anew by the next parse', () => {
    const schema = listOf(z.int('must be a number'), '');
    expect(errorsOf(schema, new Array<string>(1000).fill('x')).issues).toBe(MOST_FIELD_ERRORS);
    expect(schema.safeParse(ones(1000)).success).toBe(true);
    expect(errorsOf(schema, [...ones(1000), 'x']).errors).toEqual([{ pointer: '/1000', message: 'must be a number' }]);
  });

  const many = ones(200_000);
  it.each<[string, z.ZodType, object]>([
    ['recipients', dispatchJobSchema(), { ...good, to: many }],
    ['copies of all kinds', dispatchJobSchema(), { ...good, cc: many, bcc: many }],
    ['copies of a team', emailDeliveryInput, { companyName: 'ACME', cc: many, bcc: many }],
    ['recipients to send to again', resendRequest, { recipients: many }],
    ['unknown fields', resendRequest, Object.fromEntries(many.map((_, index) => [`f${index}`, 1]))],
  ])('is told of by a hundred errors and a word that there may be more: %s', (_name, schema, value) => {
    const { issues, errors } = errorsOf(schema, value);
    // At most a hundred a list.
    expect(issues).toBeLessThan(3 * MOST_FIELD_ERRORS);
    expect(errors).toHaveLength(MOST_FIELD_ERRORS + 1);
    expect(errors.at(-1)).toEqual({ pointer: '', message: expect.stringContaining('more errors than these 100') });
    expect(JSON.stringify(errors).length).toBeLessThan(20_000);
  });

  it.each<[string, z.ZodType, object]>([
    ['attachments', dispatchJobSchema(), { ...good, attachments: many }],
    ['users to tell', emailDeliveryInput, { companyName: 'ACME', notifyUserIds: many }],
  ])('is told of by its length where that is bounded: %s', (_name, schema, value) => {
    expect(errorsOf(schema, value)).toEqual({
      issues: 1,
      errors: [expect.objectContaining({ message: expect.stringContaining('more than') })],
    });
  });
});
