"""The loop with scripted time and sound: being spoken to, interrupted, gone on with, and bad days."""

import pytest

from voice_skill import quiet, testing
from voice_skill.devices import Devices
from voice_skill.earcons import clips
from voice_skill.errors import FileWriteError, MicrophoneError, VoiceError
from voice_skill.interruption import Commands
from voice_skill.loop import Loop
from voice_skill.messages import MicrophoneLost, Press
from voice_skill.narrator import Narrator
from voice_skill.settings import QuietSettings
from voice_skill.teller import Manner, Stage

WAKE = ("okay coach",)


class Evening:
    """One run of the loop in a fake room."""

    def __init__(self, skill, script, voice=None, **manner):
        self.skill, self.room, self.screen = skill, testing.FakeRoom(script), testing.FakeScreen()
        self.voice = voice or testing.FakeVoice()
        commands = Commands(**skill.pack.interrupting)
        self.hearing = testing.hearing(WAKE, commands, skill.redflags, skill.understood)
        devices = Devices(self.room, self.room.speaker, self.room.put)
        stage = Stage(self.room, self.screen, self.room, Manner(wake=WAKE, **manner))
        self.loop = Loop(skill, self.hearing, Narrator(self.voice, self.room.speaker), devices, stage)

    def run(self):
        """To the end of the script."""
        self.loop.run()
        return self

    @property
    def topics(self):
        """What was answered."""
        return self.screen.of("reply", "topic")

    @property
    def events(self):
        """The notices' names, without the words on the way."""
        return [n.event for n in self.screen.notices if n.event != "partial"]


def evening(skill, *script, **manner):
    """Run a script."""
    return Evening(skill, script, **manner).run()


def test_asleep_it_answers_nobody(skill):
    """Talk without the wake phrase is nobody's business."""
    assert ["ready"] == evening(skill, 1.0, "does ice help", 3.0).events


def test_the_wake_phrase_and_a_question_in_one_breath(skill):
    """What follows the phrase is the question; answered, spoken, and listening after it."""
    done = evening(skill, 0.5, "okay coach does ice help", 2.0)
    assert ["relief.ice"] == done.topics
    assert ["ready", "wake", "heard", "reply", "speaking"] == done.events[:5]
    assert done.room.played[0] == "Ice: it helps."
    assert "".join(done.room.played).count("Want more?") == 1


def test_a_follow_up_needs_no_wake_phrase_until_the_window_closes(skill):
    """Eight seconds after the voice has ended it still listens; later no more."""
    done = evening(skill, "okay coach does ice help", 14.0, "why", 30.0, "does heat help", 3.0)
    assert ["relief.ice", "relief.ice"] == done.topics
    assert "asleep" in done.events


def test_the_window_is_as_long_as_it_is_set(skill):
    """Two seconds instead of eight."""
    said = ("okay coach does ice help", 22.0, "why", 3.0)
    assert 1 == len(evening(skill, *said, attention_s=2.0).topics)


def test_always_on_needs_no_wake_phrase_and_leaves_talk_alone_after_three_misses(skill):
    """The fourth miss is not spoken to."""
    done = evening(skill, "does ice help", 30.0, always_on=True)
    assert ["relief.ice"] == done.topics
    skill.forget()
    talk = [x for _ in range(5) for x in ("who won the football", 15.0)]
    done = evening(skill, *talk, always_on=True)
    assert 5 == len(done.topics)
    assert 3 == sum(
        "help when you want" in p or "nothing on that" in p or "does not say" in p for p in done.room.played
    )


def test_stop_is_heard_over_the_voice_and_silence_follows_at_once(skill):
    """Within two blocks of the word."""
    done = evening(skill, "okay coach does ice help", 3.0, "stop", 5.0)
    assert ["stop"] == done.screen.of("interrupted", "by")
    assert 1 == len(done.room.stopped)
    assert ["relief.ice", "stop"] == done.topics
    assert ["Ice: it helps."] == [p for p in done.room.played if p][:1]
    assert "Want more?" not in done.room.played


