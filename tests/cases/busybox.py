# SPDX-License-Identifier: MIT
"""BusyBox's tools (Debian's static binary, not ours): each line runs here and on Atlas and must print the same."""
import os
import shutil

from harness.jobs import Job
from harness.vm import run, scratch, vmrun

LINES = r"""
echo hello; printf '%05d %x %s\n' 42 255 text; echo $((3 * 7)) $((1 << 20)) $((-7 / 2))
for i in 1 2 3; do echo $i; done | tac; seq 1 10 | awk '{s += $1} END {print s, NR}'
x=abc; echo ${x#a} ${x%c} ${#x} ${y:-default}; case $x in a*) echo begins with a;; esac
(exit 3); echo $?; false || echo or; true && echo and; ! true; echo $?
f() { local a=$1; [ $a -gt 0 ] && { echo $a; f $((a - 1)); }; return 0; }; f 5
mkdir -p /tmp/bb/d1/d2; cd /tmp/bb; echo one > a; echo two > b; cp a c; mv b d1/; ln -s a link; ls -1 . d1; readlink link; cat link
cd /tmp/bb; echo more >> a; wc -l a; head -n 1 a; tail -n 1 a; cmp a c || echo differ; rm a; [ -e a ] || echo gone; rm -r d1; ls -1
seq 1 2000 | sort -r | head -3; seq 1 2000 | sort -n -r | uniq | wc -l; printf 'b 2\na 1\nc 3\n' | sort -k2 -n | cut -d' ' -f1 | tr 'a-z' 'A-Z'
seq 1 100 | sed -n '/5$/p; 3{s/3/three/p}'; echo a.b.c | sed 's/\./-/g'; printf 'x\ny\n' | sed '1!G;h;$!d'
seq 1 20 | awk 'NR % 5 == 0 {printf "%s:", $0} END {print ""}'; echo "a b c" | awk '{print $3, $1, NF}'; awk 'BEGIN {for (i = 0; i < 3; i++) printf "%d ", i * i; print substr("abcdef", 2, 3)}'
cd /tmp; mkdir -p t/x; seq 1 500 > t/x/n; echo z > t/z; tar cf t.tar t; tar tf t.tar; rm -r t; tar xf t.tar; cat t/x/n | md5sum; gzip -c t.tar | gunzip | cmp - t.tar && echo same
dd if=/dev/zero of=/tmp/z bs=1000 count=100 2>/dev/null; wc -c /tmp/z; dd if=/tmp/z bs=7 skip=3 count=9 2>/dev/null | wc -c; truncate -s 5 /tmp/z; od -c /tmp/z
echo 'text for hexdump 0123456789' | hexdump -C; echo abc | od -x; echo hello | sha256sum; echo hello | base64; seq 1 1000 | sha1sum
find /tmp/t -type f | sort; find /tmp/t -name 'n' -exec wc -l {} \; ; find /tmp -mindepth 1 -maxdepth 1 -name 't*' | sort
yes | head -n 100000 | wc -l; seq 1 30000 | sort -n | tail -1; cat /dev/zero | head -c 1000000 | wc -c
seq 1 10 | while read a; do echo $a; done | paste -s -d, ; seq 1 4 | xargs -n 2 echo pair; echo 'a b' | xargs
trap 'echo trapped' USR1; kill -USR1 $$; echo after; (trap 'echo bye' EXIT; exit 0); sh -c 'kill -TERM $$'; echo $?
sleep 0.1 & wait; echo done; { sleep 5 & p=$!; kill $p; wait $p; echo $?; } 2>/dev/null; for i in 1 2 3; do (sleep 0.0$i; echo $i) & done; wait
cat <<E
here $((2 + 2)) document
E
echo to-stderr 2>&1 1>/dev/null | wc -c; exec 3>/tmp/three; echo via three >&3; exec 3>&-; cat /tmp/three; set -- a b c; shift; echo $# $*
test -d /tmp && echo directory; [ 5 -gt 3 ] && echo bigger; [ abc = abc ] && echo equal; expr 6 \* 7; basename /a/b/c.txt .txt; dirname /a/b/c
umask 027; touch /tmp/um; stat -c %a /tmp/um; chmod 604 /tmp/um; stat -c '%a %s %F' /tmp/um; ln /tmp/um /tmp/um2; stat -c %h /tmp/um; test -x /tmp/um || echo not executable
printf '1\n5\n3\n' > /tmp/p; printf '1\n2\n3\n' > /tmp/q; diff /tmp/p /tmp/q; grep -n 3 /tmp/p; grep -c . /tmp/q; grep -v 1 /tmp/p; echo 'foo123' | grep -o '[0-9]*'
seq 1 100000 | awk '{x = x + $1 * $1} END {printf "%.0f\n", x}'; echo '2^10; 7/2' | bc 2>/dev/null | head -2; cal 9 1962 2>/dev/null | head -3
ulimit -s 1024; ulimit -s; nice -n 5 sh -c 'nice' ; env -i A=1 env; pwd; cd /; pwd; cd -
mkfifo /tmp/fifo; (echo through a fifo > /tmp/fifo) & cat /tmp/fifo; wait; tee /tmp/t1 < /tmp/p | wc -l; cat /tmp/t1
""".strip("\n")


def commands():
    """One command a line, but for here documents."""
    lines, out = LINES.split("\n"), []
    while lines:
        line = lines.pop(0)
        if "<<E" in line:
            while lines and lines[0] != "E":
                line += "\n" + lines.pop(0)
            line += "\n" + lines.pop(0) + "\n"
        out.append(line)
    return out


def job(report):
    where = scratch("busybox")
    home = os.path.join(where, "home")
    script = os.path.join(where, "script")
    with open(script, "w", encoding="ascii") as f:
        for number in range(len(commands())):
            f.write(f"/bin/busybox sh /lines/{number}\n")
    os.makedirs(os.path.join(where, "lines"))
    for number, text in enumerate(commands()):
        with open(f"{where}/lines/{number}", "w", encoding="ascii") as f:
            f.write(text + "\n")
    done, repro = vmrun("--add", f"{where}/lines:/lines", "--log", f"{where}/log", "--line-timeout", "200", "--split", where,
                        "--script", script, timeout=300)
    links = os.path.join(where, "bin")
    os.makedirs(links)
    for name in run(["/bin/busybox", "--list"]).stdout.decode().split():
        os.symlink("/bin/busybox", os.path.join(links, name))
    for number, text in enumerate(commands()):
        here = text.replace("/tmp", home)
        os.makedirs(home, exist_ok=True)
        want = run(["/bin/busybox", "sh", "-c", here], env={"PATH": links, "HOME": "/root", "TERM": "linux"}, timeout=300)
        try:
            with open(f"{where}/{number + 1}.out", "rb") as f:
                got = f.read().decode(errors="replace")
        except FileNotFoundError:
            report.fail(f"busybox/{number}", done.stderr.decode(errors="replace")[-1500:], repro)
            continue
        want = want.stdout.decode(errors="replace").replace(home, "/tmp")
        if "ulimit" in text: # pwd at the start differs
            want = "\n".join(x for x in want.split("\n") if not x.startswith("/"))
            got = "\n".join(x for x in got.split("\n") if not x.startswith("/"))
        report.same(f"busybox/{number}", got, want, f"tools/vmrun /bin/busybox sh -c {text!r}", text[:50])
    shutil.rmtree(home, ignore_errors=True)


def jobs():
    return [Job("busybox", job, 40)]
