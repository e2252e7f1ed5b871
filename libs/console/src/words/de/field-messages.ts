// Messages about fields, in German, and in the words of the form if they were written for programs.
import { type FieldMessages } from '../en/field-messages.js';

/** Messages about a signing certificate. */
const CERTIFICATE_MESSAGES: readonly [message: string, german: string][] = [
  ['is too large for a certificate; choose the .p12 or .pfx file', 'ist zu groß für ein Zertifikat; wählen Sie die Datei .p12 oder .pfx'],
  [
    'is PEM; export certificate and key together as PKCS#12 (.p12 or .pfx)',
    'die Datei ist im Format PEM; exportieren Sie Zertifikat und Schlüssel zusammen als PKCS#12 (.p12 oder .pfx)',
  ],
  [
    'is no PKCS#12 file, or a damaged one; export the certificate with its key as .p12 or .pfx once more',
    'die Datei ist keine PKCS#12-Datei oder beschädigt; exportieren Sie das Zertifikat mit Schlüssel noch einmal als .p12 oder .pfx',
  ],
  [
    'asks for too many rounds of its passphrase; export it again with the program it comes from',
    'verlangt zu viele Rechenrunden für ihr Passwort; exportieren Sie sie mit ihrem Programm noch einmal',
  ],
  [
    'does not open the file; look at capital letters, umlauts and spaces',
    'öffnet die Datei nicht; achten Sie auf Großbuchstaben, Umlaute und Leerzeichen',
  ],
  [
    'has no private key; export the certificate again together with its private key',
    'enthält keinen privaten Schlüssel; exportieren Sie das Zertifikat noch einmal zusammen mit ihm',
  ],
  [
    'has no certificate; export the key again together with its certificate',
    'enthält kein Zertifikat; exportieren Sie den Schlüssel noch einmal zusammen mit ihm',
  ],
  [
    'has a key and a certificate that do not belong together; export the key with its own certificate',
    'enthält einen Schlüssel und ein Zertifikat, die nicht zusammengehören; exportieren Sie den Schlüssel mit seinem eigenen Zertifikat',
  ],
  [
    'has a key that is not RSA; order an RSA certificate of 2048 bits or more',
    'hat keinen RSA-Schlüssel; bestellen Sie ein RSA-Zertifikat mit mindestens 2048 Bit',
  ],
  [
    'has an RSA key of less than 2048 bits, which mail programs refuse; order a new certificate',
    'hat einen RSA-Schlüssel mit weniger als 2048 Bit, den Mailprogramme ablehnen; bestellen Sie ein neues Zertifikat',
  ],
  [
    'has an RSA key of more than 8192 bits, which takes too long to sign with; order a certificate of 4096 bits or less',
    'hat einen RSA-Schlüssel mit mehr als 8192 Bit, mit dem das Signieren zu lange dauert; bestellen Sie ein Zertifikat mit höchstens 4096 Bit',
  ],
  [
    'lacks the certificates of its issuers; export it again with all certificates of the path',
    'enthält die Zertifikate der Aussteller nicht; exportieren Sie es noch einmal mit allen Zertifikaten des Pfads',
  ],
  [
    'is not meant for signatures (key usage); order one for S/MIME signing',
    'ist nicht für Signaturen bestimmt (Schlüsselverwendung); bestellen Sie eines für S/MIME-Signaturen',
  ],
  [
    'is not meant for e-mail (extended key usage); order one for S/MIME signing',
    'ist nicht für E-Mail bestimmt (erweiterte Schlüsselverwendung); bestellen Sie eines für S/MIME-Signaturen',
  ],
];

/** Formats 2026-11-26 as a German reader writes it. */
const germanDay = (day = ''): string => day.split('-').reverse().join('.');

