# SPDX-License-Identifier: MIT
"""Debian's dynamic binaries, unmodified, with their libraries: each line below runs here and on Atlas and must print
the same. Python runs parts of its own test suite: what passes here must pass there. stress-ng verifies itself."""
import glob
import os
import re
import shutil
import subprocess
import time

from harness.dynamic import Root
from harness.jobs import Job
from harness.vm import TOP, scratch, vmrun

PYTHON = os.path.realpath("/usr/bin/python3")
STDLIB = "/usr/lib/" + os.path.basename(PYTHON)
CC1 = (glob.glob("/usr/lib/gcc/x86_64-linux-gnu/*/cc1") or [""])[-1]
PROGRAMS = """bash ls cat cp mv rm ln mkdir rmdir stat touch chmod sort cut tr uniq wc head tail seq tac nl fold fmt pr paste
join comm tsort factor od base64 md5sum sha256sum split csplit dd truncate tee expr env nice timeout numfmt shuf sleep date
printf readlink realpath basename dirname expand sum cksum install mkfifo test true kill id df du find grep sed gawk mawk
sqlite3 stress-ng as ld tar gzip xargs diff cmp ps perl strace gdb""".split()
NOT_PYTHON = ["idlelib", "lib2to3", "tkinter", "turtledemo", "distutils", "config-*", "ensurepip", "pydoc_data", "*.exe", "test"]
TEST_PARTS = ["support", "__init__.py", "test_mmap.py", "test_signal.py", "test_os.py", "test_fork1.py", "signalinterproctester.py",
              "mapping_tests.py", "fork_wait.py"]