def test_wait_pauses_and_go_on_says_the_rest_from_the_sentence_that_was_broken_off(skill):
    """Half a minute later too, without the wake phrase."""
    done = evening(skill, "okay coach does ice help", 3.0, "wait", 30.0, "go on", 3.0)
    assert ["relief.ice", "pause", "more"] == done.topics
    broken = done.screen.of("speaking", "text")[1]
    assert 2 == done.room.played.count(broken)
    assert "Want more?" == done.room.played[-1]


def test_louder_over_the_voice_goes_on_louder_and_is_kept(skill):
    """The sentence that was broken off is said again, and the change is remembered for the next start."""
    kept = []
    skill.ask("quieter", 0.0)
    done = evening(skill, "okay coach does ice help", 3.0, "louder", 3.0, remember=kept.append)
    assert [1.0] == [d.volume for d in kept]
    assert 2 == done.room.played.count(done.screen.of("speaking", "text")[1])
    assert 1.0 == done.voice.volumes[-1]


def test_a_setting_that_cannot_be_kept_is_told(skill):
    """And the answer is still spoken."""

    def fail(_delivery):
        raise FileWriteError("settings.toml cannot be written: no space.", "Make room.")

    done = evening(skill, "okay coach quieter", 3.0, remember=fail)
    assert ["settings.toml cannot be written: no space."] == done.screen.of("error", "message")
    assert ["quieter"] == done.topics


def test_a_question_in_the_same_breath_as_a_command_is_answered(skill):
    """'stop does heat help' is silence, then the answer."""
    done = evening(skill, "okay coach does ice help", 3.0, "stop does heat help", 3.0)
    assert ["relief.ice", "stop", "relief.heat"] == done.topics


def test_the_wake_phrase_is_heard_over_the_voice(skill):
    """It breaks off the answer and takes the new question."""
    done = evening(skill, "okay coach does ice help", 3.0, "okay coach could it be stress", 3.0)
    assert ["relief.ice", "causes.anxiety"] == done.topics


def test_a_red_flag_is_heard_over_the_voice(skill):
    """It breaks off the answer; the emergency reply comes at once."""
    done = evening(skill, "okay coach does ice help", 3.0, "i have chest pain", 5.0)
    assert ["answer", "emergency"] == done.screen.of("reply", "kind")
    assert done.room.played[-1] != "Want more?"


def test_its_own_words_are_not_commands(skill):
    """A sentence that names a command, heard by the microphone while it is spoken, triggers nothing."""
    own = "Say help when you want to hear what I know."
    skill.pack.lines["not_understood"] = own  # type: ignore[index]
    done = evening(skill, "okay coach", 1.0, "stop", 1.0)
    assert ["stop"] == done.topics


def test_a_press_wakes_it_and_stops_it(skill):
    """Push-to-talk needs no words."""
    done = evening(skill, Press(), 0.3, "does ice help", 3.0, Press(), 4.0)
    assert ["relief.ice"] == done.topics
    assert ["press", "press"] == done.screen.of("wake", "by")
    assert ["press"] == done.screen.of("interrupted", "by")


def test_earcons_tell_of_waking_finishing_and_giving_up(skill):
    """The wake sound only when nothing follows in the same breath."""
    beeps = {"sounds": clips()}
    assert 1 == evening(skill, "okay coach does ice help", 1.0, **beeps).room.played.count("beep")
    skill.forget()
    done = evening(skill, "okay coach", 12.0, **beeps)
    assert 2 == done.room.played.count("beep")
    assert "asleep" == done.events[-1]


def test_goodbye_ends_it_after_it_was_said(skill):
    """What comes after is not answered."""
    done = evening(skill, "okay coach goodbye", 8.0, "okay coach does ice help", 3.0)
    assert ["goodbye"] == done.topics
    assert "Goodbye, and get well soon." == done.room.played[-1]
    assert done.screen.closed


def test_noise_is_not_answered(skill):
    """Breath and clicks stay without a reply."""
    done = evening(skill, "okay coach", 1.0, "the", 2.0, "huh", 2.0)
    assert [] == done.topics