const plain: FieldMessages['plain'] = new Map([
  ['has spaces around it; remove them', 'hat Leerzeichen am Rand; bitte entfernen'],
  ['has more than one @; an address has exactly one', 'hat mehr als ein @; eine Adresse hat genau eines'],
  [
    'has a dot at the beginning, at the end or next to another dot before the @',
    'hat vor dem @ einen Punkt am Anfang, am Ende oder neben einem anderen Punkt',
  ],
  ['is not an e-mail address; it needs the form name@example.com', 'ist keine E-Mail-Adresse; sie braucht die Form name@beispiel.de'],
  [
    'has a space, line break or non-ASCII character before the @; use plain letters, digits and . - _ +',
    'hat vor dem @ ein Leerzeichen, einen Umbruch oder einen Umlaut; erlaubt sind Buchstaben ohne Umlaut, Ziffern und . - _ +',
  ],
  [
    'has a character before the @ that mail servers do not accept; use letters, digits and . - _ +',
    'hat vor dem @ ein Zeichen, das Mailserver nicht annehmen; erlaubt sind Buchstaben, Ziffern und . - _ +',
  ],
  [
    'has no valid domain after the @; it needs the form name@example.com',
    'hat nach dem @ keine gültige Domain; sie braucht die Form name@beispiel.de',
  ],
  ['must not be empty', 'darf nicht leer sein'],
  [
    'has a line break or control character; send one line of plain text',
    'enthält einen Zeilenumbruch oder ein Steuerzeichen; erlaubt ist eine Zeile Text',
  ],
  ['has broken Unicode (a lone surrogate); send valid UTF-8', 'enthält ein beschädigtes Zeichen; bitte neu eingeben'],
  [
    'must be a host name such as smtp.example.com, without "https://", port or spaces',
    'muss ein Servername sein wie smtp.beispiel.de, ohne „https://“, Port oder Leerzeichen',
  ],
  ['must be a whole number', 'muss eine ganze Zahl sein'],
  [
    'must be "tls" or "starttls" with a password, which would otherwise travel in clear',
    'muss TLS oder STARTTLS sein, sonst ginge das Passwort lesbar über die Leitung',
  ],
  [
    'is an address in a private or reserved network, which is not allowed; use a public mail server',
    'ist eine Adresse in einem privaten oder reservierten Netz; bitte einen öffentlichen Mailserver verwenden',
  ],
  ['is needed when "sender" is "custom"', 'wird für den eigenen Mailserver benötigt'],
  [
    'contains a name of this platform, or what looks like one; use the name of your company',
    'enthält einen Namen dieser Plattform oder etwas, das so aussieht; bitte den Namen Ihrer Firma verwenden',
  ],
  [
    'is in use by another company here, or looks too much like a name that is; add your place or legal form, or ask the operator',
    'wird hier schon von einer anderen Firma verwendet oder ist damit zu verwechseln; ergänzen Sie Ort oder Rechtsform, oder wenden Sie sich an den Betreiber',
  ],
  ['needs a mailbox: connect it first', 'braucht ein Postfach; bitte zuerst verbinden'],
  ['is needed for this provider', 'wird für diesen Anbieter benötigt'],
  ['is needed: no person signs in whose mailbox it would be', 'wird benötigt, wenn sich die App selbst anmeldet'],
  ['is needed: no person signs in whose directory it would be', 'wird benötigt, wenn sich die App selbst anmeldet'],
  ['is needed: without a person a team signs in by an app of its own', 'wird benötigt, wenn sich die App selbst anmeldet'],
  ['is needed: the key file of the service account', 'wird benötigt'],
  [
    'must be the RSA key of a service account (PEM)',
    'enthält nicht den RSA-Schlüssel eines Dienstkontos; erstellen Sie bei Google einen neuen Schlüssel',
  ],
  ['is needed with a client secret', 'wird zusammen mit dem Schlüssel benötigt'],
  [
    'is needed: the platform has no app of its own at this provider',
    'wird benötigt; für diesen Anbieter gibt es hier keine App, die Sie mitbenutzen könnten',
  ],
  ['is needed: no mail server is stored for the team yet', 'wird benötigt; bitte tragen Sie den Mailserver ein'],
  ['must be a URL that begins with https://', 'muss mit https:// beginnen'],
  ['must be the id or a domain of the directory', 'muss die ID oder eine Domain des Verzeichnisses sein'],
  ['must be scopes separated by one space', 'darf nur Berechtigungen enthalten, die je ein Leerzeichen trennt'],
  ['must be reached by https:// on port 443', 'muss mit https:// auf Port 443 erreichbar sein'],
  [
    'must be reached by https:// on port 443, and so must the addresses that it names',
    'muss mit https:// auf Port 443 erreichbar sein, ebenso die Adressen, die dort genannt werden',
  ],
  [
    'leads to no public server that can be reached from here: check the address',
    'führt zu keinem öffentlichen Server, der von hier aus erreichbar ist; bitte die Adresse prüfen',
  ],
  ['must be text', 'muss Text sein'],
  ...CERTIFICATE_MESSAGES,
  ['is needed: none is stored yet', 'wird benötigt, es ist noch keines hinterlegt'],
  [
    'is the certificate of a server and not of an authority; pin it instead',
    'ist das Zertifikat eines Servers und nicht einer Zertifizierungsstelle; hinterlegen Sie es als Zertifikat des Servers',
  ],
  [
    'already names the accepted certificate; leave out either the authority or the pin',
    'legt das Zertifikat bereits fest; lassen Sie dieses Feld oder die Zertifizierungsstelle leer',
  ],
  [
    'must be a SHA-256 fingerprint (64 hexadecimal digits) or a certificate in PEM',
    'muss ein SHA-256-Fingerabdruck (64 hexadezimale Ziffern) oder ein Zertifikat als PEM sein',
  ],
  ['has several certificates; paste the one of the server alone', 'enthält mehrere Zertifikate; fügen Sie nur das des Servers ein'],
  [
    'contains a private key, which must stay secret; paste only the certificate',
    'enthält einen privaten Schlüssel, der nur seinem Besitzer gehört; fügen Sie nur das Zertifikat ein',
  ],
  [
    'is no certificate in PEM; it begins with -----BEGIN CERTIFICATE-----',
    'die Angabe ist kein Zertifikat als PEM; ein solches beginnt mit -----BEGIN CERTIFICATE-----',
  ],
  [
    'is damaged; copy the certificate once more, whole',
    'das Zertifikat ist beschädigt; kopieren Sie das Zertifikat noch einmal vollständig',
  ],
]);