# name: a bash script. It starts in an empty folder; the staged files are in $FILES.
LINES = {
    "ls": "mkdir d; echo one > d/a; echo three > b; ln -s b c; chmod 640 b; touch -d @86400 b d/a; TZ=UTC ls -go --time-style=full-iso b d/a; "
          "ls -1F; ls -R; ls -i b | grep -c b; ls nothing 2>&1; echo $?",
    "bash": "a=(one two three); echo ${#a[@]} ${a[-1]} ${a[*]^^}; declare -A m=([x]=1 [y]=2); echo ${m[y]}; diff <(seq 3) <(seq 4); "
            "cat <<< here; false | true | (exit 3); echo ${PIPESTATUS[*]}; coproc cat; echo through >&${COPROC[1]}; "
            "read -r w <&${COPROC[0]}; echo $w; printf -v p '%08.3f' 3.14159; echo $p; echo {1..5} {a..e..2}; [[ abc =~ b(.) ]]; "
            "echo ${BASH_REMATCH[1]}; shopt -s extglob nullglob; echo ${PWD##*/}x | tail -c 2; (trap 'echo usr1' USR1; kill -USR1 $BASHPID)",
    "bash-jobs": "set -m; sleep 0.2 & sleep 30 & jobs -r | wc -l; kill %2; wait %1; echo $?; wait %2; echo $?; "
                 "(sleep 0.05; exit 7) & wait -n; echo $?; trap 'echo child' CHLD; true & wait; kill -l 11; echo $((2**62))",
    "bash-loops": "f() { local i s=0; for ((i = 0; i < 20000; i++)); do ((s += i * i)); done; echo $s; }; f; "
                  "for i in $(seq 60); do (exit $i); s=$((s + $?)); done; echo $s; for i in {1..40}; do echo $i | cat; done | md5sum",
    "coreutils-text": "seq 5000 > n; sort -R --random-source=n n | sort -n | cmp - n && echo same; shuf --random-source=n -n 3 n; factor 1234567890123; "
                      "cut -d3 -f2 n | sort -u | head -3; split -l 1000 n p.; wc -l p.*; join <(seq 3) <(seq 2 4); comm <(seq 3) <(seq 2 4); "
                      "od -An -tx2 n | head -2; base64 n | md5sum; sha256sum n; tac n | tail -1; fmt -w 30 <(echo {1..30}); numfmt --to=iec 123456789; "
                      "tsort <(echo a b b c); pr -3 -l 5 -t <(seq 9); expand <(printf 'a\\tb'); sum n; cksum n",
    "coreutils-files": "mkdir -p a/b/c; echo x > a/b/f; cp -a a z; diff -r a z; ln a/b/f hard; stat -c '%h %s %a %F' hard; stat -c '%h %a %F' a/b; mv z y; rm -r a; ls -R; "
                       "du -a --apparent-size y | cut -f2 | sort; truncate -s 1M big; stat -c '%s' big; dd if=/dev/zero of=big bs=64k count=3 conv=notrunc status=none; "
                       "sha256sum big; install -m 711 big inst; stat -c %a inst; mkfifo p; (echo fifo > p &); cat p; readlink -f y/../big | xargs basename; "
                       "timeout 0.2 sleep 5; echo $?; echo $(($(nice -n 3 nice) - $(nice))); env -i A=1 env; realpath --relative-to=y/b hard; test -p p; echo $?; touch -d @99 t; date -u -r t",
    "tools": "seq 300 | gawk '{s += $1 * $1} END {print s}' 2>/dev/null || seq 300 | mawk '{s += $1 * $1} END {print s}'; seq 99 | sed -n '/7$/{s/^/x/;p}' | tr '\\n' ' '; "
             "mkdir t; seq 2000 > t/n; tar --sort=name --mtime=@0 --owner=0 --group=0 --mode=644 -cf t.tar t; sha256sum t.tar; gzip -9nc t.tar | sha256sum; "
             "gzip -c t.tar | gzip -dc | cmp - t.tar; find t -type f -size -9k; grep -c 7 t/n; printf '%s\\n' a b c | xargs -n1 -P3 echo | sort; ps -o comm= -p $$",
    "sqlite": "sqlite3 t.db \"pragma journal_mode=wal; create table t(a integer primary key, b text); begin; with recursive c(x) as (select 1 union all "
              "select x + 1 from c where x < 20000) insert into t select x, hex(x * 7919) from c; commit; create index i on t(b); select count(*), sum(a), "
              "max(b) from t; delete from t where a % 3 = 0; pragma mmap_size=4000000; vacuum; select count(*), sum(length(b)) from t; pragma integrity_check;\"; "
              "for i in 1 2 3 4; do sqlite3 -cmd '.timeout 20000' t.db \"insert into t values(100000 + $i, 'x')\" >/dev/null & done; wait; "
              "sqlite3 t.db 'select count(*) from t where a > 100000; pragma journal_mode=delete;'; stat -c %n t.db*",
    "strace": "strace -ff -qq -o t -e trace=write,exit_group,kill,execve bash -c 'trap \"echo caught\" USR1; echo one; (echo two; exit 3); ls /nothing 2>/dev/null; kill -USR1 $$; echo end'; echo $?; "
              "cat $(ls t.* | sort -V) | grep -v SIGCHLD | sed -E 's/0x[0-9a-f]+|[0-9]+/N/g; s/ +/ /g'; strace -c -U calls,name -o c -e trace=write,exit_group echo hello; "
              "gawk '/write|exit_group/ {print $1, $2}' c 2>/dev/null || mawk '/write|exit_group/ {print $1, $2}' c; "
              "sleep 60 & p=$!; strace -qq -o a -p $p & for i in {1..100}; do grep -q 'TracerPid:[^0]*[1-9]' /proc/$p/status && break; sleep 0.1; done; "
              "for s in STOP CONT TERM; do kill -$s $p; sleep 0.3; done; wait $p 2>/dev/null; echo $?; wait; grep -o -e 'SIG[A-Z]*,' -e 'killed.*' a | sort -u",
    "gdb": "cp $FILES/threads.c .; run() { gdb -nx -batch \"$@\" 2>&1 | grep -v -e warning -e 'This normally' -e '^\\[' -e '^$' | sed -E 's/0x[0-9a-f]+/X/g; s/ +/ /g; s/(LWP|process) [0-9]+/\\1/g'; }; "
           "run -ex 'break main' -ex run -ex bt -ex 'info registers cs ss' -ex 'stepi 3' -ex 'p $eflags & 0x100' -ex next -ex 'watch done' -ex continue -ex 'info threads' "
           "-ex 'p $_siginfo.si_signo' -ex 'set var done = 5' -ex continue -ex continue $FILES/threads; $FILES/threads wait & p=$!; sleep 0.5; "
           # gdb 13 cannot write the registers of a CPU with AMX, which a call needs; the guest's CPU has none.
           "e='= 42$'; [ -e /proc/atlas ] || e=\"$e\\|t write extended state\"; run -ex 'break main' -ex run -ex 'p answer()' $FILES/threads | grep -c -e \"$e\"; "
           "run -p $p -ex 'p done' -ex 'generate-core-file core' -ex 'set var go = 1' -ex detach $FILES/threads | grep -e '^\\$' -e Saved; wait $p; echo $?; "
           "run $FILES/threads core -ex 'p done' -ex 'p go' | grep '^\\$'",
    "leak": "ASAN_OPTIONS=symbolize=0 $FILES/leak 2>&1 | grep SUMMARY; ASAN_OPTIONS=symbolize=0 $FILES/leak free; echo $?",
    "cc1": "cp $FILES/*.i .; $FILES/cc1 -quiet -fpreprocessed -O2 rbtree.i -o r.s && sha256sum r.s; $FILES/cc1 -quiet -fpreprocessed -O1 hello.i -o h.s && as h.s -o h.o && sha256sum h.o && "
           "ld -static -o h $FILES/crt1.o $FILES/crti.o h.o --start-group $FILES/libc.a $FILES/libgcc.a $FILES/libgcc_eh.a --end-group $FILES/crtn.o && "
           "sha256sum h && ./h a 'b c'",
    "python": "python3 -c 'import mmap,os,threading,hashlib,json,zlib,decimal,re; m = mmap.mmap(-1, 1 << 20); m[0:5] = b\"hello\"; p = os.fork()\n"
              "if p == 0: os._exit(m[0])\n"
              "print(os.waitstatus_to_exitcode(os.waitpid(p, 0)[1])); l = []; t = [threading.Thread(target=lambda i=i: l.append(i)) for i in range(20)]\n"
              "for x in t: x.start()\n"
              "for x in t: x.join()\n"
              "print(sorted(l), sum(i * i for i in range(100000)), hashlib.sha256(b\"x\" * 1000000).hexdigest(), zlib.crc32(b\"y\" * 99999))\n"
              "print(json.dumps({\"a\": [1, 2.5, None]}), decimal.Decimal(2).sqrt(), re.sub(r\"(\\w+)@\", r\"<\\1>\", \"me@home\"))'; "
              "python3 -c 'import subprocess, multiprocessing as mp, tempfile; print(subprocess.run([\"cat\"], input=b\"sub\", capture_output=True).stdout)\n"
              "with mp.get_context(\"fork\").Pool(3) as pool: print(pool.map(abs, range(-5, 5)))\n"
              "f = tempfile.TemporaryFile(); f.write(b\"abc\"); f.seek(0); print(f.read())'",
}

