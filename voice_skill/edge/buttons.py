"""Push-to-talk by a key of any keyboard through evdev, or by a button on a Raspberry Pi's pins through gpiozero."""

from __future__ import annotations

import contextlib
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


class EvdevKey:
    """Deliver a Press for each press of a key, on whatever keyboard has it; keyboards may come and go."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._open = False

    def open(self, deliver: Deliver) -> None:
        """Watch the keyboards; HardwareError when they may not be read or the package is missing."""
        try:
            import evdev
        except ImportError as exc:
            raise HardwareError(
                "The button needs evdev.", "Install it with: pip install 'voice-skill[button]'"
            ) from exc
        code = evdev.ecodes.ecodes.get(self._name)
        if code is None:
            raise SettingsError(f"There is no key called {self._name!r}.", "Names are like KEY_F13 or KEY_PLAYPAUSE.")
        if not evdev.list_devices():
            hint = "Plug a keyboard in, or add yourself to the group input: sudo usermod -aG input $USER"
            raise HardwareError("No keyboard can be read.", hint)
        self._open = True
        threading.Thread(target=self._watch, args=(evdev, code, deliver), daemon=True).start()

    def _watch(self, evdev: Any, code: int, deliver: Deliver) -> None:
        while self._open:
            for path in evdev.list_devices():
                with contextlib.suppress(OSError):
                    device = evdev.InputDevice(path)
                    if code in device.capabilities().get(evdev.ecodes.EV_KEY, []):
                        self._read(device, code, deliver)
            time.sleep(AGAIN_S)

    def _read(self, device: Any, code: int, deliver: Deliver) -> None:
        """Read one keyboard until it is unplugged: OSError."""
        for event in device.read_loop():
            if not self._open:
                return
            if event.type == 1 and event.code == code and event.value == 1:
                deliver(Press())

    def close(self) -> None:
        """Stop watching."""
        self._open = False


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
