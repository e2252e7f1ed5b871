{{/*
Deployment, Service and PodDisruptionBudget of one of the three services. `secrets` maps a variable to the key of the Secret whose file it names;
a key that is empty is left out.
*/}}
{{- define "billing-mail.service" -}}
{{- $labels := include "billing-mail.selectorLabels" . }}
{{- $name := include "billing-mail.componentName" . }}
{{- $secrets := dict }}
{{- $given := dict "HTTP_HOST" "0.0.0.0" .portVariable (toString .port) }}
{{- range $variable, $key := .secrets }}
{{- if $key }}
{{- $_ := set $secrets $key $key }}
{{- $_ := set $given $variable (printf "/etc/billing-mail/secrets/%s" $key) }}
{{- end }}
{{- end }}
{{- $environment := include "billing-mail.environment" (dict "root" .root "component" .component "values" .values "given" (merge $given .given)) | fromYaml }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels: {{- include "billing-mail.labels" . | nindent 4 }}
spec:
  {{- if not .isScaled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
  selector:
    matchLabels: {{- $labels | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "billing-mail.labels" . | nindent 8 }}
        {{- with .root.Values.podLabels }}{{ toYaml . | nindent 8 }}{{ end }}
      {{- with .root.Values.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "billing-mail.pod" . | nindent 6 }}
      {{- with .root.Values.serviceAccountName }}
      serviceAccountName: {{ . }}
      {{- end }}
      terminationGracePeriodSeconds: {{ include "billing-mail.terminationGracePeriod" . }}
      topologySpreadConstraints:
        {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- $labels | nindent 14 }}
          # Those of a new version are spread by themselves, as the old ones are about to go.
          matchLabelKeys: [pod-template-hash]
        {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "billing-mail.image" (dict "root" .root "tag" .values.imageTag) }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          command: {{ toJson .command }}
          securityContext: {{- include "billing-mail.confined" . | nindent 12 }}
          ports:
            - { name: http, containerPort: {{ .port }} }
            {{- with .ports }}{{ toYaml . | nindent 12 }}{{ end }}
          env:
            {{- range $variable, $value := $environment }}
            - { name: {{ $variable }}, value: {{ $value | quote }} }
            {{- end }}
          resources: {{- toYaml .values.resources | nindent 12 }}
          # Until it was ready once the other two are not asked: at most two minutes, beside much other work.
          startupProbe:
            httpGet: { path: /health/startup, port: http }
            periodSeconds: 2
            timeoutSeconds: 5
            failureThreshold: 60
          # Asks nothing but the process: a database that is away is no reason to start anew. A minute, as documents of 25 MB keep it busy.
          livenessProbe:
            httpGet: { path: /health/live, port: http }
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: /health/ready, port: http }
            periodSeconds: 5
            timeoutSeconds: 5
            failureThreshold: 2
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
            - { name: secrets, mountPath: /etc/billing-mail/secrets, readOnly: true }
            {{- if .root.Values.authoritiesConfigMap }}
            - { name: authorities, mountPath: /etc/billing-mail/authorities, readOnly: true }
            {{- end }}
            {{- with .mounts }}{{ toYaml . | nindent 12 }}{{ end }}
      volumes:
        - name: tmp
          emptyDir: {}
        - name: secrets
          secret:
            secretName: {{ include "billing-mail.existingSecret" .root }}
            defaultMode: 288 # 0440
            items:
              {{- range $key := keys $secrets | sortAlpha }}
              - { key: {{ $key }}, path: {{ $key }} }
              {{- end }}
        {{- with .root.Values.authoritiesConfigMap }}
        - name: authorities
          configMap: { name: {{ . }} }
        {{- end }}
        {{- with .volumes }}{{ toYaml . | nindent 8 }}{{ end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels: {{- include "billing-mail.labels" . | nindent 4 }}
spec:
  selector: {{- $labels | nindent 4 }}
  ports:
    - { name: http, port: {{ .port }}, targetPort: http }
---
{{ include "billing-mail.disruptionBudget" . }}
{{- end }}

{{/* One at a time may be taken from a node that is emptied; one that is not ready never stands in the way of that. */}}
{{- define "billing-mail.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "billing-mail.componentName" . }}
  labels: {{- include "billing-mail.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{- include "billing-mail.selectorLabels" . | nindent 6 }}
{{- end }}

{{/* What the pods of all components share; `user` is who they run as, by number, as Kubernetes can't tell from a name that it is not root. */}}
{{- define "billing-mail.pod" -}}
{{- $user := .user | default 1000 -}}
automountServiceAccountToken: false
# Kubernetes would set SETTINGS_API_PORT=tcp://… for a Service called settings-api.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ $user }}
  runAsGroup: {{ $user }}
  fsGroup: {{ $user }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "billing-mail.confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}
