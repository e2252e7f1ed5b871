import { ApiQuery } from '@nestjs/swagger';

/** Describes the query parameter `timeZone` (`readerTimeZone` of the contracts) in the API description. */
export const ApiReaderTimeZone = (use: string) =>
  ApiQuery({
    name: 'timeZone',
    required: false,
    schema: { type: 'string', default: 'UTC' },
    description: `the reader's, by its IANA name, for ${use}`,
  });