# Programs of gcc's sanitizers: shadow memory at fixed addresses, terabytes of it, and what /proc/self/maps says of it.
LINES["sanitizers"] = (
    "export ASAN_OPTIONS=detect_leaks=0; $FILES/asan 2>/dev/null; echo $?; $FILES/asan x 2>&1 | grep -oE 'heap-use-after-free|^READ of size [0-9]+'; "
    "echo ${PIPESTATUS[0]}; $FILES/tsan 2>/dev/null; echo $?; $FILES/tsan x 2>&1 | grep -oE 'WARNING: ThreadSanitizer: [a-z -]+' | sort -u; $FILES/ubsan x 2>&1 | grep -o 'runtime error: .*'")
SANITIZED = """#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int atomic, plain;
static pthread_barrier_t both;
static void *work(void *racy)
{
	for (int i = 0; i < 1000; i++)
		__atomic_add_fetch(&atomic, 1, __ATOMIC_SEQ_CST);
	pthread_barrier_wait(&both);
	if (racy)
		plain++;
	return NULL;
}
int main(int argc, char **argv)
{
	pthread_t t[4];
	char *p = malloc(10);
	volatile int big = 0x7fffffff;

	pthread_barrier_init(&both, NULL, 4);
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, work, argc > 1 ? argv : NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	printf("%d\\n", atomic);
	fflush(stdout);
	free(p);
	if (argc > 1)
		printf("%d\\n", *(volatile char *)(p + 3) & 0 ? 1 : big + argc);
	return 0;
}
"""
SANITIZERS = {"asan": "address", "tsan": "thread", "ubsan": "undefined"}
# What Perl's own part of Debian holds: fork, pipes, sockets, signals, files.
LINES["perl"] = r"""cat > p.pl <<'END'
use strict; use warnings; use POSIX qw(:sys_wait_h); use Socket; use IO::Handle; use File::Temp; use List::Util qw(sum);
$| = 1; my $pid = fork; if (!$pid) { POSIX::_exit(3) } waitpid $pid, 0; print "child ", $? >> 8, "\n";
socketpair my $s, my $c, AF_UNIX, SOCK_STREAM, 0; syswrite $s, "through\n"; sysread $c, my $x, 10; print $x;
local $SIG{ALRM} = sub { print "alarm\n" }; alarm 1; select undef, undef, undef, 5; print sum(map { $_ * 2 } 1 .. 100000), "\n";
print qx(echo sub; exit 4), $? >> 8, "\n"; open my $f, '-|', 'seq', 3 or die; print sort { $b cmp $a } <$f>; close $f;
my $t = File::Temp->new; print $t "abc" x 1000; $t->flush; print -s $t, "\n"; truncate $t, 10; print -s $t, "\n";
rename "$t", "$t.2"; print -e "$t" ? 1 : 0, unlink("$t.2"), "\n";
pipe my $r, my $w; my $k = fork; if (!$k) { close $r; print $w $$ == getppid() ? "no" : "yes"; exit } close $w; print <$r>, "\n"; wait;
print waitpid(-1, WNOHANG), " ", $!{ECHILD} ? "ECHILD" : "", "\n"; local $SIG{USR1} = sub { print "usr1\n" }; kill USR1 => $$;
END
perl p.pl"""

