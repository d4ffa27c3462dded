"""`python -m voice_skill` is the command line."""

from voice_skill.doors.cli import run

run()
