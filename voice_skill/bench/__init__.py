"""Measuring: how well the skill understands text and speech, beside its peers, and how fast the machine is."""
