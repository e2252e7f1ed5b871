{{/*
The variables of a service as a map. `given` is what the chart itself sets and nobody else may; the rest is `env` of the values, as far as the
service reads it, and the service's own. A variable that no service reads is a mistake that would else be found when somebody misses its effect.
*/}}
{{- define "billing-mail.environment" -}}
{{- $read := .root.Files.Get "variables.yaml" | fromYaml }}
{{- $known := get $read .component }}
{{- $anybody := concat (get $read "settings-api") (get $read "mail-dispatcher") (get $read "notification-service") }}
{{- $set := dict }}
{{- range $name, $value := .root.Values.env }}
{{- if not (has $name $anybody) }}{{ fail (printf "env.%s: no service reads it; secrets belong into existingSecret" $name) }}{{ end }}
{{- if has $name $known }}{{ $_ := set $set $name $value }}{{ end }}
{{- end }}
{{- range $name, $value := .values.env }}
{{- if not (has $name $known) }}{{ fail (printf "%s does not read %s; secrets belong into existingSecret" $.component $name) }}{{ end }}
{{- $_ := set $set $name $value }}
{{- end }}
{{- range $name, $value := .given }}
{{- if get $set $name }}{{ fail (printf "%s is set by the chart" $name) }}{{ end }}
{{- if $value }}{{ $_ := set $set $name $value }}{{ end }}
{{- end }}
{{- range $name, $value := $set }}
{{- if $value }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* A variable of the common ones, or of a service. */}}
{{- define "billing-mail.variable" -}}
{{ get .values.env .name | default (get .root.Values.env .name) }}
{{- end }}

{{/* Whether the tokens are checked by a secret of our own, not by an identity provider's keys. */}}
{{- define "billing-mail.tokenSecret" -}}
{{- if not (include "billing-mail.variable" (dict "root" .root "values" .values "name" "AUTH_JWKS_URL")) }}auth_jwt_secret{{ end }}
{{- end }}

{{/* Where the page is, for links in e-mails: at the ingress, unless the variable names another place. */}}
{{- define "billing-mail.consoleUrl" -}}
{{- if and .root.Values.ingress.enabled (not (include "billing-mail.variable" (dict "root" .root "values" .values "name" "CONSOLE_URL"))) -}}
CONSOLE_URL: http{{ if .root.Values.ingress.tlsSecret }}s{{ end }}://{{ .root.Values.ingress.host }}
{{- end }}
{{- end }}

{{/* A duration of the variables, such as 500ms, 30s or 2m, in whole seconds. */}}
{{- define "billing-mail.seconds" -}}
{{- $number := regexFind "^[0-9]+" . | float64 }}
{{- $unit := get (dict "ms" 0.001 "s" 1.0 "m" 60.0 "h" 3600.0) (regexFind "[a-z]+$" .) }}
{{- mulf $number ($unit | default 1.0) | ceil | int }}
{{- end }}

{{/* Whoever is killed before the end that it was promised leaves mails that nobody knows the fate of. */}}
{{- define "billing-mail.terminationGracePeriod" -}}
{{- $delay := include "billing-mail.seconds" (include "billing-mail.variable" (merge (dict "name" "SHUTDOWN_DELAY") .) | default "5s") | int }}
{{- $grace := include "billing-mail.seconds" (include "billing-mail.variable" (merge (dict "name" "SHUTDOWN_GRACE") .) | default "30s") | int }}
{{- $needed := add $delay $grace 15 }}
{{- if lt (int .values.terminationGracePeriodSeconds) (int $needed) }}
{{- fail (printf "%s: terminationGracePeriodSeconds must be at least %d, as SHUTDOWN_DELAY and SHUTDOWN_GRACE are" .component $needed) }}
{{- end }}
{{- .values.terminationGracePeriodSeconds }}
{{- end }}
