import { type PipeTransform } from '@nestjs/common';
import { toFieldErrors } from '@billing-mail/contracts';
import { type z } from 'zod';
import { invalidInput } from './problem.js';

/** Checks a body or query by a schema of contracts: `@Body(new ZodPipe(schema)) body: Output`. Answers 422 with an error per field. */
export class ZodPipe<T extends z.ZodType> implements PipeTransform<unknown, z.output<T>> {
  constructor(private readonly schema: T) {}

  transform(value: unknown): z.output<T> {
    const parsed = this.schema.safeParse(value ?? {});
    if (!parsed.success) throw invalidInput(toFieldErrors(parsed.error));
    return parsed.data;
  }
}