def test_who_pauses_at_um_is_not_cut_off(skill):
    """A second and a half later the question is still whole; a whole question waits no half second."""
    done = evening(skill, "okay coach does um", 1.5, "ice help", 3.0)
    assert ["does um ice help"] == done.screen.of("heard", "text")
    heard = next(n for n in done.screen.notices if n.event == "heard")
    assert heard.t_s - heard.details["spoken_until_s"] < 0.5


def test_a_timer_rings_when_it_is_due(skill):
    """At five minutes the skin, at ten the end."""
    done = evening(skill, "okay coach set the ice for ten minutes", 302.0, 302.0)
    assert 2 == len(done.screen.of("timer", "text"))


def test_a_timer_rings_between_two_sentences_and_the_answer_goes_on(skill):
    """Nothing is lost of either."""
    skill.ask("set the ice for five minutes", 0.0)
    done = evening(skill, 298.0, "okay coach does ice help", 20.0)
    ring = next(n for n, p in enumerate(done.room.played) if p.startswith("Time is up"))
    assert done.room.played[ring - 1] in done.screen.of("reply", "reply")[0]
    assert "Want more?" == done.room.played[-1]


def test_a_timer_never_rings_into_an_emergency_reply(skill):
    """It rings after it."""
    skill.ask("set the ice for five minutes", 0.0)
    done = evening(skill, 298.0, "okay coach i have chest pain", 20.0)
    said = done.screen.of("speaking", "text")
    emergency = done.screen.of("reply", "reply")[0]
    ring = next(n for n, p in enumerate(said) if p.startswith("Time is up"))
    assert " ".join(said[:ring]) == emergency


def test_in_quiet_hours_it_is_soft_but_for_an_emergency(skill):
    """The set loudness counts for what is urgent."""
    hush = {"volume": lambda v: quiet.volume(QuietSettings("22:00", "07:00", 0.3), v, 23 * 60)}
    assert {0.3} == set(evening(skill, "okay coach does ice help", 2.0, **hush).voice.volumes)
    skill.forget()
    assert {1.0} == set(evening(skill, "okay coach my chest hurts", 2.0, **hush).voice.volumes)


def test_a_lost_microphone_is_told_and_found_again(skill):
    """Said once aloud, opened again by itself; the conversation goes on where it was."""
    done = Evening(
        skill, ["okay coach does ice help", 25.0, MicrophoneLost("it is gone"), 5.0, "okay coach why", 5.0]
    ).run()
    assert ["microphone"] == done.screen.of("device_lost", "device")
    assert ["fake microphone"] == done.screen.of("device_back", "name")
    assert ["relief.ice", "relief.ice"] == done.topics
    assert 1 == done.room.played.count("I cannot hear the microphone.")


def test_without_a_loudspeaker_the_answers_are_still_shown(skill):
    """The loss is told once, the conversation goes on, and what can be heard again is said."""
    night = Evening(skill, ["okay coach does ice help", 4.0, "why", 4.0])
    night.room.broken.add("speaker")
    night.run()
    assert ["relief.ice", "relief.ice"] == night.topics
    assert [] == night.room.played


def test_a_voice_that_fails_is_told(skill):
    """The answer is on the screen."""
    done = Evening(skill, ["okay coach does ice help", 3.0], testing.FakeVoice(VoiceError("The voice is gone."))).run()
    assert ["relief.ice"] == done.topics
    assert "The voice is gone." in done.screen.of("error", "message")


def test_no_microphone_at_the_start_is_an_error(skill):
    """With a hint; nothing stays open."""
    night = Evening(skill, [])
    night.room.broken.add("microphone")
    with pytest.raises(MicrophoneError, match="no microphone"):
        night.run()
    assert night.screen.closed


def test_a_status_is_shown_while_time_passes(skill):
    """Asleep, listening, speaking."""
    done = evening(skill, 1.0, "okay coach does ice help", 20.0)
    doing = list(dict.fromkeys(s.doing for s in done.screen.statuses))
    assert {"asleep", "listening", "speaking"} <= set(doing)
