// Why a mail failed, in German, for the people in billing: no codes, no jargon, and always what to do next.
import { type FailureCatalogue } from '../failure-words.js';

const NOTHING_GOES_OUT = 'Über diesen Mailserver wird kein Beleg verschickt, bis das behoben ist.';
const MAY_PASS = 'Solche Störungen vergehen oft von selbst.';
const NOT_FOR_RECIPIENT = 'Der Mailserver hat den Beleg für diesen Empfänger nicht angenommen.';
const NOT_ACCEPTED = 'Der Mailserver hat den Beleg nicht angenommen.';
const NOT_SENT = 'Der Beleg wurde an niemanden verschickt.';
const CHECK_WITH_PROVIDER = 'Tritt das wieder auf, fragen Sie den Betreiber Ihres Mailservers.';

export const failures: FailureCatalogue = {
  again: {
    byReader: 'Verschicken Sie den Beleg später erneut.',
    byItself: 'Der Versand wird automatisch wiederholt.',
    byTest: 'Prüfen Sie die Verbindung später noch einmal.',
    byOthers: 'Bei den nächsten Belegen versuchen wir es wieder mit Ihrem Mailserver.',
  },
  earlier: 'Zuvor ist der Versand gescheitert:',
  inSettings: ' in den Einstellungen für den E-Mail-Versand',
  askedWait: 'Er bat uns, {time} zu warten.',
  limit: { minute: 'Er nimmt {n} E-Mails in der Minute an.', day: 'Er nimmt {n} Empfänger am Tag an.' },
  sizes: 'Er nimmt höchstens {limit} an, und diese E-Mail ist {size} groß.',
  size: 'Diese E-Mail ist {size} groß.',
  time: { minutes: ['1 Minute', '{n} Minuten'], hours: ['1 Stunde', '{n} Stunden'], seconds: ['1 Sekunde', '{n} Sekunden'] },
  seen: {
    broke: 'Die Verbindung brach ab, bevor seine Antwort kam.',
    stalled: 'Seine Antwort kam nicht rechtzeitig.',
    nonsense: 'Seine Antwort war nicht zu verstehen.',
    interrupted: 'Unser System wurde unterbrochen, bevor es die Antwort lesen konnte.',
  },
  askOwnServer: 'Zeigen Sie dem Betreiber Ihres Mailservers die Antwort des Servers, damit dieser die nächsten Belege annimmt.',
  operator: { custom: 'den Betreiber Ihres Mailservers', platform: 'unseren Kundendienst' },
  platformTodo:
    'An Ihren Einstellungen müssen Sie nichts ändern. {again} Wenden Sie sich an unseren Kundendienst, falls es wieder misslingt.',

  // Only deliveries of earlier versions have this code; today the failure is reported as smtp_host_unknown.
  smtp_host_forbidden: {
    happened: 'Der Mailserver{server} liegt in einem geschützten Netz, über das keine Belege verschickt werden dürfen.',
    means: NOTHING_GOES_OUT,
    todo: 'Tragen Sie in den Einstellungen für den E-Mail-Versand den öffentlichen Namen Ihres Mailservers ein.',
  },
  smtp_port_forbidden: {
    happened: 'Der für den Mailserver{server} eingetragene Port ist für den E-Mail-Versand nicht zugelassen.',
    means: NOTHING_GOES_OUT,
    todo: 'Tragen Sie{inSettings} Port 587 oder 465 ein; Ihr E-Mail-Anbieter nennt Ihnen den richtigen.',
  },
  smtp_host_unknown: {
    happened: 'Ein öffentlicher Mailserver{server} ist unter diesem Namen nicht zu finden.',
    means: NOTHING_GOES_OUT,
    todo: 'Prüfen Sie die Schreibweise des Servernamens{inSettings} und tragen Sie den öffentlichen Namen Ihres Mailservers ein: Namen, die in ein geschütztes Netz führen, werden nicht verwendet.',
  },
  smtp_dns_unavailable: {
    happened: 'Die Adresse des Mailservers{server} ließ sich nicht ermitteln.',
    means: MAY_PASS,
    todo: '{again} Tritt das wieder auf, lassen Sie den Servernamen in den Einstellungen prüfen.',
  },
  smtp_unreachable: {
    happened: 'Der Mailserver{server} war nicht erreichbar.',
    means: NOTHING_GOES_OUT,
    todo: 'Prüfen Sie Servernamen und Port{inSettings} und fragen Sie Ihren E-Mail-Anbieter, ob der Server in Betrieb ist.',
  },
  smtp_tls_failed: {
    happened: 'Eine verschlüsselte Verbindung zum Mailserver{server} kam nicht zustande.',
    means: NOTHING_GOES_OUT,
    todo: 'Prüfen Sie Port und Verschlüsselung in den Einstellungen: Zu Port 587 gehört STARTTLS, zu Port 465 TLS.',
  },
  smtp_tls_unavailable: {
    happened: 'Der Mailserver{server} konnte die Verbindung zu dieser Zeit nicht verschlüsseln.',
    means: MAY_PASS,
    todo: `{again} ${CHECK_WITH_PROVIDER}`,
  },
  smtp_starttls_missing: {
    happened: 'Der Mailserver{server} bietet mit den eingetragenen Angaben keine Verschlüsselung an.',
    means: `${NOTHING_GOES_OUT} Ohne Verschlüsselung könnten Fremde das Passwort mitlesen.`,
    todo: 'Wählen Sie in den Einstellungen TLS mit Port 465 oder fragen Sie Ihren E-Mail-Anbieter nach den richtigen Angaben.',
  },
  smtp_tls_outdated: {
    happened: 'Der Mailserver{server} bietet nur eine veraltete Verschlüsselung an, die nicht mehr sicher ist.',
    means: NOTHING_GOES_OUT,
    todo: 'Bitten Sie den Betreiber Ihres Mailservers, die Verschlüsselung zu aktualisieren: Nötig ist TLS 1.2 oder neuer. In den Einstellungen lässt sich das nicht beheben.',
  },
  smtp_certificate_untrusted: {
    happened: 'Der Mailserver{server} konnte sich nicht ausweisen: Sein Sicherheitszertifikat stammt von keiner anerkannten Stelle.',
    means: `${NOTHING_GOES_OUT} Ein Fremder könnte sich als der Server ausgeben.`,
    todo: 'Bitten Sie den Betreiber Ihres Mailservers, ein Zertifikat einer anerkannten Stelle einzurichten. Hat er eine eigene Zertifizierungsstelle, hinterlegen Sie deren Zertifikat in den Einstellungen.',
  },
  smtp_certificate_incomplete: {
    happened: 'Der Mailserver{server} konnte sich nicht ausweisen: Er zeigt nicht, wer sein Sicherheitszertifikat ausgestellt hat.',
    means: `${NOTHING_GOES_OUT} Ein Fremder könnte sich als der Server ausgeben.`,
    todo: 'Bitten Sie den Betreiber Ihres Mailservers, das Zertifikat mit der ganzen Kette einzurichten: Das Zwischenzertifikat fehlt. Hat er es selbst ausgestellt, hinterlegen Sie seine Zertifizierungsstelle oder dieses Zertifikat in den Einstellungen.',
  },
  smtp_certificate_expired: {
    happened: 'Das Sicherheitszertifikat des Mailservers{server} ist abgelaufen.',
    means: NOTHING_GOES_OUT,
    todo: 'Bitten Sie den Betreiber Ihres Mailservers, das Zertifikat zu erneuern.',
  },
  smtp_certificate_not_yet_valid: {
    happened: 'Das Sicherheitszertifikat des Mailservers{server} ist noch nicht gültig.',
    means: NOTHING_GOES_OUT,
    todo: 'Fragen Sie den Betreiber Ihres Mailservers, ab wann das Zertifikat gilt, und bitten Sie ihn, ein schon gültiges zu verwenden.',
  },
  smtp_certificate_wrong_host: {
    happened: 'Das Sicherheitszertifikat des Mailservers{server} ist auf einen anderen Namen ausgestellt.',
    means: `${NOTHING_GOES_OUT} Ein Fremder könnte sich als der Server ausgeben.`,
    todo: 'Tragen Sie den Servernamen in den Einstellungen genau so ein, wie Ihr E-Mail-Anbieter ihn nennt.',
  },
  smtp_certificate_not_pinned: {
    happened: 'Der Mailserver{server} hat ein anderes Sicherheitszertifikat gezeigt als das, das in den Einstellungen festgelegt ist.',
    means: `${NOTHING_GOES_OUT} Ein Fremder könnte sich als der Server ausgeben.`,
    todo: 'Fragen Sie den Betreiber Ihres Mailservers, ob er ein neues Zertifikat hat. Wenn ja, hinterlegen Sie das neue in den Einstellungen.',
  },
  smtp_client_certificate_wanted: {
    happened: 'Der Mailserver{server} nimmt nur Verbindungen an, die sich mit einem eigenen Sicherheitszertifikat ausweisen.',
    means: NOTHING_GOES_OUT,
    todo: 'Bitten Sie den Betreiber Ihres Mailservers um ein solches Zertifikat (eine PKCS#12-Datei) und hinterlegen Sie es in den Einstellungen, oder um einen Zugang mit Benutzername und Passwort.',
  },
  smtp_client_certificate_refused: {
    happened: 'Der Mailserver{server} hat das Sicherheitszertifikat nicht anerkannt, mit dem wir uns für Sie ausweisen.',
    means: NOTHING_GOES_OUT,
    todo: 'Fragen Sie den Betreiber Ihres Mailservers, welches Zertifikat er anerkennt, und hinterlegen Sie es in den Einstellungen. Vielleicht ist das jetzige abgelaufen oder stammt von einer anderen Stelle.',
  },
  smtp_greeting_refused: {
    happened: 'Der Mailserver{server} hat unsere Verbindung abgewiesen.',
    means: NOTHING_GOES_OUT,
    todo: 'Bitten Sie den Betreiber Ihres Mailservers, Verbindungen von diesem Dienst zuzulassen, und zeigen Sie ihm die Antwort des Servers.',
  },
  smtp_protocol_error: {
    happened: 'Der Mailserver{server} hat eine unverständliche Antwort gegeben.',
    means: MAY_PASS,
    todo: `Prüfen Sie Servernamen und Port{inSettings}. ${CHECK_WITH_PROVIDER}`,
  },
  smtp_auth_rejected: {
    happened: 'Benutzername oder Passwort wurde vom Mailserver{server} abgelehnt.',
    means: NOTHING_GOES_OUT,
    todo: 'Geben Sie Benutzername und Passwort in den Einstellungen neu ein und prüfen Sie die Verbindung. Manche Anbieter verlangen ein eigenes App-Passwort.',
  },
  smtp_auth_unavailable: {
    happened: 'Der Mailserver{server} bot keine Anmeldung an oder konnte das Passwort zu dieser Zeit nicht prüfen.',
    means: NOTHING_GOES_OUT,
    todo: 'Prüfen Sie die Verbindung in den Einstellungen für den E-Mail-Versand. Misslingt auch das, fragen Sie Ihren E-Mail-Anbieter nach Port und Verschlüsselung.',
  },
  smtp_auth_required: {
    happened: 'Der Mailserver{server} leitet E-Mails nur für angemeldete und zum Versand berechtigte Benutzer weiter.',
    means: NOTHING_GOES_OUT,
    todo: 'Tragen Sie Benutzername und Passwort in den Einstellungen ein und lassen Sie prüfen, ob dieses Konto an fremde Adressen senden darf.',
  },
  smtp_auth_switched_off: {
    happened:
      'Der Mailserver{server} lehnt jede Anmeldung ab: Der Versand über SMTP ist für dieses Postfach oder für Ihre ganze Organisation abgeschaltet.',
    means: NOTHING_GOES_OUT,
    todo: 'Ihr Administrator muss ihn einschalten. Microsoft 365 Admin Center: Aktive Benutzer, der Benutzer, E-Mail, E-Mail-Apps verwalten, „Authentifiziertes SMTP“. Ganze Organisation: Exchange Admin Center, Einstellungen, Nachrichtenfluss, „SMTP AUTH-Protokoll deaktivieren“.',
  },
  smtp_password_not_allowed: {
    happened:
      'Der Mailserver{server} nimmt das gewöhnliche Passwort dieses Kontos nicht an, auch wenn es stimmt: Ihr Anbieter oder Ihre Organisation erlaubt das nicht.',
    means: NOTHING_GOES_OUT,
    todo: 'Verbinden Sie das Konto bei Microsoft oder Google in den Einstellungen für den E-Mail-Versand oder tragen Sie dort ein App-Passwort ein. Geht beides nicht, bitten Sie Ihren Administrator, den Versand über SMTP für dieses Konto zuzulassen.',
  },
  smtp_token_refused: {
    happened: 'Der Mailserver{server} nimmt die Anmeldung mit dem verbundenen Konto nicht an.',
    means: NOTHING_GOES_OUT,
    todo: 'Verbinden Sie das Konto in den Einstellungen neu, und zwar als der Benutzer, dem das Postfach gehört. Hilft das nicht, fragen Sie Ihren Administrator, ob dieses Konto über SMTP senden darf (bei Microsoft 365 „Authentifiziertes SMTP“).',
  },
  smtp_mailbox_not_permitted: {
    happened: 'Die Anmeldung am Mailserver{server} war richtig, aber das verbundene Konto oder die App darf das Postfach nicht öffnen.',
    means: NOTHING_GOES_OUT,
    todo: 'Bitten Sie Ihren Administrator, dem Konto oder der App Zugriff auf das Postfach zu geben (Exchange Online: Add-MailboxPermission mit FullAccess) und zu prüfen, ob es das Postfach gibt und ob es eine Lizenz hat.',
  },
  smtp_sign_in_expired: {
    happened:
      'Die Verbindung mit Ihrem E-Mail-Konto besteht nicht mehr: Sie wurde widerrufen oder ist abgelaufen, und der Mailserver{server} nimmt unsere Anmeldung nicht mehr an.',
    means: NOTHING_GOES_OUT,
    todo: 'Verbinden Sie das E-Mail-Konto in den Einstellungen für den E-Mail-Versand neu. {again}',
  },
  smtp_token_unavailable: {
    happened: 'Der Beleg wartet, weil der Anmeldedienst für den Mailserver{server} nicht erreichbar war.',
    means: 'Der Beleg wird verschickt, sobald der Dienst wieder antwortet. Mit dem Beleg und Ihren Einstellungen ist alles in Ordnung.',
    todo: 'Sie brauchen nichts zu tun. Wartet der Beleg in einer Stunde noch immer, wenden Sie sich an unseren Kundendienst.',
  },
  smtp_server_busy: {
    happened: 'Der Mailserver{server} war überlastet oder wurde gerade gewartet.',
    means: MAY_PASS,
    todo: `{again} ${CHECK_WITH_PROVIDER}`,
  },
  smtp_rate_limited: {
    happened: 'Der Mailserver{server} nimmt vorerst keine E-Mails mehr an, weil sein Limit für einen bestimmten Zeitraum erreicht ist.',
    means: 'Mit dem Beleg ist alles in Ordnung: Ein solches Limit gilt nur für eine Weile, und unser System verschickt danach langsamer.',
    todo: '{again} Kommt das öfter vor, bitten Sie Ihren E-Mail-Anbieter um ein höheres Versandlimit.',
  },
  smtp_connection_lost: {
    happened: 'Die Verbindung zum Mailserver{server} ist abgebrochen.',
    means: MAY_PASS,
    todo: `{again} ${CHECK_WITH_PROVIDER}`,
  },
  smtp_timeout: {
    happened: 'Der Mailserver{server} hat nicht rechtzeitig geantwortet.',
    means: MAY_PASS,
    todo: 'Prüfen Sie Port und Verschlüsselung in den Einstellungen: Zu Port 587 gehört STARTTLS, zu Port 465 TLS. {again}',
  },

  sender_refused: {
    happened: 'Der Mailserver{server} lässt die Absenderadresse nicht zu.',
    means: NOTHING_GOES_OUT,
    todo: 'Tragen Sie in den Einstellungen eine Absenderadresse ein, die zum angemeldeten Konto gehört und dort zum Versand freigegeben ist.',
  },
  sender_unauthenticated: {
    happened:
      'Es ließ sich nicht nachweisen, dass die E-Mail wirklich von Ihrer Domain kommt. Der Mailserver{server} hat sie deshalb nicht angenommen.',
    means: 'Bis das behoben ist, lehnen viele Server Belege ab, die über diesen Mailserver verschickt werden, oder halten sie für Spam.',
    todo: 'Bitten Sie den Betreuer Ihrer Domain, für die Absenderadresse und den Server, über den Sie senden, SPF, DKIM und DMARC einzurichten.',
  },
  sender_mailbox_full: {
    happened: 'Das Postfach, von dem Sie senden, ist voll. Der Mailserver{server} nimmt deshalb keine E-Mails mehr von ihm an.',
    means: NOTHING_GOES_OUT,
    todo: 'Schaffen Sie in diesem Postfach Platz, etwa bei den gesendeten und gelöschten E-Mails, oder lassen Sie es von Ihrem Administrator vergrößern. {again}',
  },
  sender_unlicensed: {
    happened: 'Der Mailserver{server} nimmt von diesem Postfach keine E-Mails an, weil ihm eine gültige Lizenz fehlt.',
    means: NOTHING_GOES_OUT,
    todo: 'Bitten Sie Ihren Administrator, dem Postfach eine Lizenz für E-Mail zuzuweisen (Microsoft 365 Admin Center: Aktive Benutzer, der Benutzer, Lizenzen und Apps). {again}',
  },
  sender_throttled: {
    happened:
      'Der Mailserver{server} hat dieses Postfach vorübergehend gesperrt, weil zu viele seiner E-Mails ungültige oder zu viele Empfänger hatten.',
    means: 'Einige Stunden lang wird über diesen Mailserver nichts verschickt.',
    todo: '{again} Berichtigen Sie bis dahin die Adressen, die in den letzten Tagen abgelehnt wurden, sonst kommt die Sperre wieder.',
  },
  sender_blocked: {
    happened:
      'Der Anbieter des Mailservers{server} hat den Versand für Ihr Konto oder Ihre Organisation gesperrt, meist wegen Spamverdachts.',
    means: NOTHING_GOES_OUT,
    todo: 'Bitten Sie Ihren Administrator, die Ursache zu klären und die Sperre aufheben zu lassen (Microsoft 365: Defender-Portal, Eingeschränkte Entitäten; sonst der Kundendienst des Anbieters). Wurde das Konto missbraucht, ändern Sie das Passwort.',
  },
  recipient_unknown: {
    happened: 'Die E-Mail-Adresse des Empfängers gibt es nicht.',
    means: NOT_FOR_RECIPIENT,
    todo: 'Prüfen Sie die Schreibweise der Adresse oder fragen Sie den Kunden nach der richtigen. Verschicken Sie den Beleg dann an die berichtigte Adresse.',
  },
  recipient_refused: {
    happened: 'Der Mailserver des Empfängers hat die Zustellung an diese Adresse verweigert.',
    means: NOT_FOR_RECIPIENT,
    todo: 'Prüfen Sie die Adresse und bitten Sie den Kunden, E-Mails von Ihnen zuzulassen, oder verschicken Sie den Beleg an eine andere Adresse.',
  },
  asked_to_come_back: {
    happened: 'Der Mailserver hat uns gebeten, es später noch einmal zu versuchen.',
    means:
      'Das ist keine Ablehnung, sondern bei Absendern oder Adressen üblich, die ein Mailserver noch nicht kennt. Ein späterer Versuch gelingt meist.',
    todo: '{again} Kommt der Beleg auch dann nicht an, bitten Sie den Kunden, E-Mails von Ihnen zuzulassen.',
  },
  recipient_needs_smtputf8: {
    happened: 'Die E-Mail-Adresse enthält vor dem @ Buchstaben wie ü oder é, die der Mailserver{server} nicht unterstützt.',
    means: 'Der Beleg konnte an diesen Empfänger nicht verschickt werden.',
    todo: 'Fragen Sie den Kunden nach einer Adresse ohne solche Buchstaben und verschicken Sie den Beleg erneut dorthin, oder bitten Sie {operator}, SMTPUTF8 einzuschalten.',
  },
  mailbox_full: {
    happened: 'Das Postfach des Empfängers ist voll.',
    means: NOT_FOR_RECIPIENT,
    todo: 'Bitten Sie den Kunden, in seinem Postfach Platz zu schaffen, oder verschicken Sie den Beleg an eine andere Adresse.',
  },
  too_many_recipients: {
    happened: 'Der Mailserver{server} nimmt nicht so viele Empfänger auf einmal an.',
    means: NOT_FOR_RECIPIENT,
    todo: 'Verschicken Sie den Beleg erneut an die übrigen Empfänger oder tragen Sie in den Einstellungen weniger Empfänger für Kopien ein.',
  },
  message_too_large: {
    happened: 'Die E-Mail ist mit ihren Anhängen zu groß für den Mailserver{server}.',
    means: NOT_ACCEPTED,
    todo: 'Verschicken Sie weniger oder kleinere Anhänge oder bitten Sie {operator} um ein höheres Limit.',
  },
  message_refused: {
    happened: 'Der Mailserver{server} hat den Inhalt der E-Mail abgelehnt, etwa weil er unerwünschte Werbung vermutet.',
    means: NOT_ACCEPTED,
    todo: 'Bitten Sie {operator} unter Angabe der Antwort des Servers, Ihre Belege durchzulassen. Verschicken Sie den Beleg dann erneut.',
  },

  bounced: {
    happened: 'Die E-Mail wurde verschickt und kam von mindestens einem Empfänger zurück.',
    means: 'Dort ist der Beleg nicht angekommen.',
    todo: 'Berichtigen Sie bei jedem Empfänger, bei dem „Zurückgekommen“ steht, die Adresse oder lassen Sie die Ursache beheben, und verschicken Sie den Beleg erneut.',
  },

  no_final_reply: {
    happened: 'Der Mailserver{server} hat nicht bestätigt, dass er die E-Mail angenommen hat.',
    means: 'Ob der Beleg angekommen ist, lässt sich nicht feststellen.',
    todo: 'Fragen Sie den Empfänger, bevor Sie den Beleg erneut verschicken; sonst kommt er womöglich doppelt an.',
  },

  sending_limit: {
    happened: 'Der Beleg wartet wegen des Versandlimits Ihres Mailservers.',
    means: 'Er wird von selbst verschickt, sobald der Server wieder E-Mails annimmt; das Warten kostet keinen Versuch.',
    todo: 'Sie brauchen nichts zu tun. Erlaubt Ihr E-Mail-Anbieter mehr, tragen Sie die höheren Limits in den Einstellungen für den E-Mail-Versand ein.',
  },
  settings_unavailable: {
    happened: 'Der Beleg wartet auf Ihre Einstellungen für den E-Mail-Versand, die sich gerade nicht lesen lassen.',
    means: 'Er wird verschickt, sobald sie sich lesen lassen. Mit womöglich veralteten Einstellungen wird nichts verschickt.',
    todo: 'Sie brauchen nichts zu tun. Wartet der Beleg in einer Stunde noch immer, wenden Sie sich an unseren Kundendienst.',
  },
  signing_unavailable: {
    happened: 'Der Beleg wartet, weil sich unsere Signatur gerade nicht verwenden lässt.',
    means: 'Er wird signiert verschickt, sobald die Signatur wieder verwendbar ist.',
    todo: 'Sie brauchen nichts zu tun. Wartet der Beleg in einer Stunde noch immer, wenden Sie sich an unseren Kundendienst.',
  },
  certificate_expired: {
    happened: 'Der Beleg wartet, weil das Zertifikat, mit dem Ihr Unternehmen signiert, abgelaufen ist.',
    means: 'Er wird signiert verschickt, sobald ein neues hinterlegt ist. Nichts wird versehentlich ohne Signatur verschickt.',
    todo: 'Hinterlegen Sie in den Einstellungen für den E-Mail-Versand ein neues Zertifikat, oder entfernen Sie dort das alte, um ohne Signatur zu senden.',
  },
  restored_from_backup: {
    happened: 'Unsere Daten wurden aus einer Sicherung wiederhergestellt. Ob der Beleg vorher schon verschickt wurde, ist nicht bekannt.',
    means: 'Er ist womöglich schon angekommen. Was noch wartet, wird erst verschickt, wenn wir es freigeben.',
    todo: 'Fragen Sie den Empfänger, bevor Sie den Beleg erneut verschicken; sonst kommt er womöglich doppelt an.',
  },
  team_unknown: {
    happened: 'Für Ihr Unternehmen gibt es keine Einstellungen für den E-Mail-Versand.',
    means: NOT_SENT,
    todo: 'Richten Sie den E-Mail-Versand für Ihr Unternehmen ein. Verschicken Sie den Beleg dann erneut.',
  },
  document_changed: {
    happened: 'Ein Anhang wurde in der Belegablage geändert oder gelöscht, bevor der Beleg verschickt war.',
    means: `${NOT_SENT} Ein veränderter Beleg wird nie verschickt.`,
    todo: 'Erstellen Sie den Beleg in der Fakturierung neu und verschicken Sie ihn erneut. Misslingt das wieder, wenden Sie sich an unseren Kundendienst.',
  },
  too_many_crashes: {
    happened: 'Der Versand wurde mehrmals durch einen Fehler in unserem System abgebrochen.',
    means:
      'Der Versand wird nicht von selbst fortgesetzt. Die Empfänger, an die der Beleg bereits gegangen ist, erhalten ihn kein zweites Mal.',
    todo: 'Wenden Sie sich an unseren Kundendienst und nennen Sie die Nummer des Belegs.',
  },
  cancelled: {
    happened: 'Der Versand wurde abgebrochen.',
    means: 'Der Beleg geht an keine weiteren Empfänger.',
    todo: 'Soll der Beleg doch noch zum Empfänger, verschicken Sie ihn erneut.',
  },
};
