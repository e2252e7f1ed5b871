import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { problem } from '@billing-mail/contracts';
import { jsonSchema, problemTitle } from '@billing-mail/platform';

/** The problem answers of a call, for OpenAPI. */
export const ApiProblems = (...statuses: number[]) =>
  applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({ status, description: problemTitle(status), content: { 'application/problem+json': { schema: jsonSchema(problem) } } }),
    ),
  );
