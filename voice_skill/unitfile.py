"""The systemd user unit that runs `listen` or `serve`, as text: what it may do, and what it may not.

A user's unit has no capabilities to drop; options that would drop some (ProtectClock, ProtectKernelModules,
CapabilityBoundingSet) keep it from starting at all under older versions, so they are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

_UNIT = """\
[Unit]
Description=Voice skill ({what})
Documentation=https://www.freedesktop.org/software/systemd/man/systemd.service.html
{after}StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type={kind}
ExecStart={command}
{watchdog}Restart=on-failure
RestartSec=5
TimeoutStopSec=15
Environment=PYTHONUNBUFFERED=1

# Even a hijacked skill changes nothing but its own state.
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={writable}
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
SystemCallArchitectures=native
RestrictAddressFamilies={families}
UMask=0077
MemoryMax={memory}

[Install]
WantedBy=default.target
"""


def text(what: str, command: Sequence[str], writable: Sequence[str]) -> str:
    """Give the unit for "listen" or "serve"; folders that are not there do no harm.

    Both tell systemd that they are ready and well; `listen` reaches sound through sockets of this machine and no
    network at all.
    """
    serves = what == "serve"
    return _UNIT.format(
        what=what,
        after="After=network-online.target\n" if serves else "After=pipewire.service pulseaudio.service\n",
        kind="notify",
        command=" ".join(map(quoted, command)),
        watchdog=f"WatchdogSec={30 if serves else 60}\nNotifyAccess=main\n",
        writable=" ".join(quoted(f"-{folder}") for folder in writable),
        families="AF_UNIX AF_INET AF_INET6 AF_NETLINK" if serves else "AF_UNIX AF_NETLINK",
        memory="1500M" if serves else "800M",
    )


def quoted(word: str) -> str:
    """Put a word as systemd reads it back: quoted where it must be, "%" and "$" doubled."""
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$").replace("\n", "\\n")
    return f'"{word}"' if not word or any(c.isspace() or c in "\"'\\;" for c in word) else word
