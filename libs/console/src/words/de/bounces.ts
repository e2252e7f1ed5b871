// What the page says about documents that came back after they had been sent, in German.
import { type bouncesWords as english } from '../en/bounces.js';

const z = (count: number, one: string, many: string): string => `${count.toLocaleString('de')} ${count === 1 ? one : many}`;
const von = (address: string | null): string => address ?? 'einem der Empfänger';

export const bouncesWords: typeof english = {
  cameBack: 'Zurückgekommen',
  status: { failed: 'Zurückgekommen', partly_sent: 'Von einigen Empfängern zurückgekommen' },
  reports: {
    bounced: (address) => (address === null ? 'Zurückgekommen, ohne Angabe, von wem' : `Zurückgekommen von ${address}`),
    delayed: (address) => (address === null ? 'Verzögert' : `Verzögert auf dem Weg zu ${address}`),
    delivered: (address) => `Angekommen bei ${von(address)}`,
    relayed: (address) => `Auf dem Weg zu ${von(address)} an einen Server weitergegeben, der nichts weiter meldet`,
    expanded: (address) => `Weitergegeben an den Verteiler von ${address ?? 'einer der Adressen'}`,
    complaint: (address) => `Als unerwünscht markiert von ${von(address)}`,
    absence: (address) => `Abwesenheitsnotiz von ${von(address)}`,
    auto_reply: (address) => `Automatische Antwort von ${von(address)}`,
  },
  passedOn: 'einer Adresse, an die der Beleg weitergeleitet wurde',
  notKnown: 'Vom Mailserver angenommen; es kam eine Meldung zurück, die den Empfänger nicht nennt',
  askAll: 'Fragen Sie Ihre Kunden, wer den Beleg nicht erhalten hat.',
  reportedBy: (server) => `Gemeldet von ${server}`,
  triedUntil: (when) => `Dieser Server versucht es bis ${when}.`,
  rawReport: 'Was in der Meldung steht',
  bouncedBefore: (when) =>
    `Von dieser Adresse kamen Belege zurück, zuletzt am ${when}. Kommt auch dieser zurück, erfragen Sie bei Ihrem Kunden die richtige Adresse.`,
  ownMailbox:
    'Ihr eigener Mailserver verschickt diesen Beleg. Kommt er zurück, geht die Meldung an das Postfach Ihrer Absenderadresse und ist hier nicht zu sehen.',
  correct: {
    open: 'Adresse berichtigen und erneut verschicken …',
    title: 'Adresse berichtigen und erneut verschicken',
    stillWrong: 'Von dieser Adresse kam der Beleg zurück.',
    refused: 'Der Mailserver hat diese Adresse nicht angenommen.',
    chosenThen: 'Sie wird ausgewählt, sobald Sie sie berichtigen.',
  },
  run: {
    title: 'Bericht über einen Versandlauf',
    lead: 'Was aus den Belegen eines Zeitraums, einer Art oder einer Serie geworden ist. Bleibt „Von“ leer, sind es die letzten 30 Tage.',
    type: 'Art',
    allTypes: 'Alle Arten',
    series: 'Serie',
    occurrence: 'Termin der Serie',
    occurrenceHint: 'etwa 2026-11',
    summary: (documents, recipients) => `${z(documents, 'Beleg', 'Belege')} an ${z(recipients, 'Empfänger', 'Empfänger')}`,
    countOf: (bounced, recipients, isRecent) =>
      `${isRecent ? 'In den letzten 30 Tagen z' : 'Z'}urückgekommen von ${bounced.toLocaleString('de')} von ${z(recipients, 'Empfänger', 'Empfängern')}.`,
    recipients: 'Empfänger',
    documents: 'Belege',
    wentOut: 'Verschickt an',
    arrived: 'davon ohne Rückmeldung',
    cameBack: 'davon zurückgekommen',
    uncertain: 'davon ungewiss',
    refused: 'Vom Mailserver nicht angenommen',
    underWay: 'In Arbeit',
    cancelled: 'Abgebrochen',
    partly: 'Nur an einige ihrer Empfänger',
    toNobody: 'An niemanden: nicht verschickt oder zurückgekommen',
    whatIsKnown:
      '„Ohne Rückmeldung“ heißt: Der Mailserver hat den Beleg angenommen, und bisher kam nichts zurück. Meldungen zu Belegen, die Ihr eigener Mailserver verschickt, gehen an Ihr eigenes Postfach, wo wir sie nicht sehen.',
    csvColumns: [
      'Nummer',
      'Belegkennung',
      'Art',
      'Betreff',
      'Status',
      'Rolle',
      'Empfänger',
      'Status des Empfängers',
      'Seit',
      'Antwort',
      'Versand',
    ],
  },
  undeliverable: {
    title: 'Unzustellbare Adressen',
    lead: 'Adressen, von denen Belege endgültig zurückkamen. 30 Tage lang wird bei jedem neuen Beleg an eine dieser Adressen gewarnt; verschickt wird er trotzdem. Sobald ein Beleg, der über unsere Plattform verschickt wurde, einen Tag lang nicht zurückgekommen ist, verschwindet die Adresse von der Liste.',
    empty: 'Keine unzustellbaren Adressen',
    emptyText: 'Zurzeit steht keine Adresse auf der Liste.',
    since: (when, until) => `Seit ${when} · auf der Liste bis ${until}`,
    forget: 'Entfernen',
    forgetOf: (address) => `${address} entfernen`,
    forgotten: (address) => `${address} ist entfernt: Beim nächsten Beleg dorthin wird nicht gewarnt.`,
    more: 'Mehr anzeigen',
    readOnly: 'Adressen entfernen dürfen nur Administratoren des Teams.',
    csvColumns: ['Adresse', 'Seit', 'Gemerkt bis', 'Grund', 'Was in der Meldung steht', 'Art', 'Nummer', 'Belegkennung', 'Versand'],
  },
};