UNITS = ["test_mmap", "test_fork1", "test_os", "test_signal"]
# Left out: half a minute of sleep.
SLOW_UNITS = ["SiginterruptTest.test_siginterrupt_off"]
# What Atlas does not have, see CAVEATS.md.
KNOWN = {"test_os.TestSendfile.": "AF_INET", "WakeupFDTests.test_invalid_socket": "AF_INET", "WakeupFDTests.test_set_wakeup_fd_socket_result": "AF_INET"}
DRIVER = """
import sys, unittest
class Result(unittest.TestResult):
    def say(self, test, what, why=None):
        print(what, test.id(), flush=True)
        if why: sys.stderr.write(test.id() + ": " + self._exc_info_to_string(why, test))
    def addSuccess(self, test): self.say(test, "ok")
    def addExpectedFailure(self, test, error): self.say(test, "ok")
    def addSkip(self, test, why): self.say(test, "skip")
    def addFailure(self, test, error): self.say(test, "FAIL", error)
    def addError(self, test, error): self.say(test, "ERROR", error)
    def addSubTest(self, test, part, error):
        if error: self.say(test, "FAIL", error)
def every(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite): yield from every(test)
        elif not test.id().endswith(tuple(sys.argv[2:])): yield test
unittest.TestSuite(every(unittest.defaultTestLoader.loadTestsFromName("test." + sys.argv[1]))).run(Result())
"""
STRESS = {"vm": "--vm 2 --vm-bytes 24M --vm-ops 800 --vm-method all", "fork": "--fork 2 --fork-ops 400", "brk": "--brk 2 --brk-ops 8000",
          "mmap": "--mmap 2 --mmap-bytes 8M --mmap-ops 30", "userfaultfd": "--userfaultfd 2 --userfaultfd-bytes 4M --userfaultfd-ops 3000"}


