"""The skill for Open Voice OS."""