const patterns: FieldMessages['patterns'] = [
  { message: /^has more than (\d+) characters before the @$/, say: (count) => `hat vor dem @ mehr als ${count} Zeichen` },
  { message: /^is longer than (\d+) characters(?:; shorten it)?$/, say: (count) => `ist länger als ${count} Zeichen; bitte kürzen` },
  { message: /^must be between (\d+) and (\d+)$/, say: (low, high) => `muss zwischen ${low} und ${high} liegen` },
  { message: /^must be one of the allowed ports (.+)$/, say: (ports) => `muss einer der zugelassenen Ports sein: ${ports}` },
  {
    message: /^is not the server of the connected mailbox, which is (.+)$/,
    say: (hosts) => `ist nicht der Server des verbundenen Postfachs; der ist ${(hosts ?? '').replaceAll(' or ', ' oder ')}`,
  },
  { message: /^is refused by the provider: (.+)$/, say: (code) => `wird vom Anbieter abgelehnt: ${code}` },
  {
    message:
      /^is not an address of your signing certificate \((.+)\); remove the certificate first, and set one for the new address afterwards$/,
    say: (addresses) =>
      `ist keine Adresse Ihres Signaturzertifikats (${addresses}); entfernen Sie zuerst das Zertifikat und hinterlegen Sie danach eines für die neue Adresse`,
  },
  {
    message: /^expired on (\S+); order a new certificate$/,
    say: (day) => `ist am ${germanDay(day)} abgelaufen; bestellen Sie ein neues Zertifikat`,
  },
  {
    message: /^is valid only from (\S+) on; set it then$/,
    say: (day) => `gilt erst ab dem ${germanDay(day)}; hinterlegen Sie es dann`,
  },
  {
    message: /^names no e-mail address; order one for (.+)$/,
    say: (from) => `nennt keine E-Mail-Adresse; bestellen Sie eines für ${from}`,
  },
  {
    message: /^is for (.+) and not for the sender (\S+); order one for that address, or change the sender$/,
    say: (addresses, from) =>
      `gilt für ${addresses} und nicht für die Absenderadresse ${from}; bestellen Sie eines für diese Adresse, oder ändern Sie den Absender`,
  },
  {
    message: /^expired on (\S+); ask for the new one$/,
    say: (day) => `ist am ${germanDay(day)} abgelaufen; bitten Sie um das neue`,
  },
  { message: /^has more than (\d+) users$/, say: (count) => `hat mehr als ${count} Benutzer` },
];

export const fieldMessages: FieldMessages = { plain, patterns };
