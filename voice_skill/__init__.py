"""An offline voice skill that answers questions about a spasm in the upper back."""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Skill", "__version__"]

if TYPE_CHECKING:
    from voice_skill.skill import Skill


def __getattr__(name: str) -> object:
    if name == "Skill":
        from voice_skill.skill import Skill

        return Skill
    raise AttributeError(name)
