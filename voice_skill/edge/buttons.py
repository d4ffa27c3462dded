"""Push-to-talk by a key of any keyboard through evdev, or by a button on a Raspberry Pi's pins through gpiozero."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable
from typing import Any

from voice_skill.errors import HardwareError, SettingsError
from voice_skill.messages import Event, Press

AGAIN_S = 2.0  # between two looks for a keyboard that was unplugged
BOUNCE_S = 0.05
Deliver = Callable[[Event], None]


def choose(button: str) -> EvdevKey | GpioButton:
    """Choose the button that a setting names: "key:KEY_F13" or "gpio:17"; SettingsError for anything else."""
    kind, _, name = button.partition(":")
    if kind == "key" and name:
        return EvdevKey(name)
    if kind == "gpio" and name.isdigit():
        return GpioButton(int(name))
    raise SettingsError(f"listen.button cannot be {button!r}.", 'Write "key:KEY_F13" or "gpio:17".')


class Keyboards:
    """Know the keyboards that have a key: keyboards, remote controls, foot switches, whatever evdev reads."""

    def __init__(self, name: str) -> None:
        try:
            import evdev
        except ImportError as exc:
            raise HardwareError(
                "The button needs evdev.", "Install it with: pip install 'voice-skill[button]'"
            ) from exc
        self._evdev: Any = evdev
        self._code = evdev.ecodes.ecodes.get(name)
        if self._code is None or not name.startswith(("KEY_", "BTN_")):
            raise SettingsError(f"There is no key called {name!r}.", "Names are like KEY_F13 or KEY_PLAYPAUSE.")

    def paths(self) -> list[str]:
        """List the input devices that may be read, of any kind."""
        return list(self._evdev.list_devices())

    def open(self, path: str) -> Any:
        """Open a device that has the key, give None for another; OSError when it cannot be read."""
        device = self._evdev.InputDevice(path)
        if self._code in device.capabilities().get(self._evdev.ecodes.EV_KEY, []):
            return device
        device.close()
        return None

    def presses(self, device: Any) -> int:
        """Count the presses that wait to be read, not what a held key repeats; OSError when it was unplugged."""
        events = list(device.read())
        return sum(e.type == self._evdev.ecodes.EV_KEY and e.code == self._code and e.value == 1 for e in events)


class EvdevKey:
    """Deliver a Press for each press of a key, on every keyboard that has it; keyboards may come and go."""

    def __init__(self, name: str, keyboards: Callable[[str], Keyboards] = Keyboards, again_s: float = AGAIN_S) -> None:
        self._name = name
        self._keyboards = keyboards
        self._again_s = again_s
        self._pipe: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None

    def open(self, deliver: Deliver) -> None:
        """Watch the keyboards; HardwareError when none may be read or the package is missing."""
        keyboards = self._keyboards(self._name)
        if not keyboards.paths():
            hint = "Plug a keyboard in. If one is: add yourself to the group input: sudo usermod -aG input $USER"
            raise HardwareError("No keyboard can be read.", hint)
        self._pipe = os.pipe()
        self._thread = threading.Thread(target=self._watch, args=(keyboards, self._pipe[0], deliver), daemon=True)
        self._thread.start()

    def _watch(self, keyboards: Keyboards, wake: int, deliver: Deliver) -> None:
        watched: dict[str, Any] = {}
        look_at = time.monotonic()
        while True:
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + self._again_s
                _look(keyboards, watched)
            ready, _, _ = select.select([wake, *watched.values()], [], [], max(0.0, look_at - time.monotonic()))
            if wake in ready:
                break
            for path, device in list(watched.items()):
                if device in ready:
                    try:
                        count = keyboards.presses(device)
                    except OSError:  # unplugged
                        watched.pop(path).close()
                        continue
                    for _ in range(count):
                        deliver(Press())
        for device in watched.values():
            device.close()

    def close(self) -> None:
        """Stop watching."""
        pipe, self._pipe = self._pipe, None
        if pipe is None:
            return
        os.write(pipe[1], b".")
        if self._thread is not None:
            self._thread.join(1.0)
        for end in pipe:
            os.close(end)


def _look(keyboards: Keyboards, watched: dict[str, Any]) -> None:
    """Watch keyboards that were plugged in; one whose rights are not set yet is tried again at the next look."""
    for path in keyboards.paths():
        if path not in watched:
            with contextlib.suppress(OSError):
                device = keyboards.open(path)
                if device is not None:
                    watched[path] = device


class GpioButton:
    """Deliver a Press for each press of a button between a pin (BCM number) and ground."""

    def __init__(self, pin: int) -> None:
        self._pin = pin
        self._button: Any = None

    def open(self, deliver: Deliver) -> None:
        """Watch the pin; HardwareError where there is none."""
        try:
            import gpiozero
        except ImportError as exc:
            raise HardwareError(
                "The button needs gpiozero.", "Install it with: pip install 'voice-skill[gpio]'"
            ) from exc
        try:
            self._button = gpiozero.Button(self._pin, bounce_time=BOUNCE_S)
        except Exception as exc:
            message = f"Pin {self._pin} cannot be read."
            raise HardwareError(message, "This works on a Raspberry Pi; pins are counted as BCM numbers.") from exc
        self._button.when_pressed = lambda: deliver(Press())

    def close(self) -> None:
        """Let go of the pin."""
        if self._button is not None:
            self._button.close()
