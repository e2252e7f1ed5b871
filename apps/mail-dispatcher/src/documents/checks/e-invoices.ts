// Electronic invoices that are known by their file name: the root element they must have, and the profiles they may name.
import { type XmlName, type XmlReading } from './read-xml.js';

type Syntax = { root: XmlName; profileAt: string };

const GUIDELINE = 'GuidelineSpecifiedDocumentContextParameter/ID';
/** UN/CEFACT Cross Industry Invoice D16B, used by Factur-X 1, ZUGFeRD 2 and XRechnung. */
const CII: Syntax = {
  root: { uri: 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100', local: 'CrossIndustryInvoice' },
  profileAt: `ExchangedDocumentContext/${GUIDELINE}`,
};
const ZUGFERD_1: Syntax = {
  root: { uri: 'urn:ferd:CrossIndustryDocument:invoice:1p0', local: 'CrossIndustryDocument' },
  profileAt: `SpecifiedExchangedDocumentContext/${GUIDELINE}`,
};
const ubl = (local: 'Invoice' | 'CreditNote'): Syntax => ({
  root: { uri: `urn:oasis:names:specification:ubl:schema:xsd:${local}-2`, local },
  profileAt: 'CustomizationID',
});

/** Profiles listed by Factur-X 1.07, ZUGFeRD 1.0 to 2.3 and EN 16931-1; the names of profiles derived from EN 16931 begin with its name. */
const FACTUR_X = /^urn:(?:factur-x\.eu:1p0:|cen\.eu:en16931:2017|zugferd\.de:2p\d:)/;
const ZUGFERD = /^urn:(?:factur-x\.eu:1p0:|cen\.eu:en16931:2017|zugferd\.de:2p\d:|ferd:(?:CrossIndustryDocument:)?invoice:)/;
/** KoSIT's names: with the former authority of the standard and with the present one. */
const XRECHNUNG = /^urn:cen\.eu:en16931:2017#.*kosit:(?:standard:)?xrechnung_\d/;

type EInvoice = { syntaxes: readonly Syntax[]; profile: RegExp };

/** The keys are in lower case. */
const E_INVOICES: ReadonlyMap<string, EInvoice> = new Map([
  ['factur-x.xml', { syntaxes: [CII], profile: FACTUR_X }],
  ['zugferd-invoice.xml', { syntaxes: [CII, ZUGFERD_1], profile: ZUGFERD }],
  ['xrechnung.xml', { syntaxes: [CII, ubl('Invoice'), ubl('CreditNote')], profile: XRECHNUNG }],
]);

export const isNamedEInvoice = (filename: string): boolean => E_INVOICES.has(filename.toLowerCase());

/** Where each syntax names its profile. */
export const PROFILE_PATHS = [CII, ZUGFERD_1, ubl('Invoice')].map(({ profileAt }) => profileAt);

/** Returns the problem if a file is not the invoice that its name says; `null` if there is none. */
export function explainEInvoice(filename: string, { root, texts }: Exclude<XmlReading, { problem: string }>): string | null {
  const expected = E_INVOICES.get(filename.toLowerCase());
  if (expected === undefined) return null;
  const syntax = expected.syntaxes.find((one) => one.root.local === root.local && one.root.uri === root.uri);
  if (syntax === undefined) {
    const roots = expected.syntaxes.map((one) => `${one.root.local} of ${one.root.uri}`);
    return `is no ${filename}: at its root must stand ${roots.join(', or ')}`;
  }
  const profile = texts.get(syntax.profileAt)?.trim();
  if (profile === undefined || profile === '') return `is no ${filename}: it names no profile (${syntax.profileAt})`;
  return expected.profile.test(profile) ? null : `is no ${filename}: its profile is not one of that kind (${syntax.profileAt})`;
}