def stage(root):
    """The guest's root: programs, Python, what cc1 is to compile. Returns what is missing here."""
    missing = [name for name in PROGRAMS if not shutil.which(name, path="/usr/bin:/bin") and not name.endswith("awk")]
    for name in PROGRAMS:
        host = shutil.which(name, path="/usr/bin:/bin")
        if host:
            root.program(host, "/usr/bin/" + name)
    root.program(PYTHON, "/usr/bin/python3")
    for base in glob.glob("/usr/lib/*/perl-base"):
        root.tree(base, ["unicore"])
    root.tree(STDLIB, NOT_PYTHON)
    tests = os.path.join(STDLIB, "test")
    for name in TEST_PARTS:
        there = os.path.join(tests, name)
        to = os.path.join(root.path, there.lstrip("/"))
        if os.path.isdir(there):
            shutil.copytree(there, to, dirs_exist_ok=True)
        elif os.path.exists(there):
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.copy(there, to)
        else:
            missing.append(there)
    root.program(shutil.which("dash") or "/bin/sh", "/bin/sh")
    for thread_db in glob.glob("/lib/x86_64-linux-gnu/libthread_db.so.1"):
        root.program(thread_db)
    if os.path.isdir("/usr/share/gdb"):
        root.tree("/usr/share/gdb", [])
    if CC1:
        root.program(CC1, "/files/cc1")
    else:
        missing.append("cc1")
    return missing


def files(folder):
    """What the cc1 line works on."""
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/hello.c", "w", encoding="ascii") as f:
        f.write('#include <stdio.h>\n#include <string.h>\nint main(int argc, char **argv)\n{\n\tfor (int i = 1; i < argc; i++)\n'
                '\t\tprintf("%d: %s, %zu\\n", i, argv[i], strlen(argv[i]));\n\treturn 0;\n}\n')
    subprocess.run(["gcc", "-E", "-P", f"{folder}/hello.c", "-o", f"{folder}/hello.i"], check=True)
    subprocess.run(["gcc", "-E", "-P", "-std=gnu11", "-Iinclude", "-DATLAS_HOST", "-Itests/host/include", "kernel/lib/rbtree.c", "-o",
                    f"{folder}/rbtree.i"], check=True, cwd=TOP)
    for name, options in (("threads", ["gcc", "-g", "-O0", "-no-pie", "-pthread", "-fdebug-prefix-map=" + folder + "=."]),
                          ("leak", ["clang", "-g", "-fsanitize=address", "-pthread"])):
        with open(f"{folder}/{name}.c", "w", encoding="ascii") as f:
            f.write(SOURCES[name])
        subprocess.run([*options, "-o", name, name + ".c"], check=True, cwd=folder)
    for name in ("crt1.o", "crti.o", "crtn.o", "libc.a", "libgcc.a", "libgcc_eh.a"):
        path = subprocess.run(["gcc", "-print-file-name=" + name], capture_output=True, check=True).stdout.decode().strip()
        shutil.copy(path, folder)
    with open(f"{folder}/sanitized.c", "w", encoding="ascii") as f:
        f.write(SANITIZED)
    for name, kind in SANITIZERS.items():
        subprocess.run(["gcc", "-g", "-O1", f"-fsanitize={kind}", f"{folder}/sanitized.c", "-o", f"{folder}/{name}", "-pthread"], check=True)
    if not os.path.exists(f"{folder}/cc1") and CC1:
        os.symlink(CC1, f"{folder}/cc1")


SOURCES = {"threads": '''#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
volatile int go, done, sum;
int answer(void) { return 42; }
static void *worker(void *n)
{
	while (!go)
		usleep(1000);
	__atomic_add_fetch(&sum, (int)(long)n, __ATOMIC_SEQ_CST);
	return NULL;
}
int main(int argc, char **argv)
{
	pthread_t t[3];
	int i;
	for (i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, worker, (void *)(long)(i + 1));
	if (argc == 1)
		go = 1;
	for (i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	done = 1;
	printf("sum %d done %d\\n", sum, done);
	return sum;
}
''', "leak": '''#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
static void *volatile kept;
static void *sleeper(void *unused) { for (;;) pause(); return unused; }
int main(int argc, char **argv)
{
	pthread_t t;
	void *volatile lost = malloc(77);
	pthread_create(&t, NULL, sleeper, NULL);
	kept = malloc(99);
	if (argc > 1)
		free(lost);
	lost = NULL;
	return argv[0] == NULL;
}
'''}

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/", "TERM": "linux", "LC_ALL": "C"}


def start_here(argv, folder):
    os.makedirs(folder, exist_ok=True)
    return subprocess.Popen(argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=open(folder + ".err", "wb"),
                            env={**ENVIRONMENT, "FILES": os.path.join(TOP, "build/test/debian/files")})


