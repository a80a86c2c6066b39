"""Signals that stop a run."""

from __future__ import annotations

import os
import signal

import pytest

from uegan_cli.commands.train.stopping import stop_on_signals


@pytest.mark.skipif(os.name == "nt", reason="signals are Unix's")
def test_ctrl_c_asks_the_run_to_stop_and_a_second_one_interrupts_it():
    with stop_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.is_set() and stop.signal == signal.SIGINT
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
