#!/bin/sh
# Trains with a JDK that the job can see: it has neither the PATH nor the JAVA_HOME of the shell that sent it.
for java in "${JAVA_HOME:-/usr}/bin/java" "$(command -v java)" /usr/lib/jvm/*/bin/java /opt/*/bin/java; do
  [ -x "$java" ] && [ -x "${java%/*}/javac" ] || continue
  version=$("$java" --version 2>/dev/null | head -n 1 | tr -dc '0-9. ')
  set -f
  for word in $version; do
    [ "${word%%.*}" -ge 17 ] 2>/dev/null && exec "$java" Train.java "$@"
    break
  done
  set +f
done
echo "No JDK of 17 or newer in JAVA_HOME, on the PATH, in /usr/lib/jvm or /opt: install one, or set JAVA_HOME with --env." >&2
exit 1
