{{/* Name of the release's things; `component` of one of them. */}}
{{- define "billing-mail.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "billing-mail.componentName" -}}
{{ include "billing-mail.fullname" .root }}-{{ .component }}
{{- end }}

{{- define "billing-mail.selectorLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "billing-mail.labels" -}}
{{ include "billing-mail.selectorLabels" . }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{/* Image of a service: `tag` is its own, if it has one. */}}
{{- define "billing-mail.image" -}}
{{- $image := .root.Values.image }}
{{- if .tag }}{{ $image.repository }}:{{ .tag }}
{{- else if $image.digest }}{{ $image.repository }}@{{ $image.digest }}
{{- else }}{{ $image.repository }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{/* Name of the claim that the chart makes, or of the one that is there. */}}
{{- define "billing-mail.claim" -}}
{{ .claim.existing | default (include "billing-mail.componentName" .) }}
{{- end }}

{{- define "billing-mail.existingSecret" -}}
{{ required "existingSecret names the Secret with what README.md of the chart lists" .Values.existingSecret }}
{{- end }}
