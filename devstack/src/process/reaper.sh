# Makes a stack's folder ($1); ends its processes and removes the folder once its parent closed our standard
# input, which the system does for a parent that was killed. Input: "add PID SIGNAL" and "del PID".
trap '' HUP INT TERM QUIT PIPE
# Others may pass through, because PostgreSQL runs as another user.
mkdir -m 711 -- "$1" || exit 1
echo made
children=
while read -r word pid signal; do
  case $word in
    add) children="$children $pid:$signal" ;;
    del)
      left=
      for child in $children; do [ "${child%:*}" = "$pid" ] || left="$left $child"; done
      children=$left
      ;;
  esac
done
for child in $children; do kill -s "${child#*:}" "${child%:*}"; done
waited=0
while [ "$waited" -lt 100 ]; do
  alive=
  for child in $children; do kill -0 "${child%:*}" && alive=yes; done
  [ -n "$alive" ] || break
  sleep 0.05
  waited=$((waited + 1))
done
for child in $children; do kill -s KILL "${child%:*}"; done
rm -rf -- "$1"