def commands(where):
    """name: (what runs in the guest, what runs here or None)"""
    table = {}
    for name, text in LINES.items():
        path = f"{where}/guest/lines/{name}"
        with open(path, "w", encoding="ascii") as f:
            f.write(text + "\n")
        table[name] = (f"bash /lines/{name}", ["/bin/bash", path])
    for unit in UNITS:
        table[unit] = (f"python3 /lines/driver {unit} " + " ".join(SLOW_UNITS), [PYTHON, f"{where}/guest/lines/driver", unit, *SLOW_UNITS])
    for name, arguments in STRESS.items():
        table["stress-ng-" + name] = (f"stress-ng --verify --temp-path /tmp {arguments}", None)
    return table


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def compare_units(report, name, got, want, errors, repro):
    """Tests that pass here must pass there; one that is skipped there or here decides nothing."""
    got, want = ({test: word for word, test in re.findall(r"^(ok|skip|FAIL|ERROR) (\S+)$", text, re.M)} for text in (got, want))
    known = [test for test, word in want.items() if word == "ok" and any(part in test for part in KNOWN)]
    asked = [test for test, word in want.items() if word == "ok" and test not in known]
    wrong = [f"{got.get(test, 'not run')} {test}" for test in asked if got.get(test) not in ("ok", "skip")]
    passed = sum(got.get(test) == "ok" for test in asked)
    report.check(f"debian/{name}", not wrong and passed > 0, errors[-3000:] + "\n" + "\n".join(wrong), repro,
                 f"{passed} pass on both, {len(want) - len(asked) - len(known)} skipped here, {len(asked) - passed - len(wrong)} skipped on Atlas, {len(known)} known misses")


def job(report):
    where = scratch("debian")
    root = Root(f"{where}/guest")
    missing = stage(root)
    if missing:
        report.skip("debian", "not installed: " + " ".join(missing) + " (tools/setup test)")
        return
    files(f"{where}/files")
    shutil.copytree(f"{where}/files", f"{where}/guest/files", ignore=shutil.ignore_patterns("cc1", "hello.c", "leak.c", "sanitized.c"), dirs_exist_ok=True)
    for name in SANITIZERS:
        root.program(f"{where}/files/{name}", f"/files/{name}")
    os.makedirs(f"{where}/guest/lines")
    with open(f"{where}/guest/lines/driver", "w", encoding="ascii") as f:
        f.write(DRIVER)
    table = commands(where)
    with open(f"{where}/script", "w", encoding="ascii") as f:
        f.writelines(f"/bin/sh -c 'mkdir /tmp/{name}; cd /tmp/{name}; exec {guest}'\n" for name, (guest, _) in table.items())
    here = {name: start_here(argv, f"{where}/here/{name}") for name, (_, argv) in table.items() if argv and name in UNITS}
    options = [word for key, value in {**ENVIRONMENT, "FILES": "/files"}.items() for word in ("--env", f"{key}={value}")]
    start = time.monotonic()
    done, repro = vmrun("--memory", "1G", *options, "--add", f"{where}/guest:/", "--log", f"{where}/log", "--line-timeout", "400", "--split", where,
                        "--script", f"{where}/script", timeout=600)
    took = time.monotonic() - start
    for number, (name, (_, argv)) in enumerate(table.items(), 1):
        got, errors, status = (read(f"{where}/{number}.{kind}") for kind in ("out", "err", "status"))
        if not status:
            report.fail(f"debian/{name}", done.stderr.decode(errors="replace")[-2000:] + read(f"{where}/log")[-2000:], repro)
        elif not argv:
            good = status == "0\n" and "successful run completed" in got + errors
            report.check(f"debian/{name}", good, got + errors, repro)
        else:
            process = here.get(name) or start_here(argv, f"{where}/here/{name}")
            want = process.communicate(timeout=1000)[0].decode(errors="replace")
            if name in UNITS:
                compare_units(report, name, got, want, errors, repro)
            else:
                said = read(f"{where}/here/{name}.err").replace(f"{where}/guest/lines", "/lines")
                report.same(f"debian/{name}", got + errors, want + said, repro)
    report.ok("debian/boot", f"{len(table)} lines in {took:.0f} s")
    shutil.rmtree(f"{where}/guest")


def jobs():
    return [Job("debian", job, 90)]
