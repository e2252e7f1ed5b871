// The ordered table of what servers write; the first match wins. Statuses are often misused (5.1.1 for a full mailbox, 5.7.1 for nearly
// everything), words less often.
// Sources: the reasons that Sisimai's rules distinguish (BSD-2-Clause, Copyright azumakuniyuki and the Sisimai development team), KumoMTA's
// bounce_classifier (Apache-2.0, Copyright KumoCorp), and what each line names.
import { type BounceClass } from '@billing-mail/contracts';

export interface WordingRule {
  readonly text: RegExp;
  readonly class: BounceClass;
}

export const WORDING_RULES: readonly WordingRule[] = [
  // "User unknown in relay recipient table" (Postfix) and the like name a relay and mean the user; these texts have only one meaning.
  {
    class: 'no_such_address',
    text: /user unknown in [\w ]{1,40} table|resolver\.adr\.(?:rec|ex)|recipient ?not ?found|5\.1\.1 (?:the email account that you tried to reach does not exist|user unknown|no such user)|5\.4\.1 recipient address rejected: access denied|not listed in (?:domino directory|public name)|recipnotfound|domino directory|domino-verzeichnis|(?:annuaire|répertoire) domino/i,
  },
  // Texts about our server, our sender or our pace that other rules would take for an unknown domain, a full mailbox or spam.
  {
    class: 'sender_refused',
    text: /sender address rejected|sender verify failed|bad outbound sender|envelope (?:blocked|rejected by)|manually blocked senders/i,
  },
  { class: 'authentication', text: /(?:spf|dkim|dmarc) sender invalid/i },
  {
    class: 'blocked',
    text: /\bptr\b|reverse dns|\brdns\b|bad helo|to send e?-?mail directly|client host \S{1,80} (?:blocked|rejected)|your (?:\w{1,20} )?ip\b.{0,40}(?:black|block|listed|banned|spammer)|\bip[ =:]*(?:address )?\S{0,40} (?:is |was |has been )?(?:black|block|banned|listed)|bad ip\b|ip[=:]\S{1,40} - a problem occurred|(?:spamhaus|spamcop|sorbs|invaluement|barracudacentral|hostkarma)\b|x@y:blocked|your access to (?:submit|send) (?:messages|mail)/i,
  },
  {
    class: 'rate_limited',
    text: /gr[ea]y-?list|unusual rate of|(?:daily|hourly|per (?:hour|day)|sending|submission|receive|thread|relay) (?:\w{1,12} ){0,2}(?:quota|limits?)\b|reached your daily limit|exceeded (?:permitted|their) limits?|exceeded threshold/i,
  },
  // qmail (#5.2.2), Exchange 5.2.2, Gmail "is over quota", Orange OFR_417, GMX "Speicherplatz", 163.com and QQ.
  {
    class: 'mailbox_full',
    text: /mailbox (?:for .{1,80} )?(?:is |has |size )*(?:full|over.?quota|exceed|limit exceeded|over(?:flow)?)|full mailbox|(?:over|exceed\w*|out of|reached) (?:the |its |their |his |her |allowed |allotted |local |storage |disk |space |mail |mailbox |users? ?)*quota|quota (?:is |has been |was |usage |limit )*(?:exceed|violation|full|reached|over)|exceeded (?:storage allocation|his quota)|over.?quota|(?:storage|disk|space|quota|inbox|mail ?box|account) (?:is |has been )*(?:exhausted|used up|full)|would exceed (?:maximum allowed storage|mailbox)|not (?:have )?enough (?:disk |storage |free )*space|insufficient (?:disk |storage |mailbox )*(?:space|quota|storage)|out of (?:storage|disk) space|account storage limit|mailfolder is full|too many messages (?:on the server|in)|size of (?:the )?mailbox|disk space limit|mail ?file size exceeds the maximum|bo[iî]te (?:aux lettres )?(?:du destinataire )?(?:est )?pleine|speicher(?:platz|volumen|kontingent)|postfach (?:ist |des empfängers ist )?(?:voll|überfüllt)|quota (?:überschritten|dépassé)|buz[óo]n (?:está )?lleno|caixa (?:postal )?(?:está )?cheia|casella .{0,40}piena|(?:postvak|mailbox) .{0,40}\bvol\b|skrzynk\w+ .{0,30}(?:pełn|przepełn)|[_.]417\b|out_of_quota|mx_?full|邮箱(?:空间)?已?满|容量(?:已满|不足)|receiving limits|storage limit/i,
  },
  // Loops: Sendmail "too many hops", qmail "is looping", Exchange 5.4.6 and 5.4.14, Exim "Too many \"Received\" headers".
  {
    class: 'routing_loop',
    text: /too many hops|hop count|(?:mail|routing|forwarding|message|alias\w*\/?forwarding) ?loop|loop(?:s|ing)? (?:detected|back|count)|message looping|is looping|too many ["'“]?received|exceeded \d+ hops|\d+ hops|maximum forwarding/i,
  },
  // Exchange SIZE and RESOLVER.RST.RecipSizeLimit, Gmail 5.2.3, Sendmail 5.3.4, Orange OFR_514.
  {
    class: 'too_large',
    text: /(?:message|mail|e-?mail|size|content|attachment|file|body)s? (?:is |are |size |file |length |was |data )*(?:too (?:large|big|long)|exceed(?:s|ed)?\b(?! policy)|over (?:the )?(?:maximum|limit)|larger than)|too (?:large|big)\b(?! a number)|size limit|maximum (?:inbound )?(?:message |allowed |mail )*size|max (?:message )?size|exeeded the maximum size|recipsizelimit|sizelimit|taille (?:limite|maximale)|zu gro[sß]+|demasiado grande|[_.]514\b|line limit exceeded|message length exceeds/i,
  },
  // Gmail 5.2.1, IANA 5.2.1 and 5.7.13, Yahoo 554 delivery error ... account disabled, mail.ru, Orange OFR_420 and OFR_426.
  {
    class: 'mailbox_disabled',
    text: /(?:account|mailbox|user|address|e-?mail|recipient|box)(?: address| account)?(?: that you tried to reach)?(?: \S{1,80})? (?:is|has been|was|are|currently|temporarily|been) ?(?:currently |temporarily |temporary |administratively |permanently |been |now |an? )*(?:disabled|deactivated|suspended|inactive|locked|closed|frozen|blocked due|expired|discontinued|terminated|archived|dormant|not active)\b|(?:disabled|deactivated|suspended|inactive|closed|expired|archived|terminated) (?:due|mailbox|account|user|e-?mail|recipient)|mailbox (?:disabled|currently suspended|inactive)|account (?:disabled|inactive|closed|suspended|locked|deactivated)|user (?:suspended|disabled|is inactive|account disabled|is not active|not active)|extended inactivity|administrative?le?y disabled|disabled or discontinued|invalid\/inactive|temporary locked|(?:konto|postfach|account) (?:ist |wurde )?(?:derzeit |vorübergehend )?(?:gesperrt|deaktiviert|geschlossen|stillgelegt)|bo[iî]te .{0,30}(?:archivée?|désactivée?|inactive)|compte (?:est |a été )?(?:inactif|désactivé|suspendu|fermé|clôturé|bloqué)|cuenta (?:est[áa] |ha sido )?(?:desactivada|deshabilitada|suspendida|inactiva|cerrada)|conta (?:está |foi )?(?:desativada|suspensa|inativa|encerrada)|(?:casella|account) (?:di posta )?(?:è )?(?:stat[ao] )?(?:disabilitat|disattivat|sospes|inattiv)|(?:postvak|mailbox|account) (?:is |werd )?(?:uitgeschakeld|geblokkeerd|gesloten|opgeheven)|kont[oa] .{0,20}(?:zablokowan|nieaktywn|zawieszon)|не используется|account that you tried to reach is (?:disabled|inactive)|[_.]42[06]\b|no longer (?:active|in use|monitored)|mailbox is inactive|excessive inactivity/i,
  },
  // Postfix, Sendmail 5.7.1, Exim, Exchange 5.7.1 and 5.7.64, qmail's rcpthosts, MDaemon.
  {
    class: 'relaying_denied',
    text: /relay(?:ing)?(?: access| mail| is| to \S{1,80})* (?:denied|prohibited|not (?:permitted|allowed)|disallowed|refused|restricted)|relaying (?:mail to|denied)|(?:unable|not permitted|not allowed|refused?|cannot|can't|don't|do not) (?:to )?relay|unauthori[sz]ed relay|rcpthosts?\b|as a relay|insecure mail relay|not a gateway|not an open relay|not local host|is not local\b|not configured to relay|don't handle mail for|no relaying|we do not relay|kein relay|tenantattribution/i,
  },
  // Challenges, lists and people's own rules: Exchange RESOLVER.RST.NotAuthorized, AOL, mail.ru, list managers, whitelists.
  {
    class: 'recipient_refuses',
    text: /resolver\.rst|not accepting (?:any )?(?:mail|messages)(?: from| with)? ?(?:specific|you|this|unknown|outside|certain|external)?|they are not accepting mail|only accept(?:s|ing)? (?:mail|messages|e-?mails?) from|recipient preferences|user rules|blocked by the recipient|user reject|rejected by recipient|recipient'?s? (?:own |personal )?(?:white|black|block|approved)|(?:not on|is not in) (?:the |my |our |their )?(?:recipient's )?(?:white|allowed|safe|approved)|list of senders to accept|members[- ]only|not (?:a )?(?:member|subscribed)|closed mailing list|do(?:n't| not) have permission to (?:send|post)|not authori[sz]ed to send (?:\w{1,12} )?to this|does(?:n't| not) accept (?:mail|messages|e-?mails?) from this (?:sender|address)|not allowed to post|sender (?:is )?not (?:allowed|authori[sz]ed) (?:to send )?(?:to )?(?:this|for)|refuse to receive|restricted (?:sms|address)|protected by|challenge|pre-?approved/i,
  },
  // A domain that does not exist or accepts no mail: Postfix, Exim, Sendmail, Gmail, Exchange Online 5.4.310, Yahoo, RFC 7505.
  {
    class: 'domain_not_found',
    text: /(?:host|domain)(?: name| or domain name| or domain)? (?:not found|unknown|does ?n[o']t exist|couldn't be found|must exist|is not (?:reachable|valid))|(?:unknown|no such|nonexistent|invalid) (?:host|domain|mail server)|name or service not known|nxdomain|nonexistentdomain|recipient domain must|(?:host|domain|server)\S* does not accept mail|nullmx|null mx|no (?:mx|a|aaaa)(?:(?:,| or| and) (?:mx|a|aaaa))* (?:record|host)|(?:no|all relevant) mx records? (?:found|for|point)|unrouteable (?:mail )?domain|mail domain mentioned|host lookup did not complete|dns (?:error|lookup failure|domain .{1,80} does not exist)|couldn't find any host|couldn'?t find (?:the )?(?:host|domain)|no (?:dns|mail) (?:information|server)|not a valid domain|all hosts? .{0,30}(?:failed|unknown)|domain (?:ist )?(?:unbekannt|nicht gefunden|existiert nicht)|domaine (?:inconnu|inexistant)|dominio (?:desconocido|no)|reason for failure: no mx|service not known|dns records? for the destination computer could not be found/i,
  },
  // A user that does not exist, in the words of Sendmail, Postfix, qmail, Exim, Exchange, Yahoo, AOL, GMX, Orange (416, 418), Telefónica,
  // Libero, mail.ru, QQ, …
  {
    class: 'no_such_address',
    text: /(?:user|recipient|address|mailbox|addressee|account|name|person|e-?mail|login|alias|mail ?drop|destination)s?(?: address| account| name| id| is| was| were| \S{1,80})? (?:unknown|not (?:found|known|exists?|present|listed|valid|recogni[sz]ed|active|a valid|local|available|currently available)|invalid|does ?(?:not|n't) exist|doesn't (?:exist|have)|do(?:es)? ?n[o']t? exist|unrecogni[sz]ed|incorrect|undeliverable|no longer (?:exists?|valid|accepts|available))|unknown (?:or illegal )?(?:user|recipient|local[- ]?part|address|mailbox|e-?mail|account|alias|to address|addressee|final delivery)|(?:no such|no|non-?existent|not a valid|bad|invalid|illegal|wrong|incorrect) (?:valid |known |local |virtual |final delivery |destination |e-?mail |mail ?)*(?:user|userid|recipients?|mailbox|address|person|account|addressee|name|box|alias|local part)\b|not a (?:known|valid|local) (?:user|mailbox|recipient|address)|(?:does|do|may)(?: not|n't) (?:exist|like recipient)|there is no (?:one|user|such|mailbox)|no (?:mailbox|account|one) (?:here |found )?(?:by|with) that name|(?:mailbox|account|address) unavailable|unrouteable address(?! .{0,40}(?:lookup|domain))|can(?:'t|not) (?:accept user|find(?! your\b))|no matches to nameserver|user missing home|my badr(?:cpt|ecipient)to|validrcptto|badrcptto|envelope recipient|has been replaced by|has moved|no longer (?:with|at|works|employed)|not present in directory|not found in|isn't in|could ?n[o']t? (?:be )?(?:found|find|deliver to)(?! a gateway)|wasn't found|address (?:rejected|couldn't be found)|recipient rejected|5\.1\.[01][):]? (?:bad|address|user|recipient|mailbox)|#5\.1\.1|address is wrong|benutzer (?:nicht|unbekannt|existiert)|(?:empfänger(?:adresse)?|adresse|postfach|adressat|e-mail-adresse) (?:ist |wurde |konnte |existiert )?(?:nicht|unbekannt|ungültig)|unbekannte[rn]? (?:empfänger|benutzer|adresse)|utilisateur (?:inconnu|non)|adresse (?:d'au moins un )?(?:destinataire )?(?:inconnue|invalide|inexistante|n'existe)|destinataire (?:inconnu|invalide)|n'existe pas|no existe|usuario (?:desconocido|no)|onbekende (?:gebruiker|ontvanger)|(?:gebruiker|ontvanger|adres) (?:is )?(?:onbekend|bestaat niet|niet (?:gevonden|bekend))|(?:ok[äa]nd|ukjent|ukendt) (?:användare|mottagare|bruker|mottaker|bruger|modtager)|utente (?:sconosciuto|non)|nessun utente|não existe|usuário|nie istnieje|nieznany|neexistuje|nincs ilyen|[_.]41[68]\b|пользовател\w{1,4} не|не (?:существует|найден)|нет такого|用户不存在|不存在|無此(?:用戶|帳號)|找不到收件人|存在しません|见つかりません|見つかりません/i,
  },
  // Spam and viruses, by content: Gmail 5.7.1 unsolicited, SpamAssassin, MailMarshal, Barracuda, Mimecast, Proofpoint, mail.ru, GMX,
  // Sophos.
  {
    class: 'content_refused',
    text: /\bspam\b(?!cop|haus)|\bube\b|mass mailer|mcspam|spam(?:assassin|bouncer|my|ming|profiler)|uribl|surbl|unsolicited|\bbulk\b|\bjunk\b|virus|malware|infected|phish|blacklisted url|content (?:filter|reject|denied|restrictions|refused|blocked|not accepted)|unacceptable content|(?:banned|prohibited|objectionable|dangerous|offensive) (?:content|file|attachment|words?)|attachments? (?:type |extension )?(?:is |are )?(?:not (?:allowed|permitted|accepted)|blocked|forbidden|prohibited|removed)|illegal attachment|potentially executable|malformed (?!.{0,30}name)|(?:bad|invalid|mime) headers?\b|mime (?:complexity|error)|header (?:size|error)|message (?:was )?(?:filtered|content rejected)|message refused|considered .{0,20}(?:unwanted|suspicious)|score(?:d)? .{0,40}(?:points|too high|exceed)|recurrent pattern|unwanted|inappropriate|profan|blocked (?:because|for) (?:content|abuse)|potential security issue|[_.]506\b|rejected .{0,30}(?:policy reasons\.? we do not accept)|fuzzy|nolisting|垃圾邮件/i,
  },
  // Too much at once: Gmail 4.2.1 and 4.7.28, Yahoo, Outlook, Amazon SES, Orange (104), greylisting that never ended.
  {
    class: 'rate_limited',
    text: /rate.?limit|too many (?:concurrent |simultaneous |smtp |open |unwanted )*(?:connections|sessions|messages|recipients|e-?mails|mails|errors)|receiving mail (?:too quickly|at a rate)|unusual rate|(?:sending|message|daily|hourly|maximum|relay|connection|submission|sent) (?:smtp |sending |message |rate |relay )*(?:limit|quota|threshold) (?:has been |was |is )?exceeded|exceeded (?:the )?(?:max(?:imum)? )?(?:emails|messages|number|sending|rate|allowable)|throttl|gr[ea]y.?list|trop de connexions|try again later.{0,20}(?:ts0|load)|unexpected volume|message threshold|recipient thread limit|connection limit|too (?:fast|quickly|frequent)|numerous attempts/i,
  },
  // The address or reputation of our server: DNSBLs, missing reverse DNS, Microsoft S3150, Yahoo TSS, iCloud, Cox, Comcast, GMX, t-online.
  {
    class: 'blocked',
    text: /(?:block|black|deny|reject)[ -]?list|blacklist|spamhaus|spamcop|barracudacentral|\brbl\b|dnsbl|blocked (?:using|by|-|for|at|due|from|mail)|(?:ip|host|address|server|network|sender|connection|client|access|mail) (?:\S{1,60} )?(?:is |has been |was |are )?(?:temporarily )?(?:blocked|banned|black|denied|refused to talk|not allowed)|banned (?:sending|sender)|reputation|reverse (?:dns|lookup|hostname)|\bptr\b|rdns|client host|helo (?:command )?(?:rejected|argument)|bad helo|dynamic ip|open proxy|(?:find|resolve) your (?:hostname|address)|not (?:currently )?accept(?:ing|ed)? (?:mail |connections? )?from (?:your|ip|dynamic|this server)|user complaints|requires confirmation|confirm this mail server|not allowed to send (?:mail )?from|connection (?:dropped|was dropped|reset)|service refused|go away|sending spam|554 5\.7\.1 (?:service|you)|\bS3(?:150|140)\b|[_.](?:10[1-3]|401|510|999)\b|gesperrt|listed (?:at|in|on|as)|see https?:\/\/\S{0,80}(?:block|postmaster|rbl)|access from ip/i,
  },
  // Our sender: bounce checks, sender verification, "address rejected" at MAIL FROM.
  {
    class: 'sender_refused',
    text: /sender(?: e-?mail)?(?: address| domain| ip)?(?: \S{1,80})?(?: is| was| has been)? (?:rejected|denied|refused|not (?:allowed|verified|pre-?approved|permitted|authori[sz]ed)|verify failed|blacklisted|unknown|invalid|must exist|empty)|(?:invalid|bad|bogus|unroutable|unverified) (?:sender|mail from|return path)|(?:null|empty|blank) (?:sender|envelope|from)|domain of sender|sender is (?:spammer|in my)|mail from .{0,40}(?:not owned|rejected|refused)|mx records for|batv|email address is not verified|senderfilter|emetteur|absender(?:adresse)?|from: (?:address|domain|header)|delivery not authori[sz]ed|bouncedeny|\(in reply to mail from command\)|[_.](?:403|405|415|421)\b|backscatter/i,
  },
  // SPF, DKIM, DMARC and TLS; a login that is required.
  {
    class: 'authentication',
    text: /\bspf\b|\bdkim\b|\bdmarc\b|sender policy framework|authenticat|unauthenticated|authentifi|starttls|\btls\b|dane\b|dnssec|certificate|encryption (?:is )?(?:required|needed)|credentials|not authenticated|[_.](?:305|402)\b/i,
  },
  {
    class: 'policy',
    text: /polic(?:y|ies)|organi[sz]ation(?:al)? (?:settings|policy)|administrative prohibition|prohibited|not authori[sz]ed|not permitted|security|compliance|transport\.rules|access denied|permission denied|richtlinie|interdit|\brules?\b.{0,20}(?:reject|block)/i,
  },
  // Given up after trying: Postfix, Sendmail "Message could not be delivered for N days", Exim "retry time not reached", qmail,
  // Exchange #4.4.7, Gmail.
  {
    class: 'expired',
    text: /(?:delivery time|message|queue|retry (?:time|timeout)|timeout|time) (?:\w{1,12} )?(?:expired|exceeded)|expired (?:after|while)|queue.?expired|in (?:the )?queue too long|too long in (?:the )?queue|(?:giving|gave) up|retry time(?:out)? (?:not reached|exceeded)|could not be delivered for (?:more than )?|long failure period|failing for a long time|after multiple retries|repeated attempts|allowed queue period|warning may be repeated|has been delayed|delivery (?:attempts )?(?:will|is) (?:be |continue )?(?:delayed|to be)|not been (?:collected|delivered) (?:after|within)|message timed out|delivery (?:has )?(?:timed out|timeout|expired|delayed)|delivery failed \d+ attempts|(?:not|was) delivered within|could not send message for past|unable to deliver .{0,40}(?:days|hours)|zustellung .{0,40}(?:aufgegeben|verzögert)|delivery incomplete|still trying|postponed|aborted after|max(?:imum)? (?:retries|attempts)/i,
  },
  // The server cannot be reached: connection refused, no route, no answer, names that could not be resolved at that moment.
  {
    class: 'unreachable',
    text: /connection (?:timed out|refused|was refused|lost|closed|failed|time-?out|failure|error|aborted|attempt)|(?:no|network|host|server|computer) (?:route to host|is unreachable|unreachable|was not reachable|not reachable|(?:is )?(?:not|isn't) responding|did ?n[o']t respond|answer from)|unreachable|operation timed out|timed? ?out|could ?n[o']t (?:connect|establish|contact)|(?:cannot|can't|unable to|failed to) (?:connect|reach|contact|resolve|establish)|name ?server|name service error|host (?:not found, try again|name lookup failure|lookup)|no smtp connection|lost connection|broken pipe|nicht erreichbar|server (?:is )?(?:down|unavailable|busy)|no valid hosts|network (?:error|problem)|temporary lookup|wasn't able to establish|could not find a gateway|no answer/i,
  },
  // Faults of the other server itself, and of programs that mail was piped to.
  {
    class: 'system_error',
    text: /(?:local|internal|system|server|configuration|temporary|mailer|processing|disk|queue file|i\/o|service|protocol) (?:\w{1,20} )?(?:error|problem|failure|unavailable|misconfigured)|(?:exit|died with) (?:status|code)|exit \d+|command (?:failed|output|died)|can't create|unable to (?:open|create|lock|write)|cannot (?:open|update|create|append|store)|input\/output|transaction failed|loops? back to myself|encountered an error|x-unix|pipe to|not accepting (?:network )?messages|service (?:currently )?unavailable|syntax error|unrecogni[sz]ed command|bad sequence|no such file|delivery agent|read-only|temporarily (?:not available|unavailable|rejected)|unable to process|try again later/i,
  },
];
