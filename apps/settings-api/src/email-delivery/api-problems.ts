import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { problemTitle } from '@billing-mail/platform';

/** Describes the problem responses of an operation for OpenAPI. */
export const ApiProblems = (...statuses: number[]) =>
  applyDecorators(...statuses.map((status) => ApiResponse({ status, description: problemTitle(status) })));
