// The language that a request asks for. Texts for people follow it; everything else is the same in all languages.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { type Locale, locale, LOCALES } from '@billing-mail/contracts';
import type { Request, Response } from 'express';

// RFC 9110 12.4.2 and 12.5.4: a language range, and a weight with at most three decimals, which is 1 if it is missing.
const RANGE = /^([A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/**
 * Returns the supported language with the highest weight in the header, the first one of equals; `null` if the header asks for none of
 * them.
 */
export function preferredLocale(acceptLanguage: string | undefined): Locale | null {
  let preferred: { locale: Locale; weight: number } | null = null;
  for (const part of (acceptLanguage ?? '').split(',')) {
    const [, language = '', q = '1'] = RANGE.exec(part.trim()) ?? [];
    const spoken = locale.options.find((known) => known === language.toLowerCase());
    const weight = Number(q);
    if (spoken !== undefined && weight > (preferred?.weight ?? 0)) preferred = { locale: spoken, weight };
  }
  return preferred?.locale ?? null;
}

/** Parameter decorator: the supported language that `Accept-Language` asks for, or `null` if there is none. */
export const ReaderLocale = createParamDecorator((_: unknown, context: ExecutionContext): Locale | null => {
  const http = context.switchToHttp();
  http.getResponse<Response>().vary('Accept-Language');
  return preferredLocale(http.getRequest<Request>().headers['accept-language']);
});

/** Says in the API description that the texts of the answer follow `Accept-Language`. */
export const ApiReaderLocale = (otherwise: string) =>
  ApiHeader({
    name: 'Accept-Language',
    required: false,
    description: `language of texts for people, ${LOCALES.join(' or ')}; otherwise ${otherwise}`,
  });
